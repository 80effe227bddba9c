// tools/aqictl/become: the daemon's program in place of this one: one reader of configurations and databases, not two.
#pragma once

#include <string>
#include <vector>

namespace aqi::tools {

/// Throws CommandError when there is no aqid beside this aqictl.
[[noreturn]] void become_aqid(std::vector<std::string> arguments);

} // namespace aqi::tools
