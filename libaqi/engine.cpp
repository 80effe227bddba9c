#include "libaqi/engine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

/// Long enough to verify a year of forecasts.
constexpr int forecasts_kept_days = 400;

} // namespace

const DayHours* StationHours::day(LocalDay day) const
{
    if (days.empty() || day < first || last < day) return nullptr;
    return &days[static_cast<std::size_t>(day - first)];
}

namespace {

const Warning* named(const std::vector<Warning>& warnings, std::string_view id)
{
    const auto found = std::find_if(warnings.begin(), warnings.end(), [&](const Warning& w) { return w.id == id; });
    return found == warnings.end() ? nullptr : &*found;
}

const Warning* open_of(const std::vector<Warning>& warnings, std::string_view area)
{
    const auto found = std::find_if(warnings.rbegin(), warnings.rend(),
                                    [&](const Warning& w) { return w.area == area && !w.closed(); });
    return found == warnings.rend() ? nullptr : &*found;
}

} // namespace

const Warning* State::warning(std::string_view id) const
{
    const Warning* real = named(warnings_, id);
    return real != nullptr ? real : named(drills_, id);
}

bool State::is_drill(std::string_view id) const { return named(drills_, id) != nullptr; }
const Warning* State::open_warning(std::string_view area) const { return open_of(warnings_, area); }
const Warning* State::open_drill(std::string_view area) const { return open_of(drills_, area); }

const OrderFromAbove* State::strictest_order(std::string_view area, Instant now, const Rules& rules) const
{
    const OrderFromAbove* out = nullptr;
    for (const auto& order : orders_) {
        if (order.level == WarningLevel::none || !order.names(area)) continue;
        if (order.until && order.until->instant(rules.network.offset) <= now) continue;
        if (out == nullptr || out->level <= order.level) out = &order;
    }
    return out;
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
        for (auto* warnings : {&state_.warnings_, &state_.drills_})
            for (auto& warning : *warnings)
                for (auto& revision : warning.revisions)
                    if (revision.state == RevisionState::issued && revision.effective <= e.hour)
                        revision.state = RevisionState::effective;
        if (closed_now != closed_before) forget(*closed_now);
    }

    void operator()(const ForecastIssued& e)
    {
        if (const auto area = rules_.network.area_named(e.forecast.area))
            state_.forecasts_[area->value].add(e.forecast, e.at);
    }

    void operator()(const Proposed& e) { propose(state_.warnings_, e); }
    void operator()(const DrillProposed& e) { propose(state_.drills_, e.proposed); }

    void operator()(const Withdrawn& e)
    {
        if (Revision* revision = find(e.warning, e.revision)) revision->state = RevisionState::withdrawn;
    }

    void operator()(const PersonActed& e)
    {
        Revision* revision = find(e.warning, e.revision);
        if (revision == nullptr) return;
        revision->state = e.to;
        revision->moved_at = e.at;
        const Act act{e.person, e.at};
        switch (e.verb) {
        case Verb::consult: break; // an event of its own
        case Verb::sign: revision->signatures.push_back({e.bureau, act}); break;
        case Verb::approve: revision->approvals.push_back({act, e.in_place_of}); break;
        case Verb::object:
        case Verb::send_back:
            revision->remarks.push_back({std::string{verb_name(e.verb)}, act, e.why});
            revision->signatures.clear();
            revision->approvals.clear();
            break;
        case Verb::emergency:
            revision->emergency = true;
            revision->emergency_why = e.why;
            [[fallthrough]];
        case Verb::issue:
        case Verb::lift:
            revision->issue = act;
            revision->late_why = e.late_why;
            // Signed late: it takes effect at the next full hour, never before it was published.
            revision->effective = std::max(revision->effective, last_hour_over(e.at, rules_.network.offset).plus(1));
            break;
        }
    }

    void operator()(const Consulted& e)
    {
        Revision* revision = find(e.warning, e.revision);
        if (revision == nullptr) return;
        revision->kind = e.kind;
        revision->level = e.proposal.level;
        revision->effective = e.proposal.effective;
        revision->until = e.proposal.until;
        revision->wording = e.proposal.wording;
        revision->record = e.record;
        revision->closes = e.closes;
        revision->authors.push_back(e.act);
        revision->signatures.clear();
        revision->approvals.clear();
        revision->state = RevisionState::proposed;
        revision->moved_at = e.act.at;
        ++revision->version;
    }

    void operator()(const Ordered& e)
    {
        // An order of the same number takes the place of the earlier.
        std::erase_if(state_.orders_, [&](const OrderFromAbove& o) {
            return o.document == e.order.document && o.authority == e.order.authority;
        });
        state_.orders_.push_back(e.order);
    }

    void operator()(const Overdue& e)
    {
        if (Revision* revision = find(e.warning, e.revision)) revision->overdue.push_back(e);
    }

    void operator()(const EmergencyReviewed& e)
    {
        if (Revision* revision = find(e.warning, e.revision)) revision->review = e.review;
    }

    void operator()(const Ended& e)
    {
        if (Warning* warning = find(e.warning)) warning->ended = e.at;
    }

    void operator()(const AlarmChanged& e) { state_.alarms_.take(e); }
    void operator()(const AlarmActed& e) { state_.alarms_.take(e); }
    void operator()(const ResponseCalled& e)
    {
        for (auto& known : state_.responses_)
            if (known.warning == e.warning && !known.no_longer_asked &&
                std::find(e.no_longer_asked.begin(), e.no_longer_asked.end(), known.measure) != e.no_longer_asked.end())
                known.no_longer_asked = e.revision;
        state_.responses_.insert(state_.responses_.end(), e.entries.begin(), e.entries.end());
    }

    void operator()(const ResponseActed& e)
    {
        for (auto known = state_.responses_.rbegin(); known != state_.responses_.rend(); ++known)
            if (known->warning == e.warning && known->measure == e.measure) return known->steps.push_back(e.step);
    }

    void operator()(const ActRefused&) {} // on record, and nothing else

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

    void propose(std::vector<Warning>& warnings, const Proposed& e)
    {
        Warning* warning = find(e.warning);
        if (warning == nullptr) warning = &warnings.emplace_back(Warning{e.warning, e.area, {}});
        warning->revisions.push_back(e.revision);
    }

    Warning* find(std::string_view id)
    {
        for (auto* warnings : {&state_.warnings_, &state_.drills_})
            for (auto& warning : *warnings)
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

} // namespace aqi
