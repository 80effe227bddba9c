// daemon/routing: which letter goes through which channel to whom, in which words: the rows of the outbox, before anything leaves.
//
// A channel without recipients gets every warning unless a [[route]] names it; one with recipients gets what its routes say. An
// address gets a letter once through a channel, whichever audiences it stands in. A lift goes to those only who got what it ends.
//
// Knows: routes, audiences, how a channel composes. Does not know: when and how it is sent (dispatch). Pure, but for what a store
// says of earlier rows.
#pragma once

#include "daemon/config.hpp"
#include "daemon/notify/letter.hpp"
#include "daemon/ports.hpp"

#include <memory>
#include <string>
#include <vector>

namespace aqi::daemon {

/// Everything a letter becomes: rows to be prepared, and what of earlier ones is superseded by them.
struct Dispatched {
    std::vector<PreparedRow> rows;
    std::vector<OutboxEntry> superseded;
};

/// Trouble: the store could not say who got the earlier revisions.
Outcome<Dispatched> route(const notify::Letter& letter, const Config& config, Store& store, Instant now);

/// The rows of a letter of the duty room's own, along this route only.
std::vector<PreparedRow> route_along(const notify::Letter& letter, const Route& route, const Config& config,
                                     Instant now);

/// The same as route() without a store, for people: who would get it, in which words, at what count and cost.
std::vector<PreparedRow> route_new(const notify::Letter& letter, const Config& config, Instant now);

/// The same of an end, where nobody has got anything yet: to whom `ends`, which it ends, would go.
std::vector<PreparedRow> route_end(const notify::Letter& end, const notify::Letter& ends, const Config& config,
                                   Instant now);

} // namespace aqi::daemon
