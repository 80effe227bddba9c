#include "daemon/clock.hpp"

#include <chrono>

namespace aqi::daemon {

Instant SystemClock::now() const
{
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

bool SimulatedClock::set(Instant to)
{
    if (to.ms < ms_.load(std::memory_order_relaxed)) return false;
    ms_.store(to.ms, std::memory_order_release);
    return true;
}

} // namespace aqi::daemon
