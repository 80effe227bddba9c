#include "libaqi/utf8.hpp"

#include <cstdint>

namespace aqi {
namespace {

/// Bytes of the well-formed character at the front; 0 if there is none. `out` is its number.
std::size_t character(std::string_view text, char32_t& out)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) {
        out = first;
        return 1;
    }
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
    out = first & (size == 2 ? 0x1FU : size == 3 ? 0x0FU : 0x07U);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
        out = (out << 6U) | (byte(i) & 0x3FU);
    }
    const bool overlong = (size == 3 && out < 0x800) || (size == 4 && out < 0x10000);
    if (overlong || (out >= 0xD800 && out <= 0xDFFF) || out > 0x10FFFF) return 0;
    return size;
}

} // namespace

bool is_utf8(std::string_view text)
{
    char32_t c = 0;
    while (!text.empty()) {
        const std::size_t size = character(text, c);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

std::string as_utf8(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    char32_t c = 0;
    while (!text.empty()) {
        const std::size_t size = character(text, c);
        if (size == 0)
            out += "\xEF\xBF\xBD";
        else
            out += text.substr(0, size);
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return out;
}

std::string cut_utf8(std::string_view text, std::size_t most_bytes)
{
    constexpr std::string_view more = "…";
    if (text.size() <= most_bytes) return std::string{text};
    std::size_t end = most_bytes < more.size() ? 0 : most_bytes - more.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return std::string{text.substr(0, end)} + std::string{more};
}

std::u16string utf16_of(std::string_view text)
{
    std::u16string out;
    char32_t c = 0;
    while (!text.empty()) {
        const std::size_t size = character(text, c);
        if (size == 0) c = 0xFFFD;
        if (c >= 0x10000) {
            c -= 0x10000;
            out += static_cast<char16_t>(0xD800 + (c >> 10U));
            out += static_cast<char16_t>(0xDC00 + (c & 0x3FFU));
        } else {
            out += static_cast<char16_t>(c);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return out;
}

} // namespace aqi
