#include "daemon/outgoing.hpp"

#include "daemon/log.hpp"
#include "daemon/notify/http_client.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <chrono>

namespace aqi::daemon {

/// One request at a time; a watcher that does not answer is no reason to pile them up.
struct Outgoing::Heart {
    explicit Heart(boost::asio::any_io_executor executor) : client(executor) {}
    notify::HttpClient client;
    std::chrono::steady_clock::time_point next{};
    bool on_its_way = false;
    bool well = true;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
    ~Heart() { *alive = false; }
};

Outgoing::Outgoing(boost::asio::any_io_executor executor, Parts parts) : executor_(executor), parts_(parts) {}
Outgoing::~Outgoing() = default;

void Outgoing::start()
{
    const Config& config = parts_.config;
    std::map<std::string, Dispatch::Lane> lanes;
    const auto now = [&clock = parts_.clock] { return clock.now(); };
    for (const auto& channel : config.channels) {
        if (channel.mode == Mode::real && config.mode == Mode::drill) {
            log(Severity::notice, "channel {} stays closed: it is for real warnings, and this is a drill",
                channel.name);
            continue;
        }
        lanes.emplace(
            channel.name,
            Dispatch::Lane::open(*channel.kind, channel.settings, channel.mode, channel.parallel,
                                 {channel.name, executor_, config.data_folder / "channels" / channel.name, now}));
    }
    channels_ = lanes.size();
    dispatch_ = std::make_unique<Dispatch>(executor_, parts_.store, parts_.clock, std::move(lanes));
    for (const auto& word : parts_.store.last_words())
        dispatch_->remember(word.channel, word.state, word.detail, word.accepted_at);
    dispatch_->on_reply([this](const std::string& channel, notify::Inbound::Reply reply) { replied(channel, reply); });
    SqliteStore& store = parts_.store;
    letters_ = std::make_unique<Letters>(
        config, parts_.turns,
        Letters::Book{[&store](const std::string& id, int number) { return store.has_letter(id, number); },
                      [&store](Instant since) { return store.received_since(since); },
                      [&store] { return store.held(); }});
    if (config.heartbeat) heart_ = std::make_unique<Heart>(executor_);
    if (const auto started = dispatch_->start(); !started)
        throw StoreError(fmt::format("the outbox cannot be read: {}", started.error().what));
    parts_.turns.on_outbox([this] { boost::asio::post(executor_, [this] { dispatch_->pump(); }); });
}

void Outgoing::stop()
{
    heart_.reset();
    dispatch_->stop();
}

Outcome<void> Outgoing::tick(const Health& health, bool good)
{
    beat(good);
    return letters_->look(health, *dispatch_, parts_.clock.now());
}

void Outgoing::beat(bool good)
{
    if (!heart_ || !good || heart_->on_its_way) return;
    const auto now = std::chrono::steady_clock::now();
    if (now < heart_->next) return;
    heart_->next = now + parts_.config.heartbeat->every;
    heart_->on_its_way = true;
    notify::HttpRequest request;
    request.url = parts_.config.heartbeat->url;
    request.ca_file = parts_.config.heartbeat->ca_file;
    request.headers = {"Content-Type: application/json"};
    request.body =
        fmt::format(R"({{"at":"{}"}})", format_instant(parts_.clock.now(), parts_.config.rules.network.offset));
    heart_->client.post(std::move(request), [this, alive = heart_->alive](const notify::HttpReply& reply) {
        if (!*alive) return;
        heart_->on_its_way = false;
        const bool well = reply.status >= 200 && reply.status < 300;
        if (well != heart_->well)
            log(well ? Severity::notice : Severity::warning, "heartbeat: {}",
                reply.status == 0 ? reply.problem : fmt::format("HTTP {}", reply.status));
        heart_->well = well;
    });
}

/// Kept, each once; "1" from somebody an alarm was sent to acknowledges it.
void Outgoing::replied(const std::string& channel, const notify::Inbound::Reply& reply)
{
    bool is_new = false;
    const auto answers =
        parts_.store.note_reply(parts_.clock.now(), channel, reply.from, reply.text, reply.provider_id, is_new);
    if (!answers) {
        log(Severity::error, "a reply cannot be kept: {}", answers.error().what);
        return;
    }
    if (!is_new || !*answers || (*answers)->row->kind != notify::letter_kind_name(notify::LetterKind::alarm)) return;
    const auto first = reply.text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos || reply.text[first] != '1') return;
    const auto done = parts_.turns.alarm_answered((*answers)->row->warning, (*answers)->to.name,
                                                  fmt::format("{}: {}", channel, reply.text));
    if (!done) log(Severity::error, "an acknowledgement cannot be kept: {}", done.error().what);
}

} // namespace aqi::daemon
