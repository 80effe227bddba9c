// Requests to a station and the hours asked for again, without a socket: both are told the time.
#include "drivers/hj212/back_fill.hpp"
#include "drivers/hj212/encode.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace aqi;
using namespace aqi::tests;
using namespace aqi::drivers;
using namespace aqi::drivers::hj212;
using namespace std::chrono_literals;

namespace {

Hj212Settings settings_with(const std::string& station = "")
{
    return read_hj212_settings(Settings::parse("[[link]]\nlisten = \"127.0.0.1:0\"\n[[link.station]]\nid = \"S01\"\n"
                                               "mn = \"M1\"\nunit = \"ug/m3\"\n" +
                                                   station,
                                               "test")
                                   .tables("link")
                                   .at(0));
}

const SteadyTime start{1h};
const Instant wall = parse_instant("2016-08-01T08:58:57.223+08:00").value();

Message sent(const std::optional<std::string>& frame)
{
    REQUIRE(frame);
    return parse_frame(*frame, Checksum::hj212).value();
}

Message answer(const std::string& cn, const std::string& qn, std::string_view command_part)
{
    return parse_frame(encode_frame({qn, "91", cn, "123456", "M1", 4}, command_part), Checksum::hj212).value();
}

Message hour_of_data(std::string_view data_time)
{
    return parse_frame(
               encode_frame({"", "22", "2061", "", "M1", 4}, fmt::format("DataTime={};a34004-Avg=1", data_time)),
               Checksum::hj212)
        .value();
}

const HourEnding nine = hour(day(2016, 8, 1), 9);

} // namespace

TEST_CASE("a request is sent, taken, its data arrive, and it is done")
{
    const auto settings = settings_with();
    Session session{settings.stations[0], settings, UtcOffset{}};
    REQUIRE(session.ask(history_request(settings.stations[0], nine.plus(-1), nine, false)));
    const auto request = sent(session.due(start, wall));
    CHECK(request.header == Header{"20160801085857223", "22", "2061", "123456", "M1", 5});
    // Both ends are labels of starts, and both included: the hours that end at 08:00 and 09:00.
    CHECK(field_of(request, "BeginTime") == "20160801070000");
    CHECK(field_of(request, "EndTime") == "20160801080000");
    CHECK(!session.due(start + 9s, wall));
    session.heard(answer("9011", "20160801085857223", "QnRtn=1"), start + 9s);
    CHECK(session.line() == "hours 2016-08-01 08:00 to 2016-08-01 09:00: under way");
    session.heard(hour_of_data("20160801080000"), start + 15s);
    CHECK(!session.due(start + 24s, wall)); // data keep it waiting
    CHECK(!session.finished());
    session.heard(answer("9012", "20160801085857223", "ExeRtn=1"), start + 24s);
    const auto finished = session.finished();
    REQUIRE(finished);
    CHECK(finished->outcome == Finished::Outcome::done);
    CHECK(finished->received == std::set<HourEnding>{nine});
    CHECK(session.idle());
    CHECK(!session.finished());
}

TEST_CASE("a request without an answer is sent again under the same QN, three times more, and then given up")
{
    const auto settings = settings_with();
    Session session{settings.stations[0], settings, UtcOffset{}};
    REQUIRE(session.ask(set_time_request()));
    auto now = start;
    const auto first = sent(session.due(now, wall));
    CHECK(field_of(first, "SystemTime") == "20160801085857");
    for (int again = 0; again < 3; ++again) {
        CHECK(!session.due(now + 9s, wall));
        now += 10s;
        const auto repeated = sent(session.due(now, Instant{wall.ms + (now - start) / 1ms}));
        CHECK(repeated.header.qn == first.header.qn);
        CHECK(field_of(repeated, "SystemTime") ==
              fmt::format("201608010859{:02}", 7 + again * 10)); // never a stale time
    }
    CHECK(!session.due(now + 10s, wall));
    const auto finished = session.finished();
    REQUIRE(finished);
    CHECK(finished->outcome == Finished::Outcome::silent);
    CHECK(finished->words == "no answer, sent 4 times");
    CHECK(!finished->answered);
}

TEST_CASE("an answer counts only under its QN, and a refusal is told in words")
{
    const auto settings = settings_with();
    Session session{settings.stations[0], settings, UtcOffset{}};
    session.ask(set_time_request());
    session.ask(set_time_request());
    const auto first = sent(session.due(start, wall));
    session.heard(answer("9011", "20160801085857224", "QnRtn=1"), start);
    CHECK(session.line().find("no answer yet") != std::string::npos);
    session.heard(answer("9011", first.header.qn, "QnRtn=3"), start);
    auto finished = session.finished();
    REQUIRE(finished);
    CHECK(finished->outcome == Finished::Outcome::refused);
    CHECK(finished->words == "the station refuses: PW is wrong");
    const auto second = sent(session.due(start, wall));
    CHECK(second.header.qn == "20160801085857224"); // one millisecond on: no two exchanges share a name
    session.heard(answer("9012", second.header.qn, "ExeRtn=100"), start);
    finished = session.finished();
    REQUIRE(finished);
    CHECK(finished->outcome == Finished::Outcome::no_data);
}

