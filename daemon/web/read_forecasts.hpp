// daemon/web/read_forecasts: what bureaus said beforehand, beside what came, and how good it was.
//
// GET /api/v1/verification?area=ID[&first=&last=]         without days the last 90; at most 366
// {"ok": true, "area", "name", "first": "2016-09-22", "last": "2016-12-20",
//  "scores": [{"organisation": id | "persistence" | "climatology", "name", "lead_days": 1, "days", "in_range", "level_hits", "over",
//    "under", "half_points", "heavy", "heavy_hits", "false_alarms", "bias": {"pm2_5": {"days", "mean", "unit"}}}],
//  "lead_gained": [{"organisation", "name", "spells", "called", "days_ahead"}]}
//
// GET /api/v1/forecast-series?area=ID[&first=&last=][&format=json|csv]    without days the last 31 and the 7 to come; at most 366
// {"ok": true, "area", "name", "first", "last", "leads": [1, ..., 7], "organisations": [{"id", "name", "bureau": "environment" | "meteorology"}],
//  "days": [{"date", "aqi": observed | null, "level", "primary", "verdict": "good" | ... | null, "edition", "quality",
//    "forecasts": [{"organisation", "lead_days": 1,                    // said by the end of the day so many days before
//      "low": 180, "high": 220, "primary": "PM2.5", "dust": false, "issued_at", "received_at"}]}]}
#pragma once

#include "daemon/web/head.hpp"

namespace aqi::daemon::web {

struct ReadSources;

/// Both throw Refusal: 400, 404 for an area nobody knows, 422 for too many days, or where no day is closed.
Reply read_verification(const Query& query, const ReadSources& sources);
Reply read_forecast_series(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
