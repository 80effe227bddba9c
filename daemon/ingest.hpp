// daemon/ingest: hop 3: which claims of a station become events.
//
// Knows: the registry, the permitted clock skew, what no instrument can mean, what a repeat and what a revision is.
// Does not know: averages, storage, or how a payload was written. A reading that is not taken is never dropped: its fault
// goes with it to where it is kept and shown.
#pragma once

#include "libaqi/engine.hpp"
#include "libaqi/reading.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace aqi::daemon {

struct Judged {
    std::vector<Event> events;   ///< values that are news
    std::vector<Fault> faults;   ///< values, or the whole reading, put aside
    int duplicates = 0;          ///< values that say what is known already
    std::vector<Event> repeated; ///< these, as they are known
    int revisions = 0;           ///< values that say something else of a known hour
    int late = 0;                ///< values for an hour that was closed
};

/// Judges one reading of minutes or of a moment: what is impossible is taken out, with its fault. The reading that is left
/// may be empty. Its weather, and that of hours, is judged too.
struct JudgedPart {
    Reading reading;
    std::optional<StationIndex> station; ///< absent: the whole reading was put aside
    std::vector<Fault> faults;
};
JudgedPart judge_part(Reading reading, bool retained, const State& state, const Rules& rules, Instant now,
                      std::chrono::minutes ahead_at_most, int minutes_kept_days);

/// Judges one reading of an hour or a day against the state as it stands. `retained`: the broker's memory, put aside as it is not news.
Judged judge_reading(const Reading& reading, bool retained, const State& state, const Rules& rules, Instant now,
                     std::chrono::minutes ahead_at_most);

} // namespace aqi::daemon
