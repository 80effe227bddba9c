// daemon/app: the only file that names every part. It wires them, starts them in order and ends them in order.
#pragma once

#include "daemon/config.hpp"

#include <functional>
#include <optional>

namespace aqi::daemon {

/// Runs until SIGTERM or SIGINT. `simulated_start`: a drill, whose clock stands there until it is set through the
/// control socket. Throws for a bad start, before anything is acknowledged to anybody.
///
/// SIGHUP asks `reread` for the configuration again (it throws what a start would). A good one is taken whole: every part is
/// ended and started with it, in this process; a bad one changes nothing, and neither does one that cannot be started.
int run_daemon(Config config, std::optional<Instant> simulated_start, const std::function<Config()>& reread);

} // namespace aqi::daemon
