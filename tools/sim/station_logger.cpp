#include "tools/sim/station_logger.hpp"

#include "drivers/hj212/decode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace aqi::sim {
namespace {

using namespace drivers::hj212;

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;
constexpr int hour_s = 3'600;
/// HJ 212-2017, commands 1062 and 1064.
constexpr int realtime_least_s = 30, realtime_most_s = 3'600;
constexpr std::array<int, 11> minute_intervals = {1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30};
/// A host that asks for more at once is refused.
constexpr std::int64_t history_most_ms = 31 * day_ms;
/// How far a wrong clock can put a label from its record.
constexpr std::int64_t label_slack_ms = 2 * day_ms + day_ms;

constexpr std::string_view cn_set_time = "1012", cn_get_time = "1011", cn_get_realtime = "1061",
                           cn_set_realtime = "1062", cn_get_minutes = "1063", cn_set_minutes = "1064",
                           cn_stop_realtime = "2012";
constexpr std::array<std::string_view, 10> known_requests = {
    cn_get_time,    cn_set_time, cn_get_realtime, cn_set_realtime, cn_get_minutes,
    cn_set_minutes, cn_moment,   cn_minutes,      cn_hour,         cn_day};

/// Codes of 9011 and 9012.
constexpr int taken = 1, wrong_password = 3, wrong_mn = 4, unknown_command = 8;
constexpr int done = 1, bad_condition = 3, no_data = 100;

int whole_number(std::string_view text)
{
    int out = -1;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? out : -1;
}

} // namespace

Logger::Logger(LoggerSettings settings, Records records, Instant start)
    : settings_(std::move(settings)), records_(std::move(records)), start_(start), last_(start)
{}

std::string Logger::next_qn(Instant now)
{
    last_qn_ms_ = std::max(last_qn_ms_ + 1, now.ms + clock_error_ms(now));
    return write_qn(Instant{last_qn_ms_}, station_offset);
}

std::int64_t Logger::clock_error_ms(Instant at) const
{
    const auto* fault = records_.faults().at(FaultKind::wrong_clock, at);
    if (fault == nullptr) return 0;
    const bool mended = std::any_of(clock_sets_.begin(), clock_sets_.end(),
                                    [&](Instant set) { return fault->from < set && set <= at; });
    return mended ? 0 : fault->amount * hour_ms;
}

void Logger::add_record(const Reading& record, Instant end, bool history, Instant now, std::vector<Outgoing>& out)
{
    const auto* split = records_.faults().at(FaultKind::split, now);
    const auto parts =
        command_parts(record, settings_.frame, clock_error_ms(end), split != nullptr ? split->amount : 0);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        Header header;
        header.qn = next_qn(now);
        header.st = settings_.frame.system;
        header.cn = command_of(record.period);
        header.pw = settings_.frame.password;
        header.mn = settings_.frame.mn;
        int flag = settings_.frame.edition << flag_edition_shift;
        const bool awaited = settings_.asks_answers && !history;
        if (awaited) flag |= flag_wants_answer;
        if (split != nullptr) {
            flag |= flag_is_part;
            header.part_count = static_cast<int>(parts.size());
            header.part = static_cast<int>(i) + 1;
        }
        header.flag = flag;
        out.push_back({encode_frame(header, parts[i], settings_.frame.checksum), awaited ? header.qn : ""});
    }
}

std::vector<Outgoing> Logger::due(Instant now)
{
    std::vector<Outgoing> out;
    while (true) {
        const Instant moment = next_multiple(last_, settings_.realtime_s);
        const Instant minutes = next_multiple(last_, settings_.minute_interval * 60);
        const Instant hour = next_multiple(last_, hour_s);
        const Instant next = settings_.realtime ? std::min({moment, minutes, hour}) : std::min(minutes, hour);
        if (now < next) break;
        if (settings_.realtime && moment == next) add_record(records_.moment(next), next, false, now, out);
        if (minutes == next) add_record(records_.minutes(next, settings_.minute_interval), next, false, now, out);
        if (hour == next) add_record(records_.hour(hour_around(next, station_offset)), next, false, now, out);
        last_ = next;
    }
    last_ = std::max(last_, now);
    return out;
}

std::string Logger::reply(const Message& request, std::string_view cn, const std::string& command_part) const
{
    Header header;
    header.st = cn.starts_with('9') ? "91" : settings_.frame.system;
    header.cn = cn;
    header.pw = settings_.frame.password;
    header.mn = settings_.frame.mn;
    header.flag = settings_.frame.edition << flag_edition_shift;
    const bool within = settings_.frame.edition == 0; // 2005 names the exchange among the fields
    if (!within) header.qn = request.header.qn;
    const std::string body =
        within ? fmt::format("QN={}{}{}", request.header.qn, command_part.empty() ? "" : ";", command_part)
               : command_part;
    return encode_frame(header, body, settings_.frame.checksum);
}

