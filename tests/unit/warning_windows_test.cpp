// Standards that count other hours than a day's: proof that windows vary.
#include "libaqi/warning_dominance.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

namespace {

const LocalDay monday = day(2018, 1, 15);

/// Hours as PM2.5 on the 24 h table of HJ 633-2012: 150 ug/m3 is AQI 200, 200 is 250, 500 is 500.
struct Town {
    Rules rules = small_town(1);
    State state{rules.network};

    explicit Town(const char* edition) { rules.warning_rules = edition; }
    void happen(const Event& event)
    {
        absorb(state, event, rules);
        settle(state, rules, nullptr);
        for (const auto& follows : decide(state, event, rules)) absorb(state, follows, rules);
    }
    void hours(LocalDay d, int first, int last, std::int64_t pm2_5)
    {
        for (int h = first; h <= last; ++h) {
            for (const auto p : all_pollutants)
                happen(Observed{StationIndex{0}, hour(d, h), p, Flag::normal,
                                p == Pollutant::pm2_5 ? ug(pm2_5) : conc("1", p)});
            happen(HourClosed{hour(d, h), closing(hour(d, h)), true});
        }
    }
    WarningLevel level(LocalDay today) const
    {
        const auto called =
            called_for(state, AreaIndex{0}, today, *rules.book.warning_named(rules.warning_rules), rules);
        return called ? called->level : WarningLevel::none;
    }
};

} // namespace

TEST_CASE("Harbin judges a day by the mean of 06:00 to 20:00")
{
    Town by_window{"harbin-2018"}, by_day{"2016-225"};
    for (Town* town : {&by_window, &by_day}) {
        town->hours(monday, 1, 6, 35);   // AQI 50 at night
        town->hours(monday, 7, 20, 200); // 250 by day
        town->hours(monday, 21, 24, 35);
    }
    // The day's mean is (6 x 35 + 14 x 200 + 4 x 35) / 24 = 131.25, an AQI of 173: not heavy. The window's is 250.
    CHECK(by_window.level(monday) == WarningLevel::blue);
    CHECK(by_day.level(monday) == WarningLevel::none);
    by_window.hours(monday.plus(1), 1, 6, 35);
    by_window.hours(monday.plus(1), 7, 20, 200);
    CHECK(by_window.level(monday.plus(1)) == WarningLevel::yellow); // two such days
}

TEST_CASE("hours on end above an AQI count across midnight, and one missing hour breaks them")
{
    Town town{"harbin-2018"};
    town.hours(monday, 1, 16, 35);
    town.hours(monday, 17, 24,
               500); // eight hours at 500, 24:00 the last; the window's mean: (10 x 50 + 4 x 500) / 14 = 178.6
    CHECK(town.level(monday) == WarningLevel::none); // no day of a spell: neither the window nor a day is above 200
    town.hours(monday.plus(1), 1, 8, 500);
    town.hours(monday.plus(1), 9, 20, 200);                    // the window: (2 x 500 + 12 x 250) / 14 = 285.7
    CHECK(town.level(monday.plus(1)) == WarningLevel::orange); // sixteen hours on end, eight of them yesterday

    Town broken{"harbin-2018"};
    broken.hours(monday, 17, 24, 500);
    broken.hours(monday.plus(1), 2, 8, 500); // 01:00 did not come
    broken.hours(monday.plus(1), 9, 20, 200);
    CHECK(broken.level(monday.plus(1)) == WarningLevel::blue);
}

TEST_CASE("Yangzhou's controls begin on days no other edition knows")
{
    const RuleBook& book = shipped_rules();
    const auto level = [&](const char* edition, std::vector<int> aqi) {
        return level_of(aqi, *book.warning_named(edition));
    };
    CHECK(level("yangzhou-2026", {101}) == WarningLevel::none);
    CHECK(level("yangzhou-2026", {101, 101}) == WarningLevel::blue);
    CHECK(level("yangzhou-2026", {151}) == WarningLevel::blue);
    CHECK(level("yangzhou-2026", {151, 151}) == WarningLevel::yellow);
    CHECK(level("2024-6", {101, 101}) == WarningLevel::none);
    CHECK(level("2024-6", {151}) == WarningLevel::none);
    // So it dominates the country's, and the country's does not dominate it.
    CHECK(!weaker_step(*book.warning_named("yangzhou-2026"), *book.warning_named("2024-6")));
    CHECK(weaker_step(*book.warning_named("2024-6"), *book.warning_named("yangzhou-2026")));
}

TEST_CASE("standards that count hours are no county's standards below a city: nothing could prove them")
{
    Rules rules = small_town(1);
    rules.warning_rules = "2018-875";
    Area county = rules.network.areas[0];
    county.id = "county";
    county.kind = AreaKind::county;
    county.warning_rules = "harbin-2018";
    rules.network.areas.push_back(county);
    CHECK(weaker_county(rules).find("count hours") != std::string::npos);
}
