// daemon/web/read_network: which areas and stations there are.
//
// GET /api/v1/areas[?format=json|csv]
// {"ok": true, "areas": [{"id", "name", "kind": "city" | "county", "code": "410600" | "",    // division code, GB/T 2260
//   "stations": ["1005A"],                                            // its evaluation sites of today
//   "members": [{"station", "role": "evaluation" | ..., "role_zh", "from": "2016-01-01" | null, "until": null}]}]}
//
// GET /api/v1/stations[?format=json|csv]
// {"ok": true, "stations": [{"id", "name", "position": "35.7460,114.2970" | "",              // degrees north, east (WGS 84)
//   "areas": ["410600"],                                              // it is an evaluation site of, today
//   "instruments": [{"measures": ["PM2.5"], "model", "serial", "from", "until"}],
//   "without": ["O3"],                                                // not monitored by plan, today
//   "former_names": [{"name", "until"}]}]}
#pragma once

#include "daemon/web/head.hpp"

namespace aqi::daemon::web {

struct ReadSources;

Reply read_areas(const Query& query, const ReadSources& sources);
Reply read_stations(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
