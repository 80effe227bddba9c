// Raw frames: what is kept, what is never shown, and what a frame is said to mean.
#include "daemon/frame_book.hpp"
#include "daemon/web/read_frames.hpp"
#include "tests/support/read_desk.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::tests;

namespace {

InboxEntry entry(std::string link, std::string bytes, std::int64_t ms = 0)
{
    InboxEntry out;
    out.link = std::move(link);
    out.origin = "10.0.0.7:40112";
    out.bytes = std::move(bytes);
    out.received_at = Instant{ms};
    return out;
}

} // namespace

TEST_CASE("what proves who somebody is stands as six stars")
{
    const auto shown = [](std::string_view bytes) { return masked(bytes).bytes; };
    CHECK(shown("ST=22;CN=2061;PW=123456;MN=A1;Flag=5") == "ST=22;CN=2061;PW=******;MN=A1;Flag=5");
    CHECK(shown("PW=;MN=A1") == "PW=;MN=A1"); // there is none
    CHECK(shown("PW=12") == "PW=******");     // cut in the middle of it
    CHECK(shown(R"({"password": "a\"b", "pm10": 3})") == R"({"password": "******", "pm10": 3})");
    CHECK(shown(R"({"Token":"x","api-key" : 17})") == R"({"Token":"******","api-key" : ******})");
    CHECK(shown("GET /?user=a&passwd=b&c=d") == "GET /?user=a&passwd=******&c=d");
    CHECK(shown("Authorization: Bearer abc def\r\nHost: a") == "Authorization: ******\r\nHost: a");
    CHECK(shown("PWM=12;a34004-Rtd=5") == "PWM=12;a34004-Rtd=5"); // another word
    CHECK_FALSE(masked("a=b").any);
    CHECK(masked("pw=b").any);
}

TEST_CASE("bytes are shown as text that can be read back")
{
    CHECK(shown_text("##01\r\n\t\\") == "##01\\r\\n\\t\\\\");
    CHECK(shown_text("鹤壁") == "鹤壁");
    CHECK(shown_text(std::string_view{"\xB0\xA1\x00\x7F", 4}) == "\\xB0\\xA1\\x00\\x7F");
    CHECK(shown_hex("#A\r", 2) == "23 41");
}

TEST_CASE("the newest frames of a link are kept, and no more than their memory")
{
    FrameBook book;
    for (std::size_t i = 0; i < FrameBook::frames_most + 5; ++i)
        book.note(entry("a", "x", static_cast<std::int64_t>(i)));
    book.note(entry("b", "y", 1));
    CHECK(book.newest("a").size() == FrameBook::frames_most);
    CHECK(book.newest("a").front()->received_at.ms == static_cast<std::int64_t>(FrameBook::frames_most) + 4);
    CHECK(book.newest("").size() == FrameBook::frames_most + 1);
    CHECK(book.newest("c").empty());

    FrameBook large;
    const std::string most(FrameBook::frame_bytes_most + 1, 'x');
    for (int i = 0; i < 40; ++i) large.note(entry("a", most, i));
    CHECK(large.newest("a").size() == FrameBook::bytes_most / FrameBook::frame_bytes_most);
    CHECK(large.newest("a").front()->cut());
    CHECK(large.newest("a").front()->size == most.size());
}

TEST_CASE("a frame is told with what its driver makes of it, and without its password")
{
    ReadDesk desk;
    const auto* driver = drivers::driver_named("mqtt-json");
    REQUIRE(driver != nullptr);
    desk.config.links.push_back(
        {"broker", driver, driver->settings(Settings::parse(driver->sample, "sample").tables("link").at(0)), {"A"}});
    desk.begin();
    desk.frames.note(entry("broker", R"({"password": "hunter2", "value": )", 1));
    desk.frames.note(entry("broker", R"({"a": "<script>alert(1)</script>"})", 2));
    desk.frames.note([] {
        auto out = entry("broker", "whoever", 3);
        out.refused = "the topic names another station";
        return out;
    }());

    const auto said = desk.read_json(web::read_frames, "station=A");
    REQUIRE(at(said, "frames").as_array().size() == 3);
    CHECK(at(said, "frames.0.outcome") == "refused");
    CHECK(at(said, "frames.0.faults.0") == "the topic names another station");
    CHECK(at(said, "frames.1.outcome") == "malformed");
    CHECK(at(said, "frames.2.text") == R"({"password": "******", "value": )");
    CHECK(at(said, "frames.2.masked") == true);
    CHECK(at(said, "frames.2.bytes") == 33);
    CHECK(boost::json::serialize(said).find("hunter2") == std::string::npos);
    CHECK(at(desk.read_json(web::read_frames, "link=broker&most=1"), "frames").as_array().size() == 1);
    CHECK(at(desk.read_json(web::read_frames, "station=B"), "frames").as_array().empty());
    CHECK(desk.refused(web::read_frames, "link=none") == 404);
    CHECK(desk.refused(web::read_frames, "station=none") == 404);
    CHECK(desk.refused(web::read_frames, "most=0") == 400);
}
