// What HJ 212 frames mean: real ones, and the settings of a station. Recordings hold the irregular shapes.
#include "drivers/hj212/decode.hpp"
#include "drivers/hj212/encode.hpp"
#include "drivers/hj212/factors.hpp"
#include "drivers/hj212/measure.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace aqi::drivers {
extern const DriverInfo hj212_driver;
} // namespace aqi::drivers

using namespace aqi;
using namespace aqi::tests;
using namespace aqi::drivers;
using namespace aqi::drivers::hj212;

namespace {

Hj212Settings settings_from(const std::string& link, const std::string& station)
{
    const auto text = "[[link]]\nlisten = \"127.0.0.1:0\"\n" + link + "\n[[link.station]]\nid = \"S01\"\n" + station;
    const auto table = Settings::parse(text, "test").tables("link").at(0);
    const auto out = read_hj212_settings(table);
    table.done();
    return out;
}

/// A station of this MN that sends ug/m3 (CO mg/m3).
Hj212Settings usual(const std::string& mn) { return settings_from("", "mn = \"" + mn + "\"\nunit = \"ug/m3\""); }

std::string why_not(const std::string& link, const std::string& station)
{
    try {
        settings_from(link, station);
    } catch (const SettingError& error) {
        return error.what();
    }
    return "it is taken";
}

std::string real_frame(const std::string& id)
{
    const auto file = shared_file("data/hj212_frames.tsv");
    if (!file) return {};
    std::istringstream text{text_of(*file)};
    for (std::string line; std::getline(text, line);)
        if (line.starts_with(id + "\t")) return line.substr(line.rfind('\t') + 1);
    FAIL("no frame " << id);
    return {};
}

Decoded decoded(std::string_view bytes, const Hj212Settings& settings)
{
    Frame frame;
    frame.link = "test";
    frame.origin = "10.0.0.7:40112";
    frame.bytes = bytes;
    return decode_hj212(frame, settings, UtcOffset{});
}

std::string frame_of(std::string_view cn, std::string_view command_part, const std::string& mn = "M1",
                     const std::string& pw = "123456")
{
    return encode_frame({"20160801085857223", "22", std::string{cn}, pw, mn, 4}, command_part);
}

/// The only reading of bytes that have no fault.
Reading only_reading(std::string_view bytes, const Hj212Settings& settings)
{
    const auto d = decoded(bytes, settings);
    INFO((d.faults.empty() ? "" : d.faults[0].detail));
    REQUIRE(d.faults.empty());
    REQUIRE(d.readings.size() == 1);
    return d.readings[0];
}

Fault only_fault(std::string_view bytes, const Hj212Settings& settings)
{
    const auto d = decoded(bytes, settings);
    REQUIRE(d.readings.empty());
    REQUIRE(d.faults.size() == 1);
    return d.faults[0];
}

std::int64_t ng(const Reading& reading, Pollutant p)
{
    REQUIRE(reading.values[p].value);
    return reading.values[p].value->ng_per_m3();
}

Instant at(std::string_view text) { return parse_instant(text).value(); }

} // namespace

