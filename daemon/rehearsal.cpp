#include "daemon/rehearsal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon {
namespace {

constexpr int aqi_most = 500;
constexpr int clearly = 10; // a day is so much above what a clause asks for
constexpr std::int64_t day_ms = 24 * 3'600'000;

Fault refusal(std::string why) { return Fault{Reason::refused, std::move(why)}; }

/// Days one after the other that fulfil the clause and no more.
std::vector<JudgedDay> days_of(const WarningClause& clause, LocalDay first, const WarningRules& edition)
{
    const auto day = [&](int number, int above) {
        return JudgedDay{first.plus(number), std::max(above + 1, std::min(above + clearly, aqi_most)),
                         DayBasis::forecast};
    };
    std::vector<JudgedDay> out;
    if (clause.hours > 0) {
        out.push_back(day(0, edition.spell_above));
        out.back().hours_above = {{clause.above, clause.hours}};
        return out;
    }
    const int number = std::max(1, clause.days);
    for (int n = 0; n < number; ++n)
        out.push_back(
            day(n, n >= number - clause.with_days ? std::max(clause.above, clause.with_above) : clause.above));
    return out;
}

/// A spell for which the edition calls for this level and no higher one.
Judgement spell_of(const WarningRules::LevelRule& rule, LocalDay first, const WarningRules& edition)
{
    for (const auto& clause : rule.any) {
        const auto days = days_of(clause, first, edition);
        if (auto judged = judge(days, first, edition); judged && judged->level == rule.level) return std::move(*judged);
    }
    Judgement out;
    out.level = rule.level;
    out.first = out.last = first;
    out.heavy_days = 1;
    out.highest_aqi = edition.heavy_above + clearly;
    out.clause = rule.clause;
    return out;
}

/// The next level of the edition below (-1) or above (+1) one; none: there is no such.
WarningLevel beside(WarningLevel level, int step, const WarningRules& edition)
{
    const auto& levels = edition.levels; // ascending
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (levels[i].level != level) continue;
        if (step < 0) return i == 0 ? WarningLevel::none : levels[i - 1].level;
        return i + 1 == levels.size() ? WarningLevel::none : levels[i + 1].level;
    }
    return WarningLevel::none;
}

/// One person of each bureau who may sign for the area.
void sign(Revision& revision, const std::string& area, const Network& network, Instant at)
{
    for (const auto bureau : {Bureau::environment, Bureau::meteorology})
        for (const auto& person : network.persons) {
            const Organisation* of = network.organisation_named(person.organisation);
            if (!person.may_sign || of == nullptr || of->bureau != bureau || !of->speaks_for(area)) continue;
            revision.signatures.push_back({bureau, {person.id, at}});
            break;
        }
}

/// What both bureaus would have foreseen of the spell: a text without its figures would be shorter than a real one.
ConsultationRecord record_of(const Judgement& spell, Instant now)
{
    ConsultationRecord out;
    out.at = now;
    ConsultationRecord::View view;
    view.level = spell.level;
    for (const auto& day : spell.inputs) {
        ForecastBook::Said said;
        said.day.day = day.day;
        said.day.aqi_low = said.day.aqi_high = day.aqi;
        said.day.primary = "PM2.5";
        said.day.weather = "静稳，扩散条件差";
        // About what makes such a day (HJ 633): nobody reads the figures of a rehearsal as a forecast.
        said.day.values[Pollutant::pm2_5] = ConcentrationRange{Concentration::from_ug_per_m3(day.aqi - 60),
                                                               Concentration::from_ug_per_m3(day.aqi - 40)};
        view.days.push_back(std::move(said));
    }
    out.views.push_back(std::move(view));
    return out;
}

} // namespace

notify::Letter letter_about(const Warning& warning, const Revision& revision, Mode mode, const Rules& rules)
{
    AQI_CHECK(revision.issue.has_value());
    notify::Letter out;
    out.mode = mode;
    out.id = warning.id;
    out.revision = revision.number;
    out.at = revision.issue->at;
    out.offset = rules.network.offset;
    out.warning = announce(warning, revision, rules, mode);
    return out;
}

