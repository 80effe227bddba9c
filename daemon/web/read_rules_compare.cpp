// How two editions differ, and what another than the one in force would have said; the shapes stand in read_rules.hpp.
#include "daemon/web/read_rules.hpp"

#include "daemon/web/read.hpp"
#include "libaqi/engine.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr int days_most = 366;
/// An edition that counts hours looks at every hour of a month for each day: some milliseconds of the loop a day.
constexpr int days_most_by_hours = 31;

/// What a member of a list is known by, so that the same one of two lists is compared: its name, or its place.
std::string member_name(const json::value& member, std::size_t at)
{
    if (const auto* o = member.if_object()) {
        if (const auto* grade = o->if_contains("grade")) // a limit: three things name it
            return json::value_to<std::string>(*grade) + " " + json::value_to<std::string>(o->at("pollutant")) + " " +
                   json::value_to<std::string>(o->at("period"));
        for (const auto* key : {"item", "report", "level", "pollutant"}) {
            const auto* name = o->if_contains(key);
            if (name == nullptr) continue;
            if (name->is_string()) return json::value_to<std::string>(*name);
            return json::serialize(*name);
        }
    }
    return std::to_string(at + 1);
}

using Members = std::vector<std::pair<std::string, const json::value*>>;

Members members_of(const json::value& value)
{
    Members out;
    if (const auto* o = value.if_object())
        for (const auto& member : *o) out.emplace_back(member.key(), &member.value());
    if (const auto* a = value.if_array())
        for (std::size_t i = 0; i < a->size(); ++i) out.emplace_back(member_name((*a)[i], i), &(*a)[i]);
    return out;
}

class Comparison {
public:
    json::array run(const json::value& a, const json::value& b)
    {
        compare(&a, &b);
        return std::move(out_);
    }

private:
    static bool is_leaf(const json::value* v) { return v == nullptr || !(v->is_object() || v->is_array()); }

    void compare(const json::value* a, const json::value* b)
    {
        if (a != nullptr && b != nullptr && *a == *b) return;
        if (is_leaf(a) && is_leaf(b)) {
            json::array path;
            for (const auto& step : path_) path.emplace_back(step);
            json::object o{{"path", std::move(path)}};
            o["a"] = a != nullptr ? *a : json::value(nullptr);
            o["b"] = b != nullptr ? *b : json::value(nullptr);
            out_.push_back(std::move(o));
            return;
        }
        const Members of_a = a != nullptr ? members_of(*a) : Members{},
                      of_b = b != nullptr ? members_of(*b) : Members{};
        // A leaf against a list: the leaf has no members, and would be lost.
        if (is_leaf(a) && a != nullptr && !a->is_null()) note_leaf("a", *a);
        if (is_leaf(b) && b != nullptr && !b->is_null()) note_leaf("b", *b);
        for (const auto& [name, value] : of_a) step(name, value, find(of_b, name));
        for (const auto& [name, value] : of_b)
            if (find(of_a, name) == nullptr) step(name, nullptr, value);
    }

    void note_leaf(const char* side, const json::value& leaf)
    {
        json::array path;
        for (const auto& step : path_) path.emplace_back(step);
        json::object o{{"path", std::move(path)}, {"a", nullptr}, {"b", nullptr}};
        o[side] = leaf;
        out_.push_back(std::move(o));
    }

    void step(const std::string& name, const json::value* a, const json::value* b)
    {
        path_.push_back(name);
        compare(a, b);
        path_.pop_back();
    }

    static const json::value* find(const Members& members, const std::string& name)
    {
        for (const auto& [known, value] : members)
            if (known == name) return value;
        return nullptr;
    }

    std::vector<std::string> path_;
    json::array out_;
};

[[noreturn]] void unknown_edition(std::string_view id, const RuleBook& book)
{
    std::string known;
    for (const auto& pack : book.packs) known += " " + pack.id;
    for (const auto& edition : book.warnings) known += " " + edition.id;
    throw Refusal(404, fmt::format("没有标准或预警规则“{}”；已知：{}", id, known),
                  fmt::format("there is no edition \"{}\"; known:{}", id, known));
}

template <class Edition>
json::object name_json(const Edition& edition)
{
    return {{"id", edition.id}, {"title_zh", edition.title_zh}, {"title_en", edition.title_en}};
}

/// Whether an edition is in force, and what it is called, is no difference of what it says.
json::value substance(json::object edition)
{
    for (const auto* key : {"id", "title_zh", "title_en", "in_force"}) edition.erase(key);
    return edition;
}

LocalDay day_of(const Query& query, std::string_view name)
{
    const auto day = parse_day(query.text(name));
    if (!day)
        throw Refusal(400, fmt::format("{} 应为日期，例如 2016-12-20", name),
                      fmt::format("\"{}\" must be a day like 2016-12-20", name));
    return *day;
}

