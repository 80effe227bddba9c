// aqictl dispatch, deliveries, resolve, route-test, verify-ledger: what was sent to whom, and what became of it.
#include "tools/aqictl/become.hpp"
#include "tools/aqictl/commands.hpp"
#include "tools/client/daemon_client.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <memory>

namespace aqi::tools {
namespace {

namespace json = boost::json;

struct Options {
    std::string socket = "/run/aqid/control";
    std::string person, key, verdict, why, warning, level, transition, database;
    int most = 50;
    int row = 0;
    bool as_json = false;
    bool drill = false;
};

std::string text(const json::value& v) { return v.is_string() ? std::string{v.as_string()} : json::serialize(v); }

/// "in_doubt 2, accepted 4998": what asks for a person first.
std::string states_of(const json::object& states)
{
    std::string out;
    for (const auto& [name, count] : states)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", std::string{name}, text(count));
    return out;
}

void print_rows(const json::value& answer)
{
    for (const auto& r : answer.at("rows").as_array()) {
        const auto& states = r.at("states").as_object();
        const std::string to = text(r.at("audience")).empty() ? "" : fmt::format(" to {}", text(r.at("audience")));
        fmt::print("{:>5}  {}  {}/{}  {}{}: {}\n", text(r.at("row")), text(r.at("created_at")).substr(0, 16),
                   text(r.at("warning")), text(r.at("revision")), text(r.at("channel")), to, states_of(states));
        if (!text(r.at("detail")).empty()) fmt::print("       {}\n", text(r.at("detail")));
    }
    for (const auto& r : answer.at("replies").as_array())
        fmt::print("reply  {}  {} {} ({}): {}\n", text(r.at("at")).substr(0, 16), text(r.at("name")),
                   text(r.at("from")), text(r.at("answers")), text(r.at("text")));
}

std::string money(std::int64_t thousandth) { return fmt::format("{}.{:03}", thousandth / 1000, thousandth % 1000); }

void print_planned_row(const json::value& r)
{
    const auto count = [&](const char* key) { return r.at(key).to_number<std::int64_t>(); };
    const std::string to = text(r.at("audience")).empty() ? "" : fmt::format(" to {}", text(r.at("audience")));
    const std::int64_t recipients = count("recipients"), english = count("recipients_en");
    const std::int64_t cost = count("cost_thousandth");
    fmt::print("\n{}{}: {} recipients{}, {} messages{}\n", text(r.at("channel")), to, recipients,
               english > 0 ? fmt::format(" ({} in English)", english) : "", count("messages"),
               cost != 0 ? ", " + money(cost) : "");
    std::string names;
    for (const auto& name : r.at("names").as_array()) names += (names.empty() ? "" : ", ") + text(name);
    const auto shown = static_cast<std::int64_t>(r.at("names").as_array().size());
    if (shown > 0)
        fmt::print("  who: {}{}\n", names, recipients > shown ? fmt::format(" and {} more", recipients - shown) : "");
    if (!text(r.at("refused")).empty()) return fmt::print("  CANNOT BE SAID: {}\n", text(r.at("refused")));
    for (const auto* language : {"zh", "en"}) {
        const auto& content = r.at(language);
        if (content.is_null()) continue;
        const std::int64_t each = content.at("cost_thousandth").to_number<std::int64_t>();
        fmt::print("  {}: {} units, {} parts{}\n", language, text(content.at("units")), text(content.at("parts")),
                   each != 0 ? fmt::format(", {} each", money(each)) : "");
        if (!text(content.at("subject")).empty()) fmt::print("    {}\n", text(content.at("subject")));
        fmt::print("    {}\n", text(content.at("text")));
    }
}

void print_plan(const json::value& answer)
{
    const bool rehearsal = answer.at("rehearsal").as_bool();
    if (rehearsal)
        fmt::print("REHEARSAL (预演): made up, neither stored nor sent. Real are routes, lists, words and prices.\n"
                   "{} {} in {} ({}), {} at {}:\n",
                   text(answer.at("transition")), text(answer.at("level")), text(answer.at("area_name")),
                   text(answer.at("area")), text(answer.at("mode")), text(answer.at("at")));
    else
        fmt::print("{} revision {}, {}:\n", text(answer.at("warning")), text(answer.at("revision")),
                   text(answer.at("level")));
    std::int64_t messages = 0, cost = 0;
    for (const auto& r : answer.at("rows").as_array()) {
        print_planned_row(r);
        messages += r.at("messages").to_number<std::int64_t>();
        cost += r.at("cost_thousandth").to_number<std::int64_t>();
    }
    if (answer.at("rows").as_array().empty())
        fmt::print("\nNOBODY would get it: no channel of this mode is on a route for it\n");
    if (cost != 0) fmt::print("\nin all: {} messages, {}\n", messages, money(cost));
    if (rehearsal) fmt::print("\nREHEARSAL (预演): nothing was sent\n");
}

} // namespace

void add_dispatch(CLI::App& app, int& exit_code)
{
    auto o = std::make_shared<Options>();
    const auto add = [&](const char* name, const char* help) {
        auto* command = app.add_subcommand(name, help);
        command->add_option("--socket", o->socket, "control socket of the daemon")
            ->capture_default_str()
            ->envname("AQID_SOCKET");
        return command;
    };

    auto* rows = add("dispatch", "what was sent to whom, newest first, and what was replied");
    rows->add_option("--most", o->most, "so many")->capture_default_str()->check(CLI::Range(1, 1'000));
    rows->add_flag("--json", o->as_json, "as JSON");
    rows->callback([o, &exit_code] {
        const json::value answer = ask_daemon(o->socket, {{"command", "dispatch"}, {"most", o->most}});
        exit_code = exit_ok;
        if (o->as_json) return fmt::print("{}\n", json::serialize(answer));
        print_rows(answer);
    });

    auto* deliveries = add("deliveries", "the recipients of one row, those that need a person first");
    deliveries->add_option("ROW", o->row, "as aqictl dispatch shows it")->required();
    deliveries->add_option("--most", o->most, "so many")->capture_default_str()->check(CLI::Range(1, 100'000));
    deliveries->add_flag("--json", o->as_json, "as JSON");
    deliveries->callback([o, &exit_code] {
        const json::value answer =
            ask_daemon(o->socket, {{"command", "deliveries"}, {"row", o->row}, {"most", o->most}});
        exit_code = exit_ok;
        if (o->as_json) return fmt::print("{}\n", json::serialize(answer.at("deliveries")));
        for (const auto& d : answer.at("deliveries").as_array())
            fmt::print("{:<11} {}  {} {}  attempts {}  {}\n", text(d.at("state")), text(d.at("key")),
                       text(d.at("name")), text(d.at("address")), text(d.at("attempts")), text(d.at("detail")));
    });

    auto* resolve =
        add("resolve", "say what became of a message that is in doubt, or send one again as a further attempt");
    resolve->add_option("KEY", o->key, "as aqictl deliveries shows it")->required();
    resolve->add_option("VERDICT", o->verdict, "sent, not-sent or resend")
        ->required()
        ->check(CLI::IsMember({"sent", "not-sent", "resend"}));
    resolve->add_option("--why", o->why, "how you know")->required();
    resolve->add_option("--as", o->person,
                        "act as this person of the configuration; default: the only one of this account");
    resolve->callback([o, &exit_code] {
        json::object r{{"command", "resolve"}, {"key", o->key}, {"verdict", o->verdict}, {"why", o->why}};
        if (!o->person.empty()) r["person"] = o->person;
        ask_daemon(o->socket, r);
        exit_code = exit_ok;
    });

    auto* plan =
        add("route-test", "who would get a warning's newest revision, or one that is made up (AREA LEVEL), in which "
                          "words, at what count and cost; nothing is stored or sent");
    plan->add_option("WHAT", o->warning, "a warning id; or, with LEVEL, an area")->required();
    auto* level = plan->add_option("LEVEL", o->level, "blue, yellow, orange or red; of a lift the level that ends");
    plan->add_option("--transition", o->transition, "raise, upgrade, downgrade, lift or cancel")
        ->check(CLI::IsMember({"raise", "upgrade", "downgrade", "lift", "cancel"}))
        ->needs(level);
    plan->add_flag("--drill", o->drill, "by the channels of drills")->needs(level);
    plan->add_flag("--json", o->as_json, "as JSON");
    plan->callback([o, &exit_code] {
        json::object request{{"command", "route-test"}};
        if (o->level.empty()) {
            request["warning"] = o->warning;
        } else {
            request["area"] = o->warning;
            request["level"] = o->level;
            if (!o->transition.empty()) request["transition"] = o->transition;
            if (o->drill) request["drill"] = true;
        }
        const json::value answer = ask_daemon(o->socket, request);
        exit_code = exit_ok;
        if (o->as_json) return fmt::print("{}\n", json::serialize(answer));
        print_plan(answer);
    });

    auto* ledger =
        app.add_subcommand("verify-ledger", "whether the ledger of everything sent is whole, and its newest digest");
    ledger->add_option("DATABASE", o->database, "aqid.db, or a copy of it")->required();
    ledger->callback([o] { become_aqid({"--verify-ledger", o->database}); });
}

} // namespace aqi::tools
