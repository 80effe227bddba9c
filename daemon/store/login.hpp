// daemon/store/login: passwords as argon2id left them, and who is signed in, so that a restart signs nobody out.
//
// Knows: the tables password and session. Does not know: when a session ends (sessions), or any secret: of a cookie only its
// digest is kept. Used on the loop, outside of any transaction.
#pragma once

#include "daemon/ports.hpp"
#include "daemon/store/chain.hpp"
#include "daemon/store/sqlite.hpp"

#include <optional>
#include <string>
#include <vector>

namespace aqi::daemon {

struct SessionRow {
    Digest key{};   ///< of what the cookie holds
    std::string id; ///< by which people speak of it; opens nothing
    std::string person;
    std::string address;
    Instant begun, seen;
};

class LoginTables {
public:
    explicit LoginTables(Database& database) : database_(database) {}

    /// Absent: the person has no password and cannot sign in.
    Outcome<std::optional<std::string>> password_of(const std::string& person);
    /// Replaces the former one and forgets the person's sessions, or does neither.
    Outcome<void> set_password(const std::string& person, const std::string& hash, Instant at, const std::string& by);

    Outcome<std::vector<SessionRow>> sessions(); ///< the oldest first
    Outcome<void> keep(const SessionRow& session);
    Outcome<void> seen(const Digest& key, Instant at);
    Outcome<void> forget(const std::vector<Digest>& keys);

private:
    Database& database_;
};

} // namespace aqi::daemon
