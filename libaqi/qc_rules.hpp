// libaqi/qc_rules: the thresholds of the marks, as data.
//
// Knows: the form of schemas/rules/qc.toml. They are house rules: no standard sets them, no day dates them.
// Does not know: what is compared with what (qc).
#pragma once

#include "libaqi/pollutant.hpp"
#include "libaqi/units.hpp"

namespace aqi {

class Settings;

/// When a value is suspect. `percent` compares two values: 300 is three times.
struct QcRules {
    PerPollutant<Concentration> near_zero;        ///< at or below it a value is the instrument's zero
    PerPollutant<Concentration> negative_down_to; ///< at most 0; a value below it is impossible, not marked
    PerPollutant<Concentration> suspect_above;
    PerPollutant<int> stuck_hours; ///< at least 2

    struct Spike {
        int hours = 0;
        int hours_at_least = 0; ///< 1..hours
        int percent = 0;
        PerPollutant<Concentration> rise;
    } spike;
    struct PmInversion {
        Concentration above;
        int percent = 0; ///< of PM10
    } pm_inversion;
    struct Neighbours {
        int sites_at_least = 0; ///< not counting the station itself
        int percent = 0;
        PerPollutant<Concentration> difference;
    } neighbours;
    struct History {
        int days = 0;
        int values_at_least = 0; ///< 1..days
        int percent = 0;
        PerPollutant<Concentration> difference;
    } history;
};

/// A text of kind "qc". Throws SettingError.
QcRules read_qc_rules(const Settings& from);

} // namespace aqi
