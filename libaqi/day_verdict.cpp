#include "libaqi/day_verdict.hpp"

#include "libaqi/iaqi.hpp"

namespace aqi {
namespace {

/// The most an exact mean may be, as Mean::scaled() of a station, for the same mean rounded to be at most `steps` steps.
///
/// With x = mean / step: cut, x counts as at most k when x < k + 1; rounded half-even, when x < k + 1/2, or x is that and
/// k is even. hours_lcm is even, so both bounds are whole in units of 1/hours_lcm ng and nothing is divided.
Wide at_most_steps(std::int64_t steps, std::int64_t step_ng, ConcentrationRounding rounding)
{
    const Wide half_step = Wide{Mean::hours_lcm / 2} * step_ng;
    if (rounding == ConcentrationRounding::truncate) return half_step * 2 * (steps + 1) - 1;
    return half_step * (2 * steps + 1) - (steps % 2 == 0 ? 0 : 1);
}

/// The last step for which something holds that holds from 0 up to some step and never after; -1: for none.
template <class Holds>
std::int64_t last_step(std::int64_t step_ng, const Holds& holds)
{
    std::int64_t yes = -1, no = Concentration::max_ng / step_ng + 2; // no value rounds to more
    while (no - yes > 1) {
        const std::int64_t middle = yes + (no - yes) / 2;
        (holds(Concentration::from_ng_per_m3(middle * step_ng)) ? yes : no) = middle;
    }
    return yes;
}

} // namespace

VerdictBounds::VerdictBounds(const RulePack& pack) : pack_(&pack)
{
    for (const auto& entry : pack.day.entries) {
        const IndexTable& table = *pack.tables[index_of(entry.table)];
        Entry held{pollutant_of(entry.item), line(entry.item, table), {}};
        if (table.above == IndexTable::Above::other_item)
            held.other = line(table.other, *pack.tables[index_of(table.other)]);
        asked_.insert(held.pollutant);
        entries_.push_back(held);
    }
}

VerdictBounds::Line VerdictBounds::line(Item item, const IndexTable& table) const
{
    const std::int64_t step = pack_->step_ng[pollutant_of(item)];
    const auto bound = [&](const auto& holds) {
        const std::int64_t last = last_step(
            step, [&](Concentration rounded) { return holds(sub_index(rounded, table, pack_->index_rounding)); });
        return at_most_steps(last, step, pack_->concentration_rounding);
    };
    Line out;
    out.one_hour = item == Item::o3_1h;
    out.of_day = out.one_hour || averaging_of(item) == Averaging::day || averaging_of(item) == Averaging::eight_hours;
    out.good_at_most =
        bound([&](std::optional<int> index) { return index && *index <= pack_->level_table.good_at_most; });
    out.table_at_most = bound([](std::optional<int> index) { return index.has_value(); });
    return out;
}

void VerdictBounds::judge(PlaceDay& day, const std::optional<Mean>& ozone_1h, PollutantSet not_in_plan) const
{
    bool above = false;
    PollutantSet answered;
    for (const auto& entry : entries_) {
        const auto value_of = [&](const Line& line) -> const std::optional<Mean>& {
            return line.one_hour ? ozone_1h : day.mean[entry.pollutant];
        };
        const auto answers = [&](const Line& line) {
            return line.of_day && value_of(line) && value_of(line)->scaled() <= line.table_at_most;
        };
        // The other item is asked only above a table, never for a value that is missing.
        const Line* line = &entry.line;
        if (!answers(*line) && line->of_day && value_of(*line)) line = &entry.other;
        if (!answers(*line)) continue;
        answered.insert(entry.pollutant);
        above = above || value_of(*line)->scaled() > line->good_at_most;
    }
    const auto absent = static_cast<std::uint8_t>(asked_.bits() & ~answered.bits());
    day.absent = PollutantSet::from_bits(absent);
    day.exempt = PollutantSet::from_bits(pack_->plan_exempts ? absent & not_in_plan.bits() : 0);
    day.of_present = answered.empty() ? -1 : 0;
    const bool complete = day.absent == day.exempt && !answered.empty();
    day.verdict = above ? DayVerdict::lost : complete ? DayVerdict::good : DayVerdict::undetermined;
}

} // namespace aqi
