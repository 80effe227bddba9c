// Laws of review: corrections, late values and gaps, under random stories from fixed seeds.
#include "libaqi/engine.hpp"
#include "libaqi/review.hpp"
#include "libaqi/statistics.hpp"
#include "libaqi/validity.hpp"
#include "tests/support/review_desk.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <random>
#include <tuple>

using namespace aqi;
using namespace aqi::tests;

namespace {

class Dice {
public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}
    int between(int least, int most) // no library's distribution: the same days everywhere
    {
        return least + static_cast<int>(engine_() % static_cast<std::uint32_t>(most - least + 1));
    }
    bool one_in(int n) { return between(1, n) == 1; }
    template <class T>
    void shuffle(T& items)
    {
        for (std::size_t i = items.size(); i > 1; --i)
            std::swap(items[i - 1], items[static_cast<std::size_t>(between(0, static_cast<int>(i) - 1))]);
    }

private:
    std::mt19937 engine_;
};

constexpr std::uint32_t seeds = 60;

/// Days around one level, with gaps and flags; some of the flagged values are kept with their number.
std::vector<Observed> readings(Dice& dice, LocalDay from, int days, std::uint32_t stations, int gap_one_in)
{
    std::vector<Observed> out;
    for (int d = 0; d < days; ++d)
        for (std::uint32_t s = 0; s < stations; ++s)
            for (const auto p : all_pollutants) {
                const int level = dice.between(10, p == Pollutant::co ? 6'000 : 220);
                for (int h = 1; h <= 24; ++h) {
                    if (dice.one_in(gap_one_in)) continue;
                    Observed e{StationIndex{s}, hour(from.plus(d), h), p, Flag::normal,
                               Concentration::from_ng_per_m3(level * dice.between(600, 1'400))};
                    if (dice.one_in(40)) e.flag = Flag::calibration;
                    if (dice.one_in(40)) e.flag = Flag::fault, e.value.reset();
                    out.push_back(e);
                }
            }
    return out;
}

State told(const std::vector<Event>& events, LocalDay from, int days, const Rules& rules)
{
    State state{rules.network};
    for (const auto& event : events) absorb(state, event, rules);
    for (int d = 0; d < days; ++d)
        absorb(state, HourClosed{hour(from.plus(d), 24), closing(hour(from.plus(d), 24)), false}, rules);
    settle(state, rules, nullptr);
    return state;
}

State told(const std::vector<Observed>& events, LocalDay from, int days, const Rules& rules)
{
    return told(std::vector<Event>(events.begin(), events.end()), from, days, rules);
}

/// A stretch that lies in one of the editions, or over the change from one to the other.
LocalDay some_day(Dice& dice)
{
    const LocalDay days[] = {day(2016, 2, 27), day(2016, 12, 29), day(2026, 2, 26), day(2026, 6, 1)};
    return days[static_cast<std::size_t>(dice.between(0, 3))];
}

} // namespace

TEST_CASE("law: whether a value or its correction comes first changes nothing")
{
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
        Dice dice{seed};
        INFO("seed " << seed);
        const Rules rules = small_town(2);
        const LocalDay first = some_day(dice);
        constexpr int days = 3;
        std::vector<Event> events;
        for (const auto& e : readings(dice, first, days, 2, 12)) events.emplace_back(e);
        // Corrections of stretches that do not meet: one of each pollutant. They invalidate or replace; an acceptance
        // speaks of a value that must have come before.
        std::vector<std::pair<Event, Event>> corrections;
        for (const auto p : all_pollutants) {
            Correction c;
            c.id = "R2016-000" + std::to_string(index_of(p) + 1);
            c.station = dice.one_in(2) ? "A" : "B";
            c.pollutant = p;
            c.first = hour(first, dice.between(1, 24));
            c.last = c.first.plus(dice.between(0, 40));
            c.why = "law";
            if (dice.one_in(2)) {
                c.kind = CorrectionKind::replace;
                c.value = ug(dice.between(0, 300));
            }
            corrections.emplace_back(CorrectionMade{c}, CorrectionDecided{c.id, true, {"met", {}}, ""});
        }
        std::vector<Event> before, after = events;
        for (const auto& [made, decided] : corrections)
            for (auto* list : {&before, &after}) {
                list->push_back(made);
                list->push_back(decided);
            }
        before.insert(before.end(), events.begin(), events.end());
        const State one = told(before, first, days, rules), other = told(after, first, days, rules);
        REQUIRE(one == other);
        // Late, in any order, with the corrections somewhere between: the same figures.
        State late{rules.network};
        for (int d = 0; d < days; ++d)
            absorb(late, HourClosed{hour(first.plus(d), 24), closing(hour(first.plus(d), 24)), false}, rules);
        dice.shuffle(events);
        std::size_t next = 0;
        for (const auto& event : events) {
            if (next < corrections.size() && dice.one_in(100)) {
                absorb(late, corrections[next].first, rules);
                absorb(late, corrections[next++].second, rules);
            }
            absorb(late, event, rules);
            if (dice.one_in(100)) settle(late, rules, nullptr);
        }
        for (; next < corrections.size(); ++next) {
            absorb(late, corrections[next].first, rules);
            absorb(late, corrections[next].second, rules);
        }
        settle(late, rules, nullptr);
        for (std::uint32_t place = 0; place < rules.network.places(); ++place)
            REQUIRE(late.ledger(PlaceIndex{place}) == one.ledger(PlaceIndex{place}));
    }
}

TEST_CASE("law: raising one hour never lowers a mean or an index of its day")
{
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
        Dice dice{seed};
        INFO("seed " << seed);
        const Rules rules = small_town(3);
        const LocalDay first = some_day(dice);
        constexpr int days = 2;
        const auto events = readings(dice, first, days, 3, dice.one_in(2) ? 6 : 15);
        const State before = told(events, first, days, rules);
        for (int n = 0; n < 12; ++n) {
            auto raised = events;
            Observed& e = raised[static_cast<std::size_t>(dice.between(0, static_cast<int>(raised.size()) - 1))];
            if (e.flag != Flag::normal) continue;
            e.value = Concentration::from_ng_per_m3(e.value->ng_per_m3() + dice.between(1, 400'000));
            const State after = told(raised, first, days, rules);
            const PlaceIndex station = rules.network.place(e.station), city = rules.network.place(AreaIndex{0});
            for (int d = 0; d < days; ++d) {
                const PlaceDay &was = *before.ledger(station).day(first.plus(d)),
                               &is = *after.ledger(station).day(first.plus(d));
                for (const auto p : all_pollutants) {
                    if (was.mean[p]) REQUIRE(is.mean[p]);
                    if (was.mean[p]) REQUIRE(!(*is.mean[p] < *was.mean[p]));
                }
                REQUIRE(is.of_present >= was.of_present);
                REQUIRE(is.aqi >= was.aqi);
                REQUIRE(!(was.verdict == DayVerdict::lost && is.verdict != DayVerdict::lost));
                // Of an area this holds but for ozone: a site that too few windows left without a value may get one by
                // exceeding, and then it takes part in a mean that was higher without it.
                const PlaceDay &town_was = *before.ledger(city).day(first.plus(d)),
                               &town_is = *after.ledger(city).day(first.plus(d));
                for (const auto p : all_pollutants)
                    if (p != Pollutant::o3 && town_was.mean[p]) REQUIRE(!(*town_is.mean[p] < *town_was.mean[p]));
            }
            if (e.pollutant == Pollutant::o3) continue;
            const YearLedger &year_was = *before.ledger(city).year(e.hour.day().year()),
                             &year_is = *after.ledger(city).year(e.hour.day().year());
            if (year_was.valid_days(e.pollutant) > 0)
                REQUIRE(year_was.sum(e.pollutant).rounded(1) <= year_is.sum(e.pollutant).rounded(1));
        }
    }
}

TEST_CASE("law: an added gap never makes a value valid, nor an unproven day good")
{
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
        Dice dice{seed};
        INFO("seed " << seed);
        const Rules rules = small_town(3);
        const LocalDay first = some_day(dice);
        constexpr int days = 2;
        const auto events = readings(dice, first, days, 3, dice.one_in(2) ? 6 : 12);
        const State before = told(events, first, days, rules);
        for (int n = 0; n < 12; ++n) {
            // Never received, or under a flag: a gap is a gap.
            auto fewer = events;
            const auto at = static_cast<std::size_t>(dice.between(0, static_cast<int>(fewer.size()) - 1));
            if (dice.one_in(2))
                fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at));
            else
                fewer[at].flag = Flag::maintenance;
            const State after = told(fewer, first, days, rules);
            for (std::uint32_t place = 0; place < rules.network.places(); ++place)
                for (int d = 0; d < days; ++d) {
                    const PlaceDay &was = *before.ledger(PlaceIndex{place}).day(first.plus(d)),
                                   &is = *after.ledger(PlaceIndex{place}).day(first.plus(d));
                    for (const auto p : all_pollutants)
                        if (p != Pollutant::o3 && is.mean[p]) REQUIRE(was.mean[p]);
                    // Ozone's windows are means themselves: without a low hour one may rise above the limit, and then
                    // HJ 663 6.1.2 takes the day for exceeding.
                    if (place < rules.network.stations.size() && is.mean[Pollutant::o3] && !was.mean[Pollutant::o3])
                        REQUIRE(Mean::of(ug(160)) < *is.mean[Pollutant::o3]);
                    if (place < rules.network.stations.size() && was.verdict == DayVerdict::undetermined)
                        REQUIRE(is.verdict != DayVerdict::good);
                }
        }
    }
}

