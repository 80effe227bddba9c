#include "libaqi/mean.hpp"

namespace aqi {

Mean Mean::of_sites(std::span<const Mean> sites)
{
    AQI_CHECK(!sites.empty() && sites.size() <= static_cast<std::size_t>(sites_max));
    Wide sum = 0;
    for (const auto& site : sites) {
        AQI_CHECK(site.parts_ == 1);
        sum += site.scaled_;
    }
    return Mean{sum, static_cast<int>(sites.size())};
}

/// The sum of all days in units of 1/hours_lcm ng/m3: whole + rest / common, 0 <= rest < common.
/// Days over different numbers of sites have different denominators; only the remainders need a common one.
struct MeanSum::Total {
    Wide whole = 0;
    Wide rest = 0;
    Wide common = 1;
};

namespace {

constexpr Wide gcd(Wide a, Wide b)
{
    while (b != 0) {
        const Wide r = a % b;
        a = b;
        b = r;
    }
    return a;
}

} // namespace

MeanSum::Group& MeanSum::group(int parts)
{
    for (auto& g : groups_)
        if (g.parts == parts) return g;
    groups_.push_back(Group{parts, 0, 0});
    return groups_.back();
}

void MeanSum::add(const Mean& day)
{
    auto& g = group(day.parts());
    g.scaled += day.scaled();
    ++g.count;
    ++count_;
}

void MeanSum::remove(const Mean& day)
{
    auto& g = group(day.parts());
    AQI_CHECK(g.count > 0);
    g.scaled -= day.scaled();
    --g.count;
    --count_;
}

bool MeanSum::operator==(const MeanSum& other) const
{
    // By value: the mean of two equal sites is the mean of three of them.
    if (count_ != other.count_) return false;
    const auto reduced = [](Total t) {
        const Wide divisor = gcd(t.common, t.rest);
        return Total{t.whole, t.rest / divisor, t.common / divisor};
    };
    const Total a = reduced(total());
    const Total b = reduced(other.total());
    return a.whole == b.whole && a.rest == b.rest && a.common == b.common;
}

MeanSum::Total MeanSum::total() const
{
    Total t;
    for (const auto& g : groups_)
        if (g.count > 0) t.common = t.common / gcd(t.common, g.parts) * g.parts;
    for (const auto& g : groups_) {
        if (g.count == 0) continue;
        t.whole += g.scaled / g.parts;
        t.rest += g.scaled % g.parts * (t.common / g.parts);
    }
    t.whole += t.rest / t.common;
    t.rest %= t.common;
    if (t.rest < 0) { // only if concentrations were negative, which no caller lets in
        t.rest += t.common;
        --t.whole;
    }
    return t;
}

Concentration MeanSum::rounded_over(int days, std::int64_t step_ng) const
{
    AQI_CHECK(days > 0);
    if (groups_.size() == 1) { // nearly always: the same number of sites every day, so one fraction
        const auto& g = groups_.front();
        return Concentration::from_ng_per_m3(
            round_half_even(g.scaled, Wide{Mean::hours_lcm} * g.parts * days * step_ng) * step_ng);
    }
    const Total t = total();
    const Wide divisor = Wide{Mean::hours_lcm} * days * step_ng;
    Wide steps = t.whole / divisor;
    const Wide left = t.whole % divisor;
    // The exact remainder is left + rest/common with rest/common < 1; compare twice of it with the divisor.
    const Wide twice_whole = 2 * left + 2 * t.rest / t.common;
    const Wide twice_rest = 2 * t.rest % t.common;
    const bool above = twice_whole > divisor || (twice_whole == divisor && twice_rest > 0);
    const bool tie = twice_whole == divisor && twice_rest == 0;
    if (above || (tie && steps % 2 != 0)) ++steps;
    return Concentration::from_ng_per_m3(static_cast<std::int64_t>(steps) * step_ng);
}

Concentration MeanSum::rounded_linear(int factor, Wide more_ng, std::int64_t divisor, std::int64_t step_ng) const
{
    AQI_CHECK(divisor > 0);
    const Total t = total();
    // The numerator is whole + rest/common, 0 <= rest < common, in units of 1/hours_lcm ng/m3.
    Wide whole = t.whole * factor + more_ng * Mean::hours_lcm + t.rest * factor / t.common;
    Wide rest = t.rest * factor % t.common;
    if (rest < 0) {
        rest += t.common;
        --whole;
    }
    const Wide unit = Wide{Mean::hours_lcm} * divisor * step_ng;
    Wide steps = whole / unit;
    Wide left = whole % unit;
    if (left < 0) {
        left += unit;
        --steps;
    }
    // left + rest/common against half of a unit.
    const Wide twice = 2 * left + 2 * rest / t.common;
    const bool beyond = 2 * rest % t.common > 0;
    if (twice > unit || (twice == unit && (beyond || steps % 2 != 0))) ++steps;
    return Concentration::from_ng_per_m3(static_cast<std::int64_t>(steps) * step_ng);
}

Concentration MeanSum::allowance_rounded(Concentration limit, int days, int share, std::int64_t step_ng) const
{
    return rounded_linear(-1, Wide{limit.ng_per_m3()} * days, share, step_ng);
}

Concentration MeanSum::allowance(Concentration limit, int days, int share, std::int64_t step_ng) const
{
    AQI_CHECK(share > 0);
    const Total t = total();
    const Wide budget = Wide{limit.ng_per_m3()} * days * Mean::hours_lcm - t.whole - (t.rest > 0 ? 1 : 0);
    const Wide divisor = Wide{Mean::hours_lcm} * share * step_ng;
    Wide steps = budget / divisor;
    if (budget % divisor < 0) --steps;
    return Concentration::from_ng_per_m3(static_cast<std::int64_t>(steps) * step_ng);
}

} // namespace aqi
