#include "daemon/letters.hpp"

#include "daemon/log.hpp"
#include "daemon/notify/channel.hpp"
#include "daemon/routing.hpp"
#include "daemon/store/ledger.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace aqi::daemon {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::size_t digest_lines = 20;

std::string clock_of(Instant at, UtcOffset offset) { return format_instant(at, offset).substr(5, 11); }

notify::Letter marked(notify::Letter letter)
{
    if (letter.mode == Mode::drill)
        for (auto* text : {&letter.own_headline_zh, &letter.own_text_zh, &letter.own_headline_en, &letter.own_text_en})
            *text = std::string{drill_mark} + *text;
    return letter;
}

/// What a digest says of a letter that waited: its headline; of a digest all of it.
std::string line_of(const OutboxRow& row, const char* language, UtcOffset offset)
{
    const boost::json::value document = boost::json::parse(row.document);
    const bool whole = row.kind == notify::letter_kind_name(notify::LetterKind::digest);
    std::string_view words = document.at(language).at(whole ? "text" : "headline").as_string();
    if (words.starts_with(drill_mark)) words.remove_prefix(drill_mark.size());
    return fmt::format("{} {}", clock_of(row.created_at, offset), words);
}

} // namespace

Letters::Letters(const Config& config, Turns& turns, Book book) : config_(config), turns_(turns), book_(std::move(book))
{}

Outcome<void> Letters::look(const Health& health, const Dispatch& dispatch, Instant now)
{
    if (const auto done = overflow(now); !done) return done; // what waits goes before what is new
    if (const auto done = alarms(now); !done) return done;
    if (const auto done = digests(now); !done) return done;
    if (const auto done = canaries(now); !done) return done;
    return all_clear(health, dispatch, now);
}

Outcome<bool> Letters::is_new(const std::string& id, int number)
{
    if (written_.contains({id, number})) return false;
    const auto known = book_.has_letter(id, number);
    if (!known) return known.error();
    if (*known) written_.emplace(id, number);
    return !*known;
}

notify::Letter Letters::letter(notify::LetterKind kind, std::string id, int number, Instant now) const
{
    notify::Letter out;
    out.kind = kind;
    out.mode = config_.mode;
    out.id = std::move(id);
    out.revision = number;
    out.at = now;
    out.offset = config_.rules.network.offset;
    return out;
}

Outcome<void> Letters::post(const notify::Letter& letter, const Route& route, Instant now)
{
    return write(letter, route_along(marked(letter), route, config_, now), {}, now);
}

Outcome<void> Letters::write(const notify::Letter& letter, std::vector<PreparedRow> rows,
                             std::vector<OutboxEntry> settled, Instant now)
{
    const bool limited = is_limited(letter.kind) && std::any_of(rows.begin(), rows.end(), [](const PreparedRow& row) {
                             return row.people && row.people->at_most_an_hour > 0;
                         });
    if (limited) {
        auto received = book_.received_since(Instant{now.ms - hour_ms});
        if (!received) return received.error();
        hold_back(rows, *received);
        held_perhaps_ = true;
    }
    if (!rows.empty() || !settled.empty())
        if (const auto posted = turns_.post(std::move(rows), std::move(settled)); !posted) return posted;
    written_.emplace(letter.id, letter.revision);
    return {};
}

/// A digest's rows, with as many lines as each channel takes: a short message holds few.
std::vector<PreparedRow> Letters::digest_rows(notify::Letter letter, const Lines& lines, const Route& route,
                                              Instant now) const
{
    const std::size_t count = lines.zh.size();
    letter.own_headline_zh = fmt::format("【告警汇总】{}条", count);
    letter.own_headline_en = fmt::format("{} further alarms", count);
    std::vector<PreparedRow> out;
    for (const auto& channel : route.channels) {
        Route one = route;
        one.channels = {channel};
        std::vector<PreparedRow> rows;
        for (std::size_t shown = std::min(count, digest_lines);; --shown) {
            const auto end = static_cast<std::ptrdiff_t>(shown);
            const bool all = shown == count;
            letter.own_text_zh =
                fmt::format("【告警汇总】另有{}条告警：{}{}", count,
                            fmt::join(lines.zh.begin(), lines.zh.begin() + end, "；"), all ? "。" : "……");
            letter.own_text_en =
                fmt::format("{} further alarms: {}{}", count, fmt::join(lines.en.begin(), lines.en.begin() + end, "; "),
                            all ? "." : " ...");
            rows = route_along(marked(letter), one, config_, now);
            if (shown == 0 ||
                std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.refused.empty(); }))
                break;
        }
        std::move(rows.begin(), rows.end(), std::back_inserter(out));
    }
    return out;
}

