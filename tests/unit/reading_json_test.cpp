#include "drivers/reading_json.hpp"
#include "drivers/skel.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::drivers;
using namespace aqi::tests;

namespace {

Decoded decoded(std::string_view text) { return decode_reading_json(text, UtcOffset{}); }

/// The one fault of a text that means nothing.
Fault fault_of(std::string_view text)
{
    const auto d = decoded(text);
    INFO(text);
    CHECK(d.readings.empty());
    REQUIRE(d.faults.size() == 1);
    return d.faults.front();
}

} // namespace

TEST_CASE("one reading, a list of them, or a wrapped list")
{
    const std::string one =
        R"({"station":"A","time":"2016-12-12T09:00:00+08:00","values":{"pm2_5_ug_m3":35.2,"co_mg_m3":1.2}})";
    for (const auto& text : {one, "[" + one + "]", "{\"readings\":[" + one + "]}"}) {
        const auto d = decoded(text);
        REQUIRE(d.faults.empty());
        REQUIRE(d.readings.size() == 1);
        const Reading& r = d.readings[0];
        CHECK(r.station == "A");
        CHECK(r.hour == hour(day(2016, 12, 12), 9));
        CHECK(r.values[Pollutant::pm2_5].value->ng_per_m3() == 35'200);
        CHECK(r.values[Pollutant::co].value->ng_per_m3() == 1'200'000);
        CHECK(!r.values[Pollutant::pm10].named);
    }
    CHECK(decoded("[" + one + "," + one + "]").readings.size() == 2);
}

TEST_CASE("a number's text never passes through a double")
{
    // 0.1 + 0.2 and its kind: the text decides, to the nanogram.
    const auto value = [](const std::string& number) {
        return decoded(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","values":{"pm10_ug_m3":)" + number + "}}")
            .readings.at(0)
            .values[Pollutant::pm10]
            .value->ng_per_m3();
    };
    CHECK(value("0.3") == 300);
    CHECK(value("60.5") == 60'500);
    CHECK(value("1e2") == 100'000);
    CHECK(value("123.456") == 123'456);
    CHECK(value("9007199254740993e-13") ==
          900'719); // beyond a double's 53 bits: 900.7199254740993, cut at the nanogram
}

TEST_CASE("what the promise does not hold is refused with the known names")
{
    CHECK(fault_of("").reason == Reason::malformed);
    CHECK(fault_of("hello").reason == Reason::malformed);
    CHECK(fault_of("{").reason == Reason::malformed);
    CHECK(fault_of("[]").detail == "an empty list of readings");
    CHECK(fault_of("[1]").detail.find("must be an object") != std::string::npos);
    CHECK(fault_of(R"({"station":"A"} trailing)").reason == Reason::malformed);
    CHECK(fault_of(R"({"station":"A","values":{"pm10_ug_m3":1}})").detail == "\"time\" is missing");
    CHECK(fault_of(R"({"time":"2016-12-12T09:00:00+08:00","values":{"pm10_ug_m3":1}})").detail ==
          "\"station\" is missing");
    CHECK(fault_of(R"({"station":"A","time":"2016-12-12T09:00:00","values":{"pm10_ug_m3":1}})").reason ==
          Reason::time_without_zone);
    CHECK(fault_of(R"({"station":"A","time":"2016-12-12T09:07:00+08:00","values":{"pm10_ug_m3":1}})").reason ==
          Reason::not_on_the_hour);
    CHECK(fault_of(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","values":{"pm1_ug_m3":1}})").reason ==
          Reason::unknown_name);
    CHECK(fault_of(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","values":{"pm10":1}})")
              .detail.find("known: so2_ug_m3") != std::string::npos);
    CHECK(fault_of(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","value":{"pm10_ug_m3":1}})").reason ==
          Reason::malformed);
    CHECK(fault_of(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","values":{}})").detail ==
          "the reading names no pollutant");
    CHECK(fault_of(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","values":{"pm10_ug_m3":"1"}})").reason ==
          Reason::malformed);
    CHECK(fault_of(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","values":{"pm10_ug_m3":1,"pm10_ug_m3":2}})")
              .detail.find("twice") != std::string::npos);
    CHECK(fault_of(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","period":"8h","values":{"pm10_ug_m3":1}})")
              .detail.find("known: 1h, 24h") != std::string::npos);
    CHECK(fault_of(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","period":"24h","values":{"pm10_ug_m3":1}})")
              .reason == Reason::not_on_the_hour);
    CHECK(fault_of(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","values":{"o3_8h_ug_m3":1}})").detail ==
          "an hour has o3_ug_m3, a day has o3_8h_ug_m3");
    CHECK(fault_of(std::string(100'000, '[')).reason == Reason::malformed);
    CHECK(fault_of(R"({"station":")" + std::string(5'000, 'x') + R"("})").reason == Reason::malformed);
}

TEST_CASE("one bad reading does not take its batch with it")
{
    const auto d = decoded(R"([{"station":"A","time":"2016-12-12T09:00:00+08:00","values":{"pm10_ug_m3":1}},
                               {"station":"B","time":"yesterday","values":{"pm10_ug_m3":1}},
                               {"station":"C","time":"2016-12-12T09:00:00+08:00","values":{"pm10_ug_m3":3}}])");
    REQUIRE(d.readings.size() == 2);
    CHECK(d.readings[1].station == "C");
    REQUIRE(d.faults.size() == 1);
    CHECK(d.faults[0].detail.find("reading 2: ") == 0);
}

TEST_CASE("flags make a value absent, null needs no flag, and extra is for others")
{
    const auto d =
        decoded(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","values":{"pm10_ug_m3":900,"so2_ug_m3":null},
                               "flags":{"pm10":"C","co":"D"},"extra":{"wind_m_s":3,"list":[1,{"a":2}]}})");
    REQUIRE(d.faults.empty());
    const Reading& r = d.readings.at(0);
    CHECK(r.values[Pollutant::pm10].flag == Flag::calibration);
    CHECK(r.values[Pollutant::so2].named);
    CHECK(!r.values[Pollutant::so2].value);
    CHECK(r.values[Pollutant::so2].flag == Flag::communication);
    CHECK(r.values[Pollutant::co].flag == Flag::fault);
    CHECK(
        fault_of(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","values":{"pm10_ug_m3":1},"flags":{"pm10":"Q"}})")
            .reason == Reason::unknown_name);
    CHECK(
        fault_of(R"({"station":"A","time":"2016-12-12T09:00:00+08:00","values":{"pm10_ug_m3":1},"flags":{"pm1":"N"}})")
            .reason == Reason::unknown_name);
}

TEST_CASE("what a station writes is what is read")
{
    Reading r;
    r.station = "410621-01";
    r.hour = hour(day(2016, 12, 12), 24);
    std::int64_t n = 1;
    for (const auto p : all_pollutants) r.values[p] = {true, Concentration::from_ng_per_m3(n *= 31), Flag::normal};
    r.values[Pollutant::no2] = {true, std::nullopt, Flag::maintenance};
    for (const auto period : {Period::hour, Period::day}) {
        r.period = period;
        const auto d = decoded(encode_reading_json(r, UtcOffset{}));
        REQUIRE(d.readings.size() == 1);
        CHECK(d.readings[0] == r);
    }
}

TEST_CASE("the skeleton of a driver works, so that its copy does")
{
    const auto settings = skel_driver.settings(Settings::parse(skel_driver.sample, "sample").tables("link").at(0));
    Frame frame;
    frame.bytes = "35.2";
    frame.received_at = closing(hour(day(2016, 12, 12), 9));
    const auto d = skel_driver.decode(frame, settings, UtcOffset{});
    REQUIRE(d.readings.size() == 1);
    CHECK(d.readings[0].station == "A001");
    CHECK(d.readings[0].hour == hour(day(2016, 12, 12), 9));
    frame.bytes = "much";
    CHECK(skel_driver.decode(frame, settings, UtcOffset{}).faults.size() == 1);
    CHECK(driver_named("skel") == nullptr);
}
