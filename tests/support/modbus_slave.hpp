// tests/support/modbus_slave: instruments to be asked, on libmodbus, which knows nothing of our transports: over TCP, or on
// a pseudo-terminal. And a cable between two descriptors.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <modbus/modbus.h>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <span>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <termios.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace aqi::tests {

/// A listening socket on a free port of this machine.
struct Listener {
    int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    int port = 0;
    explicit Listener(int wanted = 0)
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(wanted));
        const int yes = 1;
        ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        socklen_t size = sizeof address;
        if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 8) != 0)
            throw std::runtime_error("cannot listen");
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    }
    ~Listener() { ::close(fd); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
};

inline bool readable(int fd, int ms)
{
    pollfd watched{fd, POLLIN, 0};
    return ::poll(&watched, 1, ms) > 0;
}

/// What a slave saw and holds. Its thread and the test's go through `mutex`.
struct SlaveBook {
    struct Request {
        int unit, function, start, count;
        auto operator<=>(const Request&) const = default;
    };
    std::mutex mutex;
    std::vector<Request> requests;
    modbus_mapping_t* mapping = nullptr;
    static constexpr int hang_up = -2;
    /// What to do with a request: 0 answer, hang_up, else below 0 be silent, 1.. the exception; may change the request or take
    /// its time.
    std::function<int(std::span<std::uint8_t> query, int header)> manner;
    int idle_most_ms = 0; ///< a TCP slave closes a connection after so long without a request; 0: never

    explicit SlaveBook(int first_register = 0, int registers = 200)
        : mapping(modbus_mapping_new_start_address(0, 32, 0, 32, static_cast<unsigned>(first_register),
                                                   static_cast<unsigned>(registers), 0, 200))
    {}
    ~SlaveBook() { modbus_mapping_free(mapping); }
    SlaveBook(const SlaveBook&) = delete;
    SlaveBook& operator=(const SlaveBook&) = delete;

    std::vector<Request> seen()
    {
        const std::lock_guard lock{mutex};
        return requests;
    }
    std::size_t asked(int unit)
    {
        const std::lock_guard lock{mutex};
        return static_cast<std::size_t>(
            std::count_if(requests.begin(), requests.end(), [&](const Request& r) { return r.unit == unit; }));
    }
    void hold(int address, std::vector<std::uint16_t> words)
    {
        const std::lock_guard lock{mutex};
        for (std::size_t i = 0; i < words.size(); ++i)
            mapping->tab_registers[address - mapping->start_registers + static_cast<int>(i)] = words[i];
    }
    /// One request of a connection. False: hang up.
    bool answer(modbus_t* context, std::span<std::uint8_t> query)
    {
        const int header = modbus_get_header_length(context);
        const auto number = [&](int at) {
            const auto i = static_cast<std::size_t>(header + at);
            return query[i] << 8 | query[i + 1];
        };
        int what = 0;
        {
            const std::lock_guard lock{mutex};
            requests.push_back({query[static_cast<std::size_t>(header) - 1], query[static_cast<std::size_t>(header)],
                                number(1), number(3)});
        }
        if (manner) what = manner(query, header);
        const std::lock_guard lock{mutex};
        if (what > 0) modbus_reply_exception(context, query.data(), static_cast<unsigned>(what));
        if (what == 0) modbus_reply(context, query.data(), static_cast<int>(query.size()), mapping);
        return what != hang_up;
    }
};

