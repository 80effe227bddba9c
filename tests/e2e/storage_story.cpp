// A disk that is full, dying or hung: nothing is acknowledged that is not stored, nobody is needed, the daemon stays up.
#include "tests/e2e/stage.hpp"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

namespace aqi::e2e {
namespace {

constexpr int stations = 10;
constexpr const char* inside = "AQID_E2E_INSIDE"; ///< set when we run in a user namespace of our own

/// A small disk.
class SmallDisk {
public:
    explicit SmallDisk(const fs::path& at, const char* size) : path_(at)
    {
        fs::create_directories(path_);
        mounted_ = ::mount("none", path_.c_str(), "tmpfs", 0, fmt::format("size={}", size).c_str()) == 0;
    }
    ~SmallDisk()
    {
        if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    bool mounted() const { return mounted_; }
    const fs::path& path() const { return path_; }
    /// Fills it to the last byte.
    void fill() const
    {
        const int file = ::open((path_ / "ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        std::vector<char> chunk(65536, 'b');
        for (std::size_t size = chunk.size(); size > 0;)
            if (::write(file, chunk.data(), size) <= 0) size /= 2;
        ::close(file);
    }
    void free() const { fs::remove(path_ / "ballast"); }

private:
    const fs::path path_;
    bool mounted_ = false;
};

/// Tells the story with mounts allowed: here, or by running this test again in a user namespace. Nothing: it was told
/// there, or cannot be told.
bool mounts_allowed(const Folder& folder)
{
    if (const SmallDisk probe{folder / "probe", "1m"}; probe.mounted()) return true;
    if (std::getenv(inside) != nullptr) {
        skipped("no mount, not even in a user namespace");
        return false;
    }
    ::setenv(inside, "1", 1);
    const Said said = run({"/usr/bin/unshare", "-Urm", fs::read_symlink("/proc/self/exe").string(),
                           Catch::getResultCapture().getCurrentTestName()},
                          120s);
    ::unsetenv(inside);
    std::cout << said.text;
    if (said.text.find("test cases:") == std::string::npos && said.text.find("All tests passed") == std::string::npos)
        skipped("unshare -Urm does not work: " + said.text);
    else
        CHECK(said.exit_code == 0);
    return false;
}

/// In the system's words or in SQLite's.
bool speaks_of_a_full_disk(std::string_view text)
{
    return text.find("No space left on device") != std::string_view::npos ||
           text.find("disk is full") != std::string_view::npos;
}

/// A daemon on a small disk, its broker elsewhere, messages flowing.
struct OnSmallDisk {
    explicit OnSmallDisk(const Folder& f, std::size_t count)
        : folder(f),
          disk(folder / "disk", "24m"),
          broker(folder.path(), loud()),
          messages(many_readings(stations, count)),
          middle(messages.begin() + static_cast<std::ptrdiff_t>(count / 2))
    {
        broker.start();
        Site site;
        site.stations = stations;
        site.data = (disk.path() / "data").string();
        site.more = link_to(broker, "keep_alive_s = 2");
        daemon.emplace(folder.path(), site);
        daemon->start();
        daemon->wait_for_link("up");
    }
    static Broker::Options loud()
    {
        Broker::Options options;
        options.more = "log_type all\n";
        return options;
    }
    std::int64_t stored() { return daemon->number("SELECT count(*) FROM observation"); }
    /// The disk is full in the middle of the messages, however fast the first half was: the second comes when it is.
    void fill_under_load()
    {
        before.emplace(broker.login("stations", "stations-before"), std::vector<Message>(messages.begin(), middle),
                       1000);
        wait_until(20s, "the first hundred rows", [&] { return stored() > 100; });
        disk.fill();
        after.emplace(broker.login("stations", "stations-after"), std::vector<Message>(middle, messages.end()), 1000);
        wait_until(20s, "503 from /healthz", [&] { return daemon->get("/healthz").status == 503; });
    }
    bool published() const { return before->done() && after->done(); }
    void wait_until_all_is_stored(std::size_t count)
    {
        wait_until(60s, "the last row", [&] { return stored() == static_cast<std::int64_t>(2 * count); });
        require_exactly_once(daemon->database(), stations, count);
    }

    const Folder& folder;
    SmallDisk disk;
    Broker broker;
    const std::vector<Message> messages;
    const std::vector<Message>::const_iterator middle;
    std::optional<Daemon> daemon;
    std::optional<Publisher> before, after;
};

} // namespace

TEST_CASE("a disk that fills under load loses nothing and needs nobody", "[storage]")
{
    const Folder folder;
    if (!mounts_allowed(folder)) return;
    constexpr std::size_t count = 2'000;
    OnSmallDisk stage{folder, count};
    Daemon& daemon = *stage.daemon;
    stage.fill_under_load();
    // SQLite may give back what a failed turn had taken, and the inbox would go on: it finds no room either.
    wait_until(20s, "an inbox without room", [&] {
        stage.disk.fill();
        return daemon.get("/healthz").body.starts_with("inbox:");
    });

    // It says so, in words, and goes on answering.
    const Reply health = daemon.get("/healthz");
    INFO(health.body);
    CHECK(speaks_of_a_full_disk(health.body));
    const json::object status = daemon.status();
    const auto& parts = status.at("storage").as_array();
    INFO(json::serialize(parts));
    CHECK(std::any_of(parts.begin(), parts.end(), [](const auto& part) {
        return !part.at("good").as_bool() && speaks_of_a_full_disk(part.at("detail").as_string());
    }));
    CHECK(daemon.ask({{"command", "ping"}}).at("ok").as_bool());

    // The publishers are done with the broker; the broker is not done with the daemon, and drops it.
    wait_until(30s, "the last acknowledgement to the publisher", [&] { return stage.published(); });
    wait_until(20s, "the broker to drop the silent daemon",
               [&] { return stage.broker.log().find("aqid-e2e has exceeded timeout") != std::string::npos; });
    CHECK(stage.stored() < static_cast<std::int64_t>(2 * count));
    CHECK(daemon.running());
    CHECK(daemon.get("/healthz").status == 503);

    stage.disk.free();
    stage.wait_until_all_is_stored(count);
    wait_until(20s, "200 from /healthz", [&] { return daemon.get("/healthz").status == 200; });
    daemon.wait_for_link("up");
    // What was held is delivered again with the mark of a repeat.
    CHECK(stage.broker.log().find("Sending PUBLISH to aqid-e2e (d1") != std::string::npos);
    const std::string said = daemon.log();
    INFO(said);
    CHECK(occurrences(said, "nothing is acknowledged that is not stored") <=
          4); // a line a change of state, not one an attempt
    CHECK(said.find("works again") != std::string::npos);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("SIGTERM on a full disk ends the daemon in time and loses nothing", "[storage]")
{
    const Folder folder;
    if (!mounts_allowed(folder)) return;
    constexpr std::size_t count = 1'000;
    OnSmallDisk stage{folder, count};
    stage.fill_under_load();
    REQUIRE(stage.daemon->stop(10s) == 0);
    wait_until(30s, "the last acknowledgement to the publisher", [&] { return stage.published(); });
    stage.disk.free();
    stage.daemon->start();
    stage.wait_until_all_is_stored(count);
    REQUIRE(stage.daemon->stop() == 0);
}

TEST_CASE("a daemon killed on a full disk loses nothing", "[storage]")
{
    const Folder folder;
    if (!mounts_allowed(folder)) return;
    constexpr std::size_t count = 1'000;
    OnSmallDisk stage{folder, count};
    stage.fill_under_load();
    stage.daemon->kill();
    wait_until(30s, "the last acknowledgement to the publisher", [&] { return stage.published(); });
    stage.disk.free();
    stage.daemon->start();
    stage.wait_until_all_is_stored(count);
    REQUIRE(stage.daemon->stop() == 0);
}

namespace {

/// A daemon whose disk fails on request.
struct OnFaultyDisk {
    OnFaultyDisk() : broker(folder.path())
    {
        broker.start();
        Site site;
        site.stations = stations;
        site.more = link_to(broker, "keep_alive_s = 2");
        Daemon::Options options;
        options.fault_disk = true;
        daemon.emplace(folder.path(), site, options);
        daemon->start();
        daemon->wait_for_link("up");
    }
    std::int64_t stored() { return daemon->number("SELECT count(*) FROM observation"); }
    Folder folder;
    Broker broker;
    std::optional<Daemon> daemon;
};

} // namespace

TEST_CASE("a sync of the inbox that fails is no acknowledgement", "[storage]")
{
    constexpr std::size_t count = 500;
    OnFaultyDisk stage;
    const Publisher publisher{stage.broker.login("stations"), many_readings(stations, count), 1000};
    wait_until(20s, "the first hundred rows", [&] { return stage.stored() > 100; });
    stage.daemon->fault("fdatasync .inbox 5 0");
    wait_until(20s, "503 from /healthz", [&] { return stage.daemon->get("/healthz").status == 503; });
    CHECK(stage.daemon->get("/healthz").body.find("Input/output error") != std::string::npos);
    wait_until(30s, "the last acknowledgement to the publisher", [&] { return publisher.done(); });
    stage.daemon->fault("");
    wait_until(60s, "the last row", [&] { return stage.stored() == 2 * count; });
    require_exactly_once(stage.daemon->database(), stations, count);
    // The entry whose sync failed was written again: it must not come out of the inbox twice after a restart either.
    stage.daemon->kill();
    stage.daemon->start();
    stage.daemon->wait_for_link("up");
    require_exactly_once(stage.daemon->database(), stations, count);
    CHECK(stage.daemon->count("inbox_damage") == 0);
    REQUIRE(stage.daemon->stop() == 0);
}

TEST_CASE("a database that cannot be written holds nothing up and is caught up with later", "[storage]")
{
    constexpr std::size_t count = 500;
    OnFaultyDisk stage;
    stage.daemon->fault("pwrite aqid.db-wal 28 0");
    publish_all(stage.broker.login("stations"), many_readings(stations, count));
    wait_until(20s, "503 from /healthz", [&] { return stage.daemon->get("/healthz").status == 503; });
    CHECK(stage.daemon->link().at("state").as_string() == "up");
    CHECK(stage.daemon->ask({{"command", "ping"}}).at("ok").as_bool());
    stage.daemon->fault("");
    wait_until(60s, "the last row", [&] { return stage.stored() == 2 * count; });
    require_exactly_once(stage.daemon->database(), stations, count);
    wait_until(20s, "200 from /healthz", [&] { return stage.daemon->get("/healthz").status == 200; });
    REQUIRE(stage.daemon->stop() == 0);
}

TEST_CASE("a database that cannot be read does not end the daemon when somebody looks at the page", "[storage]")
{
    OnFaultyDisk stage;
    publish_all(stage.broker.login("stations"), many_readings(stations, 1'000));
    wait_until(60s, "the last row", [&] { return stage.stored() == 2'000; });
    (void)stage.daemon->status();
    stage.daemon->fault("pread aqid.db 5 0");
    execute(stage.daemon->database(),
            "INSERT INTO meta VALUES ('somebody_else', 'was here')"); // or its cache would answer
    // Whatever it answers, it lives; and when the disk is good again, so is the answer.
    for (int n = 0; n < 5; ++n) {
        (void)stage.daemon->get("/api/v1/status");
        (void)talk(stage.daemon->socket(), R"({"command": "counts"})");
    }
    REQUIRE(stage.daemon->running());
    REQUIRE(talk(stage.daemon->socket(), R"({"command": "ping"})", 5s) == R"({"ok":true})");
    stage.daemon->fault("");
    CHECK(stage.daemon->get("/api/v1/status").status == 200);
    REQUIRE(stage.daemon->stop() == 0);
}

TEST_CASE("a disk that hangs and then fails does not take the page with it", "[storage]")
{
    // The link's thread hangs in the inbox with the library's lock held; the loop must not wait for that lock.
    constexpr std::size_t count = 20;
    OnFaultyDisk stage;
    stage.daemon->fault("fdatasync .inbox 5 2500");
    publish_all(stage.broker.login("stations"), many_readings(stations, count));
    wait_until(20s, "503 from /healthz", [&] { return stage.daemon->get("/healthz").status == 503; });
    for (int n = 0; n < 3; ++n) CHECK(stage.daemon->get("/healthz").status == 503);
    CHECK(talk(stage.daemon->socket(), R"({"command": "ping"})", 5s) == R"({"ok":true})");
    stage.daemon->fault("");
    wait_until(60s, "the last row", [&] { return stage.stored() == 2 * count; });
    require_exactly_once(stage.daemon->database(), stations, count);
    REQUIRE(stage.daemon->stop() == 0);
}

TEST_CASE("SIGTERM while a disk hangs ends the daemon in time", "[storage]")
{
    constexpr std::size_t count = 20;
    OnFaultyDisk stage;
    stage.daemon->fault("fdatasync .inbox 5 2500");
    publish_all(stage.broker.login("stations"), many_readings(stations, count));
    wait_until(20s, "an entry on its way to the disk", [&] { return stage.daemon->inbox_bytes() > 0; });
    REQUIRE(stage.daemon->stop(10s) == 0);
    stage.daemon->fault("");
    stage.daemon->start();
    wait_until(60s, "the last row", [&] { return stage.stored() == 2 * count; });
    require_exactly_once(stage.daemon->database(), stations, count);
    REQUIRE(stage.daemon->stop() == 0);
}

} // namespace aqi::e2e
