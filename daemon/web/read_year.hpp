// daemon/web/read_year: where a place stands in its year: means and targets, good days, validity; and what it would take.
//
// Concentrations are texts in "unit"; lists "by day" begin with 1 January and end with `through`.
//
// GET /api/v1/year?place=ID[&year=2016][&form=as_measured|dust_deducted][&format=json|csv]   year absent: of the last closed day
// {"ok": true, "place", "name", "kind": "city" | "county" | "station", "year": 2016, "days": 366, "through": "2016-12-20" | null,
//  "elapsed": 355, "form", "has_dust": false, "edition": id | null, "as_of": the end of `through` | null,
//  "quality": "preliminary",                                           // of the least reviewed day
//  "pollutants": [{"pollutant": "pm2_5", "label": "PM2.5", "unit": "ug/m3", "window": "year_to_date",
//    "by_day": [null, "140", "131.5"] | [],     // cumulative mean to a tenth; null before the first value; []: days no longer kept
//    "allowance_by_day": ["55.3", "-2.1", ...] | [],  // budget: what the rest of the year could average, at the end of each day
//    "mean": "73.123" | null, "published": "73" | null, "target": "62" | null,
//    "allowance": "35.2" | null, "allowance_published": "35" | null, "lowest_ever": "20.1" | null, "below_lowest_on": date | null,
//    "valid_days", "elapsed_days", "remaining_days", "lost_on": date | null,
//    "standing": "open" | "met" | "missed" | "lost" | "not_proven", "standing_zh", "why_zh", "why_en",
//    "earlier": [{"year": 2015, "valid_days", "mean"}],                 // the same rest of earlier years
//    "moved_most": {"date", "value", "by": "-0.4"} | null,
//    "coverage": {"days", "elapsed", "valid", "needed", "may_lose", "may_lose_year", "tightest_month": 0..12, "void_on": date | null,
//      "over", "is_valid", "why_not_zh", "why_not_en",
//      "months": [{"month": 1, "days", "elapsed", "valid", "needed", "may_lose", "missing": "2016-01-03, 2016-01-07..09"}]} | null}],
//  "good_days": {"target": 200 | null, "good", "lost", "undetermined", "remaining", "elapsed", "at_most", "upper_bound",
//    "never_measured": ["O3"], "may_lose_least", "may_lose_most", "needed_rate": "61.5" | null, "needed_rate_least": "60.1" | null,
//    "good_year_before", "elapsed_year_before", "lost_on", "standing", "standing_zh", "why_zh", "why_en",
//    "lost_days": [{"date", "aqi", "primary": "pm2_5", "label", "value", "limit", "margin", "unit"}], "lost_by_primary": {"pm2_5": 80},
//    "by_day": [0, 1, 1, ...] | [], "at_most_by_day": [...],             // the staircase: proven good, and with the undetermined
//    "last_year": {"year": 2015, "days": 365, "by_day": [...null where unknown]}} | null}
//
// GET /api/v1/what-if?area=ID&year=2016[&pollutant=pm2_5][&assume=12=70,11=60][&need=12][&good_rate=60.5][&draws=1000&seed=1]
//   [&lang=zh|en]   Arithmetic on assumptions, never a forecast. At most 2000 draws.
// {"ok": true, "area", "name", "year", "pollutant", "label", "unit",
//  "paper": "aqid/paper/1" as of `aqictl what-if`: {"facts": {"through", "remaining"}, "tables": {"year_end": {"rows": [{"assumed",
//    "mean", "target", "meets": "yes" | "no" | null, "good_days", "meets_good_days"}]}, "needed": {"rows": [{"month": "2016-12",
//    "at_most", "at_most_mark"}]}, "resampling": {"rows": [{"p5", "median", "p95", "meeting"}]}}},
//  "text": the same in the language, for reading}
#pragma once

#include "daemon/web/head.hpp"

namespace aqi::daemon::web {

struct ReadSources;

/// Both throw Refusal: 400, 404 for a place nobody knows, 422 where no day of the year is closed.
Reply read_year(const Query& query, const ReadSources& sources);
Reply read_what_if(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
