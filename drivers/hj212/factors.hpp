// drivers/hj212/factors: what the codes of factors measure.
//
// Knows: the codes of the 2005 and 2017 editions and the names loggers use in their place; suffixes.
// Does not know: units (settings.hpp) or values. A code is compared whole, letter case aside, never by prefix: a34001 is
// TSP, a34002 is PM10, a3400201 is the hourly mean of PM10 and a3400224 its mean of a day.
#pragma once

#include "libaqi/pollutant.hpp"
#include "libaqi/weather.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace aqi::drivers::hj212 {

struct Factor {
    enum class Averaged : std::uint8_t { as_the_frame_says, one_hour, longer };
    std::optional<Pollutant> pollutant;
    std::optional<WeatherItem> weather; ///< neither: known, and nothing of ours (TSP, noise, the position)
    Averaged averaged = Averaged::as_the_frame_says;
};

/// Absent: nobody has told us this code.
std::optional<Factor> factor_of(std::string_view code);

enum class Suffix : std::uint8_t { moment, mean, state, other };

/// "a34004-Rtd" is {"a34004", moment}; a name without a hyphen has no suffix we know.
struct FactorName {
    std::string_view code;
    Suffix suffix = Suffix::other;
};
FactorName split_factor(std::string_view name);

/// Letter case aside.
bool same_name(std::string_view a, std::string_view b);

} // namespace aqi::drivers::hj212
