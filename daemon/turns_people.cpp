// What people do, as turns; the story is in turns.hpp.
#include "daemon/turns.hpp"

#include <fmt/format.h>

namespace aqi::daemon {

template <class Admit>
Outcome<Result<void>> Turns::person_says(const Admit& admit, const char* counted, const Wish& wish,
                                         const NoticeContext& context)
{
    Result<void> answer;
    const auto done = run(
        [&](Turn& turn) {
            answer = {}; // a turn may be told twice
            const Instant now = clock_.now();
            auto event = admit(now);
            ++turn.counts[event ? counted : "aside_refused"];
            if (event) {
                happen(*event, now, "control", turn);
                // What somebody has moved is no longer called out.
                for (auto& follows : due(state_, now, config_.rules)) happen(std::move(follows), now, {}, turn);
                return;
            }
            answer = event.error();
            happen(ActRefused{{wish.person, now}, wish.what, event.error().detail}, now, "control", turn);
        },
        context);
    if (!done) return done.error();
    return answer;
}

Outcome<Result<void>> Turns::correct(const Correction& correction, std::string_view person)
{
    return person_says(
        [&](Instant now) { return admit_correction(state_, correction, person, now, config_.rules); }, "corrections",
        {std::string{person}, fmt::format("correct {} {} {}", correction.station, pollutant_label(correction.pollutant),
                                          format_hour(correction.first))});
}

Outcome<Result<void>> Turns::decide_correction(std::string_view id, bool ratify, std::string_view person,
                                               std::string_view why)
{
    NoticeContext context{Notice::Cause::correction, std::string{person}, {}};
    if (const Correction* c = state_.correction(id)) {
        context.who = fmt::format("{}, {}", c->validated.person, person);
        context.why = fmt::format("{} {} {} {} {}: {}", c->id, c->station, pollutant_label(c->pollutant),
                                  format_hour(c->first), correction_kind_zh(c->kind), c->why);
    }
    return person_says([&](Instant now) { return admit_decision(state_, id, ratify, person, why, now, config_.rules); },
                       "corrections_decided",
                       {std::string{person}, fmt::format("{} {}", ratify ? "ratify" : "refuse", id)}, context);
}

Outcome<Result<void>> Turns::sign_off(std::string_view place, const SignOff& sign_off, std::string_view person)
{
    return person_says([&](Instant now) { return admit_sign_off(state_, place, sign_off, person, now, config_.rules); },
                       "sign_offs",
                       {std::string{person}, fmt::format("sign-off {} {}", place, format_day(sign_off.first))});
}

Outcome<Result<void>> Turns::declare_dust(const DustDeclared& declared, std::string_view person)
{
    return person_says([&](Instant now) { return admit_dust(state_, declared, person, now, config_.rules); },
                       "dust_declarations",
                       {std::string{person}, fmt::format("dust {} {}", declared.area, format_day(declared.day))});
}

Outcome<Result<void>> Turns::declare_station(const StationDeclared& declared, std::string_view person)
{
    return person_says(
        [&](Instant now) { return admit_station_note(state_, declared, person, now, config_.rules); },
        "station_declarations",
        {std::string{person}, fmt::format("{} {}", station_note_name(declared.note.kind), declared.station)});
}

Outcome<Result<void>> Turns::forecast(const Forecast& forecast)
{
    const auto area = config_.rules.network.area_named(forecast.area);
    if (area && !stale_ && !forecast.days.empty() && state_.forecasts(*area).knows(forecast)) {
        const auto counted = run([](Turn& turn) { ++turn.counts["forecast_repeats"]; });
        if (!counted) return counted.error();
        return Result<void>{};
    }
    return person_says([&](Instant now) { return admit_forecast(forecast, now, config_.rules); }, "forecasts",
                       {forecast.person, fmt::format("forecast {}", forecast.area)});
}

Outcome<Result<void>> Turns::act(const Asked& asked)
{
    return person_says([&](Instant now) { return admit_act(state_, asked, now, config_.rules); },
                       state_.is_drill(asked.warning) ? "drill_acts" : "acts",
                       {asked.person, fmt::format("{} {}/{}", verb_name(asked.verb), asked.warning, asked.revision)});
}

Outcome<Result<void>> Turns::act(std::string_view warning, int revision, Verb verb, std::string_view person)
{
    return act(Asked{std::string{warning}, revision, verb, std::string{person}});
}

Outcome<Result<void>> Turns::consult(const PutOnTable& asked)
{
    return person_says([&](Instant now) { return admit_consult(state_, asked, now, config_.rules); }, "acts",
                       {asked.person, fmt::format("consult {}/{}", asked.warning, asked.revision)});
}

Outcome<Result<void>> Turns::propose(const WantedRevision& asked)
{
    const Wish wish{asked.person, fmt::format("{} {} {}", asked.mode == Mode::drill ? "drill" : "propose", asked.area,
                                              warning_level_name(asked.level))};
    if (asked.mode == Mode::real)
        return person_says([&](Instant now) { return admit_proposal(state_, asked, now, config_.rules); }, "acts",
                           wish);
    const auto practise = [&](Instant now) -> Result<DrillProposed> {
        auto proposed = admit_proposal(state_, asked, now, config_.rules);
        if (!proposed) return proposed.error();
        return DrillProposed{std::move(*proposed)};
    };
    return person_says(practise, "drills", wish);
}

Outcome<Result<void>> Turns::order(const OrderFromAbove& order, std::string_view person)
{
    return person_says(
        [&](Instant now) { return admit_order(state_, order, person, now, config_.rules); }, "orders",
        {std::string{person}, fmt::format("order {} {}", order.document, warning_level_name(order.level))});
}

Outcome<Result<void>> Turns::review_emergency(std::string_view warning, int revision, bool confirmed,
                                              std::string_view why, std::string_view person)
{
    return person_says(
        [&](Instant now) {
            return admit_emergency_review(state_, warning, revision, confirmed, why, person, now, config_.rules);
        },
        "acts", {std::string{person}, fmt::format("review-emergency {}/{}", warning, revision)});
}

Outcome<Result<void>> Turns::alarm_act(std::string_view id, AlarmActed::Verb verb, std::string_view note,
                                       std::optional<Instant> until, std::string_view person)
{
    return person_says(
        [&](Instant now) { return admit_alarm_act(state_, id, verb, note, until, person, now, config_.rules); },
        "alarm_acts", {std::string{person}, fmt::format("{} {}", alarm_verb_name(verb), id)});
}

Outcome<void> Turns::alarm_answered(const std::string& id, const std::string& name, const std::string& note)
{
    const Alarm* alarm = state_.alarms().named(id);
    if (alarm == nullptr || alarm->acknowledged) return {};
    return run([&](Turn& turn) {
        const Instant now = clock_.now();
        ++turn.counts["alarm_acts"];
        happen(AlarmActed{id, AlarmActed::Verb::acknowledge, {name, {}, {}, now, note}, {}}, now, "control", turn);
    });
}

Outcome<Result<void>> Turns::respond(std::string_view warning, std::string_view measure, ResponseStage stage,
                                     std::string_view note, std::string_view person)
{
    return person_says(
        [&](Instant now) { return admit_response(state_, warning, measure, stage, note, person, now, config_.rules); },
        "response_acts", {std::string{person}, fmt::format("{} {} {}", response_stage_name(stage), warning, measure)});
}

Outcome<void> Turns::note_conditions(const std::vector<Condition>& conditions)
{
    const auto changes = [&] {
        std::vector<AlarmChanged> out;
        for (const auto& c : conditions)
            if (auto change = state_.alarms().change(c.kind, c.subject, c.severity, c.detail, clock_.now(),
                                                     config_.rules.network.offset))
                out.push_back(std::move(*change));
        number_apart(out, state_.alarms());
        return out;
    };
    if (!stale_ && changes().empty()) return {};
    return run([&](Turn& turn) {
        for (auto& change : changes()) happen(std::move(change), clock_.now(), {}, turn);
    });
}

Outcome<void> Turns::refused(std::string_view who, std::string_view what, std::string_view why)
{
    return run([&](Turn& turn) {
        const Instant now = clock_.now();
        ++turn.counts["aside_refused"];
        happen(ActRefused{{std::string{who}, now}, std::string{what}, std::string{why}}, now, "control", turn);
    });
}

Outcome<void> Turns::note_what_is_due()
{
    if (!stale_ && due(state_, clock_.now(), config_.rules).empty()) return {};
    return run([&](Turn& turn) {
        const Instant now = clock_.now();
        for (auto& event : due(state_, now, config_.rules)) {
            ++turn.counts["overdue"];
            happen(std::move(event), now, {}, turn);
        }
    });
}

} // namespace aqi::daemon
