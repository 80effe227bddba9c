#include "tools/sim/station_commands.hpp"

#include "drivers/embedded.hpp"
#include "drivers/hj212/network.hpp"
#include "tools/command_error.hpp"
#include "tools/sim/station_hj212.hpp"
#include "tools/sim/station_modbus.hpp"
#include "tools/sim/station_mqtt.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <map>
#include <memory>
#include <sstream>

namespace aqi::sim {
namespace {

using drivers::hj212::Checksum;
using drivers::hj212::Endpoint;
using tools::CommandError;

constexpr std::string_view map_ending = ".toml";

/// What every played station has: an air, a clock, faults.
struct Common {
    std::string station;
    std::string clock;
    std::string start;
    int speed = 1;
    int hours = 0;
    int minutes = 0;
    std::vector<std::string> faults;
    bool verbose = false;

    void add_to(CLI::App* command, Protocol protocol)
    {
        command->add_option("--clock", clock, "real (default) or simulated")
            ->check(CLI::IsMember({"real", "simulated"}));
        command->add_option("--start", start, "simulated time begins here: 2016-12-12T09:00:00+08:00; default: now");
        command->add_option("--speed", speed, "simulated seconds a real second")->check(CLI::Range(1, 100'000));
        command->add_option("--hours", hours, "end after so many hours of the station's time")
            ->check(CLI::Range(0, 100'000));
        command->add_option("--minutes", minutes, "and so many minutes")->check(CLI::Range(0, 1'000'000));
        command->add_option("--fault", faults,
                            "WHAT[=AMOUNT][@FROM..UNTIL], for example stuck@2h..8h; may be repeated");
        command->set_version_flag("--faults", fault_help(protocol), "list the faults and end");
        command->add_flag("--verbose", verbose, "a line for every minute of the station's time");
    }

    StationClock make_clock() const
    {
        const bool told = !start.empty() || speed != 1;
        if (clock == "real" && told)
            throw CommandError{"--start and --speed belong to a simulated clock, not to a real one"};
        ClockSettings settings;
        settings.speed = speed;
        settings.minutes = hours * 60 + minutes;
        if (!start.empty()) {
            const auto at = parse_instant(start);
            if (!at) throw CommandError{fmt::format("--start: {}", at.error().detail)};
            settings.start = *at;
        } else if (told || clock == "simulated") {
            settings.start = StationClock{{}}.now();
        }
        catch_stop_signals();
        return StationClock{settings};
    }

    Schedule schedule(Protocol protocol, Instant start_at) const
    {
        Schedule out;
        for (const auto& text : faults)
            if (const auto added = out.add(text, protocol, start_at); !added)
                throw CommandError{fmt::format("--fault: {}", added.error().detail)};
        return out;
    }
};

Endpoint endpoint_of(const std::string& text, std::string_view option)
{
    const auto endpoint = drivers::hj212::parse_endpoint(text);
    if (!endpoint) throw CommandError{fmt::format("{}: {}", option, endpoint.error().detail)};
    return *endpoint;
}

struct Hj212Options {
    Common common;
    std::string to;
    LoggerSettings logger;
    int connections = 1;
    int answer_within_s = 10;
    int resends = 3;
    int linger_s = 0;
    bool no_answers = false;
    bool no_realtime = false;
    std::string label = "start";
    std::string edition = "2017";
    std::string checksum = "hj212";
};

const std::map<std::string, int> editions = {{"2005", 0}, {"2017", 1}, {"2025", 2}};
const std::map<std::string, Checksum> checksums = {{"hj212", Checksum::hj212},
                                                   {"hj212-swapped", Checksum::hj212_swapped},
                                                   {"modbus", Checksum::modbus},
                                                   {"modbus-swapped", Checksum::modbus_swapped}};

int play_hj212(const Hj212Options& options)
{
    auto clock = options.common.make_clock();
    const auto faults = options.common.schedule(Protocol::hj212, clock.start());
    const Endpoint to = endpoint_of(options.to, "--to");
    Hj212Run run;
    run.host = to.address;
    run.port = std::to_string(to.port);
    run.answer_within = std::chrono::seconds{options.answer_within_s};
    run.resends = options.resends;
    run.linger = std::chrono::seconds{options.linger_s};
    run.verbose = options.common.verbose;
    for (int i = 0; i < options.connections; ++i) {
        LoggerSettings own = options.logger;
        own.frame.edition = editions.at(options.edition);
        own.frame.checksum = checksums.at(options.checksum);
        own.asks_answers = !options.no_answers;
        own.realtime = !options.no_realtime;
        own.frame.label_is_end = options.label == "end";
        own.frame.mn = mn_of_several(options.logger.frame.mn, i, options.connections);
        const std::string& air = options.common.station.empty() ? own.frame.mn : options.common.station;
        run.loggers.emplace_back(own, Records{own.frame.mn, air, faults}, clock.start());
    }
    return run_hj212(std::move(run), clock);
}

void add_hj212(CLI::App& app, int& exit_code)
{
    auto options = std::make_shared<Hj212Options>();
    auto* command = app.add_subcommand("hj212", "a data logger (or many) that calls in over TCP and speaks HJ 212");
    command->add_option("--to", options->to, "HOST:PORT of the host that listens")->required();
    command->add_option("--mn", options->logger.frame.mn, "MN; of several, its last four characters count from 0001")
        ->required();
    command->add_option("--password", options->logger.frame.password, "PW");
    command->add_option("--station", options->common.station, "whose air it measures; default: its MN's");
    command->add_option("--connections", options->connections, "so many loggers, each with a connection and an MN")
        ->check(CLI::Range(1, 20'000));
    command->add_option("--edition", options->edition, "of Flag and answers")
        ->check(CLI::IsMember({"2005", "2017", "2025"}));
    command->add_option("--st", options->logger.frame.system, "ST of data");
    command->add_option("--unit", options->logger.frame.unit, "of everything but CO, which is in mg/m3")
        ->check(CLI::IsMember({"ug/m3", "mg/m3", "ng/m3"}));
    command->add_option("--label", options->label, "which end of a period its DataTime names")
        ->check(CLI::IsMember({"start", "end"}));
    command->add_option("--crc", options->checksum, "kind of check sum")
        ->check(CLI::IsMember({"hj212", "hj212-swapped", "modbus", "modbus-swapped"}));
    command->add_option("--realtime-s", options->logger.realtime_s, "seconds between real-time data")
        ->check(CLI::Range(1, 3'600));
    command->add_option("--minute-interval", options->logger.minute_interval, "minutes a minute record covers")
        ->check(CLI::IsMember({1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30}));
    command->add_option("--memory-days", options->logger.memory_days, "records of before the start that it still has")
        ->check(CLI::Range(0, 400));
    command->add_flag("--no-realtime", options->no_realtime, "until the host asks for real-time data");
    command->add_flag("--no-answers", options->no_answers, "data do not ask for an answer");
    command->add_option("--answer-within-s", options->answer_within_s, "real seconds before a frame is sent again")
        ->check(CLI::Range(1, 600));
    command->add_option("--resends", options->resends, "then the line is down and is built up again")
        ->check(CLI::Range(0, 10));
    command
        ->add_option("--linger-s", options->linger_s, "real seconds after the end in which requests are still answered")
        ->check(CLI::Range(0, 86'400));
    options->common.add_to(command, Protocol::hj212);
    command->callback([options, &exit_code] { exit_code = play_hj212(*options); });
}

struct ModbusOptions {
    Common common;
    std::string listen;
    bool pty = false;
    std::string map;
    std::string order;
    std::vector<int> units{1};
    int stored_depth = -1;
};

std::string map_text(const std::string& map)
{
    std::vector<std::string> known;
    for (const auto& file : drivers::register_maps()) {
        const auto stem = file.name.substr(0, file.name.size() - map_ending.size());
        if (stem == map) return std::string{file.text};
        known.emplace_back(stem);
    }
    std::ifstream file{map, std::ios::binary};
    if (!file)
        throw CommandError{
            fmt::format("--map: {} is no file and no shipped map; shipped: {}", map, fmt::join(known, ", "))};
    std::ostringstream out;
    out << file.rdbuf();
    return out.str();
}

int play_modbus(const ModbusOptions& options)
{
    if (options.pty == !options.listen.empty()) throw CommandError{"one of --listen HOST:PORT and --pty"};
    auto clock = options.common.make_clock();
    const auto faults = options.common.schedule(Protocol::modbus, clock.start());
    ModbusRun run;
    if (!options.pty) {
        // Port 0 is any free one, which no endpoint to connect to can be.
        const auto colon = options.listen.rfind(':');
        const bool any = colon != std::string::npos && options.listen.substr(colon) == ":0";
        const Endpoint at =
            any ? Endpoint{options.listen.substr(0, colon), 0} : endpoint_of(options.listen, "--listen");
        run.address = at.address;
        run.port = at.port;
    }
    run.map = drivers::modbus::parse_register_map(map_text(options.map), options.map);
    if (!options.order.empty()) {
        const auto order = drivers::modbus::byte_order_named(options.order);
        if (!order)
            throw CommandError{
                fmt::format("--order: \"{}\" is none of {}", options.order, drivers::modbus::byte_order_choices)};
        run.map.set_order(*order);
    }
    if (const auto names = run.map.without_order(); !names.empty())
        throw CommandError{fmt::format("the map does not say the order of bytes of {}: --order {}", names,
                                       drivers::modbus::byte_order_choices)};
    constexpr int usual_depth = 60;
    const int of_map = run.map.stored && run.map.stored->depth > 0 ? run.map.stored->depth : usual_depth;
    const int depth = options.stored_depth >= 0 ? options.stored_depth : of_map;
    for (const int unit : options.units) {
        const std::string own = fmt::format("unit-{}", unit);
        const std::string air = options.common.station.empty() ? own
                                : options.units.size() == 1    ? options.common.station
                                                               : fmt::format("{}-{}", options.common.station, unit);
        run.units.push_back({unit, Records{own, air, faults}, depth});
    }
    run.verbose = options.common.verbose;
    return run_modbus(run, clock);
}

void add_modbus(CLI::App& app, int& exit_code)
{
    auto options = std::make_shared<ModbusOptions>();
    auto* command =
        app.add_subcommand("modbus", "instruments that answer over Modbus/TCP, or RTU over a pseudo-terminal");
    command->add_option("--listen", options->listen, "IP:PORT of Modbus/TCP; port 0: any, the first line says which");
    command->add_flag("--pty", options->pty, "RTU over a pseudo-terminal; the first line says which");
    command->add_option("--map", options->map, "register map: a file, or the name of a shipped one")->required();
    command->add_option("--order", options->order, "bytes of 32-bit values, where the map does not know it");
    command->add_option("--unit", options->units, "unit on the line, 1 to 247; may be repeated")
        ->check(CLI::Range(1, 247));
    command->add_option("--station", options->common.station,
                        "whose air it measures (of several units STATION-UNIT); default: unit-UNIT");
    command->add_option("--stored-depth", options->stored_depth, "stored values it has; default: the map's, or 60")
        ->check(CLI::Range(0, 10'000));
    options->common.add_to(command, Protocol::modbus);
    command->callback([options, &exit_code] { exit_code = play_modbus(*options); });
}

struct MqttOptions {
    Common common;
    std::string broker, user, password, topic;
};

void add_mqtt(CLI::App& app, int& exit_code)
{
    auto options = std::make_shared<MqttOptions>();
    auto* command = app.add_subcommand("mqtt", "a station that publishes our JSON to a broker, hour by hour");
    command->add_option("--broker", options->broker, "tcp://127.0.0.1:1883")->required();
    command->add_option("--station", options->common.station, "its id, and whose air it measures")->required();
    command->add_option("--topic", options->topic, "default: aqid/v1/STATION/hourly");
    command->add_option("--user", options->user, "at the broker");
    command->add_option("--password", options->password, "at the broker");
    options->common.add_to(command, Protocol::mqtt);
    command->callback([options, &exit_code] {
        const auto& common = options->common;
        auto clock = common.make_clock();
        const std::string topic =
            options->topic.empty() ? fmt::format("aqid/v1/{}/hourly", common.station) : options->topic;
        const MqttRun run{options->broker,
                          options->user,
                          options->password,
                          topic,
                          Records{common.station, common.station, common.schedule(Protocol::mqtt, clock.start())},
                          common.verbose};
        exit_code = run_mqtt(run, clock);
    });
}

} // namespace

void add_station_commands(CLI::App& app, int& exit_code)
{
    add_hj212(app, exit_code);
    add_modbus(app, exit_code);
    add_mqtt(app, exit_code);
}

} // namespace aqi::sim
