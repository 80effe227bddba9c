#include "daemon/web/read_episodes.hpp"

#include "daemon/web/read_parts.hpp"
#include "libaqi/statistics.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr int heavy_level = 5; ///< 重度污染, where no edition of the warning rules is in force

/// A run of heavy days.
struct Spell {
    struct Day {
        LocalDay day;
        int aqi = 0;
        int level = 0;
        ItemSet primary;
    };
    std::vector<Day> days;

    LocalDay first() const { return days.front().day; }
    LocalDay last() const { return days.back().day; }
    const Day& peak() const
    {
        return *std::max_element(days.begin(), days.end(), [](const Day& a, const Day& b) { return a.aqi < b.aqi; });
    }
};

/// From when to when a warning was somebody's concern: from its first proposal to its end; absent: it has not ended.
struct Span {
    Instant first;
    std::optional<Instant> last;
};

std::optional<Instant> end_of(const Warning& w, UtcOffset offset)
{
    if (w.ended) return w.ended;
    for (const auto& r : w.revisions)
        if (r.issue && ends_warning(r.kind)) return r.effective.instant(offset);
    if (!w.closed() || w.revisions.empty()) return std::nullopt;
    return w.revisions.back().moved_at; // withdrawn or dismissed before anything was issued
}

Span span_of(const Warning& w, UtcOffset offset) { return {w.revisions.front().proposed_at, end_of(w, offset)}; }

bool touches(const Span& span, LocalDay first, LocalDay last, UtcOffset offset)
{
    const Instant begin = HourEnding::of(first, 0).instant(offset), end = HourEnding::of(last, 24).instant(offset);
    return span.first <= end && (!span.last || begin <= *span.last);
}

class Episodes {
public:
    Episodes(AreaIndex area, int year, const ReadSources& sources)
        : rules_(sources.config->rules),
          network_(rules_.network),
          area_(network_.areas[area.value]),
          place_(network_.place(area)),
          year_(year),
          sources_(sources),
          state_(sources.turns->state())
    {}

    json::object answer()
    {
        const auto closed = state_.last_closed_day();
        const LocalDay first = LocalDay::from_ymd(year_, 1, 1);
        std::optional<LocalDay> through;
        if (closed && first <= *closed) through = std::min(*closed, LocalDay::from_ymd(year_, 12, 31));
        json::array spells, warnings;
        if (through)
            for (const auto& spell : spells_of(first, *through)) spells.push_back(spell_json(spell));
        for (const auto& w : state_.warnings())
            if (w.area == area_.id && !w.revisions.empty() &&
                touches(span_of(w, network_.offset), first, LocalDay::from_ymd(year_, 12, 31), network_.offset))
                warnings.push_back(warning_json(w));
        json::object out{{"ok", true}, {"area", area_.id}, {"name", area_.name}, {"year", year_}};
        out["through"] = date_or_null(through);
        out["heavy_above"] = heavy_above(through.value_or(first));
        out["quality"] = review_level_name(least_reviewed(first, through));
        out["spells"] = std::move(spells);
        out["warnings"] = std::move(warnings);
        return out;
    }

private:
    int heavy_above(LocalDay day) const
    {
        if (const WarningRules* edition = rules_.warning(area_, day)) return edition->heavy_above;
        const RulePack* pack = rules_.pack(day);
        return pack != nullptr ? pack->level_table.upto[heavy_level - 2] : index_max;
    }

    /// A run that began before the year, or goes on after it, is told whole.
    std::vector<Spell> spells_of(LocalDay first, LocalDay last) const
    {
        while (is_heavy(first) && is_heavy(first.plus(-1))) first = first.plus(-1);
        while (is_heavy(last) && is_heavy(last.plus(1))) last = last.plus(1);
        // Days that are no longer in memory stand in the record.
        std::map<LocalDay, DayFigure> old;
        const auto kept = state_.ledger(place_).first_kept();
        if (kept && first < *kept)
            for (auto& f : sources_.store->page_reads().days(place_, first, std::min(last, kept->plus(-1))))
                old.emplace(f.day, std::move(f));
        std::vector<Spell> out;
        bool running = false;
        for (LocalDay day = first; day <= last; day = day.plus(1)) {
            const auto seen = day_of(day, old);
            const bool heavy = seen && seen->aqi > heavy_above(day);
            if (heavy && !running) out.emplace_back();
            if (heavy) out.back().days.push_back(*seen);
            running = heavy;
        }
        return out;
    }

    bool is_heavy(LocalDay day) const
    {
        const PlaceDay* closed = state_.ledger(place_).day(day);
        return closed != nullptr && closed->aqi > heavy_above(day);
    }

