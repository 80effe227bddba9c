// daemon/web/read_texts: the words of a revision, issued or still on the table, as they would leave now.
//
// GET /api/v1/texts?warning=410600-2016-003&revision=2[&wording=][&level=][&effective=][&until=][&why=]
//   `revision` absent: the newest. The others try words that nobody has put on the table yet: a preview is stored nowhere.
//   `effective`, `until`: an hour by its end ("2016-12-20T14:00"); until=open: 解除时间另行通知.
// {"ok": true, "warning": "410600-2016-003", "revision": 2, "version": 1, "kind": "raise", "state": "agreed",
//  "level": "orange", "level_zh": "橙色", "mode": "real", "drill": false,
//  "preview": true,                    // it has not been issued: the moment of issue is `issued_at`, which is now
//  "changed": ["wording"],             // what the query put in place of what lies on the table
//  "issued_at": "2016-12-20T14:20:00+08:00", "effective": "2016-12-21T00:00:00+08:00", "until": null, "lead_minutes": 580,
//  "signature_units": 12,              // what a carrier's 【signature】 may take of each message
//  "zh": {"headline": "...", "short": SMS, "full": SMS, "broadcast": "...", "bulletin": "...", "advice": "..."},
//  "en": {"headline": "...", "short": SMS, "full": SMS, "broadcast": null, "bulletin": "...", "advice": "..."}}
// SMS: {"text": "...", "units": 58, "parts": 1, "signed_parts": 1, "gsm7": false}: `units` of UTF-16 (of GSM-7: septets);
//   `signed_parts` with a signature of `signature_units` before it. What one channel makes of it: GET /api/v1/route-test.
//
// Knows: how to ask libaqi/message. Does not know: channels.
#pragma once

#include "daemon/web/head.hpp"

namespace aqi::daemon::web {

struct ReadSources;

/// Throws Refusal: 400 for what cannot be read, 404 where there is no such warning or revision.
Reply read_texts(const Query& query, const ReadSources& sources);

} // namespace aqi::daemon::web
