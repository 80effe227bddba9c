#include "daemon/store/outbox.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace aqi::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t rows_remembered = 64;

// A delivery with its row's number and the recipient's address of the channel's kind; both addresses are read, the row says which.
constexpr const char* entry_columns =
    "SELECT d.outbox, d.recipient, d.state, d.attempts, d.next_ms, d.provider_id, d.detail, coalesce(r.name, ''), "
    "coalesce(r.language, 'zh-CN'), coalesce(r.sms, ''), coalesce(r.email, ''), o.address FROM outbox o "
    "JOIN delivery d ON d.outbox = o.id LEFT JOIN recipient r ON r.audience = o.audience AND r.number = d.recipient ";
// The same address in two versions of a list is the same person.
constexpr const char* same_address =
    "(o.address = '' OR (o.address = 'sms' AND r.sms = ?) OR (o.address = 'email' AND r.email = ?)) ";

std::string content_json(const Content& content)
{
    json::object out{{"text", content.text}};
    if (!content.subject.empty()) out["subject"] = content.subject;
    if (content.units != 0) out["units"] = content.units;
    if (content.parts != 1) out["parts"] = content.parts;
    if (content.cost_thousandth != 0) out["cost_thousandth"] = content.cost_thousandth;
    return json::serialize(out);
}

Content content_of(const std::string& text)
{
    const json::object o = json::parse(text).as_object();
    Content out;
    out.text = std::string{o.at("text").as_string()};
    if (const auto* v = o.if_contains("subject")) out.subject = std::string{v->as_string()};
    if (const auto* v = o.if_contains("units")) out.units = static_cast<int>(v->as_int64());
    if (const auto* v = o.if_contains("parts")) out.parts = static_cast<int>(v->as_int64());
    if (const auto* v = o.if_contains("cost_thousandth")) out.cost_thousandth = v->as_int64();
    return out;
}

/// The other way of key_of(): %XX is a byte.
std::string unescaped(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        const char* digits = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

} // namespace

Statement& OutboxTables::prepared(std::optional<Statement>& statement, const char* sql)
{
    if (!statement) statement.emplace(database_, sql);
    return *statement;
}

void OutboxTables::reset()
{
    for (auto* statement : {&insert_row_, &insert_delivery_, &insert_recipient_, &update_delivery_, &settle_, &word_,
                            &due_, &read_row_, &deliver_all_})
        if (*statement) (*statement)->reset();
    ledger_.reset();
    audiences_.clear();
    rows_.clear();
}

std::string OutboxTables::digest_of(std::string_view document, std::string_view content_zh, std::string_view content_en)
{
    return hex(
        sha256(fmt::format("{};{}{};{}{}", document.size(), document, content_zh.size(), content_zh, content_en)));
}

std::int64_t OutboxTables::audience_of(const OutboxRow& row, const Audience* people)
{
    if (row.audience.empty()) return 0;
    const auto key = std::pair{row.audience, row.version};
    if (const auto known = audiences_.find(key); known != audiences_.end()) return known->second;
    Statement find{database_, "SELECT id FROM audience WHERE audience = ? AND version = ?"};
    find.bind(row.audience).bind(row.version);
    if (find.step()) return audiences_[key] = find.integer(0);
    AQI_CHECK(people != nullptr); // a version nobody has written yet comes with its people
    Statement{database_, "INSERT INTO audience (audience, version) VALUES (?, ?)"}
        .bind(row.audience)
        .bind(row.version)
        .run();
    const std::int64_t id = database_.number("SELECT last_insert_rowid()");
    for (const auto& m : people->members)
        prepared(insert_recipient_, "INSERT INTO recipient VALUES (?, ?, ?, ?, ?, ?)")
            .bind(id)
            .bind(std::int64_t{m.number})
            .bind(m.name)
            .bind(m.language)
            .bind(m.sms)
            .bind(m.email)
            .run();
    return audiences_[key] = id;
}

