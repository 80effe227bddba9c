// What the link of HJ 212 asks of stations, over real sockets: orders, clocks, owed hours.
#include "tests/support/hj212_peer.hpp"

using namespace aqi;
using namespace aqi::drivers;
using namespace aqi::drivers::hj212;
using namespace aqi::tests;
using namespace std::chrono_literals;

TEST_CASE("an order is sent to a station that is connected, and its answer stands there")
{
    Listening s;
    const auto refused = s.link->order("S01", {Order::Kind::set_time, 0, {}, {}});
    REQUIRE(!refused);
    CHECK(refused.error().detail == "station S01 is not connected");
    CHECK(s.link->order("S09", {Order::Kind::set_time, 0, {}, {}}).error().reason == Reason::unknown_station);
    Peer peer{s.port()};
    peer.write(frame("2011", data));
    CHECK(read(peer.line()).header.cn == "9014");
    const auto words = s.link->order("S01", {Order::Kind::set_time, 0, {}, {}});
    REQUIRE(words.has_value());
    CHECK(*words == "sent to S01: set time; its answer will stand at the station");
    const auto request = read(peer.line());
    CHECK(request.header.cn == "1012");
    CHECK(field_of(request, "SystemTime") == "20160801085857");
    peer.write(encode_frame({request.header.qn, "91", "9011", "123456", "M1", 4}, "QnRtn=1"));
    CHECK(s.line_says("set time: under way"));
    peer.write(encode_frame({request.header.qn, "91", "9012", "123456", "M1", 4}, "ExeRtn=1"));
    CHECK(s.line_says("set time: done"));
    CHECK(!s.link->order("S01", {Order::Kind::minute_interval, 7, {}, {}}));
}

TEST_CASE("a clock is set whenever its station calls in or asks, where that is wanted")
{
    Listening s{"", "set_time_on_connect = true"};
    Peer peer{s.port()};
    peer.write(frame("2011", data, 4));
    auto request = read(peer.line());
    CHECK(request.header.cn == "1012");
    peer.write(encode_frame({request.header.qn, "91", "9012", "123456", "M1", 4}, "ExeRtn=1"));
    CHECK(s.line_says("set time: done"));
    peer.write(frame("1013", "", 5));
    CHECK(read(peer.line()).header.cn == "9013");
    CHECK(read(peer.line()).header.cn == "1012");
}

TEST_CASE("owed hours are asked for, by hours and then by minutes, one request at a time")
{
    Listening s{"back_fill_pause_s = 1"};
    Peer peer{s.port()};
    peer.write(frame("2011", data));
    CHECK(read(peer.line()).header.cn == "9014");
    const auto eight = tests::hour(tests::day(2016, 8, 1), 8);
    s.link->back_fill({{"S01", eight.plus(-1), eight}, {"S02", eight, eight}});
    const auto request = read(peer.line());
    CHECK(request.header.cn == "2061");
    CHECK(field_of(request, "BeginTime") == "20160801060000");
    CHECK(field_of(request, "EndTime") == "20160801070000");
    // The station takes it and sends the later hour in a frame of its own, which is kept and answered as any other.
    peer.write(encode_frame({request.header.qn, "91", "9011", "123456", "M1", 4}, "QnRtn=1"));
    peer.write(frame("2061", "DataTime=20160801070000;a34004-Avg=35", 5, "M1", "20160801085900534"));
    CHECK(read(peer.line()).header.qn == "20160801085900534");
    CHECK(peer.line(300ms).empty()); // one request at a time
    peer.write(encode_frame({request.header.qn, "91", "9012", "123456", "M1", 4}, "ExeRtn=1"));
    const auto minutes = read(peer.line());
    CHECK(minutes.header.cn == "2051");
    CHECK(field_of(minutes, "BeginTime") == "20160801060000");
    CHECK(field_of(minutes, "EndTime") == "20160801065000");
    CHECK(s.inbox.count() == 4); // the first data, 9011, the hour, 9012
}

TEST_CASE("no hour older than the configured days is asked for, and none where it is off")
{
    for (const std::string link : {"back_fill_days = 1", "back_fill = false"}) {
        Listening s{link};
        Peer peer{s.port()};
        peer.write(frame("2011", data));
        CHECK(read(peer.line()).header.cn == "9014");
        const auto old = tests::hour(tests::day(2016, 7, 31), 7); // the clock says 2016-08-01 08:58
        s.link->back_fill({{"S01", old, old}});
        CHECK(peer.line(600ms).empty());
    }
}
