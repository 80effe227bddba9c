// daemon/web/read_calendar: a year, one entry a day, of many places at once.
//
// GET /api/v1/calendar?year=2016[&places=410600,1005A | &kind=area|station][&format=json|csv]   neither: all areas
// {"ok": true, "year": 2016, "days": 366, "through": 355 | -1,          // index of the last closed day; 0 is 1 January
//  "as_of": "2016-12-21T00:00:00+08:00" | null, "window": "24h",
//  "editions": [{"from": 0, "id": "cn-2012"}],                         // from this index on; id null: none in force
//  "places": [{"id", "name", "kind": "city" | "county" | "station",
//    "aqi": [57, null, ...], "level": [2, 0, ...],                     // `days` entries each; 0: no index
//    "primary": ["PM2.5", "", ...], "verdict": ["good", "undetermined", null, ...],    // null: not closed, or nothing on record
//    "dust": [12],                                                     // indices of dust days of an area
//    "why": {"1": "PM2.5、O3-8h"},                                      // what an undetermined day lacks; "": it has nothing
//    "quality": [{"from": 0, "level": "ratified"}],                    // from this index on, up to `through`
//    "good": 180, "lost": 90, "undetermined": 2}]}                     // of the entries
#pragma once

#include "daemon/web/head.hpp"

namespace aqi::daemon::web {

struct ReadSources;

/// Throws Refusal: 400, 404 for a place nobody knows, 422 for more than 100 places, of a year that is no longer in memory 10.
Reply read_calendar(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
