// tests/e2e/catcher: the other side of a webhook, and of systemd: what they were told, and how they behave.
#pragma once

#include "tests/e2e/harness.hpp"

#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

namespace aqi::e2e {

/// A web service on 127.0.0.1 whose behaviour a story sets, request by request.
class Catcher {
public:
    struct Request {
        std::string key; ///< Idempotency-Key
        std::string body;
        json::value document() const { return json::parse(body); }
    };
    static constexpr int hangs = 0;   ///< takes the request and never answers
    static constexpr int closes = -1; ///< takes the request and closes
    static constexpr int slow = -2;   ///< answers 200 after a second

    Catcher();
    ~Catcher();
    std::uint16_t port() const { return port_; }
    std::string url() const { return fmt::format("http://127.0.0.1:{}/warning", port_); }
    /// HTTP codes, `hangs`, `closes` or `slow` for the next requests; then 200 again.
    void then(std::vector<int> behaviour);
    /// Nobody listens any more / again, on the same port.
    void refuse();
    void listen();
    std::vector<Request> caught() const;

private:
    void work();
    void serve(int socket);
    int take_behaviour();
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::deque<int> behaviour_;
    std::vector<Request> caught_;
    std::atomic<int> listener_{-1};
    std::atomic<bool> ending_{false};
    std::vector<std::thread> servers_;
    std::thread thread_;
};

/// A socket as systemd has it; keeps what it is told, with the moment.
class NotifySocket {
public:
    /// `at_ready` is called on our thread the moment READY=1 is there.
    NotifySocket(const fs::path& path, std::function<void()> at_ready);
    ~NotifySocket();
    /// How many datagrams held this line.
    std::size_t heard(std::string_view line) const;
    std::vector<std::string> all() const;

private:
    void work();
    const std::function<void()> at_ready_;
    int socket_ = -1;
    mutable std::mutex mutex_;
    std::vector<std::string> heard_;
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

} // namespace aqi::e2e
