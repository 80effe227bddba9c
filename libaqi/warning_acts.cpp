#include "libaqi/warning_acts.hpp"

#include "libaqi/engine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

constexpr int ahead_days_most = 30;
constexpr std::size_t words_most = 2'000; ///< bytes of what a person writes

Fault refusal(std::string detail) { return Fault{Reason::refused, std::move(detail)}; }

std::string_view bureau_zh(Bureau bureau)
{
    switch (bureau) {
    case Bureau::environment: return "环境部门";
    case Bureau::meteorology: return "气象部门";
    case Bureau::government: return "政府";
    case Bureau::unit: return "责任单位";
    }
    return "";
}

std::string who(const Person& person) { return fmt::format("{} ({})", person.id, person.name); }

Result<const Person*> known(std::string_view id, const Rules& rules)
{
    const Person* person = rules.network.person_named(id);
    if (person == nullptr) return refusal(fmt::format("no person {} in the configuration", id));
    return person;
}

const Organisation& organisation_of(const Person& person, const Rules& rules)
{
    const Organisation* organisation = rules.network.organisation_named(person.organisation);
    AQI_CHECK(organisation != nullptr); // the configuration check refuses a person without one
    return *organisation;
}

Result<void> words_fit(std::string_view words, std::string_view what)
{
    if (words.size() > words_most)
        return refusal(fmt::format("{}: {} bytes; at most {}", what, words.size(), words_most));
    return {};
}

/// Signing for a bureau, or putting something on its table.
Result<void> speaks_for_bureau(const Person& person, std::string_view area, const Rules& rules)
{
    const Organisation& organisation = organisation_of(person, rules);
    if (!person.may_sign) return refusal(fmt::format("{} has no right to sign: \"sign\" is missing", who(person)));
    if (organisation.bureau != Bureau::environment && organisation.bureau != Bureau::meteorology)
        return refusal(fmt::format("{} belongs to neither the environment nor the meteorology bureau", who(person)));
    if (!organisation.speaks_for(area))
        return refusal(fmt::format("{} ({}) does not speak for {}", organisation.id, organisation.name, area));
    return {};
}

Result<void> may_sign(const Revision& revision, const Person& person, Instant at, const Rules& rules)
{
    const Organisation& organisation = organisation_of(person, rules);
    if (revision.closes && *revision.closes < at)
        return refusal(
            fmt::format("the consultation closed at {}; put it on the table anew (consult) to go on (会商已过时限)",
                        format_instant(*revision.closes, rules.network.offset)));
    for (const auto& signature : revision.signatures)
        if (signature.bureau == organisation.bureau)
            return refusal(fmt::format("{}已由 {} 签署 (the bureau has signed already)", bureau_zh(organisation.bureau),
                                       signature.act.person));
    return {};
}

bool is_author(const Revision& revision, std::string_view person)
{
    return std::any_of(revision.authors.begin(), revision.authors.end(),
                       [&](const Act& act) { return act.person == person; });
}

/// Rank or role, one's own or that of somebody who delegated it; the answer is who delegated, or empty.
Result<std::string> right_to_approve(const Person& person, WarningLevel level, LocalDay today, const Rules& rules)
{
    const ApprovalRule& rule = rules.approval(level);
    const auto suffices = [&](const Person& p) {
        return rule.roles.empty() ? p.may_approve_up_to >= level : p.has_role_of(rule.roles);
    };
    if (suffices(person)) return std::string{};
    for (const auto& delegation : rules.network.delegations) {
        if (delegation.to != person.id || !delegation.covers(today)) continue;
        const Person* from = rules.network.person_named(delegation.from);
        if (from != nullptr && suffices(*from)) return from->id;
    }
    std::string asked;
    for (const auto& role : rule.roles) asked += (asked.empty() ? "" : ", ") + role;
    return refusal(asked.empty() ? fmt::format("{} may not approve a {} warning: beyond the rank", who(person),
                                               warning_level_name(level))
                                 : fmt::format("{} may not approve a {} warning: it needs {}", who(person),
                                               warning_level_name(level), asked));
}

struct ApprovalAnswer {
    std::string in_place_of;
    bool completes = true;
};

