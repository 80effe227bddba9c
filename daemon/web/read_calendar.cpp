#include "daemon/web/read_calendar.hpp"

#include "daemon/web/read_parts.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr std::size_t places_most = 100;    ///< of days in memory
constexpr std::size_t old_places_most = 10; ///< of days that must be read from the record, a row a day

/// What a calendar shows of a day. Without a verdict: not closed, or nothing on record.
struct Cell {
    int aqi = -1;
    int level = 0;
    ItemSet primary;
    std::optional<DayVerdict> verdict;
    PollutantSet absent;
    bool has_any = false; ///< a value of some pollutant
};

struct Calendar {
    LocalDay first; ///< 1 January
    int days = 0;
    LocalDay closed;
    int through() const { return std::clamp(closed - first, -1, days - 1); }
};

Cell cell_of(const PlaceDay& day, const RulePack* pack)
{
    Cell out{day.aqi, 0, day.primary, day.verdict, day.absent, day.of_present >= 0};
    if (day.aqi >= 0 && pack != nullptr) out.level = level_of(day.aqi, pack->level_table);
    return out;
}

std::vector<Cell> cells_of(PlaceIndex place, const Calendar& calendar, const ReadSources& sources)
{
    const Rules& rules = sources.config->rules;
    const PlaceLedger& ledger = sources.turns->state().ledger(place);
    std::vector<Cell> out(static_cast<std::size_t>(calendar.days));
    const LocalDay last = calendar.first.plus(calendar.through());
    const LocalDay kept = ledger.first_kept().value_or(last.plus(1));
    for (LocalDay day = std::max(calendar.first, kept); day <= last; day = day.plus(1))
        if (const PlaceDay* closed = ledger.day(day); closed != nullptr)
            out[static_cast<std::size_t>(day - calendar.first)] = cell_of(*closed, rules.pack(day));
    for (const auto& f : sources.store->page_reads().days(place, calendar.first, std::min(last, kept.plus(-1))))
        out[static_cast<std::size_t>(f.day - calendar.first)] = {
            f.index.aqi.value_or(-1),      f.index.level, f.index.primary, f.verdict, f.index.absent,
            f.index.of_present.has_value()};
    return out;
}

/// What stands from a day on until something else does.
template <class Of>
json::array stretches(int through, std::string_view key, const Of& of)
{
    json::array out;
    json::value before;
    for (int i = 0; i <= through; ++i) {
        json::value now = of(i);
        if (i > 0 && now == before) continue;
        out.push_back(json::object{{"from", i}, {key, now}});
        before = std::move(now);
    }
    return out;
}

std::string lacks(const Cell& cell)
{
    std::string out;
    for (const auto p : all_pollutants)
        if (cell.has_any && cell.absent.contains(p))
            out += fmt::format("{}{}", out.empty() ? "" : "、", pollutant_label(p));
    return out;
}

std::vector<PlaceIndex> places_asked(const Query& query, const Network& network)
{
    std::vector<PlaceIndex> out;
    const std::string_view kind = query.text("kind");
    if (query.has("places")) {
        if (query.has("kind")) throw Refusal(400, "places 与 kind 只能给一个", "give places or kind, not both");
        for (const auto& id : ids_asked(query, "places")) out.push_back(place_of(id, network));
        return out;
    }
    if (!kind.empty() && kind != "station" && kind != "area")
        throw Refusal(400, "kind 应为 station 或 area", "kind must be station or area");
    if (kind == "station")
        for (std::uint32_t s = 0; s < network.stations.size(); ++s) out.push_back(network.place(StationIndex{s}));
    else
        for (std::uint32_t a = 0; a < network.areas.size(); ++a) out.push_back(network.place(AreaIndex{a}));
    return out;
}

