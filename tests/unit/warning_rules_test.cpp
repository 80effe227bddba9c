#include "libaqi/warning_dominance.hpp"
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

namespace {

WarningLevel under(const char* edition, const std::vector<int>& aqi)
{
    const WarningRules& of = *shipped_rules().warning_named(edition);
    const auto judged = judge(days_of(aqi), first, of);
    return judged ? judged->level : WarningLevel::none;
}

} // namespace

TEST_CASE("the same days under every edition, on and beside their limits")
{
    constexpr auto none = WarningLevel::none, blue = WarningLevel::blue, yellow = WarningLevel::yellow,
                   orange = WarningLevel::orange, red = WarningLevel::red;
    struct Row {
        std::vector<int> aqi;
        WarningLevel y2013, y2016, y2017, y2018, y2024;
    };
    // The warnings study A1 and the boundary list under A9.
    const Row rows[] = {
        {{200}, none, none, none, none, none},
        {{201}, none, blue, blue, none, yellow},
        {{201, 201}, none, yellow, yellow, yellow, orange},
        {{201, 201, 201}, yellow, yellow, yellow, orange, orange},
        {{300, 300, 300}, yellow, yellow, yellow, orange, orange},
        {{201, 301, 201}, yellow, orange, orange, orange, red},
        {{301, 301, 301}, orange, orange, orange, orange, red},
        {{201, 301, 301, 201}, yellow, red, red, red, red},
        {{301, 201, 301, 201}, yellow, orange, orange, orange, red}, // 持续 is one after the other
        {{500}, red, red, red, red, yellow},
        {{151, 151}, none, none, none, none, yellow},
        {{151, 151, 151}, none, none, none, none, orange}, // 2025-03-05 12:00, Xinxiang: "连续中度污染"
        {{150, 151}, none, none, none, none, none},
        {{151, 201, 151}, none, blue, blue, none, orange},
        {{499, 499, 499, 499}, orange, red, red, red, red},
    };
    for (const auto& row : rows) {
        std::string days;
        for (const int aqi : row.aqi) days += std::to_string(aqi) + " ";
        INFO(days);
        CHECK(under("2013-111", row.aqi) == row.y2013);
        CHECK(under("2016-225", row.aqi) == row.y2016);
        CHECK(under("2017-86", row.aqi) == row.y2017);
        CHECK(under("2018-875", row.aqi) == row.y2018);
        CHECK(under("2024-6", row.aqi) == row.y2024);
    }
}

TEST_CASE("a dip that would not permit lifting joins two spells, under every edition")
{
    for (const char* edition : {"2016-225", "2017-86", "2018-875", "2024-6"}) {
        INFO(edition);
        const auto joined =
            judge(days_of({230, 240, 160, 250, 260, 100, 100}), first, *shipped_rules().warning_named(edition));
        REQUIRE(joined);
        CHECK(joined->last == first.plus(4));
        CHECK(joined->heavy_days == 4);
    }
    // Under 2024-6 the day of 160 is one of the spell: five days above 150.
    CHECK(under("2024-6", {230, 240, 160, 250, 260}) == WarningLevel::orange);
}

TEST_CASE("the edition of a day is the one in force")
{
    const auto& book = shipped_rules();
    CHECK(book.warning_on(day(2013, 9, 30)) == nullptr);
    CHECK(book.warning_on(day(2013, 10, 1))->id == "2013-111");
    CHECK(book.warning_on(day(2016, 12, 30))->id == "2016-225");
    CHECK(book.warning_on(day(2018, 1, 1))->id == "2017-86");
    CHECK(book.warning_on(day(2018, 10, 1))->id == "2018-875");
    CHECK(book.warning_on(day(2024, 1, 22))->id == "2019-648");
    CHECK(book.warning_on(day(2024, 1, 23))->id == "2024-6");
}

TEST_CASE("blocks of 24 hours may cross midnight, and the beginning that gives the higher level counts")
{
    const WarningRules& rules = *shipped_rules().warning_named("2017-86");
    // Heavy from 12:00 of the first day to 12:00 of the third: 48 hours, and not one calendar day but the second.
    const HourEnding begin = HourEnding::of(first, 12), end = HourEnding::of(first.plus(2), 12);
    const auto aqi = [&](HourEnding last) {
        const bool inside = begin <= last.plus(-24) && last <= end;
        return BlockKnown{inside ? 230 : 120, DayBasis::observed};
    };
    const auto judged = judge_blocks(HourEnding::of(first, 1), HourEnding::of(first.plus(3), 24), aqi, first, rules);
    REQUIRE(judged);
    CHECK(judged->level == WarningLevel::yellow);
    CHECK(judged->begins_after == 12);
    CHECK(judged->heavy_days == 2);
    CHECK(judged->first == first);
    // The same in calendar days is one heavy day.
    CHECK(under("2017-86", {120, 230, 120}) == WarningLevel::blue);
    // Where only whole days are known, blocks are days.
    const auto days_only = [&](HourEnding last) {
        return last.hour_of_day() == 24 && last.day() < first.plus(2) ? BlockKnown{230, DayBasis::forecast}
                                                                      : BlockKnown{};
    };
    const auto whole =
        judge_blocks(HourEnding::of(first, 1), HourEnding::of(first.plus(3), 24), days_only, first, rules);
    REQUIRE(whole);
    CHECK(whole->level == WarningLevel::yellow);
    CHECK(whole->begins_after == 0);
}

TEST_CASE("a county's table is proved not lower than its city's, or the step where it is")
{
    const auto named = [](const char* id) { return *shipped_rules().warning_named(id); };
    CHECK(!weaker_step(named("2016-225"), named("2016-225")));
    // 500 on one day alone is red before 2024.
    const auto step = weaker_step(named("2024-6"), named("2018-875"));
    REQUIRE(step);
    CHECK(*step == WeakerStep{{500}, WarningLevel::yellow, WarningLevel::red});
    CHECK(weaker_words(*step) == "1 day(s) of AQI 500: yellow in the county, red in the city");

    auto strict = named("2016-225");
    for (auto& level : strict.levels)
        for (auto& clause : level.any) clause.above -= 20;
    CHECK(!weaker_step(strict, named("2016-225")));
    CHECK(weaker_step(named("2016-225"), strict)->aqi == std::vector<int>{181});

    auto slack = named("2016-225");
    slack.levels[2].any[0].days = 4; // orange a day later than the city
    const auto later = weaker_step(slack, named("2016-225"));
    REQUIRE(later);
    CHECK(later->aqi == std::vector<int>{201, 201, 301});
    CHECK(later->county == WarningLevel::yellow);
    CHECK(later->city == WarningLevel::orange);
    auto without_red = named("2016-225");
    without_red.levels.pop_back();
    CHECK(weaker_step(without_red, named("2016-225"))->city == WarningLevel::red);
}
