// Who would get a warning that does not exist, asked of a running daemon: in its words, at its price, and nothing leaves or stays.
#include "tests/e2e/catcher.hpp"
#include "tests/e2e/drill.hpp"

namespace aqi::e2e {
namespace {

std::string gateway(const Catcher& catcher, const std::string& name, const std::string& more)
{
    return fmt::format("[[channel]]\nname = \"{}\"\nkind = \"sms-http\"\nurl = \"{}\"\nbody_format = \"json\"\n"
                       "body = '{{{{\"to\": \"{{to}}\", \"text\": \"{{text}}\", \"level\": \"{{level_name}}\"}}}}'\n"
                       "cost_per_part = \"0.045\"\ndrill = true\n{}\n\n",
                       name, catcher.url(), more);
}

json::object channel_of(const json::object& answer, const char* name)
{
    for (const auto& row : answer.at("rows").as_array())
        if (row.at("channel").as_string() == name) return row.as_object();
    return {};
}

std::string error_of(Drill& drill, json::object request)
{
    request["command"] = "route-test";
    const json::object answer = drill.daemon.ask(request);
    return answer.at("ok").as_bool() ? "it was made" : std::string{answer.at("error").as_string()};
}

} // namespace

TEST_CASE("who would get a warning that does not exist is told, and nothing of it is stored or sent", "[people]")
{
    Catcher catcher;
    const Folder lists;
    write_file(lists / "officials.csv",
               "name,sms,language\n张三,13900000001,\n李四,13900000002,\nBob,13900000003,en\n");
    write_file(lists / "leaders.csv", "name,sms\n市长,13900000009\n");
    Drill drill{gateway(catcher, "mobile", "") +
                fmt::format("[[audience]]\nid = \"officials\"\nfile = \"{}\"\n\n[[audience]]\nid = \"leaders\"\n"
                            "file = \"{}\"\n\n[[route]]\nchannels = [\"mobile\"]\naudience = \"officials\"\n\n"
                            "[[route]]\nchannels = [\"mobile\"]\naudience = \"leaders\"\nat_least = \"red\"\n"
                            "transitions = [\"raise\"]\n\n",
                            (lists / "officials.csv").string(), (lists / "leaders.csv").string())};
    const auto stored = [&] {
        return drill.daemon.rows(
            "SELECT (SELECT count(*) FROM journal WHERE body LIKE '%C-2016-%' OR kind LIKE '%proposed%'), (SELECT "
            "count(*) FROM outbox), (SELECT count(*) FROM delivery), (SELECT count(*) FROM ledger), (SELECT count(*) "
            "FROM audience)");
    };
    const auto before = stored();
    CHECK(before == std::vector<std::vector<std::string>>{{"0", "0", "0", "0", "0"}});
    const auto ask = [&](const std::string& level, const std::string& transition) {
        return drill.daemon.ask(
            {{"command", "route-test"}, {"area", "C"}, {"level", level}, {"transition", transition}});
    };
    const json::object yellow = drill.daemon.ask({{"command", "route-test"}, {"area", "C"}, {"level", "yellow"}});
    INFO(json::serialize(yellow));
    REQUIRE(yellow.at("ok").as_bool());
    CHECK(yellow.at("rehearsal").as_bool());
    CHECK(yellow.at("at").as_string() == Drill::begin);
    REQUIRE(yellow.at("rows").as_array().size() == 1);
    const json::object row = channel_of(yellow, "mobile");
    CHECK(row.at("audience").as_string() == "officials");
    CHECK(row.at("recipients").as_int64() == 3);
    CHECK(row.at("recipients_en").as_int64() == 1);
    CHECK(json::serialize(row.at("names")) == R"(["张三","李四","Bob"])");
    const auto parts = [&](const char* language) { return row.at(language).at("parts").as_int64(); };
    CHECK(row.at("messages").as_int64() == 2 * parts("zh") + parts("en"));
    CHECK(row.at("cost_thousandth").as_int64() == 45 * (2 * parts("zh") + parts("en")));
    const std::string words{row.at("zh").at("text").as_string()};
    CHECK(words.starts_with("【演练】"));
    CHECK(words.find("12月6日0时起启动重污染天气黄色预警") != std::string::npos);
    // Red goes to the leaders, too; so does its end, though their route is for the beginning only.
    CHECK(ask("red", "raise").at("rows").as_array().size() == 2);
    CHECK(ask("red", "upgrade").at("rows").as_array().size() == 1);
    const json::object lift = ask("red", "lift");
    REQUIRE(lift.at("rows").as_array().size() == 2);
    CHECK(std::string{channel_of(lift, "mobile").at("zh").at("text").as_string()}.find("解除") != std::string::npos);
    CHECK(ask("orange", "lift").at("rows").as_array().size() == 1);

    CHECK(error_of(drill, {{"area", "X"}, {"level", "red"}}) == "there is no area X; there are C");
    CHECK(error_of(drill, {{"area", "C"}, {"level", "purple"}}) ==
          "level \"purple\" is not known; known: blue, yellow, orange, red");
    CHECK(error_of(drill, {{"area", "C"}, {"level", "none"}}).find("known: blue") != std::string::npos);
    CHECK(error_of(drill, {{"area", "C"}, {"level", "red"}, {"transition", "up"}}) ==
          "transition \"up\" is not known; known: raise, upgrade, downgrade, lift, cancel");
    CHECK(error_of(drill, {{"area", "C"}}) == "it needs \"warning\", or \"area\" and \"level\"");
    CHECK(error_of(drill, {{"warning", "C-2016-009"}}) == "there is no warning C-2016-009");

    // The same by hand.
    const auto aqictl = [&](const std::vector<std::string>& more) {
        std::vector<std::string> command{program("aqictl"), "route-test", "--socket", drill.daemon.socket().string()};
        command.insert(command.end(), more.begin(), more.end());
        return run(command);
    };
    const Said plan = aqictl({"C", "red", "--transition", "upgrade", "--drill"});
    INFO(plan.text);
    CHECK(plan.exit_code == 0);
    CHECK(plan.text.starts_with("REHEARSAL"));
    CHECK(plan.text.find("mobile to officials: 3 recipients (1 in English)") != std::string::npos);
    CHECK(plan.text.find("who: 张三, 李四, Bob") != std::string::npos);
    CHECK(plan.text.find("0.045") != std::string::npos);
    CHECK(plan.text.find("in all: ") != std::string::npos);
    CHECK(plan.text.find("REHEARSAL (预演): nothing was sent") != std::string::npos);
    CHECK(aqictl({"C", "purple"}).text.find("is not known") != std::string::npos);
    CHECK(aqictl({"C", "purple"}).exit_code != 0);
    CHECK(aqictl({"C", "--transition", "lift"}).exit_code != 0); // of which level?
    CHECK(aqictl({"C", "red", "--transition", "up"}).exit_code != 0);

    CHECK(stored() == before);
    CHECK(catcher.caught().empty());
    CHECK(drill.daemon.status().at("warnings").as_array().empty());

    // What is then really sent says it in each recipient's language; and what is there can be asked about as before.
    drill.raise();
    wait_until(20s, "everybody", [&] { return catcher.caught().size() == 3; });
    for (const auto& request : catcher.caught()) {
        const json::value body = request.document();
        CHECK(body.at("level").as_string() == (body.at("to").as_string() == "13900000003" ? "yellow" : "黄色"));
    }
    const Said there = aqictl({Drill::warning});
    CHECK(there.text.starts_with("C-2016-001 revision 1, yellow:"));
    CHECK(there.text.find("REHEARSAL") == std::string::npos);
    REQUIRE(drill.daemon.stop() == 0);
}

} // namespace aqi::e2e