/// What was too much for a person's hour, in one letter when there is room again.
Outcome<void> Letters::overflow(Instant now)
{
    if (!held_perhaps_) return {};
    const auto held = book_.held();
    if (!held) return held.error();
    held_perhaps_ = !held->empty();
    if (held->empty()) return {};
    auto received = book_.received_since(Instant{now.ms - hour_ms});
    if (!received) return received.error();
    const UtcOffset offset = config_.rules.network.offset;
    for (auto& bundle : bundles_of(*held, config_, *received)) {
        const OutboxRow& row = *bundle.letters.front();
        const int number = static_cast<int>(bundle.people->members.front().number);
        const std::string id =
            fmt::format("digest-{}-{}-{}", row.channel, row.audience, format_instant(now, offset).substr(0, 19));
        const auto fresh = is_new(id, number);
        if (!fresh) return fresh.error();
        if (!*fresh) continue; // one a second
        auto text = letter(notify::LetterKind::digest, id, number, now);
        text.mode = row.mode;
        Lines lines;
        for (const auto& of : bundle.letters) {
            lines.zh.push_back(line_of(*of, "zh", offset));
            lines.en.push_back(line_of(*of, "en", offset));
        }
        Route route;
        route.channels = {row.channel};
        route.people = bundle.people;
        auto rows = digest_rows(text, lines, route, now);
        std::set<std::uint32_t> told;
        for (auto& of : rows) {
            told.insert(of.recipients.begin(), of.recipients.end());
            of.people.reset(); // some of a list the store has
        }
        for (auto& entry : bundle.deliveries) {
            const bool is_told = told.contains(entry.recipient);
            entry.state = is_told ? SendState::superseded : SendState::failed;
            entry.detail = is_told ? fmt::format("said in {}", id) : "the channel no longer reaches this address";
            entry.next_at = now;
            if (!is_told) log(Severity::error, "message {}: {}", key_of(*entry.row, entry.recipient), entry.detail);
        }
        if (const auto written = write(text, std::move(rows), std::move(bundle.deliveries), now); !written)
            return written;
    }
    return {};
}

Outcome<void> Letters::alarms(Instant now)
{
    if (config_.duties.empty()) return {};
    const UtcOffset offset = config_.rules.network.offset;
    // Posting is a turn, and a turn may make the state anew: what is to be said is gathered first.
    struct Due {
        std::size_t step;
        notify::Letter letter;
        std::string line;
    };
    std::vector<Due> due;
    for (const auto& alarm : turns_.state().alarms().all()) {
        if (!alarm.active() || alarm.acknowledged || alarm.silent_at(now)) continue;
        for (std::size_t step = 0; step < config_.duties.size(); ++step) {
            const Duty& duty = config_.duties[step];
            if (alarm.worst < duty.at_least ||
                now.ms < alarm.raised_at.ms + std::chrono::milliseconds{duty.after}.count())
                continue;
            // An alarm that gets worse is told again, to every step it has reached.
            const int number = 1 + static_cast<int>(step) + 100 * static_cast<int>(alarm.worst);
            const auto fresh = is_new(alarm.id, number);
            if (!fresh) return fresh.error();
            if (!*fresh) continue;
            auto text = letter(notify::LetterKind::alarm, alarm.id, number, now);
            text.own_headline_zh = fmt::format("【告警·{}】{}", severity_zh(alarm.worst), alarm.detail.zh);
            text.own_headline_en = fmt::format("[{}] {}", severity_name(alarm.worst), alarm.detail.en);
            text.own_text_zh = fmt::format("【告警·{}】{}（{}，{}起，{}）。回复1确认。", severity_zh(alarm.worst),
                                           alarm.detail.zh, alarm.subject, clock_of(alarm.raised_at, offset), alarm.id);
            text.own_text_en =
                fmt::format("[{}] {} ({}, since {}, {}). Reply 1 to acknowledge.", severity_name(alarm.worst),
                            alarm.detail.en, alarm.subject, clock_of(alarm.raised_at, offset), alarm.id);
            due.push_back(
                {step, std::move(text), fmt::format("{} {}", clock_of(alarm.raised_at, offset), alarm.detail.zh)});
        }
    }
    for (auto& [step, text, line] : due) {
        Step& of = steps_[step];
        while (!of.sent.empty() && of.sent.front().ms <= now.ms - hour_ms) of.sent.pop_front();
        if (of.sent.size() >= static_cast<std::size_t>(config_.duties[step].at_most_an_hour)) {
            of.held.push_back(std::move(line));
            written_.emplace(text.id, text.revision); // it goes with the digest
            continue;
        }
        if (const auto posted = post(text, config_.duties[step].route, now); !posted) return posted;
        of.sent.push_back(now);
    }
    return {};
}

