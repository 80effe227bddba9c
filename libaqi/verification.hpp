// libaqi/verification: how good each bureau's forecasts were, by how many days they looked ahead, beside two forecasts that cost
// nothing: tomorrow is as yesterday (persistence), and a day is as days of its season were (climatology).
//
// What counts for a day and a lead of n days is what the bureau had said by the end of the day n days before, by our own clock: a
// forecast that was dated back gains nothing. A day without an observed AQI counts for nobody.
//
// Knows: the scores. Does not know: who reads them (the next consultation does).
#pragma once

#include "libaqi/engine.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

inline constexpr std::string_view persistence = "persistence";
inline constexpr std::string_view climatology = "climatology";
inline constexpr int verified_lead_days = 7;

/// Of one bureau, or baseline, at one lead.
struct ForecastScore {
    std::string organisation; ///< Organisation::id, persistence or climatology
    int lead_days = 1;        ///< 1: said on the day before
    int days = 0;             ///< with a forecast and an observation
    int in_range = 0;         ///< the observed AQI lay within the range
    int level_hits = 0;       ///< the observed class was one of the classes of the range
    int over = 0;             ///< all of the range lay in higher classes
    int under = 0;            ///< all of the range lay in lower classes
    /// Each class is halved. Two points where the middle of the range and the observation fall into one half, one where into
    /// neighbouring ones. Our reading of the half-level method of CNEMC, whose paper is not at hand.
    int half_points = 0;
    int heavy = 0;        ///< days observed above 200
    int heavy_hits = 0;   ///< of these the upper bound was above 200
    int false_alarms = 0; ///< the upper bound was above 200 and the day was not
    struct Bias {
        int days = 0;
        std::int64_t sum_ng = 0; ///< middle of the range minus the observed mean
        std::optional<Concentration> mean() const;
        bool operator==(const Bias&) const = default;
    };
    PerPollutant<Bias> bias;

    bool operator==(const ForecastScore&) const = default;
};

/// By how many days ahead of its first day a bureau called a heavy spell.
struct LeadGained {
    std::string organisation;
    int spells = 0;     ///< observed runs of days above 200
    int called = 0;     ///< of these called ahead at all
    int days_ahead = 0; ///< the sum over those called
    bool operator==(const LeadGained&) const = default;
};

struct Verification {
    LocalDay first;
    LocalDay last;
    std::vector<ForecastScore> scores; ///< bureaus in the order of the configuration, then the baselines; leads rising
    std::vector<LeadGained> gained;
    bool operator==(const Verification&) const = default;
};

/// What a bureau had said of a day by the end of the day so many days before, by our own clock; null when nothing.
const ForecastBook::Said* said_ahead(const ForecastBook& book, std::string_view organisation, LocalDay day,
                                     int lead_days, UtcOffset offset);

/// Over the closed days from `first` to `last`.
Verification verify(const State& state, AreaIndex area, LocalDay first, LocalDay last, const Rules& rules);

} // namespace aqi
