// tools/sim/station_hj212: loggers that call a host over TCP.
//
// Knows: connecting, and again after a pause; one socket a logger; when a run is over.
// Does not know: what is said (station_logger, station_delivery) or what goes wrong on the wire (station_frames).
#pragma once

#include "tools/sim/station_clock.hpp"
#include "tools/sim/station_logger.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace aqi::sim {

struct Hj212Run {
    std::string host;
    std::string port;
    std::vector<Logger> loggers; ///< one connection each
    std::chrono::milliseconds answer_within{10'000};
    int resends = 3;
    std::chrono::milliseconds linger{0}; ///< after the end: connected, and answering requests
    bool verbose = false;
};

/// Returns when the run is over: 0, or 1 when not one connection was ever made. The last line says what was done.
int run_hj212(Hj212Run run, StationClock& clock);

} // namespace aqi::sim
