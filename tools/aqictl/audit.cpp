// aqictl audit: what people did with a running daemon, and what was refused to them.
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
    int most = 50;
    bool as_json = false;
};

std::string text(const json::object& o, std::string_view key)
{
    const auto* value = o.if_contains(key);
    if (value == nullptr || value->is_null()) return {};
    return value->is_string() ? std::string{value->as_string()} : json::serialize(*value);
}

/// The words of an act that say most, in the journal's own names.
std::string words_of(const json::object& says)
{
    std::string out;
    for (const auto* key : {"what", "verb", "stage", "warning", "revision", "area", "order", "document", "alarm",
                            "measure", "correction", "station", "place", "kind", "level", "to", "why", "note"}) {
        const std::string value = text(says, key);
        if (!value.empty())
            out += (out.empty() ? "" : "  ") + (std::string_view{key} == "why" ? "(" + value + ")" : value);
    }
    return out;
}

} // namespace

void add_audit(CLI::App& app, int& exit_code)
{
    auto o = std::make_shared<Options>();
    auto* command =
        app.add_subcommand("audit", "what people did, and what was refused to them with the reason, newest first");
    command->add_option("--socket", o->socket, "control socket of the daemon")
        ->capture_default_str()
        ->envname("AQID_SOCKET");
    command->add_option("--most", o->most, "so many")->capture_default_str()->check(CLI::Range(1, 1'000));
    command->add_flag("--json", o->as_json, "as JSON, with everything the journal says");
    command->callback([o, &exit_code] {
        const json::value answer = ask_daemon(o->socket, {{"command", "audit"}, {"most", o->most}});
        exit_code = exit_ok;
        if (o->as_json) return fmt::print("{}\n", json::serialize(answer.at("acts")));
        for (const auto& act : answer.at("acts").as_array()) {
            const auto& says = act.at("says").as_object();
            fmt::print("{}  {:<16} {:<12} {}\n", text(act.as_object(), "when"), text(act.as_object(), "event"),
                       text(says, "person"), words_of(says));
        }
    });
}

} // namespace aqi::tools