void OutboxTables::prepare(const PreparedRow& of)
{
    const OutboxRow& row = of.row;
    const std::int64_t audience = audience_of(row, of.people.get());
    const std::string zh = content_json(row.zh), en = row.en ? content_json(*row.en) : std::string{};
    auto& insert = prepared(insert_row_,
                            "INSERT INTO outbox (warning, revision, channel, provider, address, audience, kind, lifts, "
                            "mode, document, content_zh, content_en, created_ms, expires_ms, open) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(row.warning).bind(row.revision).bind(row.channel).bind(row.provider).bind(row.address).bind(audience);
    insert.bind(row.kind)
        .bind(row.lifts ? 1 : 0)
        .bind(row.mode == Mode::drill ? "drill" : "real")
        .bind(row.document)
        .bind(zh)
        .bind(en);
    insert.bind(row.created_at.ms).bind(row.expires_at.ms);
    insert.bind(static_cast<std::int64_t>((of.refused.empty() ? of.recipients.size() : 0) + of.held.size())).run();
    const std::int64_t id = database_.number("SELECT last_insert_rowid()");
    auto& deliver = prepared(insert_delivery_, "INSERT INTO delivery VALUES (?, ?, ?, 0, ?, '', ?)");
    const int state = static_cast<int>(of.refused.empty() ? SendState::prepared : SendState::failed);
    if (of.people && of.recipients.size() == of.people->members.size()) { // everybody: in one statement, twice as fast
        prepared(
            deliver_all_,
            "INSERT INTO delivery SELECT ?, number, ?, 0, ?, '', ? FROM recipient WHERE audience = ? ORDER BY number")
            .bind(id)
            .bind(state)
            .bind(row.created_at.ms)
            .bind(of.refused)
            .bind(audience)
            .run();
    } else {
        for (const auto recipient : of.recipients)
            deliver.bind(id).bind(std::int64_t{recipient}).bind(state).bind(row.created_at.ms).bind(of.refused).run();
    }
    const std::string to =
        row.audience.empty() ? "the channel's own address" : fmt::format("{}@{}", row.audience, row.version);
    ledger_.append({row.created_at, id, -1, "prepared",
                    fmt::format("{}/{}/{} to {}, {} deliveries, text {}", row.warning, row.revision, row.channel, to,
                                of.recipients.size(), digest_of(row.document, zh, en))});
    for (const auto recipient : of.held) {
        const int held = static_cast<int>(SendState::held);
        deliver.bind(id).bind(std::int64_t{recipient}).bind(held).bind(row.created_at.ms).bind(of.held_why).run();
        ledger_.append({row.created_at, id, std::int64_t{recipient}, send_state_name(SendState::held), of.held_why});
    }
    if (of.refused.empty()) return;
    for (const auto recipient : of.recipients)
        ledger_.append({row.created_at, id, std::int64_t{recipient}, send_state_name(SendState::failed), of.refused});
}

void OutboxTables::update(const OutboxEntry& entry, Instant at)
{
    Statement was{database_, "SELECT state FROM delivery WHERE outbox = ? AND recipient = ?"};
    was.bind(entry.id).bind(std::int64_t{entry.recipient});
    AQI_CHECK(was.step());
    const bool settled_before = is_settled(static_cast<SendState>(was.integer(0)));
    was.reset();
    prepared(update_delivery_, "UPDATE delivery SET state = ?, attempts = ?, next_ms = ?, provider_id = ?, detail = ? "
                               "WHERE outbox = ? AND recipient = ?")
        .bind(static_cast<int>(entry.state))
        .bind(entry.attempts)
        .bind(entry.next_at.ms)
        .bind(entry.provider_id)
        .bind(entry.detail)
        .bind(entry.id)
        .bind(std::int64_t{entry.recipient})
        .run();
    if (const bool settled = is_settled(entry.state); settled != settled_before)
        prepared(settle_, "UPDATE outbox SET open = open + ? WHERE id = ?").bind(settled ? -1 : 1).bind(entry.id).run();
    ledger_.append({at, entry.id, std::int64_t{entry.recipient}, send_state_name(entry.state), entry.detail});
    // No word of the channel's: nothing has been said yet, or one recipient of many cannot be reached.
    if (entry.state == SendState::sending || entry.state == SendState::superseded) return;
    if (entry.state == SendState::failed && !entry.row->audience.empty()) return;
    const bool accepted = entry.state == SendState::accepted || entry.state == SendState::delivered;
    prepared(
        word_,
        "INSERT INTO channel_word VALUES (?, ?, ?, ?, ?) ON CONFLICT (channel) DO UPDATE SET state = excluded.state, "
        "detail = excluded.detail, at_ms = excluded.at_ms, accepted_ms = coalesce(excluded.accepted_ms, accepted_ms)")
        .bind(entry.row->channel)
        .bind(send_state_name(entry.state))
        .bind(entry.detail)
        .bind(at.ms)
        .bind(accepted ? std::optional{at.ms} : std::nullopt)
        .run();
}

std::shared_ptr<const OutboxRow> OutboxTables::row(std::int64_t id)
{
    if (const auto known = rows_.find(id); known != rows_.end()) return known->second;
    auto& read = prepared(
        read_row_, "SELECT o.warning, o.revision, o.channel, o.provider, o.address, coalesce(a.audience, ''), "
                   "coalesce(a.version, ''), o.kind, o.lifts, o.mode, o.document, o.content_zh, o.content_en, "
                   "o.created_ms, o.expires_ms FROM outbox o LEFT JOIN audience a ON a.id = o.audience WHERE o.id = ?");
    read.bind(id);
    AQI_CHECK(read.step());
    auto out = std::make_shared<OutboxRow>();
    out->warning = read.text(0);
    out->revision = static_cast<int>(read.integer(1));
    out->channel = read.text(2);
    out->provider = read.text(3);
    out->address = read.text(4);
    out->audience = read.text(5);
    out->version = read.text(6);
    out->kind = read.text(7);
    out->lifts = read.integer(8) != 0;
    out->mode = read.text(9) == "drill" ? Mode::drill : Mode::real;
    out->document = read.text(10);
    out->zh = content_of(read.text(11));
    if (const std::string en = read.text(12); !en.empty()) out->en = content_of(en);
    out->created_at = Instant{read.integer(13)};
    out->expires_at = Instant{read.integer(14)};
    read.reset();
    if (rows_.size() >= rows_remembered) rows_.erase(rows_.begin());
    return rows_[id] = std::move(out);
}

OutboxEntry OutboxTables::entry(const Statement& of)
{
    OutboxEntry out;
    out.id = of.integer(0);
    out.recipient = static_cast<std::uint32_t>(of.integer(1));
    out.state = static_cast<SendState>(of.integer(2));
    out.attempts = static_cast<int>(of.integer(3));
    out.next_at = Instant{of.integer(4)};
    out.provider_id = of.text(5);
    out.detail = of.text(6);
    out.to.name = of.text(7);
    out.language = of.text(8);
    const std::string kind = of.text(11);
    out.to.address = kind == "sms" ? of.text(9) : kind == "email" ? of.text(10) : "";
    out.row = row(out.id);
    return out;
}

std::vector<OutboxEntry> OutboxTables::entries(Statement& rows)
{
    std::vector<OutboxEntry> out;
    while (rows.step()) out.push_back(entry(rows));
    return out;
}

std::vector<OutboxEntry> OutboxTables::due(const std::string& channel, Instant now, int most)
{
    static const std::string sql = std::string{entry_columns} +
                                   "WHERE o.channel = ? AND o.open > 0 AND d.state IN (0, 4, 9) AND d.next_ms <= ? "
                                   "ORDER BY o.id, d.recipient LIMIT ?";
    auto& rows = prepared(due_, sql.c_str());
    rows.bind(channel).bind(now.ms).bind(most);
    return entries(rows);
}

std::vector<OutboxEntry> OutboxTables::sending()
{
    Statement rows{database_,
                   std::string{entry_columns} + "WHERE d.state = 1 AND o.open > 0 ORDER BY d.outbox, d.recipient"};
    return entries(rows);
}

std::vector<OutboxEntry> OutboxTables::unsent(const std::string& warning, const std::string& channel)
{
    Statement rows{database_, std::string{entry_columns} +
                                  "WHERE o.warning = ? AND o.channel = ? AND o.open > 0 AND d.state IN (0, 4, 9)"};
    rows.bind(warning).bind(channel);
    return entries(rows);
}

std::vector<Reached> OutboxTables::reached(const std::string& warning, const std::string& channel)
{
    Statement rows{
        database_,
        "SELECT coalesce(a.audience, ''), coalesce(a.version, ''), d.recipient, CASE o.address WHEN 'sms' THEN r.sms "
        "WHEN 'email' THEN r.email ELSE '' END FROM outbox o JOIN delivery d ON d.outbox = o.id "
        "LEFT JOIN audience a ON a.id = o.audience "
        "LEFT JOIN recipient r ON r.audience = o.audience AND r.number = d.recipient "
        "WHERE o.warning = ? AND o.channel = ? AND d.state IN (1, 2, 3, 6, 9) ORDER BY o.id DESC, d.recipient"};
    rows.bind(warning).bind(channel);
    std::vector<Reached> out;
    std::set<std::pair<std::string, std::string>> seen; // (audience, address): newest list first
    while (rows.step()) {
        const std::string audience = rows.text(0), version = rows.text(1);
        if (!seen.emplace(audience, rows.text(3)).second) continue;
        auto found = std::find_if(out.begin(), out.end(),
                                  [&](const Reached& r) { return r.audience == audience && r.version == version; });
        if (found == out.end()) found = out.insert(out.end(), Reached{audience, version, {}});
        found->recipients.push_back(static_cast<std::uint32_t>(rows.integer(2)));
    }
    return out;
}

bool OutboxTables::has_other(const OutboxEntry& entry, const char* which)
{
    Statement rows{database_,
                   fmt::format("SELECT 1 FROM outbox o JOIN delivery d ON d.outbox = o.id LEFT JOIN recipient r "
                               "ON r.audience = o.audience AND r.number = d.recipient "
                               "WHERE o.warning = ? AND o.channel = ? AND {} AND {} LIMIT 1",
                               which, same_address)};
    rows.bind(entry.row->warning)
        .bind(entry.row->channel)
        .bind(entry.row->revision)
        .bind(entry.to.address)
        .bind(entry.to.address);
    return rows.step();
}

bool OutboxTables::was_reached(const OutboxEntry& entry)
{
    return has_other(entry, "o.revision < ? AND d.state IN (1, 2, 3, 6, 9)");
}

bool OutboxTables::is_overtaken(const OutboxEntry& entry)
{
    return has_other(entry, "o.revision > ? AND d.state <> 10"); // what is held takes nobody's place
}

std::optional<OutboxEntry> OutboxTables::find(const std::string& channel, const std::string& provider_id,
                                              const std::string& key)
{
    if (!provider_id.empty()) {
        Statement rows{database_, std::string{entry_columns} +
                                      "WHERE d.provider_id = ? AND o.channel = ? ORDER BY d.outbox DESC LIMIT 1"};
        rows.bind(provider_id).bind(channel);
        if (rows.step()) return entry(rows);
    }
    // "warning/revision/channel...", see key_of(): the first two name few rows, and of these one makes this key.
    const auto first = key.find('/'), second = key.find('/', first + 1);
    if (first == std::string::npos || second == std::string::npos) return std::nullopt;
    int revision = 0;
    std::from_chars(key.data() + first + 1, key.data() + second, revision);
    Statement rows{database_, "SELECT id FROM outbox WHERE warning = ? AND revision = ? AND channel = ?"};
    rows.bind(unescaped(key.substr(0, first))).bind(revision).bind(channel);
    std::vector<std::int64_t> ids;
    while (rows.step()) ids.push_back(rows.integer(0));
    for (const auto id : ids) {
        const auto of = row(id);
        const std::string own = key_of(*of, 0);
        std::uint32_t recipient = 0;
        if (of->audience.empty()) {
            if (own != key) continue;
        } else {
            const std::string begin = own.substr(0, own.rfind('/') + 1);
            if (!key.starts_with(begin)) continue;
            const auto [end, error] = std::from_chars(key.data() + begin.size(), key.data() + key.size(), recipient);
            if (error != std::errc{} || end != key.data() + key.size()) continue;
        }
        Statement one{database_, std::string{entry_columns} + "WHERE d.outbox = ? AND d.recipient = ?"};
        one.bind(id).bind(std::int64_t{recipient});
        if (one.step()) return entry(one);
    }
    return std::nullopt;
}

std::map<std::string, Waiting> OutboxTables::waiting()
{
    Statement rows{database_, "SELECT channel, sum(open), min(created_ms) FROM outbox WHERE open > 0 GROUP BY channel"};
    std::map<std::string, Waiting> out;
    while (rows.step()) out[rows.text(0)] = {rows.integer(1), Instant{rows.integer(2)}};
    return out;
}

bool OutboxTables::has_letter(const std::string& id, int number)
{
    Statement rows{database_, "SELECT 1 FROM outbox WHERE warning = ? AND revision = ? LIMIT 1"};
    rows.bind(id).bind(number);
    return rows.step();
}

std::map<std::string, int> OutboxTables::received_since(Instant since)
{
    std::int64_t first = 0;
    {
        Statement rows{database_, "SELECT id, created_ms FROM outbox ORDER BY id DESC"};
        while (rows.step() && rows.integer(1) > since.ms) first = rows.integer(0);
    }
    std::map<std::string, int> out;
    if (first == 0) return out;
    // Rows before deliveries: a warning's thousands are not looked at.
    Statement rows{database_, "SELECT CASE o.address WHEN 'sms' THEN r.sms ELSE r.email END, count(*) FROM outbox o "
                              "CROSS JOIN delivery d ON d.outbox = o.id "
                              "JOIN recipient r ON r.audience = o.audience AND r.number = d.recipient "
                              "WHERE o.id >= ? AND o.kind IN ('alarm', 'digest') AND d.state NOT IN (5, 7, 8, 10) "
                              "GROUP BY 1"};
    rows.bind(first);
    while (rows.step()) out[rows.text(0)] = static_cast<int>(rows.integer(1));
    return out;
}

std::vector<OutboxEntry> OutboxTables::held()
{
    Statement rows{database_, std::string{entry_columns} + "WHERE o.id IN (SELECT id FROM outbox WHERE open > 0) AND "
                                                           "d.state = 10 ORDER BY d.outbox, d.recipient"};
    return entries(rows);
}

std::vector<OutboxTables::Word> OutboxTables::words()
{
    Statement rows{database_, "SELECT channel, state, detail, at_ms, accepted_ms FROM channel_word"};
    std::vector<Word> out;
    while (rows.step()) {
        Word word{rows.text(0), rows.text(1), rows.text(2), Instant{rows.integer(3)}, {}};
        if (!rows.is_null(4)) word.accepted_at = Instant{rows.integer(4)};
        out.push_back(std::move(word));
    }
    return out;
}

std::vector<OutboxTables::RowState> OutboxTables::newest(int most)
{
    std::vector<RowState> out;
    {
        Statement rows{database_, "SELECT o.id, (SELECT max(l.seq) FROM ledger l WHERE l.outbox = o.id) FROM outbox o "
                                  "ORDER BY o.id DESC LIMIT ?"};
        rows.bind(most);
        while (rows.step()) {
            RowState state;
            state.id = rows.integer(0);
            out.push_back(std::move(state));
        }
    }
    Statement counts{database_, "SELECT state, count(*), max(attempts) FROM delivery WHERE outbox = ? GROUP BY state"};
    Statement line{database_,
                   "SELECT detail, at_ms FROM ledger WHERE outbox = ? AND recipient >= 0 ORDER BY seq DESC LIMIT 1"};
    for (auto& state : out) {
        state.row = row(state.id);
        counts.bind(state.id);
        while (counts.step()) {
            state.counts[static_cast<SendState>(counts.integer(0))] = counts.integer(1);
            state.attempts = std::max(state.attempts, static_cast<int>(counts.integer(2)));
        }
        line.bind(state.id);
        if (line.step()) {
            state.detail = line.text(0);
            state.at = Instant{line.integer(1)};
            line.reset();
        }
    }
    return out;
}

std::vector<OutboxEntry> OutboxTables::deliveries(std::int64_t row, int most)
{
    Statement rows{database_,
                   std::string{entry_columns} +
                       "WHERE d.outbox = ? ORDER BY d.state = 6 DESC, d.state = 5 DESC, d.recipient LIMIT ?"};
    rows.bind(row).bind(most);
    return entries(rows);
}

bool OutboxTables::note_reply(Instant at, const std::string& channel, const std::string& provider_id,
                              const std::string& sender, const std::string& text, std::optional<OutboxEntry>& answers)
{
    // Networks write +86 before a number or leave it out.
    const std::string plain = sender.starts_with("+86") ? sender.substr(3) : sender;
    Statement find{database_,
                   std::string{entry_columns} +
                       "WHERE o.channel = ? AND o.address <> '' AND d.state IN (1, 2, 3, 6, 9) AND "
                       "(r.sms IN (?, '+86' || ?, '86' || ?) OR r.email = ?) ORDER BY d.outbox DESC LIMIT 1"};
    find.bind(channel).bind(plain).bind(plain).bind(plain).bind(sender);
    answers.reset();
    if (find.step()) answers = entry(find);
    find.reset();
    const std::int64_t before = database_.number("SELECT count(*) FROM reply");
    Statement insert{database_,
                     "INSERT OR IGNORE INTO reply (at_ms, channel, provider_id, sender, text, outbox, recipient) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?)"};
    insert.bind(at.ms).bind(channel).bind(provider_id).bind(sender).bind(text);
    if (answers)
        insert.bind(answers->id).bind(std::int64_t{answers->recipient});
    else
        insert.bind_null().bind_null();
    insert.run();
    return database_.number("SELECT count(*) FROM reply") > before;
}

std::vector<OutboxTables::ReplyRow> OutboxTables::newest_replies(int most)
{
    Statement rows{
        database_,
        "SELECT p.at_ms, p.channel, p.sender, p.text, coalesce(o.warning, ''), coalesce(r.name, '') FROM reply p "
        "LEFT JOIN outbox o ON o.id = p.outbox LEFT JOIN recipient r ON r.audience = o.audience AND "
        "r.number = p.recipient ORDER BY p.id DESC LIMIT ?"};
    rows.bind(most);
    std::vector<ReplyRow> out;
    while (rows.step())
        out.push_back({Instant{rows.integer(0)}, rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5)});
    return out;
}

} // namespace aqi::daemon
