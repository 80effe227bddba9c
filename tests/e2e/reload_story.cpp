// SIGHUP: a new configuration is taken whole, or not at all.
#include "tests/e2e/stage.hpp"

#include <csignal>

namespace aqi::e2e {
namespace {

struct Reloading {
    Reloading() : broker(folder.path())
    {
        broker.start();
        site.stations = 2;
        site.http = fmt::format("127.0.0.1:{}", free_port()); // the same after a reload
        site.more = link_to(broker);
        daemon.emplace(folder.path(), site);
        daemon->start();
        daemon->wait_for_link("up");
    }
    void reload(const std::string& says)
    {
        const auto before = occurrences(daemon->log(), says);
        daemon->signal(SIGHUP);
        wait_until(20s, says, [&] { return occurrences(daemon->log(), says) > before; });
    }
    /// As the daemon says; 0 while it is between two configurations.
    std::size_t stations() const
    {
        const std::string answer = talk(daemon->socket(), R"({"command":"status"})", 2s);
        if (answer.empty()) return 0;
        return json::parse(answer).at("stations").as_array().size();
    }

    Folder folder;
    Broker broker;
    Site site;
    std::optional<Daemon> daemon;
};

} // namespace

TEST_CASE("a reload takes a new station in, and what was known is still known", "[reload]")
{
    Reloading stage;
    const auto hour = newest_hour() - 5;
    Mqtt sender{stage.broker.login("stations")};
    sender.publish({topic_of("S01"), reading(1, hour), false}, 1);
    wait_until(20s, "the reading", [&] { return stage.daemon->number("SELECT count(*) FROM observation") == 2; });
    sender.publish({topic_of("S03"), reading(3, hour), false}, 2);
    wait_until(20s, "the unknown station", [&] { return stage.daemon->count("aside_unknown_station") == 1; });

    const auto pid = stage.daemon->pid();
    stage.site.stations = 3;
    stage.daemon->configure(stage.site);
    stage.reload("reloading the configuration: stations +S03");
    wait_until(20s, "the third station", [&] { return stage.stations() == 3; });
    stage.daemon->wait_for_link("up");
    CHECK(stage.daemon->pid() == pid);
    sender.publish({topic_of("S03"), reading(3, hour), false}, 3);
    wait_until(20s, "the reading of the new station",
               [&] { return stage.daemon->number("SELECT count(*) FROM observation") == 4; });
    // A repeat of the first is still known as one.
    sender.publish({topic_of("S01"), reading(1, hour), false}, 4);
    wait_until(20s, "the duplicate", [&] { return stage.daemon->count("duplicates") == 2; });
    REQUIRE(stage.daemon->stop() == 0);
}

TEST_CASE("a broken configuration, or one that cannot be started, leaves the former one in force", "[reload]")
{
    Reloading stage;
    const std::string good = read_file(stage.daemon->config());
    write_file(stage.daemon->config(), good + "\n[[station]]\nid = \"S01\"\nname = \"twice\"\n");
    stage.reload("the configuration was not reloaded, the former one stays in force");
    CHECK(stage.daemon->log().find("aqid.toml:") != std::string::npos);
    CHECK(stage.stations() == 2);
    CHECK(stage.daemon->link().at("state").as_string() == "up");

    // The port of the page is somebody else's: everything was ended already, and comes back as it was.
    Site taken = stage.site;
    taken.stations = 3;
    taken.http = fmt::format("127.0.0.1:{}", stage.broker.port());
    stage.daemon->configure(taken);
    const auto rules = [&] { return stage.daemon->rows("SELECT value FROM meta WHERE key = 'rules_digest'"); };
    const auto before = rules();
    REQUIRE(before.size() == 1);
    stage.reload("the new configuration cannot be started, the former one is in force again");
    CHECK(rules() == before); // the area has another station; its figures were not made again for a start that failed
    CHECK(occurrences(stage.daemon->log(), "daily figures were made again") == 0);
    wait_until(20s, "the former configuration", [&] { return stage.stations() == 2; });
    stage.daemon->wait_for_link("up");

    taken = stage.site;
    taken.data = (stage.folder / "elsewhere").string();
    stage.daemon->configure(taken);
    stage.reload("data_folder is another");
    REQUIRE(stage.daemon->stop() == 0);
}

} // namespace aqi::e2e
