// daemon/web/read_frames: raw frames as they came, newest first, and what became of them.
//
// GET /api/v1/frames?link=NAME|station=ID[&most=50]      most: 1 to 200
// {"ok": true, "kept": 128,                               // of a link at most; a restart begins anew
//  "frames": [{"at": "2016-12-20T14:03:11+08:00", "at_ms": 1482213791000, "link": "hj212", "driver": "hj212",
//              "origin": "10.0.0.7:40112", "bytes": 187,  // as it came
//              "cut": false,                              // only its first bytes were kept
//              "retained": false,                         // the broker's memory, not news
//              "masked": true,                            // a secret in it was replaced by "******"
//              "text": "##0170QN=...;PW=******;...\\r\\n", // UTF-8; every other byte, and controls, as \r \n \t \\ \xNN
//              "hex": "23 23 30 31 ...",                  // the first 512 bytes, masked as well
//              "stations": ["1005A"],                     // whose readings it carries
//              "outcome": "readings" | "forecasts" | "counted" | "refused" | "malformed" | "nothing" | "cut",
//              "readings": 6, "forecasts": 0, "counted": ["hj212_heartbeats"],
//              "faults": ["..."],                         // why all of it, or some reading of it, means nothing
//              "values": [{"station": "1005A", "pollutant": "pm2_5", "label": "PM2.5",
//                          "period": "hour" | "day" | "minutes" | "moment", "at": its end, "value": "115" | null,
//                          "unit": "ug/m3", "flag": "N", "flag_zh": "正常"}]}],     // the first 60
//  "aside": [{"at": "...", "reason": "...", "detail": "...", "link": "...", "origin": "...", "station": "..."}]}
//                                                         // readings of these that ingest put aside, newest first
// A frame carries a station when its driver finds the station in it, or when the link speaks for no other.
//
// Knows: how to ask a driver what a frame means. Does not know: links, or what ingest does.
#pragma once

#include "daemon/frame_book.hpp"
#include "daemon/web/head.hpp"

#include <boost/json/object.hpp>

namespace aqi::daemon::web {

struct ReadSources;

/// Throws Refusal: 404 where there is no such link or station.
Reply read_frames(const Query& query, const ReadSources& sources);
/// One frame of a link as said above.
boost::json::object frame_json(const KeptFrame& frame, const LinkConfig* link, UtcOffset offset);

} // namespace aqi::daemon::web
