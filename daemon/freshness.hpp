// daemon/freshness: how a station is, in one word and a reason.
//
// Unknown is never good news and never a pollution alarm: a silent station is silent, whatever it said last.
//
// Knows: deadlines, clocks, marks, what people said of a station. Does not know: figures. Used on the loop only.
#pragma once

#include "daemon/config.hpp"
#include "daemon/store/store.hpp"
#include "daemon/turns.hpp"
#include "libaqi/paper.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace aqi::daemon {

/// From the one that says most about the others: a station under maintenance may be silent, too.
enum class StationState : std::uint8_t { maintenance, quarantined, never, silent, clock_wrong, late, suspect, live };
std::string_view station_state_name(StationState state); ///< "clock_wrong"
std::string_view station_state_zh(StationState state);

struct StationFreshness {
    StationState state = StationState::never;
    Words detail; ///< why, in one sentence; empty for live
    std::optional<Heard> heard;
    /// Pollutants of the monitoring plan without a value, or flag, in the last closed hour, while others have one.
    std::vector<Pollutant> late_pollutants;
};

/// `marks`: the newest marks of quality control.
StationFreshness freshness_of(StationIndex station, const Turns& turns, const Config& config,
                              const std::vector<SqliteStore::MarkRow>& marks, Instant now);

} // namespace aqi::daemon
