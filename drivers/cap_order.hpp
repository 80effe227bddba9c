// drivers/cap_order: what an alert of the province means here: which level, for which areas, from when to when, of which order.
//
// The level is what the alert says in a parameter, in its headline, or by its severity (Extreme red ... Minor blue, as the
// national feed has it); where a parameter and the headline contradict each other nobody guesses. The areas are those whose
// division code (GB/T 2260) lies within a geocode, or whose name is the areaDesc.
//
// Knows: the words. Does not know: whether an order may be entered, or which orders stand (libaqi/warning_acts).
#pragma once

#include "drivers/cap.hpp"
#include "libaqi/network.hpp"
#include "libaqi/warning.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::drivers {

struct CapOrder {
    OrderFromAbove order;                   ///< level none: it ends what it refers to
    std::vector<cap::Reference> references; ///< what it takes the place of
    bool alone = true;                      ///< an Alert; an Update or a Cancel is about an earlier message
    std::vector<std::string> notes;         ///< what a person should know: faults of the file, what was passed over
};

/// What a person says in place of the file; empty: the file's.
struct CapWords {
    std::optional<WarningLevel> level{};
    std::vector<std::string> areas{};
};

/// Faults: those of cap::read(); refused, with what a person can do: a message that is no order (a test, an acknowledgement, of
/// another hazard), a level or an area that cannot be told.
Result<CapOrder> order_of_cap(std::string_view xml, const CapWords& said, const Network& network);

/// Gives it the number of the order it continues or ends. Refused: entered already; older than what stands; it ends what is not
/// here. `orders` as State::orders() has them.
Result<void> follow(CapOrder& order, const std::vector<OrderFromAbove>& orders);

} // namespace aqi::drivers
