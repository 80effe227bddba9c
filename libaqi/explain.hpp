// libaqi/explain: why a figure is what it is, as lines of text: inputs, exclusions with reasons, edition and clause, every
// rounding, in the order in which they happened.
//
// Knows: how to ask the same functions that made the figure. Does not know: storage; who corrected a value is told by the
// journal's reader. zh-CN terms beside English ones, for both kinds of reader.
#pragma once

#include "libaqi/engine.hpp"

#include <string>
#include <vector>

namespace aqi {

/// One day's AQI of a station or an area.
std::vector<std::string> explain_day(const State& state, PlaceIndex place, LocalDay day, const Rules& rules);

/// One annual mean of a station or an area, with its target if there is one.
std::vector<std::string> explain_year(const State& state, PlaceIndex place, int year, Pollutant pollutant,
                                      const Rules& rules);

} // namespace aqi
