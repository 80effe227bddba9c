#include "daemon/web/server.hpp"

#include "daemon/web/head.hpp"
#include "daemon/web/proxies.hpp"
#include "daemon/web/wire.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

namespace aqi::daemon::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;
using Steady = std::chrono::steady_clock;

constexpr std::size_t read_at_once = 8 * 1024;
constexpr std::size_t read_from_listener = 256; ///< who listens has nothing to say
constexpr std::size_t second_for_bytes = 16 * 1024;
constexpr auto linger_most = std::chrono::seconds{2};
constexpr auto sweep_least = std::chrono::milliseconds{10};
constexpr auto sweep_most = std::chrono::milliseconds{1'000};
constexpr auto accept_pause = std::chrono::milliseconds{100}; ///< when there are no descriptors left

/// For who comes when there is no room; in one packet, as nothing is kept of that connection.
std::string full_house()
{
    const std::string body = refusal(503, "连接过多，请稍后再试 (there are too many connections)").body;
    return fmt::format("HTTP/1.1 503 Service Unavailable\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
                       "Retry-After: 10\r\nConnection: close\r\n\r\n{}",
                       json_type, body.size(), body);
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

bool same_header(std::string_view a, std::string_view b)
{
    return beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

Method method_of(http::verb verb)
{
    switch (verb) {
    case http::verb::get: return Method::get;
    case http::verb::head: return Method::head;
    case http::verb::post: return Method::post;
    case http::verb::delete_: return Method::del;
    case http::verb::options: return Method::options;
    default: return Method::other;
    }
}

} // namespace

class Server::Listener : public std::enable_shared_from_this<Listener> {
public:
    Listener(asio::any_io_executor executor, const HttpConfig& config, Handler handler, const Limits& limits)
        : config_(config),
          proxies_(config),
          limits_(limits),
          handler_(std::move(handler)),
          acceptor_(executor),
          sweep_(executor),
          rest_(executor)
    {
        if (!config.certificate.empty()) certificate_.emplace(config.certificate, config.key);
        boost::system::error_code ec;
        const auto ip = asio::ip::make_address(config.address, ec);
        const Tcp::endpoint endpoint{ip, config.port};
        if (!ec) acceptor_.open(endpoint.protocol(), ec);
        if (!ec) acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
        if (!ec) acceptor_.bind(endpoint, ec);
        if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
        if (ec)
            throw std::runtime_error(
                fmt::format("http {}:{}: cannot listen: {}", config.address, config.port, ec.message()));
        const auto shortest = std::min({limits.header, limits.body, limits.answer, limits.write, limits.idle}) / 4;
        sweep_every_ = std::clamp<std::chrono::milliseconds>(shortest, sweep_least, sweep_most);
    }

    void begin()
    {
        accept();
        sweep();
    }

    void close();
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    std::size_t connections() const { return open_.size(); }

private:
    class Connection;
    class Right;

    void accept()
    {
        acceptor_.async_accept([weak = weak_from_this()](boost::system::error_code ec, Tcp::socket socket) {
            auto self = weak.lock();
            if (!self || ec == asio::error::operation_aborted) return;
            if (!ec) self->take(std::move(socket));
            if (!ec || ec == asio::error::connection_aborted) return self->accept();
            self->rest_.expires_after(accept_pause);
            self->rest_.async_wait([weak](boost::system::error_code cancelled) {
                if (auto rested = weak.lock(); rested && !cancelled) rested->accept();
            });
        });
    }

    void take(Tcp::socket socket);
    void sweep();

    const HttpConfig config_;
    const Proxies proxies_;
    const Limits limits_;
    Handler handler_;
    std::optional<Certificate> certificate_;
    Tcp::acceptor acceptor_;
    asio::steady_timer sweep_, rest_;
    std::chrono::milliseconds sweep_every_{};
    std::set<Connection*> open_;
    std::map<asio::ip::address, std::size_t> of_peer_;
};

class Server::Listener::Connection : public Stream, public std::enable_shared_from_this<Connection> {
public:
    Connection(std::shared_ptr<Listener> listener, asio::any_io_executor executor, std::unique_ptr<Wire> wire,
               asio::ip::address end)
        : listener_(std::move(listener)), executor_(std::move(executor)), wire_(std::move(wire)), end_(std::move(end))
    {
        listener_->open_.insert(this);
        ++listener_->of_peer_[end_];
    }

    ~Connection() override
    {
        listener_->open_.erase(this);
        if (const auto found = listener_->of_peer_.find(end_); --found->second == 0) listener_->of_peer_.erase(found);
    }

    void begin()
    {
        deadline_ = Steady::now() + listener_->limits_.header;
        wire_->open([self = shared_from_this()](Wire::Error ec) {
            if (ec) return self->end();
            self->parser_begin();
            self->state_ = State::header;
            self->read();
        });
    }

    /// Called now and then: what has taken too long is ended, in words where somebody waits for words.
    void look(Steady::time_point now)
    {
        if (now < deadline_) return;
        if (is_writing_) return end(); // nobody reads there
        if ((state_ == State::header && buffer_.size() > 0) || state_ == State::body)
            return refuse(408, "请求没有按时发完", "the request did not come to its end in time");
        if (state_ == State::answering)
            return refuse(503, "应答超时，请再试", "there was no answer in time; try again");
        end();
    }

    void end()
    {
        if (state_ == State::closed) return;
        state_ = State::closed;
        wire_->close();
        queue_.clear();
        asio::post(executor_, [self = shared_from_this()] {
            if (auto tell = std::exchange(self->on_close, nullptr)) tell();
        });
    }

    bool is_current(std::uint64_t number) const { return state_ == State::answering && number == number_; }

    void answer(Reply reply, bool may_keep_alive = true)
    {
        const bool keeps = may_keep_alive && keep_alive_;
        const auto& body = reply.shared;
        body_ = body ? body : std::make_shared<const std::string>(std::move(reply.body));
        const bool has_length = reply.status != 304 && reply.status != 204;
        head_ = head_of(reply, has_length ? std::optional{body_->size()} : std::nullopt, secure_, keeps);
        const bool has_body = has_length && !is_head_;
        const auto size = head_.size() + (has_body ? body_->size() : 0);
        state_ = State::writing;
        deadline_ = Steady::now() + listener_->limits_.write + std::chrono::seconds{size / second_for_bytes};
        std::vector<asio::const_buffer> buffers{asio::buffer(head_)};
        if (has_body) buffers.push_back(asio::buffer(*body_));
        wire_->write(std::move(buffers), [self = shared_from_this(), keeps](Wire::Error ec) {
            if (ec || self->state_ == State::closed) return self->end();
            self->body_.reset();
            keeps ? self->next() : self->linger();
        });
    }

    std::shared_ptr<Stream> open_stream(std::string type, std::vector<std::pair<std::string, std::string>> headers)
    {
        state_ = State::streaming;
        deadline_ = Steady::time_point::max();
        headers.emplace_back("X-Accel-Buffering", "no"); // a proxy that gathers would make it late
        send(std::make_shared<const std::string>(
            head_of({200, std::move(type), {}, std::move(headers), nullptr}, std::nullopt, secure_, false)));
        parser_.reset();
        buffer_ = beast::flat_buffer{};
        read();
        return shared_from_this();
    }

    // Stream
    void send(std::shared_ptr<const std::string> text) override
    {
        if (state_ != State::streaming || is_closing_) return;
        waiting_ += text->size();
        queue_.push_back(std::move(text));
        flush();
    }

    std::size_t waiting() const override { return waiting_; }

    void close(bool at_once) override
    {
        if (state_ != State::streaming) return;
        if (at_once) return end();
        is_closing_ = true;
        if (!is_writing_) linger();
    }

private:
    enum class State : std::uint8_t { opening, idle, header, body, answering, writing, streaming, lingering, closed };

    void parser_begin()
    {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(listener_->limits_.header_bytes));
        parser_->body_limit(listener_->limits_.body_bytes);
        header_bytes_ = 0;
        keep_alive_ = false;
        is_head_ = false;
        secure_ = listener_->certificate_.has_value();
    }

    /// The next request of this connection.
    void next()
    {
        parser_begin();
        state_ = State::idle;
        deadline_ = Steady::now() + listener_->limits_.idle;
        if (buffer_.size() > 0) return arrived();
        buffer_.shrink_to_fit();
        read();
    }

    void read()
    {
        if (is_reading_) return;
        is_reading_ = true;
        const bool discards = state_ == State::streaming || state_ == State::lingering;
        const auto room = buffer_.prepare(discards ? read_from_listener : read_at_once);
        wire_->read(room, [self = shared_from_this()](Wire::Error ec, std::size_t size) {
            self->is_reading_ = false;
            if (ec || self->state_ == State::closed) return self->end();
            if (self->state_ == State::streaming || self->state_ == State::lingering) return self->read();
            if (self->state_ == State::writing) return; // a refusal for coming late: what came is not looked at
            self->buffer_.commit(size);
            self->arrived();
        });
    }

    void arrived()
    {
        if (state_ == State::idle) {
            state_ = State::header;
            deadline_ = Steady::now() + listener_->limits_.header;
        }
        while (buffer_.size() > 0 && !parser_->is_done()) {
            beast::error_code ec;
            const auto used = parser_->put(buffer_.data(), ec);
            buffer_.consume(used);
            // The parser limits what it has not understood yet; a thousand short lines are a flood, too.
            if (state_ == State::header) header_bytes_ += used;
            if (header_bytes_ > listener_->limits_.header_bytes) ec = http::error::header_limit;
            if (ec == http::error::need_more) break;
            if (ec) return unreadable(ec);
            if (state_ == State::header && parser_->is_header_done() && !header_is_done()) return;
        }
        if (parser_->is_done()) return handle();
        read();
    }

    /// Returns false if it goes on elsewhere: the request was refused, or its body is asked for.
    bool header_is_done()
    {
        const auto& request = parser_->get();
        state_ = State::body;
        deadline_ = Steady::now() + listener_->limits_.body;
        keep_alive_ = request.keep_alive();
        is_head_ = request.method() == http::verb::head;
        const auto proto = view(request["X-Forwarded-Proto"]);
        if (listener_->proxies_.vouch_for(end_)) secure_ = same_header(proto, "https");
        if (request.version() > 11 || request.version() < 10) {
            refuse(400, "不支持该 HTTP 版本", "this version of HTTP is not spoken here");
            return false;
        }
        const auto hosts = request.count(http::field::host);
        if (hosts > 1 || (hosts == 0 && request.version() == 11)) {
            refuse(400, "请求须有且只有一个 Host", "a request needs one Host");
            return false;
        }
        if (beast::iequals(request[http::field::expect], "100-continue") && !parser_->is_done()) {
            static const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            is_writing_ = true;
            wire_->write({asio::buffer(go_on)}, [self = shared_from_this()](Wire::Error failed) {
                self->is_writing_ = false;
                failed ? self->end() : self->arrived();
            });
            return false;
        }
        return true;
    }

    void unreadable(beast::error_code ec)
    {
        if (ec == http::error::header_limit) return refuse(431, "请求头过大", "the header of the request is too large");
        if (ec == http::error::body_limit) return refuse(413, "请求内容过大", "the body of the request is too large");
        refuse(400, "请求不合 HTTP 格式", "the request is not well-formed HTTP");
    }

    /// The end of this connection, in words; when the header was not read, nobody's language is known.
    void refuse(int status, std::string_view zh, std::string_view en)
    {
        const bool known = parser_ && parser_->is_header_done();
        const bool chinese = known && prefers_chinese(view(parser_->get()[http::field::accept_language]));
        answer(refusal(status, !known ? fmt::format("{} ({})", zh, en) : std::string{chinese ? zh : en}), false);
    }

    void handle();

    void linger()
    {
        // What still arrives is read and thrown away: closing before would take the answer away from the other end.
        state_ = State::lingering;
        deadline_ = Steady::now() + std::min<std::chrono::milliseconds>(linger_most, listener_->limits_.write);
        parser_.reset();
        wire_->finish([self = shared_from_this()] {
            if (self->state_ == State::lingering) self->read();
        });
    }

    void flush()
    {
        if (is_writing_ || queue_.empty()) return;
        in_flight_ = std::move(queue_);
        queue_.clear();
        std::vector<asio::const_buffer> buffers;
        std::size_t size = 0;
        for (const auto& text : in_flight_) {
            buffers.push_back(asio::buffer(*text));
            size += text->size();
        }
        is_writing_ = true;
        deadline_ = Steady::now() + listener_->limits_.write + std::chrono::seconds{size / second_for_bytes};
        wire_->write(std::move(buffers), [self = shared_from_this(), size](Wire::Error ec) {
            self->is_writing_ = false;
            self->waiting_ -= size;
            self->in_flight_.clear();
            if (ec || self->state_ != State::streaming) return self->end();
            self->deadline_ = Steady::time_point::max();
            if (!self->queue_.empty()) return self->flush();
            if (self->is_closing_) self->linger();
        });
    }

    const std::shared_ptr<Listener> listener_;
    const asio::any_io_executor executor_;
    const std::unique_ptr<Wire> wire_;
    const asio::ip::address end_;
    State state_ = State::opening;
    Steady::time_point deadline_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    std::size_t header_bytes_ = 0; ///< taken by the parser
    std::uint64_t number_ = 0;     ///< of the request that is being answered
    bool keep_alive_ = false, is_head_ = false, secure_ = false;
    std::string head_, path_;
    std::shared_ptr<const std::string> body_;
    std::vector<std::shared_ptr<const std::string>> queue_, in_flight_;
    std::size_t waiting_ = 0;
    bool is_reading_ = false, is_writing_ = false, is_closing_ = false;
};

/// The right to answer a request, used up by the first answer; the connection outlives it.
class Server::Listener::Right : public Responder::Target {
public:
    Right(std::shared_ptr<Connection> connection, std::uint64_t number)
        : connection_(std::move(connection)), number_(number)
    {}
    ~Right() override
    {
        if (connection_->is_current(number_))
            connection_->answer(refusal(500, "服务内部出错 (an error inside the service)"));
    }
    void reply(Reply reply) override
    {
        if (connection_->is_current(number_)) connection_->answer(std::move(reply));
    }
    std::shared_ptr<Stream> stream(std::string type, std::vector<std::pair<std::string, std::string>> headers) override
    {
        if (!connection_->is_current(number_)) return nullptr;
        return connection_->open_stream(std::move(type), std::move(headers));
    }

private:
    const std::shared_ptr<Connection> connection_;
    const std::uint64_t number_;
};

void Server::Listener::Connection::handle()
{
    const auto& from = parser_->get();
    const auto target = view(from.target());
    const auto mark = std::min(target.find('?'), target.size());
    auto path = decode_path(target.substr(0, mark));
    if (!path || target.find('#') != std::string_view::npos)
        return refuse(400, "网址不可读", "the address cannot be read");
    path_ = std::move(*path);
    const auto field = [&](http::field name) { return view(from[name]); };
    const auto named = [&](const char* name) { return view(from[name]); };

    Request request;
    request.method = method_of(from.method());
    request.path = path_;
    request.query = mark < target.size() ? target.substr(mark + 1) : std::string_view{};
    request.body = from.body();
    constexpr std::string_view scheme = "Bearer ";
    if (const auto written = field(http::field::authorization); written.starts_with(scheme))
        request.bearer = written.substr(scheme.size());
    request.cookie = cookie_value(field(http::field::cookie), cookie_name(listener_->config_));
    request.token = named("X-Aqid-Token");
    request.origin = field(http::field::origin);
    request.host = field(http::field::host);
    request.fetch_site = named("Sec-Fetch-Site");
    request.content_type = field(http::field::content_type);
    request.if_none_match = field(http::field::if_none_match);
    request.accept = field(http::field::accept);
    request.accept_encoding = field(http::field::accept_encoding);
    request.accept_language = field(http::field::accept_language);
    request.last_event_id = named("Last-Event-ID");
    request.peer = listener_->proxies_.peer_of(end_, named("X-Forwarded-For"));
    request.secure = secure_;

    state_ = State::answering;
    deadline_ = Steady::now() + listener_->limits_.answer;
    Responder responder{std::make_shared<Right>(shared_from_this(), ++number_)};
    if (listener_->handler_) listener_->handler_(request, std::move(responder));
}

void Server::Listener::take(Tcp::socket socket)
{
    boost::system::error_code ec;
    const auto remote = socket.remote_endpoint(ec);
    if (ec) return; // gone already
    const auto end = Proxies::plain(remote.address());
    const auto found = of_peer_.find(end);
    const bool is_full = open_.size() >= limits_.connections ||
                         (found != of_peer_.end() && found->second >= limits_.of_one_peer && !proxies_.trust(end));
    socket.non_blocking(true, ec);
    if (is_full) {
        if (!certificate_) socket.write_some(asio::buffer(full_house()), ec);
        return;
    }
    socket.set_option(Tcp::no_delay(true), ec);
    const auto executor = socket.get_executor();
    auto wire = certificate_ ? tls_wire(std::move(socket), *certificate_) : plain_wire(std::move(socket));
    std::make_shared<Connection>(shared_from_this(), executor, std::move(wire), end)->begin();
}

void Server::Listener::sweep()
{
    sweep_.expires_after(sweep_every_);
    sweep_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
        auto self = weak.lock();
        if (!self || ec) return;
        std::vector<std::shared_ptr<Connection>> held; // a look may end some of them
        for (auto* connection : self->open_)
            if (auto one = connection->weak_from_this().lock()) held.push_back(std::move(one));
        for (const auto& connection : held) connection->look(Steady::now());
        self->sweep();
    });
}

void Server::Listener::close()
{
    handler_ = nullptr; // whom it belongs to may be gone
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    sweep_.cancel();
    rest_.cancel();
    const auto open = open_;
    for (auto* connection : open)
        if (auto one = connection->weak_from_this().lock()) one->end();
}

void Responder::reply(Reply reply) const { target_->reply(std::move(reply)); }

std::shared_ptr<Stream> Responder::stream(std::string type,
                                          std::vector<std::pair<std::string, std::string>> headers) const
{
    return target_->stream(std::move(type), std::move(headers));
}

Server::Server(asio::any_io_executor executor, const HttpConfig& config, Handler handler)
    : Server(std::move(executor), config, std::move(handler), Limits{})
{}

Server::Server(asio::any_io_executor executor, const HttpConfig& config, Handler handler, const Limits& limits)
    : listener_(std::make_shared<Listener>(std::move(executor), config, std::move(handler), limits))
{
    listener_->begin();
}

Server::~Server() { listener_->close(); }

std::uint16_t Server::port() const { return listener_->port(); }
std::size_t Server::connections() const { return listener_->connections(); }

} // namespace aqi::daemon::web
