// The played stations of aqi-sim: what they measure, their faults, and the logger. Numbers of the series and check sums come
// from a second implementation in another language, written from the description of the series.
#include "tools/sim/station_delivery.hpp"
#include "tools/sim/station_logger.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace aqi;
using namespace aqi::sim;
using drivers::hj212::Checksum;
using drivers::hj212::field_of;
using drivers::hj212::Message;
using drivers::hj212::parse_frame;

namespace {

Instant at(const std::string& local) { return parse_instant(fmt::format("2016-12-12T{}+08:00", local)).value(); }
HourEnding hour(int label) { return HourEnding::of(LocalDay::from_ymd(2016, 12, 12), label); }

Schedule faults(std::initializer_list<const char*> texts, Protocol protocol = Protocol::hj212)
{
    Schedule out;
    for (const auto* text : texts) REQUIRE(out.add(text, protocol, at("09:00:00")).has_value());
    return out;
}

Records records(Schedule schedule = {}) { return Records{"S01", "S01", std::move(schedule)}; }

std::int64_t ng(const Reading& reading, Pollutant p) { return reading.values[p].value.value().ng_per_m3(); }

LoggerSettings settings()
{
    LoggerSettings out;
    out.frame.mn = "MN01";
    return out;
}

Message message_of(const std::string& frame)
{
    REQUIRE(frame.ends_with("\r\n"));
    const auto out = parse_frame(frame, Checksum::hj212);
    INFO(frame);
    REQUIRE(out.has_value());
    return *out;
}

Message request(const std::string& cn, const std::string& command_part, const std::string& password = "123456",
                const std::string& mn = "MN01")
{
    drivers::hj212::Header header;
    header.qn = "20161212100000123";
    header.st = "22";
    header.cn = cn;
    header.pw = password;
    header.mn = mn;
    header.flag = 5;
    return message_of(drivers::hj212::encode_frame(header, command_part));
}

/// "9011 QnRtn=1", a line a frame of an answer; of data, its DataTime.
std::vector<std::string> said(const Logger::Heard& heard)
{
    std::vector<std::string> out;
    for (const auto& answer : heard.answers) {
        CHECK(answer.awaits.empty());
        const auto message = message_of(answer.frame);
        REQUIRE(!message.fields.empty());
        const auto& first = message.fields.front();
        out.push_back(fmt::format("{} {}={}", message.header.cn, first.name, first.value));
    }
    return out;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("a played station measures what its series says, the same on every machine")
{
    const Series series{"S01"};
    const PerPollutant<std::int64_t> expected = [] {
        PerPollutant<std::int64_t> out;
        out[Pollutant::so2] = 24'300;
        out[Pollutant::no2] = 33'500;
        out[Pollutant::pm10] = 105'300;
        out[Pollutant::co] = 1'300'000;
        out[Pollutant::o3] = 34'900;
        out[Pollutant::pm2_5] = 62'700;
        return out;
    }();
    for (const auto p : all_pollutants) {
        INFO(pollutant_name(p));
        CHECK(series.hour(p, hour(10)).ng_per_m3() == expected[p]);
    }
    CHECK(series.minutes(Pollutant::pm2_5, at("09:10:00"), 10).ng_per_m3() == 61'500);
    CHECK(series.minutes(Pollutant::co, at("09:10:00"), 10).ng_per_m3() == 1'288'000);
    CHECK(series.moment(Pollutant::pm2_5, at("09:00:30")).ng_per_m3() == 56'700);
    CHECK(series.moment(Pollutant::pm2_5, at("09:03:00")).ng_per_m3() == 68'700); // the third minute's end
    CHECK(series.moment(Pollutant::pm2_5, at("09:03:01")).ng_per_m3() == 62'700); // the fourth minute
    CHECK(series.weather(WeatherItem::pressure, hour(10)) == 1'005'500);
    CHECK(Series{"unit-3"}.hour(Pollutant::pm2_5, hour(10)).ng_per_m3() == 56'300);
}

TEST_CASE("an hour made of a played station's minutes, of any length, is exactly its hour")
{
    const Series series{"S01"};
    for (const int length : {1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60})
        for (const auto p : all_pollutants)
            for (int label = 1; label <= 24; ++label) {
                std::int64_t sum = 0;
                const std::int64_t start = hour(label).plus(-1).instant(station_offset).ms;
                for (int minute = length; minute <= 60; minute += length)
                    sum += series.minutes(p, Instant{start + minute * 60'000LL}, length).ng_per_m3();
                INFO(length << " min " << pollutant_name(p) << " hour " << label);
                CHECK(sum == series.hour(p, hour(label)).ng_per_m3() * (60 / length));
            }
}

TEST_CASE("minutes of a played station are never below zero and differ within the hour")
{
    const Series series{"S01"};
    for (const auto p : all_pollutants) {
        bool differs = false;
        for (int minute = 1; minute <= 24 * 60; ++minute) {
            const Instant end{hour(0).instant(station_offset).ms + minute * 60'000LL};
            const auto value = series.moment(p, end).ng_per_m3();
            CHECK(value > 0);
            differs = differs || value != series.hour(p, hour_around(end, station_offset)).ng_per_m3();
        }
        CHECK(differs);
    }
}

TEST_CASE("a day is the mean of its hours, to a tenth of a microgram, a tie to the even digit")
{
    const auto day = records().day(hour(24));
    CHECK(ng(day, Pollutant::pm2_5) == 59'500); // 1 427 600 / 24 = 59 483.3
    CHECK(ng(day, Pollutant::co) == 1'388'000); // 33 300 000 / 24 = 1 387 500
    const auto none = records(faults({"calibration@..", "calibration@2016-12-11T00:00:00+08:00.."})).day(hour(24));
    CHECK_FALSE(none.values[Pollutant::pm2_5].value);
    CHECK(none.values[Pollutant::pm2_5].flag == Flag::calibration);
}

TEST_CASE("a fault holds from its beginning, not including it, to its end")
{
    const auto schedule =
        faults({"stuck@1h..2h", "wrong-clock=-3@2016-12-12T12:00:00+08:00..", "one-byte", "storm@..30m"});
    CHECK_FALSE(schedule.holds(FaultKind::stuck, at("10:00:00")));
    CHECK(schedule.holds(FaultKind::stuck, at("10:00:01")));
    CHECK(schedule.holds(FaultKind::stuck, at("11:00:00")));
    CHECK_FALSE(schedule.holds(FaultKind::stuck, at("11:00:01")));
    CHECK_FALSE(schedule.holds(FaultKind::wrong_clock, at("12:00:00")));
    REQUIRE(schedule.holds(FaultKind::wrong_clock, at("23:00:00")));
    CHECK(schedule.at(FaultKind::wrong_clock, at("23:00:00"))->amount == -3);
    CHECK(schedule.holds(FaultKind::one_byte, at("09:00:00"))); // of the whole run, so with its start
    CHECK_FALSE(schedule.holds(FaultKind::one_byte, at("08:59:59")));
    CHECK(schedule.at(FaultKind::storm, at("09:30:00"))->amount == 200);
    CHECK_FALSE(schedule.holds(FaultKind::storm, at("09:30:01")));
}

TEST_CASE("a fault that cannot be is refused with the words at fault")
{
    struct Row {
        const char* text;
        const char* words;
    };
    const Row rows[] = {
        {"stick@2h..3h", "fault \"stick\" is not known"},
        {"nan", "means nothing over hj212"},
        {"retained@1h..", "means nothing over hj212"},
        {"stuck@2h", "has no \"..\""},
        {"stuck@3h..2h", "ends before it begins"},
        {"stuck@two..3h", "\"two\" is no time"},
        {"stuck@1h..2016-12-12", "\"2016-12-12\" is no time"},
        {"stuck=3", "takes no amount"},
        {"wrong-clock=99", "hours from -48 to 48"},
        {"wrong-clock=", "is no amount"},
        {"wrong-unit=10", "1000 or -1000"},
        {"storm=1", "from 2 to"},
        {"", "is not known"},
    };
    for (const auto& row : rows) {
        Schedule schedule;
        const auto added = schedule.add(row.text, Protocol::hj212, at("09:00:00"));
        INFO(row.text);
        REQUIRE_FALSE(added.has_value());
        INFO(added.error().detail);
        CHECK(added.error().detail.find(row.words) != std::string::npos);
        CHECK(schedule.all().empty());
    }
}

TEST_CASE("every fault of the table is listed for its protocols, and can be scheduled by its name alone")
{
    for (const auto protocol : {Protocol::hj212, Protocol::modbus, Protocol::mqtt})
        for (const auto& row : fault_rows()) {
            const bool belongs = (row.protocols & static_cast<std::uint8_t>(protocol)) != 0;
            INFO(row.name << " over " << protocol_name(protocol));
            CHECK((fault_help(protocol).find(fmt::format("{}{}", row.name, row.amount.empty() ? " " : "[=")) !=
                   std::string::npos) == belongs);
            Schedule schedule;
            CHECK(schedule.add(row.name, protocol, at("09:00:00")).has_value() == belongs);
        }
}

TEST_CASE("faults of values change what is on record, and nothing else")
{
    const auto stuck = records(faults({"stuck@5m..2h"}));
    CHECK(ng(stuck.moment(at("09:05:00")), Pollutant::pm2_5) == 68'700);
    CHECK(ng(stuck.moment(at("09:07:00")), Pollutant::pm2_5) == 68'700); // it would be 56 700
    CHECK(ng(stuck.hour(hour(10)), Pollutant::pm2_5) == 68'700);
    CHECK(ng(stuck.hour(hour(10)), Pollutant::pm10) == 99'300);
    CHECK(ng(stuck.hour(hour(12)), Pollutant::pm2_5) == ng(records().hour(hour(12)), Pollutant::pm2_5));

    const auto negative = records(faults({"negative"})).hour(hour(10));
    CHECK(ng(negative, Pollutant::pm2_5) == -2'500);
    CHECK(ng(negative, Pollutant::co) == -25'000);

    CHECK(ng(records(faults({"wrong-unit"})).hour(hour(10)), Pollutant::pm2_5) == 62'700'000);
    CHECK(ng(records(faults({"wrong-unit=-1000"})).hour(hour(10)), Pollutant::pm2_5) == 63); // 62.7, to the nearest

    const auto calibrating = records(faults({"calibration"})).hour(hour(10));
    CHECK(ng(calibrating, Pollutant::pm2_5) == 400'000);
    CHECK(calibrating.values[Pollutant::pm2_5].flag == Flag::calibration);
    CHECK(calibrating.weather == records().hour(hour(10)).weather);
}

TEST_CASE("a logger sends what ended, in the order of time, and an hour looks as the standard says")
{
    Logger logger{settings(), records(), at("09:58:30")};
    CHECK(logger.due(at("09:58:59")).empty());
    CHECK(logger.due(at("09:59:30")).size() == 1);
    const auto due = logger.due(at("10:00:00"));
    REQUIRE(due.size() == 3);
    CHECK(message_of(due[0].frame).header.cn == "2011");
    CHECK(field_of(message_of(due[0].frame), "DataTime") == "20161212100000");
    CHECK(field_of(message_of(due[0].frame), "a34004-Rtd") == "68.7");
    CHECK(message_of(due[1].frame).header.cn == "2051");
    CHECK(field_of(message_of(due[1].frame), "DataTime") == "20161212095000");
    CHECK(field_of(message_of(due[1].frame), "a34004-Avg") == "63.9");
    CHECK(due[2].awaits == "20161212100000002");
    CHECK(due[2].frame ==
          "##0419QN=20161212100000002;ST=22;CN=2061;PW=123456;MN=MN01;Flag=5;CP=&&DataTime=20161212090000;"
          "a21026-Avg=24.3,a21026-Flag=N;a21004-Avg=33.5,a21004-Flag=N;a34002-Avg=105.3,a34002-Flag=N;"
          "a21005-Avg=1.3,a21005-Flag=N;a05024-Avg=34.9,a05024-Flag=N;a34004-Avg=62.7,a34004-Flag=N;"
          "a01001-Avg=18.4,a01001-Flag=N;a01002-Avg=55.2,a01002-Flag=N;a01006-Avg=100.55,a01006-Flag=N;"
          "a01007-Avg=2.5,a01007-Flag=N;a01008-Avg=15,a01008-Flag=N&&6240\r\n");
    CHECK(logger.due(at("10:00:00")).empty());
    CHECK(logger.due(at("10:30:00")).size() == 30 + 3);
}

TEST_CASE("editions, labels and units are written as they are set")
{
    LoggerSettings set = settings();
    set.frame.edition = 2;
    set.frame.label_is_end = true;
    set.frame.unit = "mg/m3";
    set.asks_answers = false;
    set.realtime = false;
    Logger logger{set, records(), at("09:59:00")};
    const auto due = logger.due(at("10:00:00"));
    REQUIRE(due.size() == 2);
    const auto minutes = message_of(due[0].frame), hours = message_of(due[1].frame);
    CHECK(minutes.header.flag == 8);
    CHECK(due[0].awaits.empty());
    CHECK(field_of(minutes, "DataTime") == "20161212100000");
    CHECK(field_of(hours, "DataTime") == "20161212100000");
    CHECK(field_of(hours, "a34004-Avg") == "0.0627");
    CHECK(field_of(hours, "a21005-Avg") == "1.3");
}

TEST_CASE("a split record is several frames, each whole in itself, with the time in every one")
{
    LoggerSettings set = settings();
    set.realtime = false;
    set.minute_interval = 30;
    Logger logger{set, records(faults({"split"})), at("09:59:00")};
    const auto due = logger.due(at("10:00:00"));
    REQUIRE(due.size() == 8);
    for (int part = 1; part <= 4; ++part) {
        const auto message = message_of(due[static_cast<std::size_t>(3 + part)].frame);
        CHECK(message.header.flag == 7);
        CHECK(message.header.part_count == 4);
        CHECK(message.header.part == part);
        CHECK(field_of(message, "DataTime") == "20161212090000");
        CHECK(due[static_cast<std::size_t>(3 + part)].awaits == message.header.qn);
    }
    CHECK(field_of(message_of(due[4].frame), "a34002-Avg") == "105.3");
    CHECK(field_of(message_of(due[4].frame), "a21005-Avg").empty());
    CHECK(field_of(message_of(due[5].frame), "a34004-Avg") == "62.7");
    CHECK(field_of(message_of(due[7].frame), "a01008-Avg") == "15");
    CHECK(due[6].awaits != due[7].awaits);
}

TEST_CASE("a host's questions are taken, answered and done")
{
    Logger logger{settings(), records(), at("09:00:00")};
    const auto now = at("10:00:00");
    CHECK(said(logger.heard(request("1011", ""), now)) ==
          Lines{"9011 QnRtn=1", "1011 SystemTime=20161212100000", "9012 ExeRtn=1"});
    CHECK(said(logger.heard(request("1061", ""), now)) ==
          Lines{"9011 QnRtn=1", "1061 RtdInterval=60", "9012 ExeRtn=1"});
    CHECK(said(logger.heard(request("1062", "RtdInterval=30"), now)) == Lines{"9011 QnRtn=1", "9012 ExeRtn=1"});
    CHECK(said(logger.heard(request("1061", ""), now)) ==
          Lines{"9011 QnRtn=1", "1061 RtdInterval=30", "9012 ExeRtn=1"});
    CHECK(said(logger.heard(request("1062", "RtdInterval=29"), now)) == Lines{"9011 QnRtn=1", "9012 ExeRtn=3"});
    CHECK(said(logger.heard(request("1064", "MinInterval=5"), now)) == Lines{"9011 QnRtn=1", "9012 ExeRtn=1"});
    CHECK(said(logger.heard(request("1064", "MinInterval=7"), now)) == Lines{"9011 QnRtn=1", "9012 ExeRtn=3"});
    CHECK(said(logger.heard(request("1063", ""), now)) == Lines{"9011 QnRtn=1", "1063 MinInterval=5", "9012 ExeRtn=1"});
    CHECK(said(logger.heard(request("1999", ""), now)) == Lines{"9011 QnRtn=8"});
    CHECK(said(logger.heard(request("1011", "", "654321"), now)) == Lines{"9011 QnRtn=3"});
    CHECK(said(logger.heard(request("1011", "", "123456", "MN02"), now)) == Lines{"9011 QnRtn=4"});
    const auto answer = message_of(logger.heard(request("1061", ""), now).answers.front().frame);
    CHECK(answer.header.qn == "20161212100000123");
    CHECK(answer.header.st == "91");
    CHECK(answer.header.flag == 4);
}

TEST_CASE("an answer of a host is no request, and names what it acknowledges")
{
    Logger logger{settings(), records(), at("09:00:00")};
    const auto heard = logger.heard(request("9014", ""), at("10:00:00"));
    CHECK(heard.acknowledged == "20161212100000123");
    CHECK(heard.answers.empty());
    CHECK_FALSE(heard.request);
    // 2005: the exchange stands among the fields.
    drivers::hj212::Header header;
    header.st = "91";
    header.cn = "9013";
    header.mn = "MN01";
    header.flag = 0;
    const auto old = message_of(drivers::hj212::encode_frame(header, "QN=20161212100000777"));
    CHECK(logger.heard(old, at("10:00:00")).acknowledged == "20161212100000777");
}

TEST_CASE("real-time data stop when a host says so, and begin again")
{
    Logger logger{settings(), records(), at("09:00:00")};
    const auto stopped = logger.heard(request("2012", ""), at("09:00:00"));
    REQUIRE(stopped.answers.size() == 1);
    CHECK(message_of(stopped.answers[0].frame).header.cn == "9013");
    CHECK(logger.due(at("09:05:00")).empty());
    CHECK(said(logger.heard(request("2011", ""), at("09:05:00"))) == Lines{"9011 QnRtn=1"});
    CHECK(logger.due(at("09:07:00")).size() == 2);
}

TEST_CASE("history is answered with both ends included, and never with what has not been measured")
{
    Logger logger{settings(), records(), at("09:00:00")};
    const auto now = at("12:30:00");
    const auto heard = logger.heard(request("2061", "BeginTime=20161212080000;EndTime=20161212090000"), now);
    CHECK(said(heard) ==
          Lines{"9011 QnRtn=1", "2061 DataTime=20161212080000", "2061 DataTime=20161212090000", "9012 ExeRtn=1"});
    const auto data = message_of(heard.answers[2].frame);
    CHECK(field_of(data, "a34004-Avg") == "62.7");
    CHECK(data.header.flag == 4);
    CHECK(data.header.qn != "20161212100000123"); // a QN of its own
    // One label only, as the standard's sample asks; a comma as 2005 writes it.
    CHECK(said(logger.heard(request("2051", "BeginTime=20161212090000,EndTime=20161212090000"), now)) ==
          Lines{"9011 QnRtn=1", "2051 DataTime=20161212090000", "9012 ExeRtn=1"});
    CHECK(said(logger.heard(request("2051", "BeginTime=20161212120500;EndTime=20161212130000"), now)) ==
          Lines{"9011 QnRtn=1", "2051 DataTime=20161212121000", "2051 DataTime=20161212122000", "9012 ExeRtn=1"});
    CHECK(said(logger.heard(request("2031", "BeginTime=20161210000000;EndTime=20161212000000"), now)) ==
          Lines{"9011 QnRtn=1", "2031 DataTime=20161210000000", "2031 DataTime=20161211000000", "9012 ExeRtn=1"});
    // The hour 12:00 runs; a week ago there was no memory.
    CHECK(said(logger.heard(request("2061", "BeginTime=20161212120000;EndTime=20161212200000"), now)) ==
          Lines{"9011 QnRtn=1", "9012 ExeRtn=100"});
    CHECK(said(logger.heard(request("2061", "BeginTime=20161205070000;EndTime=20161205090000"), now)) ==
          Lines{"9011 QnRtn=1", "2061 DataTime=20161205090000", "9012 ExeRtn=1"});
    CHECK(said(logger.heard(request("2061", "BeginTime=20161212090000;EndTime=20161212080000"), now)) ==
          Lines{"9011 QnRtn=1", "9012 ExeRtn=3"});
    CHECK(said(logger.heard(request("2061", "BeginTime=yesterday;EndTime=today"), now)) ==
          Lines{"9011 QnRtn=1", "9012 ExeRtn=3"});
}

TEST_CASE("a wrong clock shows in every label until the host sets it, and in the history for good")
{
    LoggerSettings set = settings();
    set.realtime = false;
    set.minute_interval = 30;
    Logger logger{set, records(faults({"wrong-clock=8@30m.."})), at("09:00:00")};
    const auto first = logger.due(at("09:30:00"));
    REQUIRE(first.size() == 1);
    CHECK(field_of(message_of(first[0].frame), "DataTime") == "20161212090000");
    const auto wrong = logger.due(at("10:00:00"));
    REQUIRE(wrong.size() == 2);
    CHECK(field_of(message_of(wrong[1].frame), "DataTime") == "20161212170000");
    CHECK(field_of(message_of(wrong[1].frame), "a34004-Avg") == "62.7");
    CHECK(said(logger.heard(request("1011", ""), at("10:10:00"))).at(1) == "1011 SystemTime=20161212181000");
    CHECK(said(logger.heard(request("1012", "SystemTime=20161212101000"), at("10:10:00"))) ==
          Lines{"9011 QnRtn=1", "9012 ExeRtn=1"});
    CHECK(said(logger.heard(request("1011", ""), at("10:11:00"))).at(1) == "1011 SystemTime=20161212101100");
    const auto right = logger.due(at("11:00:00"));
    CHECK(field_of(message_of(right.back().frame), "DataTime") == "20161212100000");
    CHECK(said(logger.heard(request("2061", "BeginTime=20161212170000;EndTime=20161212170000"), at("11:00:00"))) ==
          Lines{"9011 QnRtn=1", "2061 DataTime=20161212170000", "9012 ExeRtn=1"});
    CHECK(said(logger.heard(request("2061", "BeginTime=20161212090000;EndTime=20161212090000"), at("11:00:00"))) ==
          Lines{"9011 QnRtn=1", "9012 ExeRtn=100"});
}

TEST_CASE("faults of the wire change the bytes that are written")
{
    const std::string frame = "##0007CP=&&&&F781\r\n";
    const auto now = at("09:30:00");
    CHECK(writes_of(frame, faults({}), now) == Lines{frame});
    CHECK(writes_of(frame, faults({"duplicate"}), now) == Lines{frame, frame});
    CHECK(writes_of(frame, faults({"storm=50"}), now).size() == 50);
    CHECK(writes_of(frame, faults({"storm=50@1h.."}), now) == Lines{frame});
    const auto bytes = writes_of(frame, faults({"one-byte"}), now);
    CHECK(bytes.size() == frame.size());
    CHECK(bytes[0] == "#");
    const auto junk = writes_of(frame, faults({"junk"}), now);
    REQUIRE(junk.size() == 2);
    CHECK(junk[0].find("##") == std::string::npos);
    CHECK(junk[1] == frame);
    const auto wrong = writes_of(frame, faults({"wrong-crc"}), now);
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].size() == frame.size());
    const auto parsed = parse_frame(wrong[0], Checksum::hj212);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().reason == Reason::bad_checksum);
}

TEST_CASE("of several loggers each has an MN of its own")
{
    CHECK(mn_of_several("010000A8900016F000169DC0", 0, 1) == "010000A8900016F000169DC0");
    CHECK(mn_of_several("010000A8900016F000169DC0", 0, 2) == "010000A8900016F000160001");
    CHECK(mn_of_several("010000A8900016F000169DC0", 1233, 2000) == "010000A8900016F000161234");
}

TEST_CASE("what awaits an answer is sent again and holds up the next, then it is given up")
{
    const SteadyTime start{};
    const auto after = [&](int seconds) { return start + std::chrono::seconds{seconds}; };
    Delivery delivery{std::chrono::seconds{10}, 2};
    delivery.push({"one", "q1"});
    delivery.push({"two", "q2"});
    delivery.push({"three", ""});
    CHECK(delivery.next(after(0)) == "one");
    CHECK_FALSE(delivery.next(after(9)));
    CHECK(delivery.next(after(10)) == "one");
    CHECK_FALSE(delivery.acknowledged("q2"));
    CHECK(delivery.acknowledged("q1"));
    CHECK_FALSE(delivery.acknowledged("q1"));
    CHECK(delivery.next(after(11)) == "two");
    delivery.disconnected();
    CHECK(delivery.next(after(12)) == "two"); // over the next connection, at once
    CHECK(delivery.next(after(22)) == "two");
    CHECK_FALSE(delivery.next(after(31)));
    CHECK_FALSE(delivery.take_given_up());
    CHECK_FALSE(delivery.next(after(32)));
    CHECK(delivery.take_given_up());
    CHECK_FALSE(delivery.take_given_up());
    CHECK(delivery.next(after(33)) == "three");
    CHECK(delivery.idle());
    CHECK(words_of(delivery.counts) == "3 sent, 1 acknowledged, 3 resent, 1 given up, 0 not sent, 0 requests answered");
}
