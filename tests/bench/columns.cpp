// bench_columns [FILE]: a year of 1,000 stations x 2 pollutants, hourly, in columns: daily validity, annual means, good days.
//
// the limit: a plain loop over the same arrays that knows nothing but "20 hours, 75 and 150";
// bulk: libaqi/bulk, with rule packs, revisions, verdicts and ledgers; the two take turns, the best of nine counts.
// FILE: the same values as CSV for duckdb.mjs, written first. Making and writing them is not counted.
#include "libaqi/bulk.hpp"
#include "schemas/embedded.hpp"

#include <fmt/format.h>
#include <fmt/os.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

using namespace aqi;

namespace {

constexpr std::uint32_t stations = 1'000;
constexpr int days = 366;
constexpr int rounds = 9;
const LocalDay first = LocalDay::from_ymd(2016, 1, 1);
constexpr std::array<Pollutant, 2> measured = {Pollutant::pm10, Pollutant::pm2_5};

struct Columns {
    std::vector<HourEnding> hour;
    std::vector<StationIndex> station;
    std::vector<Pollutant> pollutant;
    std::vector<std::int32_t> value_ng;
};

/// What every participant must find alike.
struct Found {
    std::int64_t valid_days = 0;
    std::int64_t good_days = 0;
    std::int64_t annual_ng = 0; ///< the annual means to the nearest ng, added up
    bool operator==(const Found&) const = default;
};

std::uint64_t mixed(std::uint64_t x)
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53ULL;
    return x ^ x >> 33;
}

/// About 3 in 100 hours are missing: single ones, and one station-day in 25 from some hour on.
bool missing(std::uint32_t station, int hour)
{
    const std::uint64_t of_day = mixed(std::uint64_t{station} << 20 | static_cast<std::uint64_t>(hour / 24));
    if (of_day % 25 == 0 && static_cast<std::uint64_t>(hour % 24) >= of_day / 25 % 24) return true;
    return mixed(std::uint64_t{station} << 32 | static_cast<std::uint64_t>(hour)) % 100 == 0;
}

/// In tenths of a microgram, as stations report: higher in winter, each day and hour other than the last.
std::int32_t value_of(std::uint32_t station, int hour, bool is_pm10)
{
    const int from_summer = std::abs(hour / 24 - 183); // 183 in January, 0 in July
    const auto level = 150 + station % 300 + static_cast<std::uint32_t>(from_summer) * 2;
    const auto of_day = 50 + mixed(std::uint64_t{station} << 16 | static_cast<std::uint64_t>(hour / 24)) % 150;
    const auto of_hour =
        70 + mixed(std::uint64_t{station} << 40 | static_cast<std::uint64_t>(hour) << 1 | is_pm10) % 60;
    const std::uint64_t tenths = level * of_day * of_hour / 10'000 * (is_pm10 ? 17 : 10) / 10;
    return static_cast<std::int32_t>(tenths) * 100;
}

/// As they arrive: hour by hour, station by station.
Columns make_columns()
{
    Columns out;
    const std::size_t most = std::size_t{days} * 24 * stations * measured.size();
    out.hour.reserve(most);
    out.station.reserve(most);
    out.pollutant.reserve(most);
    out.value_ng.reserve(most);
    for (int h = 0; h < days * 24; ++h)
        for (std::uint32_t s = 0; s < stations; ++s) {
            if (missing(s, h)) continue;
            for (const auto p : measured) {
                out.hour.push_back(HourEnding::of(first, 1).plus(h));
                out.station.push_back(StationIndex{s});
                out.pollutant.push_back(p);
                out.value_ng.push_back(value_of(s, h, p == Pollutant::pm10));
            }
        }
    return out;
}

void write_csv(const Columns& c, const char* file)
{
    auto out = fmt::output_file(file, fmt::file::WRONLY | fmt::file::CREATE | fmt::file::TRUNC);
    out.print("hour,station,pollutant,value_ng\n");
    for (std::size_t i = 0; i < c.hour.size(); ++i)
        out.print("{},{},{},{}\n", c.hour[i].since_epoch, c.station[i].value, index_of(c.pollutant[i]), c.value_ng[i]);
}

