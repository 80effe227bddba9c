// aqictl forecast, sign, approve, issue, lift, warnings, status: people and a running daemon.
#include "tools/aqictl/commands.hpp"
#include "tools/client/daemon_client.hpp"
#include "tools/replay/input.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace aqi::tools {
namespace {

namespace json = boost::json;

struct Common {
    std::string socket = "/run/aqid/control";
    std::string person;
};

std::string text(const json::value& v)
{
    return v.is_string() ? std::string{v.as_string()} : v.is_null() ? "-" : json::serialize(v);
}

json::object request(const Common& common, std::string_view command)
{
    json::object out{{"command", command}};
    if (!common.person.empty()) out["person"] = common.person;
    return out;
}

/// "2016-12-13=180-220:PM2.5": a day, an AQI or a range of it, perhaps the primary pollutant.
json::object forecast_day(const std::string& word)
{
    const auto equals = word.find('=');
    if (equals == std::string::npos)
        throw CommandError(fmt::format("\"{}\" must read DATE=AQI, DATE=LOW-HIGH or DATE=LOW-HIGH:PRIMARY", word));
    std::string aqi = word.substr(equals + 1);
    std::string primary;
    if (const auto colon = aqi.find(':'); colon != std::string::npos) {
        primary = aqi.substr(colon + 1);
        aqi.resize(colon);
    }
    const auto dash = aqi.find('-');
    const std::string low = aqi.substr(0, dash);
    const std::string high = dash == std::string::npos ? low : aqi.substr(dash + 1);
    const auto number = [&](const std::string& digits) -> std::int64_t {
        if (digits.empty() || digits.size() > 3 || digits.find_first_not_of("0123456789") != std::string::npos)
            throw CommandError(fmt::format("\"{}\": \"{}\" is not an AQI", word, digits));
        return std::stoi(digits);
    };
    return {{"date", word.substr(0, equals)}, {"low", number(low)}, {"high", number(high)}, {"primary", primary}};
}

const json::object* find_warning(const json::value& status, const std::string& id)
{
    for (const auto& w : status.at("warnings").as_array())
        if (text(w.at("id")) == id) return &w.as_object();
    return nullptr;
}

void print_warning(const json::object& w)
{
    fmt::print("{}  {} {}  in force: {}{}\n", text(w.at("id")), text(w.at("area")), text(w.at("area_name")),
               text(w.at("level_zh")), w.at("closed").as_bool() ? "  (closed)" : "");
    for (const auto& v : w.at("revisions").as_array()) {
        const auto& r = v.as_object();
        fmt::print("  {}. {} {}  {} ({})  effective {}  {} heavy days {} to {}, AQI up to {}\n", text(r.at("number")),
                   text(r.at("kind_zh")), text(r.at("level_zh")), text(r.at("state_zh")), text(r.at("state")),
                   text(r.at("effective")), text(r.at("heavy_days")), text(r.at("first_day")), text(r.at("last_day")),
                   text(r.at("highest_aqi")));
        for (const auto& s : r.at("signatures").as_array())
            fmt::print("     signed   {} {}  {}\n", text(s.at("person")), text(s.at("name")), text(s.at("at")));
        if (r.at("approval").is_object())
            fmt::print("     approved {} {}  {}\n", text(r.at("approval").at("person")),
                       text(r.at("approval").at("name")), text(r.at("approval").at("at")));
        if (r.at("issue").is_object())
            fmt::print("     issued   {} {}  {}\n", text(r.at("issue").at("person")), text(r.at("issue").at("name")),
                       text(r.at("issue").at("at")));
    }
}

int act(const Common& common, const std::string& verb, const std::string& warning, int revision)
{
    if (revision == 0) {
        // Without a number the person means what is pending now; what that is, is said in the answer.
        const json::value status = ask_daemon(common.socket, {{"command", "status"}});
        const auto* found = find_warning(status, warning);
        if (found == nullptr) throw CommandError(fmt::format("there is no warning {}", warning));
        if (found->at("pending").is_null()) throw CommandError(fmt::format("{} has nothing pending", warning));
        revision = static_cast<int>(found->at("pending").as_int64());
    }
    json::object r = request(common, "act");
    r["verb"] = verb;
    r["warning"] = warning;
    r["revision"] = revision;
    ask_daemon(common.socket, r);
    const json::value status = ask_daemon(common.socket, {{"command", "status"}});
    if (const auto* found = find_warning(status, warning)) print_warning(*found);
    return exit_ok;
}

void print_status(const json::value& s)
{
    fmt::print("{}  {}  last closed hour {}  warnings by {}\n", text(s.at("now")),
               text(s.at("mode")) == "drill" ? "【演练】 drill" : "real", text(s.at("closed")),
               text(s.at("rules").at("warnings")));
    for (const auto& part : s.at("storage").as_array())
        if (!part.at("good").as_bool())
            fmt::print("FAULT {}: {} since {}\n", text(part.at("name")), text(part.at("detail")),
                       text(part.at("since")));
    for (const auto& link : s.at("links").as_array())
        fmt::print("link {}: {}  {}\n", text(link.at("name")), text(link.at("state")), text(link.at("detail")));
    for (const auto& c : s.at("channels").as_array())
        fmt::print("channel {} ({}): {} waiting, last {} {}\n", text(c.at("name")), text(c.at("kind")),
                   text(c.at("waiting")), text(c.at("last_state")), text(c.at("last_detail")));
    fmt::print("\n{:<14} {:>5} {:<10} {:>9} {:>9} {:>10} {:>8}\n", "area", "AQI", "primary", "PM10 ytd", "PM2.5 ytd",
               "good days", "level");
    for (const auto& a : s.at("areas").as_array()) {
        std::string pm10 = "-", pm2_5 = "-", good = "-";
        for (const auto& f : a.at("annual").as_array()) {
            if (text(f.at("window")) != "year_to_date") continue;
            if (text(f.at("pollutant")) == "pm10") pm10 = text(f.at("published"));
            if (text(f.at("pollutant")) == "pm2_5") pm2_5 = text(f.at("published"));
        }
        if (a.at("good_days").is_object())
            good = fmt::format("{}/{}", text(a.at("good_days").at("good")), text(a.at("good_days").at("target")));
        const bool hour = a.at("hour").is_object();
        fmt::print("{:<14} {:>5} {:<10} {:>9} {:>9} {:>10} {:>8}  {}\n", text(a.at("id")),
                   hour ? text(a.at("hour").at("aqi")) : "-", hour ? text(a.at("hour").at("primary")) : "", pm10, pm2_5,
                   good, text(a.at("level")), text(a.at("name")));
    }
    std::string silent;
    for (const auto& st : s.at("stations").as_array())
        if (st.at("silent").as_bool()) silent += " " + text(st.at("id"));
    if (!silent.empty()) fmt::print("\nsilent stations:{}\n", silent);
    for (const auto& st : s.at("stations").as_array())
        if (const auto* behind = st.as_object().if_contains("clock_behind_hours");
            behind != nullptr && !behind->is_null())
            fmt::print("station {}: its newest hour is always {} hours old: clock or zone?\n", text(st.at("id")),
                       text(*behind));
    if (const auto* r = s.as_object().if_contains("recompute"); r != nullptr && r->is_object())
        fmt::print("\nrecomputed {}: {} figures from {} events, {} differences {}\n", text(r->at("at")),
                   text(r->at("figures")), text(r->at("events")), text(r->at("differences")), text(r->at("trouble")));
    fmt::print("\n");
    for (const auto& [name, count] : s.at("counts").as_object())
        fmt::print("{} {}\n", std::string{name}, json::serialize(count));
}

} // namespace

