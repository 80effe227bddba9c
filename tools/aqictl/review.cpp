// aqictl correct, ratify, refuse, sign-off, dust, review, notices, recompute: people and the data they answer for.
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
    std::string person;
    std::string first_word, second_word, from, until;
    std::string kind, value, why, document, level, note;
    bool undo = false;
    bool as_json = false;
};

std::string text(const json::value& v)
{
    return v.is_string() ? std::string{v.as_string()} : v.is_null() ? "-" : json::serialize(v);
}

CLI::App* add(CLI::App& app, const char* name, const char* help, const std::shared_ptr<Options>& o, bool as_person)
{
    auto* command = app.add_subcommand(name, help);
    command->add_option("--socket", o->socket, "control socket of the daemon")
        ->capture_default_str()
        ->envname("AQID_SOCKET");
    if (as_person)
        command->add_option("--as", o->person,
                            "act as this person of the configuration; default: the only one of this account");
    return command;
}

json::object request(const Options& o, std::string_view command)
{
    json::object out{{"command", command}};
    if (!o.person.empty()) out["person"] = o.person;
    return out;
}

void put(json::object& r, const char* key, const std::string& value)
{
    if (!value.empty()) r[key] = value;
}

void print_notice(const json::object& n)
{
    fmt::print("{}  {}  {}  {} ({})\n", text(n.at("number")), text(n.at("at")), text(n.at("cause_zh")),
               text(n.at("why")), text(n.at("who")));
    for (const auto& v : n.at("changes").as_array()) {
        const auto& c = v.as_object();
        fmt::print("    {} {} {} {}: {} -> {}\n", text(c.at("place")), text(c.at("day")),
                   c.at("pollutant").is_null() ? "" : text(c.at("pollutant")), text(c.at("what_zh")),
                   text(c.at("before")), text(c.at("after")));
    }
    if (n.at("further").as_int64() > 0) fmt::print("    and {} further changes\n", text(n.at("further")));
}

void print_correction(const json::object& c)
{
    fmt::print("{}  {} {} {} to {}  {}{}  {}  {}\n", text(c.at("id")), text(c.at("station")), text(c.at("pollutant")),
               text(c.at("first")), text(c.at("last")), text(c.at("kind_zh")),
               c.at("value").is_null() ? "" : " " + text(c.at("value")), text(c.at("state_zh")), text(c.at("why")));
    fmt::print("    validated by {} at {}\n", text(c.at("validated").at("person")), text(c.at("validated").at("at")));
    if (c.at("decided").is_object())
        fmt::print("    {} by {} at {} {}\n", text(c.at("state")), text(c.at("decided").at("person")),
                   text(c.at("decided").at("at")), text(c.at("decided_why")));
}

void print_review(const json::value& r)
{
    for (const auto& c : r.at("corrections").as_array()) print_correction(c.as_object());
    for (const auto& s : r.at("sign_offs").as_array())
        fmt::print("signed off  {} {} to {}  {} by {} at {}  {}\n", text(s.at("place")), text(s.at("first")),
                   text(s.at("last")), text(s.at("level")), text(s.at("person")), text(s.at("at")), text(s.at("note")));
    for (const auto& d : r.at("dust_days").as_array())
        fmt::print("dust day  {} {}  {}  by {} at {}  {}\n", text(d.at("area")), text(d.at("date")),
                   text(d.at("document")), text(d.at("person")), text(d.at("at")), text(d.at("why")));
    for (const auto& m : r.at("marks").as_array())
        fmt::print("mark  {} {} {}  {}  {}\n", text(m.at("hour")), text(m.at("station")), text(m.at("pollutant")),
                   text(m.at("mark_zh")), text(m.at("detail")));
}

/// The newest correction of the answer: what was just made or decided.
void show_correction(const Options& o, const std::string& id)
{
    const json::value r = ask_daemon(o.socket, {{"command", "review"}});
    for (const auto& c : r.at("corrections").as_array())
        if (id.empty() || text(c.at("id")) == id) {
            print_correction(c.as_object());
            return;
        }
}

} // namespace

