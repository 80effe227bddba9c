// drivers/hj212/requests: what a host can ask of a station, as command parts.
//
// Knows: commands, their fields and ranges, and how each edition writes a stretch of time.
// Does not know: when to ask (back_fill.hpp, a person) or how an answer is awaited (session.hpp).
#pragma once

#include "drivers/driver.hpp"
#include "drivers/hj212/session.hpp"
#include "drivers/hj212/settings.hpp"

#include <vector>

namespace aqi::drivers::hj212 {

/// Hours of one request: what a logger answers within a few frames of its memory.
inline constexpr int hours_per_request = 24;
/// Of minutes: six hours are 360 frames at most.
inline constexpr int minute_hours_per_request = 6;

/// `first` <= `last`; whole hours, or the minutes of them.
Request history_request(const StationSettings& station, HourEnding first, HourEnding last, bool by_minutes);
/// The daily values of one day.
Request day_request(const StationSettings& station, LocalDay day);
Request set_time_request();
/// A person's order, as one or several requests. Faults: refused, with the range that is possible.
Result<std::vector<Request>> requests_of(const Order& order, const StationSettings& station);

} // namespace aqi::drivers::hj212
