// bench_recompute FOLDER: all figures once more from the SQLite file, 200 stations x 2 pollutants x a leap year.
//
// engine: what the nightly recomputation does: read the journal, absorb(), settle() at every day's end, all figures;
// columns: the same rows read into columns and folded by libaqi/bulk: ledgers of the year, no daily rows, no areas;
// shell: the ledgers' figures by SQL in the sqlite3 shell, once as a plain aggregate, which knows no revisions and is the
//   easier task, and once with the last revision of every hour. Making the file is not counted; it lies in the page cache.
#include "daemon/recompute.hpp"
#include "daemon/store/event_json.hpp"
#include "daemon/store/places.hpp"
#include "daemon/store/store.hpp"
#include "libaqi/bulk.hpp"
#include "schemas/embedded.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>

using namespace aqi;
using namespace aqi::daemon;

namespace {

constexpr std::uint32_t stations = 200;
constexpr std::array<Pollutant, 2> measured = {Pollutant::pm10, Pollutant::pm2_5};
const LocalDay first = LocalDay::from_ymd(2016, 1, 1);
const LocalDay last = LocalDay::from_ymd(2016, 12, 31);

constexpr const char* plain_sql = R"(
WITH d AS (SELECT station, pollutant, (hour - 1) / 24 AS day, sum(value_ng) AS total, count(*) AS hours
           FROM observation WHERE flag = 0 AND period_hours = 1 GROUP BY 1, 2, 3 HAVING count(*) >= 20),)";
constexpr const char* revised_sql = R"(
WITH o AS (SELECT station, pollutant, hour, value_ng, flag, max(seq)
           FROM observation WHERE period_hours = 1 GROUP BY 1, 2, 3),
d AS (SELECT station, pollutant, (hour - 1) / 24 AS day, sum(value_ng) AS total, count(*) AS hours
      FROM o WHERE flag = 0 GROUP BY 1, 2, 3 HAVING count(*) >= 20),)";
// Rounded half-even, 75 is odd and 150 even: a mean of 75.5 is too much, one of 150.5 is not.
constexpr const char* figures_sql = R"(
y AS (SELECT avg(1.0 * total / hours) AS mean, count(*) AS days FROM d GROUP BY station, pollutant),
g AS (SELECT 1 FROM d GROUP BY station, day HAVING count(*) = 2 AND
      min(CASE pollutant WHEN 5 THEN 2 * total < 151000 * hours ELSE 2 * total <= 301000 * hours END))
SELECT (SELECT sum(days) FROM y), (SELECT count(*) FROM g), (SELECT cast(sum(round(mean)) AS INTEGER) FROM y);)";

Rules county()
{
    Rules rules;
    std::vector<RuleText> texts;
    for (const auto& file : schemas::rule_packs()) texts.push_back({std::string{file.name}, std::string{file.text}});
    rules.book = load_rules(texts);
    for (auto& pack : rules.book.packs) // the report of what is measured, so that days can be good
        std::erase_if(pack.day.entries, [](const ReportEntry& e) {
            return pollutant_of(e.item) != measured[0] && pollutant_of(e.item) != measured[1];
        });
    for (std::uint32_t s = 0; s < stations; ++s) rules.network.stations.push_back({fmt::format("S{:04}", s), "s"});
    return rules;
}

double seconds_since(std::chrono::steady_clock::time_point began)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

/// The rows as the store writes them: hour by hour, the hour's closing behind them. 3 in 100 are missing.
std::int64_t make_file(const std::filesystem::path& file, const Rules& rules)
{
    {
        SqliteStore schema{file, Durability::process, rules.network};
    }
    Database database{file.string(), OpenAs::read_write};
    database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144");
    const Places places{database, rules.network, false};
    Statement value{database, "INSERT INTO observation VALUES (?, ?, ?, ?, 1, ?, 0, ?, 'broker')"};
    Statement closed{database, "INSERT INTO journal VALUES (?, ?, ?, '', ?)"};
    std::mt19937 dice{1};
    std::int64_t seq = 0, rows = 0;
    Transaction turn{database};
    for (HourEnding hour = HourEnding::of(first, 1); hour <= HourEnding::of(last, 24); hour = hour.plus(1)) {
        const Instant at = hour.instant(rules.network.offset);
        for (std::uint32_t s = 0; s < stations; ++s)
            for (const auto p : measured) {
                if (dice() % 33 == 0) continue;
                const auto tenths = (200 + s + dice() % 700) * (p == Pollutant::pm10 ? 17 : 10) / 10;
                value.bind(++seq)
                    .bind(hour.since_epoch)
                    .bind(places.id(StationIndex{s}))
                    .bind(static_cast<int>(p))
                    .bind(static_cast<std::int64_t>(tenths * 100))
                    .bind(at.ms)
                    .run();
                ++rows;
            }
        const Event event = HourClosed{hour, at, false};
        closed.bind(++seq).bind(at.ms).bind(event_kind(event)).bind(event_body(event)).run();
    }
    turn.commit();
    database.execute("PRAGMA wal_checkpoint(TRUNCATE); ANALYZE");
    return rows;
}

