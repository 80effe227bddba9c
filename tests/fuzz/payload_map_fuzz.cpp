// The first byte picks a built-in payload map, the rest is a document; or, with the highest bit, the rest is a map itself
// that is then given a document.
#include "drivers/embedded.hpp"
#include "drivers/payload_map.hpp"

#include <cstdint>

using namespace aqi;
using namespace aqi::drivers;

namespace {

PayloadLink open_link(const PayloadMap& map)
{
    PayloadLink link;
    link.station_level = map.names_station() ? -1 : 2;
    if (map.form == PayloadMap::Form::one)
        link.streams.push_back({"aqid/v1/A/hourly", "A", {Pollutant::o3, WeatherItem{}, "ppb"}});
    return link;
}

void decode(const PayloadMap& map, std::string_view document)
{
    Frame frame;
    frame.link = "fuzz";
    frame.origin = "aqid/v1/A/hourly";
    frame.bytes = document;
    frame.received_at = Instant{1'481'500'000'000};
    const auto decoded = decode_payload(map, open_link(map), frame, UtcOffset{});
    for (const auto& reading : decoded.readings)
        if (reading.station.empty()) __builtin_trap();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto maps = [] {
        std::vector<PayloadMap> out;
        for (const auto& file : payload_maps()) out.push_back(read_payload_map(Settings::parse(file.text, file.name)));
        return out;
    }();
    if (size == 0) return 0;
    const std::string_view rest{reinterpret_cast<const char*>(data + 1), size - 1};
    if (data[0] < 0x80) {
        decode(maps[data[0] % maps.size()], rest);
        return 0;
    }
    try {
        const auto map = read_payload_map(Settings::parse(rest, "fuzz"));
        decode(map, R"({"id":"A","t":1481504400,"a":[{"n":"pm10","v":"1.5"}],"v":{"pm10":1,"pm25":null}})");
    } catch (const SettingError&) {}
    return 0;
}
