// daemon/commands: what a line on the control socket asks for.
//
// Requests: {"command": "ping"}; {"command": "status"}; {"command": "counts"}; {"command": "forecast", "person": P, "area": A, "days":
// [{"date", "low", "high", "primary"}]}; {"command": "act", "person": P, "warning": W, "revision": N, "verb": "sign" |
// "approve" | "issue" | "lift"}; {"command": "correct", "person", "station", "pollutant", "first", "last", "kind":
// "invalidate" | "replace" | "accept" | "restore", "value", "why", "document"}; {"command": "decide", "person", "correction",
// "verb": "ratify" | "refuse", "why"}; {"command": "sign-off", "person", "place", "first", "last", "level", "note"};
// {"command": "dust", "person", "area", "date", "document", "why", "undo"}; {"command": "review"};
// {"command": "station", "person", "station", "note": "maintenance" | "quarantine", "first", "last", "why", "ends"};
// {"command": "order", "person", "station", "order": "set-time" | "realtime-interval" | "minute-interval" | "realtime-on" |
// "realtime-off" | "fetch", "number", "first", "last"}; {"command": "coverage" | "weather", "station", "first", "last"};
// {"command": "recompute"}; {"command": "clock", "now": ISO time} under a simulated clock only.
// Answers: {"ok": true, ...} or {"ok": false, "error": "..."}.
//
// Knows: which account may act as which person. Does not know: sockets, or the rules of what a person may do (libaqi).
#pragma once

#include "daemon/control.hpp"
#include "daemon/turns.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace aqi::daemon {

struct CommandContext {
    const Config* config = nullptr;
    Turns* turns = nullptr;
    const Clock* clock = nullptr;
    std::function<std::string()> status;
    std::function<std::string()> counts; ///< {"name": n, ...}: what was taken in, repeated, put aside
    std::function<std::string()> review; ///< corrections, sign-offs, dust days and notices
    /// Starts a full recomputation beside the running figures; its outcome appears in status.
    std::function<std::string()> recompute;
    /// The gap ledger of some stations as JSON (aqid/coverage/1).
    std::function<std::string(const std::vector<StationIndex>&, HourEnding, HourEnding)> coverage;
    /// The weather of some stations' hours as JSON (aqid/weather/1).
    std::function<std::string(const std::vector<StationIndex>&, HourEnding, HourEnding)> weather;
    /// Passes an order on to a station's link; the answer is a whole answer, or a refusal.
    std::function<std::string(std::string_view, const drivers::Order&)> order;
    /// Moves the simulated clock and does everything that becomes due; empty with a real clock. The answer is a reason
    /// to refuse, or empty.
    std::function<std::string(Instant)> set_clock;
};

/// Throws StoreError when the database cannot be read.
std::string answer_command(std::string_view line, const Peer& peer, const CommandContext& context);
/// The answer that says yes, and what was done: {"ok": true, "said": ...}.
std::string agree_command(std::string_view said);
/// The answer that says no.
std::string refuse_command(std::string_view why);

} // namespace aqi::daemon
