#include "drivers/archive.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::drivers;
using namespace aqi::tests;

TEST_CASE("csv: quotes, line ends and marks as archives write them")
{
    const auto file = parse_csv("\xEF\xBB\xBF"
                                "a,\"b,c\",d\r\n1,\"say \"\"so\"\"\",3\r\n\r\n4,\"two\nlines\",6\n7,8,9");
    REQUIRE(file.has_value());
    CHECK(file->header == std::vector<std::string>{"a", "b,c", "d"});
    REQUIRE(file->rows.size() == 3);
    CHECK(file->rows[0].cells[1] == "say \"so\"");
    CHECK(file->rows[0].line == 2);
    CHECK(file->rows[1].cells[1] == "two\nlines");
    CHECK(file->rows[1].line == 4);
    CHECK(file->rows[2].line == 6);
    CHECK(parse_csv("a,b\n1,\"open").error().detail.find("line 2") == 0);
    CHECK(parse_csv("").has_error());
    for (const auto* cell : {"plain", "with,comma", "with \"quote\"", "two\nlines", ""}) {
        const auto again = parse_csv(std::string{"h,i\nx,"} + csv_cell(cell) + "\n");
        REQUIRE(again.has_value());
        CHECK(again->rows[0].cells[1] == cell);
    }
}

TEST_CASE("columns are found by their usual spellings, in any order, and never by a prefix")
{
    const auto find = [](const std::vector<std::string>& header, Report of) {
        return ArchiveColumns::find(header, {of, false, {}, {}});
    };
    const auto hourly = find({"pm1", "O3", "pm100", "pm2_5", "station", "PM10", "co"}, Report::hour);
    REQUIRE(hourly.has_value());
    const auto values = hourly->values({1, {"1", "160", "2", "35", "x", "50", "0.7"}});
    REQUIRE(values.has_value());
    CHECK((*values)[index_of(Item::o3_1h)] == ug(160));
    CHECK((*values)[index_of(Item::pm2_5_1h)] == ug(35));
    CHECK((*values)[index_of(Item::pm10_1h)] == ug(50));
    CHECK((*values)[index_of(Item::co_1h)] == Concentration::from_ng_per_m3(700'000));
    const auto daily = find({"O3", "O3_1h", "PM2.5"}, Report::day);
    REQUIRE(daily.has_value());
    const auto day_values = daily->values({1, {"100", "160", "35"}});
    CHECK((*day_values)[index_of(Item::o3_8h)] == ug(100)); // a bare O3 of a day
    CHECK((*day_values)[index_of(Item::o3_1h)] == ug(160));
    CHECK((*day_values)[index_of(Item::pm2_5_24h)] == ug(35));
    const auto sliding = find({"PM2.5", "PM2.5_24h", "pm10_nowcast", "no2_nowcast"}, Report::hour);
    REQUIRE(sliding.has_value());
    for (const auto item : {Item::pm2_5_1h, Item::pm2_5_24h, Item::pm10_nowcast}) CHECK(sliding->has(item));
    CHECK(!sliding->has(Item::pm10_1h)); // a NowCast is no hour, and only PM has one
    CHECK(find({"no2_nowcast"}, Report::hour).has_error());
    CHECK(find({"O3", "o3_8h"}, Report::day).error().detail.find("are both o3_8h") != std::string::npos);
    CHECK(find({"pm1", "temperature"}, Report::day).has_error());
}

TEST_CASE("every way of saying nothing is nothing, and zero only when asked")
{
    const auto columns = ArchiveColumns::find({"pm25"}, {Report::day, false, {}, {}});
    const auto zero_is_nothing = ArchiveColumns::find({"pm25"}, {Report::day, true, {}, {}});
    for (const auto* way : {"", " ", "NA", "NaN", "nan", "_", "—", "-", "null"}) {
        INFO("'" << way << "'");
        CHECK(!(*columns->values({1, {way}}))[index_of(Item::pm2_5_24h)]);
    }
    CHECK((*columns->values({1, {"0"}}))[index_of(Item::pm2_5_24h)] == ug(0));
    CHECK(!(*zero_is_nothing->values({1, {"0"}}))[index_of(Item::pm2_5_24h)]);
    CHECK(columns->values({1, {"-5"}}).error().reason == Reason::impossible_value);
    CHECK(columns->values({1, {"12x"}}).error().detail.find("pm25: '12x'") == 0);
    CHECK(columns->values({1, {"1", "2"}}).error().detail == "2 cells where the header has 1");
}

TEST_CASE("an hour is labelled by its end, 0 is 24:00 of the day before")
{
    const auto with_hour = ArchiveColumns::find({"date", "hour", "pm10"}, {Report::hour, false, {}, {}});
    CHECK(*with_hour->period({1, {"20181201", "0", "1"}}) == hour(day(2018, 11, 30), 24));
    CHECK(*with_hour->period({1, {"20181201", "1", "1"}}) == hour(day(2018, 12, 1), 1));
    CHECK(*with_hour->period({1, {"2018-12-01", "24", "1"}}) == hour(day(2018, 12, 1), 24));
    CHECK(with_hour->period({1, {"2018-12-01", "25", "1"}}).has_error());
    CHECK(with_hour->period({1, {"2018-13-01", "1", "1"}}).has_error());
    const auto with_time = ArchiveColumns::find({"time", "pm10"}, {Report::hour, false, {}, {}});
    CHECK(*with_time->period({1, {"2018-12-01 13:00:00", "1"}}) == hour(day(2018, 12, 1), 13));
    CHECK(*with_time->period({1, {"2018-12-01T05:00:00Z", "1"}}) == hour(day(2018, 12, 1), 13));
    CHECK(with_time->period({1, {"2018-12-01 13:30:00", "1"}}).error().reason == Reason::not_on_the_hour);
    const auto split =
        ArchiveColumns::find({"No", "year", "month", "day", "hour", "CO", "WSPM"}, {Report::hour, false, {}, {}});
    CHECK(*split->period({1, {"1", "2013", "3", "1", "0", "300", "1"}}) == hour(day(2013, 2, 28), 24));
    CHECK((*split->values({1, {"1", "2013", "3", "1", "0", "300", "1"}}))[index_of(Item::co_1h)] ==
          Concentration::from_ng_per_m3(300'000)); // ug/m3 in that archive
    const auto daily = ArchiveColumns::find({"time_point", "pm10"}, {Report::day, false, {}, {}});
    CHECK(*daily->period({1, {"2016-01-01 00:00:00", "1"}}) == hour(day(2016, 1, 1), 24));
}

TEST_CASE("an archive says by itself whether it holds hours or days")
{
    const auto hourly = [](const char* text) { return archive_is_hourly(*parse_csv(text)); };
    CHECK(hourly("date,hour,pm10\n20181201,0,1\n"));
    CHECK(!hourly("date,pm10\n20181201,1\n"));
    CHECK(hourly("time,pm10\n2018-12-01 00:00,1\n2018-12-01 01:00,1\n"));
    CHECK(!hourly("time_point,pm10\n2018-12-01 00:00:00,1\n2018-12-02 00:00:00,1\n"));
}
