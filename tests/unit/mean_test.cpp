#include "libaqi/mean.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

TEST_CASE("a day's mean is exact until it is rounded")
{
    // 23 hours that add up to 1 380.5: 60.0217...; the tie lies at 60.5.
    CHECK(Mean::of_hours(1'380'500, 23).rounded(1'000) == ug(60));
    CHECK(Mean::of_hours(24 * 60'500, 24).rounded(1'000) == ug(60));     // a true tie: even
    CHECK(Mean::of_hours(24 * 60'500 + 1, 24).rounded(1'000) == ug(61)); // a twenty-fourth of a nanogram above it
    CHECK(Mean::of_hours(24 * 60'500 - 1, 24).rounded(1'000) == ug(60));
    CHECK(Mean::of_hours(2, 3) == Mean::of_hours(6, 9));
    CHECK(Mean::of_hours(1, 3) < Mean::of_hours(1, 2));
}

TEST_CASE("a city's mean over its sites is exact")
{
    const std::vector<Mean> sites = {Mean::of_hours(100, 21), Mean::of_hours(100, 22), Mean::of_hours(100, 23)};
    const Mean city = Mean::of_sites(sites);
    // (100/21 + 100/22 + 100/23) / 3 = 4.55185...: cross-checked with fractions: 145100/31878.
    CHECK(city.rounded(1).ng_per_m3() == 5);
    CHECK(Mean::of_sites(std::vector<Mean>{Mean::of(ug(10)), Mean::of(ug(11))}).rounded(1'000) ==
          ug(10)); // 10.5 to even
    CHECK(Mean::of_sites(std::vector<Mean>{Mean::of(ug(11)), Mean::of(ug(12))}).rounded(1'000) ==
          ug(12)); // 11.5 to even
}

TEST_CASE("days over different numbers of sites add up without a remainder lost")
{
    MeanSum sum;
    const Mean third = Mean::of_sites(std::vector<Mean>{Mean::of(ug(1)), Mean::of(ug(0)), Mean::of(ug(0))});
    const Mean half = Mean::of_sites(std::vector<Mean>{Mean::of(ug(1)), Mean::of(ug(0))});
    const Mean sixth = Mean::of_sites(std::vector<Mean>{Mean::of(ug(1)), Mean::of(ug(0)), Mean::of(ug(0)),
                                                        Mean::of(ug(0)), Mean::of(ug(0)), Mean::of(ug(0))});
    sum.add(third);
    sum.add(half);
    sum.add(sixth);
    // 1/3 + 1/2 + 1/6 = 1 exactly.
    CHECK(sum.rounded_over(1, 1) == ug(1));
    CHECK(sum.rounded_over(2, 1'000) == ug(0)); // 0.5, a true tie: even
    sum.add(Mean::of(Concentration::from_ng_per_m3(1)));
    CHECK(sum.rounded_over(2, 1'000) == ug(1)); // half a nanogram above the tie
}

TEST_CASE("a day taken back leaves nothing behind")
{
    MeanSum sum, empty;
    for (int sites = 1; sites <= 20; ++sites) {
        std::vector<Mean> means(static_cast<std::size_t>(sites), Mean::of_hours(1'000 + sites, 23));
        sum.add(Mean::of_sites(means));
    }
    for (int sites = 20; sites >= 1; --sites) {
        std::vector<Mean> means(static_cast<std::size_t>(sites), Mean::of_hours(1'000 + sites, 23));
        sum.remove(Mean::of_sites(means));
    }
    CHECK(sum == empty);
    CHECK(sum.count() == 0);
}

TEST_CASE("the most sites an area may have still add up over a year")
{
    MeanSum sum;
    for (int sites = 1; sites <= Mean::sites_max; ++sites) {
        std::vector<Mean> means(static_cast<std::size_t>(sites),
                                Mean::of(Concentration::from_ng_per_m3(Concentration::max_ng)));
        for (int n = 0; n < 5; ++n) sum.add(Mean::of_sites(means));
    }
    CHECK(sum.rounded(1).ng_per_m3() == Concentration::max_ng);
}

TEST_CASE("the remaining days' allowance is the county bulletin's own figure")
{
    // Wei county, 27 July 2020: PM2.5 58 so far, target 57, remaining days may average 56 (55.7): (57*366 - 58*209)/157.
    MeanSum sum;
    for (int n = 0; n < 209; ++n) sum.add(Mean::of(ug(58)));
    const auto allowance = sum.allowance(ug(57), 366, 157, 1);
    CHECK(allowance.ng_per_m3() == 55'668);
    // Negative when even zeros would not do.
    for (int n = 0; n < 209; ++n) sum.add(Mean::of(ug(58)));
    CHECK(sum.allowance(ug(57), 418 + 1, 1, 1).ng_per_m3() < 0);
}

TEST_CASE("sums are equal by value, not by how many sites they came from")
{
    const Mean two = Mean::of_sites(std::vector<Mean>(2, Mean::of(ug(7))));
    const Mean three = Mean::of_sites(std::vector<Mean>(3, Mean::of(ug(7))));
    CHECK(two == three);
    MeanSum a, b;
    a.add(two);
    b.add(three);
    CHECK(a == b);
}
