// daemon/web/api: everything we know of ourselves, as one JSON text; the page and `aqictl status` read the same.
//
// Knows: what stands on the page. Does not know: HTTP, or how a figure was made.
#pragma once

#include "daemon/config.hpp"
#include "daemon/dispatch.hpp"
#include "daemon/health.hpp"
#include "daemon/store/store.hpp"
#include "daemon/turns.hpp"
#include "daemon/web/live.hpp"

#include <string>

namespace aqi::daemon::web {

struct Sources {
    const Config* config = nullptr;
    const Turns* turns = nullptr;
    const Health* health = nullptr;
    const Dispatch* dispatch = nullptr;
    SqliteStore* store = nullptr;
    const Clock* clock = nullptr;
    std::vector<drivers::StationLine> lines; ///< what links say of their stations
    LagHistogram durable_after;              ///< of the inbox
};

/// A part per key of the status, but one per area and one per station; all but the time itself.
std::vector<Part> status_parts(const Sources& sources);
/// One JSON text of them: "areas/<id>" and "stations/<id>" become the elements of two arrays.
std::string status_of(const std::vector<Part>& parts, Instant now, UtcOffset offset);
std::string status_json(const Sources& sources);
std::string counts_json(SqliteStore& store);
/// Corrections, sign-offs, dust days, notices and marks: {"ok": true, ...}.
std::string review_json(const State& state, SqliteStore& store, const Config& config);

} // namespace aqi::daemon::web
