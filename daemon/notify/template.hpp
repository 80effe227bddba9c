// daemon/notify/template: texts with {fields} of a letter, for gateways whose requests every county must write differently.
//
// "{headline}" is a field, "{{" and "}}" are braces. A template that names an unknown field is refused when the configuration is
// read, with what is known.
//
// Knows: braces, and how a value is written inside JSON, a query or a header. Does not know: what is sent where.
#pragma once

#include "daemon/notify/letter.hpp"
#include "libaqi/settings.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::notify {

enum class Escape : std::uint8_t {
    none,
    json, ///< inside the quotes of a JSON text
    url,  ///< RFC 3986: all but unreserved characters as %XX of their UTF-8
};

class Template {
public:
    Template() = default;
    /// Fault: a brace that does not end, or a field that is not `known`, with the nearest one.
    static Result<Template> parse(std::string_view text, std::span<const std::string_view> known);
    /// Reads a key of a channel's table, throwing SettingError with its line.
    static Template read(const Settings& table, std::string_view key, std::string_view otherwise,
                         std::span<const std::string_view> known);
    std::string fill(const Fields& fields, Escape escape) const;
    bool names(std::string_view field) const;

private:
    struct Piece {
        bool field = false;
        std::string text;
    };
    std::vector<Piece> pieces_;
};

std::string escaped(std::string_view value, Escape escape);

} // namespace aqi::notify
