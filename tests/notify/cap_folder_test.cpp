// The folder of the CAP channel: files, the feed, what is served, trouble with the disk, and every setting.
#include "tests/notify/cap_desk.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace aqi;
using namespace aqi::notify;
using namespace aqi::notify::tests;
using aqi::e2e::Folder;
using aqi::tests::shared_file;
using aqi::tests::text_of;
using daemon::SendState;

namespace {

namespace fs = std::filesystem;

Instant plus(Instant at, std::chrono::hours more) { return Instant{at.ms + std::chrono::milliseconds{more}.count()}; }

} // namespace

TEST_CASE("cap: files and a feed, newest first, the same after a repeat and a restart", "[cap]")
{
    const Folder folder;
    const auto letters = life();
    const auto feed = [&] { return text_of(folder.path() / "feed.xml"); };
    const std::vector<std::string> newest_first = {"第5号", "第4号", "第3号", "第2号", "第1号"};
    std::string whole;
    {
        Desk desk{"cap", cap_stanza(folder.path(),
                                    "base_url = \"https://example.invalid/cap/\"\nidentifier_prefix = \"hebi-\"\n")};
        for (const auto& letter : letters) {
            const auto receipt = desk.send(letter, fmt::format("410600-2016-003/{}/cap", letter.revision));
            INFO(receipt.detail);
            CHECK(receipt.state == SendState::accepted);
            CHECK(receipt.provider_id == fmt::format("hebi-410600-2016-003-{}", letter.revision));
        }
        whole = feed();
        CHECK(all_between(whole, "    <title>", "</title>") == newest_first);
        CHECK(all_between(whole, "type=\"application/cap+xml\" href=\"", "\"").front() ==
              "https://example.invalid/cap/hebi-410600-2016-003-5.xml");
        const auto updated = all_between(whole, "<updated>", "</updated>");
        CHECK(updated.size() == 6);
        CHECK(updated.at(0) == "2017-01-02T16:00:07+08:00");
        CHECK(std::is_sorted(updated.rbegin(), updated.rend()));
        CHECK(all_between(whole, "<id>", "</id>").front() == "https://example.invalid/cap/feed.xml");
        const auto document = folder.path() / "hebi-410600-2016-003-2.xml";
        CHECK(text_of(document) == desk.compose(letters[1]).text);
        struct stat facts {};
        REQUIRE(::stat(document.c_str(), &facts) == 0);
        CHECK((facts.st_mode & 0777) == 0644);
        // A repeat: accepted, and not even written.
        const auto before = fs::last_write_time(document);
        CHECK(desk.send(letters[1], "410600-2016-003/2/cap").state == SendState::accepted);
        CHECK(fs::last_write_time(document) == before);
        CHECK(feed() == whole);
        const auto lint = e2e::run({"/usr/bin/xmllint", "--noout", (folder.path() / "feed.xml").string()});
        CHECK((lint.exit_code == 0 && lint.text.empty()));
        for (const auto& file : fs::directory_iterator{folder.path()})
            CHECK_FALSE(file.path().filename().string().starts_with('.'));
    }
    e2e::write_file(folder.path() / "foreign.xml", "<not-an-alert/>");
    const auto reopened = [&](const std::string& awaited, Instant now) {
        fs::remove(folder.path() / "feed.xml"); // as a crash before it was written would leave it
        Desk desk{
            "cap",
            cap_stanza(folder.path(), "base_url = \"https://example.invalid/cap/\"\nidentifier_prefix = \"hebi-\"\n"),
            Mode::real, now};
        desk.run_until([&] { return fs::exists(folder.path() / "feed.xml") && feed() == awaited; }, "the feed");
    };
    // By the daemon's clock, not by the machine's: the lift takes effect 8 h 59 min 53 s after it was sent; 48 h later the warning
    // leaves the feed, not the folder.
    const auto last = folder.path() / "hebi-410600-2016-003-5.xml";
    reopened(whole, letters.back().at);
    reopened(whole, plus(letters.back().at, 56h));
    const auto empty = whole.substr(0, whole.find("  <entry>")) + "</feed>\n";
    reopened(empty, plus(letters.back().at, 57h));
    CHECK(fs::exists(last));
}

