// libaqi/weather: meteorology beside the pollutants, as whole thousandths.
//
// Knows: names, units and plausible ranges; how an hour is made of shorter values (wind direction as a vector, rain as a
// sum). No standard's figure rests on it: it is kept, shown and brought to consultations.
// Does not know: how a payload spells a name or a unit (drivers).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aqi {

/// Stored as numbers: do not change the values.
enum class WeatherItem : std::uint8_t {
    wind_speed = 0,     ///< m/s
    wind_direction = 1, ///< degrees from north, where the wind comes from
    temperature = 2,    ///< degrees Celsius
    humidity = 3,       ///< percent, relative
    pressure = 4,       ///< hPa
    rain = 5,           ///< mm in the period
};
inline constexpr std::size_t weather_count = 6;
inline constexpr std::array<WeatherItem, weather_count> all_weather = {
    WeatherItem::wind_speed, WeatherItem::wind_direction, WeatherItem::temperature,
    WeatherItem::humidity,   WeatherItem::pressure,       WeatherItem::rain};

constexpr std::size_t index_of(WeatherItem item) { return static_cast<std::size_t>(item); }

/// A value in thousandths of the item's unit.
using Milli = std::int64_t;

template <class T>
class PerWeather {
public:
    constexpr T& operator[](WeatherItem item) { return values_[index_of(item)]; }
    constexpr const T& operator[](WeatherItem item) const { return values_[index_of(item)]; }
    bool operator==(const PerWeather&) const = default;

private:
    std::array<T, weather_count> values_{};
};

using WeatherValues = PerWeather<std::optional<Milli>>;

std::string_view weather_name(WeatherItem item); ///< "wind_speed": in configuration, JSON and SQL
std::string_view weather_zh(WeatherItem item);   ///< "风速"
std::string_view weather_unit(WeatherItem item); ///< "m/s"
std::optional<WeatherItem> weather_named(std::string_view name);
/// What the item can be near the ground anywhere; outside it, the value is a broken sensor's or in another unit.
bool weather_plausible(WeatherItem item, Milli value);
/// "12.6": without trailing zeros.
std::string format_milli(Milli value);

/// The hour of one item, made of shorter values. Adding and merging do not depend on order.
struct WeatherSum {
    std::int64_t sum = 0;  ///< thousandths; of wind direction: millionths of the eastward part of unit vectors
    std::int64_t sum2 = 0; ///< of wind direction: the northward part
    std::int32_t count = 0;

    void add(WeatherItem item, Milli value);
    /// The mean, rain's sum, the direction of the summed unit vectors to a tenth of a degree; absent without values, and
    /// where opposite winds leave no direction.
    std::optional<Milli> hour(WeatherItem item) const;
    bool operator==(const WeatherSum&) const = default;
};

} // namespace aqi
