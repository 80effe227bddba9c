#include "libaqi/verification.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace aqi;
using namespace aqi::tests;

namespace {

/// Ten days of January 2017 with an AQI each, as PM2.5 under HJ 633-2012: 150 ug/m3 is 200, 250 is 300.
struct Month {
    Rules rules = small_town(1);
    State state{rules.network};
    const LocalDay first = day(2017, 1, 2);

    void happen(const Event& event)
    {
        absorb(state, event, rules);
        settle(state, rules, nullptr);
    }
    void observe(LocalDay d, std::int64_t pm2_5)
    {
        for (const auto p : all_pollutants)
            happen(ObservedDay{StationIndex{0}, d, p, Flag::normal, p == Pollutant::pm2_5 ? ug(pm2_5) : conc("1", p)});
        happen(HourClosed{hour(d, 24), closing(hour(d, 24)), true});
    }
    void say(const char* organisation, LocalDay on, LocalDay of, int low, int high,
             std::optional<ConcentrationRange> pm2_5 = {})
    {
        const Instant at = closing(hour(on, 16));
        ForecastDay d{of, low, high};
        d.values[Pollutant::pm2_5] = pm2_5;
        happen(ForecastIssued{{"city", organisation, organisation == std::string{"hbj"} ? "env" : "met", at, {d}}, at});
    }
    ForecastScore score(std::string_view organisation, int lead, const Verification& v) const
    {
        const auto found = std::find_if(v.scores.begin(), v.scores.end(), [&](const ForecastScore& s) {
            return s.organisation == organisation && s.lead_days == lead;
        });
        REQUIRE(found != v.scores.end());
        return *found;
    }
};

} // namespace

TEST_CASE("a forecast is held against the day: range, class, half class, heavy days, bias")
{
    Month m;
    // AQI 100, 250, 250, 150 on the four days from the third on (75, 200, 200, 115 ug/m3).
    const LocalDay d = m.first.plus(1);
    m.observe(m.first, 75);
    m.say("hbj", d.plus(-1), d, 80, 95); // class right, range missed, one half: 76..100
    m.say("hbj", d, d.plus(1), 190, 210, ConcentrationRange{ug(140), ug(160)}); // class 5 touched, called heavy
    m.say("hbj", d.plus(1), d.plus(2), 150, 180);                               // too low: a miss
    m.say("hbj", d.plus(2), d.plus(3), 201, 220);                               // too high: a false alarm
    m.observe(d, 75);
    m.observe(d.plus(1), 200);
    m.observe(d.plus(2), 200);
    m.observe(d.plus(3), 115);
    const auto v = verify(m.state, AreaIndex{0}, d, d.plus(3), m.rules);
    const auto s = m.score("hbj", 1, v);
    CHECK(s.days == 4);
    CHECK(s.in_range == 0);
    CHECK(s.level_hits == 2);
    CHECK(s.over == 1);
    CHECK(s.under == 1);
    // 87 and 100 lie in 76..100: 2. 200 and 250 in 176..200 and 201..250: neighbours, 1. 165 and 250: 151..175 and 201..250, two
    // apart, 0. 210 and 150: 201..250 and 126..150, three apart, 0.
    CHECK(s.half_points == 3);
    CHECK(s.heavy == 2);
    CHECK(s.heavy_hits == 1);
    CHECK(s.false_alarms == 1);
    CHECK(s.bias[Pollutant::pm2_5].days == 1);
    CHECK(s.bias[Pollutant::pm2_5].mean()->ng_per_m3() == -50'000);
    // Persistence at one day ahead: the day before the day before. Days 2 to 4 have one: 100, 100, 250 against 250, 250, 150; day 1 has
    // none before the first observation.
    const auto p = m.score(persistence, 1, v);
    CHECK(p.days == 3);
    CHECK(p.level_hits == 0);
    CHECK(p.heavy_hits == 0);
    CHECK(p.false_alarms == 1);
}

TEST_CASE("what was said later does not count for an earlier lead, and dating back gains nothing")
{
    Month m;
    const LocalDay d = m.first.plus(5);
    m.observe(m.first, 75);
    m.say("hbj", d.plus(-3), d, 100, 120);
    m.say("hbj", d.plus(-1), d, 240, 260);
    // Issued on paper four days ahead, received on the day before.
    const Instant said = closing(hour(d.plus(-1), 17));
    m.happen(ForecastIssued{{"city", "qxj", "met", closing(hour(d.plus(-4), 16)), {{d, 250, 250}}}, said});
    for (LocalDay x = m.first.plus(1); x < d; x = x.plus(1)) m.observe(x, 75);
    m.observe(d, 200);
    const auto v = verify(m.state, AreaIndex{0}, d, d, m.rules);
    CHECK(m.score("hbj", 1, v).heavy_hits == 1);
    CHECK(m.score("hbj", 2, v).heavy_hits == 0); // two days before, 100 to 120 was the word
    CHECK(m.score("hbj", 3, v).heavy_hits == 0);
    CHECK(m.score("qxj", 1, v).in_range == 1);
    for (const auto& s : v.scores) CHECK(!(s.organisation == "qxj" && s.lead_days > 1));
    // The spell was called one day ahead by hbj.
    const auto gained =
        std::find_if(v.gained.begin(), v.gained.end(), [](const LeadGained& g) { return g.organisation == "hbj"; });
    REQUIRE(gained != v.gained.end());
    CHECK(gained->spells == 1);
    CHECK(gained->called == 1);
    CHECK(gained->days_ahead == 1);
}

TEST_CASE("climatology is the median of the season in other years")
{
    Month m;
    for (LocalDay x = day(2016, 1, 1); x <= day(2016, 1, 31); x = x.plus(1))
        m.observe(x, x.day_of_month() % 2 == 0 ? 115 : 75);
    const LocalDay d = day(2017, 1, 10);
    m.observe(d.plus(-2), 75);
    m.observe(d.plus(-1), 75);
    m.observe(d, 75);
    const auto s = m.score(climatology, 1, verify(m.state, AreaIndex{0}, d, d, m.rules));
    // 25 days of 1 to 25 January 2016: thirteen odd ones with AQI 100, twelve even ones with 150; the median is 100.
    CHECK(s.in_range == 1);
}
