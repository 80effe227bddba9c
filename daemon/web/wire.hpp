// daemon/web/wire: the bytes of one connection, plain or by TLS, so that the server above sees no difference.
//
// Knows: sockets, certificates. TLS stops in the .cpp. Does not know: HTTP, time-outs.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace aqi::daemon::web {

/// Whoever calls keeps it until the last callback has come. close() makes them all come.
class Wire {
public:
    using Error = boost::system::error_code;

    virtual ~Wire() = default;
    /// What precedes the first byte (a TLS handshake).
    virtual void open(std::function<void(Error)> done) = 0;
    /// Some bytes.
    virtual void read(boost::asio::mutable_buffer into, std::function<void(Error, std::size_t)> done) = 0;
    /// All of them; they must live until then.
    virtual void write(std::vector<boost::asio::const_buffer> buffers, std::function<void(Error)> done) = 0;
    /// Nothing more will be written; the other end may still be.
    virtual void finish(std::function<void()> done) = 0;
    virtual void close() = 0;
};

class Certificate {
public:
    /// Reads both; throws std::runtime_error with the file in its words if they are no pair.
    Certificate(const std::filesystem::path& chain, const std::filesystem::path& key);
    ~Certificate();
    struct Context;
    const std::shared_ptr<Context>& context() const { return context_; }

private:
    std::shared_ptr<Context> context_;
};

std::unique_ptr<Wire> plain_wire(boost::asio::ip::tcp::socket socket);
std::unique_ptr<Wire> tls_wire(boost::asio::ip::tcp::socket socket, const Certificate& certificate);

} // namespace aqi::daemon::web
