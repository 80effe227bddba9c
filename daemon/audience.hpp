// daemon/audience: a list of people as a CSV file: who they are and where they are reached.
//
// Columns: name (must be there), language (zh-CN or en), sms, email; each may be empty, one person may have both. A person without
// any address is refused, and so is an address twice: everybody gets a message once.
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

/// The member's address for a channel's kind: "sms", "email"; empty: none.
const std::string& address_of(const Audience::Member& member, std::string_view kind);

} // namespace aqi::daemon
