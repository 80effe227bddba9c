// drivers/hj212/hub: what the server's thread does with connections, frames and stations.
//
// Knows: a frame is appended and only then answered; which connection speaks for which station; whom to refuse.
// Does not know: listening (server.cpp), the loop. Everything here lives on the server's thread.
#pragma once

#include "drivers/hj212/back_fill.hpp"
#include "drivers/hj212/connection.hpp"
#include "drivers/hj212/desk.hpp"

#include <map>

namespace aqi::drivers::hj212 {

class Hub final : public Connection::Listener {
public:
    /// All outlive the hub; `inbox` and `now` are thread-safe.
    struct Surroundings {
        std::string link;
        Inbox* inbox = nullptr;
        std::function<Instant()> now;
        UtcOffset offset;
        /// Runs it on the server's thread after what is ready now; what came of many stations shares one wait for the disk.
        std::function<void(std::function<void()>)> soon;
    };
    Hub(const Hj212Settings& settings, Surroundings around, Desk& desk);

    /// Whether an address may open one more connection now; else why not. Counts it as opened.
    Result<void> admit(const std::string& address, SteadyTime now);
    /// A connection that was admitted.
    void opened(std::shared_ptr<Connection> connection);
    /// Time-outs, resends, the next back-fill.
    void look(SteadyTime now);
    void back_fill(const std::vector<Owed>& owed);
    void ask(std::size_t station, std::vector<Request> requests);
    void close_all(const std::string& why);
    std::size_t refused_connections() const { return refused_connections_; }

    void arrived(Connection& connection, const Piece& piece) override;
    void ended(Connection& connection, const std::string& why) override;

private:
    struct Station {
        Station(const StationSettings& own, const Hj212Settings& link, UtcOffset offset)
            : settings(own), session(own, link, offset), back_fill(own, link)
        {}
        const StationSettings& settings;
        Session session;
        BackFill back_fill;
        Connection* connection = nullptr; ///< that speaks for it; one of connections_
        SteadyTime last_frame{};
    };
    struct Address {
        int open = 0;
        int lately = 0; ///< connects since
        SteadyTime since{};
    };

    /// A good frame that is not yet durable, and so not yet answered.
    struct Pending {
        std::shared_ptr<Connection> connection;
        std::size_t station = 0;
        std::string bytes;
        Message message;
        Instant received_at;
    };

    bool append(Connection& connection, std::string_view bytes, std::string_view refused = {});
    void keep_pending();
    void kept(const Pending& frame);
    void bad(Connection& connection, const Piece& piece);
    void good(Connection& connection, const Piece& piece, Message message, std::size_t index);
    Result<void> bind(Connection& connection, std::size_t index, SteadyTime now);
    void answer(Connection& connection, const Header& header) const;
    void pump(std::size_t index, SteadyTime now);

    const Hj212Settings& settings_;
    const Surroundings around_;
    Desk& desk_;
    std::vector<Station> stations_;
    std::vector<Pending> pending_;
    std::map<Connection*, std::shared_ptr<Connection>> connections_;
    std::map<std::string, Address> addresses_;
    std::size_t refused_connections_ = 0;
};

} // namespace aqi::drivers::hj212
