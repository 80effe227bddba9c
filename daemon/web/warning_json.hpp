// daemon/web/warning_json: warnings, their consultations, forecasts and orders as the status JSON shows them.
//
// Knows: names of people and bureaus beside their ids. Does not know: HTTP, or what may be done (libaqi/warning_acts).
#pragma once

#include "libaqi/engine.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstddef>

namespace aqi::daemon::web {

/// Warnings or drills: those that are not closed, then the newest closed ones; each newest first.
boost::json::array warnings_json(const std::vector<Warning>& all, const Rules& rules, std::size_t most);
/// Of an area: what each bureau says of today and the days after it.
boost::json::array forecasts_json(const State& state, AreaIndex area, Instant now, const Rules& rules);
/// Those that are not over, the worst first, then the newest that are; `unacknowledged` and `active` say what is asked of people.
boost::json::array alarms_json(const State& state, Instant now, const Rules& rules, std::size_t most);
/// The orders from above, newest first; `in_force` says which stand.
boost::json::array orders_json(const State& state, Instant now, const Rules& rules);

} // namespace aqi::daemon::web
