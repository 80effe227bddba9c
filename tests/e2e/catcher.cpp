#include "tests/e2e/catcher.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace aqi::e2e {
namespace {

bool readable(int socket, int ms)
{
    pollfd wait{socket, POLLIN, 0};
    return ::poll(&wait, 1, ms) > 0;
}

std::string header(const std::string& head, std::string_view name)
{
    std::string lower = head;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto at = lower.find(fmt::format("\r\n{}:", name));
    if (at == std::string::npos) return {};
    const auto begin = head.find_first_not_of(' ', at + name.size() + 3);
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

} // namespace

Catcher::Catcher()
{
    listen();
    thread_ = std::thread{[this] { work(); }};
}

Catcher::~Catcher()
{
    ending_ = true;
    thread_.join();
    for (auto& server : servers_) server.join();
    refuse();
}

void Catcher::listen()
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool good = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                      ::listen(socket, 16) == 0 &&
                      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    if (!good) throw std::runtime_error("no port for a catcher");
    port_ = ntohs(address.sin_port);
    listener_ = socket;
}

void Catcher::refuse()
{
    const int socket = listener_.exchange(-1);
    if (socket < 0) return;
    ::shutdown(socket, SHUT_RDWR); // at once, even while the other thread polls it
    ::close(socket);
}

void Catcher::then(std::vector<int> behaviour)
{
    const std::lock_guard lock{mutex_};
    behaviour_.assign(behaviour.begin(), behaviour.end());
}

std::vector<Catcher::Request> Catcher::caught() const
{
    const std::lock_guard lock{mutex_};
    return caught_;
}

int Catcher::take_behaviour()
{
    if (behaviour_.empty()) return 200;
    const int next = behaviour_.front();
    behaviour_.pop_front();
    return next;
}

void Catcher::work()
{
    while (!ending_) {
        const int listener = listener_;
        if (listener < 0 || !readable(listener, 20)) {
            if (listener < 0) std::this_thread::sleep_for(5ms);
            continue;
        }
        const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket >= 0)
            servers_.emplace_back([this, socket] {
                serve(socket);
                ::close(socket);
            });
    }
}

void Catcher::serve(int socket)
{
    std::string text;
    std::array<char, 65536> chunk{};
    std::size_t head = std::string::npos;
    while (!ending_) {
        if (!readable(socket, 50)) continue;
        const ssize_t n = ::recv(socket, chunk.data(), chunk.size(), 0);
        if (n <= 0) return;
        text.append(chunk.data(), static_cast<std::size_t>(n));
        if (head == std::string::npos) head = text.find("\r\n\r\n");
        if (head == std::string::npos) continue;
        const std::string length = header(text.substr(0, head + 2), "content-length");
        if (text.size() >= head + 4 + std::stoul(length.empty() ? "0" : length)) break;
    }
    if (ending_) return;
    int behaviour = 0;
    {
        const std::lock_guard lock{mutex_};
        caught_.push_back({header(text.substr(0, head + 2), "idempotency-key"), text.substr(head + 4)});
        behaviour = take_behaviour();
    }
    if (behaviour == closes) return;
    if (behaviour == hangs) {
        // Until the other side gives up.
        while (!ending_ && !(readable(socket, 50) && ::recv(socket, chunk.data(), chunk.size(), 0) <= 0)) {}
        return;
    }
    if (behaviour == slow) {
        std::this_thread::sleep_for(1s);
        behaviour = 200;
    }
    const std::string answer =
        fmt::format("HTTP/1.1 {} So\r\nContent-Length: 7\r\nConnection: close\r\n\r\ncaught\n", behaviour);
    (void)!::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
}

NotifySocket::NotifySocket(const fs::path& path, std::function<void()> at_ready) : at_ready_(std::move(at_ready))
{
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("no notify socket");
    thread_ = std::thread{[this] { work(); }};
}

NotifySocket::~NotifySocket()
{
    ending_ = true;
    thread_.join();
    ::close(socket_);
}

std::size_t NotifySocket::heard(std::string_view line) const
{
    const std::lock_guard lock{mutex_};
    return static_cast<std::size_t>(std::count_if(heard_.begin(), heard_.end(), [&](const std::string& text) {
        return ("\n" + text + "\n").find(fmt::format("\n{}\n", line)) != std::string::npos;
    }));
}

std::vector<std::string> NotifySocket::all() const
{
    const std::lock_guard lock{mutex_};
    return heard_;
}

void NotifySocket::work()
{
    std::array<char, 8192> chunk{};
    while (!ending_) {
        if (!readable(socket_, 50)) continue;
        const ssize_t n = ::recv(socket_, chunk.data(), chunk.size(), 0);
        if (n <= 0) continue;
        const std::string text{chunk.data(), static_cast<std::size_t>(n)};
        if (text.find("READY=1") != std::string::npos) at_ready_();
        const std::lock_guard lock{mutex_};
        heard_.push_back(text);
    }
}

} // namespace aqi::e2e
