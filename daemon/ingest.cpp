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
Reading::Value judged_value(const Reading& reading, StationIndex station, Reading::Value value, const State& state,
                            const Rules& rules)
{
    if (value.flag != Flag::normal || !value.value) return value;
    if (state.station_note(station, StationNote::Kind::quarantine, reading.hour) != nullptr) {
        value.flag = Flag::rejected;
        return value;
    }
    const RulePack* pack = rules.pack(reading.hour.day());
    if (value.value->ng_per_m3() < 0)
        value.flag = Flag::negative;
    else if (pack != nullptr && value.minutes && *value.minutes < pack->validity.hour_minutes)
        value.flag = Flag::too_few_minutes;
    return value;
}

/// Whether the whole reading must be put aside, and why; else the station.
Result<StationIndex> whose(const Reading& reading, bool retained, const State& state, const Rules& rules, Instant now,
                           std::chrono::minutes ahead_at_most)
{
    const UtcOffset offset = rules.network.offset;
    const auto station = rules.network.station_named(reading.station);
    if (!station)
        return Fault{Reason::unknown_station,
                     fmt::format("station \"{}\" is not in the configuration", reading.station)};
    if (retained)
        return Fault{Reason::retained, fmt::format("{} {}: a retained message is the broker's memory, not news",
                                                   reading.station, format_hour(reading.hour))};
    const bool whole = reading.period == Period::hour || reading.period == Period::day;
    const std::int64_t ahead_ms = (whole ? reading.hour.instant(offset) : reading.at).ms - now.ms;
    if (ahead_ms > std::chrono::milliseconds{ahead_at_most}.count())
        return Fault{Reason::time_in_future,
                     fmt::format("{} {}: {} minutes ahead of our clock ({})", reading.station,
                                 whole ? format_hour(reading.hour) : format_instant(reading.at, offset),
                                 ahead_ms / 60'000, format_instant(now, offset))};
    if (!still_open(state, reading.hour.day(), rules))
        return Fault{Reason::too_old, fmt::format("{} {}: more than {} days before the last closed hour",
                                                  reading.station, format_hour(reading.hour), rules.open_days)};
    return *station;
}

/// What no instrument can mean. A sentinel under a fault's flag only loses its number: the flag is what the station says.
std::optional<Fault> impossible(const Reading& reading, Pollutant p, Reading::Value& value, const Rules& rules)
{
    if (!value.value) return std::nullopt;
    const Concentration most = rules.book.instrument_at_most[p];
    const Concentration least = rules.book.qc ? rules.book.qc->negative_down_to[p] : Concentration{};
    if (!(*value.value < least) && !(most < *value.value)) return std::nullopt;
    const Concentration was = *value.value;
    value.value.reset();
    if (value.flag != Flag::normal) return std::nullopt;
    return Fault{Reason::impossible_value,
                 fmt::format("{} {} {}: {} {} is not between {} and {}", reading.station, format_hour(reading.hour),
                             pollutant_label(p), format_concentration(was, display_unit_ng(p)), display_unit(p),
                             format_concentration(least, display_unit_ng(p)),
                             format_concentration(most, display_unit_ng(p)))};
}

/// What says nothing new of an hour, although it is not told in the same words. `polled`: we read the hour out of a register,
/// again and again until the next one stands there.
bool repeats(const Event& before, const Event& now, bool polled)
{
    if (before == now) return true;
    const auto* a = std::get_if<Observed>(&before);
    const auto* b = std::get_if<Observed>(&now);
    if (a == nullptr || b == nullptr) return false;
    // A later poll tells the instrument's state of then, not of the hour; and a poll that failed takes nothing back.
    if (polled && a->value && a->flag == Flag::normal && (!b->value || a->value == b->value)) return true;
    // The same value after a quarantine began or ended.
    const auto only_held_back = [](Flag f) { return f == Flag::normal || f == Flag::rejected; };
    return a->value == b->value && only_held_back(a->flag) && only_held_back(b->flag);
}

} // namespace

Judged judge_reading(const Reading& reading, bool retained, const State& state, const Rules& rules, Instant now,
                     std::chrono::minutes ahead_at_most)
{
    Judged out;
    const auto station = whose(reading, retained, state, rules, now, ahead_at_most);
    if (!station) {
        out.faults.push_back(station.error());
        return out;
    }
    for (const auto p : all_pollutants) {
        Reading::Value value = reading.values[p];
        if (!value.named) continue;
        if (auto fault = impossible(reading, p, value, rules)) {
            out.faults.push_back(std::move(*fault));
            continue;
        }
        Event event = event_for(reading, *station, p, judged_value(reading, *station, value, state, rules));
        if (const auto before = known(state, reading, *station, p)) {
            if (repeats(*before, event, reading.time_is_ours)) {
                ++out.duplicates;
                if (value.value) out.repeated.push_back(*before); // a poll without a value says nothing
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

JudgedPart judge_part(Reading reading, bool retained, const State& state, const Rules& rules, Instant now,
                      std::chrono::minutes ahead_at_most, int minutes_kept_days)
{
    JudgedPart out;
    const auto station = whose(reading, retained, state, rules, now, ahead_at_most);
    if (!station) {
        out.faults.push_back(station.error());
        return out;
    }
    const bool part = reading.period == Period::minutes || reading.period == Period::moment;
    if (part && state.last_closed() && reading.hour < state.last_closed()->plus(-24 * minutes_kept_days)) {
        // An hour made of the few minutes that come so late, without those that were here, would be wrong.
        out.faults.push_back({Reason::too_old, fmt::format("{} {}: minutes are kept for {} days", reading.station,
                                                           format_hour(reading.hour), minutes_kept_days)});
        return out;
    }
    out.station = *station;
    for (const auto p : all_pollutants) {
        auto& value = reading.values[p];
        if (!part || !value.named) continue;
        if (auto fault = impossible(reading, p, value, rules)) {
            out.faults.push_back(std::move(*fault));
            value.flag = Flag::fault; // the minute is there, and holds nothing
        }
    }
    for (const auto item : all_weather) {
        auto& value = reading.weather[item];
        if (!value || weather_plausible(item, *value)) continue;
        out.faults.push_back({Reason::impossible_value,
                              fmt::format("{} {} {}: {} {} cannot be", reading.station, format_hour(reading.hour),
                                          weather_name(item), format_milli(*value), weather_unit(item))});
        value.reset();
    }
    out.reading = std::move(reading);
    return out;
}

} // namespace aqi::daemon
