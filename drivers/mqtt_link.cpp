#include "drivers/mqtt_link.hpp"

#include "drivers/mqtt_words.hpp"
#include "drivers/tls_trouble.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>
#include <mqtt/async_client.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <future>
#include <random>

#include <unistd.h>

namespace aqi::drivers {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr int backoff_least_ms = 250;
constexpr int backoff_most_ms = 30'000;
/// How often the loop asks whether Paho still believes in the connection: 1.3.12 does not always call back when a
/// PINGRESP stays away (paho.mqtt.c issue 1505).
constexpr auto look_every = std::chrono::seconds{2};
constexpr auto disconnect_patience = milliseconds{1'500};
constexpr auto tls_patience = milliseconds{1'500}; // to look for the reason
constexpr auto stop_patience = std::chrono::seconds{3};
/// The way to the broker, its answer and every SUBACK.
constexpr auto connect_patience = std::chrono::seconds{40};
/// MQTT 5: a broker drops what is longer, before it is in our memory. Between frame_max and this it is counted and kept cut.
constexpr int packet_most = 1024 * 1024;
/// A session that is granted fewer is worse than none: at QoS 0 the broker would forget what we did not take.
constexpr int wanted_qos = 1;

class MqttLink;

/// Answers of one asynchronous call, on Paho's thread. They post and return: waiting there for anything that needs
/// Paho's thread would be for ever.
class Answer : public mqtt::iaction_listener {
public:
    Answer(std::function<void(bool, std::string)> then) : then_(std::move(then)) {}
    void on_success(const mqtt::token& token) override { then_(true, granted(token)); }
    void on_failure(const mqtt::token& token) override
    {
        const int reason = static_cast<int>(token.get_reason_code());
        const int code = token.get_return_code();
        if (reason >= 0x80 && reason != mqtt::ReasonCode::MQTTPP_V3_CODE) return then_(false, mqtt_refusal(reason));
        if (code > 0) return then_(false, mqtt_refusal(code));
        if (token.get_type() == mqtt::token::Type::CONNECT)
            return then_(false, {}); // not the broker's word: unreachable()
        then_(false, mqtt::exception::error_str(code));
    }

private:
    static std::string granted(const mqtt::token& token)
    {
        if (token.get_type() != mqtt::token::Type::SUBSCRIBE) return {};
        const auto response = token.get_subscribe_response();
        const auto& codes = response.get_reason_codes();
        return codes.empty() ? std::string{"?"} : std::to_string(static_cast<int>(codes.front()));
    }
    std::function<void(bool, std::string)> then_;
};

/// Every call into Paho is made on a thread of the link's own, never on the loop: Paho's lock is held while its thread is
/// in arrived(), and there it may wait for a disk as long as the disk likes. The loop must not wait with it.
class MqttLink : public Link, public std::enable_shared_from_this<MqttLink> {
public:
    MqttLink(MqttSettings settings, LinkContext context)
        : settings_(std::move(settings)),
          context_(std::move(context)),
          retry_(context_.executor),
          look_(context_.executor),
          caller_(std::make_unique<asio::thread_pool>(1))
    {}

    ~MqttLink() override { stop(); }

    void start() override
    {
        connect();
        look();
    }

    bool stop() override
    {
        if (stopping_) return true;
        stopping_ = true;
        retry_.cancel();
        look_.cancel();
        auto gone = std::make_shared<std::promise<void>>();
        auto waited = gone->get_future();
        call([this, gone] {
            say_good_bye();
            client_.reset();
            gone->set_value();
        });
        if (waited.wait_for(stop_patience) == std::future_status::ready) {
            caller_->join();
            return true;
        }
        // Paho's thread is held in append() and will not come back: what it uses must stay where it is. The process is
        // about to end, and the broker keeps what was not acknowledged.
        (void)caller_.release();
        if (auto self = weak_from_this().lock()) (void)new std::shared_ptr<MqttLink>(std::move(self));
        return false;
    }

private:
    template <class Function>
    void call(Function function)
    {
        asio::post(*caller_, std::move(function));
    }

    void say_good_bye()
    {
        try {
            if (!client_ || !client_->is_connected()) return;
            publish_status("offline");
            client_->disconnect(500)->wait_for(disconnect_patience);
        } catch (const mqtt::exception&) { // going away anyway
        }
    }

    bool speaks_tls() const { return settings_.uri.starts_with("ssl://") || settings_.uri.starts_with("mqtts://"); }

    int paho_version() const { return settings_.version == MqttVersion::v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1; }

    void make_client()
    {
        client_ = std::make_unique<mqtt::async_client>(settings_.uri, settings_.client_id,
                                                       mqtt::create_options{paho_version()});
        // Callbacks are set before the first connect: setting them later can deadlock (paho.mqtt.cpp issue 519).
        client_->set_message_callback([this](mqtt::const_message_ptr message) { arrived(*message); });
        client_->set_connection_lost_handler(
            [weak = weak_from_this(), executor = context_.executor](const std::string& why) {
                asio::post(executor, [weak, why] {
                    if (auto self = weak.lock()) self->lost(why.empty() ? "the connection was lost" : why);
                });
            });
        client_->set_disconnected_handler(
            [weak = weak_from_this(), executor = context_.executor](const mqtt::properties&, mqtt::ReasonCode code) {
                asio::post(executor, [weak, code] {
                    if (auto self = weak.lock())
                        self->lost(
                            fmt::format("the broker ended the connection: {}", mqtt_refusal(static_cast<int>(code))));
                });
            });
    }

    // Paho calls this on its own thread. The frame is durable when append() returns, and Paho sends the PUBACK after this
    // function returns: that order is the guarantee (performance study 4.1, 4.2).
    void arrived(const mqtt::message& message)
    {
        Frame frame;
        frame.link = context_.name;
        frame.origin = message.get_topic();
        const auto& payload = message.get_payload_ref();
        frame.bytes = std::string_view{payload.data(), payload.size()};
        frame.received_at = context_.now();
        frame.retained = message.is_retained();
        const bool wanted = std::any_of(settings_.topics.begin(), settings_.topics.end(),
                                        [&](const auto& filter) { return filter_holds(filter, frame.origin); });
        if (!wanted)
            frame.refused =
                "no filter of the link holds its topic: the broker's session has a subscription that the "
                "configuration no longer has; use another client_id, or take the session away at the broker";
        if (context_.inbox->append(frame)) return;
        // Stopping without having kept it. Returning would acknowledge it, so this thread never returns; the process ends.
        while (true) ::pause();
    }

    mqtt::connect_options options()
    {
        auto builder = mqtt::connect_options_builder();
        builder.mqtt_version(paho_version()); // explicitly, else a failed attempt falls back (paho.mqtt.c issue 1187)
        if (settings_.version == MqttVersion::v5)
            builder.clean_start(!settings_.keeps_session);
        else
            builder.clean_session(!settings_.keeps_session);
        builder.keep_alive_interval(std::chrono::seconds{settings_.keep_alive_s});
        builder.connect_timeout(std::chrono::seconds{10});
        if (!settings_.user.empty()) builder.user_name(settings_.user);
        if (!settings_.password_file.empty()) builder.password(mqtt_password(settings_.password_file));
        if (!settings_.status_topic.empty()) builder.will(mqtt::message{settings_.status_topic, "offline", 1, true});
        if (speaks_tls()) {
            mqtt::ssl_options ssl;
            if (!settings_.ca_file.empty()) ssl.set_trust_store(settings_.ca_file);
            if (!settings_.certificate_file.empty()) ssl.set_key_store(settings_.certificate_file);
            if (!settings_.key_file.empty()) ssl.set_private_key(settings_.key_file);
            ssl.set_verify(true); // the host name too
            ssl.set_enable_server_cert_auth(true);
            builder.ssl(std::move(ssl)); // no error handler: see tls_trouble
        }
        return builder.finalize();
    }

    void connect()
    {
        if (stopping_ || !context_.inbox->flowing()) return schedule();
        report(LinkState::connecting, fmt::format("connecting to {}", settings_.uri));
        began_ = std::chrono::steady_clock::now();
        const auto generation = ++generation_;
        Answer& connected = answer([generation](MqttLink& self, bool good, const std::string& why) {
            if (generation != self.generation_) return;
            if (good)
                self.connected();
            else if (why.empty())
                self.call([&self, generation] { self.unreachable(generation); });
            else
                self.lost(fmt::format("cannot connect to {}: {}", self.settings_.uri, why));
        });
        call([this, generation, &connected] {
            try {
                if (!client_) make_client();
                options_ = options();
                // Paho C++ 1.2.0 keeps a pointer into the object it copied options from; properties are set on the final
                // object only (paho.mqtt.cpp issue 445).
                if (settings_.version == MqttVersion::v5)
                    options_.set_properties({{mqtt::property::SESSION_EXPIRY_INTERVAL,
                                              settings_.keeps_session ? settings_.session_expiry_s : 0},
                                             {mqtt::property::MAXIMUM_PACKET_SIZE, packet_most}});
                connecting_ = client_->connect(options_, nullptr, connected);
            } catch (const std::exception& error) {
                tell(generation, fmt::format("cannot connect to {}: {}", settings_.uri, error.what()));
            }
        });
    }

    /// The way to the broker failed. Paho has words for it, but only in the exception of a finished token.
    void unreachable(std::uint64_t generation)
    {
        std::string why = "no connection";
        try {
            if (connecting_) connecting_->wait_for(std::chrono::seconds{1});
        } catch (const mqtt::exception& error) {
            why = error.get_message().empty() ? error.what() : error.get_message();
        }
        if (speaks_tls()) {
            const std::string trouble = tls_trouble(
                {settings_.uri, settings_.ca_file, settings_.certificate_file, settings_.key_file}, tls_patience);
            if (!trouble.empty()) why = fmt::format("{} ({})", why, trouble);
        }
        tell(generation, fmt::format("cannot connect to {}: {}", settings_.uri, why));
    }

    /// From the calling thread to the loop: this connection is lost.
    void tell(std::uint64_t generation, std::string why)
    {
        asio::post(context_.executor, [weak = weak_from_this(), generation, why = std::move(why)] {
            if (auto self = weak.lock(); self && generation == self->generation_) self->lost(why);
        });
    }

    void connected()
    {
        // Whatever the broker remembers, every subscription is made again and counts only when acknowledged.
        subscribed_ = 0;
        const auto generation = generation_;
        for (const auto& topic : settings_.topics) {
            Answer& acknowledged = answer([generation, topic](MqttLink& self, bool good, const std::string& what) {
                if (generation == self.generation_) self.subscribed(topic, good, what);
            });
            call([this, generation, topic, &acknowledged] {
                try {
                    client_->subscribe(topic, wanted_qos, nullptr, acknowledged);
                } catch (const mqtt::exception& error) {
                    tell(generation, fmt::format("cannot subscribe to {}: {}", topic, error.what()));
                }
            });
        }
    }

    void subscribed(const std::string& topic, bool good, const std::string& what)
    {
        if (!good || what != std::to_string(wanted_qos)) {
            // Half a subscription would look alive and lose stations: go down, loudly, and try again.
            const std::string why = good ? fmt::format("the broker grants {} only at QoS {}", topic, what)
                                         : fmt::format("the broker refuses {}: {}", topic, what);
            hang_up();
            return lost(why);
        }
        if (++subscribed_ < settings_.topics.size()) return;
        backoff_ms_ = backoff_least_ms;
        report(LinkState::up,
               fmt::format("{} of {} subscriptions at {}", subscribed_, settings_.topics.size(), settings_.uri));
        call([this] { publish_status("online"); });
    }

    void hang_up()
    {
        call([this] {
            try {
                if (client_) client_->disconnect();
            } catch (const mqtt::exception&) { // then it is gone already
            }
        });
    }

    void publish_status(const std::string& text)
    {
        if (settings_.status_topic.empty()) return;
        try {
            client_->publish(settings_.status_topic, text.data(), text.size(), 1, true);
        } catch (const mqtt::exception&) { // the last will says it for us
        }
    }

    void lost(const std::string& why)
    {
        if (stopping_) return;
        ++generation_; // answers of the old connection are no longer ours
        report(LinkState::down, why);
        schedule();
    }

    void schedule()
    {
        if (stopping_ || waiting_) return;
        waiting_ = true;
        // A little chance, so that many daemons do not knock at a restarted broker in step.
        const int jitter = std::uniform_int_distribution<int>{0, backoff_ms_ / 4}(random_);
        retry_.expires_after(milliseconds{backoff_ms_ + jitter});
        backoff_ms_ = std::min(backoff_ms_ * 2, backoff_most_ms);
        retry_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
            auto self = weak.lock();
            if (!self || ec) return;
            self->waiting_ = false;
            self->connect();
        });
    }

    void look()
    {
        look_.expires_after(look_every);
        look_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
            auto self = weak.lock();
            if (!self || ec) return;
            if (self->state_ == LinkState::up && !self->asking_) self->ask();
            const bool overdue = std::chrono::steady_clock::now() - self->began_ > connect_patience;
            if (self->state_ == LinkState::connecting && !self->waiting_ && overdue) {
                self->hang_up();
                self->lost(
                    fmt::format("no connection with all its subscriptions within {} s", connect_patience.count()));
            }
            self->look();
        });
    }

    void ask()
    {
        asking_ = true;
        call([this, generation = generation_] {
            const bool gone = !client_->is_connected();
            asking_ = false;
            if (gone) tell(generation, "the connection is gone and nobody said so");
        });
    }

    void report(LinkState state, std::string detail)
    {
        state_ = state;
        context_.report({state, std::move(detail)});
    }

    /// Paho holds a plain pointer until it answers, which after a lost connection may be late or never; so the last
    /// ones are kept a good while.
    Answer& answer(std::function<void(MqttLink&, bool, const std::string&)> then)
    {
        const std::size_t kept = 64 + 2 * settings_.topics.size();
        if (answers_.size() >= kept) answers_.pop_front();
        answers_.push_back(std::make_unique<Answer>([weak = weak_from_this(), executor = context_.executor,
                                                     then = std::move(then)](bool good, std::string what) {
            asio::post(executor, [weak, then, good, what = std::move(what)] {
                if (auto self = weak.lock()) then(*self, good, what);
            });
        }));
        return *answers_.back();
    }

    const MqttSettings settings_;
    const LinkContext context_;

    // On the loop.
    asio::steady_timer retry_;
    asio::steady_timer look_;
    std::mt19937 random_{std::random_device{}()};
    LinkState state_ = LinkState::connecting;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::size_t subscribed_ = 0;
    std::uint64_t generation_ = 0;
    int backoff_ms_ = backoff_least_ms;
    bool waiting_ = false;
    bool stopping_ = false;
    std::deque<std::unique_ptr<Answer>> answers_;

    // On the calling thread.
    std::unique_ptr<asio::thread_pool> caller_;
    mqtt::connect_options options_;
    mqtt::token_ptr connecting_;
    std::unique_ptr<mqtt::async_client> client_; // after what its callbacks use
    std::atomic<bool> asking_{false};
};

