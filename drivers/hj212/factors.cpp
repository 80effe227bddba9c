#include "drivers/hj212/factors.hpp"

#include <algorithm>

namespace aqi::drivers::hj212 {
namespace {

struct PollutantRow {
    std::string_view code;
    Pollutant pollutant;
};
// 2017 table B.5 and HJ 524 (a05024 is only there); 2005: 02 and 04 of flue gas, sent for ambient air by old loggers.
constexpr PollutantRow pollutant_rows[] = {
    {"a34002", Pollutant::pm10}, {"PM10", Pollutant::pm10},   {"a34004", Pollutant::pm2_5}, {"PM25", Pollutant::pm2_5},
    {"PM2.5", Pollutant::pm2_5}, {"PM2_5", Pollutant::pm2_5}, {"a21026", Pollutant::so2},   {"SO2", Pollutant::so2},
    {"02", Pollutant::so2},      {"a21004", Pollutant::no2},  {"NO2", Pollutant::no2},      {"a21005", Pollutant::co},
    {"CO", Pollutant::co},       {"04", Pollutant::co},       {"a05024", Pollutant::o3},    {"O3", Pollutant::o3},
    {"o31104", Pollutant::o3},
};

struct WeatherRow {
    std::string_view code;
    WeatherItem item;
};
constexpr WeatherRow weather_rows[] = {
    {"a01001", WeatherItem::temperature}, {"TEM", WeatherItem::temperature},       {"a01002", WeatherItem::humidity},
    {"RH", WeatherItem::humidity},        {"a01006", WeatherItem::pressure},       {"a01007", WeatherItem::wind_speed},
    {"WS", WeatherItem::wind_speed},      {"a01008", WeatherItem::wind_direction}, {"WD", WeatherItem::wind_direction},
};

/// Known, and no figure of ours: TSP, PM1, NO, NOx, noise, the position.
constexpr std::string_view others[] = {"a34001", "TSP", "a34005", "a21003", "NO",   "a21002", "NOX",   "03",
                                       "LA",     "Leq", "LMx",    "LMn",    "NOIS", "l01001", "l01002"};

/// "A3400201": a code of six and two digits of hours behind it.
constexpr std::size_t code_length = 6;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<Factor> plain_factor(std::string_view code)
{
    for (const auto& row : pollutant_rows)
        if (same_name(row.code, code)) return Factor{row.pollutant, {}, {}};
    for (const auto& row : weather_rows)
        if (same_name(row.code, code)) return Factor{{}, row.item, {}};
    for (const auto other : others)
        if (same_name(other, code)) return Factor{};
    return std::nullopt;
}

} // namespace

bool same_name(std::string_view a, std::string_view b)
{
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<Factor> factor_of(std::string_view code)
{
    if (code.size() != code_length + 2) return plain_factor(code);
    // A closed list, so that nothing else of eight characters is taken for one.
    struct Tail {
        std::string_view hours;
        Factor::Averaged averaged;
    };
    constexpr Tail tails[] = {
        {"01", Factor::Averaged::one_hour}, {"08", Factor::Averaged::longer}, {"24", Factor::Averaged::longer}};
    for (const auto& tail : tails) {
        if (code.substr(code_length) != tail.hours) continue;
        auto factor = plain_factor(code.substr(0, code_length));
        if (!factor || !factor->pollutant) return std::nullopt;
        factor->averaged = tail.averaged;
        return factor;
    }
    return std::nullopt;
}

FactorName split_factor(std::string_view name)
{
    const auto hyphen = name.find('-');
    if (hyphen == std::string_view::npos) return {name, Suffix::other};
    const auto suffix = name.substr(hyphen + 1);
    return {name.substr(0, hyphen), same_name(suffix, "Rtd")    ? Suffix::moment
                                    : same_name(suffix, "Avg")  ? Suffix::mean
                                    : same_name(suffix, "Flag") ? Suffix::state
                                                                : Suffix::other};
}

} // namespace aqi::drivers::hj212
