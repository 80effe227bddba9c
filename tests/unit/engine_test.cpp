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

TEST_CASE("sliding means reach over midnight, where the edition asks for them")
{
    Rules rules = small_town(2);
    State state{rules.network};
    const HourEnding last = hour(monday.plus(1), 9);
    // A: 23 hours of 60 and one of 84, mean 61. B: 20 hours of 70, the least that will do. Ozone: six of the last eight.
    for (int back = 0; back < 24; ++back) {
        absorb(state, seen(0, last.plus(-back), back == 23 ? 84 : 60), rules);
        if (back >= 4) absorb(state, seen(1, last.plus(-back), 70), rules);
        if (back < 6) absorb(state, seen(0, last.plus(-back), 130, Pollutant::o3), rules);
    }
    const PlaceIndex a{0}, b{1}, city = rules.network.place(AreaIndex{0});
    CHECK(hour_figure(state, a, last, rules).index.iaqi[index_of(Item::pm2_5_24h)] == -1); // cn-2012 does not ask

    rules.edition = "cn-2012-statutory";
    const auto figure = hour_figure(state, a, last, rules);
    CHECK(figure.index.iaqi[index_of(Item::pm2_5_24h)] == 83); // (100-50)/(75-35)*26+50 = 82.5
    CHECK(figure.index.iaqi[index_of(Item::pm2_5_1h)] == -1);
    CHECK(figure.index.iaqi[index_of(Item::o3_8h)] == 75); // (100-50)/(160-100)*30+50
    CHECK(figure.index.aqi == 83);
    CHECK(figure.value[Pollutant::pm2_5] == ug(60));           // the hour's own value is what is shown
    CHECK(hour_figure(state, b, last, rules).index.aqi == 94); // 70: 93.75
    // The city: the mean of the sites' means, 65.5, a tie to 66: (100-50)/(75-35)*31+50 = 88.75.
    CHECK(hour_figure(state, city, last, rules).index.iaqi[index_of(Item::pm2_5_24h)] == 89);
    // An hour later A has 23 hours left and B 19.
    CHECK(hour_figure(state, a, last.plus(1), rules).index.iaqi[index_of(Item::pm2_5_24h)] == 82); // 60: 81.25
    CHECK(hour_figure(state, b, last.plus(1), rules).index.note == IndexNote::no_valid_pollutant);
    // Five hours later nothing is left of the eight but three.
    CHECK(hour_figure(state, a, last.plus(5), rules).index.iaqi[index_of(Item::o3_8h)] == -1);
}

TEST_CASE("above the 1-hour table of SO2 the sliding 24-hour mean speaks")
{
    const Rules rules = small_town(1);
    State state{rules.network};
    const HourEnding last = hour(monday.plus(1), 9);
    for (int back = 1; back < 24; ++back) absorb(state, seen(0, last.plus(-back), 462, Pollutant::so2), rules);
    absorb(state, seen(0, last, 900, Pollutant::so2), rules);
    const auto figure = hour_figure(state, PlaceIndex{0}, last, rules);
    CHECK(figure.index.aqi == 151); // (23*462+900)/24 = 480.25 -> 480: (200-150)/(800-475)*5+150 = 150.77
    CHECK(figure.index.note == IndexNote::none);
    CHECK(primary_text(figure.index.primary) == "SO2");
    const auto before = hour_figure(state, PlaceIndex{0}, last.plus(-1), rules);
    CHECK(before.index.iaqi[index_of(Item::so2_24h)] == -1); // 462 is on the table
}

TEST_CASE("an hour under US EPA is its NowCast, an area's is the mean of its sites'")
{
    Rules rules = small_town(2);
    rules.edition = "us-epa-2024";
    State state{rules.network};
    const HourEnding last = hour(monday.plus(1), 5);
    const char* const values[] = {"34.9", "43", "50", "64.9", "69.2", "66.2", "53.7", "48.6", "49.1", "35", "34", "33"};
    for (int back = 0; back < 12; ++back) {
        Observed e = seen(0, last.plus(-back), 0);
        e.value = conc(values[back]);
        absorb(state, e, rules);
        absorb(state, seen(1, last.plus(-back), 10), rules);
    }
    CHECK(hour_figure(state, PlaceIndex{0}, last, rules).index.aqi == 118); // 42.4 of 42.4776: 117.99
    CHECK(hour_figure(state, PlaceIndex{1}, last, rules).index.aqi == 53);  // 49/26.3*0.9+51 = 52.68
    // (42.4776 + 10)/2 = 26.2: 49/26.3*17.1+51 = 82.86
    CHECK(hour_figure(state, rules.network.place(AreaIndex{0}), last, rules).index.aqi == 83);
    CHECK(hour_figure(state, PlaceIndex{0}, last.plus(2), rules).index.note == IndexNote::no_valid_pollutant);
    // A day of it: 18 hours make one, 17 do not, and nothing is said of ozone.
    for (int h = 1; h <= 18; ++h) absorb(state, seen(0, hour(monday.plus(2), h), 400), rules);
    for (int h = 1; h <= 17; ++h) absorb(state, seen(1, hour(monday.plus(2), h), 400), rules);
    CHECK(day_figure(state, PlaceIndex{0}, monday.plus(2), rules).index.aqi == 649);
    CHECK(!day_figure(state, PlaceIndex{1}, monday.plus(2), rules).index.aqi);
    absorb(state, seen(0, hour(monday.plus(2), 3), 100, Pollutant::o3), rules);
    CHECK(!day_figure(state, PlaceIndex{0}, monday.plus(2), rules).value[Pollutant::o3]);
}

TEST_CASE("a late value makes the later hours again whose means see it, and no others")
{
    Rules rules = small_town(1);
    const HourEnding last = hour(monday.plus(1), 12);
    const auto rows = [&](const char* edition, std::int64_t so2, int closed_after) {
        rules.edition = edition;
        State state{rules.network};
        for (int back = 0; back < 30; ++back) absorb(state, seen(0, last.plus(-back), so2, Pollutant::so2), rules);
        absorb(state, closed(last), rules);
        settle(state, rules, nullptr);
        absorb(state, seen(0, last.plus(-closed_after), 100, Pollutant::so2), rules);
        Figures f;
        settle(state, rules, &f);
        return f.hours.size();
    };
    CHECK(rows("cn-2026", 900, 10) == 2); // station and city; note b asks for no other mean
    CHECK(rows("cn-2012", 700, 10) == 2);
    CHECK(rows("cn-2012", 900, 10) == 2 * 11); // ten later hours lie above 800 and see the late one
    CHECK(rows("cn-2012", 900, 28) == 2 * 24);
    CHECK(rows("cn-2012-statutory", 700, 10) == 2 * 11);
    CHECK(rows("us-epa-2024", 700, 28) == 2 * 12);
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
        happen(*admit_act(live, {live.warnings().front().id, 1, verb, person}, at, rules));
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
