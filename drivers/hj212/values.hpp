// drivers/hj212/values: the fields of a data frame as values of pollutants and weather.
//
// Knows: which suffix carries the value of which period, flags, and that one bad value does not take the others with it.
// Does not know: when it was (decode.hpp).
#pragma once

#include "drivers/hj212/frame.hpp"
#include "drivers/hj212/settings.hpp"
#include "libaqi/reading.hpp"

#include <string>
#include <vector>

namespace aqi::drivers::hj212 {

struct Values {
    PerPollutant<Reading::Value> values;
    WeatherValues weather;
    bool any = false; ///< something stands in one of them
    std::vector<Fault> faults;
    std::vector<std::string> counted;
};

Values read_values(const Message& message, const DataForm& station, Period period);

} // namespace aqi::drivers::hj212