Logger::Heard Logger::heard(const Message& message, Instant now)
{
    Heard out;
    const auto& cn = message.header.cn;
    if (cn == cn_data_taken || cn == cn_notice_taken) {
        const auto within = field_of(message, "QN");
        out.acknowledged = message.header.qn.empty() ? std::string{within} : message.header.qn;
        return out;
    }
    if (cn == cn_request_taken || cn == cn_request_done) return out;
    out.request = true;
    const auto say = [&](std::string_view answer, const std::string& body) {
        out.answers.push_back({reply(message, answer, body), ""});
    };
    const bool known = std::find(known_requests.begin(), known_requests.end(), cn) != known_requests.end();
    const int code = message.header.mn != settings_.frame.mn         ? wrong_mn
                     : message.header.pw != settings_.frame.password ? wrong_password
                     : known || cn == cn_stop_realtime               ? taken
                                                                     : unknown_command;
    if (code == taken && cn == cn_stop_realtime) { // a notice
        settings_.realtime = false;
        say(cn_notice_taken, {});
        return out;
    }
    say(cn_request_taken, fmt::format("QnRtn={}", code));
    if (code != taken) return out;
    if (cn == cn_moment) { // nothing is done after it: the data come by themselves
        settings_.realtime = true;
        return out;
    }
    const int executed = execute(message, now, out.answers);
    say(cn_request_done, fmt::format("ExeRtn={}", executed));
    return out;
}

int Logger::execute(const Message& request, Instant now, std::vector<Outgoing>& out)
{
    const auto& cn = request.header.cn;
    const auto tell = [&](const std::string& body) {
        out.push_back({reply(request, cn, body), ""});
        return done;
    };
    if (cn == cn_hour) return history(request, Period::hour, now, out);
    if (cn == cn_minutes) return history(request, Period::minutes, now, out);
    if (cn == cn_day) return history(request, Period::day, now, out);
    if (cn == cn_get_time)
        return tell(fmt::format("SystemTime={}", write_time(Instant{now.ms + clock_error_ms(now)}, station_offset)));
    if (cn == cn_set_time) {
        if (!parse_local_time(field_of(request, "SystemTime"), station_offset)) return bad_condition;
        clock_sets_.push_back(now); // the clock is right again; which time a host believes in is its own affair
        return done;
    }
    if (cn == cn_get_realtime) return tell(fmt::format("RtdInterval={}", settings_.realtime_s));
    if (cn == cn_get_minutes) return tell(fmt::format("MinInterval={}", settings_.minute_interval));
    if (cn == cn_set_realtime) {
        const int wanted = whole_number(field_of(request, "RtdInterval"));
        if (wanted < realtime_least_s || wanted > realtime_most_s) return bad_condition;
        settings_.realtime_s = wanted;
        return done;
    }
    const int wanted = whole_number(field_of(request, "MinInterval"));
    if (std::find(minute_intervals.begin(), minute_intervals.end(), wanted) == minute_intervals.end())
        return bad_condition;
    settings_.minute_interval = wanted;
    return done;
}

int Logger::history(const Message& request, Period period, Instant now, std::vector<Outgoing>& out)
{
    const auto begin = parse_local_time(field_of(request, "BeginTime"), station_offset);
    const auto end = parse_local_time(field_of(request, "EndTime"), station_offset);
    if (!begin || !end || *end < *begin || end->ms - begin->ms > history_most_ms) return bad_condition;
    const int step_s = period == Period::minutes ? settings_.minute_interval * 60
                       : period == Period::hour  ? hour_s
                                                 : static_cast<int>(day_ms / 1'000);
    const Instant oldest{std::max(begin->ms - label_slack_ms, start_.ms - settings_.memory_days * day_ms)};
    const Instant newest{std::min(end->ms + label_slack_ms, now.ms)};
    const auto before = out.size();
    for (Instant at = next_multiple(oldest, step_s); at <= newest; at = next_multiple(at, step_s)) {
        const HourEnding hour = hour_around(at, station_offset);
        const Reading record = period == Period::minutes ? records_.minutes(at, settings_.minute_interval)
                               : period == Period::hour  ? records_.hour(hour)
                                                         : records_.day(hour);
        // Both ends are labels, and both are included; a label is what the clock said then.
        const auto label = parse_local_time(data_time(record, settings_.frame, clock_error_ms(at)), station_offset);
        if (label && *begin <= *label && *label <= *end) add_record(record, at, true, now, out);
    }
    return out.size() > before ? done : no_data;
}

std::string mn_of_several(const std::string& mn, int index, int count)
{
    if (count <= 1) return mn;
    constexpr std::size_t counted = 4;
    return fmt::format("{}{:04}", mn.substr(0, mn.size() - std::min(counted, mn.size())), index + 1);
}

} // namespace aqi::sim
