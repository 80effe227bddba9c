#include "libaqi/iaqi.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

TEST_CASE("the last level has no end")
{
    const LevelTable& levels = pack("us-epa-2024").level_table;
    CHECK(level_of(300, levels) == 5);
    CHECK(level_of(301, levels) == 6);
    CHECK(level_of(500, levels) == 6);
    CHECK(level_of(649, levels) == 6);
    CHECK(level_of(index_max, levels) == 6);
}

TEST_CASE("a line that goes on stops where an index can still be kept")
{
    const RulePack& epa = pack("us-epa-2024");
    const auto of = [&](std::string_view text) {
        IndexInputs in;
        in[Item::pm2_5_24h] = conc(text);
        return make_index(in, epa, Report::day, epa.missing);
    };
    CHECK(of("10000").aqi == 19'772); // 199/99.9*9774.5+301 = 19771.7, what an instrument may say at most
    CHECK(of("2000000").aqi == index_max);
    CHECK(of("2000000").iaqi[index_of(Item::pm2_5_24h)] == index_max);
    CHECK(of("2000000").level == 6);
}

TEST_CASE("an index is made from the exact mean, cut once")
{
    const RulePack& epa = pack("us-epa-2024");
    // Three hours of 35.5, 35.5 and 35.499: the mean is 35.4996..., and no nanogram of it may round up to 35.5.
    const Mean mean = Mean::of_hours(35'500 + 35'500 + 35'499, 3);
    CHECK(mean.rounded(1).ng_per_m3() == 35'500);
    CHECK(round_for_index(mean, Pollutant::pm2_5, epa) == conc("35.4"));
    CHECK(round_for_index(mean, Pollutant::pm2_5, pack("cn-2012")) == ug(35));
    CHECK(round_for_index(conc("35.499"), Pollutant::pm2_5, epa) == conc("35.4"));
}

TEST_CASE("primary pollutants are listed once and in one order, whatever they were averaged over")
{
    ItemSet set;
    for (const auto item :
         {Item::pm2_5_nowcast, Item::pm10_nowcast, Item::o3_8h, Item::o3_1h, Item::so2_24h, Item::so2_1h})
        set.insert(item);
    CHECK(primary_text(set) == "SO2+PM10+O3+O3_8h+PM2.5");
    CHECK(primary_zh(set) == "SO2、PM10、O3、O3-8h、PM2.5");
    set.insert(Item::pm2_5_24h);
    CHECK(primary_text(set) == "SO2+PM10+O3+O3_8h+PM2.5");
    CHECK(primary_text({}).empty());
}

TEST_CASE("a pollutant outside the plan stands in nobody's way where the edition says so")
{
    IndexInputs in;
    for (const auto item : {Item::so2_24h, Item::no2_24h, Item::pm10_24h, Item::o3_8h, Item::pm2_5_24h})
        in[item] = ug(30);
    PollutantSet co;
    co.insert(Pollutant::co);
    const auto made = [&](const char* edition, PollutantSet not_in_plan) {
        return make_index(in, pack(edition), Report::day, MissingRule::above_100_only, not_in_plan);
    };
    CHECK(made("cn-2026", {}).note == IndexNote::incomplete);
    CHECK(made("cn-2026", co).aqi == 43); // PM2.5 50/35*30 = 42.86
    CHECK(made("cn-2026", co).exempt == co);
    CHECK(made("cn-2026-final", co).aqi == 43);
    CHECK(made("cn-2012", co).note == IndexNote::incomplete);
    CHECK(made("cn-2012", co).exempt.empty());
}
