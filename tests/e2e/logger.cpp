#include "tests/e2e/logger.hpp"

#include "libaqi/time.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace aqi::e2e {
namespace {

/// HJ 212-2017 annex A, written here once more: a test does not check the sender with its own encoder.
std::uint16_t crc(const std::string& data)
{
    unsigned r = 0xFFFF;
    for (const char c : data) {
        r = (r >> 8) ^ static_cast<unsigned char>(c);
        for (int i = 0; i < 8; ++i) r = (r & 1U) != 0 ? (r >> 1) ^ 0xA001U : r >> 1;
    }
    return static_cast<std::uint16_t>(r);
}

std::string field(const std::string& data, const std::string& key)
{
    const auto at = data.find(key + "=");
    if (at == std::string::npos) return {};
    const auto begin = at + key.size() + 1;
    return data.substr(begin, data.find_first_of(";,&", begin) - begin);
}

/// The start of an hour that is named by its end: "20161204170000" for 18:00.
std::string start_of(std::int32_t hour)
{
    const HourEnding start{hour - 1};
    const LocalDay day = start.hour_of_day() == 24 ? start.day().plus(1) : start.day();
    const int h = start.hour_of_day() == 24 ? 0 : start.hour_of_day();
    return fmt::format("{:04}{:02}{:02}{:02}0000", day.year(), day.month(), day.day_of_month(), h);
}

std::string values(int pm2_5, int pm10)
{
    return fmt::format("a34004-Avg={},a34004-Flag=N;a34002-Avg={},a34002-Flag=N", pm2_5, pm10);
}

} // namespace

std::uint16_t listening_port(const std::string& detail)
{
    const auto at = detail.find("127.0.0.1:");
    if (at == std::string::npos) return 0;
    return static_cast<std::uint16_t>(std::atoi(detail.c_str() + at + 10));
}

bool Logger::connect(std::uint16_t port)
{
    disconnect();
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(socket_);
        socket_ = -1;
        return false;
    }
    reading_ = true;
    reader_ = std::thread{[this] { read(); }};
    return true;
}

void Logger::disconnect()
{
    if (socket_ < 0) return;
    ::shutdown(socket_, SHUT_RDWR);
    reader_.join();
    ::close(socket_);
    socket_ = -1;
}

std::string Logger::frame(const std::string& data) const
{
    return fmt::format("##{:04}{}{:04X}\r\n", data.size(), data, crc(data));
}

void Logger::send(const std::string& cn, const std::string& command_part, int flag)
{
    send_bytes(frame(fmt::format("QN=20161205000000{:03};ST=22;CN={};PW=123456;MN={};Flag={};CP=&&{}&&", sent_++ % 1000,
                                 cn, mn_, flag, command_part)));
}

void Logger::send_hour(std::int32_t hour, int pm2_5, int pm10)
{
    send("2061", fmt::format("DataTime={};{}", start_of(hour), values(pm2_5, pm10)));
}

void Logger::send_bytes(const std::string& bytes)
{
    const std::lock_guard lock{mutex_};
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t n = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) return;
        sent += static_cast<std::size_t>(n);
    }
}

void Logger::remember(std::int32_t hour, int pm2_5, int pm10)
{
    const std::lock_guard lock{mutex_};
    kept_[hour] = {pm2_5, pm10};
}

std::vector<std::string> Logger::requests() const
{
    const std::lock_guard lock{mutex_};
    return requests_;
}

void Logger::read()
{
    std::string held;
    std::array<char, 4096> chunk{};
    while (true) {
        const ssize_t n = ::recv(socket_, chunk.data(), chunk.size(), 0);
        if (n <= 0) break;
        held.append(chunk.data(), static_cast<std::size_t>(n));
        for (std::size_t end = 0; (end = held.find("\r\n")) != std::string::npos; held.erase(0, end + 2)) {
            const std::string line = held.substr(0, end);
            if (line.size() > 10 && line.starts_with("##")) answer(line.substr(6, line.size() - 10));
        }
    }
    reading_ = false;
}

void Logger::answer(const std::string& data)
{
    const std::string cn = field(data, "CN");
    if (cn == "9014") {
        ++acknowledged_;
        return;
    }
    if (cn.starts_with("901")) return;
    std::map<std::int32_t, std::pair<int, int>> kept;
    {
        const std::lock_guard lock{mutex_};
        requests_.push_back(cn + " " + data.substr(data.find("CP=&&") + 5, data.rfind("&&") - data.find("CP=&&") - 5));
        kept = kept_;
    }
    const auto say = [&](const std::string& number, const std::string& part) {
        send_bytes(frame(
            fmt::format("QN={};ST=91;CN={};PW=123456;MN={};Flag=4;CP=&&{}&&", field(data, "QN"), number, mn_, part)));
    };
    say("9011", "QnRtn=1");
    int given = 0;
    if (cn == "2061") {
        const std::string from = field(data, "BeginTime"), until = field(data, "EndTime");
        for (const auto& [hour, pm] : kept) {
            const std::string start = start_of(hour);
            if (start < from || until < start) continue;
            send("2061", fmt::format("DataTime={};{}", start, values(pm.first, pm.second)), 4);
            ++given;
        }
    }
    say("9012", given > 0 || !cn.starts_with("20") ? "ExeRtn=1" : "ExeRtn=100");
}

} // namespace aqi::e2e
