// bench_publisher PORT COUNT WINDOW: COUNT QoS 1 messages as fast as the broker takes them, WINDOW unacknowledged, built
// beforehand. A raw socket, so that the publisher costs next to nothing beside what is measured. 1000 stations, hours from
// 2016-01-01 on, two values a message; every (station, hour) is there once.
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

void put_text(std::string& out, const std::string& text)
{
    out += static_cast<char>(text.size() >> 8);
    out += static_cast<char>(text.size() & 0xff);
    out += text;
}

void put_packet(std::string& out, unsigned char head, const std::string& body)
{
    out += static_cast<char>(head);
    for (std::size_t rest = body.size();;) {
        const auto digit = static_cast<unsigned char>(rest & 0x7f);
        rest >>= 7;
        out += static_cast<char>(rest > 0 ? digit | 0x80 : digit);
        if (rest == 0) break;
    }
    out += body;
}

std::string publish_packet(long n)
{
    const long station = n % 1000, hour = n / 1000;
    std::string body;
    put_text(body, fmt::format("aqid/v1/S{:04}/hourly", station));
    const auto id = static_cast<unsigned>(1 + n % 65535);
    body += static_cast<char>(id >> 8);
    body += static_cast<char>(id & 0xff);
    body += fmt::format(
        R"({{"station":"S{:04}","time":"2016-01-{:02}T{:02}:00:00+08:00","values":{{"pm2_5_ug_m3":{}.{},"pm10_ug_m3":{}.{}}}}})",
        station, 1 + hour / 24, hour % 24, 20 + n % 250, n % 10, 30 + n % 400, n % 10);
    std::string out;
    put_packet(out, 0x32, body);
    return out;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4) return 2;
    const long count = std::atol(argv[2]), window = std::atol(argv[3]);
    std::string bytes;
    std::vector<std::size_t> ends;
    for (long n = 0; n < count; ++n) {
        bytes += publish_packet(n);
        ends.push_back(bytes.size());
    }
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 1;
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    std::string connect, body;
    put_text(body, "MQTT");
    body += std::string{"\x04\x02\x00\x00", 4};
    put_text(body, fmt::format("bench-publisher-{}", ::getpid()));
    put_packet(connect, 0x10, body);
    std::array<char, 65536> in;
    if (::write(fd, connect.data(), connect.size()) < 0 || ::read(fd, in.data(), 4) != 4 || in[3] != 0) return 1;
    ::fcntl(fd, F_SETFL, O_NONBLOCK);

    std::size_t sent_bytes = 0;
    long sent = 0, acknowledged = 0, partial = 0;
    while (acknowledged < count) {
        const long most = std::min(count, acknowledged + window);
        if (sent < most) {
            const ssize_t n =
                ::write(fd, bytes.data() + sent_bytes, ends[static_cast<std::size_t>(most - 1)] - sent_bytes);
            if (n > 0) sent_bytes += static_cast<std::size_t>(n);
            while (sent < count && ends[static_cast<std::size_t>(sent)] <= sent_bytes) ++sent;
        }
        const ssize_t got = ::read(fd, in.data(), in.size());
        if (got == 0) return 1;
        if (got > 0) {
            acknowledged += (partial + got) / 4; // a PUBACK has four bytes
            partial = (partial + got) % 4;
        } else {
            pollfd wait{fd, static_cast<short>(POLLIN | (sent < most ? POLLOUT : 0)), 0};
            ::poll(&wait, 1, 1000);
        }
    }
    return 0;
}
