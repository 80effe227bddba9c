#include "drivers/cap.hpp"

#include "libaqi/utf8.hpp"

#include <fmt/format.h>
#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <span>

namespace aqi::cap {
namespace {

constexpr std::string_view namespace_1_2 = "urn:oasis:names:tc:emergency:cap:1.2";

// The schema as a table: one row an element, in the order the standard prescribes.

enum class Content { text, name, time, language, uri, whole, decimal, polygon, circle, group };
using Values = std::span<const std::string_view>;

struct Element {
    std::string_view name;
    bool required = false;
    bool many = false;
    Content content = Content::text;
    Values values{};                     ///< a closed set
    std::span<const Element> children{}; ///< of a group
};

constexpr std::array<std::string_view, 5> statuses{"Actual", "Exercise", "System", "Test", "Draft"};
constexpr std::array<std::string_view, 5> msg_types{"Alert", "Update", "Cancel", "Ack", "Error"};
constexpr std::array<std::string_view, 3> scopes{"Public", "Restricted", "Private"};
constexpr std::array<std::string_view, 12> categories{"Geo",    "Met", "Safety",    "Security", "Rescue", "Fire",
                                                      "Health", "Env", "Transport", "Infra",    "CBRNE",  "Other"};
constexpr std::array<std::string_view, 9> response_types{"Shelter", "Evacuate", "Prepare",  "Execute", "Avoid",
                                                         "Monitor", "Assess",   "AllClear", "None"};
constexpr std::array<std::string_view, 5> urgencies{"Immediate", "Expected", "Future", "Past", "Unknown"};
constexpr std::array<std::string_view, 5> severities{"Extreme", "Severe", "Moderate", "Minor", "Unknown"};
constexpr std::array<std::string_view, 5> certainties{"Observed", "Likely", "Possible", "Unlikely", "Unknown"};

constexpr Element pair_elements[] = {{"valueName", true}, {"value", true}};
constexpr Element resource_elements[] = {{"resourceDesc", true},
                                         {"mimeType", true},
                                         {"size", false, false, Content::whole},
                                         {"uri", false, false, Content::uri},
                                         {"derefUri"},
                                         {"digest"}};
constexpr Element area_elements[] = {{"areaDesc", true},
                                     {"polygon", false, true, Content::polygon},
                                     {"circle", false, true, Content::circle},
                                     {"geocode", false, true, Content::group, {}, pair_elements},
                                     {"altitude", false, false, Content::decimal},
                                     {"ceiling", false, false, Content::decimal}};
constexpr Element info_elements[] = {{"language", false, false, Content::language},
                                     {"category", true, true, Content::text, categories},
                                     {"event", true},
                                     {"responseType", false, true, Content::text, response_types},
                                     {"urgency", true, false, Content::text, urgencies},
                                     {"severity", true, false, Content::text, severities},
                                     {"certainty", true, false, Content::text, certainties},
                                     {"audience"},
                                     {"eventCode", false, true, Content::group, {}, pair_elements},
                                     {"effective", false, false, Content::time},
                                     {"onset", false, false, Content::time},
                                     {"expires", false, false, Content::time},
                                     {"senderName"},
                                     {"headline"},
                                     {"description"},
                                     {"instruction"},
                                     {"web", false, false, Content::uri},
                                     {"contact"},
                                     {"parameter", false, true, Content::group, {}, pair_elements},
                                     {"resource", false, true, Content::group, {}, resource_elements},
                                     {"area", false, true, Content::group, {}, area_elements}};
constexpr Element alert_elements[] = {{"identifier", true, false, Content::name},
                                      {"sender", true, false, Content::name},
                                      {"sent", true, false, Content::time},
                                      {"status", true, false, Content::text, statuses},
                                      {"msgType", true, false, Content::text, msg_types},
                                      {"source"},
                                      {"scope", true, false, Content::text, scopes},
                                      {"restriction"},
                                      {"addresses"},
                                      {"code", false, true},
                                      {"note"},
                                      {"references"},
                                      {"incidents"},
                                      {"info", false, true, Content::group, {}, info_elements}};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> words_of(std::string_view text)
{
    std::vector<std::string_view> out;
    while (!(text = trimmed(text)).empty()) {
        const auto end = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_blank) - text.begin());
        out.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// \d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-,+]\d\d:\d\d, and a moment that exists. The comma of the schema's bracket is a slip of it: no
/// xs:dateTime has one.
bool is_cap_time(std::string_view text)
{
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd+dd:dd";
    if (text.size() != form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (form[i] == 'd'   ? !is_digit(text[i])
            : form[i] == '+' ? text[i] != '+' && text[i] != '-'
                             : text[i] != form[i])
            return false;
    }
    return parse_instant(text).has_value();
}

/// A decimal as degrees or kilometres. Shapes are only passed on: the binary number is compared, never stored.
std::optional<double> number_of(std::string_view text)
{
    double out = 0;
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, std::chars_format::fixed);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return out;
}

std::string fault_of_point(std::string_view text)
{
    const auto comma = text.find(',');
    if (comma == std::string_view::npos) return fmt::format("\"{}\" is no latitude,longitude", text);
    const auto latitude = number_of(text.substr(0, comma)), longitude = number_of(text.substr(comma + 1));
    if (!latitude || !longitude || *latitude < -90 || *latitude > 90 || *longitude < -180 || *longitude > 180)
        return fmt::format("\"{}\" is no latitude,longitude", text);
    return {};
}

std::string fault_of_polygon(std::string_view text)
{
    const auto points = words_of(text);
    if (points.size() < 4) return "a polygon has at least four points";
    if (points.front() != points.back()) return "a polygon ends where it begins";
    for (const auto& point : points)
        if (auto fault = fault_of_point(point); !fault.empty()) return fault;
    return {};
}

std::string fault_of_circle(std::string_view text)
{
    const auto words = words_of(text);
    if (words.size() != 2) return "a circle is \"latitude,longitude radius\"";
    if (auto fault = fault_of_point(words[0]); !fault.empty()) return fault;
    const auto radius = number_of(words[1]);
    if (!radius || *radius < 0) return fmt::format("\"{}\" is no radius", words[1]);
    return {};
}

/// RFC 3066: subtags of one to eight letters, the later ones also digits.
bool is_language(std::string_view text)
{
    bool first = true;
    while (true) {
        const auto dash = text.find('-');
        const std::string_view tag = text.substr(0, dash);
        const bool good = !tag.empty() && tag.size() <= 8 && std::all_of(tag.begin(), tag.end(), [&](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (!first && is_digit(c));
        });
        if (!good) return false;
        if (dash == std::string_view::npos) return true;
        text.remove_prefix(dash + 1);
        first = false;
    }
}

/// What is wrong with an element's text; empty if nothing.
std::string fault_of(const Element& element, std::string_view text)
{
    if (!element.values.empty()) {
        if (std::find(element.values.begin(), element.values.end(), text) != element.values.end()) return {};
        return fmt::format("\"{}\" is none of {}", text, fmt::join(element.values, ", "));
    }
    switch (element.content) {
    case Content::name:
        if (text.empty()) return "must not be empty";
        if (text.find_first_of(" ,<&\t\n\r") != std::string_view::npos)
            return fmt::format("\"{}\" must have no blank, comma, < or &", text);
        return {};
    case Content::time:
        if (!is_cap_time(text)) return fmt::format("\"{}\" must read 2016-12-30T00:00:00+08:00", text);
        return {};
    case Content::language:
        if (!is_language(text)) return fmt::format("\"{}\" is no language; it reads zh-CN", text);
        return {};
    case Content::uri:
        if (text.find_first_of(" <>\"{}|\\^`\t\n\r") != std::string_view::npos)
            return fmt::format("\"{}\" is no address", text);
        return {};
    case Content::whole:
        if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit))
            return fmt::format("\"{}\" is no whole number", text);
        return {};
    case Content::decimal: return number_of(text) ? "" : fmt::format("\"{}\" is no number", text);
    case Content::polygon: return fault_of_polygon(text);
    case Content::circle: return fault_of_circle(text);
    case Content::text:
    case Content::group: return {};
    }
    return {};
}

