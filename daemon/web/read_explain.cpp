#include "daemon/web/read_explain.hpp"

#include "daemon/web/read.hpp"
#include "libaqi/explain.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr int notices_looked_at = 1'000;

json::value shown_or_null(const std::optional<Concentration>& value, Pollutant p)
{
    return value ? json::value(format_concentration(*value, display_unit_ng(p))) : json::value(nullptr);
}

std::vector<StationIndex> stations_of(PlaceIndex place, LocalDay day, const Network& network)
{
    if (const auto area = network.area_of(place)) return network.areas[area->value].sites(day);
    return {StationIndex{place.value}};
}

/// Values that were said again with another meaning: which came first, which counts.
json::array revisions(const ReadSources& sources, PlaceIndex place, LocalDay day)
{
    const Network& network = sources.config->rules.network;
    json::array out;
    JournalReader journal{sources.config->data_folder / "aqid.db", network};
    for (const auto station : stations_of(place, day, network)) {
        std::map<std::pair<HourEnding, Pollutant>, std::vector<JournalReader::Received>> by_hour;
        for (auto& received : journal.of_day(station, day))
            by_hour[{received.observed.hour, received.observed.pollutant}].push_back(std::move(received));
        for (const auto& [key, values] : by_hour) {
            if (values.size() < 2) continue;
            json::array said;
            for (const auto& v : values) {
                json::object o{{"flag", std::string(1, flag_letter(v.observed.flag))},
                               {"at", format_instant(v.received_at, network.offset)},
                               {"link", v.link}};
                o["value"] = shown_or_null(v.observed.value, key.second);
                said.push_back(std::move(o));
            }
            out.push_back(json::object{{"station", network.stations[station.value].id},
                                       {"hour", format_hour(key.first)},
                                       {"pollutant", pollutant_name(key.second)},
                                       {"label", pollutant_label(key.second)},
                                       {"unit", display_unit(key.second)},
                                       {"said", std::move(said)}});
        }
    }
    return out;
}

json::object act_json(const Act& act, const Network& network)
{
    const Person* person = network.person_named(act.person);
    return {{"person", act.person},
            {"name", person != nullptr ? person->name : act.person},
            {"at", format_instant(act.at, network.offset)}};
}

json::array corrections(const State& state, PlaceIndex place, LocalDay day, const Network& network)
{
    std::vector<std::string> ids;
    for (const auto station : stations_of(place, day, network)) ids.push_back(network.stations[station.value].id);
    json::array out;
    for (const auto& c : state.corrections()) {
        if (c.last.day() < day || day < c.first.day() || std::find(ids.begin(), ids.end(), c.station) == ids.end())
            continue;
        json::object o{{"id", c.id},
                       {"station", c.station},
                       {"pollutant", pollutant_name(c.pollutant)},
                       {"label", pollutant_label(c.pollutant)},
                       {"unit", display_unit(c.pollutant)},
                       {"first", format_hour(c.first)},
                       {"last", format_hour(c.last)},
                       {"kind", correction_kind_name(c.kind)},
                       {"kind_zh", correction_kind_zh(c.kind)},
                       {"why", c.why},
                       {"state", correction_state_name(c.state)},
                       {"validated", act_json({c.validated.person, c.validated.at}, network)}};
        o["value"] = shown_or_null(c.value, c.pollutant);
        o["decided"] = nullptr;
        if (c.decided) o["decided"] = act_json({c.decided->person, c.decided->at}, network);
        out.push_back(std::move(o));
    }
    return out;
}

json::array notices(const ReadSources& sources, const std::string& place, LocalDay day)
{
    json::array out;
    for (const auto& n : sources.store->newest_notices(notices_looked_at))
        for (const auto& c : n.changes) {
            if (c.place != place || c.day != day) continue;
            json::object o{{"number", n.number}, {"what_zh", change_zh(c.what)},
                           {"before", c.before}, {"after", c.after},
                           {"why", n.why},       {"who", n.who}};
            o["pollutant"] = c.pollutant ? json::value(pollutant_name(*c.pollutant)) : json::value(nullptr);
            out.push_back(std::move(o));
        }
    return out;
}

/// What the daemon holds in memory may be less than what is asked for; half of it would explain a figure wrongly.
void hold_to_what_is_at_hand(const When& when, const State& state, const Rules& rules)
{
    const auto closed = state.last_closed_day();
    if (!closed) throw Refusal(422, "还没有统计完成的日子", "no day is closed yet");
    const bool of_hours = when.kind == When::Kind::hour || when.kind == When::Kind::day;
    const LocalDay first =
        closed->plus(1 - (of_hours ? std::min(rules.open_days, rules.ledger_days) : rules.ledger_days));
    if (first <= when.first) return;
    throw Refusal(422, fmt::format("{} 之前的数据不在内存中；请在服务器上运行 aqictl explain", format_day(first)),
                  fmt::format("days before {} are not at hand; run aqictl explain on the server", format_day(first)));
}

} // namespace

Reply read_explain(const Query& query, const ReadSources& sources)
{
    query.only({"of", "when", "what", "format"});
    const Rules& rules = sources.config->rules;
    const Network& network = rules.network;
    const State& state = sources.turns->state();
    const std::string of{query.text("of")}, when_text{query.text("when")}, what{query.text("what")};
    const std::string_view format = query.text("format");
    if (!format.empty() && format != "json" && format != "text")
        throw Refusal(400, "format 应为 json 或 text", "format must be json or text");
    // Of an hour or a day all lines are told, whatever is asked for: a word nobody knows would pass for understood.
    if (!what.empty() && what != "good-days" && what != "statistics" && !pollutant_named(what))
        throw Refusal(
            400, fmt::format("what 的“{}”无法识别；可用 so2 no2 pm10 co o3 pm2_5 good-days statistics", what),
            fmt::format("what: \"{}\" is not known; known: so2 no2 pm10 co o3 pm2_5 good-days statistics", what));
    const auto place = network.place_named(of);
    if (!place)
        throw Refusal(404, fmt::format("没有区域或站点“{}”", of),
                      fmt::format("there is no area or station \"{}\"", of));
    const auto when = parse_when(when_text, network);
    if (!when) throw Refusal(400, "when 无法识别：" + when.error().detail, when.error().detail);
    hold_to_what_is_at_hand(*when, state, rules);
    const auto lines = explain(state, of, when_text, what, rules);
    if (!lines) throw Refusal(422, "无法说明：" + lines.error().detail, lines.error().detail);

    if (format == "text") {
        Reply out;
        for (const auto& line : *lines) out.body += line + "\n";
        return out;
    }
    json::array texts;
    for (const auto& line : *lines) texts.emplace_back(line);
    json::object out{{"ok", true},        {"of", of},     {"name", network.place_name(*place)},
                     {"when", when_text}, {"what", what}, {"lines", std::move(texts)}};
    const bool is_day = when->kind == When::Kind::day;
    out["review"] = nullptr;
    if (is_day) out["review"] = review_level_name(state.reviewed(*place, when->first, rules));
    out["revisions"] = is_day ? revisions(sources, *place, when->first) : json::array{};
    out["corrections"] = is_day ? corrections(state, *place, when->first, network) : json::array{};
    out["notices"] = is_day ? notices(sources, network.place_id(*place), when->first) : json::array{};
    return json_reply(json::serialize(out));
}

} // namespace aqi::daemon::web