TEST_CASE("law: every elapsed day is good, lost or undetermined, whatever was corrected since")
{
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
        Dice dice{seed};
        INFO("seed " << seed);
        Desk desk{2};
        const LocalDay first = some_day(dice);
        constexpr int days = 7;
        for (const auto& e : readings(dice, first, days, 2, dice.one_in(3) ? 5 : 20)) absorb(desk.state, e, desk.rules);
        for (int d = 0; d < days; ++d) desk.close(first.plus(d));
        const LocalDay last = first.plus(days - 1);
        const Instant now = closing(hour(last, 24));
        const auto check = [&] {
            for (std::uint32_t p = 0; p < desk.rules.network.places(); ++p) {
                const PlaceIndex place{p};
                const PlaceLedger& ledger = desk.state.ledger(place);
                int good = 0, lost = 0, undetermined = 0;
                for (int year = first.year(); year <= last.year(); ++year) {
                    const YearLedger& y = *ledger.year(year);
                    const LocalDay from = std::max(first, y.first_day()), to = std::min(last, y.last_day());
                    REQUIRE(y.good() + y.lost() + y.undetermined() == to - from + 1);
                    good += y.good();
                    lost += y.lost();
                    undetermined += y.undetermined();
                }
                for (const auto form : {DustForm::as_measured, DustForm::dust_deducted}) {
                    const auto s = statistics(desk.state, place, first, last, form, desk.rules);
                    REQUIRE(s.days == days);
                    REQUIRE(s.good + s.lost + s.undetermined == days);
                    int levels = 0;
                    for (const int n : s.level_days) levels += n;
                    REQUIRE(levels == days);
                    if (form == DustForm::as_measured)
                        REQUIRE(std::tuple(s.good, s.lost, s.undetermined) == std::tuple(good, lost, undetermined));
                    else
                        REQUIRE(s.lost <= lost); // what is deducted cannot lose a day
                }
            }
        };
        check();
        for (int n = 0; n < 10; ++n) {
            if (dice.one_in(3)) {
                const LocalDay d = first.plus(dice.between(0, days - 1));
                const bool flagged = desk.state.dust_days(AreaIndex{0}).contains(d);
                desk.happen(
                    *admit_dust(desk.state, {"city", d, !flagged, {"CNEMC", "", {}}}, "office", now, desk.rules));
            } else if (dice.one_in(2)) {
                Correction c;
                c.station = dice.one_in(2) ? "A" : "B";
                c.pollutant = all_pollutants[static_cast<std::size_t>(dice.between(0, 5))];
                c.first = hour(first.plus(dice.between(0, days - 1)), dice.between(1, 24));
                c.last = std::min(c.first.plus(dice.between(0, 30)), hour(last, 24));
                c.kind = static_cast<CorrectionKind>(dice.between(0, 3));
                if (c.kind == CorrectionKind::replace) c.value = ug(dice.between(0, 400));
                c.why = "law";
                const auto made = admit_correction(desk.state, c, "env", now, desk.rules);
                if (!made) continue; // nothing to accept, nothing to restore
                desk.happen(*made);
                const auto decided = admit_decision(desk.state, made->correction.id, true, "met", "", now, desk.rules);
                REQUIRE(decided.has_value());
                const auto figures = desk.happen(*decided);
                for (const auto& change : figures.changes) REQUIRE(change.before != change.after);
            } else {
                const State was = desk.state;
                const auto figures = desk.happen(
                    Observed{StationIndex{0}, hour(first.plus(dice.between(0, days - 1)), dice.between(1, 24)),
                             Pollutant::pm2_5, Flag::normal, ug(dice.between(0, 900))});
                if (!figures.changes.empty()) continue;
                // Nothing was said to change: then no index, verdict or published value did.
                for (std::uint32_t p = 0; p < desk.rules.network.places(); ++p)
                    for (int d = 0; d < days; ++d) {
                        const PlaceDay &a = *was.ledger(PlaceIndex{p}).day(first.plus(d)),
                                       &b = *desk.state.ledger(PlaceIndex{p}).day(first.plus(d));
                        REQUIRE(a.aqi == b.aqi);
                        REQUIRE(a.verdict == b.verdict);
                        REQUIRE(a.mean[Pollutant::pm2_5].has_value() == b.mean[Pollutant::pm2_5].has_value());
                    }
            }
            check();
        }
    }
}

