// tools/sim/station_faults: what a simulated station does wrong, and when.
//
// Knows: the one table of faults, how a fault is written (WHAT[=AMOUNT][@FROM..UNTIL]), and which ones hold at a time.
// Does not know: how a fault is acted out (station_records for values, each protocol for its own wire).
#pragma once

#include "libaqi/result.hpp"
#include "libaqi/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::sim {

enum class FaultKind : std::uint8_t {
    stuck,
    negative,
    calibration,
    wrong_unit,
    wrong_crc,
    wrong_clock,
    silence,
    duplicate,
    storm,
    retained,
    junk,
    split,
    one_byte,
    dead_unit,
    exception,
    nan,
};

enum class Protocol : std::uint8_t { hj212 = 1, modbus = 2, mqtt = 4 };
std::string_view protocol_name(Protocol protocol);

struct FaultRow {
    FaultKind kind;
    std::string_view name;
    std::uint8_t protocols;  ///< bits of Protocol
    std::string_view amount; ///< what the amount means; empty: it takes none
    int usual;               ///< the amount where none is written
    int least, most;         ///< what it can be
    std::string_view help;
};
std::span<const FaultRow> fault_rows();
/// What `--faults` prints: a line a fault, of one protocol.
std::string fault_help(Protocol protocol);

struct ScheduledFault {
    FaultKind kind = FaultKind::stuck;
    int amount = 0;
    Instant from; ///< holds for from < t <= until, as an hour does
    Instant until;
    bool holds(Instant at) const { return from < at && at <= until; }
};

class Schedule {
public:
    /// "stuck@2h..8h", "wrong-clock=-8@..2016-12-12T09:00:00+08:00", "one-byte". Offsets (90s, 30m, 2h, 1d) count from
    /// `start`; an end left out is the start, with it, or for ever. Fault: malformed, unknown_name, refused, with the words
    /// at fault.
    Result<void> add(std::string_view text, Protocol protocol, Instant start);

    /// The last one written that holds, so that a later line can say more than an earlier one.
    const ScheduledFault* at(FaultKind kind, Instant when) const;
    bool holds(FaultKind kind, Instant when) const { return at(kind, when) != nullptr; }
    const std::vector<ScheduledFault>& all() const { return faults_; }

private:
    std::vector<ScheduledFault> faults_;
};

/// "90s", "30m", "2h", "1d" in milliseconds.
std::optional<std::int64_t> parse_stretch(std::string_view text);

} // namespace aqi::sim
