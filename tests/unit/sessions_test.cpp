#include "daemon/web/sessions.hpp"

#include "daemon/store/store.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::daemon::web;
using namespace aqi::tests;

namespace {

constexpr std::int64_t hour_ms = 3'600'000;

struct Room {
    Room()
    {
        config.rules = small_town(1);
        store = std::make_unique<SqliteStore>(folder.path() / "aqid.db", Durability::process, config.rules.network);
        open();
    }
    /// As a restart would.
    void open()
    {
        sessions = std::make_unique<Sessions>(store->login(), config, [this] { return now; });
        sessions->on_end = [this] { ++ends; };
    }
    std::string begin(const char* person = "env") { return sessions->begin(person, "10.0.0.7").value().secret; }
    const SessionRow* look(const std::string& secret) { return sessions->find(secret, Sessions::Touch::only_look); }
    const SessionRow* use(const std::string& secret) { return sessions->find(secret, Sessions::Touch::active); }
    void later(std::int64_t ms) { now.ms += ms; }

    const Folder folder;
    Config config;
    Instant now{1'481'500'000'000};
    int ends = 0;
    std::unique_ptr<SqliteStore> store;
    std::unique_ptr<Sessions> sessions;
};

} // namespace

TEST_CASE("a session opens with its own secret only, and the database holds nothing that opens one")
{
    Room room;
    const std::string secret = room.begin(), other = room.begin("met");
    CHECK(secret.size() == 64);
    REQUIRE(room.look(secret) != nullptr);
    CHECK(room.look(secret)->person == "env");
    CHECK(room.look(other)->person == "met");
    CHECK(room.look("") == nullptr);
    CHECK(room.look(secret.substr(1)) == nullptr);
    CHECK(room.look(std::string(64, '0')) == nullptr);
    CHECK(room.look(room.look(secret)->id) == nullptr);
    CHECK(room.look(hex(room.look(secret)->key)) == nullptr); // the digest that is stored
    for (const auto& row : room.store->login().sessions().value()) CHECK(hex(row.key) != secret);
    CHECK(Sessions::token_of(secret) != Sessions::token_of(other));
    CHECK(Sessions::token_of(secret) != hex(sha256(secret)));
}

TEST_CASE("a session ends when nothing is done for too long, a look does not keep it awake, and by its age in any case")
{
    Room room;
    const std::string idle = room.begin(), watched = room.begin("met"), busy = room.begin("mayor");
    for (int hour = 0; hour < 12; ++hour) {
        REQUIRE(room.look(idle) != nullptr);
        REQUIRE(room.look(watched) != nullptr);
        REQUIRE(room.use(busy) != nullptr);
        room.later(hour_ms);
    }
    CHECK(room.look(idle) == nullptr);
    CHECK(room.look(watched) == nullptr);
    CHECK(room.use(busy) != nullptr);
    CHECK(room.ends >= 1);
    for (int hour = 12; hour < 24 * 7; ++hour) {
        REQUIRE(room.use(busy) != nullptr);
        room.later(hour_ms);
    }
    CHECK(room.use(busy) == nullptr);
    CHECK(room.store->login().sessions().value().empty());
    (void)room.begin();
    room.later(12 * hour_ms);
    room.sessions->sweep(); // what nobody asks for ends, too
    CHECK(room.store->login().sessions().value().empty());
}

TEST_CASE("a restart signs nobody out and forgets at most a minute of who was active")
{
    Room room;
    const std::string secret = room.begin();
    room.later(11 * hour_ms);
    REQUIRE(room.use(secret) != nullptr);
    room.later(59'000);
    REQUIRE(room.use(secret) != nullptr);
    room.open();
    REQUIRE(room.look(secret) != nullptr);
    room.later(12 * hour_ms - 59'001);
    CHECK(room.look(secret) != nullptr);
    room.later(1);
    CHECK(room.look(secret) == nullptr);
    room.open();
    CHECK(room.look(secret) == nullptr);
}

TEST_CASE("the seventeenth session of a person ends the first, and another's stay")
{
    Room room;
    const std::string other = room.begin("met"), first = room.begin();
    std::string second;
    for (int i = 1; i < 16; ++i) {
        room.later(1);
        const std::string secret = room.begin();
        if (i == 1) second = secret;
    }
    CHECK(room.look(first) != nullptr);
    room.later(1);
    const std::string last = room.begin();
    CHECK(room.look(first) == nullptr);
    CHECK(room.look(second) != nullptr);
    CHECK(room.look(last) != nullptr);
    CHECK(room.look(other) != nullptr);
    CHECK(room.sessions->open("env").size() == 16);
}

TEST_CASE("a new password ends every session of the person, also after a restart, and nobody else's")
{
    Room room;
    const std::string one = room.begin(), two = room.begin(), other = room.begin("met");
    REQUIRE(room.sessions->change_password("env", "$argon2id$x", "root").has_value());
    CHECK(room.ends == 1);
    CHECK(room.look(one) == nullptr);
    CHECK(room.look(two) == nullptr);
    CHECK(room.look(other) != nullptr);
    CHECK(room.store->login().password_of("env").value() == "$argon2id$x");
    room.open();
    CHECK(room.look(one) == nullptr);
    CHECK(room.look(other) != nullptr);
}

TEST_CASE("a session ends with its person, and by its id")
{
    Room room;
    const std::string one = room.begin(), other = room.begin("met");
    const std::string id = room.look(one)->id;
    CHECK(room.sessions->is_open(id));
    REQUIRE(room.sessions->end(id).has_value());
    CHECK_FALSE(room.sessions->is_open(id));
    CHECK(room.look(one) == nullptr);
    CHECK(room.ends == 1);
    std::erase_if(room.config.rules.network.persons, [](const Person& p) { return p.id == "met"; });
    CHECK(room.look(other) == nullptr);
    room.open();
    CHECK(room.store->login().sessions().value().empty());
}
