// aqictl forecast, sign, approve, issue, lift, warnings, status: people and a running daemon.
#include "libaqi/utf8.hpp"
#include "tools/aqictl/commands.hpp"
#include "tools/client/daemon_client.hpp"
#include "tools/replay/input.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <functional>
#include <memory>

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

/// "days", "hours" and "issued_at" of a file in the form of drivers/forecast_text; what they hold is the daemon's to judge.
json::object forecast_in(const std::string& name)
{
    json::error_code error;
    const json::value read = json::parse(read_input(name), error);
    if (error || !read.is_object()) throw CommandError(fmt::format("{}: no JSON object: {}", name, error.message()));
    json::object out;
    for (const auto& [key, value] : read.as_object()) {
        if (key == "area") continue; // the command line says it
        if (key != "days" && key != "hours" && key != "issued_at")
            throw CommandError(
                fmt::format("{}: \"{}\" is not known; known: days, hours, issued_at", name, std::string{key}));
        out[key] = value;
    }
    return out;
}

const json::object* find_warning(const json::value& status, const std::string& id)
{
    for (const auto* of : {"warnings", "drills"})
        for (const auto& w : status.at(of).as_array())
            if (text(w.at("id")) == id) return &w.as_object();
    return nullptr;
}

/// What is on the table, what was said about it, and what ran out.
void print_consultation(const json::object& r)
{
    if (r.at("dismissal").as_bool()) fmt::print("     on the table: no warning is needed\n");
    if (r.at("until").is_string()) fmt::print("     ends {}\n", text(r.at("until")));
    for (const auto* key : {"wording", "why"})
        if (!text(r.at(key)).empty()) fmt::print("     {}: {}\n", key, text(r.at(key)));
    const auto& had = r.at("consultation").as_object();
    for (const auto& view : had.at("views").as_array()) {
        std::string days;
        for (const auto& d : view.at("days").as_array())
            days += fmt::format("  {} {}-{}", text(d.at("date")).substr(5), text(d.at("low")), text(d.at("high")));
        fmt::print("     {} {}:{}\n", text(view.at("name")), text(view.at("level")), days);
    }
    if (!text(had.at("disagreement")).empty()) fmt::print("     disagreement: {}\n", text(had.at("disagreement")));
    for (const auto& m : r.at("remarks").as_array())
        fmt::print("     {} {}  {}: {}\n", text(m.at("verb")), text(m.at("person")), text(m.at("at")),
                   text(m.at("why")));
    for (const auto& o : r.at("overdue").as_array())
        fmt::print("     overdue ({})  {}\n", text(o.at("stage")), text(o.at("at")));
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
        fmt::print("     {} ({}) {} {}\n", text(r.at("origin_zh")), text(r.at("origin")), text(r.at("clause")),
                   text(r.at("note")));
        print_consultation(r);
        for (const auto& s : r.at("signatures").as_array())
            fmt::print("     signed   {} {}  {}\n", text(s.at("person")), text(s.at("name")), text(s.at("at")));
        for (const auto& a : r.at("approvals").as_array())
            fmt::print("     approved {} {}  {}{}\n", text(a.at("person")), text(a.at("name")), text(a.at("at")),
                       text(a.at("in_place_of")).empty() ? "" : "  in place of " + text(a.at("in_place_of")));
        if (r.at("issue").is_object())
            fmt::print("     issued   {} {}  {}\n", text(r.at("issue").at("person")), text(r.at("issue").at("name")),
                       text(r.at("issue").at("at")));
        if (r.at("emergency").as_bool())
            fmt::print("     emergency: {}{}\n", text(r.at("emergency_why")),
                       r.at("review").is_object() ? "; reviewed: " + text(r.at("review").at("why"))
                                                  : "; not reviewed yet");
        if (!text(r.at("late_why")).empty()) fmt::print("     late: {}\n", text(r.at("late_why")));
    }
}

