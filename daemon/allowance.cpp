#include "daemon/allowance.hpp"

#include "daemon/audience.hpp"

#include <fmt/format.h>

#include <tuple>

namespace aqi::daemon {
namespace {

/// False: the hour is full.
bool take(Received& received, const std::string& address, int limit)
{
    int& got = received[address];
    if (limit > 0 && got >= limit) return false;
    ++got;
    return true;
}

} // namespace

bool is_limited(notify::LetterKind kind)
{
    return kind == notify::LetterKind::alarm || kind == notify::LetterKind::digest;
}

void hold_back(std::vector<PreparedRow>& rows, Received& received)
{
    for (auto& row : rows) {
        if (!row.people || !row.refused.empty()) continue;
        const int limit = row.people->at_most_an_hour;
        std::map<std::uint32_t, const Audience::Member*> members;
        for (const auto& member : row.people->members) members[member.number] = &member;
        std::erase_if(row.recipients, [&](std::uint32_t number) {
            if (take(received, address_of(*members.at(number), row.row.address), limit)) return false;
            row.held.push_back(number);
            return true;
        });
        if (!row.held.empty()) row.held_why = fmt::format("{} letters within an hour: it goes with a digest", limit);
    }
}

std::vector<Bundle> bundles_of(const std::vector<OutboxEntry>& held, const Config& config, Received& received)
{
    using List = std::tuple<std::string, Mode, std::string, std::string>; // channel, mode, audience, version
    std::map<std::pair<List, std::uint32_t>, std::vector<const OutboxEntry*>> of_person;
    for (const auto& entry : held) {
        const OutboxRow& row = *entry.row;
        of_person[{List{row.channel, row.mode, row.audience, row.version}, entry.recipient}].push_back(&entry);
    }
    // Who waits for the same letters gets the same digest.
    std::map<std::pair<List, std::vector<std::int64_t>>, std::vector<const std::vector<const OutboxEntry*>*>> same;
    for (const auto& [whose, entries] : of_person) {
        int limit = 0;
        for (const auto& audience : config.audiences)
            if (audience->id == entries.front()->row->audience) limit = audience->at_most_an_hour;
        if (!take(received, entries.front()->to.address, limit)) continue;
        std::vector<std::int64_t> rows;
        for (const auto* entry : entries) rows.push_back(entry->id);
        same[{whose.first, std::move(rows)}].push_back(&entries);
    }
    std::vector<Bundle> out;
    for (const auto& [key, persons] : same) {
        Bundle bundle;
        auto people = std::make_shared<Audience>();
        for (const auto* entry : *persons.front()) bundle.letters.push_back(entry->row);
        people->id = bundle.letters.front()->audience;
        people->version = bundle.letters.front()->version;
        for (const auto* entries : persons) {
            const OutboxEntry& first = *entries->front();
            Audience::Member member;
            member.number = first.recipient;
            member.name = first.to.name;
            member.language = first.language;
            (first.row->address == "email" ? member.email : member.sms) = first.to.address;
            people->members.push_back(std::move(member));
            for (const auto* entry : *entries) bundle.deliveries.push_back(*entry);
        }
        bundle.people = std::move(people);
        out.push_back(std::move(bundle));
    }
    return out;
}

} // namespace aqi::daemon