TEST_CASE("2005 writes its Flag, its times and the QN of its answers in its own way")
{
    const auto settings = settings_with("edition = \"2005\"");
    Session session{settings.stations[0], settings, UtcOffset{}};
    session.ask(history_request(settings.stations[0], nine, nine, false));
    const auto frame = session.due(start, wall);
    REQUIRE(frame);
    CHECK(frame->find("BeginTime=20160801080000,EndTime=20160801080000") != std::string::npos);
    CHECK(sent(frame).header.flag == 1);
    session.heard(answer("9012", "", "QN=20160801085857223;ExeRtn=1"), start);
    CHECK(session.finished());
}

TEST_CASE("a station without a configured password is asked with the one it sends")
{
    const auto settings = settings_with();
    Session session{settings.stations[0], settings, UtcOffset{}};
    auto message = hour_of_data("20160801080000");
    message.header.pw = "654321";
    session.heard(message, start);
    session.ask(set_time_request());
    CHECK(sent(session.due(start, wall)).header.pw == "654321");
}

TEST_CASE("orders become requests, or are refused with what is possible")
{
    const auto settings = settings_with();
    const auto& station = settings.stations[0];
    struct Row {
        Order::Kind kind;
        int number;
        std::string cn, command_part;
    };
    const Row rows[] = {{Order::Kind::set_time, 0, "1012", ""},
                        {Order::Kind::realtime_interval, 30, "1062", "RtdInterval=30"},
                        {Order::Kind::minute_interval, 5, "1064", "MinInterval=5"},
                        {Order::Kind::realtime_on, 0, "2011", ""},
                        {Order::Kind::realtime_off, 0, "2012", ""}};
    for (const auto& row : rows) {
        const auto requests = requests_of({row.kind, row.number, {}, {}}, station);
        REQUIRE(requests.has_value());
        REQUIRE(requests->size() == 1);
        CHECK(requests->front().cn == row.cn);
        CHECK(requests->front().command_part == row.command_part);
    }
    CHECK(requests_of({Order::Kind::realtime_interval, 29, {}, {}}, station).error().detail ==
          "a real-time interval of 29 s; 30 to 3600 s are possible");
    CHECK(requests_of({Order::Kind::minute_interval, 7, {}, {}}, station).error().reason == Reason::refused);
    const auto fetched = requests_of({Order::Kind::fetch, 0, nine.plus(-29), nine}, station); // 30 hours
    REQUIRE(fetched.has_value());
    REQUIRE(fetched->size() == 2);
    CHECK(fetched->at(0).command_part == "BeginTime=20160731090000;EndTime=20160801080000"); // 24 of them, newest first
    CHECK(fetched->at(1).command_part == "BeginTime=20160731030000;EndTime=20160731080000");
    CHECK(!requests_of({Order::Kind::fetch, 0, nine, nine.plus(-1)}, station));
    CHECK(!requests_of({Order::Kind::fetch, 0, nine.plus(-24 * 32), nine}, station));
}

TEST_CASE("minutes of an hour are asked for by their first and last label")
{
    const auto by_start = settings_with("minute_interval = 5");
    CHECK(history_request(by_start.stations[0], nine, nine, true).command_part ==
          "BeginTime=20160801080000;EndTime=20160801085500");
    const auto by_end = settings_with("minute_interval = 5\nminute_label = \"end\"\nhour_label = \"end\"");
    CHECK(history_request(by_end.stations[0], nine, nine, true).command_part ==
          "BeginTime=20160801080500;EndTime=20160801090000");
    CHECK(history_request(by_end.stations[0], nine.plus(-1), nine, false).command_part ==
          "BeginTime=20160801080000;EndTime=20160801090000");
}

TEST_CASE("owed hours are asked for newest first, in stretches of a day")
{
    const auto settings = settings_with();
    BackFill back_fill{settings.stations[0], settings};
    CHECK(!back_fill.next(start));
    back_fill.owed({{"S01", nine, nine}, {"S01", nine.plus(-40), nine.plus(-2)}}, nine.plus(-30));
    std::vector<std::size_t> sizes;
    auto now = start;
    while (auto request = back_fill.next(now)) {
        sizes.push_back(request->hours.size());
        if (sizes.size() == 1) CHECK(request->hours == std::vector<HourEnding>{nine});
        if (sizes.size() == 2) CHECK(request->hours.front() == nine.plus(-2));
        if (sizes.size() == 3) CHECK(request->hours.back() == nine.plus(-30)); // none before the oldest
        Finished done;
        done.request = *request;
        done.outcome = Finished::Outcome::silent;
        back_fill.finished(done, now);
        CHECK(!back_fill.next(now + 59s)); // the pause between two
        now += 60s;
    }
    CHECK(sizes == std::vector<std::size_t>{1, 24, 5}); // -2 to -25, then -26 to -30
}

