// libaqi/event: everything that can happen to the engine. The journal is a list of these.
//
// Knows: that time, people and decisions are events like readings; a replay therefore decides what was decided then.
// Does not know: how an event is stored (daemon/store) or who may cause it (engine's admissible()).
#pragma once

#include "libaqi/alarm.hpp"
#include "libaqi/forecast.hpp"
#include "libaqi/network.hpp"
#include "libaqi/reading.hpp"
#include "libaqi/response.hpp"
#include "libaqi/review.hpp"
#include "libaqi/warning.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace aqi {

/// One hourly value that was accepted: known station, unit converted. A second one for the same hour is a revision. A value
/// under a flag other than normal is kept and does not count until a person accepts it.
struct Observed {
    StationIndex station;
    HourEnding hour;
    Pollutant pollutant = Pollutant::pm2_5;
    Flag flag = Flag::normal;
    std::optional<Concentration> value;
    bool operator==(const Observed&) const = default;
};

/// One daily value as an archive or an upper platform states it (O3: daily maximum 8-hour mean).
struct ObservedDay {
    StationIndex station;
    LocalDay day;
    Pollutant pollutant = Pollutant::pm2_5;
    Flag flag = Flag::normal;
    std::optional<Concentration> value;
    bool operator==(const ObservedDay&) const = default;
};

/// An hour is over and is judged on what is known. What comes later still counts in the statistics.
struct HourClosed {
    HourEnding hour;
    Instant at;
    bool catching_up = false; ///< one of several past hours closed at a start: no decision rests on it
    bool operator==(const HourClosed&) const = default;
};

struct ForecastIssued {
    Forecast forecast;
    Instant at;
    bool operator==(const ForecastIssued&) const = default;
};

/// The engine proposes a first or a further revision of a warning. A decision: recorded, never recomputed.
struct Proposed {
    std::string warning;
    std::string area;
    Revision revision;
    bool operator==(const Proposed&) const = default;
};

/// The same for practice: it goes the same way, to drills' channels only, and is counted apart.
struct DrillProposed {
    Proposed proposed;
    bool operator==(const DrillProposed&) const = default;
};

/// What a pending revision rested on is no longer so.
struct Withdrawn {
    std::string warning;
    int revision = 0;
    Instant at;
    std::string why;
    bool operator==(const Withdrawn&) const = default;
};

/// A person signed, approved, issued or lifted. Written down with what it meant then, so that a later change of the
/// registry of people takes nothing back.
struct PersonActed {
    std::string warning;
    int revision = 0;
    Verb verb = Verb::sign;
    std::string person;
    Bureau bureau = Bureau::environment; ///< the person's, at that moment
    RevisionState to = RevisionState::consulting;
    Instant at;
    std::string in_place_of{}; ///< of an approval: who delegated
    std::string why{};
    std::string late_why{}; ///< of an issue: the lead time its level asks for was not kept
    bool operator==(const PersonActed&) const = default;
};

/// A bureau put another version on the table; the signatures under the one before are taken back.
struct Consulted {
    std::string warning;
    int revision = 0;
    RevisionKind kind = RevisionKind::raise;
    Proposal proposal;
    Act act;
    std::string why;
    std::optional<Instant> closes;
    ConsultationRecord record;
    bool operator==(const Consulted&) const = default;
};

struct Ordered {
    OrderFromAbove order;
    bool operator==(const Ordered&) const = default;
};

struct EmergencyReviewed {
    std::string warning;
    int revision = 0;
    EmergencyReview review;
    bool operator==(const EmergencyReviewed&) const = default;
};

/// The end that was announced with the warning has come.
struct Ended {
    std::string warning;
    Instant at;
    bool operator==(const Ended&) const = default;
};

/// The first level of a review: a correction is on the table and has changed nothing yet.
struct CorrectionMade {
    Correction correction;
    bool operator==(const CorrectionMade&) const = default;
};

/// The second level: the correction counts from now on, or falls.
struct CorrectionDecided {
    std::string correction;
    bool ratified = false;
    Act act;
    std::string why;
    bool operator==(const CorrectionDecided&) const = default;
};

struct SignedOff {
    std::string place;
    SignOff sign_off;
    bool operator==(const SignedOff&) const = default;
};

/// A day of an area is flagged as a dust day, or the flag is taken back.
struct DustDeclared {
    std::string area;
    LocalDay day;
    bool is_dust = true;
    DustDay dust;
    bool operator==(const DustDeclared&) const = default;
};

/// A station is under maintenance or in quarantine for some hours, or no longer.
struct StationDeclared {
    std::string station;
    StationNote note;
    bool ends = false; ///< the note of this kind that is in force ends with the hour before note.first
    bool operator==(const StationDeclared&) const = default;
};

/// Published figures changed. A record: written once, never recomputed.
struct Noticed {
    Notice notice;
    bool operator==(const Noticed&) const = default;
};

/// A person asked for what is not permitted. Nothing changed; it stays on record.
struct ActRefused {
    Act act; ///< Person::id; "account NAME" for one that stands for nobody
    std::string what;
    std::string why;
    bool operator==(const ActRefused&) const = default;
};

using Event = std::variant<Observed, ObservedDay, HourClosed, ForecastIssued, Proposed, Withdrawn, PersonActed,
                           CorrectionMade, CorrectionDecided, SignedOff, DustDeclared, Noticed, StationDeclared,
                           Consulted, Ordered, Overdue, EmergencyReviewed, Ended, ActRefused, AlarmChanged, AlarmActed,
                           ResponseCalled, ResponseActed, DrillProposed>;

/// The stable name of an event's kind in the journal.
std::string_view event_kind(const Event& event);

} // namespace aqi
