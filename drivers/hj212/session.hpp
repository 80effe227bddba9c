// drivers/hj212/session: the requests to one station, one at a time.
//
// Knows: a request is taken (9011), its data follow, it is done (9012); a notice is taken (9013); answers are matched by
// QN, data by their command; what is not answered is sent again. A station that sends the data and never says "done" has
// answered, too.
// Does not know: sockets, timers or the wall clock: it is told the time. Lives on the server's thread.
#pragma once

#include "drivers/hj212/frame.hpp"
#include "drivers/hj212/settings.hpp"
#include "libaqi/time.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace aqi::drivers::hj212 {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Request {
    std::string cn;
    std::string command_part;
    std::string what;                ///< in an operator's words
    std::string ends_with;           ///< the last answer's command
    std::string data_cn{};           ///< of the data it asks for; empty: none
    std::vector<HourEnding> hours{}; ///< the hours it asks for, newest first; empty: none
    bool stamps_time = false;        ///< its command part is the time at which it is sent
};

struct Finished {
    enum class Outcome : std::uint8_t { done, no_data, refused, silent, disconnected };
    Request request;
    Outcome outcome = Outcome::done;
    std::string words;             ///< "done", "the station refuses: PW wrong"
    bool answered = false;         ///< with anything
    bool sent = true;              ///< at least once
    std::set<HourEnding> received; ///< of the hours asked for
};

class Session {
public:
    Session(const StationSettings& station, const Hj212Settings& settings, UtcOffset offset);

    /// False: too many are waiting.
    bool ask(Request request);
    bool idle() const { return !current_ && waiting_.empty(); }
    /// The next frame to send, if one is due.
    std::optional<std::string> due(SteadyTime now, Instant wall);
    /// A good frame of the station.
    void heard(const Message& message, SteadyTime now);
    void disconnected();
    /// A request that ended, once each.
    std::optional<Finished> finished();
    /// "asked for ..., no answer yet (2 of 4)"; the last outcome while nothing is asked; may be empty.
    std::string line() const;

private:
    struct Current {
        Request request;
        std::string qn;
        SteadyTime until;
        int sent = 0;
        bool taken = false;
        bool answered = false;
        std::set<HourEnding> received;
    };
    std::string frame_of(Current& current, Instant wall) const;
    void end(Finished::Outcome outcome, std::string words);
    bool note_hour(const Message& message);

    const StationSettings& station_;
    const Hj212Settings& settings_;
    UtcOffset offset_;
    std::string password_heard_ = "123456"; ///< the standard's own; then what the station sends
    std::int64_t last_qn_ms_ = 0;
    std::deque<Request> waiting_;
    std::optional<Current> current_;
    std::deque<Finished> finished_;
    std::string last_words_;
};

} // namespace aqi::drivers::hj212
