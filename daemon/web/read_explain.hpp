// daemon/web/read_explain: why a figure is what it is, as `aqictl explain` says it.
//
// GET /api/v1/explain?of=410600&when=2016-12-20[&what=pm2_5][&format=json|text]
//   of: area or station. when: 2016-12-20T14:00 (an hour by its end), 2016-12-20, 2016-12, 2016Q4, 2016, "heating:2016".
//   what, of a year: so2 no2 pm10 co o3 pm2_5, good-days, statistics.
// {"ok": true, "of": "410600", "name": "鹤壁市", "when": "2016-12-20", "what": "",
//  "lines": ["..."],                                     // inputs, exclusions, clauses, every rounding, in their order
//  "review": "preliminary" | "validated" | "ratified" | null,    // the next four of a day alone; else null or []
//  "revisions": [{"station", "hour": "2016-12-20 14:00", "pollutant", "label", "unit",
//                 "said": [{"value": "115" | null, "flag": "normal", "at", "link"}]}],   // the last one counts
//  "corrections": [{"id", "station", "pollutant", "label", "first", "last", "kind", "kind_zh", "value": "115" | null, "unit",
//                   "why", "state", "validated": ACT, "decided": ACT | null}],
//  "notices": [{"number", "pollutant": "pm2_5" | null, "what_zh", "before", "after", "why", "who"}]}
// ACT: {"person", "name", "at"}
//
// What is older than what the daemon keeps at hand is refused with 422, never answered from half of it; `aqictl explain` reads
// the whole journal.
#pragma once

#include "daemon/web/head.hpp"

namespace aqi::daemon::web {

struct ReadSources;

/// Throws Refusal: 400, 404 or 422 with what is known.
Reply read_explain(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
