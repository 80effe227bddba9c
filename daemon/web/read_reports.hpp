// daemon/web/read_reports: the papers a bureau signs, as `aqictl report` makes them.
//
// GET /api/v1/reports                                     what can be asked for
// {"ok": true, "last_day": "2016-12-20" | null, "first_day": "2014-11-01",   // what is at hand: reports of earlier days by aqictl
//  "kinds": [{"kind": "hour", "example": "2016-12-20T14:00"}, ... "day" "month" "quarter" "year" "period"],
//  "periods": [{"id": "heating", "name": "采暖季", "whens": ["heating:2015", "heating:2016"]}],
//  "beside": [{"id": "cn-2026", "title_zh", "title_en"}], "places": [{"id", "name", "kind": "city" | "county" | "station"}],
//  "formats": ["json", "csv", "html", "text"]}
//
// GET /api/v1/reports?when=2016-12[&places=410600,410611][&beside=cn-2026][&format=json|csv|html|text][&lang=zh|en]
//   places absent: every area. json is "aqid/paper/1" (libaqi/paper.hpp): {"schema", "kind", "title": {"zh", "en"}, "subtitle",
//   "facts": {key: value}, "tables": {key: {"title", "columns": [{"key", "title", "unit"}], "rows": [{column: value}], "notes",
//   "chart"}}, "notes"}. html is a page for the printer: no script, its style is /paper.css. csv (UTF-8 with BOM, for Excel) and
//   text come with a file name.
#pragma once

#include "daemon/web/head.hpp"

namespace aqi::daemon::web {

struct ReadSources;

/// Throws Refusal: 400 for what cannot be read, 404 for a place nobody knows, 422 where nothing of it is closed or at hand.
Reply read_reports(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
