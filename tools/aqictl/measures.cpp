// aqictl measures, measure, verification: what warnings ask of whom, and how good the forecasts were.
#include "tools/aqictl/commands.hpp"
#include "tools/client/daemon_client.hpp"
#include "tools/replay/input.hpp"

#include "drivers/csv.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <memory>

namespace aqi::tools {
namespace {

namespace json = boost::json;

struct Options {
    std::string socket = "/run/aqid/control";
    std::string person, warning, measure, stage, note, area, first, last;
    bool as_csv = false, as_json = false;
};

std::string text(const json::value& v)
{
    return v.is_string() ? std::string{v.as_string()} : v.is_null() ? "" : json::serialize(v);
}

std::string step_at(const json::object& entry, std::string_view stage)
{
    for (const auto& step : entry.at("steps").as_array())
        if (text(step.at("stage")) == stage) return text(step.at("at"));
    return {};
}

/// The extract a bureau files: a row a measure, with every moment of its life.
void print_csv(const json::array& entries)
{
    fmt::print("warning,revision,area,level,measure,unit,text,share_percent,cutback_list,called_at,notified,"
               "acknowledged,started,ended\n");
    for (const auto& v : entries) {
        const auto& e = v.as_object();
        std::string line;
        for (const auto* key : {"warning", "revision", "area", "level", "measure", "unit_name", "text", "share_percent",
                                "cutback", "called_at"})
            line += drivers::csv_cell(text(e.at(key))) + ",";
        for (const auto* stage : {"notified", "acknowledged", "started", "ended"})
            line += drivers::csv_cell(step_at(e, stage)) + (std::string_view{stage} == "ended" ? "" : ",");
        fmt::print("{}\n", line);
    }
}

void print_entries(const json::array& entries)
{
    for (const auto& v : entries) {
        const auto& e = v.as_object();
        fmt::print("{}/{}  {:<7} {:<6} {}  {}  {}{}\n", text(e.at("warning")), text(e.at("revision")),
                   text(e.at("level")), text(e.at("stage_zh")), text(e.at("measure")), text(e.at("unit_name")),
                   text(e.at("text")), e.at("no_longer_asked").is_null() ? "" : "  （不再要求）");
        for (const auto& step : e.at("steps").as_array())
            fmt::print("      {} {} {} {}\n", text(step.at("stage")), text(step.at("at")), text(step.at("person")),
                       text(step.at("note")));
    }
    if (entries.empty()) fmt::print("no measures\n");
}

/// Within the months of a quarter, "2016Q4"; every row when it is empty.
bool in_quarter(const json::object& entry, const std::string& quarter)
{
    if (quarter.empty()) return true;
    const std::string at = text(entry.at("called_at")); // "2016-12-30T..."
    return at.substr(0, 4) + "Q" + std::to_string((std::stoi(at.substr(5, 2)) + 2) / 3) == quarter;
}

void print_verification(const json::value& v)
{
    fmt::print("{} to {}\n{:<14} {:>4} {:>5} {:>8} {:>9} {:>5} {:>5} {:>6} {:>12} {:>11}\n", text(v.at("first")),
               text(v.at("last")), "forecast of", "lead", "days", "in range", "level hit", "over", "under", "half",
               ">200 hits", "false alarms");
    for (const auto& s : v.at("scores").as_array()) {
        const auto days = s.at("days").as_int64();
        const auto percent = [&](const char* key) {
            return fmt::format("{}%", (s.at(key).as_int64() * 100 + days / 2) / days);
        };
        fmt::print("{:<14} {:>4} {:>5} {:>8} {:>9} {:>5} {:>5} {:>5}% {:>9} / {:<3} {:>8}\n",
                   text(s.at("organisation")), text(s.at("lead_days")), days, percent("in_range"),
                   percent("level_hits"), text(s.at("over")), text(s.at("under")),
                   s.at("half_points").as_int64() * 50 / days, text(s.at("heavy_hits")), text(s.at("heavy")),
                   text(s.at("false_alarms")));
        for (const auto& [pollutant, bias] : s.at("bias").as_object())
            fmt::print("{:>19} {}: {} {} over {} days\n", "bias", std::string_view{pollutant}, text(bias.at("mean")),
                       text(bias.at("unit")), text(bias.at("days")));
    }
    for (const auto& g : v.at("lead_gained").as_array())
        fmt::print("{}: {} of {} heavy spells called ahead, {} days in all\n", text(g.at("organisation")),
                   text(g.at("called")), text(g.at("spells")), text(g.at("days_ahead")));
}

} // namespace

void add_measures(CLI::App& app, int& exit_code)
{
    const auto with_socket = [](CLI::App* command, const std::shared_ptr<Options>& o) {
        command->add_option("--socket", o->socket, "control socket of the daemon")
            ->capture_default_str()
            ->envname("AQID_SOCKET");
    };
    auto o = std::make_shared<Options>();
    auto* list = app.add_subcommand("measures", "what issued warnings asked of whom, and what became of it");
    with_socket(list, o);
    list->add_option("--warning", o->warning, "of this warning only");
    list->add_option("--quarter", o->first, "called for in this quarter, 2016Q4");
    list->add_flag("--csv", o->as_csv, "the quarterly extract");
    list->callback([o, &exit_code] {
        const json::value s = ask_daemon(o->socket, {{"command", "measures"}});
        json::array chosen;
        for (const auto& e : s.at("measures").as_array())
            if ((o->warning.empty() || text(e.at("warning")) == o->warning) && in_quarter(e.as_object(), o->first))
                chosen.push_back(e);
        if (o->as_csv)
            print_csv(chosen);
        else
            print_entries(chosen);
        exit_code = exit_ok;
    });

    auto m = std::make_shared<Options>();
    auto* act = app.add_subcommand("measure", "a measure was notified, acknowledged, started or ended");
    with_socket(act, m);
    act->add_option("--as", m->person,
                    "act as this person of the configuration; default: the only one of this account");
    act->add_option("STAGE", m->stage, "notified, acknowledged, started, ended")->required();
    act->add_option("WARNING", m->warning, "warning id")->required();
    act->add_option("MEASURE", m->measure, "measure id")->required();
    act->add_option("--note", m->note, "a remark");
    act->callback([m, &exit_code] {
        json::object r{{"command", "respond"},
                       {"stage", m->stage},
                       {"warning", m->warning},
                       {"measure", m->measure},
                       {"note", m->note}};
        if (!m->person.empty()) r["person"] = m->person;
        ask_daemon(m->socket, r);
        exit_code = exit_ok;
    });

    auto v = std::make_shared<Options>();
    auto* verification =
        app.add_subcommand("verification", "how good each bureau's forecasts were, beside two baselines");
    with_socket(verification, v);
    verification->add_option("AREA", v->area, "area id")->required();
    verification->add_option("--from", v->first, "first day; default: 90 days");
    verification->add_option("--until", v->last, "last day; default: the last closed one");
    verification->add_flag("--json", v->as_json, "the answer as it comes");
    verification->callback([v, &exit_code] {
        json::object r{{"command", "verification"}, {"area", v->area}};
        if (!v->first.empty()) r["first"] = v->first;
        if (!v->last.empty()) r["last"] = v->last;
        const json::value answer = ask_daemon(v->socket, r);
        if (v->as_json)
            fmt::print("{}\n", json::serialize(answer));
        else
            print_verification(answer);
        exit_code = exit_ok;
    });
}

} // namespace aqi::tools
