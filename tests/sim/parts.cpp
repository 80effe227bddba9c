#include "tests/sim/world.hpp"

#include <boost/json.hpp>

#include <algorithm>

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
    for (const auto& row : turn.outbox) {
        OutboxEntry entry;
        entry.id = static_cast<std::int64_t>(outbox.size());
        entry.row = row;
        entry.next_at = row.created_at;
        outbox.push_back(entry);
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

Outcome<std::vector<OutboxEntry>> SimStore::unsettled()
{
    std::vector<OutboxEntry> out;
    std::copy_if(outbox.begin(), outbox.end(), std::back_inserter(out),
                 [](const OutboxEntry& e) { return !daemon::is_settled(e.state); });
    return out;
}

Outcome<void> SimStore::update(const OutboxEntry& entry, Instant)
{
    maybe_crash();
    if (full || (accidents && dice_.one_in(20))) return Trouble{"disk full"};
    outbox.at(static_cast<std::size_t>(entry.id)) = entry;
    maybe_crash();
    return {};
}

void SimChannel::send(const notify::DrillMessage& message, std::function<void(notify::Receipt)> done)
{
    const auto document = boost::json::parse(message.document).as_object();
    const Delivery delivery{message.key, std::string{document.at("warning").as_string()},
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
