// libaqi/reading: what a station claims, before anybody has judged it.
//
// Knows: one value of one pollutant for an hour, a few minutes, a moment (or one whole day, from archives), or its absence
// with a flag; the weather beside it.
// Does not know: how it travelled (drivers) or whether the station exists (daemon/ingest).
#pragma once

#include "libaqi/pollutant.hpp"
#include "libaqi/time.hpp"
#include "libaqi/units.hpp"
#include "libaqi/weather.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

/// The state of the measurement, letters of HJ 212-2017 table 2. Stored as numbers: do not change the values.
/// Only `normal` may enter a statistic.
enum class Flag : std::uint8_t {
    normal = 0,        ///< N
    stopped = 1,       ///< F
    maintenance = 2,   ///< M
    manual = 3,        ///< S: a value set by hand; not used until a person says so
    fault = 4,         ///< D
    calibration = 5,   ///< C
    over_range = 6,    ///< T
    communication = 7, ///< B
    // Ours, beside the table: a source never sends them.
    too_few_minutes = 8, ///< H: 有效数据不足, fewer minutes in the hour than the edition asks for
    negative = 9,        ///< L: below zero, as an instrument near its zero point reads
    rejected = 10,       ///< R: 审核无效, a person's decision
};

inline constexpr std::size_t flag_count = 11;

char flag_letter(Flag flag);
std::string_view flag_zh(Flag flag);
std::optional<Flag> flag_of_letter(char letter);

/// How long a value was averaged at the source.
enum class Period : std::uint8_t {
    hour,    ///< an hourly mean
    day,     ///< a daily mean as an archive states it; for O3 the daily maximum 8-hour mean
    minutes, ///< a mean of 1 to 59 minutes; hours are made of them where the source sends none (minutes.hpp)
    moment,  ///< a value of the moment; minutes are made of them
};
std::string_view period_name(Period period);

/// What one message says of one station and one period. Values by pollutant; a pollutant the message does not name is
/// neither value nor flag.
struct Reading {
    struct Value {
        bool named = false;                 ///< the message spoke of this pollutant
        std::optional<Concentration> value; ///< absent: the flag says why
        Flag flag = Flag::normal;
        std::optional<int> minutes{}; ///< 0..60: minutes of measurement in the hour, where the source tells
        bool operator==(const Value&) const = default;
    };
    std::string station;
    Period period = Period::hour;
    HourEnding hour;           ///< of a day: hour 24 of it; of minutes and moments: the hour they lie in
    Instant at;                ///< of minutes: the end of the stretch; of a moment: the moment
    int length_minutes = 0;    ///< of minutes: 1..59
    bool time_is_ours = false; ///< the source told no time; the time of arrival stands for it
    PerPollutant<Value> values;
    WeatherValues weather;

    bool operator==(const Reading&) const = default;
};

} // namespace aqi