std::string_view local_name(const pugi::xml_node& node)
{
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// The namespace an element stands in: the nearest declaration of its prefix.
std::string_view namespace_of(const pugi::xml_node& node)
{
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    const std::string attribute =
        colon == std::string_view::npos ? "xmlns" : fmt::format("xmlns:{}", name.substr(0, colon));
    for (auto at = node; at.type() == pugi::node_element; at = at.parent())
        if (const auto declared = at.attribute(attribute.c_str())) return declared.value();
    return {};
}

/// Holds the children of a node against the table.
void check(const pugi::xml_node& node, std::span<const Element> elements, const std::string& where,
           std::vector<std::string>& faults)
{
    const auto say = [&](std::string_view name, const std::string& what) {
        faults.push_back(fmt::format("{}{}: {}", where, name, what));
    };
    std::vector<int> seen(elements.size(), 0);
    std::size_t reached = 0;
    for (const auto& child : node.children()) {
        if (child.type() != pugi::node_element) continue;
        const std::string_view name = local_name(child);
        if (namespace_of(child) != namespace_1_2) {
            if (&elements[0] == &alert_elements[0] && name == "Signature") continue; // xs:any of the schema
            say(name, "stands in another namespace");
            continue;
        }
        const auto found =
            std::find_if(elements.begin(), elements.end(), [&](const Element& e) { return e.name == name; });
        if (found == elements.end()) {
            say(name, "the standard knows no such element here");
            continue;
        }
        const auto index = static_cast<std::size_t>(found - elements.begin());
        if (index < reached) say(name, fmt::format("must stand before {}", elements[reached].name));
        reached = std::max(reached, index);
        const int number = ++seen[index];
        if (number == 2 && !found->many) say(name, "may stand here once");
        if (found->content == Content::group) {
            check(child, found->children, fmt::format("{}{} {} / ", where, name, number), faults);
        } else {
            for (const auto& below : child.children())
                if (below.type() == pugi::node_element) {
                    say(name, "holds an element where words belong");
                    break;
                }
            // White space counts where a value is one of a set: the schema's base is xs:string.
            const std::string_view text = child.text().get();
            const bool own_blanks = found->content == Content::polygon || found->content == Content::circle ||
                                    found->content == Content::language || found->content == Content::time ||
                                    found->content == Content::uri || found->content == Content::whole ||
                                    found->content == Content::decimal;
            if (auto fault = fault_of(*found, own_blanks ? trimmed(text) : text); !fault.empty()) say(name, fault);
        }
    }
    for (std::size_t i = 0; i < elements.size(); ++i)
        if (elements[i].required && seen[i] == 0) say(elements[i].name, "is missing");
}

/// What the words of the standard ask beyond its schema.
void check_beyond(const Alert& alert, std::vector<std::string>& faults)
{
    const auto references = words_of(alert.references);
    if ((alert.msg_type == "Update" || alert.msg_type == "Cancel") && references.empty())
        faults.push_back(fmt::format("references: {} names the messages it takes the place of", alert.msg_type));
    const auto sent = instant_of(alert.sent);
    for (const auto& written : references) {
        const auto whole = references_of(written);
        if (whole.empty()) {
            faults.push_back(fmt::format("references: \"{}\" must read sender,identifier,sent", written));
            continue;
        }
        if (!is_cap_time(whole.front().sent))
            faults.push_back(fmt::format("references: \"{}\" is no time of a message", whole.front().sent));
        const auto then = instant_of(whole.front().sent);
        if (written == alert.reference())
            faults.push_back("references: the message names itself");
        else if (sent && then && *then > *sent)
            faults.push_back(fmt::format("references: {} was sent later than this message", whole.front().identifier));
    }
    if (alert.scope == "Restricted" && alert.restriction.empty())
        faults.push_back("restriction: is missing, and the scope is Restricted");
    if (alert.scope == "Private" && alert.addresses.empty())
        faults.push_back("addresses: is missing, and the scope is Private");
    if (alert.scope != "Restricted" && !alert.restriction.empty())
        faults.push_back("restriction: belongs to the scope Restricted only");
    for (std::size_t i = 0; i < alert.infos.size(); ++i) {
        const Info& info = alert.infos[i];
        const auto onset = instant_of(info.onset.empty() ? info.effective : info.onset);
        const auto expires = instant_of(info.expires);
        const auto effective = instant_of(info.effective.empty() ? alert.sent : info.effective);
        if (expires && effective && *expires < *effective)
            faults.push_back(fmt::format("info {} / expires: lies before it takes effect", i + 1));
        if (expires && onset && *expires < *onset)
            faults.push_back(fmt::format("info {} / expires: lies before its onset", i + 1));
        for (const auto& area : info.areas)
            if (!area.ceiling.empty() && area.altitude.empty())
                faults.push_back(fmt::format("info {} / area / ceiling: needs an altitude", i + 1));
    }
}

/// A character reference may name what is no character.
std::string text_of(const pugi::xml_node& node) { return as_utf8(trimmed(node.text().get())); }

/// Hands every element of a group to `take` by its local name.
void each(const pugi::xml_node& node, const std::function<void(std::string_view, const pugi::xml_node&)>& take)
{
    for (const auto& child : node.children())
        if (child.type() == pugi::node_element && namespace_of(child) == namespace_1_2) take(local_name(child), child);
}

using Texts = std::initializer_list<std::pair<std::string_view, std::string*>>;
/// The first of each name counts; a second is a fault said elsewhere.
bool take_text(std::string_view name, const pugi::xml_node& node, Texts texts)
{
    for (const auto& [known, out] : texts)
        if (known == name) {
            if (out->empty()) *out = text_of(node);
            return true;
        }
    return false;
}

Pair read_pair(const pugi::xml_node& node)
{
    Pair out;
    each(node, [&](std::string_view name, const pugi::xml_node& child) {
        take_text(name, child, {{"valueName", &out.name}, {"value", &out.value}});
    });
    return out;
}

Area read_area(const pugi::xml_node& node)
{
    Area out;
    each(node, [&](std::string_view name, const pugi::xml_node& child) {
        if (name == "polygon") out.polygons.push_back(text_of(child));
        if (name == "circle") out.circles.push_back(text_of(child));
        if (name == "geocode") out.geocodes.push_back(read_pair(child));
        take_text(name, child,
                  {{"areaDesc", &out.description}, {"altitude", &out.altitude}, {"ceiling", &out.ceiling}});
    });
    return out;
}

Resource read_resource(const pugi::xml_node& node)
{
    Resource out;
    each(node, [&](std::string_view name, const pugi::xml_node& child) {
        take_text(name, child,
                  {{"resourceDesc", &out.description},
                   {"mimeType", &out.mime_type},
                   {"size", &out.size},
                   {"uri", &out.uri},
                   {"derefUri", &out.deref_uri},
                   {"digest", &out.digest}});
    });
    return out;
}

Info read_info(const pugi::xml_node& node)
{
    Info out;
    each(node, [&](std::string_view name, const pugi::xml_node& child) {
        if (name == "category") out.categories.push_back(text_of(child));
        if (name == "responseType") out.response_types.push_back(text_of(child));
        if (name == "eventCode") out.event_codes.push_back(read_pair(child));
        if (name == "parameter") out.parameters.push_back(read_pair(child));
        if (name == "resource") out.resources.push_back(read_resource(child));
        if (name == "area") out.areas.push_back(read_area(child));
        take_text(name, child,
                  {{"language", &out.language},
                   {"event", &out.event},
                   {"urgency", &out.urgency},
                   {"severity", &out.severity},
                   {"certainty", &out.certainty},
                   {"audience", &out.audience},
                   {"effective", &out.effective},
                   {"onset", &out.onset},
                   {"expires", &out.expires},
                   {"senderName", &out.sender_name},
                   {"headline", &out.headline},
                   {"description", &out.description},
                   {"instruction", &out.instruction},
                   {"web", &out.web},
                   {"contact", &out.contact}});
    });
    return out;
}

Alert read_alert(const pugi::xml_node& node)
{
    Alert out;
    each(node, [&](std::string_view name, const pugi::xml_node& child) {
        if (name == "code") out.codes.push_back(text_of(child));
        if (name == "info") out.infos.push_back(read_info(child));
        take_text(name, child,
                  {{"identifier", &out.identifier},
                   {"sender", &out.sender},
                   {"sent", &out.sent},
                   {"status", &out.status},
                   {"msgType", &out.msg_type},
                   {"source", &out.source},
                   {"scope", &out.scope},
                   {"restriction", &out.restriction},
                   {"addresses", &out.addresses},
                   {"note", &out.note},
                   {"references", &out.references},
                   {"incidents", &out.incidents}});
    });
    return out;
}

} // namespace

