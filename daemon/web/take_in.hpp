// daemon/web/take_in: what comes in over HTTP: forecasts of people whose token says who they are.
//
// Knows: tokens. Does not know: what a forecast leads to.
#pragma once

#include "daemon/commands.hpp"
#include "daemon/web/server.hpp"

namespace aqi::daemon::web {

/// The answer to a POST. Throws StoreError when the database cannot be read.
Reply take_in(const Request& request, const CommandContext& context);

} // namespace aqi::daemon::web
