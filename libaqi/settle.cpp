// The half of the engine that makes figures; the story is in engine.hpp.
#include "libaqi/engine.hpp"

#include "libaqi/format_figures.hpp"
#include "libaqi/nowcast.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace aqi {
namespace {

constexpr std::array<Item, pollutant_count> hour_items = {Item::so2_1h, Item::no2_1h, Item::pm10_1h,
                                                          Item::co_1h,  Item::o3_1h,  Item::pm2_5_1h};
constexpr std::array<Item, pollutant_count> day_items = {Item::so2_24h, Item::no2_24h, Item::pm10_24h,
                                                         Item::co_24h,  Item::o3_8h,   Item::pm2_5_24h};

/// The mean as the index sees it: rounded once, from the exact fraction.
std::optional<Concentration> for_index(const std::optional<Mean>& mean, Pollutant p, const RulePack& pack)
{
    if (!mean) return std::nullopt;
    return round_for_index(*mean, p, pack);
}

IndexResult day_index(const DayMeans& means, const RulePack& pack, PollutantSet not_in_plan)
{
    IndexInputs inputs;
    for (const auto p : all_pollutants) inputs[day_items[index_of(p)]] = for_index(means.mean[p], p, pack);
    inputs[Item::o3_1h] = for_index(means.ozone_1h, Pollutant::o3, pack);
    return make_index(inputs, pack, Report::day, pack.missing, not_in_plan);
}

DayVerdict verdict(const IndexResult& index, const LevelTable& levels)
{
    if (index.of_present && *index.of_present > levels.good_at_most) return DayVerdict::lost;
    if (index.complete && index.aqi) return DayVerdict::good;
    return DayVerdict::undetermined;
}

} // namespace

IndexResult block_index(const State& state, PlaceIndex place, HourEnding last, const Rules& rules)
{
    const RulePack* pack = rules.pack(last.day());
    if (pack == nullptr) return {};
    const auto of_station = [&](StationIndex index) {
        DayHours block;
        for (int i = 1; i <= 24; ++i) {
            const HourEnding hour = last.plus(i - 24);
            const DayHours* day = state.station(index).day(hour.day());
            const int of_day = hour.hour_of_day();
            for (const auto p : all_pollutants)
                if (day != nullptr && day->received(p, of_day))
                    block.set(p, i, day->value(p, of_day), day->flag(p, of_day));
        }
        return station_day(block, pack->validity);
    };
    const auto area = rules.network.area_of(place);
    const auto exempt = rules.network.exempt(place, last.day());
    if (!area) return day_index(of_station(StationIndex{place.value}), *pack, exempt);
    std::vector<DayMeans> sites;
    for (const auto station : rules.network.areas[area->value].sites(last.day())) sites.push_back(of_station(station));
    std::vector<const DayMeans*> pointers;
    for (const auto& site : sites) pointers.push_back(&site);
    return day_index(area_day(pointers, pack->validity), *pack, exempt);
}

DayMeans day_means(const State& state, PlaceIndex place, LocalDay day, const Rules& rules)
{
    const RulePack* pack = rules.pack(day);
    if (pack == nullptr) return {};
    const auto of_station = [&](StationIndex index) {
        static const DayHours nothing;
        const StationHours& station = state.station(index);
        const DayHours* hours = station.day(day);
        DayMeans means = station_day(hours != nullptr ? *hours : nothing, pack->validity);
        const auto stated = station.stated.find(day);
        if (stated != station.stated.end())
            fill_from_archive(means, stated->second, hours != nullptr ? *hours : nothing);
        return means;
    };
    const auto area = rules.network.area_of(place);
    if (!area) return of_station(StationIndex{place.value});
    std::vector<DayMeans> sites;
    for (const auto station : rules.network.areas[area->value].sites(day)) sites.push_back(of_station(station));
    std::vector<const DayMeans*> pointers;
    for (const auto& site : sites) pointers.push_back(&site);
    return area_day(pointers, pack->validity);
}

