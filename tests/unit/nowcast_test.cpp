#include "libaqi/nowcast.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

namespace {

using Hours = std::vector<std::optional<Concentration>>;

/// Values in ug/m3, the newest first; below zero: nothing.
Hours hours(const std::vector<int>& values)
{
    Hours out;
    for (const int v : values) out.push_back(v < 0 ? std::nullopt : std::optional{ug(v)});
    return out;
}

} // namespace

TEST_CASE("a sliding mean is exact, skips what is absent, and needs enough of it")
{
    Hours day(24, ug(10));
    day[0] = ug(11);
    CHECK(sliding_mean(day, 20) == Mean::of_hours(241'000, 24));
    for (int n = 1; n <= 4; ++n) day[static_cast<std::size_t>(n)].reset();
    CHECK(sliding_mean(day, 20) == Mean::of_hours(201'000, 20));
    day[5].reset();
    CHECK(!sliding_mean(day, 20));
    CHECK(sliding_mean(hours({0}), 1) == Mean::of(ug(0)));
    CHECK(!sliding_mean(hours({-1, -1}), 1));
}

TEST_CASE("an item takes as many hours as the edition says")
{
    const Validity& v = pack("cn-2012").validity;
    CHECK(hours_of(Item::pm10_1h, v) == 1);
    CHECK(hours_of(Item::pm10_24h, v) == 24);
    CHECK(hours_of(Item::o3_8h, v) == 8);
    CHECK(hours_of(Item::pm2_5_nowcast, v) == 12);
    CHECK(item_of(Item::o3_8h, hours({80, 80, 80, 80, 80, 90, -1, -1}), v) == Mean::of_hours(490'000, 6));
    CHECK(!item_of(Item::o3_8h, hours({80, 80, 80, 80, 80, -1, -1, -1}), v));
    CHECK(!item_of(Item::so2_1h, hours({-1}), v));
}

TEST_CASE("NowCast does not leave the whole numbers, whatever the hours are")
{
    // Twelve values of nine digits: the powers pass 2^350. By hand: w = 1/2 and sum(w^i) = 4095/2048.
    Hours high(12, Concentration::from_ng_per_m3(1'000'000'001));
    high[0] = Concentration::from_ng_per_m3(2'147'483'647);
    high[11] = Concentration::from_ng_per_m3(1);
    // (2048*2147483647 + 2046*1000000001 + 1) / 4095: 2046 = 1024 + ... + 2
    CHECK(pm_nowcast(high)->ng_per_m3() == (2048LL * 2'147'483'647 + 2046LL * 1'000'000'001 + 1) / 4095);
    CHECK(pm_nowcast(Hours(12, Concentration::from_ng_per_m3(Concentration::max_ng)))->ng_per_m3() ==
          Concentration::max_ng);
    // A ratio near 1 with no small terms: the mean of 12 values that differ by a nanogram lies between them.
    Hours close(12, Concentration::from_ng_per_m3(999'999'937));
    close[3] = Concentration::from_ng_per_m3(999'999'938);
    CHECK(pm_nowcast(close)->ng_per_m3() == 999'999'937);
}

TEST_CASE("a NowCast that comes out even is not cut below itself")
{
    // w = 2/3, which no binary fraction is: (80 + 320/9) / (2/3 + 4/9) = 104.
    CHECK(pm_nowcast(hours({-1, 120, 80, -1, -1, -1, -1, -1, -1, -1, -1, -1})) == ug(104));
    CHECK(pm_nowcast(hours({40, 30, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}))->ng_per_m3() == 35'714); // 35.714285...
}
