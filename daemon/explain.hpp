// daemon/explain: `aqid --explain`, `--report`, `--what-if`: questions to a database, also while a daemon works on it.
#pragma once

#include "daemon/config.hpp"

#include <string>
#include <vector>

namespace aqi::daemon {

struct Question {
    std::vector<std::string> places; ///< area or station ids; a report of none is one of every area
    std::string when;                ///< see parse_when()
    std::string what;                ///< explain: a pollutant, "good-days", "statistics"; what-if: a pollutant
    std::string beside;              ///< report: another pack
    std::string format = "text";     ///< report, what-if: text, csv, json, html
    std::string language = "zh";
    std::vector<std::string> assume; ///< what-if: "12=70"
    std::vector<int> need;           ///< what-if: months
    std::string good_rate;           ///< what-if: percent
    int draws = 0;
    std::uint64_t seed = 1;
};

/// Each prints its answer. Throws std::runtime_error with the reason when there is none.
void explain(Config config, const Question& question);
void print_report(Config config, const Question& question);
void print_what_if(Config config, const Question& question);

} // namespace aqi::daemon
