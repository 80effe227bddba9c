// daemon/web/server: HTTP and HTTPS requests on the loop. Beast stops in server.cpp, TLS in wire.cpp.
//
// Knows: HTTP, limits, time-outs, the headers every answer carries, who is at the other end of a proxy. Does not know: what a
// path means (page), or who somebody is (sign_in). Everything here is called, and calls, on the loop.
#pragma once

#include "daemon/config.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aqi::daemon::web {

struct Reply {
    int status = 200;
    std::string type = "text/plain; charset=utf-8";
    std::string body;
    /// Set-Cookie, ETag, Content-Disposition, Cache-Control ...: one that stands here replaces ours of the same name.
    std::vector<std::pair<std::string, std::string>> headers{};
    std::shared_ptr<const std::string> shared{}; ///< in place of body, not copied
};

enum class Method : std::uint8_t { get, head, post, del, options, other };

/// Its views live until the answer is given; a handler that answers later keeps what it needs.
struct Request {
    Method method = Method::get;
    std::string_view path;   ///< decoded; begins with "/", no "." or ".." segments, no control characters, whole UTF-8
    std::string_view query;  ///< after the "?", not decoded (see parse_query)
    std::string_view body;   ///< of POST and DELETE
    std::string_view bearer; ///< of "Authorization: Bearer ..."
    std::string_view cookie; ///< the value of ours (cookie_name), not of others
    std::string_view token;  ///< X-Aqid-Token
    std::string_view origin, host, fetch_site, content_type, if_none_match, accept, accept_encoding, accept_language,
        last_event_id;
    std::string peer;    ///< the address at the other end; behind a proxy the one it names
    bool secure = false; ///< TLS here, or a trusted proxy says that it was there

    bool is_read() const { return method == Method::get || method == Method::head; }
    bool is_post() const { return method == Method::post; }
    /// The language of refusals: Chinese, unless English is preferred to it.
    bool chinese() const;
};

/// An answer without an end: what is sent goes out in order, at the reader's pace.
class Stream {
public:
    static constexpr std::size_t waiting_most = 1024 * 1024;

    virtual ~Stream() = default;
    /// Nothing is copied: one text may go to a thousand readers.
    virtual void send(std::shared_ptr<const std::string> text) = 0;
    /// Bytes that were sent and have not left yet.
    virtual std::size_t waiting() const = 0;
    bool slow() const { return waiting() > waiting_most; }
    /// Ends it when what was sent has left; `at_once`: now.
    virtual void close(bool at_once = false) = 0;
    /// Called once when it has ended for whatever reason, never from within send() or close().
    std::function<void()> on_close;
};

/// The right to answer one request, once; copies are the same right. If the last goes without an answer, that is a 500.
class Responder {
public:
    class Target;
    explicit Responder(std::shared_ptr<Target> target) : target_(std::move(target)) {}

    void reply(Reply reply) const;
    /// Answers 200 with a body that is open. Nothing, if the other end has gone meanwhile.
    std::shared_ptr<Stream> stream(std::string type,
                                   std::vector<std::pair<std::string, std::string>> headers = {}) const;

private:
    std::shared_ptr<Target> target_;
};

/// What answers go to; a connection, or what a test puts in its place.
class Responder::Target {
public:
    virtual ~Target() = default;
    virtual void reply(Reply reply) = 0;
    virtual std::shared_ptr<Stream> stream(std::string type,
                                           std::vector<std::pair<std::string, std::string>> headers) = 0;
};

/// "aqid", or "__Host-aqid" where all traffic is by TLS, which binds it to this very host.
std::string_view cookie_name(const HttpConfig& config);

class Server {
public:
    struct Limits {
        std::size_t connections = 2048;           ///< in all, live listeners too
        std::size_t of_one_peer = 64;             ///< except loopback and trusted proxies
        std::size_t header_bytes = 16 * 1024;     ///< beyond: 431
        std::size_t body_bytes = 1024 * 1024;     ///< beyond: 413
        std::chrono::milliseconds header{10'000}; ///< from a request's first byte to the end of its header, else 408
        std::chrono::milliseconds body{30'000};
        std::chrono::milliseconds answer{60'000}; ///< for the handler
        std::chrono::milliseconds write{30'000};  ///< for a reader, and a second more for each 16 KiB
        std::chrono::milliseconds idle{60'000};   ///< between requests
    };
    using Handler = std::function<void(const Request&, Responder)>;

    /// Binds; port 0 takes any. Throws std::runtime_error: a bad start.
    Server(boost::asio::any_io_executor executor, const HttpConfig& config, Handler handler);
    Server(boost::asio::any_io_executor executor, const HttpConfig& config, Handler handler, const Limits& limits);
    ~Server(); ///< ends every connection
    std::uint16_t port() const;
    std::size_t connections() const;

private:
    class Listener;
    std::shared_ptr<Listener> listener_;
};

} // namespace aqi::daemon::web