/// A Modbus/TCP slave or gateway; every unit asks the same book.
class TcpSlave {
public:
    explicit TcpSlave(SlaveBook& book, int port = 0) : listener_(port), book_(book)
    {
        thread_ = std::thread{[this] { run(); }};
    }
    ~TcpSlave()
    {
        stopping_ = true;
        thread_.join();
    }
    int port() const { return listener_.port; }
    std::string line() const { return "tcp://127.0.0.1:" + std::to_string(port()); }

private:
    void run()
    {
        modbus_t* context = modbus_new_tcp("127.0.0.1", port());
        while (!stopping_) {
            if (!readable(listener_.fd, 20)) continue;
            const int socket = ::accept(listener_.fd, nullptr, nullptr);
            modbus_set_socket(context, socket);
            int idle_ms = 0;
            while (!stopping_) {
                if (!readable(socket, 20)) {
                    idle_ms += 20;
                    if (book_.idle_most_ms > 0 && idle_ms >= book_.idle_most_ms) break;
                    continue;
                }
                idle_ms = 0;
                std::uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
                const int length = modbus_receive(context, query);
                if (length < 0) break;
                if (length > 0 && !book_.answer(context, {query, static_cast<std::size_t>(length)})) break;
            }
            ::close(socket);
        }
        modbus_free(context);
    }

    Listener listener_;
    SlaveBook& book_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

/// A pseudo-terminal; `name` is the device, `master` our end of it.
struct Pty {
    int master = -1, slave = -1;
    std::string name;
    Pty()
    {
        char path[128];
        if (::openpty(&master, &slave, path, nullptr, nullptr) != 0) throw std::runtime_error("no pseudo-terminal");
        termios raw{};
        ::tcgetattr(slave, &raw);
        ::cfmakeraw(&raw);
        ::tcsetattr(slave, TCSANOW, &raw);
        name = path;
    }
    ~Pty()
    {
        ::close(master);
        ::close(slave);
    }
    Pty(const Pty&) = delete;
    Pty& operator=(const Pty&) = delete;
};

/// An RTU slave of one unit on a device.
class RtuSlave {
public:
    RtuSlave(SlaveBook& book, std::string device, int unit) : book_(book), device_(std::move(device)), unit_(unit)
    {
        open();
        thread_ = std::thread{[this] { run(); }};
    }
    ~RtuSlave()
    {
        stopping_ = true;
        thread_.join();
        close();
    }

private:
    void open()
    {
        context_ = modbus_new_rtu(device_.c_str(), 9600, 'N', 8, 1);
        modbus_set_slave(context_, unit_);
        modbus_set_indication_timeout(context_, 0, 50'000);
        if (modbus_connect(context_) != 0) throw std::runtime_error("the slave cannot open its device");
    }
    void close()
    {
        modbus_close(context_);
        modbus_free(context_);
    }
    void run()
    {
        while (!stopping_) {
            std::uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
            const int length = modbus_receive(context_, query);
            if (length > 0) book_.answer(context_, {query, static_cast<std::size_t>(length)});
            if (length != 0) continue;
            // Another unit's request: libmodbus would now take the next thing it hears for that unit's answer, and where
            // that unit is dead, miss a request of its own. Instruments do not.
            close();
            open();
        }
    }
    SlaveBook& book_;
    const std::string device_;
    const int unit_;
    modbus_t* context_ = nullptr;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

/// Carries bytes both ways between two descriptors; `noise` goes to the first before whatever the second says.
class Cable {
public:
    Cable(int first, int second, std::string noise = {}) : first_(first), second_(second), noise_(std::move(noise))
    {
        thread_ = std::thread{[this] { run(); }};
    }
    ~Cable()
    {
        stopping_ = true;
        thread_.join();
    }

private:
    void run()
    {
        while (!stopping_) {
            pollfd watched[2] = {{first_, POLLIN, 0}, {second_, POLLIN, 0}};
            if (::poll(watched, 2, 20) <= 0) continue;
            char some[512];
            if ((watched[0].revents & POLLIN) != 0) {
                const auto got = ::read(first_, some, sizeof some);
                if (got <= 0) return;
                (void)!::write(second_, some, static_cast<std::size_t>(got));
            }
            if ((watched[1].revents & POLLIN) != 0) {
                const auto got = ::read(second_, some, sizeof some);
                if (got <= 0) return;
                if (!noise_.empty()) (void)!::write(first_, noise_.data(), noise_.size());
                (void)!::write(first_, some, static_cast<std::size_t>(got));
            }
        }
    }
    int first_, second_;
    std::string noise_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

} // namespace aqi::tests
