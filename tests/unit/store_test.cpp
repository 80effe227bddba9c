#include "daemon/store/event_json.hpp"
#include "daemon/store/ledger.hpp"
#include "daemon/store/sqlite.hpp"
#include "daemon/store/store.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <fstream>

#include <sys/resource.h>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::tests;

namespace {

const LocalDay monday = day(2016, 12, 12);

Stamped observed(std::uint32_t station, HourEnding h, std::int64_t value)
{
    return {Observed{StationIndex{station}, h, Pollutant::pm2_5, Flag::normal, ug(value)}, closing(h), "broker"};
}

std::vector<Event> folded(Store& store)
{
    std::vector<Event> out;
    REQUIRE(store.fold([&](const Event& e) { out.push_back(e); }).has_value());
    return out;
}

/// One event of every kind, with every field set to something.
std::vector<Event> one_of_each()
{
    Revision r;
    r.number = 2;
    r.kind = RevisionKind::upgrade;
    r.level = WarningLevel::red;
    r.previous = WarningLevel::yellow;
    r.effective = hour(monday, 24);
    r.rules = "2016-225";
    r.proposed_at = r.moved_at = closing(hour(monday, 16));
    r.judgement = {WarningLevel::red,
                   monday,
                   monday.plus(3),
                   4,
                   2,
                   330,
                   "一条",
                   {{monday, 230, DayBasis::observed},
                    {monday.plus(1), -1, DayBasis::unknown},
                    {monday.plus(2), 330, DayBasis::forecast}}};
    const Instant at = closing(hour(monday, 17));
    return {
        Observed{StationIndex{0}, hour(monday, 9), Pollutant::co, Flag::normal, conc("1.5", Pollutant::co)},
        Observed{StationIndex{1}, hour(monday, 24), Pollutant::o3, Flag::calibration, std::nullopt},
        ObservedDay{StationIndex{1}, monday, Pollutant::pm10, Flag::normal, ug(120)},
        HourClosed{hour(monday, 9), at, true},
        ForecastIssued{{"city", "hbj", "env", at, {{monday.plus(1), 180, 220, "PM2.5"}, {monday.plus(2), 90, 90, ""}}},
                       at},
        Proposed{"city-2016-001", "city", r},
        Withdrawn{"city-2016-001", 2, at, "因为 \"quotes\""},
        PersonActed{"city-2016-001", 2, Verb::lift, "met", Bureau::meteorology, RevisionState::issued, at},
    };
}

/// The kinds that came with consultation, orders, measures, alarms and drills, with every field set to something.
std::vector<Event> one_of_each_since()
{
    const Instant at = closing(hour(monday, 17));
    ForecastDay whole{monday.plus(1), 180, 220, "PM2.5", "静稳", {}, true};
    whole.values[Pollutant::pm2_5] = ConcentrationRange{ug(120), ug(160)};
    ConsultationRecord record;
    record.at = at;
    record.views = {{"hbj", WarningLevel::yellow, {{whole, at, Instant{at.ms + 1}, "env"}}}};
    record.observed = {{monday, 230, DayBasis::observed, SetApart::ozone, {{499, 3}}}};
    record.hour = hour(monday, 16);
    record.hour_aqi = 211;
    record.disagreement = "不一致";
    Revision r;
    r.number = 1;
    r.kind = RevisionKind::downgrade;
    r.level = WarningLevel::yellow;
    r.previous = WarningLevel::red;
    r.effective = hour(monday, 24);
    r.rules = "2024-6";
    r.proposed_at = r.moved_at = at;
    r.judgement.note = "实测";
    r.judgement.begins_after = 7;
    r.origin = Origin::people;
    r.order = "order-2016-001";
    r.why = "为什么";
    r.until = hour(monday.plus(2), 12);
    r.wording = "措辞";
    r.authors = {{"env", at}};
    r.closes = Instant{at.ms + 5};
    r.record = record;
    PersonActed acted{"city-2016-001", 2, Verb::approve, "deputy", Bureau::government, RevisionState::agreed, at};
    acted.in_place_of = "mayor";
    acted.why = "原因";
    acted.late_why = "迟";
    ResponseEntry entry{
        "city-2016-001", 2, "earthworks", "zjj", "停止土石方", WarningLevel::orange, "plants 2016", 20, at, {}, {}};
    return {
        ForecastIssued{{"city", "hbj", "env", at, {whole}, {{hour(monday.plus(1), 9), 190, 230}}}, at},
        Proposed{"city-2016-001", "city", r},
        DrillProposed{{"drill-city-2016-001", "city", r}},
        acted,
        Consulted{"city-2016-001",
                  2,
                  RevisionKind::upgrade,
                  {WarningLevel::orange, hour(monday, 20), hour(monday, 23), "词"},
                  {"met", at},
                  "因为",
                  Instant{at.ms + 9},
                  record},
        Ordered{{"order-2016-001",
                 "省攻坚办",
                 "豫环〔2016〕1号",
                 {"city"},
                 WarningLevel::red,
                 hour(monday, 24),
                 hour(monday.plus(3), 24),
                 "全文",
                 {"office", at}}},
        Overdue{"city-2016-001", 2, 3, "sign", at},
        EmergencyReviewed{"city-2016-001", 2, {{"mayor", at}, true, "属实"}},
        Ended{"city-2016-001", at},
        ActRefused{{"env", at}, "sign city-2016-001/2", "已签"},
        AlarmChanged{"alarm-2016-0001", AlarmKind::channel, "radio", AlarmSeverity::critical, "拒绝", at},
        AlarmChanged{"alarm-2016-0001", AlarmKind::channel, "radio", AlarmSeverity::none, {"已恢复", "good again"}, at},
        AlarmActed{
            "alarm-2016-0001", AlarmActed::Verb::silence, {"env", "hbj", {"duty"}, at, "维修"}, Instant{at.ms + 1}},
        AlarmActed{"alarm-2016-0001", AlarmActed::Verb::own, {"env", "hbj", {}, at, ""}, {}},
        AlarmActed{"alarm-2016-0001", AlarmActed::Verb::note, {"met", "qxj", {}, at, "已核实"}, {}},
        ResponseCalled{{entry}, "city-2016-001", 2, {"sport"}},
        ResponseActed{"city-2016-001", "earthworks", {ResponseStage::started, {"builder", at}, "已启动"}},
    };
}

PreparedRow outbox_row(const char* warning, int revision, const char* channel, std::int64_t at)
{
    PreparedRow out;
    out.row.warning = warning;
    out.row.revision = revision;
    out.row.channel = out.row.provider = channel;
    out.row.mode = Mode::drill;
    out.row.document = "{\"a\":1}";
    out.row.zh = {"污染"};
    out.row.created_at = Instant{at};
    out.row.expires_at = Instant{at + 89};
    return out;
}

} // namespace