std::vector<Reference> references_of(std::string_view references)
{
    std::vector<Reference> out;
    for (const auto& word : words_of(references)) {
        const auto first = word.find(','), last = word.rfind(',');
        if (first == std::string_view::npos || first == last) continue;
        Reference r{std::string{word.substr(0, first)}, std::string{word.substr(first + 1, last - first - 1)},
                    std::string{word.substr(last + 1)}};
        if (!r.sender.empty() && !r.identifier.empty() && !r.sent.empty()) out.push_back(std::move(r));
    }
    return out;
}

std::optional<Instant> instant_of(std::string_view written)
{
    std::string text{trimmed(written)};
    if (text.size() > 10 && text[10] == ' ') text[10] = 'T'; // domestic notices: 2016-12-30 00:00:00+08:00
    const auto at = parse_instant(text);
    if (!at) return std::nullopt;
    return *at;
}

Result<Read> read(std::string_view xml)
{
    if (xml.size() > alert_most)
        return Fault{Reason::too_large, fmt::format("{} bytes; an alert has at most {}", xml.size(), alert_most)};
    if (!is_utf8(xml) && xml.find("encoding") == std::string_view::npos && !xml.starts_with("\xFF\xFE") &&
        !xml.starts_with("\xFE\xFF"))
        return Fault{Reason::malformed, "not UTF-8: save the file as UTF-8 (文件须为 UTF-8 编码)"};
    pugi::xml_document document;
    // No entities but the five of XML and character references, no document type: nothing to expand, nothing to fetch.
    const auto parsed =
        document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_ws_pcdata_single);
    if (!parsed)
        return Fault{Reason::malformed,
                     fmt::format("no XML: {} at byte {}", parsed.description(), static_cast<long long>(parsed.offset))};
    const auto root = document.document_element();
    if (local_name(root) != "alert")
        return Fault{Reason::malformed, fmt::format("no alert: the outermost element is <{}>", root.name())};
    if (const auto space = namespace_of(root); space != namespace_1_2)
        return Fault{
            Reason::malformed,
            space.find(":cap:") != std::string_view::npos
                ? fmt::format("an alert of {}; only CAP 1.2 is read", space)
                : fmt::format("<alert> stands in the namespace \"{}\"; that of CAP 1.2 is {}", space, namespace_1_2)};
    Read out{read_alert(root), {}};
    if (out.alert.identifier.empty() || out.alert.sender.empty() || !instant_of(out.alert.sent))
        return Fault{Reason::malformed, "an alert has an identifier, a sender and the time it was sent"};
    check(root, alert_elements, "", out.faults);
    check_beyond(out.alert, out.faults);
    return out;
}

} // namespace aqi::cap
