#include "daemon/recompute.hpp"

#include "daemon/store/store.hpp"
#include "libaqi/format_figures.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <set>
#include <tuple>

namespace aqi::daemon {
namespace {

constexpr std::string_view none = "NA";

using DayKey = std::pair<LocalDay, PlaceIndex>;
using YearKey = std::tuple<int, PlaceIndex, Pollutant>;

/// What was published, of one side or of both.
template <class Figure>
struct Pair {
    const Figure* before = nullptr;
    const Figure* after = nullptr;
};

std::string good_days_text(const GoodDaysFigure* f)
{
    return f == nullptr ? std::string{none} : fmt::format("{}/{}/{}", f->good, f->lost, f->undetermined);
}

class Differences {
public:
    explicit Differences(const Rules& rules) : rules_(rules) {}

    void day(const DayFigure* before, const DayFigure* after)
    {
        const DayFigure& any = before != nullptr ? *before : *after;
        const auto index = [](const DayFigure* f) {
            return f != nullptr && f->index.aqi ? std::to_string(*f->index.aqi) : std::string{none};
        };
        const auto verdict = [](const DayFigure* f) {
            return std::string{f != nullptr ? verdict_name(f->verdict) : none};
        };
        for (const auto p : all_pollutants)
            add(any.place, Change::What::day_value, any.day, p, value_of(before, p), value_of(after, p));
        add(any.place, Change::What::day_aqi, any.day, {}, index(before), index(after));
        add(any.place, Change::What::day_verdict, any.day, {}, verdict(before), verdict(after));
    }

    void annual(const AnnualFigure* before, const AnnualFigure* after)
    {
        const AnnualFigure& any = before != nullptr ? *before : *after;
        if (before != nullptr && after != nullptr && before->through != after->through) return;
        const RulePack* pack = rules_.pack(any.through);
        const auto text = [&](const AnnualFigure* f) {
            return f == nullptr
                       ? std::string{none}
                       : published_text(f->published, f->pollutant, pack != nullptr ? pack->step_ng[f->pollutant] : 1);
        };
        add(any.place, Change::What::annual_mean, any.through, any.pollutant, text(before), text(after));
    }

    void good_days(const GoodDaysFigure* before, const GoodDaysFigure* after)
    {
        const GoodDaysFigure& any = before != nullptr ? *before : *after;
        if (before != nullptr && after != nullptr && before->through != after->through) return;
        add(any.place, Change::What::good_days, any.through, {}, good_days_text(before), good_days_text(after));
    }

    std::vector<Change> out;

private:
    std::string value_of(const DayFigure* f, Pollutant p) const
    {
        const RulePack* pack = f != nullptr ? rules_.book.pack_named(f->pack) : nullptr;
        if (f == nullptr || !f->value[p]) return std::string{none};
        // Rows hold nanograms; whole nanograms are enough to tell two figures apart before they are rounded.
        const std::int64_t step = pack != nullptr ? pack->step_ng[p] : 1;
        return published_text(Mean::of(*f->value[p]).rounded(step), p, step);
    }

    void add(PlaceIndex place, Change::What what, LocalDay day, std::optional<Pollutant> p, std::string before,
             std::string after)
    {
        if (before != after)
            out.push_back({rules_.network.place_id(place), what, day, p, std::move(before), std::move(after)});
    }

    const Rules& rules_;
};

template <class Key, class Figure>
void pair_up(const std::vector<Figure>& figures, std::map<Key, Pair<Figure>>& out, const Figure* Pair<Figure>::*side,
             const std::function<std::optional<Key>(const Figure&)>& key)
{
    for (const auto& f : figures)
        if (const auto k = key(f)) out[*k].*side = &f;
}

template <class Key, class Figure, class Compare>
void compare(const std::vector<Figure>& before, const std::vector<Figure>& after,
             const std::function<std::optional<Key>(const Figure&)>& key, const Compare& with)
{
    std::map<Key, Pair<Figure>> pairs;
    pair_up<Key, Figure>(before, pairs, &Pair<Figure>::before, key);
    pair_up<Key, Figure>(after, pairs, &Pair<Figure>::after, key);
    for (const auto& [k, pair] : pairs) with(pair.before, pair.after);
}

std::optional<YearKey> year_key(const AnnualFigure& f)
{
    if (f.window != Window::year_to_date) return std::nullopt;
    return YearKey{f.year, f.place, f.pollutant};
}

} // namespace

Figures latest_rows(Figures figures)
{
    Figures out;
    std::map<DayKey, DayFigure> days;
    for (auto& f : figures.days) days[{f.day, f.place}] = std::move(f);
    for (auto& [key, f] : days) out.days.push_back(std::move(f));
    return out;
}

std::vector<Change> differences(const Figures& before, const Figures& after, const Rules& rules)
{
    Differences found{rules};
    compare<DayKey, DayFigure>(
        before.days, after.days,
        [](const DayFigure& f) {
            return DayKey{f.day, f.place};
        },
        [&](const DayFigure* a, const DayFigure* b) { found.day(a, b); });
    compare<YearKey, AnnualFigure>(before.annual, after.annual, year_key,
                                   [&](const AnnualFigure* a, const AnnualFigure* b) { found.annual(a, b); });
    compare<std::pair<int, PlaceIndex>, GoodDaysFigure>(
        before.good_days, after.good_days,
        [](const GoodDaysFigure& f) {
            return std::pair{f.year, f.place};
        },
        [&](const GoodDaysFigure* a, const GoodDaysFigure* b) { found.good_days(a, b); });
    return std::move(found.out);
}

namespace {

/// Absorbs, and settles at every day's end so that what waits stays small; keeps the daily rows.
void take(Recomputed& fresh, const Event& event, const Rules& rules)
{
    absorb(fresh.state, event, rules);
    ++fresh.events;
    const auto* closed = std::get_if<HourClosed>(&event);
    if (closed == nullptr || closed->hour.hour_of_day() != 24) return;
    Figures figures;
    figures.days_only = true;
    settle(fresh.state, rules, &figures);
    for (auto& f : figures.days) fresh.figures.days.push_back(std::move(f));
}

void finish(Recomputed& fresh, const Rules& rules)
{
    Figures rest;
    rest.days_only = true;
    settle(fresh.state, rules, &rest);
    for (auto& f : rest.days) fresh.figures.days.push_back(std::move(f));
    fresh.figures = latest_rows(std::move(fresh.figures));
    std::set<std::pair<PlaceIndex, int>> years;
    for (const auto& f : fresh.figures.days) years.emplace(f.place, f.day.year());
    for (const auto& [place, year] : years) year_figures(fresh.state, place, year, rules, fresh.figures);
}

} // namespace

std::unique_ptr<Recomputed> recompute(const std::filesystem::path& database, const Rules& rules,
                                      const std::atomic<bool>& stops)
{
    auto fresh = std::make_unique<Recomputed>(rules.network);
    try {
        JournalReader journal{database, rules.network};
        fresh->seq = journal.fold([&](const Event& event) {
            if (stops) throw StoreError("the daemon is stopping");
            take(*fresh, event, rules);
        });
    } catch (const std::exception& error) { // also a body that cannot be read: this thread must not end the daemon
        fresh->trouble = error.what();
    }
    return fresh;
}

void catch_up(Recomputed& fresh, const std::vector<Event>& later, const Rules& rules)
{
    for (const auto& event : later) take(fresh, event, rules);
    finish(fresh, rules);
}

} // namespace aqi::daemon
