// tools/sim/station_clock: the time a simulated station lives in, and when its run ends.
//
// Knows: the real time, or a time of its own that runs faster; SIGINT and SIGTERM end a run in order.
// Does not know: what is done with the time.
#pragma once

#include "libaqi/time.hpp"

#include <chrono>
#include <optional>

namespace aqi::sim {

struct ClockSettings {
    std::optional<Instant> start; ///< absent: the real time
    int speed = 1;                ///< simulated seconds a real second; above 1 only with a start or from now on
    int minutes = 0;              ///< then the run ends; 0: when it is told to
};

class StationClock {
public:
    explicit StationClock(const ClockSettings& settings);

    /// The time stands at the start until the run begins; a second call changes nothing.
    void begin();
    bool begun() const { return begun_; }
    Instant start() const { return start_; }
    /// Never later than the end.
    Instant now() const;
    bool over() const;

private:
    bool real_ = true;
    int speed_ = 1;
    Instant start_;
    std::optional<Instant> end_;
    bool begun_ = false;
    std::chrono::steady_clock::time_point begun_at_{};
};

/// From now on SIGINT and SIGTERM are only remembered.
void catch_stop_signals();
bool stop_wanted();

} // namespace aqi::sim
