#include "drivers/cap_order.hpp"

#include "libaqi/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace aqi::drivers {
namespace {

constexpr std::size_t text_most =
    2000; ///< bytes of an order's text that are kept; the file itself stays with whoever has it

Fault refusal(std::string words) { return {Reason::refused, std::move(words)}; }

std::string lower(std::string_view text)
{
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

struct LevelWords {
    WarningLevel level;
    std::string_view colour_zh, colour_en, severity, numeral, roman;
};
constexpr std::array<LevelWords, 4> level_words{{{WarningLevel::red, "红", "red", "Extreme", "Ⅰ", "I"},
                                                 {WarningLevel::orange, "橙", "orange", "Severe", "Ⅱ", "II"},
                                                 {WarningLevel::yellow, "黄", "yellow", "Moderate", "Ⅲ", "III"},
                                                 {WarningLevel::blue, "蓝", "blue", "Minor", "Ⅳ", "IV"}}};

/// Whether a word stands in a text by itself: "red" in "a red warning", not in "reduced".
bool has_word(std::string_view text, std::string_view word)
{
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const auto letter = [&](std::size_t i) {
            return i < text.size() && std::isalpha(static_cast<unsigned char>(text[i])) != 0;
        };
        if ((at == 0 || !letter(at - 1)) && !letter(at + word.size())) return true;
    }
    return false;
}

/// The one colour a text names: 红色预警, "Red", "III级". None, or more than one (红色预警降为橙色): nothing.
std::optional<WarningLevel> level_in(std::string_view text)
{
    const std::string low = lower(text);
    std::optional<WarningLevel> out;
    for (const auto& w : level_words) {
        // A colour is 橙色 or 橙: a single 黄 may belong to 黄河.
        const bool coloured = has(text, fmt::format("{}色", w.colour_zh)) || text == w.colour_zh ||
                              has_word(low, w.colour_en) || has(text, fmt::format("{}级", w.numeral)) ||
                              (text.starts_with(w.roman) &&
                               (text.substr(w.roman.size()).empty() || text.substr(w.roman.size()).starts_with("级")));
        if (!coloured) continue;
        if (out) return std::nullopt;
        out = w.level;
    }
    return out;
}

bool says_level(std::string_view name)
{
    const std::string low = lower(name);
    return has(low, "level") || has(low, "colour") || has(low, "color") || has(name, "级别") || has(name, "等级") ||
           has(low, "severity");
}

/// What the alert says of its level, and where.
Result<WarningLevel> level_of(const cap::Info& info, std::vector<std::string>& notes)
{
    std::vector<std::pair<std::string, WarningLevel>> said;
    for (const auto& p : info.parameters)
        if (says_level(p.name))
            if (const auto level = level_in(p.value)) said.emplace_back(p.name, *level);
    if (const auto level = level_in(info.headline)) said.emplace_back("headline", *level);
    for (std::size_t i = 1; i < said.size(); ++i)
        if (said[i].second != said[0].second)
            return refusal(fmt::format("{} says {}, {} says {}: read the notice and name the level (须人工核对级别)",
                                       said[0].first, warning_level_name(said[0].second), said[i].first,
                                       warning_level_name(said[i].second)));
    std::optional<WarningLevel> severity;
    for (const auto& w : level_words)
        if (info.severity == w.severity || lower(info.severity) == w.colour_en) severity = w.level;
    if (!said.empty()) {
        if (severity && *severity != said[0].second)
            notes.push_back(fmt::format("its severity is {}, which would be {}; {} counts", info.severity,
                                        warning_level_name(*severity), said[0].first));
        return said[0].second;
    }
    if (severity) {
        notes.push_back(fmt::format("the level is taken from the severity, {}", info.severity));
        return *severity;
    }
    return refusal(
        fmt::format("neither a parameter, nor the headline, nor the severity (\"{}\") says one level: read the notice "
                    "and name the level (须人工核对级别)",
                    info.severity));
}

/// Heavy pollution, and no other hazard: by the word of the event, or its code (OET-004 air quality; 11B29, 1274 heavy pollution).
bool is_about_air(const cap::Info& info)
{
    const std::string low = lower(info.event);
    if (has(info.event, "污染") || has(low, "air quality") || has(low, "pollution")) return true;
    return std::any_of(info.event_codes.begin(), info.event_codes.end(), [](const cap::Pair& code) {
        return code.value == "OET-004" || code.value == "11B29" || code.value == "1274";
    });
}

std::string digits_of(std::string_view text)
{
    const bool all =
        !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return all ? std::string{text} : std::string{};
}

/// The digits of a division code that count: a province two, a city four, a county six, a town nine, a village twelve.
std::string_view counting(std::string_view code)
{
    if (!is_division_code(code)) return {};
    for (const std::size_t most : {std::size_t{12}, std::size_t{9}, std::size_t{6}, std::size_t{4}, std::size_t{2}}) {
        if (code.size() < most) continue;
        const std::size_t below = most == 12 ? 9 : most == 9 ? 6 : most == 6 ? 4 : most == 4 ? 2 : 0;
        if (code.substr(below, most - below).find_first_not_of('0') != std::string_view::npos)
            return code.substr(0, most);
    }
    return {};
}

std::vector<std::string> areas_of(const cap::Info& info, const Network& network)
{
    std::vector<std::string> out;
    for (const auto& area : network.areas) {
        const std::string code = digits_of(area.division());
        const bool named = std::any_of(info.areas.begin(), info.areas.end(), [&](const cap::Area& of) {
            if (of.description == area.name || of.description == area.id) return true;
            return std::any_of(of.geocodes.begin(), of.geocodes.end(), [&](const cap::Pair& geocode) {
                const std::string written = digits_of(geocode.value);
                const std::string_view region = counting(written);
                return !region.empty() && !code.empty() && code.starts_with(region);
            });
        });
        if (named) out.push_back(area.id);
    }
    return out;
}

std::string places_of(const cap::Info& info)
{
    std::string out;
    for (const auto& area : info.areas) {
        if (!out.empty()) out += ", ";
        out += area.description;
        for (const auto& geocode : area.geocodes) out += " " + geocode.value;
    }
    return out.empty() ? "no area" : out;
}

bool is_chinese(const cap::Info& info) { return lower(info.language).starts_with("zh"); }

} // namespace