namespace {

DayFigure figure_of(const DayMeans& means, PlaceIndex place, LocalDay day, const Rules& rules)
{
    DayFigure out;
    out.place = place;
    out.day = day;
    const RulePack* pack = rules.pack(day);
    if (pack == nullptr) return out;
    out.pack = pack->id;
    out.valid = means.valid;
    out.sites = means.sites;
    for (const auto p : all_pollutants)
        if (means.mean[p]) out.value[p] = means.mean[p]->rounded(1);
    out.index = day_index(means, *pack, rules.network.exempt(place, day));
    out.verdict = verdict(out.index, pack->level_table);
    return out;
}

} // namespace

DayFigure day_figure(const State& state, PlaceIndex place, LocalDay day, const Rules& rules)
{
    return figure_of(day_means(state, place, day, rules), place, day, rules);
}

namespace {

std::optional<Concentration> value_at(const StationHours& station, Pollutant p, HourEnding hour)
{
    const DayHours* day = station.day(hour.day());
    if (day == nullptr) return std::nullopt;
    return day->value(p, hour.hour_of_day());
}

/// An item of a place's hour that looks at the hours behind it: of an area the mean over what its sites made of theirs.
std::optional<Mean> item_behind(const State& state, const Network& network, PlaceIndex place, HourEnding hour,
                                Item item, const Validity& validity)
{
    const auto of_station = [&](StationIndex station) {
        std::array<std::optional<Concentration>, hours_behind_most> behind;
        const auto hours = std::span{behind}.first(static_cast<std::size_t>(hours_of(item, validity)));
        for (std::size_t back = 0; back < hours.size(); ++back)
            hours[back] = value_at(state.station(station), pollutant_of(item), hour.plus(-static_cast<int>(back)));
        return item_of(item, hours, validity);
    };
    const auto area = network.area_of(place);
    if (!area) return of_station(StationIndex{place.value});
    std::vector<std::optional<Mean>> sites;
    for (const auto station : network.areas[area->value].sites(hour.day())) sites.push_back(of_station(station));
    return area_mean(sites, validity);
}

constexpr bool looks_back(Item item) { return averaging_of(item) != Averaging::hour; }

/// How many hours a real-time report is made from, and the hours its tables send a value to that lies above them.
struct Reach {
    int report = 1;
    int above_table = 1;
};

Reach reach_of(const RulePack& pack)
{
    Reach out;
    for (const auto& entry : pack.hour.entries) {
        out.report = std::max(out.report, hours_of(entry.item, pack.validity));
        const IndexTable& table = *pack.tables[index_of(entry.table)];
        if (table.above == IndexTable::Above::other_item)
            out.above_table = std::max(out.above_table, hours_of(table.other, pack.validity));
    }
    return out;
}

} // namespace

HourFigure hour_figure(const State& state, PlaceIndex place, HourEnding hour, const Rules& rules)
{
    HourFigure out;
    out.place = place;
    out.hour = hour;
    const RulePack* pack = rules.pack(hour.day());
    const auto area = rules.network.area_of(place);
    const auto stations = area ? rules.network.areas[area->value].sites(hour.day())
                               : std::vector<StationIndex>{StationIndex{place.value}};
    IndexInputs inputs;
    std::vector<std::optional<Concentration>> sites;
    for (const auto p : all_pollutants) {
        std::optional<Mean> mean;
        if (!area) {
            if (const auto value = value_at(state.station(StationIndex{place.value}), p, hour)) mean = Mean::of(*value);
        } else if (pack != nullptr) {
            sites.clear();
            for (const auto station : stations) sites.push_back(value_at(state.station(station), p, hour));
            mean = area_hour(sites, pack->validity);
        }
        if (!mean) continue;
        out.value[p] = mean->rounded(1);
        if (pack != nullptr) inputs[hour_items[index_of(p)]] = round_for_index(*mean, p, *pack);
    }
    if (pack == nullptr) return out;
    // Sliding means and NowCast only where this report asks for them, or a table that this hour's value lies above.
    const auto add = [&](Item item) {
        if (!looks_back(item)) return;
        const auto mean = item_behind(state, rules.network, place, hour, item, pack->validity);
        inputs[item] = for_index(mean, pollutant_of(item), *pack);
    };
    for (const auto& entry : pack->hour.entries) {
        add(entry.item);
        const IndexTable& table = *pack->tables[index_of(entry.table)];
        const auto& value = inputs[entry.item];
        if (table.above == IndexTable::Above::other_item && value && value->ng_per_m3() > table.bands.back().high_ng)
            add(table.other);
    }
    out.index = make_index(inputs, *pack, Report::hour, pack->missing, rules.network.exempt(place, hour.day()));
    return out;
}

