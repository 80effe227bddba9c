// daemon/web/ledger_json: the ledger of measures and the verification of forecasts as the status JSON shows them.
#pragma once

#include "libaqi/engine.hpp"
#include "libaqi/verification.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstddef>

namespace aqi::daemon::web {

/// What issued warnings asked of whom, newest first.
boost::json::array responses_json(const State& state, const Rules& rules, std::size_t most);
boost::json::object verification_json(const Verification& verification, const Network& network);

} // namespace aqi::daemon::web
