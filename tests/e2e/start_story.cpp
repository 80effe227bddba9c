// Bad starts: one message, the right exit code, no half start, nothing touched.
#include "tests/e2e/catcher.hpp"
#include "tests/e2e/stage.hpp"

#include <algorithm>
#include <fstream>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace aqi::e2e {
namespace {

constexpr unsigned nobody = 65534;

/// Every file below a folder with its bytes.
std::map<std::string, std::string> contents(const fs::path& folder)
{
    std::map<std::string, std::string> out;
    for (const auto& file : fs::recursive_directory_iterator{folder})
        if (file.is_regular_file()) out[file.path().string()] = read_file(file.path());
    return out;
}

/// A configuration that is good but for one change.
std::string broken(const Folder& folder, const std::string& find, const std::string& replace)
{
    Site site;
    site.more =
        "[[organisation]]\nid = \"epb\"\nname = \"EPB\"\nbureau = \"environment\"\n\n"
        "[[person]]\nid = \"anna\"\nname = \"Anna\"\norganisation = \"epb\"\nmay = [\"forecast\"]\naccount = "
        "\"anna\"\n\n"
        "[[person]]\nid = \"bert\"\nname = \"Bert\"\norganisation = \"epb\"\nmay = [\"sign\"]\naccount = \"bert\"\n\n" +
        link_to("tcp://127.0.0.1:1", "");
    const Daemon daemon{folder.path(), site};
    std::string text = read_file(daemon.config());
    const auto at = text.find(find);
    REQUIRE(at != std::string::npos);
    text.replace(at, find.size(), replace);
    write_file(daemon.config(), text);
    return daemon.config().string();
}

/// "<3>FILE:LINE:COLUMN: words" and nothing else.
bool is_one_line_with_a_place(std::string said, const std::string& file)
{
    if (said.starts_with("<3>")) said.erase(0, 3);
    if (!said.starts_with(file + ":") || occurrences(said, "\n") != 1 || said.back() != '\n') return false;
    const std::string rest = said.substr(file.size() + 1);
    const auto colon = rest.find(':');
    const auto second = rest.find(": ", colon + 1);
    const auto digits = [](const std::string& text) {
        return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    };
    return colon != std::string::npos && second != std::string::npos && digits(rest.substr(0, colon)) &&
           digits(rest.substr(colon + 1, second - colon - 1));
}

} // namespace

TEST_CASE("a broken configuration ends with 78, one line with its place, and nothing created", "[start]")
{
    struct Row {
        const char* what;
        const char* find;
        const char* replace;
        const char* word;
    };
    const Row row = GENERATE(
        Row{"syntax", "[time]", "[time", ""}, Row{"an unknown key", "durability", "durabilty", "durability"},
        Row{"an unknown table", "[time]", "[tiem]", "tiem"},
        Row{"an unknown driver", "mqtt-json", "mqtt-jsno", "mqtt-json"},
        Row{"an unknown station in an area", "\"S03\", ", "\"S09\", ", "S09"},
        Row{"a wrong type", "open_days = 1000", "open_days = \"1000\"", "whole number"},
        Row{"a number out of range", "open_days = 1000", "open_days = 1", "between"},
        Row{"two people on one account", "account = \"bert\"", "account = \"anna\"", "anna"},
        Row{"a station twice", "id = \"S02\"", "id = \"S01\"", "twice"},
        Row{"a key twice", "open_days = 1000", "open_days = 1000\nopen_days = 900", ""},
        Row{"no uri", "uri = ", "# uri = ", "uri"}, Row{"an id with a wildcard", "id = \"epb\"", "id = \"e+b\"", "id"},
        Row{"bytes that are no text", "Anna\"", "An\xff\xfe\"", ""});
    INFO(row.what);
    const Folder folder;
    const std::string file = broken(folder, row.find, row.replace);
    const auto before = contents(folder.path());
    const Said said = run({program("aqid"), "--config", file});
    INFO(said.text);
    CHECK(said.exit_code == 78);
    CHECK(is_one_line_with_a_place(said.text, file));
    CHECK(said.text.find(row.word) != std::string::npos);
    CHECK(contents(folder.path()) == before);
    CHECK_FALSE(fs::exists(folder / "data"));
    // aqictl says the same, word for word.
    const Said checked = run({program("aqictl"), "check-config", file});
    CHECK(checked.exit_code == 78);
    CHECK(checked.text == said.text);
}

