// libaqi/mean: means of concentrations, exact until the one rounding that the rule asks for.
//
// Knows: a day is the mean of up to 24 hours, an area's day the mean of its sites' days, a year the mean of days
// (GB 3095 definitions; HJ 663 tables for the area). Kept as fractions, so no order of arrival, no correction taken back
// and no way of grouping can move a published digit.
// Does not know: which hours, sites or days count (rollup, annual).
#pragma once

#include "libaqi/rounding.hpp"
#include "libaqi/units.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace aqi {

/// An exact mean. Its value in ng/m3 is scaled / (hours_lcm x parts).
///
/// Every n from 1 to 24 divides hours_lcm, so the mean of n hours is a whole count of it. `parts` is 1 for a station
/// and the number of sites for an area. Bound: 2^31 ng x hours_lcm x 80 sites x 366 days < 2^80, far inside 127 bits.
class Mean {
public:
    static constexpr std::int64_t hours_lcm = 5'354'228'880; // lcm(1..24)
    static constexpr int sites_max = 80; // lcm(1..80) still fits 127 bits; see MeanSum::rounded_over

    constexpr Mean() = default;
    static constexpr Mean of(Concentration value) { return of_hours(value.ng_per_m3(), 1); }
    /// The mean of `hours` values that add up to `sum_ng`; 1 <= hours <= 24.
    static constexpr Mean of_hours(std::int64_t sum_ng, int hours)
    {
        AQI_CHECK(hours >= 1 && hours <= 24);
        return Mean{Wide{sum_ng} * (hours_lcm / hours), 1};
    }
    /// The arithmetic mean over stations; each part must itself be a station's mean. 1 <= sites <= sites_max.
    static Mean of_sites(std::span<const Mean> sites);

    constexpr int parts() const { return parts_; }
    constexpr Wide scaled() const { return scaled_; }

    /// Rounded half-even to a multiple of step_ng, e.g. 1000 for whole ug/m3.
    constexpr Concentration rounded(std::int64_t step_ng) const
    {
        return Concentration::from_ng_per_m3(round_half_even(scaled_, Wide{hours_lcm} * parts_ * step_ng) * step_ng);
    }

    /// Cut to a multiple of step_ng.
    constexpr Concentration rounded_down(std::int64_t step_ng) const
    {
        return Concentration::from_ng_per_m3(round_down(scaled_, Wide{hours_lcm} * parts_ * step_ng) * step_ng);
    }

    friend constexpr bool operator==(const Mean& a, const Mean& b)
    {
        return a.scaled_ * b.parts_ == b.scaled_ * a.parts_;
    }
    friend constexpr bool operator<(const Mean& a, const Mean& b)
    {
        return a.scaled_ * b.parts_ < b.scaled_ * a.parts_;
    }

private:
    constexpr Mean(Wide scaled, int parts) : scaled_(scaled), parts_(parts) {}
    Wide scaled_ = 0;
    int parts_ = 1;
};

/// The running sum behind an annual mean. Adding and taking away the same day leaves exactly what was there.
class MeanSum {
public:
    void add(const Mean& day);
    /// `day` must have been added before.
    void remove(const Mean& day);

    int count() const { return count_; }

    /// The mean of what was added, rounded half-even to a multiple of step_ng. count() > 0.
    Concentration rounded(std::int64_t step_ng) const { return rounded_over(count_, step_ng); }
    /// The sum divided by `days`: what the mean would be if the days still missing up to `days` were all zero.
    Concentration rounded_over(int days, std::int64_t step_ng) const;
    /// (limit x days - sum) / share, rounded down to a multiple of step_ng: what `share` further days may average so
    /// that the mean over `days` is exactly `limit`. Negative when the sum alone is already too large. share > 0.
    Concentration allowance(Concentration limit, int days, int share, std::int64_t step_ng) const;
    /// The same, rounded half-even once, as bulletins print it.
    Concentration allowance_rounded(Concentration limit, int days, int share, std::int64_t step_ng) const;
    /// (sum x factor + more_ng) / divisor, rounded half-even once to a multiple of step_ng. divisor > 0; |factor| <= 1000.
    Concentration rounded_linear(int factor, Wide more_ng, std::int64_t divisor, std::int64_t step_ng) const;

    /// The same sum of the same number of days, however it came about.
    bool operator==(const MeanSum&) const;

private:
    struct Group {
        int parts = 1;
        Wide scaled = 0;
        int count = 0;
    };
    struct Total; // whole + rest/common, see mean.cpp
    Total total() const;
    Group& group(int parts);

    std::vector<Group> groups_; // by number of sites; almost always one or two
    int count_ = 0;
};

} // namespace aqi
