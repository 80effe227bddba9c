// What was acknowledged is stored: once, whatever is killed or restarted in between.
#include "tests/e2e/stage.hpp"

#include <csignal>
#include <iostream>
#include <random>

namespace aqi::e2e {
namespace {

constexpr int stations = 20;

/// Publishes through several connections at once.
class Fleet {
public:
    Fleet(const Broker& broker, const std::vector<Message>& messages, std::size_t connections, int pause_us)
    {
        for (std::size_t c = 0; c < connections; ++c) {
            std::vector<Message> part;
            for (std::size_t n = c; n < messages.size(); n += connections) part.push_back(messages[n]);
            publishers_.push_back(std::make_unique<Publisher>(broker.login("stations", fmt::format("station-{}", c)),
                                                              std::move(part), pause_us));
        }
    }
    bool done() const
    {
        return std::all_of(publishers_.begin(), publishers_.end(), [](const auto& p) { return p->done(); });
    }
    std::size_t acknowledged() const { return sum(&Publisher::acknowledged); }
    std::size_t sent_again() const { return sum(&Publisher::sent_again); }
    std::size_t connections() const { return sum(&Publisher::connections); }

private:
    std::size_t sum(std::size_t (Publisher::*of)() const) const
    {
        std::size_t all = 0;
        for (const auto& p : publishers_) all += (p.get()->*of)();
        return all;
    }
    std::vector<std::unique_ptr<Publisher>> publishers_;
};

std::size_t message_count() { return static_cast<std::size_t>(from_environment("AQID_E2E_ROUNDS", 4'000)); }
int kill_count()
{
    return from_environment("AQID_E2E_KILLS", static_cast<int>(std::max<std::size_t>(6, message_count() / 700)));
}

unsigned seed()
{
    const auto chosen = static_cast<unsigned>(from_environment("AQID_E2E_SEED", 0));
    const unsigned used = chosen != 0 ? chosen : std::random_device{}();
    std::cout << "AQID_E2E_SEED=" << used << " (" << Catch::getResultCapture().getCurrentTestName() << ")" << std::endl;
    return used;
}

void wait_until_all_is_stored(Daemon& daemon, std::size_t count)
{
    wait_until(60s + milliseconds{count * 5}, fmt::format("the last of {} messages in the journal", count), [&] {
        return daemon.number("SELECT count(*) FROM observation") >= static_cast<std::int64_t>(2 * count);
    });
    // Whatever the broker still delivers comes before this one.
    daemon.wait_for_link("up");
}

void kill_at_random_instants(const std::string& durability)
{
    std::mt19937 random{seed()};
    const std::size_t count = message_count();
    const int kills = kill_count();
    Folder folder;
    Broker broker{folder.path()};
    broker.start();
    Site site;
    site.durability = durability;
    site.stations = stations;
    site.more = link_to(broker);
    Daemon daemon{folder.path(), site};
    daemon.start();
    daemon.wait_for_link("up");

    Fleet fleet{broker, many_readings(stations, count), 5, 0};
    for (int k = 0; k < kills; ++k) {
        if (k % 2 == 0) {
            // In the middle of work: when so much more has been stored.
            const auto share = static_cast<std::size_t>(k) * count / static_cast<std::size_t>(kills);
            const auto rows =
                static_cast<std::int64_t>(2 * share + random() % (2 * count / static_cast<std::size_t>(kills)));
            wait_until(60s, fmt::format("row {}", rows),
                       [&] { return daemon.number("SELECT max(seq) FROM observation") >= rows; });
        } else {
            // At some instant after its start: here the instant itself is the story.
            std::this_thread::sleep_for(milliseconds{random() % 400});
        }
        daemon.kill();
        daemon.spawn();
    }
    daemon.kill();
    daemon.start();
    wait_until(60s + milliseconds{count}, "the last acknowledgement to a publisher", [&] { return fleet.done(); });
    CHECK(fleet.acknowledged() == count);
    wait_until_all_is_stored(daemon, count);
    require_exactly_once(daemon.database(), stations, count);
    CHECK(daemon.count("revisions") == 0);
    CHECK(daemon.number("SELECT count(*) FROM parked") == 0);
    REQUIRE(daemon.stop() == 0);
}

} // namespace

TEST_CASE("with durability process every acknowledged message is stored once, whenever the daemon is killed", "[kill]")
{
    kill_at_random_instants("process");
}

TEST_CASE("with durability power every acknowledged message is stored once, whenever the daemon is killed", "[kill]")
{
    kill_at_random_instants("power");
}

TEST_CASE("every acknowledged message is stored once when the broker is restarted in order", "[kill]")
{
    std::mt19937 random{seed()};
    const std::size_t count = message_count();
    constexpr std::size_t restarts = 3;
    Folder folder;
    Broker broker{folder.path()};
    broker.start();
    Site site;
    site.stations = stations;
    site.more = link_to(broker);
    Daemon daemon{folder.path(), site};
    daemon.start();
    daemon.wait_for_link("up");

    Fleet fleet{broker, many_readings(stations, count), 5, 1000};
    for (std::size_t r = 0; r < restarts; ++r) {
        const std::size_t at = r * count / restarts + random() % (count / restarts - 100);
        wait_until(60s, fmt::format("acknowledgement {}", at), [&] { return fleet.acknowledged() >= at; });
        broker.stop();
        broker.start();
    }
    wait_until(60s + milliseconds{count * 2}, "the last acknowledgement to a publisher", [&] { return fleet.done(); });
    CHECK(fleet.connections() > 5);
    wait_until_all_is_stored(daemon, count);
    require_exactly_once(daemon.database(), stations, count);
    CHECK(daemon.count("revisions") == 0);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("what is in the inbox and not yet in the journal survives a kill", "[kill]")
{
    constexpr std::size_t count = 300;
    Folder folder;
    Broker broker{folder.path()};
    broker.start();
    Site site;
    site.stations = stations;
    site.more = link_to(broker);
    Daemon::Options options;
    options.fault_disk = true;
    Daemon daemon{folder.path(), site, options};
    daemon.start();
    daemon.wait_for_link("up");

    daemon.fault("pwrite aqid.db-wal 28 0"); // the database takes nothing, the inbox does
    const auto messages = many_readings(stations, count);
    publish_all(broker.login("stations"), messages);
    wait_until(20s, "all messages in the inbox", [&] { return daemon.inbox_bytes() == inbox_bytes_of(messages); });
    CHECK(daemon.number("SELECT count(*) FROM observation") == 0);
    daemon.kill();
    broker.stop(); // it cannot help
    daemon.fault("");
    daemon.start();
    wait_until(20s, "the inbox's entries in the journal",
               [&] { return daemon.number("SELECT count(*) FROM observation") == 2 * count; });
    require_exactly_once(daemon.database(), stations, count);
    REQUIRE(daemon.stop() == 0);
}

} // namespace aqi::e2e
