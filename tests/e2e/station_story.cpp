// Stations over HJ 212: data that arrive, gaps that are filled, and what a stranger on the port cannot do.
#include "tests/e2e/drill.hpp"
#include "tests/e2e/logger.hpp"

namespace aqi::e2e {
namespace {

constexpr const char* mn = "4106000000000000000000A1";
const std::int32_t midnight = 17139 * 24; // 2016-12-04 00:00; 17139 days since 1970-01-01

std::string people()
{
    return fmt::format("[[organisation]]\nid = \"epb\"\nname = \"Environment\"\nbureau = \"environment\"\n\n"
                       "[[person]]\nid = \"env\"\nname = \"env\"\norganisation = \"epb\"\nmay = [\"validate\"]\n"
                       "account = \"{}\"\n\n",
                       own_account());
}

std::string hj212_link(const std::string& more = {})
{
    return fmt::format("[[link]]\nname = \"county\"\ndriver = \"hj212\"\nlisten = \"127.0.0.1:0\"\n{}\n"
                       "[[link.station]]\nid = \"S01\"\nmn = \"{}\"\nunit = \"ug/m3\"\nminute_interval = 1\n\n",
                       more, mn);
}

struct County {
    explicit County(const std::string& begin, const std::string& more = {}) : logger(mn)
    {
        Site site;
        site.stations = 1;
        site.time = "close_after_minutes = 10\n";
        site.more = hj212_link(more) + people();
        Daemon::Options options;
        options.arguments = {"--simulated-clock", begin};
        daemon.emplace(folder.path(), site, options);
        daemon->start();
        daemon->wait_for_link("up");
        port = listening_port(std::string{daemon->link().at("detail").as_string()});
        REQUIRE(port != 0);
    }
    void come() { REQUIRE(logger.connect(port)); }
    void wait_for_values(std::int64_t count)
    {
        wait_until(20s, fmt::format("{} values", count),
                   [&] { return daemon->number("SELECT count(*) FROM observation") >= count; });
    }
    std::int64_t day_mean(const char* what)
    {
        return daemon->number(
            fmt::format("SELECT coalesce(max({}_ng), -1) FROM daily d JOIN place p ON p.id = d.place WHERE p.code = "
                        "'S01' AND day = {}",
                        what, midnight / 24));
    }
    std::string marks(std::int32_t first, std::int32_t last)
    {
        const json::object c = daemon->ask({{"command", "coverage"},
                                            {"station", "S01"},
                                            {"first", hour_text(first).substr(0, 16)},
                                            {"last", hour_text(last).substr(0, 16)}});
        return std::string{c.at("stations").as_array().at(0).at("hours").as_string()};
    }

