// The text of a payload map as a PayloadMap. Every complaint names the line of the map.
#include "drivers/payload_map.hpp"
#include "drivers/payload_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace aqi::drivers {
namespace {

constexpr std::size_t path_steps_max = 16;
constexpr std::string_view unit_names[] = {"ng/m3", "ug/m3", "mg/m3", "ppb", "ppm", "m/s", "km/h", "deg",
                                           "degC",  "%",     "0-1",   "hPa", "kPa", "Pa",  "mm"};

PayloadPath path_of(const Settings& table, std::string_view key, std::string_view written, bool stars = false)
{
    PayloadPath out;
    std::string_view rest = written;
    if (rest.starts_with('/')) {
        out.from_top = true;
        rest.remove_prefix(1);
    }
    if (rest == ".") rest = {};
    while (!rest.empty()) {
        const auto slash = rest.find('/');
        std::string step;
        for (std::size_t i = 0; i < std::min(slash, rest.size()); ++i) {
            if (rest[i] != '~') {
                step += rest[i];
                continue;
            }
            const char next = i + 1 < rest.size() ? rest[i + 1] : ' ';
            if (next != '0' && next != '1')
                table.fail(key, fmt::format("\"{}\": ~ is written ~0, and a slash in a name ~1", written));
            step += next == '0' ? '~' : '/';
            ++i;
        }
        if (step.empty()) table.fail(key, fmt::format("\"{}\" has an empty step", written));
        if (step == "*" && !stars)
            table.fail(key,
                       fmt::format("\"{}\": * belongs to \"readings\" only; a value stands in one place", written));
        out.steps.push_back(std::move(step));
        rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
        if (slash != std::string_view::npos && rest.empty())
            table.fail(key, fmt::format("\"{}\" ends with a slash", written));
    }
    if (out.steps.size() > path_steps_max)
        table.fail(key, fmt::format("\"{}\" is deeper than {} steps", written, path_steps_max));
    return out;
}

/// One path, or a list of them in the order of preference; none where the key is missing.
std::vector<PayloadPath> paths_of(const Settings& table, std::string_view key, bool stars = false)
{
    std::vector<PayloadPath> out;
    if (!table.has(key)) return out;
    if (table.holds_text(key)) return {path_of(table, key, table.text(key), stars)};
    for (const auto& text : table.texts_or_none(key)) out.push_back(path_of(table, key, text, stars));
    if (out.empty()) table.fail(key, fmt::format("\"{}\" is an empty list", key));
    return out;
}

std::optional<PayloadPath> path_if(const Settings& table, std::string_view key)
{
    if (!table.has(key)) return std::nullopt;
    return path_of(table, key, table.text(key));
}

Flag flag_letter_of(const Settings& table, std::string_view key)
{
    const std::string letter = table.text(key);
    const auto flag = letter.size() == 1 ? flag_of_letter(letter.front()) : std::nullopt;
    if (!flag || *flag > Flag::communication) table.fail_unknown(key, letter, {"N", "F", "M", "S", "D", "C", "T", "B"});
    return *flag;
}

/// What a value is: pollutant or weather, and its unit.
PayloadQuantity quantity_of(const Settings& table)
{
    PayloadQuantity out;
    if (table.has("pollutant") == table.has("weather"))
        table.fail({}, "either \"pollutant\" or \"weather\" says what the value is");
    if (table.has("pollutant")) {
        const std::string name = table.text("pollutant");
        out.pollutant = pollutant_named(name);
        if (!out.pollutant) {
            std::vector<std::string> known;
            for (const auto p : all_pollutants) known.emplace_back(pollutant_name(p));
            table.fail_unknown("pollutant", name, known);
        }
    } else {
        const std::string name = table.text("weather");
        const auto item = weather_named(name);
        if (!item) {
            std::vector<std::string> known;
            for (const auto w : all_weather) known.emplace_back(weather_name(w));
            table.fail_unknown("weather", name, known);
        }
        out.weather = *item;
    }
    out.unit = table.text("unit");
    std::vector<std::string> units;
    for (const auto unit : unit_names)
        if (out.pollutant ? is_unit_of(unit, *out.pollutant) : is_unit_of(unit, out.weather)) units.emplace_back(unit);
    if (std::find(units.begin(), units.end(), out.unit) == units.end()) table.fail_unknown("unit", out.unit, units);
    return out;
}

bool same_quantity(const PayloadQuantity& a, const PayloadQuantity& b)
{
    return a.pollutant == b.pollutant && (a.pollutant || a.weather == b.weather);
}

void read_items(const Settings& table, PayloadMap& map)
{
    for (const auto& row : table.tables("item")) {
        PayloadItem item;
        item.quantity = quantity_of(row);
        for (const auto& other : map.items)
            if (same_quantity(other.quantity, item.quantity))
                row.fail(item.quantity.pollutant ? "pollutant" : "weather",
                         "it has an [[item]] already; all its names stand in one, the best first");
        item.names = row.texts_or_none("names");
        if (item.names.empty()) row.fail("names", "\"names\" must list at least one");
        item.flag = path_if(row, "flag");
        if (item.flag && map.form == PayloadMap::Form::pairs)
            row.fail("flag", "the flag of a pair stands in the pair: [values] flag says where");
        row.done();
        for (std::size_t i = 0; i < item.names.size(); ++i) {
            const std::string& name = item.names[i];
            if (!map.names.try_emplace(name, PayloadMap::Known{map.items.size(), i}).second)
                row.fail("names", fmt::format("\"{}\" is there twice", name));
            if (std::find(map.ignored.begin(), map.ignored.end(), name) != map.ignored.end())
                row.fail("names", fmt::format("\"{}\" is among \"ignored\" too", name));
            map.written.try_emplace(without_signs(name), name);
        }
        map.items.push_back(std::move(item));
    }
    if (map.items.empty() != (map.form == PayloadMap::Form::one))
        table.fail("item", map.items.empty()
                               ? "no [[item]] says which names are which pollutants"
                               : "the values of form = \"one\" have no names; [[link.stream]] says what they are");
}

void read_values(const Settings& table, PayloadMap& map)
{
    using Form = PayloadMap::Form;
    map.form = table.choice_or<Form>("form", Form::members,
                                     {{"members", Form::members}, {"pairs", Form::pairs}, {"one", Form::one}});
    if (map.form == Form::one) {
        map.value = path_of(table, "value", table.text("value"));
    } else {
        map.values = path_of(table, "at", table.text_or("at", "."));
        map.value = path_if(table, "value");
    }
    if (map.form == Form::pairs) {
        map.name = path_of(table, "name", table.text("name"));
        if (!map.value) table.fail({}, "\"value\" is missing: where in a pair the value stands");
    }
    map.unit = paths_of(table, "unit");
    map.flag = path_if(table, "flag");
    table.done();
}

void read_flags(const Settings& table, PayloadMap& map)
{
    map.flags.at = paths_of(table, "at");
    if (table.has("least")) {
        map.flags.least = table.number("least");
        if (!parse_concentration(map.flags.least, 1'000'000))
            table.fail("least", fmt::format("\"{}\" is not a number", map.flags.least));
        map.flags.below = flag_letter_of(table, "below");
    }
    if (const auto words = table.table_if("words"))
        for (const auto& word : words->keys()) map.flags.words.emplace(word, flag_letter_of(*words, word));
    table.done();
}

/// Names that stand beside values and are known to be none, because a path of the map leads through them.
void ignore_path(PayloadMap& map, const std::optional<PayloadPath>& path)
{
    if (!path || path->from_top || path->steps.empty()) return;
    if (path->steps.size() > map.values.steps.size() &&
        std::equal(map.values.steps.begin(), map.values.steps.end(), path->steps.begin()))
        map.ignored.push_back(path->steps[map.values.steps.size()]);
}

void ignore_paths(PayloadMap& map)
{
    if (map.form != PayloadMap::Form::members) return;
    for (const auto& path : map.station) ignore_path(map, path);
    for (const auto& path : map.time_at) ignore_path(map, path);
    for (const auto& path : map.flags.at) ignore_path(map, path);
    for (const auto& item : map.items) {
        if (!item.flag || item.flag->from_top || item.flag->steps.empty()) continue;
        map.ignored.push_back(item.flag->steps.front()); // beside the value, so inside `values`
    }
}

bool unknown_of(const Settings& table, bool otherwise)
{
    return table.choice_or<bool>("unknown", otherwise, {{"count", false}, {"fault", true}});
}

} // namespace

