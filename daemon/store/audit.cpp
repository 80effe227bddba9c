#include "daemon/store/audit.hpp"

#include "daemon/store/store.hpp"

#include <fmt/format.h>

namespace aqi::daemon {
namespace {

constexpr auto columns = "number, at_ms, person, via, address, command, about, outcome, why, request, of, hash";

Digest digest_of(const Digest& before, std::int64_t number, const AuditEntry& e)
{
    return ChainedLine{before}
        .add(number)
        .add(e.at.ms)
        .add(e.person)
        .add(e.via)
        .add(e.address)
        .add(e.command)
        .add(e.about)
        .add(e.outcome)
        .add(e.why)
        .add(bytes_of(e.request))
        .add(e.of)
        .digest();
}

AuditLine line_in(const Statement& row)
{
    return {row.integer(0),
            {Instant{row.integer(1)}, row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7),
             row.text(8), digest_in(row.text(9)), row.integer(10)},
            digest_in(row.text(11))};
}

} // namespace

Outcome<std::int64_t> AuditTrail::append(const AuditEntry& entry)
try {
    Transaction turn{database_};
    std::int64_t number = 1;
    Digest before{};
    {
        Statement newest{database_, "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"};
        if (newest.step()) {
            number = newest.integer(0) + 1;
            before = digest_in(newest.text(1));
        }
    }
    Statement insert{database_,
                     fmt::format("INSERT INTO audit ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", columns)};
    insert.bind(number).bind(entry.at.ms).bind(entry.person).bind(entry.via).bind(entry.address).bind(entry.command);
    insert.bind(entry.about).bind(entry.outcome).bind(entry.why).bind_blob(bytes_of(entry.request)).bind(entry.of);
    insert.bind_blob(bytes_of(digest_of(before, number, entry))).run();
    turn.commit();
    return number;
} catch (const SqliteError& error) {
    return Trouble{error.what()};
}

Outcome<std::vector<AuditLine>> AuditTrail::newest(int most, std::optional<std::int64_t> before)
try {
    Statement rows{database_,
                   fmt::format("SELECT {} FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?", columns)};
    rows.bind(before.value_or(INT64_MAX)).bind(most);
    std::vector<AuditLine> out;
    while (rows.step()) out.push_back(line_in(rows));
    return out;
} catch (const SqliteError& error) {
    return Trouble{error.what()};
}

AuditVerdict verify_audit(const std::filesystem::path& file, std::string_view noted)
try {
    Database database{file.string(), OpenAs::read_only};
    AuditVerdict out;
    Digest before{};
    bool is_noted = noted.empty();
    // One statement is one moment of a database that is in use.
    Statement rows{database, fmt::format("SELECT {} FROM audit ORDER BY number", columns)};
    while (rows.step()) {
        const AuditLine line = line_in(rows);
        ++out.lines;
        if (line.number != out.lines) {
            out.trouble = fmt::format("line {} is missing", out.lines);
            return out;
        }
        const Digest digest = digest_of(before, line.number, line.entry);
        if (digest != line.digest) {
            out.trouble = fmt::format("line {} is not as it was written: {} {}: {}", out.lines, line.entry.person,
                                      line.entry.command, line.entry.outcome);
            return out;
        }
        if (line.entry.of >= line.number) {
            out.trouble = fmt::format("line {} is the outcome of a line that comes after it", out.lines);
            return out;
        }
        before = digest;
        is_noted = is_noted || hex(digest) == noted;
    }
    out.newest = hex(before);
    if (!is_noted)
        out.trouble = fmt::format("the noted digest {} stands nowhere in it: lines at the end are missing, or all of "
                                  "it is another one",
                                  noted);
    return out;
} catch (const SqliteError& error) {
    throw StoreError(fmt::format("{}: the audit trail cannot be read: {}", file.string(), error.what()));
}

} // namespace aqi::daemon
