// drivers/modbus/breaker: when a unit that does not answer is asked again.
//
// Knows: after some failures in a row a unit is silent; a silent one is tried after a pause that doubles up to a limit, so
// that its time-outs cannot hold its neighbours on the line. One answer and all is well.
// Does not know: clocks, lines, why it failed.
#pragma once

#include <algorithm>
#include <chrono>

namespace aqi::drivers::modbus {

struct BreakerLimits {
    int failures = 3; ///< in a row
    std::chrono::milliseconds first_pause{10'000};
    std::chrono::milliseconds longest_pause{300'000};
};

class Breaker {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Breaker(BreakerLimits limits) : limits_(limits), pause_(limits.first_pause) {}

    void answered()
    {
        failures_ = 0;
        pause_ = limits_.first_pause;
    }
    void failed(Time now)
    {
        ++failures_;
        if (!silent()) return;
        next_try_ = now + pause_;
        pause_ = std::min(pause_ * 2, limits_.longest_pause);
    }
    bool silent() const { return failures_ >= limits_.failures; }
    int failures() const { return failures_; }
    /// Of a silent unit.
    Time next_try() const { return next_try_; }

private:
    BreakerLimits limits_;
    int failures_ = 0;
    std::chrono::milliseconds pause_;
    Time next_try_{};
};

} // namespace aqi::drivers::modbus
