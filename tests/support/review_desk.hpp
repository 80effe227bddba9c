// A desk where data are reviewed: what the tests of corrections, sign-offs and notices begin with.
#pragma once

#include "libaqi/engine.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace aqi::tests {

inline const LocalDay monday = day(2016, 12, 12);
inline const Instant evening = closing(hour(monday, 24)); // when monday is closed

/// A small town with a desk where data are reviewed: env may validate, met may ratify, deputy both, office flags dust.
struct Desk {
    explicit Desk(int stations = 1) : rules(small_town(stations)), state(rules.network)
    {
        for (auto& person : rules.network.persons) {
            person.may_validate = person.id == "env" || person.id == "deputy";
            person.may_ratify = person.id == "met" || person.id == "deputy";
            person.may_declare_dust = person.id == "office";
        }
    }

    Figures happen(const Event& event)
    {
        journal.push_back(event);
        absorb(state, event, rules);
        Figures out;
        settle(state, rules, &out);
        return out;
    }
    Figures hour_is(LocalDay d, int h, std::optional<Concentration> value, Flag flag = Flag::normal,
                    Pollutant p = Pollutant::pm2_5, std::uint32_t station = 0)
    {
        return happen(Observed{StationIndex{station}, hour(d, h), p, flag, value});
    }
    /// Hours of a day, all six pollutants: `value` and CO of 1 mg.
    void full(LocalDay d, std::int64_t value, int from = 1, int until = 24, std::uint32_t station = 0)
    {
        for (int h = from; h <= until; ++h)
            for (const auto p : all_pollutants)
                absorb(state,
                       journal.emplace_back(Observed{StationIndex{station}, hour(d, h), p, Flag::normal,
                                                     ug(p == Pollutant::co ? 1'000 : value)}),
                       rules);
    }
    Figures close(LocalDay d) { return happen(HourClosed{hour(d, 24), closing(hour(d, 24)), false}); }

    Correction correction(CorrectionKind kind, int from, int until, std::optional<Concentration> value = {}) const
    {
        Correction c;
        c.station = "A";
        c.first = hour(monday, from);
        c.last = hour(monday, until);
        c.kind = kind;
        c.value = value;
        c.why = "filter torn";
        return c;
    }
    std::string made(const Correction& c, const char* person = "env")
    {
        const auto admitted = admit_correction(state, c, person, evening, rules);
        if (!admitted) FAIL(admitted.error().detail);
        happen(*admitted);
        return admitted->correction.id;
    }
    Figures decided(const std::string& id, bool ratify = true, const char* why = "", const char* person = "met")
    {
        const auto admitted = admit_decision(state, id, ratify, person, why, evening, rules);
        if (!admitted) FAIL(admitted.error().detail);
        return happen(*admitted);
    }
    Figures ratified(const Correction& c) { return decided(made(c)); }

    std::int64_t mean(LocalDay d = monday) const
    {
        const auto value = day_figure(state, PlaceIndex{0}, d, rules).value[Pollutant::pm2_5];
        return value ? value->ng_per_m3() : -1;
    }
    std::optional<Observed> held(int h) const { return state.held(StationIndex{0}, hour(monday, h), Pollutant::pm2_5); }
    PlaceIndex city() const { return rules.network.place(AreaIndex{0}); }
    bool same_figures(const State& other) const
    {
        for (std::uint32_t place = 0; place < rules.network.places(); ++place)
            if (!(state.ledger(PlaceIndex{place}) == other.ledger(PlaceIndex{place}))) return false;
        return true;
    }

    Rules rules;
    State state;
    std::vector<Event> journal;
};

inline const Change* find(const Figures& f, std::string_view place, Change::What what, std::optional<Pollutant> p = {})
{
    const auto found = std::find_if(f.changes.begin(), f.changes.end(), [&](const Change& c) {
        return c.place == place && c.what == what && c.pollutant == p;
    });
    return found == f.changes.end() ? nullptr : &*found;
}

using Was = std::pair<std::string, std::string>;
inline Was texts(const Change* change) { return change == nullptr ? Was{} : Was{change->before, change->after}; }

template <class T>
std::string why(const Result<T>& result)
{
    return result ? std::string{} : result.error().detail;
}

inline bool says(const std::string& sentence, std::string_view words)
{
    return sentence.find(words) != std::string::npos;
}

} // namespace aqi::tests
