#include "libaqi/weather.hpp"

#include "libaqi/rounding.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace aqi {
namespace {

struct Row {
    std::string_view name;
    std::string_view zh;
    std::string_view unit;
    Milli least;
    Milli most;
};
// Ranges: the records of the surface, with a margin (wind 113 m/s; -89 to 57 degrees; 870 to 1085 hPa at sea level, 500 at
// the highest stations; 305 mm of rain in an hour).
constexpr std::array<Row, weather_count> rows = {{{"wind_speed", "风速", "m/s", 0, 120'000},
                                                  {"wind_direction", "风向", "deg", 0, 360'000},
                                                  {"temperature", "气温", "degC", -90'000, 70'000},
                                                  {"humidity", "相对湿度", "%", 0, 105'000},
                                                  {"pressure", "气压", "hPa", 400'000, 1'100'000},
                                                  {"rain", "降水量", "mm", 0, 500'000}}};
constexpr double vector_scale = 1e6;
/// Unit vectors whose sum is shorter than this share of their number cancel out.
constexpr double calm_share = 0.01;

const Row& row_of(WeatherItem item) { return rows[index_of(item)]; }

} // namespace

std::string_view weather_name(WeatherItem item) { return row_of(item).name; }
std::string_view weather_zh(WeatherItem item) { return row_of(item).zh; }
std::string_view weather_unit(WeatherItem item) { return row_of(item).unit; }

std::optional<WeatherItem> weather_named(std::string_view name)
{
    for (const auto item : all_weather)
        if (row_of(item).name == name) return item;
    return std::nullopt;
}

bool weather_plausible(WeatherItem item, Milli value)
{
    return row_of(item).least <= value && value <= row_of(item).most;
}

std::string format_milli(Milli value)
{
    std::string out = fmt::format("{}{}.{:03}", value < 0 ? "-" : "", std::abs(value) / 1'000, std::abs(value) % 1'000);
    while (out.ends_with('0')) out.pop_back();
    if (out.ends_with('.')) out.pop_back();
    return out;
}

void WeatherSum::add(WeatherItem item, Milli value)
{
    ++count;
    if (item != WeatherItem::wind_direction) {
        sum += value;
        return;
    }
    const double radians = static_cast<double>(value) / 1'000 * std::numbers::pi / 180;
    sum += std::llround(std::sin(radians) * vector_scale);
    sum2 += std::llround(std::cos(radians) * vector_scale);
}

std::optional<Milli> WeatherSum::hour(WeatherItem item) const
{
    if (count == 0) return std::nullopt;
    if (item == WeatherItem::rain) return sum;
    if (item != WeatherItem::wind_direction) return round_half_even(sum, count);
    const auto east = static_cast<double>(sum), north = static_cast<double>(sum2);
    if (std::hypot(east, north) < calm_share * vector_scale * count) return std::nullopt;
    const double degrees = std::atan2(east, north) * 180 / std::numbers::pi;
    const std::int64_t tenths = std::llround((degrees < 0 ? degrees + 360 : degrees) * 10) % 3'600;
    return tenths * 100;
}

} // namespace aqi
