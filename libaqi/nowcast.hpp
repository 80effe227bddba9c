// libaqi/nowcast: what an hour is called from the hours behind it: sliding means, and US EPA's PM NowCast.
//
// Knows: a window ends with its hour and reaches back over midnight; hours without a value are skipped; everything is
// exact until the one cut that is written here.
// Does not know: which report asks for which item (rule packs), or where the hours come from (settle).
#pragma once

#include "libaqi/mean.hpp"
#include "libaqi/rule_pack.hpp"

#include <optional>
#include <span>

namespace aqi {

/// The hour itself first, then the hours behind it, one after the other.
using HoursBehind = std::span<const std::optional<Concentration>>;

inline constexpr int hours_behind_most = 24;
inline constexpr int nowcast_hours = 12;

/// How many hours an item of a real-time report is made from, its own included; 1 to hours_behind_most.
int hours_of(Item item, const Validity& validity);

/// The item of a real-time report. `hours` are hours_of() of them.
std::optional<Mean> item_of(Item item, HoursBehind hours, const Validity& validity);

/// The mean of the hours that have a value; absent below `valid_min`. At most hours_behind_most hours.
std::optional<Mean> sliding_mean(HoursBehind hours, int valid_min);

/// US EPA's NowCast of PM2.5 or PM10 over `nowcast_hours`, which weighs an hour the less, the older it is and the more the
/// hours differ: sum(w^i c_i) / sum(w^i), w = max(lowest / highest, 1/2), i = 0 for the newest. Absent unless two of the
/// newest three hours have a value. Exact, then cut to a whole ng/m3: cutting again to the digits of an index gives what
/// cutting the fraction would have given.
std::optional<Concentration> pm_nowcast(HoursBehind hours);

} // namespace aqi
