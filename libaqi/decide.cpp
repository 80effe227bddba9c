// What follows from an event: the heart of the warning machine; the story is in engine.hpp. See HACKING, "The life of a warning".
#include "libaqi/engine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

/// The moment a local day begins, as the hour label that ends there.
HourEnding start_of(LocalDay day) { return HourEnding::of(day.plus(-1), 24); }

HourEnding next_hour(Instant now, UtcOffset offset) { return last_hour_over(now, offset).plus(1); }

std::string next_warning_id(const State& state, Mode mode, std::string_view area, int year)
{
    const auto& all = mode == Mode::drill ? state.drills() : state.warnings();
    const std::string prefix = fmt::format("{}{}-{}-", mode == Mode::drill ? "drill-" : "", area, year);
    const auto count =
        std::count_if(all.begin(), all.end(), [&](const Warning& w) { return w.id.starts_with(prefix); });
    return fmt::format("{}{:03}", prefix, count + 1);
}

Proposed revision_of(const State& state, const Area& area, Mode mode, const Warning* warning, RevisionKind kind,
                     WarningLevel level, WarningLevel in_force, HourEnding effective, Judgement judgement,
                     const WarningRules& edition, Instant now, const Rules& rules)
{
    Proposed event;
    event.warning = warning != nullptr ? warning->id : next_warning_id(state, mode, area.id, judgement.first.year());
    event.area = area.id;
    Revision& revision = event.revision;
    revision.number = warning != nullptr ? static_cast<int>(warning->revisions.size()) + 1 : 1;
    revision.kind = kind;
    revision.level = level;
    revision.previous = in_force;
    revision.effective = effective;
    revision.judgement = std::move(judgement);
    revision.rules = edition.id;
    revision.proposed_at = revision.moved_at = now;
    revision.closes = Instant{now.ms + std::int64_t{rules.consultation.closes_after_minutes} * 60'000};
    return event;
}

/// Whether a forecast says that the air will be better within the hours after `hour`: an hour of an hourly forecast, or the mean of
/// a day of which at least half is still ahead.
bool relief_within(const State& state, AreaIndex area, HourEnding hour, int hours, int at_most)
{
    constexpr int half_a_day = 12;
    const ForecastBook& book = state.forecasts(area);
    const HourEnding next = hour.plus(1);
    for (int ahead = 1; ahead <= hours; ++ahead) {
        const HourEnding at = hour.plus(ahead);
        if (const auto aqi = book.highest(at)) {
            if (*aqi <= at_most) return true;
            continue;
        }
        if (at.day() == next.day() && next.hour_of_day() > half_a_day + 1) continue; // its mean lies behind us
        if (const auto aqi = book.highest(at.day()); aqi && *aqi <= at_most) return true;
    }
    return false;
}

/// What one area needs now.
class Decider {
public:
    Decider(const State& state, AreaIndex area, Instant now, const Rules& rules)
        : state_(state),
          index_(area),
          area_(rules.network.areas[area.value]),
          now_(now),
          today_(day_at(now, rules.network.offset)),
          rules_(rules),
          edition_(*rules.warning(area_, today_)),
          days_(days_to_judge(state, area, today_, edition_, rules)),
          called_(called_for(state, area, today_, edition_, rules)),
          order_(state.strictest_order(area_.id, now, rules))
    {}

    std::vector<Event> decide(bool on_measurement)
    {
        warning_ = state_.open_warning(area_.id);
        if (warning_ != nullptr && called_ && !about_called_spell()) {
            // The forecasts speak of a later spell. A warning nobody has issued gives way to it; one in force is
            // lifted first, and the next forecast raises the other.
            if (warning_->level() != WarningLevel::none || pending_of_people())
                called_.reset();
            else
                withdraw(*warning_->pending(), "the forecasts now speak of another spell");
            if (called_) warning_ = nullptr;
        }
        if (on_measurement) look_at_measurement();
        const Revision* pending = warning_ != nullptr ? warning_->pending() : nullptr;
        const WarningLevel in_force = warning_ != nullptr ? warning_->level() : WarningLevel::none;
        const WarningLevel called = called_ ? called_->level : WarningLevel::none;
        const WarningLevel floor = order_ != nullptr ? order_->level : WarningLevel::none;
        const WarningLevel level = std::max(called, floor);

        if (level > in_force) {
            if (dismissed(level)) return std::move(out_);
            if (pending != nullptr && keeps(*pending, level)) return std::move(out_);
            if (pending != nullptr)
                withdraw(*pending, floor > called
                                       ? fmt::format("{} orders {}", order_->document, warning_level_name(level))
                                       : fmt::format("the forecasts now call for {}", warning_level_name(level)));
            propose(in_force == WarningLevel::none ? RevisionKind::raise : RevisionKind::upgrade, level, in_force,
                    floor > called);
            return std::move(out_);
        }
        if (pending != nullptr && pending->origin == Origin::people) return std::move(out_);
        if (pending != nullptr && pending->origin == Origin::measured && still_measured()) return std::move(out_);
        // Level swings inside one spell: the highest stays until relief is at hand (波动时按高级别预警执行).
        if (pending != nullptr && pending->kind != RevisionKind::lift)
            withdraw(*pending, fmt::format("the forecasts no longer call for {}", warning_level_name(pending->level)));
        if (in_force == WarningLevel::none) return std::move(out_);
        // Calm days before a spell that is still to come are no relief from it; an order stands until it is ended.
        const auto relief =
            called_ || floor != WarningLevel::none ? std::nullopt : relief_from(days_, today_, edition_);
        const bool lift_pending = pending != nullptr && pending->kind == RevisionKind::lift;
        if (relief && !lift_pending) propose_lift(*relief, in_force);
        if (!relief && lift_pending) withdraw(*pending, "relief is no longer at hand");
        return std::move(out_);
    }

private:
    bool pending_of_people() const
    {
        const Revision* pending = warning_->pending();
        return pending != nullptr && pending->origin == Origin::people;
    }

    /// Whether what is pending is what is called for now, or as much as people could want: their own level is not taken from
    /// them unless more is called for.
    bool keeps(const Revision& pending, WarningLevel level) const
    {
        if (ends_warning(pending.kind)) return false;
        const bool of_people = pending.origin == Origin::people || !pending.authors.empty();
        // What the engine saw when it proposed; of an order its level.
        const WarningLevel seen =
            std::max(pending.judgement.level, pending.origin == Origin::order ? pending.level : WarningLevel::none);
        if (of_people) return level <= std::max(pending.level, seen);
        return pending.level == level;
    }

    /// Both bureaus said of this spell that no such level is needed.
    bool dismissed(WarningLevel level) const
    {
        if (order_ != nullptr) return false;
        for (auto warning = state_.warnings().rbegin(); warning != state_.warnings().rend(); ++warning) {
            if (warning->area != area_.id || warning->revisions.empty()) continue;
            const Revision& last = warning->revisions.back();
            return last.state == RevisionState::dismissed && called_ && called_->first <= last.judgement.last &&
                   level <= last.judgement.level;
        }
        return false;
    }

    /// The air is heavy now and nobody expects it to be better soon: the day counts as what is measured.
    void look_at_measurement()
    {
        if (rules_.measured_start_hours == 0 || !state_.last_closed()) return;
        const HourEnding hour = *state_.last_closed();
        const auto index = hour_figure(state_, rules_.network.place(index_), hour, rules_).index;
        if (!index.of_present || *index.of_present <= edition_.heavy_above) return;
        if (relief_within(state_, index_, hour, rules_.measured_start_hours, edition_.lift_at_most)) return;
        if (edition_.without_dust && state_.dust_days(index_).contains(hour.day())) return;
        auto days = days_;
        for (auto& day : days)
            if (day.day == hour.day() && day.basis != DayBasis::observed && day.aqi < *index.of_present)
                day = {day.day, *index.of_present, DayBasis::observed, SetApart::no};
        auto judged = judge(days, today_, edition_);
        if (!judged) return;
        if (judged->level == WarningLevel::none) judged->level = edition_.levels.front().level;
        // It asks for more, or says nothing: a bad hour alone does not keep a warning up.
        const WarningLevel in_force = warning_ != nullptr ? warning_->level() : WarningLevel::none;
        if (judged->level <= in_force || (called_ && called_->level >= judged->level)) return;
        judged->note =
            fmt::format("实测 AQI {}（{}），预报未来{}小时无明显改善 (measured, no relief is forecast within {} h)",
                        *index.of_present, format_hour(hour), rules_.measured_start_hours, rules_.measured_start_hours);
        called_ = std::move(judged);
        measured_ = true;
    }

    /// What was proposed on measurement waits for people through an hour that is a little better: until relief is forecast, or
    /// none of so many hours was heavy.
    bool still_measured() const
    {
        if (rules_.measured_start_hours == 0 || !state_.last_closed()) return false;
        const HourEnding hour = *state_.last_closed();
        if (relief_within(state_, index_, hour, rules_.measured_start_hours, edition_.lift_at_most)) return false;
        for (int back = 0; back < rules_.measured_start_hours; ++back) {
            const auto index = hour_figure(state_, rules_.network.place(index_), hour.plus(-back), rules_).index;
            if (index.of_present && *index.of_present > edition_.heavy_above) return true;
        }
        return false;
    }

    /// Whether the spell now called for is the one the warning was proposed for, as last judged.
    bool about_called_spell() const
    {
        for (auto revision = warning_->revisions.rbegin(); revision != warning_->revisions.rend(); ++revision)
            if (!ends_warning(revision->kind) && revision->state != RevisionState::withdrawn &&
                revision->state != RevisionState::dismissed)
                return called_->first <= revision->judgement.last;
        return false;
    }

    void withdraw(const Revision& revision, std::string why)
    {
        out_.push_back(Withdrawn{warning_->id, revision.number, now_, std::move(why)});
    }

    void propose(RevisionKind kind, WarningLevel level, WarningLevel in_force, bool by_order)
    {
        // The day itself if it lies ahead, else the next full hour: a warning never takes effect in the past.
        const HourEnding soonest = next_hour(now_, rules_.network.offset);
        HourEnding effective = soonest;
        Judgement judgement;
        if (called_) {
            judgement = *called_;
            effective = std::max(start_of(called_->first), soonest);
        }
        if (by_order) {
            effective = std::max(order_->effective, soonest);
            if (!called_) {
                judgement.first = judgement.last = effective.plus(1).day();
                if (order_->until) judgement.last = std::max(judgement.first, order_->until->day());
            }
            judgement.clause = fmt::format("{} {}", order_->authority, order_->document);
            judgement.note = order_->text;
        }
        auto event = push(kind, level, in_force, effective, std::move(judgement));
        event->revision.origin = by_order ? Origin::order : measured_ ? Origin::measured : Origin::forecast;
        if (by_order) {
            event->revision.order = order_->id;
            event->revision.until = order_->until;
        }
    }

    void propose_lift(LocalDay relief, WarningLevel in_force)
    {
        Judgement judgement;
        judgement.first = relief;
        judgement.last = relief.plus(edition_.lift_days() - 1);
        judgement.clause = edition_.lift_clause;
        for (const auto& day : days_)
            if (day.day >= today_ && day.day <= judgement.last) judgement.inputs.push_back(day);
        for (const auto& day : judgement.inputs) judgement.highest_aqi = std::max(judgement.highest_aqi, day.aqi);
        push(RevisionKind::lift, WarningLevel::none, in_force,
             std::max(start_of(relief), next_hour(now_, rules_.network.offset)), std::move(judgement));
    }

    /// The event stays in the list; it is good until the next one.
    Proposed* push(RevisionKind kind, WarningLevel level, WarningLevel in_force, HourEnding effective,
                   Judgement judgement)
    {
        Proposed event = revision_of(state_, area_, Mode::real, warning_, kind, level, in_force, effective,
                                     std::move(judgement), edition_, now_, rules_);
        event.revision.record = consultation_record(state_, index_, now_, rules_);
        out_.emplace_back(std::move(event));
        return &std::get<Proposed>(out_.back());
    }

    const State& state_;
    AreaIndex index_;
    const Area& area_;
    Instant now_;
    LocalDay today_;
    const Rules& rules_;
    const WarningRules& edition_; ///< of today
    std::vector<JudgedDay> days_;
    std::optional<Judgement> called_;
    const OrderFromAbove* order_;
    const Warning* warning_ = nullptr;
    bool measured_ = false;
    std::vector<Event> out_;
};

} // namespace

