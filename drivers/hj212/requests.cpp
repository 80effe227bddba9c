#include "drivers/hj212/requests.hpp"

#include "drivers/hj212/decode.hpp"
#include "drivers/hj212/encode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::drivers::hj212 {
namespace {

/// HJ 212-2017, commands 1062 and 1064.
constexpr int realtime_least_s = 30, realtime_most_s = 3'600;
constexpr std::array<int, 11> minute_intervals = {1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30};
/// One order asks for a month at most: a station is to send its own data meanwhile.
constexpr int fetch_hours_most = 31 * 24;

/// Local hours have no offset: they are written as they count.
std::string local_time(HourEnding hour, int minutes)
{
    return write_time(Instant{hour.instant(UtcOffset{0}).ms + std::int64_t{minutes} * 60'000}, UtcOffset{0});
}

Request plain(std::string_view cn, std::string command_part, std::string what, std::string_view ends_with)
{
    Request out;
    out.cn = cn;
    out.command_part = std::move(command_part);
    out.what = std::move(what);
    out.ends_with = ends_with;
    return out;
}

Fault refused(std::string why) { return {Reason::refused, std::move(why)}; }

Result<std::vector<Request>> fetch(const Order& order, const StationSettings& station)
{
    if (order.last < order.first) return refused("the last hour lies before the first");
    const int hours = order.last.since_epoch - order.first.since_epoch + 1;
    if (hours > fetch_hours_most)
        return refused(fmt::format("{} hours; at most {} are fetched by one order", hours, fetch_hours_most));
    std::vector<Request> out;
    for (HourEnding last = order.last; !(last < order.first); last = last.plus(-hours_per_request))
        out.push_back(history_request(station, std::max(order.first, last.plus(1 - hours_per_request)), last, false));
    return out;
}

} // namespace

Request history_request(const StationSettings& station, HourEnding first, HourEnding last, bool by_minutes)
{
    // Both ends are labels, and both are included.
    int begin = 0, end = 0; // minutes from the end of the first and last hour
    if (!by_minutes) {
        begin = end = station.hour_label == Label::start ? -60 : 0;
    } else if (station.minute_label == Label::start) {
        begin = -60;
        end = -station.minute_interval;
    } else {
        begin = -60 + station.minute_interval;
    }
    const char joint = station.edition == Edition::y2005 ? ',' : ';';
    auto out = plain(by_minutes ? cn_minutes : cn_hour,
                     fmt::format("BeginTime={}{}EndTime={}", local_time(first, begin), joint, local_time(last, end)),
                     fmt::format("{} {} to {}", by_minutes ? "minutes of" : "hours", format_hour(first).substr(0, 16),
                                 format_hour(last).substr(0, 16)),
                     cn_request_done);
    out.data_cn = out.cn;
    for (HourEnding hour = last; !(hour < first); hour = hour.plus(-1)) out.hours.push_back(hour);
    return out;
}

Request day_request(const StationSettings& station, LocalDay day)
{
    const char joint = station.edition == Edition::y2005 ? ',' : ';';
    const std::string start = local_time(HourEnding::of(day, 24), -24 * 60);
    auto out = plain(cn_day, fmt::format("BeginTime={}{}EndTime={}", start, joint, start),
                     fmt::format("daily values of {}", format_day(day)), cn_request_done);
    out.data_cn = out.cn;
    return out;
}

Request set_time_request()
{
    auto out = plain("1012", {}, "set time", cn_request_done);
    out.stamps_time = true;
    return out;
}

Result<std::vector<Request>> requests_of(const Order& order, const StationSettings& station)
{
    switch (order.kind) {
    case Order::Kind::set_time: return std::vector{set_time_request()};
    case Order::Kind::realtime_interval:
        if (order.number < realtime_least_s || order.number > realtime_most_s)
            return refused(fmt::format("a real-time interval of {} s; {} to {} s are possible", order.number,
                                       realtime_least_s, realtime_most_s));
        return std::vector{plain("1062", fmt::format("RtdInterval={}", order.number),
                                 fmt::format("real-time interval {} s", order.number), cn_request_done)};
    case Order::Kind::minute_interval:
        if (std::find(minute_intervals.begin(), minute_intervals.end(), order.number) == minute_intervals.end())
            return refused(
                fmt::format("a minute interval of {}; possible: {}", order.number, fmt::join(minute_intervals, " ")));
        return std::vector{plain("1064", fmt::format("MinInterval={}", order.number),
                                 fmt::format("minute interval {}", order.number), cn_request_done)};
    case Order::Kind::realtime_on: return std::vector{plain(cn_moment, {}, "real-time data on", cn_request_taken)};
    case Order::Kind::realtime_off: return std::vector{plain("2012", {}, "real-time data off", cn_notice_taken)};
    case Order::Kind::fetch: return fetch(order, station);
    }
    return refused("no such order");
}

} // namespace aqi::drivers::hj212
