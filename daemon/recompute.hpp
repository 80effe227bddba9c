// daemon/recompute: everything once more from the journal, beside the running figures; a difference is a fault.
//
// Knows: a fold of the journal into a fresh state on a thread of its own, with its own reading connection, so that the loop
// goes on; and what differs between two sets of figures, in words.
// Does not know: when it is due, or what is done about a difference (app). The rows on disk are compared as well as the
// state in memory: either may have been damaged.
#pragma once

#include "daemon/ports.hpp"
#include "libaqi/engine.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace aqi::daemon {

/// The last row of every key.
Figures latest_rows(Figures figures);

/// Published figures of `before` that are others in `after`; rows that only one of them has count as NA in the other.
/// Rows are matched by place and day, or place, year and pollutant; years only where they stand for the same closed day.
std::vector<Change> differences(const Figures& before, const Figures& after, const Rules& rules);

/// A journal folded into a fresh state and all its figures.
struct Recomputed {
    explicit Recomputed(const Network& network) : state(network) {}
    State state;
    Figures figures;      ///< daily, annual, good days: the last row of every key
    std::int64_t seq = 0; ///< of the last event in it
    std::int64_t events = 0;
    std::string trouble; ///< the journal could not be read
};

/// Folds what a database holds. Any thread; nothing in the journal gets out as an exception. Ends early once `stops`.
std::unique_ptr<Recomputed> recompute(const std::filesystem::path& database, const Rules& rules,
                                      const std::atomic<bool>& stops);
/// Brings it up to date with later events, and makes the year figures. The loop's thread.
void catch_up(Recomputed& fresh, const std::vector<Event>& later, const Rules& rules);

} // namespace aqi::daemon
