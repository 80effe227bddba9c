#include "tools/sim/station_series.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace aqi::sim {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t microgram = 1'000;

/// splitmix64.
std::uint64_t mixed(std::uint64_t x)
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

/// FNV-1a.
std::uint64_t key_of(std::string_view text)
{
    std::uint64_t out = 0xcbf29ce484222325ULL;
    for (const char c : text) out = (out ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return out;
}

int below(std::uint64_t key, int n) { return static_cast<int>(mixed(key) % static_cast<std::uint64_t>(n)); }
int wobble(std::uint64_t key, int n) { return below(key, 2 * n + 1) - n; }

/// One key a thing: the station, its hour or day, and which of its values.
std::uint64_t key_for(std::uint64_t station, std::int32_t time, std::uint64_t which)
{
    return mixed(station ^ mixed(static_cast<std::uint64_t>(static_cast<std::uint32_t>(time)) * 64 + which));
}

/// Two peaks a day, morning and late evening; by the hour 1..24.
constexpr std::array<int, 25> shape = {0,  104, 106, 107, 106, 104, 103, 106, 110, 112, 108, 100, 94,
                                       90, 87,  86,  88,  92,  97,  103, 107, 108, 106, 102, 98};

int by_noon(HourEnding hour) { return std::max(0, 6 - std::abs(hour.hour_of_day() - 15)); }

/// Whole ug/m3.
int pm2_5_of(std::uint64_t key, HourEnding hour)
{
    const int day = 35 + below(key_for(key, hour.day().since_epoch, 0), 90);
    return std::max(10, day * shape[static_cast<std::size_t>(hour.hour_of_day())] / 100 +
                            wobble(key_for(key, hour.since_epoch, 1), 6));
}

/// What a minute can differ from its hour: a multiple of it divides by every number that divides 60.
constexpr std::int64_t swing_ng(Pollutant p) { return p == Pollutant::co ? 60 * microgram : 6 * microgram; }

/// -1, 0 or 1; over the sixty minutes of an hour the sum is 0.
int swing(std::uint64_t hour_key, int minute)
{
    const int mirrored = minute <= 30 ? minute : 61 - minute;
    const int way = wobble(mixed(hour_key + static_cast<std::uint64_t>(mirrored)), 1);
    return minute <= 30 ? way : -way;
}

} // namespace

Series::Series(std::string_view station) : key_(key_of(station)) {}

Concentration Series::hour(Pollutant p, HourEnding hour) const
{
    const int pm2_5 = pm2_5_of(key_, hour);
    const auto key = key_for(key_, hour.since_epoch, 2 + index_of(p));
    std::int64_t whole = 0; // ug/m3
    switch (p) {
    case Pollutant::pm2_5: whole = pm2_5; break;
    case Pollutant::pm10: whole = pm2_5 * 138 / 100 + 22 + wobble(key, 6); break;
    case Pollutant::so2: whole = 14 + pm2_5 / 6 + wobble(key, 4); break;
    case Pollutant::no2: whole = 24 + pm2_5 / 7 + wobble(key, 5); break;
    case Pollutant::o3: whole = 20 + by_noon(hour) * 15 + wobble(key, 5); break;
    case Pollutant::co:
        return Concentration::from_ng_per_m3((8 + pm2_5 / 10 + wobble(key, 2)) * 100 * microgram); // tenths of a mg
    }
    return Concentration::from_ng_per_m3(whole * microgram + below(key + 1, 10) * (microgram / 10));
}

Concentration Series::minutes(Pollutant p, Instant end, int minutes) const
{
    // The minute around a moment, as hours are: its end belongs to it.
    const HourEnding around = hour_around(end, station_offset);
    const std::int64_t into_ms = end.ms - around.plus(-1).instant(station_offset).ms;
    const int last = static_cast<int>((into_ms + minute_ms - 1) / minute_ms); // 1..60
    const auto key = key_for(key_, around.since_epoch, 16 + index_of(p));
    std::int64_t sum = 0;
    for (int minute = std::max(1, last - minutes + 1); minute <= last; ++minute) sum += swing(key, minute);
    return Concentration::from_ng_per_m3(hour(p, around).ng_per_m3() + sum * swing_ng(p) / minutes);
}

Milli Series::weather(WeatherItem item, HourEnding hour) const
{
    const auto key = key_for(key_, hour.since_epoch, 32 + index_of(item));
    const auto day_key = key_for(key_, hour.day().since_epoch, 40 + index_of(item));
    switch (item) {
    case WeatherItem::wind_speed: return 500 + below(key, 40) * 100;
    case WeatherItem::wind_direction: return below(key, 360) * 1'000;
    case WeatherItem::temperature: return (below(day_key, 20) + by_noon(hour)) * 1'000 + below(key, 10) * 100;
    case WeatherItem::humidity: return (45 + below(day_key, 30)) * 1'000 + below(key, 100) * 100;
    case WeatherItem::pressure: return (1'000 + below(day_key, 25)) * 1'000 + below(key, 10) * 100;
    case WeatherItem::rain: return 0;
    }
    return 0;
}

} // namespace aqi::sim
