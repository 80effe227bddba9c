// What was sent to whom, on the control socket; the requests stand in commands.hpp.
#include "daemon/commands_parts.hpp"

#include "daemon/outgoing.hpp"
#include "daemon/routing.hpp"
#include "daemon/web/dispatch_json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::commands {
namespace {

namespace json = boost::json;

constexpr int rows_most = 1'000;

std::string rows(const json::object& request, const CommandContext& c)
{
    const int most = std::clamp(whole(request, "most").value_or(50), 1, rows_most);
    SqliteStore& store = c.outgoing->store();
    const UtcOffset offset = c.config->rules.network.offset;
    return json::serialize(json::object{{"ok", true},
                                        {"rows", web::outbox_json(store.newest_outbox(most), offset)},
                                        {"replies", web::replies_json(store.newest_replies(most), offset)}});
}

std::string deliveries(const json::object& request, const CommandContext& c)
{
    const auto row = whole(request, "row");
    if (!row) return refuse("it needs \"row\"");
    const auto found =
        c.outgoing->store().deliveries(*row, std::clamp(whole(request, "most").value_or(200), 1, 100'000));
    if (!found) return refuse(found.error().what);
    if (found->empty()) return refuse(fmt::format("there is no row {}", *row));
    return json::serialize(
        json::object{{"ok", true}, {"deliveries", web::deliveries_json(*found, c.config->rules.network.offset)}});
}

std::string resolve(const json::object& request, const Peer& peer, const CommandContext& c)
{
    const auto id = person_of(request, peer, c);
    if (!id) return refuse(id.error().detail);
    const Person* person = c.config->rules.network.person_named(*id);
    AQI_CHECK(person != nullptr);
    const auto key = text(request, "key"), verdict = text(request, "verdict");
    const auto no = [&](const std::string& why) {
        (void)c.turns->refused(*id, "resolve " + key.value_or(""), why);
        return refuse(why);
    };
    if (!key || !verdict) return refuse("it needs \"key\" and \"verdict\": sent, not-sent or resend");
    if (!person->may_issue)
        return no(fmt::format("{} may not decide what became of a message: \"issue\" is missing", *id));
    using Verdict = Dispatch::Verdict;
    std::optional<Verdict> known;
    for (const auto& [name, value] : {std::pair{"sent", Verdict::sent}, std::pair{"not-sent", Verdict::not_sent},
                                      std::pair{"resend", Verdict::resend}})
        if (*verdict == name) known = value;
    if (!known) return refuse(fmt::format("verdict \"{}\" is not known; known: sent, not-sent, resend", *verdict));
    // "410600-2016-003/2/city-portal/...": the third part is the channel, which has no "/" in its name.
    const auto first = key->find('/'), second = key->find('/', first + 1);
    if (first == std::string::npos || second == std::string::npos)
        return refuse(fmt::format("\"{}\" is no key of a message", *key));
    const std::string channel = key->substr(second + 1, key->find('/', second + 1) - second - 1);
    auto entry = c.outgoing->store().find(channel, {}, *key);
    if (!entry) return refuse(entry.error().what);
    if (!*entry) return no(fmt::format("there is no message {}", *key));
    const auto done =
        c.outgoing->dispatch().resolve(std::move(**entry), *known, *id, text(request, "why").value_or(""));
    if (!done) return refuse(done.error().what);
    if (!*done) return no(done->error().detail);
    return agree();
}

/// Who would get a warning's newest revision, issued or pending, if it were issued now.
std::string route_test(const json::object& request, const CommandContext& c)
{
    const auto id = text(request, "warning");
    if (!id) return refuse("it needs \"warning\"");
    const State& state = c.turns->state();
    const Warning* warning = state.warning(*id);
    if (warning == nullptr || warning->revisions.empty()) return refuse(fmt::format("there is no warning {}", *id));
    const Instant now = c.clock->now();
    Warning copy = *warning;
    Revision& revision = copy.revisions.back();
    if (!revision.issue) revision.issue = Act{"", now};
    notify::Letter letter;
    letter.mode = state.is_drill(*id) ? Mode::drill : c.config->mode;
    letter.id = copy.id;
    letter.revision = revision.number;
    letter.at = revision.issue->at;
    letter.offset = c.config->rules.network.offset;
    letter.warning = announce(copy, revision, c.config->rules, letter.mode);
    std::vector<PreparedRow> planned;
    if (ends_warning(revision.kind)) {
        auto routed = route(letter, *c.config, c.outgoing->store(), now);
        if (!routed) return refuse(routed.error().what);
        planned = std::move(routed->rows);
    } else {
        planned = route_new(letter, *c.config, now);
    }
    return json::serialize(json::object{{"ok", true},
                                        {"warning", *id},
                                        {"revision", revision.number},
                                        {"level", warning_level_name(revision.level)},
                                        {"rows", web::planned_json(planned)}});
}

} // namespace

std::optional<std::string> dispatch_command(std::string_view command, const json::object& request, const Peer& peer,
                                            const CommandContext& context)
{
    const bool ours =
        command == "dispatch" || command == "deliveries" || command == "resolve" || command == "route-test";
    if (!ours) return std::nullopt;
    if (context.outgoing == nullptr) return refuse("nothing is sent by this process");
    if (command == "dispatch") return rows(request, context);
    if (command == "deliveries") return deliveries(request, context);
    if (command == "resolve") return resolve(request, peer, context);
    return route_test(request, context);
}

} // namespace aqi::daemon::commands
