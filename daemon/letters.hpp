// daemon/letters: what the daemon says of its own accord: alarms nobody acknowledges, step by step along the duty roster; digests of
// what would be too many; canaries that prove a channel; the daily all-clear.
//
// A letter is written once: its id and number are made of what it is about, and the outbox knows whether it has them, also after a
// restart.
//
// Knows: the roster, the clock, the words. Does not know: how anything is sent. Used on the loop only.
#pragma once

#include "daemon/config.hpp"
#include "daemon/dispatch.hpp"
#include "daemon/health.hpp"
#include "daemon/turns.hpp"

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace aqi::daemon {

class Letters {
public:
    /// `has_letter`: whether the outbox has a letter of this id and number. All must outlive it.
    Letters(const Config& config, Turns& turns,
            std::function<Outcome<bool>(const std::string& id, int number)> has_letter);

    /// Writes what is due. Trouble: the store would not take it; the same is due again.
    Outcome<void> look(const Health& health, const Dispatch& dispatch, Instant now);

private:
    Outcome<void> alarms(Instant now);
    Outcome<void> digests(Instant now);
    Outcome<void> canaries(Instant now);
    Outcome<void> all_clear(const Health& health, const Dispatch& dispatch, Instant now);
    Outcome<bool> is_new(const std::string& id, int number);
    Outcome<void> post(const notify::Letter& letter, const Route& route, Instant now);
    notify::Letter letter(notify::LetterKind kind, std::string id, int number, Instant now) const;

    const Config& config_;
    Turns& turns_;
    std::function<Outcome<bool>(const std::string&, int)> has_letter_;
    std::set<std::pair<std::string, int>> written_;
    struct Step {
        std::deque<Instant> sent;      ///< within the last hour
        std::vector<std::string> held; ///< details of alarms beyond the limit
    };
    std::map<std::size_t, Step> steps_;
};

} // namespace aqi::daemon
