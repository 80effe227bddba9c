#include "daemon/web/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <stdexcept>

namespace aqi::daemon::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;

constexpr std::uint32_t header_most = 16 * 1024;
constexpr auto idle_most = std::chrono::seconds{60};

http::response<http::string_body> respond(const http::request<http::string_body>& request,
                                          const Server::Handler& handler)
{
    Reply reply;
    const bool is_post = request.method() == http::verb::post;
    if (!is_post && request.method() != http::verb::get && request.method() != http::verb::head) {
        reply = {405, "text/plain; charset=utf-8", "only GET, and POST where something is taken in\n"};
    } else {
        const std::string_view target{request.target().data(), request.target().size()};
        const auto written = request[http::field::authorization];
        std::string_view bearer{written.data(), written.size()};
        constexpr std::string_view scheme = "Bearer ";
        bearer = bearer.starts_with(scheme) ? bearer.substr(scheme.size()) : std::string_view{};
        const auto mark = target.find('?');
        const std::string_view query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
        reply = handler({is_post, target.substr(0, mark), query, bearer, request.body()});
    }
    http::response<http::string_body> response{static_cast<http::status>(reply.status), request.version()};
    response.set(http::field::server, "aqid");
    response.set(http::field::content_type, reply.type);
    response.set(http::field::cache_control, "no-store");
    response.set("Content-Security-Policy",
                 "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "no-referrer");
    if (reply.status == 405) response.set(http::field::allow, "GET, HEAD");
    if (reply.status == 401) response.set(http::field::www_authenticate, "Bearer");
    response.keep_alive(request.keep_alive());
    const auto size = reply.body.size();
    if (request.method() != http::verb::head) response.body() = std::move(reply.body);
    response.prepare_payload();
    if (request.method() == http::verb::head) response.content_length(size);
    return response;
}

} // namespace

class Server::Listener : public std::enable_shared_from_this<Listener> {
public:
    Listener(asio::any_io_executor executor, const std::string& address, std::uint16_t port, Handler handler)
        : handler_(std::move(handler)), acceptor_(executor)
    {
        boost::system::error_code ec;
        const auto ip = asio::ip::make_address(address, ec);
        const Tcp::endpoint endpoint{ip, port};
        if (!ec) acceptor_.open(endpoint.protocol(), ec);
        if (!ec) acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
        if (!ec) acceptor_.bind(endpoint, ec);
        if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
        if (ec) throw std::runtime_error(fmt::format("http {}:{}: cannot listen: {}", address, port, ec.message()));
    }

    void accept()
    {
        acceptor_.async_accept([weak = weak_from_this()](boost::system::error_code ec, Tcp::socket socket) {
            auto self = weak.lock();
            if (!self || ec == asio::error::operation_aborted) return;
            if (!ec && self->open_ < connections_most) std::make_shared<Session>(self, std::move(socket))->read();
            self->accept();
        });
    }

    void close()
    {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    class Session : public std::enable_shared_from_this<Session> {
    public:
        Session(std::shared_ptr<Listener> listener, Tcp::socket socket)
            : listener_(std::move(listener)), stream_(std::move(socket)), buffer_(header_most)
        {
            ++listener_->open_;
        }
        ~Session() { --listener_->open_; }

        void read()
        {
            parser_.emplace();
            parser_->header_limit(header_most);
            parser_->body_limit(body_most);
            stream_.expires_after(idle_most);
            http::async_read(stream_, buffer_, *parser_,
                             [self = shared_from_this()](beast::error_code ec, std::size_t) {
                                 if (!ec) self->write();
                             });
        }

    private:
        void write()
        {
            response_ = respond(parser_->get(), listener_->handler_);
            stream_.expires_after(idle_most);
            http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code ec, std::size_t) {
                if (ec) return;
                if (self->response_.keep_alive()) return self->read();
                beast::error_code ignored;
                self->stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
            });
        }

        std::shared_ptr<Listener> listener_;
        beast::tcp_stream stream_;
        beast::flat_buffer buffer_;
        std::optional<http::request_parser<http::string_body>> parser_;
        http::response<http::string_body> response_;
    };

    const Handler handler_;
    Tcp::acceptor acceptor_;
    std::size_t open_ = 0;
};

Server::Server(boost::asio::any_io_executor executor, const std::string& address, std::uint16_t port, Handler handler)
    : listener_(std::make_shared<Listener>(std::move(executor), address, port, std::move(handler)))
{
    listener_->accept();
}

Server::~Server() { listener_->close(); }

std::uint16_t Server::port() const { return listener_->port(); }

} // namespace aqi::daemon::web
