// The target ledger: what the remaining days may average, and how it stands.
#include "libaqi/statistics.hpp"
#include "libaqi/targets.hpp"
#include "tests/support/target_town.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <functional>

using namespace aqi;
using namespace aqi::tests;

TEST_CASE("what the remaining days may average")
{
    struct Row {
        const char* what;
        int days;                  // closed, from 1 January
        int of_which_absent;       // the first so many
        const char* value;         //
        std::int64_t target;       // ug/m3
        int year;                  //
        std::int64_t allowance_ng; // rounded down
        std::int64_t published_ug; // half even
    };
    const Row rows[] = {
        // Bulletin of Wei county, 2020-07-27: 年剩余日控制值 56. (57*366 - 58*209)/157 = (20862-12122)/157 = 55.668789...
        {"Wei county 2020", 209, 0, "58", 57, 2020, 55'668, 56},
        {"305 days at 65", 305, 0, "65", 67, 2016, 77'000, 77},   // (67*366 - 65*305)/61 = 4697/61
        {"305 days at 72", 305, 0, "72", 67, 2016, 42'000, 42},   // 2562/61
        {"five days absent", 305, 5, "65", 67, 2016, 76'836, 77}, // (67*361 - 65*300)/61 = 4687/61 = 76.83606
        {"out of reach", 305, 0, "85", 67, 2016, -23'000, -23},   // (24522 - 25925)/61 = -1403/61
        {"one day left", 365, 0, "67.1", 67, 2016, 30'500, 30},   // 67*366 - 67.1*365 = 30.5: a tie, to the even 30
        {"rounded down below zero", 304, 0, "81", 67, 2016, -1'646, -2}, // (24522-24624)/62 = -102/62 = -1.64516
    };
    for (const auto& row : rows) {
        INFO(row.what);
        TargetTown town;
        town.target(row.year, ug(row.target), std::nullopt);
        const LocalDay january = day(row.year, 1, 1);
        town.pm2_5(january, january.plus(row.days - 1), [&](LocalDay d) -> Amount {
            if (d - january < row.of_which_absent) return std::nullopt;
            return conc(row.value);
        });
        const auto ledger = town.ledger(row.year);
        CHECK(ledger.target == ug(row.target));
        CHECK(ledger.valid_days == row.days - row.of_which_absent);
        CHECK(ledger.elapsed_days == row.days);
        CHECK(ledger.remaining_days == 366 - row.days);
        CHECK(ledger.mean == conc(row.value));
        REQUIRE(ledger.allowance);
        CHECK(ledger.allowance->ng_per_m3() == row.allowance_ng);
        CHECK(ledger.allowance_published == ug(row.published_ug));
    }
}

TEST_CASE("the printed allowance is rounded once, from the exact quotient")
{
    // (67*366 - S)/61 a hair above 54.5: S = 24 522 000 - 61*54 500 - 1 = 21 197 499 ng over 305 days: 304 of 69 500 and
    // one of 69 499. The exact quotient 54.50002 is nearer to 55; 54.500 would be a tie and go to 54.
    TargetTown town;
    town.pm2_5(first, end_of_october, [](LocalDay d) { return ng(d == first ? 69'499 : 69'500); });
    const auto ledger = town.ledger();
    REQUIRE(ledger.allowance);
    CHECK(ledger.allowance->ng_per_m3() == 54'500);
    CHECK(ledger.allowance_published == ug(55));
}

TEST_CASE("a target ledger stands where days do, and where a target does")
{
    TargetTown town;
    CHECK(!target_ledger(town.state, town.city(), 2016, Pollutant::pm2_5, town.rules));
    town.pm2_5(first, first.plus(1), ug(60));
    CHECK(town.ledger().remaining_days == 364);
    CHECK(!target_ledger(town.state, town.city(), 2017, Pollutant::pm2_5, town.rules));
    const auto of_station = target_ledger(town.state, PlaceIndex{0}, 2016, Pollutant::pm2_5, town.rules);
    REQUIRE(of_station);
    CHECK(!of_station->target); // targets bind areas
    CHECK(!of_station->allowance);
    CHECK(of_station->mean == ug(60));
    const auto sulphur = target_ledger(town.state, town.city(), 2016, Pollutant::so2, town.rules);
    REQUIRE(sulphur);
    CHECK(!sulphur->target);
    CHECK(!sulphur->mean);
    const auto pm10 = target_ledger(town.state, town.city(), 2016, Pollutant::pm10, town.rules);
    REQUIRE(pm10);
    CHECK(pm10->target == ug(100));
    CHECK(pm10->allowance == ug(100)); // nothing was measured: the rest may average the target
}

TEST_CASE("standing: what a year's days prove")
{
    struct Row {
        const char* what;
        LocalDay until;
        std::int64_t value_ng;
        unsigned without_month; // 0: none
        Standing standing;
    };
    const LocalDay end = day(2016, 12, 31);
    const Row rows[] = {
        {"on the way", end_of_october, 65'000, 0, Standing::open},
        {"nothing can bring it back", end_of_october, 85'000, 0, Standing::lost},
        {"67 is not above 67", end, 67'000, 0, Standing::met},
        {"67.499 is published as 67", end, 67'499, 0, Standing::met},
        {"67.5 is published as 68", end, 67'500, 0, Standing::missed},
        {"far above", end, 90'000, 0, Standing::missed},
        {"low, but a month is absent", end, 10'000, 7, Standing::not_proven},
        {"high, and a month is absent", end, 90'000, 7, Standing::not_proven},
        {"void before its end", day(2016, 8, 31), 30'000, 7, Standing::not_proven},
        {"void and out of reach", end_of_october, 200'000, 7, Standing::not_proven},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        TargetTown town;
        town.pm2_5(first, row.until, [&](LocalDay d) -> Amount {
            if (d.month() == row.without_month) return std::nullopt;
            return ng(row.value_ng);
        });
        const auto ledger = town.ledger();
        CHECK(ledger.standing == row.standing);
        CHECK(ledger.why.empty() == (row.standing != Standing::not_proven));
        if (row.without_month != 0) CHECK(ledger.why.en.find("2016-07 has 0 valid days of the 27 it needs") == 0);
        CHECK(ledger.allowance.has_value() == (row.until < end));
    }
    CHECK(standing_name(Standing::not_proven) == "not_proven");
    CHECK(standing_zh(Standing::not_proven) == "无法证明");
}

TEST_CASE("lost_on is the day after which not even zeros help")
{
    // 85 a day: round(85 n / 366) > 67 needs 85 n > 67.5*366 = 24705, n >= 291. The 291st day of 2016 is 17 October.
    TargetTown town;
    town.pm2_5(first, end_of_october, ug(85));
    CHECK(town.ledger().lost_on == day(2016, 10, 17));
    TargetTown in_time;
    in_time.pm2_5(first, day(2016, 10, 16), ug(85));
    CHECK(!in_time.ledger().lost_on);
    CHECK(in_time.ledger().allowance < Concentration{}); // (24522 - 24650)/76: below zero two days before it is lost
    CHECK(in_time.ledger().standing == Standing::open);  // for 67.49 is published as 67
}

TEST_CASE("an allowance below the lowest stretch this place ever had")
{
    // 2015 at 50 every day. 2016 at 80: (24522 - 80n)/(366 - n) < 50 when 6222 < 30n: n = 208, 26 July.
    TargetTown town;
    town.pm2_5(day(2015, 1, 1), day(2015, 12, 31), ug(50));
    town.pm2_5(first, day(2016, 7, 25), ug(80));
    CHECK(!town.ledger().below_lowest_on); // n = 207: 7962/159 = 50.08
    CHECK(town.ledger().lowest_ever == ug(50));
    town.pm2_5(day(2016, 7, 26), day(2016, 8, 31), ug(80));
    CHECK(town.ledger().below_lowest_on == day(2016, 7, 26)); // 7882/158 = 49.89
    CHECK(town.ledger().lowest_ever == ug(50));
    CHECK(town.ledger().standing == Standing::open);
}

TEST_CASE("the lowest stretch is one of as many days as remain, nine tenths of them known")
{
    const auto summer = [](LocalDay d) { return d.month() == 6 || d.month() == 7; }; // 61 days
    {
        // 2015 at 42, its summer at 40. 2016 at 72: with L days left the allowance is 72 - 1830/L. The lowest of L days of
        // 2015 is 40 for L <= 61 and 42 - 122/L beyond. 72 - 1830/L < 40 when L < 57.19; beyond 61 it never is.
        TargetTown town;
        town.pm2_5(day(2015, 1, 1), day(2015, 12, 31), [&](LocalDay d) { return ug(summer(d) ? 40 : 42); });
        town.pm2_5(first, day(2016, 11, 3), ug(72)); // 58 left: 40.45
        CHECK(town.ledger().lowest_ever == ug(40));
        CHECK(!town.ledger().below_lowest_on);
        town.pm2_5(day(2016, 11, 4), day(2016, 11, 5), ug(72)); // 57 left: 39.89
        CHECK(town.ledger().below_lowest_on == day(2016, 11, 4));
    }
    const auto lowest_without = [&](int absent) { // from 20 June on
        TargetTown town;
        town.pm2_5(day(2015, 1, 1), day(2015, 12, 31), [&](LocalDay d) -> Amount {
            if (d >= day(2015, 6, 20) && d < day(2015, 6, 20).plus(absent)) return std::nullopt;
            return ug(summer(d) ? 40 : 90);
        });
        town.pm2_5(first, end_of_october, ug(72));
        return town.ledger().lowest_ever;
    };
    // 55 of 61 days are nine tenths (54.9); 54 are not. Without seven days the best stretch begins on their second:
    // 21..26 June absent, 35 days of summer, 20 of August: (35*40 + 20*90)/55 = 58.1818. From 22 June it has 21 of August
    // and 58.75, from 27 June none absent and 61.3; and the stretches that end among the seven have 36 days of spring.
    CHECK(lowest_without(6) == ug(40));
    CHECK(lowest_without(7) == ng(58'182));
    {
        // On record since 1 December 2015. On 30 April 2016 152 days are known and 245 are left: so many were never seen.
        TargetTown town;
        town.pm2_5(day(2015, 12, 1), day(2016, 4, 30), ug(80));
        CHECK(!town.ledger().lowest_ever);
        CHECK(!town.ledger().below_lowest_on);
        // On 15 June 198 are known and 199 left; a day later as many as are left, 198, and more days are known: 199.
        town.pm2_5(day(2016, 5, 1), day(2016, 6, 15), ug(80));
        CHECK(!town.ledger().lowest_ever);
        town.pm2_5(day(2016, 6, 16), day(2016, 6, 16), ug(80));
        CHECK(town.ledger().lowest_ever == ug(80));
        // (24522 - 168*80)/198 = 55.97 is less than anything seen; but half a year is no "ever".
        CHECK(!town.ledger().below_lowest_on);
    }
}

TEST_CASE("a stretch of this year counts among what this place ever had")
{
    // On record since October 2015, a winter at 90. This year had 30 to the end of June and 134 since. On 31 October the
    // rest may average (67*366 - 182*30 - 123*134)/61 = 2580/61 = 42.3: the same place had 61 days at 30 this spring.
    TargetTown town;
    town.pm2_5(day(2015, 10, 1), day(2015, 12, 31), ug(90));
    town.pm2_5(first, end_of_october, [&](LocalDay d) { return ug(d.month() <= 6 ? 30 : 134); });
    CHECK(town.ledger().allowance == ng(42'295));
    CHECK(town.ledger().lowest_ever == ug(30));
    CHECK(!town.ledger().below_lowest_on);
}

TEST_CASE("the same days of earlier years stand beside the rest")
{
    TargetTown town;
    town.pm2_5(day(2014, 12, 15), day(2015, 12, 31), [](LocalDay d) -> Amount {
        if (d == day(2015, 11, 30)) return std::nullopt;
        return ug(d.month() == 11 ? 60 : d.month() == 12 ? 100 : 40);
    });
    town.pm2_5(first, day(2016, 2, 28), ug(65));
    {
        // The rest from 29 February on is held against 2015 from 28 February on: 307 days, 306 of them valid.
        const auto earlier = town.ledger().earlier;
        REQUIRE(earlier.size() == 1); // 17 days of 2014 are not half of its rest
        CHECK(earlier[0].year == 2015);
        CHECK(earlier[0].valid_days == 306);
    }
    town.pm2_5(day(2016, 2, 29), end_of_october, ug(65));
    const auto ledger = town.ledger();
    REQUIRE(ledger.earlier.size() == 1);
    CHECK(ledger.earlier[0].valid_days == 60);
    CHECK(ledger.earlier[0].mean->ng_per_m3() == 80'667); // (29*60 + 31*100)/60 = 80.6667
    // With 15 December the 17 known days of 31 of 2014 are more than half.
    town.pm2_5(day(2016, 11, 1), day(2016, 12, 1), ug(65));
    const auto later = town.ledger().earlier; // the rest: 2..31 December, 30 days
    REQUIRE(later.size() == 2);
    CHECK(later[1].year == 2014);
    CHECK(later[1].valid_days == 17);
    CHECK(later[1].mean == ug(100));
}

TEST_CASE("a year that is over has no rest that could be compared")
{
    TargetTown town;
    town.pm2_5(day(2015, 1, 1), day(2016, 12, 31), ug(60));
    CHECK(town.ledger().remaining_days == 0);
    CHECK(!town.ledger().lowest_ever);
    CHECK(town.ledger().earlier.empty());
}

TEST_CASE("the day that moved the mean most")
{
    struct Row {
        std::int64_t value;
        std::int64_t moved_ng;
    };
    // 304 days at 65 and one at 370: (370-65)/305 = 1. One at 4: (4-65)/305 = -0.2.
    for (const auto& row : {Row{370, 1'000}, Row{4, -200}}) {
        TargetTown town;
        const LocalDay odd_one = day(2016, 3, 5);
        town.pm2_5(first, end_of_october, [&](LocalDay d) { return ug(d == odd_one ? row.value : 65); });
        CHECK(town.ledger().moved_most_on == odd_one);
        CHECK(town.ledger().moved_most_ng == row.moved_ng);
        CHECK(town.ledger().moved_most_value == ug(row.value));
    }
    // Two that moved it as much: the first of them. One day alone moved nothing.
    TargetTown town;
    town.pm2_5(first, first, ug(65));
    CHECK(!town.ledger().moved_most_on);
    town.pm2_5(first.plus(1), first.plus(1), ug(75)); // 65 against 75 and 75 against 65: -5 and +5
    CHECK(town.ledger().moved_most_on == first);
    CHECK(town.ledger().moved_most_ng == -5'000);
}

TEST_CASE("a target in both forms: dust days give no value, and the year does not become void by them")
{
    TargetTown town;
    town.pm2_5(first, day(2016, 1, 10), [](LocalDay d) {
        return d == day(2016, 1, 4) || d == day(2016, 1, 5) ? Amount{ug(400)} : Amount{ug(50)};
    });
    for (const unsigned d : {4U, 5U})
        absorb(town.state, DustDeclared{"city", day(2016, 1, d), true, {"CNEMC 2016-1", "", {"env", {}}}}, town.rules);
    const auto in = [&](DustForm form) {
        return *target_ledger(town.state, town.city(), 2016, Pollutant::pm2_5, town.rules, form);
    };
    const TargetLedger measured = in(DustForm::as_measured), deducted = in(DustForm::dust_deducted);
    CHECK(measured.valid_days == 10);
    CHECK(measured.mean == ug(120)); // (8 x 50 + 2 x 400) / 10
    CHECK(measured.moved_most_on == day(2016, 1, 4));
    CHECK(deducted.form == DustForm::dust_deducted);
    CHECK(deducted.valid_days == 8);
    CHECK(deducted.mean == ug(50));
    CHECK(deducted.remaining_days == 356);
    CHECK(measured.allowance == ng(65'511)); // (67 x 366 - 1200) / 356 = 65.5112...
    CHECK(deducted.allowance == ng(67'382)); // (67 x 364 - 400) / 356 = 67.3820...
    // Nine dust weeks later the deducted sum has too few days, yet every day was measured: the target is open in both forms.
    town.pm2_5(day(2016, 1, 11), day(2016, 3, 12), ug(50));
    for (LocalDay d = day(2016, 1, 11); d <= day(2016, 3, 12); d = d.plus(1))
        absorb(town.state, DustDeclared{"city", d, true, {"CNEMC 2016-1", "", {"env", {}}}}, town.rules);
    CHECK(in(DustForm::dust_deducted).valid_days == 8);
    CHECK(in(DustForm::as_measured).standing == Standing::open);
    CHECK(in(DustForm::dust_deducted).standing == Standing::open);
}
