// daemon/notify/mqtt: what stands for each area, retained, and every message as an event, on a broker.
//
// <prefix>/warning/<area>  retained: the document of the last revision; its level is "none" after a lift, never an empty payload, so
//                          that a screen that starts now knows that nothing stands, and not only that it knows nothing
// <prefix>/events          not retained: every message with its key; a repeat has the same key
// <prefix>/aqid/state      retained: online, or offline (also by the broker, when aqid is gone)
//
// Accepted when the broker acknowledged all of it. A repeat puts the same state there and an event with the same key: so a message in
// doubt may be sent again.
#include "daemon/notify/channel.hpp"
#include "daemon/notify/endpoint.hpp"
#include "drivers/mqtt_publisher.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace aqi::notify {
namespace {

namespace json = boost::json;
using daemon::SendState;
using drivers::Publication;
using drivers::Published;

struct MqttSettings {
    drivers::PublisherSettings broker;
    std::string prefix;
    bool home_assistant = false;
    std::string home_assistant_prefix;
};

std::string read_topic(const Settings& table, std::string_view key, std::string topic)
{
    const bool good = !topic.empty() && is_one_line(topic) && topic.find_first_of("+#") == std::string::npos &&
                      topic.front() != '/' && topic.back() != '/' && topic.front() != '$' && topic.size() <= 200;
    if (!good)
        table.fail(key, fmt::format("\"{}\" cannot begin a topic: no + or #, no / at its ends, no $ before it", topic));
    return topic;
}

std::any read_settings(const Settings& table, Mode mode)
{
    MqttSettings out;
    auto& broker = out.broker;
    broker.uri = table.text("uri");
    const std::string_view host = host_of(broker.uri);
    const bool secure = broker.uri.starts_with("ssl://");
    if (host.empty() || !is_one_line(broker.uri) || (!secure && !broker.uri.starts_with("tcp://")))
        table.fail("uri", fmt::format("\"{}\" must begin with ssl:// or tcp:// and name a host", broker.uri));
    if (mode == Mode::drill && !is_loopback(host))
        table.fail(
            "uri",
            fmt::format("a drill does not leave this machine; \"{}\" is not 127.0.0.1, [::1] or localhost", host));
    if (!secure && !is_loopback(host)) table.fail("uri", "outside this machine it must be ssl://");
    broker.client_id = table.text("client_id");
    if (broker.client_id.empty())
        table.fail("client_id", "a client_id is needed, one that nobody else has at this broker");
    broker.version = table.choice_or<drivers::MqttVersion>(
        "version", drivers::MqttVersion::v5,
        {{"5", drivers::MqttVersion::v5}, {"3.1.1", drivers::MqttVersion::v3_1_1}});
    broker.user = table.text_or("user", "");
    broker.password_file = table.text_or("password_file", "");
    broker.ca_file = table.text_or("ca_file", "");
    broker.certificate_file = table.text_or("certificate_file", "");
    broker.key_file = table.text_or("key_file", "");
    broker.keep_alive_s = static_cast<int>(table.integer_or("keep_alive_s", broker.keep_alive_s, 2, 3600));
    broker.timeout = std::chrono::milliseconds{table.integer_or("timeout_ms", 10'000, 100, 600'000)};
    out.prefix = read_topic(table, "prefix", table.text("prefix"));
    // The broker may pass on what this machine says to it.
    if (mode == Mode::drill && out.prefix.find("drill") == std::string::npos)
        table.fail("prefix", fmt::format("a drill's topics say so: \"{}\" must contain \"drill\"", out.prefix));
    broker.status_topic = out.prefix + "/aqid/state";
    out.home_assistant = table.flag_or("home_assistant", false);
    out.home_assistant_prefix =
        read_topic(table, "home_assistant_prefix", table.text_or("home_assistant_prefix", "homeassistant"));
    return settings_for(mode, std::move(out));
}

/// An id as Home Assistant takes it: letters, digits, "_" and "-"; everything else as the hex of its bytes, so that two do not meet.
std::string plain_id(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
        out += plain ? std::string(1, c) : fmt::format("_{:02x}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string text_of(const json::object& of, std::string_view key)
{
    const auto* found = of.if_contains(key);
    return found != nullptr && found->is_string() ? std::string{found->as_string()} : std::string{};
}

std::string area_topic(const MqttSettings& settings, std::string_view area)
{
    return fmt::format("{}/warning/{}", settings.prefix, area);
}

/// Home Assistant makes a sensor of it: the level, and the document as its attributes.
Publication discovery(const MqttSettings& settings, Mode mode, const std::string& area, const std::string& name)
{
    const std::string id = fmt::format("aqid_{}_{}", plain_id(settings.prefix), plain_id(area));
    const std::string topic = area_topic(settings, area);
    json::array levels;
    for (const auto level :
         {WarningLevel::none, WarningLevel::blue, WarningLevel::yellow, WarningLevel::orange, WarningLevel::red})
        levels.emplace_back(warning_level_name(level));
    return {fmt::format("{}/sensor/{}/warning/config", settings.home_assistant_prefix, id),
            json::serialize(
                json::object{{"name", fmt::format("{}{}重污染天气预警", mode == Mode::drill ? drill_mark : "", name)},
                             {"unique_id", id},
                             {"state_topic", topic},
                             {"value_template", "{{ value_json.level }}"},
                             {"json_attributes_topic", topic},
                             {"device_class", "enum"},
                             {"options", std::move(levels)},
                             {"availability_topic", settings.broker.status_topic},
                             {"payload_available", "online"},
                             {"payload_not_available", "offline"},
                             {"icon", "mdi:weather-hazy"}}),
            true};
}

Receipt receipt_of(const Published& published)
{
    switch (published.state) {
    case Published::State::acknowledged: return {SendState::accepted, "the broker acknowledged it"};
    // Rights at a broker are given while we wait; a message is not lost for their being late.
    case Published::State::refused: return {SendState::retry, fmt::format("the broker refuses it: {}", published.why)};
    case Published::State::not_sent: return {SendState::retry, published.why};
    case Published::State::unknown: break;
    }
    return {SendState::in_doubt, published.why};
}

template <Mode mode>
class MqttChannel : public ChannelOf<mode> {
public:
    MqttChannel(MqttSettings settings, ChannelContext context)
        : settings_(std::move(settings)), publisher_(settings_.broker, context.executor)
    {}

    void send(const MessageOf<mode>& message, std::function<void(Receipt)> done) override
    {
        json::object document = json::parse(message.document).as_object(); // our own: document_of()
        std::vector<Publication> all;
        if (message.kind == LetterKind::warning) {
            const json::object& area = document.at("area").as_object();
            const std::string id = text_of(area, "id");
            if (settings_.home_assistant) all.push_back(discovery(settings_, mode, id, text_of(area, "name")));
            all.push_back({area_topic(settings_, id), message.document, true});
        }
        document["key"] = message.key;
        all.push_back({settings_.prefix + "/events", json::serialize(document), false});
        publisher_.publish(std::move(all),
                           [done = std::move(done)](const Published& published) { done(receipt_of(published)); });
    }

    bool drops_repeats() const override { return true; }

private:
    const MqttSettings settings_;
    drivers::MqttPublisher publisher_;
};

} // namespace

extern const ChannelInfo mqtt_channel;
const ChannelInfo mqtt_channel = {
    "mqtt",
    "the state of each area, retained, and every message as an event, on an MQTT broker; Home Assistant finds it by "
    "itself",
    "",
    R"([[channel]]
name = "screens"
kind = "mqtt"
uri = "ssl://broker.example.invalid:8883"  # tcp:// only to this machine itself
client_id = "aqid-screens"                 # nobody else may have it at this broker
prefix = "hebi"           # <prefix>/warning/<area>: retained, the document of what stands, level "none" after a lift;
                          # <prefix>/events: every message with its "key"; <prefix>/aqid/state: online or offline
# version = "5"           # or "3.1.1": there a broker cannot say that it does not let us publish
# user = "aqid"           # default: no login
# password_file = ""      # its first line; read at every connect
# ca_file = ""            # PEM; default: the system's authorities
# certificate_file = ""   # our own certificate and its key, when the broker asks for them
# key_file = ""
# keep_alive_s = 30       # after one and a half of it without a sign the broker says "offline" for us
# timeout_ms = 10000      # no acknowledgement by then: the message is in doubt, and sent again with the same key
# home_assistant = false  # true: a retained description per area, so that Home Assistant shows a sensor of its level
# home_assistant_prefix = "homeassistant"
# expires_after_h = 12    # not sent any more when this old
# drill = false           # true: opened for drills only; then the broker must be on this machine and the prefix
                          # contain "drill"
)",
    read_settings,
    open_channel<MqttChannel, MqttSettings, Mode::real>,
    open_channel<MqttChannel, MqttSettings, Mode::drill>,
    compose_document,
};

} // namespace aqi::notify
