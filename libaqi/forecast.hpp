// libaqi/forecast: what a bureau expects of the coming days, kept as it was said.
//
// Knows: per area, day and organisation the latest forecast; a range is judged by its upper bound (2016-225).
// Does not know: how it arrived (daemon/control) or what level it calls for (warning_rules).
#pragma once

#include "libaqi/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

/// The daily AQI a bureau expects, 0..500.
struct ForecastDay {
    LocalDay day;
    int aqi_low = 0;
    int aqi_high = 0;    ///< equal to aqi_low when a single value was given
    std::string primary; ///< expected primary pollutants, as written; may be empty

    bool operator==(const ForecastDay&) const = default;
};

struct Forecast {
    std::string area;         ///< Area::id
    std::string organisation; ///< Organisation::id
    std::string person;       ///< Person::id of the author
    Instant issued_at;
    std::vector<ForecastDay> days;

    bool operator==(const Forecast&) const = default;
};

/// The forecasts of one area. A later forecast of the same bureau for the same day takes the place of the earlier; what
/// it says nothing of stays. All of them stay in the journal.
class ForecastBook {
public:
    void add(const Forecast& forecast);
    /// The strictest of the bureaus' upper bounds for a day.
    std::optional<int> highest(LocalDay day) const;
    std::optional<LocalDay> last_day() const;
    /// The latest of each bureau for a day: organisation -> what it said.
    struct Said {
        ForecastDay day;
        Instant issued_at;
        std::string person;
        bool operator==(const Said&) const = default;
    };
    const std::map<std::string, Said>* of(LocalDay day) const;
    void forget_before(LocalDay day);

    bool operator==(const ForecastBook&) const = default;

private:
    std::map<LocalDay, std::map<std::string, Said>> days_;
};

} // namespace aqi
