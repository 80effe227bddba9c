// daemon/config_dispatch: channels, audiences, who gets what, the duty roster, the heartbeat.
//
// Knows: these keys of aqid.toml and what contradicts what among them; audiences are files beside it. Does not know: a channel's
// own keys (its file reads them), or when something is sent.
#pragma once

#include "daemon/config.hpp"
#include "libaqi/settings.hpp"

namespace aqi::daemon {

/// Reads [[channel]], [[audience]], [[route]], [[duty]], [all_clear] and [heartbeat] into `out`, whose network is there already.
/// Throws SettingError.
void read_dispatch(const Settings& root, Config& out);

} // namespace aqi::daemon
