#include "libaqi/alarm.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

namespace {

const LocalDay monday = day(2016, 12, 12);

/// A town whose hourly AQI is what a test says: PM2.5 on the 24 h table of HJ 633-2012, 115 ug/m3 is 150, 150 is 200, 250 is 300.
struct Town {
    Rules rules = small_town(1);
    State state{rules.network};

    Town()
    {
        rules.alarms = {{AlarmSeverity::serious, {}, 200, 2, 150, 2}, {AlarmSeverity::critical, {}, 300, 1, 250, 1}};
    }
    void happen(const Event& event)
    {
        absorb(state, event, rules);
        settle(state, rules, nullptr);
        for (const auto& follows : decide(state, event, rules)) absorb(state, follows, rules);
    }
    /// The next hour; a value below zero: nothing was received.
    void hour_of(int n, std::int64_t pm2_5)
    {
        const HourEnding h = hour(monday, n);
        if (pm2_5 >= 0)
            for (const auto p : all_pollutants)
                happen(Observed{StationIndex{0}, h, p, Flag::normal, p == Pollutant::pm2_5 ? ug(pm2_5) : conc("1", p)});
        happen(HourClosed{h, closing(h), false});
    }
    AlarmSeverity now() const
    {
        const Alarm* open = state.alarms().open(AlarmKind::hourly_aqi, "city");
        return open != nullptr ? open->severity : AlarmSeverity::none;
    }
    const Alarm& alarm() const { return state.alarms().all().front(); }
    bool act(AlarmActed::Verb verb, const char* person, const char* note = "", std::optional<Instant> until = {})
    {
        const auto event =
            admit_alarm_act(state, alarm().id, verb, note, until, person, closing(hour(monday, 12)), rules);
        if (event) happen(*event);
        return event.has_value();
    }
};

} // namespace

TEST_CASE(
    "an alarm is raised above one level for some hours and cleared below another, and unknown hours change nothing")
{
    Town town;
    town.hour_of(1, 200); // 250: one hour is not enough
    CHECK(town.now() == AlarmSeverity::none);
    town.hour_of(2, 200);
    CHECK(town.now() == AlarmSeverity::serious);
    CHECK(town.alarm().detail ==
          Words{"AQI 250（2016-12-12 02:00），阈值 200，连续2小时", "AQI 250 (2016-12-12 02:00), above 200 for 2 h"});
    CHECK(town.alarm().id == "alarm-2016-0001");
    town.hour_of(3, 120); // 156: below 200, not yet at or below 150
    town.hour_of(4, 120);
    CHECK(town.now() == AlarmSeverity::serious);
    town.hour_of(5, 300); // 350
    CHECK(town.now() == AlarmSeverity::critical);
    town.hour_of(6, -1);
    town.hour_of(7, -1);
    CHECK(town.now() == AlarmSeverity::critical);
    town.hour_of(8, 110); // 144: the critical one clears after one hour, the serious one after two
    CHECK(town.now() == AlarmSeverity::serious);
    town.hour_of(9, 110);
    CHECK(town.now() == AlarmSeverity::none);
    CHECK(town.alarm().detail.en == "AQI 144 (2016-12-12 09:00)"); // 100 + 35 x 50 / 40, rounded up
    // Latched at its worst, and still there until somebody has seen it.
    CHECK(town.alarm().worst == AlarmSeverity::critical);
    CHECK(!town.alarm().over());
    REQUIRE(town.act(AlarmActed::Verb::acknowledge, "env", "看到了"));
    CHECK(town.alarm().over());
    CHECK(town.alarm().acknowledged->organisation == "hbj");
    CHECK(!town.act(AlarmActed::Verb::acknowledge, "met")); // once
}

TEST_CASE("acknowledging clears nothing, and what gets worse is to be acknowledged anew")
{
    Town town;
    town.hour_of(1, 200);
    town.hour_of(2, 200);
    REQUIRE(town.act(AlarmActed::Verb::acknowledge, "env"));
    CHECK(town.now() == AlarmSeverity::serious);
    CHECK(town.alarm().acknowledged.has_value());
    town.hour_of(3, 300);
    CHECK(!town.alarm().acknowledged.has_value());
}

