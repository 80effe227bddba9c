// libaqi/targets: what the rest of the year must bring.
//
// Knows: the target ledger (年剩余日控制值 and what stands beside it), the good-day ledger, and what-if: set months and see
// the year's end, the inverse, and past winters drawn again. Arithmetic on days that were; never a forecast.
// Does not know: which target holds (rule book), how it is printed (report, explain).
#pragma once

#include "libaqi/engine.hpp"
#include "libaqi/statistics.hpp"
#include "libaqi/validity.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aqi {

/// How it stands with a target.
enum class Standing : std::uint8_t {
    open,       ///< the year is not over and nothing is decided
    met,        ///< proven
    missed,     ///< proven: the mean lies above it, or too few days were good
    lost,       ///< the year is not over, but nothing can bring it back
    not_proven, ///< the year is over, or void, and the data do not carry a verdict
};
std::string_view standing_name(Standing standing);
std::string_view standing_zh(Standing standing);

/// The same days of an earlier year, for comparison with what the rest may average.
struct EarlierRest {
    int year = 0;
    int valid_days = 0;
    std::optional<Concentration> mean; ///< to the nearest ng/m3
};

struct TargetLedger {
    PlaceIndex place;
    int year = 0;
    Pollutant pollutant = Pollutant::pm2_5;
    DustForm form = DustForm::as_measured;
    LocalDay through;
    int valid_days = 0;
    int elapsed_days = 0;
    int remaining_days = 0;
    std::optional<Concentration> mean;      ///< year to date, to the nearest ng/m3
    std::optional<Concentration> published; ///< to the edition's decimals
    std::optional<Concentration> target;
    /// (target x (valid + remaining) - sum) / remaining, rounded down to a nanogram; negative: out of reach.
    std::optional<Concentration> allowance;
    std::optional<Concentration> allowance_published; ///< the same as bulletins print it: half-even to the decimals
    std::vector<EarlierRest> earlier; ///< the rest of the year, in years of which at least half of it is known
    /// The lowest mean of so many days running that this place ever had: an allowance below it was never reached.
    std::optional<Concentration> lowest_ever;
    /// The first day at whose end the allowance lay below the lowest mean of as many days ever seen till then; asked only
    /// where a year is known before it.
    std::optional<LocalDay> below_lowest_on;
    std::optional<LocalDay> lost_on; ///< see AnnualFigure: not even zeros
    /// The day that moved the mean most, and by how much: (value - mean without it) / valid days, in ng/m3, signed.
    std::optional<LocalDay> moved_most_on;
    std::int64_t moved_most_ng = 0;
    std::optional<Concentration> moved_most_value;
    Standing standing = Standing::open;
    Words why; ///< of not_proven, in one sentence
};

/// Absent before the first closed day of the year. Deducting dust makes no year void: what was measured was measured.
std::optional<TargetLedger> target_ledger(const State& state, PlaceIndex place, int year, Pollutant pollutant,
                                          const Rules& rules, DustForm form = DustForm::as_measured);

/// A day that was lost, and by how much.
struct LostDay {
    LocalDay day;
    int aqi = 0;
    Pollutant primary = Pollutant::pm2_5; ///< the first of the primary pollutants
    Concentration value;                  ///< as published
    Concentration limit;                  ///< the value at which the index is good_at_most
    std::int64_t margin_ng() const { return value.ng_per_m3() - limit.ng_per_m3(); }
};

struct GoodDayLedger {
    GoodDaysFigure figure;
    DustForm form = DustForm::as_measured;
    int elapsed = 0;
    /// Days that may still be lost: if every undetermined day stays so, and if every one proves good. Negative: too many
    /// were lost already.
    std::optional<int> may_lose_least;
    std::optional<int> may_lose_most;
    /// Good days needed of the remaining ones, in tenths of a percent: with undetermined days not good, and good.
    std::optional<std::int64_t> needed_rate_tenths;
    std::optional<std::int64_t> needed_rate_least_tenths;
    std::optional<int> good_year_before;    ///< at the same date
    std::optional<int> elapsed_year_before; ///< days with a verdict, good or lost
    std::vector<LostDay> lost_days;         ///< as far as days are kept
    PerPollutant<int> lost_by_primary{};
    Standing standing = Standing::open;
    Words why;
};
std::optional<GoodDayLedger> good_day_ledger(const State& state, PlaceIndex place, int year, const Rules& rules,
                                             DustForm form = DustForm::as_measured);

/// What somebody assumes of the rest of a year. Months without an assumption go on as the year to date.
struct Assumption {
    std::array<std::optional<Concentration>, 12> month_mean;
    std::optional<std::int64_t> good_rate_tenths; ///< of the remaining days
};

struct Projection {
    std::optional<Concentration> year_end; ///< of the mean, to the nearest ng/m3
    std::optional<Concentration> published;
    std::optional<bool> meets;
    std::optional<int> good_days; ///< rounded down
    std::optional<bool> meets_good_days;
};
Projection project(const State& state, PlaceIndex place, int year, Pollutant pollutant, const Assumption& assumed,
                   const Rules& rules);

/// What the remaining days of `month` may average so that the year ends at the target, the other months as assumed.
/// To the nearest nanogram; negative: even zero would not do. Absent: no target, no day of the month left.
std::optional<Concentration> needed_in_month(const State& state, PlaceIndex place, int year, Pollutant pollutant,
                                             unsigned month, const Assumption& assumed, const Rules& rules);

/// Remaining days drawn again and again from the same dates of earlier years, month by month a year at random.
struct Resampling {
    int draws = 0;
    std::uint64_t seed = 0;
    std::vector<int> years;                       ///< drawn from
    std::optional<Concentration> p5, median, p95; ///< of the year's end, to the nearest ng/m3
    std::optional<std::int64_t> meeting_tenths;   ///< share of draws that meet the target, tenths of a percent
};
/// Absent when no earlier year is known. Reproducible: the same seed, days and draws give the same numbers everywhere.
std::optional<Resampling> resample(const State& state, PlaceIndex place, int year, Pollutant pollutant, int draws,
                                   std::uint64_t seed, const Rules& rules);

} // namespace aqi