json::object day_json(const DayFigure& f)
{
    json::object out{{"level", f.index.level},
                     {"primary", primary_zh(f.index.primary)},
                     {"note", index_note_name(f.index.note)},
                     {"verdict", verdict_name(f.verdict)},
                     {"edition", f.pack}};
    out["aqi"] = f.index.aqi ? json::value(*f.index.aqi) : json::value(nullptr);
    return out;
}

struct Stretch {
    AreaIndex area;
    LocalDay first, last;
};

Stretch stretch_of(const Query& query, const ReadSources& sources, int most, int kept_days)
{
    const Network& network = sources.config->rules.network;
    const auto area = network.area_named(query.text("area"));
    if (!area)
        throw Refusal(404, fmt::format("没有区域“{}”", query.text("area")),
                      fmt::format("there is no area \"{}\"", query.text("area")));
    const Stretch out{*area, day_of(query, "first"), day_of(query, "last")};
    if (out.last < out.first || out.last - out.first >= most)
        throw Refusal(400, fmt::format("first 至 last 应为 1 至 {} 天", most),
                      fmt::format("first to last must be 1 to {} days", most));
    const auto closed = sources.turns->state().last_closed_day();
    if (!closed || *closed < out.last)
        throw Refusal(422, fmt::format("{} 尚未结束统计", format_day(out.last)),
                      fmt::format("{} is not closed yet", format_day(out.last)));
    if (out.first < closed->plus(1 - kept_days))
        throw Refusal(
            422, fmt::format("{} 之前的数据不在内存中；请用 aqictl replay", format_day(closed->plus(1 - kept_days))),
            fmt::format("days before {} are not at hand; ask aqictl replay", format_day(closed->plus(1 - kept_days))));
    return out;
}

json::object head(const char* kind, json::object edition, const Stretch& of, const Network& network)
{
    return {{"ok", true},
            {"kind", kind},
            {"edition", std::move(edition)},
            {"area", network.areas[of.area.value].id},
            {"area_name", network.areas[of.area.value].name},
            {"first", format_day(of.first)},
            {"last", format_day(of.last)},
            {"basis", "hindsight"}};
}

Reply days_under(const RulePack& pack, const Query& query, const ReadSources& sources)
{
    const Rules& held = sources.config->rules;
    const Stretch of = stretch_of(query, sources, days_most, std::min(held.open_days, held.ledger_days));
    Rules other = held;
    other.edition = pack.id;
    const PlaceIndex place = held.network.place(of.area);
    const State& state = sources.turns->state();
    json::array days;
    int changed = 0;
    for (LocalDay day = of.first; day <= of.last; day = day.plus(1)) {
        const DayFigure was = day_figure(state, place, day, held), is = day_figure(state, place, day, other);
        const bool differs = was.index.aqi != is.index.aqi || was.index.level != is.index.level ||
                             !(was.index.primary == is.index.primary) || was.verdict != is.verdict;
        changed += differs ? 1 : 0;
        days.push_back(json::object{
            {"date", format_day(day)}, {"changed", differs}, {"held", day_json(was)}, {"other", day_json(is)}});
    }
    json::object out = head("pack", name_json(pack), of, held.network);
    out["changed"] = changed;
    out["days"] = std::move(days);
    out["spells"] = json::array{};
    return json_reply(json::serialize(out));
}

/// What a spell came to under each of the two: the highest level of the days on which it was looked at.
struct Spell {
    LocalDay first, last;
    int highest_aqi = 0;
    bool forecast = false; ///< reaches into days that are not over
    struct Side {
        WarningLevel level = WarningLevel::none;
        std::string rules, clause;
    };
    Side held, other;
};

void take(std::vector<Spell>& spells, const Judgement& judged, Spell::Side Spell::*side, const WarningRules& edition)
{
    if (judged.level == WarningLevel::none) return;
    // Two sets of rules may draw a spell's ends differently; what overlaps is one.
    Spell now{judged.first, judged.last, judged.highest_aqi, false, {}, {}};
    for (const auto& day : judged.inputs) now.forecast = now.forecast || day.basis == DayBasis::forecast;
    now.*side = {judged.level, edition.id, judged.clause};
    for (auto spell = spells.begin(); spell != spells.end();) {
        if (now.last < spell->first || spell->last < now.first) {
            ++spell;
            continue;
        }
        now.first = std::min(now.first, spell->first);
        now.last = std::max(now.last, spell->last);
        now.highest_aqi = std::max(now.highest_aqi, spell->highest_aqi);
        now.forecast = now.forecast || spell->forecast;
        for (const auto which : {&Spell::held, &Spell::other})
            if (((*spell).*which).level > (now.*which).level || ((now.*which).level == WarningLevel::none))
                now.*which = (*spell).*which;
        spell = spells.erase(spell);
    }
    spells.push_back(std::move(now));
}

