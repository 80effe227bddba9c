// daemon/web/sessions: who is signed in, and until when.
//
// A session begins with a password and ends by sign-out, by doing nothing for too long, by its age, with a new password, when
// the configuration no longer knows its person, or when the same person has begun sixteen newer ones.
//
// Knows: cookies' secrets (only their digests are kept), times. Does not know: passwords, HTTP. On the loop.
#pragma once

#include "daemon/config.hpp"
#include "daemon/store/login.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::daemon::web {

class Sessions {
public:
    static constexpr std::size_t most_of_a_person = 16;
    /// How often it is written down that a session is alive.
    static constexpr std::chrono::milliseconds noted_every{60'000};

    /// Real time, also where warnings have a simulated one. Throws StoreError when the database cannot be read.
    Sessions(LoginTables& tables, const Config& config, std::function<Instant()> now);

    struct Begun {
        std::string secret; ///< what the cookie is to hold; we keep no copy
    };
    /// Trouble: nobody is signed in.
    Outcome<Begun> begin(const std::string& person, const std::string& address);

    enum class Touch : std::uint8_t { active, only_look };
    /// Whose cookie this is; null if it is nobody's, or no longer. `active`: the person did something, and is not idle.
    /// Valid until the next call of anything here.
    const SessionRow* find(std::string_view secret, Touch touch);
    const SessionRow* named(std::string_view id) const;
    bool is_open(std::string_view id) const { return named(id) != nullptr; }
    Instant idle_until(const SessionRow& session) const { return {session.seen.ms + idle_ms_}; }
    Instant until(const SessionRow& session) const { return {session.begun.ms + absolute_ms_}; }

    Outcome<void> end(std::string_view id);
    /// Stores the new password; every session of the person ends with it.
    Outcome<void> change_password(const std::string& person, const std::string& hash, const std::string& by);
    /// Those that are open, the oldest first; of one person, or of all.
    std::vector<SessionRow> open(std::string_view person = {}) const;
    /// Ends what time has ended. Often enough: once a minute.
    void sweep();

    /// The page's proof that it is ours and not a stranger's: it follows from the cookie, which no script can read.
    static std::string token_of(std::string_view secret);

    /// Some session has ended.
    std::function<void()> on_end;

private:
    bool is_over(const SessionRow& session) const;
    void forget(const std::function<bool(const SessionRow&)>& which);

    LoginTables& tables_;
    const Config& config_;
    const std::function<Instant()> now_;
    const std::int64_t idle_ms_, absolute_ms_;
    struct Kept {
        SessionRow row;
        Instant noted; ///< `seen`, as the disk has it
    };
    std::vector<Kept> all_;
};

} // namespace aqi::daemon::web
