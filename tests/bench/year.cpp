// bench_year FOLDER: one year of 20 stations x 6 pollutants, hourly.
//
// whole path: payload text -> decode -> ingest -> engine -> SQLite, an hour a turn, durability "power";
// pure fold: the same events through absorb() and settle() alone, as at a restart;
// the limit: the same observation rows into the same SQLite table, a transaction an hour, and nothing else.
// Making the payloads is not counted.
#include "daemon/clock.hpp"
#include "daemon/store/sqlite.hpp"
#include "daemon/store/store.hpp"
#include "daemon/turns.hpp"
#include "drivers/reading_json.hpp"
#include "schemas/embedded.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include <sys/resource.h>

using namespace aqi;
using namespace aqi::daemon;

namespace {

constexpr std::uint32_t stations = 20;
const LocalDay first = LocalDay::from_ymd(2016, 1, 1);
constexpr int days = 366;

/// Adds up the time between begin() and end().
class Stopwatch {
public:
    void begin() { began_ = std::chrono::steady_clock::now(); }
    void end() { total_ += std::chrono::steady_clock::now() - began_; }
    double seconds() const { return std::chrono::duration<double>(total_).count(); }

private:
    std::chrono::steady_clock::time_point began_;
    std::chrono::steady_clock::duration total_{};
};

double peak_mib()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

Config twenty_stations()
{
    Config config;
    std::vector<RuleText> texts;
    for (const auto& file : schemas::rule_packs()) texts.push_back({std::string{file.name}, std::string{file.text}});
    config.rules.book = load_rules(texts);
    Area city{"city", "city", AreaKind::city, {}};
    for (std::uint32_t s = 0; s < stations; ++s) {
        config.rules.network.stations.push_back({fmt::format("S{:04}", s), "s"});
        city.members.push_back(Membership{StationIndex{s}});
        if (s % 2 == 1)
            config.rules.network.areas.push_back({fmt::format("county{}", s / 2),
                                                  "c",
                                                  AreaKind::county,
                                                  {Membership{StationIndex{s - 1}}, Membership{StationIndex{s}}}});
    }
    config.rules.network.areas.push_back(city);
    const auto* driver = drivers::driver_named("mqtt-json");
    config.links.push_back(
        {"broker", driver, driver->settings(Settings::parse(driver->sample, "sample").tables("link").at(0)), {}});
    return config;
}

Reading reading_of(const Network& network, std::uint32_t station, HourEnding hour)
{
    Reading r;
    r.station = network.stations[station].id;
    r.hour = hour;
    const std::int64_t base = 20 + (hour.since_epoch * 37 + static_cast<int>(station) * 11) % 160;
    for (const auto p : all_pollutants)
        r.values[p] = {true,
                       Concentration::from_ng_per_m3(p == Pollutant::co ? base * 10'000
                                                                        : base * 1'000 + static_cast<int>(p) * 100),
                       Flag::normal};
    return r;
}

void whole_path(const std::filesystem::path& folder)
{
    const Config config = twenty_stations();
    const Network& network = config.rules.network;
    SimulatedClock clock{HourEnding::of(first, 0).instant(network.offset)};
    SqliteStore store{folder / "whole.db", Durability::power, network};
    Turns turns{config, store, clock};
    if (!turns.recover()) throw std::runtime_error("cannot recover");
    Stopwatch watch;
    InboxPosition position = 0;
    for (HourEnding hour = HourEnding::of(first, 1); hour <= HourEnding::of(first.plus(days - 1), 24);
         hour = hour.plus(1)) {
        InboxBatch batch;
        for (std::uint32_t s = 0; s < stations; ++s) {
            InboxEntry entry{"broker",
                             "t",
                             drivers::encode_reading_json(reading_of(network, s, hour), network.offset),
                             clock.now(),
                             false,
                             false,
                             0};
            position += entry.bytes.size();
            entry.end = position;
            batch.entries.push_back(std::move(entry));
        }
        watch.begin();
        clock.set(Instant{hour.instant(network.offset).ms + 300'000});
        const auto taken = turns.take(batch);
        clock.set(Instant{hour.instant(network.offset).ms + 20 * 60'000});
        const auto closed = turns.close_hours();
        watch.end();
        if (!taken || !closed) throw std::runtime_error("a turn failed");
    }
    fmt::print("whole path: {:.2f} s, {:.1f} us a value, peak memory {:.1f} MiB\n", watch.seconds(),
               watch.seconds() * 1e6 / (366.0 * 24 * stations * 6), peak_mib());

    Stopwatch restart;
    restart.begin();
    Turns again{config, store, clock};
    if (!again.recover()) throw std::runtime_error("cannot recover");
    restart.end();
    fmt::print("restart: {:.2f} s to read the journal of the year and fold it\n", restart.seconds());
}

void pure_fold()
{
    const Config config = twenty_stations();
    const Network& network = config.rules.network;
    State state{network};
    Stopwatch watch;
    std::vector<Observed> hour_of_readings;
    for (HourEnding hour = HourEnding::of(first, 1); hour <= HourEnding::of(first.plus(days - 1), 24);
         hour = hour.plus(1)) {
        hour_of_readings.clear();
        for (std::uint32_t s = 0; s < stations; ++s) {
            const Reading r = reading_of(network, s, hour);
            for (const auto p : all_pollutants)
                hour_of_readings.push_back({StationIndex{s}, hour, p, Flag::normal, r.values[p].value});
        }
        watch.begin();
        // One event at a time, as the store reads them.
        for (const auto& observed : hour_of_readings) absorb(state, Event{observed}, config.rules);
        absorb(state, Event{HourClosed{hour, hour.instant(network.offset), false}}, config.rules);
        if (hour.hour_of_day() == 24) settle(state, config.rules, nullptr);
        watch.end();
    }
    fmt::print("pure fold: {:.1f} ms, {:.1f} ns a value\n", watch.seconds() * 1e3,
               watch.seconds() * 1e9 / (366.0 * 24 * stations * 6));
}

void sqlite_alone(const std::filesystem::path& folder)
{
    const Config config = twenty_stations();
    {
        SqliteStore schema{folder / "alone.db", Durability::power, config.rules.network};
    }
    Database database{(folder / "alone.db").string(), OpenAs::read_write};
    database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    Statement insert{database, "INSERT INTO observation VALUES (?, ?, ?, ?, 1, ?, 0, ?, 'broker')"};
    Stopwatch watch;
    watch.begin();
    std::int64_t seq = 0;
    for (int hour = 1; hour <= days * 24; ++hour) {
        Transaction turn{database};
        for (std::uint32_t s = 1; s <= stations; ++s)
            for (int p = 0; p < 6; ++p)
                insert.bind(++seq)
                    .bind(hour)
                    .bind(static_cast<int>(s))
                    .bind(p)
                    .bind(20'000 + (hour * 37) % 160)
                    .bind(std::int64_t{1'451'606'400'000})
                    .run();
        turn.commit();
    }
    watch.end();
    fmt::print("the limit, SQLite with these rows alone: {:.2f} s\n", watch.seconds());
}

} // namespace

/// bench_year [FOLDER | fold]: all of it, or the pure fold alone a few times (for a profiler).
int main(int argc, char** argv)
{
    if (argc > 1 && std::string_view{argv[1]} == "fold") {
        for (int n = 0; n < 10; ++n) pure_fold();
        return 0;
    }
    const std::filesystem::path folder =
        argc > 1 ? argv[1] : std::filesystem::temp_directory_path() / "aqid-bench-year";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    whole_path(folder);
    pure_fold();
    sqlite_alone(folder);
    std::filesystem::remove_all(folder);
}
