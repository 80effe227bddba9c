#include "drivers/modbus/register_map.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

namespace aqi::drivers::modbus {
namespace {

constexpr int address_most = 65'535;
constexpr std::int64_t milli = 1'000;
/// Bases in the manner of "40001": the leading digit is the function, the rest counts from 1.
constexpr int holding_base = 40'001, input_base = 30'001;

/// What a map says once for all its registers.
struct Usual {
    int function = holding_function;
    int base = 0;
    int coil_base = 0;
    std::optional<ByteOrder> order;
};

std::optional<ByteOrder> order_of(const Settings& table)
{
    if (!table.has("order")) return std::nullopt;
    const std::string written = table.text("order");
    const auto order = byte_order_named(written);
    if (!order)
        table.fail("order",
                   fmt::format("\"{}\" is no order of bytes on the wire; known: {}", written, byte_order_choices));
    return order;
}

int base_of(const Settings& table, std::string_view key, std::initializer_list<int> known)
{
    const auto written = static_cast<int>(table.integer_or(key, 0, 0, address_most));
    if (std::find(known.begin(), known.end(), written) == known.end())
        table.fail(key, fmt::format("\"{}\" is {}; known: {}", key, written, fmt::join(known, ", ")));
    return written;
}

WordType type_of(const Settings& table, WordType otherwise)
{
    return table.choice_or<WordType>("type", otherwise,
                                     {{"uint16", WordType::uint16},
                                      {"int16", WordType::int16},
                                      {"uint32", WordType::uint32},
                                      {"int32", WordType::int32},
                                      {"float32", WordType::float32}});
}

/// Function, address as on the wire, type and order of one entry.
Place place_of(const Settings& table, const Usual& usual, bool bits_too)
{
    Place out;
    out.function = static_cast<int>(table.integer_or("function", usual.function, coil_function, input_function));
    const bool bits = reads_bits(out.function);
    if (bits && !bits_too) table.fail("function", "functions 1 and 2 read coils, which hold no values; known: 3, 4");
    const int base = bits ? usual.coil_base : usual.base;
    const auto written = static_cast<int>(table.integer("address", 0, base + address_most));
    if (written < base)
        table.fail("address", fmt::format("\"address\" is {}; the map counts from {} (address_base)", written, base));
    out.address = written - base;
    if (bits) return out;
    out.type = type_of(table, WordType::uint16);
    out.order = order_of(table);
    if (!out.order) out.order = usual.order;
    if (out.address + out.registers() - 1 > address_most)
        table.fail("address", fmt::format("a {} at {} runs past register 65535", word_type_name(out.type), written));
    return out;
}

Decimal decimal_of(const Settings& table, std::string_view key, Decimal otherwise)
{
    if (!table.has(key)) return otherwise;
    const auto decimal = parse_scale(table.number(key));
    if (!decimal) table.fail(key, decimal.error().detail);
    return *decimal;
}

std::vector<Decimal> decimals_of(const Settings& table, std::string_view key)
{
    std::vector<Decimal> out;
    if (!table.has(key)) return out;
    for (const auto& text : table.numbers(key)) {
        const auto decimal = parse_scale(text);
        if (!decimal) table.fail(key, decimal.error().detail);
        out.push_back(*decimal);
    }
    return out;
}

/// ["least", "most"] in the unit, as counts.
std::pair<std::int64_t, std::int64_t> range_of(const Settings& table, std::string_view key, std::int64_t counts)
{
    const auto ends = decimals_of(table, key);
    if (ends.size() != 2) table.fail(key, fmt::format("\"{}\" must be two numbers, the least and the most", key));
    const auto in_counts = [&](const Decimal& end) {
        const auto value = scaled({false, 1, 0}, end, {}, counts, Concentration::max_ng);
        if (!value) table.fail(key, value.error().detail);
        return *value;
    };
    const auto range = std::pair{in_counts(ends[0]), in_counts(ends[1])};
    if (range.first > range.second) table.fail(key, fmt::format("\"{}\" ends before it begins", key));
    return range;
}

void read_item(const Settings& table, Field& field)
{
    const std::string name = table.text("name");
    if (const auto pollutant = pollutant_named(name)) {
        field.item = *pollutant;
        const std::string unit = table.text("unit");
        const auto counts = unit_in_ng(unit, *pollutant);
        if (!counts) {
            std::vector<std::string> known{"ug/m3", "mg/m3", "ng/m3"};
            if (unit_in_ng("ppb", *pollutant)) known.insert(known.end(), {"ppb", "ppm"});
            table.fail_unknown("unit", unit, known);
        }
        field.counts = *counts;
        return;
    }
    if (const auto item = weather_named(name)) {
        field.item = *item;
        field.counts = milli;
        const std::string unit = table.text_or("unit", weather_unit(*item));
        if (unit != weather_unit(*item))
            table.fail("unit", fmt::format("{} is kept in {}; bring it there with \"scale\" and \"offset\"", name,
                                           weather_unit(*item)));
        return;
    }
    std::vector<std::string> known;
    for (const auto p : all_pollutants) known.emplace_back(pollutant_name(p));
    for (const auto w : all_weather) known.emplace_back(weather_name(w));
    table.fail_unknown("name", name, known);
}

void read_period(const Settings& table, Field& field)
{
    field.period = table.choice_or<Period>(
        "period", Period::moment, {{"moment", Period::moment}, {"minutes", Period::minutes}, {"hour", Period::hour}});
    if (field.period == Period::minutes)
        field.length_minutes = static_cast<int>(table.integer("length_minutes", 1, 59));
    if (field.period == Period::hour)
        field.changes_at_minute = static_cast<int>(table.integer("changes_at_minute", 0, 59));
}

Field read_field(const Settings& table, const Usual& usual, bool of_the_present)
{
    Field out;
    read_item(table, out);
    out.place = place_of(table, usual, false);
    out.scale = decimal_of(table, "scale", out.scale);
    if (out.scale.digits == 0) table.fail("scale", "a scale of 0 makes every value 0");
    out.offset = decimal_of(table, "offset", out.offset);
    out.sentinels = decimals_of(table, "sentinels");
    out.over_range = decimals_of(table, "over_range");
    if (table.has("valid")) {
        const auto [least, most] = range_of(table, "valid", out.counts);
        out.least = least;
        out.most = most;
    }
    if (of_the_present) {
        read_period(table, out);
        table.done();
    }
    return out;
}

Flag flag_of(const Settings& table)
{
    const std::string written = table.text("flag");
    const auto flag = written.size() == 1 ? flag_of_letter(written.front()) : std::nullopt;
    if (!flag || *flag == Flag::normal || *flag > Flag::communication)
        table.fail("flag", fmt::format("\"{}\" is no flag a status can raise; known: D fault, M maintenance, "
                                       "C calibration, T over range, F stopped, S manual, B communication",
                                       written));
    return *flag;
}

void read_test(const Settings& table, Status& status)
{
    if (reads_bits(status.place.function)) {
        status.test = Status::Test::values;
        status.values = {table.integer_or("when", 1, 0, 1)};
        return;
    }
    if (status.place.type == WordType::float32) table.fail("type", "a status is a whole number");
    const int kinds = int{table.has("bit")} + int{table.has("values")} + int{table.has("good")};
    if (kinds != 1) table.fail("", "a status register has one of \"bit\", \"values\" (that raise the flag), \"good\"");
    if (table.has("bit")) {
        status.test = Status::Test::bit;
        status.bit = static_cast<int>(table.integer("bit", 0, status.place.registers() * 16 - 1));
        status.values = {table.integer_or("when", 1, 0, 1)};
        return;
    }
    status.test = table.has("good") ? Status::Test::good : Status::Test::values;
    const std::string_view key = table.has("good") ? "good" : "values";
    status.values = table.integers(key);
    if (status.values.empty()) table.fail(key, fmt::format("\"{}\" names no value", key));
}

Status read_status(const Settings& table, const Usual& usual, const std::vector<Field>& fields)
{
    Status out;
    out.name = table.text("name");
    out.place = place_of(table, usual, true);
    out.flag = flag_of(table);
    read_test(table, out);
    out.fields = table.texts_or_none("fields");
    for (const auto& name : out.fields) {
        std::vector<std::string> known;
        for (const auto& field : fields) known.emplace_back(field.name());
        if (std::find(known.begin(), known.end(), name) == known.end()) table.fail_unknown("fields", name, known);
    }
    table.done();
    return out;
}

Reference read_reference(const Settings& table, const Usual& usual)
{
    Reference out;
    out.name = table.text("name");
    out.place = place_of(table, usual, false);
    out.scale = decimal_of(table, "scale", out.scale);
    out.unit = table.text_or("unit", "");
    std::tie(out.least, out.most) = range_of(table, "valid", milli);
    table.done();
    return out;
}

Stored read_stored(const Settings& table, const Usual& usual)
{
    Stored out;
    out.step_minutes = static_cast<int>(table.integer("step_minutes", 1, 59));
    out.depth = static_cast<int>(table.integer_or("depth", 0, 1, address_most));
    out.newest_minutes_ago = static_cast<int>(table.integer_or("newest_minutes_ago", 0, 0, 24 * 60));
    for (const auto& row : table.tables("field")) {
        Stored::Series series;
        series.field = read_field(row, usual, false);
        series.field.period = Period::minutes;
        series.field.length_minutes = out.step_minutes;
        const int width = series.field.place.registers();
        series.stride = static_cast<int>(row.integer_or("stride", width, 1, address_most));
        if (series.stride < width)
            row.fail("stride", fmt::format("a stride of {} splits the {} registers of a {}", series.stride, width,
                                           word_type_name(series.field.place.type)));
        if (series.field.place.address + std::max(0, out.depth - 1) * series.stride + width - 1 > address_most)
            row.fail("address", fmt::format("{} stored values run past register 65535", out.depth));
        row.done();
        out.series.push_back(std::move(series));
    }
    if (out.series.empty()) table.fail("", "[stored] has no [[stored.field]]");
    table.done();
    return out;
}

Clock read_clock(const Settings& table, const Usual& usual)
{
    Clock out;
    Usual holding = usual;
    holding.function = holding_function;
    out.address = place_of(table, holding, false).address;
    out.form = table.text("form");
    std::string letters = out.form;
    std::sort(letters.begin(), letters.end());
    if (letters != "DMYhms" && letters != "DMhmsy")
        table.fail("form",
                   fmt::format("\"{}\" must hold each of Y (or y) M D h m s once, a letter a register", out.form));
    if (out.address + static_cast<int>(out.form.size()) - 1 > address_most)
        table.fail("address", "the clock runs past register 65535");
    table.done();
    return out;
}

/// Two fields in one register are a slip of the pen; one register of a float is no value.
void refuse_overlaps(const std::vector<Settings>& rows, const std::vector<Field>& fields)
{
    for (std::size_t i = 0; i < fields.size(); ++i)
        for (std::size_t k = 0; k < i; ++k) {
            const Place &a = fields[i].place, &b = fields[k].place;
            if (fields[i].name() == fields[k].name())
                rows[i].fail("name", fmt::format("{} is there twice", fields[i].name()));
            if (a.function == b.function && a.address < b.address + b.registers() &&
                b.address < a.address + a.registers())
                rows[i].fail("address", fmt::format("{} and {} share a register; a {} takes {}", fields[i].name(),
                                                    fields[k].name(), word_type_name(b.type), b.registers()));
        }
}

Usual read_usual(const Settings& table)
{
    Usual out;
    out.base = base_of(table, "address_base", {0, 1, input_base, holding_base});
    out.coil_base = base_of(table, "coil_base", {0, 1});
    const int by_base = out.base == input_base ? input_function : holding_function;
    const bool said_by_base = out.base > 1;
    out.function =
        static_cast<int>(said_by_base ? table.integer_or("function", by_base, 3, 4) : table.integer("function", 3, 4));
    if (said_by_base && out.function != by_base)
        table.fail("function", fmt::format("registers counted from {} are read by function {}", out.base, by_base));
    out.order = order_of(table);
    return out;
}

} // namespace

std::string_view Field::name() const
{
    if (const auto* pollutant = std::get_if<Pollutant>(&item)) return pollutant_name(*pollutant);
    return weather_name(std::get<WeatherItem>(item));
}

bool Status::concerns(std::string_view field) const
{
    return fields.empty() || std::find(fields.begin(), fields.end(), field) != fields.end();
}

bool Status::raised(const RawNumber& number) const
{
    const std::int64_t seen = test == Test::bit ? number.whole >> bit & 1 : number.whole;
    const bool listed = std::find(values.begin(), values.end(), seen) != values.end();
    return test == Test::good ? !listed : listed;
}

std::string RegisterMap::without_order() const
{
    std::vector<std::string> names;
    const auto look = [&](const Place& place, std::string_view name) {
        if (place.registers() == 2 && !place.order) names.emplace_back(name);
    };
    for (const auto& field : fields) look(field.place, field.name());
    for (const auto& status : statuses) look(status.place, status.name);
    for (const auto& reference : references) look(reference.place, reference.name);
    if (stored)
        for (const auto& series : stored->series)
            look(series.field.place, fmt::format("stored {}", series.field.name()));
    return fmt::format("{}", fmt::join(names, ", "));
}

void RegisterMap::set_order(ByteOrder order)
{
    for (auto& field : fields) field.place.order = order;
    for (auto& status : statuses) status.place.order = order;
    for (auto& reference : references) reference.place.order = order;
    if (stored)
        for (auto& series : stored->series) series.field.place.order = order;
}

RegisterMap read_register_map(const Settings& table)
{
    RegisterMap out;
    out.device = table.text("device");
    const Usual usual = read_usual(table);
    out.read_gap = static_cast<int>(table.integer_or("read_gap", out.read_gap, 0, registers_most));
    if (const auto serial = table.table_if("serial")) {
        out.baud = static_cast<int>(serial->integer_or("baud", out.baud, 300, 921'600));
        out.parity = serial->choice_or<Parity>("parity", out.parity,
                                               {{"none", Parity::none}, {"even", Parity::even}, {"odd", Parity::odd}});
        out.stop_bits = static_cast<int>(serial->integer_or("stop_bits", out.stop_bits, 1, 2));
        serial->done();
    }
    const auto rows = table.tables("field");
    if (rows.empty()) table.fail("", "a register map needs a [[field]]");
    for (const auto& row : rows) out.fields.push_back(read_field(row, usual, true));
    refuse_overlaps(rows, out.fields);
    for (const auto& row : table.tables("status")) out.statuses.push_back(read_status(row, usual, out.fields));
    for (const auto& row : table.tables("reference")) out.references.push_back(read_reference(row, usual));
    if (const auto stored = table.table_if("stored")) out.stored = read_stored(*stored, usual);
    if (const auto clock = table.table_if("clock")) out.clock = read_clock(*clock, usual);
    table.done();
    return out;
}

RegisterMap parse_register_map(std::string_view text, std::string_view name)
{
    return read_register_map(Settings::parse(text, name));
}

std::string disagreement(const Reference& reference, const std::vector<std::uint16_t>& words)
{
    if (words.size() < static_cast<std::size_t>(reference.place.registers())) return {};
    const auto number = number_of(words.data(), reference.place.type, reference.place.order.value_or(ByteOrder::abcd));
    const auto value = scaled(number, reference.scale, {}, milli, Concentration::max_ng);
    if (value && no_value(number).empty() && *value >= reference.least && *value <= reference.most) return {};
    const std::string unit = reference.unit.empty() ? "" : " " + reference.unit;
    return fmt::format(
        "{} reads {}{}, outside {} to {}{}: is the map, its order of bytes or the unit the right one?", reference.name,
        value && no_value(number).empty() ? format_milli(*value) : fmt::format("{:04X}", fmt::join(words, " ")), unit,
        format_milli(reference.least), format_milli(reference.most), unit);
}

} // namespace aqi::drivers::modbus