/// Of an area that is consulted about: how good each bureau's forecasts of the next day were, beside the baselines.
void print_records(const json::object& area)
{
    const auto& v = area.at("verification");
    fmt::print("forecasts for {} from {} to {}, one day ahead:\n", text(area.at("id")), text(v.at("first")),
               text(v.at("last")));
    for (const auto& s : v.at("scores").as_array()) {
        if (s.at("lead_days").as_int64() != 1) continue;
        const auto days = s.at("days").as_int64();
        fmt::print("  {}: class right on {} of {} days, {} too high, {} too low; above 200: {} of {} called, {} false "
                   "alarms\n",
                   text(s.at("name")), text(s.at("level_hits")), days, text(s.at("over")), text(s.at("under")),
                   text(s.at("heavy_hits")), text(s.at("heavy")), text(s.at("false_alarms")));
    }
}

/// A file from above as the socket carries it: JSON holds nothing but UTF-8.
std::string cap_text(const std::string& name)
{
    std::string out = read_input(name);
    if (!is_utf8(out))
        throw CommandError(fmt::format("{}: not UTF-8; save it as UTF-8 and try again (文件须为 UTF-8 编码)", name));
    return out;
}

/// What became of a file from above.
void print_order(const json::value& answer)
{
    std::string areas;
    for (const auto& area : answer.at("areas").as_array()) areas += " " + text(area);
    fmt::print("{}: {} {}: {} for{} from {}\n", text(answer.at("id")), text(answer.at("authority")),
               text(answer.at("document")), text(answer.at("level")), areas, text(answer.at("effective")));
    for (const auto& note : answer.at("notes").as_array()) fmt::print("  note: {}\n", text(note));
}

/// The revision a person means: the one given, or what is pending now.
int revision_of(const Common& common, const std::string& warning, int revision)
{
    if (revision != 0) return revision;
    const json::value status = ask_daemon(common.socket, {{"command", "status"}});
    const auto* found = find_warning(status, warning);
    if (found == nullptr) throw CommandError(fmt::format("there is no warning {}", warning));
    if (found->at("pending").is_null()) throw CommandError(fmt::format("{} has nothing pending", warning));
    return static_cast<int>(found->at("pending").as_int64());
}

/// Asks, and shows what became of the warning.
int ask_about(const Common& common, const json::object& r, const std::string& warning)
{
    ask_daemon(common.socket, r);
    const json::value status = ask_daemon(common.socket, {{"command", "status"}});
    if (const auto* found = find_warning(status, warning)) print_warning(*found);
    return exit_ok;
}

