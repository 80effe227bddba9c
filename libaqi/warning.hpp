// libaqi/warning: one warning per area and spell, from the first proposal to the lift.
//
// Knows: the states of a revision, the one table of who may move it how, and that two bureaus sign before anybody
// approves. Statistics move, decisions do not: what a revision saw when it was proposed stays with it.
// Does not know: how a level follows from days (warning_rules), texts (message), channels (daemon).
#pragma once

#include "libaqi/network.hpp"
#include "libaqi/warning_rules.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

enum class RevisionKind : std::uint8_t { raise, upgrade, lift };
std::string_view revision_kind_name(RevisionKind kind);
std::string_view revision_kind_zh(RevisionKind kind);

/// proposed -> consulting (one bureau signed) -> agreed (both signed) -> approved -> issued -> effective.
/// A revision not yet issued may be withdrawn by newer forecasts.
enum class RevisionState : std::uint8_t { proposed, consulting, agreed, approved, issued, effective, withdrawn };
std::string_view revision_state_name(RevisionState state);
std::string_view revision_state_zh(RevisionState state);

/// Who did something, and when.
struct Act {
    std::string person;
    Instant at;
    bool operator==(const Act&) const = default;
};

struct Signature {
    Bureau bureau = Bureau::environment;
    Act act;
    bool operator==(const Signature&) const = default;
};

struct Revision {
    int number = 0; ///< 1.. within the warning, never reused
    RevisionKind kind = RevisionKind::raise;
    WarningLevel level = WarningLevel::none;    ///< the new level; none for a lift
    WarningLevel previous = WarningLevel::none; ///< the level in force when it was proposed
    /// Takes effect at this moment: the end of the hour of this label. Planned when proposed; if the issue comes later
    /// than planned, the next full hour after it.
    HourEnding effective;
    Judgement judgement; ///< what it rests on; of a lift: the spell that ends
    std::string rules;   ///< WarningRules::id
    Instant proposed_at;
    RevisionState state = RevisionState::proposed;
    std::vector<Signature> signatures;
    std::optional<Act> approval;
    std::optional<Act> issue;

    bool pending() const { return state < RevisionState::issued; }
    bool operator==(const Revision&) const = default;
};

struct Warning {
    std::string id;   ///< area, year and a running number: "410600-2016-003"
    std::string area; ///< Area::id
    std::vector<Revision> revisions;

    /// The level in force: of the last revision that was issued, effective or not.
    WarningLevel level() const;
    /// The revision that people are working on, if any.
    const Revision* pending() const;
    /// Ended: a lift was issued, or it was withdrawn before anything was issued. A later spell is another warning.
    bool closed() const;
    bool operator==(const Warning&) const = default;
};

/// What a person asks to do with a revision.
enum class Verb : std::uint8_t { sign, approve, issue, lift };
std::string_view verb_name(Verb verb);

/// The only table of moves: from a state, by a verb, to a state.
struct Move {
    RevisionState from;
    Verb verb;
    RevisionState to;
};
inline constexpr Move moves[] = {
    {RevisionState::proposed, Verb::sign, RevisionState::consulting},
    {RevisionState::consulting, Verb::sign, RevisionState::agreed},
    {RevisionState::agreed, Verb::approve, RevisionState::approved},
    {RevisionState::approved, Verb::issue, RevisionState::issued},
    {RevisionState::approved, Verb::lift, RevisionState::issued},
};

/// Whether `person` may do `verb` to the pending revision of `warning`; the answer is where it leads, or the sentence
/// an operator is shown. Reason is always `refused`.
Result<RevisionState> permitted(const Warning& warning, int revision, Verb verb, const Person& person,
                                const Network& network);

} // namespace aqi
