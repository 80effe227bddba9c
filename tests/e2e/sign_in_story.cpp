// People sign in over HTTP and take a warning from forecast to issue in their own names; who guesses waits; everything that was
// asked for stands in a chain, and a changed line of it is found.
#include "tests/e2e/drill.hpp"

namespace aqi::e2e {
namespace {

constexpr const char* word = "a word of this drill";

/// One person's browser, as far as the daemon can tell.
class Browser {
public:
    explicit Browser(Daemon& daemon) : daemon_(daemon) {}

    Reply sign_in(const std::string& person, const std::string& password)
    {
        const Reply reply = post("/api/v1/session", {{"person", person}, {"password", password}});
        if (reply.status != 200) return reply;
        cookie_ = reply.header("Set-Cookie");
        cookie_ = cookie_.substr(0, cookie_.find(';'));
        token_ = json::parse(reply.body).at("token").as_string();
        return reply;
    }
    Reply get(const std::string& path) { return http_get(daemon_.port(), path, 5s, "Cookie: " + cookie_ + "\r\n"); }
    Reply post(const std::string& path, const json::object& body, const std::string& more = {})
    {
        std::string headers = "Content-Type: application/json\r\nAccept-Language: en\r\n" + more;
        if (!cookie_.empty()) headers += "Cookie: " + cookie_ + "\r\n";
        if (!token_.empty()) headers += "X-Aqid-Token: " + token_ + "\r\n";
        return http_post(daemon_.port(), path, json::serialize(body), headers);
    }
    Reply act(const std::string& command, const json::object& body) { return post("/api/v1/acts/" + command, body); }
    void forget_token() { token_.clear(); }

private:
    Daemon& daemon_;
    std::string cookie_, token_;
};

Said set_password(const Daemon& daemon, const std::string& person, const std::string& password)
{
    return run({"/bin/sh", "-c",
                fmt::format("printf '%s\\n' '{}' | '{}' password '{}' --stdin --socket '{}'", password,
                            program("aqictl"), person, daemon.socket().string())});
}

struct Story {
    static Site site()
    {
        Site out;
        out.more = duty_room();
        out.reading = "signed-in";
        return out;
    }
    static Daemon::Options options()
    {
        Daemon::Options out;
        out.arguments = {"--simulated-clock", Drill::begin};
        return out;
    }
    Story() : daemon(folder.path(), site(), options()) { daemon.start(); }

