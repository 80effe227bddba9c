// daemon/web/review_json: what people did to data, as JSON: corrections, sign-offs, dust days, notices, marks.
//
// Knows: the words of the page and of aqictl. Does not know: HTTP, sockets, or what a correction does to a figure.
#pragma once

#include "daemon/config.hpp"
#include "daemon/store/store.hpp"
#include "libaqi/engine.hpp"

#include <boost/json/object.hpp>

namespace aqi::daemon::web {

boost::json::object notice_json(const Notice& notice, const Network& network);

/// {"ok": true, "acts": [{"when", "event", "says": what the journal says}]}.
std::string audit_json(SqliteStore& store, int most, const Config& config);

} // namespace aqi::daemon::web
