// daemon/outgoing: everything that leaves the machine in one room: dispatch with its channels, the daemon's own letters, what
// recipients reply, the heartbeat.
//
// Knows: how these are joined. Does not know: turns' insides, sockets of people. Used on the loop only.
#pragma once

#include "daemon/dispatch.hpp"
#include "daemon/letters.hpp"
#include "daemon/store/store.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace aqi::daemon {

class Outgoing {
public:
    struct Parts {
        const Config& config;
        SqliteStore& store;
        const Clock& clock;
        Turns& turns;
    };
    Outgoing(boost::asio::any_io_executor executor, Parts parts);
    ~Outgoing();

    /// Opens the channels and judges what a former process left. Throws StoreError: a bad start.
    void start();
    void stop();
    /// What is due by the clock: letters, the heartbeat. `good`: the store can be written and the loop turns.
    Outcome<void> tick(const Health& health, bool good);

    Dispatch& dispatch() { return *dispatch_; }
    SqliteStore& store() { return parts_.store; }
    std::size_t channels() const { return channels_; }

private:
    void replied(const std::string& channel, const notify::Inbound::Reply& reply);
    void beat(bool good);

    boost::asio::any_io_executor executor_;
    Parts parts_;
    std::unique_ptr<Dispatch> dispatch_;
    std::unique_ptr<Letters> letters_;
    struct Heart;
    std::unique_ptr<Heart> heart_;
    std::size_t channels_ = 0;
};

} // namespace aqi::daemon
