// Nonsense from outside: every kind is counted under its name and kept with its reason, and none of it stops anything.
#include "tests/e2e/stage.hpp"

namespace aqi::e2e {
namespace {

/// The whole stage, and one message at a time.
struct Stage {
    explicit Stage(const std::string& more = {}) : broker(folder.path())
    {
        broker.start();
        Site site;
        site.more = link_to(broker, more);
        daemon.emplace(folder.path(), site);
        daemon->start();
        daemon->wait_for_link("up");
        sender.emplace(broker.login("stations"));
    }
    /// Publishes and waits until it was taken from the inbox.
    void send(const Message& message)
    {
        const std::int64_t before = daemon->count("frames");
        sender->publish(message, ++id);
        wait_until(20s, "the frame", [&] { return daemon->count("frames") == before + 1; });
    }
    void send(const std::string& payload) { send({topic_of("S01"), payload, false}); }
    /// It still works: another station's value of this hour is taken.
    void require_alive(std::int32_t hour)
    {
        const std::int64_t before = daemon->number("SELECT count(*) FROM observation");
        send({topic_of("S04"), reading(4, hour), false});
        REQUIRE(daemon->number("SELECT count(*) FROM observation") == before + 2);
        REQUIRE(daemon->get("/healthz").status == 200);
        REQUIRE(daemon->get("/api/v1/status").status == 200);
    }
    Folder folder;
    Broker broker;
    std::optional<Daemon> daemon;
    std::optional<Mqtt> sender;
    std::uint16_t id = 0;
};

std::string with(const std::string& values, const std::string& time)
{
    return fmt::format(R"({{"station":"S01","time":"{}","values":{{{}}}}})", time, values);
}

std::string nested(std::size_t depth)
{
    std::string out = R"({"station":"S01","extra":)";
    for (std::size_t n = 0; n < depth; ++n) out += "[";
    return out;
}

} // namespace

TEST_CASE("each kind of bad input is counted, kept with its reason, and stops nothing", "[input]")
{
    Stage stage;
    Daemon& daemon = *stage.daemon;
    const std::int32_t hour = newest_hour() - 30;
    const std::string then = hour_text(hour);
    const std::string good = R"("pm2_5_ug_m3":35.2)";
    std::string not_the_hour = then;
    not_the_hour.replace(not_the_hour.find(":00:00"), 6, ":07:00");
    const std::string no_zone = then.substr(0, then.size() - 6);

    struct Row {
        const char* what;
        std::string payload;
        const char* reason;
        std::string topic;
    };
    const std::vector<Row> table = {
        {"malformed JSON", R"({"station": "S01", )", "malformed", {}},
        {"text after the end", with(good, then) + "x", "malformed", {}},
        {"no JSON at all", "35.2", "malformed", {}},
        {"an empty payload", "", "malformed", {}},
        {"an empty list", "[]", "malformed", {}},
        {"nested beyond reason", nested(20'000), "malformed", {}},
        {"binary garbage", std::string("\x00\xff\xfe{\x01\x80", 7), "malformed", {}},
        {"a value that is a text", with(R"("pm2_5_ug_m3":"35.2")", then), "malformed", {}},
        {"a value that is an object", with(R"("pm2_5_ug_m3":{"a":1})", then), "malformed", {}},
        {"a pollutant twice", with(good + "," + good, then), "malformed", {}},
        {"a value that is no number", with(R"("pm2_5_ug_m3":NaN)", then), "malformed", {}},
        {"a time that is none", with(good, "yesterday"), "malformed", {}},
        {"a day that does not exist", with(good, "2026-02-30T01:00:00+08:00"), "malformed", {}},
        {"no station", fmt::format(R"({{"time":"{}","values":{{{}}}}})", then, good), "malformed", {}},
        {"no pollutant", with("", then), "malformed", {}},
        {"an unknown pollutant", with(R"("pm1_ug_m3":3)", then), "unknown_name", {}},
        {"an unknown unit", with(R"("pm2_5_mg_m3":3)", then), "unknown_name", {}},
        {"an unknown key", fmt::format(R"({{"station":"S01","time":"{}","value":3}})", then), "unknown_name", {}},
        {"a day's ozone in an hour", with(R"("o3_8h_ug_m3":3)", then), "unknown_name", {}},
        {"a time without a zone", with(good, no_zone), "time_without_zone", {}},
        {"a time that is not on the hour", with(good, not_the_hour), "not_on_the_hour", {}},
        {"a value no instrument can mean", with(R"("pm2_5_ug_m3":123456)", then), "impossible_value", {}},
        {"a value beyond any number", with(R"("pm2_5_ug_m3":1e300)", then), "impossible_value", {}},
        {"a negative value", with(R"("pm2_5_ug_m3":-999)", then), "impossible_value", {}},
        {"a time in the future", with(good, hour_text(newest_hour() + 3)), "time_in_future", {}},
        {"a time too long ago", with(good, hour_text(newest_hour() - 24 * 1'100)), "too_old", {}},
        {"an unknown station", fmt::format(R"({{"station":"S99","time":"{}","values":{{{}}}}})", then, good),
         "unknown_station", topic_of("S99")},
        {"the wrong station for the topic", with(good, then), "wrong_station", topic_of("S02")},
        {"more than 256 KiB", std::string(256 * 1024 + 1, 'x'), "too_large", {}},
        {"more than 256 KiB of good JSON", with(good, then) + std::string(300 * 1024, ' '), "too_large", {}},
    };
    for (const auto& row : table) {
        INFO(row.what);
        const std::string counter = fmt::format("aside_{}", row.reason);
        const std::int64_t counted = daemon.count(counter);
        const std::int64_t parked = daemon.number("SELECT coalesce(max(id), 0) FROM parked");
        stage.send({row.topic.empty() ? topic_of("S01") : row.topic, row.payload, false});
        CHECK(daemon.count(counter) == counted + 1);
        const auto rows = daemon.rows(
            fmt::format("SELECT reason, detail, link, origin, length(bytes) FROM parked WHERE id > {}", parked));
        REQUIRE(rows.size() == 1);
        CHECK(rows[0][0] == row.reason);
        CHECK_FALSE(rows[0][1].empty());
        CHECK(rows[0][2] == "broker");
        CHECK(rows[0][3] == (row.topic.empty() ? topic_of("S01") : row.topic));
        CHECK(std::stoul(rows[0][4]) == std::min<std::size_t>(row.payload.size(), 4096));
        CHECK(daemon.number(
                  "SELECT count(*) FROM observation WHERE station = (SELECT id FROM place WHERE code = 'S01')") == 0);
    }
    stage.require_alive(hour);
    // What was put aside is shown, with its reason, where the operator looks.
    const json::object status = daemon.status();
    CHECK_FALSE(status.at("aside").as_array().empty());
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("one bad reading of a batch does not take the others with it", "[input]")
{
    Stage stage;
    const std::int32_t hour = newest_hour() - 30;
    stage.send("[" + reading(1, hour) + "," + with(R"("pm2_5_ug_m3":-999)", hour_text(hour + 1)) + "," +
               reading(1, hour + 2) + "," + R"({"station":"S01"})" + "]");
    CHECK(stage.daemon->number("SELECT count(*) FROM observation") == 4);
    CHECK(stage.daemon->count("aside_impossible_value") == 1);
    CHECK(stage.daemon->count("aside_malformed") == 1);
    REQUIRE(stage.daemon->stop() == 0);
}

TEST_CASE("a duplicate is a no-op, and a revision keeps both rows and counts the second", "[input]")
{
    Stage stage;
    Daemon& daemon = *stage.daemon;
    const std::int32_t hour = newest_hour() - 1; // closed, or about to be
    const std::string then = hour_text(hour);
    stage.send(with(R"("pm2_5_ug_m3":35.2)", then));
    stage.send(with(R"("pm2_5_ug_m3":35.2)", then));
    stage.send(with(R"("pm2_5_ug_m3":35.20)", then));
    CHECK(daemon.number("SELECT count(*) FROM observation") == 1);
    CHECK(daemon.count("duplicates") == 2);
    stage.send(with(R"("pm2_5_ug_m3":36)", then));
    CHECK(daemon.count("revisions") == 1);
    CHECK(daemon.number("SELECT count(*) FROM observation") == 2);
    CHECK(daemon.number("SELECT value_ng FROM observation ORDER BY seq LIMIT 1") == 35'200);
    // The second one counts: here, and after a restart.
    const auto counts = [&] {
        return daemon.number(fmt::format(
            "SELECT pm2_5_ng FROM hourly h JOIN place p ON p.id = h.place WHERE p.code = 'S01' AND h.hour = {}", hour));
    };
    wait_until(20s, "the figure of the second value", [&] { return counts() == 36'000; });
    daemon.kill();
    daemon.start();
    daemon.wait_for_link("up");
    stage.send(with(R"("pm2_5_ug_m3":36)", then));
    CHECK(daemon.count("duplicates") == 3);
    CHECK(daemon.number("SELECT count(*) FROM observation") == 2);
    CHECK(counts() == 36'000);
    CHECK(daemon.number("SELECT count(*) FROM parked") == 0);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a late hour is taken in, marked late, and its figures follow", "[input]")
{
    Stage stage;
    const std::int32_t hour = newest_hour() - 50;
    stage.send(reading(1, hour));
    CHECK(stage.daemon->count("late_values") == 2);
    CHECK(stage.daemon->number(fmt::format(
              "SELECT pm2_5_ng FROM hourly h JOIN place p ON p.id = h.place WHERE p.code = 'S01' AND h.hour = {}",
              hour)) == pm2_5_ng(1, hour));
    CHECK(stage.daemon->number("SELECT count(*) FROM parked") == 0);
    REQUIRE(stage.daemon->stop() == 0);
}

TEST_CASE("a retained message is the broker's memory, not news", "[input]")
{
    const Folder folder;
    Broker broker{folder.path()};
    broker.start();
    Site site;
    site.more = link_to(broker);
    Daemon daemon{folder.path(), site};
    publish_all(broker.login("stations"), {{topic_of("S01"), reading(1, newest_hour() - 5), true}});
    daemon.start();
    wait_until(20s, "the retained message", [&] { return daemon.count("aside_retained") == 1; });
    CHECK(daemon.number("SELECT count(*) FROM observation") == 0);
    CHECK(daemon.number("SELECT count(*) FROM parked WHERE reason = 'retained' AND detail <> ''") == 1);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("a flood of nonsense is counted to the last and the readings among it are kept", "[input]")
{
    constexpr std::size_t good = 200;
    Stage stage;
    std::vector<Message> messages;
    for (const auto& message : many_readings(4, good)) {
        messages.push_back(message);
        for (int n = 0; n < 4; ++n) messages.push_back({topic_of("S01"), fmt::format("nonsense {}", n), false});
    }
    publish_all(stage.broker.login("stations", "flood"), messages);
    wait_until(60s, "the last frame",
               [&] { return stage.daemon->count("frames") == static_cast<std::int64_t>(messages.size()); });
    CHECK(stage.daemon->count("aside_malformed") == 4 * good);
    require_exactly_once(stage.daemon->database(), 4, good);
    REQUIRE(stage.daemon->stop() == 0);
}

} // namespace aqi::e2e
