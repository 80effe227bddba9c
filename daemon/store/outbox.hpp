// daemon/store/outbox: rows, their deliveries, the people they are for, and the ledger of every attempt.
//
// Knows: the tables of migration 4. Does not know: when something is sent, or what a state asks for (daemon/dispatch).
// Writing goes into the transaction that is open.
#pragma once

#include "daemon/ports.hpp"
#include "daemon/store/ledger.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aqi::daemon {

class OutboxTables {
public:
    explicit OutboxTables(Database& database) : database_(database), ledger_(database) {}

    void prepare(const PreparedRow& row);
    void update(const OutboxEntry& entry, Instant at);
    /// After a failure no statement may keep half of its values, and nothing of what was rolled back is known.
    void reset();

    std::vector<OutboxEntry> due(const std::string& channel, Instant now, int most);
    std::vector<OutboxEntry> sending();
    std::vector<OutboxEntry> unsent(const std::string& warning, const std::string& channel);
    std::vector<Reached> reached(const std::string& warning, const std::string& channel);
    bool was_reached(const OutboxEntry& entry);
    bool is_overtaken(const OutboxEntry& entry);
    std::optional<OutboxEntry> find(const std::string& channel, const std::string& provider_id, const std::string& key);
    std::map<std::string, Waiting> waiting();

    bool has_letter(const std::string& id, int number);
    /// Letters of alarms and digests of them prepared after `since`, by address: those that got there or still may.
    std::map<std::string, int> received_since(Instant since);
    /// Deliveries that wait for a digest, the oldest first.
    std::vector<OutboxEntry> held();

    struct Word {
        std::string channel, state, detail;
        Instant at;
        std::optional<Instant> accepted_at;
    };
    std::vector<Word> words();
    /// The newest rows, each with how its deliveries stand; `recipient` is the one its last line is about.
    struct RowState {
        std::int64_t id = 0;
        std::shared_ptr<const OutboxRow> row;
        std::map<SendState, std::int64_t> counts;
        int attempts = 0;   ///< the most of any delivery
        std::string detail; ///< the newest line of the ledger
        std::optional<Instant> at;
    };
    std::vector<RowState> newest(int most);
    /// Deliveries of a row, those that need a person first.
    std::vector<OutboxEntry> deliveries(std::int64_t row, int most);
    /// A reply, once; what it answers is the newest delivery to that address through the channel. False: it was known.
    bool note_reply(Instant at, const std::string& channel, const std::string& provider_id, const std::string& sender,
                    const std::string& text, std::optional<OutboxEntry>& answers);
    struct ReplyRow {
        Instant at;
        std::string channel, sender, text, warning, name;
    };
    std::vector<ReplyRow> newest_replies(int most);

    static std::string digest_of(std::string_view document, std::string_view content_zh, std::string_view content_en);

private:
    std::int64_t audience_of(const OutboxRow& row, const Audience* people);
    std::shared_ptr<const OutboxRow> row(std::int64_t id);
    /// Whether the same address has another delivery of the same warning through the same channel; `which` has one ?, the revision.
    bool has_other(const OutboxEntry& entry, const char* which);
    OutboxEntry entry(const Statement& of);
    std::vector<OutboxEntry> entries(Statement& rows);
    Statement& prepared(std::optional<Statement>& statement, const char* sql);

    Database& database_;
    Ledger ledger_;
    std::map<std::pair<std::string, std::string>, std::int64_t> audiences_; ///< (id, version) -> row
    std::map<std::int64_t, std::shared_ptr<const OutboxRow>> rows_;         ///< a few that are being sent
    std::optional<Statement> insert_row_, insert_delivery_, insert_recipient_, update_delivery_, settle_, word_, due_,
        read_row_, deliver_all_;
};

} // namespace aqi::daemon
