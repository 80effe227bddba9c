// daemon/notify/gateway_reply: what a gateway's answer means. Gateways answer 200 with an error in the body; an operator says in
// the configuration what of a body is a yes.
//
// Knows: substrings, members of JSON, statuses of HTTP. Does not know: which gateway it is.
#pragma once

#include "daemon/notify/channel.hpp"
#include "daemon/notify/http_client.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace aqi::notify {

struct ReplyRules {
    std::string accepted_if;             ///< the body holds this; empty: not asked
    std::string json_path, json_value;   ///< "data.code" is this; empty: not asked
    std::vector<std::string> refused_if; ///< the body holds one of these: failed, whatever the status
    std::vector<std::string> retry_if;   ///< likewise: to be tried again
    std::string id_path;                 ///< where in JSON the provider's id is; empty: see id_after
    std::string id_after;                ///< the id follows this text
};

/// Reads accepted_if, reply_json, refused_if, retry_if, provider_id_json and provider_id_after; throws SettingError.
ReplyRules read_reply_rules(const Settings& table);

/// No answer: retry when the request certainly did not leave, else in doubt. A 2xx whose body says no by the rules failed; one
/// whose body cannot be read where a member of JSON is asked for leaves it in doubt. Redirects fail: they are not followed.
Receipt receipt_of(const HttpReply& reply, const ReplyRules& rules);

/// A member of a JSON text by its path ("data.0.code") as text; empty: there is none.
std::string json_member(std::string_view text, std::string_view path);
/// The named value of a query, decoded; empty: there is none.
std::string query_value(std::string_view query, std::string_view name);

} // namespace aqi::notify
