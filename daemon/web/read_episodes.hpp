// daemon/web/read_episodes: the heavy spells of a year and the warnings that went with them: the episode timeline.
//
// GET /api/v1/episodes?area=ID[&year=2016]                absent: of the last closed day
// {"ok": true, "area", "name", "year", "through": date | null, "heavy_above": 200, "quality",
//  "spells": [{"first", "last", "days", "ongoing": false,               // runs of closed days with an AQI above heavy_above; it reaches
//                                                                      //   the last closed day
//    "peak": {"date", "aqi", "level", "primary"}, "mean_pm2_5": "230" | null, "unit": "ug/m3",
//    "inputs": [{"date", "aqi", "level"}], "edition",
//    "warnings": ["410600-2016-003"]}],                               // in force, or on the table, on some day of it
//  "warnings": [{"id", "highest": "red", "highest_zh", "in_force": false, "first": moment | null, "last": moment | null,  // in effect
//    "revisions": [{"number", "kind", "kind_zh", "level", "level_zh", "state", "origin", "rules", "clause", "emergency",
//      "proposed_at", "issued_at": moment | null, "effective": moment, "until": moment | null}]}]}
#pragma once

#include "daemon/web/head.hpp"

namespace aqi::daemon::web {

struct ReadSources;

/// Throws Refusal: 400, 404 for an area nobody knows.
Reply read_episodes(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
