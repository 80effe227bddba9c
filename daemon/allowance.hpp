// daemon/allowance: how many letters of alarms one person gets in an hour, and what becomes of those beyond it.
//
// A person is an address: who stands in two lists, or is told along two steps of the roster, has one hour. Alarms and digests count, and
// wait when the hour is full; what waited is said in one digest as soon as there is room. Warnings of every kind, canaries and the
// daily all-clear neither count nor wait.
//
// Knows: limits, addresses, what was held for whom. Does not know: words, clocks, the store: nothing here is kept, so nothing is lost
// with the process. Pure; used on the loop only.
#pragma once

#include "daemon/config.hpp"
#include "daemon/notify/letter.hpp"
#include "daemon/ports.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aqi::daemon {

/// Letters that count which an address got, or still may get, within the last hour.
using Received = std::map<std::string, int>;

/// Whether letters of this kind count, and wait when an hour is full.
bool is_limited(notify::LetterKind kind);

/// Rows of one letter of a limited kind: recipients whose hour is full go over to `held`; the others are counted.
void hold_back(std::vector<PreparedRow>& rows, Received& received);

/// What waited for the same people: one digest.
struct Bundle {
    std::vector<std::shared_ptr<const OutboxRow>> letters; ///< the oldest first, of one channel and version of a list
    std::shared_ptr<const Audience> people;                ///< those it is for, of that version
    std::vector<OutboxEntry> deliveries;                   ///< all that it settles
};
/// Of what is held, what may be said now: one letter for whoever has room, which is counted. A list that is no longer configured, or
/// has no limit any more, holds nothing back.
std::vector<Bundle> bundles_of(const std::vector<OutboxEntry>& held, const Config& config, Received& received);

} // namespace aqi::daemon
