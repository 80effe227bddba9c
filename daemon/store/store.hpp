// daemon/store: the journal, the figures and the outbox in one SQLite file.
//
// Knows: the tables of schemas/sql, one transaction a turn, migrations, what a broken disk says.
// Does not know: what a row means to anybody. Used on the loop only; it is the only writer.
#pragma once

#include "daemon/inbox.hpp"
#include "daemon/ports.hpp"
#include "daemon/store/audit.hpp"
#include "daemon/store/login.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/page_reads.hpp"
#include "daemon/store/raw.hpp"
#include "libaqi/network.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace aqi::daemon {

/// A database that cannot be used: newer than this program, damaged, not writable. The words are for an operator.
class StoreError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class SqliteStore : public Store {
public:
    /// Opens or creates, migrates, and enters the network's stations and areas. Throws StoreError: a bad start.
    SqliteStore(const std::filesystem::path& file, Durability durability, const Network& network);
    ~SqliteStore() override;

    /// Called within every commit, of a turn or of the outbox: it must only remember (Live::changed()).
    void on_commit(std::function<void()> call);
    Outcome<void> commit(const Turn& turn) override;
    Outcome<void> fold(const std::function<void(const Event&)>& absorb) override;
    InboxPosition consumed() const override;
    Outcome<StationHour> hour_of(StationIndex station, HourEnding hour) override;
    Outcome<bool> made_of_minutes(StationIndex station, HourEnding hour, Pollutant pollutant) override;
    Outcome<std::vector<StationIndex>> with_minutes(HourEnding hour) override;
    Outcome<std::map<StationIndex, Heard>> heard() override;
    Outcome<std::vector<OutboxEntry>> due(const std::string& channel, Instant now, int most) override;
    Outcome<std::vector<OutboxEntry>> sending() override;
    Outcome<std::vector<OutboxEntry>> unsent(const std::string& warning, const std::string& channel) override;
    Outcome<std::vector<Reached>> reached(const std::string& warning, const std::string& channel) override;
    Outcome<bool> was_reached(const OutboxEntry& entry) override;
    Outcome<bool> is_overtaken(const OutboxEntry& entry) override;
    Outcome<std::optional<OutboxEntry>> find(const std::string& channel, const std::string& provider_id,
                                             const std::string& key) override;
    Outcome<std::map<std::string, Waiting>> waiting() override;
    Outcome<void> update(const std::vector<OutboxEntry>& entries, Instant at) override;

    /// Whether the outbox has a letter of this id and number.
    Outcome<bool> has_letter(const std::string& id, int number);
    /// See OutboxTables.
    Outcome<std::map<std::string, int>> received_since(Instant since);
    Outcome<std::vector<OutboxEntry>> held();
    /// Deliveries of a row, those that need a person first.
    Outcome<std::vector<OutboxEntry>> deliveries(std::int64_t row, int most);
    /// Keeps a recipient's reply, once; the delivery it answers, if that is known.
    Outcome<std::optional<OutboxEntry>> note_reply(Instant at, const std::string& channel, const std::string& sender,
                                                   const std::string& text, const std::string& provider_id,
                                                   bool& is_new);

    /// Passwords and sessions, and who asked for what: tables of their own, beside the turns.
    LoginTables& login();
    AuditTrail& audit_trail();
    /// Figures that are no longer in memory.
    PageReads& page_reads();

    /// The digest of the rules the figures were last made with; empty in a new database.
    std::string rules_digest();
    /// Writes all figures anew under new rules, and the notice that says so, in one transaction.
    Outcome<void> rewrite_figures(const Figures& figures, const std::string& digest, const Turn& notice = {});

    /// Events journaled after `seq`, in order.
    Outcome<std::vector<Event>> events_after(std::int64_t seq);
    /// The daily, annual and good-day rows as they stand on disk, of places the network knows.
    Figures stored_figures();
    /// The newest notices first.
    std::vector<Notice> newest_notices(int most);
    /// What people did and what was refused to them, newest first: the journal's own words.
    struct ActRow {
        Instant at;
        std::string kind, body;
    };
    std::vector<ActRow> newest_acts(int most);
    struct MarkRow {
        HourEnding hour;
        std::string station, pollutant, mark, detail;
    };
    std::vector<MarkRow> newest_marks(int most);

    /// A change of a link's state, for the reasons of empty hours.
    Outcome<void> note_link(const LinkChange& change);
    Outcome<void> forget_minutes_before(HourEnding hour);
    /// Changes of links, all but the last of each before that.
    Outcome<void> forget_links_before(Instant at);

    // These and rules_digest() throw StoreError when the database cannot be read.
    struct Count {
        std::string name;
        std::int64_t count = 0;
    };
    std::vector<Count> counts();
    struct ParkedRow {
        std::int64_t received_ms = 0;
        std::string reason, detail, link, origin, station;
    };
    std::vector<ParkedRow> newest_parked(int most);
    /// What each channel said last, and when it last accepted a message.
    std::vector<OutboxTables::Word> last_words();
    std::vector<OutboxTables::ReplyRow> newest_replies(int most);
    /// See RawTables.
    std::vector<LinkChange> link_changes(const std::string& link, Instant from);
    std::optional<Instant> last_written();
    std::vector<AsideHour> aside_hours(const std::string& station, HourEnding first, HourEnding last);
    std::map<HourEnding, Instant> first_received(StationIndex station, HourEnding first, HourEnding last);
    std::map<HourEnding, WeatherValues> weather(StationIndex station, HourEnding first, HourEnding last);
    /// The newest rows of the outbox, settled or not.
    std::vector<OutboxTables::RowState> newest_outbox(int most);

private:
    template <class T>
    Outcome<T> outbox_read(const std::function<T(OutboxTables&)>& read);
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The read side for tools: every event of a database that may be in use by a running daemon, and every revision of one
/// hour. Throws StoreError.
class JournalReader {
public:
    JournalReader(const std::filesystem::path& file, const Network& network);
    ~JournalReader();
    /// Returns the count of the last event.
    std::int64_t fold(const std::function<void(const Event&)>& absorb);
    struct Received {
        Observed observed;
        Instant received_at;
        std::string link;
    };
    /// Everything ever journaled for a station's day, in order of arrival.
    std::vector<Received> of_day(StationIndex station, LocalDay day);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace aqi::daemon
