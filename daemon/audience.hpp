// daemon/audience: a list of people as a CSV file: who they are and where they are reached.
//
// Columns: name (must be there), language (zh-CN or en), sms, email, hours (08:00-18:00: when the duty room's own letters come); each
// may be empty, one person may have both addresses. A person without any is refused, and so is an address twice: everybody gets a
// message once.
//
// Knows: the file's form, with line-exact words for what is wrong. Does not know: who gets what (routing).
#pragma once

#include "daemon/ports.hpp"
#include "libaqi/result.hpp"

#include <string>
#include <string_view>

namespace aqi::daemon {

/// `name` is what faults call the file. Faults: malformed and others, "officials.csv:12: ...".
Result<Audience> parse_audience(std::string_view csv, std::string_view id, std::string_view name);

/// Whether letters of the duty room's own come at this moment.
bool is_on_duty(const Audience::Member& member, Instant at, UtcOffset offset);

/// The member's address for a channel's kind: "sms", "email"; empty: none.
const std::string& address_of(const Audience::Member& member, std::string_view kind);

} // namespace aqi::daemon
