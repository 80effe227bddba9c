// What must hold whatever the numbers are.
#include "libaqi/engine.hpp"
#include "libaqi/iaqi.hpp"
#include "libaqi/rounding.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace aqi;
using namespace aqi::tests;

namespace {

class Dice {
public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}
    std::int64_t between(std::int64_t least, std::int64_t most)
    {
        return std::uniform_int_distribution<std::int64_t>{least, most}(engine_);
    }
    bool one_in(int n) { return between(1, n) == 1; }
    template <class T>
    void shuffle(T& items)
    {
        std::shuffle(items.begin(), items.end(), engine_);
    }

private:
    std::mt19937 engine_;
};

constexpr std::uint32_t seeds = 200;

/// A state after these events and one settle().
State told(const std::vector<Event>& events, const Rules& rules)
{
    State state{rules.network};
    for (const auto& event : events) absorb(state, event, rules);
    settle(state, rules, nullptr);
    return state;
}

std::vector<Event> closings(LocalDay from, int days)
{
    std::vector<Event> out;
    for (int d = 0; d < days; ++d)
        for (int h = 1; h <= 24; ++h) {
            const auto ends = hour(from.plus(d), h);
            out.push_back(HourClosed{ends, closing(ends), false});
        }
    return out;
}

/// Readings of every station with gaps and flags, in the order of the hours.
std::vector<Event> readings(Dice& dice, LocalDay from, int days, std::uint32_t stations)
{
    std::vector<Event> out;
    for (int d = 0; d < days; ++d)
        for (int h = 1; h <= 24; ++h)
            for (std::uint32_t s = 0; s < stations; ++s)
                for (const auto p : all_pollutants) {
                    if (dice.one_in(12)) continue;
                    Observed e{StationIndex{s}, hour(from.plus(d), h), p, Flag::normal, std::nullopt};
                    if (dice.one_in(15))
                        e.flag = Flag::fault;
                    else
                        e.value =
                            Concentration::from_ng_per_m3(dice.between(0, p == Pollutant::co ? 9'000'000 : 400'000));
                    out.push_back(e);
                }
    return out;
}

} // namespace

TEST_CASE("law: rounding lands on the step, at most half a step away, and a tie is even")
{
    Dice dice{1};
    for (int n = 0; n < 20'000; ++n) {
        const std::int64_t step = dice.between(1, 5'000), value = dice.between(-2'000'000, 2'000'000);
        const std::int64_t quotient = round_half_even(value, step);
        const std::int64_t away = std::abs(value - quotient * step);
        INFO(value << " / " << step);
        REQUIRE(2 * away <= step);
        if (2 * away == step) REQUIRE(quotient % 2 == 0);
        REQUIRE(round_half_even(Wide{quotient} * step, step) == quotient);
    }
}

TEST_CASE("law: a sub-index never falls while the concentration rises")
{
    for (const RulePack& rules : shipped_rules().packs) {
        for (std::size_t item = 0; item < item_count; ++item) {
            if (!rules.tables[item]) continue;
            const auto& table = *rules.tables[item];
            const std::int64_t step = rules.step_ng[pollutant_of(static_cast<Item>(item))];
            int last = -1;
            for (std::int64_t ng = 0; ng <= table.bands.back().high_ng + 20 * step; ng += step) {
                const auto index = sub_index(Concentration::from_ng_per_m3(ng), table, rules.index_rounding);
                if (!index) {
                    REQUIRE(table.above == IndexTable::Above::other_item);
                    REQUIRE(ng > table.bands.back().high_ng);
                    break;
                }
                INFO(rules.id << " " << item_name(static_cast<Item>(item)) << " " << ng << " ng/m3");
                REQUIRE(*index >= last);
                REQUIRE((*index <= 500 || table.above == IndexTable::Above::extend));
                last = *index;
            }
        }
    }
}

TEST_CASE("law: the index is the highest sub-index, and the primary pollutants are exactly those that have it")
{
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
        Dice dice{seed};
        INFO("seed " << seed);
        const auto& packs = shipped_rules().packs;
        const RulePack& rules = packs[seed % packs.size()];
        const auto report = dice.one_in(2) ? Report::hour : Report::day;
        IndexInputs in;
        for (const auto& entry : rules.report(report).entries)
            if (!dice.one_in(5))
                in[entry.item] = Concentration::from_ng_per_m3(
                    dice.between(0, pollutant_of(entry.item) == Pollutant::co ? 60'000'000 : 700'000));
        const auto index = make_index(in, rules, report, MissingRule::maximum_of_present);
        const int highest = *std::max_element(index.iaqi.begin(), index.iaqi.end());
        REQUIRE(index.of_present.value_or(-1) == highest);
        if (index.aqi) REQUIRE(*index.aqi == highest);
        for (std::size_t item = 0; item < item_count; ++item)
            REQUIRE(index.primary.contains(static_cast<Item>(item)) ==
                    (index.aqi.has_value() && highest > 50 && index.iaqi[item] == highest));
        // The stricter rule publishes the same or nothing.
        const auto strict = make_index(in, rules, report, MissingRule::above_100_only);
        if (strict.aqi) REQUIRE(strict.aqi == index.aqi);
    }
}

TEST_CASE("law: a mean lies between the lowest and the highest of what it was made from")
{
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
        Dice dice{seed};
        INFO("seed " << seed);
        const Rules rules = small_town(2);
        const LocalDay first = day(2016, 3, 1);
        const auto events = readings(dice, first, 1, 2);
        auto all = events;
        const auto closed = closings(first, 1);
        all.insert(all.end(), closed.begin(), closed.end());
        const State state = told(all, rules);
        PerPollutant<std::int64_t> least, most;
        for (const auto p : all_pollutants) least[p] = INT64_MAX, most[p] = 0;
        for (const auto& event : events) {
            const auto& e = std::get<Observed>(event);
            if (!e.value) continue;
            least[e.pollutant] = std::min(least[e.pollutant], e.value->ng_per_m3());
            most[e.pollutant] = std::max(most[e.pollutant], e.value->ng_per_m3());
        }
        for (std::uint32_t place = 0; place < rules.network.places(); ++place) {
            const auto figure = day_figure(state, PlaceIndex{place}, first, rules);
            for (const auto p : all_pollutants) {
                if (!figure.value[p]) continue;
                REQUIRE(figure.value[p]->ng_per_m3() >= least[p]);
                REQUIRE(figure.value[p]->ng_per_m3() <= most[p]);
            }
        }
    }
}

TEST_CASE("law: the order of arrival before an hour is closed, and repeats, change nothing")
{
    for (std::uint32_t seed = 0; seed < seeds / 10; ++seed) {
        Dice dice{seed};
        INFO("seed " << seed);
        const Rules rules = small_town(3);
        const LocalDay first = day(2016, 12, 28);
        constexpr int days = 6; // over the end of a year
        auto events = readings(dice, first, days, 3);
        const auto closed = closings(first, days);

        auto in_order = events;
        in_order.insert(in_order.end(), closed.begin(), closed.end());
        const State expected = told(in_order, rules);

        auto shuffled = events;
        for (int n = 0; n < 500; ++n)
            shuffled.push_back(
                events[static_cast<std::size_t>(dice.between(0, static_cast<std::int64_t>(events.size()) - 1))]);
        dice.shuffle(shuffled);
        shuffled.insert(shuffled.end(), closed.begin(), closed.end());
        REQUIRE(told(shuffled, rules) == expected);
    }
}

TEST_CASE("law: late values give the same days and years as values in time")
{
    for (std::uint32_t seed = 0; seed < seeds / 10; ++seed) {
        Dice dice{seed};
        INFO("seed " << seed);
        const Rules rules = small_town(3);
        const LocalDay first = day(2016, 12, 28);
        constexpr int days = 6;
        const auto events = readings(dice, first, days, 3);
        const auto closed = closings(first, days);

        auto in_time = events;
        in_time.insert(in_time.end(), closed.begin(), closed.end());
        const State expected = told(in_time, rules);

        // Every hour is closed on the hour, some values arrive before, some long after; settled at random moments.
        State state{rules.network};
        std::vector<Event> late;
        std::size_t next = 0;
        for (const auto& event : events) {
            const auto& e = std::get<Observed>(event);
            while (next < closed.size() && std::get<HourClosed>(closed[next]).hour < e.hour)
                absorb(state, closed[next++], rules);
            if (dice.one_in(4))
                late.push_back(event);
            else
                absorb(state, event, rules);
            if (dice.one_in(200)) settle(state, rules, nullptr);
        }
        for (; next < closed.size(); ++next) absorb(state, closed[next], rules);
        dice.shuffle(late);
        for (const auto& event : late) {
            absorb(state, event, rules);
            if (dice.one_in(50)) settle(state, rules, nullptr);
        }
        settle(state, rules, nullptr);
        for (std::uint32_t place = 0; place < rules.network.places(); ++place)
            REQUIRE(state.ledger(PlaceIndex{place}) == expected.ledger(PlaceIndex{place}));
    }
}

TEST_CASE("law: a target is lost on the first day after which zeros, or good days, to the end could not meet it")
{
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
        Dice dice{seed};
        INFO("seed " << seed);
        const RulePack& rules = pack("cn-2012");
        const int year = 2016;
        const LocalDay first = day(year, 1, 1);
        Target target;
        target.pm2_5 = ug(dice.between(20, 90));
        target.good_days = static_cast<int>(dice.between(100, 300));

        PlaceLedger ledger;
        std::optional<LocalDay> mean_lost, good_lost;
        std::int64_t sum = 0;
        int count = 0, good = 0;
        const int days = static_cast<int>(dice.between(30, 366));
        for (int d = 0; d < days; ++d) {
            PlaceDay value;
            value.closed = true;
            if (!dice.one_in(20)) {
                const auto ng = dice.between(0, 200'000);
                value.mean[Pollutant::pm2_5] = Mean::of(Concentration::from_ng_per_m3(ng));
                sum += ng;
                ++count;
            }
            value.verdict = dice.one_in(3)    ? DayVerdict::lost
                            : dice.one_in(10) ? DayVerdict::undetermined
                                              : DayVerdict::good;
            if (value.verdict == DayVerdict::good) ++good;
            REQUIRE(ledger.put(first.plus(d), value));
            const int left = 366 - (d + 1);
            // The published mean is whole ug/m3 (GB/T 8170): by plain arithmetic, with every remaining day at zero.
            if (count + left > 0 && !mean_lost &&
                round_half_even(sum, Wide{1'000} * (count + left)) * 1'000 > target.pm2_5->ng_per_m3())
                mean_lost = first.plus(d);
            if (!good_lost && good + left < *target.good_days) good_lost = first.plus(d);
        }
        std::vector<AnnualFigure> annual;
        ledger.annual(PlaceIndex{0}, year, rules, &target, annual);
        const auto found = std::find_if(annual.begin(), annual.end(), [](const AnnualFigure& f) {
            return f.pollutant == Pollutant::pm2_5 && f.window == Window::year_to_date;
        });
        REQUIRE(found != annual.end());
        CHECK(found->lost_on == mean_lost);
        CHECK(ledger.good_days(PlaceIndex{0}, year, rules, &target).lost_on == good_lost);
    }
}
