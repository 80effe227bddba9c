// Forecasts by every way in: over HTTP with a token, over MQTT, as files in a folder; and what is refused on each.
#include "tests/e2e/drill.hpp"

#include <fstream>

namespace aqi::e2e {
namespace {

constexpr const char* token = "0123456789abcdef0123456789abcdef";

std::string days(int high)
{
    return fmt::format(R"("days":[{{"date":"2016-12-06","low":{},"high":{},"primary":"PM2.5","weather":"静稳"}}])",
                       high - 20, high);
}

/// What a bureau says of 6 December now: the upper bound, or 0.
std::int64_t said(Daemon& daemon, const char* organisation)
{
    const json::object status = daemon.status();
    for (const auto& f : status.at("areas").as_array().at(0).at("forecasts").as_array())
        if (f.at("organisation").as_string() == organisation) return f.at("high").as_int64();
    return 0;
}

} // namespace

TEST_CASE("a forecast over HTTP is the word of who holds the token, and of nobody without one", "[forecast]")
{
    const Folder folder;
    write_file(folder / "token", std::string{token} + "\n");
    write_file(folder / "short", "0123456789\n");
    Site site;
    std::string people = duty_room();
    const auto with_token = [&](const std::string& person, const fs::path& file) {
        const std::string id = "id = \"" + person + "\"\n";
        people.insert(people.find(id) + id.size(), fmt::format("http_token_file = \"{}\"\n", file.string()));
    };
    with_token("met-li", folder / "token");
    with_token("epb-zhang", folder / "short");
    site.more = people;
    Daemon::Options options;
    options.arguments = {"--simulated-clock", Drill::begin};
    Daemon daemon{folder.path(), site, options};
    daemon.start();
    const auto post = [&](const std::string& body, const std::string& bearer, const char* path = "/api/v1/forecasts") {
        return http_post(daemon.port(), path, body, bearer.empty() ? "" : "Authorization: Bearer " + bearer + "\r\n");
    };
    const std::string good = "{\"area\":\"C\"," + days(225) + "}";
    CHECK(post(good, "").status == 401);
    CHECK(post(good, std::string(32, 'x')).status == 401);
    CHECK(post(good, "0123456789").status == 401); // too short a token opens nothing
    CHECK(said(daemon, "Meteorology") == 0);
    CHECK(post(good, token).status == 200);
    CHECK(said(daemon, "Meteorology") == 225);
    CHECK(post("{\"area\":\"D\"," + days(225) + "}", token).body.find("没有区域 D") != std::string::npos);
    CHECK(post("{\"area\":\"C\"," + days(700) + "}", token).status == 422);
    CHECK(post("[]", token).status == 422);
    CHECK(post("{\"area\":\"C\"," + days(225) + ",\"person\":\"epb-zhang\"}", token).status ==
          200); // still met-li's word
    CHECK(said(daemon, "Environment") == 0);
    CHECK(post(good, token, "/api/v1/status").status == 405);
    CHECK(post(std::string(70'000, ' '), token).status != 200);
    // What was refused is on record, under the name of who asked.
    const json::object audit = daemon.ask({{"command", "audit"}});
    int refused = 0;
    for (const auto& act : audit.at("acts").as_array())
        if (act.at("event").as_string() == "refused" && act.at("says").at("person").as_string() == "met-li") ++refused;
    CHECK(refused == 2);
    // A token that is taken away opens nothing from then on.
    fs::remove(folder / "token");
    CHECK(post(good, token).status == 401);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("aqictl enters a forecast from a file, with hours and concentrations", "[forecast]")
{
    const Folder folder;
    Site site;
    site.more = duty_room();
    Daemon::Options options;
    options.arguments = {"--simulated-clock", Drill::begin};
    Daemon daemon{folder.path(), site, options};
    daemon.start();
    const auto enter = [&](const std::string& text) {
        write_file(folder / "forecast.json", text);
        return run({program("aqictl"), "forecast", "C", "--file", (folder / "forecast.json").string(), "--as", "met-li",
                    "--socket", daemon.socket().string()});
    };
    const Said good =
        enter(R"({"days":[{"date":"2016-12-06","low":180,"high":225,"values":{"pm2_5_ug_m3":[120,175]}}],)"
              R"("hours":[{"hour":"2016-12-06T09:00:00+08:00","aqi":240}]})");
    INFO(good.text);
    CHECK(good.exit_code == 0);
    CHECK(said(daemon, "Meteorology") == 225);
    CHECK(enter("{\"days\":").text.find("no JSON object") != std::string::npos);
    CHECK(enter("{\"dates\":[]}").text.find("\"dates\" is not known") != std::string::npos);
    CHECK(enter("{\"days\":[{\"date\":\"2016-12-06\",\"low\":300,\"high\":225}]}").exit_code != 0);
    CHECK(said(daemon, "Meteorology") == 225);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE(
    "forecasts over MQTT and from a folder: taken once, repeats known, what cannot be read put aside with its reason",
    "[forecast]")
{
    const Folder folder;
    Broker broker{folder.path()};
    broker.start();
    const fs::path drop = folder / "drop";
    fs::create_directory(drop);
    Site site;
    site.more =
        duty_room() +
        fmt::format(
            "[[link]]\nname = \"met\"\ndriver = \"mqtt-forecast\"\nuri = \"{}\"\nclient_id = \"aqid-e2e-forecast\"\n"
            "topics = [\"aqid/v1/forecast/met\"]\nperson = \"met-li\"\nuser = \"aqid\"\npassword_file = \"{}\"\n\n"
            "[[link]]\nname = \"files\"\ndriver = \"forecast-folder\"\npath = \"{}\"\nperson = \"epb-zhang\"\n"
            "look_every_s = 1\n\n",
            broker.uri(), broker.password_file("aqid").string(), drop.string());
    Daemon::Options options;
    options.arguments = {"--simulated-clock", Drill::begin};
    Daemon daemon{folder.path(), site, options};
    daemon.start();
    daemon.wait_for_link("up");
    const std::string topic = "aqid/v1/forecast/met";
    const std::string issued = R"("issued_at":"2016-12-05T09:30:00+08:00",)";
    const std::string good = "{\"area\":\"C\"," + issued + days(225) + "}";
    publish_all(broker.login("stations"), {{topic, good, false}});
    wait_until(20s, "the forecast over MQTT", [&] { return said(daemon, "Meteorology") == 225; });
    publish_all(broker.login("stations"), {{topic, good, false}, {topic, "{\"area\":\"C\"}", false}});
    wait_until(20s, "the repetition", [&] { return daemon.count("forecast_repeats") == 1; });
    wait_until(20s, "what cannot be read", [&] { return daemon.count("aside_malformed") == 1; });

    // A file: taken when nobody writes to it any more, moved away; another is refused with its reason beside it.
    write_file(drop / "good.csv", "area,date,aqi,primary\nC,2016-12-06,205-240,PM2.5\n");
    write_file(drop / "bad.csv", "area,date,aqi\nC,2016-12-06,heavy\n");
    write_file(drop / "notes.txt", "not ours\n");
    wait_until(30s, "the forecast from a file", [&] { return said(daemon, "Environment") == 240; });
    wait_until(30s, "the files to be put away",
               [&] { return fs::exists(drop / "taken" / "good.csv") && fs::exists(drop / "refused" / "bad.csv.why"); });
    CHECK(read_file(drop / "refused" / "bad.csv.why").find("line 2") != std::string::npos);
    CHECK(fs::exists(drop / "notes.txt"));
    // Both bureaus have spoken: the record of what is proposed holds both.
    const json::object status = daemon.status();
    const auto& revision = status.at("warnings").as_array().at(0).at("revisions").as_array().at(0);
    CHECK(revision.at("state").as_string() == "proposed");
    CHECK(status.at("areas").as_array().at(0).at("forecasts").as_array().size() == 2);
    // What was known stays known after a kill.
    daemon.kill();
    daemon.start();
    daemon.wait_for_link("up");
    publish_all(broker.login("stations"), {{topic, good, false}});
    wait_until(20s, "the repetition after a restart", [&] { return daemon.count("forecast_repeats") == 2; });
    REQUIRE(daemon.stop() == 0);
}

} // namespace aqi::e2e
