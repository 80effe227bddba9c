// As a service: ready when it is, alive while it is, gone in order, and missed when it is not.
#include "tests/e2e/catcher.hpp"
#include "tests/e2e/stage.hpp"

#include <csignal>

namespace aqi::e2e {
namespace {

/// A daemon with a broker, a notify socket and somebody who follows its status topic.
struct Service {
    Service() : broker(folder.path()), notify(folder / "notify", [this] { at_ready(); })
    {
        broker.start();
        Site site;
        site.more = link_to(broker, "keep_alive_s = 2");
        Daemon::Options options;
        options.environment["NOTIFY_SOCKET"] = (folder / "notify").string();
        daemon.emplace(folder.path(), site, options);
        listener.emplace(broker.login("watcher"), "aqid/v1/daemon/status");
    }
    /// On the notify socket's thread, the moment READY=1 is there.
    void at_ready()
    {
        pinged_at_ready = talk(daemon->socket(), R"({"command": "ping"})", 5s) == R"({"ok":true})";
        links_at_ready = talk(daemon->socket(), R"({"command": "status"})", 5s);
    }
    void start()
    {
        daemon->start();
        daemon->wait_for_link("up");
        wait_until(20s, "\"online\"", [&] { return listener->last() == "online"; });
    }
    Folder folder;
    Broker broker;
    std::optional<Daemon> daemon;
    std::atomic<bool> pinged_at_ready{false};
    std::string links_at_ready;
    NotifySocket notify;
    std::optional<Listener> listener;
};

} // namespace

TEST_CASE("READY comes once, when the socket listens and the links were started", "[service]")
{
    Service service;
    service.start();
    wait_until(10s, "READY=1", [&] { return service.notify.heard("READY=1") == 1; });
    wait_until(10s, "the answer at READY", [&] { return service.pinged_at_ready.load(); });
    CHECK(service.daemon->get("/healthz").status == 200);
    CHECK(service.links_at_ready.find("\"links\":[{\"name\":\"broker\"") != std::string::npos);
    REQUIRE(service.daemon->stop() == 0);
    CHECK(service.notify.heard("READY=1") == 1);
}

TEST_CASE("a start that fails never says READY", "[service]")
{
    Service service;
    write_file(service.folder / "aqid.toml", read_file(service.daemon->config()) + "\n[nonsense]\n");
    service.daemon->spawn();
    REQUIRE(service.daemon->wait(10s, "the refusal") == 78);
    CHECK(service.notify.all().empty());
}

TEST_CASE("the watchdog is fed while the loop lives, and not while it stands", "[service]")
{
    Service service;
    service.start();
    wait_until(10s, "three signs of life", [&] { return service.notify.heard("WATCHDOG=1") >= 3; });
    service.daemon->signal(SIGSTOP);
    std::size_t before = service.notify.heard("WATCHDOG=1");
    // One may still have been on its way.
    (void)comes(300ms, [&] { return service.notify.heard("WATCHDOG=1") > before; });
    before = service.notify.heard("WATCHDOG=1");
    CHECK_FALSE(comes(2500ms, [&] { return service.notify.heard("WATCHDOG=1") > before; }));
    service.daemon->signal(SIGCONT);
    wait_until(10s, "life again", [&] { return service.notify.heard("WATCHDOG=1") > before; });
    REQUIRE(service.daemon->stop() == 0);
}

TEST_CASE("SIGTERM and SIGINT end the daemon in order: STOPPING, offline, 0", "[service]")
{
    const int number = GENERATE(SIGTERM, SIGINT);
    INFO("signal " << number);
    Service service;
    service.start();
    service.daemon->signal(number);
    REQUIRE(service.daemon->wait(10s, "the end of the daemon") == 0);
    CHECK(service.notify.heard("STOPPING=1") == 1);
    wait_until(10s, "\"offline\"", [&] { return service.listener->last() == "offline"; });
    CHECK_FALSE(fs::exists(service.daemon->socket()));
    // Who asks later is told too.
    const Listener later{service.broker.login("watcher", "later"), "aqid/v1/daemon/status"};
    wait_until(10s, "the retained \"offline\"", [&] { return later.last() == "offline"; });
}

TEST_CASE("a daemon that is killed is called offline by its last will", "[service]")
{
    Service service;
    service.start();
    service.daemon->kill();
    wait_until(10s, "\"offline\"", [&] { return service.listener->last() == "offline"; });
    service.start();
    REQUIRE(service.daemon->stop() == 0);
}

TEST_CASE("a daemon that stands still is called offline by its last will, and online when it goes on", "[service]")
{
    Service service;
    service.start();
    service.daemon->signal(SIGSTOP);
    wait_until(20s, "\"offline\"", [&] { return service.listener->last() == "offline"; });
    service.daemon->signal(SIGCONT);
    wait_until(30s, "\"online\"", [&] { return service.listener->last() == "online"; });
    REQUIRE(service.daemon->stop() == 0);
}

TEST_CASE("SIGTERM ends the daemon in time when the broker stands still or is gone", "[service]")
{
    const std::string how = GENERATE("stands still", "gone", "never there");
    INFO(how);
    Service service;
    if (how == "never there") {
        service.broker.stop();
        service.daemon->start();
        service.daemon->wait_for_link("down");
    } else {
        service.start();
    }
    if (how == "stands still") service.broker.signal(SIGSTOP);
    if (how == "gone") service.broker.stop();
    REQUIRE(service.daemon->stop(10s) == 0);
    service.broker.signal(SIGCONT);
}

TEST_CASE("SIGTERM at any instant of a start ends the daemon and harms nothing", "[service]")
{
    Service service;
    service.start();
    publish_all(service.broker.login("stations"), many_readings(4, 200));
    wait_until(20s, "the readings", [&] { return service.daemon->number("SELECT count(*) FROM observation") == 400; });
    REQUIRE(service.daemon->stop() == 0);
    for (int ms = 0; ms < 60; ms += 6) {
        service.daemon->spawn();
        std::this_thread::sleep_for(milliseconds{ms}); // the instant itself is the story
        const int code = [&] {
            service.daemon->signal(SIGTERM);
            return service.daemon->wait(10s, "the end of the daemon");
        }();
        INFO("after " << ms << " ms: " << service.daemon->log());
        CHECK((code == 0 || code == 128 + SIGTERM));
    }
    service.start();
    require_exactly_once(service.daemon->database(), 4, 200);
    REQUIRE(service.daemon->stop() == 0);
}

} // namespace aqi::e2e
