// drivers/driver: the whole contract between foreign bytes and the rest of the house.
//
// The story. A link listens. When bytes arrive, it hands them to the inbox, at once and unread, together with where they
// came from; the inbox call returns when they are durable, and only then does the link acknowledge them to the sender.
// Later, in a turn, the loop takes them from the inbox and gives them to the driver's decode(), which says what readings
// they mean, or why they mean nothing. A driver emits only what it received: it never stores, averages, fills, derives
// or warns. Bad data is absent with a flag, never a number.
//
// What a station did not send can be asked for: back_fill() tells a link every minute which hours are owed, and a link
// whose protocol can ask does so, within limits of its own. What comes back goes the same way as everything else.
//
// A driver is one file and one row in registry.cpp. It owns its settings, their parsing and its sample stanza. The row
// feeds the configuration check, `aqictl drivers`, the recordings test and the fuzzer.
//
// Threads: open() and everything of a Link is called on the loop. A link's own thread may do two things: call
// Inbox::append() and post to the loop's executor. decode() is pure and may run anywhere.
#pragma once

#include "libaqi/forecast.hpp"
#include "libaqi/reading.hpp"
#include "libaqi/settings.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <any>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::drivers {

/// Bytes as they came, and what is known of their way.
struct Frame {
    std::string_view link;   ///< the link's name in the configuration
    std::string_view origin; ///< topic or peer
    std::string_view bytes;
    Instant received_at;
    bool retained = false; ///< the broker's memory, not news
    /// Why the link does not take it for the station's it claims to be: it is kept and counted, never decoded.
    std::string_view refused{};
};

/// Longest frame any link takes; longer ones are counted and kept by their first bytes.
inline constexpr std::size_t frame_max = 256 * 1024;

/// What a frame means. Readings and faults side by side: one bad reading of a batch does not take the others with it.
struct Decoded {
    std::vector<Reading> readings;
    std::vector<Fault> faults;
    std::vector<Forecast> forecasts; ///< of the link's person; the organisation is filled in by who knows it
    /// Counters of things that are neither: "hj212_heartbeats". Lower case, underscores, the driver's name in front.
    std::vector<std::string> counted;
};

/// Where links put what they receive. Implemented by the daemon.
class Inbox {
public:
    virtual ~Inbox() = default;
    /// Returns when all frames are durable, in their order and with one wait for the disk; blocks and tries again while
    /// storage fails. Returns false only when the daemon is stopping: none was kept and none may be acknowledged.
    /// Thread-safe.
    virtual bool append(std::span<const Frame> frames) = 0;
    bool append(const Frame& frame) { return append(std::span{&frame, 1}); }
    /// Whether appends go through. While false there is no use in connecting: nothing could be acknowledged.
    virtual bool flowing() const = 0;
};

enum class LinkState : std::uint8_t { connecting, up, down };
std::string_view link_state_name(LinkState state);

struct LinkStatus {
    LinkState state = LinkState::connecting;
    std::string detail; ///< why down, what is subscribed
};

/// Hours that are closed and of which something is missing that the station should have.
struct Owed {
    std::string station;
    HourEnding first;
    HourEnding last;
};

/// What a link knows of one of its stations.
struct StationLine {
    std::string station;
    bool good = false;
    std::string detail; ///< "connected from 10.0.0.7:40112", "no answer, next try in 40 s"
};

/// What a person can ask of a station through its link.
struct Order {
    enum class Kind : std::uint8_t { set_time, realtime_interval, minute_interval, realtime_on, realtime_off, fetch };
    Kind kind = Kind::set_time;
    int number = 0;   ///< seconds or minutes of an interval
    HourEnding first; ///< of fetch
    HourEnding last;
};

/// Something that listens.
class Link {
public:
    virtual ~Link() = default;
    virtual void start() = 0;
    /// Ends every connection. Frames not yet acknowledged stay unacknowledged. False: a thread held in append() could not
    /// be ended, so the process must end without unwinding.
    virtual bool stop() = 0;

    /// Everything that is owed now, newest first; called about once a minute. An empty list: nothing is owed any more.
    virtual void back_fill(const std::vector<Owed>&) {}
    /// Passes an order on; the answer is what was done so far, in words. Fault: refused, with the reason.
    virtual Result<std::string> order(std::string_view station, const Order& order);
    /// One line a station the link speaks for, in the order of the configuration; none where it does not know them.
    virtual std::vector<StationLine> stations() const { return {}; }
};

struct LinkContext {
    std::string name; ///< of the link, in the configuration
    boost::asio::any_io_executor executor;
    Inbox* inbox = nullptr;                 ///< outlives the link
    std::function<Instant()> now;           ///< stamps arrivals; thread-safe
    UtcOffset offset;                       ///< local time of the network
    std::function<void(LinkStatus)> report; ///< called on the loop, on every change of state
};

/// One row of the driver table: everything the daemon knows about a driver.
struct DriverInfo {
    std::string_view name;    ///< as written in the configuration: driver = "mqtt-json"
    std::string_view summary; ///< one line for `aqictl drivers`
    std::string_view sample;  ///< a [[link]] stanza with every key, its default and its consequence
    /// Reads and checks the driver's keys of a [[link]] table; throws SettingError. What it returns goes to the others.
    std::any (*settings)(const Settings&);
    Decoded (*decode)(const Frame&, const std::any& settings, UtcOffset offset);
    std::unique_ptr<Link> (*open)(const std::any& settings, LinkContext);
    /// The stations these settings name, so that a misspelt one is found at the start; null: the payload says it.
    std::vector<std::string> (*stations)(const std::any& settings) = nullptr;
    /// What only one link can have, in words: "port 0.0.0.0:9212", "client_id \"aqid\" at tcp://...". Null: nothing.
    std::vector<std::string> (*holds)(const std::any& settings) = nullptr;
    /// The people in whose name it speaks, so that a misspelt one is found at the start; null: none.
    std::vector<std::string> (*people)(const std::any& settings) = nullptr;
};

/// Every driver, in the order they are listed to people.
std::span<const DriverInfo> all_drivers();
const DriverInfo* driver_named(std::string_view name);

} // namespace aqi::drivers
