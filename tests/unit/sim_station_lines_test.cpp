// The played instruments of a Modbus line and the played publisher of aqi-sim, without their sockets. Bytes of floats and
// the series come from a second implementation in another language.
#include "tools/sim/station_modbus.hpp"
#include "tools/sim/station_mqtt.hpp"
#include "tools/sim/station_registers.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace aqi;
using namespace aqi::sim;

namespace {

Instant at(const std::string& local) { return parse_instant(fmt::format("2016-12-12T{}+08:00", local)).value(); }
HourEnding hour(int label) { return HourEnding::of(LocalDay::from_ymd(2016, 12, 12), label); }

Schedule faults(std::initializer_list<const char*> texts, Protocol protocol)
{
    Schedule out;
    for (const auto* text : texts) REQUIRE(out.add(text, protocol, at("09:00:00")).has_value());
    return out;
}

Records records(Schedule schedule = {}) { return Records{"S01", "S01", std::move(schedule)}; }

drivers::modbus::RegisterMap map_of(const std::string& text)
{
    return drivers::modbus::parse_register_map(text, "test.toml");
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("registers hold the values of the moment, in the order of bytes the map says")
{
    struct Row {
        const char* order;
        std::vector<std::uint16_t> words;
    };
    const Row rows[] = {
        {"ABCD", {0x427A, 0xCCCD}}, {"CDAB", {0xCCCD, 0x427A}}, {"BADC", {0x7A42, 0xCDCC}}, {"DCBA", {0xCDCC, 0x7A42}}};
    for (const auto& row : rows) {
        const auto map =
            map_of(fmt::format("device = \"T\"\nfunction = 4\norder = \"{}\"\n[[field]]\nname = \"pm2_5\"\n"
                               "address = 10\ntype = \"float32\"\nunit = \"ug/m3\"\n",
                               row.order));
        const auto registers = registers_at(map, records(), at("09:10:00"), 0);
        CHECK(registers.of(4).first == 10);
        CHECK(registers.of(4).words == row.words); // 62.7
        CHECK(registers.of(3).words.empty());
    }
}

TEST_CASE("scales and offsets are taken back, once, to the nearest register, what does not fit is the end of its range")
{
    const auto map = map_of(R"(
device = "T"
function = 3
[[field]]
name = "pm2_5"
address = 0
type = "int16"
unit = "ug/m3"
scale = "0.1"
sentinels = [-32768]
[[field]]
name = "pm10"
address = 1
type = "uint16"
unit = "ug/m3"
[[field]]
name = "temperature"
address = 2
type = "uint16"
scale = "0.01"
offset = "-40"
[[field]]
name = "pressure"
address = 4
type = "uint32"
order = "CDAB"
scale = "0.001"
)");
    const auto now = at("09:10:00");
    const auto plain = registers_at(map, records(), now, 0).of(3);
    CHECK(plain.at(0) == 627);
    CHECK(plain.at(1) == 105);  // 105.3
    CHECK(plain.at(2) == 5840); // (18.4 + 40) / 0.01
    CHECK(plain.at(3) == 0);    // between two fields
    CHECK(plain.at(4) == 1'005'500 % 65'536);
    CHECK(plain.at(5) == 1'005'500 / 65'536);
    const auto negative = registers_at(map, records(faults({"negative"}, Protocol::modbus)), now, 0).of(3);
    CHECK(negative.at(0) == 65'536 - 25);
    CHECK(negative.at(1) == 0);
    const auto big = registers_at(map, records(faults({"wrong-unit"}, Protocol::modbus)), now, 0).of(3);
    CHECK(big.at(0) == 32'767);
    CHECK(big.at(1) == 65'535);
    const auto nan = registers_at(map, records(faults({"nan"}, Protocol::modbus)), now, 0).of(3);
    CHECK(nan.at(0) == 0x8000);
    CHECK(nan.at(1) == 0xFFFF);
}

TEST_CASE("statuses are at rest, and calibration raises its own, references lie within their limits")
{
    const auto map = map_of(R"(
device = "T"
function = 3
order = "ABCD"
[[field]]
name = "pm2_5"
address = 1
type = "float32"
unit = "ug/m3"
[[status]]
name = "alarm"
function = 1
address = 4
flag = "D"
[[status]]
name = "running"
address = 8
good = [2]
flag = "F"
[[status]]
name = "zero"
address = 9
bit = 3
flag = "C"
[[status]]
name = "lamp off"
address = 9
bit = 15
when = 0
flag = "D"
[[status]]
name = "warming up"
address = 11
values = [0, 1]
flag = "D"
[[reference]]
name = "barometer"
address = 20
type = "float32"
valid = [300, 1100]
)");
    const auto rest = registers_at(map, records(), at("09:10:00"), 0);
    CHECK(rest.of(1).first == 4);
    CHECK(rest.of(1).at(4) == 0);
    CHECK(rest.of(3).at(8) == 2);
    CHECK(rest.of(3).at(9) == 0x8000);
    CHECK(rest.of(3).at(11) == 2);
    CHECK(rest.of(3).at(20) == 0x442F); // 700.0
    CHECK(rest.of(3).at(21) == 0);
    const auto calibrating = registers_at(map, records(faults({"calibration"}, Protocol::modbus)), at("09:10:00"), 0);
    CHECK(calibrating.of(3).at(9) == 0x8008);
    CHECK(calibrating.of(3).at(8) == 2);
    CHECK(calibrating.of(3).at(1) == 0x43C8); // 400.0
}

TEST_CASE("stored values go back minute by minute, the hourly register keeps its hour, and the clock is the station's")
{
    const auto map = map_of(R"(
device = "T"
function = 3
[[field]]
name = "pm10"
address = 80
type = "int16"
scale = "0.1"
unit = "ug/m3"
[[field]]
name = "pm2_5"
address = 81
type = "int16"
scale = "0.1"
unit = "ug/m3"
period = "hour"
changes_at_minute = 5
[stored]
step_minutes = 1
newest_minutes_ago = 1
[[stored.field]]
name = "pm10"
address = 100
type = "int16"
scale = "0.1"
unit = "ug/m3"
stride = 2
[clock]
address = 40
form = "YMDhms"
)");
    const auto registers = registers_at(map, records(), at("10:10:07"), 63).of(3);
    CHECK(registers.at(81) == 627);
    CHECK(registers_at(map, records(), at("11:04:59"), 0).of(3).at(81) == 627);
    CHECK(registers_at(map, records(), at("11:05:00"), 0).of(3).at(81) == 587);
    // Place 0 is the minute that ended at 10:09; place 60 the one that ended at 09:09, place 62 at 09:07.
    CHECK(registers.at(100 + 2 * 60) == 993);
    CHECK(registers.at(100 + 2 * 59) == 1053); // 09:10
    CHECK(registers.at(100 + 2 * 62) == 993);
    const Lines clock{std::to_string(registers.at(40)), std::to_string(registers.at(41)),
                      std::to_string(registers.at(42)), std::to_string(registers.at(43)),
                      std::to_string(registers.at(44)), std::to_string(registers.at(45))};
    CHECK(clock == Lines{"2016", "12", "12", "10", "10", "7"});
}

TEST_CASE("a request of RTU is cut off where its function says")
{
    CHECK(rtu_request_length({1}) == 0);
    CHECK(rtu_request_length({1, 3}) == 8);
    CHECK(rtu_request_length({1, 16, 0, 40, 0, 6}) == 0);
    CHECK(rtu_request_length({1, 16, 0, 40, 0, 6, 12}) == 21);
}

TEST_CASE("a played station publishes its hour as our JSON, with the faults of a broker's wire")
{
    const auto played = [](std::initializer_list<const char*> texts) {
        return messages_of(records(faults(texts, Protocol::mqtt)), "t", hour(10));
    };
    const std::string plain =
        R"({"station":"S01","time":"2016-12-12T10:00:00+08:00","values":{"so2_ug_m3":24.3,)"
        R"("no2_ug_m3":33.5,"pm10_ug_m3":105.3,"co_mg_m3":1.3,"o3_ug_m3":34.9,"pm2_5_ug_m3":62.7}})";
    REQUIRE(played({}).size() == 1);
    CHECK(played({})[0].payload == plain);
    CHECK(played({})[0].topic == "t");
    CHECK_FALSE(played({})[0].retained);
    CHECK(played({"silence"}).empty());
    CHECK(played({"duplicate=3"}).size() == 3);
    CHECK(played({"retained"})[0].retained);
    CHECK(played({"wrong-clock=-2"})[0].payload.find("2016-12-12T08:00:00+08:00") != std::string::npos);
    REQUIRE(played({"junk"}).size() == 2);
    CHECK(played({"junk"})[0].payload == plain.substr(0, plain.size() / 2));
    CHECK(played({"calibration"})[0].payload.find(R"("flags":{"so2":"C")") != std::string::npos);
    CHECK(played({"silence@1h.."}).size() == 1); // 10:00 is its beginning, which it does not include
}
