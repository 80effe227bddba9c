// Modbus/TCP and RTU in a TCP stream, on a plain socket. libmodbus would do the first, but its 3.1.6 does not look at the
// unit of an answer (a gateway may confuse two), waits for a name or a connection longer than a stop may take, and shifts
// the transaction numbers for ever after one late answer (its issue 255). The second it has no backend for.
#include "drivers/modbus/transport.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace aqi::drivers::modbus {
namespace {

using Clock = std::chrono::steady_clock;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t head_bytes = 7; ///< MBAP: transaction, protocol, length, unit
constexpr std::size_t pdu_most = 253;
constexpr std::size_t shortest_frame = 5; ///< RTU: an exception
constexpr std::size_t stream_most = 4 * 1024;

class SocketTransport : public Transport {
public:
    SocketTransport(Way way, int wake) : way_(std::move(way)), wake_(wake) {}
    ~SocketTransport() override { SocketTransport::close(); }

    Result<void> open() override
    {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_NUMERICSERV;
        addrinfo* found = nullptr;
        if (const int error = ::getaddrinfo(way_.host.c_str(), way_.port.c_str(), &hints, &found); error != 0)
            return refuse(::gai_strerror(error));
        const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses{found, &::freeaddrinfo};
        std::string why = "no address";
        for (const auto* address = found; address != nullptr; address = address->ai_next) {
            why = connect_to(*address);
            if (why.empty()) return {};
        }
        return refuse(why);
    }

