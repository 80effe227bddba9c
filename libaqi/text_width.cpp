#include "libaqi/text_width.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace aqi {
namespace {

struct Range {
    char32_t first, last;
};

/// Unicode's East_Asian_Width W and F, blocks taken whole where their holes are not assigned.
constexpr Range wide[] = {
    {0x1100, 0x115f},   {0x2329, 0x232a},   {0x2e80, 0x303e},   {0x3041, 0x4dbf},   {0x4e00, 0xa4cf},
    {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},
    {0xff01, 0xff60},   {0xffe0, 0xffe6},   {0x17000, 0x18cff}, {0x1b000, 0x1b2ff}, {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x2fffd}, {0x30000, 0x3fffd},
};
constexpr Range none[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
    {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064}, {0x20d0, 0x20f0},   {0x302a, 0x302d}, {0x3099, 0x309a},
    {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef},
};

bool in(std::span<const Range> ranges, char32_t c)
{
    const auto after = std::upper_bound(ranges.begin(), ranges.end(), c,
                                        [](char32_t code, const Range& range) { return code < range.first; });
    return after != ranges.begin() && c <= std::prev(after)->last;
}

/// Takes one character off the front; a byte that begins none is taken alone, as U+FFFD.
char32_t next(std::string_view& text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    char32_t c = lead;
    if (length > 1) c &= 0x7fU >> length;
    for (std::size_t i = 1; i < length; ++i) {
        if (i >= text.size() || (byte(i) & 0xc0U) != 0x80) {
            text.remove_prefix(1);
            return 0xfffd;
        }
        c = c << 6U | (byte(i) & 0x3fU);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
    return length == 0 ? 0xfffd : c;
}

} // namespace

int text_width(std::string_view utf8)
{
    int width = 0;
    while (!utf8.empty()) {
        const char32_t c = next(utf8);
        width += in(none, c) ? 0 : in(wide, c) ? 2 : 1;
    }
    return width;
}

} // namespace aqi
