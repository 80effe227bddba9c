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

struct Peer {
    unsigned uid = 0;
    std::string account; ///< its name, or "uid 1234"
};

class Control {
public:
    static constexpr std::size_t line_most = 640 * 1024;
    static constexpr std::size_t connections_most = 32;

    using Handler = std::function<std::string(std::string_view line, const Peer& peer)>;

    /// Binds the socket, replacing a dead one left by a former process. Throws std::runtime_error: a bad start.
    Control(boost::asio::any_io_executor executor, const std::filesystem::path& socket, Handler handler);
    ~Control();

private:
    class Server;
    std::shared_ptr<Server> server_;
};

} // namespace aqi::daemon
