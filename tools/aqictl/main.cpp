// aqictl: questions to the figures and to a running aqid. See aqictl(1).
#include "tools/aqictl/commands.hpp"
#include "tools/replay/input.hpp"

#include "libaqi/settings.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>

int main(int argc, char** argv)
{
    int exit_code = aqi::tools::exit_ok;
    CLI::App app{"aqictl: air-quality figures, and the warnings of a running aqid"};
    app.require_subcommand(1);
    aqi::tools::add_index(app, exit_code);
    aqi::tools::add_replay(app, exit_code);
    aqi::tools::add_whatif(app, exit_code);
    aqi::tools::add_alarms(app, exit_code);
    aqi::tools::add_measures(app, exit_code);
    aqi::tools::add_audit(app, exit_code);
    aqi::tools::add_people(app, exit_code);
    aqi::tools::add_dispatch(app, exit_code);
    aqi::tools::add_warnings(app, exit_code);
    aqi::tools::add_local(app, exit_code);
    aqi::tools::add_questions(app, exit_code);
    aqi::tools::add_review(app, exit_code);
    aqi::tools::add_stations(app, exit_code);
    aqi::tools::add_modbus(app, exit_code);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : aqi::tools::exit_usage;
    } catch (const aqi::tools::CommandError& error) {
        fmt::print(stderr, "aqictl: {}\n", error.what());
        return aqi::tools::exit_refused;
    } catch (const aqi::SettingError& error) {
        fmt::print(stderr, "aqictl: {}\n", error.what());
        return aqi::tools::exit_refused;
    }
    return exit_code;
}
