// drivers/hj212/checksum: the check sum of HJ 212 and the ones that loggers send in its place.
//
// Knows: both algorithms, both byte orders, and which of them a given text matches.
// Does not know: frames (frame.hpp). The sum of HJ 212 takes 256 values only, so one damaged frame in 256 passes: a right
// sum proves nothing alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::drivers::hj212 {

enum class Checksum : std::uint8_t { hj212, hj212_swapped, modbus, modbus_swapped, off };

/// "hj212-swapped": as written in the configuration.
std::string_view checksum_name(Checksum checksum);

/// Annex A of HJ 212-2017: each byte meets the high byte only and the low one is thrown away. Not CRC-16/MODBUS.
std::uint16_t hj212_sum(std::string_view data);
/// CRC-16/MODBUS.
std::uint16_t modbus_sum(std::string_view data);

/// The four hex digits a sender writes; with `off`, those of the standard.
std::uint16_t checksum_of(std::string_view data, Checksum checksum);
/// Four hex digits of either case; nothing else.
std::optional<std::uint16_t> parse_checksum(std::string_view digits);
/// Every variant under which `written` is right for `data`. Two may be, where both bytes are the same.
std::vector<Checksum> matching_checksums(std::string_view data, std::uint16_t written);

} // namespace aqi::drivers::hj212