TEST_CASE("a good configuration is called good and creates nothing", "[start]")
{
    const Folder folder;
    const std::string file = broken(folder, "[time]", "[time]");
    const Said said = run({program("aqictl"), "check-config", file});
    INFO(said.text);
    CHECK(said.exit_code == 0);
    CHECK_FALSE(fs::exists(folder / "data"));
}

TEST_CASE("a configuration that is not there ends the start with its name", "[start]")
{
    const Folder folder;
    const Said said = run({program("aqid"), "--config", (folder / "nothing.toml").string()});
    INFO(said.text);
    CHECK(said.exit_code != 0);
    CHECK(said.text.find("nothing.toml") != std::string::npos);
    CHECK(occurrences(said.text, "\n") == 1);
}

TEST_CASE("a database of a newer aqid is refused and not touched", "[start]")
{
    const bool write_ahead = GENERATE(true, false);
    INFO((write_ahead ? "as a daemon left it" : "as a backup, which is not in WAL mode"));
    const Folder folder;
    Daemon daemon{folder.path(), Site{}};
    daemon.start();
    REQUIRE(daemon.stop() == 0);
    execute(daemon.database(),
            write_ahead ? "PRAGMA user_version = 99" : "PRAGMA journal_mode = DELETE; PRAGMA user_version = 99");
    const auto before = contents(daemon.data());
    daemon.spawn();
    REQUIRE(daemon.wait(10s, "the refusal") == 1);
    const std::string said = daemon.log();
    INFO(said);
    CHECK(said.find("aqid.db") != std::string::npos);
    CHECK(said.find("99") != std::string::npos);
    CHECK(said.find("newer") != std::string::npos);
    CHECK(occurrences(said, "\n") == 1);
    CHECK(contents(daemon.data()) == before);
}

TEST_CASE("a file that is no database is refused and not touched", "[start]")
{
    const Folder folder;
    Daemon daemon{folder.path(), Site{}};
    fs::create_directories(daemon.data());
    std::string noise;
    for (int n = 0; n < 9000; ++n) noise += static_cast<char>(n * 131 % 251);
    write_file(daemon.database(), noise);
    daemon.spawn();
    REQUIRE(daemon.wait(10s, "the refusal") == 1);
    const std::string said = daemon.log();
    INFO(said);
    CHECK(said.find("aqid.db") != std::string::npos);
    CHECK(said.find("not a database") != std::string::npos);
    CHECK(read_file(daemon.database()) == noise);
}