/// Links are shared with the handlers they post; the owner sees a plain Link.
class Held : public Link {
public:
    explicit Held(std::shared_ptr<MqttLink> link) : link_(std::move(link)) {}
    void start() override { link_->start(); }
    bool stop() override { return link_->stop(); }

private:
    std::shared_ptr<MqttLink> link_;
};

} // namespace

MqttSettings read_mqtt_settings(const Settings& table)
{
    MqttSettings out;
    out.uri = table.text("uri");
    const auto known_scheme = out.uri.starts_with("tcp://") || out.uri.starts_with("ssl://") ||
                              out.uri.starts_with("mqtt://") || out.uri.starts_with("mqtts://");
    if (!known_scheme) table.fail("uri", fmt::format("\"{}\" must begin with tcp:// or ssl://", out.uri));
    out.client_id = table.text("client_id");
    if (out.client_id.empty()) table.fail("client_id", "an empty client_id has no persistent session");
    out.topics = table.texts_or_none("topics");
    if (out.topics.empty()) table.fail("topics", "\"topics\" must name at least one filter");
    out.version = table.choice_or<MqttVersion>("version", MqttVersion::v5,
                                               {{"5", MqttVersion::v5}, {"3.1.1", MqttVersion::v3_1_1}});
    out.user = table.text_or("user", "");
    out.password_file = table.text_or("password_file", "");
    out.ca_file = table.text_or("ca_file", "");
    out.certificate_file = table.text_or("certificate_file", "");
    out.key_file = table.text_or("key_file", "");
    out.keep_alive_s = static_cast<int>(table.integer_or("keep_alive_s", out.keep_alive_s, 2, 3600));
    out.session_expiry_s =
        static_cast<int>(table.integer_or("session_expiry_s", out.session_expiry_s, 60, 365 * 24 * 3600));
    out.status_topic = table.text_or("status_topic", "");
    out.station_level = static_cast<int>(table.integer_or("station_level", out.station_level, -1, 20));
    return out;
}

