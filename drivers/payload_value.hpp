// drivers/payload_value: a number's text in a source's unit as a concentration or as weather, without a double.
//
// Knows: the units sources write, and that ppb of a gas are no power of ten of ng/m3.
// Does not know: where the text came from.
#pragma once

#include "libaqi/pollutant.hpp"
#include "libaqi/units.hpp"
#include "libaqi/weather.hpp"

#include <string_view>

namespace aqi::drivers {

/// Faults: not_valid_number, impossible_value, unknown_name (the unit).
Result<Concentration> concentration_in(std::string_view text, std::string_view unit, Pollutant pollutant);
/// The same for weather; impossible_value also where no weather is like that.
Result<Milli> weather_in(std::string_view text, std::string_view unit, WeatherItem item);

bool is_unit_of(std::string_view unit, Pollutant pollutant);
bool is_unit_of(std::string_view unit, WeatherItem item);

} // namespace aqi::drivers
