// bench_calendar FOLDER: what a page asks for of a network of 20 stations in 8 areas with a year of hours behind it, from the
// decoded question to the whole answer, as it holds the loop.
//
// Beside each stands the least such an answer can cost: writing the same text again out of a parsed copy of itself.
#include "daemon/clock.hpp"
#include "daemon/frame_book.hpp"
#include "daemon/store/store.hpp"
#include "daemon/web/read.hpp"
#include "daemon/web/read_calendar.hpp"
#include "daemon/web/read_episodes.hpp"
#include "daemon/web/read_figures.hpp"
#include "daemon/web/read_forecasts.hpp"
#include "daemon/web/read_gaps.hpp"
#include "daemon/web/read_year.hpp"
#include "schemas/embedded.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

using namespace aqi;
using namespace aqi::daemon;

namespace {

constexpr std::uint32_t stations = 20, counties = 7;
constexpr int times = 31;
const LocalDay first = LocalDay::from_ymd(2015, 12, 1);
const LocalDay last = LocalDay::from_ymd(2016, 12, 30);

Config network(const std::filesystem::path& folder)
{
    Config config;
    config.data_folder = folder;
    std::vector<RuleText> texts;
    for (const auto& file : schemas::rule_packs()) texts.push_back({std::string{file.name}, std::string{file.text}});
    config.rules.book = load_rules(texts);
    config.rules.book.targets = {
        {"*", 2016, Concentration::from_ug_per_m3(105), Concentration::from_ug_per_m3(62), 200}};
    Area city{"city", "城市", AreaKind::city, {}};
    for (std::uint32_t s = 0; s < stations; ++s) {
        config.rules.network.stations.push_back({fmt::format("S{:02}", s), fmt::format("站点 {}", s)});
        if (s < 8) city.members.push_back(Membership{StationIndex{s}});
    }
    config.rules.network.areas.push_back(city);
    for (std::uint32_t c = 0; c < counties; ++c) {
        Area county{fmt::format("county{}", c), fmt::format("县 {}", c), AreaKind::county, {}};
        for (std::uint32_t s = c; s < stations; s += counties) county.members.push_back(Membership{StationIndex{s}});
        config.rules.network.areas.push_back(county);
    }
    config.rules.network.organisations = {{"hbj", "环保局", Bureau::environment},
                                          {"qxj", "气象局", Bureau::meteorology}};
    return config;
}

/// Heavy now and then, a value in 33 missing.
void live_a_year(const Config& config, SqliteStore& store)
{
    State state{config.rules.network};
    std::uint32_t chance = 1;
    for (LocalDay day = first; day <= last; day = day.plus(1)) {
        Turn turn;
        const auto happen = [&](const Event& event) {
            absorb(state, event, config.rules);
            turn.events.push_back({event, HourEnding::of(day, 24).instant(config.rules.network.offset), "bench"});
        };
        for (const char* bureau : {"hbj", "qxj"}) {
            Forecast f{"city", bureau, "p", HourEnding::of(day, 10).instant({}), {}};
            for (int ahead = 1; ahead <= 7; ++ahead) f.days.push_back({day.plus(ahead), 80, 120, "PM2.5"});
            happen(ForecastIssued{f, f.issued_at});
        }
        for (int h = 1; h <= 24; ++h) {
            const HourEnding hour = HourEnding::of(day, h);
            for (std::uint32_t s = 0; s < stations; ++s)
                for (const auto p : all_pollutants) {
                    chance = chance * 1'664'525 + 1'013'904'223;
                    if (chance % 33 == 0) continue;
                    const std::int64_t ug = 20 + (chance >> 16) % 60 + (day.since_epoch % 40 < 3 ? 150 : 0);
                    happen(Observed{StationIndex{s}, hour, p, Flag::normal, Concentration::from_ug_per_m3(ug)});
                }
            happen(HourClosed{hour, hour.instant(config.rules.network.offset), false});
            Figures now;
            settle(state, config.rules, &now);
            turn.figures.hours.insert(turn.figures.hours.end(), now.hours.begin(), now.hours.end());
            turn.figures.days.insert(turn.figures.days.end(), now.days.begin(), now.days.end());
        }
        if (!store.commit(turn)) throw std::runtime_error("the store would not take a day");
    }
}

/// Milliseconds, ascending.
template <class Work>
std::vector<double> timed(const Work& work)
{
    std::vector<double> out;
    for (int n = 0; n < times; ++n) {
        const auto began = std::chrono::steady_clock::now();
        work();
        out.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    }
    std::sort(out.begin(), out.end());
    return out;
}

using Reader = web::Reply (*)(const web::Query&, const web::ReadSources&);

struct Question {
    const char* what;
    Reader reader;
    const char* query;
    double limit_ms;
};

constexpr Question questions[] = {
    {"a year's calendar of 20 stations", &web::read_calendar, "year=2016&kind=station", 50},
    {"a year's calendar of all areas", &web::read_calendar, "year=2016", 20},
    {"92 days of hours of a station", &web::read_hours, "place=S03&first=2016-09-30&last=2016-12-30", 20},
    {"92 days of hours of the city", &web::read_hours, "place=city&first=2016-09-30&last=2016-12-30", 20},
    {"92 days of hours of the city, CSV", &web::read_hours, "place=city&first=2016-09-30&last=2016-12-30&format=csv",
     20},
    {"395 days of the city", &web::read_days, "place=city&first=2015-12-01&last=2016-12-30", 20},
    {"the year of the city", &web::read_year, "place=city&year=2016", 20},
    {"what-if with 2000 draws", &web::read_what_if, "area=city&year=2016&assume=12=70&need=12&draws=2000", 20},
    {"200 station-days a station: completeness", &web::read_completeness, "first=2016-06-14&last=2016-12-30", 20},
    {"coverage of 20 stations, 72 hours", &web::read_coverage, "", 20},
    {"coverage of one station, 92 days", &web::read_coverage, "station=S03&first=2016-09-30&last=2016-12-30", 20},
    {"a year's verification", &web::read_verification, "area=city&first=2015-12-31&last=2016-12-30", 20},
    {"a year's forecast series", &web::read_forecast_series, "area=city&first=2015-12-31&last=2016-12-30", 20},
    {"a year's episodes", &web::read_episodes, "area=city&year=2016", 20},
    {"the ranking of a day", &web::read_ranking, "", 20},
    {"the ranking of a year", &web::read_ranking, "period=year", 20},
};

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) return 2;
    const std::filesystem::path folder{argv[1]};
    const Config config = network(folder);
    SimulatedClock clock{HourEnding::of(last, 24).instant(config.rules.network.offset)};
    SqliteStore store{folder / "calendar.db", Durability::process, config.rules.network};
    live_a_year(config, store);
    Turns turns{config, store, clock};
    if (!turns.recover()) return 1;
    FrameBook frames;
    web::ReadSources sources;
    sources.config = &config;
    sources.turns = &turns;
    sources.store = &store;
    sources.clock = &clock;
    sources.frames = &frames;

    bool good = true;
    fmt::print("| question | median ms | worst ms | of its limit | KiB | x writing the text alone "
               "|\n|---|---:|---:|---:|---:|---:|\n");
    for (const auto& q : questions) {
        const web::Query query = web::parse_query(q.query);
        std::string body;
        const auto ours = timed([&] { body = q.reader(query, sources).body; });
        double alone = 0;
        if (body.starts_with('{')) {
            const auto copy = boost::json::parse(body);
            std::string again;
            alone = timed([&] { again = boost::json::serialize(copy); })[times / 2];
        }
        const double median = ours[times / 2];
        fmt::print("| {} | {:.2f} | {:.2f} | {:.2f} | {:.0f} | {} |\n", q.what, median, ours.back(),
                   median / q.limit_ms, static_cast<double>(body.size()) / 1024,
                   alone > 0 ? fmt::format("{:.1f}", median / alone) : "");
        good = good && median < q.limit_ms;
    }
    fmt::print("{}\n", good ? "every answer is within its limit" : "MISSED: an answer is above its limit");
    return 0;
}
