#include "daemon/commands.hpp"

#include "daemon/commands_parts.hpp"
#include "libaqi/report.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace aqi::daemon {
namespace {

using namespace commands;

/// Of one answer about stations: some tenths of a second of the loop.
constexpr std::size_t station_hours_most = 50'000;

namespace json = boost::json;

std::string correct(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    Correction correction;
    const auto station = text(request, "station"), pollutant = text(request, "pollutant"),
               first = text(request, "first"), kind = text(request, "kind");
    if (!station || !pollutant || !first || !kind)
        return refuse("a correction needs \"station\", \"pollutant\", \"first\" and \"kind\"");
    const auto p = pollutant_named(*pollutant);
    if (!p) return refuse(fmt::format("pollutant \"{}\" is not known; known: so2 no2 pm10 co o3 pm2_5", *pollutant));
    const std::string last_text = text(request, "last").value_or(*first);
    const Network& network = c.config->rules.network;
    const auto first_hour = parse_when(*first, network), last_hour = parse_when(last_text, network);
    const auto is_hour = [](const Result<When>& w) { return w && w->kind == When::Kind::hour; };
    if (!is_hour(first_hour) || !is_hour(last_hour))
        return refuse(fmt::format("\"{}\" is not an hour; an hour reads 2016-12-20T14:00, by its end",
                                  is_hour(first_hour) ? last_text : *first));
    correction.station = *station;
    correction.pollutant = *p;
    correction.first = first_hour->hour;
    correction.last = last_hour->hour;
    correction.why = text(request, "why").value_or("");
    correction.document = text(request, "document").value_or("");
    if (const auto value = text(request, "value")) {
        const auto number = parse_concentration(*value, display_unit_ng(*p));
        if (!number) return refuse(number.error().detail);
        correction.value = *number;
    }
    for (const auto known :
         {CorrectionKind::invalidate, CorrectionKind::replace, CorrectionKind::accept, CorrectionKind::restore}) {
        if (correction_kind_name(known) != *kind) continue;
        correction.kind = known;
        return answer_outcome(c.turns->correct(correction, *person));
    }
    return refuse(fmt::format("kind \"{}\" is not known; known: invalidate, replace, accept, restore", *kind));
}

std::string decide(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const auto id = text(request, "correction");
    const auto verb = text(request, "verb");
    if (!id || !verb || (*verb != "ratify" && *verb != "refuse"))
        return refuse("it needs \"correction\" and \"verb\": ratify or refuse");
    return answer_outcome(
        c.turns->decide_correction(*id, *verb == "ratify", *person, text(request, "why").value_or("")));
}

std::string sign_off(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const auto place = text(request, "place"), first = text(request, "first"), level = text(request, "level");
    if (!place || !first || !level) return refuse("a sign-off needs \"place\", \"first\" and \"level\"");
    const auto from = parse_day(*first), until = parse_day(text(request, "last").value_or(*first));
    if (!from || !until) return refuse((from ? until : from).error().detail);
    SignOff out{*from, *until, ReviewLevel::validated, {}, text(request, "note").value_or("")};
    if (*level == "ratified")
        out.level = ReviewLevel::ratified;
    else if (*level != "validated")
        return refuse(fmt::format("level \"{}\" is not known; known: validated, ratified", *level));
    return answer_outcome(c.turns->sign_off(*place, out, *person));
}

std::string dust(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const auto area = text(request, "area"), date = text(request, "date");
    if (!area || !date) return refuse("it needs \"area\" and \"date\"");
    const auto day = parse_day(*date);
    if (!day) return refuse(day.error().detail);
    const auto* undo = request.if_contains("undo");
    const bool is_dust = undo == nullptr || !undo->is_bool() || !undo->as_bool();
    return answer_outcome(c.turns->declare_dust(
        {*area, *day, is_dust, {text(request, "document").value_or(""), text(request, "why").value_or(""), {}}},
        *person));
}

std::string declare_station(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const Network& network = c.config->rules.network;
    const auto station = text(request, "station"), note = text(request, "note");
    if (!station || !note) return refuse("it needs \"station\" and \"note\": maintenance or quarantine");
    StationDeclared out;
    out.station = *station;
    if (*note == "quarantine")
        out.note.kind = StationNote::Kind::quarantine;
    else if (*note != "maintenance")
        return refuse(fmt::format("note \"{}\" is not known; known: maintenance, quarantine", *note));
    const auto* ends = request.if_contains("ends");
    out.ends = ends != nullptr && ends->is_bool() && ends->as_bool();
    // The hour that is running now is the first one, unless another is named.
    out.note.first = hour_around(c.clock->now(), network.offset);
    for (const auto* key : {"first", "last"})
        if (request.contains(key) && !hour_of(request, key, network))
            return refuse(fmt::format("\"{}\" is not an hour; an hour reads 2016-12-20T14:00, by its end",
                                      text(request, key).value_or("")));
    if (const auto first = hour_of(request, "first", network)) out.note.first = *first;
    out.note.last = hour_of(request, "last", network);
    out.note.why = text(request, "why").value_or("");
    return answer_outcome(c.turns->declare_station(out, *person));
}

std::string tell(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const Person* who = c.config->rules.network.person_named(*person);
    if (who == nullptr || !who->may_validate)
        return refuse(fmt::format("{} may not give orders to stations: \"validate\" is missing", *person));
    const auto station = text(request, "station"), name = text(request, "order");
    if (!station || !name) return refuse("it needs \"station\" and \"order\"");
    using Kind = drivers::Order::Kind;
    constexpr std::pair<std::string_view, Kind> known[] = {{"set-time", Kind::set_time},
                                                           {"realtime-interval", Kind::realtime_interval},
                                                           {"minute-interval", Kind::minute_interval},
                                                           {"realtime-on", Kind::realtime_on},
                                                           {"realtime-off", Kind::realtime_off},
                                                           {"fetch", Kind::fetch}};
    for (const auto& [word, kind] : known) {
        if (word != *name) continue;
        drivers::Order out{kind, 0, {}, {}};
        if (const auto* number = request.if_contains("number"); number != nullptr && number->is_int64())
            out.number = static_cast<int>(std::clamp<std::int64_t>(number->as_int64(), 0, 100'000));
        if (kind == Kind::fetch) {
            const auto first = hour_of(request, "first", c.config->rules.network);
            if (!first) return refuse("fetch needs \"first\", an hour like 2016-12-20T14:00, by its end");
            out.first = *first;
            out.last = hour_of(request, "last", c.config->rules.network).value_or(*first);
        }
        return c.order(*station, out);
    }
    return refuse(fmt::format("order \"{}\" is not known; known: set-time, realtime-interval, minute-interval, "
                              "realtime-on, realtime-off, fetch",
                              *name));
}

/// Of stations over some hours: all stations and the last three days, unless the request says otherwise.
std::string
of_stations(const json::object& request, const CommandContext& c,
            const std::function<std::string(const std::vector<StationIndex>&, HourEnding, HourEnding)>& answer)
{
    const Network& network = c.config->rules.network;
    const auto closed = c.turns->state().last_closed();
    if (!closed) return refuse("no hour is closed yet");
    std::vector<StationIndex> stations;
    if (const auto id = text(request, "station")) {
        const auto station = network.station_named(*id);
        if (!station) return refuse(fmt::format("there is no station {}", *id));
        stations.push_back(*station);
    } else {
        for (std::uint32_t s = 0; s < network.stations.size(); ++s) stations.push_back(StationIndex{s});
    }
    const HourEnding last = hour_of(request, "last", network).value_or(*closed);
    const HourEnding first = hour_of(request, "first", network).value_or(last.plus(-71));
    constexpr int longest_hours = 366 * 24;
    if (last < first || last.since_epoch - first.since_epoch > longest_hours)
        return refuse("the stretch must begin before it ends and be no longer than a year");
    if (!still_open(c.turns->state(), first.day(), c.config->rules))
        return refuse(
            fmt::format("{} is before the {} days that are kept open; its values stand in the database and in "
                        "reports",
                        format_hour(first), c.config->rules.open_days));
    const auto hours = static_cast<std::size_t>(last.since_epoch - first.since_epoch + 1);
    if (hours * stations.size() > station_hours_most)
        return refuse(
            fmt::format("{} hours of {} stations at once would hold everything else up: ask for at most {} hours "
                        "of all, or for one station",
                        hours, stations.size(), station_hours_most / stations.size()));
    return answer(stations, first, last);
}

std::string set_clock(const json::object& request, const CommandContext& c)
{
    if (!c.set_clock) return refuse("the clock is real; only a drill has one that can be set");
    const auto now = text(request, "now");
    if (!now) return refuse("it needs \"now\"");
    const auto instant = parse_instant(*now);
    if (!instant) return refuse(instant.error().detail);
    const std::string why = c.set_clock(*instant);
    return why.empty() ? agree() : refuse(why);
}

} // namespace

std::string agree_command(std::string_view said) { return json::serialize(json::object{{"ok", true}, {"said", said}}); }

std::string refuse_command(std::string_view why) { return refuse(why); }

namespace {

std::string answer(std::string_view command, const json::object& request, const Peer& peer,
                   const CommandContext& context)
{
    if (command == "ping") return agree();
    if (command == "status") return context.status();
    if (command == "counts") return context.counts();
    if (auto answer = warning_command(command, request, peer, context)) return std::move(*answer);
    if (auto answer = dispatch_command(command, request, peer, context)) return std::move(*answer);
    if (command == "correct") return correct(request, peer, context);
    if (command == "decide") return decide(request, peer, context);
    if (command == "sign-off") return sign_off(request, peer, context);
    if (command == "dust") return dust(request, peer, context);
    if (command == "station") return declare_station(request, peer, context);
    if (command == "tell") return tell(request, peer, context);
    if (command == "coverage") return of_stations(request, context, context.coverage);
    if (command == "weather") return of_stations(request, context, context.weather);
    if (command == "review") return context.review();
    if (command == "audit") return context.audit(std::clamp(whole(request, "most").value_or(50), 1, 1'000));
    if (command == "recompute") return context.recompute();
    if (command == "clock") return set_clock(request, context);
    return refuse(fmt::format(
        "command \"{}\" is not known; known: ping, status, counts, forecast, act, consult, "
        "propose, drill, order, review-emergency, alarm, respond, measures, verification, audit, correct, decide, "
        "sign-off, dust, station, tell, coverage, weather, review, recompute, clock",
        command));
}

} // namespace

std::string answer_command(std::string_view line, const Peer& peer, const CommandContext& context)
{
    json::error_code ec;
    const json::value value = json::parse({line.data(), line.size()}, ec);
    const auto* request = value.if_object();
    if (ec || request == nullptr) return refuse("a request is one JSON object on one line");
    const auto command = text(*request, "command").value_or("");
    const auto now = [&] { return answer(command, *request, peer, context); };
    // A drill's clock is moved by what plays the drill, thousands of times; on the page it is a person's act.
    const bool recorded = is_act(command) || (command == "clock" && !peer.via.empty());
    return context.trail != nullptr && recorded ? on_record(*request, peer, context, now) : now();
}

} // namespace aqi::daemon
