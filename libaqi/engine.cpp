#include "libaqi/engine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

/// How far back days are handed to the level engine: longer than any spell on record, shorter than a season.
constexpr int judged_days_back = 30;
constexpr int forecasts_kept_days = 60;

/// The moment a local day begins, as the hour label that ends there.
HourEnding start_of(LocalDay day) { return HourEnding::of(day.plus(-1), 24); }

/// The day itself if it lies ahead, else the next full hour: a warning never takes effect in the past.
HourEnding effective_from(LocalDay day, Instant now, UtcOffset offset)
{
    return std::max(start_of(day), last_hour_over(now, offset).plus(1));
}

std::string next_warning_id(const State& state, std::string_view area, int year)
{
    const std::string prefix = fmt::format("{}-{}-", area, year);
    const auto count = std::count_if(state.warnings().begin(), state.warnings().end(),
                                     [&](const Warning& w) { return w.id.starts_with(prefix); });
    return fmt::format("{}{:03}", prefix, count + 1);
}

} // namespace

const DayHours* StationHours::day(LocalDay day) const
{
    if (days.empty() || day < first || last < day) return nullptr;
    return &days[static_cast<std::size_t>(day - first)];
}

const Warning* State::warning(std::string_view id) const
{
    const auto found = std::find_if(warnings_.begin(), warnings_.end(), [&](const Warning& w) { return w.id == id; });
    return found == warnings_.end() ? nullptr : &*found;
}

const Warning* State::open_warning(std::string_view area) const
{
    const auto found = std::find_if(warnings_.rbegin(), warnings_.rend(),
                                    [&](const Warning& w) { return w.area == area && !w.closed(); });
    return found == warnings_.rend() ? nullptr : &*found;
}

std::optional<LocalDay> State::last_closed_day() const
{
    if (!last_closed_) return std::nullopt;
    return last_closed_->hour_of_day() == 24 ? last_closed_->day() : last_closed_->day().plus(-1);
}

const Correction* State::correction(std::string_view id) const
{
    const auto found =
        std::find_if(corrections_.begin(), corrections_.end(), [&](const Correction& c) { return c.id == id; });
    return found == corrections_.end() ? nullptr : &*found;
}

State State::as_of(LocalDay last, const Rules& rules) const
{
    State out = *this;
    for (auto& ledger : out.ledgers_) {
        PlaceLedger cut;
        const auto first = ledger.first_kept();
        for (LocalDay day = first.value_or(last); first && day <= last; day = day.plus(1))
            if (const PlaceDay* closed = ledger.day(day)) cut.put(day, *closed, rules.ledger_days);
        ledger = std::move(cut);
    }
    if (out.last_closed_) out.last_closed_ = std::min(*out.last_closed_, HourEnding::of(last, 24));
    return out;
}

const StationNote* State::station_note(StationIndex station, StationNote::Kind kind, HourEnding hour) const
{
    for (const auto& note : notes_[station.value])
        if (note.kind == kind && note.covers(hour)) return &note;
    return nullptr;
}

int State::notices(int year) const
{
    const auto found = notices_.find(year);
    return found == notices_.end() ? 0 : found->second;
}

ReviewLevel State::reviewed(PlaceIndex place, LocalDay day, const Rules& rules) const
{
    const auto own = [&](PlaceIndex p) {
        ReviewLevel level = ReviewLevel::preliminary;
        for (const auto& s : sign_offs_[p.value])
            if (s.first <= day && day <= s.last) level = std::max(level, s.level);
        return level;
    };
    const ReviewLevel level = own(place);
    const auto area = rules.network.area_of(place);
    if (!area) return level;
    const auto sites = rules.network.areas[area->value].sites(day);
    if (sites.empty()) return level;
    ReviewLevel least = ReviewLevel::ratified;
    for (const auto site : sites) least = std::min(least, own(rules.network.place(site)));
    return std::max(level, least);
}