void year_figures(const State& state, PlaceIndex place, int year, const Rules& rules, Figures& out)
{
    const PlaceLedger& ledger = state.ledger(place);
    const YearLedger* days = ledger.year(year);
    if (days == nullptr) return;
    const RulePack* pack = rules.pack(*days->through());
    if (pack == nullptr) return;
    // Targets bind areas; a station has means and good days, and nobody's career hangs on one.
    const auto area = rules.network.area_of(place);
    const Target* target = area ? rules.book.target(rules.network.areas[area->value].id, year) : nullptr;
    ledger.annual(place, year, *pack, target, out.annual);
    out.good_days.push_back(ledger.good_days(place, year, *pack, target));
}

/// Brings days, years and rows up to date. A class only to be State's friend.
class Settler {
public:
    Settler(State& state, const Rules& rules, Figures* figures) : state_(state), rules_(rules), figures_(figures) {}

    void settle()
    {
        if (wants_all()) settle_hours();
        // Late values first: what they change is held against the same closed days as before.
        settle_late_days();
        settle_closed_days();
        if (wants_all())
            for (const auto& [place, year] : years_) year_figures(state_, place, year, rules_, *figures_);
        state_.closed_hours_.clear();
        state_.closed_days_.clear();
        state_.late_hours_.clear();
        state_.late_days_.clear();
    }

private:
    bool wants_all() const { return figures_ != nullptr && !figures_->days_only; }

    void settle_hours()
    {
        for (const auto hour : state_.closed_hours_)
            for (std::uint32_t place = 0; place < rules_.network.places(); ++place)
                figures_->hours.push_back(hour_figure(state_, PlaceIndex{place}, hour, rules_));
        for (const auto& [hour, station] : state_.late_hours_)
            if (!closed_now(hour))
                for (const auto place : touched_by(station, hour.day()))
                    figures_->hours.push_back(hour_figure(state_, place, hour, rules_));
        settle_later_hours();
    }

    /// Later hours see a late value too, in their sliding means: all that reach back so far where the report asks for such
    /// means, and elsewhere the few whose own value lies above a table.
    void settle_later_hours()
    {
        std::map<std::pair<HourEnding, PlaceIndex>, bool> later; // whether it is one of the few
        for (const auto& [hour, station] : state_.late_hours_)
            for (int ahead = 1; ahead < hours_behind_most && hour.plus(ahead) <= *state_.last_closed_; ++ahead) {
                const HourEnding sees = hour.plus(ahead);
                const RulePack* pack = rules_.pack(sees.day());
                const Reach reach = pack != nullptr ? reach_of(*pack) : Reach{};
                if (ahead >= std::max(reach.report, reach.above_table)) continue;
                for (const auto place : touched_by(station, sees.day()))
                    if (ahead < reach.report)
                        later[{sees, place}] = false;
                    else
                        later.try_emplace({sees, place}, true);
            }
        for (const auto& [row, only_above_table] : later) {
            const auto& [hour, place] = row;
            if (closed_now(hour) || late_itself(hour, place)) continue;
            HourFigure figure = hour_figure(state_, place, hour, rules_);
            if (!only_above_table || went_elsewhere(figure.index)) figures_->hours.push_back(std::move(figure));
        }
    }

    bool closed_now(HourEnding hour) const
    {
        return std::find(state_.closed_hours_.begin(), state_.closed_hours_.end(), hour) != state_.closed_hours_.end();
    }

    bool late_itself(HourEnding hour, PlaceIndex place) const
    {
        const auto area = rules_.network.area_of(place);
        if (!area) return state_.late_hours_.contains({hour, StationIndex{place.value}});
        const auto stations = rules_.network.areas[area->value].sites(hour.day());
        return std::any_of(stations.begin(), stations.end(), [&](StationIndex s) {
            return state_.late_hours_.contains({hour, s});
        });
    }

