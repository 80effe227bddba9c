#include "libaqi/event.hpp"

#include <array>

namespace aqi {

std::string_view event_kind(const Event& event)
{
    // In the order of the variant.
    constexpr std::array<std::string_view, std::variant_size_v<Event>> kinds = {
        "observed",           "observed_day", "hour_closed",  "forecast",
        "proposed",           "withdrawn",    "acted",        "correction",
        "correction_decided", "signed_off",   "dust",         "notice",
        "station_declared",   "consulted",    "ordered",      "overdue",
        "emergency_review",   "ended",        "refused",      "alarm",
        "alarm_act",          "response",     "response_act", "drill"};
    return kinds[event.index()];
}

} // namespace aqi
