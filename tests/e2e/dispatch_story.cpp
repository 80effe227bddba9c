// Warnings on their way out: what was refused is tried again, what is in doubt is not, and nothing overtakes.
#include "tests/e2e/catcher.hpp"
#include "tests/e2e/drill.hpp"

#include <algorithm>
#include <csignal>
#include <set>

#include <unistd.h>

namespace aqi::e2e {
namespace {

std::string webhook(const Catcher& catcher, const std::string& more = {}, const std::string& name = "portal",
                    bool drill = true)
{
    return fmt::format("[[channel]]\nname = \"{}\"\nkind = \"webhook\"\nurl = \"{}\"\ndrill = {}\n{}\n\n", name,
                       catcher.url(), drill ? "true" : "false", more);
}

std::vector<std::string> keys(const Catcher& catcher)
{
    std::vector<std::string> out;
    for (const auto& request : catcher.caught()) out.push_back(request.key);
    return out;
}

const std::string first = "C-2016-001/1/portal", second = "C-2016-001/2/portal";
using Keys = std::vector<std::string>;

/// For a moment nothing more is caught.
void require_quiet(const Catcher& catcher, milliseconds moment = 1500ms)
{
    const std::size_t caught = catcher.caught().size();
    REQUIRE_FALSE(comes(moment, [&] { return catcher.caught().size() > caught; }));
}

} // namespace

TEST_CASE("a warning reaches the webhook once, as a drill, under its key", "[dispatch]")
{
    Catcher catcher;
    Drill drill{webhook(catcher)};
    drill.raise();
    drill.wait_for(1, "portal", "accepted");
    REQUIRE(keys(catcher) == Keys{first});
    const json::value document = catcher.caught().front().document();
    CHECK(document.at("mode").as_string() == "drill");
    CHECK(document.at("level").as_string() == "yellow");
    CHECK(document.at("revision").as_int64() == 1);
    CHECK(document.at("zh").at("headline").as_string().starts_with("【演练】"));
    CHECK(drill.row(1, "portal").attempts == 1);
    drill.clock("23:00:00");
    require_quiet(catcher);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a webhook that answers 500 is tried again until it takes the warning", "[dispatch]")
{
    Catcher catcher;
    catcher.then({500});
    Drill drill{webhook(catcher)};
    drill.raise();
    drill.wait_for(1, "portal", "retry");
    CHECK(drill.row(1, "portal").detail.find("500") != std::string::npos);
    require_quiet(catcher); // a drill's clock stands: nothing is due
    drill.clock("10:00:03");
    drill.wait_for(1, "portal", "accepted");
    CHECK(drill.row(1, "portal").attempts == 2);
    CHECK(keys(catcher) == Keys{first, first});
    CHECK(drill.daemon.number("SELECT count(*) FROM ledger WHERE state = 'sending'") == 2);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a webhook nobody listens at is tried again when somebody does", "[dispatch]")
{
    Catcher catcher;
    catcher.refuse();
    Drill drill{webhook(catcher)};
    drill.raise();
    drill.wait_for(1, "portal", "retry");
    CHECK_FALSE(drill.row(1, "portal").detail.empty());
    catcher.listen();
    drill.clock("10:00:03");
    drill.wait_for(1, "portal", "accepted");
    CHECK(keys(catcher) == Keys{first});
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a webhook that answers 404 has refused, and is not asked again", "[dispatch]")
{
    Catcher catcher;
    catcher.then({404});
    Drill drill{webhook(catcher)};
    drill.raise();
    drill.wait_for(1, "portal", "failed");
    drill.clock("12:00:00");
    require_quiet(catcher);
    CHECK(keys(catcher) == Keys{first});
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a webhook that never answers leaves the warning in doubt, and the next revision still goes out",
          "[dispatch]")
{
    const int behaviour = GENERATE(Catcher::hangs, Catcher::closes);
    INFO((behaviour == Catcher::hangs ? "hangs" : "closes after reading"));
    Catcher catcher;
    catcher.then({behaviour});
    Drill drill{webhook(catcher, "timeout_ms = 500")};
    drill.raise();
    drill.wait_for(1, "portal", "in_doubt");
    CHECK(drill.row(1, "portal").attempts == 1);
    drill.clock("11:00:00");
    require_quiet(catcher);
    CHECK(drill.row(1, "portal").state == "in_doubt");
    drill.upgrade();
    drill.wait_for(2, "portal", "accepted");
    CHECK(keys(catcher) == Keys{first, second});
    CHECK(drill.daemon.log().find("in_doubt") != std::string::npos);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a webhook that drops repeats gets what is in doubt again, under the same key", "[dispatch]")
{
    const int behaviour = GENERATE(Catcher::hangs, Catcher::closes);
    Catcher catcher;
    catcher.then({behaviour});
    Drill drill{webhook(catcher, "timeout_ms = 500\ndrops_repeats = true")};
    drill.raise();
    drill.wait_for(1, "portal", "repeat");
    drill.clock("10:00:03");
    drill.wait_for(1, "portal", "accepted");
    CHECK(drill.row(1, "portal").attempts == 2);
    CHECK(keys(catcher) == Keys{first, first});
    CHECK(catcher.caught()[0].body == catcher.caught()[1].body);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("what has not left when a later revision is decided is superseded by it", "[dispatch]")
{
    Catcher catcher;
    catcher.then({503});
    Drill drill{webhook(catcher)};
    drill.raise();
    drill.wait_for(1, "portal", "retry");
    drill.upgrade();
    drill.wait_for(2, "portal", "accepted");
    CHECK(drill.row(1, "portal").state == "superseded");
    drill.clock("10:01:00");
    require_quiet(catcher);
    CHECK(keys(catcher) == Keys{first, second});
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("revision 2 waits while revision 1 is on its way", "[dispatch]")
{
    Catcher catcher;
    catcher.then({Catcher::hangs});
    Drill drill{webhook(catcher, "timeout_ms = 3000")};
    drill.raise();
    wait_until(20s, "the request", [&] { return catcher.caught().size() == 1; });
    drill.upgrade();
    CHECK(drill.row(1, "portal").state == "sending");
    CHECK(drill.row(2, "portal").state == "prepared");
    drill.wait_for(2, "portal", "accepted");
    CHECK(drill.row(1, "portal").state == "in_doubt");
    CHECK(keys(catcher) == Keys{first, second});
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("one channel that fails holds up no other", "[dispatch]")
{
    Catcher broken, good;
    broken.refuse();
    Drill drill{webhook(broken) + webhook(good, {}, "mirror")};
    drill.raise();
    drill.wait_for(1, "mirror", "accepted");
    drill.wait_for(1, "portal", "retry");
    drill.upgrade();
    drill.wait_for(2, "mirror", "accepted");
    CHECK(keys(good) == Keys{"C-2016-001/1/mirror", "C-2016-001/2/mirror"});
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a warning that could not be sent in time expires and says so", "[dispatch]")
{
    Catcher catcher;
    catcher.refuse();
    Drill drill{webhook(catcher, "expires_after_h = 1")};
    drill.raise();
    drill.wait_for(1, "portal", "retry");
    catcher.listen();
    drill.clock("11:30:00");
    drill.wait_for(1, "portal", "expired");
    require_quiet(catcher);
    CHECK(catcher.caught().empty());
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a daemon killed while a webhook hangs leaves the warning in doubt, and does not send it again", "[dispatch]")
{
    Catcher catcher;
    catcher.then({Catcher::hangs});
    Drill drill{webhook(catcher)};
    drill.raise();
    wait_until(20s, "the request", [&] { return catcher.caught().size() == 1; });
    REQUIRE(drill.row(1, "portal").state == "sending");
    drill.daemon.kill();
    drill.daemon.start();
    drill.wait_for(1, "portal", "in_doubt");
    drill.clock("11:00:00");
    require_quiet(catcher);
    drill.upgrade();
    drill.wait_for(2, "portal", "accepted");
    CHECK(keys(catcher) == Keys{first, second});
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a daemon killed while a webhook that drops repeats hangs sends it again, under the same key", "[dispatch]")
{
    Catcher catcher;
    catcher.then({Catcher::hangs});
    Drill drill{webhook(catcher, "drops_repeats = true")};
    drill.raise();
    wait_until(20s, "the request", [&] { return catcher.caught().size() == 1; });
    drill.daemon.kill();
    drill.daemon.start();
    drill.wait_for(1, "portal", "accepted");
    CHECK(keys(catcher) == Keys{first, first});
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a daemon that is stopped gives a message on its way a moment", "[dispatch]")
{
    Catcher catcher;
    catcher.then({Catcher::slow});
    Drill drill{webhook(catcher)};
    drill.raise();
    wait_until(20s, "the request", [&] { return catcher.caught().size() == 1; });
    REQUIRE(drill.daemon.stop(10s) == 0);
    CHECK(drill.row(1, "portal").state == "accepted");
    // And one that never answers does not keep it for ever.
    catcher.then({Catcher::hangs});
    drill.daemon.start();
    drill.upgrade();
    wait_until(20s, "the second request", [&] { return catcher.caught().size() == 2; });
    REQUIRE(drill.daemon.stop(10s) == 0);
    drill.daemon.start();
    drill.wait_for(2, "portal", "in_doubt");
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a warning that a full disk does not let be written down is not sent, and goes out once when it does",
          "[dispatch]")
{
    Catcher catcher;
    catcher.refuse();
    Drill drill{webhook(catcher), true};
    drill.raise();
    drill.wait_for(1, "portal", "retry");
    catcher.listen();
    drill.daemon.fault("pwrite aqid.db-wal 28 0");
    (void)talk(drill.daemon.socket(), R"({"command": "clock", "now": "2016-12-05T10:00:03+08:00"})");
    require_quiet(catcher);
    CHECK(catcher.caught().empty());
    drill.daemon.fault("");
    drill.wait_for(1, "portal", "accepted");
    CHECK(keys(catcher) == Keys{first});
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("an outcome that a full disk does not let be written down is kept until it can be", "[dispatch]")
{
    Catcher catcher;
    catcher.then({Catcher::slow});
    Drill drill{webhook(catcher), true};
    drill.raise();
    wait_until(20s, "the request", [&] { return catcher.caught().size() == 1; });
    drill.daemon.fault("pwrite aqid.db-wal 28 0");
    wait_until(20s, "the complaint",
               [&] { return drill.daemon.log().find("the outbox cannot be written") != std::string::npos; });
    CHECK(drill.row(1, "portal").state == "sending");
    require_quiet(catcher);
    drill.daemon.fault("");
    drill.wait_for(1, "portal", "accepted");
    CHECK(keys(catcher) == Keys{first});
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a start that fails sends nothing and puts nothing in doubt", "[dispatch]")
{
    // A port that is taken, and systemd trying again and again: what waits in the outbox must not suffer from it.
    Catcher catcher;
    catcher.refuse();
    Drill drill{webhook(catcher, "drops_repeats = false")};
    drill.raise();
    drill.wait_for(1, "portal", "retry");
    REQUIRE(drill.daemon.stop() == 0);
    catcher.listen();
    catcher.then({Catcher::hangs});
    Site site;
    site.more = duty_room() + webhook(catcher);
    const Catcher taken;
    site.http = fmt::format("127.0.0.1:{}", taken.port());
    drill.daemon.configure(site);
    drill.daemon.set_arguments({"--simulated-clock", "2016-12-05T10:00:10+08:00"}); // another attempt is due
    drill.daemon.spawn();
    REQUIRE(drill.daemon.wait(10s, "the refusal") == 1);
    CHECK(drill.row(1, "portal").state == "retry");
    require_quiet(catcher);
    CHECK(catcher.caught().empty());
}

TEST_CASE("a second aqid that is refused leaves the first one's message on its way alone", "[dispatch]")
{
    Catcher catcher;
    catcher.then({Catcher::hangs});
    Drill drill{webhook(catcher)};
    drill.raise();
    wait_until(20s, "the request", [&] { return catcher.caught().size() == 1; });
    const Said said =
        run({program("aqid"), "--config", drill.daemon.config().string(), "--simulated-clock", Drill::begin});
    INFO(said.text);
    CHECK(said.exit_code == 1);
    CHECK(drill.row(1, "portal").state == "sending");
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("in a drill a channel for real warnings stays closed", "[dispatch]")
{
    Catcher practice, real;
    Drill drill{webhook(practice) + webhook(real, {}, "town", false)};
    drill.raise();
    drill.wait_for(1, "portal", "accepted");
    require_quiet(real);
    CHECK(real.caught().empty());
    CHECK(drill.daemon.number("SELECT count(*) FROM outbox") == 1);
    CHECK(drill.daemon.log().find("channel town stays closed") != std::string::npos);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("outside a drill a drill's channel stays closed, and four people are four accounts", "[dispatch]")
{
    if (!is_root()) return skipped("needs root, to speak as four accounts");
    Catcher practice, real;
    const Folder folder;
    Site site;
    const std::map<std::string, std::pair<std::string, unsigned>> accounts{{"epb-zhang", {"root", 0}},
                                                                           {"met-li", {"daemon", 1}},
                                                                           {"gov-zhao", {"bin", 2}},
                                                                           {"gov-chen", {"nobody", 65534}}};
    std::map<std::string, std::string> names;
    for (const auto& [person, account] : accounts) names[person] = account.first;
    site.more = duty_room(names) + webhook(practice) + webhook(real, {}, "town", false);
    Daemon daemon{folder.path(), site};
    daemon.start();
    fs::permissions(daemon.socket(), fs::perms{0666}); // a group would do it in the field
    const auto say = [&](const std::string& person, json::object request) {
        const auto answer = daemon.ask(request, accounts.at(person).second);
        INFO(person << ": " << json::serialize(request) << " -> " << json::serialize(answer));
        REQUIRE(answer.at("ok").as_bool());
    };
    const std::int32_t tomorrow = newest_hour() + 24;
    const json::array days{{{"date", hour_text(tomorrow).substr(0, 10)}, {"low", 210}, {"high", 230}},
                           {{"date", hour_text(tomorrow + 24).substr(0, 10)}, {"low", 210}, {"high", 230}}};
    for (const auto* person : {"epb-zhang", "met-li"})
        say(person, {{"command", "forecast"}, {"area", "C"}, {"days", days}});
    const json::object status = daemon.status();
    const std::string warning{status.at("warnings").at(0).at("id").as_string()};
    const auto act = [&](const std::string& person, const char* verb) {
        say(person, {{"command", "act"}, {"verb", verb}, {"warning", warning}, {"revision", 1}});
    };
    act("epb-zhang", "sign");
    act("met-li", "sign");
    act("gov-zhao", "approve");
    act("gov-chen", "issue");
    wait_until(20s, "the warning in town", [&] { return real.caught().size() == 1; });
    CHECK(real.caught()[0].document().at("mode").as_string() == "real");
    require_quiet(practice);
    CHECK(practice.caught().empty());
    CHECK(daemon.number("SELECT count(*) FROM outbox") == 1);
    REQUIRE(daemon.stop() == 0);
}

} // namespace aqi::e2e
