// libaqi/statistics: a stretch of days of one place in numbers.
//
// Knows: HJ 663: mean of valid daily values, percentile (annex A.6), compliance rate over valid days, exceedance multiple;
// 环办〔2014〕64号: the composite index of terms rounded half-even to 2 decimals; dust days in both forms (环办监测〔2016〕120号).
// Every day is judged under the edition of the day. Exact until the one rounding.
// Does not know: targets (targets), whether enough days are valid (validity), or how a report looks (report).
#pragma once

#include "libaqi/engine.hpp"

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace aqi {

/// With the values of dust days, or without them. Both are always published side by side.
enum class DustForm : std::uint8_t { as_measured, dust_deducted };
std::string_view dust_form_name(DustForm form); ///< "as_measured"
std::string_view dust_form_zh(DustForm form);   ///< "不扣沙尘"

/// k = 1 + (n - 1) x p / 100; X(floor k) + (X(floor k + 1) - X(floor k)) x (k - floor k), half-even to step_ng.
/// HJ 663 annex A.6. `values` in any order, not empty; 0 <= percent <= 100.
Concentration percentile_of(std::vector<Mean> values, int percent, std::int64_t step_ng);

/// value / limit rounded half-even to 2 decimals, as hundredths: one term of the composite index.
std::int64_t ratio_hundredths(Concentration value, Concentration limit);

/// part / whole in percent, rounded half-even to 1 decimal, as tenths (HJ 663 table 3). whole > 0.
std::int64_t percent_tenths(std::int64_t part, std::int64_t whole);

/// (now - before) / before in percent, as tenths; absent when before is zero.
std::optional<std::int64_t> change_tenths(Concentration now, Concentration before);

struct PollutantStatistics {
    int valid_days = 0;
    std::optional<Concentration> mean;       ///< to the nearest ng/m3
    std::optional<Concentration> published;  ///< the mean to the edition's decimals
    std::optional<Concentration> percentile; ///< to the edition's decimals; of the percent the edition names
    int percent = 0;
    std::optional<Concentration> highest; ///< daily value to the edition's decimals
    std::optional<LocalDay> highest_day;
    int exceeding_days = 0; ///< daily value above the daily limit of class 2 in force that day
    /// 超标倍数 (C - S) / S of the mean over the annual limit of class 2, in hundredths; absent when there is no limit or
    /// it is not exceeded.
    std::optional<std::int64_t> multiple_hundredths;
};

struct PeriodStatistics {
    PlaceIndex place;
    LocalDay first;
    LocalDay last;    ///< as asked
    LocalDay through; ///< the last closed day of it; before `first` when there is none
    DustForm form = DustForm::as_measured;
    const RulePack* pack = nullptr; ///< of `through`: whose decimals and annual limits hold; null: no figures
    bool several_editions = false;  ///< the days were not all judged under one
    PerPollutant<PollutantStatistics> of;
    int days = 0; ///< calendar days first..through
    int good = 0;
    int lost = 0;
    int undetermined = 0;
    PollutantSet never_measured;     ///< see GoodDaysFigure
    std::array<int, 7> level_days{}; ///< by level 1..6; [0]: without an index
    PerPollutant<int> primary_days{};
    int dust_days = 0;
    std::optional<std::int64_t> compliance_tenths;             ///< 达标率 = good / (good + lost), percent
    PerPollutant<std::optional<std::int64_t>> composite_terms; ///< hundredths, weight applied
    std::optional<std::int64_t> composite_hundredths;          ///< absent when a pollutant has no value
    bool upper_bound() const { return !never_measured.empty(); }
};

PeriodStatistics statistics(const State& state, PlaceIndex place, LocalDay first, LocalDay last, DustForm form,
                            const Rules& rules);

/// A day as it counts in a form: in the deducted one a dust day has no PM, and where PM made it exceed, the index of the
/// gases. Null when the day is not closed.
std::optional<PlaceDay> day_in_form(const State& state, PlaceIndex place, LocalDay day, DustForm form,
                                    const Rules& rules);

/// A place's ledger as it would be had every dust day been as day_in_form() gives it. Only days that are kept change.
PlaceLedger ledger_in_form(const State& state, PlaceIndex place, DustForm form, const Rules& rules);
/// Whether a dust day of the place lies in first..last.
bool any_dust(const State& state, PlaceIndex place, LocalDay first, LocalDay last, const Rules& rules);

/// Competition ranks: equal values share a rank and the next one skips (1, 2, 2, 4). Absent values have none. Smaller is
/// better unless `larger_is_better`.
std::vector<std::optional<int>> ranks(std::span<const std::optional<std::int64_t>> values,
                                      bool larger_is_better = false);

/// The same dates of the year before; 29 February becomes 28.
LocalDay year_before(LocalDay day);

} // namespace aqi
