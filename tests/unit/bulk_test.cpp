// The fold over columns and the engine are two ways to one ledger; whatever one of them forgets shows here.
#include "libaqi/bulk.hpp"
#include "libaqi/engine.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace aqi;
using namespace aqi::tests;

namespace {

struct Columns {
    std::vector<HourEnding> hours;
    std::vector<StationIndex> stations;
    std::vector<Pollutant> pollutants;
    std::vector<std::int32_t> values;

    void add(HourEnding h, std::uint32_t station, Pollutant p, std::int32_t value)
    {
        hours.push_back(h);
        stations.push_back(StationIndex{station});
        pollutants.push_back(p);
        values.push_back(value);
    }
    HourColumns view() const { return {hours, stations, pollutants, values}; }
};

class Dice {
public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}
    int between(int least, int most) { return std::uniform_int_distribution<int>{least, most}(engine_); }
    bool one_in(int n) { return between(1, n) == 1; }
    template <class T>
    void shuffle(T& items)
    {
        std::shuffle(items.begin(), items.end(), engine_);
    }

private:
    std::mt19937 engine_;
};

/// Where a verdict may turn, in every edition: the end of the good days, and the end of the table.
const std::vector<std::int32_t>& edges(Pollutant p)
{
    static const auto all = [] {
        PerPollutant<std::vector<std::int32_t>> out;
        for (const auto& rules : shipped_rules().packs)
            for (std::size_t i = 0; i < item_count; ++i) {
                if (!rules.tables[i]) continue;
                for (const auto& band : rules.tables[i]->bands)
                    if (band.high_index == rules.level_table.good_at_most || band == rules.tables[i]->bands.back())
                        out[pollutant_of(static_cast<Item>(i))].push_back(static_cast<std::int32_t>(band.high_ng));
            }
        return out;
    }();
    return all[p];
}

/// Hours of one station, pollutant and day. Most are low; where the pollutant `speaks`, they lie on an edge of its tables,
/// half a step or a nanogram beside it, or one hour stands out. Some hours are missing, flagged or revised.
void add_day(Columns& out, Dice& dice, const RulePack& rules, LocalDay day, std::uint32_t station, Pollutant p,
             bool speaks)
{
    if (dice.one_in(40)) return;
    const auto& ends = edges(p);
    const std::int32_t end = ends[static_cast<std::size_t>(dice.between(0, static_cast<int>(ends.size()) - 1))];
    const std::int32_t low = *std::min_element(ends.begin(), ends.end()) / 2;
    const std::int32_t beside = end + dice.between(-1, 3) * static_cast<std::int32_t>(rules.step_ng[p]) / 2;
    const int around = dice.between(0, 1), peak = dice.one_in(4) ? dice.between(1, 24) : 0;
    std::vector<int> hours;
    for (int h = 1, gaps = dice.one_in(8) ? 5 : 40; h <= 24; ++h)
        if (!dice.one_in(gaps)) hours.push_back(h);
    if (dice.one_in(3)) dice.shuffle(hours);
    for (const int h : hours) {
        std::int32_t value = dice.between(0, low);
        if (speaks && peak == 0) value = beside + dice.between(-around, around);
        if (speaks && peak == h) value = dice.one_in(3) ? 2'147'483'647 : end + end / 4;
        const bool revised = dice.one_in(40), flagged = dice.one_in(60);
        if (revised) out.add(hour(day, h), station, p, dice.one_in(3) ? -1 : dice.between(0, 3 * low));
        out.add(hour(day, h), station, p, flagged ? -1 : value);
    }
}

/// What the engine makes of the same rows.
State told(const Columns& columns, LocalDay first, LocalDay last, const Rules& rules)
{
    State state{rules.network};
    for (std::size_t i = 0; i < columns.hours.size(); ++i) {
        Observed e{columns.stations[i], columns.hours[i], columns.pollutants[i], Flag::normal, std::nullopt};
        if (columns.values[i] >= 0)
            e.value = Concentration::from_ng_per_m3(columns.values[i]);
        else
            e.flag = Flag::fault;
        absorb(state, e, rules);
    }
    for (HourEnding h = hour(first, 1); h <= hour(last, 24); h = h.plus(1))
        absorb(state, HourClosed{h, closing(h), false}, rules);
    settle(state, rules, nullptr);
    return state;
}

