// daemon/config: the operator's text as plain structs, or one message that names the line.
//
// Knows: every key of aqid.toml, cross-checks between its parts. Drivers and channels read their own keys.
// Does not know: what the parts do with it. A configuration is taken whole or refused whole.
#pragma once

#include "daemon/inbox.hpp"
#include "daemon/notify/channel.hpp"
#include "daemon/ports.hpp"
#include "drivers/driver.hpp"
#include "libaqi/network.hpp"

#include <any>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
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

/// Who gets what through which channels.
struct Route {
    std::vector<std::string> channels;
    std::string audience;                     ///< Audience::id; empty: the channels have no recipients
    std::shared_ptr<const Audience> people{}; ///< in place of an audience of the configuration
    std::vector<std::string> areas;           ///< empty: all
    WarningLevel at_least = WarningLevel::blue;
    std::vector<RevisionKind> transitions; ///< empty: all
    std::vector<notify::LetterKind> letters{notify::LetterKind::warning};
};

struct ChannelConfig {
    std::string name;
    std::string provider;               ///< who carries it
    int parallel = 1;                   ///< messages on their way at once
    std::string canary_to;              ///< an address that gets a canary; empty: nobody, or the channel itself
    std::chrono::hours canary_every{0}; ///< 0: never
    const notify::ChannelInfo* kind = nullptr;
    std::any settings;
    std::chrono::hours expires_after{12};
    Mode mode = Mode::real;
};

/// A step of the duty roster: alarms nobody has acknowledged leave the machine, first to these, then to those.
struct Duty {
    Route route;
    std::chrono::minutes after{0}; ///< since the alarm was raised
    AlarmSeverity at_least = AlarmSeverity::serious;
    int at_most_an_hour = 10; ///< letters to this step; what is beyond waits for one digest
};

/// Every day at this time somebody hears that everything is well, or what is not: silence means something then.
struct AllClear {
    Route route;
    std::chrono::minutes at{0};
};

/// A request to a watcher outside, as long as the loop turns and the store can be written.
struct Heartbeat {
    std::string url;
    std::chrono::seconds every{60};
    std::string ca_file;
};

/// What can be read without signing in: all but acts, audit and addresses, or only what is meant for the public.
enum class PageReading : std::uint8_t { signed_in, open };

struct HttpConfig {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::filesystem::path certificate; ///< PEM, the whole chain; empty: no TLS here
    std::filesystem::path key;
    bool behind_tls = false;          ///< a proxy in front speaks TLS; it is believed from loopback and `proxies`
    std::vector<std::string> proxies; ///< addresses
    PageReading reading = PageReading::signed_in;
    std::chrono::hours idle{12};         ///< a session that did nothing for so long has ended
    std::chrono::hours absolute{24 * 7}; ///< a session of that age has ended, whatever it did

    /// Whether every browser comes by TLS.
    bool is_secure() const { return behind_tls || !certificate.empty(); }
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
    std::vector<std::shared_ptr<const Audience>> audiences;
    std::vector<Route> routes;
    std::vector<Duty> duties;
    std::optional<AllClear> all_clear;
    std::optional<Heartbeat> heartbeat;
    Mode mode = Mode::real;
};

/// Reads a configuration for real work, or (Mode::drill) for a simulated clock, where other rules hold for channels and
/// accounts. Throws SettingError, or std::runtime_error for a file that cannot be read.
Config load_config(const std::filesystem::path& file, Mode mode);
Config parse_config(std::string_view text, std::string_view name, Mode mode);

} // namespace aqi::daemon
