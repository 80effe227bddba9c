// libaqi/day_verdict: whether a day is good, straight from its exact means: no index is made, nothing rounded or divided.
//
// This is the verdict of make_index()'s result (settle), for those who judge very many days and want nothing else of the
// index. Why it is the same: the highest sub-index is above good_at_most when one of them is. A sub-index never falls while
// its concentration rises: bands rise, equation (1) and both roundings rise with it, and above a table stand its top, a
// fixed index not below that (rule_pack_read), the same line going on, or another item, which is asked in its turn.
// Rounding a concentration never falls either. So "the sub-index of the rounded mean is at most g" is "the rounded mean is
// at most the last step whose sub-index is", and that is a bound on the exact mean.
//
// Knows: a pack's daily report as such bounds, found by asking sub_index() itself. tests/unit/bulk_test.cpp holds it against
// the engine on both sides of every bound.
// Does not know: the index, its level or primary pollutants (iaqi), or how a mean was made (rollup).
#pragma once

#include "libaqi/annual.hpp"
#include "libaqi/rule_pack.hpp"

#include <optional>
#include <vector>

namespace aqi {

class VerdictBounds {
public:
    /// Keeps a reference to the pack.
    explicit VerdictBounds(const RulePack& pack);
    const RulePack& pack() const { return *pack_; }

    /// Fills verdict, absent, exempt and the sign of of_present from the day's means, which are a station's (parts() 1), and
    /// ozone's highest hour. aqi and primary are left alone.
    void judge(PlaceDay& day, const std::optional<Mean>& ozone_1h, PollutantSet not_in_plan) const;

private:
    /// A day's value held against one table: bounds in units of Mean::scaled().
    struct Line {
        bool of_day = false;    ///< a day has this item at all
        bool one_hour = false;  ///< ozone's highest hour; else the mean of the pollutant
        Wide good_at_most = 0;  ///< its sub-index is at most the pack's good_at_most
        Wide table_at_most = 0; ///< it has a sub-index on this table; above, the other item speaks
    };
    struct Entry {
        Pollutant pollutant;
        Line line;
        Line other;
    };
    Line line(Item item, const IndexTable& table) const;

    const RulePack* pack_;
    PollutantSet asked_;
    std::vector<Entry> entries_;
};

} // namespace aqi
