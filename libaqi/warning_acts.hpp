// libaqi/warning_acts: who may move a warning how, and what an order or a proposal of people must be like.
//
// Knows: that two bureaus sign before anybody approves, that rank or role and number decide who approves a level, delegation, that
// an author cannot approve alone, that a closed consultation is signed by nobody, and that an order from above only raises.
// Does not know: how a permitted act changes the state (engine's absorb()). Faults are always `refused`, in the words an operator
// is shown.
#pragma once

#include "libaqi/event.hpp"

#include <optional>
#include <string_view>

namespace aqi {

class State;

/// What a person asks for.
struct Asked {
    std::string warning;
    int revision = 0;
    Verb verb = Verb::sign;
    std::string person;
    std::string why{}; ///< of objection, sending back and emergency; at issue: why it comes late
};

/// Whether a person may do this now; the event is the answer.
Result<PersonActed> admit_act(const State& state, const Asked& asked, Instant at, const Rules& rules);

/// Another version on the table of a pending revision. A level of none on a raise says that no warning is needed.
struct PutOnTable {
    std::string warning;
    int revision = 0;
    std::string person;
    std::optional<WarningLevel> level{};   ///< absent: as it lies there
    std::optional<HourEnding> effective{}; ///< absent: as it lies there, or the next full hour if that is over
    std::optional<std::optional<HourEnding>> until{};
    std::optional<std::string> wording{};
    std::string why{};
};
Result<Consulted> admit_consult(const State& state, const PutOnTable& asked, Instant at, const Rules& rules);

/// A revision that people want and the engine has not proposed: another level, a lift, or that the warning was a mistake.
struct WantedRevision {
    std::string area;
    std::string person;
    WarningLevel level = WarningLevel::none;
    bool cancel = false;                   ///< with level none: the warning was a mistake
    std::optional<HourEnding> effective{}; ///< absent: the next full hour
    std::optional<HourEnding> until{};
    std::string wording{};
    std::string why;
    Mode mode = Mode::real; ///< drill: for practice
};
Result<Proposed> admit_proposal(const State& state, const WantedRevision& asked, Instant at, const Rules& rules);

/// The order's id and act are filled in.
Result<Ordered> admit_order(const State& state, OrderFromAbove order, std::string_view person, Instant at,
                            const Rules& rules);

/// Somebody of the rank reviews what was issued without the signatures.
Result<EmergencyReviewed> admit_emergency_review(const State& state, std::string_view warning, int revision,
                                                 bool confirmed, std::string_view why, std::string_view person,
                                                 Instant at, const Rules& rules);

/// What came late is admitted (it is kept and does not hold); a repetition is the caller's to see (ForecastBook::knows).
Result<ForecastIssued> admit_forecast(const Forecast& forecast, Instant at, const Rules& rules);

/// What has run out by now, each once: consultations nobody moves, emergencies nobody reviews, ends that were announced.
std::vector<Event> due(const State& state, Instant now, const Rules& rules);

} // namespace aqi
