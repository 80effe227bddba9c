// aqid: see aqid(8).
#include "daemon/app.hpp"
#include "daemon/explain.hpp"
#include "libaqi/settings.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace {

/// Exit codes of aqid(8). systemd restarts after 1, not after 78: a broken configuration is not mended by trying again.
enum Exit : int { exit_failure = 1, exit_usage = 2, exit_configuration = 78 };

} // namespace

int main(int argc, char** argv)
{
    std::string config_file = "/etc/aqid/aqid.toml";
    std::string simulated;
    bool check_only = false;
    bool list_channels = false;
    CLI::App app{"aqid: air-quality monitoring and heavy-pollution warning"};
    app.add_option("--config", config_file, "configuration file")->capture_default_str();
    app.add_option("--simulated-clock", simulated,
                   "a drill: the clock stands at this time (2016-12-05T00:00:00+08:00) until it is set through the "
                   "control socket; channels for real warnings stay closed");
    app.add_flag("--check", check_only, "read the configuration, say what is wrong with it, and end");
    app.add_flag("--channels", list_channels, "list the channels, with a sample stanza of each, and end");
    aqi::daemon::Question question;
    auto* explain = app.add_option(
        "--explain", question.place,
        "say why a figure of this area or station is what it is, and end; works beside a running daemon");
    app.add_option("--day", question.day, "of this day (2016-12-20)")->needs(explain);
    app.add_option("--year", question.year, "of this year's mean of --pollutant")->needs(explain);
    app.add_option("--pollutant", question.pollutant, "so2 no2 pm10 co o3 pm2_5")->needs(explain);
    app.set_version_flag("--version", std::string{AQID_VERSION});
    CLI11_PARSE(app, argc, argv);

    try {
        if (list_channels) {
            for (const auto& channel : aqi::notify::all_channels())
                fmt::print("{}: {}\n\n{}\n", channel.kind, channel.summary, channel.sample);
            return 0;
        }
        std::optional<aqi::Instant> start;
        if (!simulated.empty()) {
            const auto instant = aqi::parse_instant(simulated);
            if (!instant) {
                fmt::print(stderr, "<3>--simulated-clock: {}\n", instant.error().detail);
                return exit_usage;
            }
            start = *instant;
        }
        // A question opens no channel and lets nobody sign, so a drill's configuration is as good as a real one.
        const bool drill = start.has_value() || explain->count() > 0;
        aqi::daemon::Config config = aqi::daemon::load_config(config_file, drill ? aqi::Mode::drill : aqi::Mode::real);
        if (check_only) {
            fmt::print("{}: good\n", config_file);
            return 0;
        }
        if (explain->count() > 0) {
            if (question.day.empty() == (question.year == 0)) {
                fmt::print(stderr, "<3>--explain needs either --day or --year with --pollutant\n");
                return exit_usage;
            }
            aqi::daemon::explain(std::move(config), question);
            return 0;
        }
        return aqi::daemon::run_daemon(std::move(config), start);
    } catch (const aqi::SettingError& error) {
        fmt::print(stderr, "<3>{}\n", error.what());
        return exit_configuration;
    } catch (const std::exception& error) {
        fmt::print(stderr, "<3>aqid: {}\n", error.what());
        return exit_failure;
    }
}
