// drivers/modbus/probe: what a block of registers could mean, for the hour of commissioning.
//
// Knows: every type in every order of bytes, side by side: a person who knows what the display shows finds the row.
// Does not know: any instrument.
#pragma once

#include "drivers/modbus/transport.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace aqi::drivers::modbus {

struct ProbeRequest {
    Way way;
    int unit = 1;
    ReadRequest read;
};

/// A row a register: its words and what it and the next one would be as each type. Pure.
std::string interpret(const ReadRequest& read, const std::vector<std::uint16_t>& words);

/// Reads once and interprets. Blocks for at most the connection's and the answer's time limits. Fault: refused, with the
/// words of the line or the unit.
Result<std::string> probe(const ProbeRequest& request);

} // namespace aqi::drivers::modbus
