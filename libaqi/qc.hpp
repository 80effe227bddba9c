// libaqi/qc: which values are suspect, and why, in an operator's words. They mark; people decide.
//
//   for one hour of one station:  qc_hour() looks at its values, at the hours and days before, at its neighbours in the
//                                 same hour, and says what a person should look at
//
// A mark changes no value, no mean, no index and no warning: whoever makes those does not include this file. An extreme
// value is suspect and still raises the alarm; PM2.5 above PM10 is marked and published.
//
// Knows: the marks, and how they are found; a function of what the State holds, never of the order it came in.
// Does not know: the thresholds (qc_rules: house rules, as data), what a person decided, or where marks are kept. Without
// a pack of kind "qc" there are none.
#pragma once

#include "libaqi/engine.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

/// Stored as numbers, and few enough for the bits of a byte: do not change the values.
enum class QcMark : std::uint8_t {
    near_zero = 0,    ///< the instrument's zero, or the constant a logger puts there
    negative = 1,     ///< below zero, not so far that it is impossible
    range = 2,        ///< above the usual range
    stuck = 3,        ///< the same value hour after hour
    spike = 4,        ///< far above the hours before
    pm_inversion = 5, ///< PM2.5 above PM10; stands at PM2.5, whichever of the two is wrong
    neighbours = 6,   ///< far from the other sites of its areas
    history = 7,      ///< far from the same hour of the days before
};
inline constexpr std::size_t qc_mark_count = 8;

std::string_view qc_mark_name(QcMark mark); ///< "pm_inversion"
std::string_view qc_mark_zh(QcMark mark);   ///< "倒挂"
std::optional<QcMark> qc_mark_named(std::string_view name);

struct QcFinding {
    StationIndex station;
    HourEnding hour;
    Pollutant pollutant = Pollutant::so2;
    QcMark mark = QcMark::near_zero;
    std::string detail; ///< the numbers behind it: "250 ug/m3; the median of the other sites is 60 (4 values)"
    bool operator==(const QcFinding&) const = default;
};

/// What a value says by itself, whatever stands around it: near_zero, negative, range, or nothing. Total: a value below
/// `negative_down_to`, which should not have been received, is negative too.
std::optional<QcMark> qc_mark_of(Concentration value, Pollutant pollutant, const QcRules& rules);

/// The marks of one hour of one station, by pollutant, then by mark. Where something needed is missing, it says nothing:
/// a gap is no evidence.
///
/// A value told late or corrected can change marks of its own hour, of its neighbours' same hour, of the hours after it
/// (stuck, spike) and of the same hour of the days after it (history). Cost: 10 to 20 microseconds.
std::vector<QcFinding> qc_hour(const State& state, StationIndex station, HourEnding hour, const Rules& rules);

} // namespace aqi