    void close() override
    {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

    Reply exchange(int unit, std::span<const std::uint8_t> pdu) override
    {
        if (way_.gap_ms > 0) (void)wait(-1, 0, Clock::now() + std::chrono::milliseconds{way_.gap_ms});
        // Many devices close a connection that was idle for longer than they like: nothing is asked yet, so it is made anew.
        if (drop_old())
            if (auto opened = open(); !opened) return {Reply::Kind::lost, {}, opened.error().detail};
        const auto until = Clock::now() + std::chrono::milliseconds{way_.timeout_ms};
        const bool framed = way_.kind == Way::Kind::tcp;
        if (auto reply = send(framed ? with_head(unit, pdu) : with_check(unit, pdu), until)) return std::move(*reply);
        return framed ? receive_tcp(unit, until) : receive_rtu(unit, pdu[0], until);
    }

private:
    Fault refuse(std::string_view why) const
    {
        return {Reason::refused, fmt::format("cannot connect to {}: {}", way_.target, why)};
    }

    /// Empty: connected.
    std::string connect_to(const addrinfo& address)
    {
        socket_ = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (socket_ < 0) return std::strerror(errno);
        const int yes = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        ::setsockopt(socket_, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
        int error = ::connect(socket_, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
        if (error == EINPROGRESS) {
            const auto until = Clock::now() + std::chrono::milliseconds{std::max(way_.timeout_ms, connect_least_ms)};
            socklen_t size = sizeof error;
            if (!wait(socket_, POLLOUT, until))
                error = ETIMEDOUT;
            else if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
                error = errno;
        }
        if (error == 0) return {};
        close();
        return std::strerror(error);
    }

    /// Whether the descriptor is ready before the time is over and nobody calls for the end.
    bool wait(int descriptor, short events, Clock::time_point until) const
    {
        while (true) {
            std::array<pollfd, 2> watched = {{{descriptor, events, 0}, {wake_, POLLIN, 0}}};
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
            if (left <= 0) return false;
            const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(left));
            if (ready < 0 && errno == EINTR) continue;
            if (ready <= 0 || watched[1].revents != 0) return false;
            if (watched[0].revents != 0) return true;
        }
    }

    /// Late bytes of an earlier question. In a TCP stream with transaction numbers they are harmless but the numbers are
    /// out of step; after any of them the connection is made anew.
    std::optional<Reply> drop_old()
    {
        std::array<std::uint8_t, 512> old{};
        while (true) {
            const auto got = ::recv(socket_, old.data(), old.size(), 0);
            if (got > 0 && way_.kind == Way::Kind::tcp) return lose("an answer came that nobody waits for");
            if (got > 0) continue;
            if (got == 0) return lose("the other side closed the connection");
            if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
            if (errno != EINTR) return lose(std::strerror(errno));
        }
    }

    Bytes with_head(int unit, std::span<const std::uint8_t> pdu)
    {
        ++transaction_;
        const auto length = pdu.size() + 1;
        Bytes out{static_cast<std::uint8_t>(transaction_ >> 8),
                  static_cast<std::uint8_t>(transaction_),
                  0,
                  0,
                  static_cast<std::uint8_t>(length >> 8),
                  static_cast<std::uint8_t>(length),
                  static_cast<std::uint8_t>(unit)};
        out.insert(out.end(), pdu.begin(), pdu.end());
        return out;
    }

    static Bytes with_check(int unit, std::span<const std::uint8_t> pdu)
    {
        Bytes out{static_cast<std::uint8_t>(unit)};
        out.insert(out.end(), pdu.begin(), pdu.end());
        const auto crc = crc16(out);
        out.push_back(static_cast<std::uint8_t>(crc));
        out.push_back(static_cast<std::uint8_t>(crc >> 8));
        return out;
    }

    std::optional<Reply> send(const Bytes& bytes, Clock::time_point until)
    {
        for (std::size_t sent = 0; sent < bytes.size();) {
            const auto now = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (now > 0)
                sent += static_cast<std::size_t>(now);
            else if (errno == EAGAIN || errno == EWOULDBLOCK) {
                if (!wait(socket_, POLLOUT, until)) return lose("the other side takes nothing");
            } else if (errno != EINTR)
                return lose(std::strerror(errno));
        }
        return std::nullopt;
    }

    /// Takes what comes next, at most so much. A reply: nothing will.
    std::optional<Reply> receive(Bytes& bytes, std::size_t most, Clock::time_point until)
    {
        while (true) {
            if (!wait(socket_, POLLIN, until)) {
                if (bytes.empty()) return Reply{Reply::Kind::silent, {}, "no answer"};
                return Reply{
                    Reply::Kind::garbled, {}, fmt::format("the answer broke off after {} bytes", bytes.size())};
            }
            std::array<std::uint8_t, 512> some{};
            const auto got = ::recv(socket_, some.data(), std::min(some.size(), most), 0);
            if (got > 0) {
                bytes.insert(bytes.end(), some.begin(), some.begin() + got);
                return std::nullopt;
            }
            if (got == 0) return lose("the other side closed the connection");
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return lose(std::strerror(errno));
        }
    }

    /// Reads until `bytes` has this length. A reply: it never will.
    std::optional<Reply> fill(Bytes& bytes, std::size_t length, Clock::time_point until)
    {
        while (bytes.size() < length)
            if (auto reply = receive(bytes, length - bytes.size(), until)) return reply;
        return std::nullopt;
    }

    Reply receive_tcp(int unit, Clock::time_point until)
    {
        Bytes head;
        if (auto reply = fill(head, head_bytes, until)) return anew(std::move(*reply));
        const auto number = [&](std::size_t at) { return static_cast<unsigned>(head[at] << 8 | head[at + 1]); };
        const unsigned length = number(4);
        if (number(2) != 0 || length < 3 || length > pdu_most + 1)
            return anew({Reply::Kind::garbled, {}, "what answers there does not speak Modbus/TCP"});
        if (number(0) != transaction_)
            return anew({Reply::Kind::garbled,
                         {},
                         fmt::format("the answer is to question {}, not to {}", number(0), transaction_)});
        Bytes pdu;
        if (auto reply = fill(pdu, length - 1, until)) {
            if (reply->kind == Reply::Kind::silent) reply->kind = Reply::Kind::garbled;
            return anew(std::move(*reply));
        }
        if (head[6] != unit)
            return anew({Reply::Kind::garbled, {}, fmt::format("unit {} answered in place of unit {}", head[6], unit)});
        return {Reply::Kind::answered, std::move(pdu), {}};
    }

    /// An RTU answer tells its length only by its function: an exception has one byte, a read says how many follow, a write
    /// repeats four. It is looked for by unit, function and check sum in all that comes until the time is over: DTU boxes
    /// put heartbeats of their own into the stream, and a late answer of another unit may stand before ours.
    Reply receive_rtu(int unit, std::uint8_t function, Clock::time_point until)
    {
        Bytes bytes;
        int other = -1;
        while (true) {
            for (std::size_t at = 0; at + shortest_frame <= bytes.size(); ++at) {
                const std::size_t length = frame_length(std::span{bytes}.subspan(at));
                if (at + length > bytes.size() || length > pdu_most + 3) continue;
                const auto frame = std::span{bytes}.subspan(at, length);
                const auto crc = crc16(frame.first(length - 2));
                if (frame[length - 2] != (crc & 0xFF) || frame[length - 1] != crc >> 8) continue;
                if (frame[0] == unit && (frame[1] & 0x7F) == function)
                    return {Reply::Kind::answered, {frame.begin() + 1, frame.end() - 2}, {}};
                other = frame[0];
            }
            if (bytes.size() > stream_most) return {Reply::Kind::garbled, {}, "nothing in the stream is an answer"};
            if (auto reply = receive(bytes, stream_most, until)) {
                if (reply->kind == Reply::Kind::garbled && other >= 0)
                    reply->why = fmt::format("unit {} answered in place of unit {}", other, unit);
                else if (reply->kind == Reply::Kind::garbled)
                    reply->why = "the check sum of the answer is wrong, or it broke off";
                return std::move(*reply);
            }
        }
    }

    /// What the first bytes say the frame's length is.
    static std::size_t frame_length(std::span<const std::uint8_t> bytes)
    {
        const bool reads = bytes[1] >= coil_function && bytes[1] <= input_function;
        const std::size_t data = (bytes[1] & 0x80) != 0 ? 1 : reads ? bytes[2] + 1U : 4;
        return 2 + data + 2;
    }

    Reply lose(std::string_view why)
    {
        close();
        return {Reply::Kind::lost, {}, fmt::format("{}: {}", way_.target, why)};
    }

    /// The answer may still come: on this connection every later one would be taken for the one before it.
    Reply anew(Reply reply)
    {
        if (reply.kind != Reply::Kind::lost) {
            close();
            if (auto opened = open(); !opened) return {Reply::Kind::lost, {}, opened.error().detail};
        }
        return reply;
    }

    static constexpr int connect_least_ms = 3'000;

    const Way way_;
    const int wake_;
    int socket_ = -1;
    std::uint16_t transaction_ = 0;
};

} // namespace

std::unique_ptr<Transport> make_socket_transport(const Way& way, int wake)
{
    return std::make_unique<SocketTransport>(way, wake);
}

} // namespace aqi::drivers::modbus