TEST_CASE("law: any correction and its restoration leave the figures as they were")
{
    for (std::uint32_t seed = 0; seed < seeds; ++seed) {
        Dice dice{seed};
        INFO("seed " << seed);
        Desk desk{2};
        const LocalDay first = some_day(dice);
        constexpr int days = 3;
        for (const auto& e : readings(dice, first, days, 2, 10)) absorb(desk.state, e, desk.rules);
        for (int d = 0; d < days; ++d) desk.close(first.plus(d));
        const Instant now = closing(hour(first.plus(days - 1), 24));
        const State before = desk.state;
        int done = 0;
        for (int n = 0; n < 20; ++n) {
            Correction c;
            c.station = dice.one_in(2) ? "A" : "B";
            c.pollutant = all_pollutants[static_cast<std::size_t>(dice.between(0, 5))];
            c.first = hour(first.plus(dice.between(0, days - 1)), dice.between(1, 24));
            c.last = std::min(c.first.plus(dice.one_in(3) ? dice.between(0, 30) : 0), hour(first.plus(days - 1), 24));
            c.kind = static_cast<CorrectionKind>(dice.between(0, 2));
            if (c.kind == CorrectionKind::replace) c.value = ug(dice.between(0, 400));
            c.why = "law";
            const auto both = [&](const Correction& what) {
                const auto made = admit_correction(desk.state, what, "env", now, desk.rules);
                if (!made) return false;
                desk.happen(*made);
                desk.happen(*admit_decision(desk.state, made->correction.id, true, "met", "", now, desk.rules));
                return true;
            };
            if (!both(c)) continue;
            ++done;
            c.kind = CorrectionKind::restore;
            c.value.reset();
            REQUIRE(both(c));
            REQUIRE(desk.same_figures(before));
            for (std::uint32_t s = 0; s < 2; ++s)
                REQUIRE(desk.state.station(StationIndex{s}) == before.station(StationIndex{s}));
        }
        REQUIRE(done > 0);
    }
}
