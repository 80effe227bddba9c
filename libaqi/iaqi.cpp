#include "libaqi/iaqi.hpp"

#include "libaqi/rounding.hpp"

#include <algorithm>

namespace aqi {
namespace {

/// HJ 633: a primary pollutant is named only above this level's upper end (level 一级).
bool names_primary(int aqi, const LevelTable& levels) { return aqi > levels.upto[0]; }

/// All values of one pollutant share a token, but ozone's 8-hour value has its own.
std::string joined(ItemSet primary, std::string_view separator, std::string_view ozone_8h)
{
    std::string out;
    const auto add = [&](std::string_view token) {
        if (!out.empty()) out += separator;
        out += token;
    };
    for (const auto p : all_pollutants) {
        bool named = false;
        for (std::size_t i = 0; i < item_count; ++i) {
            const auto item = static_cast<Item>(i);
            named = named || (item != Item::o3_8h && pollutant_of(item) == p && primary.contains(item));
        }
        if (named) add(pollutant_label(p));
        if (p == Pollutant::o3 && primary.contains(Item::o3_8h)) add(ozone_8h);
    }
    return out;
}

} // namespace

std::string_view index_note_name(IndexNote note)
{
    switch (note) {
    case IndexNote::none: return "";
    case IndexNote::no_valid_pollutant: return "no_valid_pollutant";
    case IndexNote::incomplete: return "incomplete_and_not_above_100";
    case IndexNote::above_table: return "above_table";
    }
    return "";
}

std::optional<int> sub_index(Concentration rounded, const IndexTable& table, IndexRounding rounding)
{
    const std::int64_t c = rounded.ng_per_m3();
    const auto& bands = table.bands;
    std::size_t i = 0;
    while (i + 1 < bands.size() && c > bands[i].high_ng) ++i;
    const IndexBand& band = bands[i];
    if (c > band.high_ng) {
        switch (table.above) {
        case IndexTable::Above::top: return band.high_index;
        case IndexTable::Above::fixed: return table.fixed;
        case IndexTable::Above::other_item: return std::nullopt;
        case IndexTable::Above::extend: break;
        }
    }
    // Equation (1): IAQI = (IAQIhi - IAQIlo) / (BPhi - BPlo) x (C - BPlo) + IAQIlo.
    const Wide rise = Wide{band.high_index - band.low_index} * std::max<std::int64_t>(c - band.low_ng, 0);
    const Wide run = band.high_ng - band.low_ng;
    const std::int64_t rounded_rise = rounding == IndexRounding::up ? round_up(rise, run) : round_half_up(rise, run);
    return static_cast<int>(std::min<std::int64_t>(band.low_index + rounded_rise, index_max));
}

Concentration round_for_index(Concentration value, Pollutant pollutant, const RulePack& pack)
{
    const std::int64_t step = pack.step_ng[pollutant];
    const std::int64_t steps = pack.concentration_rounding == ConcentrationRounding::truncate
                                   ? round_down(value.ng_per_m3(), step)
                                   : round_half_even(value.ng_per_m3(), step);
    return Concentration::from_ng_per_m3(steps * step);
}

Concentration round_for_index(const Mean& mean, Pollutant pollutant, const RulePack& pack)
{
    return pack.concentration_rounding == ConcentrationRounding::truncate ? mean.rounded_down(pack.step_ng[pollutant])
                                                                          : mean.rounded(pack.step_ng[pollutant]);
}

int level_of(int aqi, const LevelTable& levels)
{
    const auto* found = std::lower_bound(levels.upto.begin(), levels.upto.end(), aqi);
    return static_cast<int>(found - levels.upto.begin()) + 1;
}

IndexResult make_index(const IndexInputs& inputs, const RulePack& pack, Report report, MissingRule rule,
                       PollutantSet not_in_plan)
{
    IndexResult out;
    out.iaqi.fill(-1);
    PerPollutant<bool> asked{};
    PerPollutant<bool> answered{};
    const auto evaluate = [&](Item item, Item table_of) -> std::optional<int> {
        const auto& table = pack.tables[index_of(table_of)];
        if (!table || !inputs[item]) return std::nullopt;
        const auto value =
            sub_index(round_for_index(*inputs[item], pollutant_of(item), pack), *table, pack.index_rounding);
        if (value) out.iaqi[index_of(item)] = static_cast<std::int16_t>(*value);
        return value;
    };
    for (const auto& entry : pack.report(report).entries) {
        const Pollutant pollutant = pollutant_of(entry.item);
        asked[pollutant] = true;
        if (!inputs[entry.item]) continue;
        std::optional<int> value = evaluate(entry.item, entry.table);
        if (!value) {
            // Above a table that ends early: the pollutant is reported by another averaging time, if that is there.
            const Item other = pack.tables[index_of(entry.table)]->other;
            value = evaluate(other, other);
            if (!value) out.note = IndexNote::above_table;
        }
        answered[pollutant] = answered[pollutant] || value.has_value();
    }
    out.complete = true;
    for (const auto p : all_pollutants) {
        if (answered[p] || !asked[p]) continue;
        out.absent.insert(p);
        if (pack.plan_exempts && not_in_plan.contains(p))
            out.exempt.insert(p);
        else
            out.complete = false;
    }

    const int highest = *std::max_element(out.iaqi.begin(), out.iaqi.end());
    if (highest < 0) {
        if (out.note == IndexNote::none) out.note = IndexNote::no_valid_pollutant;
        return out;
    }
    out.of_present = highest;
    if (!out.complete && rule == MissingRule::above_100_only && highest <= pack.level_table.good_at_most) {
        out.note = IndexNote::incomplete;
        return out;
    }
    out.aqi = highest;
    out.level = level_of(highest, pack.level_table);
    if (names_primary(highest, pack.level_table))
        for (std::size_t i = 0; i < item_count; ++i)
            if (out.iaqi[i] == highest) out.primary.insert(static_cast<Item>(i));
    return out;
}

std::string primary_text(ItemSet primary) { return joined(primary, "+", "O3_8h"); }
std::string primary_zh(ItemSet primary) { return joined(primary, "、", "O3-8h"); }

} // namespace aqi