Result<ApprovalAnswer> may_approve(const Revision& revision, const Person& person, Instant at, const Rules& rules)
{
    const WarningLevel needed = std::max(revision.level, revision.previous);
    const auto right = right_to_approve(person, needed, day_at(at, rules.network.offset), rules);
    if (!right) return right.error();
    for (const auto& signature : revision.signatures)
        if (signature.act.person == person.id)
            return refusal(fmt::format("{} signed this revision; somebody else must approve it", person.id));
    for (const auto& approval : revision.approvals)
        if (approval.act.person == person.id || (!right->empty() && approval.act.person == *right) ||
            (!approval.in_place_of.empty() && (approval.in_place_of == person.id || approval.in_place_of == *right)))
            return refusal(fmt::format("{} has approved it already (已批准)", who(person)));
    const int number = rules.approval(needed).number;
    const bool completes = static_cast<int>(revision.approvals.size()) + 1 >= number;
    const bool another = std::any_of(revision.approvals.begin(), revision.approvals.end(),
                                     [&](const Approval& a) { return !is_author(revision, a.act.person); });
    if (completes && !another && is_author(revision, person.id))
        return refusal(fmt::format("{} wrote this revision; an author cannot approve alone", who(person)));
    return ApprovalAnswer{*right, completes};
}

Result<void> may_publish(const Revision& revision, Verb verb, const Person& person)
{
    if (!person.may_issue) return refusal(fmt::format("{} has no right to issue: \"issue\" is missing", who(person)));
    if ((verb == Verb::lift) != (revision.kind == RevisionKind::lift))
        return refusal(verb == Verb::lift ? "the pending revision is no lift; use issue"
                                          : "the pending revision is a lift; use lift");
    return {};
}

Result<void> may_send_back(const Revision& revision, const Person& person, std::string_view why, Instant at,
                           const Rules& rules)
{
    const auto right =
        right_to_approve(person, std::max(revision.level, revision.previous), day_at(at, rules.network.offset), rules);
    if (!right) return right.error();
    if (why.empty()) return refusal("sending back needs a reason (退回须说明理由)");
    return {};
}

Result<void> may_do_emergency(const Revision& revision, const Person& person, std::string_view why)
{
    if (!person.may_emergency)
        return refusal(fmt::format("{} may not use the emergency path: \"emergency\" is missing", who(person)));
    if (revision.is_dismissal()) return refusal("what lies on the table says that no warning is needed");
    if (revision.level < revision.previous)
        return refusal("the emergency path raises; a lower level or a lift takes the ordinary one");
    if (why.empty()) return refusal("the emergency path needs a reason (紧急发布须说明理由)");
    return {};
}

struct Pending {
    const Warning* warning = nullptr;
    const Revision* revision = nullptr;
};

Result<Pending> pending_of(const State& state, std::string_view id, int number)
{
    const Warning* warning = state.warning(id);
    if (warning == nullptr) return refusal(fmt::format("there is no warning {}", id));
    const Revision* revision = warning->pending();
    if (revision == nullptr) return refusal(fmt::format("{} has nothing pending", warning->id));
    if (revision->number != number)
        return refusal(fmt::format("{}: revision {} is not the pending one; revision {} is", warning->id, number,
                                   revision->number));
    return Pending{warning, revision};
}

Result<const Move*> move_from(const Pending& pending, Verb verb)
{
    const Revision& revision = *pending.revision;
    const Move* move = move_of(revision.state, verb);
    if (move == nullptr)
        return refusal(fmt::format("{} revision {} is {} ({}); {} does not follow from there", pending.warning->id,
                                   revision.number, revision_state_name(revision.state),
                                   revision_state_zh(revision.state), verb_name(verb)));
    return move;
}

HourEnding next_hour(Instant now, UtcOffset offset) { return last_hour_over(now, offset).plus(1); }

std::string moment(HourEnding hour, const Rules& rules)
{
    return format_instant(hour.instant(rules.network.offset), rules.network.offset);
}

