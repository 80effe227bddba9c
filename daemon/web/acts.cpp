#include "daemon/web/acts.hpp"

#include "daemon/store/audit.hpp"
#include "daemon/web/head.hpp"
#include "libaqi/utf8.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

struct ActRow {
    std::string_view command;
    bool administer = false; ///< about the machine, where libaqi asks nobody's right
    bool guarded = false;    ///< may say which version it is about
};
constexpr std::size_t name_shown = 60; ///< bytes of a name that somebody made up
constexpr ActRow rows[] = {{"forecast"},
                           {"act", false, true},
                           {"consult", false, true},
                           {"propose"},
                           {"drill"},
                           {"order"},
                           {"review-emergency"},
                           {"alarm"},
                           {"respond"},
                           {"correct"},
                           {"decide"},
                           {"sign-off"},
                           {"dust"},
                           {"station"},
                           {"tell"},
                           {"resolve"},
                           {"recompute", true},
                           {"clock", true}};

constexpr auto names = [] {
    std::array<std::string_view, std::size(rows)> out{};
    std::transform(std::begin(rows), std::end(rows), out.begin(), [](const ActRow& row) { return row.command; });
    return out;
}();

/// What a member of a request is, whichever act it belongs to. One of another kind would pass for absent, and an act would happen
/// that leaves out a part of what was meant. Members of a forecast's days are read by drivers/forecast_text.
struct Member {
    std::string_view name;
    json::kind kind = json::kind::string;
};
constexpr Member members[] = {{"person"},
                              {"area"},
                              {"station"},
                              {"place"},
                              {"warning"},
                              {"alarm"},
                              {"key"},
                              {"correction"},
                              {"measure"},
                              {"pollutant"},
                              {"verb"},
                              {"level"},
                              {"verdict"},
                              {"stage"},
                              {"kind"},
                              {"order"},
                              {"note"},
                              {"why"},
                              {"wording"},
                              {"document"},
                              {"text"},
                              {"cap"},
                              {"value"},
                              {"first"},
                              {"last"},
                              {"date"},
                              {"until"},
                              {"effective"},
                              {"now"},
                              {"authority"},
                              {"revision", json::kind::int64},
                              {"number", json::kind::int64},
                              {"undo", json::kind::bool_},
                              {"ends", json::kind::bool_},
                              {"areas", json::kind::array},
                              {"issued_at"}, // of a forecast
                              {"days", json::kind::array},
                              {"hours", json::kind::array}};

std::string_view kind_name(json::kind kind, bool chinese)
{
    switch (kind) {
    case json::kind::int64: return chinese ? "整数" : "whole number";
    case json::kind::bool_: return chinese ? "true 或 false" : "true or a false";
    case json::kind::array: return chinese ? "列表" : "list";
    default: return chinese ? "文本" : "text";
    }
}

/// The first member that is there and something else than it should be.
const Member* misfit(const json::object& request)
{
    for (const auto& member : members)
        if (const auto* given = request.if_contains(member.name);
            given != nullptr && !given->is_null() && given->kind() != member.kind)
            return &member;
    return nullptr;
}

/// The first member that belongs to no act: a misspelt one would leave out a part of what was meant, too.
std::optional<std::string> stranger(const json::object& request)
{
    for (const auto& each : request) {
        const auto is_it = [&](const Member& member) { return member.name == std::string_view{each.key()}; };
        if (std::none_of(std::begin(members), std::end(members), is_it)) return cut_utf8(each.key(), name_shown);
    }
    return std::nullopt;
}

/// The version on the table, if the request says which one it is about and another lies there now.
std::optional<int> other_version(const json::object& request, const State& state)
{
    const auto *seen = request.if_contains("version"), *warning = request.if_contains("warning"),
               *revision = request.if_contains("revision");
    if (seen == nullptr || seen->is_null()) return std::nullopt;
    if (!seen->is_int64()) throw Refusal{422, "“version”不是整数", "\"version\" is no whole number"};
    if (warning == nullptr || !warning->is_string() || revision == nullptr || !revision->is_int64())
        return std::nullopt; // the command says what is missing
    for (const auto& each : state.warnings()) {
        if (each.id != std::string_view{warning->as_string()}) continue;
        for (const auto& r : each.revisions)
            if (r.number == revision->as_int64() && r.version != seen->as_int64()) return r.version;
    }
    return std::nullopt;
}

/// What is refused before the command is asked has its line, too.
void note_refusal(const CommandContext& context, const Peer& peer, std::string_view command, const std::string& why)
{
    if (context.trail == nullptr) return;
    AuditEntry line;
    line.at = context.clock->now();
    line.person = peer.person;
    line.via = peer.via;
    line.address = peer.address;
    line.command = command;
    line.outcome = "refused";
    line.why = why;
    (void)context.trail->append(line); // nothing happens in any case
}

} // namespace

std::span<const std::string_view> act_commands() { return names; }

Reply act(const Request& request, SignIn& sign_in, const CommandContext& context)
{
    const std::string_view command = request.path.substr(std::min(acts_path.size(), request.path.size()));
    const auto row =
        std::find_if(std::begin(rows), std::end(rows), [&](const ActRow& each) { return each.command == command; });
    if (row == std::end(rows)) throw Refusal{404, "没有这个操作", "there is no such act"};
    sign_in.refuse_forged(request, command);

    json::error_code ec;
    json::value value = json::parse({request.body.data(), request.body.size()}, ec);
    auto* body = value.if_object();
    if (ec || body == nullptr) throw Refusal{400, "请求不是一个JSON对象", "the request is not one JSON object"};

    Peer peer;
    peer.person = sign_in.person_of(request);
    peer.via = "page";
    peer.address = request.peer;
    peer.account = peer.person;
    const Person* person = context.config->rules.network.person_named(peer.person);
    if (row->administer && (person == nullptr || !person->may_administer)) {
        note_refusal(context, peer, command, "administer is missing");
        throw Refusal{403, "需要管理员权限", "it needs the right \"administer\""};
    }
    if (row->guarded) {
        if (const auto now = other_version(*body, context.turns->state())) {
            note_refusal(context, peer, command, fmt::format("version {} lies on the table now", *now));
            throw Refusal{409, fmt::format("草案已更新为第{}版，请看过后再操作", *now),
                          fmt::format("version {} lies on the table now; look at it first", *now)};
        }
        body->erase("version");
    }
    if (const Member* odd = misfit(*body)) {
        note_refusal(context, peer, command, fmt::format("\"{}\" is no {}", odd->name, kind_name(odd->kind, false)));
        throw Refusal{422, fmt::format("“{}”须为{}，未作任何更改", odd->name, kind_name(odd->kind, true)),
                      fmt::format("\"{}\" must be a {}; nothing was changed", odd->name, kind_name(odd->kind, false))};
    }
    if (const auto odd = stranger(*body)) {
        note_refusal(context, peer, command, fmt::format("\"{}\" is not known", *odd));
        throw Refusal{422, fmt::format("不认识的字段“{}”，未作任何更改", *odd),
                      fmt::format("\"{}\" is not known; nothing was changed", *odd)};
    }
    (*body)["command"] = command;
    return command_reply(request, answer_command(json::serialize(value), peer, context));
}

} // namespace aqi::daemon::web
