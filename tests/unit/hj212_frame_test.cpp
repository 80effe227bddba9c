// Frames of HJ 212: the check sum, cutting a stream, reading one frame. The real frames lie beside the project; the sums
// of the first table and every length and sum of the frames were worked out with another program.
#include "drivers/hj212/encode.hpp"
#include "drivers/hj212/frame.hpp"
#include "drivers/hj212/framer.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <sstream>

using namespace aqi;
using namespace aqi::drivers::hj212;

namespace {

/// A frame around data; the sum is held to real frames below.
std::string framed(std::string_view data) { return fmt::format("##{:04}{}{:04X}", data.size(), data, hj212_sum(data)); }

struct RealFrame {
    std::string id;
    std::string expect;
    std::string text;
};

std::vector<RealFrame> real_frames()
{
    const auto file = tests::shared_file("data/hj212_frames.tsv");
    if (!file) return {};
    std::vector<RealFrame> out;
    std::istringstream text{tests::text_of(*file)};
    std::string line;
    std::getline(text, line);
    while (std::getline(text, line)) {
        std::vector<std::string> cells;
        std::istringstream row{line};
        for (std::string cell; std::getline(row, cell, '\t');) cells.push_back(cell);
        REQUIRE(cells.size() == 5);
        out.push_back({cells[0], cells[1], cells[4]});
    }
    REQUIRE(out.size() == 40);
    return out;
}

std::vector<Piece> pieces_of(std::string_view stream, std::size_t chunk, std::size_t data_most = frame_data_usual)
{
    std::vector<Piece> out;
    Framer framer{data_most};
    for (std::size_t at = 0; at < stream.size(); at += chunk) {
        framer.feed(stream.substr(at, chunk));
        while (auto piece = framer.take()) out.push_back(std::move(*piece));
    }
    while (auto piece = framer.rest()) out.push_back(std::move(*piece));
    return out;
}

using Kind = Piece::Kind;

void check_pieces(std::string_view stream, const std::vector<Piece>& expected, std::size_t data_most = frame_data_usual)
{
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{2}, std::size_t{7}, stream.size() + 1}) {
        INFO("in reads of " << chunk << " bytes: " << stream);
        const auto got = pieces_of(stream, chunk, data_most);
        REQUIRE(got.size() == expected.size());
        for (std::size_t i = 0; i < got.size(); ++i) {
            CHECK(got[i].kind == expected[i].kind);
            CHECK(got[i].bytes == expected[i].bytes);
        }
    }
}

constexpr Checksum every_variant[] = {Checksum::hj212, Checksum::hj212_swapped, Checksum::modbus,
                                      Checksum::modbus_swapped};

} // namespace

TEST_CASE("the check sum of HJ 212 and CRC-16/MODBUS are two things")
{
    struct Row {
        std::string_view text;
        std::uint16_t hj212;
        std::uint16_t modbus;
    };
    constexpr Row rows[] = {{"", 0xFFFF, 0xFFFF},   {"A", 0x7080, 0x707F},         {"QN=", 0x7200, 0x60D4},
                            {"##", 0xB381, 0x5959}, {"123456789", 0x2F80, 0x4B37}, {"CP=&&&&", 0xF781, 0x6879}};
    for (const auto& row : rows) {
        INFO(row.text);
        CHECK(hj212_sum(row.text) == row.hj212);
        CHECK(modbus_sum(row.text) == row.modbus);
    }
    CHECK(hj212_sum("QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&"
                    "RtdInterval=30&&") == 0x1C80); // the standard's own sample; its prose misprints 1C08
    CHECK(hj212_sum("\xE6\xB5\x93") == 0xE541);     // Chinese: bytes above 127 are not negative
    CHECK(checksum_of("A", Checksum::hj212_swapped) == 0x8070);
    CHECK(checksum_of("A", Checksum::modbus_swapped) == 0x7F70);
}

TEST_CASE("four hex digits of either case are a check sum, and nothing else is")
{
    CHECK(parse_checksum("1C80") == 0x1C80);
    CHECK(parse_checksum("cc01") == 0xCC01);
    for (const auto* wrong : {"", "1C8", "1C800", "1C8G", "+1C8", " 1C8"}) CHECK(!parse_checksum(wrong));
}

TEST_CASE("every real frame is taken under the check sum of its sender and under no other")
{
    for (const auto& row : real_frames()) {
        INFO(row.id << " " << row.text);
        for (const auto variant : every_variant) {
            INFO("crc = " << checksum_name(variant));
            const auto message = parse_frame(row.text, variant);
            CHECK(message.has_value() == (row.expect == checksum_name(variant)));
            if (message || row.expect == "refuse") continue;
            CHECK(message.error().reason == Reason::bad_checksum);
            CHECK(message.error().detail.find(fmt::format("crc = \"{}\"", row.expect)) != std::string::npos);
        }
    }
}

