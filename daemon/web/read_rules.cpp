#include "daemon/web/read_rules.hpp"

#include "daemon/web/read.hpp"
#include "libaqi/warning_dominance.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

json::value day_or_null(const std::optional<LocalDay>& day)
{
    return day ? json::value(format_day(*day)) : json::value(nullptr);
}

std::string shown(Concentration value, Pollutant p) { return format_concentration(value, display_unit_ng(p)); }
std::string shown_ng(std::int64_t ng, Pollutant p) { return shown(Concentration::from_ng_per_m3(ng), p); }

std::string_view above_name(IndexTable::Above above)
{
    switch (above) {
    case IndexTable::Above::fixed: return "fixed";
    case IndexTable::Above::other_item: return "other_item";
    case IndexTable::Above::extend: return "extend";
    case IndexTable::Above::top: break;
    }
    return "top";
}

json::array levels_of(const LevelTable& table)
{
    json::array out;
    for (std::size_t i = 0; i < table.zh.size(); ++i) {
        json::object o{{"level", i + 1},
                       {"from", i == 0 ? 0 : table.upto[i - 1] + 1},
                       {"zh", table.zh[i]},
                       {"en", table.en[i]},
                       {"advice_zh", table.advice_zh[i]},
                       {"advice_en", table.advice_en[i]}};
        o["upto"] = i < table.upto.size() ? json::value(table.upto[i]) : json::value(nullptr);
        out.push_back(std::move(o));
    }
    return out;
}

json::object table_of(Item item, const IndexTable& table)
{
    const Pollutant p = pollutant_of(item);
    json::array bands;
    for (const auto& band : table.bands)
        bands.push_back(json::object{{"low", shown_ng(band.low_ng, p)},
                                     {"high", shown_ng(band.high_ng, p)},
                                     {"low_index", band.low_index},
                                     {"high_index", band.high_index}});
    json::object out{{"item", item_name(item)}, {"pollutant", pollutant_name(p)}, {"label", pollutant_label(p)},
                     {"unit", display_unit(p)}, {"bands", std::move(bands)},      {"above", above_name(table.above)}};
    out["fixed"] = table.above == IndexTable::Above::fixed ? json::value(table.fixed) : json::value(nullptr);
    out["other"] =
        table.above == IndexTable::Above::other_item ? json::value(item_name(table.other)) : json::value(nullptr);
    return out;
}

json::object report_of(std::string_view name, const ReportRule& rule)
{
    json::array entries;
    for (const auto& entry : rule.entries)
        entries.push_back(json::object{{"item", item_name(entry.item)}, {"table", item_name(entry.table)}});
    return {{"report", name}, {"clause", rule.clause}, {"entries", std::move(entries)}};
}

json::object validity_of(const Validity& v)
{
    return {{"hour_minutes", v.hour_minutes},
            {"day_hours", v.day_hours},
            {"sliding_day_hours", v.sliding_day_hours},
            {"window_hours", v.window_hours},
            {"window_hours_valid", v.window_hours_valid},
            {"window_first_end", v.window_first_end},
            {"windows_valid", v.windows_valid},
            {"window_limit", shown(v.window_limit, Pollutant::o3)},
            {"year_days", v.year_days},
            {"month_days", v.month_days},
            {"february_days", v.february_days},
            {"quarter_percent", v.quarter_percent},
            {"sites_percent", v.sites_percent},
            {"few_sites_below", v.few_sites_below},
            {"few_sites_percent", v.few_sites_percent},
            {"clause", v.clause}};
}

json::array limits_of(const std::vector<Limit>& limits)
{
    json::array out;
    for (const auto& limit : limits)
        out.push_back(json::object{{"grade", limit.grade},
                                   {"pollutant", pollutant_name(limit.pollutant)},
                                   {"label", pollutant_label(limit.pollutant)},
                                   {"period", limit_period_name(limit.period)},
                                   {"value", shown(limit.value, limit.pollutant)},
                                   {"unit", display_unit(limit.pollutant)},
                                   {"percentile", limit.percentile}});
    return out;
}

json::object composite_of(const CompositeIndex& composite)
{
    json::array terms;
    for (const auto p : all_pollutants)
        if (const auto& term = composite.terms[p])
            terms.push_back(json::object{{"pollutant", pollutant_name(p)},
                                         {"label", pollutant_label(p)},
                                         {"limit", shown(term->limit, p)},
                                         {"unit", display_unit(p)},
                                         {"weight", term->weight},
                                         {"by_percentile", term->by_percentile}});
    return {{"terms", std::move(terms)}, {"clause", composite.clause}};
}

