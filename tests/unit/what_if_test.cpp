// What if: months as somebody assumes them, the inverse, and past winters drawn again.
#include "libaqi/statistics.hpp"
#include "libaqi/targets.hpp"
#include "tests/support/target_town.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <functional>

using namespace aqi;
using namespace aqi::tests;

namespace {

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

TEST_CASE("what if: months as somebody assumes them, the others as the year to date")
{
    TargetTown town;
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
    TargetTown town;
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
    TargetTown town;
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
    TargetTown town;
    CHECK(!town.projected({}).year_end);
    CHECK(!town.needed(12, {}));
    CHECK(!town.drawn(10, 1));
    TargetTown station_only;
    station_only.pm2_5(first, end_of_october, ug(65));
    const auto p = project(station_only.state, PlaceIndex{0}, 2016, Pollutant::pm2_5, {}, station_only.rules);
    CHECK(p.year_end == ug(65));
    CHECK(!p.meets); // no target binds a station
    CHECK(!needed_in_month(station_only.state, PlaceIndex{0}, 2016, Pollutant::pm2_5, 12, {}, station_only.rules));
}

TEST_CASE("what if: a finished year is projected as it was published")
{
    // 366 days that sum to 67 500*366 - 1 ng: the mean is 67.499997, published as 67, and the target was met.
    TargetTown town;
    town.pm2_5(first, day(2016, 12, 31), [](LocalDay d) { return ng(d == first ? 67'499 : 67'500); });
    CHECK(town.ledger().published == ug(67));
    CHECK(town.ledger().standing == Standing::met);
    CHECK(town.projected({}).published == ug(67));
    CHECK(town.projected({}).meets == true);
}

TEST_CASE("needed in a month: the inverse of the projection")
{
    TargetTown town;
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
    TargetTown bad;
    bad.pm2_5(first, end_of_october, ug(85));
    CHECK(bad.needed(12, {})->ng_per_m3() == -127'516); // (24522 - 85*335)/31 = -127.51613
}

TEST_CASE("what if: days that are no finite decimals are added as they are")
{
    // Three sites at 10, 10 and 11: 31/3 on each of 305 days, 3151.666... in sum.
    TargetTown town{3};
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
    TargetTown town;
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
    TargetTown town;
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
    TargetTown nothing;
    nothing.pm2_5(first, end_of_october, ug(65));
    CHECK(!nothing.drawn(100, 1)); // no earlier year
    TargetTown town;
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
