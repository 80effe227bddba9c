// tools/aqictl: the commands, one file each. Each takes its own options from the command line and returns an exit code.
//
// Knows: libaqi, drivers, and (for explain) the store's read side.
// Does not know: the daemon's inside; it talks to a running one through the control socket.
#pragma once

#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace aqi::tools {

/// Exit codes of aqictl.
enum Exit : int {
    exit_ok = 0,
    exit_refused = 1, ///< the input or the daemon said no; the message says why
    exit_usage = 2,
};

void add_index(CLI::App& app, int& exit_code);
void add_replay(CLI::App& app, int& exit_code);
void add_warnings(CLI::App& app, int& exit_code);
void add_local(CLI::App& app, int& exit_code);
void add_questions(CLI::App& app, int& exit_code);
void add_review(CLI::App& app, int& exit_code);
void add_stations(CLI::App& app, int& exit_code);
void add_modbus(CLI::App& app, int& exit_code);
void add_whatif(CLI::App& app, int& exit_code);
void add_audit(CLI::App& app, int& exit_code);
void add_people(CLI::App& app, int& exit_code);
void add_measures(CLI::App& app, int& exit_code);
void add_alarms(CLI::App& app, int& exit_code);
void add_dispatch(CLI::App& app, int& exit_code);

} // namespace aqi::tools
