#include "daemon/store/store.hpp"

#include "daemon/store/event_json.hpp"
#include "daemon/store/journal.hpp"
#include "daemon/store/places.hpp"
#include "daemon/store/sqlite.hpp"
#include "libaqi/iaqi.hpp"
#include "schemas/embedded.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon {
namespace {

constexpr std::int64_t parked_kept = 10'000;

std::optional<std::int64_t> ng(const std::optional<Concentration>& value)
{
    if (!value) return std::nullopt;
    return value->ng_per_m3();
}

std::optional<std::int64_t> number(const std::optional<LocalDay>& day)
{
    if (!day) return std::nullopt;
    return day->since_epoch;
}

/// user_version counts the migrations a database has seen. Before anything is written.
void refuse_newer(Database& database, const std::string& path)
{
    const auto known = schemas::sql_migrations().size();
    const auto have = database.number("PRAGMA user_version");
    if (have <= static_cast<std::int64_t>(known)) return;
    throw StoreError(
        fmt::format("{}: this database is of version {}, from a newer aqid; this one knows versions up to {}. "
                    "Nothing was changed. Install the newer aqid, or restore a backup of before.",
                    path, have, known));
}

/// Runs the migrations this database has not seen.
void migrate(Database& database)
{
    const auto migrations = schemas::sql_migrations();
    const auto have = database.number("PRAGMA user_version");
    for (std::size_t next = static_cast<std::size_t>(have); next < migrations.size(); ++next) {
        Transaction turn{database};
        database.execute(std::string{migrations[next].text});
        database.execute(fmt::format("PRAGMA user_version = {}", next + 1));
        turn.commit();
    }
}

} // namespace

