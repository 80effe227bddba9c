// The replay driver: what it plays, at which pace, and that it ends when it is told to. What its frames mean is in
// tests/recordings/replay.
#include "drivers/driver.hpp"
#include "drivers/replay_text.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/shared.hpp"

#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>

using namespace aqi;
using namespace aqi::drivers;
using namespace aqi::tests;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

/// Keeps what it is given; can be made to hold whoever appends, as a full disk does.
class FakeInbox : public Inbox {
public:
    struct Kept {
        std::string link, origin, bytes;
        Clock::time_point at;
    };

    bool append(std::span<const Frame> frames) override
    {
        std::unique_lock lock{mutex_};
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !held_; });
        --waiting_;
        if (stopping_) return false;
        for (const auto& frame : frames)
            kept_.push_back(
                {std::string{frame.link}, std::string{frame.origin}, std::string{frame.bytes}, Clock::now()});
        changed_.notify_all();
        return true;
    }
    bool flowing() const override { return true; }

    /// Waits until so many frames are there.
    std::vector<Kept> frames(std::size_t count)
    {
        std::unique_lock lock{mutex_};
        const bool there = changed_.wait_for(lock, 10s, [&] { return kept_.size() >= count; });
        REQUIRE(there);
        return kept_;
    }
    void hold(bool held)
    {
        const std::lock_guard lock{mutex_};
        held_ = held;
        changed_.notify_all();
    }
    void wait_for_a_held_one()
    {
        std::unique_lock lock{mutex_};
        const bool there = changed_.wait_for(lock, 10s, [this] { return waiting_ > 0; });
        REQUIRE(there);
    }
    void stop()
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        held_ = false;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Kept> kept_;
    int waiting_ = 0;
    bool held_ = false;
    bool stopping_ = false;
};

struct Stage {
    boost::asio::io_context io;
    FakeInbox inbox;
    std::vector<LinkStatus> told;
    std::any settings;
    std::unique_ptr<Link> link;

    explicit Stage(const std::string& keys)
    {
        const DriverInfo* driver = driver_named("replay");
        REQUIRE(driver != nullptr);
        const Settings table = Settings::parse(keys, "link");
        settings = driver->settings(table);
        table.done();
        LinkContext context;
        context.name = "replay";
        context.executor = io.get_executor();
        context.inbox = &inbox;
        context.now = [] { return Instant{1}; };
        context.report = [this](const LinkStatus& status) { told.push_back(status); };
        link = driver->open(settings, std::move(context));
    }

    /// Runs the loop until the link has said something that begins so.
    LinkStatus until_told(std::string_view beginning)
    {
        const auto limit = Clock::now() + 10s;
        while (Clock::now() < limit) {
            for (const auto& status : told)
                if (status.detail.starts_with(beginning)) return status;
            io.restart();
            io.run_for(20ms);
        }
        FAIL("nothing said that begins with " << beginning);
        return {};
    }
};

std::string write(const Folder& folder, const std::string& name, const std::string& text)
{
    const auto file = folder.path() / name;
    std::ofstream{file, std::ios::binary} << text;
    return file.string();
}

constexpr std::string_view as_json = "[as]\ndriver = \"mqtt-json\"\nuri = \"tcp://127.0.0.1:1\"\nclient_id = \"x\"\n"
                                     "topics = [\"a/+\"]\n";

std::string refusal_of(const std::string& keys)
{
    try {
        const Settings table = Settings::parse(keys, "link");
        (void)driver_named("replay")->settings(table);
        table.done();
    } catch (const SettingError& error) {
        return error.what();
    }
    return "no error";
}

} // namespace