    /// Whether a value above its table sent the reader to another averaging time.
    static bool went_elsewhere(const IndexResult& index)
    {
        if (index.note == IndexNote::above_table) return true;
        for (std::size_t i = 0; i < item_count; ++i)
            if (index.iaqi[i] >= 0 && looks_back(static_cast<Item>(i))) return true;
        return false;
    }

    /// A whole day: every station once, and the areas from what was found.
    void settle_closed_days()
    {
        for (const auto day : state_.closed_days_) {
            std::vector<DayMeans> stations;
            for (std::uint32_t s = 0; s < rules_.network.stations.size(); ++s) {
                stations.push_back(day_means(state_, PlaceIndex{s}, day, rules_));
                close(PlaceIndex{s}, day, stations.back());
            }
            for (std::uint32_t a = 0; a < rules_.network.areas.size(); ++a)
                close(rules_.network.place(AreaIndex{a}), day, area_means(AreaIndex{a}, stations, day));
        }
    }

    void settle_late_days()
    {
        std::set<std::pair<PlaceIndex, LocalDay>> touched;
        for (const auto& [day, station] : state_.late_days_) {
            if (std::find(state_.closed_days_.begin(), state_.closed_days_.end(), day) != state_.closed_days_.end())
                continue;
            for (const auto place : touched_by(station, day)) touched.emplace(place, day);
        }
        std::map<std::pair<PlaceIndex, int>, Figures> before;
        if (wants_all())
            for (const auto& [place, day] : touched) {
                auto& figures = before[{place, day.year()}];
                if (figures.empty()) year_figures(state_, place, day.year(), rules_, figures);
            }
        for (const auto& [place, day] : touched) close(place, day, day_means(state_, place, day, rules_));
        for (const auto& [key, figures] : before) {
            Figures after;
            year_figures(state_, key.first, key.second, rules_, after);
            compare_years(figures, after, rules_, figures_->changes);
        }
    }

    DayMeans area_means(AreaIndex area, const std::vector<DayMeans>& stations, LocalDay day) const
    {
        const RulePack* pack = rules_.pack(day);
        if (pack == nullptr) return {};
        std::vector<const DayMeans*> sites;
        for (const auto station : rules_.network.areas[area.value].sites(day))
            sites.push_back(&stations[station.value]);
        return area_day(sites, pack->validity);
    }

    void close(PlaceIndex place, LocalDay day, const DayMeans& means)
    {
        const DayFigure figure = figure_of(means, place, day, rules_);
        PlaceDay kept;
        kept.closed = true;
        kept.mean = means.mean;
        kept.verdict = figure.verdict;
        kept.aqi = static_cast<std::int16_t>(figure.index.aqi.value_or(-1));
        kept.of_present = static_cast<std::int16_t>(figure.index.of_present.value_or(-1));
        kept.primary = figure.index.primary;
        kept.absent = figure.index.absent;
        kept.exempt = figure.index.exempt;
        kept.sites = means.sites;
        PlaceLedger& ledger = state_.ledgers_[place.value];
        if (wants_all())
            if (const PlaceDay* before = ledger.day(day))
                compare_days(place, day, *before, kept, rules_, figures_->changes);
        if (!ledger.put(day, kept, rules_.ledger_days)) return;
        years_.emplace(place, day.year());
        // A corrected day of a past year moves the trailing window of the year that is running.
        const auto last = state_.ledgers_[place.value].last_closed();
        if (last) years_.emplace(place, last->year());
        if (figures_ != nullptr) figures_->days.push_back(figure);
    }

    std::vector<PlaceIndex> touched_by(StationIndex station, LocalDay day) const
    {
        std::vector<PlaceIndex> out{rules_.network.place(station)};
        for (std::uint32_t a = 0; a < rules_.network.areas.size(); ++a) {
            const auto& members = rules_.network.areas[a].members;
            if (std::any_of(members.begin(), members.end(), [&](const Membership& m) {
                    return m.station == station && m.role == SiteRole::evaluation && m.covers(day);
                }))
                out.push_back(rules_.network.place(AreaIndex{a}));
        }
        return out;
    }

    State& state_;
    const Rules& rules_;
    Figures* figures_;
    std::set<std::pair<PlaceIndex, int>> years_;
};

void settle(State& state, const Rules& rules, Figures* figures)
{
    if (!state.settled()) Settler{state, rules, figures}.settle();
}

} // namespace aqi
