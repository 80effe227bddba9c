#include "tools/sim/publisher.hpp"

#include <fmt/format.h>
#include <mqtt/async_client.h>

#include <chrono>

namespace aqi::sim {
namespace {

constexpr auto patience = std::chrono::seconds{30};
constexpr std::size_t in_flight = 200;

} // namespace

struct Publisher::Impl {
    explicit Impl(const std::string& uri, const std::string& client_id)
        : client(uri, client_id, mqtt::create_options{MQTTVERSION_3_1_1})
    {}
    mqtt::async_client client;
};

Publisher::Publisher(const std::string& uri, const std::string& client_id, const std::string& user,
                     const std::string& password)
    : impl_(std::make_unique<Impl>(uri, client_id))
{
    mqtt::connect_options options;
    options.set_mqtt_version(MQTTVERSION_3_1_1);
    options.set_clean_session(true);
    options.set_max_inflight(static_cast<int>(in_flight));
    if (!user.empty()) options.set_user_name(user);
    if (!password.empty()) options.set_password(password);
    try {
        if (!impl_->client.connect(options)->wait_for(patience)) throw std::runtime_error("no answer");
    } catch (const std::exception& error) {
        throw std::runtime_error(fmt::format("broker {}: {}", uri, error.what()));
    }
}

Publisher::~Publisher()
{
    try {
        impl_->client.disconnect()->wait_for(std::chrono::seconds{2});
    } catch (const mqtt::exception&) { // it is gone already
    }
}

void Publisher::publish(const std::vector<Message>& messages)
{
    std::vector<mqtt::delivery_token_ptr> tokens;
    const auto wait = [&] {
        for (const auto& token : tokens)
            if (!token->wait_for(patience)) throw std::runtime_error("the broker does not acknowledge");
        tokens.clear();
    };
    try {
        for (const auto& message : messages) {
            tokens.push_back(impl_->client.publish(message.topic, message.payload.data(), message.payload.size(), 1,
                                                   message.retained));
            if (tokens.size() >= in_flight / 2) wait();
        }
        wait();
    } catch (const mqtt::exception& error) {
        throw std::runtime_error(fmt::format("publish: {}", error.what()));
    }
}

} // namespace aqi::sim
