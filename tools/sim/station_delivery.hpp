// tools/sim/station_delivery: frames on their way to a host that acknowledges: one at a time, sent again, given up.
//
// Knows: what awaits an answer holds up what stands behind it, as loggers do; a frame whose connection ended is sent again
// over the next one. Does not know: sockets or clocks; it is told the time, which is real time.
#pragma once

#include "tools/sim/station_logger.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <string>

namespace aqi::sim {

using SteadyTime = std::chrono::steady_clock::time_point;

struct DeliveryCounts {
    long sent = 0; ///< frames, each once
    long acknowledged = 0;
    long resent = 0;
    long given_up = 0;
    long not_sent = 0; ///< records that ended while nobody was connected: the host may ask for them
    long answered = 0; ///< requests
    DeliveryCounts& operator+=(const DeliveryCounts& other);
    bool operator==(const DeliveryCounts&) const = default;
};
/// "134 sent, 134 acknowledged, 0 resent, 0 given up, 0 not sent, 3 requests answered"
std::string words_of(const DeliveryCounts& counts);

class Delivery {
public:
    Delivery(std::chrono::milliseconds answer_within, int resends) : answer_within_(answer_within), resends_(resends) {}

    void push(Outgoing frame) { waiting_.push_back(std::move(frame)); }
    /// What is to be written now. Absent: nothing, or an answer is awaited.
    std::optional<std::string> next(SteadyTime now);
    /// True once a frame was given up: the line counts as down and is closed.
    bool take_given_up();
    /// False: nobody awaits this answer (a second one, another's).
    bool acknowledged(std::string_view qn);
    void disconnected();
    bool idle() const { return waiting_.empty(); }

    DeliveryCounts counts;

private:
    std::chrono::milliseconds answer_within_;
    int resends_;
    std::deque<Outgoing> waiting_; ///< the first may be under way
    int writes_ = 0;               ///< of the first
    bool under_way_ = false;
    bool gave_up_ = false;
    SteadyTime until_{};
};

} // namespace aqi::sim
