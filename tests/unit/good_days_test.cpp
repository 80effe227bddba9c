// The ledger of good days.
#include "libaqi/statistics.hpp"
#include "libaqi/targets.hpp"
#include "tests/support/target_town.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <functional>

using namespace aqi;
using namespace aqi::tests;

TEST_CASE("good days: what may still be lost, the rate that is needed, and last year")
{
    // Wei county's bulletin: on 27 July 2020 127 good days, 89 a year before, 85 short of the year's target: 212.
    TargetTown town;
    town.target(2020, std::nullopt, 212);
    for (LocalDay d = day(2019, 1, 1); d <= day(2019, 7, 28); d = d.plus(1))
        town.day_of(d, d - day(2019, 1, 1) < 89 ? good_day : lost_day); // 28 July is later than the date
    for (LocalDay d = day(2020, 1, 1); d <= day(2020, 7, 27); d = d.plus(1))
        town.day_of(d, d - day(2020, 1, 1) < 127 ? good_day : lost_day);
    const auto ledger = town.good(2020);
    CHECK(ledger.elapsed == 209);
    CHECK(ledger.figure.good == 127);
    CHECK(ledger.figure.lost == 82);
    CHECK(ledger.figure.undetermined == 0);
    CHECK(ledger.figure.remaining == 157);
    CHECK(ledger.may_lose_least == 72); // 157 - 85
    CHECK(ledger.may_lose_most == 72);
    CHECK(ledger.needed_rate_tenths == 541); // 85/157 = 54.14 %
    CHECK(ledger.needed_rate_least_tenths == 541);
    CHECK(ledger.good_year_before == 89);
    CHECK(ledger.elapsed_year_before == 208);
    CHECK(ledger.standing == Standing::open);
    CHECK(ledger.why.empty());
    CHECK(ledger.lost_days.size() == 82);
    CHECK(ledger.lost_by_primary[Pollutant::pm2_5] == 82);
}

TEST_CASE("good days: undetermined days open a range")
{
    // To 30 June 2016: 182 days, 100 good, 60 lost, 22 undetermined; 184 are left and 90 of 190 are wanted.
    TargetTown town;
    for (int n = 0; n < 182; ++n) town.day_of(first.plus(n), n < 100 ? good_day : n < 160 ? lost_day : no_verdict);
    const auto ledger = town.good();
    CHECK(ledger.may_lose_least == 94);            // 184 - 90
    CHECK(ledger.may_lose_most == 116);            // and 22
    CHECK(ledger.needed_rate_tenths == 489);       // 90/184 = 48.91 %
    CHECK(ledger.needed_rate_least_tenths == 370); // 68/184 = 36.96 %
    CHECK(ledger.figure.at_most() == 122);
    CHECK(ledger.standing == Standing::open);
    CHECK(!ledger.good_year_before); // nothing is known of 2015
    CHECK(!ledger.elapsed_year_before);
    CHECK(!ledger.figure.upper_bound());
}

TEST_CASE("good days: how it stands")
{
    struct Row {
        const char* what;
        int good;
        int lost;
        int undetermined;
        Standing standing;
        int may_lose_least;
        int may_lose_most;
    };
    const Row rows[] = {
        {"open", 100, 50, 10, Standing::open, 116, 126},                       // 206 left, 90 wanted
        {"met with days to spare", 190, 20, 0, Standing::met, 156, 156},       // 156 left, 0 wanted
        {"proven, and beyond", 200, 0, 0, Standing::met, 176, 176},            // 166 left, 10 more than wanted
        {"just possible", 10, 176, 0, Standing::open, 0, 0},                   // 180 left, 180 wanted
        {"lost", 10, 177, 0, Standing::lost, -1, -1},                          // 179 left, 180 wanted
        {"undetermined in the way", 10, 170, 10, Standing::not_proven, -4, 6}, // 176 left, 180 wanted
        {"met at the end", 190, 176, 0, Standing::met, 0, 0},
        {"missed", 189, 177, 0, Standing::missed, -1, -1},
        {"missed, whatever the undetermined", 180, 177, 9, Standing::missed, -10, -1},
        {"not proven", 180, 176, 10, Standing::not_proven, -10, 0},
        {"proven without the undetermined", 191, 170, 5, Standing::met, 1, 6},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        TargetTown town;
        for (int n = 0; n < row.good + row.lost + row.undetermined; ++n)
            town.day_of(first.plus(n), n < row.good ? good_day : n < row.good + row.lost ? lost_day : no_verdict);
        const auto ledger = town.good();
        CHECK(ledger.figure.good + ledger.figure.lost + ledger.figure.undetermined == ledger.elapsed);
        CHECK(ledger.standing == row.standing);
        CHECK(ledger.may_lose_least == row.may_lose_least);
        CHECK(ledger.may_lose_most == row.may_lose_most);
        CHECK(ledger.why.empty() == (row.standing != Standing::not_proven));
        CHECK(ledger.needed_rate_tenths.has_value() == (ledger.figure.remaining > 0));
    }
}

