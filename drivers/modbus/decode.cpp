#include "drivers/modbus/decode.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace aqi::drivers::modbus {
namespace {

constexpr std::int64_t minute_ms = 60'000;

/// A number of the poll, or why there is none.
struct Found {
    bool asked = false; ///< its registers were asked for
    std::optional<RawNumber> number;
    int exception = 0;
    std::string words; ///< as they came, for messages: "7FC0 0000"
};

Found find(const Poll& poll, const Place& place)
{
    Found out;
    const Block* block = poll.around(place.function, place.address, place.registers());
    if (block == nullptr) return out;
    out.asked = true;
    out.exception = block->exception;
    if (block->failed) return out;
    const auto* words = block->words.data() + (place.address - block->request.start);
    // An order nobody gave is refused with the settings; high word first is the standard's own.
    out.number = number_of(words, place.type, place.order.value_or(ByteOrder::abcd));
    out.words = fmt::format("{:04X}", fmt::join(words, words + place.registers(), " "));
    return out;
}

/// What the statuses say of one field: the first that is raised; B when one could not be read, for then nobody knows.
struct Standing {
    Flag flag = Flag::normal;
    std::string why;
};

Standing standing_of(const Poll& poll, const RegisterMap& map, std::string_view field)
{
    Standing unread;
    for (const auto& status : map.statuses) {
        if (!status.concerns(field)) continue;
        const Found found = find(poll, status.place);
        if (found.number && status.raised(*found.number)) return {status.flag, status.name};
        if (!found.number && unread.flag == Flag::normal) unread = {Flag::communication, status.name};
    }
    return unread;
}

bool lists(const std::vector<Decimal>& decimals, const RawNumber& number)
{
    return std::any_of(decimals.begin(), decimals.end(), [&](const Decimal& d) { return equals(number, d); });
}

/// One field's count, or the flag of its absence and the fault that explains it.
struct Judged {
    std::optional<std::int64_t> counts;
    Flag flag = Flag::normal;
    std::optional<Fault> fault;
};

Judged judge(const Field& field, const Found& found, int unit)
{
    const auto refuse = [&](Flag flag, Reason reason, std::string_view why) {
        return Judged{std::nullopt, flag,
                      Fault{reason, fmt::format("unit {}: {} at {} holds {}: {}", unit, field.name(),
                                                field.place.address, found.words, why)}};
    };
    if (!found.number) {
        Judged out{std::nullopt, Flag::communication, std::nullopt};
        return out;
    }
    if (lists(field.over_range, *found.number))
        return refuse(Flag::over_range, Reason::not_valid_number, "the instrument's word for \"over range\"");
    if (lists(field.sentinels, *found.number))
        return refuse(Flag::fault, Reason::not_valid_number, "the instrument's word for \"no value\"");
    if (const auto why = no_value(*found.number); !why.empty())
        return refuse(Flag::fault, Reason::not_valid_number, why);
    const auto counts = scaled(*found.number, field.scale, field.offset, field.counts, Concentration::max_ng);
    if (!counts) return refuse(Flag::fault, Reason::impossible_value, counts.error().detail);
    if (field.least && *counts < *field.least)
        return refuse(Flag::fault, Reason::impossible_value, "below the range of its map");
    if (field.most && *counts > *field.most)
        return refuse(Flag::over_range, Reason::impossible_value, "above the range of its map");
    return {*counts, Flag::normal, std::nullopt};
}

/// Puts one field into its reading. Weather has no flags: what is not good is left out.
void put(Reading& reading, const Field& field, const Judged& judged, const Standing& standing)
{
    if (const auto* item = std::get_if<WeatherItem>(&field.item)) {
        if (judged.counts && standing.flag == Flag::normal) reading.weather[*item] = *judged.counts;
        return;
    }
    auto& value = reading.values[std::get<Pollutant>(field.item)];
    value.named = true;
    if (judged.counts) value.value = Concentration::from_ng_per_m3(*judged.counts);
    // What the instrument says of itself goes before what its numbers look like.
    value.flag = standing.flag != Flag::normal ? standing.flag : judged.flag;
}

bool says_something(const Reading& reading)
{
    for (const auto p : all_pollutants)
        if (reading.values[p].named) return true;
    for (const auto item : all_weather)
        if (reading.weather[item]) return true;
    return false;
}

Reading reading_at(const Unit& unit, Period period, int length_minutes, Instant at, UtcOffset offset)
{
    Reading out;
    out.station = unit.station;
    out.period = period;
    out.at = at;
    out.length_minutes = length_minutes;
    out.time_is_ours = true;
    out.hour = hour_around(at, offset);
    return out;
}

Instant whole_minute(Instant at) { return Instant{at.ms - at.ms % minute_ms}; }

/// The frame of one field's value: its period and the time it belongs to. Absent: an hourly register about to change.
std::optional<Reading> frame_of(const Unit& unit, const Field& field, Instant at, UtcOffset offset)
{
    switch (field.period) {
    case Period::moment: return reading_at(unit, Period::moment, 0, at, offset);
    case Period::minutes: return reading_at(unit, Period::minutes, field.length_minutes, whole_minute(at), offset);
    case Period::hour:
    case Period::day: break;
    }
    const Instant since_change{at.ms - field.changes_at_minute * minute_ms};
    const HourEnding hour = last_hour_over(since_change, offset);
    const std::int64_t settled = (since_change.ms - hour.instant(offset).ms) / minute_ms;
    if (settled < hour_unsettled_minutes || settled >= 60 - hour_unsettled_minutes) return std::nullopt;
    Reading out;
    out.station = unit.station;
    out.period = Period::hour;
    out.hour = hour;
    out.time_is_ours = true;
    return out;
}

void decode_now(const Poll& poll, const Unit& unit, UtcOffset offset, Decoded& out)
{
    for (const auto& field : unit.map.fields) {
        const Found found = find(poll, field.place);
        if (!found.asked) continue;
        auto frame = frame_of(unit, field, poll.at, offset);
        if (!frame) continue;
        const auto same = std::find_if(out.readings.begin(), out.readings.end(), [&](const Reading& r) {
            return r.period == frame->period && r.length_minutes == frame->length_minutes && r.hour == frame->hour;
        });
        Reading& reading = same != out.readings.end() ? *same : out.readings.emplace_back(std::move(*frame));
        const Standing standing = standing_of(poll, unit.map, field.name());
        Judged judged = judge(field, found, poll.unit);
        put(reading, field, judged, standing);
        // An instrument that says it is calibrating or warming up has already explained its strange numbers.
        if (judged.fault && standing.flag == Flag::normal) out.faults.push_back(std::move(*judged.fault));
    }
    std::erase_if(out.readings, [](const Reading& reading) { return !says_something(reading); });
}

void decode_stored(const Poll& poll, const Unit& unit, UtcOffset offset, Decoded& out)
{
    const Stored& stored = *unit.map.stored;
    for (int place = 0; place < unit.stored_depth; ++place) {
        const Instant at = stored_time(stored, poll.at, place);
        Reading reading = reading_at(unit, Period::minutes, stored.step_minutes, at, offset);
        for (const auto& series : stored.series) {
            Field field = series.field;
            field.place.address += place * series.stride;
            const Found found = find(poll, field.place);
            if (!found.number) continue; // not asked for, or refused: it stays owed
            Judged judged = judge(field, found, poll.unit);
            put(reading, field, judged, {});
            if (judged.fault) out.faults.push_back(std::move(*judged.fault));
        }
        if (says_something(reading)) out.readings.push_back(std::move(reading));
    }
}

} // namespace

Instant stored_time(const Stored& stored, Instant newest, int place)
{
    const std::int64_t minutes_ago = stored.newest_minutes_ago + std::int64_t{place} * stored.step_minutes;
    return Instant{whole_minute(newest).ms - minutes_ago * minute_ms};
}

Decoded decode_poll(const Poll& poll, const Unit& unit, UtcOffset offset)
{
    Decoded out;
    if (poll.kind == Poll::Kind::now)
        decode_now(poll, unit, offset, out);
    else if (unit.map.stored)
        decode_stored(poll, unit, offset, out);
    else
        out.faults.push_back({Reason::malformed, fmt::format("unit {}: its map has no stored values", poll.unit)});
    return out;
}

} // namespace aqi::drivers::modbus