void add_review(CLI::App& app, int& exit_code)
{
    auto c = std::make_shared<Options>();
    auto* correct =
        add(app, "correct", "first level of a review: propose a correction; it counts once ratified", c, true);
    correct->add_option("STATION", c->first_word, "station id")->required();
    correct->add_option("POLLUTANT", c->second_word, "so2 no2 pm10 co o3 pm2_5")->required();
    correct->add_option("FIRST", c->from, "hour by its end, 2016-12-20T14:00")->required();
    correct->add_option("LAST", c->until, "the last hour; default: FIRST");
    auto* kind =
        correct->add_option("--kind", c->kind, "invalidate, replace (with --value), accept, restore")->required();
    kind->check(CLI::IsMember({"invalidate", "replace", "accept", "restore"}));
    correct->add_option("--value", c->value, "of replace, in ug/m3 (CO mg/m3)");
    correct->add_option("--why", c->why, "the reason")->required();
    correct->add_option("--document", c->document, "maintenance record, calibration sheet");
    correct->callback([c, &exit_code] {
        json::object r = request(*c, "correct");
        put(r, "station", c->first_word);
        put(r, "pollutant", c->second_word);
        put(r, "first", c->from);
        put(r, "last", c->until);
        put(r, "kind", c->kind);
        put(r, "value", c->value);
        put(r, "why", c->why);
        put(r, "document", c->document);
        ask_daemon(c->socket, r);
        show_correction(*c, {});
        exit_code = exit_ok;
    });

    for (const char* verb : {"ratify", "refuse"}) {
        auto o = std::make_shared<Options>();
        auto* command = add(app, verb,
                            std::string_view{verb} == "ratify" ? "second level: put a correction in force"
                                                               : "second level: let a correction fall, with --why",
                            o, true);
        command->add_option("CORRECTION", o->first_word, "its id, R2016-0001")->required();
        command->add_option("--why", o->why, "the reason");
        command->callback([o, name = std::string{verb}, &exit_code] {
            json::object r = request(*o, "decide");
            put(r, "correction", o->first_word);
            put(r, "verb", name);
            put(r, "why", o->why);
            ask_daemon(o->socket, r);
            show_correction(*o, o->first_word);
            exit_code = exit_ok;
        });
    }

    auto s = std::make_shared<Options>();
    auto* sign_off = add(app, "sign-off", "state that a place's days were reviewed as they stand", s, true);
    sign_off->add_option("PLACE", s->first_word, "area or station id")->required();
    sign_off->add_option("FIRST", s->from, "day, 2016-12-01")->required();
    sign_off->add_option("LAST", s->until, "the last day; default: FIRST");
    sign_off->add_option("--level", s->level, "validated or ratified")
        ->required()
        ->check(CLI::IsMember({"validated", "ratified"}));
    sign_off->add_option("--note", s->note, "a remark");
    sign_off->callback([s, &exit_code] {
        json::object r = request(*s, "sign-off");
        put(r, "place", s->first_word);
        put(r, "first", s->from);
        put(r, "last", s->until);
        put(r, "level", s->level);
        put(r, "note", s->note);
        ask_daemon(s->socket, r);
        exit_code = exit_ok;
    });

    auto d = std::make_shared<Options>();
    auto* dust = add(app, "dust", "flag a dust day of an area, with the document that says so", d, true);
    dust->add_option("AREA", d->first_word, "area id")->required();
    dust->add_option("DAY", d->from, "2016-12-20")->required();
    dust->add_option("--document", d->document, "the document's number")->required();
    dust->add_option("--why", d->why, "a remark");
    dust->add_flag("--undo", d->undo, "take the flag back");
    dust->callback([d, &exit_code] {
        json::object r = request(*d, "dust");
        put(r, "area", d->first_word);
        put(r, "date", d->from);
        put(r, "document", d->document);
        put(r, "why", d->why);
        r["undo"] = d->undo;
        ask_daemon(d->socket, r);
        exit_code = exit_ok;
    });

    auto v = std::make_shared<Options>();
    auto* review = add(app, "review", "corrections, sign-offs, dust days and marks", v, false);
    review->add_flag("--json", v->as_json, "as JSON");
    review->callback([v, &exit_code] {
        const json::value r = ask_daemon(v->socket, {{"command", "review"}});
        if (v->as_json)
            fmt::print("{}\n", json::serialize(r));
        else
            print_review(r);
        exit_code = exit_ok;
    });

    auto n = std::make_shared<Options>();
    auto* notices = add(app, "notices", "numbered notices of published figures that changed, newest first", n, false);
    notices->callback([n, &exit_code] {
        const json::value r = ask_daemon(n->socket, {{"command", "review"}});
        for (const auto& notice : r.at("notices").as_array()) print_notice(notice.as_object());
        exit_code = exit_ok;
    });

    auto f = std::make_shared<Options>();
    auto* recompute =
        add(app, "recompute", "make every figure again from the journal and compare; see status", f, false);
    recompute->callback([f, &exit_code] {
        ask_daemon(f->socket, {{"command", "recompute"}});
        exit_code = exit_ok;
    });
}

} // namespace aqi::tools
