// bench_dispatch FOLDER: what an upgrade of a whole city costs before, between and after its messages; a fresh folder for its files.
//
// prepare: 8 areas x 10 channels x 5,000 recipients, every row and delivery in one transaction, durable ("power"); beside it the same
//   400,000 rows put into a bare SQLite table in one transaction, and the memory both took.
// a dead channel: 400 messages each through two living channels, alone and beside one that never answers, and one that is tried
//   again and again; p99 from prepared to handed over.
// restart: 100,000 deliveries wait; from opening the database until dispatch has begun to send.
#include "daemon/dispatch.hpp"
#include "daemon/routing.hpp"
#include "daemon/store/sqlite.hpp"
#include "daemon/store/store.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>

using namespace aqi;
using namespace aqi::daemon;

namespace {

constexpr std::uint32_t people = 5'000;
constexpr int areas = 8, channels = 10;
using Steady = std::chrono::steady_clock;

double since(Steady::time_point begin) { return std::chrono::duration<double>(Steady::now() - begin).count(); }

/// The most memory this process ever had, in MiB.
double peak_mib()
{
    std::ifstream status{"/proc/self/status"};
    for (std::string word; status >> word;)
        if (word == "VmHWM:") {
            double kib = 0;
            status >> kib;
            return kib / 1024;
        }
    return 0;
}

Result<Content> words(const std::any&, const notify::Letter& letter, notify::Language language)
{
    return Content{letter.text(language)};
}
notify::ChannelInfo sms_kind()
{
    notify::ChannelInfo out{};
    out.kind = "bench";
    out.address = "sms";
    out.compose = words;
    return out;
}
const notify::ChannelInfo sms = sms_kind();

std::shared_ptr<const Audience> audience(std::uint32_t count)
{
    auto out = std::make_shared<Audience>();
    out->id = "public";
    out->version = "0123456789abcdef";
    for (std::uint32_t n = 1; n <= count; ++n)
        out->members.push_back({n, fmt::format("居民{:05}", n), "zh-CN", fmt::format("139{:08}", n), "", {}});
    return out;
}

Config town(std::uint32_t count, int lanes)
{
    Config out;
    for (int c = 0; c < lanes; ++c) {
        ChannelConfig channel;
        channel.name = channel.provider = fmt::format("c{}", c);
        channel.kind = &sms;
        channel.expires_after = std::chrono::hours{240};
        out.channels.push_back(std::move(channel));
    }
    out.audiences.push_back(audience(count));
    Route route;
    for (const auto& c : out.channels) route.channels.push_back(c.name);
    route.audience = "public";
    out.routes.push_back(std::move(route));
    return out;
}

notify::Letter upgrade(int area, int revision)
{
    notify::Letter out;
    out.id = fmt::format("4106{:02}-2016-003", area);
    out.revision = revision;
    out.at = Instant{1'483'000'000'000};
    out.warning.emplace();
    out.warning->warning = out.id;
    out.warning->revision = revision;
    out.warning->kind = revision == 1 ? RevisionKind::raise : RevisionKind::upgrade;
    out.warning->level = WarningLevel::red;
    out.warning->area = out.id.substr(0, 6);
    out.warning->text_zh =
        "预计12月30日至1月2日连续4天AQI日均值大于200，其中2天大于300，首要污染物PM2.5。12月30日0时起启动Ⅰ级应急响应。";
    return out;
}

class FixedClock : public Clock {
public:
    Instant now() const override
    {
        return Instant{1'483'000'000'000 + static_cast<std::int64_t>(since(begin_) * 1000)};
    }

private:
    Steady::time_point begin_ = Steady::now();
};

enum class Behaviour { good, silent, refusing };

class BenchChannel : public notify::RealChannel {
public:
    BenchChannel(boost::asio::any_io_executor executor, Behaviour behaviour, std::vector<Steady::time_point>& sent)
        : executor_(executor), behaviour_(behaviour), sent_(sent)
    {}
    void send(const notify::RealMessage&, std::function<void(notify::Receipt)> done) override
    {
        sent_.push_back(Steady::now());
        if (behaviour_ == Behaviour::silent) return; // the answer never comes
        const auto state = behaviour_ == Behaviour::good ? SendState::accepted : SendState::retry;
        boost::asio::post(executor_, [done = std::move(done), state] { done({state, "x"}); });
    }

private:
    boost::asio::any_io_executor executor_;
    Behaviour behaviour_;
    std::vector<Steady::time_point>& sent_;
};

void prepare(const std::filesystem::path& folder)
{
    const Config config = town(people, channels);
    const double before_mib = peak_mib();
    SqliteStore store{folder / "prepare.db", Durability::power, {}};
    const auto began = Steady::now();
    Turn turn;
    for (int area = 0; area < areas; ++area) {
        auto routed = route(upgrade(area, 2), config, store, Instant{1'483'000'000'000});
        if (!routed) throw std::runtime_error(routed.error().what);
        std::move(routed->rows.begin(), routed->rows.end(), std::back_inserter(turn.outbox));
    }
    if (const auto done = store.commit(turn); !done) throw std::runtime_error(done.error().what);
    const double ours = since(began), ours_mib = peak_mib() - before_mib;
    Database bare{(folder / "bare.db").string(), OpenAs::read_write};
    bare.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -4096; CREATE TABLE d (a "
                 "INTEGER, b INTEGER, c INTEGER, "
                 "d INTEGER, e INTEGER, f TEXT, g TEXT)");
    const auto bare_began = Steady::now();
    {
        Transaction transaction{bare};
        Statement insert{bare, "INSERT INTO d VALUES (?, ?, ?, ?, ?, ?, ?)"};
        for (std::int64_t row = 0; row < areas * channels; ++row)
            for (std::int64_t n = 0; n < people; ++n)
                insert.bind(row).bind(n).bind(0).bind(0).bind(row).bind("").bind("").run();
        transaction.commit();
    }
    const double raw = since(bare_began);
    fmt::print(
        "prepare: {} deliveries in {} rows: {:.2f} s = {:.2f} x a bare table ({:.2f} s), {:.0f} MiB more than before\n",
        areas * channels * people, areas * channels, ours, ours / raw, raw, ours_mib);
}

double living(const std::filesystem::path& folder, const char* name, bool beside_dead)
{
    Config config = town(400, beside_dead ? 4 : 2);
    SqliteStore store{folder / name, Durability::power, {}};
    boost::asio::io_context io;
    FixedClock clock;
    std::vector<std::vector<Steady::time_point>> sent(4);
    std::map<std::string, Dispatch::Lane> lanes;
    for (std::size_t c = 0; c < config.channels.size(); ++c) {
        const auto behaviour = c < 2 ? Behaviour::good : c == 2 ? Behaviour::silent : Behaviour::refusing;
        lanes.emplace(
            config.channels[c].name,
            Dispatch::Lane{"bench", std::make_unique<BenchChannel>(io.get_executor(), behaviour, sent[c]), 4, 0, {}});
    }
    Dispatch dispatch{io.get_executor(), store, clock, std::move(lanes)};
    if (const auto started = dispatch.start(); !started) throw std::runtime_error(started.error().what);
    auto routed = route(upgrade(0, 1), config, store, clock.now());
    Turn turn;
    turn.outbox = std::move(routed->rows);
    if (const auto done = store.commit(turn); !done) throw std::runtime_error(done.error().what);
    const auto began = Steady::now();
    dispatch.pump();
    while (sent[0].size() + sent[1].size() < 800 && since(began) < 60) io.run_one();
    std::vector<double> took;
    for (int c = 0; c < 2; ++c)
        for (const auto at : sent[static_cast<std::size_t>(c)])
            took.push_back(std::chrono::duration<double>(at - began).count());
    std::sort(took.begin(), took.end());
    dispatch.stop();
    return took[took.size() * 99 / 100];
}

void restart(const std::filesystem::path& folder)
{
    const Config config = town(people, 10);
    {
        SqliteStore store{folder / "restart.db", Durability::process, {}};
        Turn turn;
        for (int area = 0; area < 2; ++area) {
            auto rows = route_new(upgrade(area, 1), config, Instant{1'483'000'000'000});
            std::move(rows.begin(), rows.end(), std::back_inserter(turn.outbox));
        }
        if (const auto done = store.commit(turn); !done) throw std::runtime_error(done.error().what);
    }
    const auto began = Steady::now();
    SqliteStore store{folder / "restart.db", Durability::power, {}};
    boost::asio::io_context io;
    FixedClock clock;
    std::vector<Steady::time_point> sent;
    std::map<std::string, Dispatch::Lane> lanes;
    for (const auto& c : config.channels)
        lanes.emplace(c.name,
                      Dispatch::Lane{
                          "bench", std::make_unique<BenchChannel>(io.get_executor(), Behaviour::good, sent), 1, 0, {}});
    Dispatch dispatch{io.get_executor(), store, clock, std::move(lanes)};
    if (const auto started = dispatch.start(); !started) throw std::runtime_error(started.error().what);
    std::int64_t waiting = 0;
    for (const auto& h : dispatch.health()) waiting += h.waiting;
    fmt::print("restart: {} deliveries waiting, {} on their way after {:.3f} s\n", waiting, sent.size(), since(began));
    dispatch.stop();
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        fmt::print(stderr, "bench_dispatch FOLDER\n");
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    prepare(folder);
    const double alone = living(folder, "alone.db", false);
    const double beside = living(folder, "beside.db", true);
    fmt::print(
        "a dead channel: p99 of the living alone {:.3f} s, beside a silent and a refusing one {:.3f} s: {:.2f} x\n",
        alone, beside, beside / alone);
    restart(folder);
}
