// daemon/explain: `aqid --explain`: a figure walked back from a database, also while a daemon works on it.
#pragma once

#include "daemon/config.hpp"

#include <string>

namespace aqi::daemon {

struct Question {
    std::string place;     ///< area or station id
    std::string day;       ///< "2016-12-20", or empty
    int year = 0;          ///< with pollutant, instead of day
    std::string pollutant; ///< "pm2_5"
};

/// Prints the answer. Throws std::runtime_error with the reason when there is none.
void explain(Config config, const Question& question);

} // namespace aqi::daemon
