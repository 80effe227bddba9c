// drivers/mqtt_publisher: a connection to a broker for what we say ourselves, at QoS 1, believed only after the PUBACK.
//
// Knows: Paho's traps, as mqtt_link does; when a message has certainly not left and when nobody can tell; that somebody who watches
// the status topic sees "online", and "offline" from the broker when we are gone. Does not know: what is published.
// A connection that is lost takes what was on its way with it: nothing is sent again by itself. Paho's types stop in the .cpp.
#pragma once

#include "drivers/mqtt_link.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace aqi::drivers {

struct PublisherSettings {
    std::string uri; ///< "tcp://127.0.0.1:1883" or "ssl://host:8883"
    std::string client_id;
    MqttVersion version = MqttVersion::v5;
    std::string user;
    std::string password_file; ///< its first line, read at every connect
    std::string ca_file;       ///< PEM; empty: the system's authorities
    std::string certificate_file;
    std::string key_file;
    int keep_alive_s = 30;
    std::string status_topic;                  ///< retained "online", and "offline" as last will and at the end
    std::chrono::milliseconds timeout{10'000}; ///< for the PUBACKs of one publish()
};

struct Publication {
    std::string topic;
    std::string payload;
    bool retained = false;
};

struct Published {
    enum class State {
        acknowledged, ///< all of it
        not_sent,     ///< nothing of it left
        refused,      ///< the broker said no to a part of it (MQTT 5 only: before, a broker cannot)
        unknown,      ///< some of it left, and not every PUBACK came
    };
    State state = State::unknown;
    std::string why; ///< empty when acknowledged
};

class MqttPublisher {
public:
    /// Connects at once and, with pauses from a quarter of a second to half a minute, again whenever the connection is gone.
    MqttPublisher(PublisherSettings settings, boost::asio::any_io_executor executor);
    /// Says "offline"; takes up to three seconds when the broker hangs.
    ~MqttPublisher();
    MqttPublisher(const MqttPublisher&) = delete;
    MqttPublisher& operator=(const MqttPublisher&) = delete;

    /// All of it, in this order. `done` is called once, on the loop, never from within. While the first connection, or the next one, is
    /// being made it waits for it; between two attempts it is answered not_sent.
    void publish(std::vector<Publication> all, std::function<void(Published)> done);

private:
    class Connection;
    std::shared_ptr<Connection> connection_;
};

} // namespace aqi::drivers
