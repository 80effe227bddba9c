// libaqi/validity: what a figure rests on: expected against observed on the calendar, and the reason of every gap.
//
// Knows: GB 3095 table 4 and HJ 663: minutes in the hour, hours in the day, ozone's windows, days in the month and the year,
// sites in the area. Counted against the calendar, never against what happened to arrive.
// Does not know: the numbers themselves (rule packs), or why a link was down (the daemon's health).
#pragma once

#include "libaqi/engine.hpp"
#include "libaqi/paper.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace aqi {

/// One station's day of one pollutant.
struct DayCoverage {
    int valid = 0; ///< hours that count, of 24
    int needed = 0;
    int not_received = 0;
    std::array<int, flag_count> by_flag{}; ///< received hours that do not count, by their flag
    int corrected = 0;                     ///< hours under a correction in force
    int windows = 0;                       ///< ozone: valid 8-hour windows
    int windows_needed = 0;                ///< ozone: of windows_possible
    int windows_possible = 0;
    bool has_value = false;   ///< the day has a value
    bool of_archive = false;  ///< it is the value an archive states for the whole day
    bool past_record = false; ///< its hours are no longer, or never were, in memory
};
DayCoverage day_coverage(const State& state, StationIndex station, LocalDay day, Pollutant p, const Rules& rules);
/// "20 of 24 hours; 3 not received (未收到), 1 C (校准)".
std::string coverage_text(const DayCoverage& coverage, Pollutant p);

struct MonthCoverage {
    unsigned month = 1;
    int days = 0;    ///< of the calendar
    int elapsed = 0; ///< closed or past
    int valid = 0;
    int needed = 0;
    int may_lose = 0;              ///< of the days still to come; negative: the month is void
    std::vector<LocalDay> missing; ///< elapsed days without a value
};

/// A year of a place and pollutant.
struct YearCoverage {
    int year = 0;
    LocalDay through;
    int days = 0;
    int elapsed = 0;
    int valid = 0;
    int needed = 0;
    int may_lose_year = 0;       ///< by the rule of the year alone
    int may_lose = 0;            ///< by the tightest rule: the worst case
    unsigned tightest_month = 0; ///< 0: the year's own rule is the tightest
    std::optional<LocalDay> void_on;
    std::array<MonthCoverage, 12> months;
    bool over = false;
    bool is_valid = false; ///< the year is over and proven
    /// Why an annual figure is not proven, in one sentence; empty when it is.
    Words why_not;
};
/// Absent before the first closed day of the year, and without an edition.
std::optional<YearCoverage> year_coverage(const State& state, PlaceIndex place, int year, Pollutant p,
                                          const Rules& rules);

/// A site of an area and the days on which it had no value.
struct SiteCoverage {
    StationIndex station;
    Membership membership;
    int member_days = 0; ///< days of the stretch on which it was a member
    std::vector<LocalDay> absent;
};
std::vector<SiteCoverage> site_coverage(const State& state, AreaIndex area, LocalDay first, LocalDay last, Pollutant p,
                                        const Rules& rules);

/// "2016-03-01..03, 2016-04-07": days as people read them; at most `most` stretches, then "and n more".
std::string days_text(const std::vector<LocalDay>& days, std::size_t most = 20);

} // namespace aqi