TEST_CASE("a silence has an end and a reason, and over a public warning it takes two people")
{
    Town town;
    town.hour_of(1, 200);
    town.hour_of(2, 200);
    const Instant now = closing(hour(monday, 12));
    const Instant later{now.ms + 3'600'000};
    CHECK(!town.act(AlarmActed::Verb::silence, "env", "维修", std::nullopt));
    CHECK(!town.act(AlarmActed::Verb::silence, "env", "", later));
    CHECK(!town.act(AlarmActed::Verb::silence, "env", "维修", Instant{now.ms - 1}));
    CHECK(!town.act(AlarmActed::Verb::silence, "env", "维修", Instant{now.ms + std::int64_t{8} * 24 * 3'600'000}));
    CHECK(!town.act(AlarmActed::Verb::confirm_silence, "met"));
    REQUIRE(town.act(AlarmActed::Verb::silence, "env", "维修", later));
    CHECK(town.alarm().silent_at(now));
    CHECK(!town.alarm().silent_at(later));

    AlarmChanged overdue{
        "alarm-2016-0002", AlarmKind::public_warning, "city-2016-001/1", AlarmSeverity::critical, "等待会商签字", now};
    town.happen(overdue);
    const Alarm* alarm = town.state.alarms().named("alarm-2016-0002");
    REQUIRE(alarm != nullptr);
    const auto ask = [&](AlarmActed::Verb verb, const char* person) {
        const auto event = admit_alarm_act(town.state, alarm->id, verb, "已电话通知", later, person, now, town.rules);
        if (event) town.happen(*event);
        alarm = town.state.alarms().named("alarm-2016-0002");
        return event.has_value();
    };
    CHECK(ask(AlarmActed::Verb::silence, "env"));
    CHECK(!alarm->silent_at(now));
    CHECK(!ask(AlarmActed::Verb::confirm_silence, "env"));
    CHECK(ask(AlarmActed::Verb::confirm_silence, "met"));
    CHECK(alarm->silent_at(now));
}

TEST_CASE("somebody takes an alarm over, another takes it from there, and neither that nor a note acknowledges it")
{
    Town town;
    town.hour_of(1, 200);
    town.hour_of(2, 200);
    using Verb = AlarmActed::Verb;
    CHECK_FALSE(town.alarm().owner);
    REQUIRE(town.act(Verb::own, "env", "去现场"));
    CHECK_FALSE(town.act(Verb::own, "env")); // has it already
    CHECK(town.alarm().owner->person == "env");
    REQUIRE(town.act(Verb::own, "met"));
    CHECK(town.alarm().owner->person == "met");
    CHECK_FALSE(town.act(Verb::note, "env", ""));
    CHECK_FALSE(town.act(Verb::note, "nobody", "x"));
    CHECK_FALSE(town.act(Verb::note, "env", std::string(2'001, 'x').c_str()));
    REQUIRE(town.act(Verb::note, "env", "已电话核实"));
    REQUIRE(town.act(Verb::note, "met", "锋面过境"));
    REQUIRE(town.alarm().notes.size() == 2);
    CHECK(town.alarm().notes[0].note == "已电话核实");
    CHECK(town.alarm().notes[1].person == "met");
    CHECK_FALSE(town.alarm().acknowledged);
    CHECK_FALSE(town.alarm().silence);

    // It is over: nobody need deal with it, and what was learnt may still be added.
    town.hour_of(3, 100);
    town.hour_of(4, 100);
    REQUIRE(town.act(Verb::acknowledge, "env"));
    REQUIRE(town.alarm().over());
    CHECK_FALSE(town.act(Verb::own, "env"));
    CHECK(town.act(Verb::note, "env", "沙尘"));
    for (int i = 0; i < 60; ++i) REQUIRE(town.act(Verb::note, "env", std::to_string(i).c_str()));
    CHECK(town.alarm().notes.size() == 50);
    CHECK(town.alarm().notes.back().note == "59");
    CHECK(town.alarm().notes.front().note == "10");
}

TEST_CASE("alarms of one moment have numbers of their own, and a number is not used twice")
{
    AlarmBook book;
    const Instant at = closing(hour(monday, 12));
    std::vector<AlarmChanged> changes;
    for (const char* station : {"A", "B", "C"})
        changes.push_back(*book.change(AlarmKind::station, station, AlarmSeverity::serious, "x", at, UtcOffset{}));
    number_apart(changes, book);
    for (const auto& change : changes) book.take(change);
    CHECK(book.all().size() == 3);
    CHECK(book.all()[2].id == "alarm-2016-0003");
    CHECK(!book.change(AlarmKind::station, "B", AlarmSeverity::serious, "y", at, UtcOffset{})); // it is so already
    const auto cleared = book.change(AlarmKind::station, "B", AlarmSeverity::none, "z", at, UtcOffset{});
    REQUIRE(cleared.has_value());
    CHECK(cleared->id == "alarm-2016-0002");
    book.take(*cleared);
    book.take(AlarmActed{"alarm-2016-0002", AlarmActed::Verb::acknowledge, {"env", "hbj", {}, at, ""}, {}});
    CHECK(book.change(AlarmKind::station, "B", AlarmSeverity::serious, "again", at, UtcOffset{})->id ==
          "alarm-2016-0004");
}
