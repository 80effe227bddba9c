// libaqi/warning: one warning per area and spell, from the first proposal to the lift.
//
// Knows: the states of a revision, the one table of how it moves, and everything that is kept of it. Statistics move, decisions
// do not: what a revision saw when it was proposed stays with it.
// Does not know: how a level follows from days (warning_rules), who may move it (warning_acts), texts (message), channels (daemon).
#pragma once

#include "libaqi/consultation.hpp"
#include "libaqi/network.hpp"
#include "libaqi/warning_rules.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

/// cancel: the warning was a mistake (取消); lift: the air is better (解除).
enum class RevisionKind : std::uint8_t { raise, upgrade, downgrade, lift, cancel };
std::string_view revision_kind_name(RevisionKind kind);
std::string_view revision_kind_zh(RevisionKind kind);
constexpr bool ends_warning(RevisionKind kind) { return kind == RevisionKind::lift || kind == RevisionKind::cancel; }

/// What put a revision on the table: the level engine on forecasts, the same on measurements, an order from above, people.
enum class Origin : std::uint8_t { forecast, measured, order, people };
std::string_view origin_name(Origin origin);
std::string_view origin_zh(Origin origin);

/// proposed -> consulting (one bureau signed) -> agreed (both signed) -> approved -> issued -> effective.
/// A revision not yet issued may be withdrawn by newer forecasts, or dismissed by both bureaus.
enum class RevisionState : std::uint8_t {
    proposed,
    consulting,
    agreed,
    approved,
    issued,
    effective,
    withdrawn,
    dismissed,
};
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

struct Approval {
    Act act;
    std::string in_place_of{}; ///< Person::id of who delegated; empty: in the person's own right
    bool operator==(const Approval&) const = default;
};

/// Why a step backwards was taken: an objection, an approval that was refused.
struct Remark {
    std::string verb;
    Act act;
    std::string why;
    bool operator==(const Remark&) const = default;
};

/// A time that ran out.
struct Overdue {
    std::string warning;
    int revision = 0;
    int version = 0;
    /// What nobody did: "sign", "approve", "issue"; "close": the consultation closed; "review": an emergency was not reviewed.
    std::string stage;
    Instant at;
    bool operator==(const Overdue&) const = default;
};

struct EmergencyReview {
    Act act;
    bool confirmed = false;
    std::string why;
    bool operator==(const EmergencyReview&) const = default;
};

/// What lies on the table. Whoever puts another version there takes back the signatures under the one before.
struct Proposal {
    WarningLevel level = WarningLevel::none; ///< the new level; none for a lift, or for "no warning is needed"
    /// Takes effect at this moment: the end of the hour of this label. If the issue comes later than planned, at the next full
    /// hour after it.
    HourEnding effective;
    std::optional<HourEnding> until{}; ///< ends at this moment without a further notice; absent: 解除时间另行通知
    std::string wording{};             ///< the bureaus' own words, added to the text
    bool operator==(const Proposal&) const = default;
};

struct Revision {
    int number = 0; ///< 1.. within the warning, never reused
    RevisionKind kind = RevisionKind::raise;
    WarningLevel level = WarningLevel::none;    ///< as in Proposal
    WarningLevel previous = WarningLevel::none; ///< the level in force when it was proposed
    HourEnding effective;                       ///< as in Proposal
    Judgement judgement;                        ///< what the engine saw; of a lift: the relief
    std::string rules;                          ///< WarningRules::id
    Instant proposed_at;
    RevisionState state = RevisionState::proposed;
    std::vector<Signature> signatures; ///< under this version
    std::vector<Approval> approvals;
    std::optional<Act> issue;

