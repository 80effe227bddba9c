// tools/sim/station_mqtt: a station that publishes our JSON, an hour at a time.
//
// Knows: which messages an hour makes, with the faults of this wire; a broker that is away is tried again.
// Does not know: MQTT itself (publisher), what was measured (station_records).
#pragma once

#include "tools/sim/publisher.hpp"
#include "tools/sim/station_clock.hpp"
#include "tools/sim/station_records.hpp"

#include <string>
#include <vector>

namespace aqi::sim {

struct MqttRun {
    std::string broker;
    std::string user, password;
    std::string topic;
    Records records;
    bool verbose = false;
};

/// What is published of an hour, at its end; nothing while the station is silent.
std::vector<Publisher::Message> messages_of(const Records& records, const std::string& topic, HourEnding hour);

/// Returns 0 when the run is over; the last line says what was done. Throws std::runtime_error when the broker takes
/// nothing for half a minute.
int run_mqtt(const MqttRun& run, StationClock& clock);

} // namespace aqi::sim