std::string without_signs(std::string_view name)
{
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto c = static_cast<unsigned char>(name[i]);
        if (std::isalnum(c))
            out += static_cast<char>(std::tolower(c));
        else if (i + 1 < name.size() && name[i + 1] == '0')
            out += '.'; // PM1.0 is not PM10
    }
    return out;
}

PayloadMap read_payload_map(const Settings& table)
{
    PayloadMap map;
    (void)table.text("source"); // for people: where the form is documented, and what was tried
    map.unknown_is_fault = unknown_of(table, false);
    map.readings = paths_of(table, "readings", true);
    if (map.readings.empty()) map.readings.push_back({true, {}});
    map.ignored = table.texts_or_none("ignored");
    map.missing = table.texts_or_none("missing");

    if (const auto station = table.table_if("station")) {
        map.station = paths_of(*station, "at");
        if (station->has("key")) {
            const int stars =
                static_cast<int>(std::count(map.readings.front().steps.begin(), map.readings.front().steps.end(), "*"));
            if (stars == 0) station->fail("key", "\"key\" counts the * of \"readings\", and there is none");
            map.station_key = static_cast<int>(station->integer("key", 1, stars));
        }
        if (!map.names_station()) station->fail({}, "either \"at\" or \"key\" says where the station's name stands");
        station->done();
    }
    const Settings time = table.table("time");
    map.time_at = paths_of(time, "at");
    map.time = read_payload_time(time, {});
    if (map.time_at.empty() != (map.time.form == PayloadTime::Form::none))
        time.fail("at", map.time_at.empty() ? "\"at\" is missing: where the time stands"
                                            : "\"at\" says where, and \"format\" does not say how; known: iso8601, "
                                              "iso8601-local, epoch-s, epoch-ms, or a pattern such as yyyyMMddHHmmss");
    time.done();
    if (const auto values = table.table_if("values")) read_values(*values, map);
    if (const auto flags = table.table_if("flag")) read_flags(*flags, map);
    if (const auto units = table.table_if("units"))
        for (const auto& word : units->keys()) {
            const std::string ours = units->text(word);
            if (std::find(std::begin(unit_names), std::end(unit_names), ours) == std::end(unit_names))
                units->fail_unknown(word, ours, {std::begin(unit_names), std::end(unit_names)});
            map.units.emplace(word, ours);
        }
    read_items(table, map);
    ignore_paths(map);
    table.done();
    return map;
}

