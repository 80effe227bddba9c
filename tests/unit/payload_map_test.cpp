// Maps as texts, and what they make of small documents. What vendors really send is in tests/recordings/mqtt-map.
#include "drivers/embedded.hpp"
#include "drivers/json_tree.hpp"
#include "drivers/payload_map.hpp"
#include "drivers/payload_value.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace aqi;
using namespace aqi::drivers;
using namespace aqi::tests;

namespace {

constexpr std::string_view small_map = R"(source = "a test"
[station]
at = "id"
[time]
at = "t"
format = "epoch-s"
[[item]]
pollutant = "pm10"
names = ["pm10"]
unit = "ug/m3"
)";

PayloadMap map_of(const std::string& text) { return read_payload_map(Settings::parse(text, "m.toml")); }

/// What is wrong with a map, as an operator reads it.
std::string error_of(const std::string& text)
{
    try {
        map_of(text);
    } catch (const SettingError& error) {
        return error.what();
    }
    return "no error";
}

/// The small map with one text in place of another, or with lines behind it.
std::string changed(std::string_view from, std::string_view to)
{
    std::string text{small_map};
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

Decoded decoded(const std::string& map_text, std::string_view document, const std::string& link_text = "",
                std::string_view topic = "a/b/c")
{
    PayloadMap map = map_of(map_text);
    const Settings table = Settings::parse(link_text, "link");
    const PayloadLink link = read_payload_link(table, map);
    table.done();
    Frame frame;
    frame.origin = topic;
    frame.bytes = document;
    frame.received_at = Instant{1'481'504'400'000}; // 2016-12-12T09:00:00+08:00
    return decode_payload(map, link, frame, UtcOffset{});
}

std::int64_t only_ng(const Decoded& d, Pollutant p)
{
    INFO((d.faults.empty() ? "" : d.faults.front().detail));
    REQUIRE(d.readings.size() == 1);
    REQUIRE(d.readings[0].values[p].value);
    return d.readings[0].values[p].value->ng_per_m3();
}

} // namespace

TEST_CASE("every built-in payload map can be read, and says where its form is documented")
{
    std::vector<std::string> names;
    for (const auto& file : payload_maps()) {
        INFO(file.name);
        CHECK_NOTHROW(map_of(std::string{file.text}));
        names.emplace_back(file.name);
    }
    CHECK(names == std::vector<std::string>{"airgradient.toml", "fiware-air-quality-observed.toml", "hj212-json.toml",
                                            "sensor-community.toml", "sensorthings.toml", "thingsboard-gateway.toml"});
}

TEST_CASE("no built-in map takes PM1 for PM10, or a name for what it only begins with")
{
    for (const auto& file : payload_maps()) {
        const auto map = map_of(std::string{file.text});
        INFO(file.name);
        for (const std::string_view name :
             {"pm1", "pm01", "PM1", "pm1_0", "pm1.0", "PM1.0", "pm100", "pm10Count", "pm2", "SDS_P0", "PMS_P0",
              "SPS30_P0", "a34005", "a3400", "a340041", "o3_8h", "no", "nox"})
            CHECK(!map.names.contains(name));
    }
}

