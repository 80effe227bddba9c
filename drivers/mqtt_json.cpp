// drivers/mqtt_json: our JSON payload over MQTT, as one row of the driver table.
#include "drivers/mqtt_link.hpp"
#include "drivers/reading_json.hpp"

#include <fmt/format.h>

namespace aqi::drivers {
namespace {

std::any read_settings(const Settings& table) { return read_mqtt_settings(table); }

Decoded decode(const Frame& frame, const std::any& settings, UtcOffset offset)
{
    const auto& mqtt = std::any_cast<const MqttSettings&>(settings);
    Decoded out = decode_reading_json(frame.bytes, offset);
    if (mqtt.station_level < 0) return out;
    // Who may publish where is the broker's to enforce (per-station ACL); so the topic says who speaks.
    const std::string_view speaker = topic_level(frame.origin, mqtt.station_level);
    std::erase_if(out.readings, [&](const Reading& reading) {
        if (reading.station == speaker) return false;
        out.faults.push_back({Reason::wrong_station, fmt::format("topic {} belongs to {}, the payload says {}",
                                                                 frame.origin, speaker, reading.station)});
        return true;
    });
    return out;
}

std::unique_ptr<Link> open(const std::any& settings, LinkContext context)
{
    return open_mqtt_link(std::any_cast<const MqttSettings&>(settings), std::move(context));
}

std::vector<std::string> holds(const std::any& settings)
{
    return held_by(std::any_cast<const MqttSettings&>(settings));
}

} // namespace

extern const DriverInfo mqtt_json_driver;
const DriverInfo mqtt_json_driver = {
    "mqtt-json",
    "our JSON payload (schemas/reading.schema.json) from an MQTT broker, QoS 1, persistent session",
    R"(# A broker, and our JSON payload (schemas/reading.schema.json).
[[link]]
name = "broker"
driver = "mqtt-json"
uri = "tcp://127.0.0.1:1883"       # ssl://host:8883 with TLS
client_id = "aqid"                 # fixed: the broker keeps our session, and what we missed, under it
topics = ["aqid/v1/+/hourly"]      # filters, all at QoS 1
# station_level = 2                # level of the topic that names the station, from 0; a payload that says another
                                   # station is refused; -1: the payload alone says it (default)
# version = "5"                    # or "3.1.1"
# user = ""                        # default: none
# password_file = ""               # its first line is the password; default: none
# ca_file = ""                     # PEM; default: the system's authorities
# certificate_file = ""            # PEM; for a broker that asks for a client certificate
# key_file = ""
# keep_alive_s = 30                # a dead connection is noticed after one and a half of it
# session_expiry_s = 2592000       # MQTT 5: how long the broker keeps our session while we are away, here 30 days
# status_topic = ""                # retained "online"/"offline" of this daemon; also its last will
)",
    read_settings,
    decode,
    open,
    nullptr, // the payload names the station
    holds,
};

} // namespace aqi::drivers