Result<CapOrder> order_of_cap(std::string_view xml, const CapWords& said, const Network& network)
{
    const auto read = cap::read(xml);
    if (!read) return read.error();
    const cap::Alert& alert = read->alert;
    if (alert.status != "Actual")
        return refusal(
            fmt::format("its status is {}: only an Actual message is an order (不是正式预警)", alert.status));
    if (alert.msg_type != "Alert" && alert.msg_type != "Update" && alert.msg_type != "Cancel")
        return refusal(fmt::format("its msgType is {}: that is no order", alert.msg_type));

    CapOrder out;
    out.notes = read->faults;
    out.references = cap::references_of(alert.references);
    out.alone = alert.msg_type == "Alert";
    OrderFromAbove& order = out.order;
    order.document = alert.identifier;
    order.authority = alert.sender;
    order.message = alert.reference();

    // One language says it all; Chinese if there is one.
    std::vector<const cap::Info*> infos;
    for (const auto& info : alert.infos)
        if (is_chinese(info)) infos.push_back(&info);
    if (infos.empty())
        for (const auto& info : alert.infos)
            if (info.language == alert.infos.front().language) infos.push_back(&info);
    if (infos.empty()) {
        if (alert.msg_type != "Cancel") return refusal("it has no <info>: it says neither level nor area");
        order.effective = {};
        return out; // a cancellation needs no more than its references
    }
    const cap::Info& info = *infos.front();
    for (const auto* one : infos)
        if (!is_about_air(*one))
            return refusal(fmt::format("it is about \"{}\", not about the air (不是重污染天气预警)", one->event));

    const bool ends = alert.msg_type == "Cancel" || std::any_of(infos.begin(), infos.end(), [](const cap::Info* one) {
                          return std::find(one->response_types.begin(), one->response_types.end(), "AllClear") !=
                                     one->response_types.end() ||
                                 has(one->headline, "解除");
                      });
    if (ends && infos.size() > 1) {
        // Some areas may go on: the file alone does not say which.
        return refusal("it ends the warning in one part and says more in another: enter its parts by hand");
    }
    if (!ends) {
        order.level = said.level.value_or(WarningLevel::none);
        if (!said.level) {
            for (const auto* one : infos) {
                const auto level = level_of(*one, out.notes);
                if (!level) return level.error();
                if (one != &info && *level != order.level)
                    return refusal("its parts have several levels: enter each by hand, with its areas");
                order.level = *level;
            }
        }
        order.areas = said.areas;
        for (const auto* one : infos)
            for (auto& id : said.areas.empty() ? areas_of(*one, network) : std::vector<std::string>{})
                if (std::find(order.areas.begin(), order.areas.end(), id) == order.areas.end())
                    order.areas.push_back(std::move(id));
        if (order.areas.empty())
            return refusal(
                fmt::format("it is for {}: none of the areas here lies there; name the areas if it is meant for them",
                            places_of(info)));
        const std::string& begins = !info.onset.empty() ? info.onset : info.effective;
        const auto effective = cap::instant_of(begins.empty() ? alert.sent : begins);
        if (!effective) return refusal(fmt::format("\"{}\" is no time at which it could take effect", begins));
        order.effective = hour_around(*effective, network.offset);
        if (!info.expires.empty()) {
            const auto until = cap::instant_of(info.expires);
            if (!until) return refusal(fmt::format("\"{}\" is no time at which it could end", info.expires));
            order.until = hour_around(*until, network.offset);
        }
    }
    if (!info.sender_name.empty()) order.authority = info.sender_name;
    order.text = info.headline;
    if (!info.description.empty()) order.text += (order.text.empty() ? "" : "\n") + info.description;
    order.text = cut_utf8(order.text, text_most);
    return out;
}

Result<void> follow(CapOrder& of, const std::vector<OrderFromAbove>& orders)
{
    OrderFromAbove& order = of.order;
    const OrderFromAbove* before = nullptr;
    for (auto o = orders.rbegin(); o != orders.rend(); ++o) {
        if (o->message == order.message) return refusal(fmt::format("it was entered already, as {} (已录入)", o->id));
        const bool meant = std::any_of(of.references.begin(), of.references.end(), [&](const cap::Reference& r) {
            return o->message == r.sender + "," + r.identifier + "," + r.sent || o->document == r.identifier;
        });
        if (!meant) continue;
        if (before == nullptr)
            before = &*o;
        else if (o->level != WarningLevel::none)
            of.notes.push_back(
                fmt::format("it also refers to {}, which stands on: end it by hand if it is over", o->id));
    }
    if (before == nullptr) {
        if (order.level == WarningLevel::none) return refusal("it ends a message that is not among the orders here");
        if (!of.alone) of.notes.push_back("it continues a message that is not among the orders here");
        return {};
    }
    const auto sent_of = [](std::string_view message) {
        return cap::instant_of(message.substr(message.rfind(',') + 1)).value_or(Instant{});
    };
    if (!before->message.empty() && sent_of(order.message) < sent_of(before->message))
        return refusal(fmt::format("it is older than what stands: {} was sent later (早于现行通知)", before->id));
    order.document = before->document;
    order.authority = before->authority;
    return {};
}

} // namespace aqi::drivers
