#include "drivers/hj212/decode.hpp"

#include "drivers/hj212/framer.hpp"
#include "drivers/hj212/values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::drivers::hj212 {
namespace {

struct Counted {
    std::string_view cn;
    std::string_view name;
};
constexpr Counted counted_commands[] = {
    {cn_heartbeat, "hj212_heartbeats"},  {cn_start_up, "hj212_restarts"},    {cn_asks_time, "hj212_time_requests"},
    {cn_request_taken, "hj212_answers"}, {cn_request_done, "hj212_answers"}, {cn_notice_taken, "hj212_answers"},
    {cn_data_taken, "hj212_answers"},    {"2021", "hj212_equipment_states"}, {"2041", "hj212_run_times"},
};

std::optional<Period> period_of(std::string_view cn)
{
    if (cn == cn_moment) return Period::moment;
    if (cn == cn_minutes) return Period::minutes;
    if (cn == cn_hour) return Period::hour;
    if (cn == cn_day) return Period::day;
    return std::nullopt;
}

constexpr std::int64_t minute_ms = 60'000;

/// Puts the period and its end into the reading. `at`: the DataTime, as it is written.
Result<void> set_time(Reading& reading, Instant at, std::string_view data_time, const DataForm& station,
                      UtcOffset offset)
{
    switch (reading.period) {
    case Period::moment:
        reading.at = at;
        reading.hour = hour_around(at, offset);
        return {};
    case Period::minutes: {
        // A record of ten minutes begins and ends with a tenth one. Another time is another interval than the configured one:
        // it stands for its own minute and touches no other.
        const std::int64_t local_ms = at.ms + std::int64_t{offset.minutes} * minute_ms;
        const bool fits = local_ms % (station.minute_interval * minute_ms) == 0;
        reading.length_minutes = fits ? station.minute_interval : 1;
        reading.at = at;
        if (station.minute_label == Label::start) reading.at.ms += reading.length_minutes * minute_ms;
        reading.hour = hour_around(reading.at, offset);
        return {};
    }
    case Period::hour: {
        const auto labelled = hour_ending_at(at, offset);
        if (!labelled)
            return Fault{Reason::not_on_the_hour, fmt::format("DataTime {} of an hour is not on the hour", data_time)};
        reading.hour = station.hour_label == Label::start ? labelled->plus(1) : *labelled;
        return {};
    }
    case Period::day: {
        const auto start = hour_ending_at(at, offset);
        if (!start || start->hour_of_day() != 24)
            return Fault{Reason::not_on_the_hour, fmt::format("DataTime {} of a day is not its 00:00", data_time)};
        reading.hour = start->plus(24);
        return {};
    }
    }
    return {};
}

void decode_data(const Message& message, const StationSettings& station, Period period, UtcOffset offset, Decoded& out)
{
    Reading reading;
    reading.station = station.id;
    reading.period = period;
    const auto named = [&](Fault fault) {
        fault.detail = fmt::format("{}: {}", station.id, fault.detail);
        out.faults.push_back(std::move(fault));
    };
    for (const auto& item : message.broken) named({Reason::malformed, fmt::format("\"{}\" is no key=value", item)});
    const auto data_time = field_of(message, "DataTime");
    if (data_time.empty()) return named({Reason::malformed, "the frame has no DataTime"});
    const auto at = parse_local_time(data_time, offset);
    if (!at) return named(at.error());
    const DataForm& form = station.form_of(period, *at, offset);
    if (const auto set = set_time(reading, *at, data_time, form, offset); !set) return named(set.error());
    if (period == Period::minutes && reading.length_minutes != form.minute_interval)
        out.counted.emplace_back("hj212_minutes_off_interval");
    auto values = read_values(message, form, period);
    for (auto& fault : values.faults) named(std::move(fault));
    for (auto& name : values.counted) out.counted.push_back(std::move(name));
    if (!values.any) return;
    reading.values = values.values;
    reading.weather = values.weather;
    out.readings.push_back(std::move(reading));
}

void decode_message(const Message& message, std::string_view origin, const Hj212Settings& settings, UtcOffset offset,
                    Decoded& out)
{
    const auto station = speaker_of(message.header, origin, settings);
    if (!station) {
        out.faults.push_back(station.error());
        return;
    }
    const auto& cn = message.header.cn;
    if (const auto period = period_of(cn)) return decode_data(message, **station, *period, offset, out);
    const auto row = std::find_if(std::begin(counted_commands), std::end(counted_commands),
                                  [&](const Counted& known) { return known.cn == cn; });
    out.counted.emplace_back(row != std::end(counted_commands) ? row->name : "hj212_other_messages");
}

void decode_piece(const Piece& piece, std::string_view origin, const Hj212Settings& settings, UtcOffset offset,
                  Decoded& out)
{
    switch (piece.kind) {
    case Piece::Kind::frame:
    case Piece::Kind::cut_off: {
        const auto message = parse_frame(piece.bytes, settings.checksum);
        if (!message) {
            out.faults.push_back(message.error());
            return;
        }
        return decode_message(*message, origin, settings, offset, out);
    }
    case Piece::Kind::too_long:
        out.faults.push_back({Reason::too_large, fmt::format("a frame that says it has {} bytes; {} are taken",
                                                             piece.bytes.substr(2, 4), settings.frame_data_bytes)});
        return;
    case Piece::Kind::junk:
        out.faults.push_back(
            {Reason::malformed, fmt::format("{} bytes from {} that are no frame", piece.bytes.size(), origin)});
        return;
    case Piece::Kind::foreign:
        out.faults.push_back({Reason::foreign_protocol, fmt::format("{} from {}: this port is for HJ 212",
                                                                    foreign_protocol_of(piece.bytes), origin)});
        return;
    }
}

/// Two digits; the caller knows that they are digits.
int pair_at(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

} // namespace

Decoded decode_hj212(const Frame& frame, const Hj212Settings& settings, UtcOffset offset)
{
    Decoded out;
    Framer framer{settings.frame_data_bytes};
    framer.feed(frame.bytes);
    while (auto piece = framer.take()) decode_piece(*piece, frame.origin, settings, offset, out);
    while (auto piece = framer.rest()) decode_piece(*piece, frame.origin, settings, offset, out);
    if (out.readings.empty() && out.faults.empty() && out.counted.empty())
        out.faults.push_back({Reason::malformed, "no frame at all"});
    return out;
}

Result<const StationSettings*> speaker_of(const Header& header, std::string_view origin, const Hj212Settings& settings)
{
    const auto* station = settings.station_of(header.mn);
    if (station == nullptr)
        return Fault{Reason::unknown_station, fmt::format("MN {} is not in the configuration", header.mn)};
    if (station->password && *station->password != header.pw)
        return Fault{Reason::wrong_password,
                     fmt::format("MN {} ({}) gave another password than the configured one", header.mn, station->id)};
    if (!any_holds(station->allow, address_of(origin)))
        return Fault{Reason::refused, fmt::format("MN {} ({}) may not speak from {}", header.mn, station->id, origin)};
    return station;
}

Result<Instant> parse_local_time(std::string_view text, UtcOffset offset)
{
    constexpr std::size_t to_the_second = 14, to_the_millisecond = 17;
    const auto wrong = [&] {
        return Fault{Reason::malformed, fmt::format("DataTime \"{}\" is no time", text.substr(0, 40))};
    };
    if (text.size() != to_the_second && text.size() != to_the_millisecond) return wrong();
    if (text.find_first_not_of("0123456789") != std::string_view::npos) return wrong();
    const int year = pair_at(text, 0) * 100 + pair_at(text, 2);
    const int month = pair_at(text, 4), day = pair_at(text, 6);
    const int hour = pair_at(text, 8), minute = pair_at(text, 10), second = pair_at(text, 12);
    const int ms = text.size() == to_the_second ? 0 : pair_at(text, 14) * 10 + (text[16] - '0');
    if (year < 1970 || month < 1 || month > 12 || day < 1) return wrong();
    if (static_cast<unsigned>(day) > days_in_month(year, static_cast<unsigned>(month))) return wrong();
    const bool is_24 = hour == 24 && minute == 0 && second == 0 && ms == 0;
    if ((hour > 23 && !is_24) || minute > 59 || second > 59) return wrong();
    const auto of_day = LocalDay::from_ymd(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
    const std::int64_t seconds = std::int64_t{of_day.since_epoch} * 86'400 + hour * 3'600 + minute * 60 + second;
    return Instant{(seconds - std::int64_t{offset.minutes} * 60) * 1'000 + ms};
}

} // namespace aqi::drivers::hj212
