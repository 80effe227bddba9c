// What the status says of stations and alarms, where a page draws its buttons from it.
#include "daemon/web/api.hpp"

#include "daemon/clock.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::daemon::web;
using namespace aqi::tests;
namespace json = boost::json;

namespace {

const LocalDay monday = day(2016, 12, 12);

struct Room {
    Room()
    {
        config.rules = small_town(2);
        config.rules.network.persons.front().may_validate = true; // env
        store = std::make_unique<SqliteStore>(folder.path() / "aqid.db", Durability::process, config.rules.network);
        turns = std::make_unique<Turns>(config, *store, clock);
        REQUIRE(turns->recover().has_value());
        dispatch =
            std::make_unique<Dispatch>(io.get_executor(), *store, clock, std::map<std::string, Dispatch::Lane>{});
    }
    json::object status()
    {
        Sources sources;
        sources.config = &config;
        sources.turns = turns.get();
        sources.health = &health;
        sources.dispatch = dispatch.get();
        sources.store = store.get();
        sources.clock = &clock;
        return json::parse(status_json(sources)).as_object();
    }
    json::value note(std::size_t station) { return status().at("stations").as_array().at(station).at("note"); }
    void declare(const StationDeclared& declared)
    {
        const auto done = turns->declare_station(declared, "env");
        REQUIRE(done.has_value());
        REQUIRE(done->has_value());
    }

    const Folder folder;
    Config config;
    SimulatedClock clock{closing(hour(monday, 10))}; // 10:20, in the hour that ends at eleven
    Health health{clock};
    boost::asio::io_context io;
    std::unique_ptr<SqliteStore> store;
    std::unique_ptr<Turns> turns;
    std::unique_ptr<Dispatch> dispatch;
};

} // namespace

TEST_CASE("a station's status says what people said of it for this hour, and nothing of what is over or to come")
{
    Room room;
    CHECK(room.note(0).is_null());
    using Kind = StationNote::Kind;
    room.declare({"A", {Kind::maintenance, hour(monday, 13), hour(monday, 15), "换滤膜", {}}, false});
    CHECK(room.note(0).is_null()); // not yet
    room.declare({"A", {Kind::quarantine, hour(monday, 11), std::nullopt, "读数可疑", {}}, false});
    CHECK(room.note(0) == json::object{{"kind", "quarantine"},
                                       {"first", "2016-12-12 11:00"},
                                       {"last", nullptr},
                                       {"why", "读数可疑"},
                                       {"person", "env"}});
    CHECK(room.note(1).is_null());
    REQUIRE(room.clock.set(closing(hour(monday, 12)))); // in the hour that ends at 13
    CHECK(room.note(0) == json::object{{"kind", "maintenance"},
                                       {"first", "2016-12-12 13:00"},
                                       {"last", "2016-12-12 15:00"},
                                       {"why", "换滤膜"},
                                       {"person", "env"}});
    // Ended from this hour on, as the page asks for it: the quarantine is what runs then.
    StationDeclared ends{"A", {Kind::maintenance, hour(monday, 13), std::nullopt, "已换好", {}}, true};
    room.declare(ends);
    CHECK(room.note(0).at("kind") == "quarantine");
    ends.note.kind = Kind::quarantine;
    room.declare(ends);
    CHECK(room.note(0).is_null());
}

TEST_CASE("an alarm says what it is about in both languages")
{
    Room room;
    REQUIRE(room.turns
                ->note_conditions({{AlarmKind::station, "A", AlarmSeverity::serious, {"A：失联", "A: silent"}},
                                   {AlarmKind::link, "line", AlarmSeverity::serious, "refused by peer"}})
                .has_value());
    const auto alarms = room.status().at("alarms").as_array();
    REQUIRE(alarms.size() == 2);
    CHECK(alarms[0].at("detail") == "A：失联");
    CHECK(alarms[0].at("detail_en") == "A: silent");
    CHECK(alarms[1].at("detail") == "refused by peer"); // its driver's own words, for everybody
    CHECK(alarms[1].at("detail_en") == "refused by peer");
}