void compare(const Columns& columns, LocalDay first, LocalDay last, const Rules& rules)
{
    const State state = told(columns, first, last, rules);
    const auto stations = static_cast<std::uint32_t>(rules.network.stations.size());
    LocalDay next = first;
    const auto years = fold_columns(columns.view(), first, last, rules, [&](const BulkDay& bulk) {
        REQUIRE(bulk.day() == next);
        next = next.plus(1);
        for (std::uint32_t s = 0; s < stations; ++s) {
            const DayMeans means = day_means(state, PlaceIndex{s}, bulk.day(), rules);
            INFO(format_day(bulk.day()) << " station " << s);
            REQUIRE(bulk.verdict(StationIndex{s}) == day_figure(state, PlaceIndex{s}, bulk.day(), rules).verdict);
            for (const auto p : all_pollutants) {
                REQUIRE(bulk.valid_hours(StationIndex{s}, p) == means.valid[p]);
                REQUIRE(bulk.mean(StationIndex{s}, p) == means.mean[p]);
            }
        }
    });
    CHECK(next == last.plus(1));
    for (const auto& year : years)
        for (std::uint32_t s = 0; s < stations; ++s) {
            const YearLedger* engine = state.ledger(PlaceIndex{s}).year(year.year);
            REQUIRE(engine != nullptr);
            REQUIRE(year.stations[s] == *engine);
            for (const auto p : all_pollutants) // == of sums is by value; the published means are said apart
                if (engine->valid_days(p) > 0) REQUIRE(year.stations[s].sum(p).rounded(1) == engine->sum(p).rounded(1));
        }
}

const std::vector<Pollutant> two = {Pollutant::pm10, Pollutant::pm2_5};
const std::vector<Pollutant> six{all_pollutants.begin(), all_pollutants.end()};

void compare_random(std::uint32_t seed, const std::vector<Pollutant>& measured, LocalDay first, const Rules& rules)
{
    Dice dice{seed};
    const LocalDay last = first.plus(60);
    const int most = static_cast<int>(measured.size()) - 1;
    Columns columns;
    for (LocalDay d = first; d <= last; d = d.plus(1))
        for (std::uint32_t s = 0; s < rules.network.stations.size(); ++s) {
            const auto speaks = measured[static_cast<std::size_t>(dice.between(0, most))];
            for (const auto p : measured) add_day(columns, dice, *rules.pack(d), d, s, p, p == speaks);
        }
    compare(columns, first, last, rules);
}

Rules town(const std::string& edition)
{
    Rules rules = small_town(3);
    rules.edition = edition;
    MonitoringPlan plan;
    for (const auto p : {Pollutant::so2, Pollutant::no2, Pollutant::co, Pollutant::o3}) plan.without.insert(p);
    plan.never_primary_since = day(2010, 1, 1);
    rules.network.stations[1].plans.push_back(plan);
    return rules;
}

} // namespace

TEST_CASE("columns fold to what the engine makes of the same hours, under every edition")
{
    std::vector<std::string> editions = {""};
    for (const auto& rules : shipped_rules().packs) editions.push_back(rules.id);
    std::uint32_t seed = 0;
    for (const auto& edition : editions)
        // A turn of the year, and the day on which the editions change.
        for (const LocalDay first : {day(2015, 12, 10), day(2026, 2, 1)})
            for (const auto& measured : {two, six}) {
                INFO("edition '" << edition << "', seed " << ++seed);
                compare_random(seed, measured, first, town(edition));
            }
}

TEST_CASE("above a table that ends early the verdict is the other item's")
{
    Rules rules = town("cn-2012");
    for (auto& pack : rules.book.packs) // 8-hour ozone above 100 is good or not by its highest hour
        if (pack.id == "cn-2012") pack.tables[index_of(Item::o3_8h)]->bands.resize(1);
    compare_random(1, six, day(2016, 6, 1), rules);
}

TEST_CASE("days without rows are closed all the same, days outside the stretch and unknown stations are passed over")
{
    const Rules rules = town("cn-2012");
    const LocalDay first = day(2016, 3, 1), last = day(2016, 3, 5);
    Columns inside, all;
    for (LocalDay d = first.plus(-2); d <= last.plus(2); d = d.plus(1)) {
        if (d == first.plus(2)) continue;
        for (int h = 1; h <= 24; ++h)
            for (auto* columns : {&inside, &all}) {
                if (columns == &inside && (d < first || last < d)) continue;
                columns->add(hour(d, h), 0, Pollutant::pm2_5, 30'000 + 100 * h);
                if (columns == &all) columns->add(hour(d, h), 3, Pollutant::pm2_5, 1);
            }
    }
    compare(inside, first, last, rules);
    const auto years = fold_columns(all.view(), first, last, rules);
    REQUIRE(years.size() == 1);
    REQUIRE(years[0].stations.size() == 3);
    CHECK(years[0].stations[0] == fold_columns(inside.view(), first, last, rules)[0].stations[0]);
    CHECK(years[0].stations[0].valid_days(Pollutant::pm2_5) == 4);
    CHECK(years[0].stations[0].undetermined() == 5); // five pollutants are missing
    CHECK(years[0].stations[2].through() == last);
    CHECK(fold_columns({}, first, last, rules)[0].stations[1].undetermined() == 5);
}

TEST_CASE("before the first edition there are days and no figures")
{
    const Rules rules = small_town(1);
    Columns columns;
    for (int h = 1; h <= 24; ++h) columns.add(hour(day(2010, 5, 1), h), 0, Pollutant::pm10, 50'000);
    REQUIRE(rules.pack(day(2010, 5, 1)) == nullptr);
    compare(columns, day(2010, 5, 1), day(2010, 5, 1), rules);
}
