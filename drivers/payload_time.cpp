#include "drivers/payload_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace aqi::drivers {
namespace {

constexpr std::int64_t ms_per_minute = 60'000;
constexpr std::int64_t ms_per_hour = 60 * ms_per_minute;
/// Times of measurements lie between 2000 and 2100; a count outside is one in another unit.
constexpr std::int64_t epoch_least_ms = 946'684'800'000;
constexpr std::int64_t epoch_most_ms = 4'102'444'800'000;
constexpr std::string_view pattern_letters = "yMdHms";

Fault malformed(std::string why) { return Fault{Reason::malformed, std::move(why)}; }

std::string_view shown(std::string_view text) { return text.substr(0, 60); }

bool all_digits(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "1483228800000" or "1483228800.5": whole and fraction apart, so that no double rounds them.
Result<Instant> parse_epoch(std::string_view text, std::int64_t unit_ms)
{
    const auto point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
    if (!all_digits(whole) || whole.size() > 15 || (point != std::string_view::npos && !all_digits(fraction)))
        return malformed(fmt::format("'{}' is not a time as a count since 1970", shown(text)));
    std::int64_t count = 0;
    std::from_chars(whole.data(), whole.data() + whole.size(), count);
    std::int64_t ms = count * unit_ms;
    std::int64_t place = unit_ms;
    for (const char digit : fraction) {
        place /= 10;
        ms += place * (digit - '0');
    }
    if (ms < epoch_least_ms || ms >= epoch_most_ms)
        return malformed(
            fmt::format("'{}' is no time between 2000 and 2100 in {}", shown(text),
                        unit_ms == 1 ? "milliseconds; is it in seconds?" : "seconds; is it in milliseconds?"));
    return Instant{ms};
}

Result<Instant> parse_pattern(std::string_view pattern, std::string_view text, UtcOffset offset)
{
    const auto bad = [&] { return malformed(fmt::format("'{}' is not a time such as {}", shown(text), pattern)); };
    if (text.size() != pattern.size()) return bad();
    int fields[pattern_letters.size()] = {};
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const auto field = pattern_letters.find(pattern[i]);
        if (field == std::string_view::npos) {
            if (text[i] != pattern[i]) return bad();
            continue;
        }
        if (text[i] < '0' || text[i] > '9') return bad();
        fields[field] = fields[field] * 10 + (text[i] - '0');
    }
    const auto [year, month, day, hour, minute, second] = fields;
    const bool midnight = hour == 24 && minute == 0 && second == 0; // hour 24 of a day, as the field writes it
    if (year < 1900 || year > 2200 || month < 1 || month > 12 || day < 1 ||
        static_cast<unsigned>(day) > days_in_month(year, static_cast<unsigned>(month)) || (hour > 23 && !midnight) ||
        minute > 59 || second > 59)
        return bad();
    const auto local = LocalDay::from_ymd(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
    const Instant begins = HourEnding::of(local, 0).instant(offset);
    return Instant{begins.ms + hour * ms_per_hour + minute * ms_per_minute + second * 1'000};
}

Result<Instant> parse_iso(std::string_view text, bool here, UtcOffset offset)
{
    auto instant = parse_instant(text);
    if (instant || !here || instant.error().reason != Reason::time_without_zone) return instant;
    return parse_instant(std::string{text} + format_offset(offset));
}

Result<Instant> parse_one(const PayloadTime& time, std::string_view text, UtcOffset offset)
{
    switch (time.form) {
    case PayloadTime::Form::iso: return parse_iso(text, false, offset);
    case PayloadTime::Form::iso_here: return parse_iso(text, true, offset);
    case PayloadTime::Form::epoch_s: return parse_epoch(text, 1'000);
    case PayloadTime::Form::epoch_ms: return parse_epoch(text, 1);
    case PayloadTime::Form::pattern: return parse_pattern(time.pattern, text, offset);
    case PayloadTime::Form::none: break;
    }
    return malformed("the map says that payloads tell no time");
}

Result<Stamp> hour_that_ends(Instant end, UtcOffset offset)
{
    const auto hour = hour_ending_at(end, offset);
    if (!hour) return hour.error();
    Stamp out;
    out.period = Period::hour;
    out.hour = *hour;
    return out;
}

Stamp minutes_that_end(Instant end, int length, UtcOffset offset)
{
    Stamp out;
    out.period = Period::minutes;
    out.hour = hour_around(end, offset);
    out.at = end;
    out.length_minutes = length;
    return out;
}

Stamp moment_at(Instant at, UtcOffset offset)
{
    Stamp out;
    out.hour = hour_around(at, offset);
    out.at = at;
    return out;
}

/// An interval tells its own length: an hour that ends on the hour, or some minutes.
Result<Stamp> stamp_of_interval(Instant begin, Instant end, std::string_view text, UtcOffset offset)
{
    const std::int64_t ms = end.ms - begin.ms;
    if (ms == 0) return moment_at(end, offset);
    if (ms == ms_per_hour) return hour_that_ends(end, offset);
    if (ms < 0 || ms > ms_per_hour || ms % ms_per_minute != 0)
        return Fault{Reason::unknown_name,
                     fmt::format("'{}' is neither an hour nor some whole minutes of one", shown(text))};
    return minutes_that_end(end, static_cast<int>(ms / ms_per_minute), offset);
}

void check_pattern(const Settings& table, const std::string& pattern)
{
    for (const std::string_view field : {"yyyy", "MM", "dd", "HH", "mm", "ss"}) {
        const auto there = pattern.find(field);
        const auto count = static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), field.front()));
        const bool may_be_missing = field == "mm" || field == "ss";
        if (may_be_missing && count == 0) continue;
        if (there == std::string::npos || count != field.size())
            table.fail("format", fmt::format("\"{}\": {} must stand in it once{}; known beside patterns: iso8601, "
                                             "iso8601-local, epoch-s, epoch-ms, none",
                                             pattern, field, may_be_missing ? " or not at all" : ""));
    }
}

} // namespace

