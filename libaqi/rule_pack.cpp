#include "libaqi/rule_pack.hpp"

#include "libaqi/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace aqi {
namespace {

struct ItemRow {
    std::string_view name;
    Pollutant pollutant;
};

constexpr std::array<ItemRow, item_count> item_rows = {{{"so2_1h", Pollutant::so2},
                                                        {"so2_24h", Pollutant::so2},
                                                        {"no2_1h", Pollutant::no2},
                                                        {"no2_24h", Pollutant::no2},
                                                        {"pm10_1h", Pollutant::pm10},
                                                        {"pm10_24h", Pollutant::pm10},
                                                        {"co_1h", Pollutant::co},
                                                        {"co_24h", Pollutant::co},
                                                        {"o3_1h", Pollutant::o3},
                                                        {"o3_8h", Pollutant::o3},
                                                        {"pm2_5_1h", Pollutant::pm2_5},
                                                        {"pm2_5_24h", Pollutant::pm2_5},
                                                        {"pm10_nowcast", Pollutant::pm10},
                                                        {"pm2_5_nowcast", Pollutant::pm2_5}}};

struct LevelRow {
    WarningLevel level;
    std::string_view name;
    std::string_view zh;
};

constexpr LevelRow level_rows[] = {{WarningLevel::none, "none", "无"},
                                   {WarningLevel::blue, "blue", "蓝色"},
                                   {WarningLevel::yellow, "yellow", "黄色"},
                                   {WarningLevel::orange, "orange", "橙色"},
                                   {WarningLevel::red, "red", "红色"}};

std::vector<std::string> item_names()
{
    std::vector<std::string> out;
    for (const auto& row : item_rows) out.emplace_back(row.name);
    return out;
}

Item read_item(const Settings& at, std::string_view key, std::string_view name)
{
    if (const auto item = item_named(name)) return *item;
    at.fail_unknown(key, name, item_names());
}

void read_index(const Settings& index, RulePack& pack)
{
    std::vector<int> levels;
    for (const auto level : index.integers("levels")) levels.push_back(static_cast<int>(level));
    if (levels.size() < 2 || levels.front() != 0 || !std::is_sorted(levels.begin(), levels.end()))
        index.fail("levels", "\"levels\" must rise from 0");
    pack.index_clause = index.text("clause");
    pack.tables = {};
    for (const auto& table : index.tables("table")) {
        const Item item = read_item(table, "name", table.text("name"));
        IndexTable out;
        std::vector<std::int64_t> points;
        for (const auto point : table.integers("points")) points.push_back(point * display_unit_ng(pollutant_of(item)));
        if (points.size() < 2 || points.size() > levels.size() ||
            std::adjacent_find(points.begin(), points.end(), std::greater_equal<>{}) != points.end())
            table.fail("points", "\"points\" must rise, at most one for each of \"levels\"");
        for (std::size_t i = 1; i < points.size(); ++i)
            out.bands.push_back({points[i - 1], points[i], levels[i - 1], levels[i]});
        // above = "top" | an item | a fixed sub-index
        if (!table.holds_text("above")) {
            out.above = IndexTable::Above::fixed;
            out.fixed = static_cast<int>(table.integer("above", 0, levels.back()));
        } else if (const std::string above = table.text("above"); above != "top") {
            out.above = IndexTable::Above::other_item;
            out.other = read_item(table, "above", above);
        }
        if (pack.tables[index_of(item)]) table.fail("name", "this table is there twice");
        pack.tables[index_of(item)] = std::move(out);
        table.done();
    }
    index.done();
}

ReportRule read_report(const Settings& report, const RulePack& pack)
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
        out.entries.push_back({item, table});
    }
    if (out.entries.empty()) report.fail("items", "a report needs at least one item");
    report.done();
    return out;
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
    std::transform(upto.begin(), upto.end(), out.upto.begin(), [](std::int64_t v) { return static_cast<int>(v); });
    out.zh = read_words<6>(from, "zh");
    out.en = read_words<6>(from, "en");
    out.advice_zh = read_words<6>(from, "advice_zh");
    out.advice_en = read_words<6>(from, "advice_en");
    out.good_at_most = static_cast<int>(from.integer("good_at_most", 0, 500));
    out.clause = from.text("clause");
    from.done();
    return out;
}

