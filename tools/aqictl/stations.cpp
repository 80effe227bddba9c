// aqictl maintenance, quarantine, order, coverage: stations as they really are.
#include "tools/aqictl/commands.hpp"
#include "tools/client/daemon_client.hpp"
#include "tools/command_error.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace aqi::tools {
namespace {

namespace json = boost::json;

struct Options {
    std::string socket = "/run/aqid/control";
    std::string person, station, from, until, why, order;
    int number = 0;
    bool ends = false;
    bool as_json = false;
    bool as_csv = false;
};

CLI::App* add(CLI::App& app, const char* name, const char* help, const std::shared_ptr<Options>& o)
{
    auto* command = app.add_subcommand(name, help);
    command->add_option("--socket", o->socket, "control socket of the daemon")
        ->capture_default_str()
        ->envname("AQID_SOCKET");
    return command;
}

json::object request(const Options& o, std::string_view command)
{
    json::object out{{"command", command}};
    const auto put = [&](const char* key, const std::string& value) {
        if (!value.empty()) out[key] = value;
    };
    put("person", o.person);
    put("station", o.station);
    put("first", o.from);
    put("last", o.until);
    put("why", o.why);
    return out;
}

std::string text(const json::value& v)
{
    return v.is_string() ? std::string{v.as_string()} : v.is_null() ? "-" : json::serialize(v);
}

/// A line a station and day, a character an hour; below, every gap with its reason.
void print_coverage(const json::value& c)
{
    fmt::print("{} to {}; a character an hour, the worst of its pollutants\n", text(c.at("first")), text(c.at("last")));
    for (const auto& [mark, words] : c.at("marks").as_object())
        fmt::print("  {} {} ({})\n", std::string_view{mark.data(), mark.size()}, text(words.at("zh")),
                   text(words.at("kind")));
    for (const auto& s : c.at("stations").as_array()) {
        const auto expected = s.at("expected").as_int64(), observed = s.at("observed").as_int64();
        fmt::print("\n{} {}: {} of {} values", text(s.at("id")), text(s.at("name")), observed, expected);
        if (expected > 0) fmt::print(" ({}.{} %)", observed * 1000 / expected / 10, observed * 1000 / expected % 10);
        fmt::print(", {} back-filled\n", text(s.at("back_filled")));
        const std::string hours = text(s.at("hours"));
        for (std::size_t at = 0; at < hours.size(); at += 24) fmt::print("  {}\n", hours.substr(at, 24));
        for (const auto& g : s.at("gaps").as_array()) {
            std::string of;
            for (const auto& p : g.at("pollutants").as_array()) of += (of.empty() ? "" : " ") + text(p);
            fmt::print("  {} to {}  {} ({})  {}  [{}]\n", text(g.at("first")), text(g.at("last")),
                       text(g.at("kind_zh")), text(g.at("kind")), text(g.at("reason")), of);
        }
    }
}

/// A table of hours and items, or the same as CSV with the units in its head.
void print_weather(const json::value& w, bool as_csv)
{
    const auto& units = w.at("units").as_object();
    std::string head = as_csv ? "station,hour" : fmt::format("{:<10} {:<16}", "station", "hour");
    for (const auto& [item, unit] : units)
        head += as_csv ? fmt::format(",{}_{}", std::string_view{item.data(), item.size()}, text(unit))
                       : fmt::format(" {:>14}", std::string_view{item.data(), item.size()});
    fmt::print("{}\n", head);
    for (const auto& s : w.at("stations").as_array())
        for (const auto& h : s.at("hours").as_array()) {
            std::string line = as_csv ? fmt::format("{},{}", text(s.at("id")), text(h.at("hour")))
                                      : fmt::format("{:<10} {:<16}", text(s.at("id")), text(h.at("hour")));
            for (const auto& unit : units) {
                const auto& value = h.at(unit.key());
                line += as_csv ? "," + (value.is_null() ? std::string{} : text(value))
                               : fmt::format(" {:>14}", text(value));
            }
            fmt::print("{}\n", line);
        }
}

} // namespace

void add_stations(CLI::App& app, int& exit_code)
{
    for (const char* note : {"maintenance", "quarantine"}) {
        const bool is_maintenance = std::string_view{note} == "maintenance";
        auto o = std::make_shared<Options>();
        auto* command = add(app, note,
                            is_maintenance ? "a station is worked on until an hour; --ends takes it back"
                                           : "a station's values are kept and do not count, until --ends",
                            o);
        command->add_option("STATION", o->station, "station id")->required();
        command->add_option("--from", o->from, "first hour, by its end; default: the running one");
        command->add_option("--until", o->until, "last hour, by its end, 2016-12-20T14:00");
        command->add_option("--why", o->why, "the reason");
        command->add_flag("--ends", o->ends, "it is over");
        command->add_option("--as", o->person,
                            "act as this person of the configuration; default: the only one of this account");
        command->callback([o, name = std::string{note}, &exit_code] {
            json::object r = request(*o, "station");
            r["note"] = name;
            r["ends"] = o->ends;
            ask_daemon(o->socket, r);
            exit_code = exit_ok;
        });
    }

    auto o = std::make_shared<Options>();
    auto* order = add(app, "tell", "pass an order on to a station (HJ 212)", o);
    order->add_option("STATION", o->station, "station id")->required();
    order
        ->add_option("ORDER", o->order,
                     "set-time, realtime-interval, minute-interval, realtime-on, realtime-off, fetch")
        ->required();
    order->add_option("NUMBER", o->number, "seconds or minutes of an interval");
    order->add_option("--from", o->from, "of fetch: the first hour, by its end");
    order->add_option("--until", o->until, "of fetch: the last hour");
    order->add_option("--as", o->person,
                      "act as this person of the configuration; default: the only one of this account");
    order->callback([o, &exit_code] {
        json::object r = request(*o, "tell");
        r["order"] = o->order;
        if (o->number != 0) r["number"] = o->number;
        const json::value answer = ask_daemon(o->socket, r);
        if (const auto* said = answer.as_object().if_contains("said")) fmt::print("{}\n", text(*said));
        exit_code = exit_ok;
    });

    auto w = std::make_shared<Options>();
    auto* weather = add(app, "weather", "the weather of stations, hour by hour", w);
    weather->add_option("STATION", w->station, "station id; default: all");
    weather->add_option("--from", w->from, "first hour, by its end; default: 72 hours back");
    weather->add_option("--until", w->until, "last hour, by its end");
    weather->add_flag("--csv", w->as_csv, "comma-separated");
    weather->add_flag("--json", w->as_json, "the answer as it comes (aqid/weather/1)");
    weather->callback([w, &exit_code] {
        const json::value answer = ask_daemon(w->socket, request(*w, "weather"));
        if (w->as_json)
            fmt::print("{}\n", json::serialize(answer));
        else
            print_weather(answer, w->as_csv);
        exit_code = exit_ok;
    });

    auto c = std::make_shared<Options>();
    auto* coverage = add(app, "coverage", "every hour of every station, and why one is empty", c);
    coverage->add_option("STATION", c->station, "station id; default: all");
    coverage->add_option("--from", c->from, "first hour, by its end; default: 72 hours back");
    coverage->add_option("--until", c->until, "last hour, by its end");
    coverage->add_flag("--json", c->as_json, "the answer as it comes (aqid/coverage/1)");
    coverage->callback([c, &exit_code] {
        const json::value answer = ask_daemon(c->socket, request(*c, "coverage"));
        if (c->as_json)
            fmt::print("{}\n", json::serialize(answer));
        else
            print_coverage(answer);
        exit_code = exit_ok;
    });
}

} // namespace aqi::tools