    const Folder folder;
    Daemon daemon;
};

} // namespace

TEST_CASE("five people take a warning from forecast to issue over HTTP, and each step stands in the trail", "[sign-in]")
{
    Story story;
    Daemon& daemon = story.daemon;
    std::map<std::string, Browser> people;
    for (const auto* person : {"epb-zhang", "met-li", "gov-zhao", "gov-chen"}) people.emplace(person, daemon);
    Browser& zhang = people.at("epb-zhang");
    // Nobody has a password yet, and nothing but the public can be read.
    CHECK(zhang.sign_in("epb-zhang", word).status == 401);
    CHECK(zhang.get("/api/v1/status").status == 401);
    for (auto& [person, browser] : people) {
        const Said said = set_password(daemon, person, word);
        INFO(said.text);
        REQUIRE(said.exit_code == 0);
        REQUIRE(browser.sign_in(person, word).status == 200);
    }
    CHECK(set_password(daemon, "epb-zhang", "short").exit_code == 1);
    CHECK(set_password(daemon, "nobody", word).exit_code == 1);
    CHECK(zhang.get("/api/v1/status").status == 200);

    json::array days;
    for (const auto& [date, aqi] : {std::pair{"2016-12-06", 225}, {"2016-12-07", 230}, {"2016-12-08", 160}})
        days.push_back(json::object{{"date", date}, {"low", aqi - 20}, {"high", aqi}, {"primary", "PM2.5"}});
    for (const auto* person : {"epb-zhang", "met-li"}) {
        const Reply reply = people.at(person).act("forecast", {{"area", "C"}, {"days", days}});
        INFO(reply.body);
        REQUIRE(reply.status == 200);
    }
    const auto act = [&](const char* person, const char* verb) {
        return people.at(person).act("act", {{"warning", Drill::warning}, {"revision", 1}, {"verb", verb}}).status;
    };
    CHECK(act("gov-chen", "issue") == 422); // nobody has signed
    CHECK(act("epb-zhang", "sign") == 200);

    // A page elsewhere borrows the cookie, and a person another's name.
    Browser& li = people.at("met-li");
    const json::object sign{{"warning", Drill::warning}, {"revision", 1}, {"verb", "sign"}};
    CHECK(li.post("/api/v1/acts/act", sign, "Origin: http://evil.example\r\n").status == 403);
    json::object as_zhao = sign;
    as_zhao["person"] = "gov-zhao";
    CHECK(li.act("act", as_zhao).status == 422);
    Browser borrowed = li;
    borrowed.forget_token();
    CHECK(borrowed.act("act", sign).status == 403);
    const json::value now = json::parse(zhang.get("/api/v1/status").body);
    const auto& table = now.at("warnings").as_array()[0].at("revisions").as_array()[0];
    CHECK(table.at("signatures").as_array().size() == 1);

    // The daemon ends and comes back; everybody is still signed in.
    daemon.kill();
    daemon.set_arguments({"--simulated-clock", "2016-12-05T10:05:00+08:00"});
    daemon.start();
    CHECK(act("met-li", "sign") == 200);
    CHECK(act("gov-zhao", "approve") == 200);
    CHECK(act("gov-chen", "issue") == 200);

    const Said trail = run({program("aqictl"), "audit-trail", "--socket", daemon.socket().string()});
    INFO(trail.text);
    CHECK(trail.exit_code == 0);
    CHECK(trail.text.find("issue C-2016-001 1  ok") != std::string::npos);
    CHECK(trail.text.find("from another site") != std::string::npos);
    CHECK(trail.text.find(word) == std::string::npos);
    CHECK(read_file(story.folder / "aqid.log").find(word) == std::string::npos);

    REQUIRE(daemon.stop() == 0);
    const std::string database = daemon.database().string();
    const Said whole = run({program("aqictl"), "verify-audit", database});
    INFO(whole.text);
    REQUIRE(whole.exit_code == 0);
    CHECK(whole.text.find(": whole") != std::string::npos);
    const auto at = whole.text.find("newest ") + 7;
    const std::string newest = whole.text.substr(at, 64);
    CHECK(run({program("aqictl"), "verify-audit", database, "--newest", newest}).exit_code == 0);
    CHECK(run({program("aqictl"), "verify-audit", database, "--newest", std::string(64, '0')}).exit_code == 1);
    execute(database, "DROP TRIGGER audit_is_not_changed; UPDATE audit SET person = 'gov-zhao' WHERE about LIKE "
                      "'issue%' AND outcome = 'ok'");
    const Said changed = run({program("aqictl"), "verify-audit", database});
    INFO(changed.text);
    CHECK(changed.exit_code == 1);
    CHECK(changed.text.find("is not as it was written") != std::string::npos);
}

TEST_CASE("who guesses a password waits, and the one at the terminal ends the wait", "[sign-in]")
{
    Story story;
    REQUIRE(set_password(story.daemon, "epb-zhang", word).exit_code == 0);
    REQUIRE(set_password(story.daemon, "met-li", word).exit_code == 0);
    Browser zhang{story.daemon};
    for (int i = 0; i < 5; ++i) CHECK(zhang.sign_in("epb-zhang", "guess " + std::to_string(i)).status == 401);
    const Reply locked = zhang.sign_in("epb-zhang", word);
    CHECK(locked.status == 429);
    CHECK(locked.header("Retry-After") == "1");
    wait_until(5s, "the end of the first wait", [&] { return zhang.sign_in("epb-zhang", word).status == 200; });
    CHECK(zhang.get("/api/v1/session").body.find("\"person\":\"epb-zhang\"") != std::string::npos);
    // A new password ends the session that was open.
    REQUIRE(set_password(story.daemon, "epb-zhang", "another word of it").exit_code == 0);
    CHECK(zhang.get("/api/v1/session").body.find("\"person\":null") != std::string::npos);
    const Said sessions = run({program("aqictl"), "sessions", "--socket", story.daemon.socket().string()});
    CHECK(sessions.text.find("nobody is signed in") != std::string::npos);
    REQUIRE(story.daemon.stop() == 0);
}

} // namespace aqi::e2e
