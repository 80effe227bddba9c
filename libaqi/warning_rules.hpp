// libaqi/warning_rules: which level a run of days calls for.
//
// Knows: how the words of the warning standards become arithmetic on whole days: runs, days inside runs, spells that
// are one because nothing between them would have permitted lifting, relief.
// Does not know: where a day's AQI comes from, or whether anything has been issued (warning).
#pragma once

#include "libaqi/rule_pack.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace aqi {

enum class DayBasis : std::uint8_t { unknown, observed, forecast };
std::string_view day_basis_name(DayBasis basis);

/// One day as the judgement saw it. Unknown is neither heavy nor relief.
struct JudgedDay {
    LocalDay day;
    int aqi = -1;
    DayBasis basis = DayBasis::unknown;
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
    bool operator==(const Judgement&) const = default;
};

/// Judges the first spell that is not over on `today`. `days` are consecutive; days already observed count in a run.
std::optional<Judgement> judge(std::span<const JudgedDay> days, LocalDay today, const WarningRules& rules);

/// The day from which relief is at hand: the first of lift_days() consecutive known days at or below lift_at_most, not
/// earlier than `today`, with no heavy day before it from `today` on.
std::optional<LocalDay> relief_from(std::span<const JudgedDay> days, LocalDay today, const WarningRules& rules);

} // namespace aqi
