// libaqi/format_figures: published figures as texts, and the changes between two of them.
//
// Knows: that a figure changed when what was published of it changed, not when a digit behind the rounding did.
// Does not know: why it changed (the caller), or who is told (daemon).
#pragma once

#include "libaqi/annual.hpp"

#include <string>
#include <vector>

namespace aqi {

/// "73" as the pack publishes it, with trailing zeros as the step asks; "NA" for none.
std::string published_text(const std::optional<Concentration>& value, Pollutant p, std::int64_t step_ng);
std::string published_text(const std::optional<Mean>& mean, Pollutant p, const RulePack& pack);

/// What was published of a day before and is another now.
void compare_days(PlaceIndex place, LocalDay day, const PlaceDay& before, const PlaceDay& after, const Rules& rules,
                  std::vector<Change>& out);

/// The same of a year's means and good days, where both stand for the same closed days.
void compare_years(const Figures& before, const Figures& after, const Rules& rules, std::vector<Change>& out);

} // namespace aqi
