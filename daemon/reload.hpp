// daemon/reload: what is other in a new configuration, in words for the log.
#pragma once

#include "daemon/config.hpp"

#include <string>

namespace aqi::daemon {

/// "stations +A3 -A1; links line1 changed; targets changed", or "nothing that is known to matter".
std::string differences_of(const Config& before, const Config& after);

/// Why a running daemon cannot take the new one without being started anew by hand; empty: it can.
std::string cannot_be_reloaded(const Config& before, const Config& after);

} // namespace aqi::daemon