std::optional<Observed> State::held(StationIndex station, HourEnding hour, Pollutant pollutant) const
{
    const auto& aside = stations_[station.value].aside;
    if (!aside.empty()) {
        const auto found = aside.find({hour, pollutant});
        if (found != aside.end()) {
            if (!found->second.received) return std::nullopt;
            return Observed{station, hour, pollutant, found->second.flag, found->second.value};
        }
    }
    const DayHours* day = stations_[station.value].day(hour.day());
    if (day == nullptr || !day->received(pollutant, hour.hour_of_day())) return std::nullopt;
    return Observed{station, hour, pollutant, day->flag(pollutant, hour.hour_of_day()),
                    day->value(pollutant, hour.hour_of_day())};
}

bool still_open(const State& state, LocalDay day, const Rules& rules)
{
    const auto last = state.last_closed();
    return !last || last->day() - day < rules.open_days;
}

/// One event into the state. A class only to be State's friend.
class Absorber {
public:
    Absorber(State& state, const Rules& rules) : state_(state), rules_(rules) {}

    void operator()(const Observed& e)
    {
        // A year of twenty stations comes through here a million times; nearly all of it is newer than the last closed hour.
        const bool is_late = state_.last_closed_ && e.hour <= *state_.last_closed_;
        const LocalDay day = e.hour.day();
        if (e.station.value >= state_.stations_.size() || (is_late && !still_open(state_, day, rules_))) return;
        StationHours& station = state_.stations_[e.station.value];
        DayHours& hours = slot(station, day);
        const int hour = e.hour.since_epoch - HourEnding::of(day, 0).since_epoch;
        if (station.aside.empty() && (e.flag == Flag::normal || !e.value))
            hours.set(e.pollutant, hour, e.value, e.flag);
        else
            set_beside(station, hours, hour, e);
        if (!station.newest || *station.newest < e.hour) station.newest = e.hour;
        if (is_late) mark_late(e.station, e.hour);
    }

    void operator()(const ObservedDay& e)
    {
        if (e.station.value >= state_.stations_.size() || !still_open(state_, e.day, rules_)) return;
        StationHours& station = state_.stations_[e.station.value];
        station.stated[e.day][e.pollutant] = e.flag == Flag::normal ? e.value : std::nullopt;
        const HourEnding hour = HourEnding::of(e.day, 24);
        if (!station.newest || *station.newest < hour) station.newest = hour;
        mark_if_closed(e.day, e.station);
    }

    void operator()(const HourClosed& e)
    {
        if (state_.last_closed_ && e.hour <= *state_.last_closed_) return;
        const auto closed_before = state_.last_closed_day();
        state_.last_closed_ = e.hour;
        state_.closed_hours_.push_back(e.hour);
        const auto closed_now = state_.last_closed_day();
        for (LocalDay day = closed_before ? closed_before->plus(1) : earliest_day(*closed_now); day <= *closed_now;
             day = day.plus(1))
            state_.closed_days_.push_back(day);
        for (auto& warning : state_.warnings_)
            for (auto& revision : warning.revisions)
                if (revision.state == RevisionState::issued && revision.effective <= e.hour)
                    revision.state = RevisionState::effective;
        if (closed_now != closed_before) forget(*closed_now);
    }

    void operator()(const ForecastIssued& e)
    {
        if (const auto area = rules_.network.area_named(e.forecast.area))
            state_.forecasts_[area->value].add(e.forecast);
    }

    void operator()(const Proposed& e)
    {
        Warning* warning = find(e.warning);
        if (warning == nullptr) warning = &state_.warnings_.emplace_back(Warning{e.warning, e.area, {}});
        warning->revisions.push_back(e.revision);
    }

    void operator()(const Withdrawn& e)
    {
        if (Revision* revision = find(e.warning, e.revision)) revision->state = RevisionState::withdrawn;
    }

