// aqictl check-config, drivers, channels: what the daemon's own program knows, running or not.
#include "tools/aqictl/become.hpp"
#include "tools/aqictl/commands.hpp"
#include "tools/replay/input.hpp"

#include "drivers/driver.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace aqi::tools {

void add_local(CLI::App& app, int& exit_code)
{
    auto config = std::make_shared<std::string>("/etc/aqid/aqid.toml");
    auto drill = std::make_shared<bool>(false);
    auto* check = app.add_subcommand("check-config", "read a configuration and say what is wrong with it");
    check->add_option("FILE", *config, "configuration file")->capture_default_str();
    check->add_flag("--drill", *drill, "check it for a simulated clock");
    check->callback([config, drill] {
        std::vector<std::string> arguments{"--config", *config, "--check"};
        if (*drill) arguments.insert(arguments.end(), {"--simulated-clock", "2016-01-01T00:00:00+08:00"});
        become_aqid(arguments);
    });

    auto* list = app.add_subcommand("drivers", "the drivers, with a sample stanza of each");
    list->callback([&exit_code] {
        for (const auto& driver : drivers::all_drivers())
            fmt::print("{}: {}\n\n{}\n", driver.name, driver.summary, driver.sample);
        exit_code = exit_ok;
    });
    auto* channels = app.add_subcommand("channels", "the channels, with a sample stanza of each");
    channels->callback([] { become_aqid({"--channels"}); });
}

} // namespace aqi::tools
