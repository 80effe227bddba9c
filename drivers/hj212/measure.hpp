// drivers/hj212/measure: the text of one value as a concentration, with the suspicion that its unit is another.
//
// Knows: that ng, ug and mg lie a factor of a thousand apart, so a value no instrument can mean may be one that it can
// mean in the next unit. Does not know: which unit is right; that is the configuration's to say.
#pragma once

#include "drivers/hj212/settings.hpp"
#include "libaqi/units.hpp"
#include "libaqi/weather.hpp"

#include <string_view>

namespace aqi::drivers::hj212 {

/// Faults: malformed; not_valid_number; impossible_value.
Result<Concentration> parse_in_unit(std::string_view text, const Unit& unit);

/// The same for a value under no flag, which must be possible too: wrong_unit where the next smaller unit makes it so.
/// Below zero is not judged here.
Result<Concentration> parse_possible(std::string_view text, const Unit& unit, Pollutant pollutant);

/// All of a frame's PM values lie so low that a thousand times as much would be as likely air.
bool suspiciously_small(Concentration value);

/// Thousandths of the item's unit; pressure of kPa becomes hPa. Faults: as above.
Result<Milli> parse_weather(std::string_view text, WeatherItem item, bool pressure_in_kpa);

} // namespace aqi::drivers::hj212