json::object place_json(PlaceIndex place, const Calendar& calendar, const ReadSources& sources)
{
    const Rules& rules = sources.config->rules;
    const State& state = sources.turns->state();
    const auto cells = cells_of(place, calendar, sources);
    json::array aqi, level, primary, verdicts, dust;
    for (auto* list : {&aqi, &level, &primary, &verdicts}) list->reserve(cells.size());
    json::object why;
    int good = 0, lost = 0, undetermined = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const Cell& c = cells[i];
        aqi.push_back(c.aqi >= 0 ? json::value(c.aqi) : json::value(nullptr));
        level.emplace_back(c.level);
        primary.push_back(json::value(primary_zh(c.primary)));
        verdicts.push_back(c.verdict ? json::value(verdict_name(*c.verdict)) : json::value(nullptr));
        if (!c.verdict) continue;
        ++(*c.verdict == DayVerdict::good ? good : *c.verdict == DayVerdict::lost ? lost : undetermined);
        if (*c.verdict == DayVerdict::undetermined) why[std::to_string(i)] = lacks(c);
    }
    if (const auto area = rules.network.area_of(place)) {
        const auto& days = state.dust_days(*area);
        for (auto d = days.lower_bound(calendar.first); d != days.end() && d->first - calendar.first < calendar.days;
             ++d)
            dust.push_back(json::value(d->first - calendar.first));
    }
    json::object out{{"id", rules.network.place_id(place)},
                     {"name", rules.network.place_name(place)},
                     {"kind", kind_of(place, rules.network)},
                     {"good", good},
                     {"lost", lost},
                     {"undetermined", undetermined}};
    out["aqi"] = std::move(aqi);
    out["level"] = std::move(level);
    out["primary"] = std::move(primary);
    out["verdict"] = std::move(verdicts);
    out["dust"] = std::move(dust);
    out["why"] = std::move(why);
    out["quality"] = stretches(calendar.through(), "level", [&](int i) {
        return json::value(review_level_name(state.reviewed(place, calendar.first.plus(i), rules)));
    });
    return out;
}

Reply as_csv(const std::vector<PlaceIndex>& places, const Calendar& calendar, const ReadSources& sources)
{
    const Rules& rules = sources.config->rules;
    const State& state = sources.turns->state();
    Csv csv{{"place", "date", "aqi", "level", "primary", "verdict", "lacks", "dust", "edition", "quality"}};
    for (const auto place : places) {
        const auto cells = cells_of(place, calendar, sources);
        const auto area = rules.network.area_of(place);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const Cell& c = cells[i];
            if (!c.verdict) continue;
            const LocalDay day = calendar.first.plus(static_cast<int>(i));
            const RulePack* pack = rules.pack(day);
            csv.text(rules.network.place_id(place)).text(format_day(day));
            csv.number(c.aqi >= 0 ? std::optional{c.aqi} : std::nullopt).number(c.level);
            csv.text(primary_text(c.primary)).text(verdict_name(*c.verdict));
            csv.text(*c.verdict == DayVerdict::undetermined ? lacks(c) : "");
            csv.number(area && state.dust_days(*area).contains(day) ? 1 : 0).text(pack != nullptr ? pack->id : "");
            csv.text(review_level_name(state.reviewed(place, day, rules))).end();
        }
    }
    return std::move(csv).reply(fmt::format("calendar-{}", calendar.first.year()));
}

} // namespace

Reply read_calendar(const Query& query, const ReadSources& sources)
{
    query.only({"year", "places", "kind", "format"});
    const Rules& rules = sources.config->rules;
    const State& state = sources.turns->state();
    const bool csv = wants_csv(query);
    const auto places = places_asked(query, rules.network);
    const LocalDay closed = closed_day(state);
    const int year = year_asked(query, closed.year());
    const Calendar calendar{LocalDay::from_ymd(year, 1, 1), days_in_year(year), closed};
    const bool is_old = calendar.first <= closed.plus(-rules.ledger_days);
    const std::size_t most = is_old ? old_places_most : places_most;
    if (places.size() > most)
        refuse_size("个区域或站点", "places", static_cast<std::int64_t>(places.size()),
                    static_cast<std::int64_t>(most));
    if (csv) return as_csv(places, calendar, sources);

    json::array rows;
    for (const auto place : places) rows.push_back(place_json(place, calendar, sources));
    const int through = calendar.through();
    json::object out{{"ok", true}, {"year", year}, {"days", calendar.days}, {"through", through}, {"window", "24h"}};
    out["as_of"] = nullptr;
    if (through >= 0)
        out["as_of"] = format_instant(HourEnding::of(calendar.first.plus(through), 24).instant(rules.network.offset),
                                      rules.network.offset);
    out["editions"] =
        stretches(calendar.days - 1, "id", [&](int i) { return edition_or_null(rules.pack(calendar.first.plus(i))); });
    out["places"] = std::move(rows);
    return json_reply(json::serialize(out));
}

} // namespace aqi::daemon::web
