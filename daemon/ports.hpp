// daemon/ports: what simulation replaces: the clock and the store. Nothing else is an interface.
//
// Knows: a turn as one value, so that "all of it or nothing" is one call.
// Does not know: SQLite (store), or what time it is (Clock's implementations).
#pragma once

#include "drivers/driver.hpp"
#include "libaqi/event.hpp"
#include "libaqi/figures.hpp"
#include "libaqi/message.hpp"
#include "libaqi/minutes.hpp"
#include "libaqi/qc.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace aqi::daemon {

class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0; ///< thread-safe
};

/// Storage or the system would not do it. An operating trouble: logged once per change, tried again.
struct Trouble {
    std::string what;
};
template <class T>
using Outcome = boost::system::result<T, Trouble>;
[[noreturn]] inline void throw_exception_from_error(const Trouble& trouble, const boost::source_location&)
{
    throw std::runtime_error(trouble.what);
}

/// Where in the inbox something stands: bytes since its beginning.
using InboxPosition = std::uint64_t;

/// An event on its way into the journal.
struct Stamped {
    Event event;
    Instant received_at;
    std::string link; ///< the link or "control"; empty for what the engine decided
};

/// A frame or a reading that was put aside, with its reason. Nothing is dropped silently.
struct Parked {
    Instant received_at;
    Fault fault;
    std::string link;
    std::string origin;
    std::string station;              ///< if it was known
    std::string bytes;                ///< at most the first 4 KiB
    std::optional<HourEnding> hour{}; ///< it was about, if that was known
};

/// The minutes and the weather of one station's hour, as they are kept until the hour is made of them.
struct StationHour {
    struct Weather {
        std::optional<Milli> stated; ///< an hourly value of the source; it wins over the sum
        WeatherSum sum;
        std::int64_t newest_ms = 0; ///< of what was added: an older one is a repetition
        bool operator==(const Weather&) const = default;
        std::optional<Milli> value(WeatherItem item) const { return stated ? stated : sum.hour(item); }
    };
    PerPollutant<MinutesOfHour> minutes;
    PerWeather<Weather> weather;
};

/// Which rows of a StationHour a turn changed.
struct ChangedHour {
    StationIndex station;
    HourEnding hour;
    std::vector<std::pair<Pollutant, int>> minutes; ///< 0..59
    std::vector<WeatherItem> weather;
    const StationHour* values = nullptr;
};

/// When a station was last heard.
struct Heard {
    Instant received_at;
    Instant data_until; ///< the newest end of a value's period
    std::string link;
    bool operator==(const Heard&) const = default;
};

/// What a channel says to its recipients of one language: it leaves as it stands.
struct Content {
    std::string text;
    std::string subject{};           ///< of a mail
    int units = 0;                   ///< UTF-16 units, where they are counted
    int parts = 1;                   ///< short messages it takes
    std::int64_t cost_thousandth = 0; ///< for one recipient, in thousandths of the currency
    bool operator==(const Content&) const = default;
};

/// Who one delivery is for.
struct Recipient {
    std::string name;
    std::string address; ///< of the channel's kind: a number, a mailbox; empty: the channel itself is the address
    bool operator==(const Recipient&) const = default;
};

/// One message to one audience through one channel. The key never changes; the state does.
struct OutboxRow {
    std::string warning;
    int revision = 0;
    std::string channel;
    std::string document; ///< JSON of schemas/warning.schema.json
    Mode mode = Mode::real;
    Instant created_at;
    Instant expires_at;
};

enum class SendState : std::uint8_t {
    prepared,   ///< nothing left yet
    sending,    ///< it is leaving now
    accepted,   ///< the provider has it
    delivered,  ///< the recipient has it
    retry,      ///< it certainly did not leave: prepared again, not before next_at
    failed,     ///< it will never work, and says why
    in_doubt,   ///< it may have left: never sent again blindly
    expired,    ///< too old to be sent
    superseded, ///< a later revision took its place before it left
};
std::string_view send_state_name(SendState state);
std::optional<SendState> send_state_named(std::string_view name);
/// No further attempt follows and nothing waits for it. A row in doubt is settled too: it is never sent again blindly.
bool is_settled(SendState state);

struct OutboxEntry {
    std::int64_t id = 0;
    OutboxRow row;
    SendState state = SendState::prepared;
    int attempts = 0;
    Instant next_at;    ///< not before this
    std::string detail; ///< the channel's last words
};

/// Everything one turn brings. Committed as a whole or not at all.
struct Turn {
    std::vector<Stamped> events;
    Figures figures;
    std::vector<OutboxRow> outbox;
    std::vector<Parked> parked;
    std::map<std::string, std::int64_t> counts;                 ///< to be added
    std::set<std::pair<HourEnding, StationIndex>> marked_hours; ///< whose marks were found anew, and replace what was
    std::vector<QcFinding> marks;
    std::vector<ChangedHour> hours; ///< minutes and weather to be kept
    std::map<StationIndex, Heard> heard;
    std::optional<InboxPosition> consumed;

    bool empty() const
    {
        return events.empty() && figures.empty() && outbox.empty() && parked.empty() && counts.empty() &&
               hours.empty() && heard.empty() && !consumed;
    }
};

/// The journal and everything that follows from it. Used on the loop only.
class Store {
public:
    virtual ~Store() = default;

    virtual Outcome<void> commit(const Turn& turn) = 0;
    /// Every event in the order it was journaled.
    virtual Outcome<void> fold(const std::function<void(const Event&)>& absorb) = 0;
    virtual InboxPosition consumed() const = 0;

    /// What is kept of a station's hour; empty where nothing is.
    virtual Outcome<StationHour> hour_of(StationIndex station, HourEnding hour) = 0;
    /// Whether the value journaled last for an hour was made of minutes here.
    virtual Outcome<bool> made_of_minutes(StationIndex station, HourEnding hour, Pollutant pollutant) = 0;
    /// Stations of whose hour minutes are kept.
    virtual Outcome<std::vector<StationIndex>> with_minutes(HourEnding hour) = 0;
    virtual Outcome<std::map<StationIndex, Heard>> heard() = 0;

    /// Rows that are not settled, in the order they were made.
    virtual Outcome<std::vector<OutboxEntry>> unsettled() = 0;
    /// Writes state, attempts, next_at and detail of a row, and an attempt into its history.
    virtual Outcome<void> update(const OutboxEntry& entry, Instant at) = 0;
};

} // namespace aqi::daemon
