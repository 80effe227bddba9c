#include "daemon/notify/template.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::notify {

std::string escaped(std::string_view value, Escape escape)
{
    if (escape == Escape::none) return std::string{value};
    std::string out;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (escape == Escape::url) {
            const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                               c == '.' || c == '_' || c == '~';
            if (plain)
                out += c;
            else
                out += fmt::format("%{:02X}", byte);
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20) {
            out += fmt::format("\\u{:04x}", byte);
        } else {
            out += c;
        }
    }
    return out;
}

Result<Template> Template::parse(std::string_view text, std::span<const std::string_view> known)
{
    Template out;
    std::string plain;
    const auto end_plain = [&] {
        if (!plain.empty()) out.pieces_.push_back({false, std::exchange(plain, {})});
    };
    while (!text.empty()) {
        const char c = text.front();
        if ((c == '{' || c == '}') && text.size() > 1 && text[1] == c) {
            plain += c;
            text.remove_prefix(2);
        } else if (c == '}') {
            return Fault{Reason::malformed, "a \"}\" that closes nothing; a brace itself is written \"}}\""};
        } else if (c == '{') {
            const auto end = text.find('}');
            if (end == std::string_view::npos)
                return Fault{Reason::malformed, "a \"{\" that is not closed; a brace itself is written \"{{\""};
            const std::string_view name = text.substr(1, end - 1);
            if (std::find(known.begin(), known.end(), name) == known.end())
                return Fault{Reason::unknown_name,
                             fmt::format("there is no field {{{}}}; known: {}", name, fmt::join(known, ", "))};
            end_plain();
            out.pieces_.push_back({true, std::string{name}});
            text.remove_prefix(end + 1);
        } else {
            plain += c;
            text.remove_prefix(1);
        }
    }
    end_plain();
    return out;
}

Template Template::read(const Settings& table, std::string_view key, std::string_view otherwise,
                        std::span<const std::string_view> known)
{
    auto out = parse(table.text_or(key, otherwise), known);
    if (!out) table.fail(key, out.error().detail);
    return *out;
}

std::string Template::fill(const Fields& fields, Escape escape) const
{
    std::string out;
    for (const auto& piece : pieces_) {
        if (!piece.field) {
            out += piece.text;
            continue;
        }
        const auto value = fields.find(piece.text);
        if (value != fields.end()) out += escaped(value->second, escape);
    }
    return out;
}

bool Template::names(std::string_view field) const
{
    return std::any_of(pieces_.begin(), pieces_.end(),
                       [&](const Piece& piece) { return piece.field && piece.text == field; });
}

} // namespace aqi::notify
