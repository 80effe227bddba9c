// An alert as XML. An empty text is no element.
#include "drivers/cap.hpp"

#include <pugixml.hpp>

namespace aqi::cap {
namespace {

/// What XML 1.0 cannot hold in any spelling is left out: control characters.
std::string printable(std::string text)
{
    std::erase_if(text,
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; });
    return text;
}
void put(pugi::xml_node& node, const char* name, const std::string& text)
{
    if (!text.empty()) node.append_child(name).text().set(printable(text).c_str());
}
void put_each(pugi::xml_node& node, const char* name, const std::vector<std::string>& texts)
{
    for (const auto& text : texts) put(node, name, text);
}
void put_pairs(pugi::xml_node& node, const char* name, const std::vector<Pair>& pairs)
{
    for (const auto& pair : pairs) {
        auto child = node.append_child(name);
        child.append_child("valueName").text().set(printable(pair.name).c_str());
        child.append_child("value").text().set(printable(pair.value).c_str());
    }
}

void put_info(pugi::xml_node& alert, const Info& of)
{
    auto info = alert.append_child("info");
    put(info, "language", of.language);
    put_each(info, "category", of.categories);
    put(info, "event", of.event);
    put_each(info, "responseType", of.response_types);
    put(info, "urgency", of.urgency);
    put(info, "severity", of.severity);
    put(info, "certainty", of.certainty);
    put(info, "audience", of.audience);
    put_pairs(info, "eventCode", of.event_codes);
    put(info, "effective", of.effective);
    put(info, "onset", of.onset);
    put(info, "expires", of.expires);
    put(info, "senderName", of.sender_name);
    put(info, "headline", of.headline);
    put(info, "description", of.description);
    put(info, "instruction", of.instruction);
    put(info, "web", of.web);
    put(info, "contact", of.contact);
    put_pairs(info, "parameter", of.parameters);
    for (const auto& r : of.resources) {
        auto resource = info.append_child("resource");
        put(resource, "resourceDesc", r.description);
        put(resource, "mimeType", r.mime_type);
        put(resource, "size", r.size);
        put(resource, "uri", r.uri);
        put(resource, "derefUri", r.deref_uri);
        put(resource, "digest", r.digest);
    }
    for (const auto& a : of.areas) {
        auto area = info.append_child("area");
        put(area, "areaDesc", a.description);
        put_each(area, "polygon", a.polygons);
        put_each(area, "circle", a.circles);
        put_pairs(area, "geocode", a.geocodes);
        put(area, "altitude", a.altitude);
        put(area, "ceiling", a.ceiling);
    }
}

struct Collect : pugi::xml_writer {
    std::string text;
    void write(const void* data, std::size_t size) override { text.append(static_cast<const char*>(data), size); }
};

} // namespace

std::string write(const Alert& of)
{
    pugi::xml_document document;
    auto declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    auto alert = document.append_child("alert");
    alert.append_attribute("xmlns") = "urn:oasis:names:tc:emergency:cap:1.2";
    put(alert, "identifier", of.identifier);
    put(alert, "sender", of.sender);
    put(alert, "sent", of.sent);
    put(alert, "status", of.status);
    put(alert, "msgType", of.msg_type);
    put(alert, "source", of.source);
    put(alert, "scope", of.scope);
    put(alert, "restriction", of.restriction);
    put(alert, "addresses", of.addresses);
    put_each(alert, "code", of.codes);
    put(alert, "note", of.note);
    put(alert, "references", of.references);
    put(alert, "incidents", of.incidents);
    for (const auto& info : of.infos) put_info(alert, info);
    Collect out;
    document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
    return std::move(out.text);
}

} // namespace aqi::cap
