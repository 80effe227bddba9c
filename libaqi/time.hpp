// libaqi/time: hours that are named by their end, and the days they make.
//
// Knows: the label 01:00 covers 00:00 < t <= 01:00; the label 00:00 is hour 24 of the day before; local time is a fixed
// offset from UTC that the caller brings from the configuration (China: +08:00, no summer time since 1991).
// Does not know: what time it is now, or the time zone of the process.
#pragma once

#include "libaqi/result.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aqi {

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
struct Instant {
    std::int64_t ms = 0;
    auto operator<=>(const Instant&) const = default;
};

/// Local time minus UTC. One value for the whole network, from the configuration.
struct UtcOffset {
    std::int32_t minutes = 8 * 60;
    auto operator<=>(const UtcOffset&) const = default;
};

/// A natural day in local time, counted from 1970-01-01.
struct LocalDay {
    std::int32_t since_epoch = 0;
    auto operator<=>(const LocalDay&) const = default;

    static constexpr LocalDay from_ymd(int year, unsigned month, unsigned day);
    int year() const;
    unsigned month() const;        ///< 1..12
    unsigned day_of_month() const; ///< 1..31
    constexpr LocalDay plus(int days) const { return LocalDay{since_epoch + days}; }
    friend constexpr int operator-(LocalDay a, LocalDay b) { return a.since_epoch - b.since_epoch; }
};

/// The end of an hour, counted in local hours since 1970-01-01 00:00. The value labelled 01:00 covers 00:00 < t <= 01:00.
struct HourEnding {
    std::int32_t since_epoch = 0;
    auto operator<=>(const HourEnding&) const = default;

    /// `hour` 1..24 of `day`.
    static constexpr HourEnding of(LocalDay day, int hour) { return HourEnding{day.since_epoch * 24 + hour}; }
    /// 1..24: the label 00:00 is hour 24 of the day before.
    constexpr int hour_of_day() const { return since_epoch - day().since_epoch * 24; }
    constexpr LocalDay day() const
    {
        const std::int32_t last_label = since_epoch - 1; // 0..23 of the day; before 1970 the quotient must go down
        return LocalDay{(last_label >= 0 ? last_label : last_label - 23) / 24};
    }
    constexpr HourEnding plus(int hours) const { return HourEnding{since_epoch + hours}; }
    /// The moment at which this hour is over.
    constexpr Instant instant(UtcOffset offset) const
    {
        return Instant{(std::int64_t{since_epoch} * 60 - offset.minutes) * 60'000};
    }
};

constexpr LocalDay LocalDay::from_ymd(int year, unsigned month, unsigned day)
{
    // Days from civil, the algorithm of Howard Hinnant's public-domain chrono papers; March-based years.
    const int y = year - (month <= 2 ? 1 : 0);
    const int era = (y >= 0 ? y : y - 399) / 400;
    const int yoe = y - era * 400;
    const int doy = (153 * (static_cast<int>(month) + (month > 2 ? -3 : 9)) + 2) / 5 + static_cast<int>(day) - 1;
    return LocalDay{era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468};
}

int days_in_year(int year);
unsigned days_in_month(int year, unsigned month);

/// The last hour that is over at `now`.
HourEnding last_hour_over(Instant now, UtcOffset offset);
/// The hour in which `at` lies; its end belongs to it.
HourEnding hour_around(Instant at, UtcOffset offset);
/// The day in which `now` lies: 00:00 sharp still belongs to the day before, as hour 24 does.
LocalDay day_at(Instant now, UtcOffset offset);

/// ISO 8601 with a zone: "2016-01-05T13:00:00+08:00", "...Z", seconds and fractions optional.
/// Faults: malformed; time_without_zone.
Result<Instant> parse_instant(std::string_view text);
/// The end of an hour, or not_on_the_hour: a value for 13:07 is not an hourly mean.
Result<HourEnding> hour_ending_at(Instant instant, UtcOffset offset);
/// "2016-01-05", or malformed; a day that does not exist is malformed.
Result<LocalDay> parse_day(std::string_view text);

std::string format_day(LocalDay day);                          ///< "2016-01-05"
std::string format_hour(HourEnding hour);                      ///< "2016-01-05 24:00", as the field writes hour 24
std::string format_instant(Instant instant, UtcOffset offset); ///< "2016-01-05T13:00:00+08:00"
std::string format_offset(UtcOffset offset);                   ///< "+08:00"
Result<UtcOffset> parse_offset(std::string_view text);

} // namespace aqi
