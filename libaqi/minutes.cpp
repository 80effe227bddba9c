#include "libaqi/minutes.hpp"

#include "libaqi/rounding.hpp"

#include <algorithm>

namespace aqi {
namespace {

constexpr std::int64_t minute_ms = 60'000;

bool is_value(const Reading::Value& value) { return value.value && value.flag == Flag::normal; }

} // namespace

bool add_moment(Minute& minute, Instant at, const Reading::Value& value)
{
    if (minute.is_record || (minute.received && at.ms <= minute.newest_ms)) return false;
    minute.received = true;
    minute.newest_ms = at.ms;
    if (is_value(value)) {
        minute.sum_ng += value.value->ng_per_m3();
        ++minute.count;
    } else {
        minute.flag = value.flag;
    }
    return true;
}

bool set_record(Minute& minute, const Reading::Value& value)
{
    const Minute before = minute;
    minute = Minute{};
    minute.is_record = true;
    minute.received = true;
    if (is_value(value)) {
        minute.sum_ng = value.value->ng_per_m3();
        minute.count = 1;
    } else {
        minute.flag = value.flag;
    }
    return !(minute == before);
}

std::optional<Reading::Value> hour_of(const MinutesOfHour& minutes)
{
    std::int64_t sum = 0;
    int valid = 0;
    std::array<int, flag_count> flags{};
    bool received = false;
    for (const auto& m : minutes) {
        if (!m.received) continue;
        received = true;
        if (m.count > 0) {
            sum += round_half_even(m.sum_ng, m.count);
            ++valid;
        } else {
            ++flags[static_cast<std::size_t>(m.flag)];
        }
    }
    if (!received) return std::nullopt;
    Reading::Value out;
    out.named = true;
    out.minutes = valid;
    if (valid > 0)
        out.value = Concentration::from_ng_per_m3(round_half_even(sum, valid));
    else
        out.flag = static_cast<Flag>(std::max_element(flags.begin(), flags.end()) - flags.begin());
    return out;
}

MinuteRange minutes_covered(Instant at, int length, UtcOffset offset)
{
    const std::int64_t hour_begin = hour_around(at, offset).instant(offset).ms - 60 * minute_ms;
    // The minute whose end is at or after `at`.
    const auto last = static_cast<int>((at.ms - hour_begin + minute_ms - 1) / minute_ms) - 1;
    return {std::max(0, last - std::max(length, 1) + 1), last};
}

} // namespace aqi