Proposed new_revision(const State& state, const Area& area, Mode mode, RevisionKind kind, WarningLevel level,
                      HourEnding effective, Judgement judgement, const WarningRules& edition, Instant now,
                      const Rules& rules)
{
    const Warning* open = mode == Mode::drill ? state.open_drill(area.id) : state.open_warning(area.id);
    return revision_of(state, area, mode, open, kind, level, open != nullptr ? open->level() : WarningLevel::none,
                       effective, std::move(judgement), edition, now, rules);
}

std::vector<Event> decide(const State& state, const Event& event, const Rules& rules)
{
    AQI_CHECK(state.settled());
    std::vector<Event> out;
    const auto decide_for = [&](AreaIndex area, Instant at, bool on_measurement) {
        if (rules.warning(rules.network.areas[area.value], day_at(at, rules.network.offset)) == nullptr)
            return; // before any
        auto follows = Decider{state, area, at, rules}.decide(on_measurement);
        std::move(follows.begin(), follows.end(), std::back_inserter(out));
    };
    if (const auto* forecast = std::get_if<ForecastIssued>(&event)) {
        if (const auto area = rules.network.area_named(forecast->forecast.area)) decide_for(*area, forecast->at, false);
        return out;
    }
    if (const auto* acted = std::get_if<PersonActed>(&event); acted != nullptr && acted->to == RevisionState::issued) {
        const Warning* warning = state.warning(acted->warning);
        const Revision* issued = warning != nullptr ? warning->issued() : nullptr;
        if (issued != nullptr && !state.is_drill(warning->id))
            if (auto response = response_to(state, *warning, *issued, rules)) out.emplace_back(std::move(*response));
        return out;
    }
    if (const auto* ordered = std::get_if<Ordered>(&event)) {
        for (const auto& id : ordered->order.areas)
            if (const auto area = rules.network.area_named(id)) decide_for(*area, ordered->order.entered.at, false);
        return out;
    }
    const auto* closed = std::get_if<HourClosed>(&event);
    if (closed == nullptr || closed->catching_up) return out;
    // Forecasts were judged when they came; between two midnights only what is measured now can say something new.
    for (auto& alarm : alarms_of_hour(state, closed->hour, closed->at, rules)) out.emplace_back(std::move(alarm));
    if (closed->hour.hour_of_day() != 24 && rules.measured_start_hours == 0) return out;
    for (std::uint32_t a = 0; a < rules.network.areas.size(); ++a) decide_for(AreaIndex{a}, closed->at, true);
    return out;
}

} // namespace aqi
