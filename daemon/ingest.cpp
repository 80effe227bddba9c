#include "daemon/ingest.hpp"

#include <fmt/format.h>

namespace aqi::daemon {
namespace {

/// What is known of the hour or day already, in the form it would be told again.
std::optional<Event> known(const State& state, const Reading& reading, StationIndex station, Pollutant p)
{
    if (reading.period == Period::hour) {
        if (auto held = state.held(station, reading.hour, p)) return Event{*held};
        return std::nullopt;
    }
    const auto& stated = state.station(station).stated;
    const auto day = stated.find(reading.hour.day());
    if (day == stated.end() || !day->second[p]) return std::nullopt;
    return Event{ObservedDay{station, reading.hour.day(), p, Flag::normal, day->second[p]}};
}

Event event_for(const Reading& reading, StationIndex station, Pollutant p, const Reading::Value& value)
{
    if (reading.period == Period::hour) return Observed{station, reading.hour, p, value.flag, value.value};
    // A daily value under a flag is no value: nobody reviews a sum of 24 hours.
    const std::optional<Concentration> used = value.flag == Flag::normal ? value.value : std::nullopt;
    return ObservedDay{station, reading.hour.day(), p, value.flag, used};
}

/// What our own rules say of a value the source calls normal: it is kept as received, and does not count.
Reading::Value judged_value(const Reading& reading, Reading::Value value, const Rules& rules)
{
    if (value.flag != Flag::normal || !value.value) return value;
    const RulePack* pack = rules.pack(reading.hour.day());
    if (value.value->ng_per_m3() < 0)
        value.flag = Flag::negative;
    else if (pack != nullptr && value.minutes && *value.minutes < pack->validity.hour_minutes)
        value.flag = Flag::too_few_minutes;
    return value;
}

} // namespace

Judged judge_reading(const Reading& reading, bool retained, const State& state, const Rules& rules, Instant now,
                     std::chrono::minutes ahead_at_most)
{
    Judged out;
    const auto aside = [&](Reason reason, std::string detail) {
        out.faults.push_back({reason, std::move(detail)});
        return out;
    };
    const UtcOffset offset = rules.network.offset;
    const auto station = rules.network.station_named(reading.station);
    if (!station)
        return aside(Reason::unknown_station,
                     fmt::format("station \"{}\" is not in the configuration", reading.station));
    if (retained)
        return aside(Reason::retained, fmt::format("{} {}: a retained message is the broker's memory, not news",
                                                   reading.station, format_hour(reading.hour)));
    const std::int64_t ahead_ms = reading.hour.instant(offset).ms - now.ms;
    if (ahead_ms > std::chrono::milliseconds{ahead_at_most}.count())
        return aside(Reason::time_in_future,
                     fmt::format("{} {}: {} minutes ahead of our clock ({})", reading.station,
                                 format_hour(reading.hour), ahead_ms / 60'000, format_instant(now, offset)));
    if (!still_open(state, reading.hour.day(), rules))
        return aside(Reason::too_old, fmt::format("{} {}: more than {} days before the last closed hour",
                                                  reading.station, format_hour(reading.hour), rules.open_days));

    for (const auto p : all_pollutants) {
        Reading::Value value = reading.values[p];
        if (!value.named) continue;
        if (value.value) {
            const Concentration most = rules.book.instrument_at_most[p];
            const Concentration least = rules.book.qc ? rules.book.qc->negative_down_to[p] : Concentration{};
            if (value.flag != Flag::normal && (*value.value < least || most < *value.value)) {
                value.value.reset(); // a sentinel under a fault's flag: the flag is what the station says
            } else if (*value.value < least || most < *value.value) {
                out.faults.push_back(
                    {Reason::impossible_value,
                     fmt::format("{} {} {}: {} {} is not between {} and {}", reading.station, format_hour(reading.hour),
                                 pollutant_label(p), format_concentration(*value.value, display_unit_ng(p)),
                                 display_unit(p), format_concentration(least, display_unit_ng(p)),
                                 format_concentration(most, display_unit_ng(p)))});
                continue;
            }
        }
        Event event = event_for(reading, *station, p, judged_value(reading, value, rules));
        if (const auto before = known(state, reading, *station, p)) {
            if (*before == event) {
                ++out.duplicates;
                continue;
            }
            ++out.revisions;
        } else if (state.last_closed() && reading.hour <= *state.last_closed()) {
            ++out.late;
        }
        out.events.push_back(std::move(event));
    }
    return out;
}

} // namespace aqi::daemon
