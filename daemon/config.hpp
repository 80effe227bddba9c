// daemon/config: the operator's text as plain structs, or one message that names the line.
//
// Knows: every key of aqid.toml, cross-checks between its parts. Drivers and channels read their own keys.
// Does not know: what the parts do with it. A configuration is taken whole or refused whole.
#pragma once

#include "daemon/inbox.hpp"
#include "daemon/notify/channel.hpp"
#include "drivers/driver.hpp"
#include "libaqi/network.hpp"

#include <any>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aqi::daemon {

struct LinkConfig {
    std::string name;
    const drivers::DriverInfo* driver = nullptr;
    std::any settings;
    std::vector<std::string> stations; ///< it speaks for; empty: its payloads say it
};

struct ChannelConfig {
    std::string name;
    const notify::ChannelInfo* kind = nullptr;
    std::any settings;
    std::chrono::hours expires_after{12};
    Mode mode = Mode::real;
};

struct HttpConfig {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
};

struct Config {
    std::filesystem::path data_folder;
    std::filesystem::path control_socket;
    Durability durability = Durability::power;
    HttpConfig http;
    std::chrono::minutes close_after{20};
    std::chrono::minutes ahead_at_most{10};
    std::chrono::minutes silent_after{130};
    int minutes_kept_days = 40;
    int back_fill_days = 7; ///< how far back an hour that is owed is asked for; 0: never
    /// When, after midnight of local time, everything is made again and compared; absent: never.
    std::optional<std::chrono::minutes> recompute_at{std::chrono::minutes{3 * 60 + 40}};
    Rules rules; ///< the rule book, the network and the people
    /// Which accounts of this machine may act as a person: Person::id -> account name.
    std::map<std::string, std::string> accounts;
    /// Who may speak over HTTP: Person::id -> the file whose first line is the token that proves it.
    std::map<std::string, std::string> token_files;
    std::vector<LinkConfig> links;
    std::vector<ChannelConfig> channels;
    Mode mode = Mode::real;
};

/// Reads a configuration for real work, or (Mode::drill) for a simulated clock, where other rules hold for channels and
/// accounts. Throws SettingError, or std::runtime_error for a file that cannot be read.
Config load_config(const std::filesystem::path& file, Mode mode);
Config parse_config(std::string_view text, std::string_view name, Mode mode);

} // namespace aqi::daemon
