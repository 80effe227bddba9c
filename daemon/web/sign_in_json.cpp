// What sign-in says, as JSON: who one is, who is signed in, what was asked for.
#include "daemon/config_people.hpp"
#include "daemon/web/head.hpp"
#include "daemon/web/sign_in.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

std::string_view bureau_word(Bureau bureau)
{
    switch (bureau) {
    case Bureau::environment: return "environment";
    case Bureau::meteorology: return "meteorology";
    case Bureau::government: return "government";
    case Bureau::unit: return "unit";
    }
    return "";
}

json::value rank_json(const Person& person)
{
    if (person.may_approve_up_to == WarningLevel::none) return nullptr;
    return json::value(warning_level_name(person.may_approve_up_to));
}

json::array roles_json(const Person& person)
{
    json::array out;
    for (const auto& role : person.roles) out.emplace_back(role);
    return out;
}

/// Whoever delegated something to the person for today: that one's rank and roles are the person's, too.
json::array delegations_json(const Person& person, LocalDay today, const Network& network)
{
    json::array out;
    for (const auto& delegation : network.delegations) {
        const Person* from = network.person_named(delegation.from);
        if (delegation.to != person.id || !delegation.covers(today) || from == nullptr) continue;
        out.push_back(json::object{{"from", from->id},
                                   {"from_name", from->name},
                                   {"until", format_day(delegation.last)},
                                   {"may_approve_up_to", rank_json(*from)},
                                   {"roles", roles_json(*from)}});
    }
    return out;
}

} // namespace

json::object SignIn::person_json(const Person& person) const
{
    const Organisation* organisation = config_.rules.network.organisation_named(person.organisation);
    json::array rights;
    for (const auto right : rights_of(person)) rights.emplace_back(right);
    return {{"name", person.name},
            {"organisation", person.organisation},
            {"organisation_name", organisation != nullptr ? organisation->name : ""},
            {"bureau", organisation != nullptr ? bureau_word(organisation->bureau) : ""},
            {"rights", std::move(rights)},
            {"may_approve_up_to", rank_json(person)},
            {"roles", roles_json(person)}};
}

json::object SignIn::about(const std::string& id, const SessionRow* session, std::string_view secret) const
{
    const Network& network = config_.rules.network;
    const Person* person = network.person_named(id);
    const auto moment = [&](Instant at) { return format_instant(at, network.offset); };
    std::vector<std::string> accounts;
    for (const auto& [each, account] : config_.accounts) accounts.push_back(account);
    std::sort(accounts.begin(), accounts.end());
    json::object out{{"ok", true},
                     {"person", nullptr},
                     {"reading", config_.http.reading == PageReading::open ? "open" : "signed-in"},
                     {"mode", config_.mode == Mode::drill ? "drill" : "real"},
                     {"version", AQID_VERSION},
                     // Several people behind one account of the machine: only a drill may have that.
                     {"shared_drill", std::adjacent_find(accounts.begin(), accounts.end()) != accounts.end()}};
    if (session == nullptr || person == nullptr) return out;
    out["person"] = person->id;
    for (auto& [key, value] : person_json(*person)) out[key] = std::move(value);
    out["delegations"] = delegations_json(*person, day_at(parts_.clock->now(), network.offset), network);
    out["session"] = session->id;
    out["token"] = Sessions::token_of(secret);
    out["idle_until"] = moment(sessions_.idle_until(*session));
    out["until"] = moment(sessions_.until(*session));
    return out;
}

Reply SignIn::people(const Request& request)
{
    const Network& network = config_.rules.network;
    const Person* asks = network.person_named(person_of(request));
    if (asks == nullptr) throw Refusal{401, "请先登录", "sign in first"};
    const Instant now = parts_.real_time();
    json::array out;
    for (const auto& person : network.persons) {
        const auto password = parts_.store->login().password_of(person.id);
        if (!password) throw StoreError(password.error().what);
        json::object o = person_json(person);
        o["id"] = person.id;
        o["has_password"] = password->has_value();
        if (asks->may_administer) { // whose password is being guessed is for those who can help
            const auto wait = by_person_.wait(person.id, now);
            o["locked_until"] = wait > wait.zero()
                                    ? json::value(format_instant(Instant{now.ms + wait.count()}, network.offset))
                                    : json::value(nullptr);
        }
        out.push_back(std::move(o));
    }
    Reply reply = json_reply(json::serialize(json::object{{"ok", true}, {"people", std::move(out)}}));
    reply.headers.emplace_back("Cache-Control", "no-store");
    return reply;
}

json::array SignIn::sessions_json(std::string_view person, std::string_view mine) const
{
    const Network& network = config_.rules.network;
    const auto moment = [&](Instant at) { return format_instant(at, network.offset); };
    json::array out;
    for (const auto& session : sessions_.open(person)) {
        const Person* who = network.person_named(session.person);
        out.push_back(json::object{{"id", session.id},
                                   {"person", session.person},
                                   {"name", who != nullptr ? who->name : ""},
                                   {"address", session.address},
                                   {"begun", moment(session.begun)},
                                   {"seen", moment(session.seen)},
                                   {"idle_until", moment(sessions_.idle_until(session))},
                                   {"until", moment(sessions_.until(session))},
                                   {"mine", session.id == mine}});
    }
    return out;
}

json::array SignIn::audit_json(const std::vector<AuditLine>& lines) const
{
    const Network& network = config_.rules.network;
    json::array out;
    for (const auto& line : lines) {
        const Person* who = network.person_named(line.entry.person);
        json::object o{
            {"number", line.number},
            {"at", format_instant(line.entry.at, network.offset)},
            {"person", line.entry.person.empty() ? json::value(nullptr) : json::value(line.entry.person)},
            {"name", who != nullptr ? json::value(who->name) : json::value(nullptr)},
            {"via", line.entry.via},
            {"address", line.entry.address},
            {"command", line.entry.command},
            {"about", line.entry.about},
            {"outcome", line.entry.outcome},
            {"why", line.entry.why},
            {"of", line.entry.of == 0 ? json::value(nullptr) : json::value(line.entry.of)},
            {"request", line.entry.request == Digest{} ? json::value(nullptr) : json::value(hex(line.entry.request))},
            {"digest", hex(line.digest)}};
        out.push_back(std::move(o));
    }
    return out;
}

} // namespace aqi::daemon::web
