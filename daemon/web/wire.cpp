#include "daemon/web/wire.hpp"

#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <stdexcept>

namespace aqi::daemon::web {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

class PlainWire : public Wire {
public:
    explicit PlainWire(Tcp::socket socket) : socket_(std::move(socket)) {}

    void open(std::function<void(Error)> done) override { done({}); }

    void read(asio::mutable_buffer into, std::function<void(Error, std::size_t)> done) override
    {
        socket_.async_read_some(into, std::move(done));
    }

    void write(std::vector<asio::const_buffer> buffers, std::function<void(Error)> done) override
    {
        asio::async_write(socket_, std::move(buffers), [done = std::move(done)](Error ec, std::size_t) { done(ec); });
    }

    void finish(std::function<void()> done) override
    {
        Error ignored;
        socket_.shutdown(Tcp::socket::shutdown_send, ignored);
        done();
    }

    void close() override
    {
        Error ignored;
        socket_.close(ignored);
    }

private:
    Tcp::socket socket_;
};

class TlsWire : public Wire {
public:
    TlsWire(Tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

    void open(std::function<void(Error)> done) override
    {
        stream_.async_handshake(asio::ssl::stream_base::server, std::move(done));
    }

    void read(asio::mutable_buffer into, std::function<void(Error, std::size_t)> done) override
    {
        if (is_finished_) return stream_.next_layer().async_read_some(into, std::move(done)); // thrown away, unread
        stream_.async_read_some(into, std::move(done));
    }

    void write(std::vector<asio::const_buffer> buffers, std::function<void(Error)> done) override
    {
        asio::async_write(stream_, std::move(buffers), [done = std::move(done)](Error ec, std::size_t) { done(ec); });
    }

    void finish(std::function<void()> done) override
    {
        is_finished_ = true;
        stream_.async_shutdown([done = std::move(done)](Error) { done(); });
    }

    void close() override
    {
        Error ignored;
        stream_.lowest_layer().close(ignored);
    }

private:
    asio::ssl::stream<Tcp::socket> stream_;
    bool is_finished_ = false;
};

} // namespace

struct Certificate::Context {
    asio::ssl::context ssl{asio::ssl::context::tls_server};
};

Certificate::Certificate(const std::filesystem::path& chain, const std::filesystem::path& key)
    : context_(std::make_shared<Context>())
{
    using Options = asio::ssl::context;
    context_->ssl.set_options(Options::default_workarounds | Options::no_sslv2 | Options::no_sslv3 | Options::no_tlsv1 |
                              Options::no_tlsv1_1 | Options::single_dh_use);
    SSL_CTX_set_mode(context_->ssl.native_handle(),
                     SSL_MODE_RELEASE_BUFFERS); // most listeners are silent most of the time
    Wire::Error ec;
    context_->ssl.use_certificate_chain_file(chain.string(), ec);
    if (ec) throw std::runtime_error(fmt::format("http: the certificate {}: {}", chain.string(), ec.message()));
    context_->ssl.use_private_key_file(key.string(), asio::ssl::context::pem, ec);
    if (ec) throw std::runtime_error(fmt::format("http: the key {}: {}", key.string(), ec.message()));
    if (SSL_CTX_check_private_key(context_->ssl.native_handle()) != 1)
        throw std::runtime_error(
            fmt::format("http: the key {} does not belong to the certificate {}", key.string(), chain.string()));
}

Certificate::~Certificate() = default;

std::unique_ptr<Wire> plain_wire(Tcp::socket socket) { return std::make_unique<PlainWire>(std::move(socket)); }

std::unique_ptr<Wire> tls_wire(Tcp::socket socket, const Certificate& certificate)
{
    return std::make_unique<TlsWire>(std::move(socket), certificate.context()->ssl);
}

} // namespace aqi::daemon::web
