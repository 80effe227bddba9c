// tests/e2e/mqtt: a small MQTT 3.1.1 client of our own, so that the library under test does not test itself.
//
// Knows: exactly which messages the broker has acknowledged. Publishers send again, marked as repeats, what was not.
#pragma once

#include "tests/e2e/harness.hpp"

#include <atomic>
#include <mutex>
#include <thread>

namespace aqi::e2e {

struct Login {
    std::uint16_t port = 0;
    std::string user;
    std::string password;
    std::string client_id;
    int keep_alive_s = 60;
};

struct Message {
    std::string topic;
    std::string payload;
    bool retained = false;
};

/// One connection, used by one thread. Trouble with the socket is an exception.
class Mqtt {
public:
    /// Connects with a clean session. Throws with the broker's code if it refuses.
    explicit Mqtt(const Login& login);
    ~Mqtt();
    Mqtt(const Mqtt&) = delete;
    Mqtt& operator=(const Mqtt&) = delete;

    void publish(const Message& message, std::uint16_t id, bool again = false);
    /// Returns the granted QoS, or 0x80 for "refused".
    int subscribe(const std::string& filter);
    /// What came next: a message, or the id of one of ours that the broker acknowledged. Nothing: the time was over.
    struct Came {
        std::optional<Message> message;
        std::optional<std::uint16_t> acknowledged;
        std::optional<int> granted;
    };
    std::optional<Came> read(milliseconds limit);

private:
    void send(std::uint8_t head, const std::string& body);
    bool fill(milliseconds limit);
    int socket_ = -1;
    std::string input_;
};

/// Sends all of it at QoS 1 and returns when the broker has acknowledged every message.
void publish_all(const Login& login, const std::vector<Message>& messages);

/// Publishes in the background until everything is acknowledged, through as many connections as it takes.
class Publisher {
public:
    Publisher(Login login, std::vector<Message> messages, int pause_us = 0);
    ~Publisher();
    std::size_t acknowledged() const { return acknowledged_; }
    std::size_t sent_again() const { return sent_again_; }
    std::size_t connections() const { return connections_; }
    bool done() const { return acknowledged_ == messages_.size(); }

private:
    void work();
    void one_connection();
    const Login login_;
    const std::vector<Message> messages_;
    const int pause_us_;
    std::map<std::uint16_t, std::size_t> in_flight_; ///< id -> message
    std::size_t next_ = 0;
    std::atomic<std::size_t> acknowledged_{0}, sent_again_{0}, connections_{0};
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

/// Follows a topic in the background: everything it said, the retained word first.
class Listener {
public:
    Listener(Login login, std::string filter);
    ~Listener();
    std::vector<std::string> heard() const;
    std::string last() const;

private:
    void work();
    const Login login_;
    const std::string filter_;
    mutable std::mutex mutex_;
    std::vector<std::string> heard_;
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

/// A broker that plays a part: it answers the connect, and then only what it is told to. Counts connections.
class ActorBroker {
public:
    enum class Part {
        says_nothing,        ///< takes the connection, never answers the connect
        connects_and_hangs,  ///< answers the connect, then nothing
        grants_less,         ///< grants the subscription at QoS 0
        refuses_subscription ///< 0x80
    };
    explicit ActorBroker(Part part);
    ~ActorBroker();
    std::uint16_t port() const { return port_; }
    std::size_t connections() const { return connections_; }

private:
    void work();
    void play(int socket);
    const Part part_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<std::size_t> connections_{0};
    std::atomic<bool> ending_{false};
    std::vector<std::thread> players_;
    std::thread thread_;
};

} // namespace aqi::e2e
