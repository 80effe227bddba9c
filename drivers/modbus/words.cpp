#include "drivers/modbus/words.hpp"

#include "libaqi/rounding.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>

namespace aqi::drivers::modbus {
namespace {

constexpr std::array<std::string_view, 5> type_names = {"uint16", "int16", "uint32", "int32", "float32"};
constexpr std::array<std::string_view, 4> order_names = {"ABCD", "CDAB", "BADC", "DCBA"};

constexpr float beyond_any_value = 1e37F;
constexpr float below_any_value = 1e-20F;

constexpr std::size_t digits_most = 10; ///< 4294967295 is a sentinel
constexpr int decimals_most = 9;

Wide power_of_ten(int exponent)
{
    Wide out = 1;
    for (; exponent > 0; --exponent) out *= 10;
    return out;
}

std::uint16_t swapped(std::uint16_t word) { return static_cast<std::uint16_t>(word << 8 | word >> 8); }

Fault too_far() { return {Reason::impossible_value, "the value is beyond anything the field can mean"}; }

} // namespace

std::string_view word_type_name(WordType type) { return type_names[static_cast<std::size_t>(type)]; }
std::string_view byte_order_name(ByteOrder order) { return order_names[static_cast<std::size_t>(order)]; }

std::optional<ByteOrder> byte_order_named(std::string_view name)
{
    for (std::size_t i = 0; i < order_names.size(); ++i)
        if (order_names[i] == name) return static_cast<ByteOrder>(i);
    return std::nullopt;
}

std::uint32_t join(std::uint16_t first, std::uint16_t second, ByteOrder order)
{
    const auto joined = [](std::uint16_t high, std::uint16_t low) { return std::uint32_t{high} << 16 | low; };
    switch (order) {
    case ByteOrder::abcd: return joined(first, second);
    case ByteOrder::cdab: return joined(second, first);
    case ByteOrder::badc: return joined(swapped(first), swapped(second));
    case ByteOrder::dcba: return joined(swapped(second), swapped(first));
    }
    return 0;
}

Result<Decimal> parse_scale(std::string_view text)
{
    const Fault fault{
        Reason::malformed,
        fmt::format("\"{}\" must be a decimal such as \"0.1\", with at most ten digits", text.substr(0, 40))};
    std::string_view rest = text;
    const bool negative = !rest.empty() && rest.front() == '-';
    if (negative) rest.remove_prefix(1);
    Decimal out;
    std::size_t digits = 0;
    bool after_point = false;
    for (const char c : rest) {
        if (c == '.' && !after_point && digits > 0) {
            after_point = true;
            continue;
        }
        if (c < '0' || c > '9' || ++digits > digits_most) return fault;
        out.digits = out.digits * 10 + (c - '0');
        if (after_point) ++out.decimals;
    }
    if (digits == 0 || rest.back() == '.' || out.decimals > decimals_most) return fault;
    if (negative) out.digits = -out.digits;
    return out;
}

RawNumber number_of(const std::uint16_t* words, WordType type, ByteOrder order)
{
    RawNumber out;
    switch (type) {
    case WordType::uint16: out.whole = words[0]; break;
    case WordType::int16: out.whole = static_cast<std::int16_t>(words[0]); break;
    case WordType::uint32: out.whole = join(words[0], words[1], order); break;
    case WordType::int32: out.whole = static_cast<std::int32_t>(join(words[0], words[1], order)); break;
    case WordType::float32:
        out.is_float = true;
        out.real = std::bit_cast<float>(join(words[0], words[1], order));
        break;
    }
    return out;
}

std::string_view no_value(const RawNumber& number)
{
    if (!number.is_float) return {};
    if (std::isnan(number.real)) return "not a number";
    if (std::isinf(number.real)) return "an infinity";
    const float magnitude = std::fabs(number.real);
    if (magnitude >= beyond_any_value) return "beyond 1e37, which instruments write for \"no value\"";
    if (magnitude > 0 && magnitude < below_any_value) return "below 1e-20: are its bytes in another order?";
    return {};
}

bool equals(const RawNumber& number, const Decimal& decimal)
{
    if (!number.is_float) return Wide{number.whole} * power_of_ten(decimal.decimals) == decimal.digits;
    const auto nearest = static_cast<double>(decimal.digits) / static_cast<double>(power_of_ten(decimal.decimals));
    return number.real == static_cast<float>(nearest);
}

Result<std::int64_t> scaled(const RawNumber& number, const Decimal& scale, const Decimal& offset, std::int64_t counts,
                            std::int64_t most)
{
    if (number.is_float) {
        // The only binary numbers of the house: the device's own. A long double holds float x scale exactly enough that
        // the one rounding below is the only one that can be seen.
        const auto decimal = [](const Decimal& d) {
            return static_cast<long double>(d.digits) / static_cast<long double>(power_of_ten(d.decimals));
        };
        const long double value = (static_cast<long double>(number.real) * decimal(scale) + decimal(offset)) *
                                  static_cast<long double>(counts);
        if (!(std::fabs(value) <= static_cast<long double>(most))) return too_far();
        return static_cast<std::int64_t>(std::nearbyint(value));
    }
    const Wide numerator = (Wide{number.whole} * scale.digits * power_of_ten(offset.decimals) +
                            Wide{offset.digits} * power_of_ten(scale.decimals)) *
                           counts;
    const Wide denominator = power_of_ten(scale.decimals + offset.decimals);
    if (numerator / denominator > most || numerator / denominator < -Wide{most}) return too_far();
    return round_half_even(numerator, denominator);
}

} // namespace aqi::drivers::modbus
