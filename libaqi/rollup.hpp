// libaqi/rollup: hours into days, stations into areas.
//
// Knows: which hours make a natural day, how many must be valid, ozone's sliding windows, how many sites an area needs
// (GB 3095 table 4, HJ 663 annex A; the counts come from the rule pack). Concentrations first, index after.
// Does not know: why a day matters (annual) or what time it is now.
#pragma once

#include "libaqi/mean.hpp"
#include "libaqi/pollutant.hpp"
#include "libaqi/reading.hpp"
#include "libaqi/rule_pack.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace aqi {

/// The 24 hours of one station's day, one cell an hour and pollutant. 576 bytes: a station-year is 211 kB.
class DayHours {
public:
    DayHours() { cells_.fill(nothing); }

    bool received(Pollutant p, int hour) const { return cell(p, hour) != nothing; }
    std::optional<Concentration> value(Pollutant p, int hour) const
    {
        const auto c = cell(p, hour);
        if (c < 0) return std::nullopt;
        return Concentration::from_ng_per_m3(c);
    }
    /// Why a received hour has no value.
    Flag flag(Pollutant p, int hour) const
    {
        const auto c = cell(p, hour);
        return c < nothing ? static_cast<Flag>(flag_base - c) : Flag::normal;
    }
    /// A value with a flag other than normal is no value: it is received and not used.
    void set(Pollutant p, int hour, std::optional<Concentration> value, Flag flag)
    {
        AQI_CHECK(hour >= 1 && hour <= 24);
        std::int32_t c = flag_base - static_cast<std::int32_t>(flag);
        if (value && flag == Flag::normal) {
            AQI_CHECK(value->ng_per_m3() >= 0 && value->ng_per_m3() <= Concentration::max_ng);
            c = static_cast<std::int32_t>(value->ng_per_m3());
        }
        cells_[position(p, hour)] = c;
    }
    void clear(Pollutant p, int hour) { cells_[position(p, hour)] = nothing; }
    bool operator==(const DayHours&) const = default;

private:
    static constexpr std::int32_t nothing = -1;
    static constexpr std::int32_t flag_base = -2; ///< flag f is stored as -2 - f
    /// The pollutants of an hour stand together, as they arrive.
    static std::size_t position(Pollutant p, int hour)
    {
        return static_cast<std::size_t>(hour - 1) * pollutant_count + index_of(p);
    }
    std::int32_t cell(Pollutant p, int hour) const { return cells_[position(p, hour)]; }

    std::array<std::int32_t, pollutant_count * 24> cells_;
};

/// A station's or an area's day before any index is made of it.
struct DayMeans {
    PerPollutant<std::optional<Mean>> mean; ///< for O3 the daily maximum 8-hour mean
    std::optional<Mean> ozone_1h;           ///< the daily maximum 1-hour value
    PerPollutant<std::uint8_t> valid;       ///< a station: hours with a value; an area: sites with a valid day
    std::uint8_t windows = 0;               ///< ozone: valid 8-hour windows
    std::uint8_t sites = 0;                 ///< an area: its evaluation sites of the day; a station: 0
};

/// One station's day from its hours. Every ozone window lies inside the natural day.
DayMeans station_day(const DayHours& hours, const Validity& validity);

/// Values an archive or a station states for whole days fill what the hours could not prove; but not where hours were received
/// and do not count, under a flag or taken out by a person: the stated mean may well be made with them.
void fill_from_archive(DayMeans& day, const PerPollutant<std::optional<Concentration>>& stated, const DayHours& hours);

/// Whether `valid` of `sites` suffice for a figure of the area.
bool enough_sites(int valid, int sites, const Validity& validity);

/// The area's day: the mean over its sites' days, pollutant by pollutant.
DayMeans area_day(std::span<const DayMeans* const> sites, const Validity& validity);

/// The area's hour: the mean over its sites' hourly values.
std::optional<Mean> area_hour(std::span<const std::optional<Concentration>> sites, const Validity& validity);

/// The mean over what each site made of its own hours.
std::optional<Mean> area_mean(std::span<const std::optional<Mean>> sites, const Validity& validity);

} // namespace aqi
