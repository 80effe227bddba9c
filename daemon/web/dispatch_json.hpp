// daemon/web/dispatch_json: what was sent to whom, as JSON for the page and aqictl.
#pragma once

#include "daemon/store/outbox.hpp"

#include <boost/json.hpp>

#include <vector>

namespace aqi::daemon::web {

/// A row each: key, audience, and how many deliveries stand where; `state` is the one that asks for a person most.
boost::json::array outbox_json(const std::vector<OutboxTables::RowState>& rows, UtcOffset offset);
boost::json::array deliveries_json(const std::vector<OutboxEntry>& deliveries, UtcOffset offset);
boost::json::array replies_json(const std::vector<OutboxTables::ReplyRow>& replies, UtcOffset offset);
/// Rows that are only planned: who would get what, in which words, at what count and cost; `messages` is the recipients by the
/// short messages each takes, `cost_thousandth` of a row that of all of them.
boost::json::array planned_json(const std::vector<PreparedRow>& rows);

} // namespace aqi::daemon::web
