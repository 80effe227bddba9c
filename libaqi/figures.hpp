// libaqi/figures: what comes out: hours, days, years and good days of stations and areas.
//
// Knows: the shape of a published figure and what stands beside it (coverage, edition, verdict).
// Does not know: how it was made (rollup, annual, engine) or where it is stored and shown (daemon).
#pragma once

#include "libaqi/iaqi.hpp"
#include "libaqi/network.hpp"
#include "libaqi/review.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

/// The hour of a place: real-time figures, never mixed with daily ones.
struct HourFigure {
    PlaceIndex place;
    HourEnding hour;
    PerPollutant<std::optional<Concentration>> value; ///< an area: mean over its sites, to the nearest ng/m3
    IndexResult index;
};

enum class DayVerdict : std::uint8_t {
    undetermined, ///< not enough valid data to call the day good, and nothing that proves it bad
    good,         ///< 优良: all pollutants of the report valid (or exempt by plan) and AQI at most good_at_most
    lost,         ///< AQI above good_at_most: what is missing could only raise it
};
std::string_view verdict_name(DayVerdict verdict);

/// A closed day of a place.
struct DayFigure {
    PlaceIndex place;
    LocalDay day;
    PerPollutant<std::optional<Concentration>> value; ///< daily means (O3: maximum 8-hour mean), to the nearest ng/m3
    PerPollutant<std::uint8_t> valid;                 ///< a station: valid hours; an area: sites with a valid day
    std::uint8_t sites = 0;                           ///< an area: evaluation sites of the day
    IndexResult index;
    DayVerdict verdict = DayVerdict::undetermined;
    std::string pack; ///< id of the edition; empty where no pack is in force
};

enum class Window : std::uint8_t { year_to_date, trailing_365_days };
std::string_view window_name(Window window);

/// An annual mean so far. `published` is the mean rounded as the edition says; targets are held against it.
struct AnnualFigure {
    PlaceIndex place;
    int year = 0;
    Pollutant pollutant = Pollutant::pm2_5;
    Window window = Window::year_to_date;
    LocalDay through; ///< the last closed day
    int valid_days = 0;
    std::optional<Concentration> mean; ///< to the nearest ng/m3; absent without a valid day
    std::optional<Concentration> published;

    // Only of year_to_date:
    bool year_over = false;
    bool year_valid = false; ///< enough days in the year and in each of its months
    std::optional<Concentration> target;
    std::optional<Concentration> allowance; ///< 年剩余日控制值: what the remaining days may average
    std::optional<bool> met;                ///< absent: no target, the year is not over, or it is not valid
    std::optional<LocalDay> lost_on;        ///< after this day not even zeros could meet the target
    /// How many more days may stay without a valid value before the year is void: in the worst case, all in the month
    /// that is nearest to its own limit. Negative: the year is void.
    int may_lose = 0;
    std::optional<LocalDay> void_on; ///< since the end of this day the year cannot become valid any more
};

struct GoodDaysFigure {
    PlaceIndex place;
    int year = 0;
    LocalDay through;
    int good = 0;
    int lost = 0;
    int undetermined = 0;
    int remaining = 0;
    /// Pollutants of the report without a value on every closed day that is not lost and has any value at all. Where there
    /// are some, nobody can say that a day was good: the count is an upper bound and is called so.
    PollutantSet never_measured;
    std::optional<int> target;
    std::optional<bool> met; ///< absent: no target, still open, or not proven
    /// After this day not even good days to the end could bring the proven good days to the target. Where undetermined
    /// days could, `met` stays absent: it is not proven.
    std::optional<LocalDay> lost_on;

    bool upper_bound() const { return !never_measured.empty(); }
    int at_most() const { return good + undetermined; } ///< of the days so far
};

/// What a settle() brought: rows that replace rows of the same key.
struct Figures {
    std::vector<HourFigure> hours;
    std::vector<DayFigure> days;
    std::vector<AnnualFigure> annual;
    std::vector<GoodDaysFigure> good_days;
    std::vector<Change> changes; ///< published figures of closed days that are now others
    bool days_only = false;      ///< asked for: no hours, no years, no changes; for a fold that makes all days again

    bool empty() const { return hours.empty() && days.empty() && annual.empty() && good_days.empty(); }
};

} // namespace aqi
