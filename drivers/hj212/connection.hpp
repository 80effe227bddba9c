// drivers/hj212/connection: one peer, over TCP or TLS.
//
// Knows: reading, cutting into pieces, writing, and when it has waited too long.
// Does not know: what a piece says or whose it is; it tells its listener. Lives on the server's thread.
#pragma once

#include "drivers/hj212/framer.hpp"
#include "drivers/hj212/session.hpp"
#include "libaqi/time.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace aqi::drivers::hj212 {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    class Listener {
    public:
        virtual ~Listener() = default;
        virtual void arrived(Connection& connection, const Piece& piece) = 0;
        /// Once, and nothing after it.
        virtual void ended(Connection& connection, const std::string& why) = 0;
    };

    virtual ~Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    virtual void start() = 0;
    /// Ends the connection when the peer leaves too much unread.
    void send(std::string frame);
    /// A frame that was cut off by it is told to the listener before ended().
    void close(const std::string& why);
    /// The same and nothing is told but ended().
    void drop(const std::string& why);
    /// Closes what has waited too long.
    void look_at(SteadyTime now, const Hj212Settings& settings);
    bool open() const { return open_; }

    const std::string origin;  ///< "10.0.0.7:40112"
    const std::string address; ///< "10.0.0.7"

    // The server's notes.
    std::set<std::size_t> speaks_for; ///< stations
    SteadyTime last_good;             ///< a good frame, or the start
    int bad_in_a_row = 0;

protected:
    Connection(std::string origin_text, std::string address_text, std::size_t data_most, Listener& listener);
    void received(std::string_view bytes);
    virtual void write_next() = 0;
    virtual void shut() = 0;

    std::deque<std::string> outgoing_;
    bool writing_ = false;
    bool shaken_hands_ = true; ///< false until TLS is agreed on

private:
    Listener& listener_;
    Framer framer_;
    std::optional<SteadyTime> frame_since_; ///< the first byte of a frame that has not ended
    std::size_t outgoing_bytes() const;
    bool open_ = true;
    bool closing_ = false;
};

std::shared_ptr<Connection> plain_connection(boost::asio::ip::tcp::socket socket, std::string origin,
                                             std::string address, std::size_t data_most,
                                             Connection::Listener& listener);
/// `context` outlives the connection.
std::shared_ptr<Connection> tls_connection(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context,
                                           std::string origin, std::string address, std::size_t data_most,
                                           Connection::Listener& listener);

} // namespace aqi::drivers::hj212
