#include "libaqi/nowcast.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>

namespace aqi {

int hours_of(Item item, const Validity& validity)
{
    switch (averaging_of(item)) {
    case Averaging::hour: return 1;
    case Averaging::eight_hours: return validity.window_hours;
    case Averaging::day: return hours_behind_most;
    case Averaging::nowcast: return nowcast_hours;
    }
    return 1;
}

std::optional<Mean> item_of(Item item, HoursBehind hours, const Validity& validity)
{
    switch (averaging_of(item)) {
    case Averaging::hour: return sliding_mean(hours, 1);
    case Averaging::eight_hours: return sliding_mean(hours, validity.window_hours_valid);
    case Averaging::day: return sliding_mean(hours, validity.sliding_day_hours);
    case Averaging::nowcast:
        if (const auto value = pm_nowcast(hours)) return Mean::of(*value);
        break;
    }
    return std::nullopt;
}

std::optional<Mean> sliding_mean(HoursBehind hours, int valid_min)
{
    AQI_CHECK(valid_min > 0);
    std::int64_t sum = 0;
    int valid = 0;
    for (const auto& hour : hours) {
        if (!hour) continue;
        sum += hour->ng_per_m3();
        ++valid;
    }
    if (valid < valid_min) return std::nullopt;
    return Mean::of_hours(sum, valid);
}

std::optional<Concentration> pm_nowcast(HoursBehind hours)
{
    // w = a/b with b < 2^32; both sums are taken times b^11, so they stay below 2^(11*32 + 31 + 4).
    using Huge = boost::multiprecision::uint512_t;
    AQI_CHECK(hours.size() == static_cast<std::size_t>(nowcast_hours));
    if (std::count_if(hours.begin(), hours.begin() + 3, [](const auto& h) { return h.has_value(); }) < 2)
        return std::nullopt;
    std::int64_t lowest = Concentration::max_ng, highest = 0;
    for (const auto& hour : hours) {
        if (!hour) continue;
        lowest = std::min(lowest, hour->ng_per_m3());
        highest = std::max(highest, hour->ng_per_m3());
    }
    if (highest == 0) return Concentration{};
    const Huge a = std::max(2 * lowest, highest), b = 2 * highest;
    Huge weight = boost::multiprecision::pow(b, nowcast_hours - 1), numerator = 0, denominator = 0;
    for (const auto& hour : hours) {
        if (hour) {
            numerator += weight * hour->ng_per_m3();
            denominator += weight;
        }
        weight = weight / b * a; // b^(11-i) a^i: the division leaves no rest until the weights are used up
    }
    return Concentration::from_ng_per_m3(static_cast<std::int64_t>(numerator / denominator));
}

} // namespace aqi
