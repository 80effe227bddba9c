// What was sent to whom, on the control socket; the requests stand in commands.hpp.
#include "daemon/commands_parts.hpp"

#include "daemon/outgoing.hpp"
#include "daemon/rehearsal.hpp"
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
                                        {"replies", web::replies_json(store.newest_replies(most), offset, false)}});
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

/// Rows that follow what was sent name a version of a list: whose language is known while the list is the same.
void add_people(std::vector<PreparedRow>& rows, const Config& config)
{
    for (auto& row : rows)
        for (const auto& audience : config.audiences)
            if (!row.people && audience->id == row.row.audience && audience->version == row.row.version)
                row.people = audience;
}

/// Who would get a warning that does not exist, if it were issued now.
std::string route_rehearsal(const json::object& request, const CommandContext& c)
{
    const auto area = text(request, "area"), level = text(request, "level");
    if (!area || !level) return refuse("it needs \"warning\", or \"area\" and \"level\"");
    const auto known = warning_level_named(*level);
    if (!known || *known == WarningLevel::none)
        return refuse(fmt::format("level \"{}\" is not known; known: blue, yellow, orange, red", *level));
    const std::string step = text(request, "transition").value_or("raise");
    std::optional<RevisionKind> kind;
    for (const auto of : {RevisionKind::raise, RevisionKind::upgrade, RevisionKind::downgrade, RevisionKind::lift,
                          RevisionKind::cancel})
        if (revision_kind_name(of) == step) kind = of;
    if (!kind)
        return refuse(
            fmt::format("transition \"{}\" is not known; known: raise, upgrade, downgrade, lift, cancel", step));
    const Instant now = c.clock->now();
    const Mode mode = flag(request, "drill") ? Mode::drill : c.config->mode;
    const auto made = rehearse(*area, *known, *kind, mode, c.config->rules, now);
    if (!made) return refuse(made.error().detail);
    const auto planned =
        made->ends ? route_end(made->letter, *made->ends, *c.config, now) : route_new(made->letter, *c.config, now);
    const UtcOffset offset = c.config->rules.network.offset;
    return json::serialize(json::object{{"ok", true},
                                        {"rehearsal", true},
                                        {"note", "made up; nothing of it is stored or sent"},
                                        {"area", *area},
                                        {"area_name", made->letter.warning->area_name},
                                        {"transition", step},
                                        {"level", *level},
                                        {"mode", mode == Mode::drill ? "drill" : "real"},
                                        {"at", format_instant(now, offset)},
                                        {"warning", made->letter.id},
                                        {"revision", made->letter.revision},
                                        {"rows", web::planned_json(planned)}});
}

/// Who would get a warning's newest revision, issued or pending, if it were issued now.
std::string route_test(const json::object& request, const CommandContext& c)
{
    const auto id = text(request, "warning");
    if (!id) return route_rehearsal(request, c);
    const State& state = c.turns->state();
    const Warning* warning = state.warning(*id);
    if (warning == nullptr || warning->revisions.empty()) return refuse(fmt::format("there is no warning {}", *id));
    const Instant now = c.clock->now();
    Warning copy = *warning;
    Revision& revision = copy.revisions.back();
    if (!revision.issue) revision.issue = Act{"", now};
    const Mode mode = state.is_drill(*id) ? Mode::drill : c.config->mode;
    const notify::Letter letter = letter_about(copy, revision, mode, c.config->rules);
    std::vector<PreparedRow> planned;
    if (ends_warning(revision.kind)) {
        auto routed = route(letter, *c.config, c.outgoing->store(), now);
        if (!routed) return refuse(routed.error().what);
        planned = std::move(routed->rows);
        add_people(planned, *c.config);
    } else {
        planned = route_new(letter, *c.config, now);
    }
    return json::serialize(json::object{{"ok", true},
                                        {"rehearsal", false},
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
