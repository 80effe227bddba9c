// Forecasts, warnings and orders on the control socket; the requests stand in commands.hpp.
#include "daemon/commands_parts.hpp"

#include "daemon/web/ledger_json.hpp"
#include "drivers/cap_order.hpp"
#include "drivers/forecast_text.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace aqi::daemon::commands {
namespace {

namespace json = boost::json;

/// Fills `out` where the request names a moment: an hour by its end, or with a minute that is none the words of the refusal.
Result<void> moment_of(const json::object& request, std::string_view key, const Network& network,
                       std::optional<HourEnding>& out)
{
    const auto written = text(request, key);
    if (!written) return {};
    out = hour_of(request, key, network);
    if (out) return {};
    // People write the beginning of a day as its 00:00, which is hour 24 of the day before.
    if (const auto instant = parse_instant(*written)) {
        const auto hour = hour_ending_at(*instant, network.offset);
        if (!hour) return hour.error();
        out = *hour;
        return {};
    }
    return Fault{Reason::malformed,
                 fmt::format("\"{}\": \"{}\" is no full hour; it reads 2016-12-30T00:00", key, *written)};
}

std::string forecast(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const Person* author = c.config->rules.network.person_named(*person);
    AQI_CHECK(author != nullptr); // accounts are only read together with their person
    auto parsed = drivers::parse_forecast_json(json::serialize(request), c.clock->now(), c.config->rules.network.offset,
                                               {"command", "person"});
    if (!parsed) {
        (void)c.turns->refused(*person, "forecast", parsed.error().detail);
        return refuse(parsed.error().detail);
    }
    parsed->organisation = author->organisation;
    parsed->person = author->id;
    return answer_outcome(c.turns->forecast(*parsed));
}

std::string act(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const auto warning = text(request, "warning");
    const auto revision = whole(request, "revision");
    const auto verb = text(request, "verb");
    if (!warning || !revision || !verb) return refuse("it needs \"warning\", \"revision\" and \"verb\"");
    const auto known = verb_named(*verb);
    if (!known || *known == Verb::consult)
        return refuse(fmt::format(
            "verb \"{}\" is not known; known: sign, object, approve, send-back, issue, lift, emergency", *verb));
    return answer_outcome(c.turns->act({*warning, *revision, *known, *person, text(request, "why").value_or("")}));
}

std::string consult(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const Network& network = c.config->rules.network;
    const auto warning = text(request, "warning");
    const auto revision = whole(request, "revision");
    if (!warning || !revision) return refuse("it needs \"warning\" and \"revision\"");
    PutOnTable out{
        *warning, *revision, *person, {}, {}, {}, text(request, "wording"), text(request, "why").value_or("")};
    if (const auto level = text(request, "level")) {
        out.level = warning_level_named(*level);
        if (!out.level)
            return refuse(fmt::format("level \"{}\" is not known; known: none, blue, yellow, orange, red", *level));
    }
    if (const auto given = moment_of(request, "effective", network, out.effective); !given)
        return refuse(given.error().detail);
    std::optional<HourEnding> until;
    if (text(request, "until") == "open") {
        out.until.emplace(std::nullopt);
    } else if (const auto given = moment_of(request, "until", network, until); !given) {
        return refuse(given.error().detail);
    } else if (until) {
        out.until.emplace(until);
    }
    return answer_outcome(c.turns->consult(out));
}

std::string propose(Mode mode, const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const Network& network = c.config->rules.network;
    const auto area = text(request, "area"), level = text(request, "level");
    if (!area || !level) return refuse("it needs \"area\" and \"level\"");
    WantedRevision out;
    out.mode = mode;
    out.area = *area;
    out.person = *person;
    out.cancel = *level == "cancel";
    const auto known = out.cancel ? WarningLevel::none : warning_level_named(*level);
    if (!known)
        return refuse(fmt::format("level \"{}\" is not known; known: none, blue, yellow, orange, red, cancel", *level));
    out.level = *known;
    if (const auto given = moment_of(request, "effective", network, out.effective); !given)
        return refuse(given.error().detail);
    if (const auto given = moment_of(request, "until", network, out.until); !given) return refuse(given.error().detail);
    out.wording = text(request, "wording").value_or("");
    out.why = text(request, "why").value_or("");
    return answer_outcome(c.turns->propose(out));
}

std::vector<std::string> areas_of(const json::object& request)
{
    std::vector<std::string> out;
    if (const auto* areas = request.if_contains("areas"); areas != nullptr && areas->is_array())
        for (const auto& area : areas->as_array())
            if (area.is_string()) out.emplace_back(area.as_string());
    return out;
}

/// An alert of the province, with what the person knows better than the file.
std::string order_by_file(const json::object& request, const std::string& person, const CommandContext& c)
{
    const Network& network = c.config->rules.network;
    const auto refused = [&](const std::string& why) {
        (void)c.turns->refused(person, "order", why);
        return refuse(why);
    };
    drivers::CapWords said{{}, areas_of(request)};
    if (const auto level = text(request, "level")) {
        said.level = warning_level_named(*level);
        if (!said.level || *said.level == WarningLevel::none)
            return refuse(fmt::format("level \"{}\" is not known; known: blue, yellow, orange, red", *level));
    }
    auto order = drivers::order_of_cap(text(request, "cap").value_or(""), said, network);
    if (!order) return refused(order.error().detail);
    if (const auto follows = drivers::follow(*order, c.turns->state().orders()); !follows)
        return refused(follows.error().detail);
    std::optional<HourEnding> effective;
    if (const auto given = moment_of(request, "effective", network, effective); !given)
        return refuse(given.error().detail);
    if (effective) order->order.effective = *effective;
    if (const auto given = moment_of(request, "until", network, order->order.until); !given)
        return refuse(given.error().detail);
    const auto entered = c.turns->order(order->order, person);
    if (!entered || !*entered) return answer_outcome(entered);
    const OrderFromAbove& o = c.turns->state().orders().back();
    json::array notes, areas;
    for (const auto& note : order->notes) notes.emplace_back(note);
    for (const auto& area : o.areas) areas.emplace_back(area);
    return json::serialize(
        json::object{{"ok", true},
                     {"id", o.id},
                     {"authority", o.authority},
                     {"document", o.document},
                     {"level", warning_level_name(o.level)},
                     {"areas", std::move(areas)},
                     {"effective", format_instant(o.effective.instant(network.offset), network.offset)},
                     {"notes", std::move(notes)}});
}

std::string order_from_above(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const Network& network = c.config->rules.network;
    if (request.contains("cap")) return order_by_file(request, *person, c);
    const auto level = text(request, "level");
    const auto known = level ? warning_level_named(*level) : std::nullopt;
    if (!known) return refuse("it needs \"level\": none, blue, yellow, orange or red");
    OrderFromAbove order;
    order.level = *known;
    order.authority = text(request, "authority").value_or("");
    order.document = text(request, "document").value_or("");
    order.text = text(request, "text").value_or("");
    order.areas = areas_of(request);
    std::optional<HourEnding> effective;
    if (const auto given = moment_of(request, "effective", network, effective); !given)
        return refuse(given.error().detail);
    if (effective) order.effective = *effective;
    if (const auto given = moment_of(request, "until", network, order.until); !given)
        return refuse(given.error().detail);
    return answer_outcome(c.turns->order(order, *person));
}

std::string review_emergency(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const auto warning = text(request, "warning"), verdict = text(request, "verdict");
    const auto revision = whole(request, "revision");
    if (!warning || !revision || !verdict || (*verdict != "confirm" && *verdict != "reject"))
        return refuse("it needs \"warning\", \"revision\" and \"verdict\": confirm or reject");
    return answer_outcome(c.turns->review_emergency(*warning, *revision, *verdict == "confirm",
                                                    text(request, "why").value_or(""), *person));
}

std::string alarm(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const auto id = text(request, "alarm"), verb = text(request, "verb");
    if (!id || !verb)
        return refuse("it needs \"alarm\" and \"verb\": acknowledge, silence, confirm-silence, note or own");
    std::optional<Instant> until;
    if (const auto written = text(request, "until")) {
        const auto at = parse_instant(*written);
        if (!at) return refuse(at.error().detail);
        until = *at;
    }
    for (const auto known : {AlarmActed::Verb::acknowledge, AlarmActed::Verb::silence,
                             AlarmActed::Verb::confirm_silence, AlarmActed::Verb::note, AlarmActed::Verb::own})
        if (alarm_verb_name(known) == *verb)
            return answer_outcome(c.turns->alarm_act(*id, known, text(request, "note").value_or(""), until, *person));
    return refuse(
        fmt::format("verb \"{}\" is not known; known: acknowledge, silence, confirm-silence, note, own", *verb));
}

std::string respond(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto person = person_of(request, peer, c);
    if (!person) return refuse(person.error().detail);
    const auto warning = text(request, "warning"), measure = text(request, "measure"), stage = text(request, "stage");
    if (!warning || !measure || !stage) return refuse("it needs \"warning\", \"measure\" and \"stage\"");
    const auto known = response_stage_named(*stage);
    if (!known)
        return refuse(fmt::format("stage \"{}\" is not known; known: notified, acknowledged, started, ended", *stage));
    return answer_outcome(c.turns->respond(*warning, *measure, *known, text(request, "note").value_or(""), *person));
}

/// {"command": "verification", "area", "first", "last"}: days; the last 90 if left out.
std::string verification(const json::object& request, const CommandContext& c)
{
    const Network& network = c.config->rules.network;
    const auto id = text(request, "area");
    const auto area = id ? network.area_named(*id) : std::nullopt;
    if (!area) return refuse(fmt::format("there is no area {}", id.value_or("")));
    const auto closed = c.turns->state().last_closed_day();
    if (!closed) return refuse("no day is closed yet");
    LocalDay last = *closed;
    if (const auto written = text(request, "last")) {
        const auto day = parse_day(*written);
        if (!day) return refuse(day.error().detail);
        last = std::min(*day, *closed);
    }
    LocalDay first = last.plus(-89);
    if (const auto written = text(request, "first")) {
        const auto day = parse_day(*written);
        if (!day) return refuse(day.error().detail);
        first = *day;
    }
    if (last < first || last - first > 400)
        return refuse("the stretch must begin before it ends and be no longer than 400 days");
    json::object out = web::verification_json(verify(c.turns->state(), *area, first, last, c.config->rules), network);
    out["ok"] = true;
    return json::serialize(out);
}

} // namespace

std::optional<std::string> warning_command(std::string_view command, const json::object& request, const Peer& peer,
                                           const CommandContext& context)
{
    if (command == "forecast") return forecast(request, peer, context);
    if (command == "act") return act(request, peer, context);
    if (command == "consult") return consult(request, peer, context);
    if (command == "propose") return propose(Mode::real, request, peer, context);
    if (command == "drill") return propose(Mode::drill, request, peer, context);
    if (command == "order") return order_from_above(request, peer, context);
    if (command == "review-emergency") return review_emergency(request, peer, context);
    if (command == "alarm") return alarm(request, peer, context);
    if (command == "measures")
        return json::serialize(json::object{
            {"ok", true}, {"measures", web::responses_json(context.turns->state(), context.config->rules, SIZE_MAX)}});
    if (command == "verification") return verification(request, context);
    if (command == "respond") return respond(request, peer, context);
    return std::nullopt;
}

} // namespace aqi::daemon::commands