TEST_CASE("a county air station's minutes: seven factors and the weather of a real frame")
{
    const auto frame = real_frame("H08");
    if (frame.empty()) return;
    auto settings = usual("JLYP01_AIR01_0001");
    settings.stations[0].minute_interval = 1;
    const auto r = only_reading(frame, settings);
    CHECK(r.station == "S01");
    CHECK(r.period == Period::minutes);
    CHECK(r.length_minutes == 1);
    CHECK(r.at == at("2022-05-13T16:27:00+08:00")); // starts at 16:26
    CHECK(r.hour == hour(day(2022, 5, 13), 17));
    CHECK(ng(r, Pollutant::no2) == 4'000);
    CHECK(ng(r, Pollutant::o3) == 63'000);
    CHECK(ng(r, Pollutant::so2) == 6'000);
    CHECK(ng(r, Pollutant::co) == 427'000); // 0.427 mg/m3
    CHECK(ng(r, Pollutant::pm2_5) == 14'000);
    CHECK(ng(r, Pollutant::pm10) == 31'000);
    CHECK(r.weather[WeatherItem::wind_speed] == 1'000);
    CHECK(r.weather[WeatherItem::wind_direction] == 11'000);
    CHECK(r.weather[WeatherItem::temperature] == 17'000);
    CHECK(r.weather[WeatherItem::humidity] == 85'000);
    CHECK(r.weather[WeatherItem::pressure] == 950'000); // 95 kPa
}

TEST_CASE("real frames of other stations mean what they say")
{
    if (real_frame("H10").empty()) return;
    SECTION("the flag before the value, positions, five decimals of nobody's")
    {
        const auto r = only_reading(real_frame("H10"), usual("JSRCTD000YD107"));
        CHECK(r.period == Period::moment);
        CHECK(r.at == at("2022-09-28T14:28:12+08:00"));
        CHECK(ng(r, Pollutant::so2) == 22'250);
        CHECK(ng(r, Pollutant::o3) == 8'820);
        CHECK(ng(r, Pollutant::co) == 360'000);
    }
    SECTION("PM in ng/m3 under its own unit")
    {
        const auto r = only_reading(real_frame("H18"), settings_from("", "mn = \"LXHB0CS0306310\"\nunit = \"ng/m3\""));
        CHECK(ng(r, Pollutant::pm2_5) == 75'600);
        CHECK(ng(r, Pollutant::pm10) == 140'600);
        CHECK(r.weather[WeatherItem::pressure] == 1'013'800);
    }
    SECTION("PM in ng/m3 where ug/m3 are said: each value is refused, with the unit it would fit; the weather is taken")
    {
        const auto d = decoded(real_frame("H18"), usual("LXHB0CS0306310"));
        REQUIRE(d.faults.size() == 2);
        CHECK(d.faults[1].reason == Reason::wrong_unit);
        CHECK(d.faults[1].detail == "S01: a34004: 75600.000 ug/m3 cannot be; in ng/m3 it would be 75.6 ug/m3");
        REQUIRE(d.readings.size() == 1);
        CHECK(!d.readings[0].values[Pollutant::pm2_5].named);
        CHECK(d.readings[0].weather[WeatherItem::temperature] == 24'800);
    }
    SECTION("a start-up, an answer, and factors nobody has told us")
    {
        CHECK(decoded(real_frame("H14"), usual("010000A8900016F000169DC0")).counted ==
              std::vector<std::string>{"hj212_restarts"});
        CHECK(decoded(real_frame("H13"), usual("010000A8900016F000169DC0")).counted ==
              std::vector<std::string>{"hj212_answers"});
        const auto fault = only_fault(real_frame("H06"), usual("ZLDSZ20210127"));
        CHECK(fault.reason == Reason::unknown_name);
        CHECK(fault.detail == "S01: none of its factors is known: w01001, w01009, w01010, w01014, w01003");
    }
    SECTION("zeros of sensors that are not there")
    {
        const auto d = decoded(real_frame("H21"), usual("690000D5800028F889221AC0"));
        CHECK(d.faults.empty());
        REQUIRE(d.readings.size() == 1);
        CHECK(ng(d.readings[0], Pollutant::pm2_5) == 0);
        CHECK(!d.readings[0].weather[WeatherItem::pressure]); // 0 kPa
        CHECK(d.counted == std::vector<std::string>{"hj212_weather_impossible"});
    }
}

TEST_CASE("a code is compared whole, letter case aside")
{
    struct Row {
        std::string_view code;
        std::optional<Pollutant> pollutant;
    };
    const Row rows[] = {{"a34002", Pollutant::pm10},
                        {"A34004", Pollutant::pm2_5},
                        {"pm25", Pollutant::pm2_5},
                        {"PM10", Pollutant::pm10},
                        {"a05024", Pollutant::o3},
                        {"02", Pollutant::so2},
                        {"a34001", {}},
                        {"a34005", {}},
                        {"NO", {}}};
    for (const auto& row : rows) {
        INFO(row.code);
        const auto factor = factor_of(row.code);
        REQUIRE(factor);
        CHECK(factor->pollutant == row.pollutant);
    }
    for (const auto* unknown :
         {"a3400", "a340041", "a34004012", "PM1", "PM100", "a3400299", "a3400101", "", "CO2", "2"})
        CHECK(!factor_of(unknown));
    CHECK(factor_of("A3400201")->averaged == Factor::Averaged::one_hour);
    CHECK(factor_of("A3400224")->averaged == Factor::Averaged::longer);
    CHECK(factor_of("A0502408")->averaged == Factor::Averaged::longer);
}

TEST_CASE("local time is read exactly or not at all")
{
    const UtcOffset offset{};
    CHECK(parse_local_time("20160801085857", offset).value() == at("2016-08-01T08:58:57+08:00"));
    CHECK(parse_local_time("20160801085857250", offset)->ms == at("2016-08-01T08:58:57+08:00").ms + 250);
    CHECK(parse_local_time("20160229000000", offset).value() == at("2016-02-29T00:00:00+08:00"));
    CHECK(parse_local_time("20161231240000", offset).value() == at("2017-01-01T00:00:00+08:00"));
    for (const auto* wrong :
         {"", "2016", "20160230000000", "20150229000000", "20161301000000", "20160001000000", "20160100000000",
          "20160801250000", "20160801240001", "20160801086000", "20160801085860", "2016080108585", "201608010858570",
          "2016-08-01 085", "2016080108585x", "19690101000000"}) {
        INFO(wrong);
        const auto got = parse_local_time(wrong, offset);
        REQUIRE(!got);
        CHECK(got.error().reason == Reason::malformed);
    }
}

TEST_CASE("the labels of a period are the station's")
{
    const auto usual_station = usual("M1");
    const auto by_end = settings_from(
        "", "mn = \"M1\"\nunit = \"ug/m3\"\nhour_label = \"end\"\nminute_label = \"end\"\nminute_interval = 5");
    const auto hour_at = [](std::string_view time) {
        return frame_of("2061", fmt::format("DataTime={};a34004-Avg=1", time));
    };
    CHECK(only_reading(hour_at("20160801080000"), usual_station).hour == hour(day(2016, 8, 1), 9));
    CHECK(only_reading(hour_at("20160801080000"), by_end).hour == hour(day(2016, 8, 1), 8));
    CHECK(only_reading(hour_at("20160801230000"), usual_station).hour == hour(day(2016, 8, 1), 24));
    CHECK(only_reading(hour_at("20160802000000"), by_end).hour == hour(day(2016, 8, 1), 24));
    CHECK(only_reading(hour_at("20160801240000"), by_end).hour == hour(day(2016, 8, 1), 24));
    const auto minutes = frame_of("2051", "DataTime=20160801085000;a34004-Avg=1");
    CHECK(only_reading(minutes, usual_station).at == at("2016-08-01T09:00:00+08:00"));
    CHECK(only_reading(minutes, usual_station).hour == hour(day(2016, 8, 1), 9));
    CHECK(only_reading(minutes, usual_station).length_minutes == 10);
    CHECK(only_reading(minutes, by_end).at == at("2016-08-01T08:50:00+08:00"));
    CHECK(only_reading(minutes, by_end).length_minutes == 5);
    const auto whole_day = only_reading(frame_of("2031", "DataTime=20160801000000;a34004-Avg=1"), usual_station);
    CHECK(whole_day.period == Period::day);
    CHECK(whole_day.hour == hour(day(2016, 8, 1), 24));
    CHECK(only_fault(frame_of("2031", "DataTime=20160801010000;a34004-Avg=1"), usual_station).reason ==
          Reason::not_on_the_hour);
}

TEST_CASE("who speaks is known by MN, password and address, and every refusal names the MN")
{
    const Folder folder;
    std::ofstream{folder.path() / "pw"} << "secret\r\nsecond line\n";
    const auto guarded = settings_from("", fmt::format("mn = \"M1\"\nunit = \"ug/m3\"\npassword_file = \"{}\"\n"
                                                       "allow = [\"10.0.0.0/24\"]",
                                                       (folder.path() / "pw").string()));
    const auto data = "DataTime=20160801085857;a34004-Rtd=35";
    CHECK(ng(only_reading(frame_of("2011", data, "M1", "secret"), guarded), Pollutant::pm2_5) == 35'000);
    const auto wrong = only_fault(frame_of("2011", data, "M1", "secreT"), guarded);
    CHECK(wrong.reason == Reason::wrong_password);
    CHECK(wrong.detail == "MN M1 (S01) gave another password than the configured one");
    const auto unknown = only_fault(frame_of("2011", data, "m1", "secret"), guarded);
    CHECK(unknown.reason == Reason::unknown_station);
    CHECK(unknown.detail == "MN m1 is not in the configuration");
    const Header header{"", "22", "2011", "secret", "M1", {}};
    CHECK(speaker_of(header, "10.0.0.255:1", guarded).has_value());
    CHECK(speaker_of(header, "[::ffff:10.0.0.255]:1", guarded).has_value());
    REQUIRE(!speaker_of(header, "10.0.1.0:1", guarded));
    CHECK(speaker_of(header, "10.0.1.0:1", guarded).error().reason == Reason::refused);
    CHECK(speaker_of({"", "22", "2011", "anything", "M1", {}}, "10.0.1.0:1", usual("M1")).has_value());
}

TEST_CASE("networks hold the addresses they name")
{
    struct Row {
        std::string_view network, inside, outside;
    };
    const Row rows[] = {{"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
                        {"10.0.0.7", "10.0.0.7", "10.0.0.8"},
                        {"192.168.4.0/22", "192.168.7.9", "192.168.8.0"},
                        {"0.0.0.0/0", "1.2.3.4", "::1"},
                        {"fd00::/8", "fdff::1", "fe00::1"},
                        {"::1", "::1", "127.0.0.1"}};
    for (const auto& row : rows) {
        INFO(row.network);
        const auto network = Subnet::parse(row.network);
        REQUIRE(network.has_value());
        CHECK(network->holds(row.inside));
        CHECK(!network->holds(row.outside));
    }
    for (const auto* wrong : {"", "10.0.0", "10.0.0.0/33", "fd00::/129", "10.0.0.0/", "10.0.0.0/-1", "example.com"})
        CHECK(!Subnet::parse(wrong));
    CHECK(address_of("10.0.0.7:40112") == "10.0.0.7");
    CHECK(address_of("[fd00::7]:40112") == "fd00::7");
    CHECK(parse_endpoint("[::]:9001")->port == 9001);
    for (const auto* wrong : {"9001", "0.0.0.0", "0.0.0.0:", "0.0.0.0:65536", "host:9001"})
        CHECK(!parse_endpoint(wrong));
}

TEST_CASE("the unit is the configuration's, for every factor")
{
    const auto station = settings_from("", "mn = \"M1\"\nunit = \"mg/m3\"\n[link.station.units]\na34004 = \"ng/m3\"\n"
                                           "CO = \"ppm\"\nNO2 = \"ppb\"\na01006 = \"hPa\"");
    const auto r = only_reading(
        frame_of("2061", "DataTime=20160801080000;a34004-Avg=35999.9;a34002-Avg=0.0865;CO-Avg=1.5;NO2-Avg=20.05;"
                         "a01006-Avg=1017.1"),
        station);
    CHECK(ng(r, Pollutant::pm2_5) == 35'999); // finer than a nanogram is cut
    CHECK(ng(r, Pollutant::pm10) == 86'500);
    CHECK(ng(r, Pollutant::co) == 1'717'500); // 1.5 ppm x 1145 ug/m3
    CHECK(ng(r, Pollutant::no2) == 37'694);   // 20.05 ppb x 1880 ng/m3
    CHECK(r.weather[WeatherItem::pressure] == 1'017'100);
}

TEST_CASE("a value that only another unit can mean is refused with that unit's name")
{
    const Unit ug{"ug/m3", 1'000}, mg{"mg/m3", 1'000'000}, nano{"ng/m3", 1};
    CHECK(parse_possible("10000", ug, Pollutant::pm10)->ng_per_m3() == 10'000'000);
    const auto in_ng = parse_possible("12000", ug, Pollutant::pm10);
    REQUIRE(!in_ng);
    CHECK(in_ng.error().reason == Reason::wrong_unit);
    CHECK(in_ng.error().detail == "12000 ug/m3 cannot be; in ng/m3 it would be 12 ug/m3");
    const auto in_ug = parse_possible("35", mg, Pollutant::pm2_5);
    REQUIRE(!in_ug);
    CHECK(in_ug.error().detail == "35 mg/m3 cannot be; in ug/m3 it would be 35 ug/m3");
    // Beyond what a count can hold at all, and still another unit's.
    CHECK(parse_possible("75600", mg, Pollutant::co).error().reason == Reason::wrong_unit);
    CHECK(parse_possible("99999999", ug, Pollutant::pm10).error().reason == Reason::impossible_value);
    CHECK(parse_possible("99999999", nano, Pollutant::pm10).error().reason == Reason::impossible_value);
    CHECK(parse_possible("-3", ug, Pollutant::pm10)->ng_per_m3() == -3'000); // an instrument near its zero
    CHECK(parse_possible("1e2", ug, Pollutant::pm10)->ng_per_m3() == 100'000);
    for (const auto* no_number : {"NaN", "nan", "-inf", "null", "---"})
        CHECK(parse_possible(no_number, ug, Pollutant::pm10).error().reason == Reason::not_valid_number);
    for (const auto* malformed : {"", "3,5", "0x10", "5 ug"})
        CHECK(parse_possible(malformed, ug, Pollutant::pm10).error().reason == Reason::malformed);
}

TEST_CASE("small PM is doubtful only where all of it is, and not all zero")
{
    const auto counted = [](std::string_view values) {
        const auto d = decoded(frame_of("2011", fmt::format("DataTime=20160801085857;{}", values)), usual("M1"));
        CHECK(d.readings.size() == 1);
        return std::count(d.counted.begin(), d.counted.end(), "hj212_unit_doubtful");
    };
    CHECK(counted("a34004-Rtd=0.086;a34002-Rtd=0.499") == 1);
    CHECK(counted("a34004-Rtd=0.086") == 1);
    CHECK(counted("a34004-Rtd=0.086;a34002-Rtd=0.5") == 0);
    CHECK(counted("a34004-Rtd=0;a34002-Rtd=0") == 0);
    CHECK(counted("a34004-Rtd=0.086,a34004-Flag=C") == 0);
    CHECK(counted("a21026-Rtd=0.1") == 0);
}

TEST_CASE("weather is in thousandths, and pressure says which unit it would fit")
{
    CHECK(parse_weather("-3.5", WeatherItem::temperature, true).value() == -3'500);
    CHECK(parse_weather("8.8205", WeatherItem::wind_speed, true).value() == 8'820); // a tie goes to the even digit
    CHECK(parse_weather("101.38", WeatherItem::pressure, true).value() == 1'013'800);
    CHECK(parse_weather("1013.8", WeatherItem::pressure, false).value() == 1'013'800);
    CHECK(parse_weather("1017.1", WeatherItem::pressure, true).error().detail ==
          "1017.1 kPa cannot be; in hPa it would be 1017.1 hPa");
    CHECK(parse_weather("101.7", WeatherItem::pressure, false).error().detail ==
          "101.7 hPa cannot be; in kPa it would be 1017 hPa");
    CHECK(parse_weather("0", WeatherItem::pressure, true).error().reason == Reason::impossible_value);
    CHECK(parse_weather("999", WeatherItem::temperature, true).error().reason == Reason::impossible_value);
}

TEST_CASE("settings that cannot be used are refused with their place")
{
    const std::string good = "mn = \"M1\"\nunit = \"ug/m3\"";
    struct Row {
        std::string link, station, words;
    };
    const Row rows[] = {
        {"", good, "it is taken"},
        {"", "mn = \"M1\"", "unit"},
        {"", "unit = \"ug/m3\"", "mn"},
        {"", good + "\n[[link.station]]\nid = \"S02\"\n" + good, "MN \"M1\" is there twice, at S01 and S02"},
        {"", good + "\n[[link.station]]\nid = \"S01\"\nmn = \"M2\"\nunit = \"ug/m3\"",
         "station \"S01\" is there twice"},
        {"", "mn = \"M;1\"\nunit = \"ug/m3\"", "is no MN"},
        {"", "mn = \"M1\"\nunit = \"ug\"", "\"ug\" is no unit of SO2"},
        {"", "mn = \"M1\"\nunit = \"ppb\"", "\"ppb\" is no unit of PM10"},
        {"", good + "\nminute_interval = 7", "7 minutes do not divide an hour"},
        {"", good + "\nhour_label = \"middle\"", "\"middle\" is not known; known: start, end"},
        {"", good + "\nedition = \"2018\"", "2005, 2017, 2025"},
        {"", good + "\npassword_file = \"/nonexistent/pw\"", "cannot read a password"},
        {"", good + "\nallow = [\"10.0.0\"]", "is no network"},
        {"", good + "\ncolour = 1", "colour"},
        {"", good + "\n[link.station.units]\na3400 = \"ug/m3\"", "\"a3400\" is no factor"},
        {"", good + "\n[link.station.units]\nA3400201 = \"ug/m3\"", "is no factor"},
        {"", good + "\n[link.station.units]\nPM25 = \"ug/m3\"\na34004 = \"ng/m3\"", "the unit of PM2.5 is there twice"},
        {"", good + "\n[link.station.units]\na34004 = \"ppm\"", "\"ppm\" is no unit of PM2.5"},
        {"crc = \"crc16\"", good, "hj212-swapped"},
        {"certificate_file = \"a.pem\"", good, "TLS needs a certificate and its key"},
        {"ca_file = \"a.pem\"", good, "over TLS only"},
    };
    for (const auto& row : rows) {
        INFO(row.link << "\n" << row.station);
        const auto why = why_not(row.link, row.station);
        INFO(why);
        CHECK(why.find(row.words) != std::string::npos);
    }
    CHECK_THROWS_AS(read_hj212_settings(Settings::parse("listen = \"127.0.0.1:0\"", "t")), SettingError);
}

TEST_CASE("the sample is taken as it stands, and every key in it that is commented out is one that is known")
{
    const auto taken = [](const std::string& text) {
        const auto table = Settings::parse(text, "sample").tables("link").at(0);
        table.text("name"), table.text("driver");
        const auto settings = hj212_driver.settings(table);
        table.done();
        return hj212_driver.stations(settings);
    };
    const std::string sample{hj212_driver.sample};
    CHECK(taken(sample) == std::vector<std::string>{"410621-01"});
    std::string all;
    int uncommented = 0;
    std::istringstream lines{sample};
    for (std::string line; std::getline(lines, line);) {
        const bool key = line.starts_with("# ") && (line.find(" = ") != std::string::npos || line[2] == '[') &&
                         line.find("password_file") == std::string::npos;
        uncommented += key ? 1 : 0;
        all += (key ? line.substr(2) : line) + "\n";
    }
    CHECK(uncommented == 33);
    CHECK(taken(all) == std::vector<std::string>{"410621-01"});
}