/// What was too much for a step's hour, in one letter when the hour is over.
Outcome<void> Letters::digests(Instant now)
{
    for (auto& [step, of] : steps_) {
        if (of.held.empty()) continue;
        while (!of.sent.empty() && of.sent.front().ms <= now.ms - hour_ms) of.sent.pop_front();
        if (of.sent.size() >= static_cast<std::size_t>(config_.duties[step].at_most_an_hour)) continue;
        auto text = letter(
            notify::LetterKind::digest,
            fmt::format("digest-{}-{}", step + 1, format_instant(now, config_.rules.network.offset).substr(0, 16)), 1,
            now);
        auto rows = digest_rows(text, {of.held, of.held}, config_.duties[step].route, now);
        if (const auto written = write(text, std::move(rows), {}, now); !written) return written;
        of.sent.push_back(now);
        of.held.clear();
    }
    return {};
}

Outcome<void> Letters::canaries(Instant now)
{
    for (const auto& channel : config_.channels) {
        if (channel.canary_every.count() == 0 || channel.mode != config_.mode) continue;
        const std::int64_t slot = now.ms / (channel.canary_every.count() * hour_ms);
        const std::string id = fmt::format("canary-{}-{}", channel.name, slot);
        const auto fresh = is_new(id, 1);
        if (!fresh) return fresh.error();
        if (!*fresh) continue;
        auto text = letter(notify::LetterKind::canary, id, 1, now);
        text.own_headline_zh = "通道自检";
        text.own_headline_en = "Channel test";
        text.own_text_zh = fmt::format("通道自检 {}，请忽略。", clock_of(now, config_.rules.network.offset));
        text.own_text_en = fmt::format("Channel test {}, please ignore.", clock_of(now, config_.rules.network.offset));
        Route route;
        route.channels = {channel.name};
        route.letters = {notify::LetterKind::canary};
        if (!channel.canary_to.empty()) {
            auto one = std::make_shared<Audience>();
            one->id = "canary";
            one->version = hex(sha256(channel.canary_to)).substr(0, 16);
            Audience::Member member;
            member.number = 1;
            member.name = "canary";
            (channel.kind->address == "email" ? member.email : member.sms) = channel.canary_to;
            one->members.push_back(std::move(member));
            route.people = std::move(one);
        }
        if (const auto posted = post(text, route, now); !posted) return posted;
    }
    return {};
}

Outcome<void> Letters::all_clear(const Health& health, const Dispatch& dispatch, Instant now)
{
    if (!config_.all_clear) return {};
    const UtcOffset offset = config_.rules.network.offset;
    const std::int64_t of_day = (now.ms + std::int64_t{offset.minutes} * 60'000) % (24 * hour_ms);
    if (of_day < std::chrono::milliseconds{config_.all_clear->at}.count()) return {};
    const std::string day = format_instant(now, offset).substr(0, 10);
    const auto fresh = is_new("all-clear-" + day, 1);
    if (!fresh) return fresh.error();
    if (!*fresh) return {};
    int warnings = 0, alarms = 0;
    for (const auto& w : turns_.state().warnings())
        if (!w.closed() && w.level() != WarningLevel::none) ++warnings;
    for (const auto& a : turns_.state().alarms().all())
        if (a.active()) ++alarms;
    std::string broken;
    for (const auto& channel : dispatch.health()) {
        const auto state = send_state_named(channel.last_state);
        if (state && *state != SendState::accepted && *state != SendState::delivered && *state != SendState::superseded)
            broken += (broken.empty() ? "" : "、") + channel.name;
    }
    int down = 0;
    for (const auto& [name, status] : health.links())
        if (status.state == drivers::LinkState::down) ++down;
    const bool well = alarms == 0 && broken.empty() && down == 0;
    auto text = letter(notify::LetterKind::all_clear, "all-clear-" + day, 1, now);
    text.own_headline_zh = well ? "系统运行正常" : "系统运行，有待处理事项";
    text.own_headline_en = well ? "All is well" : "Running, with matters open";
    text.own_text_zh = fmt::format("{}日报：生效预警{}个，未清告警{}条，断开链路{}条，异常通道{}。", day, warnings,
                                   alarms, down, broken.empty() ? "无" : broken);
    text.own_text_en = fmt::format("{}: {} warnings in force, {} alarms, {} links down, channels in trouble: {}.", day,
                                   warnings, alarms, down, broken.empty() ? "none" : broken);
    return post(text, config_.all_clear->route, now);
}

} // namespace aqi::daemon
