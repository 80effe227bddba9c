#include "daemon/inbox.hpp"
#include "daemon/lag.hpp"
#include "tests/support/folder.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include <csignal>
#include <sys/resource.h>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::tests;

namespace {

drivers::Frame frame(std::string_view bytes, bool retained = false)
{
    return {"broker", "aqid/v1/A/hourly", bytes, Instant{1'481'500'000'000}, retained};
}

std::vector<std::string> all_bytes(const InboxLog& inbox, InboxPosition from = 0)
{
    std::vector<std::string> out;
    while (from < inbox.end()) {
        const auto batch = inbox.read(from, 1);
        REQUIRE(batch.has_value());
        for (const auto& e : batch->entries) {
            out.push_back(e.bytes);
            from = e.end;
        }
        if (batch->damaged_until)
            from = *batch->damaged_until;
        else if (batch->entries.empty())
            break;
    }
    return out;
}

std::vector<std::filesystem::path> segments(const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> out;
    for (const auto& f : std::filesystem::directory_iterator{folder}) out.push_back(f.path());
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

TEST_CASE("the inbox keeps bytes, origin and arrival as they came")
{
    const Folder folder;
    InboxLog inbox{folder.path(), Durability::power, 0};
    const std::string binary{"a\0b\xff\n", 5};
    CHECK(inbox.append(frame("first")));
    CHECK(inbox.append(frame(binary, true)));
    CHECK(inbox.append(frame("")));
    const auto batch = inbox.read(0, 1'000'000);
    REQUIRE(batch.has_value());
    REQUIRE(batch->entries.size() == 3);
    CHECK(batch->entries[0].link == "broker");
    CHECK(batch->entries[0].origin == "aqid/v1/A/hourly");
    CHECK(batch->entries[0].received_at.ms == 1'481'500'000'000);
    CHECK(!batch->entries[0].retained);
    CHECK(batch->entries[1].bytes == binary);
    CHECK(batch->entries[1].retained);
    CHECK(batch->entries[2].bytes.empty());
    CHECK(batch->entries[2].end == inbox.end());
    CHECK(inbox.read(inbox.end(), 1'000)->entries.empty());
}

TEST_CASE("what was kept is there after a restart, from where it was consumed")
{
    const Folder folder;
    InboxPosition middle = 0;
    {
        InboxLog inbox{folder.path(), Durability::process, 0};
        for (const auto* text : {"one", "two", "three"}) CHECK(inbox.append(frame(text)));
        middle = inbox.read(0, 1'000'000)->entries[1].end;
    }
    InboxLog again{folder.path(), Durability::process, middle};
    CHECK(all_bytes(again, middle) == std::vector<std::string>{"three"});
    CHECK(again.append(frame("four")));
    CHECK(all_bytes(again, middle) == std::vector<std::string>{"three", "four"});
}

TEST_CASE("a torn tail was never acknowledged to anybody and is left out")
{
    for (const auto* tail :
         {"x", "\x20\0\0\0\0\0\0\0half", "garbage that is no entry at all, and long enough to have a length"}) {
        const Folder folder;
        {
            InboxLog inbox{folder.path(), Durability::process, 0};
            CHECK(inbox.append(frame("whole")));
        }
        std::ofstream{segments(folder.path()).back(), std::ios::app | std::ios::binary} << tail;
        InboxLog again{folder.path(), Durability::process, 0};
        CHECK(again.torn_bytes() > 0);
        CHECK(again.append(frame("after")));
        CHECK(all_bytes(again) == std::vector<std::string>{"whole", "after"});
    }
}

TEST_CASE("segments follow each other, and consumed ones go")
{
    const Folder folder;
    InboxLog inbox{folder.path(), Durability::process, 0, 200};
    std::vector<std::string> expected;
    for (int n = 0; n < 50; ++n) {
        expected.push_back("message " + std::to_string(n));
        CHECK(inbox.append(frame(expected.back())));
    }
    CHECK(segments(folder.path()).size() > 10);
    CHECK(all_bytes(inbox) == expected);
    inbox.forget_before(inbox.end());
    CHECK(segments(folder.path()).size() == 1);
    CHECK(inbox.append(frame("last")));
    CHECK(inbox.read(inbox.end() - 1, 10).has_value());
}

TEST_CASE("damage in the middle costs its segment's rest, is said, and nothing else")
{
    const Folder folder;
    InboxLog inbox{folder.path(), Durability::process, 0, 200};
    for (int n = 0; n < 12; ++n) CHECK(inbox.append(frame("message " + std::to_string(n))));
    const auto files = segments(folder.path());
    REQUIRE(files.size() >= 3);
    {
        std::fstream file{files[1], std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(20);
        file.put('\x7f');
    }
    InboxPosition at = 0;
    std::vector<std::string> damage;
    std::size_t read = 0;
    while (at < inbox.end()) {
        const auto batch = inbox.read(at, 1'000'000);
        REQUIRE(batch.has_value());
        read += batch->entries.size();
        if (!batch->entries.empty()) at = batch->entries.back().end;
        if (batch->damaged_until) {
            damage.push_back(batch->damage);
            at = *batch->damaged_until;
        }
    }
    REQUIRE(damage.size() == 1);
    CHECK(damage[0].find("is damaged at byte 0") != std::string::npos);
    CHECK(read >= 8);
    CHECK(read < 12);
}

TEST_CASE("what several threads and a burst append is there whole, each in its own order, with one wait for many")
{
    const Folder folder;
    InboxLog inbox{folder.path(), Durability::power, 0, 4096};
    constexpr int threads = 8, rounds = 40;
    std::vector<std::thread> links;
    std::atomic<int> kept{0};
    for (int t = 0; t < threads; ++t)
        links.emplace_back([&, t] {
            for (int n = 0; n < rounds; ++n) {
                const std::string a = fmt::format("{} {}a", t, n), b = fmt::format("{} {}b", t, n);
                const drivers::Frame both[] = {frame(a), frame(b)};
                kept += inbox.append(both) ? 2 : 0;
            }
        });
    for (auto& link : links) link.join();
    CHECK(kept == threads * rounds * 2);
    const auto all = all_bytes(inbox);
    REQUIRE(all.size() == threads * rounds * 2);
    std::map<std::string, std::vector<std::string>> by_thread;
    for (const auto& text : all) by_thread[text.substr(0, 1)].push_back(text.substr(2));
    for (const auto& [thread, texts] : by_thread) {
        INFO("thread " << thread);
        REQUIRE(texts.size() == rounds * 2);
        for (int n = 0; n < rounds; ++n) {
            CHECK(texts[static_cast<std::size_t>(2 * n)] == fmt::format("{}a", n));
            CHECK(texts[static_cast<std::size_t>(2 * n + 1)] == fmt::format("{}b", n));
        }
    }
}

TEST_CASE("what a link refused is kept with its reason")
{
    const Folder folder;
    InboxLog inbox{folder.path(), Durability::process, 0};
    auto refused = frame("##0001");
    refused.refused = "10.0.0.9 wants to speak for S01, as 10.0.0.7 does";
    CHECK(inbox.append(refused));
    CHECK(inbox.append(frame("after")));
    const auto batch = inbox.read(0, 1'000'000);
    REQUIRE(batch.has_value());
    REQUIRE(batch->entries.size() == 2);
    CHECK(batch->entries[0].bytes == "##0001");
    CHECK(batch->entries[0].refused == refused.refused);
    CHECK(batch->entries[1].refused.empty());
}

TEST_CASE("a lag is right to a sixteenth, from nothing to days")
{
    LagHistogram lag;
    CHECK(lag.permille_ms(990) == 0);
    for (int ms = 1; ms <= 1000; ++ms) lag.add(ms);
    CHECK(lag.count() == 1000);
    CHECK(lag.permille_ms(500) >= 500);
    CHECK(lag.permille_ms(500) <= 531); // 500 and a sixteenth
    CHECK(lag.permille_ms(990) >= 990);
    CHECK(lag.permille_ms(990) <= 1000); // never above the most
    CHECK(lag.most_ms() == 1000);
    lag.add(-5); // a clock was set back
    CHECK(lag.permille_ms(1) == 1);
    lag.add(std::int64_t{20} * 24 * 3600 * 1000);
    CHECK(lag.permille_ms(1000) == lag.most_ms());
    LagHistogram small;
    for (int n = 0; n < 99; ++n) small.add(7);
    small.add(40);
    CHECK(small.permille_ms(990) == 7);
    CHECK(small.permille_ms(1000) == 40);
}

TEST_CASE("an append is held while storage fails, and goes through by itself afterwards")
{
    // RLIMIT_FSIZE makes write() fail like a full disk, without root; SIGXFSZ would end the process.
    const auto before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const Folder folder;
    InboxLog inbox{folder.path(), Durability::process, 0};
    CHECK(inbox.append(frame("before")));
    std::vector<std::string> troubles;
    inbox.on_trouble([&](std::string what) { troubles.push_back(std::move(what)); });
    const rlimit full{20, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
    bool done = false;
    std::thread link{[&] { done = inbox.append(frame("held")); }};
    while (inbox.flowing()) std::this_thread::yield();
    CHECK(inbox.end() == inbox.read(0, 1'000)->entries.back().end); // nothing half-kept is visible
    ::setrlimit(RLIMIT_FSIZE, &limit);
    link.join();
    CHECK(done);
    CHECK(inbox.flowing());
    CHECK(all_bytes(inbox) == std::vector<std::string>{"before", "held"});
    REQUIRE(troubles.size() == 2);
    CHECK(troubles[0].find("cannot write") == 0);
    CHECK(troubles[1].empty());
    std::signal(SIGXFSZ, before);
}

TEST_CASE("a held append ends unkept when the daemon stops")
{
    const auto before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const Folder folder;
    InboxLog inbox{folder.path(), Durability::process, 0};
    const rlimit full{20, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
    bool kept = true;
    std::thread link{[&] { kept = inbox.append(frame("never")); }};
    while (inbox.flowing()) std::this_thread::yield();
    inbox.stop();
    link.join();
    ::setrlimit(RLIMIT_FSIZE, &limit);
    CHECK(!kept);
    CHECK(inbox.end() == 0);
    std::signal(SIGXFSZ, before);
}

TEST_CASE("what is longer than the limit is kept by its first bytes and says so")
{
    const Folder folder;
    InboxLog inbox{folder.path(), Durability::process, 0};
    CHECK(inbox.append(frame(std::string(drivers::frame_max + 1, 'x'))));
    CHECK(inbox.append(frame(std::string(drivers::frame_max, 'y'))));
    const auto batch = inbox.read(0, 10);
    CHECK(batch->entries.at(0).cut);
    CHECK(batch->entries.at(0).bytes.size() == drivers::frame_max);
    CHECK(!inbox.read(batch->entries.at(0).end, 10)->entries.at(0).cut);
}
