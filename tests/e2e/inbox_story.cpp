// The inbox's files after a crash, or when a disk has lost a bit: what can be kept is kept, what cannot is said.
#include "tests/e2e/stage.hpp"

#include <algorithm>
#include <fstream>

namespace aqi::e2e {
namespace {

constexpr int stations = 4;
constexpr std::size_t batch = 40;

/// A daemon whose journal takes nothing while the inbox fills; then it is killed, and its broker too.
struct Unread {
    explicit Unread(int lives)
        : broker(folder.path()), messages(many_readings(stations, batch * static_cast<std::size_t>(lives)))
    {
        broker.start();
        Site site;
        site.stations = stations;
        site.more = link_to(broker);
        Daemon::Options options;
        options.fault_disk = true;
        daemon.emplace(folder.path(), site, options);
        daemon->start();
        daemon->wait_for_link("up");
        wait_until(20s, "the first closed hour", [&] { return daemon->number("SELECT count(*) FROM journal") > 0; });
        daemon->fault("pwrite aqid.db-wal 28 0");
        for (int life = 0; life < lives; ++life) {
            if (life > 0) {
                daemon->kill();
                daemon->start();
                daemon->wait_for_link("up");
            }
            const auto begin = messages.begin() + life * static_cast<std::ptrdiff_t>(batch);
            const std::vector<Message> part{begin, begin + static_cast<std::ptrdiff_t>(batch)};
            publish_all(broker.login("stations"), part);
            // The broker delivers in order: with the last one, all are there. Not by their bytes: what the kill left
            // unacknowledged comes a second time.
            wait_until(20s, "the messages in the inbox", [&] { return inbox_holds(part.back().payload); });
        }
        daemon->kill();
        broker.stop();
        daemon->fault("");
        REQUIRE(daemon->number("SELECT count(*) FROM observation") == 0);
    }
    /// Segments that hold something, oldest first.
    std::vector<fs::path> segments() const
    {
        std::vector<fs::path> out;
        for (const auto& file : fs::directory_iterator{daemon->data() / "inbox"})
            if (file.file_size() > 0) out.push_back(file.path());
        std::sort(out.begin(), out.end());
        return out;
    }
    bool inbox_holds(const std::string& payload) const
    {
        const auto files = segments();
        return std::any_of(files.begin(), files.end(),
                           [&](const auto& file) { return read_file(file).find(payload) != std::string::npos; });
    }
    static void flip(const fs::path& file, std::uintmax_t at)
    {
        std::string bytes = read_file(file);
        bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x10);
        write_file(file, bytes);
    }
    /// How many of the first `count` messages stand in the journal.
    std::size_t whole(std::size_t count) const { return kept(daemon->database(), stations, count).whole; }

    Folder folder;
    Broker broker;
    std::vector<Message> messages;
    std::optional<Daemon> daemon;
};

} // namespace

TEST_CASE("a torn tail is survived with a notice, and every entry before it is kept", "[inbox]")
{
    const std::string how = GENERATE("garbage", "cut", "head only", "zeros");
    INFO(how);
    Unread stage{1};
    const fs::path file = stage.segments().back();
    std::size_t expected = batch;
    if (how == "garbage") std::ofstream{file, std::ios::app | std::ios::binary} << "what a torn write leaves behind";
    if (how == "head only") std::ofstream{file, std::ios::app | std::ios::binary}.write("\x80\0\0\0\x11", 5);
    if (how == "zeros") std::ofstream{file, std::ios::app | std::ios::binary} << std::string(4096, '\0');
    if (how == "cut") {
        fs::resize_file(file, fs::file_size(file) - 9);
        --expected; // it was acknowledged only because this test cut it, not the crash
    }
    stage.daemon->start();
    wait_until(20s, "the entries before the tear", [&] {
        return stage.daemon->number("SELECT count(*) FROM observation") == static_cast<std::int64_t>(2 * expected);
    });
    CHECK(stage.daemon->log().find("cut off by a crash") != std::string::npos);
    CHECK(stage.daemon->count("inbox_damage") == 0);
    // And it goes on: through the tear, and through another start.
    stage.broker.start();
    stage.daemon->wait_for_link("up");
    publish_all(stage.broker.login("stations"), stage.messages);
    wait_until(20s, "all messages",
               [&] { return stage.daemon->number("SELECT count(*) FROM observation") == 2 * batch; });
    stage.daemon->kill();
    stage.daemon->start();
    require_exactly_once(stage.daemon->database(), stations, batch);
    CHECK(stage.daemon->log().find("cut off by a crash") == std::string::npos);
    REQUIRE(stage.daemon->stop() == 0);
}

