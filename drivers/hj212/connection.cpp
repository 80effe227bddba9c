#include "drivers/hj212/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <array>
#include <type_traits>

namespace aqi::drivers::hj212 {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Tls = asio::ssl::stream<Tcp::socket>;

/// A station reads its answers; one that lets so many pile up does not.
constexpr std::size_t outgoing_most = 64 * 1024;

template <class Stream>
class StreamConnection final : public Connection {
public:
    template <class... Arguments>
    StreamConnection(std::string origin_text, std::string address_text, std::size_t data_most, Listener& listener,
                     Arguments&&... stream)
        : Connection(std::move(origin_text), std::move(address_text), data_most, listener),
          stream_(std::forward<Arguments>(stream)...)
    {}

    void start() override
    {
        if constexpr (std::is_same_v<Stream, Tls>) {
            shaken_hands_ = false;
            stream_.async_handshake(asio::ssl::stream_base::server,
                                    [self = self()](const boost::system::error_code& ec) {
                                        if (ec) return self->close(fmt::format("no TLS: {}", ec.message()));
                                        self->shaken_hands_ = true;
                                        self->read();
                                    });
        } else {
            read();
        }
    }

private:
    std::shared_ptr<StreamConnection> self() { return std::static_pointer_cast<StreamConnection>(shared_from_this()); }

    void read()
    {
        if (!open()) return;
        stream_.async_read_some(asio::buffer(buffer_),
                                [self = self()](const boost::system::error_code& ec, std::size_t count) {
                                    if (ec) return self->close(fmt::format("ended: {}", ec.message()));
                                    self->received({self->buffer_.data(), count});
                                    self->read();
                                });
    }

    void write_next() override
    {
        if (writing_ || outgoing_.empty() || !open()) return;
        writing_ = true;
        asio::async_write(stream_, asio::buffer(outgoing_.front()),
                          [self = self()](const boost::system::error_code& ec, std::size_t) {
                              self->writing_ = false;
                              if (ec) return self->close(fmt::format("cannot answer: {}", ec.message()));
                              self->outgoing_.pop_front();
                              self->write_next();
                          });
    }

    void shut() override
    {
        boost::system::error_code ignored;
        auto& socket = stream_.lowest_layer();
        socket.shutdown(Tcp::socket::shutdown_both, ignored);
        socket.close(ignored);
    }

    Stream stream_;
    std::array<char, 4096> buffer_{};
};

} // namespace

Connection::Connection(std::string origin_text, std::string address_text, std::size_t data_most, Listener& listener)
    : origin(std::move(origin_text)),
      address(std::move(address_text)),
      last_good(std::chrono::steady_clock::now()),
      listener_(listener),
      framer_(data_most)
{}

void Connection::received(std::string_view bytes)
{
    if (!open_) return;
    framer_.feed(bytes);
    bool ended_one = false;
    while (open_ && !closing_) {
        const auto piece = framer_.take();
        if (!piece) break;
        ended_one = true;
        listener_.arrived(*this, *piece);
    }
    if (!framer_.inside_frame())
        frame_since_.reset();
    else if (!frame_since_ || ended_one)
        frame_since_ = std::chrono::steady_clock::now();
}

std::size_t Connection::outgoing_bytes() const
{
    std::size_t out = 0;
    for (const auto& frame : outgoing_) out += frame.size();
    return out;
}

void Connection::send(std::string frame)
{
    if (!open_ || closing_) return;
    if (outgoing_bytes() + frame.size() > outgoing_most) return close("it does not read our answers");
    outgoing_.push_back(std::move(frame));
    write_next();
}

void Connection::close(const std::string& why)
{
    if (!open_ || closing_) return;
    closing_ = true;
    const auto keep = shared_from_this();
    // News for whoever looks after the line. Whole frames that wait behind a reason to close are not taken: nobody has
    // been told that they were.
    while (auto piece = framer_.rest())
        if (piece->kind == Piece::Kind::cut_off) listener_.arrived(*this, *piece);
    drop(why);
}

void Connection::drop(const std::string& why)
{
    if (!open_) return;
    const auto keep = shared_from_this();
    open_ = false;
    shut();
    listener_.ended(*this, why);
}

void Connection::look_at(SteadyTime now, const Hj212Settings& settings)
{
    if (!shaken_hands_ && now - last_good > settings.frame_within)
        close(fmt::format("no TLS within {} s", settings.frame_within.count()));
    else if (frame_since_ && now - *frame_since_ > settings.frame_within)
        close(fmt::format("a frame was begun and not ended within {} s", settings.frame_within.count()));
    else if (now - last_good > settings.idle)
        close(fmt::format("no good frame for {} s", settings.idle.count()));
}

std::shared_ptr<Connection> plain_connection(Tcp::socket socket, std::string origin, std::string address,
                                             std::size_t data_most, Connection::Listener& listener)
{
    return std::make_shared<StreamConnection<Tcp::socket>>(std::move(origin), std::move(address), data_most, listener,
                                                           std::move(socket));
}

std::shared_ptr<Connection> tls_connection(Tcp::socket socket, asio::ssl::context& context, std::string origin,
                                           std::string address, std::size_t data_most, Connection::Listener& listener)
{
    return std::make_shared<StreamConnection<Tls>>(std::move(origin), std::move(address), data_most, listener,
                                                   std::move(socket), context);
}

} // namespace aqi::drivers::hj212
