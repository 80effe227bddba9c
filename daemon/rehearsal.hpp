// daemon/rehearsal: a warning that does not exist, made up so that one can see who would get what in which words.
//
// Its days are such that the edition in force calls for the level, its signatures those of the bureaus of the configuration, its
// texts made by the same code as any warning's. It is no event: nothing of it is journaled, stored or sent, and its number, 000,
// is never given.
//
// Knows: what a plausible warning looks like. Does not know: routes and channels (routing).
#pragma once

#include "daemon/notify/letter.hpp"

#include <optional>
#include <string_view>

namespace aqi::daemon {

/// What is announced of a revision that has an issue.
notify::Letter letter_about(const Warning& warning, const Revision& revision, Mode mode, const Rules& rules);

struct Rehearsal {
    notify::Letter letter;
    /// Of a lift or a cancellation: the warning it ends, as it would have been raised. Who got the one gets the other.
    std::optional<notify::Letter> ends{};
};

/// `level`: the level that is reached; of a lift or a cancellation the one that ends. Faults: an area or a level nobody knows, a
/// level the edition in force does not have, a step from where there is none.
Result<Rehearsal> rehearse(std::string_view area, WarningLevel level, RevisionKind kind, Mode mode, const Rules& rules,
                           Instant now);

} // namespace aqi::daemon
