// Who may correct, ratify, sign off and flag: the half of engine.hpp that judges people's words about data.
#include "libaqi/engine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

Fault refused(std::string why) { return Fault{Reason::refused, std::move(why)}; }

/// The person, or the sentence that says why not.
Result<const Person*> person_with(bool Person::*right, std::string_view what, std::string_view id, const Rules& rules)
{
    const Person* person = rules.network.person_named(id);
    if (person == nullptr) return refused(fmt::format("no person {} in the configuration", id));
    if (!(person->*right)) return refused(fmt::format("{} ({}) has no right to {}", person->id, person->name, what));
    return person;
}

std::string next_id(const State& state, int year)
{
    const std::string prefix = fmt::format("R{}-", year);
    const auto& all = state.corrections();
    const auto count =
        std::count_if(all.begin(), all.end(), [&](const Correction& c) { return c.id.starts_with(prefix); });
    return fmt::format("{}{:04}", prefix, count + 1);
}

constexpr int hours_most = 31 * 24;

/// Whether what is held of every hour is something this correction can be said of. Asked when it is made, and again when it
/// is ratified: values may have been sent again in between.
Result<void> fits_its_hours(const State& state, StationIndex station, const Correction& c)
{
    const auto& aside = state.station(station).aside;
    for (HourEnding h = c.first; h <= c.last; h = h.plus(1)) {
        const auto found = aside.find({h, c.pollutant});
        const bool corrected = found != aside.end() && !found->second.correction.empty();
        const auto held = state.held(station, h, c.pollutant);
        if (c.kind == CorrectionKind::restore && !corrected)
            return refused(fmt::format("{} is not corrected: there is nothing to take back", format_hour(h)));
        if (c.kind == CorrectionKind::accept && (!held || !held->value || held->value->ng_per_m3() < 0))
            return refused(fmt::format("{}: no value was received that could be accepted", format_hour(h)));
        if (c.kind == CorrectionKind::invalidate && !held && !corrected)
            return refused(fmt::format("{}: nothing was received", format_hour(h)));
    }
    return {};
}

/// Whether the person validated this day, of the place itself or of one of its sites.
bool validated_by(const State& state, PlaceIndex place, LocalDay day, std::string_view person, const Rules& rules)
{
    std::vector<PlaceIndex> places{place};
    if (const auto area = rules.network.area_of(place))
        for (const auto site : rules.network.areas[area->value].sites(day)) places.push_back(rules.network.place(site));
    for (const auto p : places)
        for (const auto& s : state.sign_offs(p))
            if (s.level == ReviewLevel::validated && s.first <= day && day <= s.last && s.act.person == person)
                return true;
    return false;
}

} // namespace

Result<CorrectionMade> admit_correction(const State& state, Correction c, std::string_view person_id, Instant at,
                                        const Rules& rules)
{
    const auto person = person_with(&Person::may_validate, "validate", person_id, rules);
    if (!person) return person.error();
    const auto station = rules.network.station_named(c.station);
    if (!station) return refused(fmt::format("there is no station {}", c.station));
    if (c.last < c.first) return refused("the last hour lies before the first");
    if (c.last.since_epoch - c.first.since_epoch >= hours_most)
        return refused(fmt::format("one correction covers at most {} hours", hours_most));
    if (last_hour_over(at, rules.network.offset) < c.last)
        return refused(fmt::format("{} is not over", format_hour(c.last)));
    if (!still_open(state, c.first.day(), rules))
        return refused(
            fmt::format("{} is more than {} days before the last closed hour", format_hour(c.first), rules.open_days));
    if (c.why.empty()) return refused("a correction needs a reason");
    if ((c.kind == CorrectionKind::replace) != c.value.has_value())
        return refused("a value belongs to \"replace\", and to nothing else");
    if (c.value && (c.value->ng_per_m3() < 0 || rules.book.instrument_at_most[c.pollutant] < *c.value))
        return refused("that value is outside what an instrument can mean");
    if (const auto fits = fits_its_hours(state, *station, c); !fits) return fits.error();
    c.id = next_id(state, day_at(at, rules.network.offset).year());
    c.validated = {(*person)->id, at};
    c.state = CorrectionState::validated;
    c.decided.reset();
    return CorrectionMade{std::move(c)};
}

Result<CorrectionDecided> admit_decision(const State& state, std::string_view id, bool ratify,
                                         std::string_view person_id, std::string_view why, Instant at,
                                         const Rules& rules)
{
    const auto person = person_with(&Person::may_ratify, "ratify", person_id, rules);
    if (!person) return person.error();
    const Correction* correction = state.correction(id);
    if (correction == nullptr) return refused(fmt::format("there is no correction {}", id));
    if (correction->state != CorrectionState::validated)
        return refused(fmt::format("{} is already {}", id, correction_state_name(correction->state)));
    if (correction->validated.person == (*person)->id)
        return refused(fmt::format("{} made this correction; another person ratifies it", (*person)->id));
    if (!still_open(state, correction->first.day(), rules))
        return refused(fmt::format("{} is more than {} days before the last closed hour",
                                   format_hour(correction->first), rules.open_days));
    if (!ratify && why.empty()) return refused("a refusal needs a reason");
    const auto station = rules.network.station_named(correction->station);
    if (ratify && !station) return refused(fmt::format("there is no station {} any more", correction->station));
    if (ratify)
        if (const auto fits = fits_its_hours(state, *station, *correction); !fits) return fits.error();
    return CorrectionDecided{std::string{id}, ratify, {(*person)->id, at}, std::string{why}};
}

