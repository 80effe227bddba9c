// tools/sim/world: the stations and areas of a demo, and what their instruments measure.
//
// Knows: Hebi's counties and districts as invented air, or an archive of real measurements.
// Does not know: brokers, clocks, the daemon.
#pragma once

#include "libaqi/network.hpp"
#include "libaqi/reading.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aqi::sim {

class World {
public:
    virtual ~World() = default;

    std::vector<Station> stations;
    std::vector<Area> areas;
    std::string city;      ///< the area whose warnings the story is about
    HourEnding begins;     ///< the first hour anything is measured
    HourEnding shown_from; ///< from here on hour by hour; before that, day by day
    HourEnding ends;
    bool daily = false;  ///< stations report whole days
    int target_year = 0; ///< a year with targets; 0: none

    /// What a station measured in an hour (or in the day that ends with it); nothing if it is silent.
    virtual std::optional<Reading> measured(StationIndex station, HourEnding hour) const = 0;
    /// The daily AQI of an area as a perfect forecaster knows it, if this world has one.
    virtual std::optional<int> foreseen(AreaIndex area, LocalDay day) const = 0;
};

/// Hebi in 2016: eight counties and districts, eleven months of ordinary air, a clean week and a heavy one in December.
std::unique_ptr<World> invented_hebi();

/// An archive, as aqictl replay reads it.
std::unique_ptr<World> archive_world(const std::string& file, bool zero_is_missing);

} // namespace aqi::sim
