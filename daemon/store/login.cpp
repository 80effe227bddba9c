#include "daemon/store/login.hpp"

namespace aqi::daemon {
namespace {

template <class Function>
auto outcome_of(Function work) -> Outcome<decltype(work())>
{
    try {
        if constexpr (std::is_void_v<decltype(work())>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (const SqliteError& error) {
        return Trouble{error.what()};
    }
}

} // namespace

Outcome<std::optional<std::string>> LoginTables::password_of(const std::string& person)
{
    return outcome_of([&] {
        Statement row{database_, "SELECT hash FROM password WHERE person = ?"};
        row.bind(person);
        return row.step() ? std::optional{row.text(0)} : std::nullopt;
    });
}

Outcome<void> LoginTables::set_password(const std::string& person, const std::string& hash, Instant at,
                                        const std::string& by)
{
    return outcome_of([&] {
        Transaction turn{database_};
        Statement{database_, "REPLACE INTO password VALUES (?, ?, ?, ?)"}
            .bind(person)
            .bind(hash)
            .bind(at.ms)
            .bind(by)
            .run();
        Statement{database_, "DELETE FROM session WHERE person = ?"}.bind(person).run();
        turn.commit();
    });
}

Outcome<std::vector<SessionRow>> LoginTables::sessions()
{
    return outcome_of([&] {
        Statement rows{database_, "SELECT key, id, person, address, begun_ms, seen_ms FROM session ORDER BY begun_ms"};
        std::vector<SessionRow> out;
        while (rows.step())
            out.push_back({digest_in(rows.text(0)), rows.text(1), rows.text(2), rows.text(3), Instant{rows.integer(4)},
                           Instant{rows.integer(5)}});
        return out;
    });
}

Outcome<void> LoginTables::keep(const SessionRow& session)
{
    return outcome_of([&] {
        Statement{database_, "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)"}
            .bind_blob(bytes_of(session.key))
            .bind(session.id)
            .bind(session.person)
            .bind(session.address)
            .bind(session.begun.ms)
            .bind(session.seen.ms)
            .run();
    });
}

Outcome<void> LoginTables::seen(const Digest& key, Instant at)
{
    return outcome_of([&] {
        Statement{database_, "UPDATE session SET seen_ms = ? WHERE key = ?"}.bind(at.ms).bind_blob(bytes_of(key)).run();
    });
}

Outcome<void> LoginTables::forget(const std::vector<Digest>& keys)
{
    return outcome_of([&] {
        Transaction turn{database_};
        for (const auto& key : keys)
            Statement{database_, "DELETE FROM session WHERE key = ?"}.bind_blob(bytes_of(key)).run();
        turn.commit();
    });
}

} // namespace aqi::daemon
