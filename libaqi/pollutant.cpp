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

} // namespace aqi
