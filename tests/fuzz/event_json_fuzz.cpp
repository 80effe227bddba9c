// The journal's bodies: read back exactly, or refused with an exception that recovery turns into words.
#include "daemon/store/event_json.hpp"

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iterator>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    constexpr const char* kinds[] = {"hour_closed", "forecast",           "proposed",   "withdrawn", "acted", "unknown",
                                     "correction",  "correction_decided", "signed_off", "dust",      "notice"};
    const char* kind = kinds[data[0] % std::size(kinds)];
    try {
        const aqi::Event event = aqi::daemon::event_of(kind, {reinterpret_cast<const char*>(data + 1), size - 1});
        if (!(aqi::daemon::event_of(kind, aqi::daemon::event_body(event)) == event)) std::abort();
    } catch (const std::exception&) {}
    return 0;
}