    void operator()(const PersonActed& e)
    {
        Revision* revision = find(e.warning, e.revision);
        if (revision == nullptr) return;
        revision->state = e.to;
        const Act act{e.person, e.at};
        switch (e.verb) {
        case Verb::sign: revision->signatures.push_back({e.bureau, act}); break;
        case Verb::approve: revision->approval = act; break;
        case Verb::issue:
        case Verb::lift:
            revision->issue = act;
            // Signed late: it takes effect at the next full hour, never before it was published.
            revision->effective = std::max(revision->effective, last_hour_over(e.at, rules_.network.offset).plus(1));
            break;
        }
    }

    void operator()(const CorrectionMade& e) { state_.corrections_.push_back(e.correction); }

    void operator()(const CorrectionDecided& e)
    {
        const auto found = std::find_if(state_.corrections_.begin(), state_.corrections_.end(),
                                        [&](const Correction& c) { return c.id == e.correction; });
        if (found == state_.corrections_.end()) return;
        found->state = e.ratified ? CorrectionState::ratified : CorrectionState::refused;
        found->decided = e.act;
        found->decided_why = e.why;
        if (!e.ratified) return;
        const auto station = rules_.network.station_named(found->station);
        if (!station) return;
        for (HourEnding hour = found->first; hour <= found->last; hour = hour.plus(1))
            if (!state_.last_closed_ || still_open(state_, hour.day(), rules_)) correct(*station, hour, *found);
    }

    void operator()(const SignedOff& e)
    {
        if (const auto place = rules_.network.place_named(e.place))
            state_.sign_offs_[place->value].push_back(e.sign_off);
    }

    void operator()(const DustDeclared& e)
    {
        const auto area = rules_.network.area_named(e.area);
        if (!area) return;
        auto& days = state_.dust_[area->value];
        if (e.is_dust)
            days[e.day] = e.dust;
        else
            days.erase(e.day);
    }

    void operator()(const StationDeclared& e)
    {
        const auto station = rules_.network.station_named(e.station);
        if (!station) return;
        auto& notes = state_.notes_[station->value];
        if (!e.ends) return notes.push_back(e.note);
        for (auto& note : notes)
            if (note.kind == e.note.kind && note.covers(e.note.first)) note.last = e.note.first.plus(-1);
        std::erase_if(notes, [](const StationNote& n) { return n.last && *n.last < n.first; });
    }

    void operator()(const Noticed& e) { ++state_.notices_[day_at(e.notice.at, rules_.network.offset).year()]; }

private:
    /// The rare ways of an hour: a value under a flag is kept, a correction stays over whatever comes later.
    [[gnu::noinline]] static void set_beside(StationHours& station, DayHours& hours, int hour, const Observed& e)
    {
        const std::pair key{e.hour, e.pollutant};
        const auto found = station.aside.find(key);
        const std::string correction = found == station.aside.end() ? std::string{} : found->second.correction;
        if (!correction.empty() || (e.flag != Flag::normal && e.value))
            station.aside[key] = Aside{true, e.value, e.flag, correction};
        else if (found != station.aside.end())
            station.aside.erase(found);
        if (correction.empty()) hours.set(e.pollutant, hour, e.value, e.flag);
    }

    void correct(StationIndex index, HourEnding hour, const Correction& c)
    {
        StationHours& station = state_.stations_[index.value];
        DayHours& hours = slot(station, hour.day());
        const int of_day = hour.hour_of_day();
        const std::pair key{hour, c.pollutant};
        const auto held = state_.held(index, hour, c.pollutant);
        const Aside received{held.has_value(), held ? held->value : std::nullopt, held ? held->flag : Flag::normal,
                             c.id};
        switch (c.kind) {
        case CorrectionKind::invalidate: hours.set(c.pollutant, of_day, std::nullopt, Flag::rejected); break;
        case CorrectionKind::replace: hours.set(c.pollutant, of_day, c.value, Flag::normal); break;
        case CorrectionKind::accept:
            // What cannot count stays as it was received: a journal may hold what today's rules refuse.
            if (received.value && received.value->ng_per_m3() >= 0)
                hours.set(c.pollutant, of_day, received.value, Flag::normal);
            break;
        case CorrectionKind::restore:
            if (received.received)
                hours.set(c.pollutant, of_day, received.value, received.flag);
            else
                hours.clear(c.pollutant, of_day);
            break;
        }
        if (c.kind != CorrectionKind::restore)
            station.aside[key] = received;
        else if (received.received && received.flag != Flag::normal && received.value)
            station.aside[key] = Aside{true, received.value, received.flag, {}};
        else
            station.aside.erase(key);
        if (state_.last_closed_ && hour <= *state_.last_closed_) mark_late(index, hour);
    }

