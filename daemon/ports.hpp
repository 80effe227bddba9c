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
#include <memory>
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
    std::string subject{};            ///< of a mail
    int units = 0;                    ///< UTF-16 units, where they are counted
    int parts = 1;                    ///< short messages it takes
    std::int64_t cost_thousandth = 0; ///< for one recipient, in thousandths of the currency
    bool operator==(const Content&) const = default;
};

/// Who one delivery is for.
struct Recipient {
    std::string name;
    std::string address; ///< of the channel's kind: a number, a mailbox; empty: the channel itself is the address
    bool operator==(const Recipient&) const = default;
};

/// The people something is sent to, as they were then; a changed list is another version.
struct Audience {
    struct Member {
        std::uint32_t number = 0; ///< line of the list: names the member within its version
        std::string name;
        std::string language = "zh-CN";
        std::string sms, email; ///< empty: not reached that way
        /// Minutes of the local day between which the duty room's own letters come; may run over midnight. Absent: always. A warning
        /// to the public is never held back by it.
        std::optional<std::pair<int, int>> on_duty{};
        bool operator==(const Member&) const = default;
    };
    std::string id;      ///< "officials"; empty: the public, no list
    std::string version; ///< digest of the list; empty with the id
    std::vector<Member> members;
    /// Letters of alarms to each of them within an hour (daemon/allowance); 0: no limit. No part of the version.
    int at_most_an_hour = 0;
};

/// What one channel says about one revision to one version of an audience. Never changes once it is written.
struct OutboxRow {
    std::string warning; ///< or the id of an alarm, a canary, an all-clear
    int revision = 0;
    std::string channel;
    std::string provider; ///< who carries it: one carrier, one gateway
    std::string
        address; ///< which address of a recipient it goes to: "sms", "email"; empty: the channel itself is the address
    std::string audience;         ///< Audience::id
    std::string version;          ///< Audience::version
    std::string kind = "warning"; ///< notify::letter_kind_name
    bool lifts = false;           ///< goes to those only who got what it ends
    Mode mode = Mode::real;
    std::string document; ///< JSON of schemas/warning.schema.json
    Content zh;
    std::optional<Content> en; ///< absent: its recipients read Chinese
    Instant created_at;
    Instant expires_at;
    bool operator==(const OutboxRow&) const = default;
};

/// A row as it is prepared: with the recipients who get a delivery each.
struct PreparedRow {
    OutboxRow row;
    std::shared_ptr<const Audience> people; ///< null: the store has this version, or there is no list
    std::vector<std::uint32_t> recipients{0};
    std::string refused{}; ///< why it cannot be said through this channel: its deliveries have failed before they began
    std::vector<std::uint32_t> held{}; ///< recipients it waits for: their hour is full, they get a digest
    std::string held_why{};
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
    repeat,     ///< it may have left, and is tried again because the other side drops repeats
    held,       ///< beyond what this person gets in an hour: never sent itself, said in a digest (daemon/letters)
};
std::string_view send_state_name(SendState state);
/// "410600-2016-003/2/sms-mobile/officials@9f86d081884c7d65/7", plain ASCII: the same for every attempt of a delivery.
std::string key_of(const OutboxRow& row, std::uint32_t recipient);
std::optional<SendState> send_state_named(std::string_view name);
/// No further attempt follows and nothing waits for it. A delivery in doubt is settled too: it is never sent again blindly.
bool is_settled(SendState state);

/// A delivery: one row to one of its recipients.
struct OutboxEntry {
    std::int64_t id = 0; ///< of the row
    std::uint32_t recipient = 0;
    std::shared_ptr<const OutboxRow> row;
    Recipient to;
    std::string language = "zh-CN"; ///< of the recipient
    SendState state = SendState::prepared;
    int attempts = 0;
    Instant next_at;            ///< not before this
    std::string provider_id{};  ///< what the provider calls it
    std::string detail{};       ///< the channel's last words
    bool may_have_left = false; ///< an attempt before this one did perhaps; of one that is being repeated

    bool in_english() const { return row->en && language.starts_with("en"); }
    const Content& content() const { return in_english() ? *row->en : row->zh; }
};

/// Who got, or may have got, earlier revisions of a warning through a channel.
struct Reached {
    std::string audience, version;
    std::vector<std::uint32_t> recipients;
};

/// What a channel still has to settle.
struct Waiting {
    std::int64_t deliveries = 0;
    Instant oldest; ///< when the oldest was prepared
};

/// Everything one turn brings. Committed as a whole or not at all.
struct Turn {
    std::vector<Stamped> events;
    Figures figures;
    std::vector<PreparedRow> outbox;
    std::vector<OutboxEntry> superseded; ///< deliveries something later takes the place of before they left
    std::vector<Parked> parked;
    std::map<std::string, std::int64_t> counts;                 ///< to be added
    std::set<std::pair<HourEnding, StationIndex>> marked_hours; ///< whose marks were found anew, and replace what was
    std::vector<QcFinding> marks;
    std::vector<ChangedHour> hours; ///< minutes and weather to be kept
    std::map<StationIndex, Heard> heard;
    std::optional<InboxPosition> consumed;

    bool empty() const
    {
        return events.empty() && figures.empty() && outbox.empty() && superseded.empty() && parked.empty() &&
               counts.empty() && hours.empty() && heard.empty() && !consumed;
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

    // The outbox. A delivery is settled when nothing more will be tried (is_settled); only what is not is looked at by the loop.

    /// Deliveries of a channel that may be tried now, in the order they were prepared: prepared, retry or repeat with their time come.
    virtual Outcome<std::vector<OutboxEntry>> due(const std::string& channel, Instant now, int most) = 0;
    /// Deliveries that were being sent when the process ended.
    virtual Outcome<std::vector<OutboxEntry>> sending() = 0;
    /// Deliveries of a warning through a channel that wait for a turn: prepared, retry or repeat.
    virtual Outcome<std::vector<OutboxEntry>> unsent(const std::string& warning, const std::string& channel) = 0;
    /// Who got it, or may have: sending, accepted, delivered, repeat or in doubt.
    virtual Outcome<std::vector<Reached>> reached(const std::string& warning, const std::string& channel) = 0;
    /// Whether this address got, or may have got, a revision before this one.
    virtual Outcome<bool> was_reached(const OutboxEntry& entry) = 0;
    /// Whether a later revision is prepared for this address: then this one must not be tried again.
    virtual Outcome<bool> is_overtaken(const OutboxEntry& entry) = 0;
    /// The delivery a provider's id or a key of ours names.
    virtual Outcome<std::optional<OutboxEntry>> find(const std::string& channel, const std::string& provider_id,
                                                     const std::string& key) = 0;
    /// What a channel still has to settle, by channel.
    virtual Outcome<std::map<std::string, Waiting>> waiting() = 0;
    /// Writes state, attempts, next_at, provider_id and detail of deliveries, and a line of the ledger for each: all or none.
    virtual Outcome<void> update(const std::vector<OutboxEntry>& entries, Instant at) = 0;
};

} // namespace aqi::daemon
