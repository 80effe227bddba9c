// daemon/notify/broadcast_text: a warning in so many characters, for a line that runs across a screen or a voice that reads it.
//
// What does not fit is left away from the end, at the end of a sentence if there is one, and never within a number or a character.
// The area, the level and the hour are never left away: rather nothing is said, and the operator told why.
//
// Knows: where a Chinese or English text may end, and what must be in it. Does not know: files.
#pragma once

#include "daemon/notify/letter.hpp"

namespace aqi::notify {

enum class BroadcastForm : std::uint8_t { crawler, radio };
enum class Encoding : std::uint8_t { utf8, gb18030, gbk };

/// Characters as a person counts them: code points, without marks that only change the one before.
std::size_t characters_of(std::string_view utf8);

/// At most so many characters of the text; the whole when it fits.
std::string cut_at(std::string_view utf8, std::size_t characters);

/// Of a warning. Faults: there is no read-aloud form in English; the text does not say the area, the level or the hour within
/// the characters.
Result<std::string> broadcast_text(const Letter& letter, Language language, BroadcastForm form, std::size_t characters);

/// Fault: a character the encoding lacks, named.
Result<std::string> encoded(std::string_view utf8, Encoding encoding);

} // namespace aqi::notify