TEST_CASE("a recorded frame is written and read back whole, whatever its bytes are")
{
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    const PlayedFrame frame{1'500, "10.0.0.7:40112\t\\", "##0101ST=22&&1C80\r\n" + bytes};
    const std::string line = frame_line(frame);
    CHECK(line.find('\n') == std::string::npos);
    const auto read = read_frames(line + "\n");
    REQUIRE(read.frames.size() == 1);
    CHECK(read.faults.empty());
    CHECK(read.frames[0].offset_ms == frame.offset_ms);
    CHECK(read.frames[0].origin == frame.origin);
    CHECK(read.frames[0].bytes == frame.bytes);
    // By hand, so that both ways cannot share a mistake.
    const auto by_hand = read_frames("20\tdtu\\x2f7/up\ta\\r\\n\\\\b\\tc\\x00");
    REQUIRE(by_hand.frames.size() == 1);
    CHECK(by_hand.frames[0].origin == "dtu/7/up");
    CHECK(by_hand.frames[0].bytes == std::string("a\r\n\\b\tc\0", 8));
}

TEST_CASE("a line that is no frame is left out with its number, and the others are played")
{
    const auto read = read_frames("# a comment\n\n0\ta\tfirst\nsoon\ta\tx\n5\ta\n-1\ta\tx\n10\ta\t\\q\n10\ta\t\\x4\n"
                                  "20\ta\tsecond\r\n19\ta\tback\n99999999999999999\ta\tx\n");
    REQUIRE(read.frames.size() == 2);
    CHECK(read.frames[1].bytes == "second");
    CHECK(read.left_out == 7);
    REQUIRE(read.faults.size() == 7);
    CHECK(read.faults[0].detail == "line 4: 'soon' is not a count of milliseconds");
    CHECK(read.faults[5].detail == "line 10: 19 ms is before the line above it");
}

TEST_CASE("an archive is played hour by hour, each row under its header")
{
    const auto rows = read_rows("date,hour,station,PM2.5\n20161212,8,A,1\n20161212,8,\"B,2\",2\n20161212,9,A,"
                                "3\n20161211,9,A,4\n20161212,11,A,5\n",
                                "x.csv", UtcOffset{})
                          .value();
    REQUIRE(rows.frames.size() == 5);
    std::vector<std::int64_t> hours;
    for (const auto& frame : rows.frames) hours.push_back(frame.offset_ms / 3'600'000);
    CHECK(hours == std::vector<std::int64_t>{0, 0, 1, 1, 3}); // a row that comes late is not waited for
    CHECK(rows.frames[1].origin == "x.csv:3");
    CHECK(rows.frames[1].bytes == "date,hour,station,PM2.5\n20161212,8,\"B,2\",2");
    CHECK(!read_rows("a,b\n1,2\n", "x.csv", UtcOffset{}));
}

TEST_CASE("the files of a folder are played by name through the inbox, and the end is told")
{
    const Folder folder;
    write(folder, "b.frames", "0\ta/2\tthird\n");
    write(folder, "a.frames", "0\ta/1\tfirst\nbad line\n7\ta/1\tsecond\n");
    write(folder, "notes.txt", "0\ta/1\tnot played\n");
    Stage stage{fmt::format("path = \"{}\"\n{}", folder.path().string(), as_json)};
    stage.link->start();
    const auto end = stage.until_told("played");
    CHECK(end.state == LinkState::up);
    CHECK(end.detail ==
          "played 3 frames of 2 files to the end; 1 lines left out, the first: a.frames, line 2: a frame is "
          "offset_ms, origin and bytes with tabs between");
    const auto kept = stage.inbox.frames(3);
    REQUIRE(kept.size() == 3);
    CHECK(kept[0].link == "replay");
    CHECK(kept[0].origin == "a/1");
    CHECK(kept[0].bytes == "first");
    CHECK(kept[1].bytes == "second");
    CHECK(kept[2].bytes == "third");
    CHECK(stage.link->stop());
}

TEST_CASE("what cannot be played is told, and the daemon goes on")
{
    const Folder folder;
    Stage empty{fmt::format("path = \"{}\"", folder.path().string())};
    empty.link->start();
    CHECK(empty.until_told(folder.path().string()).state == LinkState::down);
    CHECK(empty.link->stop());
    Stage missing{fmt::format("path = \"{}/nobody.csv\"", folder.path().string())};
    missing.link->start();
    const auto limit = Clock::now() + 10s;
    while (missing.told.empty() && Clock::now() < limit) missing.io.run_for(20ms), missing.io.restart();
    REQUIRE(!missing.told.empty());
    CHECK(missing.told[0].state == LinkState::down);
    CHECK(missing.told[0].detail.find("nobody.csv") != std::string::npos);
    CHECK(missing.link->stop());
}

TEST_CASE("frames keep their distances, divided by the speed")
{
    const Folder folder;
    const auto file = write(folder, "a.frames", "0\ta\t1\n30000\ta\t2\n60000\ta\t3\n");
    const auto span = [&](const std::string& speed) {
        Stage stage{fmt::format("path = \"{}\"\nspeed = {}\n{}", file, speed, as_json)};
        stage.link->start();
        const auto kept = stage.inbox.frames(3);
        CHECK(stage.link->stop());
        return kept[2].at - kept[0].at;
    };
    CHECK(span("200") >= 290ms); // a minute at 200 times is 0.3 s; a slow machine only makes it longer
    CHECK(span("\"fast\"") < 290ms);
}

TEST_CASE("a replay that waits for its next frame ends at once when it is told to")
{
    const Folder folder;
    const auto file = write(folder, "a.frames", "0\ta\t1\n86400000\ta\t2\n");
    Stage stage{fmt::format("path = \"{}\"\nspeed = \"real\"\n{}", file, as_json)};
    stage.link->start();
    stage.inbox.frames(1);
    const auto began = Clock::now();
    CHECK(stage.link->stop());
    CHECK(Clock::now() - began < 2s);
    CHECK(stage.inbox.frames(1).size() == 1);
    const auto told = stage.told.size();
    stage.io.restart();
    stage.io.run_for(50ms);
    CHECK(stage.told.size() == told); // after stop() nothing is told
    CHECK(stage.link->stop());        // and asking twice does no harm
}

TEST_CASE("a replay held by storage says that it could not be ended, and touches nothing afterwards")
{
    const Folder folder;
    const auto file = write(folder, "a.frames", "0\ta\t1\n0\ta\t2\n");
    // Kept beyond the test's end: the thread that is held still uses them, as at the end of a process.
    static auto* const stage = new Stage{fmt::format("path = \"{}\"\n{}", file, as_json)};
    stage->inbox.hold(true);
    stage->link->start();
    stage->inbox.wait_for_a_held_one();
    const auto began = Clock::now();
    CHECK(!stage->link->stop());
    CHECK(Clock::now() - began < 8s);
    stage->link.reset();
    stage->inbox.stop();
    CHECK(stage->inbox.frames(0).empty());
}

TEST_CASE("a replay that cannot be meant is refused with its place")
{
    CHECK(refusal_of("speed = 3600") == "link:1:1: \"path\" is missing");
    CHECK(refusal_of("path = \"x\"\nspeed = \"slow\"").starts_with("link:2:1: \"slow\" is not known"));
    CHECK(refusal_of("path = \"x\"\nspeed = 0").starts_with("link:2:1: \"speed\" is 0"));
    CHECK(refusal_of("path = \"x\"\n[as]\ndriver = \"replay\"").starts_with("link:3:1: \"replay\" is not known"));
    CHECK(refusal_of("path = \"x\"\n[as]\ndriver = \"mqtt-json\"").find("\"uri\" is missing") != std::string::npos);
    CHECK(refusal_of(fmt::format("path = \"x\"\nstation = \"A\"\n{}", as_json))
              .starts_with("link:2:1: \"station\" is not known"));
    CHECK(refusal_of(fmt::format("path = \"x\"\n{}foo = 1\n", as_json)).find("\"foo\" is not known") !=
          std::string::npos);
    CHECK(refusal_of("path = \"x\"\nstation = \"A\"\n[stations]\n\"B\" = \"A\"\n").find("either \"station\"") !=
          std::string::npos);
    CHECK(refusal_of("path = \"x\"\nspeed = 3600\nperiod = \"day\"") == "no error");
}

TEST_CASE("a county's published hours are played and mean what the archive says")
{
    const auto file = shared_file("data/hebi_stations_hourly_2020-03-26_04-08.csv");
    if (!file) return;
    Stage stage{fmt::format("path = \"{}\"\n[stations]\n\"市监测站\" = \"A001\"\n", file->string())};
    stage.link->start();
    const std::string text = text_of(*file);
    std::size_t rows = 0, ours = 0;
    for (std::size_t at = text.find('\n') + 1; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        if (!line.empty()) ++rows;
        if (line.find(",市监测站,") != std::string::npos) ++ours;
        at = end + 1;
    }
    const auto kept = stage.inbox.frames(rows);
    CHECK(kept.size() == rows);
    CHECK(stage.link->stop());
    const DriverInfo* driver = driver_named("replay");
    std::size_t readings = 0, others = 0;
    for (const auto& k : kept) {
        Frame frame;
        frame.origin = k.origin;
        frame.bytes = k.bytes;
        const auto decoded = driver->decode(frame, stage.settings, UtcOffset{});
        INFO(k.origin << " " << (decoded.faults.empty() ? "" : decoded.faults.front().detail));
        CHECK(decoded.faults.empty());
        readings += decoded.readings.size();
        others += decoded.counted.size();
    }
    CHECK(ours > 0);
    CHECK(readings == ours);
    CHECK(others == rows - ours);
}
