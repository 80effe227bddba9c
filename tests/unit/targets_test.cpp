#include "libaqi/statistics.hpp"
#include "libaqi/targets.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <functional>

using namespace aqi;
using namespace aqi::tests;

namespace {

using Values = PerPollutant<std::optional<Concentration>>;
using Amount = std::optional<Concentration>;

Concentration ng(std::int64_t value) { return Concentration::from_ng_per_m3(value); }

/// A small town that is told in daily values. Its target of 2016 is Hebi's: PM10 100, PM2.5 67, 190 good days.
struct Town {
    explicit Town(int stations = 1) : rules(small_town(stations)), state(rules.network) {}

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

Values six(std::string_view so2, std::string_view no2, std::string_view pm10, std::string_view co, std::string_view o3,
           std::string_view pm2_5)
{
    Values out;
    const std::array<std::string_view, pollutant_count> texts = {so2, no2, pm10, co, o3, pm2_5};
    for (const auto p : all_pollutants)
        if (!texts[index_of(p)].empty()) out[p] = conc(texts[index_of(p)], p);
    return out;
}
const Values good_day = six("20", "30", "60", "1.0", "80", "40");
const Values lost_day = six("20", "30", "60", "1.0", "80", "100");
const Values no_verdict = six("", "", "60", "", "", "40");

const LocalDay first = day(2016, 1, 1), end_of_october = day(2016, 10, 31); // 305 days, 61 are left

Assumption assumed(unsigned month, Concentration mean)
{
    Assumption out;
    out.month_mean[month - 1] = mean;
    return out;
}
Assumption assumed(unsigned month, Concentration mean, unsigned other, Concentration other_mean)
{
    Assumption out = assumed(month, mean);
    out.month_mean[other - 1] = other_mean;
    return out;
}

} // namespace

// --- the target ledger -----------------------------------------------------------------------------------------------

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
        Town town;
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
    Town town;
    town.pm2_5(first, end_of_october, [](LocalDay d) { return ng(d == first ? 69'499 : 69'500); });
    const auto ledger = town.ledger();
    REQUIRE(ledger.allowance);
    CHECK(ledger.allowance->ng_per_m3() == 54'500);
    CHECK(ledger.allowance_published == ug(55));
}

TEST_CASE("a target ledger stands where days do, and where a target does")
{
    Town town;
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
        Town town;
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
    Town town;
    town.pm2_5(first, end_of_october, ug(85));
    CHECK(town.ledger().lost_on == day(2016, 10, 17));
    Town in_time;
    in_time.pm2_5(first, day(2016, 10, 16), ug(85));
    CHECK(!in_time.ledger().lost_on);
    CHECK(in_time.ledger().allowance < Concentration{}); // (24522 - 24650)/76: below zero two days before it is lost
    CHECK(in_time.ledger().standing == Standing::open);  // for 67.49 is published as 67
}

TEST_CASE("an allowance below the lowest stretch this place ever had")
{
    // 2015 at 50 every day. 2016 at 80: (24522 - 80n)/(366 - n) < 50 when 6222 < 30n: n = 208, 26 July.
    Town town;
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
        Town town;
        town.pm2_5(day(2015, 1, 1), day(2015, 12, 31), [&](LocalDay d) { return ug(summer(d) ? 40 : 42); });
        town.pm2_5(first, day(2016, 11, 3), ug(72)); // 58 left: 40.45
        CHECK(town.ledger().lowest_ever == ug(40));
        CHECK(!town.ledger().below_lowest_on);
        town.pm2_5(day(2016, 11, 4), day(2016, 11, 5), ug(72)); // 57 left: 39.89
        CHECK(town.ledger().below_lowest_on == day(2016, 11, 4));
    }
    const auto lowest_without = [&](int absent) { // from 20 June on
        Town town;
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
        Town town;
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
    Town town;
    town.pm2_5(day(2015, 10, 1), day(2015, 12, 31), ug(90));
    town.pm2_5(first, end_of_october, [&](LocalDay d) { return ug(d.month() <= 6 ? 30 : 134); });
    CHECK(town.ledger().allowance == ng(42'295));
    CHECK(town.ledger().lowest_ever == ug(30));
    CHECK(!town.ledger().below_lowest_on);
}

TEST_CASE("the same days of earlier years stand beside the rest")
{
    Town town;
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
    Town town;
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
        Town town;
        const LocalDay odd_one = day(2016, 3, 5);
        town.pm2_5(first, end_of_october, [&](LocalDay d) { return ug(d == odd_one ? row.value : 65); });
        CHECK(town.ledger().moved_most_on == odd_one);
        CHECK(town.ledger().moved_most_ng == row.moved_ng);
        CHECK(town.ledger().moved_most_value == ug(row.value));
    }
    // Two that moved it as much: the first of them. One day alone moved nothing.
    Town town;
    town.pm2_5(first, first, ug(65));
    CHECK(!town.ledger().moved_most_on);
    town.pm2_5(first.plus(1), first.plus(1), ug(75)); // 65 against 75 and 75 against 65: -5 and +5
    CHECK(town.ledger().moved_most_on == first);
    CHECK(town.ledger().moved_most_ng == -5'000);
}

// --- the ledger of good days -----------------------------------------------------------------------------------------

TEST_CASE("good days: what may still be lost, the rate that is needed, and last year")
{
    // Wei county's bulletin: on 27 July 2020 127 good days, 89 a year before, 85 short of the year's target: 212.
    Town town;
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
    Town town;
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
        Town town;
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
    Town town;
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
    Town town;
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
    Town town;
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
    Town later;
    later.day_of(day(2026, 3, 1), six("20", "30", "60", "1.0", "80", "70"));
    REQUIRE(later.good(2026).lost_days.size() == 1);
    CHECK(later.good(2026).lost_days[0].limit == ug(60));
    CHECK(later.good(2026).lost_days[0].margin_ng() == 10'000);
}

TEST_CASE("an area that measures PM alone: good days are an upper bound, and a PM exceedance is proof enough")
{
    Town town;
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
    Town town;
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

// --- what if ---------------------------------------------------------------------------------------------------------

TEST_CASE("what if: months as somebody assumes them, the others as the year to date")
{
    Town town;
    town.pm2_5(first, end_of_october, ug(65));
    struct Row {
        const char* what;
        Assumption assumed;
        std::int64_t end_ng;
        std::int64_t published;
        bool meets;
    };
    const Row rows[] = {
        {"as so far", {}, 65'000, 65, true},
        {"a bad winter", assumed(11, ug(80), 12, ug(90)), 68'347, 68, false}, // (19825+2400+2790)/366 = 68.34699
        {"a bad December", assumed(12, ug(71)), 65'508, 66, true},            // (65*335 + 71*31)/366 = 65.50820
        {"at the allowance", assumed(11, ug(77), 12, ug(77)), 67'000, 67, true},
        {"a month that is over", assumed(3, ug(500)), 65'000, 65, true},
        {"zeros", assumed(11, ug(0), 12, ug(0)), 54'167, 54, true},            // 19825/366 = 54.16667
        {"just met", assumed(11, ug(80), 12, conc("79.9")), 67'492, 67, true}, // (22225 + 2476.9)/366 = 67.49153
    };
    for (const auto& row : rows) {
        INFO(row.what);
        const auto p = town.projected(row.assumed);
        REQUIRE(p.year_end);
        CHECK(p.year_end->ng_per_m3() == row.end_ng);
        CHECK(p.published == ug(row.published));
        CHECK(p.meets == row.meets);
        CHECK(!p.good_days);
    }
}

TEST_CASE("what if: the days that are valid weigh, and a month that has begun has only its rest")
{
    // 15 November: 320 days, of which 20 absent: 300 at 65. Remaining: 15 of November, 31 of December.
    Town town;
    town.pm2_5(first, day(2016, 11, 15), [](LocalDay d) -> Amount {
        if (d < first.plus(20)) return std::nullopt;
        return ug(65);
    });
    const auto p = town.projected(assumed(11, ug(80), 12, ug(90)));
    CHECK(p.year_end->ng_per_m3() == 67'890); // (19500 + 15*80 + 31*90)/346 = 23490/346 = 67.89017
    // 15 days of November as so far: (19500 + 975 + 2790)/346 = 23265/346 = 67.23988
    CHECK(town.projected(assumed(12, ug(90))).year_end->ng_per_m3() == 67'240);
}

TEST_CASE("what if: a rate of good days")
{
    Town town;
    for (int n = 0; n < 305; ++n) town.day_of(first.plus(n), n < 160 ? good_day : lost_day);
    Assumption half;
    half.good_rate_tenths = 500;
    CHECK(town.projected(half).good_days == 190); // 160 + 30 of 30.5
    CHECK(town.projected(half).meets_good_days == true);
    Assumption less;
    less.good_rate_tenths = 491; // 61*0.491 = 29.95
    CHECK(town.projected(less).good_days == 189);
    CHECK(town.projected(less).meets_good_days == false);
    CHECK(!town.projected({}).good_days);
    CHECK(town.projected({}).year_end); // the mean is projected all the same
}

TEST_CASE("what if: without days there is nothing to project")
{
    Town town;
    CHECK(!town.projected({}).year_end);
    CHECK(!town.needed(12, {}));
    CHECK(!town.drawn(10, 1));
    Town station_only;
    station_only.pm2_5(first, end_of_october, ug(65));
    const auto p = project(station_only.state, PlaceIndex{0}, 2016, Pollutant::pm2_5, {}, station_only.rules);
    CHECK(p.year_end == ug(65));
    CHECK(!p.meets); // no target binds a station
    CHECK(!needed_in_month(station_only.state, PlaceIndex{0}, 2016, Pollutant::pm2_5, 12, {}, station_only.rules));
}

TEST_CASE("what if: a finished year is projected as it was published")
{
    // 366 days that sum to 67 500*366 - 1 ng: the mean is 67.499997, published as 67, and the target was met.
    Town town;
    town.pm2_5(first, day(2016, 12, 31), [](LocalDay d) { return ng(d == first ? 67'499 : 67'500); });
    CHECK(town.ledger().published == ug(67));
    CHECK(town.ledger().standing == Standing::met);
    CHECK(town.projected({}).published == ug(67));
    CHECK(town.projected({}).meets == true);
}

TEST_CASE("needed in a month: the inverse of the projection")
{
    Town town;
    town.pm2_5(first, end_of_october, ug(65));
    CHECK(town.needed(12, assumed(11, ug(80)))->ng_per_m3() == 74'097); // (24522 - 19825 - 2400)/31 = 74.09677
    CHECK(town.needed(12, {})->ng_per_m3() == 88'613);                  // (24522 - 65*335)/31 = 88.61290
    CHECK(town.needed(11, {})->ng_per_m3() == 89'400);                  // (24522 - 65*336)/30 = 89.4
    CHECK(town.needed(11, assumed(12, ug(77))) == ug(77));
    CHECK(!town.needed(10, {})); // no day of October is left
    CHECK(!town.needed(1, {}));
    // What is assumed of the month itself is not asked for.
    CHECK(town.needed(12, assumed(11, ug(80), 12, ug(500))) == town.needed(12, assumed(11, ug(80))));
    for (const std::int64_t november : {0, 40, 65, 77, 80, 120, 300}) {
        INFO("November " << november);
        const auto december = town.needed(12, assumed(11, ug(november)));
        REQUIRE(december);
        const auto end = town.projected(assumed(11, ug(november), 12, *december)).year_end;
        REQUIRE(end);
        // Half a nanogram a day of December is a twentieth of one in the year.
        CHECK(end->ng_per_m3() == 67'000);
    }
    Town bad;
    bad.pm2_5(first, end_of_october, ug(85));
    CHECK(bad.needed(12, {})->ng_per_m3() == -127'516); // (24522 - 85*335)/31 = -127.51613
}

TEST_CASE("what if: days that are no finite decimals are added as they are")
{
    // Three sites at 10, 10 and 11: 31/3 on each of 305 days, 3151.666... in sum.
    Town town{3};
    for (LocalDay d = first; d <= end_of_october; d = d.plus(1)) {
        for (std::uint32_t s = 0; s < 3; ++s)
            absorb(town.state, ObservedDay{StationIndex{s}, d, Pollutant::pm2_5, Flag::normal, ug(s == 2 ? 11 : 10)},
                   town.rules);
        town.day_of(d, {});
    }
    CHECK(town.ledger().allowance->ng_per_m3() == 350'333);              // (24522 - 3151.66667)/61 = 350.33333
    CHECK(town.ledger().allowance_published == ug(350));                 //
    CHECK(town.projected({}).year_end->ng_per_m3() == 10'333);           // 10.33333
    CHECK(town.needed(12, assumed(11, ug(80)))->ng_per_m3() == 611'946); // (24522 - 3151.66667 - 2400)/31 = 611.94624
    CHECK(town.needed(12, {})->ng_per_m3() == 679'366); // (24522 - 335*31/3)/31 = 21060.33333/31 = 679.36559
    // (3151.66667 + 61*77)/366 = 7848.66667/366 = 21.44444
    CHECK(town.projected(assumed(11, ug(77), 12, ug(77))).year_end->ng_per_m3() == 21'444);
    // A tie that only thirds make: December at x, so that the year ends at 20.5 exactly: (335*31/3 + 31x)/366 = 20.5 when
    // 31x = 7503 - 3461.66667 = 4041.33333. x = 130.365591, to the nanogram 130 366, 0.00041 above, and 20.500 is
    // all the nanograms show; but the year lies above the tie and is published as 21.
    CHECK(town.projected(assumed(12, ng(130'366))).year_end->ng_per_m3() == 20'500);
    CHECK(town.projected(assumed(12, ng(130'366))).published == ug(21));
    CHECK(town.projected(assumed(12, ng(130'365))).year_end->ng_per_m3() == 20'500);
    CHECK(town.projected(assumed(12, ng(130'365))).published == ug(20));
}

TEST_CASE("past winters drawn again: exactly, for a known seed")
{
    // November and December of 2015: 60 and 100; of 2014: 90 and 70. 2016: 305 days at 65.
    Town town;
    town.pm2_5(day(2014, 11, 1), day(2015, 12, 31), [](LocalDay d) {
        if (d.year() == 2014) return ug(d.month() == 11 ? 90 : 70);
        return ug(d.month() == 11 ? 60 : d.month() == 12 ? 100 : 40);
    });
    town.pm2_5(first, end_of_october, ug(65));
    // SplitMix64 from 1234567 begins 6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431
    // (its author's test vector). Four odd numbers: the second of two years, four times. 2014 comes after 2015.
    const auto two = town.drawn(2, 1234567);
    REQUIRE(two);
    CHECK(two->years == std::vector<int>{2015, 2014});
    CHECK(two->draws == 2);
    CHECK(two->seed == 1234567);
    CHECK(two->p5->ng_per_m3() == 67'473); // (19825 + 30*90 + 31*70)/366 = 67.47268
    CHECK(two->median == two->p5);
    CHECK(two->p95 == two->p5);
    CHECK(two->meeting_tenths == 1'000); // published as 67

    // The four ends there can be: 2015+2015 67.554645 (68), 2015+2014 65.013661, 2014+2015 70.013661, 2014+2014 67.472678.
    const auto many = town.drawn(4'000, 20161101);
    REQUIRE(many);
    CHECK(many->p5->ng_per_m3() == 65'014);
    CHECK(many->p95->ng_per_m3() == 70'014);
    CHECK((many->median == ng(67'473) || many->median == ng(67'555)));
    CHECK(*many->p5 <= *many->median);
    CHECK(*many->median <= *many->p95);
    // Two of the four meet the target; 4000 draws keep within six deviations (0.8 %) of a half.
    CHECK(*many->meeting_tenths >= 452);
    CHECK(*many->meeting_tenths <= 548);

    const auto again = town.drawn(4'000, 20161101), other = town.drawn(4'000, 7);
    CHECK(again->median == many->median);
    CHECK(again->meeting_tenths == many->meeting_tenths);
    CHECK(other->years == many->years);
    CHECK(!town.drawn(0, 1));
}

TEST_CASE("past winters drawn again: the interval is ordered whatever the days, and does not depend on the host")
{
    Town town;
    // A sawtooth of 2015 and another of 2014.
    town.pm2_5(day(2014, 9, 1), day(2015, 12, 31), [](LocalDay d) -> Amount {
        if ((d - day(2014, 9, 1)) % 11 == 3) return std::nullopt;
        return ng(((d - day(2014, 9, 1)) * 7'919) % 150'000);
    });
    town.pm2_5(first, day(2016, 9, 13), [](LocalDay d) { return ng(40'000 + ((d - first) * 104'729) % 60'000); });
    for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
        for (const int draws : {1, 2, 19, 20, 500}) {
            INFO("seed " << seed << ", " << draws << " draws");
            const auto r = town.drawn(draws, seed), same = town.drawn(draws, seed);
            REQUIRE(r);
            CHECK(r->years == std::vector<int>{2015, 2014});
            CHECK(*r->p5 <= *r->median);
            CHECK(*r->median <= *r->p95);
            CHECK(*r->meeting_tenths >= 0);
            CHECK(*r->meeting_tenths <= 1'000);
            CHECK((r->p5 == same->p5 && r->median == same->median && r->p95 == same->p95));
            CHECK(r->meeting_tenths == same->meeting_tenths);
        }
    }
}

TEST_CASE("past winters are drawn only from years that are known")
{
    Town nothing;
    nothing.pm2_5(first, end_of_october, ug(65));
    CHECK(!nothing.drawn(100, 1)); // no earlier year
    Town town;
    town.pm2_5(day(2014, 12, 15), day(2015, 12, 31), [](LocalDay d) {
        return ug(d.year() == 2014 ? 500 : d.month() == 11 ? 60 : d.month() == 12 ? 100 : 40);
    });
    town.pm2_5(first, end_of_october, ug(65));
    const auto r = town.drawn(100, 1);
    REQUIRE(r);
    CHECK(r->years == std::vector<int>{2015}); // 17 of 61 days are no winter
    CHECK(r->p5->ng_per_m3() == 67'555);       // (19825 + 1800 + 3100)/366 = 67.55464
    CHECK(r->p95 == r->p5);
    CHECK(r->meeting_tenths == 0);
    // A year that is over has nothing left to draw: its own mean, every time.
    town.pm2_5(day(2016, 11, 1), day(2016, 12, 31), ug(65));
    const auto over = town.drawn(10, 1);
    if (over) {
        CHECK(over->p5 == ug(65));
        CHECK(over->p95 == ug(65));
    }
}
