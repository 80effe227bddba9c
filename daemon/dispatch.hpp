// daemon/dispatch: hop 7: the outbox into channels, in order, in time, never twice without knowing.
//
// The guarantee, in one sentence: a decision is made exactly once, a message is handed to a channel again only when it certainly did
// not get through or the other side drops repeats, and nothing is lost without a line of the ledger that says so.
//
// Order: a revision waits while an earlier one of the same warning is on its way to the same address; what has not left when a
// later one is decided is superseded. A lift goes to those only who got, or may have got, what it ends. Expiry: what is too old is
// not sent. What was being sent when the process ended is in doubt: the provider is asked where it can be, else a person decides.
//
// Knows: deliveries, states, when to try again. Does not know: how a channel sends. Used on the loop only.
#pragma once

#include "daemon/notify/channel.hpp"
#include "daemon/ports.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
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
    std::int64_t waiting = 0;      ///< deliveries not settled
    std::optional<Instant> oldest; ///< of these, when it was prepared
};

class Dispatch {
public:
    /// One channel, of its own type.
    struct Lane {
        std::string kind;
        std::variant<std::unique_ptr<notify::RealChannel>, std::unique_ptr<notify::DrillChannel>> channel;
        int parallel = 1;      ///< messages on their way at once
        int failures = 0;      ///< tries in a row that are to be made again
        Instant rests_until{}; ///< nothing begins before

        static Lane open(const notify::ChannelInfo& kind, const std::any& settings, Mode mode, int parallel,
                         notify::ChannelContext);
        Mode mode() const { return channel.index() == 0 ? Mode::real : Mode::drill; }
        bool drops_repeats() const;
        bool can_ask() const;
    };
    /// Store and clock must outlive it.
    Dispatch(boost::asio::any_io_executor executor, Store& store, const Clock& clock,
             std::map<std::string, Lane> lanes);

    /// What a channel said before this process began; before start().
    void remember(const std::string& channel, const std::string& state, const std::string& detail,
                  std::optional<Instant> accepted_at);
    /// A recipient replied. Before start().
    using Replied = std::function<void(const std::string& channel, notify::Inbound::Reply)>;
    void on_reply(Replied replied) { replied_ = std::move(replied); }
    /// Judges what a former process left: deliveries that were being sent. Then begins to send.
    Outcome<void> start();
    void stop();
    /// Looks at the outbox; to be called when rows were added or time went on. Also looks by itself now and then.
    void pump();

    enum class Verdict : std::uint8_t {
        sent,     ///< it did get through
        not_sent, ///< it did not, and shall not be tried again
        resend,   ///< a further attempt, knowing that it may arrive twice
    };
    /// A person says what became of a delivery that is in doubt, failed or expired. Refused for any other state.
    Outcome<Result<void>> resolve(OutboxEntry entry, Verdict verdict, const std::string& person,
                                  const std::string& why);

    /// A GET of /channels/<channel>/<path>; nothing: no such channel, or it answers none.
    std::optional<notify::WebAnswer> get(const std::string& channel, std::string_view path, std::string_view query);

    std::vector<ChannelHealth> health() const;
    /// Whether a message is on its way, or an outcome is still to be written down.
    bool sending() const;

private:
    using Id = std::pair<std::int64_t, std::uint32_t>; ///< (row, recipient)
    struct Flight {
        std::string warning, address;
    };

    void listen(const std::string& name, Lane& lane);
    bool fill(const std::string& name, Lane& lane, Instant now);
    void fill_all(const std::string& name, Instant now);
    void judge_lane(const OutboxEntry& entry);
    void close_lane(const std::string& name, Instant now);
    std::optional<std::string> unfit(const OutboxEntry& entry, const Lane& lane, Instant now, SendState& state);
    void begin(Lane& lane, OutboxEntry entry);
    template <Mode mode>
    void send(notify::ChannelOf<mode>& channel, OutboxEntry entry);
    void finished(OutboxEntry entry, notify::Receipt receipt);
    void reported(const std::string& channel, const notify::Inbound::Report& report);
    void ask(const OutboxEntry& entry);
    void answered(OutboxEntry entry, notify::Receipt receipt);
    bool write_down(const std::vector<OutboxEntry>& entries);
    void landed(const OutboxEntry& entry);
    void schedule();
    void note(const OutboxEntry& entry);

    boost::asio::steady_timer timer_;
    Store& store_;
    const Clock& clock_;
    std::map<std::string, Lane> lanes_;
    std::map<std::string, ChannelHealth> health_;
    std::map<std::string, std::map<Id, Flight>> flights_; ///< by channel: what is on its way
    std::map<Id, notify::Inbound::Report> early_;         ///< reports that came before the channel's own answer
    std::vector<OutboxEntry> unwritten_;                  ///< outcomes the store would not take yet
    std::vector<std::pair<Instant, OutboxEntry>> to_ask_; ///< in doubt, and when their provider is asked
    Replied replied_;
    bool store_trouble_ = false;
    bool stopping_ = false;
    bool pumping_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< answers may come after us
};

} // namespace aqi::daemon
