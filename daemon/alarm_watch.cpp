#include "daemon/alarm_watch.hpp"

#include "daemon/freshness.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon {
namespace {

/// A broker that restarts is back sooner.
constexpr std::int64_t down_for_ms = 120'000;

AlarmSeverity severity_of(StationState state)
{
    switch (state) {
    case StationState::silent: return AlarmSeverity::serious;
    case StationState::clock_wrong: return AlarmSeverity::notice;
    case StationState::never:
    case StationState::maintenance:
    case StationState::quarantined:
    case StationState::late:
    case StationState::suspect:
    case StationState::live: break;
    }
    return AlarmSeverity::none;
}

/// "clock_wrong" as one reads it.
std::string words_of(std::string_view name)
{
    std::string out{name};
    std::replace(out.begin(), out.end(), '_', ' ');
    return out;
}

} // namespace

std::vector<Turns::Condition> AlarmWatch::look(const Turns& turns, const Health& health, const Dispatch& dispatch,
                                               Instant now)
{
    std::vector<Turns::Condition> out;
    const auto& stations = config_.rules.network.stations;
    for (std::uint32_t s = 0; s < stations.size(); ++s) {
        const auto fresh = freshness_of(StationIndex{s}, turns, config_, {}, now);
        out.push_back({AlarmKind::station,
                       stations[s].id,
                       severity_of(fresh.state),
                       {fmt::format("{}：{}{}{}", stations[s].name, station_state_zh(fresh.state),
                                    fresh.detail.zh.empty() ? "" : "，", fresh.detail.zh),
                        fmt::format("{}: {}{}{}", stations[s].name, words_of(station_state_name(fresh.state)),
                                    fresh.detail.en.empty() ? "" : ", ", fresh.detail.en)}});
    }
    for (const auto& [name, status] : health.links()) {
        if (status.state == drivers::LinkState::up) {
            down_since_.erase(name);
            out.push_back({AlarmKind::link, name, AlarmSeverity::none, status.detail});
        } else if (status.state == drivers::LinkState::down) {
            const Instant since = down_since_.try_emplace(name, now).first->second;
            if (now.ms - since.ms >= down_for_ms)
                out.push_back({AlarmKind::link, name, AlarmSeverity::serious, status.detail});
        }
    }
    for (const auto& channel : dispatch.health()) {
        const auto state = send_state_named(channel.last_state);
        if (!state) continue;
        switch (*state) {
        case SendState::accepted:
        case SendState::delivered:
            out.push_back({AlarmKind::channel, channel.name, AlarmSeverity::none, channel.last_detail});
            break;
        case SendState::failed:
        case SendState::in_doubt:
        case SendState::expired:
            out.push_back({AlarmKind::channel,
                           channel.name,
                           AlarmSeverity::critical,
                           {fmt::format("{}：{}", channel.last_state, channel.last_detail),
                            fmt::format("{}: {}", channel.last_state, channel.last_detail)}});
            break;
        case SendState::retry:
        case SendState::repeat:
            out.push_back({AlarmKind::channel, channel.name, AlarmSeverity::serious, channel.last_detail});
            break;
        case SendState::prepared:
        case SendState::sending:
        case SendState::held:
        case SendState::superseded: break; // says nothing about the channel
        }
    }
    return out;
}

} // namespace aqi::daemon
