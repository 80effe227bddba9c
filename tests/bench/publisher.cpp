// bench_publisher PORT COUNT WINDOW [RATE [BATCH [DAYS]]]: COUNT QoS 1 messages, RATE a second or (0) as fast as the broker
// takes them, WINDOW unacknowledged, built beforehand. A raw socket, so that the publisher costs next to nothing beside what
// is measured. 1000 stations S0000 and so on, BATCH readings of two values a message; every (station, hour) is there once,
// hour by hour from 2016-01-01 on, or from DAYS days ago on.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
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

constexpr long stations = 1000;

std::string reading(long n, std::chrono::sys_days first)
{
    const long station = n % stations, hour = n / stations;
    const std::chrono::year_month_day day{first + std::chrono::days{hour / 24}};
    return fmt::format(
        R"({{"station":"S{:04}","time":"{}-{:02}-{:02}T{:02}:00:00+08:00","values":{{"pm2_5_ug_m3":{}.{},"pm10_ug_m3":{}.{}}}}})",
        station, static_cast<int>(day.year()), static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
        hour % 24, 20 + n % 250, n % 10, 30 + n % 400, n % 10);
}

/// The n-th message. A batch has the hours of one station, one after the other.
std::string publish_packet(long n, long batch, std::chrono::sys_days first)
{
    const long station = n % stations;
    std::string body;
    put_text(body, fmt::format("aqid/v1/S{:04}/hourly", station));
    const auto id = static_cast<unsigned>(1 + n % 65535);
    body += static_cast<char>(id >> 8);
    body += static_cast<char>(id & 0xff);
    if (batch > 1) body += '[';
    for (long i = 0; i < batch; ++i) {
        if (i > 0) body += ',';
        body += reading(station + stations * (n / stations * batch + i), first);
    }
    if (batch > 1) body += ']';
    std::string out;
    put_packet(out, 0x32, body);
    return out;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4) return 2;
    const auto number = [&](int at, long otherwise) { return argc > at ? std::atol(argv[at]) : otherwise; };
    const long count = number(2, 0), window = number(3, 1), rate = number(4, 0), batch = number(5, 1);
    using namespace std::chrono;
    auto first = sys_days{2016y / January / 1};
    if (const long days_ago = number(6, 0); days_ago > 0) first = floor<days>(system_clock::now()) - days{days_ago};
    std::string bytes;
    std::vector<std::size_t> ends;
    for (long n = 0; n < count; ++n) {
        bytes += publish_packet(n, batch, first);
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
    const auto began = steady_clock::now();
    while (acknowledged < count) {
        long most = std::min(count, acknowledged + window);
        if (rate > 0) {
            const auto passed = duration_cast<microseconds>(steady_clock::now() - began).count();
            most = std::min(most, static_cast<long>(passed) * rate / 1'000'000);
        }
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
            ::poll(&wait, 1, rate > 0 ? 1 : 1000);
        }
    }
    return 0;
}
