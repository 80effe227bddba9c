// What people of this machine ask of sign-in on the control socket: the first password, lost passwords, forgotten sessions.
#include "daemon/commands.hpp"
#include "daemon/web/head.hpp"
#include "daemon/web/sign_in.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <unistd.h>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr std::string_view ours[] = {"password", "sessions", "end-session", "audit-trail"};

std::string text_or_none(const json::object& o, std::string_view key)
{
    const auto* value = o.if_contains(key);
    return value != nullptr && value->is_string() ? std::string{value->as_string()} : std::string{};
}

std::int64_t whole_or(const json::object& o, std::string_view key, std::int64_t otherwise)
{
    const auto* value = o.if_contains(key);
    return value != nullptr && value->is_int64() ? value->as_int64() : otherwise;
}

/// The machine's master, or who owns the daemon's files anyway.
bool owns_the_machine(const Peer& peer) { return peer.uid == 0 || peer.uid == ::geteuid(); }

AuditEntry by_socket(const Peer& peer, std::string command, std::string about, std::string outcome, std::string why)
{
    AuditEntry out;
    out.via = fmt::format("socket {}", peer.account);
    out.command = std::move(command);
    out.about = std::move(about);
    out.outcome = std::move(outcome);
    out.why = std::move(why);
    return out;
}

} // namespace

bool SignIn::may_administer(const Peer& peer) const
{
    return owns_the_machine(peer) || std::any_of(config_.rules.network.persons.begin(),
                                                 config_.rules.network.persons.end(), [&](const Person& p) {
                                                     const auto account = config_.accounts.find(p.id);
                                                     return p.may_administer && account != config_.accounts.end() &&
                                                            account->second == peer.account;
                                                 });
}

bool SignIn::may_set_for(const Peer& peer, const Person& person) const
{
    const auto account = config_.accounts.find(person.id);
    return may_administer(peer) || (account != config_.accounts.end() && account->second == peer.account);
}

bool SignIn::command(std::string_view line, const Peer& peer, const Answer& answer)
{
    json::error_code ec;
    const json::value value = json::parse({line.data(), line.size()}, ec);
    if (ec || !value.is_object()) return false;
    const json::object& request = value.as_object();
    const std::string name = text_or_none(request, "command");
    if (std::find(std::begin(ours), std::end(ours), name) == std::end(ours)) return false;
    try {
        if (name == "password") {
            set_password(request, peer, answer);
        } else if (name == "end-session") {
            answer(end_by_command(request, peer));
        } else if (name == "sessions") {
            answer(may_administer(peer)
                       ? json::serialize(json::object{{"ok", true},
                                                      {"sessions", sessions_json(text_or_none(request, "person"), {})}})
                       : refuse_command(fmt::format("account {} may not see who is signed in", peer.account)));
        } else {
            const auto most = static_cast<int>(std::clamp<std::int64_t>(whole_or(request, "most", 50), 1, 1'000));
            const auto lines = parts_.store->audit_trail().newest(most, whole_or(request, "before", INT64_MAX));
            if (!lines) throw StoreError(lines.error().what);
            answer(json::serialize(json::object{{"ok", true}, {"lines", audit_json(*lines)}}));
        }
    } catch (const Refusal& said) {
        answer(refuse_command(said.words(false)));
    } catch (const StoreError& error) {
        answer(refuse_command(fmt::format("the database cannot be read: {}", error.what())));
    }
    return true;
}

void SignIn::set_password(const json::object& request, const Peer& peer, const Answer& answer)
{
    const std::string id = text_or_none(request, "person");
    const Person* person = config_.rules.network.person_named(id);
    if (person == nullptr) return answer(refuse_command(fmt::format("no person {} in the configuration", id)));
    if (!may_set_for(peer, *person)) {
        const std::string why = fmt::format("account {} may not set the password of {}", peer.account, id);
        note(by_socket(peer, "password", id, "refused", why));
        return answer(refuse_command(why));
    }
    std::string password = text_or_none(request, "password");
    if (const auto fault = password_fault(password, *person)) {
        wipe(password);
        return answer(refuse_command(fmt::format("{}（{}）", fault->en, fault->zh)));
    }
    const bool taken = side_.run(
        [this, id, peer, answer, cost = parts_.cost, password = std::move(password)]() mutable -> SideThread::Then {
            std::string hash;
            try {
                hash = password_hash(password, cost);
            } catch (const std::bad_alloc&) {
                hash.clear();
            }
            wipe(password);
            return [this, id, peer, answer, hash] {
                try {
                    if (hash.empty()) return answer(refuse_command("out of memory; nothing was changed"));
                    note(by_socket(peer, "password", id, "ok", {}));
                    if (const auto set = sessions_.change_password(id, hash, peer.account); !set)
                        return answer(refuse_command(fmt::format("it could not be stored: {}", set.error().what)));
                    by_person_.succeeded(id); // whoever may do this may also end a lock
                    answer(agree_command(fmt::format("{} has a new password; every session of {} has ended", id, id)));
                } catch (const Refusal& said) {
                    answer(refuse_command(said.words(false)));
                }
            };
        });
    if (!taken) answer(refuse_command("too many are signing in at this moment; try again"));
}

std::string SignIn::end_by_command(const json::object& request, const Peer& peer)
{
    const std::string id = text_or_none(request, "session");
    const SessionRow* session = sessions_.named(id);
    if (!may_administer(peer)) return refuse_command(fmt::format("account {} may not end sessions", peer.account));
    if (session == nullptr) return refuse_command("there is no such session");
    const std::string whose = session->person;
    note(by_socket(peer, "end-session", whose, "ok", {}));
    if (const auto ended = sessions_.end(id); !ended)
        return refuse_command(fmt::format("it could not be stored: {}", ended.error().what));
    return agree_command(fmt::format("a session of {} has ended", whose));
}

} // namespace aqi::daemon::web
