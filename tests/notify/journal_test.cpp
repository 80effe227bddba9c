// One line a letter: in the real journal, in one that listens like it, and in a file.
#include "tests/e2e/harness.hpp"
#include "tests/notify/desk.hpp"
#include "tests/support/shared.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <fstream>
#include <map>
#include <sstream>

#include <csignal>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace aqi;
using namespace aqi::notify;
using namespace aqi::notify::tests;
using aqi::e2e::Folder;
using aqi::tests::text_of;
using daemon::SendState;

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

/// A socket where the journal's would be.
class Listener {
public:
    explicit Listener(const fs::path& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string name = path.string();
        std::copy(name.begin(), name.end(), std::begin(address.sun_path));
        REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    ~Listener() { ::close(socket_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    /// The fields of the datagram that waits; none when there is none.
    std::map<std::string, std::string> fields()
    {
        std::string text(64 * 1024, '\0');
        const auto got = ::recv(socket_, text.data(), text.size(), 0);
        text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        std::map<std::string, std::string> out;
        std::istringstream lines{text};
        for (std::string line; std::getline(lines, line);)
            out[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
        return out;
    }

private:
    int socket_;
};

std::string at(const fs::path& socket) { return fmt::format("socket = \"{}\"\n", socket.string()); }
std::string into(const fs::path& file) { return fmt::format("file = \"{}\"\n", file.string()); }

std::vector<std::string> lines_of(const fs::path& file)
{
    std::vector<std::string> out;
    std::istringstream text{text_of(file)};
    for (std::string line; std::getline(text, line);) out.push_back(line);
    return out;
}

} // namespace

TEST_CASE("journal: the fields of every kind of letter", "[journal]")
{
    const Folder folder;
    Listener journal{folder.path() / "socket"};
    Desk desk{"journal", at(folder.path() / "socket")};
    const auto receipt = desk.send(warning_letter(), "410600-2016-003/2/journal");
    CHECK(receipt.state == SendState::accepted);
    CHECK(receipt.detail == "in the journal: journalctl AQID_KEY=410600-2016-003/2/journal");
    CHECK(journal.fields() ==
          std::map<std::string, std::string>{
              {"MESSAGE", warning_letter().warning->headline_zh + ": " + warning_letter().warning->short_zh},
              {"PRIORITY", "2"},
              {"SYSLOG_IDENTIFIER", "aqid"},
              {"AQID_KEY", "410600-2016-003/2/journal"},
              {"AQID_KIND", "warning"},
              {"AQID_MODE", "real"},
              {"AQID_WARNING", "410600-2016-003"},
              {"AQID_REVISION", "2"},
              {"AQID_LEVEL", "red"},
              {"AQID_AREA", "鹤壁市"}});
    CHECK(desk.send(lift_letter(), "410600-2016-003/3/journal").state == SendState::accepted);
    auto fields = journal.fields();
    CHECK((fields["AQID_LEVEL"] == "none" && fields["PRIORITY"] == "5"));
    CHECK(desk.send(canary_letter(), "canary/1/journal").state == SendState::accepted);
    fields = journal.fields();
    CHECK((fields["AQID_KIND"] == "canary" && fields["PRIORITY"] == "6" && fields.count("AQID_LEVEL") == 0));
    const std::vector<std::pair<WarningLevel, std::string>> priorities = {
        {WarningLevel::blue, "5"}, {WarningLevel::yellow, "4"}, {WarningLevel::orange, "3"}, {WarningLevel::red, "2"}};
    for (const auto& [level, priority] : priorities) {
        auto letter = warning_letter();
        letter.warning->level = level;
        CHECK(desk.send(letter, "410600-2016-003/2/journal").state == SendState::accepted);
        CHECK(journal.fields()["PRIORITY"] == priority);
    }
    // A line break in a text makes no field of its own.
    auto letter = warning_letter();
    letter.warning->short_zh = "一\nPRIORITY=0\r二";
    CHECK(desk.send(letter, "410600-2016-003/2/journal").state == SendState::accepted);
    fields = journal.fields();
    CHECK(fields["MESSAGE"] == letter.warning->headline_zh + ": 一 PRIORITY=0 二");
    CHECK(fields["PRIORITY"] == "2");
    letter.warning->short_zh.assign(100'000, 'x');
    CHECK(desk.send(letter, "410600-2016-003/2/journal").state == SendState::accepted);
    CHECK(journal.fields()["MESSAGE"].size() <= 16 * 1024);
    Desk exercise{"journal", at(folder.path() / "socket"), Mode::drill};
    CHECK(exercise.send(warning_letter(Mode::drill), "410600-2016-003/2/drill").state == SendState::accepted);
    fields = journal.fields();
    CHECK((fields["AQID_MODE"] == "drill" && fields["PRIORITY"] == "5"));
    CHECK_THAT(fields["MESSAGE"], Catch::StartsWith("【演练】"));
}

TEST_CASE("journal: where none listens the letter is tried again", "[journal]")
{
    const Folder folder;
    const auto socket = folder.path() / "socket";
    Desk desk{"journal", at(socket)};
    auto receipt = desk.send(warning_letter(), "410600-2016-003/2/journal");
    CHECK(receipt.state == SendState::retry);
    CHECK_THAT(receipt.detail, Catch::Contains("does not listen: No such file or directory"));
    {
        const Listener gone{socket};
    }
    receipt = desk.send(warning_letter(), "410600-2016-003/2/journal");
    CHECK(receipt.state == SendState::retry);
    CHECK_THAT(receipt.detail, Catch::Contains("Connection refused"));
    fs::remove(socket);
    // One that is there and reads nothing: full, not waited for.
    Listener busy{socket};
    for (int i = 0;
         i < 100'000 && desk.send(warning_letter(), "410600-2016-003/2/journal").state == SendState::accepted;)
        ++i;
    CHECK_THAT(desk.receipts().back().second.detail, Catch::Contains("Resource temporarily unavailable"));
    CHECK(desk.receipts().back().second.state == SendState::retry);
}

TEST_CASE("journal: systemd's own journal has the line", "[journal]")
{
    const fs::path journald = "/lib/systemd/systemd-journald";
    if (!fs::exists(journald)) return e2e::skipped("systemd-journald is not here");
    const e2e::Folder folder;
    for (const char* name : {"run", "log", "var"}) fs::create_directory(folder / name);
    // A journal namespace of our own in a mount namespace of its own: it keeps nothing outside our folder.
    const e2e::Child daemon{
        {{"/usr/bin/unshare", "--mount", "--map-root-user", "--propagation", "private", "/bin/sh", "-c",
          fmt::format("mount --bind '{0}/log' /run/log && mount --bind '{0}/var' /var/log && exec {1} aqidtest",
                      folder.path().string(), journald.string())},
         folder / "log.txt",
         {{"RUNTIME_DIRECTORY", (folder / "run").string()}},
         {}}};
    if (!e2e::comes(10s, [&] { return fs::exists(folder / "run/socket"); }))
        return e2e::skipped("systemd-journald does not run here: " + e2e::read_file(folder / "log.txt"));
    Desk desk{"journal", at(folder / "run/socket")};
    CHECK(desk.send(warning_letter(), "410600-2016-003/2/journal").state == SendState::accepted);
    std::string line;
    e2e::wait_until(20s, "the line in the journal", [&] {
        for (const auto& file : fs::recursive_directory_iterator{folder.path()}) {
            if (!file.is_regular_file() || file.path().extension() != ".journal") continue;
            line = e2e::run({"/usr/bin/journalctl", "--quiet", "--file", file.path().string(), "-o", "json",
                             "AQID_KEY=410600-2016-003/2/journal"})
                       .text;
            if (line.starts_with('{')) return true;
        }
        return false;
    });
    const auto entry = json::parse(line).as_object();
    CHECK(entry.at("AQID_WARNING").as_string() == "410600-2016-003");
    CHECK(entry.at("AQID_REVISION").as_string() == "2");
    CHECK(entry.at("AQID_LEVEL").as_string() == "red");
    CHECK(entry.at("PRIORITY").as_string() == "2");
    CHECK_THAT(std::string{entry.at("MESSAGE").as_string()}, Catch::StartsWith("鹤壁市发布重污染天气红色预警"));
}

TEST_CASE("journal: a file has one whole line a key, whatever is repeated, torn or rotated", "[journal]")
{
    const Folder folder;
    const auto file = folder.path() / "letters.jsonl";
    auto desk = std::make_unique<Desk>("journal", into(file));
    CHECK(desk->send(warning_letter(), "410600-2016-003/2/journal").state == SendState::accepted);
    const auto line = json::parse(text_of(file)).as_object();
    CHECK(line.begin()->key() == "key");
    CHECK(line.at("key").as_string() == "410600-2016-003/2/journal");
    CHECK(line.at("level").as_string() == "red");
    CHECK(line.at("revision").as_int64() == 2);
    CHECK_THAT(std::string{line.at("message").as_string()}, Catch::StartsWith("鹤壁市"));
    CHECK_THAT(desk->send(warning_letter(), "410600-2016-003/2/journal").detail, Catch::Contains("already"));
    // A key that begins like another is another.
    CHECK(desk->send(warning_letter(), "410600-2016-003/2/journal/1").state == SendState::accepted);
    CHECK(lines_of(file).size() == 2);
    desk = std::make_unique<Desk>("journal", into(file)); // after a restart
    CHECK(desk->send(warning_letter(), "410600-2016-003/2/journal").state == SendState::accepted);
    CHECK(lines_of(file).size() == 2);
    // A part of a line, as a crash leaves it, was never said to be written.
    const auto whole = text_of(file);
    {
        std::ofstream{file, std::ios::app} << "{\"key\":\"410600-2016-003/3/journal\",\"ki";
    }
    CHECK(desk->send(lift_letter(), "410600-2016-003/3/journal").state == SendState::accepted);
    CHECK(lines_of(file).size() == 4);
    CHECK(text_of(file).starts_with(whole));
    CHECK(json::parse(lines_of(file).back()).as_object().at("revision").as_int64() == 3);
    fs::rename(file, folder.path() / "letters.jsonl.1");
    CHECK(desk->send(canary_letter(), "canary/1/journal").state == SendState::accepted);
    CHECK(lines_of(file).size() == 1);
    CHECK(json::parse(text_of(file)).as_object().at("level").is_null());
}

TEST_CASE("journal: a file that cannot be written leaves no part of a line", "[journal]")
{
    const Folder folder;
    fs::permissions(folder.path(), fs::perms{0755});
    {
        Desk nowhere{"journal", into(folder.path() / "none" / "letters")};
        const auto receipt = nowhere.send(warning_letter(), "410600-2016-003/2/journal");
        CHECK(receipt.state == SendState::retry);
        CHECK_THAT(receipt.detail, Catch::Contains("No such file or directory"));
    }
    fs::permissions(folder.path(), fs::perms{0555});
    {
        Desk forbidden{"journal", into(folder.path() / "letters")};
        const bool root = ::geteuid() == 0;
        if (root) REQUIRE(::seteuid(65534) == 0); // root may write anywhere
        const auto receipt = forbidden.send(warning_letter(), "410600-2016-003/2/journal");
        if (root) REQUIRE(::seteuid(0) == 0);
        CHECK(receipt.state == SendState::retry);
        CHECK_THAT(receipt.detail, Catch::Contains("Permission denied"));
    }
    fs::permissions(folder.path(), fs::perms{0755});
    {
        Desk pipe{"journal", into("/dev/full")};
        CHECK(pipe.send(warning_letter(), "410600-2016-003/2/journal").state == SendState::failed); // no ordinary file
    }
    const auto file = folder.path() / "letters";
    Desk desk{"journal", into(file)};
    CHECK(desk.send(warning_letter(), "410600-2016-003/2/journal").state == SendState::accepted);
    const auto whole = text_of(file);
    // The disk takes half of the second line.
    rlimit usual{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &usual) == 0);
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit little{whole.size() + 40, usual.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &little) == 0);
    const auto receipt = desk.send(lift_letter(), "410600-2016-003/3/journal");
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &usual) == 0);
    ::signal(SIGXFSZ, handler);
    CHECK(receipt.state == SendState::retry);
    CHECK_THAT(receipt.detail, Catch::Contains("No space left on device"));
    CHECK(text_of(file) == whole);
    CHECK(desk.send(lift_letter(), "410600-2016-003/3/journal").state == SendState::accepted);
    CHECK(lines_of(file).size() == 2);
}

TEST_CASE("journal: every setting that cannot be is refused with its key", "[journal]")
{
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"file = \"letters\"\n", "must be an absolute path"},
        {"file = \"/var/log/\"\n", "must be an absolute path of a file"},
        {"file = \"/var/log/x\"\nsocket = \"/run/x\"\n", "nothing goes to the journal"},
        {"socket = \"run/x\"\n", "must be an absolute path"},
        {"socket = \"/" + std::string(200, 'x') + "\"\n", "less than 108 bytes"},
        {"colour = \"red\"\n", "colour"},
    };
    for (const auto& [keys, says] : rows) {
        INFO(keys);
        CHECK_THROWS_WITH((Desk{"journal", keys}), Catch::Contains(says));
    }
}
