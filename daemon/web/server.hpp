// daemon/web/server: HTTP requests on the loop. Beast stops in server.cpp.
//
// Knows: HTTP, limits, time-outs, security headers. Does not know: what a path means (pages).
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace aqi::daemon::web {

struct Reply {
    int status = 200;
    std::string type = "text/plain; charset=utf-8";
    std::string body;
};

class Server {
public:
    static constexpr std::size_t connections_most = 256;

    static constexpr std::size_t body_most = 64 * 1024;

    struct Request {
        bool is_post = false; ///< else GET or HEAD
        std::string_view path;
        std::string_view query;  ///< after the "?"; empty: none
        std::string_view bearer; ///< of "Authorization: Bearer ..."; empty: none
        std::string_view body;
    };
    using Handler = std::function<Reply(const Request&)>;

    /// Binds; port 0 takes any. Throws std::runtime_error: a bad start.
    Server(boost::asio::any_io_executor executor, const std::string& address, std::uint16_t port, Handler handler);
    ~Server();
    std::uint16_t port() const;

private:
    class Listener;
    std::shared_ptr<Listener> listener_;
};

} // namespace aqi::daemon::web
