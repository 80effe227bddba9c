#include "drivers/modbus/decode.hpp"
#include "drivers/modbus/probe.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::drivers;
using namespace aqi::drivers::modbus;

namespace {

const Instant ten_past_nine = parse_instant("2016-12-12T09:10:03+08:00").value();

Block registers(int function, int start, std::vector<std::uint16_t> words)
{
    Block out;
    out.request = {static_cast<std::uint8_t>(function), static_cast<std::uint16_t>(start),
                   static_cast<std::uint16_t>(words.size())};
    out.words = std::move(words);
    return out;
}

Block refused(int function, int start, int count, int exception)
{
    Block out;
    out.request = {static_cast<std::uint8_t>(function), static_cast<std::uint16_t>(start),
                   static_cast<std::uint16_t>(count)};
    out.failed = true;
    out.exception = exception;
    return out;
}

Unit unit_of(const std::string& text, int stored_depth = 0)
{
    return {3, "S01", parse_register_map(text, "test.toml"), stored_depth};
}

Poll poll_of(std::vector<Block> blocks, Instant at = ten_past_nine)
{
    return {3, Poll::Kind::now, at, std::move(blocks)};
}

const std::string floats = R"(
device = "T"
function = 3
order = "CDAB"
[[field]]
name = "pm2_5"
address = 1
type = "float32"
unit = "ug/m3"
valid = [-50, 1000]
[[field]]
name = "temperature"
address = 21
type = "float32"
[[status]]
name = "service"
function = 1
address = 2
flag = "M"
[[status]]
name = "alarm"
function = 1
address = 6
flag = "D"
)";
const Block all_well = registers(1, 2, {0, 0, 0, 0, 0});

const std::string words16 = R"(
device = "T"
function = 4
[[field]]
name = "pm2_5"
address = 8
type = "int16"
scale = "0.1"
unit = "ug/m3"
sentinels = [-32768]
over_range = [32767]
[[field]]
name = "pm10"
address = 9
type = "int16"
scale = "0.1"
unit = "ug/m3"
)";

} // namespace

