// libaqi/consultation: what the bureaus had before them when they consulted (会商), kept with what came of it.
//
// Knows: each bureau's forecast and the level it alone calls for, the observations of that moment, and in what the bureaus
// differ. Does not know: who may sign (warning_acts) or how good the forecasts were before (verification).
#pragma once

#include "libaqi/forecast.hpp"
#include "libaqi/network.hpp"
#include "libaqi/warning_rules.hpp"

#include <optional>
#include <string>
#include <vector>

namespace aqi {

class State;

struct ConsultationRecord {
    /// One bureau's forecast of the days to come, as it stood.
    struct View {
        std::string organisation;
        WarningLevel level = WarningLevel::none; ///< what it alone calls for
        std::vector<ForecastBook::Said> days;
        bool operator==(const View&) const = default;
    };
    Instant at;
    std::vector<View> views;
    std::vector<JudgedDay> observed; ///< the last closed days, oldest first
    std::optional<HourEnding> hour;  ///< the last closed hour
    int hour_aqi = -1;               ///< of the area in that hour; -1: none
    std::string disagreement;        ///< in words; empty: the bureaus agree, or only one has spoken

    bool operator==(const ConsultationRecord&) const = default;
};

ConsultationRecord consultation_record(const State& state, AreaIndex area, Instant now, const Rules& rules);

} // namespace aqi