json::array clauses_of(const std::vector<WarningClause>& clauses)
{
    json::array out;
    for (const auto& c : clauses)
        out.push_back(json::object{{"above", c.above},
                                   {"days", c.days},
                                   {"with_above", c.with_above},
                                   {"with_days", c.with_days},
                                   {"hours", c.hours}});
    return out;
}

/// The last day of a dated edition: the one before the next of the country begins.
std::optional<LocalDay> last_day_of(const WarningRules& edition, const RuleBook& book)
{
    if (edition.local) return std::nullopt;
    std::optional<LocalDay> out;
    for (const auto& other : book.warnings)
        if (!other.local && edition.from < other.from && (!out || other.from.plus(-1) < *out))
            out = other.from.plus(-1);
    return out;
}

json::object pair_json(const Area& county, const Area& city, LocalDay from, const Rules& rules)
{
    const auto *of_county = rules.warning(county, from), *of_city = rules.warning(city, from);
    json::object out{{"county", county.id},
                     {"county_name", county.name},
                     {"city", city.id},
                     {"city_name", city.name},
                     {"from", format_day(from)}};
    out["county_rules"] = of_county != nullptr ? json::value(of_county->id) : json::value(nullptr);
    out["city_rules"] = of_city != nullptr ? json::value(of_city->id) : json::value(nullptr);
    out["step"] = nullptr;
    out["words"] = "";
    if (of_county == of_city || of_city == nullptr) {
        out["result"] = of_county == of_city ? "same" : "dominates";
        return out;
    }
    if (of_city->counts_hours() || (of_county != nullptr && of_county->counts_hours())) {
        out["result"] = "not_comparable";
        return out;
    }
    const auto step = weaker_step(of_county != nullptr ? *of_county : WarningRules{}, *of_city);
    out["result"] = step ? "weaker" : "dominates";
    if (!step) return out;
    json::array aqi;
    for (const int day : step->aqi) aqi.emplace_back(day);
    out["step"] = json::object{{"aqi", std::move(aqi)},
                               {"county", warning_level_name(step->county)},
                               {"city", warning_level_name(step->city)}};
    out["words"] = weaker_words(*step);
    return out;
}

} // namespace

json::object pack_json(const RulePack& pack, LocalDay today)
{
    json::object steps, percentiles;
    for (const auto p : all_pollutants) {
        steps[pollutant_name(p)] = shown_ng(pack.step_ng[p], p);
        if (pack.percentile[p] > 0) percentiles[pollutant_name(p)] = pack.percentile[p];
    }
    json::array tables;
    for (std::size_t i = 0; i < item_count; ++i)
        if (pack.tables[i]) tables.push_back(table_of(static_cast<Item>(i), *pack.tables[i]));
    json::object out{{"id", pack.id}, {"title_zh", pack.title_zh}, {"title_en", pack.title_en}};
    out["from"] = day_or_null(pack.from);
    out["until"] = day_or_null(pack.until);
    out["by_name_only"] = !pack.from;
    out["in_force"] = pack.from && *pack.from <= today && (!pack.until || today <= *pack.until);
    out["provisional"] = pack.provisional;
    out["index"] = json::object{
        {"rounding", pack.index_rounding == IndexRounding::up ? "up" : "nearest"},
        {"concentrations", pack.concentration_rounding == ConcentrationRounding::half_even ? "half_even" : "truncate"},
        {"clause", pack.index_clause}};
    out["steps"] = std::move(steps);
    out["steps_clause"] = pack.rounding_clause;
    out["missing"] = pack.missing == MissingRule::above_100_only ? "above_100_only" : "maximum_of_present";
    out["missing_clause"] = pack.missing_clause;
    out["plan_exempts"] = pack.plan_exempts;
    out["plan_clause"] = pack.plan_clause;
    out["levels"] = levels_of(pack.level_table);
    out["levels_clause"] = pack.level_table.clause;
    out["good_at_most"] = pack.level_table.good_at_most;
    out["tables"] = std::move(tables);
    out["reports"] = json::array{report_of("hour", pack.hour), report_of("day", pack.day)};
    out["validity"] = validity_of(pack.validity);
    out["limits"] = limits_of(pack.limits);
    out["limits_clause"] = pack.limits_clause;
    out["percentiles"] = std::move(percentiles);
    out["percentiles_clause"] = pack.percentile_clause;
    out["composite"] = composite_of(pack.composite);
    return out;
}

