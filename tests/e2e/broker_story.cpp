// A broker that is absent, silent, strict or away: the link says so, comes back by itself, and brings what was kept.
#include "tests/e2e/stage.hpp"

#include <csignal>

namespace aqi::e2e {
namespace {

constexpr int stations = 4;

Site site_with(const std::string& link)
{
    Site site;
    site.stations = stations;
    site.more = link;
    return site;
}

std::string detail(Daemon& daemon) { return std::string{daemon.link().at("detail").as_string()}; }

/// The version of the protocol a test is told for.
std::string version_line(const std::string& version) { return fmt::format("version = \"{}\"\n", version); }

} // namespace

TEST_CASE("a broker that is not there at the start is waited for, and named once", "[broker]")
{
    const Folder folder;
    Broker broker{folder.path()};
    Daemon daemon{folder.path(), site_with(link_to(broker))};
    daemon.start();
    daemon.wait_for_link("down");
    INFO(detail(daemon));
    CHECK(detail(daemon).find("cannot connect to " + broker.uri()) != std::string::npos);
    // Several attempts lie behind it when this time is over; the broker comes only then.
    CHECK_FALSE(comes(4s, [&] { return daemon.link().at("state").as_string() == "up"; }));
    const std::string said = daemon.log();
    INFO(said);
    CHECK(occurrences(said, "link broker: down") == 1);
    CHECK(daemon.get("/healthz").status == 200);
    broker.start();
    daemon.wait_for_link("up");
    publish_all(broker.login("stations"), many_readings(stations, 10));
    wait_until(20s, "the readings", [&] { return daemon.number("SELECT count(*) FROM observation") == 20; });
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a link that is down says the reason in words an operator knows", "[broker]")
{
    const Folder folder;
    Broker broker{folder.path()};
    Daemon daemon{folder.path(), site_with(link_to(broker))};
    daemon.start();
    daemon.wait_for_link("down");
    const std::string said = detail(daemon);
    INFO(said);
    // Not only that it failed: nobody listens there.
    CHECK((said.find("refused") != std::string::npos || said.find("connect failure") != std::string::npos));
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a broker that is silent for twice the keep-alive takes the link down, and its return brings it back",
          "[broker]")
{
    const std::string version = GENERATE("5", "3.1.1");
    INFO("MQTT " << version);
    const Folder folder;
    Broker broker{folder.path()};
    broker.start();
    Daemon daemon{folder.path(), site_with(link_to(broker, version_line(version) + "keep_alive_s = 2"))};
    daemon.start();
    daemon.wait_for_link("up");
    publish_all(broker.login("stations"), many_readings(stations, 10));
    wait_until(20s, "the readings", [&] { return daemon.number("SELECT count(*) FROM observation") == 20; });
    broker.signal(SIGSTOP);
    daemon.wait_for_link("down", 15s);
    broker.signal(SIGCONT);
    daemon.wait_for_link("up", 60s);
    publish_all(broker.login("stations"), many_readings(stations, 20));
    wait_until(20s, "the later readings", [&] { return daemon.number("SELECT count(*) FROM observation") == 40; });
    require_exactly_once(daemon.database(), stations, 20);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a broker killed and started again is found again", "[broker]")
{
    const Folder folder;
    Broker broker{folder.path()};
    broker.start();
    Daemon daemon{folder.path(), site_with(link_to(broker))};
    daemon.start();
    daemon.wait_for_link("up");
    broker.stop();
    daemon.wait_for_link("down");
    broker.start();
    daemon.wait_for_link("up");
    const std::string said = daemon.log();
    INFO(said);
    CHECK(occurrences(said, "link broker: down") <= 2); // the end, and that nobody listens: not one an attempt
    CHECK(occurrences(said, "link broker: up") == 2);
    publish_all(broker.login("stations"), many_readings(stations, 10));
    wait_until(20s, "the readings", [&] { return daemon.number("SELECT count(*) FROM observation") == 20; });
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("messages published while the daemon is away are delivered when it is back", "[broker]")
{
    const std::string version = GENERATE("5", "3.1.1");
    INFO("MQTT " << version);
    constexpr std::size_t count = 1'500; // more than mosquitto keeps without our configuration
    const Folder folder;
    Broker broker{folder.path()};
    broker.start();
    Daemon daemon{folder.path(), site_with(link_to(broker, version_line(version)))};
    daemon.start();
    daemon.wait_for_link("up");
    REQUIRE(daemon.stop() == 0);
    publish_all(broker.login("stations"), many_readings(stations, count));
    daemon.start();
    wait_until(30s, "everything that was published",
               [&] { return daemon.number("SELECT count(*) FROM observation") == 2 * count; });
    require_exactly_once(daemon.database(), stations, count);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("what a broker without persistence loses shows as a gap, and the subscriptions are back", "[broker]")
{
    const Folder folder;
    Broker::Options options;
    options.set["persistence"] = "false";
    Broker broker{folder.path(), options};
    broker.start();
    Daemon daemon{folder.path(), site_with(link_to(broker))};
    daemon.start();
    daemon.wait_for_link("up");
    const std::int32_t hour = newest_hour() - 3;
    const auto publish = [&](std::int32_t h) {
        Mqtt sender{broker.login("stations")};
        sender.publish({topic_of("S01"), reading(1, h), false}, 1);
    };
    publish(hour);
    wait_until(20s, "the first hour", [&] { return daemon.number("SELECT count(*) FROM observation") == 2; });
    REQUIRE(daemon.stop() == 0);
    publish(hour + 1); // the broker took it, has nobody to give it to, and forgets it
    broker.stop();
    broker.start();
    daemon.start();
    daemon.wait_for_link("up");
    publish(hour + 2);
    wait_until(20s, "the third hour", [&] { return daemon.number("SELECT count(*) FROM observation") == 4; });
    const json::object c = daemon.ask({{"command", "coverage"},
                                       {"station", "S01"},
                                       {"first", hour_text(hour).substr(0, 16)},
                                       {"last", hour_text(hour + 2).substr(0, 16)}});
    const std::string marks{c.at("stations").as_array().at(0).at("hours").as_string()};
    INFO(json::serialize(c));
    // Sent hours after their end, they are back-filled ones; between them nothing came.
    CHECK(marks == "b-b");
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a broker that answers the connect and then nothing is given up and tried again", "[broker]")
{
    const std::string version = GENERATE("5", "3.1.1");
    INFO("MQTT " << version);
    const Folder folder;
    ActorBroker actor{ActorBroker::Part::connects_and_hangs};
    Daemon daemon{folder.path(), site_with(link_to(fmt::format("tcp://127.0.0.1:{}", actor.port()),
                                                   version_line(version) + "keep_alive_s = 2"))};
    daemon.start();
    daemon.wait_for_link("down", 20s);
    wait_until(20s, "another attempt", [&] { return actor.connections() >= 2; });
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a broker that takes the connection and never answers is given up and tried again", "[broker]")
{
    const Folder folder;
    ActorBroker actor{ActorBroker::Part::says_nothing};
    Daemon daemon{folder.path(),
                  site_with(link_to(fmt::format("tcp://127.0.0.1:{}", actor.port()), "keep_alive_s = 2"))};
    daemon.start();
    daemon.wait_for_link("down", 20s);
    wait_until(30s, "another attempt", [&] { return actor.connections() >= 2; });
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a subscription that is refused takes the link down, with the reason", "[broker]")
{
    const std::string version = GENERATE("5", "3.1.1");
    INFO("MQTT " << version);
    const Folder folder;
    // mosquitto grants every subscription under an ACL file; its dynamic security refuses.
    const char* plugin = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so";
    if (!fs::exists(plugin)) return skipped(std::string{"no "} + plugin);
    Broker::Options options;
    options.without_rules = true;
    options.more = fmt::format("allow_anonymous true\nplugin {}\nplugin_opt_config_file {}\n", plugin,
                               (folder.path() / "broker" / "rules.json").string());
    Broker broker{folder.path(), options};
    write_file(
        folder.path() / "broker" / "rules.json",
        R"({"defaultACLAccess":{"publishClientSend":true,"publishClientReceive":true,"subscribe":false,"unsubscribe":true},"clients":[],"groups":[],"roles":[]})");
    broker.start();
    Daemon daemon{folder.path(), site_with(link_to(broker.uri(), version_line(version)))};
    daemon.start();
    daemon.wait_for_link("down");
    INFO(detail(daemon));
    CHECK(detail(daemon).find("refuses aqid/v1/+/hourly") != std::string::npos);
    if (version == "5") CHECK(detail(daemon).find("authorized") != std::string::npos);
    CHECK(daemon.log().find("link broker: up") == std::string::npos);
    CHECK(daemon.log().find("refuses aqid/v1/+/hourly") != std::string::npos);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a subscription that is granted at QoS 0, or refused in the old way, takes the link down", "[broker]")
{
    const auto part = GENERATE(ActorBroker::Part::grants_less, ActorBroker::Part::refuses_subscription);
    const std::string version = GENERATE("5", "3.1.1");
    INFO("MQTT " << version);
    const Folder folder;
    ActorBroker actor{part};
    Daemon daemon{folder.path(),
                  site_with(link_to(fmt::format("tcp://127.0.0.1:{}", actor.port()), version_line(version)))};
    daemon.start();
    daemon.wait_for_link("down");
    INFO(detail(daemon));
    CHECK(detail(daemon).find(part == ActorBroker::Part::grants_less ? "only at QoS 0" : "refuses aqid/v1/+/hourly") !=
          std::string::npos);
    wait_until(30s, "another attempt", [&] { return actor.connections() >= 2; });
    CHECK(daemon.log().find("link broker: up") == std::string::npos);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("an ACL that lets nothing through shows as silence, for mosquitto grants the subscription all the same",
          "[broker]")
{
    // What mosquitto 2.0.11 does; if a later one refuses, the link must say so, and this test tells us.
    const Folder folder;
    Broker broker{folder.path()};
    broker.set_acl("pattern write aqid/v1/%u/#\n\nuser aqid\ntopic write aqid/v1/daemon/status\n");
    broker.start();
    Daemon daemon{folder.path(), site_with(link_to(broker))};
    daemon.start();
    wait_until(20s, "an answer of the broker", [&] { return daemon.link().at("state").as_string() != "connecting"; });
    const bool granted = daemon.link().at("state").as_string() == "up";
    publish_all(broker.login("stations"), many_readings(stations, 10));
    if (!granted)
        CHECK(detail(daemon).find("refuses") != std::string::npos);
    else
        CHECK_FALSE(comes(1s, [&] { return daemon.count("frames") > 0; }));
    // And with the right rules the same messages would have come.
    broker.stop();
    broker.set_acl(read_file(source("schemas/broker/aqid.acl")));
    broker.start();
    daemon.wait_for_link("up");
    publish_all(broker.login("stations"), many_readings(stations, 10));
    wait_until(20s, "the readings", [&] { return daemon.number("SELECT count(*) FROM observation") == 20; });
    REQUIRE(daemon.stop() == 0);
}

} // namespace aqi::e2e
