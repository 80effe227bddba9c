// libaqi/what_if: answers to "what would it take", as a paper. Arithmetic on assumptions and on days that were; it is never
// called a forecast.
#pragma once

#include "libaqi/paper.hpp"
#include "libaqi/targets.hpp"

#include <string>
#include <vector>

namespace aqi {

struct WhatIf {
    PlaceIndex place;
    int year = 0;
    Pollutant pollutant = Pollutant::pm2_5;
    Assumption assumed;
    std::vector<unsigned> needed_months; ///< months whose needed mean is asked for
    int draws = 0;                       ///< 0: no resampling
    std::uint64_t seed = 1;
};

/// "12=70", "12=70.5": a month and its mean in display units. Fault: malformed.
Result<void> add_assumption(std::string_view text, Pollutant pollutant, Assumption& into);

/// The words of a command line as a question; good_rate in percent, empty: none. Fault: malformed.
Result<WhatIf> read_what_if(PlaceIndex place, int year, Pollutant pollutant, const std::vector<std::string>& assume,
                            const std::vector<int>& need, const std::string& good_rate);

/// Fault: refused, when no day of the year is closed.
Result<Paper> what_if(const State& state, const WhatIf& question, const Rules& rules);

} // namespace aqi
