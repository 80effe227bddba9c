// What listeners of the page cost: the server's memory with a thousand of them, and the time from a commit to the last of 200.
// A process of its own serves, so that its memory is its own; this one holds the other ends.
#include "daemon/web/live.hpp"
#include "daemon/web/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <vector>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace aqi;
using namespace aqi::daemon;
using Steady = std::chrono::steady_clock;

namespace {

/// A status as large as that of eight areas with twenty stations.
std::vector<web::Part> status_of(int turn)
{
    std::vector<web::Part> out;
    for (int a = 0; a < 8; ++a)
        out.push_back({fmt::format("areas/{}", a),
                       fmt::format("{{\"turn\":{},\"strip\":\"{}\"}}", turn, std::string(12'000, 'x'))});
    for (int s = 0; s < 20; ++s)
        out.push_back({fmt::format("stations/{}", s), fmt::format("\"{}\"", std::string(700, 'y'))});
    return out;
}

/// Serves until `commits` is closed; a byte there is a commit.
[[noreturn]] void serve(int commits, int port_out)
{
    boost::asio::io_context io{1};
    int turn = 0;
    web::Live live{io.get_executor(),
                   {[&] { return status_of(turn); }, [] { return Instant{1'482'213'600'000}; }, UtcOffset{480},
                    [](std::string_view) { return true; }}};
    HttpConfig config;
    config.port = 0;
    web::Server server{io.get_executor(), config, [&](const web::Request& request, const web::Responder& responder) {
                           live.listen(responder, {std::string{request.last_event_id}, {}});
                       }};
    const auto port = server.port();
    if (::write(port_out, &port, sizeof port) != sizeof port) std::_Exit(1);
    boost::asio::posix::stream_descriptor asked{io, commits};
    char byte = 0;
    std::function<void()> wait = [&] {
        asked.async_read_some(boost::asio::buffer(&byte, 1), [&](boost::system::error_code ec, std::size_t) {
            if (ec) std::_Exit(0);
            ++turn;
            live.changed();
            wait();
        });
    };
    wait();
    io.run();
    std::_Exit(0);
}

double resident_mib(pid_t process)
{
    std::ifstream status{fmt::format("/proc/{}/status", process)};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
    return 0;
}

int connect_to(std::uint16_t port)
{
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error(fmt::format("cannot connect: {}", std::strerror(errno)));
    constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";
    if (::write(fd, request.data(), request.size()) < 0) throw std::runtime_error("cannot ask");
    return fd;
}

/// Reads every socket until each has had `mark` once; the moments when it came.
std::vector<Steady::time_point> wait_for(const std::vector<int>& listeners, std::string_view mark)
{
    std::vector<Steady::time_point> came(listeners.size());
    std::vector<std::string> tails(listeners.size());
    std::vector<char> buffer(256 * 1024);
    std::size_t left = listeners.size();
    std::vector<pollfd> polled;
    for (const int fd : listeners) polled.push_back({fd, POLLIN, 0});
    while (left > 0) {
        if (::poll(polled.data(), polled.size(), 10'000) <= 0) throw std::runtime_error("nothing comes");
        for (std::size_t i = 0; i < polled.size(); ++i) {
            if ((polled[i].revents & (POLLIN | POLLHUP)) == 0) continue;
            const auto size = ::read(polled[i].fd, buffer.data(), buffer.size());
            if (size <= 0) throw std::runtime_error("a listener was cut off");
            tails[i].append(buffer.data(), static_cast<std::size_t>(size));
            if (tails[i].find(mark) != std::string::npos) {
                came[i] = Steady::now();
                polled[i].fd = -1;
                --left;
            } else if (tails[i].size() > mark.size()) {
                tails[i].erase(0, tails[i].size() - mark.size());
            }
        }
    }
    return came;
}

struct Site {
    Site()
    {
        int commit[2], port_pipe[2];
        if (::pipe(commit) != 0 || ::pipe(port_pipe) != 0) throw std::runtime_error("no pipes");
        process = ::fork();
        if (process == 0) {
            ::close(commit[1]);
            serve(commit[0], port_pipe[1]);
        }
        ::close(commit[0]);
        commits = commit[1];
        if (::read(port_pipe[0], &port, sizeof port) != sizeof port) throw std::runtime_error("no server");
    }
    ~Site()
    {
        ::close(commits);
        ::waitpid(process, nullptr, 0);
    }
    pid_t process = 0;
    int commits = -1;
    std::uint16_t port = 0;
};

void memory()
{
    Site site;
    std::vector<int> listeners{connect_to(site.port)};
    wait_for(listeners, "\"order\"");
    const double before = resident_mib(site.process);
    for (int i = 0; i < 999; ++i) listeners.push_back(connect_to(site.port));
    wait_for({listeners.begin() + 1, listeners.end()}, "\"order\"");
    const double idle = resident_mib(site.process);
    if (::write(site.commits, "x", 1) != 1) throw std::runtime_error("no commit");
    wait_for(listeners, "\"turn\":1,");
    fmt::print("1000 listeners: {:.1f} MiB, {:.1f} after a change of 96 kB to all; {:.1f} with one (aim: under 64)\n",
               idle, resident_mib(site.process), before);
    for (const int fd : listeners) ::close(fd);
}

void time_of(std::size_t count)
{
    Site site;
    std::vector<int> listeners;
    for (std::size_t i = 0; i < count; ++i) listeners.push_back(connect_to(site.port));
    wait_for(listeners, "\"order\"");
    std::vector<double> first, last;
    for (int turn = 1; turn <= 100; ++turn) {
        ::usleep(150'000); // beyond the pause between two looks
        const auto begin = Steady::now();
        if (::write(site.commits, "x", 1) != 1) throw std::runtime_error("no commit");
        const auto came = wait_for(listeners, fmt::format("\"turn\":{},", turn));
        const auto ms = [&](Steady::time_point at) {
            return std::chrono::duration<double, std::milli>(at - begin).count();
        };
        first.push_back(ms(*std::min_element(came.begin(), came.end())));
        last.push_back(ms(*std::max_element(came.begin(), came.end())));
    }
    std::sort(first.begin(), first.end());
    std::sort(last.begin(), last.end());
    fmt::print("{} listeners, a change of 96 kB: the first after {:.1f} ms, the last after {:.1f} ms (median), {:.1f} "
               "ms (p99)\n",
               count, first[50], last[50], last[98]);
    for (const int fd : listeners) ::close(fd);
}

} // namespace

int main()
{
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 8192);
    ::setrlimit(RLIMIT_NOFILE, &files);
    memory();
    time_of(1);
    time_of(200);
}
