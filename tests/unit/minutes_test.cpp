// The hour of a source that sends minutes or moments.
#include "libaqi/minutes.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

namespace {

Reading::Value value(std::int64_t ng) { return {true, Concentration::from_ng_per_m3(ng), Flag::normal, {}}; }
Reading::Value flagged(Flag flag) { return {true, std::nullopt, flag, {}}; }

Instant at(const char* text) { return parse_instant(text).value(); }

} // namespace

TEST_CASE("an hour is the mean of its minutes, and says how many it has")
{
    MinutesOfHour minutes{};
    CHECK(!hour_of(minutes));
    for (std::size_t m = 0; m < 45; ++m) CHECK(set_record(minutes[m], value(35'000)));
    set_record(minutes[45], value(81'000));
    const auto hour = hour_of(minutes);
    REQUIRE(hour);
    CHECK(hour->value == Concentration::from_ng_per_m3(36'000)); // (45 x 35000 + 81000) / 46
    CHECK(hour->minutes == 46);
    CHECK(hour->flag == Flag::normal);
}

TEST_CASE("a mean between two nanograms goes to the even one")
{
    MinutesOfHour minutes{};
    set_record(minutes[0], value(1));
    set_record(minutes[1], value(2));
    CHECK(hour_of(minutes)->value == Concentration::from_ng_per_m3(2)); // 1.5
    set_record(minutes[1], value(4));
    CHECK(hour_of(minutes)->value == Concentration::from_ng_per_m3(2)); // 2.5
}

TEST_CASE("minutes under a flag make no value, an hour of nothing else has the flag most of them carry")
{
    MinutesOfHour minutes{};
    for (std::size_t m = 0; m < 5; ++m) set_record(minutes[m], flagged(Flag::calibration));
    for (std::size_t m = 5; m < 8; ++m) set_record(minutes[m], flagged(Flag::fault));
    auto hour = hour_of(minutes);
    REQUIRE(hour);
    CHECK(!hour->value);
    CHECK(hour->flag == Flag::calibration);
    CHECK(hour->minutes == 0);
    set_record(minutes[8], value(20'000));
    hour = hour_of(minutes);
    CHECK(hour->value == Concentration::from_ng_per_m3(20'000));
    CHECK(hour->flag == Flag::normal);
    CHECK(hour->minutes == 1);
}

TEST_CASE("a minute record replaces what stood there, and the same record again is no news")
{
    Minute minute;
    CHECK(add_moment(minute, Instant{1'000}, value(10'000)));
    CHECK(add_moment(minute, Instant{2'000}, value(30'000)));
    CHECK_FALSE(add_moment(minute, Instant{2'000}, value(30'000))); // came twice
    CHECK(minute.count == 2);
    CHECK(set_record(minute, value(25'000)));
    CHECK_FALSE(set_record(minute, value(25'000)));
    CHECK(set_record(minute, value(26'000)));                       // a revision
    CHECK_FALSE(add_moment(minute, Instant{9'000}, value(99'000))); // the record is the source's word on this minute
    MinutesOfHour minutes{};
    minutes[7] = minute;
    CHECK(hour_of(minutes)->value == Concentration::from_ng_per_m3(26'000));
}

TEST_CASE("which minutes a stretch covers, the end of an hour belongs to it")
{
    const UtcOffset offset;
    struct Row {
        const char* at;
        int length;
        int first, last;
    };
    const Row rows[] = {
        {"2016-12-05T10:01:00+08:00", 1, 0, 0},    // the first minute, by its end
        {"2016-12-05T11:00:00+08:00", 1, 59, 59},  // the last one
        {"2016-12-05T10:10:00+08:00", 10, 0, 9},   //
        {"2016-12-05T11:00:00+08:00", 30, 30, 59}, //
        {"2016-12-05T10:00:30+08:00", 1, 0, 0},    // a moment inside the first minute
        {"2016-12-05T10:00:00.001+08:00", 1, 0, 0},
        {"2016-12-05T10:05:00+08:00", 10, 0, 4}, // began in the hour before: cut
    };
    for (const auto& row : rows) {
        INFO(row.at << " " << row.length);
        const auto range = minutes_covered(at(row.at), row.length, offset);
        CHECK(range.first == row.first);
        CHECK(range.last == row.last);
    }
    CHECK(hour_around(at("2016-12-05T11:00:00+08:00"), offset) == hour(day(2016, 12, 5), 11));
    CHECK(hour_around(at("2016-12-05T11:00:00.001+08:00"), offset) == hour(day(2016, 12, 5), 12));
    CHECK(hour_around(at("2016-12-06T00:00:00+08:00"), offset) == hour(day(2016, 12, 5), 24));
}

TEST_CASE("weather: means, rain as a sum, direction as a vector")
{
    const auto hour_of_values = [](WeatherItem item, std::initializer_list<Milli> values) {
        WeatherSum sum;
        for (const auto v : values) sum.add(item, v);
        return sum.hour(item);
    };
    CHECK(hour_of_values(WeatherItem::temperature, {-1'500, 500}) == -500);
    CHECK(hour_of_values(WeatherItem::rain, {200, 300, 0}) == 500);
    // 350 and 10 degrees are a wind from the north, not from 180.
    CHECK(hour_of_values(WeatherItem::wind_direction, {350'000, 10'000}) == 0);
    CHECK(hour_of_values(WeatherItem::wind_direction, {90'000, 180'000}) == 135'000);
    // Three from the east, one from the north: atan2(3, 1) = 71.565 degrees.
    CHECK(hour_of_values(WeatherItem::wind_direction, {90'000, 90'000, 90'000, 0}) == 71'600);
    CHECK(!hour_of_values(WeatherItem::wind_direction, {0, 180'000})); // no direction is left
    CHECK(!hour_of_values(WeatherItem::humidity, {}));
    CHECK(!weather_plausible(WeatherItem::pressure, 101'300)); // kPa taken for hPa
    CHECK(weather_plausible(WeatherItem::pressure, 1'013'000));
    CHECK(format_milli(12'600) == "12.6");
    CHECK(format_milli(-50) == "-0.05");
    CHECK(format_milli(0) == "0");
}

TEST_CASE("what one of a source's units is, at 298.15 K and 1013.25 hPa")
{
    CHECK(unit_in_ng("ug/m3", Pollutant::pm10) == 1'000);
    CHECK(unit_in_ng("ppb", Pollutant::o3) == 1'962); // 47.998 g/mol / 24.4654 L/mol
    CHECK(unit_in_ng("ppm", Pollutant::co) == 1'145'000);
    CHECK(!unit_in_ng("ppb", Pollutant::pm2_5));
    CHECK(!unit_in_ng("ug", Pollutant::pm2_5));
}
