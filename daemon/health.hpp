// daemon/health: how we are, in words: links, storage, stations, and the last change of each.
//
// Knows: the last report of every part; logs a change of state once. Does not know: how to repair anything.
// Used on the loop only.
#pragma once

#include "daemon/lag.hpp"
#include "daemon/ports.hpp"
#include "drivers/driver.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace aqi::daemon {

/// The last time everything was made again from the journal.
struct RecomputeResult {
    Instant at;
    std::chrono::milliseconds took{0};
    std::int64_t events = 0;
    std::size_t figures = 0;
    std::size_t differences = 0;
};

class Health {
public:
    explicit Health(const Clock& clock) : clock_(clock) {}

    struct Part {
        bool good = false;
        std::string detail;
        Instant since;
    };

    /// Whether it is news: up, down, or down for another reason; not every attempt to connect.
    bool link(const std::string& name, const drivers::LinkStatus& status);
    /// A frame of the link is stored for good, so many milliseconds after it arrived.
    void stored(const std::string& link, std::int64_t lag_ms) { lags_[link].add(lag_ms); }
    /// "store", "inbox", "disk", "clock", ...: an empty text means that it works again.
    void storage(const std::string& name, const std::string& trouble);

    /// `trouble` in words: a difference, or why there was no comparison; empty: everything agreed.
    void recomputed(const RecomputeResult& result, const std::string& trouble);

    const std::optional<RecomputeResult>& recomputed() const { return recomputed_; }
    const std::string& recompute_trouble() const { return recompute_trouble_; }
    const std::map<std::string, drivers::LinkStatus>& links() const { return links_; }
    /// By link, since the start; links that brought nothing are not in it.
    const std::map<std::string, LagHistogram>& lags() const { return lags_; }
    const std::map<std::string, Part>& storages() const { return storages_; }
    bool storage_good() const;
    /// One line for systemd's status.
    std::string line() const;

private:
    const Clock& clock_;
    std::map<std::string, drivers::LinkStatus> links_;
    std::map<std::string, LagHistogram> lags_;
    std::map<std::string, Part> storages_;
    std::optional<RecomputeResult> recomputed_;
    std::string recompute_trouble_;
};

} // namespace aqi::daemon