struct SqliteStore::Impl {
    Impl(const std::filesystem::path& file, Durability durability, const Network& network)
        : database(file.string(), OpenAs::read_write)
    {
        refuse_newer(database, file.string());
        database.execute("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;");
        database.execute(durability == Durability::power ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        database.execute("PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -4096;");
        migrate(database);
        {
            Transaction turn{database};
            places.emplace(database, network, true);
            raw.emplace(database, *places);
            outbox.emplace(database);
            page_reads.emplace(database, *places);
            turn.commit();
        }
        seq = std::max(database.number("SELECT coalesce(max(seq), 0) FROM observation"),
                       database.number("SELECT coalesce(max(seq), 0) FROM journal"));
        consumed = static_cast<InboxPosition>(
            database.number("SELECT coalesce((SELECT value FROM meta WHERE key = 'inbox_consumed'), 0)"));
    }

    void write_event(const Stamped& stamped)
    {
        ++seq;
        const auto write = [&](StationIndex station, HourEnding hour, Pollutant p, int period, Flag flag,
                               const std::optional<Concentration>& value) {
            insert_observation.bind(seq)
                .bind(hour.since_epoch)
                .bind(places->id(station))
                .bind(static_cast<int>(p))
                .bind(period);
            insert_observation.bind(ng(value))
                .bind(static_cast<int>(flag))
                .bind(stamped.received_at.ms)
                .bind(stamped.link)
                .run();
        };
        if (const auto* e = std::get_if<Observed>(&stamped.event))
            return write(e->station, e->hour, e->pollutant, 1, e->flag, e->value);
        if (const auto* e = std::get_if<ObservedDay>(&stamped.event))
            return write(e->station, HourEnding::of(e->day, 24), e->pollutant, 24, e->flag, e->value);
        insert_journal.bind(seq)
            .bind(stamped.received_at.ms)
            .bind(event_kind(stamped.event))
            .bind(stamped.link)
            .bind(event_body(stamped.event))
            .run();
    }

    void write_index(Statement& row, const IndexResult& index)
    {
        row.bind(index.aqi).bind(index.of_present);
        if (index.aqi)
            row.bind(index.level);
        else
            row.bind_null();
        row.bind(static_cast<int>(index.primary.bits())).bind(index_note_name(index.note));
    }

    void write_figures(const Figures& figures)
    {
        for (const auto& f : figures.hours) {
            replace_hour.bind(f.hour.since_epoch).bind(places->id(f.place));
            for (const auto p : all_pollutants) replace_hour.bind(ng(f.value[p]));
            write_index(replace_hour, f.index);
            replace_hour.run();
        }
        for (const auto& f : figures.days) {
            replace_day.bind(f.day.since_epoch).bind(places->id(f.place));
            for (const auto p : all_pollutants) replace_day.bind(ng(f.value[p]));
            for (const auto p : all_pollutants) replace_day.bind(static_cast<int>(f.valid[p]));
            replace_day.bind(static_cast<int>(f.sites));
            write_index(replace_day, f.index);
            replace_day.bind(static_cast<int>(f.index.absent.bits())).bind(static_cast<int>(f.index.exempt.bits()));
            replace_day.bind(verdict_name(f.verdict)).bind(f.pack).run();
        }
        for (const auto& f : figures.annual) {
            replace_annual.bind(f.year)
                .bind(places->id(f.place))
                .bind(static_cast<int>(f.pollutant))
                .bind(window_name(f.window));
            replace_annual.bind(f.through.since_epoch).bind(f.valid_days).bind(ng(f.mean)).bind(ng(f.published));
            replace_annual.bind(f.year_over ? 1 : 0).bind(f.year_valid ? 1 : 0).bind(f.may_lose);
            replace_annual.bind(number(f.void_on)).bind(ng(f.target)).bind(ng(f.allowance));
            replace_annual.bind(f.met).bind(number(f.lost_on)).run();
        }
        for (const auto& f : figures.good_days) {
            replace_good.bind(f.year)
                .bind(places->id(f.place))
                .bind(f.through.since_epoch)
                .bind(f.good)
                .bind(f.lost)
                .bind(f.undetermined);
            replace_good.bind(f.remaining).bind(static_cast<int>(f.never_measured.bits()));
            replace_good.bind(f.target).bind(f.met).bind(number(f.lost_on)).run();
        }
    }

    void write_turn(const Turn& turn)
    {
        for (const auto& stamped : turn.events) write_event(stamped);
        write_figures(turn.figures);
        for (const auto& entry : turn.superseded) outbox->update(entry, entry.next_at);
        for (const auto& row : turn.outbox) outbox->prepare(row);
        for (const auto& p : turn.parked) {
            insert_parked.bind(p.received_at.ms)
                .bind(reason_name(p.fault.reason))
                .bind(p.fault.detail)
                .bind(p.link)
                .bind(p.origin);
            insert_parked.bind(p.station).bind_blob(p.bytes);
            insert_parked.bind(p.hour ? std::optional<std::int64_t>{p.hour->since_epoch} : std::nullopt).run();
        }
        for (const auto& changed : turn.hours) raw->write(changed);
        for (const auto& [station, heard] : turn.heard) raw->write(station, heard);
        for (const auto& [hour, station] : turn.marked_hours)
            forget_marks.bind(hour.since_epoch).bind(places->id(station)).run();
        for (const auto& m : turn.marks)
            insert_mark.bind(m.hour.since_epoch)
                .bind(places->id(m.station))
                .bind(static_cast<int>(m.pollutant))
                .bind(qc_mark_name(m.mark))
                .bind(m.detail)
                .run();
        if (!turn.parked.empty()) forget_parked.bind(parked_kept).run();
        for (const auto& [name, count] : turn.counts) add_count.bind(name).bind(count).run();
        if (turn.consumed) set_meta.bind("inbox_consumed").bind(std::to_string(*turn.consumed)).run();
    }

    Database database;
    std::optional<Places> places;
    std::optional<RawTables> raw;
    std::optional<OutboxTables> outbox;
    std::optional<PageReads> page_reads;
    LoginTables login{database};
    AuditTrail audit_trail{database};
    std::int64_t seq = 0;
    InboxPosition consumed = 0;

    /// After a failure no statement may keep half of its values.
    void reset_statements()
    {
        for (Lazy* lazy : lazies)
            if (lazy->statement) lazy->statement->reset();
        raw->reset();
        outbox->reset();
    }

    // Prepared on first use: the tables exist only after the migrations.
    struct Lazy {
        Lazy(const Lazy&) = delete;
        Lazy& operator=(const Lazy&) = delete;
        Lazy(Impl& impl, const char* s) : database(impl.database), sql(s) { impl.lazies.push_back(this); }
        template <class T>
        Statement& bind(T&& value)
        {
            return get().bind(std::forward<T>(value));
        }
        Statement& get()
        {
            if (!statement) statement.emplace(database, sql);
            return *statement;
        }
        operator Statement&() { return get(); }
        void run() { get().run(); }
        Database& database;
        const char* sql;
        std::optional<Statement> statement;
    };
    std::vector<Lazy*> lazies;
    Lazy insert_observation{*this, "INSERT INTO observation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    Lazy insert_journal{*this, "INSERT INTO journal VALUES (?, ?, ?, ?, ?)"};
    Lazy replace_hour{*this, "REPLACE INTO hourly VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    Lazy replace_day{
        *this, "REPLACE INTO daily VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    Lazy replace_annual{*this, "REPLACE INTO annual VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    Lazy replace_good{*this, "REPLACE INTO good_days VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    Lazy forget_marks{*this, "DELETE FROM mark WHERE hour = ? AND station = ?"};
    Lazy insert_mark{*this, "INSERT INTO mark VALUES (?, ?, ?, ?, ?)"};
    Lazy insert_parked{*this, "INSERT INTO parked (received_ms, reason, detail, link, origin, station, bytes, hour) "
                              "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"};
    Lazy forget_parked{*this, "DELETE FROM parked WHERE id <= (SELECT max(id) FROM parked) - ?"};
    Lazy add_count{*this,
                   "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count"};
    Lazy set_meta{*this, "REPLACE INTO meta VALUES (?, ?)"};
};

SqliteStore::SqliteStore(const std::filesystem::path& file, Durability durability, const Network& network)
{
    try {
        impl_ = std::make_unique<Impl>(file, durability, network);
    } catch (const SqliteError& error) {
        throw StoreError(fmt::format("{}: the database cannot be used: {}", file.string(), error.what()));
    }
}

SqliteStore::~SqliteStore() = default;

void SqliteStore::on_commit(std::function<void()> call) { impl_->database.on_commit(std::move(call)); }

Outcome<void> SqliteStore::commit(const Turn& turn)
{
    const std::int64_t seq_before = impl_->seq;
    try {
        Transaction transaction{impl_->database};
        impl_->write_turn(turn);
        transaction.commit();
    } catch (const SqliteError& error) {
        impl_->seq = seq_before;
        impl_->reset_statements();
        return Trouble{error.what()};
    }
    if (turn.consumed) impl_->consumed = *turn.consumed;
    return {};
}

Outcome<void> SqliteStore::fold(const std::function<void(const Event&)>& absorb)
{
    try {
        fold_journal(impl_->database, *impl_->places, absorb);
    } catch (const SqliteError& error) {
        return Trouble{error.what()};
    }
    return {};
}

InboxPosition SqliteStore::consumed() const { return impl_->consumed; }
LoginTables& SqliteStore::login() { return impl_->login; }
AuditTrail& SqliteStore::audit_trail() { return impl_->audit_trail; }
PageReads& SqliteStore::page_reads() { return *impl_->page_reads; }

namespace {

/// The answer, or the trouble of asking.
template <class Function>
auto outcome_of(Function ask) -> Outcome<decltype(ask())>
{
    try {
        if constexpr (std::is_void_v<decltype(ask())>)
            return ask(), Outcome<void>{};
        else
            return ask();
    } catch (const SqliteError& error) {
        return Trouble{error.what()};
    }
}

} // namespace

Outcome<StationHour> SqliteStore::hour_of(StationIndex station, HourEnding hour)
{
    return outcome_of([&] { return impl_->raw->hour_of(station, hour); });
}

Outcome<bool> SqliteStore::made_of_minutes(StationIndex station, HourEnding hour, Pollutant pollutant)
{
    return outcome_of([&] { return impl_->raw->made_of_minutes(station, hour, pollutant); });
}

Outcome<std::vector<StationIndex>> SqliteStore::with_minutes(HourEnding hour)
{
    return outcome_of([&] { return impl_->raw->with_minutes(hour); });
}

Outcome<std::map<StationIndex, Heard>> SqliteStore::heard()
{
    return outcome_of([&] { return impl_->raw->heard(); });
}

Outcome<void> SqliteStore::note_link(const LinkChange& change)
{
    return outcome_of([&] { impl_->raw->note_link(change); });
}

Outcome<void> SqliteStore::forget_minutes_before(HourEnding hour)
{
    return outcome_of([&] { impl_->raw->forget_minutes_before(hour); });
}

Outcome<void> SqliteStore::forget_links_before(Instant at)
{
    return outcome_of([&] { impl_->raw->forget_links_before(at); });
}

template <class T>
Outcome<T> SqliteStore::outbox_read(const std::function<T(OutboxTables&)>& read)
{
    try {
        return read(*impl_->outbox);
    } catch (const SqliteError& error) {
        impl_->outbox->reset();
        return Trouble{error.what()};
    }
}

Outcome<std::vector<OutboxEntry>> SqliteStore::due(const std::string& channel, Instant now, int most)
{
    return outbox_read<std::vector<OutboxEntry>>([&](OutboxTables& o) { return o.due(channel, now, most); });
}
Outcome<std::vector<OutboxEntry>> SqliteStore::sending()
{
    return outbox_read<std::vector<OutboxEntry>>([](OutboxTables& o) { return o.sending(); });
}
Outcome<std::vector<OutboxEntry>> SqliteStore::unsent(const std::string& warning, const std::string& channel)
{
    return outbox_read<std::vector<OutboxEntry>>([&](OutboxTables& o) { return o.unsent(warning, channel); });
}
Outcome<std::vector<Reached>> SqliteStore::reached(const std::string& warning, const std::string& channel)
{
    return outbox_read<std::vector<Reached>>([&](OutboxTables& o) { return o.reached(warning, channel); });
}
Outcome<bool> SqliteStore::was_reached(const OutboxEntry& entry)
{
    return outbox_read<bool>([&](OutboxTables& o) { return o.was_reached(entry); });
}
Outcome<bool> SqliteStore::is_overtaken(const OutboxEntry& entry)
{
    return outbox_read<bool>([&](OutboxTables& o) { return o.is_overtaken(entry); });
}
Outcome<std::optional<OutboxEntry>> SqliteStore::find(const std::string& channel, const std::string& provider_id,
                                                      const std::string& key)
{
    return outbox_read<std::optional<OutboxEntry>>([&](OutboxTables& o) { return o.find(channel, provider_id, key); });
}
Outcome<std::map<std::string, Waiting>> SqliteStore::waiting()
{
    return outbox_read<std::map<std::string, Waiting>>([](OutboxTables& o) { return o.waiting(); });
}
Outcome<bool> SqliteStore::has_letter(const std::string& id, int number)
{
    return outbox_read<bool>([&](OutboxTables& o) { return o.has_letter(id, number); });
}
Outcome<std::map<std::string, int>> SqliteStore::received_since(Instant since)
{
    return outbox_read<std::map<std::string, int>>([&](OutboxTables& o) { return o.received_since(since); });
}
Outcome<std::vector<OutboxEntry>> SqliteStore::held()
{
    return outbox_read<std::vector<OutboxEntry>>([](OutboxTables& o) { return o.held(); });
}
Outcome<std::vector<OutboxEntry>> SqliteStore::deliveries(std::int64_t row, int most)
{
    return outbox_read<std::vector<OutboxEntry>>([&](OutboxTables& o) { return o.deliveries(row, most); });
}

Outcome<void> SqliteStore::update(const std::vector<OutboxEntry>& entries, Instant at)
{
    try {
        Transaction turn{impl_->database};
        for (const auto& entry : entries) impl_->outbox->update(entry, at);
        turn.commit();
        return {};
    } catch (const SqliteError& error) {
        impl_->outbox->reset();
        return Trouble{error.what()};
    }
}

Outcome<std::optional<OutboxEntry>> SqliteStore::note_reply(Instant at, const std::string& channel,
                                                            const std::string& sender, const std::string& text,
                                                            const std::string& provider_id, bool& is_new)
{
    try {
        std::optional<OutboxEntry> answers;
        Transaction turn{impl_->database};
        is_new = impl_->outbox->note_reply(at, channel, provider_id, sender, text, answers);
        turn.commit();
        return answers;
    } catch (const SqliteError& error) {
        impl_->outbox->reset();
        return Trouble{error.what()};
    }
}

namespace {

template <class Function>
auto reading(Function read)
{
    try {
        return read();
    } catch (const SqliteError& error) {
        throw StoreError(error.what());
    }
}

} // namespace

std::vector<LinkChange> SqliteStore::link_changes(const std::string& link, Instant from)
{
    return reading([&] { return impl_->raw->link_changes(link, from); });
}

std::optional<Instant> SqliteStore::last_written()
{
    return reading([&] { return impl_->raw->last_written(); });
}

std::vector<AsideHour> SqliteStore::aside_hours(const std::string& station, HourEnding first, HourEnding last)
{
    return reading([&] { return impl_->raw->aside_hours(station, first, last); });
}

std::map<HourEnding, Instant> SqliteStore::first_received(StationIndex station, HourEnding first, HourEnding last)
{
    return reading([&] { return impl_->raw->first_received(station, first, last); });
}

std::map<HourEnding, WeatherValues> SqliteStore::weather(StationIndex station, HourEnding first, HourEnding last)
{
    return reading([&] { return impl_->raw->weather(station, first, last); });
}

std::string SqliteStore::rules_digest()
{
    return reading([&] {
        Statement row{impl_->database, "SELECT value FROM meta WHERE key = 'rules_digest'"};
        return row.step() ? row.text(0) : std::string{};
    });
}

Outcome<void> SqliteStore::rewrite_figures(const Figures& figures, const std::string& digest, const Turn& notice)
{
    try {
        Transaction turn{impl_->database};
        impl_->database.execute("DELETE FROM daily; DELETE FROM annual; DELETE FROM good_days;");
        impl_->write_figures(figures);
        impl_->write_turn(notice);
        Statement{impl_->database, "REPLACE INTO meta VALUES ('rules_digest', ?)"}.bind(digest).run();
        turn.commit();
        return {};
    } catch (const SqliteError& error) {
        return Trouble{error.what()};
    }
}

std::vector<SqliteStore::Count> SqliteStore::counts()
{
    return reading([&] {
        Statement rows{impl_->database, "SELECT name, count FROM counter ORDER BY name"};
        std::vector<Count> out;
        while (rows.step()) out.push_back({rows.text(0), rows.integer(1)});
        return out;
    });
}

std::vector<SqliteStore::ParkedRow> SqliteStore::newest_parked(int most)
{
    return reading([&] {
        Statement rows{
            impl_->database,
            "SELECT received_ms, reason, detail, link, origin, station FROM parked ORDER BY id DESC LIMIT ?"};
        rows.bind(most);
        std::vector<ParkedRow> out;
        while (rows.step())
            out.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5)});
        return out;
    });
}

std::vector<OutboxTables::Word> SqliteStore::last_words()
{
    return reading([&] { return impl_->outbox->words(); });
}

std::vector<OutboxTables::RowState> SqliteStore::newest_outbox(int most)
{
    return reading([&] { return impl_->outbox->newest(most); });
}

std::vector<OutboxTables::ReplyRow> SqliteStore::newest_replies(int most)
{
    return reading([&] { return impl_->outbox->newest_replies(most); });
}

Outcome<std::vector<Event>> SqliteStore::events_after(std::int64_t seq)
{
    try {
        std::vector<Event> out;
        fold_journal(
            impl_->database, *impl_->places, [&](const Event& event) { out.push_back(event); }, seq);
        return out;
    } catch (const SqliteError& error) {
        return Trouble{error.what()};
    }
}

Figures SqliteStore::stored_figures()
{
    return reading([&] { return read_figures(impl_->database, *impl_->places); });
}

std::vector<Notice> SqliteStore::newest_notices(int most)
{
    return reading([&] {
        Statement rows{impl_->database, "SELECT body FROM journal WHERE kind = 'notice' ORDER BY seq DESC LIMIT ?"};
        rows.bind(most);
        std::vector<Notice> out;
        while (rows.step()) out.push_back(std::get<Noticed>(event_of("notice", rows.text(0))).notice);
        return out;
    });
}

std::vector<SqliteStore::ActRow> SqliteStore::newest_acts(int most)
{
    return reading([&] {
        Statement rows{impl_->database,
                       "SELECT at_ms, kind, body FROM journal WHERE kind IN ('forecast', 'acted', 'consulted', "
                       "'proposed', 'drill', 'ordered', 'emergency_review', 'overdue', 'refused', 'alarm_act', "
                       "'response_act', 'correction', 'correction_decided', 'signed_off', 'dust', 'station_declared') "
                       "ORDER BY seq DESC LIMIT ?"};
        rows.bind(most);
        std::vector<ActRow> out;
        while (rows.step()) out.push_back({Instant{rows.integer(0)}, rows.text(1), rows.text(2)});
        return out;
    });
}

std::vector<SqliteStore::MarkRow> SqliteStore::newest_marks(int most)
{
    return reading([&] {
        Statement rows{impl_->database, "SELECT m.hour, p.code, m.pollutant, m.mark, m.detail FROM mark m JOIN place p "
                                        "ON p.id = m.station ORDER BY m.hour DESC, m.station, m.pollutant LIMIT ?"};
        rows.bind(most);
        std::vector<MarkRow> out;
        while (rows.step())
            out.push_back({HourEnding{static_cast<std::int32_t>(rows.integer(0))}, rows.text(1),
                           std::string{pollutant_label(static_cast<Pollutant>(rows.integer(2)))}, rows.text(3),
                           rows.text(4)});
        return out;
    });
}

} // namespace aqi::daemon
