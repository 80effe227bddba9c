// The first byte picks a row of the driver table, the rest is the frame: a new driver is fuzzed by being in the table.
#include "daemon/ingest.hpp"
#include "drivers/driver.hpp"

#include <cstdint>

using namespace aqi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto table = drivers::all_drivers();
    static const auto settings = [] {
        std::vector<std::any> out;
        for (const auto& driver : table)
            out.push_back(driver.settings(Settings::parse(driver.sample, "sample").tables("link").at(0)));
        return out;
    }();
    static const Rules rules = [] {
        Rules r;
        r.network.stations = {{"A", "A", {}}};
        r.network.areas = {{"city", "city", AreaKind::city, {Membership{StationIndex{0}}}}};
        for (const auto p : all_pollutants) r.book.instrument_at_most[p] = Concentration::from_ug_per_m3(10'000);
        return r;
    }();
    if (size == 0) return 0;
    const std::size_t row = data[0] % table.size();
    const std::string_view bytes{reinterpret_cast<const char*>(data + 1), size - 1};
    drivers::Frame frame;
    frame.link = "fuzz";
    frame.origin = "aqid/v1/A/hourly";
    frame.bytes = bytes;
    const auto decoded = table[row].decode(frame, settings[row], UtcOffset{});
    State state{rules.network};
    for (const auto& reading : decoded.readings) {
        const auto judged =
            daemon::judge_reading(reading, false, state, rules, Instant{1'481'500'000'000}, std::chrono::minutes{10});
        for (const auto& event : judged.events) absorb(state, event, rules);
    }
    return 0;
}