TEST_CASE("a payload map that cannot be meant is refused with its place and what is known")
{
    CHECK(error_of(changed("source = \"a test\"\n", "")) == "m.toml:1:1: \"source\" is missing");
    CHECK(error_of(changed("\"pm10\"\nn", "\"pm1\"\nn")).starts_with("m.toml:8:1: \"pm1\" is not known"));
    CHECK(error_of(changed("ug/m3", "ugm3")) ==
          "m.toml:10:1: \"ugm3\" is not known, did you mean \"ug/m3\"?; known: ng/m3, ug/m3, mg/m3");
    CHECK(error_of(changed("ug/m3", "ppb")).starts_with("m.toml:10:1: \"ppb\" is not known")); // of particles
    CHECK(error_of(changed("epoch-s", "epoch")).starts_with("m.toml:6:1: \"epoch\" is not known"));
    CHECK(error_of(changed("epoch-s", "yyyyMMdd")).starts_with("m.toml:6:1: \"yyyyMMdd\": HH must stand in it"));
    CHECK(error_of(changed("[\"pm10\"]", "[\"pm10\", \"pm10\"]")) == "m.toml:9:1: \"pm10\" is there twice");
    CHECK(error_of(changed("[\"pm10\"]", "[]")).starts_with("m.toml:9:1: \"names\" must list"));
    CHECK(error_of(changed("at = \"id\"", "at = \"*/id\"")).find("* belongs to \"readings\" only") !=
          std::string::npos);
    CHECK(error_of(changed("at = \"id\"", "at = \"a//id\"")).starts_with("m.toml:3:1: \"a//id\" has an empty step"));
    CHECK(error_of(changed("at = \"id\"", "key = 1")).starts_with("m.toml:3:1: \"key\" counts the *"));
    CHECK(error_of(changed("at = \"id\"", "at = \"id\"\nfoo = 1")).starts_with("m.toml:4:1: \"foo\" is not known"));
    CHECK(error_of(changed("format = \"epoch-s\"", "format = \"epoch-s\"\nperiod = \"minutes\""))
              .find("\"minutes\" is missing") != std::string::npos);
    CHECK(error_of(changed("format = \"epoch-s\"", "format = \"epoch-s\"\nperiod = \"interval\""))
              .find("two times with /") != std::string::npos);
    const std::string twice =
        std::string{small_map} + "[[item]]\npollutant = \"pm10\"\nnames = [\"PM10\"]\nunit = \"ug/m3\"\n";
    CHECK(error_of(twice).starts_with("m.toml:12:1: it has an [[item]] already"));
    const std::string ignored = "ignored = [\"pm10\"]\n" + std::string{small_map};
    CHECK(error_of(ignored).find("\"pm10\" is among \"ignored\" too") != std::string::npos);
    CHECK(error_of(std::string{small_map} + "[units]\n\"GQ\" = \"ug\"\n")
              .starts_with("m.toml:12:1: \"ug\" is not known"));
    CHECK(error_of(std::string{small_map} + "[flag.words]\n\"ok\" = \"H\"\n")
              .starts_with("m.toml:12:1: \"H\" is not known"));
}

TEST_CASE("a link must say what its map leaves open")
{
    const std::string silent = changed("[station]\nat = \"id\"\n", "");
    CHECK_THROWS_WITH(decoded(silent, "{}"), Catch::Contains("station_level"));
    const auto d = decoded(silent, R"({"t":1481504400,"pm10":60.5})", "station_level = 1");
    REQUIRE(d.readings.size() == 1);
    CHECK(d.readings[0].station == "b");
    const std::string bare = "source = \"x\"\n[time]\nformat = \"none\"\n[values]\nform = \"one\"\nvalue = \"v\"\n";
    CHECK_THROWS_WITH(decoded(bare, "{}"), Catch::Contains("[[link.stream]]"));
    CHECK_THROWS_WITH(
        decoded(std::string{small_map}, "{}", "[[stream]]\ntopic=\"a\"\nstation=\"A\"\npollutant=\"co\"\nunit=\"ppm\""),
        Catch::Contains("it has no [[link.stream]]"));
}