int act(const Common& common, const std::string& verb, const std::string& warning, int revision, const std::string& why)
{
    json::object r = request(common, "act");
    r["verb"] = verb;
    r["warning"] = warning;
    r["revision"] = revision_of(common, warning, revision);
    if (!why.empty()) r["why"] = why;
    return ask_about(common, r, warning);
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

using AddOption = std::function<void(CLI::App*)>;

/// What people put on the table, orders from above, and the review of an emergency.
void add_consult(CLI::App& app, const std::shared_ptr<Common>& common, const AddOption& socket_option,
                 const AddOption& person_option, int& exit_code)
{
    struct Words {
        std::string warning, area, level, effective, until, wording, why, authority, document, verdict;
        std::vector<std::string> areas;
        int revision = 0;
    };
    const auto put = [](json::object& r, std::string_view key, const std::string& value) {
        if (!value.empty()) r[key] = value;
    };
    const auto add = [&](const char* name, const char* help) {
        auto* command = app.add_subcommand(name, help);
        socket_option(command);
        person_option(command);
        return command;
    };

    auto c = std::make_shared<Words>();
    auto* consult = add("consult", "put another version of the pending revision on the table; signatures start anew");
    consult->add_option("WARNING", c->warning, "warning id")->required();
    consult->add_option("--revision", c->revision, "only if this revision is the pending one")
        ->check(CLI::Range(1, 1'000'000));
    consult->add_option("--level", c->level, "blue, yellow, orange, red; none: no warning is needed");
    consult->add_option("--effective", c->effective, "takes effect at this full hour, 2016-12-30T00:00");
    consult->add_option("--until", c->until, "ends at this hour without a further notice; open: it will be announced");
    consult->add_option("--wording", c->wording, "the bureaus' own words, added to the text");
    consult->add_option("--why", c->why, "the reason");
    consult->callback([common, c, put, &exit_code] {
        json::object r = request(*common, "consult");
        r["warning"] = c->warning;
        r["revision"] = revision_of(*common, c->warning, c->revision);
        put(r, "level", c->level);
        put(r, "effective", c->effective);
        put(r, "until", c->until);
        put(r, "wording", c->wording);
        put(r, "why", c->why);
        exit_code = ask_about(*common, r, c->warning);
    });

    for (const bool drill : {false, true}) {
        auto p = std::make_shared<Words>();
        auto* propose =
            drill ? add("drill", "practise a warning: the same way, to the channels of drills only")
                  : add("propose", "propose what the level engine has not: another level, a lift, or a cancellation");
        propose->add_option("AREA", p->area, "area id")->required();
        propose->add_option("LEVEL", p->level, "blue, yellow, orange, red; none: lift; cancel: it was a mistake")
            ->required();
        propose->add_option("--effective", p->effective, "takes effect at this full hour; default: the next one");
        propose->add_option("--until", p->until, "ends at this hour without a further notice");
        propose->add_option("--wording", p->wording, "the bureaus' own words, added to the text");
        propose->add_option("--why", p->why, "the reason")->required();
        propose->callback([common, p, put, drill, &exit_code] {
            json::object r = request(*common, drill ? "drill" : "propose");
            r["area"] = p->area;
            r["level"] = p->level;
            put(r, "effective", p->effective);
            put(r, "until", p->until);
            put(r, "wording", p->wording);
            put(r, "why", p->why);
            ask_daemon(common->socket, r);
            exit_code = exit_ok;
        });
    }

    auto o = std::make_shared<Words>();
    auto* order = add("order", "enter an order from above: areas are warned at least so much while it stands");
    auto file = std::make_shared<std::string>();
    order->add_option("LEVEL", o->level, "blue, yellow, orange, red; none: the order of this document ends");
    order->add_option("AREA", o->areas, "area ids; of an end: those of the order if left out");
    order->add_option("--from", o->authority, "who gave it");
    order->add_option("--document", o->document, "its number");
    order->add_option("--cap", *file,
                      "it came as this CAP 1.2 file; LEVEL and AREA are then only what is known better than the file");
    order->add_option("--effective", o->effective, "takes effect at this full hour; default: the next one");
    order->add_option("--until", o->until, "ends at this hour; default: when its end is entered");
    order->add_option("--text", o->wording, "what it says");
    order->callback([common, o, put, file, &exit_code] {
        json::object r = request(*common, "order");
        if (file->empty() && (o->level.empty() || o->authority.empty() || o->document.empty()))
            throw CommandError("order needs LEVEL, --from and --document, or --cap FILE");
        if (!file->empty() && (!o->authority.empty() || !o->document.empty() || !o->wording.empty()))
            throw CommandError("with --cap the file says who gave it, its number and its text");
        put(r, "level", o->level);
        put(r, "authority", o->authority);
        put(r, "document", o->document);
        if (!file->empty()) r["cap"] = cap_text(*file);
        json::array areas;
        for (const auto& area : o->areas) areas.emplace_back(area);
        r["areas"] = std::move(areas);
        put(r, "effective", o->effective);
        put(r, "until", o->until);
        put(r, "text", o->wording);
        const json::value answer = ask_daemon(common->socket, r);
        if (!file->empty()) print_order(answer);
        exit_code = exit_ok;
    });

    auto v = std::make_shared<Words>();
    auto* review = add("review-emergency", "review what was issued without the signatures");
    review->add_option("WARNING", v->warning, "warning id")->required();
    review->add_option("REVISION", v->revision, "its number")->required();
    review->add_option("VERDICT", v->verdict, "confirm or reject")
        ->required()
        ->check(CLI::IsMember({"confirm", "reject"}));
    review->add_option("--why", v->why, "what was found")->required();
    review->callback([common, v, &exit_code] {
        json::object r = request(*common, "review-emergency");
        r["warning"] = v->warning;
        r["revision"] = v->revision;
        r["verdict"] = v->verdict;
        r["why"] = v->why;
        exit_code = ask_about(*common, r, v->warning);
    });
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
        for (const auto& area : s.at("areas").as_array())
            if (area.at("verification").is_object()) print_records(area.as_object());
        for (const auto& w : s.at("drills").as_array()) {
            fmt::print("【演练】 drill\n");
            print_warning(w.as_object());
        }
        exit_code = exit_ok;
    });

    auto area = std::make_shared<std::string>();
    auto days = std::make_shared<std::vector<std::string>>();
    auto* forecast = app.add_subcommand("forecast", "enter a bureau's forecast of daily AQI");
    socket_option(forecast);
    person_option(forecast);
    forecast->add_option("AREA", *area, "area id")->required();
    forecast->add_option("DAY", *days, "2016-12-13=180-220:PM2.5, one or more");
    auto file = std::make_shared<std::string>();
    forecast->add_option(
        "--file", *file,
        "in place of DAY: the JSON form with \"days\" and perhaps \"hours\", concentrations of pollutants, weather");
    auto weather = std::make_shared<std::string>();
    auto issued = std::make_shared<std::string>();
    auto dust = std::make_shared<bool>(false);
    forecast->add_option("--weather", *weather, "diffusion conditions of these days, in words");
    forecast->add_option("--issued-at", *issued, "when the bureau issued it; default: now");
    forecast->add_flag("--dust", *dust, "these days are expected to be sand-dust days");
    forecast->callback([common, area, days, weather, issued, dust, file, &exit_code] {
        json::object r = request(*common, "forecast");
        r["area"] = *area;
        if (!issued->empty()) r["issued_at"] = *issued;
        if (file->empty() == days->empty()) throw CommandError("forecast needs DAY, one or more, or --file");
        if (!file->empty()) {
            for (const auto& [key, value] : forecast_in(*file)) r[key] = value;
            ask_daemon(common->socket, r);
            exit_code = exit_ok;
            return;
        }
        json::array list;
        for (const auto& word : *days) {
            json::object day = forecast_day(word);
            if (!weather->empty()) day["weather"] = *weather;
            if (*dust) day["dust"] = true;
            list.push_back(std::move(day));
        }
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
          Verb{"object", "object to it for your bureau, with a reason: both sign anew"},
          Verb{"approve", "approve what both bureaus signed"},
          Verb{"send-back", "refuse the approval, with a reason: the bureaus consult anew"},
          Verb{"issue", "publish what is approved, unless it is a lift"}, Verb{"lift", "publish an approved lift"},
          Verb{"emergency", "publish without the signatures, with a reason; somebody reviews it afterwards"}}) {
        auto warning = std::make_shared<std::string>();
        auto revision = std::make_shared<int>(0);
        auto* command = app.add_subcommand(verb.name, verb.help);
        socket_option(command);
        person_option(command);
        command->add_option("WARNING", *warning, "warning id, e.g. 410600-2016-001")->required();
        command->add_option("--revision", *revision, "only if this revision is the pending one")
            ->check(CLI::Range(1, 1'000'000));
        auto why = std::make_shared<std::string>();
        command->add_option("--why", *why, "the reason; of issue: why it comes later than the lead time asks");
        command->callback([common, name = std::string{verb.name}, warning, revision, why, &exit_code] {
            exit_code = act(*common, name, *warning, *revision, *why);
        });
    }

    add_consult(app, common, socket_option, person_option, exit_code);
}

} // namespace aqi::tools
