// daemon/dispatch: hop 7: the outbox into channels, in order, in time, never twice without knowing.
//
// The guarantee, in one sentence: a decision is made exactly once, a message is handed to a channel again only when it
// certainly did not get through or the other side drops repeats, and nothing is lost without a row that says so.
//
// Order: a later revision of a warning waits at a channel until the earlier one is settled there. Expiry: what is too old
// is not sent. A row that was being sent when the process ended is in doubt: a person decides.
//
// Knows: rows, states, when to try again. Does not know: how a channel sends. Used on the loop only.
#pragma once

#include "daemon/notify/channel.hpp"
#include "daemon/ports.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace aqi::daemon {

struct ChannelHealth {
    std::string name;
    std::string kind;
    Mode mode = Mode::real;
    std::optional<Instant> last_accepted;
    std::string last_detail;
    std::string last_state;
    int waiting = 0; ///< rows not settled
};

class Dispatch {
public:
    /// One channel, of its own type.
    struct Lane {
        std::string kind;
        std::variant<std::unique_ptr<notify::RealChannel>, std::unique_ptr<notify::DrillChannel>> channel;

        static Lane open(const notify::ChannelInfo& kind, const std::any& settings, Mode mode, notify::ChannelContext);
        Mode mode() const { return channel.index() == 0 ? Mode::real : Mode::drill; }
        bool drops_repeats() const;
    };
    /// Store and clock must outlive it.
    Dispatch(boost::asio::any_io_executor executor, Store& store, const Clock& clock,
             std::map<std::string, Lane> lanes);

    /// What a channel said before this process began; before start().
    void remember(const std::string& channel, const std::string& state, const std::string& detail,
                  std::optional<Instant> accepted_at);
    /// Judges what a former process left: rows that were being sent. Then begins to send.
    Outcome<void> start();
    void stop();
    /// Looks at the outbox; to be called when rows were added or time went on. Also looks by itself now and then.
    void pump();

    std::vector<ChannelHealth> health() const;
    /// Whether a message is on its way, or an outcome is still to be written down.
    bool sending() const { return !busy_.empty(); }

private:
    void begin(OutboxEntry entry);
    template <Mode mode>
    void send(notify::ChannelOf<mode>& channel, OutboxEntry entry);
    void finished(OutboxEntry entry, notify::Receipt receipt);
    bool write_down(const OutboxEntry& entry);
    void schedule();
    void note(const OutboxEntry& entry);

    boost::asio::steady_timer timer_;
    Store& store_;
    const Clock& clock_;
    std::map<std::string, Lane> lanes_;
    std::map<std::string, ChannelHealth> health_;
    std::set<std::string> busy_;         ///< channels with a message on its way
    std::vector<OutboxEntry> unwritten_; ///< outcomes the store would not take yet
    bool store_trouble_ = false;
    bool stopping_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< answers may come after us
};

} // namespace aqi::daemon
