// bench_late: a year of 1,000 stations x 2 pollutants in memory, 100 areas with targets; no disk.
//
// late value: one more value for a closed hour, absorb() and settle() with all figures that depend on it: the hour and those
//   behind it that look back, the day, the year, both windows, good days, of the station and of its area;
// reading: the annual figures and good days of all stations, as they stand. The year of filling it is not counted.
#include "libaqi/engine.hpp"
#include "schemas/embedded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>

using namespace aqi;

namespace {

constexpr std::uint32_t stations = 1'000, stations_of_area = 10;
constexpr std::array<Pollutant, 2> measured = {Pollutant::pm10, Pollutant::pm2_5};
constexpr int late_values = 2'000, readings = 200;
const LocalDay first = LocalDay::from_ymd(2016, 1, 1);
const LocalDay last = LocalDay::from_ymd(2016, 12, 31);

Rules county()
{
    Rules rules;
    std::vector<RuleText> texts;
    for (const auto& file : schemas::rule_packs()) texts.push_back({std::string{file.name}, std::string{file.text}});
    rules.book = load_rules(texts);
    // Every area is held to something, and about half of them have lost it.
    rules.book.targets = {{"*", 2016, Concentration::from_ug_per_m3(105), Concentration::from_ug_per_m3(62), 200}};
    for (std::uint32_t s = 0; s < stations; ++s) {
        if (s % stations_of_area == 0)
            rules.network.areas.push_back({fmt::format("area{}", s / stations_of_area), "a", AreaKind::county, {}});
        rules.network.stations.push_back({fmt::format("S{:04}", s), "s"});
        rules.network.areas.back().members.push_back(Membership{StationIndex{s}});
    }
    return rules;
}

Observed value_of(std::uint32_t station, HourEnding hour, Pollutant p, std::uint32_t chance)
{
    const std::int64_t level = 20 + station / stations_of_area % 50 + chance % 60;
    return {StationIndex{station}, hour, p, Flag::normal,
            Concentration::from_ng_per_m3(level * (p == Pollutant::pm10 ? 1'700 : 1'000))};
}

/// mt19937 with numbers of 32 bits, which its own type is not.
class Dice {
public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}
    std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }

private:
    std::mt19937 engine_;
};

State a_year(const Rules& rules)
{
    State state{rules.network};
    Dice dice{1};
    for (HourEnding hour = HourEnding::of(first, 1); hour <= HourEnding::of(last, 24); hour = hour.plus(1)) {
        for (std::uint32_t s = 0; s < stations; ++s)
            if (dice() % 33 != 0)
                for (const auto p : measured) absorb(state, value_of(s, hour, p, dice()), rules);
        absorb(state, HourClosed{hour, hour.instant(rules.network.offset), false}, rules);
        if (hour.hour_of_day() == 24) settle(state, rules, nullptr);
    }
    return state;
}

/// Microseconds of each, ascending.
template <class Work>
std::vector<double> timed(int times, const Work& work)
{
    std::vector<double> out;
    for (int n = 0; n < times; ++n) {
        const auto began = std::chrono::steady_clock::now();
        work(n);
        out.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count());
    }
    std::sort(out.begin(), out.end());
    return out;
}

void print(const char* what, const std::vector<double>& us)
{
    fmt::print("{}: median {:.1f} us, p99 {:.1f} us, worst {:.1f} us of {}\n", what, us[us.size() / 2],
               us[us.size() * 99 / 100], us.back(), us.size());
}

} // namespace

int main()
{
    const Rules rules = county();
    State state = a_year(rules);

    // The first look at a year finds the days on which targets were lost; a daemon has had it at the last closed hour.
    std::vector<Figures> figures(static_cast<std::size_t>(late_values) + 1);
    for (std::uint32_t place = 0; place < rules.network.places(); ++place)
        year_figures(state, PlaceIndex{place}, 2016, rules, figures.back());
    std::vector<Observed> late;
    Dice dice{2};
    for (int n = 0; n < late_values; ++n)
        late.push_back(value_of(dice() % stations, HourEnding::of(first, 1).plus(static_cast<int>(dice() % 8784)),
                                measured[dice() % 2], dice()));
    print("a late value and all that depends on it", timed(late_values, [&](int n) {
              absorb(state, late[static_cast<std::size_t>(n)], rules);
              settle(state, rules, &figures[static_cast<std::size_t>(n)]);
          }));
    std::size_t rows = 0;
    for (const auto& f : figures) rows += f.hours.size() + f.days.size() + f.annual.size() + f.good_days.size();

    Figures out;
    print("annual figures of all stations", timed(readings, [&](int) {
              out.annual.clear();
              out.good_days.clear();
              for (std::uint32_t s = 0; s < stations; ++s) year_figures(state, PlaceIndex{s}, 2016, rules, out);
          }));
    fmt::print("{} rows from late values; {} annual and {} good-day figures read\n", rows, out.annual.size(),
               out.good_days.size());
}
