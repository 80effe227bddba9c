#include "drivers/hj212/measure.hpp"

#include "libaqi/rounding.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>

namespace aqi::drivers::hj212 {
namespace {

constexpr std::int64_t thousand = 1'000;

/// What tells a wrong unit, in ng/m3: PM monitors end at 10 000 ug/m3 (HJ 653), the gases' analysers well below. Whether a
/// value is possible air is decided later and by the rules, not here.
constexpr std::int64_t most_ng(Pollutant p)
{
    switch (p) {
    case Pollutant::pm10:
    case Pollutant::pm2_5: return 10'000 * thousand;
    case Pollutant::so2:
    case Pollutant::no2:
    case Pollutant::o3: return 5'000 * thousand;
    case Pollutant::co: return 200 * thousand * thousand;
    }
    return 0;
}

constexpr Concentration small_pm = Concentration::from_ng_per_m3(500);

bool says_no_number(std::string_view text)
{
    constexpr std::array<std::string_view, 8> words = {"nan", "+nan", "-nan", "inf", "+inf", "-inf", "null", "---"};
    for (const auto word : words) {
        if (word.size() != text.size()) continue;
        bool same = true;
        for (std::size_t i = 0; i < word.size(); ++i)
            same = same && std::tolower(static_cast<unsigned char>(text[i])) == word[i];
        if (same) return true;
    }
    return false;
}

/// The unit a thousand times smaller, or empty.
std::string_view smaller_unit(std::string_view unit)
{
    if (unit == "mg/m3") return "ug/m3";
    if (unit == "ug/m3") return "ng/m3";
    if (unit == "ppm") return "ppb";
    return {};
}

} // namespace

Result<Concentration> parse_in_unit(std::string_view text, const Unit& unit)
{
    if (says_no_number(text)) return Fault{Reason::not_valid_number, fmt::format("\"{}\" is no value", text)};
    if (unit.text != "ppb" && unit.text != "ppm") return parse_concentration(text, unit.ng);
    // One ppb is no power of ten of a nanogram: count in thousandths of a ppb, then multiply and round once.
    const bool ppm = unit.text == "ppm";
    const auto counted = parse_concentration(text, ppm ? thousand * thousand : thousand);
    if (!counted) return counted.error();
    const std::int64_t ng = round_half_even(Wide{counted->ng_per_m3()} * unit.ng, ppm ? thousand * thousand : thousand);
    if (ng > Concentration::max_ng || ng < -Concentration::max_ng)
        return Fault{Reason::impossible_value, fmt::format("'{}' is beyond any concentration", text)};
    return Concentration::from_ng_per_m3(ng);
}

Result<Concentration> parse_possible(std::string_view text, const Unit& unit, Pollutant pollutant)
{
    const auto value = parse_in_unit(text, unit);
    const bool beyond =
        value ? value->ng_per_m3() > most_ng(pollutant) : value.error().reason == Reason::impossible_value;
    if (!beyond) return value;
    const auto next = smaller_unit(unit.text);
    if (!next.empty()) {
        const auto there = parse_in_unit(text, Unit{std::string{next}, unit_in_ng(next, pollutant).value_or(1)});
        if (there && there->ng_per_m3() <= most_ng(pollutant))
            return Fault{Reason::wrong_unit, fmt::format("{} {} cannot be; in {} it would be {} {}", text, unit.text,
                                                         next, format_concentration(*there, display_unit_ng(pollutant)),
                                                         display_unit(pollutant))};
    }
    return Fault{Reason::impossible_value, fmt::format("{} {} cannot be", text.substr(0, 40), unit.text)};
}

bool suspiciously_small(Concentration value) { return value < small_pm; }

Result<Milli> parse_weather(std::string_view text, WeatherItem item, bool pressure_in_kpa)
{
    if (says_no_number(text)) return Fault{Reason::not_valid_number, fmt::format("\"{}\" is no value", text)};
    // Counted in millionths and rounded once; the parser of concentrations reads any decimal exactly.
    const auto counted = parse_concentration(text, thousand * thousand);
    if (!counted) return counted.error();
    const auto in = [&](bool kpa) {
        const std::int64_t millionths = counted->ng_per_m3();
        return round_half_even(Wide{millionths} * (kpa ? 10 : 1), thousand);
    };
    const bool is_pressure = item == WeatherItem::pressure;
    const Milli value = in(is_pressure && pressure_in_kpa);
    if (weather_plausible(item, value)) return value;
    if (is_pressure && weather_plausible(item, in(!pressure_in_kpa)))
        return Fault{Reason::wrong_unit,
                     fmt::format("{} {} cannot be; in {} it would be {} hPa", text, pressure_in_kpa ? "kPa" : "hPa",
                                 pressure_in_kpa ? "hPa" : "kPa", format_milli(in(!pressure_in_kpa)))};
    return Fault{Reason::impossible_value, fmt::format("{} {} cannot be", text.substr(0, 40), weather_unit(item))};
}

} // namespace aqi::drivers::hj212
