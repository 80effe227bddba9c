#include "daemon/letters.hpp"

#include "daemon/notify/channel.hpp"
#include "daemon/routing.hpp"
#include "daemon/store/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::size_t digest_lines = 20;

std::string clock_of(Instant at, UtcOffset offset) { return format_instant(at, offset).substr(5, 11); }

} // namespace

Letters::Letters(const Config& config, Turns& turns, std::function<Outcome<bool>(const std::string&, int)> has_letter)
    : config_(config), turns_(turns), has_letter_(std::move(has_letter))
{}

Outcome<void> Letters::look(const Health& health, const Dispatch& dispatch, Instant now)
{
    if (const auto done = alarms(now); !done) return done;
    if (const auto done = digests(now); !done) return done;
    if (const auto done = canaries(now); !done) return done;
    return all_clear(health, dispatch, now);
}

Outcome<bool> Letters::is_new(const std::string& id, int number)
{
    if (written_.contains({id, number})) return false;
    const auto known = has_letter_(id, number);
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
    notify::Letter marked = letter;
    if (marked.mode == Mode::drill)
        for (auto* text : {&marked.own_headline_zh, &marked.own_text_zh, &marked.own_headline_en, &marked.own_text_en})
            *text = std::string{drill_mark} + *text;
    if (auto rows = route_along(marked, route, config_, now); !rows.empty())
        if (const auto posted = turns_.post(std::move(rows)); !posted) return posted;
    written_.emplace(letter.id, letter.revision);
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
            text.own_headline_zh = fmt::format("【告警·{}】{}", severity_zh(alarm.worst), alarm.detail);
            text.own_headline_en = fmt::format("[{}] {}", severity_name(alarm.worst), alarm.detail);
            text.own_text_zh = fmt::format("【告警·{}】{}（{}，{}起，{}）。回复1确认。", severity_zh(alarm.worst),
                                           alarm.detail, alarm.subject, clock_of(alarm.raised_at, offset), alarm.id);
            text.own_text_en =
                fmt::format("[{}] {} ({}, since {}, {}). Reply 1 to acknowledge.", severity_name(alarm.worst),
                            alarm.detail, alarm.subject, clock_of(alarm.raised_at, offset), alarm.id);
            due.push_back(
                {step, std::move(text), fmt::format("{} {}", clock_of(alarm.raised_at, offset), alarm.detail)});
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

/// What was too much for an hour, in one letter when the hour is over.
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
        const std::size_t shown = std::min(of.held.size(), digest_lines);
        std::string lines;
        for (std::size_t i = 0; i < shown; ++i) lines += of.held[i] + "；";
        const std::string more = of.held.size() > shown ? fmt::format("等{}条", of.held.size()) : "";
        text.own_headline_zh = fmt::format("【告警汇总】{}条", of.held.size());
        text.own_headline_en = fmt::format("{} further alarms", of.held.size());
        text.own_text_zh = fmt::format("【告警汇总】另有{}条告警：{}{}", of.held.size(), lines, more);
        text.own_text_en = fmt::format("{} further alarms: {}", of.held.size(), lines);
        if (const auto posted = post(text, config_.duties[step].route, now); !posted) return posted;
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