/// Why a warning comes later before its effect than its level asks; empty when it does not.
std::string late_why(const Revision& revision, Instant at, std::string_view person_says, const Rules& rules)
{
    const WarningRules* edition = rules.book.warning_named(revision.rules);
    if (edition == nullptr || revision.level <= revision.previous) return {};
    const int duty_hours = edition->lead_hours(revision.level);
    const auto minutes_before = [&](Instant moment) {
        return (revision.effective.instant(rules.network.offset).ms - moment.ms) / 60'000;
    };
    if (minutes_before(at) >= std::int64_t{duty_hours} * 60) return {};
    if (!person_says.empty()) return std::string{person_says};
    if (minutes_before(revision.proposed_at) < std::int64_t{duty_hours} * 60)
        return fmt::format("提出时距生效不足{}小时 (it was called for only {} min ahead)", duty_hours,
                           std::max<std::int64_t>(0, minutes_before(revision.proposed_at)));
    return fmt::format("会商与审批用时{}分钟 (consultation and approval took {} min)",
                       (at.ms - revision.proposed_at.ms) / 60'000, (at.ms - revision.proposed_at.ms) / 60'000);
}

/// A level people want, against what is in force and what stands above.
Result<RevisionKind> kind_of(WarningLevel level, WarningLevel in_force, bool cancel)
{
    if (cancel && level != WarningLevel::none) return refusal("a cancelled warning has no level");
    if (level == in_force)
        return refusal(level == WarningLevel::none ? "nothing is in force that could be lifted (没有生效的预警可解除)"
                                                   : fmt::format("{} is in force already", warning_level_name(level)));
    if (level == WarningLevel::none) return cancel ? RevisionKind::cancel : RevisionKind::lift;
    if (in_force == WarningLevel::none) return RevisionKind::raise;
    return level > in_force ? RevisionKind::upgrade : RevisionKind::downgrade;
}

Result<void> level_known(WarningLevel level, const Area& area, Instant at, const Rules& rules)
{
    const WarningRules* edition = rules.warning(area, day_at(at, rules.network.offset));
    if (edition == nullptr) return refusal("no warning standards are in force on this day");
    if (level == WarningLevel::none) return {};
    std::string levels;
    for (const auto& rule : edition->levels) {
        if (rule.level == level) return {};
        levels += (levels.empty() ? "" : ", ") + std::string{warning_level_name(rule.level)};
    }
    return refusal(fmt::format("{} has no level {}; it has {}", edition->id, warning_level_name(level), levels));
}

Result<void> above_floor(const State& state, std::string_view area, WarningLevel level, Instant at, const Rules& rules)
{
    const OrderFromAbove* order = state.strictest_order(area, at, rules);
    if (order == nullptr || level >= order->level) return {};
    return refusal(fmt::format("{} ({}) orders {}; a lower level needs its end first (上级指令未解除)", order->document,
                               order->authority, warning_level_name(order->level)));
}

Result<void> times_fit(HourEnding effective, const std::optional<HourEnding>& until, Instant at, const Rules& rules)
{
    const HourEnding next = next_hour(at, rules.network.offset);
    if (effective < next)
        return refusal(
            fmt::format("{} is over; the next full hour is {}", moment(effective, rules), moment(next, rules)));
    if (effective.day() - day_at(at, rules.network.offset) > ahead_days_most)
        return refusal(fmt::format("{} is more than {} days ahead", moment(effective, rules), ahead_days_most));
    if (until && *until <= effective) return refusal("it would end before it takes effect");
    return {};
}

} // namespace

Result<PersonActed> admit_act(const State& state, const Asked& asked, Instant at, const Rules& rules)
{
    const auto person = known(asked.person, rules);
    if (!person) return person.error();
    const auto pending = pending_of(state, asked.warning, asked.revision);
    if (!pending) return pending.error();
    const auto move = move_from(*pending, asked.verb);
    if (!move) return move.error();
    if (const auto fits = words_fit(asked.why, "the reason"); !fits) return fits.error();
    const Warning& warning = *pending->warning;
    const Revision& revision = *pending->revision;
    const Person& p = **person;
    PersonActed out{warning.id, revision.number, asked.verb, p.id, organisation_of(p, rules).bureau, (*move)->to, at};
    out.why = asked.why;
    Result<void> may;
    switch (asked.verb) {
    case Verb::consult: return refusal("what lies on the table is changed by consult");
    case Verb::sign:
        may = speaks_for_bureau(p, warning.area, rules);
        if (may) may = may_sign(revision, p, at, rules);
        // Both say that no warning is needed: there is nothing to approve.
        if (may && revision.is_dismissal() && out.to == RevisionState::agreed) out.to = RevisionState::dismissed;
        break;
    case Verb::object:
        may = speaks_for_bureau(p, warning.area, rules);
        if (may && asked.why.empty()) may = refusal("an objection needs a reason (异议须说明理由)");
        break;
    case Verb::approve: {
        const auto approval = may_approve(revision, p, at, rules);
        if (!approval) return approval.error();
        out.in_place_of = approval->in_place_of;
        if (!approval->completes) out.to = RevisionState::agreed;
        break;
    }
    case Verb::send_back: may = may_send_back(revision, p, asked.why, at, rules); break;
    case Verb::issue:
    case Verb::lift: may = may_publish(revision, asked.verb, p); break;
    case Verb::emergency: may = may_do_emergency(revision, p, asked.why); break;
    }
    if (!may) return may.error();
    if (out.to == RevisionState::issued) {
        if (!state.is_drill(warning.id))
            if (const auto floor = above_floor(state, warning.area, revision.level, at, rules); !floor)
                return floor.error();
        Revision planned = revision;
        planned.effective = std::max(planned.effective, next_hour(at, rules.network.offset));
        if (planned.until && *planned.until <= planned.effective)
            return refusal("the end that was agreed would come before it takes effect; put another on the table");
        out.late_why = late_why(planned, at, asked.verb == Verb::emergency ? std::string_view{} : asked.why, rules);
    }
    return out;
}

