// tools/replay/input: files as text, and the rule packs a command works with.
#pragma once

#include "libaqi/rule_pack.hpp"
#include "tools/command_error.hpp"

#include <string>
#include <string_view>

namespace aqi::tools {

/// The whole of a file, "-" for standard input; .gz is unpacked on the way. Throws CommandError.
std::string read_input(const std::string& name);

/// The packs built into the program, or those of a folder when one is named. Throws CommandError or SettingError.
RuleBook rules_from(const std::string& folder);

} // namespace aqi::tools
