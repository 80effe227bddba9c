#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace aqi;
using namespace aqi::tests;

namespace {

const LocalDay monday = day(2016, 12, 12);

Observed seen(std::uint32_t station, HourEnding h, std::int64_t value, Pollutant p = Pollutant::pm2_5)
{
    return {StationIndex{station}, h, p, Flag::normal, ug(value)};
}
HourClosed closed(HourEnding h) { return {h, closing(h), false}; }

/// A full day of all six pollutants, the same value every hour.
void full_day(State& state, const Rules& rules, std::uint32_t station, LocalDay d, std::int64_t value)
{
    for (int h = 1; h <= 24; ++h)
        for (const auto p : all_pollutants)
            absorb(state, seen(station, hour(d, h), p == Pollutant::co ? 1'000 : value, p), rules);
}

const DayFigure* find(const Figures& f, PlaceIndex place, LocalDay d)
{
    const auto found =
        std::find_if(f.days.begin(), f.days.end(), [&](const DayFigure& x) { return x.place == place && x.day == d; });
    return found == f.days.end() ? nullptr : &*found;
}

} // namespace

TEST_CASE("an hour that is closed has a figure of every station and area")
{
    const Rules rules = small_town(2);
    State state{rules.network};
    absorb(state, seen(0, hour(monday, 9), 100), rules);
    absorb(state, seen(1, hour(monday, 9), 50), rules);
    absorb(state, closed(hour(monday, 9)), rules);
    Figures f;
    settle(state, rules, &f);
    REQUIRE(f.hours.size() == 3);
    CHECK(f.hours[0].index.aqi == 132); // (150-100)/(115-75)*25+100 = 131.25
    CHECK(f.hours[2].value[Pollutant::pm2_5] == ug(75));
    CHECK(f.hours[2].index.aqi == 100);
    CHECK(f.days.empty());
    Figures none;
    settle(state, rules, &none);
    CHECK(none.empty());
}

TEST_CASE("a day closes with its 24th hour, and its verdict says what is proven")
{
    const Rules rules = small_town(1);
    State state{rules.network};
    full_day(state, rules, 0, monday, 30);
    full_day(state, rules, 0, monday.plus(1), 200);
    for (int h = 1; h <= 24; ++h) absorb(state, seen(0, hour(monday.plus(2), h), 30), rules); // PM2.5 alone
    for (int h = 1; h <= 24; ++h) absorb(state, seen(0, hour(monday.plus(3), h), 90), rules); // alone, but above 75
    Figures f;
    for (int h = 1; h <= 96; ++h) {
        absorb(state, closed(hour(monday, 1).plus(h - 1)), rules);
        settle(state, rules, &f);
    }
    const PlaceIndex city = rules.network.place(AreaIndex{0});
    CHECK(find(f, city, monday)->verdict == DayVerdict::good);
    CHECK(find(f, city, monday.plus(1))->verdict == DayVerdict::lost);
    CHECK(find(f, city, monday.plus(2))->verdict == DayVerdict::undetermined);
    CHECK(find(f, city, monday.plus(3))->verdict == DayVerdict::lost); // what is missing could only raise it
    CHECK(f.good_days.back().good == 1);
    CHECK(f.good_days.back().lost == 2);
    CHECK(f.good_days.back().undetermined == 1);
}

TEST_CASE("a late value moves the statistics of its hour, day and year, and no decision")
{
    const Rules rules = small_town(1);
    State state{rules.network};
    full_day(state, rules, 0, monday, 40);
    absorb(state, closed(hour(monday, 24)), rules);
    settle(state, rules, nullptr);
    const auto warnings = state.warnings();
    absorb(state, seen(0, hour(monday, 5), 500), rules);
    CHECK(!state.settled());
    Figures f;
    settle(state, rules, &f);
    REQUIRE(f.hours.size() == 2); // the station and its city
    CHECK(f.hours[0].hour == hour(monday, 5));
    REQUIRE(find(f, PlaceIndex{0}, monday) != nullptr);
    CHECK(find(f, PlaceIndex{0}, monday)->value[Pollutant::pm2_5]->ng_per_m3() ==
          59'167); // (23*40+500)/24 = 59.1666...
    CHECK(!f.annual.empty());
    CHECK(state.warnings() == warnings);
    CHECK(state.ledger(PlaceIndex{0}).day(monday)->verdict == DayVerdict::good); // 59.17 -> 59 -> AQI 80
}

TEST_CASE("the state does not depend on the order of readings, nor on how often it was settled")
{
    const Rules rules = small_town(2);
    std::vector<Event> readings;
    for (int h = 1; h <= 48; ++h)
        for (std::uint32_t s = 0; s < 2; ++s)
            readings.emplace_back(seen(s, hour(monday, 1).plus(h - 1), 10 + h * 3 + static_cast<int>(s)));
    const auto fold = [&](const std::vector<Event>& events, int settle_every) {
        State state{rules.network};
        int n = 0;
        for (const auto& e : events) {
            absorb(state, e, rules);
            if (settle_every > 0 && ++n % settle_every == 0) settle(state, rules, nullptr);
        }
        settle(state, rules, nullptr);
        return state;
    };
    std::vector<Event> in_order = readings;
    in_order.emplace_back(closed(hour(monday, 24)));
    in_order.emplace_back(closed(hour(monday.plus(1), 24)));
    std::vector<Event> late;
    late.emplace_back(closed(hour(monday, 24)));
    late.emplace_back(closed(hour(monday.plus(1), 24)));
    late.insert(late.end(), readings.rbegin(), readings.rend());
    const State a = fold(in_order, 0), b = fold(in_order, 1), c = fold(late, 7);
    CHECK(a == b);
    CHECK(a.ledger(PlaceIndex{2}) == c.ledger(PlaceIndex{2}));
    CHECK(a.ledger(PlaceIndex{0}) == c.ledger(PlaceIndex{0}));
}

TEST_CASE("a year that crosses an edition is judged day by day under the edition of the day")
{
    const Rules rules = small_town(1);
    State state{rules.network};
    const LocalDay last_old = day(2026, 2, 28);
    full_day(state, rules, 0, last_old, 70);
    full_day(state, rules, 0, last_old.plus(1), 70);
    Figures f;
    absorb(state, closed(hour(last_old, 24)), rules);
    absorb(state, closed(hour(last_old.plus(1), 24)), rules);
    settle(state, rules, &f);
    const PlaceIndex city = rules.network.place(AreaIndex{0});
    CHECK(find(f, city, last_old)->pack == "cn-2012");
    CHECK(find(f, city, last_old)->index.aqi == 94); // (100-50)/(75-35)*35+50 = 93.75
    CHECK(find(f, city, last_old)->verdict == DayVerdict::good);
    CHECK(find(f, city, last_old.plus(1))->pack == "cn-2026");
    CHECK(find(f, city, last_old.plus(1))->index.aqi == 110); // (150-100)/(115-60)*10+100 = 109.09
    CHECK(find(f, city, last_old.plus(1))->verdict == DayVerdict::lost);
}

TEST_CASE("what is too old stays out, and nothing grows for ever")
{
    Rules rules = small_town(1);
    rules.open_days = 40;
    State state{rules.network};
    for (int n = 0; n < 100; ++n) {
        full_day(state, rules, 0, monday.plus(n), 40);
        absorb(state, closed(hour(monday.plus(n), 24)), rules);
        settle(state, rules, nullptr);
    }
    CHECK(state.station(StationIndex{0}).days.size() == 40);
    CHECK(still_open(state, monday.plus(99 - 39), rules));
    CHECK(!still_open(state, monday.plus(99 - 40), rules));
    const State before = state;
    absorb(state, seen(0, hour(monday, 3), 900), rules);
    settle(state, rules, nullptr);
    CHECK(state == before);
}

TEST_CASE("a station that reports before the first closed hour makes its days too")
{
    const Rules rules = small_town(1);
    State state{rules.network};
    full_day(state, rules, 0, monday, 40);
    full_day(state, rules, 0, monday.plus(1), 60);
    absorb(state, closed(hour(monday.plus(2), 10)), rules);
    settle(state, rules, nullptr);
    CHECK(state.ledger(PlaceIndex{0}).year(2016)->good() == 2);
    // ... and one that comes with a day from before the beginning.
    full_day(state, rules, 0, monday.plus(-3), 40);
    settle(state, rules, nullptr);
    CHECK(state.ledger(PlaceIndex{0}).year(2016)->good() == 3);
}

TEST_CASE("decisions are facts: a fold of what was journaled decides nothing anew")
{
    const Rules rules = small_town(1);
    State live{rules.network};
    std::vector<Event> journal;
    const auto happen = [&](const Event& e) {
        absorb(live, e, rules);
        settle(live, rules, nullptr);
        journal.push_back(e);
        for (const auto& follows : decide(live, e, rules)) {
            absorb(live, follows, rules);
            journal.push_back(follows);
        }
    };
    const Instant at = closing(hour(monday, 16));
    happen(HourClosed{hour(monday, 16), at, false});
    Forecast f{"city", "hbj", "env", at, {{monday.plus(1), 230, 230, ""}, {monday.plus(2), 240, 240, ""}}};
    happen(*admit_forecast(f, at, rules));
    const auto act = [&](Verb verb, const char* person) {
        happen(*admit_act(live, live.warnings().front().id, 1, verb, person, at, rules));
    };
    act(Verb::sign, "env");
    act(Verb::sign, "met");
    act(Verb::approve, "deputy");
    act(Verb::issue, "office");

    // The registry changes: the person who signed is gone. What was signed stays signed.
    Rules later = rules;
    later.network.persons.clear();
    State again{later.network};
    for (const auto& e : journal) {
        absorb(again, e, later);
        settle(again, later, nullptr);
    }
    REQUIRE(again.warnings().size() == 1);
    CHECK(again.warnings().front() == live.warnings().front());
    CHECK(again.warnings().front().level() == WarningLevel::yellow);
}

TEST_CASE("forecasts that make no sense are refused in words")
{
    const Rules rules = small_town(1);
    const Instant at = closing(hour(monday, 16));
    const auto why = [&](const Forecast& f) {
        const auto admitted = admit_forecast(f, at, rules);
        return admitted ? std::string{} : admitted.error().detail;
    };
    const Forecast good{"city", "hbj", "env", at, {{monday.plus(1), 100, 120, ""}}};
    CHECK(why(good).empty());
    Forecast f = good;
    f.area = "nowhere";
    CHECK(why(f).find("no area") != std::string::npos);
    f = good;
    f.person = "mayor";
    CHECK(why(f).find("no right to forecast") != std::string::npos);
    f = good;
    f.organisation = "qxj";
    CHECK(why(f).find("does not belong") != std::string::npos);
    f = good;
    f.days[0].aqi_high = 501;
    CHECK(why(f).find("0 to 500") != std::string::npos);
    f = good;
    f.days[0].day = monday.plus(-1);
    CHECK(why(f).find("looks ahead") != std::string::npos);
    f = good;
    f.days.clear();
    CHECK(!why(f).empty());
}
