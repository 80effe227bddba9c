#include "tests/sim/world.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>

namespace aqi::sim_test {

void SimStore::maybe_crash()
{
    if (!accidents || !dice_.one_in(60)) return;
    ++crashes;
    throw Crash{};
}

Outcome<void> SimStore::commit(const Turn& turn)
{
    maybe_crash();
    if (full) return Trouble{"disk full"};
    if (accidents && dice_.one_in(40)) return Trouble{"input/output error"};
    for (const auto& stamped : turn.events) journal.push_back(stamped.event);
    for (const auto& f : turn.figures.days) days[{f.day, f.place}] = f;
    for (const auto& f : turn.figures.annual) annual[{f.year, f.place, f.pollutant, f.window}] = f;
    for (const auto& f : turn.figures.good_days) good_days[{f.year, f.place}] = f;
    for (const auto& [name, n] : turn.counts) counts[name] += n;
    for (const auto& entry : turn.superseded)
        for (auto& mine : outbox)
            if (mine.id == entry.id && mine.recipient == entry.recipient) mine = entry;
    for (const auto& prepared : turn.outbox) {
        const auto row = std::make_shared<const daemon::OutboxRow>(prepared.row);
        const auto key = std::pair{row->audience, row->version};
        if (prepared.people) audiences_[key] = *prepared.people;
        ++rows_;
        for (const auto recipient : prepared.recipients) {
            OutboxEntry entry;
            entry.id = rows_;
            entry.recipient = recipient;
            entry.row = row;
            entry.next_at = row->created_at;
            if (!row->audience.empty())
                for (const auto& member : audiences_.at(key).members)
                    if (member.number == recipient) entry.to = {member.name, member.sms};
            outbox.push_back(entry);
        }
    }
    if (turn.consumed) consumed_ = *turn.consumed;
    maybe_crash(); // the disk has it, the process does not know
    return {};
}

Outcome<void> SimStore::fold(const std::function<void(const Event&)>& absorb)
{
    for (const auto& event : journal) absorb(event);
    return {};
}

std::vector<OutboxEntry> SimStore::those(const std::function<bool(const OutboxEntry&)>& wanted) const
{
    std::vector<OutboxEntry> out;
    std::copy_if(outbox.begin(), outbox.end(), std::back_inserter(out), wanted);
    return out;
}

namespace {

bool waits(const OutboxEntry& e)
{
    return e.state == SendState::prepared || e.state == SendState::retry || e.state == SendState::repeat;
}
bool may_have_left(const OutboxEntry& e)
{
    return e.state == SendState::sending || e.state == SendState::accepted || e.state == SendState::delivered ||
           e.state == SendState::in_doubt || e.state == SendState::repeat;
}
bool same_way(const OutboxEntry& a, const OutboxEntry& b)
{
    return a.row->warning == b.row->warning && a.row->channel == b.row->channel && a.to.address == b.to.address;
}

} // namespace

Outcome<std::vector<OutboxEntry>> SimStore::due(const std::string& channel, Instant now, int most)
{
    auto out = those([&](const OutboxEntry& e) { return e.row->channel == channel && waits(e) && e.next_at <= now; });
    if (out.size() > static_cast<std::size_t>(most)) out.resize(static_cast<std::size_t>(most));
    return out;
}

Outcome<std::vector<OutboxEntry>> SimStore::sending()
{
    return those([](const OutboxEntry& e) { return e.state == SendState::sending; });
}

Outcome<std::vector<OutboxEntry>> SimStore::unsent(const std::string& warning, const std::string& channel)
{
    return those(
        [&](const OutboxEntry& e) { return e.row->warning == warning && e.row->channel == channel && waits(e); });
}

Outcome<std::vector<daemon::Reached>> SimStore::reached(const std::string& warning, const std::string& channel)
{
    std::vector<daemon::Reached> out;
    std::set<std::string> seen;
    for (auto e = outbox.rbegin(); e != outbox.rend(); ++e) {
        if (e->row->warning != warning || e->row->channel != channel || !may_have_left(*e)) continue;
        if (!seen.insert(e->to.address).second) continue;
        auto found = std::find_if(out.begin(), out.end(), [&](const daemon::Reached& r) {
            return r.audience == e->row->audience && r.version == e->row->version;
        });
        if (found == out.end()) found = out.insert(out.end(), {e->row->audience, e->row->version, {}});
        found->recipients.push_back(e->recipient);
    }
    return out;
}

Outcome<bool> SimStore::was_reached(const OutboxEntry& entry)
{
    return std::any_of(outbox.begin(), outbox.end(), [&](const OutboxEntry& e) {
        return same_way(e, entry) && e.row->revision < entry.row->revision && may_have_left(e);
    });
}

Outcome<bool> SimStore::is_overtaken(const OutboxEntry& entry)
{
    return std::any_of(outbox.begin(), outbox.end(), [&](const OutboxEntry& e) {
        return same_way(e, entry) && e.row->revision > entry.row->revision;
    });
}

Outcome<std::optional<OutboxEntry>> SimStore::find(const std::string&, const std::string&, const std::string& key)
{
    for (const auto& e : outbox)
        if (daemon::key_of(*e.row, e.recipient) == key) return std::optional{e};
    return std::optional<OutboxEntry>{};
}

Outcome<std::map<std::string, daemon::Waiting>> SimStore::waiting()
{
    std::map<std::string, daemon::Waiting> out;
    for (const auto& e : outbox)
        if (!daemon::is_settled(e.state)) ++out[e.row->channel].deliveries;
    return out;
}

Outcome<void> SimStore::update(const std::vector<OutboxEntry>& entries, Instant)
{
    maybe_crash();
    if (full || (accidents && dice_.one_in(20))) return Trouble{"disk full"};
    for (const auto& entry : entries)
        for (auto& mine : outbox)
            if (mine.id == entry.id && mine.recipient == entry.recipient) mine = entry;
    maybe_crash();
    return {};
}

void SimChannel::send(const notify::DrillMessage& message, std::function<void(notify::Receipt)> done)
{
    const auto document = boost::json::parse(message.document).as_object();
    const Delivery delivery{message.key, std::string{document.at("warning").as_string()}, message.to.address,
                            static_cast<int>(document.at("revision").as_int64())};
    switch (down ? 0 : dice_.below(6)) {
    case 0: waiting_.emplace_back(std::move(done), notify::Receipt{SendState::retry, "503"}); return;
    case 1: // taken, and the answer lost
        delivered_.push_back(delivery);
        waiting_.emplace_back(std::move(done), notify::Receipt{SendState::in_doubt, "no answer"});
        return;
    case 2:
        waiting_.emplace_back(std::move(done), notify::Receipt{SendState::in_doubt, "no answer, not taken"});
        return;
    default:
        delivered_.push_back(delivery);
        waiting_.emplace_back(std::move(done), notify::Receipt{SendState::accepted, "200"});
    }
}

void SimChannel::answer()
{
    auto waiting = std::move(waiting_);
    waiting_.clear();
    for (auto& [done, receipt] : waiting) done(receipt);
}

} // namespace aqi::sim_test
