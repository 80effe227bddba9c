// daemon/commands: what a line on the control socket asks for.
//
// Requests: {"command": "ping"}; {"command": "status"}; {"command": "counts"}; {"command": "forecast", "person": P, and a
// forecast (drivers/forecast_text)}; {"command": "act", "person": P, "warning": W, "revision": N, "verb": "sign" | "object" |
// "approve" | "send-back" | "issue" | "lift" | "emergency", "why"}; {"command": "alarm", "person", "alarm", "verb": "acknowledge" | "silence" | "confirm-silence" | "note" | "own", "note", "until": ISO time};
// {"command": "consult", "person", "warning", "revision", "level",
// "effective", "until": hour | "open", "wording", "why"}; {"command": "propose" | "drill", "person", "area", "level": level | "cancel",
// "effective", "until", "wording", "why"}; {"command": "order", "person", "authority", "document", "areas", "level",
// "effective", "until", "text"}; {"command": "review-emergency", "person", "warning", "revision", "verdict": "confirm" | "reject",
// "why"}; {"command": "correct", "person", "station", "pollutant", "first", "last", "kind":
// "invalidate" | "replace" | "accept" | "restore", "value", "why", "document"}; {"command": "decide", "person", "correction",
// "verb": "ratify" | "refuse", "why"}; {"command": "sign-off", "person", "place", "first", "last", "level", "note"};
// {"command": "dust", "person", "area", "date", "document", "why", "undo"}; {"command": "review"};
// {"command": "station", "person", "station", "note": "maintenance" | "quarantine", "first", "last", "why", "ends"};
// {"command": "tell", "person", "station", "order": "set-time" | "realtime-interval" | "minute-interval" | "realtime-on" |
// "realtime-off" | "fetch", "number", "first", "last"}; {"command": "coverage" | "weather", "station", "first", "last"};
// {"command": "dispatch", "most"}; {"command": "deliveries", "row", "most"}; {"command": "resolve", "person", "key", "verdict":
// "sent" | "not-sent" | "resend", "why"}; {"command": "route-test", "warning"}, or of a warning
// that is made up, {"command": "route-test", "area", "level", "transition": "raise" | "upgrade" | "downgrade" | "lift" | "cancel",
// "drill": whether}: neither writes or sends anything;
// {"command": "recompute"}; {"command": "audit", "most"}; {"command": "clock", "now": ISO time} under a simulated clock only.
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

class AuditTrail;
class Outgoing;

struct CommandContext {
    const Config* config = nullptr;
    Turns* turns = nullptr;
    const Clock* clock = nullptr;
    Outgoing* outgoing = nullptr; ///< absent where nothing is sent
    AuditTrail* trail = nullptr;  ///< of who asked for what; absent in tests of something else
    std::function<std::string()> status;
    std::function<std::string()> counts; ///< {"name": n, ...}: what was taken in, repeated, put aside
    /// What people did and what was refused to them, so many of the newest: {"ok": true, "acts": [{"when", "event", "says"}]}.
    std::function<std::string(int)> audit;
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

/// An act has its lines in the audit trail, or does not happen. Throws StoreError when the database cannot be read.
std::string answer_command(std::string_view line, const Peer& peer, const CommandContext& context);
/// The answer that says yes, and what was done: {"ok": true, "said": ...}.
std::string agree_command(std::string_view said);
/// The answer that says no.
std::string refuse_command(std::string_view why);

} // namespace aqi::daemon
