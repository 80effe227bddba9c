// The mqtt channel on a real mosquitto with accounts; what it keeps is read back by mosquitto_sub.
#include "tests/e2e/stage.hpp"
#include "tests/notify/authority.hpp"
#include "tests/notify/desk.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <csignal>

namespace aqi::notify::tests {
namespace {

namespace json = boost::json;
using daemon::SendState;

constexpr const char* rights = "user aqid\ntopic write hebi/#\ntopic write drill/#\ntopic write homeassistant/#\n";

/// A broker that lets the account "aqid" publish what the channel does.
struct Stage {
    explicit Stage(e2e::Broker::Options options = {}) : broker(folder.path(), std::move(options))
    {
        broker.set_acl(rights);
        broker.start();
    }
    std::string stanza(const std::string& more = {}, const std::string& prefix = "hebi") const
    {
        return fmt::format("uri = \"{}\"\nclient_id = \"aqid-screens\"\nprefix = \"{}\"\nuser = "
                           "\"aqid\"\npassword_file = \"{}\"\n{}\n",
                           broker.uri(), prefix, broker.password_file("aqid").string(), more);
    }
    /// What the broker keeps below a topic, "topic payload" a line. It says at once what it keeps, and no more after it.
    std::string kept(const std::string& filter) const
    {
        const auto login = broker.login("watcher");
        std::string text =
            e2e::run({"/usr/bin/mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-u",
                      login.user, "-P", login.password, "--retained-only", "-t", filter, "-W", "1", "-v"})
                .text;
        constexpr std::string_view over = "Timed out\n"; // its own word
        if (text.ends_with(over)) text.resize(text.size() - over.size());
        return text;
    }
    /// The payload kept on one topic.
    std::string payload(const std::string& topic) const
    {
        const auto login = broker.login("watcher");
        std::string text = e2e::run({"/usr/bin/mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()),
                                     "-u", login.user, "-P", login.password, "-C", "1", "-W", "10", "-t", topic})
                               .text;
        if (text.ends_with('\n')) text.pop_back();
        return text;
    }
    e2e::Folder folder;
    e2e::Broker broker;
};

std::string refusal(const std::string& keys, Mode mode = Mode::real)
{
    try {
        const Desk desk{"mqtt", keys, mode};
    } catch (const SettingError& error) {
        return error.what();
    }
    return "nothing";
}

} // namespace

TEST_CASE("the state of an area is kept by the broker, also that nothing stands, events are not", "[mqtt]")
{
    const std::string version = GENERATE("5", "3.1.1");
    INFO("MQTT " << version);
    Stage stage;
    const e2e::Listener events{stage.broker.login("watcher", "ear"), "hebi/events"};
    Desk desk{"mqtt", stage.stanza(fmt::format("version = \"{}\"", version))};
    // The listener may come late to the first event: a canary has no state, and is said until it is heard.
    int canaries = 0;
    while (events.heard().empty()) {
        REQUIRE(++canaries < 200);
        CHECK(desk.send(canary_letter(), "canary/1/screens").state == SendState::accepted);
    }
    CHECK(stage.kept("hebi/warning/#").empty());

    const Receipt raised = desk.send(warning_letter(), "410600-2016-003/2/screens");
    CHECK(raised.state == SendState::accepted);
    CHECK(stage.payload("hebi/warning/410600") == document_of(warning_letter()));
    CHECK(stage.payload("hebi/aqid/state") == "online");

    CHECK(desk.send(lift_letter(), "410600-2016-003/3/screens").state == SendState::accepted);
    const auto lifted = json::parse(stage.payload("hebi/warning/410600")).as_object();
    CHECK(lifted.at("level").as_string() == "none");
    CHECK(lifted.at("kind").as_string() == "lift");

    e2e::wait_until(20s, "both events", [&] {
        return e2e::occurrences(fmt::format("{}", fmt::join(events.heard(), "\n")), "aqid/warning/1") == 2;
    });
    const auto last = json::parse(events.last()).as_object();
    CHECK(last.at("key").as_string() == "410600-2016-003/3/screens");
    CHECK(last.at("level").as_string() == "none");
    CHECK(stage.kept("hebi/events").empty());
}

TEST_CASE("online while it runs, offline when it ends, and when it is cut off", "[mqtt]")
{
    Stage stage;
    const e2e::Listener state{stage.broker.login("watcher", "ear"), "hebi/aqid/state"};
    {
        Desk desk{"mqtt", stage.stanza()};
        desk.run_until([&] { return state.last() == "online"; }, "online");
        // Another with our client_id: the broker throws us out and says our will, and we come back.
        try {
            const e2e::Mqtt other{stage.broker.login("aqid", "aqid-screens")};
            desk.run_until([&] { return state.last() == "offline"; }, "offline by the will");
        } catch (const std::exception& error) {
            FAIL(error.what());
        }
        desk.run_until([&] { return state.last() == "online"; }, "online again");
    }
    e2e::wait_until(20s, "offline at the end", [&] { return state.last() == "offline"; });
}

TEST_CASE("Home Assistant finds a sensor for the area", "[mqtt]")
{
    Stage stage;
    Desk desk{"mqtt", stage.stanza("home_assistant = true")};
    CHECK(desk.send(warning_letter(), "w/2/screens").state == SendState::accepted);
    const std::string all = stage.kept("homeassistant/#");
    const std::string topic = "homeassistant/sensor/aqid_hebi_410600/warning/config ";
    REQUIRE(all.starts_with(topic));
    const auto config = json::parse(all.substr(topic.size())).as_object();
    CHECK(config.at("name").as_string() == "鹤壁市重污染天气预警");
    CHECK(config.at("unique_id").as_string() == "aqid_hebi_410600");
    CHECK(config.at("state_topic").as_string() == "hebi/warning/410600");
    CHECK(config.at("json_attributes_topic").as_string() == "hebi/warning/410600");
    CHECK(config.at("availability_topic").as_string() == "hebi/aqid/state");
    CHECK(config.at("value_template").as_string() == "{{ value_json.level }}");
    CHECK(json::serialize(config.at("options")) == R"(["none","blue","yellow","orange","red"])");
}

TEST_CASE("no broker, a broker that goes before, and one that comes back: tried again, then taken", "[mqtt]")
{
    Stage stage;
    stage.broker.stop();
    Desk desk{"mqtt", stage.stanza()};
    const Receipt none = desk.send(warning_letter(), "w/2/screens");
    INFO(none.detail);
    CHECK(none.state == SendState::retry);
    CHECK(none.detail.find("cannot connect to tcp://127.0.0.1") != std::string::npos);
    stage.broker.start();
    desk.run_until([&] { return desk.send(warning_letter(), "w/2/screens").state == SendState::accepted; },
                   "a broker that is back");

    stage.broker.signal(SIGKILL);
    desk.run_until([&] { return desk.send(warning_letter(), "w/2/screens").state == SendState::retry; },
                   "the loss of the broker");
    stage.broker.start();
    desk.run_until([&] { return desk.send(warning_letter(), "w/2/screens").state == SendState::accepted; },
                   "a broker that is back");
    CHECK(stage.payload("hebi/warning/410600") == document_of(warning_letter()));
}

TEST_CASE(
    "a broker that is silent, or killed, between our message and its acknowledgement: in doubt, and it may be repeated",
    "[mqtt]")
{
    const bool killed = GENERATE(false, true);
    Stage stage;
    Desk desk{"mqtt", stage.stanza(killed ? "timeout_ms = 30000" : "timeout_ms = 1000")};
    CHECK(desk.send(canary_letter(), "canary/1/screens").state == SendState::accepted);
    stage.broker.signal(SIGSTOP);
    desk.begin(warning_letter(), "w/2/screens");
    if (killed) {
        // Until it has certainly left for the kernel of the other side; nothing says so but a while without an answer.
        const auto left = std::chrono::steady_clock::now() + 500ms;
        desk.run_until([&] { return std::chrono::steady_clock::now() > left; }, "a while");
        CHECK(desk.receipts().size() == 1);
        stage.broker.signal(SIGKILL);
    }
    desk.run_until([&] { return desk.receipts().size() == 2; }, "the receipt");
    const Receipt& receipt = desk.receipts().back().second;
    INFO(receipt.detail);
    CHECK(receipt.state == SendState::in_doubt);
    CHECK(receipt.detail.find(killed ? "lost before the PUBACK" : "no PUBACK within 1000 ms") != std::string::npos);
    if (killed)
        stage.broker.start();
    else
        stage.broker.signal(SIGCONT);
    desk.run_until([&] { return desk.send(warning_letter(), "w/2/screens").state == SendState::accepted; },
                   "the repeat");
    CHECK(stage.payload("hebi/warning/410600") == document_of(warning_letter()));
}

TEST_CASE("a broker that answers the connect and nothing else: in doubt, one that never answers: tried again", "[mqtt]")
{
    const auto stanza = [](const e2e::ActorBroker& broker) {
        return fmt::format("uri = \"tcp://127.0.0.1:{}\"\nclient_id = \"c\"\nprefix = \"hebi\"\nversion = "
                           "\"3.1.1\"\ntimeout_ms = 1500\n",
                           broker.port());
    };
    const e2e::ActorBroker hangs{e2e::ActorBroker::Part::connects_and_hangs};
    Desk desk{"mqtt", stanza(hangs)};
    const Receipt receipt = desk.send(warning_letter(), "w/2/screens");
    INFO(receipt.detail);
    CHECK(receipt.state == SendState::in_doubt);

    const e2e::ActorBroker silent{e2e::ActorBroker::Part::says_nothing};
    Desk other{"mqtt", stanza(silent)};
    const Receipt nothing = other.send(warning_letter(), "w/2/screens");
    INFO(nothing.detail);
    CHECK(nothing.state == SendState::retry);
}

TEST_CASE("a broker that does not let us in, or not on the topic, says so, with the right it goes on", "[mqtt]")
{
    Stage stage;
    e2e::write_file(stage.folder / "wrong", "not it\n");
    {
        Desk desk{
            "mqtt",
            fmt::format("uri = \"{}\"\nclient_id = \"c\"\nprefix = \"hebi\"\nuser = \"aqid\"\npassword_file = \"{}\"",
                        stage.broker.uri(), (stage.folder / "wrong").string())};
        const Receipt receipt = desk.send(warning_letter(), "w/2/screens");
        INFO(receipt.detail);
        CHECK(receipt.state == SendState::retry);
        CHECK(receipt.detail.find("not authorized") != std::string::npos);
        CHECK(receipt.detail.find("not it") == std::string::npos);
    }
    {
        Desk desk{"mqtt", fmt::format("uri = \"{}\"\nclient_id = \"c\"\nprefix = \"hebi\"\nuser = "
                                      "\"aqid\"\npassword_file = \"/no/such/file\"",
                                      stage.broker.uri())};
        const Receipt receipt = desk.send(warning_letter(), "w/2/screens");
        CHECK(receipt.state == SendState::retry);
        CHECK(receipt.detail.find("/no/such/file") != std::string::npos);
    }
    Desk desk{"mqtt", stage.stanza({}, "elsewhere")};
    const Receipt denied = desk.send(warning_letter(), "w/2/screens");
    INFO(denied.detail);
    CHECK(denied.state == SendState::retry);
    CHECK(denied.detail.find("not authorized") != std::string::npos);
}

TEST_CASE("over TLS: right, another authority, another name", "[mqtt]")
{
    const std::string good_for = GENERATE("DNS:localhost,IP:127.0.0.1", "DNS:elsewhere.invalid");
    INFO(good_for);
    const e2e::Folder folder;
    const Authority authority{folder, "authority"}, other{folder, "other"};
    authority.certify("server", good_for);
    const auto port = e2e::free_port();
    e2e::Broker::Options options;
    options.more = fmt::format("listener {} 127.0.0.1\ncertfile {}\nkeyfile {}\n", port,
                               authority.certificate("server"), authority.key("server"));
    e2e::Broker broker{folder.path(), options};
    broker.set_acl(rights);
    for (const auto* file : {"authority.crt", "server.crt", "server.key"}) broker.own(folder / file);
    broker.start();
    const auto attempt = [&](const std::string& ca) {
        Desk desk{"mqtt", fmt::format("uri = \"ssl://localhost:{}\"\nclient_id = \"c\"\nprefix = \"hebi\"\nuser = "
                                      "\"aqid\"\npassword_file = \"{}\"\nca_file = \"{}\"",
                                      port, broker.password_file("aqid").string(), ca)};
        return desk.send(warning_letter(), "w/2/screens");
    };
    const Receipt receipt = attempt(authority.ca());
    INFO(receipt.detail);
    CHECK(receipt.state == (good_for.starts_with("DNS:localhost") ? SendState::accepted : SendState::retry));
    const Receipt stranger = attempt(other.ca());
    INFO(stranger.detail);
    CHECK(stranger.state == SendState::retry);
    CHECK(stranger.detail.find("certificate") != std::string::npos);
}

TEST_CASE("a drill's topics are a drill's, and its words begin with the mark", "[mqtt]")
{
    Stage stage;
    Desk desk{"mqtt", stage.stanza("home_assistant = true", "drill/hebi"), Mode::drill};
    CHECK(desk.send(warning_letter(Mode::drill), "w/2/screens").state == SendState::accepted);
    CHECK(stage.kept("hebi/#").empty());
    const auto document = json::parse(stage.payload("drill/hebi/warning/410600")).as_object();
    CHECK(document.at("mode").as_string() == "drill");
    CHECK(std::string{document.at("zh").as_object().at("headline").as_string()}.starts_with(drill_mark));
    const std::string found = stage.kept("homeassistant/#");
    CHECK(found.find("aqid_drill_2fhebi_410600") != std::string::npos);
    CHECK(found.find(drill_mark) != std::string::npos);
}

TEST_CASE("an mqtt stanza that cannot be meant is refused at its line", "[mqtt]")
{
    const std::string here = "uri = \"tcp://127.0.0.1:1\"\nclient_id = \"c\"\n";
    const struct {
        std::string keys;
        Mode mode;
        const char* says;
    } rows[] = {
        {"uri = \"tcp://broker.example\"\nclient_id = \"c\"\nprefix = \"p\"", Mode::real, "must be ssl://"},
        {"uri = \"broker.example\"\nclient_id = \"c\"\nprefix = \"p\"", Mode::real, "must begin with ssl://"},
        {"uri = \"ssl://broker.example\"\nclient_id = \"c\"\nprefix = \"drill\"", Mode::drill,
         "a drill does not leave this machine"},
        {here + "prefix = \"hebi\"", Mode::drill, "must contain \"drill\""},
        {here + "prefix = \"hebi/+\"", Mode::real, "no + or #"},
        {here + "prefix = \"/hebi\"", Mode::real, "cannot begin a topic"},
        {here + "prefix = \"\"", Mode::real, "cannot begin a topic"},
        {here + "prefix = \"$SYS\"", Mode::real, "cannot begin a topic"},
        {"uri = \"tcp://127.0.0.1:1\"\nclient_id = \"\"\nprefix = \"p\"", Mode::real, "client_id is needed"},
        {here + "prefix = \"p\"\nqos = 2", Mode::real, "qos"},
    };
    for (const auto& row : rows) {
        INFO(row.keys);
        const std::string said = refusal(row.keys, row.mode);
        INFO(said);
        CHECK(said.find(row.says) != std::string::npos);
        CHECK(said.starts_with("test.toml:"));
    }
}

} // namespace aqi::notify::tests
