#include "daemon/store/ledger.hpp"

#include "daemon/ports.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/store.hpp"

#include <fmt/format.h>

namespace aqi::daemon {
namespace {

/// The fields of a line as one text: a length before each, so that none can run into the next.
Digest digest_of(const Digest& before, const LedgerLine& line)
{
    std::string text{bytes_of(before)};
    text += fmt::format("{};{};{};{};{}{};{}", line.at.ms, line.row, line.recipient, line.state.size(), line.state,
                        line.detail.size(), line.detail);
    return sha256(text);
}

} // namespace

Ledger::Ledger(Database& database) : database_(database) {}

void Ledger::append(const LedgerLine& line)
{
    if (!last_) {
        Statement newest{database_, "SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1"};
        last_ = newest.step() ? digest_in(newest.text(0)) : Digest{};
    }
    const Digest digest = digest_of(*last_, line);
    if (!insert_)
        insert_.emplace(database_,
                        "INSERT INTO ledger (at_ms, outbox, recipient, state, detail, hash) VALUES (?, ?, ?, ?, ?, ?)");
    insert_->bind(line.at.ms).bind(line.row).bind(line.recipient).bind(line.state).bind(line.detail);
    insert_->bind_blob(bytes_of(digest)).run();
    last_ = digest;
}

void Ledger::reset()
{
    last_.reset();
    if (insert_) insert_->reset();
}

LedgerVerdict verify_ledger(const std::filesystem::path& file)
try {
    Database database{file.string(), OpenAs::read_only};
    database.execute("BEGIN"); // one moment of a database that is in use
    LedgerVerdict out;
    Digest before{};
    {
        Statement lines{database, "SELECT seq, at_ms, outbox, recipient, state, detail, hash FROM ledger ORDER BY seq"};
        while (lines.step()) {
            ++out.lines;
            const std::string state = lines.text(4), detail = lines.text(5);
            if (lines.integer(0) != out.lines) {
                out.trouble = fmt::format("line {} is missing", out.lines);
                return out;
            }
            const Digest digest =
                digest_of(before, {Instant{lines.integer(1)}, lines.integer(2), lines.integer(3), state, detail});
            if (digest != digest_in(lines.text(6))) {
                out.trouble = fmt::format("line {} is not as it was written: {} {}", out.lines, state, detail);
                return out;
            }
            before = digest;
        }
    }
    out.newest = hex(before);
    {
        Statement rows{
            database, "SELECT o.id, o.document, o.content_zh, o.content_en, l.detail, o.warning, o.revision, o.channel "
                      "FROM outbox o JOIN ledger l ON l.outbox = o.id AND l.recipient = -1 AND l.state = 'prepared'"};
        while (rows.step()) {
            const std::string digest = OutboxTables::digest_of(rows.text(1), rows.text(2), rows.text(3));
            if (rows.text(4).ends_with(digest)) continue;
            out.trouble = fmt::format("the text of {}/{}/{} is not as it was prepared", rows.text(5), rows.integer(6),
                                      rows.text(7));
            return out;
        }
    }
    {
        // A delivery nobody has touched yet has no line of its own: its row's stands for it.
        Statement states{
            database,
            "SELECT d.outbox, d.recipient, d.state, coalesce(l.state, 'prepared'), max(l.seq) FROM delivery d "
            "LEFT JOIN ledger l ON l.outbox = d.outbox AND l.recipient = d.recipient "
            "WHERE d.outbox IN (SELECT outbox FROM ledger WHERE recipient = -1) "
            "GROUP BY d.outbox, d.recipient"};
        while (states.step()) {
            const auto state = static_cast<SendState>(states.integer(2));
            if (send_state_name(state) == states.text(3)) continue;
            out.trouble = fmt::format("delivery {}/{} says {}, its last line {}", states.integer(0), states.integer(1),
                                      send_state_name(state), states.text(3));
            return out;
        }
    }
    return out;
} catch (const SqliteError& error) {
    throw StoreError(fmt::format("{}: the ledger cannot be read: {}", file.string(), error.what()));
}

} // namespace aqi::daemon
