// libaqi/alarm_rule: when an area's hours raise an operational alarm; the story is in alarm.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

enum class AlarmSeverity : std::uint8_t { none = 0, notice = 1, serious = 2, critical = 3 };
std::string_view severity_name(AlarmSeverity severity);
std::string_view severity_zh(AlarmSeverity severity);
std::optional<AlarmSeverity> severity_named(std::string_view name);

/// On the real-time AQI of areas: raised above a level for so many hours running, cleared at or below a lower one for so many.
struct AlarmRule {
    AlarmSeverity severity = AlarmSeverity::serious;
    std::vector<std::string> areas; ///< Area::id; empty: all
    int raise_above = 200;
    int raise_hours = 1;
    int clear_at_most = 180;
    int clear_hours = 2;
};

} // namespace aqi
