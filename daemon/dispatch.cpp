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
constexpr std::int64_t ask_after_ms = 5'000; ///< a provider may need a moment until it knows
constexpr int look_ahead = 16;               ///< deliveries read at once, beyond those that can begin
constexpr int failures_some = 3;             ///< so many in a row are the channel's own trouble, not one recipient's

std::int64_t pause_after(int attempts)
{
    std::int64_t pause = retry_least_ms;
    for (int n = 1; n < attempts && pause < retry_most_ms; ++n) pause *= 2;
    return std::min(pause, retry_most_ms);
}

std::string key_of(const OutboxEntry& entry) { return daemon::key_of(*entry.row, entry.recipient); }

bool is_good(SendState state) { return state == SendState::accepted || state == SendState::delivered; }

} // namespace

Dispatch::Lane Dispatch::Lane::open(const notify::ChannelInfo& kind, const std::any& settings, Mode mode, int parallel,
                                    notify::ChannelContext context)
{
    if (mode == Mode::drill)
        return {std::string{kind.kind}, kind.open_drill(settings, std::move(context)), parallel, 0, {}};
    return {std::string{kind.kind}, kind.open(settings, std::move(context)), parallel, 0, {}};
}

bool Dispatch::Lane::drops_repeats() const
{
    return std::visit([](const auto& of) { return of->drops_repeats(); }, channel);
}
bool Dispatch::Lane::can_ask() const
{
    return std::visit([](const auto& of) { return of->can_ask(); }, channel);
}

Dispatch::Dispatch(boost::asio::any_io_executor executor, Store& store, const Clock& clock,
                   std::map<std::string, Lane> lanes)
    : timer_(executor), store_(store), clock_(clock), lanes_(std::move(lanes))
{
    for (const auto& [name, lane] : lanes_)
        health_[name] = ChannelHealth{name, lane.kind, lane.mode(), {}, {}, {}, 0, {}};
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
    auto left = store_.sending();
    if (!left) return left.error();
    std::vector<OutboxEntry> judged;
    for (auto& entry : *left) {
        const auto lane = lanes_.find(entry.row->channel);
        const bool may_repeat = lane != lanes_.end() && lane->second.drops_repeats();
        entry.state = may_repeat ? SendState::repeat : SendState::in_doubt;
        entry.detail = "the daemon ended while it was being sent";
        entry.next_at = clock_.now();
        if (!may_repeat) log(Severity::error, "message {} is in doubt: {}", key_of(entry), entry.detail);
        judged.push_back(entry);
    }
    if (!judged.empty())
        if (const auto written = store_.update(judged, clock_.now()); !written) return written.error();
    for (const auto& entry : judged) {
        note(entry);
        if (entry.state == SendState::in_doubt) ask(entry);
    }
    for (auto& [name, lane] : lanes_) listen(name, lane);
    pump();
    schedule();
    return {};
}

