#include "tools/sim/station_clock.hpp"

#include <algorithm>
#include <csignal>

namespace aqi::sim {
namespace {

volatile std::sig_atomic_t stop_signal = 0;

extern "C" void remember_stop(int) { stop_signal = 1; }

Instant real_now()
{
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

} // namespace

StationClock::StationClock(const ClockSettings& settings)
    : real_(!settings.start && settings.speed == 1), speed_(settings.speed), start_(settings.start.value_or(real_now()))
{
    if (settings.minutes > 0) end_ = Instant{start_.ms + std::int64_t{settings.minutes} * 60'000};
}

void StationClock::begin()
{
    if (begun_) return;
    begun_ = true;
    begun_at_ = std::chrono::steady_clock::now();
}

Instant StationClock::now() const
{
    Instant out = start_;
    if (real_) {
        out = real_now();
    } else if (begun_) {
        const auto passed = std::chrono::steady_clock::now() - begun_at_;
        out.ms += std::chrono::duration_cast<std::chrono::milliseconds>(passed * speed_).count();
    }
    return end_ ? std::min(out, *end_) : out;
}

bool StationClock::over() const { return stop_wanted() || (end_ && !(now() < *end_)); }

void catch_stop_signals()
{
    std::signal(SIGINT, remember_stop);
    std::signal(SIGTERM, remember_stop);
    std::signal(SIGPIPE, SIG_IGN);
}

bool stop_wanted() { return stop_signal != 0; }

} // namespace aqi::sim