TEST_CASE("an alarm of a journal without English says in both languages what it said, and is written as it was")
{
    const std::string old =
        R"({"alarm":"alarm-2016-0001","kind":"link","subject":"a","severity":"serious","detail":"中断","at":5})";
    const Event event = event_of("alarm", old);
    CHECK(std::get<AlarmChanged>(event).detail == Words{"中断", "中断"});
    CHECK(event_body(event) == old);
    const Event both = AlarmChanged{"alarm-2016-0002", AlarmKind::link, "a", AlarmSeverity::none, {"好", "up"}, {5}};
    CHECK(event_body(both).find(R"("detail":"好","at":5,"detail_en":"up")") != std::string::npos);
    CHECK(event_of("alarm", event_body(both)) == both);
}

TEST_CASE("every kind of event is read from the journal as it was written, in its order")
{
    const Folder folder;
    const Rules rules = small_town(2);
    auto events = one_of_each();
    for (auto& event : one_of_each_since()) events.push_back(std::move(event));
    {
        SqliteStore store{folder.path() / "aqid.db", Durability::power, rules.network};
        Turn turn;
        for (const auto& e : events) turn.events.push_back({e, Instant{1}, "x"});
        REQUIRE(store.commit(turn).has_value());
        CHECK(folded(store) == events);
    }
    SqliteStore again{folder.path() / "aqid.db", Durability::power, rules.network};
    CHECK(folded(again) == events);
    Turn more;
    more.events.push_back({events[0], Instant{2}, "x"});
    REQUIRE(again.commit(more).has_value());
    CHECK(folded(again).size() == events.size() + 1);
}

