#include "drivers/embedded.hpp"
#include "drivers/modbus/plan.hpp"
#include "drivers/modbus/register_map.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <fmt/format.h>

using namespace aqi;
using namespace aqi::drivers::modbus;

namespace {

RegisterMap map_of(const std::string& text) { return parse_register_map(text, "test.toml"); }

std::string complaint_about(const std::string& text)
{
    try {
        (void)map_of(text);
    } catch (const SettingError& error) {
        return error.what();
    }
    return "it was taken";
}

const std::string head = "device = \"Test\"\nfunction = 3\norder = \"ABCD\"\n";

std::string field(const std::string& name, const std::string& rest)
{
    return fmt::format("[[field]]\nname = \"{}\"\n{}{}\n", name,
                       pollutant_named(name) && rest.find("unit") == std::string::npos ? "unit = \"ug/m3\"\n" : "",
                       rest);
}

float as_float(std::uint16_t first, std::uint16_t second, ByteOrder order)
{
    const std::array<std::uint16_t, 2> words{first, second};
    return number_of(words.data(), WordType::float32, order).real;
}

RawNumber whole(std::int64_t value) { return {false, value, 0}; }
RawNumber real(float value) { return {true, 0, value}; }
Decimal decimal(std::string_view text) { return parse_scale(text).value(); }

constexpr std::int64_t most = Concentration::max_ng;

} // namespace

TEST_CASE("a float comes out of its registers in each of the four orders, named by the bytes on the wire")
{
    // 123456.0 is 47 F1 20 00.
    CHECK(as_float(0x47F1, 0x2000, ByteOrder::abcd) == 123456.0F);
    CHECK(as_float(0x2000, 0x47F1, ByteOrder::cdab) == 123456.0F);
    CHECK(as_float(0xF147, 0x0020, ByteOrder::badc) == 123456.0F);
    CHECK(as_float(0x0020, 0xF147, ByteOrder::dcba) == 123456.0F);
    // The vector of mqmgateway's unit tests.
    CHECK(as_float(0xBF9E, 0x064B, ByteOrder::abcd) == -1.234567F);
    CHECK(as_float(0x064B, 0xBF9E, ByteOrder::cdab) == -1.234567F);
    CHECK(as_float(0x9EBF, 0x4B06, ByteOrder::badc) == -1.234567F);
    CHECK(as_float(0x4B06, 0x9EBF, ByteOrder::dcba) == -1.234567F);
    CHECK(as_float(0x47F1, 0x2000, ByteOrder::cdab) != 123456.0F);
    for (const auto* name : {"ABCD", "CDAB", "BADC", "DCBA"}) CHECK(byte_order_name(*byte_order_named(name)) == name);
    CHECK(!byte_order_named("abcd"));
}

