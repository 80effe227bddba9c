#include "daemon/turns.hpp"

#include "daemon/ingest.hpp"
#include "daemon/notify/document.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon {
namespace {

constexpr std::size_t parked_bytes = 4096;
/// Hours closed in one turn when many are due: keeps a turn, and its memory, small.
constexpr int hours_a_turn = 48;

} // namespace

Turns::Turns(const Config& config, Store& store, const Clock& clock)
    : config_(config), store_(store), clock_(clock), state_(config.rules.network)
{
    for (const auto& link : config.links) links_[link.name] = &link;
}

Outcome<void> Turns::fold_into(State& state, const std::function<void(Figures&)>& take)
{
    const auto folded = store_.fold([&](const Event& event) {
        absorb(state, event, config_.rules);
        const auto* closed = std::get_if<HourClosed>(&event);
        if (closed == nullptr || closed->hour.hour_of_day() != 24) return;
        // Day by day, so that what waits to be settled stays small.
        if (!take) return settle(state, config_.rules, nullptr);
        Figures figures;
        settle(state, config_.rules, &figures);
        take(figures);
    });
    Figures rest;
    settle(state, config_.rules, take ? &rest : nullptr);
    if (take) take(rest);
    return folded;
}

Outcome<void> Turns::recover()
{
    State fresh{config_.rules.network};
    if (const auto folded = fold_into(fresh, {}); !folded) return folded.error();
    state_ = std::move(fresh);
    stale_ = false;
    return {};
}

Outcome<Figures> Turns::all_figures()
{
    State fresh{config_.rules.network};
    std::map<std::pair<LocalDay, PlaceIndex>, DayFigure> days;
    std::map<std::pair<PlaceIndex, int>, int> years;
    const auto folded = fold_into(fresh, [&](Figures& figures) {
        for (auto& figure : figures.days) {
            years[{figure.place, figure.day.year()}] = 0;
            days[{figure.day, figure.place}] = std::move(figure);
        }
    });
    if (!folded) return folded.error();
    Figures out;
    for (auto& [key, figure] : days) out.days.push_back(std::move(figure));
    for (const auto& [key, unused] : years) year_figures(fresh, key.first, key.second, config_.rules, out);
    return out;
}

Outcome<void> Turns::run(const std::function<void(Turn&)>& fill)
{
    if (stale_) {
        // A full disk is asked with something small before the whole journal is folded.
        Turn probe;
        probe.counts["recoveries"] = 1;
        if (const auto writable = store_.commit(probe); !writable) return writable.error();
        if (const auto recovered = recover(); !recovered) return recovered.error();
    }
    Turn turn;
    fill(turn);
    settle(state_, config_.rules, &turn.figures);
    if (turn.empty()) return {};
    const bool announced = !turn.outbox.empty();
    if (const auto committed = store_.commit(turn); !committed) {
        stale_ = true;
        return committed.error();
    }
    if (announced && outbox_filled_) outbox_filled_();
    return {};
}

void Turns::happen(Event event, Instant received_at, std::string_view link, Turn& turn)
{
    absorb(state_, event, config_.rules);
    announce_if_issued(event, turn);
    const bool may_decide = std::holds_alternative<HourClosed>(event) || std::holds_alternative<ForecastIssued>(event);
    turn.events.push_back({std::move(event), received_at, std::string{link}});
    if (!may_decide) return;
    settle(state_, config_.rules, &turn.figures);
    for (auto& follows : decide(state_, turn.events.back().event, config_.rules)) {
        absorb(state_, follows, config_.rules);
        turn.events.push_back({std::move(follows), received_at, {}});
    }
}

void Turns::announce_if_issued(const Event& event, Turn& turn)
{
    const auto* acted = std::get_if<PersonActed>(&event);
    if (acted == nullptr || acted->to != RevisionState::issued) return;
    const Warning* warning = state_.warning(acted->warning);
    AQI_CHECK(warning != nullptr);
    const auto revision = std::find_if(warning->revisions.begin(), warning->revisions.end(),
                                       [&](const Revision& r) { return r.number == acted->revision; });
    AQI_CHECK(revision != warning->revisions.end());
    const std::string document =
        notify::document_of(announce(*warning, *revision, config_.rules, config_.mode), config_.rules.network.offset);
    for (const auto& channel : config_.channels) {
        if (channel.mode != config_.mode) continue;
        OutboxRow row;
        row.warning = warning->id;
        row.revision = revision->number;
        row.channel = channel.name;
        row.document = document;
        row.mode = config_.mode;
        row.created_at = acted->at;
        row.expires_at = Instant{acted->at.ms + std::chrono::milliseconds{channel.expires_after}.count()};
        turn.outbox.push_back(std::move(row));
    }
}

