// Warnings to people by SMS: two carriers, a list that changes, one who cannot be reached, what is in doubt, the end of it; and
// alarms along the duty roster until somebody replies, or until a person's hour is full.
#include "tests/e2e/catcher.hpp"
#include "tests/e2e/drill.hpp"

#include <set>

namespace aqi::e2e {
namespace {

std::string carrier(const Catcher& gateway, const std::string& name, const std::string& prefixes,
                    const std::string& more = {})
{
    return fmt::format(
        "[[channel]]\nname = \"{}\"\nkind = \"sms-http\"\nurl = \"{}\"\nbody_format = \"json\"\n"
        "body = '{{{{\"to\": \"{{to}}\", \"text\": \"{{text}}\", \"key\": \"{{key}}\"}}}}'\nsignature = \"环保\"\n"
        "prefixes = [{}]\ndrill = true\n{}\n\n",
        name, gateway.url(), prefixes, more);
}

std::set<std::string> told(const Catcher& gateway, int revision)
{
    std::set<std::string> out;
    for (const auto& request : gateway.caught()) {
        const auto body = request.document();
        if (std::string{body.at("key").as_string()}.find(fmt::format("/{}/", revision)) != std::string::npos)
            out.emplace(body.at("to").as_string());
    }
    return out;
}
using People = std::set<std::string>;

} // namespace

TEST_CASE("a warning goes to each carrier's people once, and its end to exactly those who got it", "[people]")
{
    Catcher mobile, unicom;
    const Folder lists;
    const fs::path file = lists / "officials.csv";
    write_file(file, "name,sms,language\n张三,13900000001,\n李四,13300000002,\nBob,13900000003,en\n");
    const std::string reach = fmt::format(
        "[[audience]]\nid = \"officials\"\nfile = \"{}\"\n\n[[route]]\nchannels = [\"mobile\", \"unicom\"]\n"
        "audience = \"officials\"\n\n",
        file.string());
    unicom.then({Catcher::closes}); // one nobody knows of
    Drill drill{carrier(mobile, "mobile", "\"139\"", "parallel = 2") +
                carrier(unicom, "unicom", "\"133\"", "timeout_ms = 1000") + reach};
    drill.raise();
    wait_until(20s, "the people of one carrier", [&] { return told(mobile, 1).size() == 2; });
    wait_until(20s, "the doubt", [&] { return drill.row(1, "unicom").state == "in_doubt"; });
    CHECK(told(mobile, 1) == People{"13900000001", "13900000003"});
    for (const auto& request : mobile.caught()) {
        const std::string body{request.document().at("text").as_string()};
        CHECK(body.starts_with("【演练】【环保】"));
        CHECK((body.find("黄色") != std::string::npos) == (request.document().at("to").as_string() == "13900000001"));
    }
    // A person has called there: it had come.
    const auto rows = drill.daemon.ask({{"command", "dispatch"}}).at("rows").as_array();
    std::int64_t row = 0;
    for (const auto& r : rows)
        if (r.at("channel").as_string() == "unicom") row = r.at("row").as_int64();
    const auto deliveries = drill.daemon.ask({{"command", "deliveries"}, {"row", row}}).at("deliveries").as_array();
    REQUIRE(deliveries.size() == 1);
    const std::string key{deliveries[0].at("key").as_string()};
    const auto resolve = [&](const std::string& person, const std::string& why) {
        return drill.daemon.ask(
            {{"command", "resolve"}, {"person", person}, {"key", key}, {"verdict", "sent"}, {"why", why}});
    };
    CHECK_FALSE(resolve("epb-zhang", "电话核实").at("ok").as_bool());
    CHECK_FALSE(resolve("gov-chen", "").at("ok").as_bool());
    CHECK(resolve("gov-chen", "电话核实").at("ok").as_bool());
    CHECK_FALSE(resolve("gov-chen", "电话核实").at("ok").as_bool());
    CHECK(drill.row(1, "unicom").state == "accepted");

    // Another list: 张三 has left, 王五 has come. A kill in between changes nothing.
    write_file(file, "name,sms\n李四,13300000002\n王五,13900000004\nBob,13900000003\n");
    drill.daemon.kill();
    drill.daemon.set_arguments({"--simulated-clock", "2016-12-05T10:05:00+08:00"});
    drill.daemon.start();
    drill.upgrade();
    wait_until(20s, "revision 2", [&] { return told(mobile, 2).size() == 2 && told(unicom, 2).size() == 1; });
    CHECK(told(mobile, 2) == People{"13900000003", "13900000004"});
    CHECK(mobile.caught().size() == 4);
    // route-test says what would happen, and nothing is sent.
    const auto plan = drill.daemon.ask({{"command", "route-test"}, {"warning", Drill::warning}}).at("rows").as_array();
    CHECK(plan.size() == 2);
    REQUIRE(drill.daemon.stop() == 0);
    const Said verified = run({program("aqictl"), "verify-ledger", drill.daemon.database().string()});
    INFO(verified.text);
    CHECK(verified.exit_code == 0);
    CHECK(verified.text.find(": whole") != std::string::npos);
}

TEST_CASE("an alarm nobody acknowledges goes along the duty roster, once a step", "[people]")
{
    Catcher gateway;
    const Folder lists;
    write_file(lists / "duty.csv", "name,sms\n值班员,13900000001\n");
    write_file(lists / "leaders.csv", "name,sms\n科长,13900000002\n");
    std::string config = carrier(gateway, "mobile", "");
    for (const auto& [id, after] : {std::pair{"duty", 0}, std::pair{"leaders", 15}})
        config += fmt::format(
            "[[audience]]\nid = \"{0}\"\nfile = \"{1}\"\n\n[[duty]]\nchannels = [\"mobile\"]\naudience = \"{0}\"\n"
            "after_minutes = {2}\nat_least = \"notice\"\n\n",
            id, (lists / (std::string{id} + ".csv")).string(), after);
    config += "[consultation]\nescalate_after_minutes = 30\n\n[all_clear]\nat = \"12:00\"\nchannels = "
              "[\"mobile\"]\naudience = \"duty\"\n\n";
    Drill drill{config};
    const auto texts = [&] {
        std::vector<std::string> out;
        for (const auto& request : gateway.caught())
            out.push_back(fmt::format("{} {}", std::string{request.document().at("to").as_string()},
                                      std::string{request.document().at("text").as_string()}));
        return out;
    };
    // Two bureaus foresee heavy days, and nobody moves the proposal.
    for (const auto* person : {"epb-zhang", "met-li"})
        REQUIRE(drill.daemon
                    .ask({{"command", "forecast"},
                          {"person", person},
                          {"area", "C"},
                          {"days", json::array{json::object{{"date", "2016-12-06"}, {"low", 205}, {"high", 225}},
                                               json::object{{"date", "2016-12-07"}, {"low", 205}, {"high", 225}}}}})
                    .at("ok")
                    .as_bool());
    drill.clock("10:31:00");
    wait_until(20s, "the first step", [&] { return gateway.caught().size() == 1; });
    CHECK(texts()[0].starts_with("13900000001 【演练】"));
    CHECK(texts()[0].find("回复1确认") != std::string::npos);
    drill.clock("10:40:00");
    drill.daemon.kill();
    drill.daemon.set_arguments({"--simulated-clock", "2016-12-05T10:41:00+08:00"});
    drill.daemon.start();
    drill.clock("10:47:00");
    wait_until(20s, "the second step", [&] { return gateway.caught().size() == 2; });
    CHECK(texts()[1].starts_with("13900000002 "));
    drill.clock("12:01:00");
    wait_until(20s, "the daily word", [&] { return gateway.caught().size() >= 3; });
    CHECK(texts().back().find("日报") != std::string::npos);
    REQUIRE(drill.daemon.stop() == 0);
}

TEST_CASE("a person's hour is full for alarms and never for a warning, and what waited comes in one digest", "[people]")
{
    Catcher gateway;
    const Folder lists;
    write_file(lists / "duty.csv", "name,sms\n值班员,13900000001\n");
    write_file(lists / "leaders.csv", "name,sms\n科长,13900000002\n");
    std::string config = carrier(gateway, "mobile", "");
    config += fmt::format("[[audience]]\nid = \"duty\"\nfile = \"{}\"\nat_most_an_hour = 2\n\n"
                          "[[audience]]\nid = \"leaders\"\nfile = \"{}\"\n\n"
                          "[[route]]\nchannels = [\"mobile\"]\naudience = \"duty\"\n\n",
                          (lists / "duty.csv").string(), (lists / "leaders.csv").string());
    const auto step = [](const char* id, int after) {
        return fmt::format("[[duty]]\nchannels = [\"mobile\"]\naudience = \"{}\"\nat_least = \"notice\"\n"
                           "after_minutes = {}\n\n",
                           id, after);
    };
    for (const int after : {0, 5, 10, 15}) config += step("duty", after) + step("leaders", after);
    for (int more = 0; more < 6; ++more) config += step("duty", 15); // more than one short message holds
    config += "[consultation]\nescalate_after_minutes = 30\n\n";
    Drill drill{config};
    const auto texts = [&](const std::string& to) {
        std::vector<std::string> out;
        for (const auto& request : gateway.caught())
            if (const auto body = request.document(); body.at("to").as_string() == to)
                out.emplace_back(body.at("text").as_string());
        return out;
    };
    const std::string limited = "13900000001", free = "13900000002";
    const auto held = [&] { return drill.daemon.number("SELECT count(*) FROM delivery WHERE state = 10"); };
    drill.raise();
    wait_until(20s, "the warning", [&] { return texts(limited).size() == 1; });
    for (const auto* person : {"epb-zhang", "met-li"})
        REQUIRE(drill.daemon
                    .ask({{"command", "forecast"},
                          {"person", person},
                          {"area", "C"},
                          {"days", json::array{json::object{{"date", "2016-12-06"}, {"low", 300}, {"high", 330}},
                                               json::object{{"date", "2016-12-07"}, {"low", 300}, {"high", 340}},
                                               json::object{{"date", "2016-12-08"}, {"low", 300}, {"high", 340}},
                                               json::object{{"date", "2016-12-09"}, {"low", 250}, {"high", 260}}}}})
                    .at("ok")
                    .as_bool());
    drill.clock("10:31:00");
    wait_until(20s, "the first step", [&] { return texts(limited).size() == 2 && texts(free).size() == 1; });
    drill.clock("10:36:00");
    wait_until(20s, "the second step", [&] { return texts(limited).size() == 3 && texts(free).size() == 2; });
    drill.clock("10:41:00");
    wait_until(20s, "the third step", [&] { return held() == 1 && texts(free).size() == 3; });
    drill.daemon.kill();
    drill.daemon.set_arguments({"--simulated-clock", "2016-12-05T10:43:00+08:00"});
    drill.daemon.start();
    drill.clock("10:46:00");
    wait_until(20s, "the fourth step", [&] { return held() == 8 && texts(free).size() == 4; });
    CHECK(texts(limited).size() == 3);
    // The hour is full, and the warning comes.
    drill.upgrade();
    wait_until(20s, "the upgrade", [&] { return texts(limited).size() == 4; });
    CHECK(texts(limited).back().find("红色") != std::string::npos);
    drill.clock("11:29:00");
    CHECK_FALSE(comes(1500ms, [&] { return held() != 8; }));
    drill.clock("11:31:30");
    wait_until(20s, "the digest", [&] { return texts(limited).size() == 5; });
    const std::string digest = texts(limited).back();
    INFO(digest);
    CHECK(digest.starts_with("【演练】"));
    CHECK(digest.find("另有8条告警") != std::string::npos);
    CHECK(digest.ends_with("……"));
    CHECK(digest.find("12-05T10:41") < digest.find("12-05T10:46"));
    CHECK(held() == 0);
    CHECK_FALSE(comes(1500ms, [&] { return texts(limited).size() > 5; }));
    CHECK(texts(free).size() == 4);
    REQUIRE(drill.daemon.stop() == 0);
    const Said verified = run({program("aqictl"), "verify-ledger", drill.daemon.database().string()});
    INFO(verified.text);
    CHECK(verified.exit_code == 0);
}

TEST_CASE("a receipt and a reply come back through the page's port, and 1 acknowledges an alarm", "[people]")
{
    Catcher gateway;
    const Folder lists;
    write_file(lists / "duty.csv", "name,sms\n值班员,13900000001\n");
    write_file(lists / "token", "0123456789abcdef0123456789abcdef\n");
    const std::string token = "token=0123456789abcdef0123456789abcdef";
    Drill drill{
        carrier(gateway, "mobile", "", fmt::format("callback_token_file = \"{}\"", (lists / "token").string())) +
        fmt::format(
            "[[audience]]\nid = \"duty\"\nfile = \"{}\"\n\n[[route]]\nchannels = [\"mobile\"]\naudience = \"duty\"\n\n"
            "[[duty]]\nchannels = [\"mobile\"]\naudience = \"duty\"\nat_least = \"notice\"\n\n"
            "[[duty]]\nchannels = [\"mobile\"]\naudience = \"duty\"\nat_least = \"notice\"\nafter_minutes = 15\n\n"
            "[consultation]\nescalate_after_minutes = 30\n\n",
            (lists / "duty.csv").string())};
    drill.raise();
    drill.wait_for(1, "mobile", "accepted");
    const std::string key{gateway.caught().at(0).document().at("key").as_string()};
    CHECK(drill.daemon.get("/channels/mobile/dlr?token=wrong&type=1&key=" + key).status == 403);
    CHECK(drill.row(1, "mobile").state == "accepted");
    CHECK(drill.daemon.get("/channels/mobile/dlr?" + token + "&type=1&key=" + key).status == 200);
    drill.wait_for(1, "mobile", "delivered");
    CHECK(drill.daemon.get("/channels/nobody/dlr?" + token).status == 404);
    // A further proposal that nobody moves is an alarm; who is on duty replies.
    for (const auto* person : {"epb-zhang", "met-li"})
        REQUIRE(drill.daemon
                    .ask({{"command", "forecast"},
                          {"person", person},
                          {"area", "C"},
                          {"days", json::array{json::object{{"date", "2016-12-06"}, {"low", 300}, {"high", 330}},
                                               json::object{{"date", "2016-12-07"}, {"low", 300}, {"high", 340}},
                                               json::object{{"date", "2016-12-08"}, {"low", 300}, {"high", 340}},
                                               json::object{{"date", "2016-12-09"}, {"low", 250}, {"high", 260}}}}})
                    .at("ok")
                    .as_bool());
    drill.clock("10:31:00");
    wait_until(20s, "the alarm", [&] { return gateway.caught().size() == 2; });
    wait_until(20s, "its receipt", [&] {
        return drill.daemon.number("SELECT count(*) FROM outbox o JOIN delivery d ON d.outbox = o.id WHERE o.kind = "
                                   "'alarm' AND d.state = 2") == 1;
    });
    for (int n = 0; n < 2; ++n) // gateways repeat themselves
        CHECK(drill.daemon.get("/channels/mobile/mo?" + token + "&from=%2B8613900000001&text=1&id=77").status == 200);
    const auto acknowledged = [&] {
        const json::object status = drill.daemon.status();
        for (const auto& alarm : status.at("alarms").as_array())
            if (alarm.at("acknowledged").is_object()) return true;
        return false;
    };
    wait_until(20s, "the acknowledgement", acknowledged);
    CHECK(drill.daemon.number("SELECT count(*) FROM reply") == 1);
    drill.clock("10:50:00"); // the second step has nothing to say
    CHECK_FALSE(comes(1500ms, [&] { return gateway.caught().size() > 2; }));
    REQUIRE(drill.daemon.stop() == 0);
}

} // namespace aqi::e2e