TEST_CASE("a refused frame that no known check sum matches is called damaged, and modbus by its name")
{
    const auto damaged = parse_frame("##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;"
                                     "Flag=5;CP=&&RtdInterval=31&&1C80",
                                     Checksum::hj212);
    REQUIRE(!damaged);
    CHECK(damaged.error().reason == Reason::bad_checksum);
    CHECK(damaged.error().detail.find("damaged") != std::string::npos);
    const auto modbus =
        parse_frame("##0077QN=20170516010101001;ST=22;CN=2011;PW=123456;MN=ABCDEFG1234567;Flag=3;CP=&&&&"
                    "30A5",
                    Checksum::hj212);
    REQUIRE(!modbus);
    CHECK(modbus.error().detail.find("CRC-16/MODBUS: set crc = \"modbus\"") != std::string::npos);
    CHECK(parse_frame("##0077QN=20170516010101001;ST=22;CN=2011;PW=123456;MN=ABCDEFG1234567;Flag=3;CP=&&&&FFFF",
                      Checksum::off)
              .has_value());
}

TEST_CASE("real frames are cut from one stream, however it was cut into reads and lines")
{
    std::vector<Piece> expected;
    const auto frames = real_frames();
    for (const auto& row : frames) expected.push_back({Kind::frame, row.text});
    for (const std::string line_end : {"\r\n", "\n", ""}) {
        std::string stream;
        for (const auto& row : frames) stream += row.text + line_end;
        check_pieces(stream, expected);
    }
}

TEST_CASE("a stream is cut into frames, whatever lies between them")
{
    const std::string one = framed("ST=22;CN=2011;MN=M1;CP=&&a=1&&"), two = framed("ST=22;CN=9015;MN=M1;CP=&&&&");
    const std::string modbus{"\x0E\x0F\0\0\0\x06\x01\x04\0\0\0\x64", 12};
    SECTION("junk before, between and behind")
    {
        check_pieces("www.example.cn" + one + "\r\n\r\n#!" + two + "\r\nbye", {{Kind::junk, "www.example.cn"},
                                                                               {Kind::frame, one},
                                                                               {Kind::junk, "#!"},
                                                                               {Kind::frame, two},
                                                                               {Kind::junk, "bye"}});
    }
    SECTION("a third # in front") { check_pieces("#" + one, {{Kind::junk, "#"}, {Kind::frame, one}}); }
    SECTION("a frame that breaks off where the next begins")
    {
        check_pieces(one.substr(0, 20) + two, {{Kind::frame, one.substr(0, 20)}, {Kind::frame, two}});
    }
    SECTION("a frame that breaks off at a line's end")
    {
        check_pieces(one.substr(0, 20) + "\r\n" + two, {{Kind::frame, one.substr(0, 20)}, {Kind::frame, two}});
    }
    SECTION("a length field that is too small, and one that is too large")
    {
        const std::string small = "##0010" + one.substr(6), large = "##0099" + one.substr(6);
        check_pieces(small + "\r\n" + two + "\n" + large + "\r\n" + two,
                     {{Kind::frame, small}, {Kind::frame, two}, {Kind::frame, large}, {Kind::frame, two}});
        check_pieces(small + two, {{Kind::frame, small}, {Kind::frame, two}});
    }
    SECTION("the stream ends inside") { check_pieces(one.substr(0, 30), {{Kind::cut_off, one.substr(0, 30)}}); }
    SECTION("data that end with two # before a sum of digits are data")
    {
        const std::string sharp = "##0008CP=&&&##1234"; // length 8, sum 1234
        check_pieces(sharp + "\r\n" + one, {{Kind::frame, sharp}, {Kind::frame, one}});
    }
    SECTION("Modbus/TCP, several requests and then a frame")
    {
        check_pieces(modbus + modbus + one, {{Kind::foreign, modbus}, {Kind::foreign, modbus}, {Kind::frame, one}});
        CHECK(foreign_protocol_of(modbus) == "Modbus/TCP");
    }
    SECTION("HTTP")
    {
        check_pieces("GET / HTTP/1.1\r\nHost: a\r\n\r\n", {{Kind::foreign, "GET / HTTP/1.1\r\n"}});
        CHECK(foreign_protocol_of("GET / HTTP/1.1\r\n") == "HTTP");
    }
    SECTION("the hello of TLS")
    {
        const std::string hello{"\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03", 11};
        check_pieces(hello, {{Kind::foreign, hello.substr(0, 3)}});
        CHECK(foreign_protocol_of(hello) == "TLS");
    }
    SECTION("MQTT")
    {
        const std::string connect{"\x10\x10\0\x04MQTT\x04\x02\0\x3C\0\x04"
                                  "abcd",
                                  18};
        CHECK(foreign_protocol_of(connect) == "MQTT");
        CHECK(pieces_of(connect, 1) == pieces_of(connect, 100));
    }
}