void Dispatch::listen(const std::string& name, Lane& lane)
{
    notify::Inbound inbound;
    inbound.report = [this, alive = alive_, name = name](const notify::Inbound::Report& report) {
        if (*alive) reported(name, report);
    };
    inbound.reply = [this, alive = alive_, name = name](notify::Inbound::Reply reply) {
        if (*alive && replied_) replied_(name, std::move(reply));
    };
    std::visit([&](auto& channel) { channel->listen(std::move(inbound)); }, lane.channel);
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

bool Dispatch::write_down(const std::vector<OutboxEntry>& entries)
{
    if (entries.empty()) return true;
    const auto written = store_.update(entries, clock_.now());
    if (written && store_trouble_) log(Severity::notice, "the outbox can be written again");
    if (!written && !store_trouble_) log(Severity::error, "the outbox cannot be written: {}", written.error().what);
    store_trouble_ = !written;
    return written.has_value();
}

void Dispatch::note(const OutboxEntry& entry)
{
    if (entry.state == SendState::superseded) return;
    if (entry.state == SendState::failed && !entry.row->audience.empty()) return; // one of many, not the channel
    auto& health = health_[entry.row->channel];
    health.last_state = send_state_name(entry.state);
    health.last_detail = entry.detail;
    if (is_good(entry.state)) health.last_accepted = clock_.now();
}

bool Dispatch::sending() const
{
    return std::any_of(flights_.begin(), flights_.end(), [](const auto& of) { return !of.second.empty(); });
}

void Dispatch::landed(const OutboxEntry& entry) { flights_[entry.row->channel].erase({entry.id, entry.recipient}); }

void Dispatch::pump()
{
    if (stopping_ || pumping_) return;
    pumping_ = true;
    std::erase_if(unwritten_, [this](const OutboxEntry& entry) {
        if (!write_down({entry})) return false;
        landed(entry);
        return true;
    });
    const Instant now = clock_.now();
    const auto waiting = store_.waiting();
    if (!waiting) {
        if (!store_trouble_) log(Severity::error, "the outbox cannot be read: {}", waiting.error().what);
        store_trouble_ = true;
        pumping_ = false;
        return;
    }
    for (auto& [name, health] : health_) {
        health.waiting = 0;
        health.oldest.reset();
    }
    for (const auto& [name, of] : *waiting) {
        auto& health = health_[name];
        health.waiting = of.deliveries;
        health.oldest = of.oldest;
        fill_all(name, now);
    }
    std::vector<OutboxEntry> ask_now;
    std::erase_if(to_ask_, [&](const auto& of) {
        if (of.first > now) return false;
        ask_now.push_back(of.second);
        return true;
    });
    for (auto& entry : ask_now) {
        const auto lane = lanes_.find(entry.row->channel);
        if (lane == lanes_.end()) continue;
        std::visit(
            [&](auto& channel) {
                channel->ask(key_of(entry), entry.provider_id, [this, alive = alive_, entry](notify::Receipt receipt) {
                    if (*alive) answered(entry, std::move(receipt));
                });
            },
            lane->second.channel);
    }
    pumping_ = false;
}

/// What waits for a channel nobody configures any more: it says so, and does not wait for ever.
void Dispatch::close_lane(const std::string& name, Instant now)
{
    auto rows = store_.due(name, now, look_ahead);
    if (!rows) return;
    for (auto& entry : *rows) {
        entry.state = SendState::failed;
        entry.detail = "the channel is no longer in the configuration";
        log(Severity::error, "message {}: {}", key_of(entry), entry.detail);
    }
    write_down(*rows);
}

/// Why a delivery is not sent, and the state that follows; nothing: it may go.
std::optional<std::string> Dispatch::unfit(const OutboxEntry& entry, const Lane& lane, Instant now, SendState& state)
{
    state = SendState::failed;
    if (lane.mode() != entry.row->mode)
        return entry.row->mode == Mode::drill ? "a drill; the channel is now for real warnings"
                                              : "a real warning; the channel is now for drills";
    state = SendState::expired;
    if (now >= entry.row->expires_at)
        return entry.detail.empty() ? "not sent in time" : fmt::format("not sent in time; last: {}", entry.detail);
    state = SendState::superseded;
    if (entry.attempts > 0) {
        const auto overtaken = store_.is_overtaken(entry);
        if (overtaken && *overtaken) return "a later revision took its place; it had not left";
    }
    if (entry.row->lifts) {
        const auto reached = store_.was_reached(entry);
        if (reached && !*reached) return "what it ends never left for this address";
    }
    return std::nullopt;
}

/// True: everything that was looked at is settled without being sent, and there may be more.
bool Dispatch::fill(const std::string& name, Lane& lane, Instant now)
{
    auto& flights = flights_[name];
    // A channel in trouble rests between tries: thousands of recipients would only fail one by one. What expires still does.
    const bool rests = now < lane.rests_until;
    const auto free = [&] { return rests ? 0 : lane.parallel - static_cast<int>(flights.size()); };
    if (free() <= 0 && !rests) return false;
    auto rows = store_.due(name, now, free() + look_ahead);
    if (!rows) return false;
    const std::size_t seen = rows->size();
    std::vector<OutboxEntry> written, beginning;
    std::set<std::pair<std::string, std::string>> busy; // (warning, address): one at a time
    for (const auto& [id, flight] : flights) busy.emplace(flight.warning, flight.address);
    for (auto& entry : *rows) {
        SendState state{};
        if (auto why = unfit(entry, lane, now, state)) {
            entry.state = entry.state == SendState::repeat ? SendState::in_doubt : state;
            entry.detail = std::move(*why);
            log(entry.state == SendState::superseded ? Severity::notice : Severity::error, "message {}: {}",
                key_of(entry), entry.detail);
            written.push_back(std::move(entry));
            continue;
        }
        if (free() - static_cast<int>(beginning.size()) <= 0) break;
        if (!busy.emplace(entry.row->warning, entry.to.address).second) continue;
        // Written down before the first byte leaves: a crash from here on leaves a delivery that says "sending".
        entry.may_have_left = entry.state == SendState::repeat;
        entry.state = SendState::sending;
        entry.detail.clear();
        ++entry.attempts;
        written.push_back(entry);
        beginning.push_back(std::move(entry));
    }
    if (!write_down(written)) return false;
    for (const auto& entry : written)
        if (entry.state != SendState::sending) note(entry);
    const bool again = seen > 0 && beginning.empty() && written.size() == seen;
    for (auto& entry : beginning) begin(lane, std::move(entry));
    return again;
}

void Dispatch::begin(Lane& lane, OutboxEntry entry)
{
    flights_[entry.row->channel][{entry.id, entry.recipient}] = {entry.row->warning, entry.to.address};
    std::visit([&](auto& channel) { send(*channel, std::move(entry)); }, lane.channel);
}

/// The only place where a row becomes a message; of the row's own mode, or none.
template <Mode mode>
void Dispatch::send(notify::ChannelOf<mode>& channel, OutboxEntry entry)
{
    AQI_CHECK(entry.row->mode == mode); // a drill never reaches a real channel, nor the other way round
    notify::MessageOf<mode> message;
    message.key = key_of(entry);
    message.kind = notify::letter_kind_named(entry.row->kind).value_or(notify::LetterKind::warning);
    message.document = entry.row->document;
    message.content = entry.content();
    message.language = entry.in_english() ? notify::Language::en : notify::Language::zh;
    message.to = entry.to;
    channel.send(message, [this, alive = alive_, entry = std::move(entry)](notify::Receipt receipt) mutable {
        if (*alive) finished(std::move(entry), std::move(receipt));
    });
}

void Dispatch::finished(OutboxEntry entry, notify::Receipt receipt)
{
    const bool repeat_is_safe = receipt.state == SendState::in_doubt && lanes_.at(entry.row->channel).drops_repeats();
    entry.state = repeat_is_safe ? SendState::repeat : receipt.state;
    // A later attempt that certainly did not leave says nothing of an earlier one that may have.
    if (entry.may_have_left && entry.state == SendState::retry) entry.state = SendState::repeat;
    if (entry.may_have_left && entry.state == SendState::failed) entry.state = SendState::in_doubt;
    entry.detail = std::move(receipt.detail);
    entry.provider_id = std::move(receipt.provider_id);
    const bool again = entry.state == SendState::retry || entry.state == SendState::repeat;
    if (again) entry.next_at = Instant{clock_.now().ms + pause_after(entry.attempts)};
    const Severity severity = is_good(entry.state) ? Severity::notice : again ? Severity::warning : Severity::error;
    // Thousands of recipients are not thousands of lines: the ledger has each of them, the log what changes.
    const bool said = health_[entry.row->channel].last_state == send_state_name(entry.state) &&
                      health_[entry.row->channel].last_detail == entry.detail;
    if (entry.row->audience.empty() || (!is_good(entry.state) && !said))
        log(severity, "message {}: {} at attempt {}: {}", key_of(entry), send_state_name(entry.state), entry.attempts,
            entry.detail);
    note(entry);
    judge_lane(entry);
    if (!write_down({entry})) {
        // What happened outside has happened: keep it, and the channel busy, until it can be written.
        unwritten_.push_back(std::move(entry));
        return;
    }
    landed(entry);
    const auto early = early_.extract({entry.id, entry.recipient});
    if (!early.empty()) reported(entry.row->channel, early.mapped());
    if (entry.state == SendState::in_doubt) ask(entry);
    if (!stopping_) fill_all(entry.row->channel, clock_.now());
}

/// Tries that fail one after another are the channel's: it rests, longer each time.
void Dispatch::judge_lane(const OutboxEntry& entry)
{
    Lane& lane = lanes_.at(entry.row->channel);
    if (entry.state != SendState::retry && entry.state != SendState::repeat) {
        lane.failures = 0;
        lane.rests_until = {};
    } else if (++lane.failures >= failures_some) {
        lane.rests_until = Instant{clock_.now().ms + pause_after(lane.failures - failures_some + 1)};
    }
}

void Dispatch::fill_all(const std::string& name, Instant now)
{
    const auto lane = lanes_.find(name);
    if (lane == lanes_.end())
        close_lane(name, now);
    else
        while (fill(name, lane->second, now)) {}
}

/// What a provider says afterwards. It only ever adds: a delivery that is settled as delivered or failed stays so.
void Dispatch::reported(const std::string& channel, const notify::Inbound::Report& report)
{
    auto found = store_.find(channel, report.provider_id, report.key);
    if (!found || !*found) {
        log(Severity::warning, "channel {} reports on a message nobody knows: {}{}", channel, report.provider_id,
            report.key);
        return;
    }
    OutboxEntry entry = std::move(**found);
    if (entry.state == SendState::sending) {
        early_[{entry.id, entry.recipient}] = report;
        return;
    }
    // It came through after all, whatever was thought of it: then it is not sent again.
    const bool open = entry.state == SendState::accepted || entry.state == SendState::in_doubt ||
                      entry.state == SendState::retry || entry.state == SendState::repeat;
    if (!open || (entry.state == report.state && entry.detail == report.detail)) return;
    entry.state = report.state;
    entry.detail = report.detail;
    if (entry.provider_id.empty()) entry.provider_id = report.provider_id;
    if (!is_good(entry.state))
        log(Severity::error, "message {}: {}: {}", key_of(entry), send_state_name(entry.state), entry.detail);
    if (write_down({entry})) note(entry);
}

void Dispatch::ask(const OutboxEntry& entry)
{
    const auto lane = lanes_.find(entry.row->channel);
    if (lane != lanes_.end() && lane->second.can_ask())
        to_ask_.emplace_back(Instant{clock_.now().ms + ask_after_ms}, entry);
}

void Dispatch::answered(OutboxEntry entry, notify::Receipt receipt)
{
    if (receipt.state == SendState::in_doubt) return; // it does not know either: a person decides
    // Somebody may have decided in between.
    const auto now = store_.find(entry.row->channel, {}, key_of(entry));
    if (!now || !*now || (*now)->state != SendState::in_doubt) return;
    entry.state = receipt.state;
    entry.detail = "asked: " + receipt.detail;
    if (!receipt.provider_id.empty()) entry.provider_id = std::move(receipt.provider_id);
    entry.next_at = clock_.now();
    log(Severity::notice, "message {}: {}: {}", key_of(entry), send_state_name(entry.state), entry.detail);
    if (write_down({entry})) note(entry);
}

Outcome<Result<void>> Dispatch::resolve(OutboxEntry entry, Verdict verdict, const std::string& person,
                                        const std::string& why)
{
    const auto refusal = [](std::string words) { return Result<void>{Fault{Reason::refused, std::move(words)}}; };
    const bool settled_badly = entry.state == SendState::failed || entry.state == SendState::expired;
    if (entry.state != SendState::in_doubt && !(settled_badly && verdict == Verdict::resend))
        return refusal(
            fmt::format("{} is {}: there is nothing to decide", key_of(entry), send_state_name(entry.state)));
    if (why.empty()) return refusal("say why (须写明依据)");
    if (verdict == Verdict::resend) {
        const auto overtaken = store_.is_overtaken(entry);
        if (!overtaken) return overtaken.error();
        if (*overtaken) return refusal("a later revision has taken its place: resend that one");
        if (clock_.now() >= entry.row->expires_at) return refusal("it is too old to be sent now");
    }
    entry.state = verdict == Verdict::sent       ? SendState::accepted
                  : verdict == Verdict::not_sent ? SendState::failed
                                                 : SendState::retry;
    entry.detail = fmt::format("{} by {}: {}",
                               verdict == Verdict::sent       ? "found sent"
                               : verdict == Verdict::not_sent ? "found not sent"
                                                              : "sent again",
                               person, why);
    entry.next_at = clock_.now();
    if (const auto written = store_.update({entry}, clock_.now()); !written) return written.error();
    log(Severity::notice, "message {}: {}", key_of(entry), entry.detail);
    note(entry);
    pump();
    return Result<void>{};
}

std::optional<notify::WebAnswer> Dispatch::get(const std::string& channel, std::string_view path,
                                               std::string_view query)
{
    const auto lane = lanes_.find(channel);
    if (lane == lanes_.end()) return std::nullopt;
    return std::visit([&](auto& of) { return of->get(path, query); }, lane->second.channel);
}

std::vector<ChannelHealth> Dispatch::health() const
{
    std::vector<ChannelHealth> out;
    for (const auto& [name, health] : health_) out.push_back(health);
    return out;
}

} // namespace aqi::daemon