TEST_CASE("a second aqid on the same folders is refused, and the first never notices", "[start]")
{
    const Folder folder;
    Broker broker{folder.path()};
    broker.start();
    Site site;
    site.more = link_to(broker);
    Daemon daemon{folder.path(), site};
    daemon.start();
    daemon.wait_for_link("up");
    publish_all(broker.login("stations"), many_readings(4, 100));
    wait_until(20s, "the readings", [&] { return daemon.number("SELECT count(*) FROM observation") == 200; });
    const auto segments = contents(daemon.data() / "inbox");
    const Said second = run({program("aqid"), "--config", daemon.config().string()});
    INFO(second.text);
    CHECK(second.exit_code == 1);
    CHECK(second.text.find("another aqid") != std::string::npos);
    CHECK(contents(daemon.data() / "inbox") == segments);
    // And the first goes on, over a restart too.
    publish_all(broker.login("stations"), many_readings(4, 200));
    wait_until(20s, "the later readings", [&] { return daemon.number("SELECT count(*) FROM observation") == 400; });
    daemon.kill();
    daemon.start();
    daemon.wait_for_link("up");
    require_exactly_once(daemon.database(), 4, 200);
    CHECK(daemon.count("inbox_damage") == 0);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a second aqid on the same data folder loses no acknowledged message", "[start]")
{
    // The first has acknowledged more than it has in the journal when a second one comes by and goes.
    constexpr std::size_t count = 100;
    const Folder folder;
    Broker broker{folder.path()};
    broker.start();
    Site site;
    site.more = link_to(broker);
    Daemon::Options options;
    options.fault_disk = true;
    Daemon daemon{folder.path(), site, options};
    daemon.start();
    daemon.wait_for_link("up");
    const auto messages = many_readings(4, count);
    publish_all(broker.login("stations"), {messages.begin(), messages.begin() + count / 2});
    wait_until(20s, "the first half", [&] { return daemon.number("SELECT count(*) FROM observation") == count; });
    const Said second = run({program("aqid"), "--config", daemon.config().string()});
    INFO(second.text);
    CHECK(second.exit_code == 1);
    daemon.fault("pwrite aqid.db-wal 28 0");
    publish_all(broker.login("stations"), {messages.begin() + count / 2, messages.end()});
    wait_until(20s, "the second half in the inbox", [&] { return daemon.inbox_bytes() == inbox_bytes_of(messages); });
    daemon.kill();
    broker.stop();
    daemon.fault("");
    daemon.start();
    wait_until(20s, "the second half in the journal",
               [&] { return daemon.number("SELECT count(*) FROM observation") == 2 * count; });
    require_exactly_once(daemon.database(), 4, count);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a data folder is one daemon's, even when the other has another control socket", "[start]")
{
    const Folder folder, other;
    Daemon daemon{folder.path(), Site{}};
    daemon.start();
    Site site;
    site.data = daemon.data().string();
    Daemon second{other.path(), site};
    second.spawn();
    REQUIRE(second.wait(10s, "the refusal") == 1);
    const std::string said = second.log();
    INFO(said);
    CHECK(said.find(daemon.data().string()) != std::string::npos);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a control socket's path that holds something else is left alone", "[start]")
{
    const Folder folder;
    Daemon daemon{folder.path(), Site{}};
    write_file(daemon.socket(), "somebody's letters");
    daemon.spawn();
    const bool refused = comes(5s, [&] { return !daemon.running(); });
    CHECK(refused);
    CHECK(read_file(daemon.socket()) == "somebody's letters");
}

TEST_CASE("a data folder that cannot be written is named", "[start]")
{
    if (!is_root()) return skipped("needs root, to run the daemon as another account");
    const Folder folder;
    Site site;
    site.data = (folder / "data").string();
    Daemon::Options options;
    options.as = nobody;
    Daemon daemon{folder.path(), site, options};
    const bool exists = GENERATE(false, true);
    if (exists) fs::create_directories(daemon.data());
    daemon.spawn();
    REQUIRE(daemon.wait(10s, "the refusal") == 1);
    const std::string said = daemon.log();
    INFO(said);
    CHECK(said.find(daemon.data().string()) != std::string::npos);
    CHECK(occurrences(said, "\n") == 1);
}

TEST_CASE("an HTTP port that is taken is named, and nothing was sent before", "[start]")
{
    const Folder folder;
    const Catcher taken; // any listener will do
    Site site;
    site.http = fmt::format("127.0.0.1:{}", taken.port());
    Daemon daemon{folder.path(), site};
    daemon.spawn();
    REQUIRE(daemon.wait(10s, "the refusal") == 1);
    const std::string said = daemon.log();
    INFO(said);
    CHECK(said.find(site.http) != std::string::npos);
    CHECK(said.find("in use") != std::string::npos);
    CHECK_FALSE(fs::exists(daemon.socket()));
    CHECK(taken.caught().empty());
}

} // namespace aqi::e2e
