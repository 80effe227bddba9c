// drivers/modbus/line: one serial port or TCP endpoint with the units behind it, polled in turn by one thread.
//
// Knows: one question at a time; each unit's interval, kept by deadlines so that rounds do not drift; a silent unit is
// tried at pauses that grow, and at most one of them in a round, so that its time-outs cannot hold its neighbours; what a
// device has stored is read once for each hour that is owed.
// Does not know: what registers mean (decode), the settings' text (driver).
//
// Threads: the link's members are called on the loop. The line's thread appends to the inbox and posts; what both see is
// under one mutex.
#pragma once

#include "drivers/driver.hpp"
#include "drivers/modbus/breaker.hpp"
#include "drivers/modbus/decode.hpp"
#include "drivers/modbus/transport.hpp"

#include <chrono>
#include <vector>

namespace aqi::drivers::modbus {

struct LineSettings {
    struct Polled {
        Unit unit;
        std::chrono::milliseconds every{10'000};
        int read_gap = 0;
    };
    Way way;
    BreakerLimits breaker;
    std::vector<Polled> units;

    const Unit* unit(int number) const;
};

std::unique_ptr<Link> open_line(const LineSettings& settings, LinkContext context);

} // namespace aqi::drivers::modbus
