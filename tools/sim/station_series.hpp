// tools/sim/station_series: what a simulated instrument measures, as a pure function of station, pollutant and minute.
//
// Knows: that every mean of whole minutes which divide an hour is exact, so that an hour made of them by somebody else is
// the hour we would send. Only integers: the same air on every machine.
// Does not know: faults (station_faults), periods and flags (station_records).
#pragma once

#include "libaqi/pollutant.hpp"
#include "libaqi/time.hpp"
#include "libaqi/units.hpp"
#include "libaqi/weather.hpp"

#include <cstdint>
#include <string_view>

namespace aqi::sim {

/// HJ 212 is Beijing's time, and the invented county's.
inline constexpr UtcOffset station_offset{};

class Series {
public:
    explicit Series(std::string_view station);

    /// The mean of a whole hour.
    Concentration hour(Pollutant p, HourEnding hour) const;
    /// The mean of `minutes` that divide an hour and end with the minute around `end`; it is the hour's own for 60.
    Concentration minutes(Pollutant p, Instant end, int minutes) const;
    /// The value of the minute in which a moment lies; the end of a minute belongs to it.
    Concentration moment(Pollutant p, Instant at) const { return minutes(p, at, 1); }
    /// The same all through an hour.
    Milli weather(WeatherItem item, HourEnding hour) const;

private:
    std::uint64_t key_;
};

} // namespace aqi::sim
