// libaqi/warning_dominance: a county's warning standards are not lower than its city's.
//
// Both are level functions of a run of days. Between two neighbouring thresholds of the two tables nothing changes, so a few AQI
// stand for all 501; and whatever clause holds on a long run holds on a stretch of it no longer than the clause asks for. So a
// finite number of short runs decides for every run there is: this is a proof, not a sample.
//
// Knows: tables, and which areas go by which. Does not know: forecasts, warnings.
#pragma once

#include "libaqi/network.hpp"
#include "libaqi/warning_rules.hpp"

#include <optional>
#include <string>
#include <vector>

namespace aqi {

/// A run of days for which the county would be warned less than the city.
struct WeakerStep {
    std::vector<int> aqi; ///< day after day
    WarningLevel county = WarningLevel::none;
    WarningLevel city = WarningLevel::none;
    bool operator==(const WeakerStep&) const = default;
};

/// The shortest such run, and of these the one with the lowest AQI; absent: the county's table dominates the city's.
std::optional<WeakerStep> weaker_step(const WarningRules& county, const WarningRules& city);

/// Why the counties of a network are warned less than their city under some edition that may come to be in force, in words with
/// the step; empty: they are not. A network without a city has nothing to compare.
std::string weaker_county(const Rules& rules);

/// "three days of AQI 201, 201, 201: yellow in the county, orange in the city"
std::string weaker_words(const WeakerStep& step);

} // namespace aqi
