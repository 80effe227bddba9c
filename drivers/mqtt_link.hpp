// drivers/mqtt_link: one connection to one broker, that loses nothing the broker was told we have.
//
// Knows: Paho's traps (studied and measured; each is named where it is avoided), persistent sessions, subscriptions that
// are made again on every connect and believed only after the SUBACK, our own reconnect with back-off.
// Does not know: what a payload means. The library's types stop in mqtt_link.cpp.
#pragma once

#include "drivers/driver.hpp"

#include <string>
#include <vector>

namespace aqi::drivers {

enum class MqttVersion : std::uint8_t { v3_1_1, v5 };

/// The keys of a [[link]] that goes to a broker.
struct MqttSettings {
    std::string uri;                 ///< "tcp://127.0.0.1:1883" or "ssl://host:8883"
    std::string client_id;           ///< fixed: the broker keeps the session under it
    std::vector<std::string> topics; ///< filters, all at QoS 1
    MqttVersion version = MqttVersion::v5;
    std::string user;
    std::string password_file; ///< first line is the password; never in the configuration itself
    std::string ca_file;
    std::string certificate_file;
    std::string key_file;
    int keep_alive_s = 30;
    int session_expiry_s = 30 * 24 * 3600;
    std::string status_topic; ///< retained online/offline of this daemon, also the last will; empty: none
    /// Whether the broker keeps what comes while we are away. Not for payloads without a time: hours later it would be taken
    /// for the air of now.
    bool keeps_session = true;
    int station_level = -1; ///< which level of a topic names the station, from 0; -1: none
};

/// Reads the broker's keys of a [[link]] table; the caller reads the others and calls done().
MqttSettings read_mqtt_settings(const Settings& table);

std::unique_ptr<Link> open_mqtt_link(const MqttSettings& settings, LinkContext context);

/// What no second link may have: a client_id at a broker.
std::vector<std::string> held_by(const MqttSettings& settings);

/// Whether a filter with + and # holds a topic (MQTT 5, 4.7; a shared subscription by the filter behind its group).
bool filter_holds(std::string_view filter, std::string_view topic);

/// The level of a topic, or empty.
std::string_view topic_level(std::string_view topic, int level);

} // namespace aqi::drivers
