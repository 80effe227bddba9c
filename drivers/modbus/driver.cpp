// drivers/modbus/driver: instruments and loggers polled over Modbus, as one row of the driver table.
//
// Knows: the keys of a [[link]] and its [[link.unit]]s, where a register map is found. Does not know: sockets, libmodbus.
#include "drivers/embedded.hpp"
#include "drivers/modbus/line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

namespace aqi::drivers {
namespace {

using namespace modbus;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t map_file_most = 256 * 1024;
constexpr std::string_view map_ending = ".toml";
constexpr int rtu_gap_ms = 20; ///< 3.5 characters are 8 ms at 4800 baud; slow RS-485 boxes need longer to turn round

RegisterMap shipped_map(const Settings& table)
{
    const std::string name = table.text("map");
    std::vector<std::string> known;
    for (const auto& file : register_maps()) {
        const std::string_view stem = file.name.substr(0, file.name.size() - map_ending.size());
        if (stem == name) return parse_register_map(file.text, file.name);
        known.emplace_back(stem);
    }
    table.fail_unknown("map", name, known);
}

RegisterMap own_map(const Settings& table)
{
    const std::string path = table.text("map_file");
    std::ifstream file{path, std::ios::binary};
    if (!file) table.fail("map_file", fmt::format("cannot read the register map {}", path));
    std::string text(map_file_most + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > map_file_most)
        table.fail("map_file", fmt::format("{} is longer than a register map ({} bytes)", path, map_file_most));
    return parse_register_map(text, path);
}

LineSettings::Polled read_unit(const Settings& table)
{
    LineSettings::Polled out;
    out.unit.unit = static_cast<int>(table.integer("unit", unit_least, unit_most));
    out.unit.station = table.text("station");
    if (table.has("map") == table.has("map_file"))
        table.fail("", "a unit has one of \"map\" (a shipped register map) and \"map_file\" (your own)");
    out.unit.map = table.has("map") ? shipped_map(table) : own_map(table);
    RegisterMap& map = out.unit.map;
    if (table.has("order")) {
        const std::string written = table.text("order");
        const auto order = byte_order_named(written);
        if (!order)
            table.fail("order",
                       fmt::format("\"{}\" is no order of bytes on the wire; known: {}", written, byte_order_choices));
        map.set_order(*order);
    }
    if (const auto names = map.without_order(); !names.empty())
        table.fail("",
                   fmt::format("the manual of {} does not say in which order it sends the bytes of {}; find out with "
                               "\"aqictl modbus probe\" and write order = one of {}",
                               map.device, names, byte_order_choices));
    out.every = seconds{table.integer_or("poll_s", 10, 1, 3'600)};
    out.read_gap = static_cast<int>(table.integer_or("read_gap", map.read_gap, 0, registers_most));
    const int depth = map.stored ? map.stored->depth : 0;
    if (table.has("stored_depth") && !map.stored)
        table.fail("stored_depth", fmt::format("the register map of {} has no stored values", map.device));
    out.unit.stored_depth = static_cast<int>(table.integer_or("stored_depth", depth, 0, 10'000));
    table.done();
    return out;
}

std::string serial_words(const RegisterMap& map)
{
    return fmt::format("{} 8{}{}", map.baud, static_cast<char>(map.parity), map.stop_bits);
}

/// The port's settings: those written, or those all maps agree on.
void read_serial(const Settings& table, LineSettings& line)
{
    const RegisterMap& first = line.units.front().unit.map;
    const bool written = table.has("baud") && table.has("parity") && table.has("stop_bits");
    for (const auto& polled : line.units)
        if (!written && serial_words(polled.unit.map) != serial_words(first))
            table.fail("line",
                       fmt::format("units {} and {} come with {} and {}: set them alike and write baud, parity and "
                                   "stop_bits",
                                   line.units.front().unit.unit, polled.unit.unit, serial_words(first),
                                   serial_words(polled.unit.map)));
    line.way.baud = static_cast<int>(table.integer_or("baud", first.baud, 300, 921'600));
    line.way.parity = table.choice_or<Parity>("parity", first.parity,
                                              {{"none", Parity::none}, {"even", Parity::even}, {"odd", Parity::odd}});
    line.way.stop_bits = static_cast<int>(table.integer_or("stop_bits", first.stop_bits, 1, 2));
}

std::any read_settings(const Settings& table)
{
    LineSettings out;
    const auto way = parse_way(table.text("line"));
    if (!way) table.fail("line", way.error().detail);
    out.way = *way;
    const auto rows = table.tables("unit");
    if (rows.empty()) table.fail("", "a Modbus line needs a [[link.unit]]");
    for (const auto& row : rows) {
        auto polled = read_unit(row);
        if (out.unit(polled.unit.unit) != nullptr)
            row.fail("unit", fmt::format("unit {} is there twice", polled.unit.unit));
        out.units.push_back(std::move(polled));
    }
    const bool serial = out.way.kind == Way::Kind::rtu;
    read_serial(table, out);
    out.way.timeout_ms = static_cast<int>(table.integer_or("timeout_ms", out.way.timeout_ms, 50, 10'000));
    const int gap = out.way.kind == Way::Kind::tcp ? 0 : rtu_gap_ms;
    out.way.gap_ms = static_cast<int>(table.integer_or("gap_ms", gap, 0, 5'000));
    if (!serial && (table.has("baud") || table.has("parity") || table.has("stop_bits")))
        table.fail("line", "baud, parity and stop_bits belong to a serial port; a box behind TCP has its own");
    out.breaker.failures = static_cast<int>(table.integer_or("silent_after", out.breaker.failures, 1, 100));
    out.breaker.first_pause = seconds{table.integer_or("silent_pause_s", 10, 1, 3'600)};
    out.breaker.longest_pause = seconds{table.integer_or("silent_pause_most_s", 300, 1, 24 * 3'600)};
    return out;
}

Decoded decode(const Frame& frame, const std::any& settings, UtcOffset offset)
{
    const auto& line = std::any_cast<const LineSettings&>(settings);
    Decoded out;
    const auto poll = parse_poll(frame.bytes);
    if (!poll) {
        out.faults.push_back(poll.error());
        return out;
    }
    const Unit* unit = line.unit(poll->unit);
    if (unit == nullptr) {
        // A block of before a change of the configuration, or of another link.
        out.faults.push_back(
            {Reason::unknown_station, fmt::format("no [[link.unit]] of link {} has unit {}", frame.link, poll->unit)});
        return out;
    }
    return decode_poll(*poll, *unit, offset);
}

std::unique_ptr<Link> open(const std::any& settings, LinkContext context)
{
    return open_line(std::any_cast<const LineSettings&>(settings), std::move(context));
}

std::vector<std::string> stations(const std::any& settings)
{
    std::vector<std::string> out;
    for (const auto& polled : std::any_cast<const LineSettings&>(settings).units)
        if (std::find(out.begin(), out.end(), polled.unit.station) == out.end()) out.push_back(polled.unit.station);
    return out;
}

/// One master a line: two links that ask in turn take each other's answers.
std::vector<std::string> holds(const std::any& settings)
{
    return {fmt::format("line {}", std::any_cast<const LineSettings&>(settings).way.target)};
}

} // namespace

extern const DriverInfo modbus_driver;
const DriverInfo modbus_driver = {
    "modbus",
    "instruments and loggers polled over Modbus: TCP, RTU on a serial port, RTU through a TCP box; register maps are "
    "data",
    R"(# A Modbus line: one serial port or one TCP endpoint, and the units behind it. One master a line: nobody else may poll it.
[[link]]
name = "modbus"
driver = "modbus"
line = "tcp://127.0.0.1:1502"      # or "rtu:/dev/ttyUSB0", or "rtu+tcp://host:port" for a transparent serial box (DTU);
                                   # on a serial port the service needs DeviceAllow for it
# baud = 9600                      # of a serial port; default: what the units' register maps say
# parity = "none"                  # none, even, odd
# stop_bits = 1
# timeout_ms = 1000                # an answer is complete by then, or the unit was silent
# gap_ms = 0                       # of silence before each question; default 20 on rtu and rtu+tcp
# silent_after = 3                 # failures in a row; then the unit is tried after pauses only, one such unit a round,
# silent_pause_s = 10              # that begin here,
# silent_pause_most_s = 300        # double, and end here; so a dead unit does not hold its neighbours
[[link.unit]]
unit = 1                           # 1 to 247
station = "410621-01"
map = "thermo-5030i"               # a shipped register map (aqictl modbus maps lists them)
# map_file = "/etc/aqid/my-instrument.toml"   # your own, in place of map
# poll_s = 10                      # how often; the minute and the hour are made of these moments
# order = "CDAB"                   # bytes of 32-bit values on the wire; needed where the map does not know it
# read_gap = 0                     # registers nobody asked for that one request may run over; default: the map's
# stored_depth = 0                 # how many stored values to ask for when hours are owed; default: the map's
)",
    read_settings,
    decode,
    open,
    stations,
    holds,
};

} // namespace aqi::drivers