    static DayHours& slot(StationHours& station, LocalDay day)
    {
        if (!station.days.empty() && day == station.last) return station.days.back();
        return reach(station, day);
    }

    /// Apart, so that the common way above stays short.
    [[gnu::noinline]] static DayHours& reach(StationHours& station, LocalDay day)
    {
        if (station.days.empty()) {
            station.first = day;
            station.last = day.plus(-1);
        }
        for (; day < station.first; station.first = station.first.plus(-1)) station.days.emplace_front();
        for (; station.last < day; station.last = station.last.plus(1)) station.days.emplace_back();
        return station.days[static_cast<std::size_t>(day - station.first)];
    }

    [[gnu::noinline]] void mark_late(StationIndex station, HourEnding hour)
    {
        state_.late_hours_.emplace(hour, station);
        mark_if_closed(hour.day(), station);
    }

    void mark_if_closed(LocalDay day, StationIndex station)
    {
        const auto closed = state_.last_closed_day();
        if (closed && day <= *closed) state_.late_days_.emplace(day, station);
    }

    /// The first day anything is known of; before the first closed hour that may lie in the past.
    LocalDay earliest_day(LocalDay otherwise) const
    {
        LocalDay earliest = otherwise.plus(1);
        for (const auto& station : state_.stations_) {
            if (!station.days.empty()) earliest = std::min(earliest, station.first);
            if (!station.stated.empty()) earliest = std::min(earliest, station.stated.begin()->first);
        }
        return earliest;
    }

    void forget(LocalDay closed)
    {
        const LocalDay oldest = closed.plus(1 - rules_.open_days);
        for (auto& station : state_.stations_) {
            for (; !station.days.empty() && station.first < oldest; station.first = station.first.plus(1))
                station.days.pop_front();
            station.aside.erase(station.aside.begin(),
                                station.aside.lower_bound({HourEnding::of(oldest, 1), Pollutant::so2}));
            station.stated.erase(station.stated.begin(), station.stated.lower_bound(oldest));
        }
        for (auto& book : state_.forecasts_) book.forget_before(closed.plus(-forecasts_kept_days));
    }

    Warning* find(std::string_view id)
    {
        for (auto& warning : state_.warnings_)
            if (warning.id == id) return &warning;
        return nullptr;
    }

    Revision* find(std::string_view id, int number)
    {
        Warning* warning = find(id);
        if (warning == nullptr) return nullptr;
        for (auto& revision : warning->revisions)
            if (revision.number == number) return &revision;
        return nullptr;
    }

    State& state_;
    const Rules& rules_;
};

void absorb(State& state, const Event& event, const Rules& rules)
{
    Absorber absorber{state, rules};
    if (const auto* observed = std::get_if<Observed>(&event)) return absorber(*observed); // nearly all of them
    std::visit(absorber, event);
}

Result<PersonActed> admit_act(const State& state, std::string_view warning_id, int revision, Verb verb,
                              std::string_view person_id, Instant at, const Rules& rules)
{
    const Person* person = rules.network.person_named(person_id);
    if (person == nullptr) return Fault{Reason::refused, fmt::format("no person {} in the configuration", person_id)};
    const Warning* warning = state.warning(warning_id);
    if (warning == nullptr) return Fault{Reason::refused, fmt::format("there is no warning {}", warning_id)};
    const auto to = permitted(*warning, revision, verb, *person, rules.network);
    if (!to) return to.error();
    const Organisation* organisation = rules.network.organisation_named(person->organisation);
    return PersonActed{warning->id, revision, verb, person->id, organisation->bureau, *to, at};
}

