// libaqi/warning_rules: which level a run of days calls for.
//
// Knows: how the words of the warning standards become arithmetic on whole days, or on blocks of 24 hours that may cross
// midnight: runs, days inside runs, spells that are one because nothing between them would have permitted lifting, relief.
// Does not know: where a day's AQI comes from, or whether anything has been issued (warning).
#pragma once

#include "libaqi/rule_pack.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace aqi {

enum class DayBasis : std::uint8_t { unknown, observed, forecast };
std::string_view day_basis_name(DayBasis basis);

/// A day whose AQI does not count whole: the standards keep sand-dust (沙尘) out, and ozone, for which they know health advice only.
enum class SetApart : std::uint8_t { no, dust, ozone };
std::string_view set_apart_name(SetApart apart);

/// One day as the judgement saw it. Unknown is neither heavy nor relief.
struct JudgedDay {
    LocalDay day;
    int aqi = -1; ///< of a day set apart what its other pollutants make, where that is known
    DayBasis basis = DayBasis::unknown;
    SetApart apart = SetApart::no;
    /// Where the edition counts hours: the longest run of hours above each hourly clause's AQI, by its `above`, that ends in this
    /// day; it may have begun the day before. Empty elsewhere.
    std::vector<std::pair<int, int>> hours_above{};
    bool operator==(const JudgedDay&) const = default;
};

/// A spell of heavy pollution and the level it calls for.
struct Judgement {
    WarningLevel level = WarningLevel::none;
    LocalDay first; ///< the first and the last heavy day
    LocalDay last;
    int heavy_days = 0;
    int severe_days = 0; ///< days above the highest "with_above" the rules know (300)
    int highest_aqi = 0;
    std::string clause;            ///< of the level that holds
    std::vector<JudgedDay> inputs; ///< every day from first to last
    int begins_after = 0;          ///< of blocks: each begins after so many hours of its day
    std::string note{};            ///< what else decided: measured now, an order
    bool operator==(const Judgement&) const = default;
};

/// The level that days one after the other call for by themselves, all of them known.
WarningLevel level_of(std::span<const int> aqi, const WarningRules& rules);

/// Judges the first spell that is not over on `today`. `days` are consecutive; days already observed count in a run.
std::optional<Judgement> judge(std::span<const JudgedDay> days, LocalDay today, const WarningRules& rules);

/// The same where the edition counts in blocks of 24 hours on end: of the 24 possible beginnings the one that gives the highest
/// level, the earliest of several. `aqi` says what is known of the 24 hours that end with an hour; it is asked for whole blocks
/// between `first` and `last`.
struct BlockKnown {
    int aqi = -1;
    DayBasis basis = DayBasis::unknown;
};
using BlockAqi = std::function<BlockKnown(HourEnding last)>;
std::optional<Judgement> judge_blocks(HourEnding first, HourEnding last, const BlockAqi& aqi, LocalDay today,
                                      const WarningRules& rules);

/// The day from which relief is at hand: the first of lift_days() consecutive known days at or below lift_at_most, not
/// earlier than `today`, with no heavy day before it from `today` on.
std::optional<LocalDay> relief_from(std::span<const JudgedDay> days, LocalDay today, const WarningRules& rules);

} // namespace aqi