TEST_CASE("good days: nothing is wanted any more, and no target")
{
    TargetTown town;
    for (int n = 0; n < 200; ++n) town.day_of(first.plus(n), good_day);
    CHECK(town.good().needed_rate_tenths == 0);
    const auto station = good_day_ledger(town.state, PlaceIndex{0}, 2016, town.rules);
    REQUIRE(station);
    CHECK(!station->figure.target);
    CHECK(!station->may_lose_least);
    CHECK(!station->needed_rate_tenths);
    CHECK(station->figure.good == 200);
    CHECK(!good_day_ledger(town.state, town.city(), 2015, town.rules));
}

TEST_CASE("good days: the same date of the year before, across a leap day")
{
    TargetTown town;
    for (LocalDay d = day(2015, 2, 1); d <= day(2016, 2, 29); d = d.plus(1))
        town.day_of(d, d.month() == 2 ? good_day : no_verdict);
    // To 29 February 2016; a year before to 28 February 2015: 28 good days, and 28 with a verdict.
    CHECK(town.good().good_year_before == 28);
    CHECK(town.good().elapsed_year_before == 28);
}

TEST_CASE("lost days: by what, and by how much")
{
    struct Row {
        LocalDay day;
        Values values;
        int aqi;
        Pollutant primary;
        std::int64_t value_ng;
        std::int64_t limit_ng;
        std::int64_t margin_ng;
    };
    const Row rows[] = {
        // PM2.5 78: (150-100)/(115-75)*3+100 = 103.75 -> 104. "Lost by 3 ug/m3."
        {day(2016, 4, 1), six("20", "30", "60", "1.0", "80", "78"), 104, Pollutant::pm2_5, 78'000, 75'000, 3'000},
        // PM10 160: 50/100*10+100 = 105, PM2.5 78: 104.
        {day(2016, 4, 2), six("20", "30", "160", "1.0", "80", "78"), 105, Pollutant::pm10, 160'000, 150'000, 10'000},
        // O3 170: 50/55*10+100 = 109.1 -> 110
        {day(2016, 4, 3), six("20", "30", "60", "1.0", "170", "40"), 110, Pollutant::o3, 170'000, 160'000, 10'000},
        // CO 4.1 mg: 50/10*0.1+100 = 100.5 -> 101
        {day(2016, 4, 4), six("20", "30", "60", "4.1", "80", "40"), 101, Pollutant::co, 4'100'000, 4'000'000, 100'000},
        // PM10 170: 110, PM2.5 83: 50/40*8+100 = 110. The first of the two.
        {day(2016, 4, 5), six("20", "30", "170", "1.0", "80", "83"), 110, Pollutant::pm10, 170'000, 150'000, 20'000},
        // The value as it is published: 78.4 is 78, 3 above.
        {day(2016, 4, 6), six("20", "30", "60", "1.0", "80", "78.4"), 104, Pollutant::pm2_5, 78'000, 75'000, 3'000},
        // PM2.5 alone proves it: 90: 50/40*15+100 = 118.75 -> 119
        {day(2016, 4, 7), six("", "", "", "", "", "90"), 119, Pollutant::pm2_5, 90'000, 75'000, 15'000},
    };
    TargetTown town;
    for (const auto& row : rows) town.day_of(row.day, row.values);
    town.day_of(day(2016, 4, 8), good_day);
    const auto ledger = town.good();
    REQUIRE(ledger.lost_days.size() == std::size(rows));
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        const auto& lost = ledger.lost_days[i];
        INFO(format_day(rows[i].day));
        CHECK(lost.day == rows[i].day);
        CHECK(lost.aqi == rows[i].aqi);
        CHECK(lost.primary == rows[i].primary);
        CHECK(lost.value.ng_per_m3() == rows[i].value_ng);
        CHECK(lost.limit.ng_per_m3() == rows[i].limit_ng);
        CHECK(lost.margin_ng() == rows[i].margin_ng);
    }
    CHECK(ledger.lost_by_primary[Pollutant::pm2_5] == 3);
    CHECK(ledger.lost_by_primary[Pollutant::pm10] == 2);
    CHECK(ledger.lost_by_primary[Pollutant::o3] == 1);
    CHECK(ledger.lost_by_primary[Pollutant::co] == 1);
    CHECK(ledger.lost_by_primary[Pollutant::so2] == 0);
    // Since March 2026 the limit is another.
    TargetTown later;
    later.day_of(day(2026, 3, 1), six("20", "30", "60", "1.0", "80", "70"));
    REQUIRE(later.good(2026).lost_days.size() == 1);
    CHECK(later.good(2026).lost_days[0].limit == ug(60));
    CHECK(later.good(2026).lost_days[0].margin_ng() == 10'000);
}

TEST_CASE("an area that measures PM alone: good days are an upper bound, and a PM exceedance is proof enough")
{
    TargetTown town;
    for (int n = 0; n < 30; ++n) town.day_of(first.plus(n), n == 7 ? six("", "", "100", "", "", "90") : no_verdict);
    const auto ledger = town.good();
    CHECK(ledger.figure.upper_bound());
    for (const auto p : all_pollutants) {
        INFO(pollutant_name(p));
        CHECK(ledger.figure.never_measured.contains(p) == (p != Pollutant::pm10 && p != Pollutant::pm2_5));
    }
    CHECK(ledger.figure.good == 0);
    CHECK(ledger.figure.lost == 1);
    CHECK(ledger.figure.undetermined == 29);
    CHECK(ledger.figure.at_most() == 29);
    REQUIRE(ledger.lost_days.size() == 1);
    CHECK(ledger.lost_days[0].day == first.plus(7));
    CHECK(ledger.lost_days[0].margin_ng() == 15'000);
    CHECK(ledger.may_lose_least == 146); // 336 left, 190 wanted
    CHECK(ledger.may_lose_most == 175);
    // To the end of the year nothing is ever proven but what was lost.
    for (int n = 30; n < 366; ++n) town.day_of(first.plus(n), no_verdict);
    CHECK(town.good().standing == Standing::not_proven);
    CHECK(town.good().why.en.find("never measured") != std::string::npos);
}

TEST_CASE("lost days name ozone's one-hour value where the edition asks for it")
{
    TargetTown town;
    town.rules.edition = "cn-2012-statutory";
    // Ozone 300 in one hour, 40 in the others: index 150 of the hour; no daily value lies above its limit.
    for (int h = 1; h <= 24; ++h)
        for (const auto p : all_pollutants) {
            const Concentration value = p == Pollutant::co   ? conc("1.0", p)
                                        : p == Pollutant::o3 ? ug(h == 15 ? 300 : 40)
                                                             : ug(30);
            absorb(town.state, Observed{StationIndex{0}, hour(first, h), p, Flag::normal, value}, town.rules);
        }
    town.day_of(first, {});
    const auto ledger = town.good();
    REQUIRE(ledger.lost_days.size() == 1);
    CHECK(ledger.lost_days[0].aqi == 150);
    CHECK(ledger.lost_days[0].primary == Pollutant::o3);
    CHECK(ledger.lost_days[0].margin_ng() > 0); // a lost day lies above its limit
}

TEST_CASE("good days in both forms: a day dust made bad is judged by its gases")
{
    TargetTown town;
    const LocalDay storm = day(2016, 4, 2);
    town.day_of(day(2016, 4, 1), good_day);
    town.day_of(storm, lost_day);
    town.day_of(day(2016, 4, 3), lost_day);
    absorb(town.state, DustDeclared{"city", storm, true, {"CNEMC 2016-4", "", {"env", {}}}}, town.rules);
    const auto in = [&](DustForm form) { return *good_day_ledger(town.state, town.city(), 2016, town.rules, form); };
    const GoodDayLedger measured = in(DustForm::as_measured), deducted = in(DustForm::dust_deducted);
    CHECK(measured.figure.good == 1);
    CHECK(measured.figure.lost == 2);
    CHECK(measured.lost_days.size() == 2);
    CHECK(deducted.form == DustForm::dust_deducted);
    CHECK(deducted.figure.good == 2);
    CHECK(deducted.figure.lost == 1);
    REQUIRE(deducted.lost_days.size() == 1);
    CHECK(deducted.lost_days.front().day == day(2016, 4, 3));
    CHECK(!deducted.figure.upper_bound());
}