TEST_CASE("a number's text never passes through a double on its way through a map")
{
    const auto ng = [](const std::string& number) {
        return only_ng(decoded(std::string{small_map}, R"({"id":"A","t":1481504400,"pm10":)" + number + "}"),
                       Pollutant::pm10);
    };
    CHECK(ng("0.3") == 300);
    CHECK(ng("60.5") == 60'500);
    CHECK(ng("\"60.5\"") == 60'500);
    CHECK(ng("1e2") == 100'000);
    CHECK(ng("-1.2") == -1'200);                  // what a value below zero means is not decided here
    CHECK(ng("9007199254740993e-13") == 900'719); // 900.7199254740993, cut at the nanogram; beyond a double's 53 bits
}

TEST_CASE("units that are no power of ten are multiplied once, on integers")
{
    const auto ng = [](std::string_view text, std::string_view unit, Pollutant p) {
        return concentration_in(text, unit, p).value().ng_per_m3();
    };
    CHECK(ng("40", "ppb", Pollutant::o3) == 78'480);      // 40 x 1 962
    CHECK(ng("0.5", "ppb", Pollutant::no2) == 940);       // 0.5 x 1 880
    CHECK(ng("12.345", "ppb", Pollutant::so2) == 32'332); // 12.345 x 2 619 = 32 331.555
    CHECK(ng("0.0355", "ppm", Pollutant::o3) == 69'651);  // 35.5 x 1 962
    CHECK(ng("2.5", "ppm", Pollutant::co) == 2'862'500);  // 2 500 x 1 145
    CHECK(ng("75600.000", "ng/m3", Pollutant::pm2_5) == 75'600);
    CHECK(ng("0.086", "mg/m3", Pollutant::pm10) == 86'000);
    CHECK(concentration_in("900000", "ppm", Pollutant::o3).error().reason == Reason::impossible_value);
    CHECK(concentration_in("35", "ug", Pollutant::pm10).error().reason == Reason::unknown_name);
    for (const std::string_view text : {"nan", "", "-", "1,5", "12 ", "0x10", "inf"})
        CHECK(concentration_in(text, "ppb", Pollutant::o3).error().reason == Reason::not_valid_number);
}

TEST_CASE("weather is brought to whole thousandths of its own unit")
{
    const auto milli = [](std::string_view text, std::string_view unit, WeatherItem item) {
        return weather_in(text, unit, item).value();
    };
    CHECK(milli("0.54", "0-1", WeatherItem::humidity) == 54'000);
    CHECK(milli("101001.28", "Pa", WeatherItem::pressure) == 1'010'013); // 1010.0128
    CHECK(milli("101.325", "kPa", WeatherItem::pressure) == 1'013'250);
    CHECK(milli("36", "km/h", WeatherItem::wind_speed) == 10'000);
    CHECK(milli("21.30000019", "degC", WeatherItem::temperature) == 21'300); // a float32 as loggers print it
    CHECK(milli("-12.25", "degC", WeatherItem::temperature) == -12'250);
    // A share of one under the name of percent, or percent under the name of a share: another unit than was said.
    CHECK(weather_in("54", "0-1", WeatherItem::humidity).error().reason == Reason::impossible_value);
    CHECK(weather_in("1013.25", "kPa", WeatherItem::pressure).error().reason == Reason::impossible_value);
    CHECK(weather_in("20", "degF", WeatherItem::temperature).error().reason == Reason::unknown_name);
}

TEST_CASE("a time is read in the form the map names, and stamps the end the map names")
{
    struct Row {
        std::string time;     // keys of [time] behind at
        std::string document; // of "t"
        std::string means;    // period, end
    };
    const Row rows[] = {
        {"format = \"epoch-s\"", "1481504400", "moment 2016-12-12T09:00:00+08:00"},
        {"format = \"epoch-s\"", "\"1481504400.750\"", "moment 2016-12-12T09:00:00.750"},
        {"format = \"epoch-s\"", "1481504400000", "malformed"}, // milliseconds under the name of seconds
        {"format = \"epoch-ms\"", "1481504400", "malformed"},   // and the reverse, a day of January 1970
        {"format = \"epoch-ms\"", "1481504400000", "moment 2016-12-12T09:00:00+08:00"},
        {"format = \"iso8601\"", "\"2016-12-12T01:00:00Z\"", "moment 2016-12-12T09:00:00+08:00"},
        {"format = \"iso8601\"", "\"2016-12-12T09:00:00\"", "time_without_zone"},
        {"format = \"iso8601-local\"", "\"2016-12-12T09:00:00\"", "moment 2016-12-12T09:00:00+08:00"},
        {"format = \"iso8601-local\"", "\"2016-12-12T01:00:00Z\"", "moment 2016-12-12T09:00:00+08:00"},
        {"format = \"yyyyMMddHHmmss\"", "\"20161212090000\"", "moment 2016-12-12T09:00:00+08:00"},
        {"format = \"yyyyMMddHHmmss\"", "20161212090000", "moment 2016-12-12T09:00:00+08:00"},
        {"format = \"yyyy-MM-dd HH:mm\"", "\"2016-12-12 09:30\"", "moment 2016-12-12T09:30:00+08:00"},
        {"format = \"yyyyMMddHH\"\nperiod = \"hour\"", "\"2016121224\"", "hour 2016-12-12 24:00"},
        {"format = \"yyyyMMddHH\"\nperiod = \"hour\"", "\"2016121225\"", "malformed"},
        {"format = \"yyyyMMddHH\"\nperiod = \"hour\"\nstamps = \"start\"", "\"2016121223\"", "hour 2016-12-12 24:00"},
        {"format = \"epoch-s\"\nperiod = \"hour\"", "1481504460", "not_on_the_hour"},
        {"format = \"epoch-s\"\nperiod = \"minutes\"\nminutes = 5", "1481504400",
         "minutes/5 2016-12-12T09:00:00+08:00"},
        {"format = \"epoch-s\"\nperiod = \"minutes\"\nminutes = 5\nstamps = \"start\"", "1481504400",
         "minutes/5 2016-12-12T09:05:00+08:00"},
        {"format = \"iso8601\"\nperiod = \"interval\"", "\"2016-12-12T00:00:00Z/2016-12-12T01:00:00Z\"",
         "hour 2016-12-12 09:00"},
        {"format = \"iso8601\"\nperiod = \"interval\"", "\"2016-12-12T00:55:00Z/2016-12-12T01:00:00Z\"",
         "minutes/5 2016-12-12T09:00:00+08:00"},
        {"format = \"iso8601\"\nperiod = \"interval\"", "\"2016-12-12T00:30:00Z/2016-12-12T01:30:00Z\"",
         "not_on_the_hour"},
        {"format = \"iso8601\"\nperiod = \"interval\"", "\"2016-12-11T01:00:00Z/2016-12-12T01:00:00Z\"",
         "unknown_name"},
        {"format = \"iso8601\"\nperiod = \"interval\"", "\"2016-12-12T01:00:00Z/2016-12-12T00:00:00Z\"",
         "unknown_name"},
        // Who writes both ends is not asked which one is meant.
        {"format = \"iso8601\"\nperiod = \"hour\"\nstamps = \"start\"", "\"2016-12-12T00:00:00Z/2016-12-12T01:00:00Z\"",
         "hour 2016-12-12 09:00"},
        {"format = \"epoch-s\"", "null", "malformed"},
        {"format = \"epoch-s\"\nwithout = \"arrival\"", "null", "moment 2016-12-12T09:00:00+08:00 ours"},
    };
    for (const auto& row : rows) {
        INFO(row.time << " reads " << row.document);
        const auto d = decoded(changed("format = \"epoch-s\"", row.time),
                               fmt::format(R"({{"id":"A","pm10":1,"t":{}}})", row.document));
        std::string means;
        for (const auto& fault : d.faults) means += reason_name(fault.reason);
        for (const auto& r : d.readings) {
            if (r.period == Period::hour)
                means += "hour " + format_hour(r.hour).substr(0, 16);
            else {
                means += r.period == Period::moment ? "moment " : fmt::format("minutes/{} ", r.length_minutes);
                means += r.at.ms % 1'000 == 0
                             ? format_instant(r.at, UtcOffset{})
                             : fmt::format("{}.{}", format_instant(r.at, UtcOffset{}).substr(0, 19), r.at.ms % 1'000);
                CHECK(r.hour == hour_around(r.at, UtcOffset{}));
            }
            if (r.time_is_ours) means += " ours";
        }
        CHECK(means == row.means);
    }
}

TEST_CASE("paths reach from the reading, from the top, through lists and through names with a slash")
{
    const std::string map = R"(source = "x"
readings = "/data"
[station]
at = "/box/names/1"
[time]
at = "/sent~1at"
format = "epoch-s"
[values]
at = "values/pm"
[[item]]
pollutant = "pm10"
names = ["pm10"]
unit = "ug/m3"
)";
    const auto d = decoded(
        map,
        R"({"box":{"names":["x","A7"]},"sent/at":1481504400,"data":[{"values":{"pm":{"pm10":1}}},{"values":{"pm":{"pm10":2}}}]})");
    REQUIRE(d.readings.size() == 2);
    CHECK(d.readings[0].station == "A7");
    CHECK(d.readings[1].values[Pollutant::pm10].value->ng_per_m3() == 2'000);
}

TEST_CASE("one bad value of a batch does not take the others with it")
{
    const auto d = decoded(
        std::string{small_map},
        R"([{"id":"A","t":1481504400,"pm10":1},{"id":"B","t":"soon","pm10":2},{"id":"C","t":1481504400,"pm10":"two"},
                              {"id":"D","t":1481504400,"pm10":[3]},{"t":1481504400,"pm10":4},7,{"id":"E","t":1481504400,"pm10":5}])");
    REQUIRE(d.readings.size() == 2);
    CHECK(d.readings[0].station == "A");
    CHECK(d.readings[1].station == "E");
    REQUIRE(d.faults.size() == 5);
    CHECK(d.faults[0].detail.starts_with("reading 2: 'soon' is not a time"));
    CHECK(d.faults[1] == Fault{Reason::not_valid_number, "reading 3: pm10: 'two' is not a number"});
    CHECK(d.faults[2].reason == Reason::malformed);
    CHECK(d.faults[3] == Fault{Reason::malformed, "reading 5: the document does not say whose it is"});
}

TEST_CASE("absent is a value: null, a sentinel and a flag say why there is none")
{
    const std::string map = "missing = [\"-999\", \"n/a\"]\n" +
                            changed("unit = \"ug/m3\"", "unit = \"ug/m3\"\nflag = \"f\"") +
                            "[flag.words]\n\"ok\" = \"N\"\n\"cal\" = \"C\"\n\"0\" = \"N\"\n\"true\" = \"D\"\n";
    const auto slot = [&](const std::string& rest) {
        const auto d = decoded(map, R"({"id":"A","t":1481504400,)" + rest + "}");
        INFO(rest);
        REQUIRE(d.faults.empty());
        CHECK(d.counted.empty());
        REQUIRE(d.readings.size() == 1);
        return d.readings[0].values[Pollutant::pm10];
    };
    const auto value = [](int ug) { return Concentration::from_ug_per_m3(ug); };
    CHECK(slot(R"("pm10":null)") == Reading::Value{true, {}, Flag::communication});
    CHECK(slot(R"("pm10":-999)") == Reading::Value{true, {}, Flag::communication});
    CHECK(slot(R"("pm10":-999.0)") == Reading::Value{true, {}, Flag::communication});
    CHECK(slot(R"("pm10":"n/a")") == Reading::Value{true, {}, Flag::communication});
    CHECK(slot(R"("pm10":-99)") == Reading::Value{true, value(-99), Flag::normal});
    CHECK(slot(R"("pm10":12,"f":"ok")") == Reading::Value{true, value(12), Flag::normal});
    CHECK(slot(R"("pm10":12,"f":0)") == Reading::Value{true, value(12), Flag::normal});
    CHECK(slot(R"("pm10":12,"f":null)") == Reading::Value{true, value(12), Flag::normal});
    CHECK(slot(R"("pm10":12,"f":"cal")") == Reading::Value{true, value(12), Flag::calibration});
    CHECK(slot(R"("pm10":12,"f":true)") == Reading::Value{true, value(12), Flag::fault});
    CHECK(slot(R"("pm10":"---","f":"cal")") == Reading::Value{true, {}, Flag::calibration});
    CHECK(slot(R"("pm10":null,"f":"cal")") == Reading::Value{true, {}, Flag::calibration});
    const auto d = decoded(map, R"({"id":"A","t":1481504400,"pm10":12,"f":"OK"})");
    CHECK(d.readings.empty());
    REQUIRE(d.faults.size() == 1);
    CHECK(d.faults[0] == Fault{Reason::unknown_name, "pm10: flag \"OK\" is not in [flag.words]"});
}

TEST_CASE("a stranger's name is counted, a misspelt one is a fault, and a strict link makes both one")
{
    const auto d = decoded(std::string{small_map}, R"({"id":"A","t":1481504400,"pm10":1,"pm1":2,"pm100":3,"PM_10":4})");
    REQUIRE(d.readings.size() == 1);
    CHECK(d.counted == std::vector<std::string>{"payload_unknown_names", "payload_unknown_names"});
    REQUIRE(d.faults.size() == 1);
    CHECK(d.faults[0] == Fault{Reason::unknown_name, "\"PM_10\" is not known, did you mean \"pm10\"?"});
    const auto strict =
        decoded(std::string{small_map}, R"({"id":"A","t":1481504400,"pm10":1,"pm1":2})", "unknown = \"fault\"");
    CHECK(strict.counted.empty());
    REQUIRE(strict.faults.size() == 1);
    CHECK(strict.faults[0] == Fault{Reason::unknown_name, "\"pm1\" is not known"});
    // PM1.0 is another size, not a spelling of PM10.
    CHECK(without_signs("PM1.0") != without_signs("pm10"));
    CHECK(without_signs("PM2.5") == without_signs("pm25"));
}

TEST_CASE("the topic and the document must name the same station")
{
    const std::string link = "station_level = 1\n[stations]\n\"dev-1\" = \"A001\"\n\"dev-2\" = \"A002\"\n";
    const auto about = [&](const std::string& id, std::string_view topic) {
        const auto d = decoded(std::string{small_map}, R"({"id":)" + id + R"(,"t":1481504400,"pm10":1})", link, topic);
        return d.readings.empty() ? std::string{reason_name(d.faults.at(0).reason)} : d.readings[0].station;
    };
    CHECK(about("\"dev-1\"", "x/dev-1/y") == "A001");
    CHECK(about("\"dev-1\"", "x/A001/y") == "A001"); // a topic may say it in our words
    CHECK(about("\"dev-1\"", "x/dev-2/y") == "wrong_station");
    CHECK(about("\"dev-1\"", "x/A002/y") == "wrong_station");
    CHECK(about("\"A001\"", "x/A001/y") == "unknown_station"); // a device may not
    CHECK(about("\"dev-3\"", "x/dev-1/y") == "unknown_station");
    CHECK(about("\"dev-1\"", "x") == "malformed"); // the topic has no such level
    CHECK(about("null", "x/dev-2/y") == "A002");   // a silent document is its topic's
    CHECK(about("{}", "x/dev-2/y") == "malformed");
}

TEST_CASE("a text made to annoy makes little work and few complaints")
{
    std::string many = "[";
    for (int i = 0; i < 5'000; ++i) many += R"({"t":1},)";
    many += "{}]";
    CHECK(decoded(std::string{small_map}, many).faults.size() <= 100);
    CHECK(parse_json(std::string(100, '[') + std::string(100, ']')).error().reason == Reason::malformed);
    CHECK(parse_json("[" + std::string(9'000, ' ') + "\"" + std::string(5'000, 'a') + "\"]").error().reason ==
          Reason::malformed);
    CHECK(parse_json("").error().reason == Reason::malformed);
    CHECK(parse_json("{} {}").error().reason == Reason::malformed);
    CHECK(parse_json(R"({"a":-NaN})").error().reason == Reason::not_valid_number);
    CHECK(parse_json(R"([Infinity])").error().reason == Reason::not_valid_number);
    CHECK(parse_json(R"([nothing])").error().reason == Reason::malformed);
    const auto numbers = parse_json(R"({"a":[1.50,-0,1E3,18446744073709551616]})").value();
    std::string texts;
    for (const auto& node : numbers.member("a")->items) texts += node.text + " ";
    CHECK(texts == "1.50 -0 1E3 18446744073709551616 ");
}
