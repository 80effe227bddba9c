// drivers/forecast_mqtt: a bureau's forecasts over MQTT, as one row of the driver table.
//
// Who publishes is the broker's to check (user, per-topic rights): the link says whose forecasts come on its topics.
#include "drivers/forecast_text.hpp"
#include "drivers/mqtt_link.hpp"

namespace aqi::drivers {
namespace {

struct ForecastMqttSettings {
    MqttSettings mqtt;
    std::string person;
};

std::any read_settings(const Settings& table)
{
    ForecastMqttSettings out{read_mqtt_settings(table), table.text("person")};
    return out;
}

Decoded decode(const Frame& frame, const std::any& settings, UtcOffset offset)
{
    Decoded out;
    auto forecast = parse_forecast_json(frame.bytes, frame.received_at, offset);
    if (!forecast) {
        out.faults.push_back(forecast.error());
        return out;
    }
    forecast->person = std::any_cast<const ForecastMqttSettings&>(settings).person;
    out.forecasts.push_back(std::move(*forecast));
    return out;
}

std::unique_ptr<Link> open(const std::any& settings, LinkContext context)
{
    return open_mqtt_link(std::any_cast<const ForecastMqttSettings&>(settings).mqtt, std::move(context));
}

std::vector<std::string> holds(const std::any& settings)
{
    return held_by(std::any_cast<const ForecastMqttSettings&>(settings).mqtt);
}

std::vector<std::string> people(const std::any& settings)
{
    return {std::any_cast<const ForecastMqttSettings&>(settings).person};
}

} // namespace

extern const DriverInfo mqtt_forecast_driver;
const DriverInfo mqtt_forecast_driver = {
    "mqtt-forecast",
    "a bureau's forecasts as JSON (drivers/forecast_text) from an MQTT broker",
    R"(# Forecasts of one bureau from a broker: {"area", "issued_at", "days": [{"date", "aqi" | "low" and "high", "primary", "weather"}]}.
# Let only that bureau publish there: what comes is taken for the word of the person named here.
[[link]]
name = "met-forecasts"
driver = "mqtt-forecast"
uri = "tcp://127.0.0.1:1883"
client_id = "aqid-forecasts"
topics = ["aqid/v1/forecast/qxj"]
person = "qxj-li"                  # whose forecasts they are; needs may = ["forecast"]
# version, user, password_file, ca_file, certificate_file, key_file, keep_alive_s, session_expiry_s: as of mqtt-json
)",
    read_settings,
    decode,
    open,
    nullptr,
    holds,
    people,
};

} // namespace aqi::drivers
