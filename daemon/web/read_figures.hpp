// daemon/web/read_figures: hours and days of a place, and the order of counties.
//
// Concentrations are texts in the unit of "units", as the edition of the day publishes them; null where there is none.
// quality: "preliminary" | "validated" | "ratified". edition: id of the rule pack of that day, null where none was in force.
//
// GET /api/v1/hours?place=ID[&first=&last=][&limit=&cursor=][&format=json|csv]
//   first, last: "2016-12-20", or an hour by its end, "2016-12-20T14:00"; without both the last 72 hours. At most 92 days.
// {"ok": true, "place": "410600", "name", "kind": "city" | "county" | "station", "window": "1h",
//  "as_of": "2016-12-20T14:00:00+08:00" | null,                        // the end of the last closed hour
//  "units": {"pm2_5": "ug/m3", ...}, "first": "2016-12-18 15:00", "last": "2016-12-20 14:00",
//  "hours": [{"hour": "2016-12-20 14:00", "aqi": 215 | null, "level": 5, "primary": "PM2.5", "note": "" | why no index,
//    "coverage": {"present": 2, "of": 3, "what": "sites" | "pollutants"}, // an area: sites with a value; a station: of what it
//    "edition", "quality",                                             //   should send; null for hours of the record
//    "values": {"pm2_5": "165" | null, ...},
//    "received": {"pm2_5": "900"},                                     // a station: where another value or none counts
//    "flags": {"pm2_5": {"flag": "C", "zh": "校准"}},                   // a station: received under it
//    "marks": {"pm2_5": ["spike", "corrected"]}}],                     // of quality control, and "corrected"; else {}
//  "next": cursor | null}                                              // of the page after this one; limit: at most 2208
//
// GET /api/v1/days?place=ID[&first=&last=][&limit=&cursor=][&format=json|csv]   closed days; without both the last 31
// {"ok": true, "place", "name", "kind", "window": "24h", "as_of", "units", "first": "2016-12-01", "last": "2016-12-20",
//  "days": [{"date": "2016-12-20", "aqi", "level", "primary", "note", "verdict": "good" | "lost" | "undetermined",
//    "absent": ["O3"], "exempt": [],                                   // pollutants of the report without a sub-index
//    "coverage": {"present": 5, "of": 6, "what": "pollutants"},        // of the daily report
//    "valid": {"pm2_5": 24, ...}, "sites": 3,                          // a station: valid hours, sites 0; an area: valid sites
//    "edition", "quality", "dust": false, "values": {"pm2_5": "115" | null, ...}}],  // O3: daily maximum 8-hour mean
//  "next"}                                                             // at most 1100 days; limit: at most 1100
//
// GET /api/v1/ranking[?date=2016-12-20][&period=day|month|year][&format=json|csv]   date absent: the last closed day
//   Of a day by its AQI; of a month or year up to the date by the composite index (环办〔2014〕64号). The smaller is the better;
//   equal ones share a rank, and what has no figure has none.
// {"ok": true, "date", "period", "by": "aqi" | "composite", "first": "2016-12-01", "through": "2016-12-20", "window": "24h",
//  "as_of", "units", "areas": [{"rank": 1 | null, "id", "name", "kind", "aqi": 85 | null, "level", "primary", "verdict",
//    "composite": "5.23" | null, "good_days", "days", "valid_days": {"pm2_5": 20}, "note", "coverage", "edition", "quality",
//    "values": {"pm2_5": "115" | null, ...}}]}   // of a month or year means; aqi, level, primary, verdict, note are of the day;
//   good_days, days, valid_days are there of a month or year alone
#pragma once

#include "daemon/web/head.hpp"

namespace aqi::daemon::web {

struct ReadSources;

/// All throw Refusal: 400 for what cannot be read, 404 for a place nobody knows, 422 for more than one answer may hold.
Reply read_hours(const Query& query, const ReadSources& sources);
Reply read_days(const Query& query, const ReadSources& sources);
Reply read_ranking(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