void add_warnings(CLI::App& app, int& exit_code)
{
    auto common = std::make_shared<Common>();
    const auto socket_option = [common](CLI::App* command) {
        command->add_option("--socket", common->socket, "control socket of the daemon")
            ->capture_default_str()
            ->envname("AQID_SOCKET");
    };
    const auto person_option = [common](CLI::App* command) {
        command->add_option("--as", common->person,
                            "act as this person of the configuration; default: the only one of this account");
    };

    auto as_json = std::make_shared<bool>(false);
    auto* status = app.add_subcommand("status", "what a running aqid knows of itself");
    socket_option(status);
    status->add_flag("--json", *as_json, "as JSON");
    status->callback([common, as_json, &exit_code] {
        const json::value s = ask_daemon(common->socket, {{"command", "status"}});
        if (*as_json)
            fmt::print("{}\n", json::serialize(s));
        else
            print_status(s);
        exit_code = exit_ok;
    });

    auto* warnings = app.add_subcommand("warnings", "the warnings, newest first, with all their revisions");
    socket_option(warnings);
    warnings->callback([common, &exit_code] {
        const json::value s = ask_daemon(common->socket, {{"command", "status"}});
        for (const auto& w : s.at("warnings").as_array()) print_warning(w.as_object());
        exit_code = exit_ok;
    });

    auto area = std::make_shared<std::string>();
    auto days = std::make_shared<std::vector<std::string>>();
    auto* forecast = app.add_subcommand("forecast", "enter a bureau's forecast of daily AQI");
    socket_option(forecast);
    person_option(forecast);
    forecast->add_option("AREA", *area, "area id")->required();
    forecast->add_option("DAY", *days, "2016-12-13=180-220:PM2.5, one or more")->required();
    forecast->callback([common, area, days, &exit_code] {
        json::object r = request(*common, "forecast");
        r["area"] = *area;
        json::array list;
        for (const auto& day : *days) list.push_back(forecast_day(day));
        r["days"] = std::move(list);
        ask_daemon(common->socket, r);
        exit_code = exit_ok;
    });

    struct Verb {
        const char* name;
        const char* help;
    };
    for (const auto& verb :
         {Verb{"sign", "sign the pending revision for your bureau"},
          Verb{"approve", "approve what both bureaus signed"}, Verb{"issue", "publish an approved raise or upgrade"},
          Verb{"lift", "publish an approved lift"}}) {
        auto warning = std::make_shared<std::string>();
        auto revision = std::make_shared<int>(0);
        auto* command = app.add_subcommand(verb.name, verb.help);
        socket_option(command);
        person_option(command);
        command->add_option("WARNING", *warning, "warning id, e.g. 410600-2016-001")->required();
        command->add_option("--revision", *revision, "only if this revision is the pending one")
            ->check(CLI::Range(1, 1'000'000));
        command->callback([common, name = std::string{verb.name}, warning, revision, &exit_code] {
            exit_code = act(*common, name, *warning, *revision);
        });
    }
}

} // namespace aqi::tools
