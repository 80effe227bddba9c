// tools/sim/station_registers: an instrument's registers at a moment, by its register map.
//
// Knows: values, statuses, references, stored values and the clock as words in their places.
// Does not know: sockets or libmodbus (station_modbus).
#pragma once

#include "drivers/modbus/register_map.hpp"
#include "tools/sim/station_records.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace aqi::sim {

/// The registers that exist of one function: from the first a map names to the last, zeros between.
struct Bank {
    int first = 0;
    std::vector<std::uint16_t> words; ///< coils are 0 or 1

    void put(int address, std::uint16_t word);
    bool holds(int address) const { return address >= first && address < first + static_cast<int>(words.size()); }
    std::uint16_t at(int address) const { return words.at(static_cast<std::size_t>(address - first)); }
};

struct Registers {
    std::array<Bank, 5> banks; ///< by function, 1 to 4
    Bank& of(int function) { return banks[static_cast<std::size_t>(function)]; }
    const Bank& of(int function) const { return banks[static_cast<std::size_t>(function)]; }
};

/// `stored_depth`: how many stored values there are. The map's orders must be known.
Registers registers_at(const drivers::modbus::RegisterMap& map, const Records& records, Instant now, int stored_depth);

/// A count of ng/m3 or of thousandths as the words of a field; beyond the field's type, the end of its range.
std::vector<std::uint16_t> words_of_value(std::int64_t counts, const drivers::modbus::Field& field);
/// What the field holds when it has no value: NaN, a sentinel, or the end of the type's range.
std::vector<std::uint16_t> words_of_no_value(const drivers::modbus::Field& field);

} // namespace aqi::sim
