// tests/notify/gateway: a web service on 127.0.0.1 that answers as badly as a test wants.
#pragma once

#include "tests/e2e/harness.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace aqi::notify::tests {

class Gateway {
public:
    struct Request {
        std::string head; ///< the request line and headers
        std::string body;
        std::string target() const
        {
            const auto begin = head.find(' ') + 1;
            return head.substr(begin, head.find(' ', begin) - begin);
        }
        /// Of the target.
        std::string query() const
        {
            const std::string whole = target();
            const auto mark = whole.find('?');
            return mark == std::string::npos ? std::string{} : whole.substr(mark + 1);
        }
    };
    /// Raw bytes to answer with; these two are behaviours.
    static constexpr const char* hangs = "hangs";
    static constexpr const char* closes = "closes";
    static std::string ok(std::string_view body, int status = 200)
    {
        return fmt::format("HTTP/1.1 {} So\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status, body.size(),
                           body);
    }

    Gateway()
    {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        const bool good = ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                          ::listen(listener_, 16) == 0 &&
                          ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
        REQUIRE(good);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread{[this] { work(); }};
    }
    ~Gateway()
    {
        ending_ = true;
        thread_.join();
        ::close(listener_);
    }
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    std::uint16_t port() const { return port_; }
    /// For the next request; later ones get `ok("")`.
    void then(std::string answer)
    {
        const std::lock_guard lock{mutex_};
        answers_.push_back(std::move(answer));
    }
    std::vector<Request> caught() const
    {
        const std::lock_guard lock{mutex_};
        return caught_;
    }

private:
    static bool readable(int socket)
    {
        pollfd wait{socket, POLLIN, 0};
        return ::poll(&wait, 1, 20) > 0;
    }
    void work()
    {
        while (!ending_) {
            if (!readable(listener_)) continue;
            const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) continue;
            serve(socket);
            ::close(socket);
        }
    }
    static std::size_t length_in(const std::string& head)
    {
        const auto at = head.find("Content-Length: ");
        return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    }
    void serve(int socket)
    {
        std::string text;
        std::array<char, 8192> chunk{};
        std::size_t head = std::string::npos;
        while (head == std::string::npos || text.size() < head + 4 + length_in(text.substr(0, head))) {
            if (ending_) return;
            if (!readable(socket)) continue;
            const ssize_t got = ::recv(socket, chunk.data(), chunk.size(), 0);
            if (got <= 0) return;
            text.append(chunk.data(), static_cast<std::size_t>(got));
            head = text.find("\r\n\r\n");
        }
        std::string answer = ok("");
        {
            const std::lock_guard lock{mutex_};
            caught_.push_back({text.substr(0, head), text.substr(head + 4)});
            if (!answers_.empty()) {
                answer = answers_.front();
                answers_.pop_front();
            }
        }
        if (answer == hangs)
            while (!ending_ && !(readable(socket) && ::recv(socket, chunk.data(), chunk.size(), 0) <= 0)) {}
        else if (answer != closes)
            (void)!::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
    }

    int listener_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::deque<std::string> answers_;
    std::vector<Request> caught_;
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

} // namespace aqi::notify::tests