    Origin origin = Origin::forecast;
    std::string order{}; ///< OrderFromAbove::id of what it carries out; may be empty
    std::string why{};   ///< of people's own proposal
    std::optional<HourEnding> until{};
    std::string wording{};
    int version = 1;
    std::vector<Act> authors{};      ///< who put a version on the table, in order
    std::optional<Instant> closes{}; ///< the consultation: nobody signs this version later
    ConsultationRecord record{};     ///< of this version
    std::vector<Remark> remarks{};
    std::vector<Overdue> overdue{};
    Instant moved_at{}; ///< when it came into its state
    bool emergency = false;
    std::string emergency_why{};
    std::optional<EmergencyReview> review{};
    std::string late_why{}; ///< the lead time its level asks for was not kept: why

    bool pending() const { return state < RevisionState::issued; }
    /// What becomes of the area if it is issued.
    bool is_dismissal() const { return level == WarningLevel::none && !ends_warning(kind); }
    bool operator==(const Revision&) const = default;
};

struct Warning {
    std::string id;   ///< area, year and a running number: "410600-2016-003"
    std::string area; ///< Area::id
    std::vector<Revision> revisions;
    std::optional<Instant> ended{}; ///< the end that was announced has come

    /// The level in force: of the last revision that was issued, effective or not.
    WarningLevel level() const;
    /// The last revision that was issued, if any.
    const Revision* issued() const;
    /// The revision that people are working on, if any.
    const Revision* pending() const;
    /// Ended: a lift was issued, or it was withdrawn before anything was issued. A later spell is another warning.
    bool closed() const;
    bool operator==(const Warning&) const = default;
};

/// An order from above (a province's urgent notice): areas may be warned more, never less, while it stands.
struct OrderFromAbove {
    std::string id;        ///< "order-2016-001"
    std::string authority; ///< who gave it, as written
    std::string document;  ///< its number; an order of the same number takes the place of the earlier
    std::vector<std::string> areas;
    WarningLevel level = WarningLevel::none; ///< none: the order of this document ends
    HourEnding effective;
    std::optional<HourEnding> until{};
    std::string text{};
    Act entered;
    std::string message{}; ///< "sender,identifier,sent" of the CAP alert it came as; empty: it was entered by hand

    bool names(std::string_view area) const;
    bool operator==(const OrderFromAbove&) const = default;
};

/// What a person asks to do with a revision.
enum class Verb : std::uint8_t { consult, sign, object, approve, send_back, issue, lift, emergency };
std::string_view verb_name(Verb verb);
std::optional<Verb> verb_named(std::string_view name);

/// The only table of moves: from a state, by a verb, to a state. A proposal and its withdrawal stand outside: no person makes them.
struct Move {
    RevisionState from;
    Verb verb;
    RevisionState to;
};
inline constexpr Move moves[] = {
    {RevisionState::proposed, Verb::consult, RevisionState::proposed},
    {RevisionState::consulting, Verb::consult, RevisionState::proposed},
    {RevisionState::agreed, Verb::consult, RevisionState::proposed},
    {RevisionState::proposed, Verb::sign, RevisionState::consulting},
    {RevisionState::consulting, Verb::sign, RevisionState::agreed},
    {RevisionState::proposed, Verb::object, RevisionState::proposed},
    {RevisionState::consulting, Verb::object, RevisionState::proposed},
    {RevisionState::agreed, Verb::object, RevisionState::proposed},
    {RevisionState::agreed, Verb::approve, RevisionState::approved}, // or stays, until enough people have approved
    {RevisionState::agreed, Verb::send_back, RevisionState::proposed},
    {RevisionState::approved, Verb::send_back, RevisionState::proposed},
    {RevisionState::approved, Verb::issue, RevisionState::issued},
    {RevisionState::approved, Verb::lift, RevisionState::issued},
    {RevisionState::proposed, Verb::emergency, RevisionState::issued},
    {RevisionState::consulting, Verb::emergency, RevisionState::issued},
    {RevisionState::agreed, Verb::emergency, RevisionState::issued},
    {RevisionState::approved, Verb::emergency, RevisionState::issued},
};
const Move* move_of(RevisionState from, Verb verb);

} // namespace aqi