TEST_CASE("whole numbers keep their sign, and two registers make one")
{
    const std::array<std::uint16_t, 2> words{0xFFFE, 0x0001};
    CHECK(number_of(words.data(), WordType::int16, ByteOrder::abcd).whole == -2);
    CHECK(number_of(words.data(), WordType::uint16, ByteOrder::abcd).whole == 65'534);
    CHECK(number_of(words.data(), WordType::uint32, ByteOrder::abcd).whole == 0xFFFE0001LL);
    CHECK(number_of(words.data(), WordType::int32, ByteOrder::abcd).whole == -131'071);
    CHECK(number_of(words.data(), WordType::uint32, ByteOrder::cdab).whole == 0x0001FFFE);
}

TEST_CASE("a scale is exact: register x decimal + decimal, rounded once")
{
    CHECK(scaled(whole(353), decimal("0.1"), {}, 1'000, most).value() == 35'300);
    CHECK(scaled(whole(-12), decimal("0.1"), {}, 1'000, most).value() == -1'200);
    CHECK(scaled(whole(1'000), decimal("0.1"), decimal("-40"), 1'000, most).value() == 60'000);
    CHECK(scaled(whole(760), decimal("1.33322"), {}, 1'000, most).value() == 1'013'247); // 1013.2472 hPa
    CHECK(scaled(whole(1), decimal("0.0005"), {}, 1'000, most).value() == 0);  // half a count: to the even one
    CHECK(scaled(whole(3), decimal("0.0005"), {}, 1'000, most).value() == 2);  // one and a half
    CHECK(scaled(whole(10), decimal("1"), {}, 1'962, most).value() == 19'620); // ppb of ozone, no power of ten
    CHECK(scaled(whole(4'294'967'295), decimal("1"), {}, 1'000, most).has_error());
    CHECK(scaled(real(35.2F), decimal("1"), {}, 1'000, most).value() == 35'200); // 35.2000007629...
    CHECK(scaled(real(-0.7F), decimal("1"), {}, 1'000, most).value() == -700);
    CHECK(scaled(real(0.0352F), decimal("1"), {}, 1'000'000, most).value() == 35'200); // mg/m3
    CHECK(scaled(real(1e30F), decimal("1"), {}, 1'000, most).has_error());
    CHECK(scaled(real(std::nanf("")), decimal("1"), {}, 1'000, most).has_error());
}

TEST_CASE("decimals of a map are decimals, nothing else")
{
    CHECK(decimal("-0.05") == Decimal{-5, 2});
    CHECK(decimal("4294967295") == Decimal{4'294'967'295, 0});
    for (const auto* text : {"", "-", ".5", "5.", "1e3", "0,1", "1.2.3", " 1", "12345678901", "0x10", "+1"}) {
        INFO(text);
        CHECK(parse_scale(text).has_error());
    }
}

TEST_CASE("floats that no instrument means are told from values, zero and the small negatives of beta monitors are not")
{
    CHECK(no_value(real(std::nanf(""))) == "not a number");
    CHECK(!no_value(real(INFINITY)).empty());
    CHECK(!no_value(real(-1e38F)).empty());
    CHECK(!no_value(real(1e-30F)).empty());
    for (const float value : {0.0F, -0.0F, -3.2F, 985.0F, 0.001F}) CHECK(no_value(real(value)).empty());
    CHECK(equals(whole(-32'768), decimal("-32768")));
    CHECK(equals(real(-99.9F), decimal("-99.9")));
    CHECK(!equals(real(-99.8F), decimal("-99.9")));
}

TEST_CASE("every shipped register map is read, and says where it comes from and what nobody knows")
{
    const auto files = drivers::register_maps();
    CHECK(files.size() >= 8);
    for (const auto& file : files) {
        INFO(file.name);
        CHECK(file.text.substr(0, 1) == "#");
        CHECK(file.text.find("Source:") != std::string_view::npos);
        CHECK(file.text.find("ot known:") != std::string_view::npos);
        auto map = parse_register_map(file.text, file.name);
        bool has_pollutant = false;
        for (const auto& f : map.fields) has_pollutant = has_pollutant || std::holds_alternative<Pollutant>(f.item);
        CHECK(has_pollutant);
        if (!map.without_order().empty()) map.set_order(ByteOrder::cdab);
        CHECK(map.without_order().empty());
        CHECK(!plan_reads(map, map.read_gap).empty());
    }
}

TEST_CASE("a shipped map stands where its manual says")
{
    const auto shipped = [](std::string_view name) {
        for (const auto& file : drivers::register_maps())
            if (file.name == name) return parse_register_map(file.text, file.name);
        throw std::runtime_error("no such map");
    };
    const auto siemens = shipped("siemens-qsa2700d.toml"); // numbers from 1: 257 is 256 on the wire
    CHECK(siemens.fields.at(0).place.address == 256);
    CHECK(siemens.parity == Parity::even);
    CHECK(siemens.baud == 19'200);
    const auto trusur = shipped("trusur-hc.toml"); // 40021 is holding register 20
    CHECK(trusur.fields.at(0).place.function == 3);
    CHECK(trusur.fields.at(0).place.address == 20);
    const auto thermo = shipped("thermo-5030i.toml");
    CHECK(thermo.fields.at(0).place.order == ByteOrder::cdab);
    CHECK(thermo.fields.at(0).place.address == 1);
    const auto envea = shipped("envea-cairsens-pm.toml");
    CHECK(envea.without_order() == "pm10, pm2_5, temperature, humidity, stored pm10");
    CHECK(envea.stored->series.at(0).stride == 2);
    CHECK(envea.clock->form == "YMDhms");
}

TEST_CASE("addresses are counted as the manual counts them")
{
    const auto address = [](const std::string& base, int written) {
        const auto map = map_of("device = \"T\"\n" + base + field("pm10", fmt::format("address = {}", written)));
        return std::pair{map.fields.at(0).place.function, map.fields.at(0).place.address};
    };
    CHECK(address("function = 4\n", 10) == std::pair{4, 10});
    CHECK(address("function = 3\naddress_base = 1\n", 10) == std::pair{3, 9});
    CHECK(address("address_base = 40001\n", 40'010) == std::pair{3, 9});
    CHECK(address("address_base = 30001\n", 30'010) == std::pair{4, 9});
    CHECK(complaint_about("device = \"T\"\naddress_base = 40001\n" + field("pm10", "address = 10")) ==
          "test.toml:6:1: \"address\" is 10; the map counts from 40001 (address_base)");
    CHECK(complaint_about("device = \"T\"\naddress_base = 2\nfunction = 3\n" + field("pm10", "address = 10"))
              .find("known: 0, 1, 30001, 40001") != std::string::npos);
    CHECK(complaint_about("device = \"T\"\naddress_base = 40001\nfunction = 4\n" + field("pm10", "address = 40010"))
              .find("read by function 3") != std::string::npos);
}

TEST_CASE("what cannot be is refused with its place")
{
    const auto refused = [](const std::string& text, const std::string& because) {
        const std::string why = complaint_about(text);
        INFO(why);
        CHECK(why.starts_with("test.toml:"));
        CHECK(why.find(because) != std::string::npos);
    };
    refused(head + field("pm10", "address = 10\ntype = \"float32\"") +
                field("pm2_5", "address = 11\ntype = \"float32\""),
            "pm2_5 and pm10 share a register; a float32 takes 2");
    refused(head + field("pm10", "address = 10") + field("pm2_5", "address = 9\ntype = \"uint32\""),
            "share a register");
    refused(head + field("pm10", "address = 10") + field("pm10", "address = 20"), "pm10 is there twice");
    refused(head + field("pm10", "address = 65535\ntype = \"float32\""), "runs past register 65535");
    refused(head + field("pm1", "address = 1"), "\"pm1\" is not known");
    refused(head + field("pm10", "address = 1\ntype = \"double\""), "\"double\" is not known");
    refused(head + field("pm10", "address = 1\norder = \"high\""), "known: ABCD, CDAB, BADC, DCBA");
    refused(head + field("pm10", "address = 1\nunit = \"ppb\""), "\"ppb\" is not known");
    refused(head + field("pressure", "address = 1\nunit = \"kPa\""), "kept in hPa");
    refused(head + field("pm10", "address = 1\nscale = \"0\""), "makes every value 0");
    refused(head + field("pm10", "address = 1\nscale = 0.1"), "decimal in quotes");
    refused(head + field("pm10", "address = 1\nvalid = [10]"), "two numbers");
    refused(head + field("pm10", "address = 1\nvalid = [10, 5]"), "ends before it begins");
    refused(head + field("pm10", "address = 1\nperiod = \"minutes\""), "\"length_minutes\" is missing");
    refused(head + field("pm10", "address = 1\nperiod = \"hour\""), "\"changes_at_minute\" is missing");
    refused(head + field("pm10", "address = 1\nadress = 2"), "did you mean \"address\"?");
    refused(head + field("pm10", "address = 1\nfunction = 1"), "hold no values");
    refused(head, "needs a [[field]]");
    const std::string one = head + field("pm10", "address = 10");
    refused(one + "[[status]]\nname = \"x\"\naddress = 1\nflag = \"N\"\ngood = [0]\n", "no flag a status can raise");
    refused(one + "[[status]]\nname = \"x\"\naddress = 1\nflag = \"R\"\ngood = [0]\n", "no flag a status can raise");
    refused(one + "[[status]]\nname = \"x\"\naddress = 1\nflag = \"D\"\n", "has one of \"bit\"");
    refused(one + "[[status]]\nname = \"x\"\naddress = 1\nflag = \"D\"\nbit = 16\n", "between 0 and 15");
    refused(one + "[[status]]\nname = \"x\"\naddress = 1\nflag = \"D\"\ngood = [0]\nfields = [\"co\"]\n",
            "\"co\" is not known");
    refused(one + "[stored]\nstep_minutes = 1\n", "no [[stored.field]]");
    const std::string stored = "[stored]\nstep_minutes = 1\n[[stored.field]]\nname = \"pm10\"\nunit = \"ug/m3\"\n";
    refused(one + stored + "address = 100\ntype = \"float32\"\nstride = 1\n", "splits the 2 registers");
    refused(
        one + "[stored]\nstep_minutes = 1\ndepth = 60\n[[stored.field]]\nname = \"pm10\"\nunit = \"ug/m3\"\naddress = "
              "65500\n",
        "run past register 65535");
    refused(one + "[clock]\naddress = 40\nform = \"YMDhm\"\n", "once, a letter a register");
}

TEST_CASE("requests bring what lies together, never half a value, and never more than 125 registers")
{
    const auto map =
        map_of(head + field("pm10", "address = 10\ntype = \"float32\"") +
               field("pm2_5", "address = 12\ntype = \"float32\"") + field("co", "address = 20") +
               field("o3", "address = 133\ntype = \"float32\"") + field("so2", "address = 50\nfunction = 4") +
               "[[status]]\nname = \"alarm\"\nfunction = 1\naddress = 4\nflag = \"D\"\n");
    using R = std::vector<ReadRequest>;
    CHECK(plan_reads(map, 0) == R{{3, 10, 4}, {3, 20, 1}, {3, 133, 2}, {4, 50, 1}, {1, 4, 1}});
    CHECK(plan_reads(map, 6) == R{{3, 10, 11}, {3, 133, 2}, {4, 50, 1}, {1, 4, 1}});
    // 10 to 134 would be 125: they fit exactly. One further, and the float goes whole into the next request.
    CHECK(plan_reads(map, 125) == R{{3, 10, 125}, {4, 50, 1}, {1, 4, 1}});
    const auto wider = map_of(head + field("pm10", "address = 10") + field("o3", "address = 134\ntype = \"float32\""));
    CHECK(plan_reads(wider, 125) == R{{3, 10, 1}, {3, 134, 2}});
    CHECK(take_apart({3, 10, 11}, map) == R{{3, 10, 2}, {3, 12, 2}, {3, 20, 1}});
    CHECK(take_apart({4, 50, 1}, map).size() == 1);
}

TEST_CASE("a reference register tells a wrong map from a right one")
{
    const auto map = map_of(head + field("pm10", "address = 10") +
                            "[[reference]]\nname = \"air pressure\"\naddress = 12\nscale = \"0.1\"\nunit = \"hPa\"\n"
                            "valid = [400, 1100]\n");
    const auto& reference = map.references.at(0);
    CHECK(disagreement(reference, {10'132}).empty());
    CHECK(disagreement(reference, {353}).find("air pressure reads 35.3 hPa, outside 400 to 1100 hPa") == 0);
}
