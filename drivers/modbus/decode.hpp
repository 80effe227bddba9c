// drivers/modbus/decode: the block of one poll, by the instrument's register map, into readings.
//
// Knows: NaN, infinities, sentinels and values outside the map's range are absent, with a flag; a status the map lists
// gives its flag to the values; negative values near zero are real (beta monitors) and keep their sign; a float becomes
// whole ng/m3 by one rounding.
// Does not know: sockets, files, which units are configured (driver.cpp). Pure: may run anywhere.
#pragma once

#include "drivers/driver.hpp"
#include "drivers/modbus/block.hpp"
#include "drivers/modbus/register_map.hpp"

#include <string>

namespace aqi::drivers::modbus {

/// Whose registers a unit's are.
struct Unit {
    int unit = 1;
    std::string station;
    RegisterMap map;      ///< with every order known
    int stored_depth = 0; ///< how far back stored values are asked for; 0: never
};

/// Modbus registers carry no time: the moment of the poll stands for it, marked as ours.
Decoded decode_poll(const Poll& poll, const Unit& unit, UtcOffset offset);

/// An hourly register is left alone this long before and after it changes: which hour it holds then is anybody's guess.
inline constexpr int hour_unsettled_minutes = 2;

/// The time of a stored value: `place` 0 is the newest.
Instant stored_time(const Stored& stored, Instant newest, int place);

} // namespace aqi::drivers::modbus
