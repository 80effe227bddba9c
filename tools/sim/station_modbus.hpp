// tools/sim/station_modbus: instruments on a line: Modbus/TCP, or RTU over a pseudo-terminal.
//
// Knows: answering requests out of the registers of the moment, several units on one line, and refusing to.
// Does not know: what a register holds (station_registers). libmodbus stops in station_modbus.cpp.
#pragma once

#include "drivers/modbus/register_map.hpp"
#include "tools/sim/station_clock.hpp"
#include "tools/sim/station_records.hpp"

#include <string>
#include <vector>

namespace aqi::sim {

struct ModbusUnit {
    int unit = 1;
    Records records;
    int stored_depth = 0;
};

struct ModbusRun {
    std::string address;              ///< empty: a pseudo-terminal
    int port = 0;                     ///< 0: any; the first line says which
    drivers::modbus::RegisterMap map; ///< of every unit, with its orders known
    std::vector<ModbusUnit> units;
    bool verbose = false;
};

/// The first line printed is where to ask: "tcp://127.0.0.1:1502" or "rtu:/dev/pts/7". Returns 0 when the run is over; the
/// last line says what was done. Throws std::runtime_error when it cannot listen.
int run_modbus(const ModbusRun& run, StationClock& clock);

/// How long a request of Modbus RTU is, by its first bytes. 0: not yet known.
std::size_t rtu_request_length(const std::vector<std::uint8_t>& begun);

} // namespace aqi::sim
