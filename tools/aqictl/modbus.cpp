// aqictl modbus probe, modbus maps: for the hour an instrument is put on its line.
#include "drivers/embedded.hpp"
#include "drivers/modbus/probe.hpp"
#include "tools/aqictl/commands.hpp"
#include "tools/command_error.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace aqi::tools {
namespace {

namespace modbus = drivers::modbus;

struct Options {
    std::string line, parity = "none";
    int unit = 1, function = modbus::holding_function, address = 0, count = 10;
    int baud = 9'600, stop_bits = 1, timeout_ms = 1'000;
};

std::string probe(const Options& o)
{
    auto way = modbus::parse_way(o.line);
    if (!way) throw CommandError(way.error().detail);
    if (o.count > modbus::count_most(o.function))
        throw CommandError(
            fmt::format("function {} reads at most {} at once", o.function, modbus::count_most(o.function)));
    if (o.address + o.count > 65'536) throw CommandError("the block runs past address 65535");
    way->baud = o.baud;
    way->stop_bits = o.stop_bits;
    way->timeout_ms = o.timeout_ms;
    way->parity = o.parity == "even"  ? modbus::Parity::even
                  : o.parity == "odd" ? modbus::Parity::odd
                                      : modbus::Parity::none;
    const auto said = modbus::probe({*way,
                                     o.unit,
                                     {static_cast<std::uint8_t>(o.function), static_cast<std::uint16_t>(o.address),
                                      static_cast<std::uint16_t>(o.count)}});
    if (!said) throw CommandError(said.error().detail);
    return *said;
}

} // namespace

void add_modbus(CLI::App& app, int& exit_code)
{
    auto* group = app.add_subcommand("modbus", "instruments on Modbus lines: probe, maps");
    group->require_subcommand(1);

    auto o = std::make_shared<Options>();
    auto* probing = group->add_subcommand(
        "probe", "reads one block and prints it under every type and byte order; not while aqid polls the same line");
    probing->add_option("LINE", o->line, "tcp://10.0.0.5:502, rtu:/dev/ttyUSB0, rtu+tcp://10.0.0.5:8899")->required();
    probing->add_option("--unit", o->unit, "1 to 247")
        ->check(CLI::Range(modbus::unit_least, modbus::unit_most))
        ->capture_default_str();
    probing->add_option("--function", o->function, "1 coils, 2 discrete inputs, 3 holding, 4 input registers")
        ->check(CLI::Range(1, 4))
        ->capture_default_str();
    probing->add_option("--address", o->address, "of the first, as it stands on the wire: from 0")
        ->check(CLI::Range(0, 65'535))
        ->capture_default_str();
    probing->add_option("--count", o->count, "how many")
        ->check(CLI::Range(1, modbus::coils_most))
        ->capture_default_str();
    probing->add_option("--baud", o->baud, "of a serial line")->capture_default_str();
    probing->add_option("--parity", o->parity, "none even odd")->check(CLI::IsMember({"none", "even", "odd"}));
    probing->add_option("--stop-bits", o->stop_bits, "1 or 2")->check(CLI::Range(1, 2))->capture_default_str();
    probing->add_option("--timeout-ms", o->timeout_ms, "until the answer is complete")
        ->check(CLI::Range(50, 60'000))
        ->capture_default_str();
    probing->callback([o, &exit_code] {
        fmt::print("{}", probe(*o));
        exit_code = exit_ok;
    });

    auto* maps = group->add_subcommand("maps", "the register maps that are built in");
    maps->callback([&exit_code] {
        for (const auto& map : drivers::register_maps()) {
            const auto table = Settings::parse(map.text, map.name);
            fmt::print("{:<24} {}\n", map.name.substr(0, map.name.rfind('.')), table.text_or("device", ""));
        }
        exit_code = exit_ok;
    });
}

} // namespace aqi::tools