TEST_CASE("a flipped byte in an older segment is reported, and later segments are taken in", "[inbox]")
{
    Unread stage{2};
    const auto segments = stage.segments();
    REQUIRE(segments.size() == 2);
    Unread::flip(segments.front(), fs::file_size(segments.front()) / 2);
    stage.daemon->start();
    wait_until(20s, "the later segment", [&] {
        const auto result = kept(stage.daemon->database(), stations, 2 * batch);
        return result.whole >= batch + batch / 2 - 2;
    });
    CHECK(stage.daemon->count("inbox_damage") == 1);
    const auto parked = stage.daemon->rows("SELECT reason, detail, link FROM parked");
    REQUIRE(parked.size() == 1);
    CHECK(parked[0][1].find("is damaged at byte") != std::string::npos);
    CHECK(parked[0][2] == "inbox");
    const auto result = kept(stage.daemon->database(), stations, 2 * batch);
    CHECK(result.twice.empty());
    CHECK(result.wrong.empty());
    CHECK(stage.daemon->get("/healthz").status == 200);
    stage.broker.start();
    stage.daemon->wait_for_link("up");
    publish_all(stage.broker.login("stations"), stage.messages); // the stations say again what was lost
    wait_until(20s, "all messages", [&] { return stage.whole(2 * batch) == 2 * batch; });
    REQUIRE(stage.daemon->stop() == 0);
}

TEST_CASE("a flipped byte in the newest segment is damage and no torn tail", "[inbox]")
{
    // What stands behind it was acknowledged: nobody may say that it was not, and it must not go without a word.
    Unread stage{1};
    const fs::path file = stage.segments().back();
    Unread::flip(file, fs::file_size(file) / 2);
    stage.daemon->start();
    wait_until(20s, "the entries before the damage", [&] {
        return stage.daemon->number("SELECT count(*) FROM observation") >= static_cast<std::int64_t>(batch - 4);
    });
    CHECK(stage.daemon->count("inbox_damage") == 1);
    CHECK(stage.daemon->number("SELECT count(*) FROM parked WHERE link = 'inbox'") == 1);
    CHECK(stage.daemon->log().find("nobody was told they had arrived") == std::string::npos);
    REQUIRE(stage.daemon->stop() == 0);
}

TEST_CASE("a segment that has gone is reported, and later ones are taken in", "[inbox]")
{
    Unread stage{2};
    const auto segments = stage.segments();
    REQUIRE(segments.size() == 2);
    fs::remove(segments.front());
    stage.daemon->start();
    wait_until(20s, "the later segment", [&] {
        return stage.daemon->number("SELECT count(*) FROM observation") >= static_cast<std::int64_t>(2 * batch);
    });
    CHECK(stage.daemon->count("inbox_damage") >= 1);
    REQUIRE(stage.daemon->stop() == 0);
}

TEST_CASE("an inbox of many segments is taken in after a kill, in order and once", "[inbox]")
{
    Unread stage{4};
    stage.daemon->start();
    wait_until(20s, "all messages", [&] {
        return stage.daemon->number("SELECT count(*) FROM observation") == static_cast<std::int64_t>(8 * batch);
    });
    require_exactly_once(stage.daemon->database(), stations, 4 * batch);
    CHECK(stage.daemon->count("inbox_damage") == 0);
    // What was taken in is deleted.
    wait_until(20s, "an empty inbox", [&] { return stage.daemon->inbox_bytes() == 0; });
    REQUIRE(stage.daemon->stop() == 0);
}

} // namespace aqi::e2e
