// daemon/web/sign_in: people prove who they are, and see what was done in their name.
//
// Paths: GET, POST, DELETE /api/v1/session; POST /api/v1/session/password; GET /api/v1/sessions, DELETE /api/v1/sessions/<id>;
// GET /api/v1/people; GET /api/v1/audit, /api/v1/ledger. On the control socket (sign_in_commands.cpp): password, sessions, end-session, audit-trail.
//
// Unknown people and wrong passwords cost the same time and get the same words. Who guesses waits longer each time; setting
// the password on the control socket ends the wait. Nothing of this happens without its line in the audit trail.
//
// Knows: who may sign in, cookies, forged requests. Does not know: warnings, or what an act is (acts). On the loop; what costs
// time runs on a thread of its own.
#pragma once

#include "daemon/config.hpp"
#include "daemon/control.hpp"
#include "daemon/side_thread.hpp"
#include "daemon/store/store.hpp"
#include "daemon/web/passwords.hpp"
#include "daemon/web/rates.hpp"
#include "daemon/web/server.hpp"
#include "daemon/web/sessions.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace aqi::daemon::web {

class SignIn {
public:
    struct Parts {
        const Config* config = nullptr;
        SqliteStore* store = nullptr;
        std::filesystem::path database{};   ///< of the store, for a look beside it
        const Clock* clock = nullptr;       ///< of the audit trail: the journal's
        std::function<Instant()> real_time; ///< of sessions and locks, also in a drill
        PasswordCost cost = password_cost;
    };
    using Answer = std::function<void(std::string)>;

    /// Throws StoreError when the sessions cannot be read.
    SignIn(boost::asio::any_io_executor loop, Parts parts);

    /// Answers a request for one of our paths, at once or later; 404 and 405 for what is none. Throws Refusal, StoreError.
    void answer(const Request& request, const Responder& responder);

    /// Who asks, if that is somebody signed in, else empty; the person counts as active then.
    std::string person_of(const Request& request);
    /// The session's id, for Live::listen(); empty without one.
    std::string session_of(const Request& request);
    /// Throws Refusal (401, 403, 415) when a request that would change something is from nobody who is signed in, or not from our
    /// page: then a page elsewhere has borrowed the cookie. A line is written for the latter.
    void refuse_forged(const Request& request, std::string_view command);

    Sessions& sessions() { return sessions_; }
    /// Takes a line of the control socket if it is ours: then it is answered, at once or later.
    bool command(std::string_view line, const Peer& peer, const Answer& answer);
    /// Once a minute.
    void sweep() { sessions_.sweep(); }

private:
    struct Caller;
    void begin(const Request& request, const Responder& responder);
    void tried(const Caller& caller, bool fits, const Responder& responder);
    void change_password(const Request& request, const Responder& responder);
    void changed(const Caller& caller, const std::string& hash, const Responder& responder);
    void sign_out(const Request& request, const Responder& responder);
    void end_session(const Request& request, std::string_view id, const Responder& responder);
    void audit(const Request& request, const Responder& responder);
    Reply who_am_i(const Request& request);
    Reply list(const Request& request);
    Reply people(const Request& request);
    void ledger(const Request& request, const Responder& responder);

    void set_password(const boost::json::object& request, const Peer& peer, const Answer& answer);
    std::string end_by_command(const boost::json::object& request, const Peer& peer);
    bool may_set_for(const Peer& peer, const Person& person) const;
    bool may_administer(const Peer& peer) const;

    /// How long this caller must wait yet, in seconds.
    std::optional<std::int64_t> locked(const Caller& caller) const;
    Caller caller_of(const Request& request, std::string person) const;
    Reply signed_in(const std::string& person, const std::string& secret);
    std::string cookie_of(std::string_view secret, std::chrono::seconds age) const;
    boost::json::object person_json(const Person& person) const;
    boost::json::object about(const std::string& person, const SessionRow* session, std::string_view secret) const;
    boost::json::array sessions_json(std::string_view person, std::string_view mine) const;
    boost::json::array audit_json(const std::vector<AuditLine>& lines) const;
    /// Throws Refusal (503) when the line cannot be written: then it must not happen.
    void note(AuditEntry entry);
    AuditEntry entry_of(const Caller& caller, std::string command, std::string outcome, std::string why = {}) const;

    const Parts parts_;
    const Config& config_;
    Sessions sessions_;
    Backoff by_person_, by_address_;
    SideThread side_; ///< last: it ends first
};

} // namespace aqi::daemon::web
