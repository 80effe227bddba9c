#include "libaqi/pollutant.hpp"

namespace aqi {
namespace {

struct Names {
    std::string_view name;
    std::string_view label;
};

constexpr std::array<Names, pollutant_count> names = {
    {{"so2", "SO2"}, {"no2", "NO2"}, {"pm10", "PM10"}, {"co", "CO"}, {"o3", "O3"}, {"pm2_5", "PM2.5"}}};

} // namespace

std::string_view pollutant_name(Pollutant pollutant) { return names[index_of(pollutant)].name; }
std::string_view pollutant_label(Pollutant pollutant) { return names[index_of(pollutant)].label; }

std::optional<Pollutant> pollutant_named(std::string_view name)
{
    for (const auto pollutant : all_pollutants)
        if (pollutant_name(pollutant) == name) return pollutant;
    return std::nullopt;
}

std::string_view display_unit(Pollutant pollutant) { return pollutant == Pollutant::co ? "mg/m3" : "ug/m3"; }

std::optional<std::int64_t> unit_in_ng(std::string_view unit, Pollutant pollutant)
{
    if (unit == "ng/m3") return 1;
    if (unit == "ug/m3") return 1'000;
    if (unit == "mg/m3") return 1'000'000;
    if (unit != "ppb" && unit != "ppm") return std::nullopt;
    // Molar mass (g/mol) / 24.4654 L/mol, as ng/m3 in one ppb: SO2 64.066, NO2 46.0055, CO 28.010, O3 47.998.
    std::int64_t ppb = 0;
    switch (pollutant) {
    case Pollutant::so2: ppb = 2'619; break;
    case Pollutant::no2: ppb = 1'880; break;
    case Pollutant::co: ppb = 1'145; break;
    case Pollutant::o3: ppb = 1'962; break;
    case Pollutant::pm10:
    case Pollutant::pm2_5: return std::nullopt;
    }
    return unit == "ppb" ? ppb : ppb * 1'000;
}

} // namespace aqi
