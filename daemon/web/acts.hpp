// daemon/web/acts: what signed-in people do: POST /api/v1/acts/<command>, the control socket's commands under their own name.
//
// Knows: which commands are acts, the guard against signing what one has not seen. Does not know: who may do what (libaqi).
#pragma once

#include "daemon/commands.hpp"
#include "daemon/web/sign_in.hpp"

#include <span>
#include <string_view>

namespace aqi::daemon::web {

inline constexpr std::string_view acts_path = "/api/v1/acts/";

/// Every command that has a path under acts_path.
std::span<const std::string_view> act_commands();

/// The answer to a POST below acts_path. Throws StoreError when the database cannot be read.
Reply act(const Request& request, SignIn& sign_in, const CommandContext& context);

} // namespace aqi::daemon::web