Result<Consulted> admit_consult(const State& state, const PutOnTable& asked, Instant at, const Rules& rules)
{
    const auto person = known(asked.person, rules);
    if (!person) return person.error();
    const auto pending = pending_of(state, asked.warning, asked.revision);
    if (!pending) return pending.error();
    if (const auto move = move_from(*pending, Verb::consult); !move) return move.error();
    const Warning& warning = *pending->warning;
    const Revision& revision = *pending->revision;
    if (const auto may = speaks_for_bureau(**person, warning.area, rules); !may) return may.error();
    const auto area = rules.network.area_named(warning.area);
    if (!area) return refusal(fmt::format("area {} is no longer in the configuration", warning.area));
    Consulted out;
    out.warning = warning.id;
    out.revision = revision.number;
    out.act = {(*person)->id, at};
    out.why = asked.why;
    out.kind = revision.kind;
    Proposal& proposal = out.proposal;
    proposal = {asked.level.value_or(revision.level), revision.effective, revision.until, revision.wording};
    if (asked.level) {
        if (const auto fits = level_known(*asked.level, rules.network.areas[area->value], at, rules); !fits)
            return fits.error();
        // "No warning is needed" stays what was proposed: a raise, or an upgrade that does not come.
        if (*asked.level != WarningLevel::none || warning.level() != WarningLevel::none ||
            ends_warning(revision.kind)) {
            const bool keeps = revision.level > revision.previous && *asked.level == revision.previous;
            if (keeps) {
                proposal.level = WarningLevel::none;
            } else {
                const auto kind = kind_of(*asked.level, warning.level(), revision.kind == RevisionKind::cancel);
                if (!kind) return kind.error();
                out.kind = *kind;
            }
        }
    }
    const bool dismissal = proposal.level == WarningLevel::none && !ends_warning(out.kind);
    const WarningLevel resulting = dismissal ? warning.level() : proposal.level;
    if (!state.is_drill(warning.id))
        if (const auto floor = above_floor(state, warning.area, resulting, at, rules); !floor) return floor.error();
    proposal.effective = asked.effective.value_or(std::max(revision.effective, next_hour(at, rules.network.offset)));
    if (asked.until) proposal.until = *asked.until;
    if (asked.wording) proposal.wording = *asked.wording;
    if (const auto fits = times_fit(proposal.effective, proposal.until, at, rules); !fits) return fits.error();
    for (const auto& words : {std::string_view{proposal.wording}, std::string_view{asked.why}})
        if (const auto fits = words_fit(words, "the text"); !fits) return fits.error();
    out.closes = Instant{at.ms + std::int64_t{rules.consultation.closes_after_minutes} * 60'000};
    out.record = consultation_record(state, *area, at, rules);
    return out;
}

Result<Proposed> admit_proposal(const State& state, const WantedRevision& asked, Instant at, const Rules& rules)
{
    const auto person = known(asked.person, rules);
    if (!person) return person.error();
    const auto index = rules.network.area_named(asked.area);
    if (!index) return refusal(fmt::format("there is no area {}", asked.area));
    const Area& area = rules.network.areas[index->value];
    if (const auto may = speaks_for_bureau(**person, area.id, rules); !may) return may.error();
    if (const auto fits = level_known(asked.level, area, at, rules); !fits) return fits.error();
    const bool drill = asked.mode == Mode::drill;
    const Warning* open = drill ? state.open_drill(area.id) : state.open_warning(area.id);
    if (open != nullptr && open->pending() != nullptr)
        return refusal(fmt::format("{} has revision {} pending; change that (consult), or finish it first", open->id,
                                   open->pending()->number));
    const WarningLevel in_force = open != nullptr ? open->level() : WarningLevel::none;
    const auto kind = kind_of(asked.level, in_force, asked.cancel);
    if (!kind) return kind.error();
    if (!drill)
        if (const auto floor = above_floor(state, area.id, asked.level, at, rules); !floor) return floor.error();
    if (asked.why.empty()) return refusal("a proposal of people needs a reason (须说明理由)");
    for (const auto& words : {std::string_view{asked.wording}, std::string_view{asked.why}})
        if (const auto fits = words_fit(words, "the text"); !fits) return fits.error();
    const HourEnding effective = asked.effective.value_or(next_hour(at, rules.network.offset));
    if (const auto fits = times_fit(effective, asked.until, at, rules); !fits) return fits.error();

    const LocalDay today = day_at(at, rules.network.offset);
    const WarningRules* edition = rules.warning(area, today); // level_known() has seen that there is one
    Judgement judgement;
    if (const auto called = called_for(state, *index, today, *edition, rules)) {
        judgement = *called;
    } else {
        judgement.first = judgement.last = effective.plus(1).day();
        if (asked.until) judgement.last = asked.until->day();
    }
    Proposed out =
        new_revision(state, area, asked.mode, *kind, asked.level, effective, std::move(judgement), *edition, at, rules);
    out.revision.origin = Origin::people;
    out.revision.why = asked.why;
    out.revision.wording = asked.wording;
    out.revision.until = asked.until;
    out.revision.authors.push_back({(*person)->id, at});
    out.revision.record = consultation_record(state, *index, at, rules);
    return out;
}

Result<Ordered> admit_order(const State& state, OrderFromAbove order, std::string_view person_id, Instant at,
                            const Rules& rules)
{
    const auto person = known(person_id, rules);
    if (!person) return person.error();
    if (!(*person)->may_order)
        return refusal(fmt::format("{} may not enter an order from above: \"order\" is missing", who(**person)));
    if (order.authority.empty() || order.document.empty())
        return refusal("an order names who gave it and the number of its document");
    for (const auto& words :
         {std::string_view{order.authority}, std::string_view{order.document}, std::string_view{order.text}})
        if (const auto fits = words_fit(words, "the order"); !fits) return fits.error();
    const OrderFromAbove* before = nullptr;
    for (const auto& known_order : state.orders())
        if (known_order.document == order.document && known_order.authority == order.authority) before = &known_order;
    if (order.areas.empty() && before != nullptr) order.areas = before->areas;
    if (order.areas.empty()) return refusal("an order names at least one area");
    for (const auto& id : order.areas) {
        const auto area = rules.network.area_named(id);
        if (!area) return refusal(fmt::format("there is no area {}", id));
        if (const auto fits = level_known(order.level, rules.network.areas[area->value], at, rules); !fits)
            return fits.error();
    }
    if (order.level == WarningLevel::none && (before == nullptr || before->level == WarningLevel::none))
        return refusal(fmt::format("no order {} of {} stands that could end", order.document, order.authority));
    if (order.effective == HourEnding{}) order.effective = next_hour(at, rules.network.offset);
    if (order.until && *order.until <= order.effective) return refusal("the order would end before it takes effect");
    order.entered = {(*person)->id, at};
    const int year = day_at(at, rules.network.offset).year();
    const std::string prefix = fmt::format("order-{}-", year);
    int number = 0; // of all there ever were: one that was replaced leaves a later one behind
    for (const auto& o : state.orders())
        if (o.id.starts_with(prefix)) number = std::max(number, std::stoi(o.id.substr(prefix.size())));
    order.id = fmt::format("{}{:03}", prefix, number + 1);
    return Ordered{std::move(order)};
}

Result<EmergencyReviewed> admit_emergency_review(const State& state, std::string_view warning_id, int number,
                                                 bool confirmed, std::string_view why, std::string_view person_id,
                                                 Instant at, const Rules& rules)
{
    const auto person = known(person_id, rules);
    if (!person) return person.error();
    const Warning* warning = state.warning(warning_id);
    if (warning == nullptr) return refusal(fmt::format("there is no warning {}", warning_id));
    const Revision* revision = nullptr;
    for (const auto& r : warning->revisions)
        if (r.number == number) revision = &r;
    if (revision == nullptr || !revision->emergency)
        return refusal(fmt::format("{} revision {} was not issued as an emergency", warning_id, number));
    if (revision->review)
        return refusal(fmt::format("{} reviewed it at {}", revision->review->act.person,
                                   format_instant(revision->review->act.at, rules.network.offset)));
    if (revision->issue && revision->issue->person == (*person)->id)
        return refusal(fmt::format("{} issued it; somebody else must review it", who(**person)));
    const auto right = right_to_approve(**person, revision->level, day_at(at, rules.network.offset), rules);
    if (!right) return right.error();
    if (why.empty()) return refusal("a review says what was found (须写明复核意见)");
    if (const auto fits = words_fit(why, "the review"); !fits) return fits.error();
    return EmergencyReviewed{warning->id, number, {{(*person)->id, at}, confirmed, std::string{why}}};
}

Result<ForecastIssued> admit_forecast(const Forecast& forecast, Instant at, const Rules& rules)
{
    const auto area = rules.network.area_named(forecast.area);
    if (!area) return refusal(fmt::format("there is no area {}", forecast.area));
    const auto person = known(forecast.person, rules);
    if (!person) return person.error();
    if (!(*person)->may_forecast)
        return refusal(fmt::format("{} has no right to forecast: \"forecast\" is missing", who(**person)));
    const Organisation& organisation = organisation_of(**person, rules);
    if (organisation.id != forecast.organisation)
        return refusal(fmt::format("{} does not belong to {}", (*person)->id, forecast.organisation));
    if (!organisation.speaks_for(forecast.area))
        return refusal(fmt::format("{} ({}) does not speak for {}", organisation.id, organisation.name, forecast.area));
    if (forecast.days.empty()) return refusal("a forecast names at least one day");
    constexpr std::int64_t clock_ms = 10 * 60'000;
    if (forecast.issued_at.ms > at.ms + clock_ms)
        return refusal(fmt::format("issued at {}, which is ahead of our clock",
                                   format_instant(forecast.issued_at, rules.network.offset)));
    const LocalDay issued = day_at(forecast.issued_at, rules.network.offset);
    const LocalDay today = day_at(at, rules.network.offset);
    const auto range = [](int low, int high) { return low >= 0 && high <= 500 && low <= high; };
    for (const auto& day : forecast.days) {
        if (!range(day.aqi_low, day.aqi_high))
            return refusal(fmt::format("{}: AQI {} to {} is no range within 0 to 500", format_day(day.day), day.aqi_low,
                                       day.aqi_high));
        for (const auto p : all_pollutants)
            if (day.values[p] && (day.values[p]->high < day.values[p]->low || day.values[p]->low < Concentration{}))
                return refusal(fmt::format("{}: the range of {} is upside down, or negative", format_day(day.day),
                                           pollutant_label(p)));
        // What was issued in time and comes late is kept for the verification; it decides nothing.
        if (day.day < issued || today - day.day > 10)
            return refusal(fmt::format("{} is over; a forecast looks ahead", format_day(day.day)));
        if (day.day - issued > ahead_days_most)
            return refusal(fmt::format("{} is more than {} days ahead", format_day(day.day), ahead_days_most));
        if (const auto fits = words_fit(day.weather, "the weather"); !fits) return fits.error();
        if (const auto fits = words_fit(day.primary, "the primary pollutants"); !fits) return fits.error();
        if (std::count_if(forecast.days.begin(), forecast.days.end(),
                          [&](const ForecastDay& d) { return d.day == day.day; }) > 1)
            return refusal(fmt::format("{} is there twice", format_day(day.day)));
    }
    for (const auto& hour : forecast.hours)
        if (!range(hour.aqi_low, hour.aqi_high))
            return refusal(fmt::format("{}: AQI {} to {} is no range within 0 to 500", format_hour(hour.hour),
                                       hour.aqi_low, hour.aqi_high));
    return ForecastIssued{forecast, at};
}

} // namespace aqi