void Turns::take_frame(const InboxEntry& entry, Turn& turn)
{
    ++turn.counts["frames"];
    const auto park = [&](Fault fault, std::string station) {
        ++turn.counts[fmt::format("aside_{}", reason_name(fault.reason))];
        turn.parked.push_back({entry.received_at, std::move(fault), entry.link, entry.origin, std::move(station),
                               entry.bytes.substr(0, parked_bytes)});
    };
    if (entry.cut) return park({Reason::too_large, fmt::format("longer than {} bytes", drivers::frame_max)}, {});
    const auto link = links_.find(entry.link);
    if (link == links_.end())
        return park({Reason::unknown_name, fmt::format("link \"{}\" is no longer in the configuration", entry.link)},
                    {});
    drivers::Frame frame{entry.link, entry.origin, entry.bytes, entry.received_at, entry.retained};
    auto decoded = link->second->driver->decode(frame, link->second->settings, config_.rules.network.offset);
    for (auto& fault : decoded.faults) park(std::move(fault), {});
    for (const auto& reading : decoded.readings) {
        ++turn.counts["readings"];
        auto judged =
            judge_reading(reading, entry.retained, state_, config_.rules, clock_.now(), config_.ahead_at_most);
        for (auto& fault : judged.faults) park(std::move(fault), reading.station);
        const auto count = [&](const char* name, std::int64_t n) {
            if (n > 0) turn.counts[name] += n;
        };
        count("values", static_cast<std::int64_t>(judged.events.size()));
        count("duplicates", judged.duplicates);
        count("revisions", judged.revisions);
        count("late_values", judged.late);
        for (auto& event : judged.events) happen(std::move(event), entry.received_at, entry.link, turn);
    }
}

Outcome<void> Turns::take(const InboxBatch& batch)
{
    return run([&](Turn& turn) {
        for (const auto& entry : batch.entries) {
            take_frame(entry, turn);
            turn.consumed = entry.end;
        }
        if (!batch.damaged_until) return;
        ++turn.counts["inbox_damage"];
        turn.parked.push_back({clock_.now(), {Reason::malformed, batch.damage}, "inbox", {}, {}, {}});
        turn.consumed = *batch.damaged_until;
    });
}

Outcome<void> Turns::close_hours()
{
    while (true) {
        const Instant now = clock_.now();
        const Instant settled{now.ms - std::chrono::milliseconds{config_.close_after}.count()};
        const HourEnding due = last_hour_over(settled, config_.rules.network.offset);
        const HourEnding next = !stale_ && state_.last_closed() ? state_.last_closed()->plus(1) : due;
        if (!stale_ && next > due) return {};
        const auto done = run([&](Turn& turn) {
            HourEnding hour = state_.last_closed() ? state_.last_closed()->plus(1) : due;
            for (int n = 0; n < hours_a_turn && hour <= due; ++n, hour = hour.plus(1))
                happen(HourClosed{hour, now, hour < due}, now, {}, turn);
        });
        if (!done) return done.error();
    }
}

Outcome<Result<void>> Turns::forecast(const Forecast& forecast)
{
    Result<void> answer;
    const auto done = run([&](Turn& turn) {
        const Instant now = clock_.now();
        auto event = admit_forecast(forecast, now, config_.rules);
        if (event)
            happen(*event, now, "control", turn);
        else
            answer = event.error();
        ++turn.counts[event ? "forecasts" : "aside_refused"];
    });
    if (!done) return done.error();
    return answer;
}

Outcome<Result<void>> Turns::act(std::string_view warning, int revision, Verb verb, std::string_view person)
{
    Result<void> answer;
    const auto done = run([&](Turn& turn) {
        const Instant now = clock_.now();
        auto event = admit_act(state_, warning, revision, verb, person, now, config_.rules);
        if (event)
            happen(*event, now, "control", turn);
        else
            answer = event.error();
        ++turn.counts[event ? "acts" : "aside_refused"];
    });
    if (!done) return done.error();
    return answer;
}

std::string Turns::figures_digest(const Rules& rules)
{
    // Everything that a figure depends on and the journal does not hold.
    std::string out = fmt::format("1 {} {} {}", rules.book.digest, rules.edition, rules.network.offset.minutes);
    for (const auto& area : rules.network.areas) {
        out += fmt::format("|{}:", area.id);
        for (const auto station : area.stations) out += rules.network.stations[station.value].id + ",";
    }
    const auto ng = [](const std::optional<Concentration>& c) { return c ? c->ng_per_m3() : -1; };
    for (const auto& t : rules.book.targets)
        out += fmt::format("|{} {} {} {} {}", t.area, t.year, ng(t.pm10), ng(t.pm2_5), t.good_days.value_or(-1));
    return out;
}

} // namespace aqi::daemon