TEST_CASE("an hour the station answers without is asked for by its minutes, and no hour more than three times")
{
    const auto settings = settings_with();
    BackFill back_fill{settings.stations[0], settings};
    back_fill.owed({{"S01", nine.plus(-1), nine}}, nine.plus(-48));
    const auto hours = back_fill.next(start);
    REQUIRE(hours);
    CHECK(hours->cn == "2061");
    Finished without;
    without.request = *hours;
    without.outcome = Finished::Outcome::no_data;
    without.answered = true;
    without.received = {nine};
    back_fill.finished(without, start);
    const auto minutes = back_fill.next(start + 60s);
    REQUIRE(minutes);
    CHECK(minutes->cn == "2051");
    CHECK(minutes->hours == std::vector<HourEnding>{nine.plus(-1)});
    without.request = *minutes;
    back_fill.finished(without, start + 60s);
    // Growing pauses: 10 minutes after the first try, 100 after the second.
    CHECK(!back_fill.next(start + 599s));
    const auto second = back_fill.next(start + 600s);
    REQUIRE(second);
    CHECK(second->hours == std::vector<HourEnding>{nine}); // what came of it was not enough: it is still owed
    int more = 0;
    for (auto now = start + 600s; now < start + 24h * 30; now += 60s)
        if (auto next = back_fill.next(now)) more += static_cast<int>(next->hours.size());
    CHECK(more == 2); // the third try of each
    back_fill.owed({}, nine.plus(-48));
    back_fill.owed({{"S01", nine, nine}}, nine.plus(-48)); // owed anew: from the beginning
    CHECK(back_fill.next(start + 24h * 40));
}

TEST_CASE("a request that was never sent costs the hour no try")
{
    const auto settings = settings_with();
    BackFill back_fill{settings.stations[0], settings};
    back_fill.owed({{"S01", nine, nine}}, nine.plus(-48));
    auto now = start;
    for (int i = 0; i < 10; ++i, now += 60s) {
        const auto request = back_fill.next(now);
        REQUIRE(request);
        Finished cut;
        cut.request = *request;
        cut.outcome = Finished::Outcome::disconnected;
        cut.sent = false;
        back_fill.finished(cut, now);
    }
}

TEST_CASE("a logger that hangs up when it is asked is asked for the hour so often, and no more")
{
    const auto settings = settings_with();
    BackFill back_fill{settings.stations[0], settings};
    back_fill.owed({{"S01", nine, nine}}, nine.plus(-48));
    int asked = 0;
    for (auto now = start; now < start + std::chrono::hours{7 * 24}; now += 60s)
        if (const auto request = back_fill.next(now)) {
            ++asked;
            Finished cut;
            cut.request = *request;
            cut.outcome = Finished::Outcome::disconnected;
            back_fill.finished(cut, now);
        }
    CHECK(asked == settings.back_fill_tries);
}

TEST_CASE("a logger that ignores one of the two commands is asked with the other")
{
    const auto settings = settings_with();
    BackFill back_fill{settings.stations[0], settings};
    back_fill.owed({{"S01", nine, nine}}, nine.plus(-48));
    std::vector<std::string> commands;
    for (auto now = start; now < start + std::chrono::hours{7 * 24}; now += 60s)
        if (const auto request = back_fill.next(now)) {
            commands.push_back(request->cn);
            Finished silent;
            silent.request = *request;
            silent.outcome = Finished::Outcome::silent;
            back_fill.finished(silent, now);
        }
    CHECK(commands == std::vector<std::string>{"2061", "2051", "2061"});
}

TEST_CASE("a whole day of which neither hours nor minutes came is asked for by its daily values, once")
{
    const auto settings = settings_with();
    BackFill back_fill{settings.stations[0], settings};
    const auto day = nine.day();
    const auto first = HourEnding::of(day, 1), last = HourEnding::of(day, 24);
    std::vector<std::string> days;
    for (auto now = start; now < start + std::chrono::hours{7 * 24}; now += 60s) {
        back_fill.owed({{"S01", first.plus(-3), last}}, first.plus(-48)); // three hours of the day before, too
        if (const auto request = back_fill.next(now)) {
            if (request->cn == "2031") days.push_back(request->command_part);
            Finished none;
            none.request = *request;
            none.outcome = Finished::Outcome::no_data;
            none.answered = true;
            back_fill.finished(none, now);
        }
    }
    const auto text = format_day(day);
    const std::string digits = text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2) + "000000";
    CHECK(days == std::vector<std::string>{"BeginTime=" + digits + ";EndTime=" + digits});
}
