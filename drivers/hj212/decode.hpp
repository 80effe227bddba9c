// drivers/hj212/decode: what the frames of a station mean.
//
// Knows: which commands carry data and which end of a period their DataTime names; the stations by MN; flags.
// Does not know: connections or answers (server.hpp), whether a value is possible air (the daemon).
#pragma once

#include "drivers/driver.hpp"
#include "drivers/hj212/frame.hpp"
#include "drivers/hj212/settings.hpp"

namespace aqi::drivers::hj212 {

/// Commands of data, of notices and of answers.
inline constexpr std::string_view cn_moment = "2011";
inline constexpr std::string_view cn_day = "2031";
inline constexpr std::string_view cn_minutes = "2051";
inline constexpr std::string_view cn_hour = "2061";
inline constexpr std::string_view cn_start_up = "2081";
inline constexpr std::string_view cn_asks_time = "1013";
inline constexpr std::string_view cn_heartbeat = "9015";
inline constexpr std::string_view cn_request_taken = "9011";
inline constexpr std::string_view cn_request_done = "9012";
inline constexpr std::string_view cn_notice_taken = "9013";
inline constexpr std::string_view cn_data_taken = "9014";

/// Bytes that came over one connection: usually one frame, at times several, or none.
Decoded decode_hj212(const Frame& frame, const Hj212Settings& settings, UtcOffset offset);

/// Whose a message is. Faults: unknown_station, wrong_password, refused (an address that may not speak for it).
Result<const StationSettings*> speaker_of(const Header& header, std::string_view origin, const Hj212Settings& settings);

/// "20160801084000", with or without milliseconds; 24:00:00 is the next day's start. Faults: malformed.
Result<Instant> parse_local_time(std::string_view text, UtcOffset offset);

} // namespace aqi::drivers::hj212
