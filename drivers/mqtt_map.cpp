// drivers/mqtt_map: a vendor's JSON over MQTT, understood with a payload map, as one row of the driver table.
#include "drivers/embedded.hpp"
#include "drivers/mqtt_link.hpp"
#include "drivers/payload_map.hpp"

#include <fmt/format.h>

#include <fstream>
#include <set>
#include <sstream>

namespace aqi::drivers {
namespace {

constexpr std::size_t map_file_max = 256 * 1024;

struct MapSettings {
    MqttSettings mqtt;
    PayloadMap map;
    PayloadLink link;
};

Settings built_in(const Settings& table)
{
    const std::string wanted = table.text("map");
    std::vector<std::string> known;
    for (const auto& file : payload_maps()) {
        const std::string_view stem = file.name.substr(0, file.name.find(".toml"));
        if (stem == wanted) return Settings::parse(file.text, fmt::format("payloads/{}", file.name));
        known.emplace_back(stem);
    }
    table.fail_unknown("map", wanted, known);
}

Settings own(const Settings& table)
{
    const std::string file = table.text("map_file");
    std::ifstream in{file, std::ios::binary};
    std::string text(map_file_max + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in.eof() || in.bad())
        table.fail("map_file", fmt::format("{}: it cannot be read, or is longer than {} bytes", file, map_file_max));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return Settings::parse(text, file);
}

std::any read_settings(const Settings& table)
{
    MapSettings out;
    out.mqtt = read_mqtt_settings(table);
    if (table.has("map") == table.has("map_file"))
        table.fail("map", "either \"map\" names a built-in map or \"map_file\" a file of your own");
    out.map = read_payload_map(table.has("map") ? built_in(table) : own(table));
    out.link = read_payload_link(table, out.map);
    out.mqtt.keeps_session = out.map.time.form != PayloadTime::Form::none && !out.map.time.arrival;
    return out;
}

Decoded decode(const Frame& frame, const std::any& settings, UtcOffset offset)
{
    const auto& own = std::any_cast<const MapSettings&>(settings);
    return decode_payload(own.map, own.link, frame, offset);
}

std::unique_ptr<Link> open(const std::any& settings, LinkContext context)
{
    return open_mqtt_link(std::any_cast<const MapSettings&>(settings).mqtt, std::move(context));
}

std::vector<std::string> stations(const std::any& settings)
{
    const auto& link = std::any_cast<const MapSettings&>(settings).link;
    std::set<std::string> out;
    for (const auto& row : link.stations) out.insert(row.second);
    for (const auto& stream : link.streams) out.insert(stream.station);
    return {out.begin(), out.end()};
}

std::vector<std::string> holds(const std::any& settings)
{
    return held_by(std::any_cast<const MapSettings&>(settings).mqtt);
}

} // namespace

extern const DriverInfo mqtt_map_driver;
const DriverInfo mqtt_map_driver = {
    "mqtt-map",
    "a vendor's JSON from an MQTT broker, understood with a payload map (drivers/payloads)",
    R"(# A broker, and a vendor's JSON; the map says where in it the values stand.
[[link]]
name = "vendor"
driver = "mqtt-map"
uri = "tcp://127.0.0.1:1883"       # ssl://host:8883 with TLS
client_id = "aqid-vendor"          # fixed, and another one for every link
topics = ["airgradient/readings/+"] # filters, all at QoS 1
map = "airgradient"                # built in: airgradient, fiware-air-quality-observed, hj212-json, sensor-community,
                                   # sensorthings, thingsboard-gateway
# map_file = "/etc/aqid/payloads/our-vendor.toml" # in place of map: one of your own, written like drivers/payloads
# station_level = 2                # level of the topic that names the station or the device, from 0; a payload that says
                                   # another one is refused; -1: the payload alone says it (default)
# unknown = "count"                # names the map does not list: "count", or "fault" to be told of each
# version = "5"                    # and every other key of driver = "mqtt-json": user, password_file, ca_file,
                                   # certificate_file, key_file, keep_alive_s, session_expiry_s, status_topic
# [link.stations]                  # device = station of ours; without the table, devices are named as stations are
# "84fce612f5b8" = "A001"
                                   # A payload without a time is the air of now: while aqid is away, the broker keeps none
                                   # of them (no persistent session), and those hours are gaps with their reason
# [link.time]                      # what the map says otherwise of time: format, period, minutes, stamps, without
# period = "hour"
# stamps = "start"
# [[link.stream]]                  # of maps whose documents hold a bare value (sensorthings): one a topic
# topic = "v1.1/Datastreams(42)/Observations"
# station = "A001"
# pollutant = "pm2_5"
# unit = "ug/m3"
)",
    read_settings,
    decode,
    open,
    stations,
    holds,
};

} // namespace aqi::drivers
