// drivers/modbus/block: what one poll of one unit read, as the bytes the inbox keeps.
//
// The form, version 1, numbers with the high byte first:
//
//     u8  version = 1
//     u8  unit
//     u8  kind: 0 the values of now, 1 values the device has stored
//     i64 time, ms since 1970-01-01T00:00:00Z: of the reading; of stored values, the time of their newest place
//     then, for each request:
//     u8  function 1 2 3 4, u16 first address (as on the wire), u16 count, and the data as they came: a register in two
//         bytes, eight coils in one byte from its lowest bit. Or function + 0x80 and, in place of the data, one byte: the
//         exception the unit answered, 0 when it did not answer.
//
// Knows: this form. Does not know: what a register means (decode), or sockets.
#pragma once

#include "libaqi/result.hpp"
#include "libaqi/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::drivers::modbus {

inline constexpr int coil_function = 1, discrete_function = 2, holding_function = 3, input_function = 4;
inline constexpr int registers_most = 125; ///< of one request, by the standard
inline constexpr int coils_most = 2000;
inline constexpr int unit_least = 1, unit_most = 247;

constexpr bool reads_bits(int function) { return function == coil_function || function == discrete_function; }
constexpr int count_most(int function) { return reads_bits(function) ? coils_most : registers_most; }

/// One request: never more than count_most(function), never past address 65535.
struct ReadRequest {
    std::uint8_t function = holding_function;
    std::uint16_t start = 0;
    std::uint16_t count = 1;
    int end() const { return int{start} + count; } ///< one past the last address
    auto operator<=>(const ReadRequest&) const = default;
};

struct Block {
    ReadRequest request;
    bool failed = false;
    int exception = 0;                ///< of a failed one; 0: no answer
    std::vector<std::uint16_t> words; ///< as many as asked for; of coils 0 or 1 each
    bool operator==(const Block&) const = default;
};

struct Poll {
    enum class Kind : std::uint8_t { now = 0, stored = 1 };
    int unit = 0;
    Kind kind = Kind::now;
    Instant at;
    std::vector<Block> blocks;

    /// The block that holds these addresses of this function, whether it failed or not; null: none was asked for.
    const Block* around(int function, int address, int count) const;
    bool operator==(const Poll&) const = default;
};

std::string encode_poll(const Poll& poll);
/// Fault: malformed, with the byte it broke at. Nothing is read before its length is checked.
Result<Poll> parse_poll(std::string_view bytes);

} // namespace aqi::drivers::modbus