json::object edition_json(const WarningRules& edition, const RuleBook& book, LocalDay today)
{
    json::array levels;
    for (const auto& rule : edition.levels)
        levels.push_back(json::object{{"level", warning_level_name(rule.level)},
                                      {"level_zh", warning_level_zh(rule.level)},
                                      {"clause", rule.clause},
                                      {"share_percent", rule.share_percent},
                                      {"any", clauses_of(rule.any)}});
    const auto until = last_day_of(edition, book);
    json::object out{{"id", edition.id},
                     {"title_zh", edition.title_zh},
                     {"title_en", edition.title_en},
                     {"from", format_day(edition.from)},
                     {"local", edition.local},
                     {"in_force", edition.from <= today && (!until || today <= *until)},
                     {"unit", edition.unit == WarningRules::Unit::day ? "day" : "block"},
                     {"counts_hours", edition.counts_hours()},
                     {"levels", std::move(levels)},
                     {"heavy_above", edition.heavy_above},
                     {"spell_above", edition.spell_above},
                     {"spell_clause", edition.spell_clause},
                     {"lift_at_most", edition.lift_at_most},
                     {"lift_more_than_hours", edition.lift_more_than_hours},
                     {"lift_clause", edition.lift_clause},
                     {"without_dust", edition.without_dust},
                     {"without_ozone", edition.without_ozone},
                     {"without_clause", edition.without_clause},
                     {"red_lead_hours", edition.red_lead_hours},
                     {"any_lead_hours", edition.any_lead_hours},
                     {"lead_clause", edition.lead_clause}};
    out["until"] = day_or_null(until);
    out["window"] = nullptr;
    if (edition.window) out["window"] = json::object{{"first", edition.window->first}, {"last", edition.window->last}};
    return out;
}

json::object dominance_json(const Rules& rules)
{
    // The days on which any table may change, as weaker_county() walks them.
    std::vector<LocalDay> days;
    for (const auto& edition : rules.book.warnings)
        if (!edition.local) days.push_back(edition.from);
    json::array pairs;
    for (const auto& city : rules.network.areas) {
        if (city.kind != AreaKind::city) continue;
        for (const auto& county : rules.network.areas) {
            if (county.kind != AreaKind::county) continue;
            const WarningRules *former_county = nullptr, *former_city = nullptr;
            for (const auto day : days) {
                const auto *of_county = rules.warning(county, day), *of_city = rules.warning(city, day);
                const bool is_new = of_county != former_county || of_city != former_city;
                if (is_new && (of_county != nullptr || of_city != nullptr))
                    pairs.push_back(pair_json(county, city, day, rules));
                former_county = of_county;
                former_city = of_city;
            }
        }
    }
    const std::string words = weaker_county(rules);
    return {{"proved", words.empty()}, {"words", words}, {"pairs", std::move(pairs)}};
}

Reply read_rules(const Query& query, const ReadSources& sources)
{
    query.only({});
    const Rules& rules = sources.config->rules;
    const LocalDay today = day_at(sources.clock->now(), rules.network.offset);
    json::array packs, guidelines, warnings, areas;
    for (const auto& pack : rules.book.packs) packs.push_back(pack_json(pack, today));
    for (const auto& guideline : rules.book.guidelines)
        guidelines.push_back(json::object{{"id", guideline.id},
                                          {"title_zh", guideline.title_zh},
                                          {"title_en", guideline.title_en},
                                          {"clause", guideline.clause},
                                          {"limits", limits_of(guideline.limits)}});
    for (const auto& edition : rules.book.warnings) warnings.push_back(edition_json(edition, rules.book, today));
    for (const auto& area : rules.network.areas) {
        const WarningRules* edition = rules.warning(area, today);
        json::object o{{"id", area.id},
                       {"name", area.name},
                       {"kind", area.kind == AreaKind::city ? "city" : "county"},
                       {"own", !area.warning_rules.empty()}};
        o["warning_rules"] = edition != nullptr ? json::value(edition->id) : json::value(nullptr);
        areas.push_back(std::move(o));
    }
    return json_reply(json::serialize(json::object{{"ok", true},
                                                   {"digest", rules.book.digest},
                                                   {"warning_rules", rules.warning_rules},
                                                   {"today", format_day(today)},
                                                   {"packs", std::move(packs)},
                                                   {"guidelines", std::move(guidelines)},
                                                   {"warnings", std::move(warnings)},
                                                   {"areas", std::move(areas)},
                                                   {"dominance", dominance_json(rules)}}));
}

} // namespace aqi::daemon::web