PayloadTime read_payload_time(const Settings& table, PayloadTime otherwise)
{
    using Form = PayloadTime::Form;
    using Span = PayloadTime::Span;
    PayloadTime out = std::move(otherwise);
    if (table.has("format")) {
        const std::string format = table.text("format");
        out.pattern.clear();
        if (format.find("yyyy") != std::string::npos) {
            check_pattern(table, format);
            out.form = Form::pattern;
            out.pattern = format;
        } else {
            out.form = table.choice<Form>("format", {{"iso8601", Form::iso},
                                                     {"iso8601-local", Form::iso_here},
                                                     {"epoch-s", Form::epoch_s},
                                                     {"epoch-ms", Form::epoch_ms},
                                                     {"none", Form::none}});
        }
    }
    out.span = table.choice_or<Span>(
        "period", out.span,
        {{"hour", Span::hour}, {"minutes", Span::minutes}, {"moment", Span::moment}, {"interval", Span::interval}});
    const bool iso = out.form == Form::iso || out.form == Form::iso_here;
    if (out.span == Span::interval && !iso)
        table.fail("period", "an \"interval\" is two times with / between, which only iso8601 writes");
    if (out.span == Span::minutes)
        out.minutes = static_cast<int>(out.minutes == 0 ? table.integer("minutes", 1, 59)
                                                        : table.integer_or("minutes", out.minutes, 1, 59));
    else if (table.has("minutes"))
        table.fail("minutes", "\"minutes\" belongs to period = \"minutes\"");
    out.stamps_start = table.choice_or<bool>("stamps", out.stamps_start, {{"end", false}, {"start", true}});
    out.arrival = table.choice_or<bool>("without", out.arrival, {{"fault", false}, {"arrival", true}});
    return out;
}

Result<Stamp> stamp_of(const PayloadTime& time, std::string_view text, UtcOffset offset)
{
    using Span = PayloadTime::Span;
    const bool iso = time.form == PayloadTime::Form::iso || time.form == PayloadTime::Form::iso_here;
    const auto slash = iso ? text.find('/') : std::string_view::npos;
    auto end = parse_one(time, slash == std::string_view::npos ? text : text.substr(slash + 1), offset);
    if (!end) return end.error();
    if (slash != std::string_view::npos) {
        const auto begin = parse_one(time, text.substr(0, slash), offset);
        if (!begin) return begin.error();
        if (time.span == Span::interval) return stamp_of_interval(*begin, *end, text, offset);
        // Whoever writes both ends has said which is which; what the map says of one end is not asked.
    } else if (time.stamps_start) {
        if (time.span == Span::hour) end->ms += ms_per_hour;
        if (time.span == Span::minutes) end->ms += time.minutes * ms_per_minute;
    }
    switch (time.span) {
    case Span::hour: return hour_that_ends(*end, offset);
    case Span::minutes: return minutes_that_end(*end, time.minutes, offset);
    case Span::moment:
    case Span::interval: break;
    }
    return moment_at(*end, offset);
}

Stamp stamp_of_arrival(const PayloadTime& time, Instant received_at, UtcOffset offset)
{
    using Span = PayloadTime::Span;
    Stamp out;
    switch (time.span) {
    case Span::hour:
        out.period = Period::hour;
        out.hour = last_hour_over(received_at, offset);
        break;
    case Span::minutes: out = minutes_that_end(received_at, time.minutes, offset); break;
    case Span::moment:
    case Span::interval: out = moment_at(received_at, offset); break;
    }
    out.ours = true;
    return out;
}

} // namespace aqi::drivers
