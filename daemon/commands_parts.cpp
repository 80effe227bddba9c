#include "daemon/commands_parts.hpp"

#include "libaqi/report.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace aqi::daemon::commands {

namespace json = boost::json;

std::string refuse(std::string_view why) { return json::serialize(json::object{{"ok", false}, {"error", why}}); }
std::string agree() { return json::serialize(json::object{{"ok", true}}); }

std::optional<std::string> text(const json::object& o, std::string_view key)
{
    const auto* value = o.if_contains(key);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string{value->as_string()};
}

std::optional<int> whole(const json::object& o, std::string_view key)
{
    const auto* value = o.if_contains(key);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    const std::int64_t n = value->as_int64();
    if (n < INT32_MIN || n > INT32_MAX) return std::nullopt;
    return static_cast<int>(n);
}

bool flag(const json::object& o, std::string_view key)
{
    const auto* value = o.if_contains(key);
    return value != nullptr && value->is_bool() && value->as_bool();
}

Result<std::string> speaker(const json::object& request, const Peer& peer, const Config& config)
{
    const auto refused = [](std::string why) { return Fault{Reason::refused, std::move(why)}; };
    if (!peer.person.empty()) {
        // Signed in, or known by a token: speaks for nobody else.
        const auto named = text(request, "person");
        if (named && *named != peer.person)
            return refused(fmt::format("{} is signed in and cannot act as {}", peer.person, *named));
        if (config.rules.network.person_named(peer.person) == nullptr)
            return refused(fmt::format("no person {} in the configuration", peer.person));
        return peer.person;
    }
    if (const auto asked = text(request, "person")) {
        const auto account = config.accounts.find(*asked);
        if (account == config.accounts.end()) return refused(fmt::format("no person {} in the configuration", *asked));
        if (account->second != peer.account)
            return refused(fmt::format("account {} may not act as {}", peer.account, *asked));
        return *asked;
    }
    std::string only;
    for (const auto& [person, account] : config.accounts) {
        if (account != peer.account) continue;
        if (!only.empty())
            return refused(fmt::format("account {} stands for several people; say which one", peer.account));
        only = person;
    }
    if (only.empty()) return refused(fmt::format("account {} stands for nobody in the configuration", peer.account));
    return only;
}

Result<std::string> person_of(const json::object& request, const Peer& peer, const CommandContext& context)
{
    auto who = speaker(request, peer, *context.config);
    // Whether the record could be written changes nothing of the refusal.
    if (!who)
        (void)context.turns->refused(peer.person.empty() ? fmt::format("account {}", peer.account) : peer.person,
                                     text(request, "command").value_or(""), who.error().detail);
    return who;
}

std::string answer_outcome(const Outcome<Result<void>>& outcome)
{
    if (!outcome) return refuse(fmt::format("it could not be stored and nothing happened: {}", outcome.error().what));
    if (!*outcome) return refuse(outcome->error().detail);
    return agree();
}

std::optional<HourEnding> hour_of(const json::object& request, std::string_view key, const Network& network)
{
    const auto written = text(request, key);
    if (!written) return std::nullopt;
    const auto when = parse_when(*written, network);
    if (!when || when->kind != When::Kind::hour) return std::nullopt;
    return when->hour;
}

} // namespace aqi::daemon::commands