PayloadLink read_payload_link(const Settings& table, PayloadMap& map)
{
    PayloadLink out;
    out.station_level = static_cast<int>(table.integer_or("station_level", -1, -1, 20));
    map.unknown_is_fault = unknown_of(table, map.unknown_is_fault);
    if (const auto time = table.table_if("time")) {
        const auto form = map.time.form;
        map.time = read_payload_time(*time, std::move(map.time));
        if (form == PayloadTime::Form::none && map.time.form != form)
            time->fail("format", "the map knows no place where a time stands");
        time->done();
    }
    if (const auto stations = table.table_if("stations"))
        for (const auto& device : stations->keys()) out.stations.emplace(device, stations->text(device));
    for (const auto& row : table.tables("stream")) {
        PayloadStream stream{row.text("topic"), row.text("station"), quantity_of(row)};
        for (const auto& other : out.streams)
            if (other.topic == stream.topic) row.fail("topic", fmt::format("\"{}\" is there twice", stream.topic));
        row.done();
        out.streams.push_back(std::move(stream));
    }
    const bool one = map.form == PayloadMap::Form::one;
    if (one == out.streams.empty())
        table.fail("map",
                   one ? "its documents hold a bare value: [[link.stream]] must say whose and of what, topic by topic"
                       : "its documents name their values: it has no [[link.stream]]");
    if (!one && !map.names_station() && out.station_level < 0)
        table.fail("map",
                   "its documents do not say whose they are: \"station_level\" must say which level of the topic does");
    return out;
}

} // namespace aqi::drivers
