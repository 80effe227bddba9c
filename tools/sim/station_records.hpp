// tools/sim/station_records: what a simulated station has on record: the air of its series, with its faults.
//
// Knows: a fault holds for a period when it holds at the period's end. Stuck, negative, wrong-unit and calibration change
// values; the other faults are of the wire.
// Does not know: protocols, clocks, what was asked for.
#pragma once

#include "libaqi/reading.hpp"
#include "tools/sim/station_faults.hpp"
#include "tools/sim/station_series.hpp"

#include <string>

namespace aqi::sim {

class Records {
public:
    /// `station` names the reading; `air` whose air it is: two stations of one air measure the same.
    Records(std::string station, std::string_view air, Schedule faults);

    Reading moment(Instant at) const;
    Reading minutes(Instant end, int length_minutes) const;
    Reading hour(HourEnding hour) const;
    /// `ends`: hour 24 of the day. The mean of its hours under no flag, to a tenth of a microgram (CO: to a whole one);
    /// flag C and no value where there is none.
    Reading day(HourEnding ends) const;

    const Series& series() const { return series_; }
    const Schedule& faults() const { return faults_; }
    const std::string& station() const { return station_; }

private:
    Reading begun(Period period, HourEnding hour) const;
    void fill_weather(Reading& reading) const;
    Reading::Value judged(Pollutant p, Concentration measured, Instant end) const;

    std::string station_;
    Series series_;
    Schedule faults_;
};

/// Where an interval of so many seconds, counted from local midnight, ends next after `after`.
Instant next_multiple(Instant after, int interval_s);

} // namespace aqi::sim