Result<ForecastIssued> admit_forecast(const Forecast& forecast, Instant at, const Rules& rules)
{
    const auto refused = [](std::string why) { return Fault{Reason::refused, std::move(why)}; };
    if (!rules.network.area_named(forecast.area)) return refused(fmt::format("there is no area {}", forecast.area));
    const Person* person = rules.network.person_named(forecast.person);
    if (person == nullptr) return refused(fmt::format("no person {} in the configuration", forecast.person));
    if (!person->may_forecast)
        return refused(fmt::format("{} ({}) has no right to forecast", person->id, person->name));
    if (person->organisation != forecast.organisation)
        return refused(fmt::format("{} does not belong to {}", person->id, forecast.organisation));
    if (forecast.days.empty()) return refused("a forecast names at least one day");
    const LocalDay today = day_at(at, rules.network.offset);
    for (const auto& day : forecast.days) {
        if (day.aqi_low < 0 || day.aqi_high > 500 || day.aqi_low > day.aqi_high)
            return refused(fmt::format("{}: AQI {} to {} is no range within 0 to 500", format_day(day.day), day.aqi_low,
                                       day.aqi_high));
        if (day.day < today) return refused(fmt::format("{} is over; a forecast looks ahead", format_day(day.day)));
        if (day.day - today > 30) return refused(fmt::format("{} is more than 30 days ahead", format_day(day.day)));
    }
    return ForecastIssued{forecast, at};
}

std::vector<JudgedDay> days_to_judge(const State& state, AreaIndex area, LocalDay today, const Rules& rules)
{
    const PlaceLedger& ledger = state.ledger(rules.network.place(area));
    const ForecastBook& forecasts = state.forecasts(area);
    const LocalDay last = std::max(forecasts.last_day().value_or(today), today);
    std::vector<JudgedDay> out;
    for (LocalDay day = today.plus(-judged_days_back); day <= last; day = day.plus(1)) {
        JudgedDay judged{day, -1, DayBasis::unknown};
        if (const PlaceDay* closed = ledger.day(day)) {
            if (closed->aqi >= 0) judged = {day, closed->aqi, DayBasis::observed};
        } else if (const auto expected = forecasts.highest(day)) {
            judged = {day, *expected, DayBasis::forecast};
        }
        out.push_back(judged);
    }
    return out;
}

namespace {

/// What one area needs now: the heart of the warning machine. See HACKING, "The life of a warning".
class Decider {
public:
    Decider(const State& state, AreaIndex area, Instant now, const Rules& rules)
        : state_(state),
          area_(rules.network.areas[area.value]),
          now_(now),
          today_(day_at(now, rules.network.offset)),
          rules_(rules),
          days_(days_to_judge(state, area, today_, rules)),
          called_(judge(days_, today_, rules.warning()))
    {}

    std::vector<Event> decide()
    {
        warning_ = state_.open_warning(area_.id);
        if (warning_ != nullptr && called_ && !about_called_spell()) {
            // The forecasts speak of a later spell. A warning nobody has issued gives way to it; one in force is
            // lifted first, and the next forecast raises the other.
            if (warning_->level() != WarningLevel::none)
                called_.reset();
            else
                withdraw(*warning_->pending(), "the forecasts now speak of another spell");
            if (called_) warning_ = nullptr;
        }
        const Revision* pending = warning_ != nullptr ? warning_->pending() : nullptr;
        const WarningLevel in_force = warning_ != nullptr ? warning_->level() : WarningLevel::none;
        const WarningLevel level = called_ ? called_->level : WarningLevel::none;

        if (level > in_force) {
            if (pending == nullptr || pending->kind == RevisionKind::lift || pending->level != level) {
                if (pending != nullptr)
                    withdraw(*pending, fmt::format("the forecasts now call for {}", warning_level_name(level)));
                propose(in_force == WarningLevel::none ? RevisionKind::raise : RevisionKind::upgrade, level, in_force);
            }
            return std::move(out_);
        }
        // Level swings inside one spell: the highest stays until relief is at hand (波动时按高级别预警执行).
        if (pending != nullptr && pending->kind != RevisionKind::lift)
            withdraw(*pending, fmt::format("the forecasts no longer call for {}", warning_level_name(pending->level)));
        if (in_force == WarningLevel::none) return std::move(out_);
        // Calm days before a spell that is still to come are no relief from it.
        const auto relief = called_ ? std::nullopt : relief_from(days_, today_, rules_.warning());
        const bool lift_pending = pending != nullptr && pending->kind == RevisionKind::lift;
        if (relief && !lift_pending) propose_lift(*relief, in_force);
        if (!relief && lift_pending) withdraw(*pending, "relief is no longer at hand");
        return std::move(out_);
    }

private:
    /// Whether the spell now called for is the one the warning was proposed for, as last judged.
    bool about_called_spell() const
    {
        for (auto revision = warning_->revisions.rbegin(); revision != warning_->revisions.rend(); ++revision)
            if (revision->kind != RevisionKind::lift && revision->state != RevisionState::withdrawn)
                return called_->first <= revision->judgement.last;
        return false;
    }