std::unique_ptr<Link> open_mqtt_link(const MqttSettings& settings, LinkContext context)
{
    return std::make_unique<Held>(std::make_shared<MqttLink>(settings, std::move(context)));
}

std::vector<std::string> held_by(const MqttSettings& settings)
{
    return {fmt::format("client_id \"{}\" at {}", settings.client_id, settings.uri)};
}

bool filter_holds(std::string_view filter, std::string_view topic)
{
    constexpr std::string_view shared = "$share/";
    if (filter.starts_with(shared)) {
        const auto group_end = filter.find('/', shared.size());
        if (group_end == std::string_view::npos) return false;
        filter.remove_prefix(group_end + 1);
    }
    for (const std::string_view prefix : {"$queue/", "$exclusive/"}) // EMQX
        if (filter.starts_with(prefix)) filter.remove_prefix(prefix.size());
    // Wildcards do not hold topics of the broker itself.
    if (topic.starts_with('$') && !filter.starts_with('$')) return false;
    while (true) {
        if (filter == "#") return true;
        const auto level_end = filter.find('/'), topic_end = topic.find('/');
        const std::string_view level = filter.substr(0, level_end);
        if (level != "+" && level != topic.substr(0, topic_end)) return false;
        const bool filter_ends = level_end == std::string_view::npos, topic_ends = topic_end == std::string_view::npos;
        if (topic_ends) return filter_ends || filter.substr(level_end) == "/#"; // "a/#" holds "a", too
        if (filter_ends) return false;
        filter.remove_prefix(level_end + 1);
        topic.remove_prefix(topic_end + 1);
    }
}

std::string_view topic_level(std::string_view topic, int level)
{
    for (; level > 0; --level) {
        const auto slash = topic.find('/');
        if (slash == std::string_view::npos) return {};
        topic.remove_prefix(slash + 1);
    }
    return topic.substr(0, topic.find('/'));
}

} // namespace aqi::drivers
