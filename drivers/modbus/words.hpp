// drivers/modbus/words: registers into numbers, exactly.
//
// Knows: the types instruments put into registers; the four orders of the bytes of a 32-bit value, named by the bytes on
// the wire (libmodbus names them otherwise: take no order names from it); which binary floats mean "no value"; decimal
// scales without a binary number in between.
// Does not know: what a register means (register_map) or how it was read (transport, line).
#pragma once

#include "libaqi/result.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace aqi::drivers::modbus {

enum class WordType : std::uint8_t { uint16, int16, uint32, int32, float32 };
std::string_view word_type_name(WordType type);
constexpr int registers_of(WordType type) { return type == WordType::uint16 || type == WordType::int16 ? 1 : 2; }

/// The order of a 32-bit value on the wire; A is its highest byte. 123456.0 = 47 F1 20 00 is, as two registers:
enum class ByteOrder : std::uint8_t {
    abcd, ///< 47F1 2000, high word first
    cdab, ///< 2000 47F1, low word first
    badc, ///< F147 0020
    dcba, ///< 0020 F147
};
std::string_view byte_order_name(ByteOrder order); ///< "ABCD"
std::optional<ByteOrder> byte_order_named(std::string_view name);
/// "ABCD, CDAB, BADC, DCBA", for messages.
inline constexpr std::string_view byte_order_choices = "ABCD, CDAB, BADC, DCBA";

/// Two registers, in the order they came, as one 32-bit value.
std::uint32_t join(std::uint16_t first, std::uint16_t second, ByteOrder order);

/// A decimal as it is written: digits x 10^-decimals.
struct Decimal {
    std::int64_t digits = 0;
    int decimals = 0;
    bool operator==(const Decimal&) const = default;
};
/// "0.1", "-40", "1.33322": at most ten digits, nine of them decimals, no exponent. Fault: malformed.
Result<Decimal> parse_scale(std::string_view text);

/// What registers hold before any scale: a whole number or a binary float.
struct RawNumber {
    bool is_float = false;
    std::int64_t whole = 0;
    float real = 0;
};
/// One or two registers, as many as the type has.
RawNumber number_of(const std::uint16_t* words, WordType type, ByteOrder order);
/// A float that no instrument means as a value: NaN, an infinity, 1e37 and beyond (1e38 is a common "no value"), or so
/// near zero (below 1e-20) that its bytes must be in another order. Empty: it is a value.
std::string_view no_value(const RawNumber& number);
/// Whether a register holds exactly this decimal.
bool equals(const RawNumber& number, const Decimal& decimal);

/// raw x scale + offset, in `counts` of a target per unit (1000 ng in a microgram), rounded once to a whole count, a tie
/// to the even one. Fault: impossible_value, when it is beyond `most` counts in either direction.
Result<std::int64_t> scaled(const RawNumber& number, const Decimal& scale, const Decimal& offset, std::int64_t counts,
                            std::int64_t most);

} // namespace aqi::drivers::modbus
