#include "libaqi/time.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace aqi {
namespace {

std::chrono::year_month_day civil(LocalDay day)
{
    return std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{day.since_epoch}}};
}

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Reads exactly `width` digits off the front of `text`.
bool take_number(std::string_view& text, std::size_t width, int& out)
{
    if (text.size() < width) return false;
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
        if (text[i] < '0' || text[i] > '9') return false;
        value = value * 10 + (text[i] - '0');
    }
    out = value;
    text.remove_prefix(width);
    return true;
}

bool take(std::string_view& text, char c)
{
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

Fault bad_time(std::string_view text)
{
    return Fault{Reason::malformed,
                 fmt::format("'{}' is not a time; it reads like 2016-01-05T13:00:00+08:00", text.substr(0, 40))};
}

bool take_day(std::string_view& text, LocalDay& out)
{
    int year = 0, month = 0, day = 0;
    if (!take_number(text, 4, year) || !take(text, '-') || !take_number(text, 2, month) || !take(text, '-') ||
        !take_number(text, 2, day))
        return false;
    if (month < 1 || month > 12 || day < 1) return false;
    if (static_cast<unsigned>(day) > days_in_month(year, static_cast<unsigned>(month))) return false;
    out = LocalDay::from_ymd(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
    return true;
}

} // namespace

int LocalDay::year() const { return static_cast<int>(civil(*this).year()); }
unsigned LocalDay::month() const { return static_cast<unsigned>(civil(*this).month()); }
unsigned LocalDay::day_of_month() const { return static_cast<unsigned>(civil(*this).day()); }

int days_in_year(int year) { return std::chrono::year{year}.is_leap() ? 366 : 365; }

unsigned days_in_month(int year, unsigned month)
{
    constexpr std::array<unsigned, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && std::chrono::year{year}.is_leap() ? 29U : days[month - 1];
}

HourEnding last_hour_over(Instant now, UtcOffset offset)
{
    return HourEnding{static_cast<std::int32_t>(floor_div(now.ms + std::int64_t{offset.minutes} * 60'000, 3'600'000))};
}

HourEnding hour_around(Instant at, UtcOffset offset) { return last_hour_over(Instant{at.ms - 1}, offset).plus(1); }

LocalDay day_at(Instant now, UtcOffset offset)
{
    return LocalDay{
        static_cast<std::int32_t>(floor_div(now.ms + std::int64_t{offset.minutes} * 60'000 - 1, 86'400'000))};
}

Result<Instant> parse_instant(std::string_view text)
{
    const std::string_view whole = text;
    LocalDay day;
    int hour = 0, minute = 0, second = 0;
    if (!take_day(text, day)) return bad_time(whole);
    if (!take(text, 'T') && !take(text, ' ')) return bad_time(whole);
    if (!take_number(text, 2, hour) || !take(text, ':') || !take_number(text, 2, minute)) return bad_time(whole);
    int milliseconds = 0;
    if (take(text, ':')) {
        if (!take_number(text, 2, second)) return bad_time(whole);
        if (take(text, '.')) {
            int place = 100;
            bool any = false;
            for (int digit = 0; take_number(text, 1, digit); place /= 10) {
                milliseconds += digit * place;
                any = true;
            }
            if (!any) return bad_time(whole);
        }
    }
    // 24:00 is how the field writes the end of a day; 60 seconds is a leap second nobody measures air by.
    if (hour > 24 || minute > 59 || second > 59 || (hour == 24 && (minute != 0 || second != 0 || milliseconds != 0)))
        return bad_time(whole);
    if (text.empty())
        return Fault{Reason::time_without_zone,
                     fmt::format("'{}' has no zone; write {}+08:00 for Beijing time", whole, whole)};
    int zone = 0;
    if (!take(text, 'Z')) {
        const bool west = text.front() == '-';
        if (!take(text, '+') && !take(text, '-')) return bad_time(whole);
        int zone_hours = 0, zone_minutes = 0;
        if (!take_number(text, 2, zone_hours)) return bad_time(whole);
        take(text, ':');
        if (!take_number(text, 2, zone_minutes) || zone_hours > 14 || zone_minutes > 59) return bad_time(whole);
        zone = (zone_hours * 60 + zone_minutes) * (west ? -1 : 1);
    }
    if (!text.empty()) return bad_time(whole);
    const std::int64_t minutes = (std::int64_t{day.since_epoch} * 24 + hour) * 60 + minute - zone;
    return Instant{(minutes * 60 + second) * 1'000 + milliseconds};
}

Result<HourEnding> hour_ending_at(Instant instant, UtcOffset offset)
{
    const HourEnding hour = last_hour_over(instant, offset);
    if (hour.instant(offset) != instant)
        return Fault{Reason::not_on_the_hour,
                     fmt::format("{} is not the end of an hour", format_instant(instant, offset))};
    return hour;
}

Result<LocalDay> parse_day(std::string_view text)
{
    LocalDay day;
    std::string_view rest = text;
    if (!take_day(rest, day) || !rest.empty())
        return Fault{Reason::malformed, fmt::format("'{}' is not a day; it reads like 2016-01-05", text.substr(0, 40))};
    return day;
}

std::string format_day(LocalDay day)
{
    return fmt::format("{:04}-{:02}-{:02}", day.year(), day.month(), day.day_of_month());
}

std::string format_hour(HourEnding hour)
{
    return fmt::format("{} {:02}:00", format_day(hour.day()), hour.hour_of_day());
}

std::string format_instant(Instant instant, UtcOffset offset)
{
    const std::int64_t local = instant.ms + std::int64_t{offset.minutes} * 60'000;
    const LocalDay day{static_cast<std::int32_t>(floor_div(local, 86'400'000))};
    const std::int64_t seconds = floor_div(local, 1'000) - std::int64_t{day.since_epoch} * 86'400;
    return fmt::format("{}T{:02}:{:02}:{:02}{}", format_day(day), seconds / 3600, seconds / 60 % 60, seconds % 60,
                       format_offset(offset));
}

std::string format_offset(UtcOffset offset)
{
    const int magnitude = offset.minutes < 0 ? -offset.minutes : offset.minutes;
    return fmt::format("{}{:02}:{:02}", offset.minutes < 0 ? '-' : '+', magnitude / 60, magnitude % 60);
}

Result<UtcOffset> parse_offset(std::string_view text)
{
    std::string_view rest = text;
    const bool west = !rest.empty() && rest.front() == '-';
    int hours = 0, minutes = 0;
    const bool good = (take(rest, '+') || take(rest, '-')) && take_number(rest, 2, hours) && take(rest, ':') &&
                      take_number(rest, 2, minutes) && rest.empty() && hours <= 14 && minutes <= 59;
    if (!good) return Fault{Reason::malformed, fmt::format("'{}' is not an offset; it reads like +08:00", text)};
    return UtcOffset{(hours * 60 + minutes) * (west ? -1 : 1)};
}

} // namespace aqi
