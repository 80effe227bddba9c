// libaqi/minutes: the hour of a source that sends minutes or moments.
//
// Knows: GB 3095 table 4 asks for 45 minutes of measurement in an hour; so an hour made here says how many it has, and the
// rule pack of the day decides whether they suffice. A minute record replaces what moments made of its minutes; the same
// record again changes nothing. Of moments, one that is not newer than the newest of its minute is a repetition.
// Does not know: where minutes are kept (daemon), or hours that sources send ready made.
#pragma once

#include "libaqi/reading.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace aqi {

/// One minute of one pollutant.
struct Minute {
    std::int64_t sum_ng = 0;
    std::int32_t count = 0;          ///< of values under no flag; 0: none
    std::int64_t newest_ms = 0;      ///< of the moments that were added: an older one is a repetition
    bool is_record = false;          ///< a minute record of the source, not moments of ours
    Flag flag = Flag::communication; ///< of the last value that was none; means nothing while count > 0
    bool received = false;

    bool operator==(const Minute&) const = default;
};

/// The sixty minutes of one hour and pollutant; [0] is the first minute, 00:00 < t <= 00:01.
using MinutesOfHour = std::array<Minute, 60>;

/// A value of the moment goes into its minute. Returns whether anything changed.
bool add_moment(Minute& minute, Instant at, const Reading::Value& value);
/// A minute record takes the minute's place. Returns whether anything changed.
bool set_record(Minute& minute, const Reading::Value& value);

/// The hour: the mean of its minutes with values, half-even to a nanogram, with their number; without any, the flag most
/// of its minutes carry. Absent: nothing was received.
std::optional<Reading::Value> hour_of(const MinutesOfHour& minutes);

/// Which minutes of the hour around it a stretch of `length` minutes that ends at `at` covers: [first, last], 0..59. A
/// stretch that began in the hour before is cut at the hour.
struct MinuteRange {
    int first = 0;
    int last = 0;
};
MinuteRange minutes_covered(Instant at, int length, UtcOffset offset);

} // namespace aqi
