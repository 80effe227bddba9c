#include "tests/e2e/mqtt.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace aqi::e2e {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::uint8_t connect_packet = 0x10, connack = 0x20, publish_packet = 0x30, puback = 0x40,
                       subscribe_packet = 0x80, suback = 0x90, disconnect = 0xe0;
constexpr std::size_t window = 100;

void put_u16(std::string& out, std::size_t value)
{
    out += static_cast<char>(value >> 8 & 0xff);
    out += static_cast<char>(value & 0xff);
}

void put_text(std::string& out, std::string_view text)
{
    put_u16(out, text.size());
    out += text;
}

std::uint16_t u16_at(const std::string& text, std::size_t at)
{
    return static_cast<std::uint16_t>(static_cast<unsigned char>(text.at(at)) << 8 |
                                      static_cast<unsigned char>(text.at(at + 1)));
}

std::string packet(std::uint8_t head, const std::string& body)
{
    std::string out(1, static_cast<char>(head));
    std::size_t rest = body.size();
    do {
        out += static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
        rest >>= 7;
    } while (rest > 0);
    return out + body;
}

/// Takes a whole packet off the front of `input`.
std::optional<std::string> take(std::string& input, std::uint8_t& head)
{
    std::size_t size = 0, at = 1;
    for (int shift = 0;; shift += 7, ++at) {
        if (at >= input.size()) return std::nullopt;
        const auto byte = static_cast<unsigned char>(input[at]);
        size |= static_cast<std::size_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) break;
    }
    ++at;
    if (input.size() < at + size) return std::nullopt;
    head = static_cast<std::uint8_t>(input.front());
    std::string body = input.substr(at, size);
    input.erase(0, at + size);
    return body;
}

void send_whole(int socket, const std::string& bytes)
{
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t n = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) throw std::runtime_error("the broker takes no more");
        sent += static_cast<std::size_t>(n);
    }
}

bool readable(int socket, milliseconds limit)
{
    pollfd wait{socket, POLLIN, 0};
    return ::poll(&wait, 1, static_cast<int>(limit.count())) > 0;
}

} // namespace

