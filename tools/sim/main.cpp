// aqi-sim: a county that does not exist, or one that did: stations, bureaus, people and catchers for demos and tests.
#include "tools/command_error.hpp"
#include "tools/sim/catcher.hpp"
#include "tools/sim/station_commands.hpp"
#include "tools/sim/story.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>

namespace {

struct WorldOptions {
    std::string data;
    bool zero_is_missing = false;

    void add_to(CLI::App* command)
    {
        command->add_option("--data", data, "play this archive (CSV) instead of the invented Hebi");
        command->add_flag("--zero-is-missing", zero_is_missing, "the archive writes 0 for a missing value");
    }
    std::unique_ptr<aqi::sim::World> open() const
    {
        return data.empty() ? aqi::sim::invented_hebi() : aqi::sim::archive_world(data, zero_is_missing);
    }
};

} // namespace

int main(int argc, char** argv)
{
    int exit_code = 0;
    CLI::App app{"aqi-sim: stations, bureaus, people and catchers for demos and tests"};
    app.require_subcommand(1);

    WorldOptions world;
    aqi::sim::StoryOptions story;
    auto* play = app.add_subcommand(
        "story", "play the whole story through a running daemon; exit 0 only if every step was seen");
    world.add_to(play);
    play->add_option("--broker", story.broker, "MQTT broker")->required();
    play->add_option("--socket", story.socket, "control socket of the daemon")->required();
    play->add_option("--config", story.config, "configuration of the daemon")->required();
    play->add_option("--aqictl", story.aqictl, "the aqictl people use")->required();
    play->add_option("--caught", story.caught, "file the catchers write")->required();
    play->add_option("--pace-ms", story.pace_ms, "real milliseconds an hour takes once it is shown");
    play->callback([&] { exit_code = aqi::sim::play_story(*world.open(), story); });

    std::string folder, broker, account;
    int http_port = 0, catcher_port = 0, mail_port = 0;
    auto* config = app.add_subcommand("config", "print a daemon's configuration for the story");
    world.add_to(config);
    config->add_option("--folder", folder)->required();
    config->add_option("--broker", broker)->required();
    config->add_option("--http-port", http_port)->required();
    config->add_option("--catcher-port", catcher_port)->required();
    config->add_option("--mail-port", mail_port, "also a feed, a modem and people: their folders are below --folder");
    config->add_option("--account", account)->required();
    config->callback([&] {
        fmt::print("{}",
                   aqi::sim::demo_config(*world.open(), folder, broker, http_port, catcher_port, mail_port, account));
    });

    auto* start = app.add_subcommand("start", "print the time at which the story's clock starts");
    world.add_to(start);
    start->callback([&] {
        const auto w = world.open();
        fmt::print("{}\n", aqi::format_instant(w->begins.plus(-1).instant(aqi::UtcOffset{}), aqi::UtcOffset{}));
    });

    std::uint16_t port = 0;
    std::string port_file, caught;
    auto* catch_web = app.add_subcommand("catch-web", "a web service that takes warnings, until killed");
    catch_web->add_option("--port", port, "0: any");
    catch_web->add_option("--port-file", port_file)->required();
    catch_web->add_option("--caught", caught)->required();
    catch_web->callback([&] { exit_code = aqi::sim::catch_http(port, port_file, caught); });
    auto* catch_command =
        app.add_subcommand("catch-command", "a command channel's program: one warning on standard input");
    catch_command->add_option("--caught", caught)->required();
    catch_command->callback([&] { exit_code = aqi::sim::catch_command(caught); });

    aqi::sim::add_station_commands(app, exit_code);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "aqi-sim: {}\n", error.what());
        return 1;
    }
    return exit_code;
}
