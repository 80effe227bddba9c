// schemas/openapi.json: every path we answer is in it and the reverse, and what it refers to is there.
#include "daemon/web/page.hpp"
#include "schemas/embedded.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <set>

using namespace aqi;
using namespace aqi::daemon::web;
namespace json = boost::json;

namespace {

const json::value& document()
{
    static const json::value out = [] {
        const auto files = schemas::api_documents();
        REQUIRE(files.size() == 1);
        return json::parse(files.front().text);
    }();
    return out;
}

std::string upper(std::string_view text)
{
    std::string out;
    for (const char c : text) out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

std::string who_name(Page::Who who)
{
    switch (who) {
    case Page::Who::anybody: return "anybody";
    case Page::Who::reader: return "reader";
    case Page::Who::signed_in: break;
    }
    return "signed_in";
}

/// "GET /public/{area}" -> who.
std::map<std::string, std::string> written()
{
    std::map<std::string, std::string> out;
    for (const auto& [path, methods] : document().at("paths").as_object())
        for (const auto& [method, operation] : methods.as_object())
            out[upper(method) + " " + std::string{path}] = json::value_to<std::string>(operation.at("x-who"));
    return out;
}

/// Whether a row stands for a path of the document: "/channels/*" for "/channels/{channel}/{path}".
bool stands_for(const Page::Row& row, std::string_view key)
{
    const auto blank = key.find(' ');
    if (row.method != key.substr(0, blank)) return false;
    std::string path{key.substr(blank + 1)};
    if (!row.path.ends_with('*')) return path == row.path;
    const auto brace = path.find('{');
    const std::string_view stem = row.path.substr(0, row.path.size() - 1);
    // Either with a hole where the star is, or one of those that are written out ("/api/v1/acts/sign-off").
    return brace == std::string::npos ? path.starts_with(stem) && path.size() > stem.size()
                                      : path.substr(0, brace) == stem;
}

void each(const json::value& value, const std::function<void(const json::object&)>& look)
{
    if (const auto* o = value.if_object()) {
        look(*o);
        for (const auto& member : *o) each(member.value(), look);
    }
    if (const auto* a = value.if_array())
        for (const auto& member : *a) each(member, look);
}

} // namespace

TEST_CASE("every path of the page is in the document, with the same right")
{
    const auto all = written();
    for (const auto& row : Page::rows()) {
        INFO(row.method << " " << row.path);
        const auto found =
            std::find_if(all.begin(), all.end(), [&](const auto& w) { return stands_for(row, w.first); });
        REQUIRE(found != all.end());
        CHECK(found->second == who_name(row.who));
    }
}

TEST_CASE("every path of the document is answered")
{
    const auto rows = Page::rows();
    for (const auto& [key, who] : written()) {
        if (key == "GET /") continue; // a file of the console
        INFO(key);
        CHECK(std::any_of(rows.begin(), rows.end(), [&path = key](const auto& row) { return stands_for(row, path); }));
    }
}

TEST_CASE("what the document refers to is in it, and nothing is in it twice")
{
    CHECK(document().at("openapi") == "3.1.0");
    std::set<std::string> used, ids;
    each(document(), [&](const json::object& o) {
        if (const auto* reference = o.if_contains("$ref")) {
            const auto text = json::value_to<std::string>(*reference);
            INFO(text);
            REQUIRE(text.starts_with("#/"));
            json::error_code ec;
            CHECK(document().find_pointer(text.substr(1), ec) != nullptr);
            used.insert(text);
        }
        if (const auto* id = o.if_contains("operationId"); id != nullptr && id->is_string())
            CHECK(ids.insert(json::value_to<std::string>(*id)).second);
    });
    for (const auto& [name, schema] : document().at("components").at("schemas").as_object()) {
        INFO(name);
        CHECK(used.contains("#/components/schemas/" + std::string{name}));
    }
}

TEST_CASE("every operation says what it is, what it answers and how it refuses")
{
    for (const auto& [path, methods] : document().at("paths").as_object())
        for (const auto& [method, operation] : methods.as_object()) {
            INFO(method << " " << path);
            CHECK(operation.at("summary").as_string().size() > 3);
            CHECK(operation.at("responses").as_object().contains("200"));
            CHECK(operation.at("responses").as_object().contains("default"));
            CHECK(operation.as_object().contains("security"));
            // A parameter of the path has a hole in it, and each hole a parameter.
            std::size_t holes = 0;
            if (const auto* parameters = operation.as_object().if_contains("parameters"))
                for (const auto& p : parameters->as_array()) {
                    if (p.as_object().contains("$ref") || p.at("in") != "path") continue;
                    ++holes;
                    const auto hole = "{" + json::value_to<std::string>(p.at("name")) + "}";
                    CHECK(std::string_view{path}.find(hole) != std::string_view::npos);
                }
            CHECK(static_cast<std::size_t>(std::count(path.begin(), path.end(), '{')) == holes);
            // Whoever changes something while signed in shows the token.
            const bool changes = method != "get", signed_in = operation.at("x-who") == "signed_in";
            if (changes && signed_in) CHECK(operation.at("security").at(0).as_object().contains("token"));
        }
}
