#include "libaqi/warning_rules.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

namespace {

const WarningRules& rules() { return *shipped_rules().warning_named("2016-225"); }
const LocalDay first = day(2016, 12, 10);

/// Days from `first` on; 0 is unknown.
std::vector<JudgedDay> days_of(const std::vector<int>& aqi, DayBasis basis = DayBasis::forecast)
{
    std::vector<JudgedDay> out;
    for (std::size_t i = 0; i < aqi.size(); ++i)
        out.push_back(aqi[i] > 0 ? JudgedDay{first.plus(static_cast<int>(i)), aqi[i], basis}
                                 : JudgedDay{first.plus(static_cast<int>(i)), -1, DayBasis::unknown});
    return out;
}

WarningLevel level_of_days(const std::vector<int>& aqi)
{
    const auto judged = judge(days_of(aqi), first, rules());
    return judged ? judged->level : WarningLevel::none;
}

} // namespace

TEST_CASE("the four levels of 2016-225, on and beside their limits")
{
    // From the warnings study A1 and A9: strict ">", days 及以上.
    CHECK(level_of_days({200}) == WarningLevel::none);
    CHECK(level_of_days({201}) == WarningLevel::blue);
    CHECK(level_of_days({201, 200}) == WarningLevel::blue);
    CHECK(level_of_days({201, 201}) == WarningLevel::yellow);
    CHECK(level_of_days({250, 250, 250}) == WarningLevel::yellow); // three days without a severe one
    CHECK(level_of_days({250, 300, 250}) == WarningLevel::yellow); // 300 is not above 300
    CHECK(level_of_days({250, 301, 250}) == WarningLevel::orange);
    CHECK(level_of_days({301, 301}) == WarningLevel::yellow); // two days only
    CHECK(level_of_days({250, 301, 301}) == WarningLevel::orange);
    CHECK(level_of_days({250, 301, 301, 250}) == WarningLevel::red);    // exactly at the limit: 4 days, 2 severe
    CHECK(level_of_days({250, 301, 250, 250}) == WarningLevel::orange); // 4 days, 1 severe
    CHECK(level_of_days({301, 250, 301, 250}) ==
          WarningLevel::orange); // two severe days that are not one after the other
    CHECK(level_of_days({499}) == WarningLevel::blue);
    CHECK(level_of_days({500}) == WarningLevel::red); // 达到500, one day alone
    CHECK(level_of_days({120, 250, 301, 301, 250, 301, 120}) == WarningLevel::red);
}

TEST_CASE("real events of 2016 and 2017 get the level that was issued")
{
    // Seven cities, effective 2016-12-30: 4 heavy days, 2 severe: red. Jiaozuo, the same order: 3 heavy, 1 severe: orange.
    CHECK(level_of_days({260, 320, 330, 240, 140, 90}) == WarningLevel::red);
    CHECK(level_of_days({240, 310, 230, 140, 90}) == WarningLevel::orange);
    // Hebi 2017-02-12 to 16: 5 heavy days, 2 severe: red.
    CHECK(level_of_days({230, 310, 320, 260, 210, 90}) == WarningLevel::red);
}

TEST_CASE("heavy days that nothing separates are one spell")
{
    // Day 3 at 160 would not have permitted lifting: one spell of four heavy days, but the run is broken.
    const auto joined = judge(days_of({230, 240, 160, 250, 260, 100, 100}), first, rules());
    REQUIRE(joined);
    CHECK(joined->first == first);
    CHECK(joined->last == first.plus(4));
    CHECK(joined->heavy_days == 4);
    CHECK(joined->level == WarningLevel::yellow);
    // One day at 120 is 24 hours of relief, not more than 36.
    CHECK(judge(days_of({230, 120, 230, 100, 100}), first, rules())->last == first.plus(2));
    // Two days are.
    CHECK(judge(days_of({230, 120, 150, 230, 100, 100}), first, rules())->last == first);
    // 151 is no relief.
    CHECK(judge(days_of({230, 120, 151, 230, 100, 100}), first, rules())->last == first.plus(3));
}

TEST_CASE("observed days count in the run, and a spell that is over calls for nothing")
{
    auto days = days_of({250, 310, 250}, DayBasis::observed);
    days.push_back({first.plus(3), 240, DayBasis::forecast});
    const auto judged = judge(days, first.plus(3), rules());
    REQUIRE(judged);
    CHECK(judged->level == WarningLevel::orange);
    CHECK(judged->heavy_days == 4);
    CHECK(judged->inputs.front().basis == DayBasis::observed);
    CHECK(!judge(days, first.plus(4), rules()));
}

TEST_CASE("unknown is neither good news nor an alarm")
{
    CHECK(level_of_days({0, 0, 0}) == WarningLevel::none);
    CHECK(level_of_days({230, 0, 230}) == WarningLevel::blue); // one spell; nothing proves that the run went on
    CHECK(judge(days_of({230, 0, 230}), first, rules())->last == first.plus(2));
    CHECK(judge(days_of({230, 0, 0, 230}), first, rules())->last == first); // nothing links the two
    CHECK(!relief_from(days_of({0, 0, 0}), first, rules()));
    CHECK(!relief_from(days_of({100, 0, 100}), first, rules()));
}

TEST_CASE("relief lasts longer than 36 hours: two whole days at 150 or below")
{
    CHECK(relief_from(days_of({150, 150}), first, rules()) == first);
    CHECK(!relief_from(days_of({150}), first, rules()));
    CHECK(!relief_from(days_of({150, 151}), first, rules()));
    CHECK(relief_from(days_of({180, 120, 120}), first, rules()) == first.plus(1));
    CHECK(!relief_from(days_of({120, 201, 120, 120}), first, rules()));                    // a heavy day comes first
    CHECK(relief_from(days_of({230, 120, 120}), first.plus(1), rules()) == first.plus(1)); // yesterday does not count
}
