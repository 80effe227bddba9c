#include "libaqi/rollup.hpp"

#include <vector>

namespace aqi {
namespace {

/// Ozone: the maximum of the sliding means that end inside the day, and how many of them are valid. The window slides: one
/// hour enters, one leaves.
void ozone_windows(const DayHours& hours, const Validity& v, DayMeans& out)
{
    if (v.window_hours == 0) return;
    std::int64_t sum = 0, highest_sum = 0;
    int valid = 0, highest_valid = 0, windows = 0;
    for (int end = 1; end <= 24; ++end) {
        if (const auto enters = hours.value(Pollutant::o3, end)) {
            sum += enters->ng_per_m3();
            ++valid;
        }
        if (end > v.window_hours) {
            if (const auto leaves = hours.value(Pollutant::o3, end - v.window_hours)) {
                sum -= leaves->ng_per_m3();
                --valid;
            }
        }
        if (end < v.window_first_end || valid < v.window_hours_valid) continue;
        ++windows;
        // sum/valid > highest_sum/highest_valid, in whole numbers
        if (highest_valid == 0 || sum * highest_valid > highest_sum * valid) {
            highest_sum = sum;
            highest_valid = valid;
        }
    }
    out.windows = static_cast<std::uint8_t>(windows);
    if (windows == 0) return;
    const Mean highest = Mean::of_hours(highest_sum, highest_valid);
    // Too few windows prove nothing, unless what is there already exceeds the limit (HJ 663 6.1.2), as it is published.
    if (windows >= v.windows_valid || v.window_limit < highest.rounded(display_unit_ng(Pollutant::o3)))
        out.mean[Pollutant::o3] = highest;
}

} // namespace

DayMeans station_day(const DayHours& hours, const Validity& validity)
{
    DayMeans out;
    std::optional<Concentration> highest_ozone;
    for (const auto p : all_pollutants) {
        std::int64_t sum = 0;
        int valid = 0;
        for (int hour = 1; hour <= 24; ++hour) {
            const auto value = hours.value(p, hour);
            if (!value) continue;
            sum += value->ng_per_m3();
            ++valid;
            if (p == Pollutant::o3 && (!highest_ozone || *highest_ozone < *value)) highest_ozone = value;
        }
        out.valid[p] = static_cast<std::uint8_t>(valid);
        if (p != Pollutant::o3 && valid >= validity.day_hours) out.mean[p] = Mean::of_hours(sum, valid);
    }
    if (highest_ozone) out.ozone_1h = Mean::of(*highest_ozone);
    ozone_windows(hours, validity, out);
    return out;
}

void fill_from_archive(DayMeans& day, const PerPollutant<std::optional<Concentration>>& stated, const DayHours& hours)
{
    for (const auto p : all_pollutants) {
        if (day.mean[p] || !stated[p]) continue;
        bool held_back = false;
        for (int hour = 1; hour <= 24 && !held_back; ++hour)
            held_back = hours.received(p, hour) && !hours.value(p, hour);
        if (!held_back) day.mean[p] = Mean::of(*stated[p]);
    }
}

bool enough_sites(int valid, int sites, const Validity& validity)
{
    const int percent = sites < validity.few_sites_below ? validity.few_sites_percent : validity.sites_percent;
    return valid > 0 && valid * 100 >= percent * sites;
}

DayMeans area_day(std::span<const DayMeans* const> sites, const Validity& validity)
{
    DayMeans out;
    const int count = static_cast<int>(sites.size());
    out.sites = static_cast<std::uint8_t>(count);
    std::vector<Mean> means;
    means.reserve(sites.size());
    for (const auto p : all_pollutants) {
        means.clear();
        for (const DayMeans* site : sites)
            if (site != nullptr && site->mean[p]) means.push_back(*site->mean[p]);
        out.valid[p] = static_cast<std::uint8_t>(means.size());
        if (enough_sites(static_cast<int>(means.size()), count, validity)) out.mean[p] = Mean::of_sites(means);
    }
    means.clear();
    for (const DayMeans* site : sites)
        if (site != nullptr && site->ozone_1h) means.push_back(*site->ozone_1h);
    if (enough_sites(static_cast<int>(means.size()), count, validity)) out.ozone_1h = Mean::of_sites(means);
    return out;
}

namespace {

std::optional<Mean> of_enough(std::span<const Mean> means, std::size_t sites, const Validity& validity)
{
    if (!enough_sites(static_cast<int>(means.size()), static_cast<int>(sites), validity)) return std::nullopt;
    return Mean::of_sites(means);
}

} // namespace

std::optional<Mean> area_hour(std::span<const std::optional<Concentration>> sites, const Validity& validity)
{
    std::vector<Mean> means;
    means.reserve(sites.size());
    for (const auto& site : sites)
        if (site) means.push_back(Mean::of(*site));
    return of_enough(means, sites.size(), validity);
}

std::optional<Mean> area_mean(std::span<const std::optional<Mean>> sites, const Validity& validity)
{
    std::vector<Mean> means;
    means.reserve(sites.size());
    for (const auto& site : sites)
        if (site) means.push_back(*site);
    return of_enough(means, sites.size(), validity);
}

} // namespace aqi