    std::optional<Spell::Day> day_of(LocalDay day, const std::map<LocalDay, DayFigure>& old) const
    {
        if (const auto found = old.find(day); found != old.end()) {
            const IndexResult& index = found->second.index;
            if (!index.aqi) return std::nullopt;
            return Spell::Day{day, *index.aqi, index.level, index.primary};
        }
        const PlaceDay* closed = state_.ledger(place_).day(day);
        const RulePack* pack = rules_.pack(day);
        if (closed == nullptr || closed->aqi < 0 || pack == nullptr) return std::nullopt;
        return Spell::Day{day, closed->aqi, level_of(closed->aqi, pack->level_table), closed->primary};
    }

    json::object spell_json(const Spell& spell) const
    {
        const Spell::Day& peak = spell.peak();
        const PeriodStatistics means =
            statistics(state_, place_, spell.first(), spell.last(), DustForm::as_measured, rules_);
        json::array inputs, warnings;
        for (const auto& d : spell.days)
            inputs.push_back(json::object{{"date", format_day(d.day)}, {"aqi", d.aqi}, {"level", d.level}});
        for (const auto& w : state_.warnings())
            if (w.area == area_.id && !w.revisions.empty() &&
                touches(span_of(w, network_.offset), spell.first(), spell.last(), network_.offset))
                warnings.push_back(json::value(w.id));
        json::object out{{"first", format_day(spell.first())},
                         {"last", format_day(spell.last())},
                         {"days", spell.days.size()},
                         {"ongoing", state_.last_closed_day() == spell.last()},
                         {"peak", json::object{{"date", format_day(peak.day)},
                                               {"aqi", peak.aqi},
                                               {"level", peak.level},
                                               {"primary", primary_zh(peak.primary)}}},
                         {"unit", display_unit(Pollutant::pm2_5)}};
        out["mean_pm2_5"] = amount(means.of[Pollutant::pm2_5].published, Pollutant::pm2_5);
        out["inputs"] = std::move(inputs);
        out["edition"] = edition_or_null(rules_.pack(spell.last()));
        out["warnings"] = std::move(warnings);
        return out;
    }

    json::object warning_json(const Warning& w) const
    {
        WarningLevel highest = WarningLevel::none;
        std::optional<Instant> first;
        json::array revisions;
        for (const auto& r : w.revisions) {
            if (r.issue) {
                highest = std::max(highest, r.level);
                if (!first) first = r.effective.instant(network_.offset);
            }
            json::object o{{"number", r.number},
                           {"kind", revision_kind_name(r.kind)},
                           {"kind_zh", revision_kind_zh(r.kind)},
                           {"level", warning_level_name(r.level)},
                           {"level_zh", warning_level_zh(r.level)},
                           {"state", revision_state_name(r.state)},
                           {"origin", origin_name(r.origin)},
                           {"rules", r.rules},
                           {"clause", r.judgement.clause},
                           {"emergency", r.emergency},
                           {"proposed_at", format_instant(r.proposed_at, network_.offset)},
                           {"effective", format_instant(r.effective.instant(network_.offset), network_.offset)}};
            o["issued_at"] = moment_or_null(r.issue ? std::optional{r.issue->at} : std::nullopt, network_.offset);
            o["until"] = moment_or_null(r.until ? std::optional{r.until->instant(network_.offset)} : std::nullopt,
                                        network_.offset);
            revisions.push_back(std::move(o));
        }
        json::object out{{"id", w.id},
                         {"highest", warning_level_name(highest)},
                         {"highest_zh", warning_level_zh(highest)},
                         {"in_force", w.level() != WarningLevel::none && !w.closed()}};
        out["first"] = moment_or_null(first, network_.offset);
        out["last"] = moment_or_null(first ? end_of(w, network_.offset) : std::nullopt, network_.offset);
        out["revisions"] = std::move(revisions);
        return out;
    }

    ReviewLevel least_reviewed(LocalDay first, std::optional<LocalDay> through) const
    {
        ReviewLevel out = through ? ReviewLevel::ratified : ReviewLevel::preliminary;
        for (LocalDay day = first; through && day <= *through && out != ReviewLevel::preliminary; day = day.plus(1))
            out = std::min(out, state_.reviewed(place_, day, rules_));
        return out;
    }

    const Rules& rules_;
    const Network& network_;
    const Area& area_;
    const PlaceIndex place_;
    const int year_;
    const ReadSources& sources_;
    const State& state_;
};

} // namespace

Reply read_episodes(const Query& query, const ReadSources& sources)
{
    query.only({"area", "year"});
    const AreaIndex area = area_asked(query, "area", sources.config->rules.network);
    const LocalDay closed = closed_day(sources.turns->state());
    return json_reply(json::serialize(Episodes{area, year_asked(query, closed.year()), sources}.answer()));
}

} // namespace aqi::daemon::web
