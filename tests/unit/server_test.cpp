// HTTP over real sockets on loopback: what people send who mean well, and what others send.
#include "daemon/web/head.hpp"
#include "daemon/web/server.hpp"
#include "tests/support/folder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include <sys/socket.h>

using namespace aqi::daemon;
using namespace aqi::daemon::web;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

namespace {

/// What a handler saw, as text.
std::string seen(const Request& request)
{
    return std::string{request.path} + "|" + std::string{request.query} + "|" + std::string{request.body} + "|" +
           std::string{request.bearer} + "|" + std::string{request.cookie} + "|" + request.peer + "|" +
           (request.secure ? "secure" : "plain");
}

/// A server on a thread of its own; its handler is called there.
class Site {
public:
    explicit Site(Server::Handler handler, Server::Limits limits = {}, HttpConfig config = {})
    {
        config.port = 0;
        server_.emplace(io_.get_executor(), config, std::move(handler), limits);
        port_ = server_->port();
        thread_ = std::thread{[this] { io_.run(); }};
    }
    ~Site()
    {
        on_loop([this] { server_.reset(); });
        io_.stop();
        thread_.join();
    }
    std::uint16_t port() const { return port_; }
    std::size_t connections()
    {
        std::size_t out = 0;
        on_loop([&] { out = server_->connections(); });
        return out;
    }
    void on_loop(const std::function<void()>& call)
    {
        std::promise<void> done;
        asio::post(io_, [&] { call(), done.set_value(); });
        done.get_future().wait();
    }
    asio::io_context& io() { return io_; }

private:
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    std::optional<Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

class Client {
public:
    explicit Client(std::uint16_t port)
    {
        socket_.connect({asio::ip::address_v4::loopback(), port});
        const timeval limit{10, 0}; // a test that waits for ever says nothing
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }
    void send(std::string_view text)
    {
        boost::system::error_code ignored; // the server may have closed meanwhile
        asio::write(socket_, asio::buffer(text), ignored);
    }
    /// Until there is `mark`, or the end.
    std::string until(std::string_view mark)
    {
        char some[4096];
        while (text_.find(mark) == std::string::npos) {
            const auto size = ::recv(socket_.native_handle(), some, sizeof some, 0);
            if (size <= 0) break;
            text_.append(some, static_cast<std::size_t>(size));
        }
        return std::exchange(text_, {});
    }
    std::string all() { return until("no server says this"); }
    Tcp::socket& socket() { return socket_; }

private:
    asio::io_context io_;
    Tcp::socket socket_{io_};
    std::string text_;
};

std::string ask(std::uint16_t port, const std::string& request)
{
    Client client{port};
    client.send(request);
    return client.all();
}

std::string get(std::uint16_t port, const std::string& target, const std::string& headers = {})
{
    return ask(port, "GET " + target + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n" + headers + "\r\n");
}

int status_of(const std::string& answer)
{
    return answer.size() > 12 && answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

std::string body_of(const std::string& answer)
{
    const auto end = answer.find("\r\n\r\n");
    return end == std::string::npos ? "" : answer.substr(end + 4);
}

void echo(const Request& request, const Responder& responder)
{
    responder.reply({200, "text/plain", seen(request), {}, nullptr});
}

/// Waits for a condition; false: it did not come.
bool comes(const std::function<bool()>& condition, std::chrono::milliseconds limit = 5s)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

} // namespace

TEST_CASE("a request reaches its handler whole, and its answer comes with the headers that forbid")
{
    Site site{echo};
    const auto answer = get(site.port(), "/a%20b?x=%41", "Authorization: Bearer tok\r\nCookie: z=1; aqid=mine\r\n");
    CHECK(status_of(answer) == 200);
    CHECK(body_of(answer) == "/a b|x=%41||tok|mine|127.0.0.1|plain");
    CHECK(answer.find("Content-Security-Policy: default-src 'none'") != std::string::npos);
    CHECK(answer.find("Cache-Control: no-store\r\n") != std::string::npos);
    CHECK(answer.find("Strict-Transport-Security") == std::string::npos);
    CHECK(
        body_of(ask(site.port(), "POST /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc")) ==
        "/p||abc|||127.0.0.1|plain");
    CHECK(body_of(ask(site.port(),
                      "POST /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")) == "/p||abc|||127.0.0.1|plain");
}

TEST_CASE("a header of the reply replaces ours, and cannot begin another one")
{
    Site site{[](const Request&, const Responder& responder) {
        responder.reply(
            {200, "text/plain", "x", {{"cache-control", "no-cache"}, {"X-Note", "a\r\nSet-Cookie: b=c"}}, nullptr});
    }};
    const auto answer = get(site.port(), "/");
    CHECK(answer.find("cache-control: no-cache\r\n") != std::string::npos);
    CHECK(answer.find("no-store") == std::string::npos);
    CHECK(answer.find("X-Note: aSet-Cookie: b=c\r\n") != std::string::npos);
}

TEST_CASE("one connection takes many requests, also when they come at once")
{
    Site site{echo};
    Client client{site.port()};
    client.send(
        "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /3 HTTP/1.1\r\nHost: h\r\n\r\n"
        "GET /4 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const auto all = client.all();
    const auto first = all.find("/1|"), second = all.find("/2|"), fourth = all.find("/4|");
    CHECK(first < second);
    CHECK(second < fourth);
    CHECK(fourth != std::string::npos);
    CHECK(all.find("/3|") == std::string::npos); // HEAD: only its length
}

TEST_CASE("what is no HTTP, or plays tricks with it, is refused in words")
{
    bool reached = false;
    Site site{[&](const Request& request, const Responder& responder) { reached = true, echo(request, responder); }};
    const auto port = site.port();
    for (const auto* target :
         {"/../etc/passwd", "/%2e%2e/x", "//x", "/a%00", "/a%2fb", "/\\x", "http://else/where", "*", "/a#b"}) {
        INFO(target);
        const auto answer = get(port, target);
        CHECK(status_of(answer) == 400);
        CHECK(body_of(answer).starts_with(R"({"ok":false,"error":")"));
    }
    CHECK(status_of(ask(port, "nonsense\r\n\r\n")) == 400);
    CHECK(status_of(ask(port, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")) == 400);
    CHECK(status_of(ask(port, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n")) == 400);
    CHECK(status_of(ask(port, "GET / HTTP/7.0\r\nHost: a\r\n\r\n")) == 400);
    CHECK(status_of(ask(port, "GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n")) == 400);
    CHECK(status_of(ask(port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n")) == 400);
    CHECK(
        status_of(ask(
            port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")) ==
        400); // two ways to say where it ends: the next proxy may believe the other
    CHECK(status_of(ask(port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde")) ==
          400);
    CHECK(status_of(ask(port, std::string("\x16\x03\x01\x02\x00\x01\x00\x01", 8) + std::string(600, '\1'))) ==
          400); // TLS
    CHECK_FALSE(reached);
    // In the language of who asks, where it is known.
    CHECK(get(port, "/..", "Accept-Language: en\r\n").find("the address cannot be read") != std::string::npos);
    CHECK(get(port, "/..").find("网址不可读") != std::string::npos);
}

TEST_CASE("methods are told apart, and what they may do is the handler's")
{
    Site site{[](const Request& request, const Responder& responder) {
        responder.reply({200, "text/plain", std::to_string(static_cast<int>(request.method)), {}, nullptr});
    }};
    const auto method = [&](const std::string& name) {
        return body_of(ask(site.port(), name + " / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    };
    CHECK(method("GET") == std::to_string(static_cast<int>(Method::get)));
    CHECK(method("DELETE") == std::to_string(static_cast<int>(Method::del)));
    CHECK(method("OPTIONS") == std::to_string(static_cast<int>(Method::options)));
    for (const auto* other : {"PUT", "PATCH", "TRACE", "BREW"})
        CHECK(method(other) == std::to_string(static_cast<int>(Method::other)));
}

TEST_CASE("a flood of headers is 431, a body beyond the limit 413, and neither costs memory")
{
    Server::Limits limits;
    Site site{echo, limits};
    CHECK(status_of(get(site.port(), "/", "X: " + std::string(20'000, 'x') + "\r\n")) == 431);
    std::string many;
    for (int i = 0; i < 2000; ++i) many += "H" + std::to_string(i) + ": x\r\n";
    CHECK(status_of(get(site.port(), "/", many)) == 431);
    // By its own word, before a byte of it has come.
    CHECK(status_of(ask(site.port(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n")) == 413);
    // And when it does not say how long it is.
    std::string chunks = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 17; ++i) chunks += "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    CHECK(status_of(ask(site.port(), chunks)) == 413);
    // The limit itself is taken.
    CHECK(status_of(
              ask(site.port(), "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1048576\r\n\r\n" +
                                   std::string(1'048'576, 'x'))) == 200);
}

TEST_CASE("a body that waits to be asked for is asked for, or refused before it is sent")
{
    Site site{echo};
    Client client{site.port()};
    client.send(
        "POST /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    CHECK(client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    CHECK(body_of(client.all()) == "/p||abc|||127.0.0.1|plain");
    CHECK(status_of(ask(site.port(),
                        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 9999999\r\n\r\n")) ==
          413);
}

TEST_CASE("half a request is waited for, not for ever, and a byte now and then does not prolong it")
{
    Server::Limits limits;
    limits.header = 200ms;
    limits.body = 200ms;
    limits.idle = 400ms;
    Site site{echo, limits};
    CHECK(status_of(ask(site.port(), "GET / HTT")) == 408);
    CHECK(status_of(ask(site.port(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")) == 408);
    {
        Client client{site.port()};
        const auto begin = std::chrono::steady_clock::now();
        std::thread drip{[&] {
            for (const char c :
                 std::string{"GET / HTTP/1.1\r\nHost: here\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"}) {
                client.send(std::string_view{&c, 1});
                std::this_thread::sleep_for(20ms);
            }
        }};
        CHECK(status_of(client.all()) == 408);
        CHECK(std::chrono::steady_clock::now() - begin < 1s);
        drip.join();
    }
    CHECK(ask(site.port(), "").empty()); // who says nothing hears nothing
    {
        Client client{site.port()};
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        CHECK(status_of(client.until("plain")) == 200);
        CHECK(client.all().empty()); // and then it is idle
    }
    CHECK(comes([&] { return site.connections() == 0; }));
}

TEST_CASE("an answer may come later, once, and one that never comes is said to")
{
    Server::Limits limits;
    limits.answer = 300ms;
    std::vector<Responder> kept;
    std::mutex mutex;
    Site site{[&](const Request& request, const Responder& responder) {
                  if (request.path == "/later") {
                      const std::scoped_lock lock{mutex};
                      return kept.push_back(responder);
                  }
                  if (request.path == "/never") return;
                  responder.reply({200, "text/plain", "one", {}, nullptr});
                  responder.reply({200, "text/plain", "two", {}, nullptr});
              },
              limits};
    CHECK(body_of(get(site.port(), "/twice")) == "one");
    CHECK(status_of(get(site.port(), "/never")) == 500);
    {
        Client client{site.port()};
        client.send("GET /later HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        REQUIRE(comes([&] {
            const std::scoped_lock lock{mutex};
            return kept.size() == 1;
        }));
        site.on_loop([&] { kept[0].reply({200, "text/plain", "at last", {}, nullptr}), kept.clear(); });
        CHECK(body_of(client.all()) == "at last");
    }
    CHECK(status_of(get(site.port(), "/later")) == 503); // nobody answers, and somebody keeps the right to
    site.on_loop([&] { kept[0].reply({200, "text/plain", "too late", {}, nullptr}), kept.clear(); });
}

TEST_CASE("who does not read is dropped, and the others do not wait")
{
    Server::Limits limits;
    limits.write = 200ms;
    const auto much = std::make_shared<const std::string>(2 * 1024 * 1024, 'x');
    Site site{[&](const Request& request, const Responder& responder) {
                  if (request.path == "/much") return responder.reply({200, "text/plain", {}, {}, much});
                  echo(request, responder);
              },
              limits};
    Client slow{site.port()};
    const int small = 4096;
    ::setsockopt(slow.socket().native_handle(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 8; ++i) slow.send("GET /much HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(status_of(get(site.port(), "/quick")) == 200);
    CHECK(body_of(get(site.port(), "/much")) == *much);
    CHECK(site.connections() <= 2);
}

TEST_CASE("a stream goes on until either side ends it, and the end is told once")
{
    std::shared_ptr<Stream> stream;
    int ends = 0;
    Site site{[&](const Request&, const Responder& responder) {
        stream = responder.stream("text/event-stream");
        stream->on_close = [&] { ++ends; };
    }};
    const auto send = [&](const std::string& text) { stream->send(std::make_shared<const std::string>(text)); };
    {
        Client client{site.port()};
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        const auto head = client.until("\r\n\r\n");
        CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
        CHECK(head.find("Connection: close\r\n") != std::string::npos);
        CHECK(head.find("Content-Length") == std::string::npos);
        site.on_loop([&] { send("data: 1\n\n"), send("data: 2\n\n"); });
        CHECK(client.until("2\n\n") == "data: 1\n\ndata: 2\n\n");
        site.on_loop([&] { send("data: 3\n\n"), stream->close(); });
        CHECK(client.all() == "data: 3\n\n"); // what was sent before the end arrives
    }
    REQUIRE(comes([&] {
        int seen_ends = 0;
        site.on_loop([&] { seen_ends = ends; });
        return seen_ends == 1;
    }));
    {
        Client client{site.port()};
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        client.until("\r\n\r\n");
    } // and now the client is gone
    CHECK(comes([&] {
        int seen_ends = 0;
        site.on_loop([&] { seen_ends = ends; });
        return seen_ends == 2;
    }));
    site.on_loop([&] { send("to nobody"), stream.reset(); });
}

TEST_CASE("a stream whose reader is too slow says so, and what it holds is bounded by who sends")
{
    std::shared_ptr<Stream> stream;
    Site site{[&](const Request&, const Responder& responder) { stream = responder.stream("text/event-stream"); }};
    Client client{site.port()};
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    client.until("\r\n\r\n");
    const auto text = std::make_shared<const std::string>(256 * 1024, 'x');
    int sent = 0;
    site.on_loop([&] {
        while (!stream->slow() && sent < 1000) stream->send(text), ++sent;
        CHECK(stream->waiting() > Stream::waiting_most);
        CHECK(stream->waiting() <= Stream::waiting_most + text->size());
        stream->close(true), stream.reset();
    });
    CHECK(comes([&] { return site.connections() == 0; }));
}

TEST_CASE("there is an end to connections, with words for who comes then")
{
    Server::Limits limits;
    limits.connections = 3;
    Site site{echo, limits};
    std::vector<std::unique_ptr<Client>> held;
    for (int i = 0; i < 3; ++i) held.push_back(std::make_unique<Client>(site.port()));
    REQUIRE(comes([&] { return site.connections() == 3; }));
    Client late{site.port()};
    CHECK(status_of(late.all()) == 503);
    held.clear();
    REQUIRE(comes([&] { return site.connections() == 0; }));
    CHECK(status_of(get(site.port(), "/")) == 200);
}

TEST_CASE("a proxy is believed when it may be, and only as far as it vouches")
{
    const std::string forwarded = "X-Forwarded-For: 203.0.113.9, 198.51.100.7\r\nX-Forwarded-Proto: https\r\n";
    {
        Site site{echo};
        CHECK(body_of(get(site.port(), "/", forwarded)) == "/|||||127.0.0.1|plain"); // nobody said there is a proxy
    }
    HttpConfig behind;
    behind.behind_tls = true;
    {
        Site site{echo, {}, behind};
        const auto answer = get(site.port(), "/", forwarded + "Cookie: aqid=no; __Host-aqid=yes\r\n");
        CHECK(body_of(answer) == "/||||yes|198.51.100.7|secure"); // the nearest that is no proxy of ours
        CHECK(answer.find("Strict-Transport-Security: max-age=") != std::string::npos);
        CHECK(body_of(get(site.port(), "/")) == "/|||||127.0.0.1|plain");
        CHECK(body_of(get(site.port(), "/", "X-Forwarded-For: <script>\r\n")) == "/|||||127.0.0.1|plain");
    }
    behind.proxies = {"198.51.100.7"};
    {
        Site site{echo, {}, behind};
        CHECK(body_of(get(site.port(), "/", forwarded)) == "/|||||203.0.113.9|secure");
    }
}

TEST_CASE("TLS, with a certificate that is thrown away after")
{
    const aqi::tests::Folder folder;
    HttpConfig config;
    config.certificate = folder.path() / "cert.pem";
    config.key = folder.path() / "key.pem";
    CHECK_THROWS_WITH(Site(echo, {}, config), Catch::Contains("cert.pem"));
    const std::string make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 "
                             "-subj /CN=localhost -keyout '" +
                             config.key.string() + "' -out '" + config.certificate.string() + "' 2>/dev/null";
    REQUIRE(std::system(make.c_str()) == 0);
    Server::Limits limits;
    limits.header = 300ms;
    Site site{echo, limits, config};

    const auto ask_by_tls = [&](const std::string& request) {
        asio::io_context io;
        asio::ssl::context context{asio::ssl::context::tls_client};
        asio::ssl::stream<Tcp::socket> stream{io, context};
        stream.next_layer().connect({asio::ip::address_v4::loopback(), site.port()});
        stream.handshake(asio::ssl::stream_base::client);
        boost::system::error_code ec;
        asio::write(stream, asio::buffer(request), ec);
        std::string out;
        asio::read(stream, asio::dynamic_buffer(out), ec);
        return out;
    };
    const auto answer = ask_by_tls("GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nCookie: __Host-aqid=c\r\n\r\n");
    CHECK(body_of(answer) == "/x||||c|127.0.0.1|secure");
    CHECK(answer.find("Strict-Transport-Security") != std::string::npos);
    CHECK(status_of(ask_by_tls("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\n\r\n")) == 413);
    CHECK(status_of(ask_by_tls("GET / HT")) == 408);
    // Plain HTTP, and somebody who connects and says nothing, are ended without harm.
    CHECK(get(site.port(), "/").find("HTTP/1.1 200") == std::string::npos);
    CHECK(ask(site.port(), "").empty());
    CHECK(status_of(ask_by_tls("GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")) == 200);
}
