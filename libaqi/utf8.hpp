// libaqi/utf8: text from outside as what the rest of aqid takes for granted: well-formed UTF-8; and UTF-16, in which short
// messages are counted and sent.
//
// Knows: RFC 3629. Does not know: languages, widths on a screen (text_width).
#pragma once

#include <string>
#include <string_view>

namespace aqi {

/// Well formed: no overlong form, no surrogate, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);
/// The text with every byte that belongs to no character replaced by U+FFFD.
std::string as_utf8(std::string_view text);
/// At most so many bytes, no character cut in two; "…" where something is left out.
std::string cut_utf8(std::string_view text, std::size_t most_bytes);
/// UTF-16 code units of well-formed text.
std::u16string utf16_of(std::string_view utf8);

} // namespace aqi
