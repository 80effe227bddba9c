// What sign-in says, as JSON: who one is, who is signed in, what was asked for.
#include "daemon/config_people.hpp"
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

} // namespace

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
    const Organisation* organisation = network.organisation_named(person->organisation);
    json::array rights, roles;
    for (const auto right : rights_of(*person)) rights.emplace_back(right);
    for (const auto& role : person->roles) roles.emplace_back(role);
    out["person"] = person->id;
    out["name"] = person->name;
    out["organisation"] = person->organisation;
    out["organisation_name"] = organisation != nullptr ? organisation->name : "";
    out["bureau"] = organisation != nullptr ? bureau_word(organisation->bureau) : "";
    out["rights"] = std::move(rights);
    out["may_approve_up_to"] = person->may_approve_up_to == WarningLevel::none
                                   ? json::value(nullptr)
                                   : json::value(warning_level_name(person->may_approve_up_to));
    out["roles"] = std::move(roles);
    out["session"] = session->id;
    out["token"] = Sessions::token_of(secret);
    out["idle_until"] = moment(sessions_.idle_until(*session));
    out["until"] = moment(sessions_.until(*session));
    return out;
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
