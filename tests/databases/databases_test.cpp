// Databases of former versions open, whole; see README.md.
#include "daemon/store/audit.hpp"
#include "daemon/store/ledger.hpp"
#include "daemon/store/sqlite.hpp"
#include "daemon/store/store.hpp"
#include "daemon/web/passwords.hpp"
#include "schemas/embedded.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::tests;

namespace {

/// A database as version `version` left it.
void make_database(const std::filesystem::path& file, std::size_t version)
{
    Database database{file.string(), OpenAs::read_write};
    const auto migrations = schemas::sql_migrations();
    REQUIRE(version <= migrations.size());
    for (std::size_t n = 0; n < version; ++n) database.execute(std::string{migrations[n].text});
    database.execute(text_of(source_file(fmt::format("tests/databases/v{}.sql", version))));
    database.execute(fmt::format("PRAGMA user_version = {}", version));
}

} // namespace

TEST_CASE("every version of the schema has a database of its own here")
{
    for (std::size_t version = 1; version <= schemas::sql_migrations().size(); ++version)
        CHECK(std::filesystem::exists(source_file(fmt::format("tests/databases/v{}.sql", version))));
}

TEST_CASE("a database of version 1 is migrated and everything in it is there")
{
    const Folder folder;
    const auto file = folder.path() / "aqid.db";
    make_database(file, 1);
    const Rules rules = small_town(2);
    SqliteStore store{file, Durability::process, rules.network};

    std::vector<Event> events;
    REQUIRE(store.fold([&](const Event& e) { events.push_back(e); }).has_value());
    REQUIRE(events.size() == 12);
    const HourEnding first = hour(day(2016, 12, 12), 1);
    CHECK(events[0] == Event{Observed{StationIndex{0}, first, Pollutant::pm2_5, Flag::normal, conc("35.2")}});
    CHECK(events[2] == Event{Observed{StationIndex{1}, first, Pollutant::pm10, Flag::communication, std::nullopt}});
    CHECK(events[3] == Event{ObservedDay{StationIndex{0}, day(2016, 12, 12), Pollutant::o3, Flag::normal, ug(61)}});
    CHECK(std::holds_alternative<HourClosed>(events[4]));
    CHECK(events[5] == Event{Observed{StationIndex{1}, first, Pollutant::pm2_5, Flag::normal, ug(45)}}); // in order

    State state{rules.network};
    for (const auto& event : events) absorb(state, event, rules);
    REQUIRE(state.warnings().size() == 1);
    const Warning& warning = state.warnings().front();
    CHECK(warning.id == "city-2016-001");
    CHECK(warning.level() == WarningLevel::yellow);
    REQUIRE(warning.revisions.size() == 1);
    CHECK(warning.revisions[0].state == RevisionState::issued);
    CHECK(warning.revisions[0].signatures.size() == 2);
    CHECK(warning.revisions[0].judgement.inputs.size() == 2);
    CHECK(state.held(StationIndex{1}, first, Pollutant::pm2_5)->value == ug(45));

    CHECK(store.consumed() == 4096);
    const auto waiting = store.due("portal", Instant{INT64_MAX}, 10);
    REQUIRE(waiting.has_value());
    REQUIRE(waiting->size() == 1);
    CHECK(waiting->front().state == SendState::retry);
    CHECK(waiting->front().attempts == 2);
    CHECK(waiting->front().content().text == waiting->front().row->document); // leaves as it was written then
    CHECK(verify_ledger(file).trouble.empty());                               // the ledger begins with the migration
    CHECK(store.newest_parked(5).size() == 1);
    CHECK(store.counts().size() == 2);
}

TEST_CASE("a database of version 2 keeps what people said of its data")
{
    const Folder folder;
    const auto file = folder.path() / "aqid.db";
    make_database(file, 2);
    const Rules rules = small_town(2);
    SqliteStore store{file, Durability::process, rules.network};
    State state{rules.network};
    REQUIRE(store.fold([&](const Event& e) { absorb(state, e, rules); }).has_value());

    const HourEnding first = hour(day(2016, 12, 12), 1);
    REQUIRE(state.corrections().size() == 1);
    const Correction& correction = state.corrections().front();
    CHECK(correction.state == CorrectionState::ratified);
    CHECK(correction.why == "校准已结束");
    CHECK(correction.decided->person == "met");
    // The value under the calibration flag counts since it was accepted; what was received is still known.
    CHECK(state.station(StationIndex{1}).day(first.day())->value(Pollutant::pm2_5, 1) == conc("44.8"));
    CHECK(state.held(StationIndex{1}, first, Pollutant::pm2_5)->flag == Flag::calibration);
    CHECK(state.dust_days(AreaIndex{0}).at(first.day()).document == "总站气字〔2016〕1号");
    CHECK(state.reviewed(rules.network.place(AreaIndex{0}), first.day(), rules) == ReviewLevel::validated);
    CHECK(state.notices(2016) == 1);
    const auto notices = store.newest_notices(10);
    REQUIRE(notices.size() == 1);
    CHECK(notices.front().changes.front().after == "45");
    CHECK(store.newest_marks(10).size() == 1);
}

