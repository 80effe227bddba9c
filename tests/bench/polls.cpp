// bench_polls PORT COUNT MAP: polls one unit of bench_units COUNT times, our way (plan, transport, block, encoding) and with
// plain libmodbus calls one after the other. Prints CPU microseconds a poll of each, and the ratio.
#include "drivers/modbus/register_map.hpp"
#include "drivers/modbus/unit_poll.hpp"

#include <fmt/format.h>
#include <modbus/modbus.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <sys/resource.h>

namespace {

using namespace aqi::drivers::modbus;

double cpu_us()
{
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    const auto us = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
    };
    return us(use.ru_utime) + us(use.ru_stime);
}

double ours(const std::string& port, int count, const char* map_file)
{
    std::ifstream file{map_file};
    std::ostringstream text;
    text << file.rdbuf();
    const auto transport = make_transport(parse_way("tcp://127.0.0.1:" + port).value(), -1);
    if (!transport->open()) return -1;
    Unit unit;
    unit.unit = 1;
    unit.station = "S";
    unit.map = parse_register_map(text.str(), map_file);
    UnitPoll poll{unit, 0, [] { return aqi::Instant{1'481'500'000'000}; }};
    const double before = cpu_us();
    for (int n = 0; n < count; ++n) {
        Poll values;
        if (poll.poll_now(*transport, values) != UnitPoll::Outcome::answered) return -1;
        if (encode_poll(values).empty()) return -1;
    }
    return (cpu_us() - before) / count;
}

double plain(const std::string& port, int count)
{
    modbus_t* line = modbus_new_tcp("127.0.0.1", std::atoi(port.c_str()));
    if (line == nullptr || modbus_set_slave(line, 1) != 0 || modbus_connect(line) != 0) return -1;
    std::array<std::uint16_t, 4> registers{};
    const double before = cpu_us();
    for (int n = 0; n < count; ++n)
        if (modbus_read_registers(line, 0, 4, registers.data()) != 4) return -1;
    const double out = (cpu_us() - before) / count;
    modbus_close(line);
    modbus_free(line);
    return out;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 4) return 2;
    const int count = std::atoi(argv[2]);
    for (int round = 0; round < 3; ++round) {
        const double library = plain(argv[1], count), own = ours(argv[1], count, argv[3]);
        if (library < 0 || own < 0) return 1;
        fmt::print("libmodbus {:.1f} us a poll, ours {:.1f} us: {:.2f} times\n", library, own, own / library);
    }
    return 0;
}
