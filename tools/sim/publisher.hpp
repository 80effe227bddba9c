// tools/sim/publisher: stations' messages to a broker, QoS 1, each waited for: what returns has been taken by the broker.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace aqi::sim {

class Publisher {
public:
    /// Connects. Throws std::runtime_error when the broker does not answer in time.
    Publisher(const std::string& uri, const std::string& client_id, const std::string& user,
              const std::string& password);
    ~Publisher();

    struct Message {
        std::string topic;
        std::string payload;
        bool retained = false;
    };
    /// Returns when every message is acknowledged. Throws std::runtime_error.
    void publish(const std::vector<Message>& messages);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace aqi::sim
