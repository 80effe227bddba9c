// daemon/store/audit: who asked this daemon for what, when, from where, and what became of it: a chain nobody can change unseen.
//
// An act has two lines: "asked" before it, without which it does not happen, and its outcome after it. One without an outcome
// was cut off by a crash or by a disk; the journal says whether it happened.
// Who can write the file can write a whole new chain; the newest digest, noted elsewhere, shows that too.
//
// Knows: the table audit. Does not know: what a command means. Used on the loop, outside of any transaction.
#pragma once

#include "daemon/ports.hpp"
#include "daemon/store/chain.hpp"
#include "daemon/store/sqlite.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::daemon {

struct AuditEntry {
    Instant at;
    std::string person;  ///< empty: nobody of the configuration
    std::string via;     ///< "page", "token", "socket NAME-OF-ACCOUNT"
    std::string address; ///< empty on the control socket
    std::string command; ///< "act", "sign-in" ...
    std::string about;   ///< what it is about, in the request's words: "sign 410600-2016-001/2"; never a secret
    std::string outcome; ///< asked, ok, refused, failed
    std::string why;     ///< of a refusal
    Digest request{};    ///< of what was sent; zeros where that held a secret
    std::int64_t of = 0; ///< of an outcome: the number of the line that asked
};

struct AuditLine {
    std::int64_t number = 0;
    AuditEntry entry;
    Digest digest{};
};

class AuditTrail {
public:
    explicit AuditTrail(Database& database) : database_(database) {}
    /// The number of the line. Trouble: nothing was written.
    Outcome<std::int64_t> append(const AuditEntry& entry);
    /// The newest first; `before`: those with lower numbers only.
    Outcome<std::vector<AuditLine>> newest(int most, std::optional<std::int64_t> before = {});

private:
    Database& database_;
};

struct AuditVerdict {
    std::int64_t lines = 0;
    std::string newest;  ///< digest of the last line, hex
    std::string trouble; ///< empty: whole; else the first line that does not hold, and why
};
/// Any thread; reads a database that may be in use. `noted`: a digest that was the newest one once, hex; it must be in the
/// chain. Throws StoreError when the database cannot be read.
AuditVerdict verify_audit(const std::filesystem::path& database, std::string_view noted = {});

} // namespace aqi::daemon
