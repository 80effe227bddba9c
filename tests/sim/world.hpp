// tests/sim/world: the daemon's own turns and dispatch in a world of seeded accidents.
//
// Production code: Turns, Dispatch, the engine, the driver's decode. Replaced: the clock, the store (in memory, with
// commits that fail and processes that die around them), the inbox, the broker's link, the channels, the people.
// The same seed gives the same run on every machine.
#pragma once

#include "daemon/config.hpp"
#include "daemon/dispatch.hpp"
#include "daemon/ports.hpp"
#include "daemon/turns.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace aqi::sim_test {

using daemon::InboxPosition;
using daemon::OutboxEntry;
using daemon::Outcome;
using daemon::SendState;
using daemon::Trouble;
using daemon::Turn;

/// A checker's verdict: the run is wrong.
class Wrong : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The process dies here.
struct Crash {};

class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    bool one_in(int n) { return below(n) == 0; }
    int below(int n)
    {
        return static_cast<int>(engine_() % static_cast<std::uint64_t>(n));
    } // the bias is nothing here, the same everywhere is all
    int between(int least, int most) { return least + below(most - least + 1); }

private:
    std::mt19937_64 engine_;
};

class SimClock : public daemon::Clock {
public:
    Instant now() const override { return now_; }
    void set(Instant to) { now_ = to; }

private:
    Instant now_;
};

/// What the disk holds. Survives crashes; a commit is all or nothing.
class SimStore : public daemon::Store {
public:
    SimStore(Dice& dice) : dice_(dice) {}

    Outcome<void> commit(const Turn& turn) override;
    Outcome<void> fold(const std::function<void(const Event&)>& absorb) override;
    InboxPosition consumed() const override { return consumed_; }
    // The stories of the simulation send hours; nothing is kept of minutes.
    Outcome<daemon::StationHour> hour_of(StationIndex, HourEnding) override { return daemon::StationHour{}; }
    Outcome<bool> made_of_minutes(StationIndex, HourEnding, Pollutant) override { return false; }
    Outcome<std::vector<StationIndex>> with_minutes(HourEnding) override { return std::vector<StationIndex>{}; }
    Outcome<std::map<StationIndex, daemon::Heard>> heard() override { return std::map<StationIndex, daemon::Heard>{}; }
    Outcome<std::vector<OutboxEntry>> due(const std::string& channel, Instant now, int most) override;
    Outcome<std::vector<OutboxEntry>> sending() override;
    Outcome<std::vector<OutboxEntry>> unsent(const std::string& warning, const std::string& channel) override;
    Outcome<std::vector<daemon::Reached>> reached(const std::string& warning, const std::string& channel) override;
    Outcome<bool> was_reached(const OutboxEntry& entry) override;
    Outcome<bool> is_overtaken(const OutboxEntry& entry) override;
    Outcome<std::optional<OutboxEntry>> find(const std::string& channel, const std::string& provider_id,
                                             const std::string& key) override;
    Outcome<std::map<std::string, daemon::Waiting>> waiting() override;
    Outcome<void> update(const std::vector<OutboxEntry>& entries, Instant at) override;

    bool full = false;      ///< every commit fails
    bool accidents = false; ///< commits fail and the process dies now and then
    int crashes = 0;

    std::vector<Event> journal;
    std::map<std::pair<LocalDay, PlaceIndex>, DayFigure> days;
    std::map<std::tuple<int, PlaceIndex, Pollutant, Window>, AnnualFigure> annual;
    std::map<std::pair<int, PlaceIndex>, GoodDaysFigure> good_days;
    std::map<std::string, std::int64_t> counts;
    std::vector<OutboxEntry> outbox; ///< deliveries, in the order they were prepared

private:
    void maybe_crash();
    std::vector<OutboxEntry> those(const std::function<bool(const OutboxEntry&)>& wanted) const;
    Dice& dice_;
    std::int64_t rows_ = 0;
    std::map<std::pair<std::string, std::string>, daemon::Audience> audiences_; ///< every version that was written to
    InboxPosition consumed_ = 0;
};

/// What a channel did, whatever it said of it.
struct Delivery {
    std::string key;
    std::string warning;
    std::string address;
    int revision = 0;
};

/// Slow, refusing, or taking a message and losing the answer.
class SimChannel : public notify::DrillChannel {
public:
    SimChannel(Dice& dice, std::vector<Delivery>& delivered, bool drops_repeats)
        : dice_(dice), delivered_(delivered), drops_repeats_(drops_repeats)
    {}
    void send(const notify::DrillMessage& message, std::function<void(notify::Receipt)> done) override;
    bool drops_repeats() const override { return drops_repeats_; }
    /// Answers what was asked before.
    void answer();
    bool down = false; ///< for hours on end: every attempt is to be made again later

private:
    Dice& dice_;
    std::vector<Delivery>& delivered_;
    const bool drops_repeats_;
    std::vector<std::pair<std::function<void(notify::Receipt)>, notify::Receipt>> waiting_;
};

class World {
public:
    explicit World(std::uint64_t seed);

    /// So many hours of accidents, then quiet hours in which everything must come right.
    void run(int hours);
    int crashes() const { return store_.crashes; }
    std::size_t events() const { return store_.journal.size(); }
    int revisions_issued() const;

private:
    // The world outside.
    void measure(HourEnding hour);
    void deliver();
    void people();
    void unusual_people();
    const char* anybody();
    void step(bool accidents);
    // The process.
    void start();
    void work();
    template <class F>
    void in_process(F&& what);
    // The checkers.
    void check_state();
    void check_figures();
    void check_nothing_lost();
    void check_messages();
    void check_lifts(const std::string& channel);
    void check_warnings();
    void check_orders();

    Dice dice_;
    SimClock clock_;
    SimStore store_;
    daemon::Config config_;
    std::vector<daemon::InboxEntry> inbox_;
    HourEnding hour_;

    struct Waiting {
        std::string payload;
        std::string topic;
        Reading reading;
        int not_before = 0;
    };
    std::vector<Waiting> at_broker_;
    int tick_ = 0;
    std::map<std::tuple<std::uint32_t, HourEnding, Pollutant>, std::set<std::int64_t>>
        acknowledged_; ///< values the sender may forget

    std::map<std::string, std::vector<Delivery>> delivered_;
    std::unique_ptr<boost::asio::io_context> io_;
    std::unique_ptr<daemon::Turns> turns_;
    std::unique_ptr<daemon::Dispatch> dispatch_;
    std::vector<SimChannel*> channels_;
    std::map<std::string, bool> outage_; ///< survives the process, as the world does
};

} // namespace aqi::sim_test
