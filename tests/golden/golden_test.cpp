// Tables of expectations that a domain person can read and add to. Worked by hand or taken from published rows; the
// source stands at the top of each table.
#include "libaqi/iaqi.hpp"
#include "libaqi/rounding.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

namespace {

std::optional<Concentration> cell(const std::string& text, Pollutant p)
{
    if (text == "-") return std::nullopt;
    return conc(text, p);
}

/// hour|day SO2 NO2 PM10 CO O3 O3_8h PM2.5 -> AQI level primary [strict]
void check_index_table(const std::string& file, const RulePack& rules)
{
    for (const auto& row : table_rows(source_file(file))) {
        INFO(file << ":" << row.line << row.why);
        REQUIRE(row.cells.size() >= 11);
        const bool of_hour = row.cells[0] == "hour";
        IndexInputs in;
        in[of_hour ? Item::so2_1h : Item::so2_24h] = cell(row.cells[1], Pollutant::so2);
        in[of_hour ? Item::no2_1h : Item::no2_24h] = cell(row.cells[2], Pollutant::no2);
        in[of_hour ? Item::pm10_1h : Item::pm10_24h] = cell(row.cells[3], Pollutant::pm10);
        in[of_hour ? Item::co_1h : Item::co_24h] = cell(row.cells[4], Pollutant::co);
        in[Item::o3_1h] = cell(row.cells[5], Pollutant::o3);
        in[Item::o3_8h] = cell(row.cells[6], Pollutant::o3);
        in[of_hour ? Item::pm2_5_1h : Item::pm2_5_24h] = cell(row.cells[7], Pollutant::pm2_5);
        const bool strict = row.cells.size() > 11 && row.cells[11] == "strict";
        const auto index = make_index(in, rules, of_hour ? Report::hour : Report::day,
                                      strict ? MissingRule::above_100_only : MissingRule::maximum_of_present);
        CHECK((index.aqi ? std::to_string(*index.aqi) : "NA") == row.cells[8]);
        CHECK(std::to_string(index.level) == row.cells[9]);
        const std::string primary = primary_text(index.primary);
        CHECK((primary.empty() ? "-" : primary) == row.cells[10]);
    }
}

} // namespace

TEST_CASE("concentrations round as GB/T 8170 says")
{
    for (const auto& row : table_rows(source_file("tests/golden/rounding.txt"))) {
        INFO("rounding.txt:" << row.line << row.why);
        std::int64_t step = 1'000;
        for (int n = std::stoi(row.cells[1]); n > 0; --n) step /= 10;
        const auto rounded =
            Concentration::from_ng_per_m3(round_half_even(conc(row.cells[0]).ng_per_m3(), step) * step);
        CHECK(format_concentration(rounded, 1'000) == row.cells[2]);
    }
}

TEST_CASE("the worked examples beside cn-2012 hold")
{
    check_index_table("schemas/rules/cn-2012.golden", pack("cn-2012"));
}
TEST_CASE("the worked examples beside cn-2012-statutory hold")
{
    check_index_table("schemas/rules/cn-2012-statutory.golden", pack("cn-2012-statutory"));
}
TEST_CASE("the worked examples beside cn-2026 hold")
{
    check_index_table("schemas/rules/cn-2026.golden", pack("cn-2026"));
}

TEST_CASE("every index pack has worked examples beside it")
{
    for (const auto& rules : shipped_rules().packs) {
        INFO(rules.id);
        CHECK(std::filesystem::exists(source_file("schemas/rules/" + rules.id + ".golden")));
    }
}
