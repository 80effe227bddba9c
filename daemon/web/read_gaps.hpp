// daemon/web/read_gaps: which hours of which station are there, why others are not, and the weather beside them.
//
// GET /api/v1/completeness[?first=&last=][&stations=1005A,1006A][&format=json|csv]   without days the last 31; station-days: at most 4000
// {"ok": true, "first": "2016-12-01", "last": "2016-12-20", "as_of", "window": "24h", "dates": ["2016-12-01", ...],
//  "stations": [{"id", "name",
//    "valid": [144, ...], "expected": [144, 0, ...],                   // hours x pollutants of each date
//    "tenths": [1000, null, ...]}]}                                    // tenths of a percent; null: nothing was expected, or the
//                                                                      //   hours are no longer, or not yet, at hand
//
// GET /api/v1/coverage[?station=ID][&first=&last=]      hours; without them the last 72, fewer where stations are
//   many: station-hours: at most 4000
// {"schema": "aqid/coverage/1", "first": "2016-12-18 15:00", "last": "2016-12-20 14:00",
//  "marks": {"+": {"kind": "observed", "zh"}, ...}, "stations": [{"id", "name", "expected", "observed", "back_filled",
//    "hours": "+++b..",                                                // a mark an hour
//    "gaps": [{"first", "last", "kind", "kind_zh", "reason", "pollutants": ["pm2_5"]}]}]}
//
// GET /api/v1/weather?area=ID|station=ID[&first=&last=][&format=json|csv]       hours; without them the last 72, at most 31 days
// {"schema": "aqid/weather/1", "units": {"wind_speed": "m/s", ...}, "stations": [{"id", "name", "hours": [{"hour": "2016-12-20 14:00",
//    "wind_speed": "2.1" | null, "wind_direction", "temperature", "humidity", "pressure", "rain"}]}]}
#pragma once

#include "daemon/web/head.hpp"

namespace aqi::daemon::web {

struct ReadSources;

/// All throw Refusal: 400, 404 for a place nobody knows, 422 for more than one answer may hold, or where no hour is closed.
Reply read_completeness(const Query& query, const ReadSources& sources);
Reply read_coverage(const Query& query, const ReadSources& sources);
Reply read_weather(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
