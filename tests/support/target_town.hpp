// A town with targets, told in daily values: what the tests of ledgers and of what-if begin with.
#pragma once

#include "libaqi/targets.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <functional>
#include <optional>
#include <string_view>

namespace aqi::tests {

using Values = PerPollutant<std::optional<Concentration>>;
using Amount = std::optional<Concentration>;

inline Concentration ng(std::int64_t value) { return Concentration::from_ng_per_m3(value); }

/// A small town that is told in daily values. Its target of 2016 is Hebi's: PM10 100, PM2.5 67, 190 good days.
struct TargetTown {
    explicit TargetTown(int stations = 1) : rules(small_town(stations)), state(rules.network) {}

    void target(int year, Amount pm2_5, std::optional<int> good_days)
    {
        rules.book.targets.push_back({"city", year, std::nullopt, pm2_5, good_days});
    }
    void day_of(LocalDay d, const Values& values)
    {
        for (const auto p : all_pollutants)
            if (values[p]) absorb(state, ObservedDay{StationIndex{0}, d, p, Flag::normal, values[p]}, rules);
        absorb(state, HourClosed{hour(d, 24), closing(hour(d, 24)), false}, rules);
        settle(state, rules, nullptr);
    }
    /// PM2.5 alone, day by day; days without are closed all the same.
    void pm2_5(LocalDay from, LocalDay until, const std::function<Amount(LocalDay)>& of)
    {
        for (LocalDay d = from; d <= until; d = d.plus(1)) {
            Values values;
            values[Pollutant::pm2_5] = of(d);
            day_of(d, values);
        }
    }
    void pm2_5(LocalDay from, LocalDay until, Concentration value)
    {
        pm2_5(from, until, [&](LocalDay) { return value; });
    }
    PlaceIndex city() const { return rules.network.place(AreaIndex{0}); }
    TargetLedger ledger(int year = 2016) const
    {
        const auto out = target_ledger(state, city(), year, Pollutant::pm2_5, rules);
        REQUIRE(out);
        return *out;
    }
    GoodDayLedger good(int year = 2016) const
    {
        const auto out = good_day_ledger(state, city(), year, rules);
        REQUIRE(out);
        return *out;
    }
    Projection projected(const Assumption& assumed) const
    {
        return project(state, city(), 2016, Pollutant::pm2_5, assumed, rules);
    }
    Amount needed(unsigned month, const Assumption& assumed) const
    {
        return needed_in_month(state, city(), 2016, Pollutant::pm2_5, month, assumed, rules);
    }
    std::optional<Resampling> drawn(int draws, std::uint64_t seed) const
    {
        return resample(state, city(), 2016, Pollutant::pm2_5, draws, seed, rules);
    }

    Rules rules;
    State state;
};

inline Values six(std::string_view so2, std::string_view no2, std::string_view pm10, std::string_view co,
                  std::string_view o3, std::string_view pm2_5)
{
    Values out;
    const std::array<std::string_view, pollutant_count> texts = {so2, no2, pm10, co, o3, pm2_5};
    for (const auto p : all_pollutants)
        if (!texts[index_of(p)].empty()) out[p] = conc(texts[index_of(p)], p);
    return out;
}
inline const Values good_day = six("20", "30", "60", "1.0", "80", "40");
inline const Values lost_day = six("20", "30", "60", "1.0", "80", "100");
inline const Values no_verdict = six("", "", "60", "", "", "40");

inline const LocalDay first = day(2016, 1, 1), end_of_october = day(2016, 10, 31); // 305 days, 61 are left

} // namespace aqi::tests
