// daemon/clock: the system's time, or a time that somebody sets by hand. Only a drill may have the second.
#pragma once

#include "daemon/ports.hpp"

#include <atomic>

namespace aqi::daemon {

class SystemClock : public Clock {
public:
    Instant now() const override;
};

/// Stands still until it is set; never goes back.
class SimulatedClock : public Clock {
public:
    explicit SimulatedClock(Instant start) : ms_(start.ms) {}
    Instant now() const override { return Instant{ms_.load(std::memory_order_acquire)}; }
    /// Returns false, and changes nothing, for a time before the present one.
    bool set(Instant to);

private:
    std::atomic<std::int64_t> ms_;
};

} // namespace aqi::daemon
