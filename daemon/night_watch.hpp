// daemon/night_watch: when everything is made again from the journal, and what is said of the comparison.
//
// Knows: the hour of the night, the thread the fold runs on, and that only the loop compares. Does not know: how a
// recomputation is made (recompute). Used on the loop only.
#pragma once

#include "daemon/health.hpp"
#include "daemon/recompute.hpp"
#include "daemon/store/store.hpp"
#include "daemon/turns.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace aqi::daemon {

class NightWatch {
public:
    struct Parts {
        const Config& config;
        const Clock& clock;
        SqliteStore& store;
        const Turns& turns;
        Health& health;
    };
    /// The parts and the executor's context outlive it.
    NightWatch(boost::asio::any_io_executor executor, Parts parts) : executor_(std::move(executor)), parts_(parts) {}
    ~NightWatch() { stop(); }

    /// The reason why not, or empty.
    std::string start();
    /// Once a night, at the configured minute of local time.
    void start_when_due();
    /// Ends the fold and waits for its thread.
    void stop();

private:
    void compare(Recomputed& fresh);

    boost::asio::any_io_executor executor_;
    Parts parts_;
    std::atomic<bool> stops_{false};
    std::thread thread_;
    std::chrono::steady_clock::time_point began_;
    std::optional<LocalDay> done_on_;
};

} // namespace aqi::daemon