Result<SignedOff> admit_sign_off(const State& state, std::string_view place_id, SignOff s, std::string_view person_id,
                                 Instant at, const Rules& rules)
{
    const bool second = s.level == ReviewLevel::ratified;
    const auto person = second ? person_with(&Person::may_ratify, "ratify", person_id, rules)
                               : person_with(&Person::may_validate, "validate", person_id, rules);
    if (!person) return person.error();
    const auto place = rules.network.place_named(place_id);
    if (!place) return refused(fmt::format("there is no area or station {}", place_id));
    if (s.level == ReviewLevel::preliminary) return refused("days are signed off as validated or ratified");
    if (s.last < s.first) return refused("the last day lies before the first");
    const auto closed = state.last_closed_day();
    if (!closed || *closed < s.last) return refused(fmt::format("{} is not closed yet", format_day(s.last)));
    if (second) {
        // Day by day: the second level rests on the first, and on another person.
        for (LocalDay day = s.first; day <= s.last; day = day.plus(1)) {
            if (state.reviewed(*place, day, rules) == ReviewLevel::preliminary)
                return refused(fmt::format("{} was not validated yet", format_day(day)));
            if (validated_by(state, *place, day, (*person)->id, rules))
                return refused(
                    fmt::format("{} validated {}; another person ratifies it", (*person)->id, format_day(day)));
        }
    }
    s.act = {(*person)->id, at};
    return SignedOff{std::string{place_id}, std::move(s)};
}

Result<DustDeclared> admit_dust(const State& state, DustDeclared d, std::string_view person_id, Instant at,
                                const Rules& rules)
{
    const auto person = person_with(&Person::may_declare_dust, "declare dust days", person_id, rules);
    if (!person) return person.error();
    const auto area = rules.network.area_named(d.area);
    if (!area) return refused(fmt::format("there is no area {}", d.area));
    if (d.dust.document.empty()) return refused("a dust day needs the document that says so");
    if (day_at(at, rules.network.offset) < d.day) return refused(fmt::format("{} lies ahead", format_day(d.day)));
    const bool flagged = state.dust_days(*area).contains(d.day);
    if (d.is_dust == flagged)
        return refused(fmt::format("{} is {}flagged as a dust day", format_day(d.day), flagged ? "already " : "not "));
    d.dust.act = {(*person)->id, at};
    return d;
}

Result<StationDeclared> admit_station_note(const State& state, StationDeclared d, std::string_view person_id,
                                           Instant at, const Rules& rules)
{
    const auto person = person_with(&Person::may_validate, "say this of a station", person_id, rules);
    if (!person) return person.error();
    const auto station = rules.network.station_named(d.station);
    if (!station) return refused(fmt::format("there is no station {}", d.station));
    const StationNote* current = state.station_note(*station, d.note.kind, d.note.first);
    if (d.ends && current == nullptr)
        return refused(fmt::format("station {} is not under {}", d.station, station_note_name(d.note.kind)));
    d.note.act = {(*person)->id, at};
    // What counts already is taken back by a correction, with its two levels; a quarantine only keeps out what comes.
    if (d.note.kind == StationNote::Kind::quarantine) {
        auto here = state.last_closed();
        if (const auto newest = state.station(*station).newest) here = here ? std::max(*here, *newest) : *newest;
        if (here && d.note.first <= *here)
            return refused(
                fmt::format("hours up to {} are here already: a quarantine can {} with the hour to {}; what is "
                            "here is changed by a correction",
                            format_hour(*here), d.ends ? "end" : "begin", format_hour(here->plus(1))));
    }
    if (d.ends) return d;
    if (current != nullptr)
        return refused(
            fmt::format("station {} is already under {}: {}", d.station, station_note_name(d.note.kind), current->why));
    if (d.note.why.empty()) return refused("say why");
    if (d.note.kind == StationNote::Kind::maintenance && !d.note.last)
        return refused("maintenance needs an end time; it can be ended earlier, or declared again");
    if (d.note.last && *d.note.last < d.note.first) return refused("it ends before it begins");
    constexpr int longest_hours = 92 * 24;
    if (d.note.last && d.note.last->since_epoch - d.note.first.since_epoch > longest_hours)
        return refused("it is longer than a quarter; declare it again when it goes on");
    if (!still_open(state, d.note.first.day(), rules))
        return refused(fmt::format("{} is no longer open", format_hour(d.note.first)));
    return d;
}

std::optional<Noticed> notice_of(const State& state, const std::vector<Change>& changes, Notice::Cause cause,
                                 std::string who, std::string why, Instant at, const Rules& rules)
{
    if (changes.empty()) return std::nullopt;
    const int year = day_at(at, rules.network.offset).year();
    Notice n;
    n.number = fmt::format("{}-{:04}", year, state.notices(year) + 1);
    n.at = at;
    n.cause = cause;
    n.who = std::move(who);
    n.why = std::move(why);
    const std::size_t listed = std::min(changes.size(), notice_changes_most);
    n.changes.assign(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(listed));
    n.further = static_cast<int>(changes.size() - listed);
    return Noticed{std::move(n)};
}

} // namespace aqi
