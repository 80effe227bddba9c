#include "drivers/mqtt_publisher.hpp"

#include "drivers/mqtt_words.hpp"
#include "drivers/tls_trouble.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>
#include <mqtt/async_client.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <future>
#include <map>
#include <random>

namespace aqi::drivers {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr int backoff_least_ms = 250;
constexpr int backoff_most_ms = 30'000;
/// 1.3.12 does not always call back when a PINGRESP stays away (paho.mqtt.c issue 1505).
constexpr auto look_every = std::chrono::seconds{2};
constexpr auto connect_patience = std::chrono::seconds{10};
constexpr auto disconnect_patience = milliseconds{1'500};
constexpr auto tls_patience = milliseconds{1'500}; // to look for the reason
constexpr auto stop_patience = std::chrono::seconds{3};
constexpr int at_least_once = 1;
/// Paho keeps a plain pointer to an Answer until it gives it, which after a lost connection may be late: this many stay.
constexpr std::size_t answers_kept = 512;

/// The answer to one call, on Paho's thread: it posts and returns.
class Answer : public mqtt::iaction_listener {
public:
    explicit Answer(std::function<void(bool, std::string)> then) : then_(std::move(then)) {}
    void on_success(const mqtt::token&) override { then_(true, {}); }
    void on_failure(const mqtt::token& token) override
    {
        const int reason = static_cast<int>(token.get_reason_code());
        const int code = token.get_return_code();
        if (reason >= 0x80 && reason != mqtt::ReasonCode::MQTTPP_V3_CODE) return then_(false, mqtt_refusal(reason));
        then_(false, code > 0 ? mqtt_refusal(code) : std::string{}); // without words: not the broker's answer
    }

private:
    std::function<void(bool, std::string)> then_;
};

} // namespace

/// Every call into Paho is made on a thread of our own: its lock may be held while it resolves a name or waits for TLS.
class MqttPublisher::Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(PublisherSettings settings, asio::any_io_executor executor)
        : settings_(std::move(settings)),
          executor_(executor),
          retry_(executor),
          look_(executor),
          caller_(std::make_unique<asio::thread_pool>(1))
    {}

    void start()
    {
        connect();
        look();
    }

    void publish(std::vector<Publication> all, std::function<void(Published)> done)
    {
        if (state_ == State::down) return answer(std::move(done), {Published::State::not_sent, why_down_});
        const auto id = ++last_id_;
        auto& batch = batches_.try_emplace(id, executor_).first->second;
        batch.all = std::move(all);
        batch.missing = batch.all.size();
        batch.done = std::move(done);
        batch.limit.expires_after(settings_.timeout);
        batch.limit.async_wait([weak = weak_from_this(), id](boost::system::error_code ec) {
            auto self = weak.lock();
            if (!self || ec) return;
            self->finish(id, fmt::format("no PUBACK within {} ms", self->settings_.timeout.count()));
        });
        if (state_ == State::up) hand_over(id);
    }

    void stop()
    {
        stopping_ = true;
        retry_.cancel();
        look_.cancel();
        batches_.clear();
        auto gone = std::make_shared<std::promise<void>>();
        auto waited = gone->get_future();
        call([this, gone] {
            say_good_bye();
            client_.reset();
            gone->set_value();
        });
        if (waited.wait_for(stop_patience) == std::future_status::ready) return caller_->join();
        // Paho is held somewhere and will use what is here when it comes back. The process is about to end.
        (void)caller_.release();
        if (auto self = weak_from_this().lock()) (void)new std::shared_ptr<Connection>(std::move(self));
    }

private:
    enum class State { connecting, up, down };

    /// One publish() on its way.
    struct Batch {
        explicit Batch(const asio::any_io_executor& executor) : limit(executor) {}
        std::vector<Publication> all;
        std::size_t missing = 0; ///< PUBACKs
        bool handed_over = false;
        std::string refused;
        std::function<void(Published)> done;
        asio::steady_timer limit;
    };

    template <class Function>
    void call(Function function)
    {
        asio::post(*caller_, std::move(function));
    }

    void answer(std::function<void(Published)> done, Published published) const
    {
        asio::post(executor_, [done = std::move(done), published = std::move(published)] { done(published); });
    }

    bool speaks_tls() const { return settings_.uri.starts_with("ssl://") || settings_.uri.starts_with("mqtts://"); }
    int paho_version() const { return settings_.version == MqttVersion::v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1; }

    void hand_over(std::uint64_t id)
    {
        Batch& batch = batches_.at(id);
        batch.handed_over = true;
        std::vector<Answer*> answers;
        for (std::size_t n = 0; n < batch.all.size(); ++n)
            answers.push_back(
                &listen([id](Connection& self, bool good, const std::string& why) { self.answered(id, good, why); }));
        call([this, id, all = std::move(batch.all), answers = std::move(answers)] {
            for (std::size_t n = 0; n < all.size(); ++n) {
                try {
                    client_->publish(all[n].topic, all[n].payload.data(), all[n].payload.size(), at_least_once,
                                     all[n].retained, nullptr, *answers[n]);
                } catch (const mqtt::exception& error) {
                    // Paho took nothing of this one; the first one that is not taken means that none before it matters.
                    asio::post(executor_, [weak = weak_from_this(), id, n, why = std::string{error.what()}] {
                        if (auto self = weak.lock()) self->not_taken(id, n, why);
                    });
                    return;
                }
            }
        });
    }

    void not_taken(std::uint64_t id, std::size_t n, const std::string& why)
    {
        const auto found = batches_.find(id);
        if (found == batches_.end()) return;
        if (n == 0) found->second.handed_over = false;
        finish(id, why);
    }

    void answered(std::uint64_t id, bool good, const std::string& why)
    {
        const auto found = batches_.find(id);
        if (found == batches_.end()) return; // its time was over
        if (!good && why.empty()) return finish(id, "the connection was lost before the PUBACK");
        if (!good) found->second.refused = why;
        if (--found->second.missing == 0) finish(id, {});
    }

    /// `why`: it is over without every PUBACK.
    void finish(std::uint64_t id, std::string why)
    {
        auto node = batches_.extract(id);
        if (node.empty()) return;
        Batch& batch = node.mapped();
        batch.limit.cancel();
        Published out{Published::State::acknowledged, {}};
        if (!batch.refused.empty())
            out = {Published::State::refused, batch.refused};
        else if (!why.empty() && !batch.handed_over)
            out = {Published::State::not_sent, state_ == State::up || why_down_.empty() ? why : why_down_};
        else if (!why.empty())
            out = {Published::State::unknown, std::move(why)};
        answer(std::move(batch.done), std::move(out));
    }

    void make_client()
    {
        client_ = std::make_unique<mqtt::async_client>(settings_.uri, settings_.client_id,
                                                       mqtt::create_options{paho_version()});
        // Set before the first connect: later can deadlock (paho.mqtt.cpp issue 519).
        client_->set_connection_lost_handler([weak = weak_from_this(), executor = executor_](const std::string& why) {
            asio::post(executor, [weak, why] {
                if (auto self = weak.lock()) self->lost(why.empty() ? "the connection was lost" : why);
            });
        });
        client_->set_disconnected_handler(
            [weak = weak_from_this(), executor = executor_](const mqtt::properties&, mqtt::ReasonCode code) {
                asio::post(executor, [weak, code] {
                    if (auto self = weak.lock())
                        self->lost(
                            fmt::format("the broker ended the connection: {}", mqtt_refusal(static_cast<int>(code))));
                });
            });
    }

    mqtt::connect_options options()
    {
        auto builder = mqtt::connect_options_builder();
        builder.mqtt_version(paho_version()); // explicitly, else a failed attempt falls back (paho.mqtt.c issue 1187)
        // No session: what was on its way when the connection went is answered "unknown" and must not come later.
        if (settings_.version == MqttVersion::v5)
            builder.clean_start(true);
        else
            builder.clean_session(true);
        builder.keep_alive_interval(std::chrono::seconds{settings_.keep_alive_s});
        builder.connect_timeout(connect_patience);
        if (!settings_.user.empty()) builder.user_name(settings_.user);
        if (!settings_.password_file.empty()) builder.password(mqtt_password(settings_.password_file));
        if (!settings_.status_topic.empty())
            builder.will(mqtt::message{settings_.status_topic, "offline", at_least_once, true});
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
        if (stopping_) return;
        state_ = State::connecting;
        began_ = std::chrono::steady_clock::now();
        const auto generation = ++generation_;
        Answer& connected = listen([generation](Connection& self, bool good, const std::string& why) {
            if (generation != self.generation_) return;
            if (good) return self.connected();
            if (why.empty()) return self.call([&self, generation] { self.unreachable(generation); });
            self.lost(fmt::format("cannot connect to {}: {}", self.settings_.uri, why));
        });
        call([this, generation, &connected] {
            try {
                if (!client_) make_client();
                options_ = options();
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
        asio::post(executor_, [weak = weak_from_this(), generation, why = std::move(why)] {
            if (auto self = weak.lock(); self && generation == self->generation_) self->lost(why);
        });
    }

    void connected()
    {
        state_ = State::up;
        why_down_.clear();
        backoff_ms_ = backoff_least_ms;
        call([this] { say_status("online"); });
        for (const auto& [id, batch] : batches_)
            if (!batch.handed_over) hand_over(id);
    }

    void lost(const std::string& why)
    {
        if (stopping_ || state_ == State::down) return;
        state_ = State::down;
        ++generation_; // answers of the old connection are no longer ours
        why_down_ = why;
        std::vector<std::uint64_t> all;
        for (const auto& [id, batch] : batches_) all.push_back(id);
        for (const auto id : all) finish(id, fmt::format("the connection was lost before the PUBACK: {}", why));
        // A little chance, so that many daemons do not knock at a restarted broker in step.
        const int jitter = std::uniform_int_distribution<int>{0, backoff_ms_ / 4}(random_);
        retry_.expires_after(milliseconds{backoff_ms_ + jitter});
        backoff_ms_ = std::min(backoff_ms_ * 2, backoff_most_ms);
        retry_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
            if (auto self = weak.lock(); self && !ec) self->connect();
        });
    }

    void look()
    {
        look_.expires_after(look_every);
        look_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
            auto self = weak.lock();
            if (!self || ec) return;
            if (self->state_ == State::up && !self->asking_.exchange(true))
                self->call([me = self.get(), generation = self->generation_] {
                    const bool gone = !me->client_->is_connected();
                    me->asking_ = false;
                    if (gone) me->tell(generation, "the connection is gone and nobody said so");
                });
            const bool overdue = std::chrono::steady_clock::now() - self->began_ > 2 * connect_patience;
            if (self->state_ == State::connecting && overdue) {
                self->call([me = self.get()] { me->hang_up(); });
                self->lost(
                    fmt::format("no answer from {} within {} s", self->settings_.uri, 2 * connect_patience.count()));
            }
            self->look();
        });
    }

