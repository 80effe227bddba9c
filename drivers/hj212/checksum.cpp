#include "drivers/hj212/checksum.hpp"

namespace aqi::drivers::hj212 {
namespace {

constexpr unsigned polynomial = 0xA001;

constexpr unsigned eight_shifts(unsigned r)
{
    for (int i = 0; i < 8; ++i) r = (r & 1U) != 0 ? (r >> 1) ^ polynomial : r >> 1;
    return r;
}

constexpr std::uint16_t swapped(std::uint16_t sum)
{
    return static_cast<std::uint16_t>(static_cast<unsigned>(sum) >> 8 | (static_cast<unsigned>(sum) & 0xFFU) << 8);
}

constexpr Checksum all_variants[] = {Checksum::hj212, Checksum::hj212_swapped, Checksum::modbus,
                                     Checksum::modbus_swapped};

std::optional<unsigned> hex_digit(char c)
{
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

} // namespace

std::string_view checksum_name(Checksum checksum)
{
    switch (checksum) {
    case Checksum::hj212: return "hj212";
    case Checksum::hj212_swapped: return "hj212-swapped";
    case Checksum::modbus: return "modbus";
    case Checksum::modbus_swapped: return "modbus-swapped";
    case Checksum::off: return "off";
    }
    return "";
}

std::uint16_t hj212_sum(std::string_view data)
{
    unsigned r = 0xFFFF;
    for (const char c : data) r = eight_shifts(r >> 8 ^ static_cast<unsigned char>(c)); // signed chars gave wrong sums
    return static_cast<std::uint16_t>(r);
}

std::uint16_t modbus_sum(std::string_view data)
{
    unsigned r = 0xFFFF;
    for (const char c : data) r = eight_shifts(r ^ static_cast<unsigned char>(c));
    return static_cast<std::uint16_t>(r);
}

std::uint16_t checksum_of(std::string_view data, Checksum checksum)
{
    switch (checksum) {
    case Checksum::hj212_swapped: return swapped(hj212_sum(data));
    case Checksum::modbus: return modbus_sum(data);
    case Checksum::modbus_swapped: return swapped(modbus_sum(data));
    case Checksum::hj212:
    case Checksum::off: break;
    }
    return hj212_sum(data);
}

std::optional<std::uint16_t> parse_checksum(std::string_view digits)
{
    if (digits.size() != 4) return std::nullopt;
    unsigned out = 0;
    for (const char c : digits) {
        const auto digit = hex_digit(c);
        if (!digit) return std::nullopt;
        out = out << 4 | *digit;
    }
    return static_cast<std::uint16_t>(out);
}

std::vector<Checksum> matching_checksums(std::string_view data, std::uint16_t written)
{
    std::vector<Checksum> out;
    for (const auto variant : all_variants)
        if (checksum_of(data, variant) == written) out.push_back(variant);
    return out;
}

} // namespace aqi::drivers::hj212
