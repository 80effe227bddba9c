// tools/sim/station_logger: a data logger that speaks HJ 212, without its socket.
//
// Knows: which records are due, how each request of a host is answered (9011, data, 9012), and its own clock, which may
// be wrong. It is told the time.
// Does not know: sockets, resending (station_delivery), faults of the wire (station_frames).
#pragma once

#include "drivers/hj212/frame.hpp"
#include "tools/sim/station_frames.hpp"
#include "tools/sim/station_records.hpp"

#include <string>
#include <vector>

namespace aqi::sim {

struct LoggerSettings {
    FrameSettings frame;
    bool asks_answers = true; ///< bit A of Flag in data
    bool realtime = true;
    int realtime_s = 60;
    int minute_interval = 10;
    int memory_days = 7; ///< records of before the start that it still has
};

/// A frame, and the QN its answer will carry; empty: none is awaited.
struct Outgoing {
    std::string frame;
    std::string awaits;
    bool operator==(const Outgoing&) const = default;
};

class Logger {
public:
    Logger(LoggerSettings settings, Records records, Instant start);

    /// The records that ended since the last call, in the order of time.
    std::vector<Outgoing> due(Instant now);

    struct Heard {
        std::vector<Outgoing> answers;
        std::string acknowledged; ///< the QN of a 9014 or 9013; empty: it was none
        bool request = false;
    };
    Heard heard(const drivers::hj212::Message& message, Instant now);

    const Records& records() const { return records_; }
    const LoggerSettings& settings() const { return settings_; }

private:
    using Message = drivers::hj212::Message;
    std::string next_qn(Instant now);
    /// What the clock shows too much.
    std::int64_t clock_error_ms(Instant at) const;
    void add_record(const Reading& record, Instant end, bool history, Instant now, std::vector<Outgoing>& out);
    std::string reply(const Message& request, std::string_view cn, const std::string& command_part) const;
    /// The ExeRtn of a request that was taken; data go to `out`.
    int execute(const Message& request, Instant now, std::vector<Outgoing>& out);
    int history(const Message& request, Period period, Instant now, std::vector<Outgoing>& out);

    LoggerSettings settings_;
    Records records_;
    Instant start_;
    Instant last_; ///< up to here records were due
    std::int64_t last_qn_ms_ = 0;
    std::vector<Instant> clock_sets_;
};

/// `mn` of one logger of several: its last four characters count from 0001.
std::string mn_of_several(const std::string& mn, int index, int count);

} // namespace aqi::sim