json::value side_json(const Spell::Side& side)
{
    if (side.level == WarningLevel::none) return nullptr;
    return json::object{{"level", warning_level_name(side.level)},
                        {"level_zh", warning_level_zh(side.level)},
                        {"rules", side.rules},
                        {"clause", side.clause}};
}

Reply spells_under(const WarningRules& edition, const Query& query, const ReadSources& sources)
{
    const Rules& rules = sources.config->rules;
    const auto area = rules.network.area_named(query.text("area"));
    const auto counts_hours = [&](const WarningRules* e) {
        return e != nullptr && (e->counts_hours() || e->unit == WarningRules::Unit::block);
    };
    const auto last_day = parse_day(query.text("last"));
    const WarningRules* held_last =
        area && last_day ? rules.warning(rules.network.areas[area->value], *last_day) : nullptr;
    const bool by_hours = counts_hours(&edition) || counts_hours(held_last);
    const Stretch of = stretch_of(query, sources, by_hours ? days_most_by_hours : days_most,
                                  by_hours ? std::min(rules.open_days, rules.ledger_days) : rules.ledger_days);
    const State& state = sources.turns->state();
    std::vector<Spell> spells;
    for (LocalDay day = of.first; day <= of.last; day = day.plus(1)) {
        if (const WarningRules* held = rules.warning(rules.network.areas[of.area.value], day))
            if (const auto judged = called_for(state, of.area, day, *held, rules))
                take(spells, *judged, &Spell::held, *held);
        if (const auto judged = called_for(state, of.area, day, edition, rules))
            take(spells, *judged, &Spell::other, edition);
    }
    std::sort(spells.begin(), spells.end(), [](const Spell& a, const Spell& b) { return a.first < b.first; });
    json::array list;
    int changed = 0;
    for (const auto& spell : spells) {
        if (spell.last < of.first || of.last < spell.first) continue;
        const bool differs = spell.held.level != spell.other.level;
        changed += differs ? 1 : 0;
        list.push_back(json::object{{"first", format_day(spell.first)},
                                    {"last", format_day(spell.last)},
                                    {"changed", differs},
                                    {"highest_aqi", spell.highest_aqi},
                                    {"with_forecasts", spell.forecast},
                                    {"held", side_json(spell.held)},
                                    {"other", side_json(spell.other)}});
    }
    json::object out = head("warnings", name_json(edition), of, rules.network);
    out["changed"] = changed;
    out["days"] = json::array{};
    out["spells"] = std::move(list);
    return json_reply(json::serialize(out));
}

} // namespace

json::array differences_json(const json::value& a, const json::value& b) { return Comparison{}.run(a, b); }

Reply read_rules_diff(const Query& query, const ReadSources& sources)
{
    query.only({"a", "b"});
    const RuleBook& book = sources.config->rules.book;
    const LocalDay today = day_at(sources.clock->now(), sources.config->rules.network.offset);
    const std::string_view a = query.text("a"), b = query.text("b");
    for (const auto id : {a, b})
        if (book.pack_named(id) == nullptr && book.warning_named(id) == nullptr) unknown_edition(id, book);
    const RulePack *pack_a = book.pack_named(a), *pack_b = book.pack_named(b);
    if ((pack_a == nullptr) != (pack_b == nullptr))
        throw Refusal(422, "评价标准与预警规则不能互相比较", "a pack and warning rules cannot be compared");
    json::object out{{"ok", true}};
    json::array differences;
    if (pack_a != nullptr) {
        out["kind"] = "pack";
        out["a"] = name_json(*pack_a);
        out["b"] = name_json(*pack_b);
        differences = differences_json(substance(pack_json(*pack_a, today)), substance(pack_json(*pack_b, today)));
    } else {
        const WarningRules &of_a = *book.warning_named(a), &of_b = *book.warning_named(b);
        out["kind"] = "warnings";
        out["a"] = name_json(of_a);
        out["b"] = name_json(of_b);
        differences =
            differences_json(substance(edition_json(of_a, book, today)), substance(edition_json(of_b, book, today)));
    }
    out["same"] = differences.empty();
    out["differences"] = std::move(differences);
    return json_reply(json::serialize(out));
}

Reply read_rules_what_if(const Query& query, const ReadSources& sources)
{
    query.only({"edition", "area", "first", "last"});
    const RuleBook& book = sources.config->rules.book;
    const std::string_view id = query.text("edition");
    if (const RulePack* pack = book.pack_named(id)) return days_under(*pack, query, sources);
    if (const WarningRules* edition = book.warning_named(id)) return spells_under(*edition, query, sources);
    unknown_edition(id, book);
}

} // namespace aqi::daemon::web
