// libaqi/annual: the ledgers of a year: running means, good days, and the day on which a target was lost.
//
// Knows: a year is made of valid daily means (GB 3095: mean of daily means; table 4: 324 days, 27 a month, February 25);
// a day replaced takes back exactly what it gave; two annual means have two names (Window).
// Does not know: how a day was made (rollup) or judged (iaqi); which target holds (the caller asks the rule book).
#pragma once

#include "libaqi/figures.hpp"
#include "libaqi/mean.hpp"

#include <array>
#include <deque>
#include <functional>
#include <optional>

namespace aqi {

/// What the year needs of one closed day of one place.
struct PlaceDay {
    PerPollutant<std::optional<Mean>> mean;
    DayVerdict verdict = DayVerdict::undetermined;
    std::int16_t aqi = -1;        ///< published; -1: none
    std::int16_t of_present = -1; ///< maximum of what is there
    ItemSet primary;
    PollutantSet absent; ///< pollutants of the report without a sub-index
    PollutantSet exempt; ///< of these, outside the monitoring plan
    std::uint8_t sites = 0;
    bool closed = false;

    bool operator==(const PlaceDay&) const = default;
};

/// One calendar year of one place.
class YearLedger {
public:
    explicit YearLedger(int year) : year_(year) {}

    /// Puts a closed day in, or another in its place.
    void replace(LocalDay day, const PlaceDay& before, const PlaceDay& after);
    /// The ledger as of the end of `before`, the closed day before its last one, which was `last`.
    void take_back(const PlaceDay& last, LocalDay before);

    int year() const { return year_; }
    LocalDay first_day() const { return LocalDay::from_ymd(year_, 1, 1); }
    LocalDay last_day() const { return LocalDay::from_ymd(year_, 12, 31); }
    /// The last closed day of this year, absent before the first.
    std::optional<LocalDay> through() const { return through_; }

    const MeanSum& sum(Pollutant p) const { return sums_[p]; }
    int valid_days(Pollutant p) const { return sums_[p].count(); }
    bool valid(Pollutant p, const Validity& validity) const;
    int good() const { return good_; }
    int lost() const { return lost_; }
    int undetermined() const { return undetermined_; }
    int remaining() const;
    int month_days(Pollutant p, unsigned month) const { return month_days_[p][month - 1]; }
    /// See AnnualFigure::may_lose.
    int may_lose(Pollutant p, const Validity& validity) const;
    /// See GoodDaysFigure::never_measured.
    PollutantSet never_measured() const;

    /// Whether even zeros on every remaining day could not bring the published mean to the limit.
    bool mean_is_lost(Pollutant p, Concentration limit, std::int64_t step_ng) const;
    /// Whether even good days to the end could not make the count of proven good days.
    bool good_days_are_lost(int target) const { return good_ + remaining() < target; }
    /// Whether not even the undetermined days, all proven good, could make it then.
    bool good_days_are_missed(int target) const { return good_ + undetermined_ + remaining() < target; }

private:
    void count(const PlaceDay& day, unsigned month, int by);

    int year_;
    PerPollutant<MeanSum> sums_;
    PerPollutant<std::array<std::uint8_t, 12>> month_days_{};
    int good_ = 0;
    int lost_ = 0;
    int undetermined_ = 0;
    int not_lost_ = 0;            ///< days not lost that have any value
    PerPollutant<int> without_{}; ///< of these, without this pollutant
    std::optional<LocalDay> through_;

public:
    bool operator==(const YearLedger&) const = default;
};

/// All days and years of one place.
///
/// Days are kept for some years (Rules::ledger_days), so that a late correction can be taken back and the day a target was
/// lost on found again; sums of older years stay.
class PlaceLedger {
public:
    /// Closes a day or replaces a closed one. Returns false when the day is older than what is kept.
    bool put(LocalDay day, const PlaceDay& value, int days_kept = 800);
    const PlaceDay* day(LocalDay day) const;
    const YearLedger* year(int year) const; ///< null before the first closed day of that year
    std::optional<LocalDay> last_closed() const { return last_closed_; }
    /// The oldest day that is still kept.
    std::optional<LocalDay> first_kept() const
    {
        return days_.empty() ? std::nullopt : std::optional<LocalDay>{first_};
    }

    /// The annual figures of a year (none before its first closed day), for every pollutant with a valid day or a target, and both windows.
    /// The trailing window ends at the last closed day and is only given for its year.
    void annual(PlaceIndex place, int year, const RulePack& pack, const Target* target,
                std::vector<AnnualFigure>& out) const;
    GoodDaysFigure good_days(PlaceIndex place, int year, const RulePack& pack, const Target* target) const;

    /// Two ledgers with the same days and sums; what was remembered along the way does not count.
    bool operator==(const PlaceLedger& other) const;

private:
    /// The day each target of a year was lost on, and the year itself, as of the end of `through`.
    struct Lost {
        PerPollutant<std::optional<Concentration>> limit;
        std::optional<int> good_days_target;
        PerPollutant<std::optional<LocalDay>> mean_on;
        PerPollutant<bool> year_valid{};
        PerPollutant<int> may_lose{};
        PerPollutant<std::optional<LocalDay>> void_on;
        std::optional<LocalDay> good_days_on;
        std::optional<LocalDay> through; ///< absent: to be found
    };
    struct Year {
        YearLedger ledger;
        mutable Lost lost; ///< remembered, not state: the same days always give the same
    };
    Year& year_of(int year);
    const Year* find(int year) const;
    const Lost& lost_on(const Year& year, const RulePack& pack, const Target* target) const;
    /// The first closed day at whose end something was lost for good; absent while it is not.
    template <class IsLost>
    std::optional<LocalDay> lost_since(const YearLedger& year, const IsLost& is_lost) const;
    PlaceDay& slot(LocalDay day);
    void move_trailing(LocalDay last);

    LocalDay first_;
    std::deque<PlaceDay> days_;
    std::vector<Year> years_;
    PerPollutant<MeanSum> trailing_;
    std::optional<LocalDay> last_closed_;
};

} // namespace aqi
