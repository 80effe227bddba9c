#include "daemon/dispatch.hpp"

#include "daemon/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace aqi::daemon {
namespace {

constexpr auto look_every = std::chrono::seconds{1};
constexpr std::int64_t retry_least_ms = 2'000;
constexpr std::int64_t retry_most_ms = 300'000;

std::int64_t pause_after(int attempts)
{
    std::int64_t pause = retry_least_ms;
    for (int n = 1; n < attempts && pause < retry_most_ms; ++n) pause *= 2;
    return std::min(pause, retry_most_ms);
}

/// The key goes into HTTP headers and environments: what is not plain is written as %XX.
std::string key_of(const OutboxRow& row)
{
    std::string key;
    for (const char c : fmt::format("{}/{}/{}", row.warning, row.revision, row.channel)) {
        if (c > ' ' && c < 0x7f && c != '%')
            key += c; // beyond ASCII a char is negative here, or above 0x7f
        else
            key += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return key;
}

} // namespace

Dispatch::Lane Dispatch::Lane::open(const notify::ChannelInfo& kind, const std::any& settings, Mode mode,
                                    notify::ChannelContext context)
{
    if (mode == Mode::drill) return {std::string{kind.kind}, kind.open_drill(settings, std::move(context))};
    return {std::string{kind.kind}, kind.open(settings, std::move(context))};
}

bool Dispatch::Lane::drops_repeats() const
{
    return std::visit([](const auto& of) { return of->drops_repeats(); }, channel);
}

Dispatch::Dispatch(boost::asio::any_io_executor executor, Store& store, const Clock& clock,
                   std::map<std::string, Lane> lanes)
    : timer_(executor), store_(store), clock_(clock), lanes_(std::move(lanes))
{
    for (const auto& [name, lane] : lanes_) health_[name] = ChannelHealth{name, lane.kind, lane.mode(), {}, {}, {}, 0};
}

void Dispatch::remember(const std::string& channel, const std::string& state, const std::string& detail,
                        std::optional<Instant> accepted_at)
{
    const auto health = health_.find(channel);
    if (health == health_.end()) return; // a channel that is no longer configured
    health->second.last_state = state;
    health->second.last_detail = detail;
    health->second.last_accepted = accepted_at;
}

Outcome<void> Dispatch::start()
{
    auto rows = store_.unsettled();
    if (!rows) return rows.error();
    for (auto& entry : *rows) {
        if (entry.state != SendState::sending) continue;
        const auto lane = lanes_.find(entry.row.channel);
        const bool may_repeat = lane != lanes_.end() && lane->second.drops_repeats();
        entry.state = may_repeat ? SendState::retry : SendState::in_doubt;
        entry.detail = "the daemon ended while it was being sent";
        entry.next_at = clock_.now();
        if (!may_repeat) log(Severity::error, "message {} is in doubt: {}", key_of(entry.row), entry.detail);
        if (const auto written = store_.update(entry, clock_.now()); !written) return written.error();
        note(entry);
    }
    pump();
    schedule();
    return {};
}

void Dispatch::stop()
{
    stopping_ = true;
    *alive_ = false;
    timer_.cancel();
}

void Dispatch::schedule()
{
    timer_.expires_after(look_every);
    timer_.async_wait([this, alive = alive_](boost::system::error_code ec) {
        if (ec || !*alive) return;
        pump();
        schedule();
    });
}

bool Dispatch::write_down(const OutboxEntry& entry)
{
    const auto written = store_.update(entry, clock_.now());
    if (written && store_trouble_) log(Severity::notice, "the outbox can be written again");
    if (!written && !store_trouble_) log(Severity::error, "the outbox cannot be written: {}", written.error().what);
    store_trouble_ = !written;
    return written.has_value();
}

void Dispatch::note(const OutboxEntry& entry)
{
    auto& health = health_[entry.row.channel];
    health.last_state = send_state_name(entry.state);
    health.last_detail = entry.detail;
    if (entry.state == SendState::accepted || entry.state == SendState::delivered) health.last_accepted = clock_.now();
}

void Dispatch::pump()
{
    if (stopping_) return;
    std::erase_if(unwritten_, [this](const OutboxEntry& entry) {
        if (!write_down(entry)) return false;
        busy_.erase(entry.row.channel);
        return true;
    });
    auto rows = store_.unsettled();
    if (!rows) {
        if (!store_trouble_) log(Severity::error, "the outbox cannot be read: {}", rows.error().what);
        store_trouble_ = true;
        return;
    }
    for (auto& [name, health] : health_) health.waiting = 0;
    const Instant now = clock_.now();
    std::set<std::pair<std::string, std::string>> earlier; // (warning, channel) with a row before that is not settled
    for (auto& entry : *rows) {
        ++health_[entry.row.channel].waiting;
        const bool first = earlier.emplace(entry.row.warning, entry.row.channel).second;
        if (!first || busy_.contains(entry.row.channel) || entry.state == SendState::sending) continue;
        const auto settle_as = [&](SendState state, std::string detail) {
            entry.state = state;
            entry.detail = std::move(detail);
            if (write_down(entry)) note(entry);
            log(Severity::error, "message {}: {}", key_of(entry.row), entry.detail);
        };
        const auto lane = lanes_.find(entry.row.channel);
        if (lane == lanes_.end())
            settle_as(SendState::failed, "the channel is no longer in the configuration");
        else if (lane->second.mode() != entry.row.mode)
            settle_as(SendState::failed, entry.row.mode == Mode::drill
                                              ? "a drill; the channel is now for real warnings"
                                              : "a real warning; the channel is now for drills");
        else if (now >= entry.row.expires_at)
            settle_as(SendState::expired, fmt::format("not sent in time; last: {}", entry.detail));
        else if (entry.next_at <= now)
            begin(std::move(entry));
    }
}

void Dispatch::begin(OutboxEntry entry)
{
    // Written down before the first byte leaves: a crash from here on leaves a row that says "sending".
    entry.state = SendState::sending;
    ++entry.attempts;
    if (!write_down(entry)) return;
    auto& lane = lanes_.at(entry.row.channel);
    busy_.insert(entry.row.channel);
    std::visit([&](auto& channel) { send(*channel, std::move(entry)); }, lane.channel);
}

/// The only place where a row becomes a message; of the row's own mode, or none.
template <Mode mode>
void Dispatch::send(notify::ChannelOf<mode>& channel, OutboxEntry entry)
{
    AQI_CHECK(entry.row.mode == mode); // a drill never reaches a real channel, nor the other way round
    const notify::MessageOf<mode> message{
        key_of(entry.row), notify::LetterKind::warning, entry.row.document, {entry.row.document}, {}};
    channel.send(message, [this, alive = alive_, entry = std::move(entry)](notify::Receipt receipt) mutable {
        if (*alive) finished(std::move(entry), std::move(receipt));
    });
}

void Dispatch::finished(OutboxEntry entry, notify::Receipt receipt)
{
    const bool repeat_is_safe = receipt.state == SendState::in_doubt && lanes_.at(entry.row.channel).drops_repeats();
    entry.state = repeat_is_safe ? SendState::retry : receipt.state;
    entry.detail = std::move(receipt.detail);
    if (entry.state == SendState::retry) entry.next_at = Instant{clock_.now().ms + pause_after(entry.attempts)};
    const Severity severity = entry.state == SendState::accepted || entry.state == SendState::delivered
                                  ? Severity::notice
                              : entry.state == SendState::retry ? Severity::warning
                                                                : Severity::error;
    log(severity, "message {}: {} at attempt {}: {}", key_of(entry.row), send_state_name(entry.state), entry.attempts,
        entry.detail);
    note(entry);
    if (!write_down(entry)) {
        // What happened outside has happened: keep it, and the channel busy, until it can be written.
        unwritten_.push_back(std::move(entry));
        return;
    }
    busy_.erase(entry.row.channel);
    pump();
}

std::vector<ChannelHealth> Dispatch::health() const
{
    std::vector<ChannelHealth> out;
    for (const auto& [name, health] : health_) out.push_back(health);
    return out;
}

} // namespace aqi::daemon
