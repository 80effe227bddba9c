#include "drivers/hj212/desk.hpp"

#include <fmt/format.h>

namespace aqi::drivers::hj212 {
namespace {

std::string age(Instant then, Instant now)
{
    const std::int64_t seconds = std::max<std::int64_t>(0, (now.ms - then.ms) / 1'000);
    if (seconds < 120) return fmt::format("{} s", seconds);
    if (seconds < 7'200) return fmt::format("{} min", seconds / 60);
    return fmt::format("{} h", seconds / 3'600);
}

} // namespace

Desk::Desk(const std::vector<StationSettings>& stations)
{
    for (const auto& station : stations) {
        seen_.emplace_back();
        seen_.back().station = station.id;
    }
}

void Desk::heard(std::size_t station, const std::string& origin, Instant at)
{
    const std::lock_guard lock{mutex_};
    Seen& seen = seen_[station];
    seen.connected = true;
    seen.origin = origin;
    seen.last_frame = at;
}

void Desk::ended(std::size_t station, const std::string& why)
{
    const std::lock_guard lock{mutex_};
    seen_[station].connected = false;
    seen_[station].why_ended = why;
}

void Desk::refused(std::size_t station, std::string why)
{
    const std::lock_guard lock{mutex_};
    seen_[station].refused = std::move(why);
    ++seen_[station].refusals;
}

void Desk::request(std::size_t station, std::string line)
{
    const std::lock_guard lock{mutex_};
    seen_[station].request = std::move(line);
}

bool Desk::connected(std::size_t station) const
{
    const std::lock_guard lock{mutex_};
    return seen_[station].connected;
}

std::vector<StationLine> Desk::lines(Instant now, std::chrono::seconds idle) const
{
    std::vector<StationLine> out;
    const std::lock_guard lock{mutex_};
    for (const auto& seen : seen_) {
        StationLine line;
        line.station = seen.station;
        line.good = seen.connected && seen.last_frame && now.ms - seen.last_frame->ms <= idle.count() * 1'000;
        if (seen.connected)
            line.detail = fmt::format("connected from {}, last frame {} ago", seen.origin, age(*seen.last_frame, now));
        else if (seen.last_frame)
            line.detail = fmt::format("not connected ({}), last frame {} ago from {}", seen.why_ended,
                                      age(*seen.last_frame, now), seen.origin);
        else
            line.detail = "has not called in";
        if (!seen.request.empty()) line.detail += fmt::format("; {}", seen.request);
        if (seen.refusals > 0) line.detail += fmt::format("; refused {} times: {}", seen.refusals, seen.refused);
        out.push_back(std::move(line));
    }
    return out;
}

} // namespace aqi::drivers::hj212
