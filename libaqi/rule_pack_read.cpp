#include "libaqi/rule_pack_read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aqi {
namespace {

// The highest index a table may name; what `extend` makes of an extreme value is limited in sub_index.
constexpr int index_most = 1'000;

int small(std::int64_t value) { return static_cast<int>(value); }

Item read_item(const Settings& at, std::string_view key, std::string_view name)
{
    if (const auto item = item_named(name)) return *item;
    std::vector<std::string> known;
    for (std::size_t i = 0; i < item_count; ++i) known.emplace_back(item_name(static_cast<Item>(i)));
    at.fail_unknown(key, name, known);
}

Pollutant read_pollutant(const Settings& at, std::string_view key, std::string_view name)
{
    if (const auto pollutant = pollutant_named(name)) return *pollutant;
    std::vector<std::string> known;
    for (const auto p : all_pollutants) known.emplace_back(pollutant_name(p));
    at.fail_unknown(key, name, known);
}

/// "9.1" as a standard prints it: no sign, no exponent, nothing finer than a nanogram.
Concentration read_concentration(const Settings& at, std::string_view key, std::string_view text, Pollutant p)
{
    const auto point = std::min(text.find('.'), text.size());
    const std::size_t decimals = p == Pollutant::co ? 6 : 3;
    const bool plain = text.find_first_not_of("0123456789.") == text.npos && text.size() <= point + 1 + decimals;
    const auto value = plain ? parse_concentration(text, display_unit_ng(p)) : Result<Concentration>{Fault{}};
    if (!value) at.fail(key, fmt::format("\"{}\" is no concentration such as 35 or \"9.1\"", text.substr(0, 40)));
    return *value;
}

/// Where bands begin and end, in whatever they are bands of.
using Ends = std::vector<std::pair<std::int64_t, std::int64_t>>;

/// Bands that touch are written as one list of points, bands with gaps as their low and their high ends.
template <class Values>
Ends read_ends(const Settings& at, std::string_view points, const Values& values)
{
    Ends out;
    if (at.has(points)) {
        const auto v = values(points);
        if (v.size() < 2 || v.front() != 0 || std::adjacent_find(v.begin(), v.end(), std::greater_equal<>{}) != v.end())
            at.fail(points, fmt::format("\"{}\" must rise from 0", points));
        for (std::size_t i = 1; i < v.size(); ++i) out.emplace_back(v[i - 1], v[i]);
        return out;
    }
    if (!at.has("low")) at.fail({}, fmt::format("\"{}\", or \"low\" and \"high\", are needed", points));
    const auto low = values("low");
    const auto high = values("high");
    if (low.size() != high.size())
        at.fail("high", fmt::format("\"high\" ends {} bands, \"low\" begins {}", high.size(), low.size()));
    if (low.empty() || low.front() != 0) at.fail("low", "the first band must begin at 0");
    for (std::size_t i = 0; i < low.size(); ++i) {
        if (i > 0 && low[i] <= high[i - 1])
            at.fail("low", fmt::format("bands {} and {} overlap, or do not rise", i, i + 1));
        if (low[i] >= high[i]) at.fail("high", fmt::format("band {} ends at or below its beginning", i + 1));
        out.emplace_back(low[i], high[i]);
    }
    return out;
}

/// A gap between bands is one that no value falls into once it has lost its digits.
void check_gaps(const Settings& at, std::string_view key, const RulePack& pack, Item item)
{
    const auto& table = pack.tables[index_of(item)];
    if (!table) return;
    const Pollutant p = pollutant_of(item);
    const auto text = [p](std::int64_t ng) {
        return format_concentration(Concentration::from_ng_per_m3(ng), display_unit_ng(p));
    };
    for (std::size_t i = 1; i < table->bands.size(); ++i) {
        const std::int64_t from = table->bands[i - 1].high_ng, to = table->bands[i].low_ng, step = pack.step_ng[p];
        if (from != to && (to - from > step || from % step != 0))
            at.fail(key, fmt::format("{}: a value can fall between {} and {}; [decimals] leaves steps of {}",
                                     item_name(item), text(from), text(to), text(step)));
    }
}

void read_above(const Settings& row, IndexTable& table, const Ends& indices)
{
    // above = "top" | "extend" | an item | a fixed sub-index
    if (!row.holds_text("above")) {
        table.above = IndexTable::Above::fixed;
        table.fixed = small(row.integer("above", table.bands.back().high_index, indices.back().second));
    } else if (const std::string above = row.text("above"); above == "extend") {
        table.above = IndexTable::Above::extend;
    } else if (above != "top") {
        table.above = IndexTable::Above::other_item;
        table.other = read_item(row, "above", above);
    }
}

void read_index(const Settings& index, RulePack& pack)
{
    const Ends indices = read_ends(index, "levels", [&](std::string_view key) { return index.integers(key); });
    if (indices.back().second > index_most)
        index.fail(index.has("levels") ? "levels" : "high", fmt::format("no index is above {}", index_most));
    pack.index_rounding = index.choice_or<IndexRounding>(
        "rounding", IndexRounding::up, {{"up", IndexRounding::up}, {"nearest", IndexRounding::nearest}});
    pack.index_clause = index.text("clause");
    pack.tables = {};
    const auto rows = index.tables("table");
    for (const auto& row : rows) {
        const Item item = read_item(row, "name", row.text("name"));
        if (pack.tables[index_of(item)]) row.fail("name", "this table is there twice");
        const Ends ends = read_ends(row, "points", [&](std::string_view key) {
            std::vector<std::int64_t> out;
            for (const auto& text : row.numbers(key))
                out.push_back(read_concentration(row, key, text, pollutant_of(item)).ng_per_m3());
            return out;
        });
        if (ends.size() > indices.size())
            row.fail(row.has("points") ? "points" : "low",
                     fmt::format("{} bands, where [index] has {}", ends.size(), indices.size()));
        IndexTable table;
        for (std::size_t i = 0; i < ends.size(); ++i)
            table.bands.push_back({ends[i].first, ends[i].second, small(indices[i].first), small(indices[i].second)});
        read_above(row, table, indices);
        pack.tables[index_of(item)] = std::move(table);
        check_gaps(row, row.has("points") ? "points" : "low", pack, item);
        row.done();
    }
    for (const auto& row : rows) {
        const Item item = *item_named(row.text("name"));
        const IndexTable& table = *pack.tables[index_of(item)];
        if (table.above != IndexTable::Above::other_item) continue;
        if (table.other == item || pollutant_of(table.other) != pollutant_of(item) ||
            !pack.tables[index_of(table.other)])
            row.fail("above",
                     fmt::format("\"{}\" must be another table of the same pollutant", item_name(table.other)));
    }
    index.done();
}

/// A day has means of the day and ozone's two daily maxima; an hour has everything.
bool day_has(Item item)
{
    const Averaging a = averaging_of(item);
    return a == Averaging::day || a == Averaging::eight_hours || item == Item::o3_1h;
}

ReportRule read_report(const Settings& report, const RulePack& pack, Report which)
{
    ReportRule out;
    out.clause = report.text("clause");
    for (const auto& entry : report.texts_or_none("items")) {
        const auto colon = entry.find(':');
        if (colon == std::string::npos) report.fail("items", fmt::format("\"{}\" must read value:table", entry));
        const Item item = read_item(report, "items", entry.substr(0, colon));
        const Item table = read_item(report, "items", entry.substr(colon + 1));
        if (!pack.tables[index_of(table)])
            report.fail("items", fmt::format("\"{}\": this pack has no table {}", entry, item_name(table)));
        if (pollutant_of(item) != pollutant_of(table))
            report.fail("items", fmt::format("\"{}\": value and table are of two pollutants", entry));
        if (which == Report::day && !day_has(item))
            report.fail("items", fmt::format("\"{}\": a day has no {}", entry, item_name(item)));
        if (std::any_of(out.entries.begin(), out.entries.end(), [&](const auto& e) { return e.item == item; }))
            report.fail("items", fmt::format("{} is there twice", item_name(item)));
        out.entries.push_back({item, table});
    }
    if (out.entries.empty()) report.fail("items", "a report needs at least one item");
    report.done();
    return out;
}

void read_decimals(const Settings& from, RulePack& pack)
{
    for (const auto p : all_pollutants) {
        pack.step_ng[p] = display_unit_ng(p);
        for (auto places = from.integer(pollutant_name(p), 0, 3); places > 0; --places) pack.step_ng[p] /= 10;
    }
    pack.concentration_rounding = from.choice_or<ConcentrationRounding>(
        "rounding", ConcentrationRounding::half_even,
        {{"half_even", ConcentrationRounding::half_even}, {"truncate", ConcentrationRounding::truncate}});
    pack.rounding_clause = from.text("clause");
    from.done();
}

void read_missing(const Settings& from, RulePack& pack)
{
    pack.missing = from.choice<MissingRule>("rule", {{"maximum_of_present", MissingRule::maximum_of_present},
                                                     {"above_100_only", MissingRule::above_100_only}});
    pack.missing_clause = from.text("clause");
    pack.plan_exempts = from.flag_or("plan_exempts", false);
    pack.plan_clause = pack.plan_exempts ? from.text("plan_clause") : "";
    from.done();
}

template <std::size_t n>
std::array<std::string, n> read_words(const Settings& from, std::string_view key)
{
    auto words = from.texts_or_none(key);
    if (words.size() != n) from.fail(key, fmt::format("\"{}\" must list {} texts", key, n));
    std::array<std::string, n> out;
    std::move(words.begin(), words.end(), out.begin());
    return out;
}

LevelTable read_levels(const Settings& from)
{
    LevelTable out;
    const auto upto = from.integers("upto");
    if (upto.size() != out.upto.size()) from.fail("upto", "\"upto\" must list five indices");
    if (upto.front() < 0 || upto.back() > index_most ||
        std::adjacent_find(upto.begin(), upto.end(), std::greater_equal<>{}) != upto.end())
        from.fail("upto", "\"upto\" must rise");
    std::transform(upto.begin(), upto.end(), out.upto.begin(), small);
    out.zh = read_words<6>(from, "zh");
    out.en = read_words<6>(from, "en");
    out.advice_zh = read_words<6>(from, "advice_zh");
    out.advice_en = read_words<6>(from, "advice_en");
    out.good_at_most = small(from.integer("good_at_most", 0, 500));
    out.clause = from.text("clause");
    from.done();
    return out;
}

Validity read_validity(const Settings& from)
{
    const auto count = [&](std::string_view key, int most) { return small(from.integer(key, 0, most)); };
    const auto count_or_none = [&](std::string_view key, int most) { return small(from.integer_or(key, 0, 0, most)); };
    Validity v;
    v.hour_minutes = count_or_none("hour_minutes", 60);
    v.day_hours = count("day_hours", 24);
    v.sliding_day_hours = count_or_none("sliding_day_hours", 24);
    if (from.has("window_hours")) {
        v.window_hours = count("window_hours", 24);
        v.window_hours_valid = count("window_hours_valid", 24);
        v.window_first_end = count("window_first_end", 24);
        v.windows_valid = count("windows_valid", 24);
        v.window_limit = Concentration::from_ug_per_m3(from.integer("window_limit_ug_m3", 0, 100'000));
        if (v.window_hours < 1 || v.window_hours_valid < 1 || v.window_first_end < v.window_hours)
            from.fail("window_hours",
                      "the window's hours must be at least 1, and the first window must fit into the day");
    }
    v.year_days = count("year_days", 366);
    v.month_days = count("month_days", 31);
    v.february_days = count("february_days", 29);
    v.quarter_percent = count_or_none("quarter_percent", 100);
    v.sites_percent = count("sites_percent", 100);
    v.few_sites_below = count("few_sites_below", 100);
    v.few_sites_percent = count("few_sites_percent", 100);
    v.clause = from.text("clause");
    if (v.day_hours < 1) from.fail("day_hours", "a day needs at least 1 hour");
    from.done();
    return v;
}

std::vector<Limit> read_limits(const Settings& from, const std::vector<std::string>& grades)
{
    std::vector<Limit> out;
    for (const auto& row : from.tables("row")) {
        Limit limit;
        limit.grade = row.text("grade");
        if (std::find(grades.begin(), grades.end(), limit.grade) == grades.end())
            row.fail_unknown("grade", limit.grade, grades);
        limit.pollutant = read_pollutant(row, "pollutant", row.text("pollutant"));
        limit.period = row.choice<Limit::Period>("period", {{"hour", Limit::Period::hour},
                                                            {"day", Limit::Period::day},
                                                            {"year", Limit::Period::year},
                                                            {"day_max_8h", Limit::Period::day_max_8h}});
        if (limit.period == Limit::Period::day_max_8h && limit.pollutant != Pollutant::o3)
            row.fail("period", "only o3 has a daily maximum of 8-hour means");
        limit.value = read_concentration(row, "value", row.number("value"), limit.pollutant);
        limit.percentile = small(row.integer_or("percentile", 0, 1, 99));
        if (std::any_of(out.begin(), out.end(), [&](const Limit& l) {
                return l.grade == limit.grade && l.pollutant == limit.pollutant && l.period == limit.period;
            }))
            row.fail("grade", "this limit is there twice");
        row.done();
        out.push_back(std::move(limit));
    }
    if (out.empty()) from.fail("row", "at least one limit is needed");
    return out;
}

CompositeIndex read_composite(const Settings& from)
{
    CompositeIndex out;
    const auto limits = from.table("limits");
    for (const auto& name : limits.keys()) {
        const Pollutant p = read_pollutant(limits, name, name);
        CompositeIndex::Term term;
        term.limit = read_concentration(limits, name, limits.number(name), p);
        if (term.limit == Concentration{}) limits.fail(name, "a term is divided by its limit: it must not be 0");
        out.terms[p] = term;
    }
    const auto term = [&](const Settings& at, std::string_view key, std::string_view name) -> CompositeIndex::Term& {
        auto& found = out.terms[read_pollutant(at, key, name)];
        if (!found) at.fail(key, fmt::format("{} has no limit in \"limits\"", name));
        return *found;
    };
    if (const auto weights = from.table_if("weights"))
        for (const auto& name : weights->keys())
            term(*weights, name, name).weight = small(weights->integer(name, 1, 100));
    for (const auto& name : from.texts_or_none("by_percentile")) term(from, "by_percentile", name).by_percentile = true;
    out.clause = from.text("clause");
    from.done();
    return out;
}

/// What sections say of one another, whichever of the two texts they stand in.
void check_pack(const Settings& from, const RulePack& pack)
{
    const auto place = [&](std::string_view key) { return from.has(key) ? key : std::string_view{"id"}; };
    const auto needs_means = [&](Item item) {
        if (averaging_of(item) == Averaging::day && pack.validity.sliding_day_hours == 0)
            from.fail(place("validity"), fmt::format("an hour's {} needs \"sliding_day_hours\"", item_name(item)));
        if (averaging_of(item) == Averaging::eight_hours && pack.validity.window_hours == 0)
            from.fail(place("validity"), fmt::format("{} needs \"window_hours\"", item_name(item)));
    };
    for (const auto which : {Report::hour, Report::day})
        for (const auto& entry : pack.report(which).entries) {
            const auto& table = pack.tables[index_of(entry.table)];
            if (!table) from.fail(place("index"), fmt::format("a report needs the table {}", item_name(entry.table)));
            if (which == Report::hour || averaging_of(entry.item) == Averaging::eight_hours) needs_means(entry.item);
            if (which == Report::hour && table->above == IndexTable::Above::other_item) needs_means(table->other);
        }
    for (const auto p : all_pollutants)
        if (const auto& term = pack.composite.terms[p]; term && term->by_percentile && pack.percentile[p] == 0)
            from.fail(place("composite"), fmt::format("[percentiles] names none for {}", pollutant_name(p)));
}

} // namespace

void read_pack(const Settings& from, RulePack& pack)
{
    pack.title_zh = from.text("title_zh");
    pack.title_en = from.text("title_en");
    pack.provisional = from.text_or("provisional", "");
    pack.from = {};
    pack.until = {};
    if (const auto in_force = from.table_if("in_force")) {
        pack.from = in_force->day("from");
        pack.until = in_force->day_if("until");
        if (pack.until && *pack.until < *pack.from) in_force->fail("until", "ends before it begins");
        in_force->done();
    }
    const bool extends = from.has("extends");
    const auto section = [&](std::string_view key) -> std::optional<Settings> {
        return extends ? from.table_if(key) : std::optional<Settings>{from.table(key)};
    };
    // The decimals first: they say which gaps between bands are none.
    const auto decimals = section("decimals");
    if (decimals) read_decimals(*decimals, pack);
    if (const auto index = section("index"))
        read_index(*index, pack);
    else if (decimals)
        for (std::size_t i = 0; i < item_count; ++i) check_gaps(from, "decimals", pack, static_cast<Item>(i));
    if (const auto report = section("report")) {
        if (const auto hour = report->table_if("hour")) pack.hour = read_report(*hour, pack, Report::hour);
        if (const auto day = report->table_if("day")) pack.day = read_report(*day, pack, Report::day);
        if (pack.hour.entries.empty() || pack.day.entries.empty())
            report->fail({}, "a report for hour and one for day is needed");
        report->done();
    }
    if (const auto missing = section("missing")) read_missing(*missing, pack);
    if (const auto levels = section("levels")) pack.level_table = read_levels(*levels);
    if (const auto validity = section("validity")) pack.validity = read_validity(*validity);
    if (const auto limits = section("limits")) {
        pack.limits = read_limits(*limits, {"1", "2", "primary"});
        pack.limits_clause = limits->text("clause");
        limits->done();
    }
    if (const auto percentiles = from.table_if("percentiles")) {
        for (const auto p : all_pollutants)
            pack.percentile[p] = small(percentiles->integer_or(pollutant_name(p), 0, 1, 99));
        pack.percentile_clause = percentiles->text("clause");
        percentiles->done();
    }
    if (const auto composite = from.table_if("composite")) pack.composite = read_composite(*composite);
    check_pack(from, pack);
}

GuidelinePack read_guideline(const Settings& from)
{
    GuidelinePack out;
    out.id = from.text("id");
    out.title_zh = from.text("title_zh");
    out.title_en = from.text("title_en");
    const auto limits = from.table("limits");
    out.limits = read_limits(limits, {"IT1", "IT2", "IT3", "IT4", "AQG"});
    out.clause = limits.text("clause");
    limits.done();
    return out;
}

} // namespace aqi
