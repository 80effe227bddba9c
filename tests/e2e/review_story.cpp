// A day after it was closed: late values, a correction in its two levels, sign-offs, dust, and the notices and reports that
// follow; and the recomputation that finds a figure somebody changed on the disk.
#include "tests/e2e/drill.hpp"

#include <map>

namespace aqi::e2e {
namespace {

/// Three people behind one account, as only a drill may have them.
std::string reviewers()
{
    const std::string account = own_account();
    std::string out = "[[organisation]]\nid = \"epb\"\nname = \"Environment\"\nbureau = \"environment\"\n\n";
    const auto person = [&](const char* id, const char* rights) {
        out += fmt::format(
            "[[person]]\nid = \"{0}\"\nname = \"{0}\"\norganisation = \"epb\"\nmay = [{1}]\naccount = \"{2}\"\n\n", id,
            rights, account);
    };
    person("first", "\"validate\", \"declare-dust\"");
    person("second", "\"validate\", \"ratify\"");
    person("third", "\"forecast\"");
    return out;
}

constexpr const char* the_day = "2016-12-04";
const std::int32_t hour_1 = 17139 * 24 + 1; // 2016-12-04 01:00; 17139 days since 1970-01-01

struct Review {
    Review() : broker(folder.path())
    {
        broker.start();
        Site site;
        site.stations = 1;
        site.time = "close_after_minutes = 0\n";
        site.more = link_to(broker) + reviewers();
        Daemon::Options options;
        options.arguments = {"--simulated-clock", "2016-12-04T23:30:00+08:00"};
        daemon.emplace(folder.path(), site, options);
        daemon->start();
        daemon->wait_for_link("up");
        sender.emplace(broker.login("stations"));
    }

    /// PM2.5 of an hour of the day, perhaps under a flag.
    void tell(int hour, int value, const std::string& flag = {})
    {
        const std::int64_t before = daemon->count("frames");
        const std::string flags = flag.empty() ? "" : fmt::format(R"(,"flags":{{"pm2_5":"{}"}})", flag);
        sender->publish({topic_of("S01"),
                         fmt::format(R"({{"station":"S01","time":"{}","values":{{"pm2_5_ug_m3":{}}}{}}})",
                                     hour_text(hour_1 + hour - 1), value, flags),
                         false},
                        ++id);
        wait_until(20s, "the frame", [&] { return daemon->count("frames") == before + 1; });
    }

    json::object ask(const std::string& person, json::object request)
    {
        request["person"] = person;
        return daemon->ask(request);
    }
    json::object must(const std::string& person, const json::object& request)
    {
        const json::object answer = ask(person, request);
        INFO(json::serialize(answer));
        REQUIRE(answer.at("ok").as_bool());
        return answer;
    }
    void refused(const std::string& person, const json::object& request, const std::string& words)
    {
        const json::object answer = ask(person, request);
        INFO(json::serialize(answer));
        REQUIRE(!answer.at("ok").as_bool());
        REQUIRE(std::string{answer.at("error").as_string()}.find(words) != std::string::npos);
    }
    json::object review() { return daemon->ask({{"command", "review"}}); }
    /// The day's mean on disk, in ng/m3; -1: none.
    std::int64_t mean()
    {
        return daemon->number("SELECT coalesce(pm2_5_ng, -1) FROM daily JOIN place ON place.id = daily.place "
                              "WHERE code = 'C' AND day = 17139");
    }
    json::object correction(const std::string& kind, int hour)
    {
        return {{"command", "correct"}, {"station", "S01"},
                {"pollutant", "pm2_5"}, {"first", fmt::format("{}T{:02}:00", the_day, hour)},
                {"kind", kind},         {"why", "calibration"}};
    }
    Said aqictl(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), program("aqictl"));
        arguments.insert(arguments.end(), {"--config", daemon->config().string()});
        return run(arguments);
    }

    Folder folder;
    Broker broker;
    std::optional<Daemon> daemon;
    std::optional<Mqtt> sender;
    std::uint16_t id = 0;
};

} // namespace

