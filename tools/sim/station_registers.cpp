#include "tools/sim/station_registers.hpp"

#include "libaqi/rounding.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace aqi::sim {
namespace {

using namespace drivers::modbus;

constexpr std::int64_t minute_ms = 60'000;
constexpr std::uint32_t quiet_nan = 0x7FC00000;

Wide power_of_ten(int exponent)
{
    Wide out = 1;
    for (; exponent > 0; --exponent) out *= 10;
    return out;
}

std::uint16_t swapped(std::uint16_t word) { return static_cast<std::uint16_t>(word << 8 | word >> 8); }

std::vector<std::uint16_t> in_order(std::uint32_t value, ByteOrder order)
{
    const auto high = static_cast<std::uint16_t>(value >> 16), low = static_cast<std::uint16_t>(value & 0xFFFFU);
    switch (order) {
    case ByteOrder::abcd: return {high, low};
    case ByteOrder::cdab: return {low, high};
    case ByteOrder::badc: return {swapped(high), swapped(low)};
    case ByteOrder::dcba: return {swapped(low), swapped(high)};
    }
    return {};
}

std::pair<std::int64_t, std::int64_t> range_of(WordType type)
{
    switch (type) {
    case WordType::uint16: return {0, 65'535};
    case WordType::int16: return {-32'768, 32'767};
    case WordType::uint32: return {0, 4'294'967'295};
    case WordType::int32:
    case WordType::float32: break;
    }
    return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
}

std::vector<std::uint16_t> words_of_bits(std::uint32_t bits, const Place& place)
{
    if (place.registers() == 1) return {static_cast<std::uint16_t>(bits & 0xFFFFU)};
    return in_order(bits, place.order.value_or(ByteOrder::abcd));
}

std::vector<std::uint16_t> words_of_whole(std::int64_t whole, const Place& place)
{
    const auto [least, most] = range_of(place.type);
    return words_of_bits(static_cast<std::uint32_t>(std::clamp(whole, least, most)), place);
}

std::vector<std::uint16_t> words_of_fraction(Wide numerator, Wide denominator, const Place& place)
{
    if (place.type != WordType::float32) {
        const Wide whole = round_half_even(numerator, denominator); // half of a register is its nearest even one
        return words_of_whole(static_cast<std::int64_t>(whole), place);
    }
    const auto real = static_cast<float>(static_cast<long double>(numerator) / static_cast<long double>(denominator));
    return in_order(std::bit_cast<std::uint32_t>(real), place.order.value_or(ByteOrder::abcd));
}

void put(Registers& out, const Place& place, const std::vector<std::uint16_t>& words)
{
    for (std::size_t i = 0; i < words.size(); ++i)
        out.of(place.function).put(place.address + static_cast<int>(i), words[i]);
}

Instant whole_minutes(Instant at, int minutes)
{
    const std::int64_t step = minutes * minute_ms;
    return Instant{at.ms - at.ms % step}; // the offset is of whole hours, so hours and their parts begin together
}

/// The record a field shows at a moment.
Reading shown(const Field& field, const Records& records, Instant now)
{
    if (field.period == Period::minutes)
        return records.minutes(whole_minutes(now, field.length_minutes), field.length_minutes);
    if (field.period == Period::hour)
        return records.hour(last_hour_over(Instant{now.ms - field.changes_at_minute * minute_ms}, station_offset));
    return records.moment(now);
}

void put_field(Registers& out, const Field& field, const Reading& record, bool without_value)
{
    std::int64_t counts = 0;
    if (const auto* item = std::get_if<WeatherItem>(&field.item))
        counts = record.weather[*item].value_or(0);
    else
        counts = record.values[std::get<Pollutant>(field.item)].value.value_or(Concentration{}).ng_per_m3();
    put(out, field.place, without_value ? words_of_no_value(field) : words_of_value(counts, field));
}

bool lists(const Status& status, std::int64_t value)
{
    return std::find(status.values.begin(), status.values.end(), value) != status.values.end();
}

/// What stands in a status's place. Several bits may share a register.
void put_status(Registers& out, const Status& status, bool raised)
{
    Bank& bank = out.of(status.place.function);
    if (status.test == Status::Test::bit) {
        const bool set = (status.values.front() == 1) == raised;
        // A 32-bit status has its bits spread by its order; other bits of the register are other statuses'.
        const auto words = words_of_bits(1U << status.bit, status.place);
        for (std::size_t i = 0; i < words.size(); ++i) {
            const int address = status.place.address + static_cast<int>(i);
            const unsigned others = bank.holds(address) ? bank.at(address) : 0U;
            bank.put(address, static_cast<std::uint16_t>(set ? others | words[i] : others & ~unsigned{words[i]}));
        }
        return;
    }
    std::int64_t value = 0;
    const bool wants_listed = (status.test == Status::Test::good) != raised;
    if (wants_listed)
        value = status.values.front();
    else
        while (lists(status, value)) ++value;
    put(out, status.place, words_of_whole(value, status.place));
}

/// Calibration raises the status of it; a map without one has maintenance instead.
const Status* status_of_calibration(const RegisterMap& map)
{
    for (const auto flag : {Flag::calibration, Flag::maintenance})
        for (const auto& status : map.statuses)
            if (status.flag == flag) return &status;
    return nullptr;
}

void put_reference(Registers& out, const RegisterMap& map, const Reference& reference)
{
    const Place& place = reference.place;
    const bool is_field = std::any_of(map.fields.begin(), map.fields.end(), [&](const Field& field) {
        return field.place.function == place.function && field.place.address == place.address;
    });
    if (is_field) return;
    Field middle;
    middle.item = WeatherItem::pressure;
    middle.place = place;
    middle.scale = reference.scale;
    put(out, place, words_of_value((reference.least + reference.most) / 2, middle));
}

void put_clock(Registers& out, const Clock& clock, Instant now)
{
    const std::string local = format_instant(now, station_offset);
    const auto part = [&](std::size_t at, std::size_t length) { return std::stoi(local.substr(at, length)); };
    int address = clock.address;
    for (const char letter : clock.form) {
        const int value = letter == 'Y'   ? part(0, 4)
                          : letter == 'y' ? part(2, 2)
                          : letter == 'M' ? part(5, 2)
                          : letter == 'D' ? part(8, 2)
                          : letter == 'h' ? part(11, 2)
                          : letter == 'm' ? part(14, 2)
                                          : part(17, 2);
        out.of(holding_function).put(address++, static_cast<std::uint16_t>(value));
    }
}

} // namespace

void Bank::put(int address, std::uint16_t word)
{
    if (words.empty()) first = address;
    if (address < first) {
        words.insert(words.begin(), static_cast<std::size_t>(first - address), 0);
        first = address;
    }
    const auto index = static_cast<std::size_t>(address - first);
    if (index >= words.size()) words.resize(index + 1);
    words[index] = word;
}

std::vector<std::uint16_t> words_of_value(std::int64_t counts, const Field& field)
{
    // (value / counts - offset) / scale, as one fraction.
    Wide numerator = (Wide{counts} * power_of_ten(field.offset.decimals) - Wide{field.offset.digits} * field.counts) *
                     power_of_ten(field.scale.decimals);
    Wide denominator = Wide{field.counts} * power_of_ten(field.offset.decimals) * field.scale.digits;
    if (denominator < 0) {
        numerator = -numerator;
        denominator = -denominator;
    }
    return words_of_fraction(numerator, denominator, field.place);
}

std::vector<std::uint16_t> words_of_no_value(const Field& field)
{
    if (field.place.type == WordType::float32) return in_order(quiet_nan, field.place.order.value_or(ByteOrder::abcd));
    if (!field.sentinels.empty())
        return words_of_fraction(field.sentinels.front().digits, power_of_ten(field.sentinels.front().decimals),
                                 field.place);
    const auto [least, most] = range_of(field.place.type);
    return words_of_whole(least < 0 ? least : most, field.place);
}

Registers registers_at(const RegisterMap& map, const Records& records, Instant now, int stored_depth)
{
    Registers out;
    const bool without_values = records.faults().holds(FaultKind::nan, now);
    for (const auto& field : map.fields) put_field(out, field, shown(field, records, now), without_values);
    const Status* calibrating =
        records.faults().holds(FaultKind::calibration, now) ? status_of_calibration(map) : nullptr;
    for (const auto& status : map.statuses) put_status(out, status, &status == calibrating);
    for (const auto& reference : map.references) put_reference(out, map, reference);
    if (map.stored)
        for (int place = 0; place < stored_depth; ++place) {
            const std::int64_t minutes_ago =
                map.stored->newest_minutes_ago + std::int64_t{place} * map.stored->step_minutes;
            const Instant end{whole_minutes(now, 1).ms - minutes_ago * minute_ms};
            const Reading record = records.minutes(end, map.stored->step_minutes);
            for (const auto& series : map.stored->series) {
                Field field = series.field;
                field.place.address += place * series.stride;
                put_field(out, field, record, false);
            }
        }
    if (map.clock) put_clock(out, *map.clock, now);
    return out;
}

} // namespace aqi::sim
