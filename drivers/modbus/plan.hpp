// drivers/modbus/plan: which requests bring what a register map wants.
//
// Knows: registers that lie together come in one request; both registers of a 32-bit value always do, or the value could
// be torn between two measurements; no request is longer than the standard allows.
// Does not know: how a request is sent (transport) or when (line).
#pragma once

#include "drivers/modbus/register_map.hpp"

#include <vector>

namespace aqi::drivers::modbus {

/// Every field and status of the map. Requests may run over `gap` registers nobody asked for. Registers before coils: a
/// device that has no coils may be silent when asked for one, and must not look dead for that.
std::vector<ReadRequest> plan_reads(const RegisterMap& map, int gap);
/// The references, one request each.
std::vector<ReadRequest> plan_references(const RegisterMap& map);
/// What a refused request is taken apart into: its single fields and statuses. One piece: it cannot be taken apart.
std::vector<ReadRequest> take_apart(const ReadRequest& refused, const RegisterMap& map);
/// The stored places first..last of every series, in as few requests as may be.
std::vector<ReadRequest> plan_stored(const Stored& stored, int first, int last);

} // namespace aqi::drivers::modbus
