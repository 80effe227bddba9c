// daemon/coverage: the gap ledger: every expected hour of a station is there, or has a reason why not.
//
// Knows: what was received, when and under which flag; what was put aside; when the link was down; maintenance.
// Does not know: whether an hour suffices for a day or a year (libaqi/validity). Used on the loop only.
#pragma once

#include "daemon/config.hpp"
#include "daemon/store/store.hpp"
#include "daemon/turns.hpp"

#include <string>
#include <vector>

namespace aqi::daemon {

/// What an hour of a pollutant is. From the best to the worst, so that a station's hour is the worst of its pollutants'.
enum class HourKind : std::uint8_t {
    not_expected, ///< none of its instruments was there yet, or any more
    observed,     ///< a value, in time
    back_filled,  ///< a value that came after the hour was closed
    corrected,    ///< a person's correction is in force
    flagged,      ///< received under a flag that keeps it out
    maintenance,  ///< empty, and the station is under maintenance
    put_aside,    ///< empty, and something of it was put aside: malformed, impossible, wrong unit, ...
    link_down,    ///< empty, and the link was not up for most of the hour
    not_sent,     ///< empty, and nothing explains it but the station itself
};
std::string_view hour_kind_name(HourKind kind); ///< "link_down"
std::string_view hour_kind_zh(HourKind kind);
char hour_kind_mark(HourKind kind); ///< one character of the matrix in text

/// What a station should send on a day: what its instruments measure, where any are configured; else what its monitoring plan
/// leaves, else what it sent in the thirty days before; everything, where nothing is known.
PollutantSet expected_of(StationIndex station, LocalDay day, const State& state, const Network& network);

struct HourCell {
    HourEnding hour;
    HourKind kind = HourKind::not_expected;   ///< the worst of its pollutants
    PerPollutant<std::optional<HourKind>> of; ///< absent: not expected by the monitoring plan
    std::string reason; ///< of the worst, in words: the flag, why it was put aside, since when the link is down
};

struct StationCoverage {
    StationIndex station;
    int expected = 0;    ///< hours x pollutants
    int observed = 0;    ///< of these with a value that counts
    int back_filled = 0; ///< of the observed
    std::vector<HourCell> hours;
};

/// The closed hours of a stretch. Throws StoreError when the database cannot be read.
std::vector<StationCoverage> coverage_of(const std::vector<StationIndex>& stations, HourEnding first, HourEnding last,
                                         const Turns& turns, const Config& config, SqliteStore& store);

/// {"first":..,"last":..,"stations":[{"id","expected","observed","hours":"....","gaps":[{first,last,kind,reason}]}]}
std::string coverage_json(const std::vector<StationCoverage>& coverage, HourEnding first, HourEnding last,
                          const Config& config);

/// The weather of stations, hour by hour: {"stations":[{"id","hours":[{"hour","wind_speed":"2.1",...}]}]}. Throws StoreError.
std::string weather_json(const std::vector<StationIndex>& stations, HourEnding first, HourEnding last,
                         const Config& config, SqliteStore& store);

} // namespace aqi::daemon