Mqtt::Mqtt(const Login& login)
{
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const timeval limit{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(login.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    try {
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("no broker");
        std::string body;
        put_text(body, "MQTT");
        body += '\4';
        body += static_cast<char>(login.user.empty() ? 0x02 : 0xc2);
        put_u16(body, static_cast<std::size_t>(login.keep_alive_s));
        put_text(body, login.client_id);
        if (!login.user.empty()) {
            put_text(body, login.user);
            put_text(body, login.password);
        }
        send(connect_packet, body);
        std::uint8_t head = 0;
        std::optional<std::string> answer;
        while (!(answer = take(input_, head)))
            if (!fill(10s)) throw std::runtime_error("the broker does not answer");
        if (head != connack || answer->size() < 2 || (*answer)[1] != 0)
            throw std::runtime_error(
                fmt::format("the broker refuses {}: {}", login.user, static_cast<int>((*answer)[1])));
    } catch (...) {
        ::close(socket_);
        throw;
    }
}

Mqtt::~Mqtt()
{
    try {
        send(disconnect, {});
    } catch (const std::runtime_error&) { // it has gone already
    }
    ::close(socket_);
}

void Mqtt::send(std::uint8_t head, const std::string& body) { send_whole(socket_, packet(head, body)); }

bool Mqtt::fill(milliseconds limit)
{
    if (!readable(socket_, limit)) return false;
    std::array<char, 65536> chunk{};
    const ssize_t n = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (n <= 0) throw std::runtime_error("the broker has gone");
    input_.append(chunk.data(), static_cast<std::size_t>(n));
    return true;
}

void Mqtt::publish(const Message& message, std::uint16_t id, bool again)
{
    std::string body;
    put_text(body, message.topic);
    put_u16(body, id);
    body += message.payload;
    send(static_cast<std::uint8_t>(publish_packet | 0x02 | (again ? 0x08 : 0) | (message.retained ? 0x01 : 0)), body);
}

int Mqtt::subscribe(const std::string& filter)
{
    std::string body;
    put_u16(body, 1);
    put_text(body, filter);
    body += '\1';
    send(subscribe_packet | 0x02, body);
    while (auto came = read(10s))
        if (came->granted) return *came->granted;
    throw std::runtime_error("no answer to a subscription");
}

std::optional<Mqtt::Came> Mqtt::read(milliseconds limit)
{
    const auto deadline = Steady::now() + limit;
    while (true) {
        std::uint8_t head = 0;
        while (auto body = take(input_, head)) {
            Came came;
            if (head == puback)
                came.acknowledged = u16_at(*body, 0);
            else if (head == suback)
                came.granted = static_cast<unsigned char>(body->at(2));
            else if ((head & 0xf0) == publish_packet) {
                const std::size_t topic = u16_at(*body, 0);
                const bool numbered = (head & 0x06) != 0;
                came.message =
                    Message{body->substr(2, topic), body->substr(2 + topic + (numbered ? 2 : 0)), (head & 0x01) != 0};
                if (numbered) send(puback, body->substr(2 + topic, 2));
            } else {
                continue;
            }
            return came;
        }
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - Steady::now());
        if (!fill(std::max(left, milliseconds{0})) && left <= 0ms) return std::nullopt;
    }
}

void publish_all(const Login& login, const std::vector<Message>& messages)
{
    Mqtt mqtt{login};
    std::size_t next = 0, open = 0;
    while (next < messages.size() || open > 0) {
        for (; next < messages.size() && open < window; ++next, ++open)
            mqtt.publish(messages[next], static_cast<std::uint16_t>(next % 60'000 + 1));
        const auto came = mqtt.read(patient(20s));
        if (!came) throw std::runtime_error("the broker does not acknowledge");
        if (came->acknowledged) --open;
    }
}

Publisher::Publisher(Login login, std::vector<Message> messages, int pause_us)
    : login_(std::move(login)), messages_(std::move(messages)), pause_us_(pause_us), thread_([this] { work(); })
{}

Publisher::~Publisher()
{
    ending_ = true;
    thread_.join();
}

void Publisher::work()
{
    while (!ending_ && !done()) {
        try {
            one_connection();
        } catch (const std::runtime_error&) { // the broker is away: again, with everything that is not acknowledged
            std::this_thread::sleep_for(50ms);
        }
    }
}

void Publisher::one_connection()
{
    Mqtt mqtt{login_};
    ++connections_;
    for (const auto& [id, message] : in_flight_) {
        mqtt.publish(messages_[message], id, true);
        ++sent_again_;
    }
    while (!ending_ && !done()) {
        while (next_ < messages_.size() && in_flight_.size() < window) {
            const auto id = static_cast<std::uint16_t>(next_ % 60'000 + 1);
            in_flight_[id] = next_;
            mqtt.publish(messages_[next_++], id);
            if (pause_us_ > 0) break;
        }
        // A pace, not a guess: so many messages a second.
        const auto came = mqtt.read(pause_us_ > 0 ? milliseconds{pause_us_ / 1000} : 50ms);
        if (came && came->acknowledged && in_flight_.erase(*came->acknowledged) > 0) ++acknowledged_;
    }
}

Listener::Listener(Login login, std::string filter)
    : login_(std::move(login)), filter_(std::move(filter)), thread_([this] { work(); })
{}

Listener::~Listener()
{
    ending_ = true;
    thread_.join();
}

std::vector<std::string> Listener::heard() const
{
    const std::lock_guard lock{mutex_};
    return heard_;
}

std::string Listener::last() const
{
    const std::lock_guard lock{mutex_};
    return heard_.empty() ? std::string{} : heard_.back();
}

void Listener::work()
{
    while (!ending_) {
        try {
            Mqtt mqtt{login_};
            mqtt.subscribe(filter_);
            while (!ending_) {
                const auto came = mqtt.read(50ms);
                if (!came || !came->message) continue;
                const std::lock_guard lock{mutex_};
                heard_.push_back(came->message->payload);
            }
        } catch (const std::runtime_error&) {
            std::this_thread::sleep_for(50ms);
        }
    }
}

ActorBroker::ActorBroker(Part part) : part_(part)
{
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no port for an actor");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { work(); }};
}

ActorBroker::~ActorBroker()
{
    ending_ = true;
    thread_.join();
    for (auto& player : players_) player.join();
    ::close(listener_);
}

void ActorBroker::work()
{
    while (!ending_) {
        if (!readable(listener_, 50ms)) continue;
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) continue;
        ++connections_;
        players_.emplace_back([this, socket] {
            try {
                play(socket);
            } catch (const std::runtime_error&) { // the other side has gone
            }
            ::close(socket);
        });
    }
}

void ActorBroker::play(int socket)
{
    std::string input;
    bool v5 = false;
    std::array<char, 4096> chunk{};
    while (!ending_) {
        if (!readable(socket, 50ms)) continue;
        const ssize_t n = ::recv(socket, chunk.data(), chunk.size(), 0);
        if (n <= 0) return;
        input.append(chunk.data(), static_cast<std::size_t>(n));
        std::uint8_t head = 0;
        while (auto body = take(input, head)) {
            if (part_ == Part::says_nothing) continue;
            if (head == connect_packet) {
                v5 = body->at(6) == 5;
                send_whole(socket, packet(connack, v5 ? std::string(3, '\0') : std::string(2, '\0')));
            } else if (part_ != Part::connects_and_hangs && (head & 0xf0) == subscribe_packet) {
                std::string answer = body->substr(0, 2);
                if (v5) answer += '\0';
                answer += static_cast<char>(part_ == Part::grants_less ? 0 : v5 ? 0x87 : 0x80);
                send_whole(socket, packet(suback, answer));
            } else if (part_ != Part::connects_and_hangs && head == 0xc0) {
                send_whole(socket, packet(0xd0, {}));
            }
        }
    }
}

} // namespace aqi::e2e