    void withdraw(const Revision& revision, std::string why)
    {
        out_.push_back(Withdrawn{warning_->id, revision.number, now_, std::move(why)});
    }

    void propose(RevisionKind kind, WarningLevel level, WarningLevel in_force)
    {
        push(kind, level, in_force, effective_from(called_->first, now_, rules_.network.offset), *called_);
    }

    void propose_lift(LocalDay relief, WarningLevel in_force)
    {
        Judgement judgement;
        judgement.first = relief;
        judgement.last = relief.plus(rules_.warning().lift_days() - 1);
        judgement.clause = rules_.warning().lift_clause;
        for (const auto& day : days_)
            if (day.day >= today_ && day.day <= judgement.last) judgement.inputs.push_back(day);
        for (const auto& day : judgement.inputs) judgement.highest_aqi = std::max(judgement.highest_aqi, day.aqi);
        push(RevisionKind::lift, WarningLevel::none, in_force, effective_from(relief, now_, rules_.network.offset),
             judgement);
    }

    void push(RevisionKind kind, WarningLevel level, WarningLevel in_force, HourEnding effective, Judgement judgement)
    {
        Proposed event;
        event.warning = warning_ != nullptr ? warning_->id : next_warning_id(state_, area_.id, judgement.first.year());
        event.area = area_.id;
        Revision& revision = event.revision;
        revision.number = warning_ != nullptr ? static_cast<int>(warning_->revisions.size()) + 1 : 1;
        revision.kind = kind;
        revision.level = level;
        revision.previous = in_force;
        revision.effective = effective;
        revision.judgement = std::move(judgement);
        revision.rules = rules_.warning().id;
        revision.proposed_at = now_;
        out_.push_back(std::move(event));
    }

    const State& state_;
    const Area& area_;
    Instant now_;
    LocalDay today_;
    const Rules& rules_;
    std::vector<JudgedDay> days_;
    std::optional<Judgement> called_;
    const Warning* warning_ = nullptr;
    std::vector<Event> out_;
};

} // namespace

std::vector<Event> decide(const State& state, const Event& event, const Rules& rules)
{
    AQI_CHECK(state.settled());
    if (const auto* forecast = std::get_if<ForecastIssued>(&event)) {
        const auto area = rules.network.area_named(forecast->forecast.area);
        return area ? Decider{state, *area, forecast->at, rules}.decide() : std::vector<Event>{};
    }
    std::vector<Event> out;
    const auto* closed = std::get_if<HourClosed>(&event);
    if (closed == nullptr || closed->catching_up || closed->hour.hour_of_day() != 24) return out;
    for (std::uint32_t a = 0; a < rules.network.areas.size(); ++a) {
        auto follows = Decider{state, AreaIndex{a}, closed->at, rules}.decide();
        std::move(follows.begin(), follows.end(), std::back_inserter(out));
    }
    return out;
}

} // namespace aqi