TEST_CASE("a turn is kept whole or not at all")
{
    const Folder folder;
    const Rules rules = small_town(1);
    SqliteStore store{folder.path() / "aqid.db", Durability::process, rules.network};
    Turn good;
    good.events.push_back(observed(0, hour(monday, 1), 10));
    good.consumed = 100;
    good.counts["frames"] = 1;
    REQUIRE(store.commit(good).has_value());
    // The same outbox row twice breaks a promise of the schema: everything of that turn must go.
    Turn bad;
    bad.events.push_back(observed(0, hour(monday, 2), 20));
    bad.consumed = 200;
    bad.counts["frames"] = 1;
    const PreparedRow row = outbox_row("w", 1, "c", 1);
    bad.outbox = {row, row};
    const auto refused = store.commit(bad);
    REQUIRE(refused.has_error());
    CHECK(refused.error().what.find("UNIQUE") != std::string::npos);
    CHECK(folded(store).size() == 1);
    CHECK(store.consumed() == 100);
    CHECK(store.waiting()->empty());
    // And the next turn goes through, with the next number of the journal.
    bad.outbox = {row};
    REQUIRE(store.commit(bad).has_value());
    CHECK(folded(store).size() == 2);
    CHECK(store.consumed() == 200);
    REQUIRE(store.counts().size() == 1);
    CHECK(store.counts()[0].count == 2);
}

