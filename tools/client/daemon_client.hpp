// tools/client/daemon_client: one request to a running aqid, one answer.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace aqi::tools {

/// Sends one line to the control socket and returns the answer. Throws CommandError when nobody answers, or when the
/// answer is a refusal: its words are the daemon's.
boost::json::value ask_daemon(const std::string& socket, const boost::json::object& request);

} // namespace aqi::tools
