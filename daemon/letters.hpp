// daemon/letters: what the daemon says of its own accord: alarms nobody acknowledges, step by step along the duty roster; digests of
// what would be too many for a step or for a person; canaries that prove a channel; the daily all-clear.
//
// A letter is written once: its id and number are made of what it is about, and the outbox knows whether it has them, also after a
// restart. What one person has had of them within the hour, and what waits for a digest, the outbox knows, too.
//
// Knows: the roster, the clock, the words. Does not know: how anything is sent, or who has room for a letter (allowance). Used on the
// loop only.
#pragma once

#include "daemon/allowance.hpp"
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
    /// What the outbox says, see OutboxTables.
    struct Book {
        std::function<Outcome<bool>(const std::string& id, int number)> has_letter;
        std::function<Outcome<Received>(Instant since)> received_since;
        std::function<Outcome<std::vector<OutboxEntry>>()> held;
    };
    /// Configuration and turns must outlive it.
    Letters(const Config& config, Turns& turns, Book book);

    /// Writes what is due. Trouble: the store would not take it; the same is due again.
    Outcome<void> look(const Health& health, const Dispatch& dispatch, Instant now);

private:
    /// Of an alarm or of several, in both languages.
    struct Lines {
        std::vector<std::string> zh, en;
    };

    Outcome<void> overflow(Instant now);
    Outcome<void> alarms(Instant now);
    Outcome<void> digests(Instant now);
    Outcome<void> canaries(Instant now);
    Outcome<void> all_clear(const Health& health, const Dispatch& dispatch, Instant now);
    Outcome<bool> is_new(const std::string& id, int number);
    Outcome<void> post(const notify::Letter& letter, const Route& route, Instant now);
    Outcome<void> write(const notify::Letter& letter, std::vector<PreparedRow> rows, std::vector<OutboxEntry> settled,
                        Instant now);
    std::vector<PreparedRow> digest_rows(notify::Letter letter, const Lines& lines, const Route& route,
                                         Instant now) const;
    notify::Letter letter(notify::LetterKind kind, std::string id, int number, Instant now) const;

    const Config& config_;
    Turns& turns_;
    Book book_;
    bool held_perhaps_ = true; ///< whether to ask the outbox for what is held
    std::set<std::pair<std::string, int>> written_;
    struct Step {
        std::deque<Instant> sent;      ///< within the last hour
        std::vector<std::string> held; ///< details of alarms beyond the limit
    };
    std::map<std::size_t, Step> steps_;
};

} // namespace aqi::daemon
