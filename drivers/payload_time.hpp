// drivers/payload_time: what a payload map says about time, and a time's text made a period with it.
//
// Knows: the ways foreign payloads write a time, that a stamp may stand at either end of its period, that an interval
// tells its own length, and that a payload without a time has the one of its arrival, which must be marked.
// Does not know: where in a document the text stands (payload_map).
#pragma once

#include "libaqi/reading.hpp"
#include "libaqi/settings.hpp"

#include <string>
#include <string_view>

namespace aqi::drivers {

struct PayloadTime {
    enum class Form : std::uint8_t {
        none,     ///< the payload tells no time
        iso,      ///< ISO 8601 with a zone, or two of them with / between: an interval
        iso_here, ///< the same, and local time where it has no zone
        epoch_s,
        epoch_ms,
        pattern, ///< local time, written like "yyyyMMddHHmmss"
    };
    enum class Span : std::uint8_t { hour, minutes, moment, interval };

    Form form = Form::none;
    std::string pattern;
    Span span = Span::moment;
    int minutes = 0;           ///< of Span::minutes
    bool stamps_start = false; ///< the time is the period's beginning
    bool arrival = false;      ///< where the time is missing, the time of arrival stands for it
};

/// The keys format, period, minutes, stamps and without of a table; what it does not say stays as in `otherwise`.
PayloadTime read_payload_time(const Settings& table, PayloadTime otherwise);

/// What a time means: the fields of a Reading.
struct Stamp {
    Period period = Period::moment;
    HourEnding hour;
    Instant at;
    int length_minutes = 0;
    bool ours = false;
};

/// Faults: malformed, time_without_zone, not_on_the_hour, unknown_name (a period that is none of ours).
Result<Stamp> stamp_of(const PayloadTime& time, std::string_view text, UtcOffset offset);
/// The time of arrival in place of a time of the payload's own.
Stamp stamp_of_arrival(const PayloadTime& time, Instant received_at, UtcOffset offset);

} // namespace aqi::drivers
