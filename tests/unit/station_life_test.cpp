// Stations as they really are: minutes that become hours, gaps with their reasons, and how a station is.
#include "daemon/clock.hpp"
#include "daemon/coverage.hpp"
#include "daemon/freshness.hpp"
#include "daemon/turns.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <sstream>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::tests;

namespace {

/// A driver that reads "A hour|minutes/N|moment TIME VALUE-or-FLAG" and means PM2.5 in ug/m3.
drivers::Decoded decode_words(const drivers::Frame& frame, const std::any&, UtcOffset offset)
{
    std::istringstream in{std::string{frame.bytes}};
    Reading r;
    std::string period, time, value;
    in >> r.station >> period >> time >> value;
    r.at = parse_instant(time).value();
    r.hour = hour_around(r.at, offset);
    r.period = period == "hour" ? Period::hour : period == "moment" ? Period::moment : Period::minutes;
    if (r.period == Period::minutes) r.length_minutes = std::stoi(period.substr(8));
    auto& v = r.values[Pollutant::pm2_5];
    v.named = true;
    if (value.size() == 1 && flag_of_letter(value.front()))
        v.flag = *flag_of_letter(value.front());
    else
        v.value = conc(value);
    drivers::Decoded out;
    out.readings.push_back(std::move(r));
    return out;
}

const drivers::DriverInfo words_driver = {"words", "", "", nullptr, decode_words, nullptr};

Instant at(const std::string& text) { return parse_instant(text).value(); }

const LocalDay monday = day(2016, 12, 12);
const HourEnding ten = hour(monday, 10);

/// Stations A and B, of which A speaks over the link "line".
struct Life {
    Life() : clock(at("2016-12-12T09:25:00+08:00"))
    {
        config.rules = small_town(2);
        config.ahead_at_most = std::chrono::minutes{70}; // a whole hour of minutes is told at once
        for (auto& person : config.rules.network.persons) person.may_validate = person.id == "env";
        // PM2.5 alone, so that one value is a whole hour.
        MonitoringPlan plan;
        for (const auto p : all_pollutants)
            if (p != Pollutant::pm2_5) plan.without.insert(p);
        for (auto& station : config.rules.network.stations) station.plans = {plan};
        config.links.push_back({"line", &words_driver, {}, {"A"}});
        open();
        REQUIRE(turns->close_hours().has_value());
    }
    void open()
    {
        turns.reset();
        store = std::make_unique<SqliteStore>(folder.path() / "aqid.db", Durability::process, config.rules.network);
        turns = std::make_unique<Turns>(config, *store, clock);
        REQUIRE(turns->recover().has_value());
    }
    void says(const std::string& words)
    {
        InboxBatch batch;
        batch.entries.push_back({"line", "peer", words, clock.now(), false, false, ++position});
        REQUIRE(turns->take(batch).has_value());
    }
    void minute(int minute_of_ten, const std::string& value)
    {
        says(fmt::format("A minutes/1 2016-12-12T{:02}:{:02}:00+08:00 {}", minute_of_ten == 60 ? 10 : 9,
                         minute_of_ten % 60, value));
    }
    void time_is(const char* text)
    {
        REQUIRE(clock.set(at(text)));
        REQUIRE(turns->close_hours().has_value());
    }
    /// The journaled hour: "35" or "35 H" or "- C"; empty when nothing was.
    std::string hour_of_a(HourEnding hour) const
    {
        const auto held = turns->state().held(StationIndex{0}, hour, Pollutant::pm2_5);
        if (!held) return {};
        std::string out = held->value ? format_concentration(*held->value, 1'000) : "-";
        return held->flag == Flag::normal ? out : out + " " + flag_letter(held->flag);
    }
    std::string marks(const char* first, const char* last) const
    {
        const auto all = coverage_of({StationIndex{0}}, hour_around(at(first), {}), hour_around(at(last), {}), *turns,
                                     config, *store);
        std::string out;
        for (const auto& cell : all.at(0).hours) out += hour_kind_mark(cell.kind);
        return out;
    }
    StationFreshness fresh(std::uint32_t station = 0) const
    {
        return freshness_of(StationIndex{station}, *turns, config, store->newest_marks(100), clock.now());
    }
    std::int64_t count(const std::string& name) const
    {
        for (const auto& c : store->counts())
            if (c.name == name) return c.count;
        return 0;
    }

    Folder folder;
    Config config;
    SimulatedClock clock;
    std::unique_ptr<SqliteStore> store;
    std::unique_ptr<Turns> turns;
    InboxPosition position = 0;
};

} // namespace

TEST_CASE("minutes become an hour when it is closed, with as many as came")
{
    Life life;
    for (int m = 1; m <= 60; ++m) life.minute(m, m <= 30 ? "30" : "40");
    CHECK(life.hour_of_a(ten).empty());
    life.time_is("2016-12-12T10:21:00+08:00");
    CHECK(life.hour_of_a(ten) == "35");
    CHECK(life.count("minute_values") == 60);
    // 44 minutes are too few for GB 3095 table 4: kept, and not used.
    for (int m = 1; m <= 44; ++m) life.says(fmt::format("A minutes/1 2016-12-12T10:{:02}:00+08:00 50", m));
    life.time_is("2016-12-12T11:21:00+08:00");
    CHECK(life.hour_of_a(ten.plus(1)) == "50 H");
}

TEST_CASE("minutes survive a crash in the middle of their hour")
{
    Life life;
    for (int m = 1; m <= 30; ++m) life.minute(m, "30");
    life.open(); // a new process on the same data
    for (int m = 31; m <= 60; ++m) life.minute(m, "40");
    life.open();
    life.time_is("2016-12-12T10:21:00+08:00");
    CHECK(life.hour_of_a(ten) == "35");
}

TEST_CASE("late minutes make their hour again, an hour the station itself sends is not touched by minutes")
{
    Life life;
    for (int m = 1; m <= 50; ++m) life.minute(m, "30");
    life.time_is("2016-12-12T10:21:00+08:00");
    CHECK(life.hour_of_a(ten) == "30");
    life.says("A minutes/10 2016-12-12T10:00:00+08:00 90"); // back-filled: the last ten
    CHECK(life.hour_of_a(ten) == "40");                     // (50 x 30 + 10 x 90) / 60
    life.says("A hour 2016-12-12T10:00:00+08:00 41");
    CHECK(life.hour_of_a(ten) == "41");
    life.says("A minutes/1 2016-12-12T09:30:00+08:00 900");
    CHECK(life.hour_of_a(ten) == "41");
    // And where the hour came first.
    life.says("A hour 2016-12-12T11:00:00+08:00 55");
    for (int m = 1; m <= 59; ++m) life.says(fmt::format("A minutes/1 2016-12-12T10:{:02}:00+08:00 20", m));
    life.time_is("2016-12-12T11:21:00+08:00");
    CHECK(life.hour_of_a(ten.plus(1)) == "55");
}

TEST_CASE("an hour that the station sends as we had made it is the station's from then on")
{
    Life life;
    for (int m = 1; m <= 50; ++m) life.minute(m, "30");
    life.time_is("2016-12-12T10:21:00+08:00");
    life.says("A hour 2016-12-12T10:00:00+08:00 30"); // the same
    CHECK(life.count("duplicates") == 1);
    life.says("A minutes/10 2016-12-12T10:00:00+08:00 90");
    CHECK(life.hour_of_a(ten) == "30");
}

TEST_CASE("the same minutes again change nothing, whether before or after the hour was closed")
{
    Life life;
    for (int round = 0; round < 2; ++round)
        for (int m = 1; m <= 60; ++m) life.minute(m, "30");
    life.time_is("2016-12-12T10:21:00+08:00");
    const auto revisions = life.count("revisions");
    for (int m = 1; m <= 60; ++m) life.minute(m, "30");
    CHECK(life.hour_of_a(ten) == "30");
    CHECK(life.count("revisions") == revisions);
    CHECK(life.count("minute_values") == 60);
}

TEST_CASE("an impossible minute is put aside with its hour, and the minute holds nothing")
{
    Life life;
    for (int m = 1; m <= 59; ++m) life.minute(m, "30");
    life.minute(60, "999999");
    CHECK(life.count("aside_impossible_value") == 1);
    life.time_is("2016-12-12T10:21:00+08:00");
    CHECK(life.hour_of_a(ten) == "30");
    CHECK(life.store->aside_hours("A", ten, ten).size() == 1);
}

TEST_CASE("every expected hour is there or has its reason")
{
    Life life;
    (void)life.store->note_link({at("2016-12-12T08:00:00+08:00"), "line", "up", "subscribed"});
    life.says("A hour 2016-12-12T10:00:00+08:00 41");
    life.time_is("2016-12-12T11:15:00+08:00");
    life.says("A hour 2016-12-12T11:00:00+08:00 C");
    life.says("A hour 2016-12-12T12:00:00+08:00 999999");
    (void)life.store->note_link({at("2016-12-12T12:10:00+08:00"), "line", "down", "the broker went away"});
    (void)life.store->note_link({at("2016-12-12T13:00:00+08:00"), "line", "up", "subscribed"});
    life.time_is("2016-12-12T14:21:00+08:00");
    StationDeclared work{
        "A", {StationNote::Kind::maintenance, hour(monday, 15), hour(monday, 15), "filter", {}}, false};
    REQUIRE(life.turns->declare_station(work, "env").value().has_value());
    life.time_is("2016-12-12T16:21:00+08:00");
    life.says("A hour 2016-12-12T16:00:00+08:00 60"); // came after 16:20
    // 10 observed, 11 flagged, 12 put aside, 13 the link was down, 14 nothing explains it, 15 maintenance, 16 back-filled.
    CHECK(life.marks("2016-12-12T10:00:00+08:00", "2016-12-12T16:00:00+08:00") == ".fxd-mb");

    const auto owed = life.turns->owed(life.config.links.front());
    REQUIRE(owed.size() == 2); // newest first; 9:00 was before anything was heard, and is owed, too
    CHECK(owed[0].first == hour(monday, 12));
    CHECK(owed[0].last == hour(monday, 15));
    CHECK(owed[1].last == hour(monday, 9));
}

TEST_CASE("an hour a person took out is no observation, and one of too few minutes is asked for again")
{
    Life life;
    life.says("A hour 2016-12-12T10:00:00+08:00 41");
    for (int m = 1; m <= 25; ++m) life.says(fmt::format("A minutes/1 2016-12-12T10:{:02}:00+08:00 50", m));
    life.time_is("2016-12-12T11:21:00+08:00");
    Correction out;
    out.station = "A";
    out.pollutant = Pollutant::pm2_5;
    out.first = out.last = ten;
    out.kind = CorrectionKind::invalidate;
    out.why = "a spider";
    REQUIRE(life.turns->correct(out, "env").value().has_value());
    for (auto& person : life.config.rules.network.persons) person.may_ratify = person.id == "mayor";
    const std::string id = life.turns->state().corrections().begin()->id;
    REQUIRE(life.turns->decide_correction(id, true, "mayor", "seen").value().has_value());
    CHECK(life.marks("2016-12-12T10:00:00+08:00", "2016-12-12T11:00:00+08:00") == "ff");
    const auto all = coverage_of({StationIndex{0}}, ten, ten.plus(1), *life.turns, life.config, *life.store);
    CHECK(all.at(0).observed == 0);
    // The hour of 25 minutes is owed; the one that is whole is not, whatever a person made of it.
    const auto owed = life.turns->owed(life.config.links.front());
    REQUIRE(!owed.empty());
    CHECK(owed[0].first == ten.plus(1));
    CHECK(owed[0].last == ten.plus(1));
}

TEST_CASE("a day before the first instrument and after the last asks for nothing")
{
    Life life;
    Instrument monitor;
    monitor.measures.insert(Pollutant::pm2_5);
    monitor.from = monday.plus(1);
    life.config.rules.network.stations[0].instruments = {monitor};
    life.time_is("2016-12-13T02:21:00+08:00");
    CHECK(life.marks("2016-12-12T23:00:00+08:00", "2016-12-13T02:00:00+08:00") == "  --");
}

TEST_CASE("a quarantine keeps out what comes, not what is here, a value told again is no news")
{
    Life life;
    life.says("A hour 2016-12-12T10:00:00+08:00 41");
    const auto why = [&](HourEnding first, bool ends) {
        StationDeclared d{"A", {StationNote::Kind::quarantine, first, {}, "leaks", {}}, ends};
        const auto said = life.turns->declare_station(d, "env").value();
        return said ? std::string{} : said.error().detail;
    };
    CHECK(why(ten, false).find("hours up to 2016-12-12 10:00 are here already") == 0);
    life.time_is("2016-12-12T10:25:00+08:00");
    CHECK(why(ten.plus(1), false).empty());
    life.says("A hour 2016-12-12T10:00:00+08:00 41"); // again
    CHECK(life.hour_of_a(ten) == "41");
    life.time_is("2016-12-12T10:55:00+08:00");
    life.says("A hour 2016-12-12T11:00:00+08:00 500");
    CHECK(life.hour_of_a(ten.plus(1)) == "500 R");
    CHECK(why(ten.plus(1), true).find("a quarantine can end with the hour to 2016-12-12 12:00") != std::string::npos);
    CHECK(why(ten.plus(2), true).empty());
    const auto revisions = life.count("revisions");
    life.says("A hour 2016-12-12T11:00:00+08:00 500");
    CHECK(life.hour_of_a(ten.plus(1)) == "500 R"); // until a person accepts it
    CHECK(life.count("revisions") == revisions);
}

TEST_CASE("a station that sends nothing but flags is suspect, one that was ahead and died is silent")
{
    Life life;
    life.says("A hour 2016-12-12T10:00:00+08:00 D");
    life.time_is("2016-12-12T10:25:00+08:00");
    CHECK(life.fresh().state == StationState::suspect);
    life.says("A hour 2016-12-12T14:00:00+08:00 41");
    CHECK(life.fresh().state == StationState::clock_wrong);
    life.says("B hour 2016-12-12T14:00:00+08:00 41"); // has never been right
    CHECK(life.fresh(1).state == StationState::clock_wrong);
    life.time_is("2016-12-12T13:25:00+08:00");
    CHECK(life.fresh().state == StationState::silent);
    CHECK(life.fresh(1).state == StationState::never);
}

TEST_CASE("how a station is: never, live, late, silent, maintenance, quarantine, clock")
{
    Life life;
    CHECK(life.fresh().state == StationState::never);
    CHECK(life.fresh(1).state == StationState::never);
    life.says("A hour 2016-12-12T10:00:00+08:00 41");
    life.time_is("2016-12-12T10:25:00+08:00");
    CHECK(life.fresh().state == StationState::live);
    life.time_is("2016-12-12T11:25:00+08:00");
    CHECK(life.fresh().state == StationState::late);
    life.time_is("2016-12-12T12:30:00+08:00"); // 150 minutes
    CHECK(life.fresh().state == StationState::silent);
    life.says("A hour 2016-12-12T16:00:00+08:00 41"); // three and a half hours ahead: put aside
    CHECK(life.fresh().state == StationState::clock_wrong);
    life.says("A hour 2016-12-12T12:00:00+08:00 41");
    CHECK(life.fresh().state == StationState::live);

    StationDeclared held{"A", {StationNote::Kind::quarantine, hour(monday, 13), {}, "leaks", {}}, false};
    REQUIRE(life.turns->declare_station(held, "env").value().has_value());
    CHECK(life.fresh().state == StationState::quarantined);
    life.time_is("2016-12-12T12:55:00+08:00");
    life.says("A hour 2016-12-12T13:00:00+08:00 500");
    CHECK(life.hour_of_a(hour(monday, 13)) == "500 R"); // kept, and not used
    life.open();
    CHECK(life.fresh().state == StationState::quarantined); // it is in the journal
    held.note.first = hour(monday, 14);
    held.ends = true;
    REQUIRE(life.turns->declare_station(held, "env").value().has_value());
    life.time_is("2016-12-12T13:55:00+08:00");
    CHECK(life.fresh().state == StationState::live);
    life.says("A hour 2016-12-12T14:00:00+08:00 50");
    CHECK(life.hour_of_a(hour(monday, 14)) == "50");
}

TEST_CASE("what is said of a station must make sense, and be said by who may")
{
    Life life;
    const auto why = [&](StationDeclared d, const char* person) {
        const auto said = life.turns->declare_station(d, person).value();
        return said ? std::string{} : said.error().detail;
    };
    const StationNote work{StationNote::Kind::maintenance, ten, ten.plus(2), "filter", {}};
    CHECK(why({"A", work, false}, "met").find("has no right") != std::string::npos);
    CHECK(why({"C", work, false}, "env") == "there is no station C");
    auto endless = work;
    endless.last.reset();
    CHECK(why({"A", endless, false}, "env") ==
          "maintenance needs an end time; it can be ended earlier, or declared again");
    auto backwards = work;
    backwards.last = ten.plus(-1);
    CHECK(why({"A", backwards, false}, "env") == "it ends before it begins");
    auto silent = work;
    silent.why.clear();
    CHECK(why({"A", silent, false}, "env") == "say why");
    CHECK(why({"A", work, true}, "env") == "station A is not under maintenance");
    CHECK(why({"A", work, false}, "env").empty());
    CHECK(why({"A", work, false}, "env") == "station A is already under maintenance: filter");
}

TEST_CASE("weather is kept by the hour: stated, or made of shorter values")
{
    Life life;
    const auto reading = [](Period period, const char* time, WeatherItem item, Milli value) {
        Reading r;
        r.station = "A";
        r.period = period;
        r.length_minutes = 1;
        r.at = at(time);
        r.hour = hour_around(r.at, {});
        r.weather[item] = value;
        return r;
    };
    MinuteBook book{*life.store};
    Turn turn;
    const auto take = [&](const Reading& r) { return book.take(r, StationIndex{0}, {}).value(); };
    CHECK(take(reading(Period::moment, "2016-12-12T09:10:00+08:00", WeatherItem::temperature, 3'000)) == 1);
    CHECK(take(reading(Period::moment, "2016-12-12T09:11:00+08:00", WeatherItem::temperature, 5'000)) == 1);
    CHECK(take(reading(Period::moment, "2016-12-12T09:11:00+08:00", WeatherItem::temperature, 5'000)) == 0); // again
    CHECK(take(reading(Period::hour, "2016-12-12T10:00:00+08:00", WeatherItem::humidity, 81'000)) == 1);
    turn.hours = book.changes();
    REQUIRE(life.store->commit(turn).has_value());
    const auto kept = life.store->weather(StationIndex{0}, ten, ten);
    REQUIRE(kept.size() == 1);
    CHECK(kept.at(ten)[WeatherItem::temperature] == 4'000);
    CHECK(kept.at(ten)[WeatherItem::humidity] == 81'000);
    CHECK(!kept.at(ten)[WeatherItem::rain]);
}

TEST_CASE("what is expected of a station: its instruments, else its plan, else what it sent, else everything")
{
    Life life;
    auto& station = life.config.rules.network.stations[0];
    const auto expected = [&] {
        std::string out;
        const auto set = expected_of(StationIndex{0}, monday, life.turns->state(), life.config.rules.network);
        for (const auto p : all_pollutants)
            if (set.contains(p)) out += std::string{pollutant_name(p)} + " ";
        return out;
    };
    CHECK(expected() == "pm2_5 "); // the plan
    station.plans.clear();
    CHECK(expected() == "so2 no2 pm10 co o3 pm2_5 ");
    life.says("A hour 2016-12-12T09:00:00+08:00 41");
    CHECK(expected() == "pm2_5 ");
    Instrument instrument;
    instrument.measures.insert(Pollutant::pm10);
    instrument.measures.insert(Pollutant::o3);
    instrument.until = monday;
    station.instruments.push_back(instrument);
    CHECK(expected() == "pm10 o3 ");
    station.instruments[0].until = monday.plus(-1);
    CHECK(expected().empty()); // the last of them is gone
}