TEST_CASE("a database of version 3 keeps minutes, weather, and what was said of stations and links")
{
    const Folder folder;
    const auto file = folder.path() / "aqid.db";
    make_database(file, 3);
    const Rules rules = small_town(2);
    SqliteStore store{file, Durability::process, rules.network};
    State state{rules.network};
    REQUIRE(store.fold([&](const Event& e) { absorb(state, e, rules); }).has_value());

    const HourEnding first = hour(day(2016, 12, 12), 1);
    CHECK(state.held(StationIndex{0}, first, Pollutant::pm2_5)->flag == Flag::too_few_minutes);
    const auto* work = state.station_note(StationIndex{0}, StationNote::Kind::maintenance, first.plus(4));
    REQUIRE(work != nullptr);
    CHECK(work->why == "滤膜更换");
    CHECK(state.station_note(StationIndex{0}, StationNote::Kind::maintenance, first.plus(5)) == nullptr);
    CHECK(state.station_note(StationIndex{1}, StationNote::Kind::quarantine, first.plus(1'000)) != nullptr);

    const auto kept = store.hour_of(StationIndex{0}, first).value();
    const auto made = hour_of(kept.minutes[Pollutant::pm2_5]);
    REQUIRE(made);
    CHECK(made->minutes == 2);
    CHECK(made->value == conc("35.2")); // (35.0 + 70.8 / 2) / 2
    CHECK(store.made_of_minutes(StationIndex{0}, first, Pollutant::pm2_5).value());
    CHECK(store.with_minutes(first).value() == std::vector{StationIndex{0}});
    const auto weather = store.weather(StationIndex{0}, first, first);
    CHECK(weather.at(first)[WeatherItem::temperature] == -1'500);
    CHECK(weather.at(first)[WeatherItem::humidity] == 81'000);
    CHECK(store.heard().value().at(StationIndex{0}).link == "county");
    CHECK(store.link_changes("county", Instant{1'481'480'000'000}).size() == 1);
    CHECK(store.aside_hours("A", first, first).size() == 1);
    REQUIRE(store.forget_minutes_before(first.plus(1)).has_value());
    CHECK(store.with_minutes(first).value().empty());
}

TEST_CASE("a database of version 4 keeps what was sent to whom, and its ledger holds")
{
    const Folder folder;
    const auto file = folder.path() / "aqid.db";
    make_database(file, 4);
    const Rules rules = small_town(2);
    SqliteStore store{file, Durability::process, rules.network};
    const auto waiting = store.due("sms", Instant{INT64_MAX}, 10);
    REQUIRE(waiting.has_value());
    REQUIRE(waiting->size() == 1);
    CHECK(waiting->front().to == Recipient{"李四", "13900000002"});
    CHECK(waiting->front().content().text == "Hebi: orange");
    CHECK(store.reached("city-2016-001", "sms")->front().recipients == std::vector<std::uint32_t>{2});
    const auto verdict = verify_ledger(file);
    CHECK(verdict.trouble.empty());
    CHECK(verdict.lines == 3);
}

TEST_CASE("a database of version 4 has an audit trail that begins, and nobody who can sign in")
{
    const Folder folder;
    const auto file = folder.path() / "aqid.db";
    make_database(file, 4);
    const Rules rules = small_town(2);
    SqliteStore store{file, Durability::process, rules.network};
    CHECK(store.login().password_of("env").value() == std::nullopt);
    CHECK(store.login().sessions().value().empty());
    CHECK(verify_audit(file).lines == 0);
    AuditEntry first;
    first.command = "sign-in";
    first.outcome = "refused";
    CHECK(store.audit_trail().append(first).value() == 1);
    CHECK(verify_audit(file).trouble.empty());
}

TEST_CASE("a database of version 5 keeps passwords, who is signed in, and a trail that goes on")
{
    const Folder folder;
    const auto file = folder.path() / "aqid.db";
    make_database(file, 5);
    const Rules rules = small_town(2);
    SqliteStore store{file, Durability::process, rules.network};
    const auto hash = store.login().password_of("env").value();
    REQUIRE(hash);
    CHECK(web::password_fits(*hash, "correct horse"));
    CHECK_FALSE(web::password_fits(*hash, "correct hors"));
    const auto sessions = store.login().sessions().value();
    REQUIRE(sessions.size() == 1);
    std::string secret;
    for (int i = 0; i < 32; ++i) secret += "ab";
    CHECK(sessions[0].key == sha256(secret));
    CHECK(sessions[0].person == "env");
    const auto verdict = verify_audit(file);
    CHECK(verdict.trouble.empty());
    CHECK(verdict.lines == 4);
    const auto lines = store.audit_trail().newest(2).value();
    CHECK(lines.front().entry.why == "尚无草案");
    CHECK(lines.front().entry.of == 3);
    CHECK(store.audit_trail().append(lines.back().entry).value() == 5);
    CHECK(verify_audit(file, verdict.newest).trouble.empty());
}