TEST_CASE("no stream makes the framer hold more than a frame of its limit")
{
    const std::string longer = framed("CP=&&" + std::string(2'000, 'x') + "&&"), one = framed("CP=&&&&");
    check_pieces(longer + "\r\n" + one, {{Kind::frame, longer}, {Kind::frame, one}});
    check_pieces(longer + "\r\n" + one, {{Kind::too_long, longer.substr(0, junk_kept)}, {Kind::frame, one}}, 1'024);
    check_pieces(std::string(100'000, 'z') + one, {{Kind::junk, std::string(junk_kept, 'z')}, {Kind::frame, one}});
    // A length that is too small for what comes, and no line end: cut at the limit.
    const auto endless = pieces_of("##0004" + std::string(100'000, 'z'), 512);
    REQUIRE(endless.size() == 1);
    CHECK(endless[0].bytes.size() == frame_head + frame_data_usual + frame_tail);
}

TEST_CASE("a frame is read with every liberty the field takes")
{
    struct Row {
        std::string_view what;
        std::string_view data;
        Header header;
        std::vector<Field> fields;
    };
    const std::vector<Field> pm = {{"DataTime", "20160801084000", 0}, {"a34004-Rtd", "35", 1}, {"a34004-Flag", "N", 1}};
    const Header full{"20160801085857223", "22", "2011", "123456", "M1", 5};
    const Header bare{"", "22", "2011", "123456", "M1", {}};
    const auto with = [](Header header, auto change) {
        change(header);
        return header;
    };
    const std::vector<Row> rows = {
        {"as the standard writes it",
         "QN=20160801085857223;ST=22;CN=2011;PW=123456;MN=M1;Flag=5;CP=&&DataTime=20160801084000;a34004-Rtd=35,"
         "a34004-Flag=N&&",
         full, pm},
        {"no QN and no Flag",
         "ST=22;CN=2011;PW=123456;MN=M1;CP=&&DataTime=20160801084000;a34004-Rtd=35,a34004-Flag=N&&", bare, pm},
        {"the header's Flag inside CP",
         "ST=22;CN=2011;PW=123456;MN=M1;CP=&&Flag=5;DataTime=20160801084000&&",
         with(bare, [](Header& h) { h.flag = 5; }),
         {{"DataTime", "20160801084000", 1}}},
        {"Flag=7 without PNUM and PNO",
         "ST=22;CN=2011;PW=123456;MN=M1;Flag=7;CP=&&&&",
         with(bare, [](Header& h) { h.flag = 7; }),
         {}},
        {"PNO of four digits, before PNUM",
         "ST=22;CN=2011;PW=123456;MN=M1;PNO=0002;PNUM=0003;CP=&&&&",
         with(bare, [](Header& h) { h.part = 2, h.part_count = 3; }),
         {}},
        {"a semicolon before the closing fence",
         "ST=22;CN=2011;PW=123456;MN=M1;CP=&&DataTime=20160801084000;&&",
         bare,
         {{"DataTime", "20160801084000", 0}}},
        {"a Flag of a letter and no factor",
         "ST=22;CN=2011;PW=123456;MN=M1;CP=&&a34001-Rtd=92;Flag=N&&",
         bare,
         {{"a34001-Rtd", "92", 0}, {"Flag", "N", 1}}},
        {"a blank between the fences", "ST=22;CN=2011;PW=123456;MN=M1;CP=&& &&", bare, {}},
        {"a comma behind QN", "QN=20160801085857223,ST=22;CN=2011;PW=123456;MN=M1;Flag=5;CP=&&&&", full, {}},
        {"Flag=5CP", "QN=20160801085857223;ST=22;CN=2011;PW=123456;MN=M1;Flag=5CP=&&&&", full, {}},
        {"a code without its letter",
         "ST=22;CN=2011;PW=123456;MN=M1;CP=&&01018-Rtd=1&&",
         bare,
         {{"01018-Rtd", "1", 0}}},
        {"a system code of three digits",
         "ST=101;CN=2011;PW=123456;MN=M1;CP=&&&&",
         with(bare, [](Header& h) { h.st = "101"; }),
         {}},
        {"no CP at all", "ST=22;CN=9015;PW=123456;MN=M1", with(bare, [](Header& h) { h.cn = "9015"; }), {}},
        {"Flag=9 of 2025 and a name a later edition added",
         "ST=22;CN=2011;PW=123456;MN=M1;Flag=9;XX=1;CP=&&&&",
         with(bare, [](Header& h) { h.flag = 9; }),
         {}},
        {"blanks around names and values",
         "ST=22; CN=2011 ;PW=123456;MN=M1;CP=&& a34004-Rtd = 35 &&",
         bare,
         {{"a34004-Rtd", "35", 0}}},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        std::string text = framed(row.data);
        const auto message = parse_frame(text, Checksum::hj212);
        REQUIRE(message.has_value());
        CHECK(message->header == row.header);
        CHECK(message->fields == row.fields);
        CHECK(message->broken.empty());
        for (auto& c : text)
            if (&c >= text.data() + text.size() - 4) c = static_cast<char>(std::tolower(c));
        CHECK(parse_frame(text, Checksum::hj212).has_value()); // a sum in lower case
    }
}

TEST_CASE("a long frame is read as a short one: 1025 and 1623 bytes were seen")
{
    for (const std::size_t size : {std::size_t{1'025}, std::size_t{1'623}}) {
        std::string data = "ST=22;CN=2011;PW=123456;MN=M1;CP=&&";
        while (data.size() < size - 2) data += data.size() + 13 <= size - 2 ? "a34001-Rtd=1;" : ";";
        data += "&&";
        REQUIRE(data.size() == size);
        CHECK(parse_frame(framed(data), Checksum::hj212).has_value());
        check_pieces(framed(data) + "\r\n", {{Kind::frame, framed(data)}});
    }
}

TEST_CASE("one broken item of a frame does not take the others with it")
{
    const auto message = parse_frame(framed("CN=2011;MN=M1;CP=&&a34004-Rtd;=5;a34002-Rtd=9&&"), Checksum::hj212);
    REQUIRE(message.has_value());
    CHECK(message->fields == std::vector<Field>{{"a34002-Rtd", "9", 2}});
    CHECK(message->broken == std::vector<std::string>{"a34004-Rtd", "=5"});
}

TEST_CASE("a frame that is not one is refused with a sentence that names why")
{
    struct Row {
        std::string text;
        std::string_view words;
    };
    const Row rows[] = {
        {"", "is no frame"},
        {"##0000", "is no frame"},
        {"##00A4CP=&&&&F781", "is no length"},
        {"##0008CP=&&&&F781", "says 8, the data are 7 bytes"},
        {"##0007CP=&&&&F78G", "\"F78G\" is no check sum"},
        {framed("CP=&&&&"), "MN is missing"},
        {framed("MN=M1;CP=&&&&"), "CN \"\" is no command"},
        {framed("MN=M1;CN=20;CP=&&&&"), "CN \"20\""},
        {framed("MN=M1;CN=2011;Flag=300;CP=&&&&"), "Flag=300"},
        {framed("MN=M1;CN=2011;Flag=5;Flag=4;CP=&&&&"), "Flag is there twice"},
        {framed("MN=M1;MN=M2;CN=2011;CP=&&&&"), "MN is there twice"},
        {framed("MN=M1;CN=2011;QN;CP=&&&&"), "\"QN\" in the header"},
        {framed("MN=M1;CN=2011;PNUM=x;CP=&&&&"), "PNUM=x"},
        {framed("MN=M1;CN=2011;CP=&&a=1"), "has no end"},
        {framed("MN=M1;CN=2011;CP=&&a=1&&b=2"), "\"b=2\" behind"},
        {framed("CN=2011;CP=&&&&;MN=" + std::string(65, 'M') + ";CP=&&&&"), "MN is missing"},
        {framed("CN=2011;MN=" + std::string(65, 'M') + ";CP=&&&&"), "MN has 65 characters"},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        const auto message = parse_frame(row.text, Checksum::hj212);
        REQUIRE(!message);
        CHECK(message.error().reason == Reason::malformed);
        INFO(message.error().detail);
        CHECK(message.error().detail.find(row.words) != std::string::npos);
    }
}

TEST_CASE("what is encoded is the standard's own sample")
{
    const Header header{"20160801085857223", "32", "1062", "100000", "010000A8900016F000169DC0", 5};
    CHECK(encode_frame(header, "RtdInterval=30") ==
          "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&"
          "1C80\r\n");
    CHECK(encode_frame({"20170516010101001", "22", "2011", "123456", "ABCDEFG1234567", 3}, "", Checksum::modbus) ==
          "##0077QN=20170516010101001;ST=22;CN=2011;PW=123456;MN=ABCDEFG1234567;Flag=3;CP=&&&&30A5\r\n");
    const Instant at = parse_instant("2016-08-01T08:58:57.223+08:00").value();
    CHECK(write_qn(at, UtcOffset{}) == "20160801085857223");
    CHECK(write_time(at, UtcOffset{}) == "20160801085857");
}