TEST_CASE("cap: the feed of a warning that is cancelled, runs out, or stands", "[cap]")
{
    const Folder folder;
    Desk desk{"cap", cap_stanza(folder.path(), "keep_h = 1\n")};
    const auto titles = [&] { return all_between(text_of(folder.path() / "feed.xml"), "    <title>", "</title>"); };
    auto other = warning_letter(); // without an end: stands for 240 h
    CHECK(desk.send(other, "410600-2016-003/2/cap").state == SendState::accepted);
    CHECK(titles().size() == 1);
    auto short_one = life().front();
    auto& a = *short_one.warning;
    short_one.id = a.warning = "410622-2016-001";
    a.until = a.effective.plus(1);
    CHECK(desk.send(short_one, "410622-2016-001/1/cap").state == SendState::accepted);
    CHECK(titles().size() == 2);
    auto later = warning_letter();
    later.id = later.warning->warning = "410621-2016-001";
    later.warning->earlier.clear();
    later.warning->kind = RevisionKind::raise;
    later.at = later.warning->issued_at = Instant{a.until->instant(UtcOffset{}).ms + 3'601'000};
    later.warning->effective = a.until->plus(4);
    desk.clock(later.at);
    CHECK(desk.send(later, "410621-2016-001/1/cap").state == SendState::accepted);
    CHECK(titles() == std::vector<std::string>{later.warning->headline_zh, other.warning->headline_zh});
    auto cancel = lift_letter();
    cancel.warning->kind = RevisionKind::cancel;
    desk.clock(cancel.at);
    CHECK(desk.send(cancel, "410600-2016-003/3/cap").state == SendState::accepted);
    CHECK(titles().front() == cancel.warning->headline_zh);
}

TEST_CASE("cap: only what lies in the folder is served, and nothing of a drill", "[cap]")
{
    const Folder above, drill;
    const auto folder = above.path() / "cap";
    fs::create_directory(folder);
    Desk desk{"cap", cap_stanza(folder)};
    CHECK(desk.send(warning_letter(), "410600-2016-003/2/cap").state == SendState::accepted);
    const auto feed = desk.get("feed.xml");
    REQUIRE(feed);
    CHECK(feed->content_type == "application/atom+xml; charset=utf-8");
    CHECK(feed->body == text_of(folder / "feed.xml"));
    const auto document = desk.get("410600-2016-003-2.xml");
    REQUIRE(document);
    CHECK(document->content_type == "application/cap+xml; charset=utf-8");
    CHECK(document->body == desk.compose(warning_letter()).text);
    e2e::write_file(above.path() / "secret.xml", "secret");
    e2e::write_file(folder / "note.txt", "secret");
    e2e::write_file(folder / ".x.xml.new", "secret");
    e2e::write_file(folder / ".x.xml", "secret");
    fs::create_symlink(above.path() / "secret.xml", folder / "link.xml");
    fs::create_directory(folder / "folder.xml");
    for (const std::string path :
         {"", "/", ".", "..", "../secret.xml", "..%2fsecret.xml", "/etc/passwd", "none.xml", "note.txt", ".x.xml",
          ".x.xml.new", "link.xml", "folder.xml", "./feed.xml", "feed.xml/", "cap/../feed.xml"}) {
        INFO(path);
        CHECK_FALSE(desk.get(path));
    }
    CHECK_FALSE(desk.get(std::string_view{"feed.xml\0.xml", 13}));
    Desk exercise{"cap", cap_stanza(folder, fmt::format("drill_folder = \"{}\"\n", drill.path().string())),
                  Mode::drill};
    CHECK(exercise.send(warning_letter(Mode::drill), "410600-2016-003/2/drill").state == SendState::accepted);
    CHECK(alert_in(Content{text_of(drill.path() / "410600-2016-003-2.xml")}).status == "Exercise");
    CHECK_THAT(text_of(drill.path() / "feed.xml"), Catch::Contains("<title>【演练】鹤壁市"));
    CHECK(alert_in(Content{text_of(folder / "410600-2016-003-2.xml")}).status == "Actual");
    CHECK_FALSE(exercise.get("feed.xml"));
    CHECK_FALSE(exercise.get("410600-2016-003-2.xml"));
}

TEST_CASE("cap: a canary is a test in its own file, and not in the feed", "[cap]")
{
    const Folder folder;
    Desk desk{"cap", cap_stanza(folder.path())};
    CHECK(desk.send(canary_letter(), "canary-2016-12-29/1/cap").state == SendState::accepted);
    const auto alert = alert_in(Content{text_of(folder.path() / "canary.xml")});
    CHECK((alert.status == "Test" && alert.msg_type == "Alert"));
    CHECK(alert.infos[0].headline == "通道自检");
    CHECK(desk.send(warning_letter(), "410600-2016-003/2/cap").state == SendState::accepted);
    CHECK_THAT(text_of(folder.path() / "feed.xml"), !Catch::Contains("自检"));
    if (const auto schema = shared_file("cap/CAP-v1.2.xsd")) {
        fs::remove(folder.path() / "feed.xml");
        validate(folder.path(), *schema);
    }
}

