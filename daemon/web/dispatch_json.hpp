// daemon/web/dispatch_json: what was sent to whom, as JSON for the page and aqictl.
#pragma once

#include "daemon/store/outbox.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace aqi::daemon::web {

/// Text in which numbers that reach a person are cut to "138****1234", and mail addresses to "z***@example.org": whoever may read
/// the page without signing in learns no address.
std::string without_numbers(std::string_view text);

/// A row each: key, audience, and how many deliveries stand where; `state` is the one that asks for a person most.
boost::json::array outbox_json(const std::vector<OutboxTables::RowState>& rows, UtcOffset offset);
boost::json::array deliveries_json(const std::vector<OutboxEntry>& deliveries, UtcOffset offset);
/// `masked`: without the numbers they came from.
boost::json::array replies_json(const std::vector<OutboxTables::ReplyRow>& replies, UtcOffset offset, bool masked);
/// Rows that are only planned: who would get what, in which words, at what count and cost; `messages` is the recipients by the
/// short messages each takes, `cost_thousandth` of a row that of all of them.
boost::json::array planned_json(const std::vector<PreparedRow>& rows);

} // namespace aqi::daemon::web