    Folder folder;
    std::optional<Daemon> daemon;
    Logger logger;
    std::uint16_t port = 0;
};

} // namespace

TEST_CASE("a station that was silent for six hours comes back, and its hours are asked for and filled in", "[station]")
{
    County county{"2016-12-04T00:30:00+08:00", "back_fill_pause_s = 1\n"};
    county.come();
    // 18 hours of 50 and 90: too few for a day.
    for (int h = 1; h <= 18; ++h) {
        county.daemon->clock(fmt::format("2016-12-04T{:02}:05:00+08:00", h));
        county.logger.send_hour(midnight + h, 50, 90);
        county.wait_for_values(2 * h);
    }
    CHECK(county.logger.acknowledged() == 18);
    county.logger.disconnect();
    for (int h = 19; h <= 24; ++h) county.logger.remember(midnight + h, 200, 300);
    county.daemon->clock("2016-12-05T00:30:00+08:00");
    CHECK(county.day_mean("pm2_5") == -1);
    CHECK(county.marks(midnight + 19, midnight + 24) == "------");

    county.come();
    county.logger.send("2011", "DataTime=20161205003000;a34004-Rtd=61,a34004-Flag=N", 4);
    wait_until(20s, "the station to be heard", [&] { return county.daemon->count("minute_values") == 1; });
    county.daemon->clock("2016-12-05T00:31:00+08:00"); // a drill asks at once for what is owed
    county.wait_for_values(2 * 24);
    // The six hours in one request, by their starts; older ones, of before the first day, are asked for, too.
    std::string asked;
    for (const auto& request : county.logger.requests()) asked += request + "\n";
    INFO(asked);
    CHECK(asked.find("2061 BeginTime=20161204180000;EndTime=20161204230000\n") != std::string::npos);
    // (18 x 50 + 6 x 200) / 24 = 87.5; (18 x 90 + 6 x 300) / 24 = 142.5
    CHECK(county.day_mean("pm2_5") == 87'500);
    CHECK(county.day_mean("pm10") == 142'500);
    CHECK(county.marks(midnight + 17, midnight + 24) == "..bbbbbb");
    // A published figure changed: notices (the hours come in frames of their own), and never a warning for the past.
    CHECK(county.daemon->number("SELECT count(*) FROM journal WHERE kind = 'notice'") >= 1);
    CHECK(county.daemon->number("SELECT count(*) FROM journal WHERE kind = 'proposed'") == 0);
    REQUIRE(county.daemon->stop() == 0);
}

TEST_CASE("what does not belong on the port is counted, kept with its cause, and the station next to it lives on",
          "[station]")
{
    County county{"2016-12-04T10:30:00+08:00"};
    county.come();
    Logger stranger{"999999"};
    REQUIRE(stranger.connect(county.port));
    stranger.send_hour(midnight + 10, 1, 1); // an MN nobody knows
    wait_until(20s, "the unknown MN", [&] { return county.daemon->count("aside_unknown_station") == 1; });
    CHECK(stranger.acknowledged() == 0);
    stranger.send_bytes("##0077QN=20170516010101001;ST=22;CN=2011;PW=123456;MN=ABCDEFG1234567;Flag=3;CP=&&&&30A5\r\n");
    wait_until(20s, "the other check sum", [&] { return county.daemon->count("aside_bad_checksum") == 1; });
    const auto rows = county.daemon->rows("SELECT detail FROM parked WHERE reason = 'bad_checksum'");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0][0].find("modbus") != std::string::npos);
    stranger.send_bytes(std::string{"\x0E\x0F\x00\x00\x00\x06\x01\x04\x00\x00\x00\x64", 12});
    wait_until(20s, "the other protocol", [&] { return county.daemon->count("aside_foreign_protocol") >= 1; });
    county.logger.send_hour(midnight + 10, 50, 90);
    county.wait_for_values(2);
    wait_until(20s, "the acknowledgement", [&] { return county.logger.acknowledged() == 1; });
    // The same frame again is acknowledged again, and is no news.
    county.logger.send_hour(midnight + 10, 50, 90);
    wait_until(20s, "the second acknowledgement", [&] { return county.logger.acknowledged() == 2; });
    wait_until(20s, "the duplicates", [&] { return county.daemon->count("duplicates") == 2; });
    CHECK(county.daemon->number("SELECT count(*) FROM observation") == 2);
    REQUIRE(county.daemon->stop() == 0);
}

TEST_CASE("a clock that stands before an hour that is closed puts nothing aside, all is taken once it is right",
          "[station]")
{
    County county{"2016-12-04T10:30:00+08:00"};
    county.come();
    county.logger.send_hour(midnight + 10, 50, 90);
    county.wait_for_values(2);
    county.daemon->clock("2016-12-04T12:30:00+08:00");
    county.daemon->kill();
    county.daemon->set_arguments({"--simulated-clock", "2016-12-02T08:00:00+08:00"}); // a machine without a battery
    county.daemon->start();
    county.daemon->wait_for_link("up");
    county.port = listening_port(std::string{county.daemon->link().at("detail").as_string()});
    county.logger.disconnect();
    county.come();
    county.logger.send_hour(midnight + 11, 60, 95); // of a closed hour
    county.logger.send_hour(midnight + 13, 70, 99); // of one that is not
    wait_until(20s, "the acknowledgements", [&] { return county.logger.acknowledged() == 3; });
    wait_until(20s, "the words for it", [&] { return county.daemon->get("/healthz").status == 503; });
    CHECK(county.daemon->get("/healthz").body.find("is closed already") != std::string::npos);
    CHECK(county.daemon->number("SELECT count(*) FROM observation") == 2);
    CHECK(county.daemon->count("aside_time_in_future") <= 0);
    county.daemon->clock("2016-12-04T13:40:00+08:00");
    county.wait_for_values(6);
    // Hours 10 and 11 were closed when they came; hour 13 was taken before it was closed.
    CHECK(county.daemon->count("late_values") == 4);
    wait_until(20s, "health", [&] { return county.daemon->get("/healthz").status == 200; });
    REQUIRE(county.daemon->stop() == 0);
}

TEST_CASE("minutes of a station make its hour, and a killed daemon forgets none that was acknowledged", "[station]")
{
    County county{"2016-12-04T10:00:30+08:00"};
    county.come();
    for (int m = 0; m < 60; ++m) {
        if (m == 30) {
            county.daemon->kill();
            county.logger.disconnect();
            county.daemon->set_arguments({"--simulated-clock", "2016-12-04T10:30:30+08:00"});
            county.daemon->start();
            county.daemon->wait_for_link("up");
            county.port = listening_port(std::string{county.daemon->link().at("detail").as_string()});
            county.come();
        }
        county.daemon->clock(fmt::format("2016-12-04T{:02}:{:02}:40+08:00", m == 59 ? 11 : 10, (m + 1) % 60));
        const int before = county.logger.acknowledged();
        county.logger.send(
            "2051", fmt::format("DataTime=20161204{:02}{:02}00;a34004-Avg={},a34004-Flag=N", 10, m, m < 30 ? 40 : 60));
        wait_until(20s, "the acknowledgement", [&] { return county.logger.acknowledged() == before + 1; });
    }
    wait_until(20s, "the minutes", [&] { return county.daemon->number("SELECT count(*) FROM minute") == 60; });
    county.daemon->clock("2016-12-04T11:15:00+08:00");
    // (30 x 40 + 30 x 60) / 60
    wait_until(20s, "the hour of minutes", [&] {
        return county.daemon->number(fmt::format("SELECT value_ng FROM observation WHERE hour = {} AND link = "
                                                 "'minutes' ORDER BY seq DESC LIMIT 1",
                                                 midnight + 11)) == 50'000;
    });
    REQUIRE(county.daemon->stop() == 0);
}

TEST_CASE("orders reach a station, and only from who may give them", "[station]")
{
    County county{"2016-12-04T10:30:00+08:00"};
    const auto order = [&](const std::string& name) {
        return county.daemon->ask({{"command", "tell"}, {"station", "S01"}, {"order", name}, {"number", 60}});
    };
    CHECK_FALSE(order("set-time").at("ok").as_bool()); // nobody is connected
    county.come();
    county.logger.send_hour(midnight + 10, 50, 90);
    county.wait_for_values(2);
    CHECK(order("set-time").at("ok").as_bool());
    CHECK(order("realtime-interval").at("ok").as_bool());
    wait_until(20s, "both orders", [&] { return county.logger.requests().size() >= 2; });
    CHECK(county.logger.requests().at(0).starts_with("1012 "));
    CHECK(county.logger.requests().at(1).starts_with("1062 RtdInterval=60"));
    CHECK_FALSE(order("dance").at("ok").as_bool());
    REQUIRE(county.daemon->stop() == 0);
}

} // namespace aqi::e2e
