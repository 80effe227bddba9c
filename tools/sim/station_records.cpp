#include "tools/sim/station_records.hpp"

#include "libaqi/rounding.hpp"

#include <algorithm>

namespace aqi::sim {
namespace {

constexpr std::int64_t microgram = 1'000;

/// To a tenth of a microgram; CO, read in mg, to a thousandth of a milligram.
constexpr std::int64_t record_step_ng(Pollutant p) { return p == Pollutant::co ? microgram : microgram / 10; }

} // namespace

Records::Records(std::string station, std::string_view air, Schedule faults)
    : station_(std::move(station)), series_(air), faults_(std::move(faults))
{}

Reading Records::begun(Period period, HourEnding hour) const
{
    Reading out;
    out.station = station_;
    out.period = period;
    out.hour = hour;
    return out;
}

void Records::fill_weather(Reading& reading) const
{
    for (const auto item : all_weather) reading.weather[item] = series_.weather(item, reading.hour);
}

Reading::Value Records::judged(Pollutant p, Concentration measured, Instant end) const
{
    Reading::Value out{true, measured, Flag::normal};
    if (const auto* stuck = faults_.at(FaultKind::stuck, end)) out.value = series_.moment(p, stuck->from);
    if (faults_.holds(FaultKind::negative, end))
        out.value = Concentration::from_ng_per_m3(p == Pollutant::co ? -25 * microgram : -2'500);
    if (const auto* unit = faults_.at(FaultKind::wrong_unit, end)) {
        const std::int64_t ng = out.value->ng_per_m3();
        out.value =
            Concentration::from_ng_per_m3(unit->amount > 0 ? ng * unit->amount : round_half_even(ng, -unit->amount));
    }
    if (faults_.holds(FaultKind::calibration, end)) {
        out.value = p == Pollutant::co ? Concentration::from_mg_per_m3(5) : Concentration::from_ug_per_m3(400);
        out.flag = Flag::calibration;
    }
    return out;
}

Reading Records::moment(Instant at) const
{
    Reading out = begun(Period::moment, hour_around(at, station_offset));
    out.at = at;
    for (const auto p : all_pollutants) out.values[p] = judged(p, series_.moment(p, at), at);
    fill_weather(out);
    return out;
}

Reading Records::minutes(Instant end, int length_minutes) const
{
    Reading out = begun(Period::minutes, hour_around(end, station_offset));
    out.at = end;
    out.length_minutes = length_minutes;
    for (const auto p : all_pollutants) out.values[p] = judged(p, series_.minutes(p, end, length_minutes), end);
    fill_weather(out);
    return out;
}

Reading Records::hour(HourEnding hour) const
{
    Reading out = begun(Period::hour, hour);
    for (const auto p : all_pollutants) out.values[p] = judged(p, series_.hour(p, hour), hour.instant(station_offset));
    fill_weather(out);
    return out;
}

Reading Records::day(HourEnding ends) const
{
    Reading out = begun(Period::day, ends);
    for (const auto p : all_pollutants) {
        Wide sum = 0;
        int count = 0;
        for (int back = 0; back < 24; ++back) {
            const HourEnding hour = ends.plus(-back);
            const auto value = judged(p, series_.hour(p, hour), hour.instant(station_offset));
            if (value.flag != Flag::normal) continue;
            sum += value.value->ng_per_m3();
            ++count;
        }
        out.values[p] = {true, std::nullopt, Flag::calibration};
        if (count == 0) continue;
        const std::int64_t step = record_step_ng(p);
        out.values[p] = {true, Concentration::from_ng_per_m3(round_half_even(sum, Wide{count} * step) * step),
                         Flag::normal};
    }
    return out;
}

Instant next_multiple(Instant after, int interval_s)
{
    const std::int64_t interval_ms = std::int64_t{interval_s} * 1'000;
    const std::int64_t offset_ms = std::int64_t{station_offset.minutes} * 60'000;
    const std::int64_t local = after.ms + offset_ms;
    const std::int64_t day_ms = 86'400'000;
    // A day that the interval does not divide begins anew at midnight.
    const std::int64_t midnight = local - local % day_ms;
    const std::int64_t next = midnight + ((local - midnight) / interval_ms + 1) * interval_ms;
    return Instant{std::min(next, midnight + day_ms) - offset_ms};
}

} // namespace aqi::sim
