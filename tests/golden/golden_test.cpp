// Tables of expectations that a domain person can read and add to. Worked by hand or taken from published rows; the
// source stands at the top of each table.
#include "libaqi/iaqi.hpp"
#include "libaqi/nowcast.hpp"
#include "libaqi/rounding.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace aqi;
using namespace aqi::tests;

namespace {

std::optional<Concentration> cell(const std::string& text, Pollutant p)
{
    if (text == "-") return std::nullopt;
    return conc(text, p);
}

/// "pm10_24h=66" -> pm10_24h, 66.
std::pair<std::string, std::string> pair_of(const std::string& text)
{
    const auto equals = text.find('=');
    REQUIRE(equals != std::string::npos);
    return {text.substr(0, equals), text.substr(equals + 1)};
}

Item item_of(const std::string& name)
{
    const auto item = item_named(name);
    INFO(name);
    REQUIRE(item);
    return *item;
}

/// hour|day SO2 NO2 PM10 CO O3 O3_8h PM2.5 -> AQI level primary [strict] [item=value ...]
void check_index(const TableRow& row, const RulePack& rules)
{
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
    MissingRule missing = MissingRule::maximum_of_present;
    for (std::size_t i = 11; i < row.cells.size(); ++i) {
        if (row.cells[i] == "strict") {
            missing = MissingRule::above_100_only;
            continue;
        }
        const auto [name, value] = pair_of(row.cells[i]);
        in[item_of(name)] = conc(value, pollutant_of(item_of(name)));
    }
    const auto index = make_index(in, rules, of_hour ? Report::hour : Report::day, missing);
    CHECK((index.aqi ? std::to_string(*index.aqi) : "NA") == row.cells[8]);
    CHECK(std::to_string(index.level) == row.cells[9]);
    const std::string primary = primary_text(index.primary);
    CHECK((primary.empty() ? "-" : primary) == row.cells[10]);
}

/// iaqi TABLE value=sub-index ...: the table alone, the value with all its digits.
void check_sub_indices(const TableRow& row, const RulePack& rules)
{
    const Item item = item_of(row.cells.at(1));
    const auto& table = rules.tables[index_of(item)];
    REQUIRE(table);
    for (std::size_t i = 2; i < row.cells.size(); ++i) {
        INFO(row.cells[i]);
        const auto [value, expected] = pair_of(row.cells[i]);
        const auto found = sub_index(conc(value, pollutant_of(item)), *table, rules.index_rounding);
        CHECK((found ? std::to_string(*found) : "none") == expected);
    }
}

/// nowcast POLLUTANT result newest ... oldest: the result cut as the pack cuts.
void check_nowcast(const TableRow& row, const RulePack& rules)
{
    REQUIRE(row.cells.size() == 3 + static_cast<std::size_t>(nowcast_hours));
    const auto p = pollutant_named(row.cells[1]);
    REQUIRE(p);
    std::vector<std::optional<Concentration>> hours;
    for (std::size_t i = 3; i < row.cells.size(); ++i) hours.push_back(cell(row.cells[i], *p));
    const auto found = pm_nowcast(hours);
    CHECK((found ? format_concentration(round_for_index(*found, *p, rules), display_unit_ng(*p)) : "NA") ==
          row.cells[2]);
}

/// limit POLLUTANT period [P99] grade=value ...; returns how many.
std::size_t check_limits(const TableRow& row, const std::vector<Limit>& limits)
{
    std::size_t count = 0;
    int percentile = 0;
    for (std::size_t i = 3; i < row.cells.size(); ++i) {
        if (row.cells[i].starts_with('P')) {
            percentile = std::stoi(row.cells[i].substr(1));
            continue;
        }
        INFO(row.cells[i]);
        const auto [grade, value] = pair_of(row.cells[i]);
        const auto found = std::find_if(limits.begin(), limits.end(), [&, grade = grade](const Limit& l) {
            return l.grade == grade && pollutant_name(l.pollutant) == row.cells[1] &&
                   limit_period_name(l.period) == row.cells[2];
        });
        REQUIRE(found != limits.end());
        CHECK(found->value == conc(value, found->pollutant));
        CHECK(found->percentile == percentile);
        ++count;
    }
    return count;
}

/// The worked examples beside a pack. A guideline has limits only.
void check_examples(const std::filesystem::path& file, const RulePack* rules, const std::vector<Limit>& limits)
{
    std::size_t limits_seen = 0;
    for (const auto& row : table_rows(file)) {
        INFO(file.filename().string() << ":" << row.line << row.why);
        const std::string& kind = row.cells[0];
        if (kind == "limit") {
            limits_seen += check_limits(row, limits);
            continue;
        }
        REQUIRE(rules != nullptr);
        if (kind == "hour" || kind == "day")
            check_index(row, *rules);
        else if (kind == "iaqi")
            check_sub_indices(row, *rules);
        else if (kind == "nowcast")
            check_nowcast(row, *rules);
        else
            FAIL("no such kind of row: " << kind);
    }
    CHECK(limits_seen == limits.size()); // each limit stands in the pack and beside it, typed twice from the source
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

TEST_CASE("the worked examples beside each pack hold, and no pack is without")
{
    std::set<std::string> files, packs;
    for (const auto& entry : std::filesystem::directory_iterator{source_file("schemas/rules")})
        if (entry.path().extension() == ".golden") files.insert(entry.path().stem().string());
    for (const auto& rules : shipped_rules().packs) packs.insert(rules.id);
    for (const auto& guideline : shipped_rules().guidelines) packs.insert(guideline.id);
    CHECK(files == packs);

    const auto file = [](const std::string& id) { return source_file("schemas/rules/" + id + ".golden"); };
    for (const auto& rules : shipped_rules().packs) DYNAMIC_SECTION(rules.id)
        {
            check_examples(file(rules.id), &rules, rules.limits);
        }
    for (const auto& guideline : shipped_rules().guidelines) DYNAMIC_SECTION(guideline.id)
        {
            check_examples(file(guideline.id), nullptr, guideline.limits);
        }
}