Result<Rehearsal> rehearse(std::string_view id, WarningLevel level, RevisionKind kind, Mode mode, const Rules& rules,
                           Instant now)
{
    const Network& network = rules.network;
    const auto index = network.area_named(id);
    if (!index) {
        std::vector<std::string> known;
        for (const auto& area : network.areas) known.push_back(area.id);
        return refusal(fmt::format("there is no area {}; there are {}", id, fmt::join(known, ", ")));
    }
    const Area& area = network.areas[index->value];
    const LocalDay today = day_at(now, network.offset);
    const WarningRules* edition = rules.warning(area, today);
    if (edition == nullptr) return refusal("no warning standards are in force on this day");
    std::vector<std::string_view> levels;
    for (const auto& rule : edition->levels) levels.push_back(warning_level_name(rule.level));
    const auto rule =
        std::find_if(edition->levels.begin(), edition->levels.end(), [&](const auto& of) { return of.level == level; });
    if (rule == edition->levels.end())
        return refusal(fmt::format("{} has no level {}; it has {}", edition->id, warning_level_name(level),
                                   fmt::join(levels, ", ")));
    const bool ends = ends_warning(kind);
    WarningLevel previous = WarningLevel::none;
    if (ends) previous = level;
    if (kind == RevisionKind::upgrade || kind == RevisionKind::downgrade) {
        const bool up = kind == RevisionKind::upgrade;
        previous = beside(level, up ? -1 : 1, *edition);
        if (previous == WarningLevel::none)
            return refusal(fmt::format("{} has no level {} {}: nothing is {}d to it", edition->id,
                                       up ? "below" : "above", warning_level_name(level), revision_kind_name(kind)));
    }

    Warning warning;
    warning.id = fmt::format("{}-{}-000", area.id, today.year());
    warning.area = area.id;
    const auto next_hour = [&](Instant at) { return last_hour_over(at, network.offset).plus(1); };
    const auto coming_midnight = [&](Instant at) {
        return std::max(HourEnding::of(day_at(at, network.offset), 24), next_hour(at));
    };
    const auto push = [&](RevisionKind step, WarningLevel to, WarningLevel from, Instant at, HourEnding effective,
                          Judgement judgement) {
        Revision revision;
        revision.number = static_cast<int>(warning.revisions.size()) + 1;
        revision.kind = step;
        revision.level = to;
        revision.previous = from;
        revision.effective = effective;
        revision.record = record_of(judgement, at);
        revision.judgement = std::move(judgement);
        revision.rules = edition->id;
        revision.proposed_at = at;
        revision.state = RevisionState::issued;
        revision.issue = Act{"", at};
        sign(revision, area.id, network, at);
        warning.revisions.push_back(std::move(revision));
    };
    const auto raise = [&](WarningLevel to, Instant at) {
        const auto of =
            std::find_if(edition->levels.begin(), edition->levels.end(), [&](const auto& r) { return r.level == to; });
        const HourEnding effective = coming_midnight(at);
        push(RevisionKind::raise, to, WarningLevel::none, at, effective,
             spell_of(*of, effective.plus(1).day(), *edition));
    };
    Rehearsal out;
    if (ends) {
        raise(level, Instant{now.ms - day_ms});
        out.ends = letter_about(warning, warning.revisions.back(), mode, rules);
        Judgement relief;
        relief.first = today.plus(1);
        relief.last = relief.first.plus(edition->lift_days() - 1);
        relief.clause = kind == RevisionKind::lift ? edition->lift_clause : "";
        push(kind, WarningLevel::none, level, now, next_hour(now), std::move(relief));
    } else if (kind == RevisionKind::raise) {
        raise(level, now);
    } else {
        raise(previous, Instant{now.ms - day_ms});
        const HourEnding effective = coming_midnight(now);
        push(kind, level, previous, now, effective, spell_of(*rule, effective.plus(1).day(), *edition));
    }
    out.letter = letter_about(warning, warning.revisions.back(), mode, rules);
    return out;
}

} // namespace aqi::daemon
