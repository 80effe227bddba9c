// aqictl check-config, explain, drivers: questions that the daemon's own program answers, running or not.
#include "tools/aqictl/commands.hpp"
#include "tools/replay/input.hpp"

#include "drivers/driver.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <unistd.h>

namespace aqi::tools {
namespace {

/// The aqid that belongs to this aqictl: beside it, or in sbin beside its bin.
std::filesystem::path aqid_program()
{
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    for (const auto& candidate : {here / "aqid", here.parent_path() / "sbin" / "aqid"})
        if (std::filesystem::exists(candidate)) return candidate;
    throw CommandError(fmt::format("no aqid beside {} or in ../sbin", here.string()));
}

/// Becomes aqid: one reader of configurations and databases, not two.
[[noreturn]] void become_aqid(std::vector<std::string> arguments)
{
    const auto program = aqid_program();
    std::vector<char*> argv;
    std::string name = program.string();
    argv.push_back(name.data());
    for (auto& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    std::fflush(nullptr);
    ::execv(program.c_str(), argv.data());
    throw CommandError(fmt::format("{}: {}", program.string(), std::strerror(errno)));
}

} // namespace

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

    struct Question {
        std::string config = "/etc/aqid/aqid.toml";
        std::string place, what, pollutant = "pm2_5";
    };
    auto question = std::make_shared<Question>();
    auto* explain = app.add_subcommand(
        "explain", "why a figure is what it is: inputs, exclusions, clauses, every rounding, revisions");
    explain->add_option("PLACE", question->place, "area or station id")->required();
    explain->add_option("WHEN", question->what, "a day (2016-12-20) for its AQI, or a year (2016) for its mean")
        ->required();
    explain->add_option("POLLUTANT", question->pollutant, "of a year: so2 no2 pm10 co o3 pm2_5")->capture_default_str();
    explain->add_option("--config", question->config, "configuration file")->capture_default_str();
    explain->callback([question] {
        std::vector<std::string> arguments{"--config", question->config, "--explain", question->place};
        if (question->what.size() == 4)
            arguments.insert(arguments.end(), {"--year", question->what, "--pollutant", question->pollutant});
        else
            arguments.insert(arguments.end(), {"--day", question->what});
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