TEST_CASE("cap: a folder that is not there, may not be written, or is full: tried again, with the reason", "[cap]")
{
    const Folder above;
    fs::permissions(above.path(), fs::perms{0755});
    const auto folder = above.path() / "cap";
    Desk desk{"cap", cap_stanza(folder)};
    auto receipt = desk.send(warning_letter(), "410600-2016-003/2/cap");
    CHECK(receipt.state == SendState::retry);
    CHECK_THAT(receipt.detail, Catch::Contains("No such file or directory"));
    CHECK_FALSE(fs::exists(folder)); // a share that is not mounted is not written under
    fs::create_directory(folder);
    fs::permissions(folder, fs::perms{0555});
    const bool root = ::geteuid() == 0;
    if (root) REQUIRE(::seteuid(65534) == 0); // root may write anywhere
    receipt = desk.send(warning_letter(), "410600-2016-003/2/cap");
    if (root) REQUIRE(::seteuid(0) == 0);
    CHECK(receipt.state == SendState::retry);
    CHECK_THAT(receipt.detail, Catch::Contains("Permission denied"));
    fs::permissions(folder, fs::perms{0755});
    // The document can be written, the feed not: tried again, and then both are there.
    fs::create_directory(folder / "feed.xml");
    receipt = desk.send(warning_letter(), "410600-2016-003/2/cap");
    CHECK(receipt.state == SendState::retry);
    CHECK_THAT(receipt.detail, Catch::Contains("not yet in the feed"));
    fs::remove(folder / "feed.xml");
    CHECK(desk.send(warning_letter(), "410600-2016-003/2/cap").state == SendState::accepted);
    CHECK(fs::is_regular_file(folder / "feed.xml"));
}

