// aqictl alarm: the operational alarms of a running daemon, and what people do with them.
#include "tools/aqictl/commands.hpp"
#include "tools/client/daemon_client.hpp"
#include "tools/replay/input.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <map>
#include <memory>

namespace aqi::tools {
namespace {

namespace json = boost::json;

/// So many of one kind at once are one trouble: they stand in one line.
constexpr std::size_t flood = 5;

struct Options {
    std::string socket = "/run/aqid/control";
    std::string person, id, until, note;
    bool all = false, as_json = false;
};

std::string text(const json::value& v)
{
    return v.is_string() ? std::string{v.as_string()} : v.is_null() ? "-" : json::serialize(v);
}

void print_alarm(const json::object& a)
{
    fmt::print("{}  {:<8} {:<8} {} {}  {}\n", text(a.at("id")),
               a.at("active").as_bool() ? text(a.at("severity")) : "cleared", text(a.at("worst_zh")),
               text(a.at("kind_zh")), text(a.at("subject")), text(a.at("detail")));
    fmt::print("    since {}, last change {}", text(a.at("raised_at")), text(a.at("changed_at")));
    if (a.at("acknowledged").is_object()) {
        const auto& act = a.at("acknowledged");
        fmt::print("; acknowledged by {} ({}) {} {}", text(act.at("person")), text(act.at("organisation")),
                   text(act.at("at")), text(act.at("note")));
    } else {
        fmt::print("; not acknowledged");
    }
    if (a.at("silence").is_object()) {
        const auto& s = a.at("silence");
        fmt::print("; silence until {} asked by {}: {}{}", text(s.at("until")), text(s.at("asked").at("person")),
                   text(s.at("asked").at("note")), a.at("silent").as_bool() ? "" : " (not in force)");
    }
    if (a.at("owner").is_string())
        fmt::print("; {} deals with it since {}", text(a.at("owner_name")), text(a.at("owned_since")));
    fmt::print("\n");
    for (const auto& note : a.at("notes").as_array())
        fmt::print("    {} {}: {}\n", text(note.at("at")), text(note.at("name")), text(note.at("text")));
}

void print_alarms(const json::array& alarms, bool all)
{
    std::map<std::string, std::size_t> of_kind;
    for (const auto& v : alarms)
        if (!v.at("over").as_bool()) ++of_kind[text(v.at("kind_zh"))];
    std::map<std::string, bool> told;
    std::size_t shown = 0;
    for (const auto& v : alarms) {
        const auto& a = v.as_object();
        if (a.at("over").as_bool() && !all) continue;
        ++shown;
        const std::string kind = text(a.at("kind_zh"));
        if (!all && of_kind[kind] >= flood) {
            if (!std::exchange(told[kind], true))
                fmt::print("{}: {} at once, from {} on; --all lists them\n", kind, of_kind[kind], text(a.at("id")));
            continue;
        }
        print_alarm(a);
    }
    if (shown == 0) fmt::print("no alarms\n");
}

} // namespace

void add_alarms(CLI::App& app, int& exit_code)
{
    auto* group = app.add_subcommand("alarm", "operational alarms: list, acknowledge, silence, note, take over");
    group->require_subcommand(1);
    auto o = std::make_shared<Options>();
    const auto add = [&](const char* name, const char* help, bool acts) {
        auto* command = group->add_subcommand(name, help);
        command->add_option("--socket", o->socket, "control socket of the daemon")
            ->capture_default_str()
            ->envname("AQID_SOCKET");
        if (acts) {
            command->add_option("ALARM", o->id, "alarm id, e.g. alarm-2016-0001")->required();
            command->add_option("--as", o->person,
                                "act as this person of the configuration; default: the only one of this account");
        }
        return command;
    };
    auto* list = add("list", "those that ask something of people, the worst first", false);
    list->add_flag("--all", o->all, "also those that are over, and each of a flood");
    list->add_flag("--json", o->as_json, "as JSON");
    list->callback([o, &exit_code] {
        const json::value s = ask_daemon(o->socket, {{"command", "status"}});
        if (o->as_json)
            fmt::print("{}\n", json::serialize(s.at("alarms")));
        else
            print_alarms(s.at("alarms").as_array(), o->all);
        exit_code = exit_ok;
    });
    const auto act = [o, &exit_code](const char* verb) {
        json::object r{{"command", "alarm"}, {"verb", verb}, {"alarm", o->id}};
        if (!o->person.empty()) r["person"] = o->person;
        if (!o->note.empty()) r["note"] = o->note;
        if (!o->until.empty()) r["until"] = o->until;
        ask_daemon(o->socket, r);
        exit_code = exit_ok;
    };
    auto* ack = add("ack", "acknowledge: seen, and somebody is on it; clears nothing", true);
    ack->add_option("--note", o->note, "what is done about it");
    ack->callback([act] { act("acknowledge"); });
    auto* silence =
        add("silence", "stop the sound until a time; an alarm of a public warning needs a second person", true);
    silence->add_option("--until", o->until, "2016-12-20T14:00:00+08:00, at most 7 days ahead")->required();
    silence->add_option("--why", o->note, "the reason")->required();
    silence->callback([act] { act("silence"); });
    auto* confirm = add("confirm-silence", "the second person: confirm what another asked for", true);
    confirm->add_option("--note", o->note, "a remark");
    confirm->callback([act] { act("confirm-silence"); });
    auto* own = add("own", "take it over: you deal with it, whoever did before; acknowledges nothing", true);
    own->add_option("--note", o->note, "a remark");
    own->callback([act] { act("own"); });
    auto* note = add("note", "add a note: what was seen, what was done", true);
    note->add_option("TEXT", o->note, "the note")->required();
    note->callback([act] { act("note"); });
}

} // namespace aqi::tools
