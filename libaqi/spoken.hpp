// libaqi/spoken: a text for a loudspeaker, and how long a text is for a mobile network.
//
// Knows: how numbers, pollutants and levels are said in Chinese; that SMS count UTF-16 units. Does not know: what the text says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace aqi {

/// "二百零一", "一万二千": a whole number from 0 to 99,999,999 as it is said.
std::string number_zh(std::int64_t number);
/// Digits, pollutants' formulas, AQI and Roman numerals as words: "12月30日0时，AQI 201-300" becomes
/// "十二月三十日零时，空气质量指数二百零一至三百".
std::string read_aloud(std::string_view zh);

/// Units of UTF-16: what an SMS in UCS-2 counts. A character beyond the BMP is two.
std::size_t utf16_units(std::string_view utf8);
/// The parts of an SMS of so many units: one of 70, or several of 67.
std::size_t sms_parts(std::size_t units);

} // namespace aqi
