// daemon/app: the only file that names every part. It wires them, starts them in order and ends them in order.
#pragma once

#include "daemon/config.hpp"

#include <optional>

namespace aqi::daemon {

/// Runs until SIGTERM or SIGINT. `simulated_start`: a drill, whose clock stands there until it is set through the
/// control socket. Throws for a bad start, before anything is acknowledged to anybody.
int run_daemon(Config config, std::optional<Instant> simulated_start);

} // namespace aqi::daemon
