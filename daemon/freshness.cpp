#include "daemon/freshness.hpp"

#include "daemon/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::daemon {
namespace {

struct StateRow {
    std::string_view name;
    std::string_view zh;
};
constexpr std::array<StateRow, 8> rows = {{{"maintenance", "维护中"},
                                           {"quarantined", "隔离"},
                                           {"never", "从未上报"},
                                           {"silent", "失联"},
                                           {"clock_wrong", "时钟有误"},
                                           {"late", "迟报"},
                                           {"suspect", "数据存疑"},
                                           {"live", "正常"}}};
/// Marks of so many hours back make a station suspect.
constexpr int suspect_hours = 3;
/// Marks that speak of the instrument itself; the others compare it with something else.
constexpr std::array<std::optional<QcMark>, 5> doubtful = {QcMark::near_zero, QcMark::negative, QcMark::range,
                                                           QcMark::stuck, QcMark::spike};

bool received(const StationHours& hours, HourEnding hour, Pollutant p)
{
    const DayHours* day = hours.day(hour.day());
    return day != nullptr && day->received(p, hour.hour_of_day());
}

std::vector<Pollutant> missing_in(const StationHours& hours, HourEnding hour, PollutantSet expected)
{
    std::vector<Pollutant> missing;
    for (const auto p : all_pollutants)
        if (expected.contains(p) && !received(hours, hour, p)) missing.push_back(p);
    return missing;
}

/// What stands in place of values in an hour that came without any. What people hold back is theirs to name.
std::optional<Flag> flag_instead_of_values(const StationHours& hours, HourEnding hour)
{
    const DayHours* day = hours.day(hour.day());
    std::optional<Flag> out;
    for (const auto p : all_pollutants) {
        if (day == nullptr || !day->received(p, hour.hour_of_day())) continue;
        if (day->value(p, hour.hour_of_day())) return std::nullopt;
        if (const Flag flag = day->flag(p, hour.hour_of_day()); flag != Flag::rejected) out = flag;
    }
    return out;
}

} // namespace

std::string_view station_state_name(StationState state) { return rows[static_cast<std::size_t>(state)].name; }
std::string_view station_state_zh(StationState state) { return rows[static_cast<std::size_t>(state)].zh; }

StationFreshness freshness_of(StationIndex station, const Turns& turns, const Config& config,
                              const std::vector<SqliteStore::MarkRow>& marks, Instant now)
{
    const State& state = turns.state();
    const Network& network = config.rules.network;
    const StationHours& hours = state.station(station);
    StationFreshness out;
    const auto is = [&](StationState s, std::string zh, std::string en) {
        out.state = s;
        out.detail = {std::move(zh), std::move(en)};
        return out;
    };
    if (const auto heard = turns.heard().find(station); heard != turns.heard().end()) out.heard = heard->second;
    const HourEnding this_hour = hour_around(now, network.offset);
    if (const auto* note = state.station_note(station, StationNote::Kind::maintenance, this_hour))
        return is(StationState::maintenance, fmt::format("{}；至 {}", note->why, format_hour(*note->last)),
                  fmt::format("{}; until {}", note->why, format_hour(*note->last)));
    if (const auto* note = state.station_note(station, StationNote::Kind::quarantine, this_hour))
        return is(StationState::quarantined, note->why, note->why);
    if (const auto ahead = turns.clock_ahead(station))
        return is(StationState::clock_wrong, fmt::format("时钟超前 {} 分钟", *ahead),
                  fmt::format("its clock is {} minutes ahead", *ahead));
    // A day an archive states, or an hour of a time before `heard` was kept, is older news than what was heard.
    Instant newest = out.heard ? out.heard->data_until : Instant{};
    if (hours.newest) newest = std::max(newest, hours.newest->instant(network.offset));
    if (!out.heard && !hours.newest) return is(StationState::never, "没有收到过数据", "nothing was ever received");
    const std::int64_t age_minutes = (now.ms - newest.ms) / 60'000;
    if (age_minutes > std::chrono::minutes{config.silent_after}.count())
        return is(StationState::silent, fmt::format("最新数据距今 {} 分钟", age_minutes),
                  fmt::format("its newest value is {} minutes old", age_minutes));
    if (const auto behind = turns.clock_behind(station))
        return is(StationState::clock_wrong, fmt::format("时钟落后约 {} 小时", *behind),
                  fmt::format("its hours always come {} hours late: a clock or a zone is off", *behind));
    if (const auto closed = state.last_closed()) {
        const PollutantSet expected = expected_of(station, closed->day(), state, network);
        out.late_pollutants = missing_in(hours, *closed, expected);
        const bool all = out.late_pollutants.size() == missing_in(StationHours{}, *closed, expected).size();
        if (all)
            return is(StationState::late, fmt::format("{} 的数据未到", format_hour(*closed)),
                      fmt::format("nothing of {} has come", format_hour(*closed)));
        if (const auto flag = flag_instead_of_values(hours, *closed))
            return is(StationState::suspect,
                      fmt::format("{} 没有一个有效值：{} {}", format_hour(*closed), flag_letter(*flag), flag_zh(*flag)),
                      fmt::format("{} has no valid value: flag {}", format_hour(*closed), flag_letter(*flag)));
    }
    for (const auto& m : marks) {
        if (std::find(doubtful.begin(), doubtful.end(), qc_mark_named(m.mark)) == doubtful.end()) continue;
        if (m.station != network.stations[station.value].id || !state.last_closed()) continue;
        if (m.hour < state.last_closed()->plus(1 - suspect_hours)) continue;
        return is(StationState::suspect, fmt::format("{} {}：{}", format_hour(m.hour), m.pollutant, m.detail),
                  fmt::format("{} {}: {}", format_hour(m.hour), m.pollutant, m.detail));
    }
    out.state = StationState::live;
    return out;
}

} // namespace aqi::daemon
