// Signing in over HTTP, and what signed-in people do: forged, replayed and late requests change nothing.
#include "daemon/web/acts.hpp"

#include "daemon/clock.hpp"
#include "daemon/store/store.hpp"
#include "daemon/web/head.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/folder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::daemon::web;
using namespace aqi::tests;
namespace json = boost::json;

namespace {

constexpr const char* password = "correct horse";

/// Where an answer goes in place of a connection.
class Kept : public Responder::Target {
public:
    void reply(Reply reply) override { answer = std::move(reply); }
    std::shared_ptr<Stream> stream(std::string, std::vector<std::pair<std::string, std::string>>) override
    {
        return nullptr;
    }
    std::optional<Reply> answer;
};

struct Answered {
    int status = 0;
    json::object body;
    std::string cookie; ///< what was set
    std::string retry_after;
    std::string error() const { return std::string{body.at("error").as_string()}; }
};

/// A browser's page: its cookie and its token.
struct Browser {
    std::string cookie, token;
};

struct Room {
    Room()
    {
        config.rules = small_town(1);
        config.rules.network.persons.front().may_administer = true; // env
        for (const auto& person : config.rules.network.persons) config.accounts[person.id] = person.id;
        store = std::make_unique<SqliteStore>(file, Durability::process, config.rules.network);
        turns = std::make_unique<Turns>(config, *store, clock);
        REQUIRE(turns->recover().has_value());
        sign_in =
            std::make_unique<SignIn>(io.get_executor(), SignIn::Parts{&config, store.get(), file, &clock,
                                                                      [this] { return now; }, PasswordCost{1, 8'192}});
        for (const auto* person : {"env", "met"})
            REQUIRE(store->login().set_password(person, password_hash(password, {1, 8'192}), now, "root").has_value());
    }

    CommandContext context()
    {
        CommandContext out;
        out.config = &config;
        out.turns = turns.get();
        out.clock = &clock;
        out.trail = &store->audit_trail();
        return out;
    }

    Request request(Method method, std::string_view path, std::string_view body, const Browser& browser) const
    {
        Request out;
        out.method = method;
        out.path = path;
        out.body = body;
        out.cookie = browser.cookie;
        out.token = browser.token;
        out.origin = method == Method::get ? "" : "https://aqi.example:8443";
        out.host = "aqi.example:8443";
        out.fetch_site = "same-origin";
        out.content_type = "application/json";
        out.accept_language = "en";
        out.peer = "10.0.0.7";
        return out;
    }

    /// As page would.
    Answered ask(const Request& request)
    {
        const auto kept = std::make_shared<Kept>();
        try {
            if (request.path.starts_with(acts_path))
                kept->reply(act(request, *sign_in, context()));
            else
                sign_in->answer(request, Responder{kept});
            while (!kept->answer) {
                io.restart();
                io.run_one_for(std::chrono::seconds{5});
            }
        } catch (const Refusal& said) {
            kept->reply(refusal(said.status(), said.words(request.chinese())));
        }
        Answered out{kept->answer->status, json::parse(kept->answer->body).as_object(), {}, {}};
        for (const auto& [name, value] : kept->answer->headers) {
            if (name == "Set-Cookie") out.cookie = value;
            if (name == "Retry-After") out.retry_after = value;
        }
        return out;
    }
    Answered post(std::string_view path, std::string_view body, const Browser& browser)
    {
        return ask(request(Method::post, path, body, browser));
    }
    Answered try_sign_in(const char* person, const char* word)
    {
        const std::string body = json::serialize(json::object{{"person", person}, {"password", word}});
        return post("/api/v1/session", body, {});
    }
    Browser browser(const char* person)
    {
        const auto answer = try_sign_in(person, password);
        REQUIRE(answer.status == 200);
        return {answer.cookie.substr(5, 64), std::string{answer.body.at("token").as_string()}};
    }
    std::vector<AuditLine> lines(int most) { return store->audit_trail().newest(most).value(); }
    std::size_t events()
    {
        std::size_t out = 0;
        REQUIRE(store->fold([&](const Event&) { ++out; }).has_value());
        return out;
    }

    const Folder folder;
    const std::filesystem::path file = folder.path() / "aqid.db";
    Config config;
    SimulatedClock clock{closing(hour(day(2016, 12, 12), 10))};
    Instant now{1'900'000'000'000};
    boost::asio::io_context io;
    std::unique_ptr<SqliteStore> store;
    std::unique_ptr<Turns> turns;
    std::unique_ptr<SignIn> sign_in;
};

constexpr const char* heavy = R"({"area": "city", "days": [{"date": "2016-12-14", "low": 205, "high": 225},
    {"date": "2016-12-15", "low": 205, "high": 230}, {"date": "2016-12-16", "low": 140, "high": 160}]})";

} // namespace

TEST_CASE("who has a password signs in, and the cookie is for this host's requests only")
{
    Room room;
    const auto answer = room.try_sign_in("env", password);
    REQUIRE(answer.status == 200);
    CHECK(answer.cookie.starts_with("aqid="));
    CHECK(answer.cookie.substr(69) == "; Path=/; HttpOnly; SameSite=Strict; Max-Age=604800");
    CHECK(answer.body.at("person").as_string() == "env");
    CHECK(answer.body.at("rights") == json::value({"forecast", "sign", "administer"}));
    room.config.http.behind_tls = true;
    const auto secure = room.try_sign_in("env", password);
    CHECK(secure.cookie.starts_with("__Host-aqid="));
    CHECK(secure.cookie.ends_with("; Secure"));
    CHECK(room.try_sign_in("mayor", password).status == 401); // has none
    const auto lines = room.lines(10);
    CHECK(lines[1].entry.command == "sign-in");
    CHECK(lines[1].entry.outcome == "ok");
    CHECK(lines[1].entry.address == "10.0.0.7");
}

TEST_CASE("an unknown person and a wrong password get the same words, and what was typed stands nowhere")
{
    Room room;
    const auto wrong = room.try_sign_in("env", "correct hors");
    const auto unknown = room.try_sign_in("correct horse", "env");
    const auto without = room.try_sign_in("mayor", "x");
    CHECK(wrong.status == 401);
    CHECK(unknown.status == 401);
    CHECK(wrong.body == unknown.body);
    CHECK(wrong.body == without.body);
    for (const auto& line : room.lines(10)) {
        INFO(line.number);
        CHECK(line.entry.command == "sign-in");
        CHECK(line.entry.outcome == "refused");
        CHECK(line.entry.person != "correct horse");
        CHECK((line.entry.about + line.entry.why).find("correct") == std::string::npos);
    }
}

TEST_CASE("who guesses waits longer each time, from any address, and is let in when the wait is over")
{
    Room room;
    for (int i = 0; i < 5; ++i) CHECK(room.try_sign_in("env", "wrong").status == 401);
    CHECK(room.lines(1).front().entry.command == "lock-out");
    const auto locked = room.try_sign_in("env", password); // right, and yet not looked at
    CHECK(locked.status == 429);
    CHECK(locked.retry_after == "1");
    room.now.ms += 1'000;
    CHECK(room.try_sign_in("env", "wrong").status == 401);
    CHECK(room.try_sign_in("env", "wrong").retry_after == "2");
    CHECK(room.try_sign_in("met", "x").status == 429); // the address guesses
    room.now.ms += 2'000;
    CHECK(room.try_sign_in("env", password).status == 200);
    // Another address, and the person is known again.
    CHECK(room.try_sign_in("env", password).status == 429);
    room.now.ms += 900'000;
    CHECK(room.try_sign_in("env", password).status == 200);
}

TEST_CASE("bodies that are none, other types and other sites sign nobody in")
{
    Room room;
    for (const auto* body : {"", "[]", "{", "{\"person\":\"env\"}", "{\"person\":1,\"password\":2}", "null"}) {
        INFO(body);
        const int status = room.post("/api/v1/session", body, {}).status;
        CHECK((status == 400 || status == 422));
    }
    const std::string good = R"({"person":"env","password":"correct horse"})";
    Request form = room.request(Method::post, "/api/v1/session", good, {});
    form.content_type = "text/plain";
    CHECK(room.ask(form).status == 415);
    for (const auto* origin :
         {"https://evil.example", "null", "https://aqi.example", "https://aqi.example:8443.evil"}) {
        INFO(origin);
        Request elsewhere = room.request(Method::post, "/api/v1/session", good, {});
        elsewhere.origin = origin;
        CHECK(room.ask(elsewhere).status == 403);
    }
    CHECK(room.sign_in->sessions().open().empty());
    CHECK(room.post("/api/v1/session", good, {}).status == 200);
}

TEST_CASE("an act of a signed-in person is that person's, with a line before and a line after")
{
    Room room;
    const Browser met = room.browser("met");
    const auto done = room.post("/api/v1/acts/forecast", heavy, met);
    INFO(json::serialize(done.body));
    REQUIRE(done.status == 200);
    const auto lines = room.lines(2);
    CHECK(lines[1].entry.outcome == "asked");
    CHECK(lines[0].entry.outcome == "ok");
    CHECK(lines[0].entry.of == lines[1].number);
    CHECK(lines[0].entry.person == "met");
    CHECK(lines[0].entry.via == "page");
    CHECK(lines[0].entry.about == "city");
    CHECK(verify_audit(room.file).trouble.empty());
}

TEST_CASE("nobody acts as somebody else, and a right that is missing is refused in words")
{
    Room room;
    const Browser met = room.browser("met");
    std::string as_env{heavy};
    as_env.insert(1, R"("person": "env", )");
    const auto before = room.turns->state().warnings();
    const auto refused = room.post("/api/v1/acts/forecast", as_env, met);
    CHECK(refused.status == 422);
    CHECK(refused.error().find("cannot act as env") != std::string::npos);
    CHECK(room.turns->state().warnings() == before);
    CHECK(room.lines(1).front().entry.outcome == "refused");
    CHECK(room.post("/api/v1/acts/recompute", "{}", met).status == 403);
    CHECK(room.post("/api/v1/acts/ping", "{}", met).status == 404);
    CHECK(room.post("/api/v1/acts/password", "{}", met).status == 404);
    CHECK(room.post("/api/v1/acts/", "{}", met).status == 404);
}

TEST_CASE("a post from another site, without the token or with another's changes nothing and is written down")
{
    Room room;
    const Browser env = room.browser("env"), met = room.browser("met");
    const auto before = room.events();
    const auto forged = [&](const std::function<void(Request&)>& change) {
        Request request = room.request(Method::post, "/api/v1/acts/forecast", heavy, met);
        change(request);
        return room.ask(request).status;
    };
    CHECK(forged([](Request& r) { r.token = {}; }) == 403);
    CHECK(forged([&](Request& r) { r.token = env.token; }) == 403);
    CHECK(forged([&](Request& r) { r.token = met.cookie; }) == 403);
    CHECK(forged([](Request& r) { r.origin = "https://evil.example"; }) == 403);
    CHECK(forged([](Request& r) { r.origin = "null"; }) == 403);
    CHECK(forged([](Request& r) { r.fetch_site = "cross-site"; }) == 403);
    CHECK(forged([](Request& r) { r.fetch_site = "same-site"; }) == 403);
    CHECK(forged([](Request& r) { r.content_type = "application/x-www-form-urlencoded"; }) == 415);
    CHECK(forged([](Request& r) { r.content_type = {}; }) == 415);
    CHECK(forged([](Request& r) { r.cookie = {}; }) == 401);
    CHECK(room.events() == before);
    const auto lines = room.lines(7);
    for (const auto& line : lines) {
        CHECK(line.entry.person == "met");
        CHECK(line.entry.command == "forecast");
        CHECK(line.entry.outcome == "refused");
    }
    CHECK(forged([](Request& r) { r.content_type = "Application/JSON; charset=utf-8"; }) == 200);
    CHECK(room.events() > before);
}

TEST_CASE("a cookie kept from before sign-out, and a session that ends in mid-consultation, open nothing")
{
    Room room;
    const Browser met = room.browser("met");
    REQUIRE(room.post("/api/v1/acts/forecast", heavy, met).status == 200);
    Request out = room.request(Method::del, "/api/v1/session", "", met);
    Request without = out;
    without.token = {};
    CHECK(room.ask(without).status == 403); // nobody is signed out by a page elsewhere either
    const auto left = room.ask(out);
    CHECK(left.status == 200);
    CHECK(left.cookie.starts_with("aqid=; "));
    const auto before = room.events();
    CHECK(room.post("/api/v1/acts/forecast", heavy, met).status == 401);

    const Browser late = room.browser("met");
    room.now.ms += 12 * 3'600'000;
    const auto expired = room.post("/api/v1/acts/forecast", heavy, late);
    CHECK(expired.status == 401);
    CHECK(expired.error().find("Nothing was changed") != std::string::npos);
    CHECK(room.events() == before);
    CHECK(room.ask(room.request(Method::get, "/api/v1/session", "", late)).body.at("person").is_null());
}

TEST_CASE("nobody signs a version that is not the one before them")
{
    Room room;
    const Browser env = room.browser("env"), met = room.browser("met");
    REQUIRE(room.post("/api/v1/acts/forecast", heavy, env).status == 200);
    REQUIRE(room.post("/api/v1/acts/forecast", heavy, met).status == 200);
    REQUIRE(room.turns->state().warnings().size() == 1);
    const auto table = [&] { return room.turns->state().warnings().front().revisions.front(); };
    const std::string id = room.turns->state().warnings().front().id;
    const int seen = table().version;
    const auto sign = [&](const Browser& who, int version) {
        return room.post(
            "/api/v1/acts/act",
            json::serialize(json::object{{"warning", id}, {"revision", 1}, {"verb", "sign"}, {"version", version}}),
            who);
    };
    REQUIRE(
        room.post(
                "/api/v1/acts/consult",
                json::serialize(json::object{
                    {"warning", id}, {"revision", 1}, {"version", seen}, {"wording", "改后的措辞"}, {"why", "更清楚"}}),
                env)
            .status == 200);
    REQUIRE(table().version == seen + 1);
    CHECK(sign(met, seen).status == 409);
    CHECK(table().signatures.empty());
    CHECK(room.lines(1).front().entry.outcome == "refused");
    CHECK(sign(met, seen + 1).status == 200);
    CHECK(table().signatures.size() == 1);
    CHECK(room.post("/api/v1/acts/act", R"({"version": "1"})", met).status == 422);
}

TEST_CASE("a new password needs the old one, ends every other session, and this one goes on under another cookie")
{
    Room room;
    const Browser here = room.browser("met"), elsewhere = room.browser("met"), env = room.browser("env");
    const auto change = [&](const char* old, const char* fresh, const Browser& browser) {
        return room.post("/api/v1/session/password", json::serialize(json::object{{"old", old}, {"new", fresh}}),
                         browser);
    };
    CHECK(change("wrong", "a new password", here).status == 422);
    CHECK(change(password, "short", here).status == 422);
    CHECK(room.try_sign_in("met", password).status == 200);
    const auto done = change(password, "a new password", here);
    REQUIRE(done.status == 200);
    const Browser fresh{done.cookie.substr(5, 64), std::string{done.body.at("token").as_string()}};
    const auto who = [&](const Browser& b) {
        return room.ask(room.request(Method::get, "/api/v1/session", "", b)).body.at("person");
    };
    CHECK(who(here).is_null());
    CHECK(who(elsewhere).is_null());
    CHECK(who(fresh) == "met");
    CHECK(who(env) == "env");
    CHECK(room.try_sign_in("met", password).status == 401);
    CHECK(room.try_sign_in("met", "a new password").status == 200);
}

TEST_CASE("one sees and ends one's own sessions, an administrator everybody's, and all see the trail")
{
    Room room;
    const Browser env = room.browser("env"), met = room.browser("met");
    const auto get = [&](const char* path, const Browser& b) {
        return room.ask(room.request(Method::get, path, "", b));
    };
    CHECK(get("/api/v1/sessions", met).body.at("sessions").as_array().size() == 1);
    const auto all = get("/api/v1/sessions", env).body.at("sessions").as_array();
    REQUIRE(all.size() == 2);
    CHECK(get("/api/v1/sessions", {}).status == 401);
    const std::string of_env = fmt::format("/api/v1/sessions/{}", std::string{all[0].at("id").as_string()});
    const std::string of_met = fmt::format("/api/v1/sessions/{}", std::string{all[1].at("id").as_string()});
    REQUIRE(all[1].at("person") == "met");
    CHECK(room.ask(room.request(Method::del, of_env, "", met)).status == 404);
    CHECK(room.ask(room.request(Method::del, of_met, "", {env.cookie, ""})).status == 403);
    CHECK(room.ask(room.request(Method::del, of_met, "", env)).status == 200);
    CHECK(get("/api/v1/sessions", met).status == 401);

    Request some = room.request(Method::get, "/api/v1/audit", "", env);
    CHECK(room.ask(room.request(Method::get, "/api/v1/audit", "", {})).status == 401);
    some.query = "most=2";
    const auto page = room.ask(some).body;
    CHECK(page.at("lines").as_array().size() == 2);
    CHECK(page.at("lines").as_array()[0].at("command") == "end-session");
    some.query = "verify=1";
    const auto verdict = room.ask(some).body;
    CHECK(verdict.at("trouble").is_null());
    CHECK(verdict.at("newest") == page.at("lines").as_array()[0].at("digest"));
    some.query = "most=x";
    CHECK(room.ask(some).status == 400);
}

TEST_CASE("who stands in for somebody is told so, with that one's rank, on the days it holds")
{
    Room room; // its journal's clock: 12 December 2016
    auto& network = room.config.rules.network;
    for (auto& person : network.persons)
        if (person.id == "mayor") person.roles = {"head"};
    network.delegations = {{"mayor", "met", day(2016, 12, 12), day(2016, 12, 20), "x"},
                           {"deputy", "met", day(2016, 12, 13), day(2016, 12, 20), "x"},
                           {"deputy", "met", day(2016, 12, 1), day(2016, 12, 11), "x"},
                           {"deputy", "env", day(2016, 12, 12), day(2016, 12, 12), "x"}};
    const auto held = [&](const char* person) {
        return room.ask(room.request(Method::get, "/api/v1/session", "", room.browser(person))).body.at("delegations");
    };
    CHECK(held("met") == json::array{json::object{{"from", "mayor"},
                                                  {"from_name", "mayor"},
                                                  {"until", "2016-12-20"},
                                                  {"may_approve_up_to", "red"},
                                                  {"roles", json::array{"head"}}}});
    const auto of_env = held("env").as_array();
    REQUIRE(of_env.size() == 1);
    CHECK(of_env[0].at("may_approve_up_to") == "orange");
    CHECK(of_env[0].at("roles").as_array().empty());
    network.delegations.clear();
    CHECK(held("met").as_array().empty());
}

TEST_CASE("everybody sees who may what, and only an administrator whose password is being guessed")
{
    Room room;
    const Browser env = room.browser("env"), met = room.browser("met");
    const auto people = [&](const Browser& b) { return room.ask(room.request(Method::get, "/api/v1/people", "", b)); };
    CHECK(people({}).status == 401);
    for (int i = 0; i < 5; ++i) CHECK(room.try_sign_in("office", "wrong").status == 401);
    const auto all = people(env).body.at("people").as_array();
    REQUIRE(all.size() == 5); // in the order of the configuration: env, met, deputy, mayor, office
    CHECK(all[0] == json::object{{"id", "env"},
                                 {"name", "env"},
                                 {"organisation", "hbj"},
                                 {"organisation_name", "环保局"},
                                 {"bureau", "environment"},
                                 {"rights", json::array{"forecast", "sign", "administer"}},
                                 {"roles", json::array{}},
                                 {"may_approve_up_to", nullptr},
                                 {"has_password", true},
                                 {"locked_until", nullptr}});
    CHECK(all[3].at("may_approve_up_to") == "red");
    CHECK(all[3].at("has_password") == false);
    CHECK(all[4].at("id") == "office");
    // One second after the fifth failure: 1 900 000 000 s is 18 March 2030, 01:46:40 in China.
    CHECK(all[4].at("locked_until") == "2030-03-18T01:46:41+08:00");
    const auto seen = people(met).body.at("people").as_array();
    REQUIRE(seen.size() == 5);
    for (const auto& one : seen) CHECK_FALSE(one.as_object().contains("locked_until"));
}

TEST_CASE("who is signed in has the ledger of dispatch verified, and is told where it breaks")
{
    Room room;
    const Browser met = room.browser("met");
    const auto verdict = [&](const Browser& b) { return room.ask(room.request(Method::get, "/api/v1/ledger", "", b)); };
    CHECK(verdict({}).status == 401);
    Turn turn;
    PreparedRow row;
    row.row.warning = "city-2016-001";
    row.row.channel = row.row.provider = "drill-journal";
    row.row.document = "{}";
    row.row.zh = {"x"};
    row.row.created_at = Instant{10};
    row.row.expires_at = Instant{99};
    turn.outbox = {row};
    REQUIRE(room.store->commit(turn).has_value());
    const auto whole = verdict(met);
    CHECK(whole.status == 200);
    CHECK(whole.body.at("lines") == 1);
    CHECK(whole.body.at("newest").as_string().size() == 64);
    CHECK(whole.body.at("trouble").is_null());
    Database{room.file.string(), OpenAs::read_write}.execute("UPDATE ledger SET detail = 'x'");
    CHECK(verdict(met).body.at("trouble").as_string().find("line 1 is not as it was written") == 0);
    Request odd = room.request(Method::get, "/api/v1/ledger", "", met);
    odd.query = "verify=1";
    CHECK(room.ask(odd).status == 400);
}

TEST_CASE("an act that cannot be written into the trail does not happen")
{
    Room room;
    const Browser met = room.browser("met");
    const auto before = room.events();
    {
        Database other{room.file.string(), OpenAs::read_write};
        other.execute("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'disk'); END");
    }
    const auto answer = room.post("/api/v1/acts/forecast", heavy, met);
    CHECK(answer.status == 422);
    CHECK(answer.error().find("nothing happened") != std::string::npos);
    CHECK(room.events() == before);
    CHECK(room.try_sign_in("env", password).status == 503);
    CHECK(room.sign_in->sessions().open("env").empty());
}

TEST_CASE("the control socket sets passwords for those who may, and never says one")
{
    Room room;
    const auto ask = [&](const char* account, const json::object& request) {
        std::optional<std::string> said;
        Peer peer;
        peer.account = account;
        peer.uid = 4'000'000'000;
        REQUIRE(
            room.sign_in->command(json::serialize(request), peer, [&](std::string text) { said = std::move(text); }));
        while (!said) {
            room.io.restart();
            room.io.run_one_for(std::chrono::seconds{5});
        }
        return json::parse(*said).as_object();
    };
    const auto set = [&](const char* account, const char* person, const char* word) {
        return ask(account, {{"command", "password"}, {"person", person}, {"password", word}}).at("ok").as_bool();
    };
    CHECK_FALSE(set("met", "mayor", "a long secret"));
    CHECK_FALSE(set("met", "nobody", "a long secret"));
    CHECK_FALSE(set("met", "met", "short"));
    CHECK(set("met", "met", "a long secret"));
    CHECK(set("env", "mayor", "a long secret")); // env may administer
    CHECK(room.try_sign_in("mayor", "a long secret").status == 200);
    for (int i = 0; i < 5; ++i) (void)room.try_sign_in("met", "wrong");
    CHECK(set("met", "met", "another secret"));
    CHECK_FALSE(ask("met", {{"command", "sessions"}}).at("ok").as_bool());
    CHECK(ask("env", {{"command", "sessions"}}).at("sessions").as_array().size() == 1);
    for (const auto& line : room.lines(100))
        CHECK((line.entry.about + line.entry.why + line.entry.person).find("secret") == std::string::npos);
    Peer peer;
    CHECK_FALSE(room.sign_in->command(R"({"command":"status"})", peer, [](std::string) {}));
    CHECK_FALSE(room.sign_in->command("no JSON", peer, [](std::string) {}));
}
