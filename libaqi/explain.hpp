// libaqi/explain: why a figure is what it is, as lines of text: inputs, exclusions with reasons, edition and clause, every
// rounding, in the order in which they happened.
//
// Knows: how to ask the same functions that made the figure. Does not know: storage; who corrected a value is told by the
// journal's reader. zh-CN terms beside English ones, for both kinds of reader.
#pragma once

#include "libaqi/engine.hpp"
#include "libaqi/report.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace aqi {

/// One day's AQI of a station or an area.
std::vector<std::string> explain_day(const State& state, PlaceIndex place, LocalDay day, const Rules& rules);

/// One annual mean of a station or an area, with its target if there is one.
std::vector<std::string> explain_year(const State& state, PlaceIndex place, int year, Pollutant pollutant,
                                      const Rules& rules);

/// The validity of a year and how it stands with its target: what explain_year() leaves to the ledgers.
std::vector<std::string> explain_target(const State& state, PlaceIndex place, int year, Pollutant pollutant,
                                        const Rules& rules);
std::vector<std::string> explain_hour(const State& state, PlaceIndex place, HourEnding hour, const Rules& rules);
std::vector<std::string> explain_good_days(const State& state, PlaceIndex place, int year, const Rules& rules);
/// Means, percentiles, compliance and composite index of a stretch, in both dust forms.
std::vector<std::string> explain_period(const State& state, PlaceIndex place, const When& when, const Rules& rules);

/// Any of these, as people ask: a place, a time (parse_when), and of a year a pollutant, "good-days" or "statistics".
/// Faults: refused or malformed, with what is known.
Result<std::vector<std::string>> explain(const State& state, std::string_view place, std::string_view when,
                                         std::string_view what, const Rules& rules);

} // namespace aqi
