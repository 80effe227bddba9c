#include "libaqi/rule_pack.hpp"

#include "libaqi/rule_pack_read.hpp"

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

WarningRules read_warning(const Settings& from)
{
    WarningRules out;
    out.id = from.text("id");
    out.title_zh = from.text("title_zh");
    out.title_en = from.text("title_en");
    out.from = from.day("from");
    out.local = from.flag_or("local", false);
    if (const auto window = from.table_if("window")) {
        out.window = WarningRules::Window{static_cast<int>(window->integer("first_hour", 1, 24)),
                                          static_cast<int>(window->integer("last_hour", 1, 24))};
        if (out.window->last < out.window->first) window->fail("last_hour", "lies before first_hour");
        window->done();
    }
    out.unit =
        from.choice<WarningRules::Unit>("unit", {{"day", WarningRules::Unit::day}, {"24h", WarningRules::Unit::block}});
    for (const auto& row : from.tables("level")) {
        WarningRules::LevelRule rule;
        rule.level = row.choice<WarningLevel>("level", {{"blue", WarningLevel::blue},
                                                        {"yellow", WarningLevel::yellow},
                                                        {"orange", WarningLevel::orange},
                                                        {"red", WarningLevel::red}});
        rule.clause = row.text("clause");
        rule.share_percent = static_cast<int>(row.integer_or("share_percent", 0, 0, 100));
        for (const auto& any : row.tables("any")) {
            WarningClause clause;
            clause.hours = static_cast<int>(any.integer_or("hours", 0, 1, 96));
            if (any.has("above") == any.has("at_least"))
                any.fail({}, "exactly one of \"above\" and \"at_least\" is needed");
            clause.above =
                static_cast<int>(any.has("above") ? any.integer("above", 0, 500) : any.integer("at_least", 1, 500) - 1);
            if (clause.hours > 0 && (any.has("days") || any.has("with_days")))
                any.fail("hours", "a clause counts hours or days, not both");
            if (clause.hours == 0) clause.days = static_cast<int>(any.integer("days", 1, 30));
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
    if (out.counts_hours() && out.unit != WarningRules::Unit::day)
        from.fail("unit", "an edition that counts hours is judged by calendar days");
    const auto spell = from.table("spell");
    out.heavy_above = static_cast<int>(spell.integer("heavy_above", 0, 500));
    out.spell_above = static_cast<int>(spell.integer_or("spell_above", out.heavy_above, 0, 500));
    for (const auto& level : out.levels)
        for (const auto& clause : level.any)
            if (clause.above < out.spell_above)
                spell.fail({}, fmt::format("a clause of {} counts days above {}, which would belong to no spell",
                                           warning_level_name(level.level), clause.above));
    out.spell_clause = spell.text("clause");
    spell.done();
    const auto lift = from.table("lift");
    out.lift_at_most = static_cast<int>(lift.integer("at_most", 0, 500));
    out.lift_more_than_hours = static_cast<int>(lift.integer("more_than_hours", 0, 240));
    out.lift_clause = lift.text("clause");
    lift.done();
    if (const auto without = from.table_if("without")) {
        out.without_dust = without->flag_or("dust", false);
        out.without_ozone = without->flag_or("ozone", false);
        out.without_clause = without->text("clause");
        without->done();
    }
    const auto lead = from.table("lead");
    out.red_lead_hours = static_cast<int>(lead.integer("red_hours", 0, 240));
    out.any_lead_hours = static_cast<int>(lead.integer_or("hours", 0, 0, 240));
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

bool WarningRules::counts_hours() const
{
    return window || std::any_of(levels.begin(), levels.end(), [](const LevelRule& rule) {
               return std::any_of(rule.any.begin(), rule.any.end(), [](const WarningClause& c) { return c.hours > 0; });
           });
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
        } else if (kind == "guideline") {
            book.guidelines.push_back(read_guideline(from));
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
            from.fail_unknown("kind", kind, {"index", "guideline", "warning", "targets", "instruments", "qc"});
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
    std::stable_sort(book.warnings.begin(), book.warnings.end(),
                     [](const WarningRules& a, const WarningRules& b) { return a.from < b.from; });
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

const WarningRules* RuleBook::warning_on(LocalDay day) const
{
    const WarningRules* out = nullptr;
    for (const auto& rules : warnings)
        if (!rules.local && rules.from <= day) out = &rules;
    return out;
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
