// libaqi/rounding: every rounding rule the standards name, once, on integers.
//
// Knows: GB/T 8170-2008 (3.2: to nearest, a tie to the even digit), the index's "round up" (HJ 633-2012 6.2,
// HJ 633-2026 4.2.6), and US EPA's truncation and rounding to nearest. No other file rounds; one that divides does so
// exactly or says why it may cut.
// Does not know: to how many digits a figure is rounded (rule packs) or what it means.
#pragma once

#include "libaqi/result.hpp"

#include <cstdint>

namespace aqi {

/// Wide enough for any sum of a year over every site; see mean.hpp for the arithmetic of that claim.
__extension__ using Wide = __int128;

/// numerator / denominator to the nearest whole number, a tie to the even one. denominator > 0.
constexpr std::int64_t round_half_even(Wide numerator, Wide denominator)
{
    AQI_CHECK(denominator > 0);
    Wide whole = numerator / denominator;
    Wide rest = numerator % denominator;
    if (rest < 0) {
        rest += denominator;
        --whole;
    }
    const Wide twice = 2 * rest;
    if (twice > denominator || (twice == denominator && whole % 2 != 0)) ++whole;
    return static_cast<std::int64_t>(whole);
}

/// numerator / denominator rounded up. numerator >= 0, denominator > 0.
constexpr std::int64_t round_up(Wide numerator, Wide denominator)
{
    AQI_CHECK(numerator >= 0 && denominator > 0);
    return static_cast<std::int64_t>((numerator + denominator - 1) / denominator);
}

/// numerator / denominator to the nearest whole number, a tie upwards. numerator >= 0, denominator > 0.
constexpr std::int64_t round_half_up(Wide numerator, Wide denominator)
{
    AQI_CHECK(numerator >= 0 && denominator > 0);
    return static_cast<std::int64_t>((2 * numerator + denominator) / (2 * denominator));
}

/// numerator / denominator rounded down, also below zero. denominator > 0.
constexpr std::int64_t round_down(Wide numerator, Wide denominator)
{
    AQI_CHECK(denominator > 0);
    const Wide whole = numerator / denominator;
    return static_cast<std::int64_t>(numerator % denominator < 0 ? whole - 1 : whole);
}

} // namespace aqi