void print(const char* what, double seconds, std::int64_t valid, std::int64_t good, std::int64_t annual_ng)
{
    fmt::print("{} {:.3f} s valid {} good {} annual_ng {}\n", what, seconds, valid, good, annual_ng);
}

void by_engine(const std::filesystem::path& file, const Rules& rules)
{
    const auto began = std::chrono::steady_clock::now();
    const std::atomic<bool> stops{false};
    const auto fresh = recompute(file, rules, stops);
    catch_up(*fresh, {}, rules);
    const double seconds = seconds_since(began);
    std::int64_t valid = 0, good = 0, annual_ng = 0;
    for (const auto& f : fresh->figures.annual)
        if (f.window == Window::year_to_date) {
            valid += f.valid_days;
            annual_ng += f.mean->ng_per_m3();
        }
    for (const auto& f : fresh->figures.good_days) good += f.good;
    print("engine", seconds, valid, good, annual_ng);
}

void by_columns(const std::filesystem::path& file, const Rules& rules)
{
    const auto began = std::chrono::steady_clock::now();
    Database database{file.string(), OpenAs::read_only};
    const Places places{database, rules.network, false};
    std::vector<HourEnding> hour;
    std::vector<StationIndex> station;
    std::vector<Pollutant> pollutant;
    std::vector<std::int32_t> value_ng;
    // This file has no late values, so rows stand in the order of their days.
    Statement rows{database, "SELECT hour, station, pollutant, value_ng, flag FROM observation "
                             "WHERE period_hours = 1 ORDER BY seq"};
    std::vector<std::optional<StationIndex>> station_of;
    while (rows.step()) {
        const auto id = static_cast<std::size_t>(rows.integer(1));
        while (station_of.size() <= id)
            station_of.push_back(places.station(static_cast<std::int64_t>(station_of.size())));
        if (!station_of[id]) continue;
        hour.push_back(HourEnding{static_cast<std::int32_t>(rows.integer(0))});
        station.push_back(*station_of[id]);
        pollutant.push_back(static_cast<Pollutant>(rows.integer(2)));
        const bool counts = rows.integer(4) == 0 && !rows.is_null(3);
        value_ng.push_back(counts ? static_cast<std::int32_t>(rows.integer(3)) : -1);
    }
    const double read = seconds_since(began);
    const auto years = fold_columns({hour, station, pollutant, value_ng}, first, last, rules);
    const double seconds = seconds_since(began);
    std::int64_t valid = 0, good = 0, annual_ng = 0;
    for (const auto& ledger : years.at(0).stations) {
        good += ledger.good();
        for (const auto p : measured) {
            valid += ledger.valid_days(p);
            annual_ng += ledger.sum(p).rounded(1).ng_per_m3();
        }
    }
    print("columns", seconds, valid, good, annual_ng);
    fmt::print("  of it reading {:.3f} s\n", read);
}

bool by_shell(const char* what, const std::filesystem::path& file, const std::string& sql)
{
    const auto script = file.parent_path() / "query.sql";
    std::FILE* out = std::fopen(script.c_str(), "w");
    fmt::print(out, "{}", sql);
    std::fclose(out);
    const auto answer = file.parent_path() / "answer";
    const auto began = std::chrono::steady_clock::now();
    const int status = std::system(
        fmt::format("sqlite3 -readonly '{}' < '{}' > '{}'", file.string(), script.string(), answer.string()).c_str());
    const double seconds = seconds_since(began);
    if (status != 0) {
        fmt::print("SKIPPED: the sqlite3 shell is not there or failed\n");
        return false;
    }
    std::FILE* in = std::fopen(answer.c_str(), "r");
    long long valid = 0, good = 0, annual_ng = 0;
    const int read = std::fscanf(in, "%lld|%lld|%lld", &valid, &good, &annual_ng);
    std::fclose(in);
    if (read == 3) print(what, seconds, valid, good, annual_ng);
    return read == 3;
}

} // namespace

int main(int argc, char** argv)
{
    const std::filesystem::path folder =
        argc > 1 ? argv[1] : std::filesystem::temp_directory_path() / "aqid-bench-recompute";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const Rules rules = county();
    const auto file = folder / "aqid.db";
    fmt::print("rows {}\n", make_file(file, rules));
    for (int round = 0; round < 3; ++round) {
        by_engine(file, rules);
        by_columns(file, rules);
        by_shell("shell", file, std::string{plain_sql} + figures_sql);
    }
    by_shell("shell-revisions", file, std::string{revised_sql} + figures_sql);
    std::filesystem::remove_all(folder);
}
