#include "libaqi/units.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace aqi {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

Fault not_a_number(std::string_view text)
{
    return Fault{Reason::malformed, fmt::format("'{}' is not a decimal number", text.substr(0, 40))};
}

/// A decimal as digits x 10^exponent, with at most 18 significant digits so that it fits 64 bits.
struct Decimal {
    std::int64_t digits = 0;
    int exponent = 0;
    bool more = false; ///< digits that are not zero were cut behind the last one kept
};

Result<Decimal> parse_decimal(std::string_view text)
{
    const std::string_view whole = text;
    bool negative = false;
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    Decimal out;
    int significant = 0;
    bool any = false;
    bool after_point = false;
    while (!text.empty() && (is_digit(text.front()) || (text.front() == '.' && !after_point))) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c == '.') {
            after_point = true;
            continue;
        }
        any = true;
        if (significant > 0 || c != '0') ++significant;
        if (significant > 18) {
            if (!after_point)
                return Fault{Reason::impossible_value,
                             fmt::format("'{}' is beyond any concentration", whole.substr(0, 40))};
            out.more = out.more || c != '0';
            continue;
        }
        out.digits = out.digits * 10 + (c - '0');
        if (after_point) --out.exponent;
    }
    if (!any) return not_a_number(whole);
    if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
        text.remove_prefix(1);
        bool exponent_negative = false;
        if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
            exponent_negative = text.front() == '-';
            text.remove_prefix(1);
        }
        if (text.empty() || text.size() > 3) return not_a_number(whole);
        int exponent = 0;
        for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1))
            exponent = exponent * 10 + (text.front() - '0');
        out.exponent += exponent_negative ? -exponent : exponent;
    }
    if (!text.empty()) return not_a_number(whole);
    if (negative) out.digits = -out.digits;
    return out;
}

} // namespace

Result<Concentration> parse_concentration(std::string_view text, std::int64_t unit_ng)
{
    const auto decimal = parse_decimal(text);
    if (!decimal) return decimal.error();
    std::int64_t value = decimal->digits;
    int exponent = decimal->exponent;
    if (value == 0) return Concentration{};
    for (std::int64_t unit = unit_ng; unit > 1; unit /= 10) {
        AQI_CHECK(unit % 10 == 0);
        ++exponent;
    }
    bool cut = decimal->more;
    for (; exponent < 0 && value != 0; ++exponent) {
        cut = cut || value % 10 != 0;
        value /= 10;
    }
    for (; exponent > 0 && value != 0; --exponent) {
        if (std::llabs(value) > Concentration::max_ng / 10)
            return Fault{Reason::impossible_value, fmt::format("'{}' is beyond any concentration", text)};
        value *= 10;
    }
    if (std::llabs(value) > Concentration::max_ng)
        return Fault{Reason::impossible_value, fmt::format("'{}' is beyond any concentration", text)};
    if (cut && value % 2 == 0) value += decimal->digits < 0 ? -1 : 1;
    return Concentration::from_ng_per_m3(value);
}

std::string format_concentration(Concentration value, std::int64_t unit_ng)
{
    const std::int64_t ng = value.ng_per_m3();
    const std::int64_t magnitude = std::llabs(ng);
    std::string text = fmt::format("{}{}", ng < 0 ? "-" : "", magnitude / unit_ng);
    std::int64_t rest = magnitude % unit_ng;
    if (rest == 0) return text;
    text += '.';
    for (std::int64_t place = unit_ng / 10; rest > 0; place /= 10) {
        text += static_cast<char>('0' + rest / place);
        rest %= place;
    }
    return text;
}

} // namespace aqi
