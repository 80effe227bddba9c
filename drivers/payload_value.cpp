#include "drivers/payload_value.hpp"

#include "libaqi/rounding.hpp"

#include <fmt/format.h>

namespace aqi::drivers {
namespace {

Fault no_number(const Fault& fault, std::string_view text)
{
    if (fault.reason == Reason::impossible_value) return fault;
    return {Reason::not_valid_number, fmt::format("'{}' is not a number", text.substr(0, 40))};
}

/// A unit as steps of a ten-thousandth of the item's own unit: value x of the unit is x * ten_thousandths * num / den.
struct WeatherUnit {
    WeatherItem item;
    std::string_view name;
    std::int64_t ten_thousandths; ///< a power of ten
    std::int64_t num = 1;
    std::int64_t den = 1;
};
constexpr WeatherUnit weather_units[] = {
    {WeatherItem::wind_speed, "m/s", 10'000},     {WeatherItem::wind_speed, "km/h", 10'000, 10, 36},
    {WeatherItem::wind_direction, "deg", 10'000}, {WeatherItem::temperature, "degC", 10'000},
    {WeatherItem::humidity, "%", 10'000},         {WeatherItem::humidity, "0-1", 1'000'000},
    {WeatherItem::pressure, "hPa", 10'000},       {WeatherItem::pressure, "kPa", 100'000},
    {WeatherItem::pressure, "Pa", 100},           {WeatherItem::rain, "mm", 10'000},
};

const WeatherUnit* weather_unit_named(std::string_view name, WeatherItem item)
{
    for (const auto& unit : weather_units)
        if (unit.item == item && unit.name == name) return &unit;
    return nullptr;
}

} // namespace

Result<Concentration> concentration_in(std::string_view text, std::string_view unit, Pollutant pollutant)
{
    const auto ng = unit_in_ng(unit, pollutant);
    if (!ng)
        return Fault{Reason::unknown_name, fmt::format("\"{}\" is no unit of {}", unit, pollutant_label(pollutant))};
    // parse_concentration takes powers of ten; what is left of 1 880 ng/m3 in a ppb of NO2 is multiplied afterwards, on
    // thousandths.
    std::int64_t factor = *ng, ten = 1;
    for (; factor % 10 == 0; factor /= 10) ten *= 10;
    const auto parsed = parse_concentration(text, factor == 1 ? ten : ten * 1'000);
    if (!parsed) return no_number(parsed.error(), text);
    if (factor == 1) return *parsed;
    const std::int64_t whole = round_half_even(Wide{parsed->ng_per_m3()} * factor, 1'000);
    if (whole > Concentration::max_ng || whole < -Concentration::max_ng)
        return Fault{Reason::impossible_value, fmt::format("'{}' {} is beyond any concentration", text, unit)};
    return Concentration::from_ng_per_m3(whole);
}

Result<Milli> weather_in(std::string_view text, std::string_view unit, WeatherItem item)
{
    const WeatherUnit* known = weather_unit_named(unit, item);
    if (known == nullptr)
        return Fault{Reason::unknown_name, fmt::format("\"{}\" is no unit of {}", unit, weather_name(item))};
    // The same careful reader of decimals, here of ten-thousandths of the item's own unit.
    const auto parsed = parse_concentration(text, known->ten_thousandths);
    if (!parsed) return no_number(parsed.error(), text);
    const Milli value = round_half_even(Wide{parsed->ng_per_m3()} * known->num, Wide{10} * known->den);
    if (!weather_plausible(item, value))
        return Fault{Reason::impossible_value,
                     fmt::format("'{}' {} is no {} near the ground", text.substr(0, 40), unit, weather_name(item))};
    return value;
}

bool is_unit_of(std::string_view unit, Pollutant pollutant) { return unit_in_ng(unit, pollutant).has_value(); }
bool is_unit_of(std::string_view unit, WeatherItem item) { return weather_unit_named(unit, item) != nullptr; }

} // namespace aqi::drivers
