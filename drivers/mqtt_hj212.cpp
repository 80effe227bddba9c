// drivers/mqtt_hj212: raw HJ 212 frames as MQTT payloads, as a DTU box in transparent mode sends them. One row of the
// driver table.
//
// Knows: that several frames may stand in one payload, and that the topic says who speaks.
// Does not know: what a frame says (hj212/decode); answers and requests, for which a box behind a broker has no way back.
#include "drivers/hj212/decode.hpp"
#include "drivers/hj212/settings.hpp"
#include "drivers/mqtt_link.hpp"

#include <fmt/format.h>

namespace aqi::drivers {
namespace {

struct BoxSettings {
    MqttSettings mqtt;
    hj212::Hj212Settings frames;
};

std::any read_settings(const Settings& table)
{
    BoxSettings out;
    out.mqtt = read_mqtt_settings(table);
    hj212::read_hj212_frames(table, out.frames);
    for (const auto& station : out.frames.stations)
        if (!station.allow.empty())
            table.fail("station", fmt::format("{}: \"allow\" names addresses, and a broker hides them; who may publish "
                                              "where is the broker's to enforce",
                                              station.id));
    return out;
}

Decoded decode(const Frame& frame, const std::any& settings, UtcOffset offset)
{
    const auto& own = std::any_cast<const BoxSettings&>(settings);
    Decoded out = hj212::decode_hj212(frame, own.frames, offset);
    if (own.mqtt.station_level < 0) return out;
    // A topic may name the station or its MN; a frame of another one on it is somebody else's.
    const std::string_view speaker = topic_level(frame.origin, own.mqtt.station_level);
    const auto* by_mn = own.frames.station_of(speaker);
    const std::string_view station = by_mn != nullptr ? std::string_view{by_mn->id} : speaker;
    std::erase_if(out.readings, [&](const Reading& reading) {
        if (reading.station == station) return false;
        out.faults.push_back({Reason::wrong_station, fmt::format("topic {} belongs to {}, the frame is of {}",
                                                                 frame.origin, station, reading.station)});
        return true;
    });
    return out;
}

std::unique_ptr<Link> open(const std::any& settings, LinkContext context)
{
    return open_mqtt_link(std::any_cast<const BoxSettings&>(settings).mqtt, std::move(context));
}

std::vector<std::string> stations(const std::any& settings)
{
    std::vector<std::string> out;
    for (const auto& station : std::any_cast<const BoxSettings&>(settings).frames.stations) out.push_back(station.id);
    return out;
}

std::vector<std::string> holds(const std::any& settings)
{
    return held_by(std::any_cast<const BoxSettings&>(settings).mqtt);
}

} // namespace

extern const DriverInfo mqtt_hj212_driver;
const DriverInfo mqtt_hj212_driver = {
    "mqtt-hj212",
    "raw HJ 212 frames from an MQTT broker, as DTU boxes in transparent mode send them",
    R"(# A broker, and boxes that publish HJ 212 frames as they are. Nobody answers them: the station keeps no count of what
# arrived, and hours that are owed cannot be asked for. Where a box can call in over TCP, driver = "hj212" is better.
[[link]]
name = "boxes"
driver = "mqtt-hj212"
uri = "tcp://127.0.0.1:1883"       # ssl://host:8883 with TLS
client_id = "aqid-boxes"           # fixed, and another one for every link
topics = ["dtu/+/up"]              # filters, all at QoS 1
# station_level = 1                # level of the topic that names the station or its MN, from 0; a frame of another one is
                                   # refused; -1: the MN alone says it (default)
# crc = "hj212"                    # check sum: hj212, hj212-swapped, modbus, modbus-swapped; off: unchecked
# frame_data_bytes = 4096          # longest data segment taken, to 9999
# version = "5"                    # and every other key of driver = "mqtt-json"

[[link.station]]                   # one for every station, as under driver = "hj212"; an MN that is not here is refused
id = "410621-01"
mn = "010000A8900016F000169DC0"
unit = "ug/m3"                     # of every concentration but CO
# hour_label = "start"             # DataTime of hours is their start, as the standard says, or their "end"
)",
    read_settings,
    decode,
    open,
    stations,
    holds,
};

} // namespace aqi::drivers
