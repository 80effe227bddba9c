// daemon/control: a Unix socket where people on this machine talk to the daemon. One JSON object a line, one answer a line.
//
// Knows: sockets, line limits, whose account is on the other side (SO_PEERCRED: the kernel says it, the client cannot).
// Does not know: what a command means (commands).
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace aqi::daemon {

/// Who speaks. On the control socket it is an account, which may stand for people of the configuration; over HTTP it is a person
/// who has proved it.
struct Peer {
    unsigned uid = static_cast<unsigned>(-1); ///< nobody's
    std::string account{};                    ///< its name, or "uid 1234"
    std::string person{};                     ///< signed in, or known by a token; empty on the control socket
    std::string via{};                        ///< "page", "token"; empty on the control socket
    std::string address{};                    ///< the request came from
};

class Control {
public:
    static constexpr std::size_t line_most = 640 * 1024;
    static constexpr std::size_t connections_most = 32;

    using Answer = std::function<void(std::string)>;
    /// Answers once, at once or later; the next line of the same connection waits for it.
    using Handler = std::function<void(std::string_view line, const Peer& peer, Answer answer)>;

    /// Binds the socket, replacing a dead one left by a former process. Throws std::runtime_error: a bad start.
    Control(boost::asio::any_io_executor executor, const std::filesystem::path& socket, Handler handler);
    ~Control();

private:
    class Server;
    std::shared_ptr<Server> server_;
};

} // namespace aqi::daemon