TEST_CASE("a float in ug/m3 becomes whole ng/m3 of the moment of the poll, whose time is ours")
{
    // 35.2 is 420CCCCD, low word first; 12.5 is 41480000.
    const auto d =
        decode_poll(poll_of({registers(3, 1, {0xCCCD, 0x420C}), registers(3, 21, {0x0000, 0x4148}), all_well}),
                    unit_of(floats), UtcOffset{});
    CHECK(d.faults.empty());
    REQUIRE(d.readings.size() == 1);
    const Reading& r = d.readings[0];
    CHECK(r.station == "S01");
    CHECK(r.period == Period::moment);
    CHECK(r.at == ten_past_nine);
    CHECK(r.time_is_ours);
    CHECK(format_hour(r.hour) == "2016-12-12 10:00");
    CHECK(r.values[Pollutant::pm2_5].value == Concentration::from_ng_per_m3(35'200));
    CHECK(r.values[Pollutant::pm2_5].flag == Flag::normal);
    CHECK(!r.values[Pollutant::pm10].named);
    CHECK(r.weather[WeatherItem::temperature] == Milli{12'500});
}

TEST_CASE(
    "NaN, infinities and 1e38 are absent under D, with the field and its words named, and the rest of the poll stands")
{
    const std::vector<std::pair<std::uint16_t, std::uint16_t>> nothings = {
        {0x0000, 0x7FC0}, {0x0000, 0x7F80}, {0x0000, 0xFF80}, {0x7699, 0x7E96}, {0x7699, 0xFE96}, {0x0001, 0x0000}};
    for (const auto& [low, high] : nothings) {
        const auto d =
            decode_poll(poll_of({registers(3, 1, {low, high}), registers(3, 21, {0x0000, 0x4148}), all_well}),
                        unit_of(floats), UtcOffset{});
        REQUIRE(d.readings.size() == 1);
        CHECK(d.readings[0].values[Pollutant::pm2_5].named);
        CHECK(!d.readings[0].values[Pollutant::pm2_5].value);
        CHECK(d.readings[0].values[Pollutant::pm2_5].flag == Flag::fault);
        CHECK(d.readings[0].weather[WeatherItem::temperature] == Milli{12'500});
        REQUIRE(d.faults.size() == 1);
        CHECK(d.faults[0].reason == Reason::not_valid_number);
    }
    const auto d = decode_poll(poll_of({registers(3, 1, {0x0000, 0x7FC0}), all_well}), unit_of(floats), UtcOffset{});
    CHECK(d.faults.at(0).detail == "unit 3: pm2_5 at 1 holds 0000 7FC0: not a number");
}

TEST_CASE("a negative value near zero is real and keeps its sign, what the range of the map excludes is absent")
{
    const auto value = [](std::uint16_t low, std::uint16_t high) {
        return decode_poll(poll_of({registers(3, 1, {low, high}), all_well}), unit_of(floats), UtcOffset{});
    };
    CHECK(value(0x3333, 0xC033).readings.at(0).values[Pollutant::pm2_5].value == // -2.8
          Concentration::from_ng_per_m3(-2'800));
    const auto below = value(0x0000, 0xC2C8); // -100
    CHECK(!below.readings.at(0).values[Pollutant::pm2_5].value);
    CHECK(below.readings.at(0).values[Pollutant::pm2_5].flag == Flag::fault);
    CHECK(below.faults.at(0).reason == Reason::impossible_value);
    const auto above = value(0x2000, 0x47F1); // 123456
    CHECK(!above.readings.at(0).values[Pollutant::pm2_5].value);
    CHECK(above.readings.at(0).values[Pollutant::pm2_5].flag == Flag::over_range);
}

TEST_CASE("sixteen bits: exact tenths, the sign, and the words for nothing and for too much")
{
    const auto decoded = [](std::uint16_t pm2_5, std::uint16_t pm10) {
        return decode_poll(poll_of({registers(4, 8, {pm2_5, pm10})}), unit_of(words16), UtcOffset{});
    };
    const auto plain = decoded(353, 0xFFF9);
    CHECK(plain.readings.at(0).values[Pollutant::pm2_5].value == Concentration::from_ng_per_m3(35'300));
    CHECK(plain.readings.at(0).values[Pollutant::pm10].value == Concentration::from_ng_per_m3(-700));
    const auto nothing = decoded(0x8000, 500);
    CHECK(!nothing.readings.at(0).values[Pollutant::pm2_5].value);
    CHECK(nothing.readings.at(0).values[Pollutant::pm2_5].flag == Flag::fault);
    CHECK(nothing.readings.at(0).values[Pollutant::pm10].value == Concentration::from_ng_per_m3(50'000));
    CHECK(nothing.faults.at(0).reason == Reason::not_valid_number);
    const auto over = decoded(0x7FFF, 500);
    CHECK(!over.readings.at(0).values[Pollutant::pm2_5].value);
    CHECK(over.readings.at(0).values[Pollutant::pm2_5].flag == Flag::over_range);
}

TEST_CASE("a status flags every value it concerns, the first one raised wins, and weather under a flag is left out")
{
    const auto with = [](const Block& coils) {
        return decode_poll(poll_of({registers(3, 1, {0xCCCD, 0x420C}), registers(3, 21, {0x0000, 0x4148}), coils}),
                           unit_of(floats), UtcOffset{});
    };
    const auto alarm = with(registers(1, 2, {0, 0, 0, 0, 1}));
    CHECK(alarm.readings.at(0).values[Pollutant::pm2_5].flag == Flag::fault);
    CHECK(alarm.readings.at(0).values[Pollutant::pm2_5].value == Concentration::from_ng_per_m3(35'200));
    CHECK(!alarm.readings.at(0).weather[WeatherItem::temperature]);
    const auto both = with(registers(1, 2, {1, 0, 0, 0, 1}));
    CHECK(both.readings.at(0).values[Pollutant::pm2_5].flag == Flag::maintenance);
    // Nobody knows how the instrument is: not normal, and no D either.
    CHECK(with(refused(1, 2, 5, 2)).readings.at(0).values[Pollutant::pm2_5].flag == Flag::communication);
}

TEST_CASE("a status says D and the value is NaN: the instrument has explained itself, and nobody is bothered")
{
    const auto d = decode_poll(poll_of({registers(3, 1, {0x0000, 0x7FC0}), registers(1, 2, {0, 0, 0, 0, 1})}),
                               unit_of(floats), UtcOffset{});
    CHECK(d.faults.empty());
    CHECK(!d.readings.at(0).values[Pollutant::pm2_5].value);
    CHECK(d.readings.at(0).values[Pollutant::pm2_5].flag == Flag::fault);
}

TEST_CASE("registers of status: bits, values that raise, and the only good ones")
{
    const auto flag = [](const std::string& test, std::uint16_t status) {
        const auto unit = unit_of(words16 + "[[status]]\nname = \"s\"\naddress = 4\nflag = \"C\"\n" + test + "\n");
        const auto d =
            decode_poll(poll_of({registers(4, 8, {353, 500}), registers(4, 4, {status})}), unit, UtcOffset{});
        return d.readings.at(0).values[Pollutant::pm2_5].flag;
    };
    CHECK(flag("bit = 3", 0x0008) == Flag::calibration);
    CHECK(flag("bit = 3", 0xFFF7) == Flag::normal);
    CHECK(flag("bit = 3\nwhen = 0", 0xFFF7) == Flag::calibration);
    CHECK(flag("values = [1, 5]", 5) == Flag::calibration);
    CHECK(flag("values = [1, 5]", 2) == Flag::normal);
    CHECK(flag("good = [2]", 2) == Flag::normal);
    CHECK(flag("good = [2]", 0) == Flag::calibration);
    CHECK(flag("good = [2]\nfields = [\"pm10\"]", 0) == Flag::normal);
}

TEST_CASE("registers that did not answer are absent under B, those nobody asked for are not spoken of")
{
    const auto d = decode_poll(poll_of({registers(4, 8, {353}), refused(4, 9, 1, 0)}), unit_of(words16), UtcOffset{});
    CHECK(d.readings.at(0).values[Pollutant::pm2_5].flag == Flag::normal);
    CHECK(d.readings.at(0).values[Pollutant::pm10].named);
    CHECK(!d.readings.at(0).values[Pollutant::pm10].value);
    CHECK(d.readings.at(0).values[Pollutant::pm10].flag == Flag::communication);
    const auto half = decode_poll(poll_of({registers(4, 8, {353})}), unit_of(words16), UtcOffset{});
    CHECK(!half.readings.at(0).values[Pollutant::pm10].named);
}

TEST_CASE("an hourly register speaks of the hour it took at its minute, and of none while it changes")
{
    const std::string hourly =
        "device = \"T\"\nfunction = 3\n[[field]]\nname = \"pm10\"\naddress = 0\nunit = \"ug/m3\"\n"
        "period = \"hour\"\nchanges_at_minute = 5\n";
    const auto at = [&](const char* time) {
        return decode_poll(poll_of({registers(3, 0, {80})}, parse_instant(time).value()), unit_of(hourly), UtcOffset{});
    };
    const auto settled = at("2016-12-12T09:07:00+08:00");
    REQUIRE(settled.readings.size() == 1);
    CHECK(settled.readings[0].period == Period::hour);
    CHECK(format_hour(settled.readings[0].hour) == "2016-12-12 09:00");
    CHECK(settled.readings[0].values[Pollutant::pm10].value == Concentration::from_ug_per_m3(80));
    CHECK(format_hour(at("2016-12-12T10:02:59+08:00").readings.at(0).hour) == "2016-12-12 09:00");
    CHECK(format_hour(at("2016-12-12T00:30:00+08:00").readings.at(0).hour) == "2016-12-11 24:00");
    for (const auto* unsettled :
         {"2016-12-12T09:03:00+08:00", "2016-12-12T09:05:00+08:00", "2016-12-12T09:06:59+08:00"}) {
        INFO(unsettled);
        CHECK(at(unsettled).readings.empty());
    }
}

TEST_CASE("a mean of minutes ends at the whole minute of the poll, beside the moments of other registers")
{
    const std::string mixed = words16 + "[[field]]\nname = \"co\"\naddress = 20\nunit = \"mg/m3\"\nscale = \"0.1\"\n"
                                        "period = \"minutes\"\nlength_minutes = 5\n";
    const auto d =
        decode_poll(poll_of({registers(4, 8, {353, 500}), registers(4, 20, {11})}), unit_of(mixed), UtcOffset{});
    REQUIRE(d.readings.size() == 2);
    CHECK(d.readings[1].period == Period::minutes);
    CHECK(d.readings[1].length_minutes == 5);
    CHECK(format_instant(d.readings[1].at, {}) == "2016-12-12T09:10:00+08:00");
    CHECK(d.readings[1].values[Pollutant::co].value == Concentration::from_ng_per_m3(1'100'000));
}

TEST_CASE("stored values go back minute by minute from the newest")
{
    const std::string stored = words16 + "[stored]\nstep_minutes = 1\ndepth = 60\n[[stored.field]]\nname = \"pm10\"\n"
                                         "address = 100\ntype = \"float32\"\norder = \"ABCD\"\nunit = \"ug/m3\"\n";
    Poll poll = poll_of({registers(4, 120, {0x420C, 0xCCCD, 0x7FC0, 0x0000})}); // places 10 and 11
    poll.kind = Poll::Kind::stored;
    const auto d = decode_poll(poll, unit_of(stored, 60), UtcOffset{});
    REQUIRE(d.readings.size() == 2);
    CHECK(d.readings[0].period == Period::minutes);
    CHECK(d.readings[0].length_minutes == 1);
    CHECK(format_instant(d.readings[0].at, {}) == "2016-12-12T09:00:00+08:00");
    CHECK(format_hour(d.readings[0].hour) == "2016-12-12 09:00");
    CHECK(d.readings[0].values[Pollutant::pm10].value == Concentration::from_ng_per_m3(35'200));
    CHECK(format_instant(d.readings[1].at, {}) == "2016-12-12T08:59:00+08:00");
    CHECK(!d.readings[1].values[Pollutant::pm10].value);
    CHECK(d.readings[1].values[Pollutant::pm10].flag == Flag::fault);
    CHECK(decode_poll(poll, unit_of(words16), UtcOffset{}).faults.size() == 1);
}

TEST_CASE("a block is read back as it was written, and nothing shorter or stranger is")
{
    Poll poll =
        poll_of({registers(3, 1, {0xCCCD, 0x420C}), registers(1, 2, {1, 0, 0, 0, 1, 1, 0, 1, 1}), refused(4, 9, 2, 6)});
    const std::string bytes = encode_poll(poll);
    CHECK(bytes.size() == 11 + 5 + 4 + 5 + 2 + 5 + 1);
    CHECK(parse_poll(bytes).value() == poll);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        INFO(length);
        const auto cut = parse_poll(bytes.substr(0, length));
        const bool whole_blocks = length == 20 || length == 27;
        CHECK(cut.has_value() == whole_blocks);
    }
    const auto changed = [&](std::size_t at, char value) {
        std::string other = bytes;
        other[at] = value;
        return parse_poll(other);
    };
    CHECK(changed(0, 2).error().detail.find("version") != std::string::npos);
    CHECK(changed(1, 0).has_error());      // unit 0 is the broadcast
    CHECK(changed(2, 2).has_error());      // kind
    CHECK(changed(3, '\x7F').has_error()); // a time beyond the calendar
    CHECK(changed(11, 5).has_error());     // a function that writes
    CHECK(changed(14, 1).has_error());     // 258 registers
}

TEST_CASE("a probe shows every interpretation of a register")
{
    const auto text = interpret({3, 100, 2}, {0x47F1, 0x2000});
    for (const auto* word : {"100", "47F1", "18417", "123456", "8192", "1206984704"}) { // 0x47F1, 0x2000, 0x47F12000
        INFO(text);
        CHECK(text.find(word) != std::string::npos);
    }
    CHECK(interpret({1, 4, 2}, {1, 0}) == "      4  1\n      5  0\n");
}
