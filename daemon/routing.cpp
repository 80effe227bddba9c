#include "daemon/routing.hpp"

#include "daemon/audience.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_set>

namespace aqi::daemon {
namespace {

bool has(const std::vector<std::string>& list, const std::string& what)
{
    return std::find(list.begin(), list.end(), what) != list.end();
}

bool fits(const Route& route, const notify::Letter& letter)
{
    if (std::find(route.letters.begin(), route.letters.end(), letter.kind) == route.letters.end()) return false;
    if (!letter.warning) return true;
    const Announcement& a = *letter.warning;
    if (!route.areas.empty() && !has(route.areas, a.area)) return false;
    // A lift is as high as what it ends, and a step down as the step it comes from: who got the one gets the other.
    if (std::max(a.level, a.previous) < route.at_least) return false;
    return route.transitions.empty() ||
           std::find(route.transitions.begin(), route.transitions.end(), a.kind) != route.transitions.end();
}

PreparedRow row_of(const notify::Letter& letter, const ChannelConfig& channel, const std::string& document, Instant now)
{
    PreparedRow out;
    OutboxRow& row = out.row;
    row.warning = letter.id;
    row.revision = letter.revision;
    row.channel = channel.name;
    row.provider = channel.provider;
    row.address = channel.kind->address;
    row.kind = notify::letter_kind_name(letter.kind);
    row.lifts = letter.warning && ends_warning(letter.warning->kind);
    row.mode = letter.mode;
    row.document = document;
    row.created_at = now;
    row.expires_at = Instant{now.ms + std::chrono::milliseconds{channel.expires_after}.count()};
    auto zh = channel.kind->compose(channel.settings, letter, notify::Language::zh);
    if (zh)
        row.zh = std::move(*zh);
    else
        out.refused = zh.error().detail;
    return out;
}

/// English is composed where somebody reads it; where it cannot be, the Chinese text goes.
void add_english(PreparedRow& out, const notify::Letter& letter, const ChannelConfig& channel)
{
    if (out.row.en) return;
    if (auto en = channel.kind->compose(channel.settings, letter, notify::Language::en)) out.row.en = std::move(*en);
}

/// The rows of one channel for a letter that is not a lift.
void add_rows(const notify::Letter& letter, const ChannelConfig& channel, const Config& config,
              const std::vector<Route>& routes, const std::string& document, Instant now,
              std::vector<PreparedRow>& rows)
{
    const bool routed = std::any_of(routes.begin(), routes.end(),
                                    [&](const Route& route) { return has(route.channels, channel.name); });
    const auto matches = [&](const Route& route) { return has(route.channels, channel.name) && fits(route, letter); };
    if (channel.kind->address.empty()) {
        const bool wanted =
            routed ? std::any_of(routes.begin(), routes.end(), matches) : letter.kind == notify::LetterKind::warning;
        if (wanted) rows.push_back(row_of(letter, channel, document, now));
        return;
    }
    std::unordered_set<std::string> addressed;
    std::set<std::string> done;
    for (const auto& route : routes) {
        if (!matches(route) || !done.insert(route.audience).second) continue;
        std::shared_ptr<const Audience> audience = route.people;
        for (const auto& of : config.audiences)
            if (!audience && of->id == route.audience) audience = of;
        AQI_CHECK(audience != nullptr); // the configuration saw to it
        PreparedRow row = row_of(letter, channel, document, now);
        row.row.audience = audience->id;
        row.row.version = audience->version;
        row.people = audience;
        row.recipients.clear();
        bool english = false;
        // Off duty holds back what is the duty room's own, never a warning; and never everybody.
        const bool waits = letter.kind != notify::LetterKind::warning &&
                           std::any_of(audience->members.begin(), audience->members.end(),
                                       [&](const auto& m) { return is_on_duty(m, now, letter.offset); });
        for (const auto& member : audience->members) {
            if (waits && !is_on_duty(member, now, letter.offset)) continue;
            const std::string& address = address_of(member, channel.kind->address);
            if (address.empty()) continue;
            if (channel.kind->serves != nullptr && !channel.kind->serves(channel.settings, address)) continue;
            if (!addressed.insert(address).second) continue;
            row.recipients.push_back(member.number);
            english = english || member.language.starts_with("en");
        }
        if (english) add_english(row, letter, channel);
        if (!row.recipients.empty()) rows.push_back(std::move(row));
    }
}

/// Addresses that one letter reaches through one channel.
std::unordered_set<std::string> addresses_of(const std::vector<PreparedRow>& rows, const std::string& channel)
{
    std::unordered_set<std::string> out;
    for (const auto& row : rows) {
        if (row.row.channel != channel || !row.refused.empty()) continue;
        if (row.people == nullptr) {
            out.insert("");
            continue;
        }
        std::unordered_set<std::uint32_t> numbers{row.recipients.begin(), row.recipients.end()};
        for (const auto& member : row.people->members)
            if (numbers.contains(member.number)) out.insert(address_of(member, row.row.address));
    }
    return out;
}

} // namespace

std::vector<PreparedRow> route_new(const notify::Letter& letter, const Config& config, Instant now)
{
    std::vector<PreparedRow> out;
    const std::string document = document_of(letter);
    for (const auto& channel : config.channels)
        if (channel.mode == letter.mode) add_rows(letter, channel, config, config.routes, document, now, out);
    return out;
}

std::vector<PreparedRow> route_end(const notify::Letter& end, const notify::Letter& ends, const Config& config,
                                   Instant now)
{
    std::vector<PreparedRow> out;
    const std::string document = document_of(end);
    for (auto& before : route_new(ends, config, now)) {
        if (!before.refused.empty()) continue; // nobody would have got it
        const auto channel = std::find_if(config.channels.begin(), config.channels.end(),
                                          [&](const ChannelConfig& c) { return c.name == before.row.channel; });
        PreparedRow row = row_of(end, *channel, document, now);
        row.row.audience = before.row.audience;
        row.row.version = before.row.version;
        row.people = before.people;
        row.recipients = std::move(before.recipients);
        if (before.row.en) add_english(row, end, *channel);
        out.push_back(std::move(row));
    }
    return out;
}

std::vector<PreparedRow> route_along(const notify::Letter& letter, const Route& along, const Config& config,
                                     Instant now)
{
    std::vector<PreparedRow> out;
    const std::string document = document_of(letter);
    Route open = along; // whatever its own choice: this letter goes along it
    open.letters = {letter.kind};
    for (const auto& channel : config.channels)
        if (channel.mode == letter.mode && has(along.channels, channel.name))
            add_rows(letter, channel, config, {open}, document, now, out);
    return out;
}

Outcome<Dispatched> route(const notify::Letter& letter, const Config& config, Store& store, Instant now)
{
    Dispatched out;
    const bool lifts = letter.warning && ends_warning(letter.warning->kind);
    const bool follows = letter.warning && letter.revision > 1;
    if (!lifts) out.rows = route_new(letter, config, now);
    const std::string document = lifts ? document_of(letter) : std::string{};
    for (const auto& channel : config.channels) {
        if (channel.mode != letter.mode || !follows) continue;
        if (lifts) {
            const auto reached = store.reached(letter.id, channel.name);
            if (!reached) return reached.error();
            for (const auto& of : *reached) {
                PreparedRow row = row_of(letter, channel, document, now);
                row.row.audience = of.audience;
                row.row.version = of.version;
                row.recipients = of.recipients;
                if (!of.audience.empty()) add_english(row, letter, channel);
                out.rows.push_back(std::move(row));
            }
        }
        auto unsent = store.unsent(letter.id, channel.name);
        if (!unsent) return unsent.error();
        const auto reached = addresses_of(out.rows, channel.name);
        for (auto& entry : *unsent) {
            if (!lifts && !reached.contains(entry.to.address)) continue;
            const bool perhaps = entry.state == SendState::repeat;
            entry.state = perhaps ? SendState::in_doubt : SendState::superseded;
            entry.detail = fmt::format("revision {} took its place; it {} left", letter.revision,
                                       perhaps ? "may have" : "had not");
            entry.next_at = now;
            out.superseded.push_back(std::move(entry));
        }
    }
    return out;
}

} // namespace aqi::daemon
