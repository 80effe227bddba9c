// daemon/store/ledger: a chain of lines nobody can change unseen: each carries a digest over itself and the one before.
//
// Who can write the file can write a whole new chain; the newest digest, noted elsewhere (a mail, a print), shows that too.
//
// Knows: what a line is. Does not know: what the states mean. Used with the store's transaction open.
#pragma once

#include "daemon/store/chain.hpp"
#include "daemon/store/sqlite.hpp"
#include "libaqi/time.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace aqi::daemon {

struct LedgerLine {
    Instant at;
    std::int64_t row = 0;        ///< of the outbox
    std::int64_t recipient = -1; ///< -1: the whole row
    std::string_view state, detail;
};

class Ledger {
public:
    explicit Ledger(Database& database);
    void append(const LedgerLine& line);
    /// After a rollback: the chain goes on from what is on disk.
    void reset();

private:
    Database& database_;
    std::optional<Statement> insert_;
    std::optional<Digest> last_;
};

struct LedgerVerdict {
    std::int64_t lines = 0;
    std::string newest;  ///< digest of the last line, hex
    std::string trouble; ///< empty: whole; else the first line that does not hold, and why
};
/// Reads a database that may be in use. Every line's digest, no gap in the count, every delivery in the state its last line
/// says, every row's text as it was prepared. Throws StoreError when it cannot be read.
LedgerVerdict verify_ledger(const std::filesystem::path& database);

} // namespace aqi::daemon