Rules rules_of_thousand()
{
    Rules rules;
    std::vector<RuleText> texts;
    for (const auto& file : schemas::rule_packs()) texts.push_back({std::string{file.name}, std::string{file.text}});
    rules.book = load_rules(texts);
    // A day is good when its whole report says so. The stations have two pollutants, so the report here has no more.
    for (auto& pack : rules.book.packs)
        std::erase_if(pack.day.entries, [](const ReportEntry& entry) {
            return std::find(measured.begin(), measured.end(), pollutant_of(entry.item)) == measured.end();
        });
    for (std::uint32_t s = 0; s < stations; ++s) rules.network.stations.push_back({fmt::format("S{:04}", s), "s"});
    return rules;
}

/// The limit. The verdict needs a rounded mean, and so does the annual mean; nothing else is rounded.
Found plain_loop(const Columns& c)
{
    std::vector<std::int64_t> sum(std::size_t{stations} * days * 2);
    std::vector<std::uint8_t> count(sum.size());
    const std::int32_t begins = HourEnding::of(first, 1).since_epoch;
    for (std::size_t i = 0; i < c.hour.size(); ++i) {
        const auto day = static_cast<std::uint32_t>(c.hour[i].since_epoch - begins) / 24;
        const std::size_t at = (std::size_t{c.station[i].value} * days + day) * 2 + (c.pollutant[i] == measured[0]);
        sum[at] += c.value_ng[i];
        ++count[at];
    }
    Found out;
    for (std::size_t s = 0; s < stations; ++s) {
        std::array<Wide, 2> year{};
        std::array<int, 2> valid{};
        for (std::size_t d = 0; d < days; ++d) {
            bool good = true;
            for (std::size_t p = 0; p < 2; ++p) {
                const std::size_t at = (s * days + d) * 2 + p;
                const int hours = count[at];
                const bool is_valid = hours >= 20;
                if (is_valid) {
                    year[p] += Wide{sum[at]} * (Mean::hours_lcm / hours);
                    ++valid[p];
                }
                good = good && is_valid && round_half_even(sum[at], hours * 1'000) <= (p == 0 ? 75 : 150);
            }
            out.good_days += good;
        }
        for (std::size_t p = 0; p < 2; ++p) {
            out.valid_days += valid[p];
            out.annual_ng += round_half_even(year[p], Wide{Mean::hours_lcm} * valid[p]);
        }
    }
    return out;
}

Found bulk(const Columns& c, const Rules& rules)
{
    const auto years = fold_columns({c.hour, c.station, c.pollutant, c.value_ng}, first, first.plus(days - 1), rules);
    Found out;
    for (const auto& ledger : years.at(0).stations) {
        for (const auto p : measured) {
            out.valid_days += ledger.valid_days(p);
            out.annual_ng += ledger.sum(p).rounded(1).ng_per_m3();
        }
        out.good_days += ledger.good();
    }
    return out;
}

template <class Work>
double seconds(Found& found, const Work& work)
{
    const auto began = std::chrono::steady_clock::now();
    found = work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

} // namespace

int main(int argc, char** argv)
{
    const Columns columns = make_columns();
    if (argc > 1) write_csv(columns, argv[1]);
    const Rules rules = rules_of_thousand();
    Found of_loop, of_bulk;
    double loop_s = 1e9, bulk_s = 1e9;
    for (int n = 0; n < rounds; ++n) {
        loop_s = std::min(loop_s, seconds(of_loop, [&] { return plain_loop(columns); }));
        bulk_s = std::min(bulk_s, seconds(of_bulk, [&] { return bulk(columns, rules); }));
    }
    fmt::print("values {}\n", columns.hour.size());
    for (const auto& [name, s, found] : {std::tuple{"loop", loop_s, of_loop}, {"bulk", bulk_s, of_bulk}})
        fmt::print("{} {:.4f} s valid {} good {} annual_ng {}\n", name, s, found.valid_days, found.good_days,
                   found.annual_ng);
    if (of_loop == of_bulk) return 0;
    fmt::print("the two differ\n");
    return 1;
}