Validity read_validity(const Settings& from)
{
    const auto count = [&](std::string_view key, int most) { return static_cast<int>(from.integer(key, 0, most)); };
    Validity v;
    v.day_hours = count("day_hours", 24);
    v.window_hours = count("window_hours", 24);
    v.window_hours_valid = count("window_hours_valid", 24);
    v.window_first_end = count("window_first_end", 24);
    v.windows_valid = count("windows_valid", 24);
    v.window_limit = Concentration::from_ug_per_m3(from.integer("window_limit_ug_m3", 0, 100'000));
    v.year_days = count("year_days", 366);
    v.month_days = count("month_days", 31);
    v.february_days = count("february_days", 29);
    v.sites_percent = count("sites_percent", 100);
    v.few_sites_below = count("few_sites_below", 100);
    v.few_sites_percent = count("few_sites_percent", 100);
    v.clause = from.text("clause");
    if (v.day_hours < 1 || v.window_hours < 1 || v.window_hours_valid < 1 || v.window_first_end < v.window_hours)
        from.fail({},
                  "day_hours and the window's hours must be at least 1, and the first window must fit into the day");
    from.done();
    return v;
}

void read_pack(const Settings& from, RulePack& pack)
{
    pack.title_zh = from.text("title_zh");
    pack.title_en = from.text("title_en");
    pack.from = {};
    pack.until = {};
    if (const auto in_force = from.table_if("in_force")) {
        pack.from = in_force->day("from");
        pack.until = in_force->day_if("until");
        if (pack.until && *pack.until < *pack.from) in_force->fail("until", "ends before it begins");
        in_force->done();
    }
    // A pack that extends another repeats only the tables that differ.
    const bool extends = from.has("extends");
    const auto section = [&](std::string_view key) -> std::optional<Settings> {
        return extends ? from.table_if(key) : std::optional<Settings>{from.table(key)};
    };
    if (const auto index = section("index")) read_index(*index, pack);
    if (const auto report = section("report")) {
        if (const auto hour = report->table_if("hour")) pack.hour = read_report(*hour, pack);
        if (const auto day = report->table_if("day")) pack.day = read_report(*day, pack);
        if (pack.hour.entries.empty() || pack.day.entries.empty())
            report->fail({}, "a report for hour and one for day is needed");
        report->done();
    }
    if (const auto decimals = section("decimals")) {
        for (const auto p : all_pollutants) {
            pack.step_ng[p] = display_unit_ng(p);
            for (auto places = decimals->integer(pollutant_name(p), 0, 3); places > 0; --places) pack.step_ng[p] /= 10;
        }
        pack.rounding_clause = decimals->text("clause");
        decimals->done();
    }
    if (const auto missing = section("missing")) {
        pack.missing = missing->choice<MissingRule>("rule", {{"maximum_of_present", MissingRule::maximum_of_present},
                                                             {"above_100_only", MissingRule::above_100_only}});
        pack.missing_clause = missing->text("clause");
        missing->done();
    }
    if (const auto levels = section("levels")) pack.level_table = read_levels(*levels);
    if (const auto validity = section("validity")) pack.validity = read_validity(*validity);
    if (const auto limits = section("annual_limit")) {
        pack.limits.clear();
        for (const auto p : all_pollutants)
            if (limits->has(pollutant_name(p)))
                pack.limits.push_back(
                    {"2", p, Limit::Period::year,
                     Concentration::from_ng_per_m3(limits->integer(pollutant_name(p), 0, 100'000) * display_unit_ng(p)),
                     0});
        limits->done();
    }
}

WarningRules read_warning(const Settings& from)
{
    WarningRules out;
    out.id = from.text("id");
    out.title_zh = from.text("title_zh");
    out.title_en = from.text("title_en");
    for (const auto& row : from.tables("level")) {
        WarningRules::LevelRule rule;
        rule.level = row.choice<WarningLevel>("level", {{"blue", WarningLevel::blue},
                                                        {"yellow", WarningLevel::yellow},
                                                        {"orange", WarningLevel::orange},
                                                        {"red", WarningLevel::red}});
        rule.clause = row.text("clause");
        for (const auto& any : row.tables("any")) {
            WarningClause clause;
            if (any.has("above") == any.has("at_least"))
                any.fail({}, "exactly one of \"above\" and \"at_least\" is needed");
            clause.above =
                static_cast<int>(any.has("above") ? any.integer("above", 0, 500) : any.integer("at_least", 1, 500) - 1);
            clause.days = static_cast<int>(any.integer("days", 1, 30));
            clause.with_days = static_cast<int>(any.integer_or("with_days", 0, 1, 30));
            if (clause.with_days > 0) clause.with_above = static_cast<int>(any.integer("with_above", 0, 500));
            any.done();
            rule.any.push_back(clause);
        }
        if (rule.any.empty()) row.fail("any", "a level needs at least one clause in \"any\"");
        if (!out.levels.empty() && out.levels.back().level >= rule.level) row.fail("level", "levels must rise");
        row.done();
        out.levels.push_back(std::move(rule));
    }
    if (out.levels.empty()) from.fail({}, "at least one [[level]] is needed");
    const auto spell = from.table("spell");
    out.heavy_above = static_cast<int>(spell.integer("heavy_above", 0, 500));
    out.spell_clause = spell.text("clause");
    spell.done();
    const auto lift = from.table("lift");
    out.lift_at_most = static_cast<int>(lift.integer("at_most", 0, 500));
    out.lift_more_than_hours = static_cast<int>(lift.integer("more_than_hours", 0, 240));
    out.lift_clause = lift.text("clause");
    lift.done();
    const auto lead = from.table("lead");
    out.red_lead_hours = static_cast<int>(lead.integer("red_hours", 0, 240));
    out.lead_clause = lead.text("clause");
    lead.done();
    return out;
}

/// FNV-1a, 64 bits: names a set of texts in the journal; it protects against confusion, not against malice.
class Digest {
public:
    void add(std::string_view bytes)
    {
        for (const char c : bytes) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
        state_ = (state_ ^ 0xffU) * 0x100000001b3ULL;
    }
    std::string text() const { return fmt::format("{:016x}", state_); }

private:
    std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

} // namespace

std::string_view item_name(Item item) { return item_rows[index_of(item)].name; }
Pollutant pollutant_of(Item item) { return item_rows[index_of(item)].pollutant; }

std::optional<Item> item_named(std::string_view name)
{
    for (std::size_t i = 0; i < item_count; ++i)
        if (item_rows[i].name == name) return static_cast<Item>(i);
    return std::nullopt;
}

std::string_view limit_period_name(Limit::Period period)
{
    switch (period) {
    case Limit::Period::hour: return "hour";
    case Limit::Period::day: return "day";
    case Limit::Period::year: return "year";
    case Limit::Period::day_max_8h: return "day_max_8h";
    }
    return "";
}

const Limit* RulePack::limit(std::string_view grade, Pollutant pollutant, Limit::Period period) const
{
    for (const auto& l : limits)
        if (l.grade == grade && l.pollutant == pollutant && l.period == period) return &l;
    return nullptr;
}

std::string_view warning_level_name(WarningLevel level) { return level_rows[static_cast<std::size_t>(level)].name; }
std::string_view warning_level_zh(WarningLevel level) { return level_rows[static_cast<std::size_t>(level)].zh; }

std::optional<WarningLevel> warning_level_named(std::string_view name)
{
    for (const auto& row : level_rows)
        if (row.name == name) return row.level;
    return std::nullopt;
}

Target read_target(const Settings& table)
{
    Target out;
    out.area = table.text("area");
    out.year = static_cast<int>(table.integer("year", 2000, 2100));
    const auto limit = [&](std::string_view key) -> std::optional<Concentration> {
        if (!table.has(key)) return std::nullopt;
        return Concentration::from_ug_per_m3(table.integer(key, 0, 10'000));
    };
    out.pm10 = limit("pm10_ug_m3");
    out.pm2_5 = limit("pm2_5_ug_m3");
    if (table.has("good_days")) out.good_days = static_cast<int>(table.integer("good_days", 0, 366));
    table.done();
    return out;
}

RuleBook load_rules(const std::vector<RuleText>& texts)
{
    RuleBook book;
    Digest digest;
    std::map<std::string, Settings, std::less<>> packs;
    for (const auto& source : texts) {
        digest.add(source.text);
        const Settings from = Settings::parse(source.text, source.name);
        const std::string kind = from.text("kind");
        const std::string id = from.text("id");
        if (kind == "index") {
            if (!packs.emplace(id, from).second) from.fail("id", fmt::format("\"{}\" is there twice", id));
            continue;
        }
        if (kind == "warning") {
            book.warnings.push_back(read_warning(from));
        } else if (kind == "targets") {
            (void)from.text("title_zh");
            (void)from.text("title_en");
            for (const auto& table : from.tables("target")) book.targets.push_back(read_target(table));
        } else if (kind == "instruments") {
            (void)from.text("title_zh");
            (void)from.text("title_en");
            const auto at_most = from.table("at_most");
            for (const auto p : all_pollutants)
                book.instrument_at_most[p] = Concentration::from_ng_per_m3(
                    at_most.integer(pollutant_name(p), 1, 1'000'000) * display_unit_ng(p));
            at_most.done();
        } else if (kind == "qc") {
            if (book.qc) from.fail("id", "there is a pack of kind \"qc\" already");
            book.qc = read_qc_rules(from);
        } else {
            from.fail_unknown("kind", kind, {"index", "warning", "targets", "instruments", "qc"});
        }
        from.done();
    }
    book.digest = digest.text();

    for (const auto& [id, from] : packs) {
        RulePack pack;
        const std::string base = from.text_or("extends", "");
        if (!base.empty()) {
            const auto found = packs.find(base);
            if (found == packs.end() || found->second.has("extends"))
                from.fail("extends", fmt::format("\"{}\" must be a pack that extends no other", base));
            read_pack(found->second, pack);
        }
        pack.id = id;
        read_pack(from, pack);
        (void)from.text("kind");
        from.done();
        book.packs.push_back(std::move(pack));
    }
    std::stable_sort(book.packs.begin(), book.packs.end(),
                     [](const RulePack& a, const RulePack& b) { return a.from < b.from; });
    const RulePack* before = nullptr;
    for (const auto& pack : book.packs) {
        if (!pack.from) continue;
        if (before != nullptr && (!before->until || *before->until >= *pack.from))
            packs.at(pack.id).fail("id",
                                   fmt::format("is in force on days on which \"{}\" is in force too", before->id));
        before = &pack;
    }
    return book;
}

const RulePack* RuleBook::pack_named(std::string_view id) const
{
    for (const auto& pack : packs)
        if (pack.id == id) return &pack;
    return nullptr;
}

const RulePack* RuleBook::pack_on(LocalDay day) const
{
    for (const auto& pack : packs)
        if (pack.from && *pack.from <= day && (!pack.until || day <= *pack.until)) return &pack;
    return nullptr;
}

const WarningRules* RuleBook::warning_named(std::string_view id) const
{
    for (const auto& rules : warnings)
        if (rules.id == id) return &rules;
    return nullptr;
}

const Target* RuleBook::target(std::string_view area, int year) const
{
    const Target* found = nullptr;
    for (const auto& target : targets) {
        if (target.year != year) continue;
        if (target.area == area) return &target;
        if (target.area == "*" && found == nullptr) found = &target;
    }
    return found;
}

} // namespace aqi
