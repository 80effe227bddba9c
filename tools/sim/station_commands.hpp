// tools/sim/station_commands: the subcommands hj212, modbus and mqtt of aqi-sim: stations that are played.
#pragma once

namespace CLI {
class App;
}

namespace aqi::sim {

/// Adds them. Their exit code goes to `exit_code`, which outlives the parse.
void add_station_commands(CLI::App& app, int& exit_code);

} // namespace aqi::sim
