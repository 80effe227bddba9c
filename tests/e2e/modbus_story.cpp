// Instruments on Modbus lines: RTU over a pseudo-terminal and TCP, read by the running daemon.
#include "tests/e2e/stage.hpp"
#include "tools/sim/station_series.hpp"

#include <cmath>

namespace aqi::e2e {
namespace {

/// An instrument of aqi-sim; `line` is what it says of where it answers.
struct Instrument {
    Instrument(const fs::path& folder, const std::string& name, std::vector<std::string> arguments,
               const std::string& map = "thermo-5030i")
        : log(folder / (name + ".log"))
    {
        arguments.insert(arguments.begin(), {program("aqi-sim"), "modbus", "--map", map});
        child = std::make_unique<Child>(Start{arguments, log, {}, {}});
        wait_until(20s, name, [&] {
            const std::string said = fs::exists(log) ? read_file(log) : "";
            line = said.substr(0, said.find('\n'));
            return said.find('\n') != std::string::npos;
        });
    }
    fs::path log;
    std::unique_ptr<Child> child;
    std::string line;
};

std::string modbus_link(const std::string& name, const std::string& line, const std::vector<int>& stations)
{
    std::string out =
        fmt::format("[[link]]\nname = \"{}\"\ndriver = \"modbus\"\nline = \"{}\"\ntimeout_ms = 300\n\n", name, line);
    int unit = 0;
    for (const int s : stations)
        out += fmt::format("[[link.unit]]\nunit = {}\nstation = \"{}\"\nmap = \"thermo-5030i\"\npoll_s = 1\n\n", ++unit,
                           station(s));
    return out;
}

} // namespace

TEST_CASE("an instrument on a serial line and one over TCP are read, and a dead unit does not hold its neighbour",
          "[modbus]")
{
    const Folder folder;
    const Instrument serial{folder.path(), "serial", {"--pty", "--unit", "1", "--station", "S01"}};
    const Instrument tcp{folder.path(), "tcp", {"--listen", "127.0.0.1:0", "--unit", "1", "--station", "S02"}};
    CHECK(serial.line.starts_with("rtu:/dev/pts/"));
    Site site;
    site.stations = 3;
    site.more = modbus_link("field", serial.line, {1}) + modbus_link("office", tcp.line, {2, 3}); // nobody is unit 2
    Daemon daemon{folder.path(), site};
    daemon.start();
    const auto minutes = [&](int s) {
        return daemon.rows(fmt::format("SELECT minute, sum_ng, count FROM minute m JOIN place p ON p.id = m.station "
                                       "WHERE p.code = '{}' AND pollutant = 5 AND count > 0 ORDER BY minute",
                                       station(s)));
    };
    wait_until(60s, "values of both instruments", [&] {
        const auto enough = [&](int s) {
            std::int64_t count = 0;
            for (const auto& row : minutes(s)) count += std::stoll(row[2]);
            return count >= 4;
        };
        return enough(1) && enough(2);
    });
    for (const int s : {1, 2}) {
        const sim::Series series{station(s)};
        for (const auto& row : minutes(s)) {
            INFO(station(s) << " minute " << row[0]);
            const double read = std::stod(row[1]) / std::stod(row[2]);
            // Minutes are counted in local time.
            const Instant end{(std::stoll(row[0]) - 8 * 60) * 60'000};
            const auto measured = static_cast<double>(series.moment(Pollutant::pm2_5, end).ng_per_m3());
            CHECK(std::abs(read - measured) < 50); // a float of the instrument has seven digits
        }
    }
    // The dead unit is named, and its neighbour is not held: it was polled every second.
    wait_until(20s, "the words for the dead unit", [&] {
        const std::string detail{daemon.status().at("stations").as_array().at(2).at("link").at("detail").as_string()};
        return detail.find("unit 2") != std::string::npos && detail.find("next try") != std::string::npos;
    });
    CHECK(daemon.status().at("stations").as_array().at(2).at("state").as_string() == "never");
    const auto said =
        run({program("aqictl"), "modbus", "probe", tcp.line, "--unit", "1", "--address", "1", "--count", "2"});
    INFO(said.text);
    CHECK(said.exit_code == 0);
    CHECK(said.text.find("CDAB") != std::string::npos);
    REQUIRE(daemon.stop() == 0);
}

TEST_CASE("an instrument that was silent for hours is asked for what it has stored, and what it has not stays a gap",
          "[modbus]")
{
    const Folder folder;
    const std::int32_t midnight = 17140 * 24; // 2016-12-05 00:00; 17140 days since 1970-01-01
    const std::string address = fmt::format("127.0.0.1:{}", free_port());
    const auto instrument = [&](const std::string& name, const std::string& start) {
        return std::make_unique<Instrument>(folder.path(), name,
                                            std::vector<std::string>{"--listen", address, "--unit", "1", "--station",
                                                                     "S01", "--order", "ABCD", "--stored-depth", "200",
                                                                     "--start", start},
                                            "envea-cairsens-pm");
    };
    auto alive = instrument("before", "2016-12-04T20:10:00+08:00");
    Site site;
    site.stations = 1;
    site.time = "close_after_minutes = 10\n";
    site.more = fmt::format("[[link]]\nname = \"field\"\ndriver = \"modbus\"\nline = \"tcp://{}\"\ntimeout_ms = "
                            "300\nsilent_pause_s = 1\nsilent_pause_most_s = 1\n\n[[link.unit]]\nunit = 1\nstation = "
                            "\"S01\"\nmap = \"envea-cairsens-pm\"\norder = \"ABCD\"\nstored_depth = 200\npoll_s = 1\n",
                            address);
    Daemon::Options options;
    options.arguments = {"--simulated-clock", "2016-12-04T20:10:30+08:00"};
    Daemon daemon{folder.path(), site, options};
    daemon.start();
    wait_until(30s, "its first values", [&] { return daemon.number("SELECT count(*) FROM minute") > 0; });
    alive.reset();
    daemon.wait_for_link("down");
    daemon.clock("2016-12-05T03:30:30+08:00");
    CHECK(daemon.number("SELECT count(*) FROM observation WHERE flag = 0") == 0); // a minute is no hour

    // Two hundred minutes back from 03:30: 00:11 to 03:30. Of the hour to 01:00 that is 50 minutes, of the one before none.
    alive = instrument("after", "2016-12-05T03:30:00+08:00");
    const auto hours = [&] {
        return daemon.rows("SELECT hour, value_ng FROM observation WHERE pollutant = 2 AND flag = 0 ORDER BY hour");
    };
    wait_until(40s, "the stored hours", [&] { return hours().size() >= 3; });
    const sim::Series series{"S01"};
    const auto found = hours();
    REQUIRE(found.size() == 3);
    for (int h = 1; h <= 3; ++h) {
        const auto& row = found[static_cast<std::size_t>(h - 1)];
        INFO("hour " << h << ": " << row[1]);
        CHECK(row[0] == std::to_string(midnight + h));
        if (h == 1) continue; // of 50 minutes
        const HourEnding hour{midnight + h};
        CHECK(std::abs(std::stod(row[1]) - static_cast<double>(series.hour(Pollutant::pm10, hour).ng_per_m3())) < 50);
    }
    const json::object coverage = daemon.ask({{"command", "coverage"},
                                              {"station", "S01"},
                                              {"first", hour_text(midnight - 2).substr(0, 16)},
                                              {"last", hour_text(midnight + 3).substr(0, 16)}});
    // What no register holds any more stays a gap with its reason: the line was down. (Its PM2.5 is not stored at all.)
    CHECK(coverage.at("stations").as_array().at(0).at("hours").as_string() == "dddddd");
    REQUIRE(daemon.stop() == 0);
}

} // namespace aqi::e2e
