// tests/e2e/logger: a station's data logger that speaks HJ 212 over TCP, as the standard has it and as the field has it.
#pragma once

#include "tests/e2e/harness.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace aqi::e2e {

/// The port a link says that it listens on.
std::uint16_t listening_port(const std::string& detail);

class Logger {
public:
    explicit Logger(std::string mn) : mn_(std::move(mn)) {}
    ~Logger() { disconnect(); }

    /// False when nobody listens.
    bool connect(std::uint16_t port);
    void disconnect();
    bool connected() const { return reading_; }

    /// A frame of data; the time is local, "20161204180000". Answer is asked for unless `flag` says otherwise.
    void send(const std::string& cn, const std::string& command_part, int flag = 5);
    /// An hour of PM2.5 and PM10 (ug/m3) by its end, as the standard stamps it: by its start.
    void send_hour(std::int32_t hour, int pm2_5, int pm10);
    void send_bytes(const std::string& bytes);
    /// What it measured and still holds: sent when the host asks for history.
    void remember(std::int32_t hour, int pm2_5, int pm10);

    /// How many 9014 came.
    int acknowledged() const { return acknowledged_; }
    /// Requests of the host, as "2061 BeginTime=...;EndTime=...".
    std::vector<std::string> requests() const;

private:
    void read();
    void answer(const std::string& data);
    std::string frame(const std::string& data) const;

    const std::string mn_;
    int socket_ = -1;
    std::thread reader_;
    std::atomic<bool> reading_{false};
    std::atomic<int> acknowledged_{0};
    mutable std::mutex mutex_; ///< of requests_, kept_ and writing
    std::vector<std::string> requests_;
    std::map<std::int32_t, std::pair<int, int>> kept_;
    int sent_ = 0;
};

} // namespace aqi::e2e
