#include "libaqi/warning_rules.hpp"

#include <algorithm>

namespace aqi {
namespace {

bool holds(const WarningClause& clause, std::span<const JudgedDay> spell)
{
    if (clause.hours > 0)
        return std::any_of(spell.begin(), spell.end(), [&](const JudgedDay& day) {
            return std::any_of(day.hours_above.begin(), day.hours_above.end(), [&](const auto& run) {
                return run.first == clause.above && run.second >= clause.hours;
            });
        });
    // 持续: days one after the other, for the run and for the worse run inside it. The inner run may come early in the
    // outer one, so its longest is remembered.
    int run = 0;
    int inner = 0;
    int inner_longest = 0;
    for (const auto& day : spell) {
        if (day.aqi <= clause.above) { // an unknown day has -1: it breaks a run, for nothing proves it went on
            run = inner = inner_longest = 0;
            continue;
        }
        ++run;
        inner = clause.with_days > 0 && day.aqi > clause.with_above ? inner + 1 : 0;
        inner_longest = std::max(inner_longest, inner);
        if (run >= clause.days && inner_longest >= clause.with_days) return true;
    }
    return false;
}

int severe_above(const WarningRules& rules)
{
    int above = rules.heavy_above;
    for (const auto& level : rules.levels)
        for (const auto& clause : level.any) above = std::max(above, clause.with_days > 0 ? clause.with_above : 0);
    return above;
}

/// Whether what lies between two heavy days separates two spells: relief that would have permitted lifting, or so long
/// a stretch of unknown days that nothing links them.
bool separates(std::span<const JudgedDay> between, const WarningRules& rules)
{
    int relief = 0;
    int unknown = 0;
    for (const auto& day : between) {
        const bool known = day.basis != DayBasis::unknown;
        relief = known && day.aqi <= rules.lift_at_most ? relief + 1 : 0;
        unknown = known ? 0 : unknown + 1;
        if (relief >= rules.lift_days() || unknown >= rules.lift_days()) return true;
    }
    return false;
}

Judgement describe(std::span<const JudgedDay> spell, const WarningRules& rules)
{
    Judgement out;
    out.first = spell.front().day;
    out.last = spell.back().day;
    out.inputs.assign(spell.begin(), spell.end());
    const int severe = severe_above(rules);
    for (const auto& day : spell) {
        out.heavy_days += day.aqi > rules.heavy_above ? 1 : 0;
        out.severe_days += day.aqi > severe ? 1 : 0;
        out.highest_aqi = std::max(out.highest_aqi, day.aqi);
    }
    for (const auto& level : rules.levels) { // ascending: the highest that holds stays
        const bool any =
            std::any_of(level.any.begin(), level.any.end(), [&](const auto& clause) { return holds(clause, spell); });
        if (!any) continue;
        out.level = level.level;
        out.clause = level.clause;
    }
    return out;
}

} // namespace

std::string_view day_basis_name(DayBasis basis)
{
    switch (basis) {
    case DayBasis::unknown: return "unknown";
    case DayBasis::observed: return "observed";
    case DayBasis::forecast: return "forecast";
    }
    return "";
}

std::string_view set_apart_name(SetApart apart)
{
    switch (apart) {
    case SetApart::no: return "no";
    case SetApart::dust: return "dust";
    case SetApart::ozone: return "ozone";
    }
    return "";
}

WarningLevel level_of(std::span<const int> aqi, const WarningRules& rules)
{
    std::vector<JudgedDay> days;
    for (const int value : aqi)
        days.push_back({LocalDay{static_cast<std::int32_t>(days.size())}, value, DayBasis::forecast});
    WarningLevel out = WarningLevel::none;
    for (const auto& level : rules.levels)
        if (std::any_of(level.any.begin(), level.any.end(), [&](const auto& clause) { return holds(clause, days); }))
            out = level.level;
    return out;
}

std::optional<Judgement> judge(std::span<const JudgedDay> days, LocalDay today, const WarningRules& rules)
{
    std::size_t i = 0;
    while (i < days.size()) {
        if (days[i].aqi <= rules.spell_above) {
            ++i;
            continue;
        }
        const std::size_t first = i;
        std::size_t last = i;
        for (std::size_t next = i + 1; next < days.size(); ++next) {
            if (days[next].aqi <= rules.spell_above) continue;
            if (separates(days.subspan(last + 1, next - last - 1), rules)) break;
            last = next;
        }
        if (days[last].day >= today) return describe(days.subspan(first, last - first + 1), rules);
        i = last + 1;
    }
    return std::nullopt;
}

std::optional<LocalDay> relief_from(std::span<const JudgedDay> days, LocalDay today, const WarningRules& rules)
{
    int run = 0;
    for (const auto& day : days) {
        if (day.day < today) continue;
        if (day.aqi > rules.spell_above) return std::nullopt;
        run = day.basis != DayBasis::unknown && day.aqi <= rules.lift_at_most ? run + 1 : 0;
        if (run >= rules.lift_days()) return day.day.plus(1 - run);
    }
    return std::nullopt;
}

std::optional<Judgement> judge_blocks(HourEnding first, HourEnding last, const BlockAqi& aqi, LocalDay today,
                                      const WarningRules& rules)
{
    std::optional<Judgement> out;
    for (int begins_after = 0; begins_after < 24; ++begins_after) {
        std::vector<JudgedDay> blocks;
        // A block is named by the day on which it begins, so that blocks are as consecutive as days are.
        LocalDay day = first.day();
        for (; HourEnding::of(day, begins_after + 24) <= last; day = day.plus(1)) {
            const auto block = aqi(HourEnding::of(day, begins_after + 24));
            blocks.push_back({day, block.aqi, block.basis});
        }
        // A block that began yesterday and is not over is today's, too.
        const LocalDay still = begins_after > 0 ? today.plus(-1) : today;
        auto judged = judge(blocks, still, rules);
        if (!judged || (out && judged->level <= out->level)) continue;
        out = std::move(judged);
        out->begins_after = begins_after;
    }
    return out;
}

} // namespace aqi