    // On the calling thread.

    void hang_up()
    {
        try {
            if (client_) client_->disconnect();
        } catch (const mqtt::exception&) { // then it is gone already
        }
    }

    void say_status(const std::string& text)
    {
        if (settings_.status_topic.empty()) return;
        try {
            client_->publish(settings_.status_topic, text.data(), text.size(), at_least_once, true);
        } catch (const mqtt::exception&) { // the last will says it for us
        }
    }

    void say_good_bye()
    {
        try {
            if (!client_ || !client_->is_connected()) return;
            say_status("offline"); // a broker forgets the will of one who says good bye
            client_->disconnect(500)->wait_for(disconnect_patience);
        } catch (const mqtt::exception&) { // going away anyway
        }
    }

    Answer& listen(std::function<void(Connection&, bool, const std::string&)> then)
    {
        if (answers_.size() >= answers_kept + 8 * batches_.size()) answers_.pop_front();
        answers_.push_back(std::make_unique<Answer>(
            [weak = weak_from_this(), executor = executor_, then = std::move(then)](bool good, std::string what) {
                asio::post(executor, [weak, then, good, what = std::move(what)] {
                    if (auto self = weak.lock()) then(*self, good, what);
                });
            }));
        return *answers_.back();
    }

    const PublisherSettings settings_;
    asio::any_io_executor executor_;

    // On the loop.
    asio::steady_timer retry_;
    asio::steady_timer look_;
    std::mt19937 random_{std::random_device{}()};
    State state_ = State::connecting;
    std::string why_down_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::uint64_t generation_ = 0;
    std::uint64_t last_id_ = 0;
    std::map<std::uint64_t, Batch> batches_; ///< in the order they came
    int backoff_ms_ = backoff_least_ms;
    bool stopping_ = false;
    std::deque<std::unique_ptr<Answer>> answers_;

    // On the calling thread.
    std::unique_ptr<asio::thread_pool> caller_;
    mqtt::connect_options options_;
    mqtt::token_ptr connecting_;
    std::unique_ptr<mqtt::async_client> client_; // after what its callbacks use
    std::atomic<bool> asking_{false};
};

MqttPublisher::MqttPublisher(PublisherSettings settings, boost::asio::any_io_executor executor)
    : connection_(std::make_shared<Connection>(std::move(settings), std::move(executor)))
{
    connection_->start();
}

MqttPublisher::~MqttPublisher() { connection_->stop(); }

void MqttPublisher::publish(std::vector<Publication> all, std::function<void(Published)> done)
{
    connection_->publish(std::move(all), std::move(done));
}

} // namespace aqi::drivers
