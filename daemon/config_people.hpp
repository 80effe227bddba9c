// daemon/config_people: organisations, people, who stands in for whom, who approves what, and how long a consultation may take.
//
// Knows: these keys of aqid.toml and what contradicts what among them. Does not know: the rest of the configuration, or when a
// right is used (libaqi/warning_acts).
#pragma once

#include "libaqi/network.hpp"
#include "libaqi/settings.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::daemon {

/// Reads [[organisation]], [[person]], [[delegation]], [[approval]], [consultation] and [[alarm]] into `rules`, whose areas are there
/// already, the accounts of the people and the files with the tokens by which some speak over HTTP. Throws SettingError.
void read_people(const Settings& root, Mode mode, Rules& rules, std::map<std::string, std::string>& accounts,
                 std::map<std::string, std::string>& token_files);

/// The rights a person has, by the names of [[person]] may.
std::vector<std::string_view> rights_of(const Person& person);

/// An id travels in topics, file names and keys: no blanks, quotes, wildcards or separators.
std::string read_id(const Settings& table, std::string_view key);

} // namespace aqi::daemon