TEST_CASE("a full disk is a trouble, not a loss")
{
    // RLIMIT_FSIZE makes writes fail as a full disk does, without root.
    const auto before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const Folder folder;
    const Rules rules = small_town(1);
    SqliteStore store{folder.path() / "aqid.db", Durability::process, rules.network};
    Turn first;
    first.events.push_back(observed(0, hour(monday, 1), 10));
    REQUIRE(store.commit(first).has_value());
    Turn large;
    for (int h = 0; h < 5'000; ++h) large.events.push_back(observed(0, hour(monday, 2).plus(h), 10));
    const rlimit full{200'000, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
    const auto refused = store.commit(large);
    const auto refused_again = store.commit(large);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, before);
    REQUIRE(refused.has_error());
    CHECK(refused_again.has_error());
    CHECK(folded(store).size() == 1);
    CHECK(store.commit(large).has_value());
    CHECK(folded(store).size() == 5'001);
}

TEST_CASE("a database from a newer version, or none at all, is refused and left alone")
{
    const Folder folder;
    const Rules rules = small_town(1);
    const auto file = folder.path() / "aqid.db";
    {
        SqliteStore store{file, Durability::power, rules.network};
    }
    {
        Database database{file.string(), OpenAs::read_write};
        database.execute("PRAGMA user_version = 99");
    }
    CHECK_THROWS_WITH((SqliteStore{file, Durability::power, rules.network}),
                      Catch::Contains("version 99, from a newer aqid") && Catch::Contains("Nothing was changed"));
    {
        Database database{file.string(), OpenAs::read_only};
        CHECK(database.number("PRAGMA user_version") == 99);
    }
    const auto nonsense = folder.path() / "nonsense.db";
    std::ofstream{nonsense} << std::string(8'192, 'n');
    CHECK_THROWS_AS((SqliteStore{nonsense, Durability::power, rules.network}), StoreError);
    CHECK_THROWS_AS((SqliteStore{folder.path() / "no" / "such" / "folder.db", Durability::power, rules.network}),
                    StoreError);
}

TEST_CASE("stations keep their number when the configuration is reordered, and the fold leaves out who is gone")
{
    const Folder folder;
    const auto file = folder.path() / "aqid.db";
    const Rules rules = small_town(2);
    {
        SqliteStore store{file, Durability::power, rules.network};
        Turn turn;
        turn.events.push_back(observed(0, hour(monday, 1), 10));
        turn.events.push_back(observed(1, hour(monday, 1), 20));
        REQUIRE(store.commit(turn).has_value());
    }
    Network reordered = rules.network;
    std::swap(reordered.stations[0], reordered.stations[1]);
    {
        SqliteStore store{file, Durability::power, reordered};
        const auto events = folded(store);
        CHECK(std::get<Observed>(events.at(0)).station == StationIndex{1}); // station A, which now stands second
    }
    Network smaller = rules.network;
    smaller.stations.erase(smaller.stations.begin());
    smaller.areas[0].members = {Membership{StationIndex{0}}};
    SqliteStore store{file, Durability::power, smaller};
    CHECK(folded(store).size() == 1);
}

TEST_CASE("what was put aside is kept to a limit, and counted without one")
{
    const Folder folder;
    const Rules rules = small_town(1);
    SqliteStore store{folder.path() / "aqid.db", Durability::process, rules.network};
    for (int turn_number = 0; turn_number < 12; ++turn_number) {
        Turn turn;
        for (int n = 0; n < 1'000; ++n)
            turn.parked.push_back({Instant{n}, {Reason::malformed, "d"}, "l", "o", "s", "b"});
        turn.counts["aside_malformed"] = 1'000;
        REQUIRE(store.commit(turn).has_value());
    }
    CHECK(store.newest_parked(20'000).size() == 10'000);
    CHECK(store.counts().at(0).count == 12'000);
}

TEST_CASE("an outbox row keeps its key and its history")
{
    const Folder folder;
    const Rules rules = small_town(1);
    SqliteStore store{folder.path() / "aqid.db", Durability::process, rules.network};
    Turn turn;
    turn.outbox.push_back(outbox_row("w", 1, "portal", 10));
    turn.outbox.push_back(outbox_row("w", 1, "radio", 10));
    REQUIRE(store.commit(turn).has_value());
    REQUIRE(store.waiting()->size() == 2);
    OutboxEntry entry = store.due("portal", Instant{10}, 5)->at(0);
    CHECK(*entry.row == turn.outbox[0].row);
    CHECK(key_of(*entry.row, entry.recipient) == "w/1/portal");
    CHECK(store.find("portal", "", "w/1/portal")->value().id == entry.id);
    for (const auto* other : {"w/2/portal", "w/1/radio", "w/1", "w", "", "w/x/portal", "w/1/portal/officials@0/2"})
        CHECK_FALSE(store.find("portal", "", other)->has_value());
    Turn escaped;
    escaped.outbox.push_back(outbox_row("鹤壁 1%", 1, "portal", 1'000));
    REQUIRE(store.commit(escaped).has_value());
    const std::string key = key_of(escaped.outbox[0].row, 0);
    CHECK(key == "%E9%B9%A4%E5%A3%81%201%25/1/portal");
    CHECK(store.find("portal", "", key)->value().row->warning == "鹤壁 1%");
    for (const auto state : {SendState::sending, SendState::retry, SendState::sending, SendState::accepted}) {
        entry.state = state;
        entry.detail = send_state_name(state);
        REQUIRE(store.update({entry}, Instant{20}).has_value());
    }
    CHECK(store.waiting()->at("radio").deliveries == 1);
    CHECK(store.waiting()->at("portal").deliveries == 1); // the other warning's
    CHECK(store.newest_outbox(10).at(2).counts.at(SendState::accepted) == 1);

    // After a later message failed there, the channel's last word is the failure; what it last accepted stands.
    Turn later;
    later.outbox.push_back(outbox_row("w", 2, "portal", 30));
    REQUIRE(store.commit(later).has_value());
    CHECK(store.due("portal", Instant{29}, 5)->empty());
    OutboxEntry second = store.due("portal", Instant{30}, 5)->at(0);
    second.state = SendState::retry;
    second.detail = "HTTP 503";
    REQUIRE(store.update({second}, Instant{40}).has_value());
    const auto words = store.last_words();
    REQUIRE(words.size() == 1); // radio has said nothing yet
    CHECK(words[0].channel == "portal");
    CHECK(words[0].state == "retry");
    CHECK(words[0].detail == "HTTP 503");
    CHECK(words[0].accepted_at == Instant{20});

    Database database{(folder.path() / "aqid.db").string(), OpenAs::read_only};
    CHECK(database.number("SELECT count(*) FROM ledger") == 9); // four rows prepared, five changes
    const auto verdict = verify_ledger(folder.path() / "aqid.db");
    CHECK(verdict.lines == 9);
    CHECK(verdict.trouble.empty());
}
