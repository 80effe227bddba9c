// libaqi/forecast: what a bureau expects of the coming days, kept as it was said.
//
// Knows: per area, day and organisation everything that was forecast, in the order in which it came; which of it holds now;
// that a range is judged by its upper bound (2016-225) and that a forecast of several pollutants is no less than the worst.
// Does not know: how it arrived (drivers, daemon/control), what level it calls for (warning_rules) or how good it was
// (verification).
#pragma once

#include "libaqi/pollutant.hpp"
#include "libaqi/time.hpp"
#include "libaqi/units.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

/// A daily mean a bureau expects (O3: daily maximum 8-hour mean).
struct ConcentrationRange {
    Concentration low;
    Concentration high; ///< equal to low when a single value was given
    bool operator==(const ConcentrationRange&) const = default;
};

/// The daily AQI a bureau expects, 0..500.
struct ForecastDay {
    LocalDay day;
    int aqi_low = 0;
    int aqi_high = 0;      ///< equal to aqi_low when a single value was given
    std::string primary{}; ///< expected primary pollutants, as written; may be empty
    std::string weather{}; ///< diffusion conditions, as written; may be empty
    PerPollutant<std::optional<ConcentrationRange>> values{};
    bool dust = false; ///< sand-dust (沙尘) is expected

    /// Whether ozone alone is named as the primary pollutant ("O3", "臭氧", "O3_8h").
    bool only_ozone() const;
    bool operator==(const ForecastDay&) const = default;
};

/// The AQI of one hour.
struct ForecastHour {
    HourEnding hour;
    int aqi_low = 0;
    int aqi_high = 0;
    bool operator==(const ForecastHour&) const = default;
};

struct Forecast {
    std::string area;         ///< Area::id
    std::string organisation; ///< Organisation::id
    std::string person;       ///< Person::id of the author
    Instant issued_at;
    std::vector<ForecastDay> days;
    std::vector<ForecastHour> hours{};

    bool operator==(const Forecast&) const = default;
};

/// The forecasts of one area. Of each bureau the one issued last holds for a day; what it says nothing of stays. What came late
/// (issued before one that is known) is kept and does not hold.
class ForecastBook {
public:
    struct Said {
        ForecastDay day;
        Instant issued_at;
        Instant received_at;
        std::string person;
        bool operator==(const Said&) const = default;
    };

    void add(const Forecast& forecast, Instant received_at);
    /// Whether the bureau has said exactly this under this issue time: a repetition is no news.
    bool knows(const Forecast& forecast) const;

    /// The strictest of the bureaus' upper bounds for a day.
    std::optional<int> highest(LocalDay day) const;
    /// The strictest of the bureaus' upper bounds for an hour.
    std::optional<int> highest(HourEnding hour) const;
    bool has_hours() const { return !hours_.empty(); }
    std::optional<LocalDay> last_day() const;
    /// What a bureau says of a day now; null when it has said nothing.
    const Said* said(LocalDay day, std::string_view organisation) const;
    /// Everything a bureau ever said of a day, in the order in which it came.
    const std::vector<Said>& revisions(LocalDay day, std::string_view organisation) const;
    /// The bureaus that said anything of a day.
    std::vector<std::string> organisations(LocalDay day) const;
    void forget_before(LocalDay day);

    bool operator==(const ForecastBook&) const = default;

private:
    using ByBureau = std::map<std::string, std::vector<Said>, std::less<>>;
    struct SaidOfHour {
        ForecastHour hour;
        Instant issued_at;
        bool operator==(const SaidOfHour&) const = default;
    };
    std::map<LocalDay, ByBureau> days_;
    std::map<HourEnding, std::map<std::string, SaidOfHour, std::less<>>> hours_;
};

} // namespace aqi
