// drivers/hj212/desk: what the server's thread tells the loop of its stations.
//
// Knows: one lock, held for a copy. The server's thread may be held in an append for as long as a disk likes; so the loop
// never asks it, and reads here. Thread-safe.
#pragma once

#include "drivers/driver.hpp"
#include "drivers/hj212/settings.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace aqi::drivers::hj212 {

class Desk {
public:
    explicit Desk(const std::vector<StationSettings>& stations);

    void heard(std::size_t station, const std::string& origin, Instant at);
    void ended(std::size_t station, const std::string& why);
    void refused(std::size_t station, std::string why);
    void request(std::size_t station, std::string line);

    bool connected(std::size_t station) const;
    std::vector<StationLine> lines(Instant now, std::chrono::seconds idle) const;

private:
    struct Seen {
        std::string station;
        bool connected = false;
        std::string origin;
        std::string why_ended;
        std::optional<Instant> last_frame;
        std::string request;
        std::string refused;
        int refusals = 0;
    };
    mutable std::mutex mutex_;
    std::vector<Seen> seen_;
};

} // namespace aqi::drivers::hj212
