// tests/notify/messages: letters that say just this, and texts of a length.
#pragma once

#include "tests/notify/desk.hpp"

#include <string>
#include <string_view>

namespace aqi::notify::tests {

inline std::string repeated(std::string_view text, int times)
{
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

/// A real letter whose short text is this, in both languages.
inline Letter saying(const std::string& text)
{
    Letter out = canary_letter();
    out.own_text_zh = out.own_text_en = text;
    return out;
}

} // namespace aqi::notify::tests
