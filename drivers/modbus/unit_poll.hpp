// drivers/modbus/unit_poll: the questions to one unit, and what its answers teach about it.
//
// Knows: a request that is refused for its addresses (exceptions 2 and 3) is taken apart once, and that is remembered; a
// garbled answer is asked for once more; a unit that does not answer its first question is not asked the others; a gateway
// that answers "no answer from it" (10, 11) is as silent as the unit behind it.
// Does not know: threads, the inbox, when it is its turn (line).
#pragma once

#include "drivers/modbus/decode.hpp"
#include "drivers/modbus/plan.hpp"
#include "drivers/modbus/transport.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace aqi::drivers::modbus {

class UnitPoll {
public:
    enum class Outcome : std::uint8_t {
        answered,
        cut_short, ///< answered, but one of its questions ended the connection; the poll holds what came before
        failed,    ///< this unit
        lost,      ///< the line
    };

    /// `now` stamps what was read.
    UnitPoll(Unit unit, int read_gap, std::function<Instant()> now);

    const Unit& unit() const { return unit_; }

    /// The values of now. `poll` is worth keeping when the outcome is `answered` or `cut_short`.
    Outcome poll_now(Transport& transport, Poll& poll);
    /// The stored places first..last.
    Outcome poll_stored(Transport& transport, int first, int last, Poll& poll);
    /// Writes the device's clock. Its map must have one.
    Outcome set_clock(Transport& transport, UtcOffset offset);

    /// Why the last one failed.
    const std::string& why() const { return why_; }
    /// What is wrong although it answers: refused addresses, references that do not agree. Empty: nothing.
    std::string complaint() const;

private:
    Outcome ask(Transport& transport, const ReadRequest& request, Block& block);
    Outcome look_at_references(Transport& transport);
    void complain(const ReadRequest& request, std::string_view why);

    Unit unit_;
    std::vector<ReadRequest> plan_;
    std::set<ReadRequest> apart_; ///< taken apart, so never again
    std::function<Instant()> now_;
    bool references_seen_ = false;
    std::string why_;
    std::string refused_;
    std::string disagreement_;
};

} // namespace aqi::drivers::modbus