TEST_CASE("cap: a full disk leaves no part of a document, and the next attempt succeeds", "[cap]")
{
    const Folder folder;
    // A mount of this thread's own; the channel's thread, made after it, sees the same.
    if (!e2e::is_root() || ::unshare(CLONE_NEWNS) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", folder.path().c_str(), "tmpfs", 0, "size=16k,mode=755") != 0)
        return e2e::skipped("a file system of 16 kB needs a mount");
    {
        Desk desk{"cap", cap_stanza(folder.path())};
        desk.run_until([&] { return fs::exists(folder.path() / "feed.xml"); }, "the first feed");
        std::ofstream{folder.path() / "ballast"} << std::string(64 * 1024, 'x');
        const auto receipt = desk.send(warning_letter(), "410600-2016-003/2/cap");
        CHECK(receipt.state == SendState::retry);
        CHECK_THAT(receipt.detail, Catch::Contains("No space left on device"));
        CHECK_FALSE(fs::exists(folder.path() / "410600-2016-003-2.xml"));
        CHECK_FALSE(fs::exists(folder.path() / ".410600-2016-003-2.xml.new"));
        fs::remove(folder.path() / "ballast");
        CHECK(desk.send(warning_letter(), "410600-2016-003/2/cap").state == SendState::accepted);
        CHECK(text_of(folder.path() / "410600-2016-003-2.xml") == desk.compose(warning_letter()).text);
    }
    ::umount2(folder.path().c_str(), MNT_DETACH);
}

TEST_CASE("cap: every setting that cannot be is refused with its key", "[cap]")
{
    const Folder folder;
    const std::string sender = "sender = \"a@example.invalid\"\n";
    const std::string at = fmt::format("folder = \"{}\"\n", folder.path().string());
    struct Row {
        std::string keys, says;
        Mode mode = Mode::real;
    };
    fs::create_directory(folder.path() / "in");
    fs::create_directory_symlink(folder.path(), folder.path() / "in" / "link");
    const auto drill = [&](const std::string& path) {
        return at + sender + fmt::format("drill_folder = \"{}\"\n", path);
    };
    const std::string profile = at + sender + "profile = \"12379\"\n[channel.profile_12379]\n";
    const std::string codes = "event_code_name = \"12379\"\nevent_code = \"11B29\"\n";
    const std::vector<Row> rows = {
        {sender, "folder"},
        {"folder = \"cap\"\n" + sender, "\"cap\" must be an absolute path"},
        {at, "sender"},
        {at + "sender = \"a b\"\n", "must have no blank"},
        {at + "sender = \"a,b\"\n", "must have no blank"},
        {at + "sender = \"a<b\"\n", "must have no blank"},
        {at + "sender = \"a&b\"\n", "must have no blank"},
        {at + "sender = \"\"\n", "must have no blank"},
        {at + sender + "identifier_prefix = \"a b\"\n", "it names a file"},
        {at + sender + "identifier_prefix = \"../\"\n", "it names a file"},
        {at + sender + "identifier_prefix = \"{id}\"\n", "takes no fields"},
        {at + sender + "geocode_name = \"\"\n", "must not be empty"},
        {at + sender + "web = \"example.invalid\"\n", "must be an address"},
        {at + sender + "web = \"https://example.invalid/{nothing}\"\n", "nothing"},
        {at + sender + "base_url = \"https://example.invalid/cap\"\n", "ends with /"},
        {at + sender + "base_url = \"cap/\"\n", "ends with /"},
        {at + sender + "expires_h = 0\n", "expires_h"},
        {at + sender + "all_clear_h = 49\n", "all_clear_h"},
        {at + sender + "keep_h = -1\n", "keep_h"},
        {at + sender + "profile = \"12380\"\n", "12379"},
        {at + sender + "profile = \"12379\"\n", "needs the table"},
        {at + sender + "[channel.profile_12379]\n", "is read with profile"},
        {profile + codes, "identifier"},
        {profile + codes + "identifier = \"{id}\"\n", "must name {time}"},
        {profile + codes + "identifier = \"{id} {revision}\"\n", "it names a file"},
        {profile + codes + "identifier = \"{level}{time}\"\n", "level"},
        {profile + "identifier = \"{time}\"\nevent_code = \"11B29\"\n", "event_code_name"},
        {profile + "identifier = \"{time}\"\nevent_code_name = \"x\"\n", "event_code"},
        {profile + codes + "identifier = \"{time}\"\ntimes = \"utc\"\n", "domestic"},
        {profile + codes + "identifier = \"{time}\"\nseverity = { red = \"\" }\n", "one word"},
        {profile + codes + "identifier = \"{time}\"\nseverity = { rot = \"RED\" }\n", "rot"},
        {profile + codes + "identifier = \"{time}\"\ncolour = \"RED\"\n", "colour"},
        {at + sender + "geocode_name = \"x\"\nprofile = \"12379\"\n", "stands in"},
        {at + sender + "identifier_prefix = \"x\"\nprofile = \"12379\"\n", "identifier"},
        {at + sender + "[channel.polygons]\n410600 = \"35.5,113.9 36.1,113.9 36.1,114.8\"\n", "at least four points"},
        {at + sender + "[channel.polygons]\n410600 = [\"35,113 36,113 36,114 35,114\"]\n", "ends where it begins"},
        {at + sender + "[channel.polygons]\n410600 = \"113,35 113,36 114,36 113,35\"\n", "no latitude,longitude"},
        {at + sender + "drill_folder = \"/x\"\n", "belongs to a channel with drill = true"},
        {at + sender, "must be named", Mode::drill},
        {sender + "drill_folder = \"/x\"\n", "folder", Mode::drill},
        {drill("x"), "absolute path", Mode::drill},
        {drill(folder.path().string()), "must lie apart", Mode::drill},
        {drill(folder.path().string() + "/"), "must lie apart", Mode::drill},
        {drill((folder.path() / "in").string()), "must lie apart", Mode::drill},
        {drill((folder.path() / "in" / "link").string()), "must lie apart", Mode::drill},
        {drill((folder.path() / "in" / ".." / ".").string()), "must lie apart", Mode::drill},
        {drill(folder.path().parent_path().string()), "must lie apart", Mode::drill},
        {at + sender + "colour = \"red\"\n", "colour"},
    };
    for (const auto& row : rows) {
        INFO(row.keys);
        CHECK_THROWS_WITH((Desk{"cap", row.keys, row.mode}), Catch::Contains(row.says));
    }
    // A name that begins like the other is another folder.
    CHECK_NOTHROW(Desk{"cap", drill(folder.path().string() + "-drill"), Mode::drill});
}

TEST_CASE("cap, broadcast, journal: every key of a sample stanza is one, and its default is allowed",
          "[cap][broadcast][journal]")
{
    const std::vector<std::string> elsewhere = {"name", "kind", "drill", "drill_folder", "expires_after_h"};
    for (const char* kind : {"cap", "broadcast", "journal"}) {
        std::string keys, national;
        std::istringstream sample{std::string{channel_of_kind(kind)->sample}};
        for (std::string line; std::getline(sample, line);) {
            if (line.starts_with("# ")) line.erase(0, 2);
            const std::string key = line.substr(0, line.find(' '));
            if (line.starts_with("[[") || line.starts_with(' ') ||
                std::find(elsewhere.begin(), elsewhere.end(), key) != elsewhere.end())
                continue;
            if (line.starts_with("[channel.profile_12379]")) national = cap_stanza("/srv/cap", "profile = \"12379\"\n");
            (national.empty() ? keys : national) += line + "\n";
        }
        INFO(keys << national);
        // Read, not opened: the folders of a sample may be somebody's.
        const auto read = [&](const std::string& written) {
            const auto table = Settings::parse("[[channel]]\n" + written, "sample").tables("channel").at(0);
            static_cast<void>(channel_of_kind(kind)->settings(table, Mode::real));
            table.done();
        };
        CHECK_NOTHROW(read(keys));
        if (!national.empty()) CHECK_NOTHROW(read(national));
    }
}