TEST_CASE("a closed day changes by late values and ratified corrections only, each with a numbered notice", "[review]")
{
    Review r;
    for (int hour = 1; hour <= 20; ++hour) r.tell(hour, 50);
    r.tell(21, 500, "C");
    r.daemon->clock("2016-12-05T01:00:00+08:00");
    REQUIRE(r.mean() == 50'000);
    REQUIRE(r.review().at("notices").as_array().empty());

    // A late value moves the published mean: (20 x 50 + 92) / 21 = 52.
    r.tell(22, 92);
    REQUIRE(r.mean() == 52'000);
    auto notices = r.review().at("notices").as_array();
    REQUIRE(notices.size() == 1);
    CHECK(notices[0].at("number").as_string() == "2016-0001");
    CHECK(notices[0].at("cause").as_string() == "late_value");
    // One that does not move it gives none: the mean stays 52.
    r.tell(23, 52);
    REQUIRE(r.mean() == 52'000);
    REQUIRE(r.review().at("notices").as_array().size() == 1);

    // First level: nothing changes. Nobody without the right, and not the same person twice.
    r.refused("third", r.correction("invalidate", 22), "no right to validate");
    r.refused("first", r.correction("restore", 22), "nothing to take back");
    r.must("first", r.correction("invalidate", 22));
    REQUIRE(r.mean() == 52'000);
    r.refused("first", {{"command", "decide"}, {"correction", "R2016-0001"}, {"verb", "ratify"}}, "no right to ratify");
    // Second level: (20 x 50 + 52) / 21 = 50.095...
    r.must("second", {{"command", "decide"}, {"correction", "R2016-0001"}, {"verb", "ratify"}});
    REQUIRE(r.mean() == 50'095);
    notices = r.review().at("notices").as_array();
    REQUIRE(notices.size() == 2);
    CHECK(notices[0].at("number").as_string() == "2016-0002");
    CHECK(notices[0].at("who").as_string() == "first, second");
    // The value under the calibration flag was kept, and can be accepted: (20 x 50 + 52 + 500) / 22 = 70.5454...
    r.must("first", r.correction("accept", 21));
    r.must("second", {{"command", "decide"}, {"correction", "R2016-0002"}, {"verb", "ratify"}});
    REQUIRE(r.mean() == 70'545);
    // And everything is taken back; what was received stood there all the time.
    for (const int hour : {21, 22}) r.must("first", r.correction("restore", hour));
    for (const char* id : {"R2016-0003", "R2016-0004"})
        r.must("second", {{"command", "decide"}, {"correction", id}, {"verb", "ratify"}});
    REQUIRE(r.mean() == 52'000);

    // Sign-offs: the second level rests on the first, by another person.
    const json::object days{{"command", "sign-off"}, {"place", "C"}, {"first", the_day}};
    json::object ratified = days, validated = days;
    ratified["level"] = "ratified";
    validated["level"] = "validated";
    r.refused("second", ratified, "was not validated yet");
    r.must("first", validated);
    r.must("second", ratified);
    r.must("first", {{"command", "dust"}, {"area", "C"}, {"date", the_day}, {"document", "No. 1"}});

    // A restart folds the same story, and a recomputation agrees with it.
    const std::int64_t mean = r.mean();
    r.daemon->kill();
    r.daemon->set_arguments({"--simulated-clock", "2016-12-05T01:00:00+08:00"});
    r.daemon->start();
    REQUIRE(r.mean() == mean);
    REQUIRE(r.review().at("corrections").as_array().size() == 4);
    REQUIRE(r.daemon->ask({{"command", "recompute"}}).at("ok").as_bool());
    wait_until(20s, "the recomputation", [&] { return r.daemon->status().at("recompute").is_object(); });
    CHECK(r.daemon->status().at("recompute").at("differences").as_int64() == 0);
    CHECK(r.daemon->status().at("recompute").at("trouble").as_string().empty());

    // Explained and reported, beside the running daemon.
    const auto explained = r.aqictl({"explain", "S01", the_day});
    CHECK(explained.exit_code == 0);
    for (const char* words : {"R2016-0001", "validated by first", "ratified by second", "2016-0002", "ratified"}) {
        INFO(explained.text);
        CHECK(explained.text.find(words) != std::string::npos);
    }
    const auto reported = r.aqictl({"report", "2016-12", "--format", "json"});
    INFO(reported.text);
    REQUIRE(reported.exit_code == 0);
    const auto paper = json::parse(reported.text);
    CHECK(paper.at("facts").at("through").as_string() == the_day);
    CHECK(paper.at("tables").at("dust").at("rows").as_array().size() == 1);
    CHECK(!paper.at("tables").at("notices").at("rows").as_array().empty());
    REQUIRE(r.daemon->stop() == 0);
}

TEST_CASE("a figure that was changed on the disk is found by the recomputation", "[review]")
{
    Review r;
    for (int hour = 1; hour <= 23; ++hour) r.tell(hour, 50);
    r.daemon->clock("2016-12-05T01:00:00+08:00");
    REQUIRE(r.mean() == 50'000);
    REQUIRE(run({"/usr/bin/sqlite3", r.daemon->database().string(),
                 "PRAGMA busy_timeout = 5000; UPDATE daily SET pm2_5_ng = 10000"})
                .exit_code == 0);
    REQUIRE(r.daemon->ask({{"command", "recompute"}}).at("ok").as_bool());
    wait_until(20s, "the recomputation", [&] { return r.daemon->status().at("recompute").is_object(); });
    const auto result = r.daemon->status().at("recompute").as_object();
    CHECK(result.at("differences").as_int64() == 2); // the station's day and the area's
    CHECK(std::string{result.at("trouble").as_string()}.find("10 on disk, 50 from the journal") != std::string::npos);
    CHECK(r.daemon->log().find("do not agree with the journal") != std::string::npos);
    REQUIRE(r.daemon->stop() == 0);
}

TEST_CASE("rules that change published figures give a notice at the next start", "[review]")
{
    Review r;
    for (int hour = 1; hour <= 23; ++hour) r.tell(hour, 50);
    r.daemon->clock("2016-12-05T01:00:00+08:00");
    REQUIRE(r.daemon->stop() == 0);
    // The station counts only from the next day on.
    std::string text = read_file(r.daemon->config());
    const std::string before = "stations = [\"S01\"]";
    const auto at = text.find(before);
    REQUIRE(at != std::string::npos);
    text.replace(at, before.size(), "[[area.member]]\nstation = \"S01\"\nfrom = 2016-12-05");
    write_file(r.daemon->config(), text, fs::perms{0644});
    r.daemon->set_arguments({"--simulated-clock", "2016-12-05T01:00:00+08:00"});
    r.daemon->start();
    REQUIRE(r.mean() == -1);
    const auto notices = r.review().at("notices").as_array();
    REQUIRE(notices.size() == 1);
    CHECK(notices[0].at("cause").as_string() == "rules");
    REQUIRE(r.daemon->stop() == 0);
}

} // namespace aqi::e2e
