#include "tools/sim/station_faults.hpp"

#include "libaqi/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace aqi::sim {
namespace {

constexpr std::uint8_t hj212 = static_cast<std::uint8_t>(Protocol::hj212);
constexpr std::uint8_t modbus = static_cast<std::uint8_t>(Protocol::modbus);
constexpr std::uint8_t mqtt = static_cast<std::uint8_t>(Protocol::mqtt);
constexpr std::uint8_t every = hj212 | modbus | mqtt;

/// The one table of faults.
constexpr FaultRow rows[] = {
    {FaultKind::stuck, "stuck", every, "", 0, 0, 0, "every value stays what it was when the fault began"},
    {FaultKind::negative, "negative", every, "", 0, 0, 0,
     "every value is a little below zero: -2.5 ug/m3, CO -0.025 mg/m3"},
    {FaultKind::calibration, "calibration", every, "", 0, 0, 0,
     "400 ug/m3 (CO 5 mg/m3) under flag C; over Modbus, the map's status of calibration or maintenance is raised"},
    {FaultKind::wrong_unit, "wrong-unit", every, "factor", 1000, -1000, 1000,
     "values as in another unit: 1000 times as much, or with -1000 a thousandth"},
    {FaultKind::wrong_crc, "wrong-crc", hj212, "", 0, 0, 0, "frames under a check sum that is none"},
    {FaultKind::wrong_clock, "wrong-clock", hj212 | mqtt, "hours", 8, -48, 48,
     "times are so many hours ahead, or behind with -; HJ 212: until the host sets the clock"},
    {FaultKind::silence, "silence", every, "", 0, 0, 0,
     "no connection; a broker hears nothing; a line gets no answer; later, back-fill of that time is answered"},
    {FaultKind::duplicate, "duplicate", hj212 | mqtt, "times", 2, 2, 100, "every message so many times"},
    {FaultKind::storm, "storm", hj212 | mqtt, "times", 200, 2, 100'000, "every message very many times"},
    {FaultKind::retained, "retained", mqtt, "", 0, 0, 0,
     "messages that the broker keeps and repeats to whoever subscribes"},
    {FaultKind::junk, "junk", hj212 | mqtt, "", 0, 0, 0, "foreign bytes before every message"},
    {FaultKind::split, "split", hj212, "factors", 3, 1, 50, "frames split in parts of so many factors (PNUM, PNO)"},
    {FaultKind::one_byte, "one-byte", hj212, "", 0, 0, 0, "every byte a write of its own"},
    {FaultKind::dead_unit, "dead-unit", modbus, "unit", 0, 0, 247,
     "this unit (0: every one) gives no answer, the line lives"},
    {FaultKind::exception, "exception", modbus, "code", 4, 1, 11, "every request is refused with this exception"},
    {FaultKind::nan, "nan", modbus, "", 0, 0, 0,
     "floats are not a number, whole numbers the map's first sentinel or the end of their range"},
};

constexpr Instant for_ever{std::numeric_limits<std::int64_t>::max()};

std::vector<std::string> names_for(Protocol protocol)
{
    std::vector<std::string> out;
    for (const auto& row : rows)
        if ((row.protocols & static_cast<std::uint8_t>(protocol)) != 0) out.emplace_back(row.name);
    return out;
}

Fault malformed(std::string why) { return {Reason::malformed, std::move(why)}; }

Result<Instant> time_of(std::string_view text, Instant start)
{
    if (const auto stretch = parse_stretch(text)) return Instant{start.ms + *stretch};
    auto at = parse_instant(text);
    if (!at)
        return malformed(
            fmt::format("\"{}\" is no time of a fault: write an offset from the start (90s, 30m, 2h, 1d) or "
                        "2016-12-12T09:00:00+08:00",
                        text));
    return at;
}

Result<int> amount_of(std::string_view text, const FaultRow& row)
{
    int out = 0;
    const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (row.amount.empty())
        return malformed(fmt::format("\"{}\" takes no amount, and \"{}\" is written", row.name, text));
    if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || out < row.least || out > row.most)
        return malformed(fmt::format("\"{}\" is no amount of {}: {} from {} to {}", text, row.name, row.amount,
                                     row.least, row.most));
    if (row.kind == FaultKind::wrong_unit && out != 1000 && out != -1000)
        return malformed(fmt::format("\"{}\" is no amount of wrong-unit: 1000 or -1000", text));
    return out;
}

} // namespace

std::string_view protocol_name(Protocol protocol)
{
    switch (protocol) {
    case Protocol::hj212: return "hj212";
    case Protocol::modbus: return "modbus";
    case Protocol::mqtt: return "mqtt";
    }
    return "";
}

std::span<const FaultRow> fault_rows() { return rows; }

std::string fault_help(Protocol protocol)
{
    std::string out;
    for (const auto& row : rows) {
        if ((row.protocols & static_cast<std::uint8_t>(protocol)) == 0) continue;
        const std::string name =
            row.amount.empty() ? std::string{row.name} : fmt::format("{}[={}]", row.name, row.amount);
        const std::string usual = row.amount.empty() ? "" : fmt::format(" (default {})", row.usual);
        out += fmt::format("{:<22} {}{}\n", name, row.help, usual);
    }
    return out;
}

std::optional<std::int64_t> parse_stretch(std::string_view text)
{
    if (text.size() < 2 || text.size() > 8) return std::nullopt;
    std::int64_t unit_ms = 0;
    switch (text.back()) {
    case 's': unit_ms = 1'000; break;
    case 'm': unit_ms = 60'000; break;
    case 'h': unit_ms = 3'600'000; break;
    case 'd': unit_ms = 86'400'000; break;
    default: return std::nullopt;
    }
    std::int64_t count = 0;
    for (const char c : text.substr(0, text.size() - 1)) {
        if (c < '0' || c > '9') return std::nullopt;
        count = count * 10 + (c - '0');
    }
    return count * unit_ms;
}

Result<void> Schedule::add(std::string_view text, Protocol protocol, Instant start)
{
    const auto at_sign = text.find('@');
    const auto what = text.substr(0, at_sign);
    const auto equals = what.find('=');
    const auto name = what.substr(0, equals);
    const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const FaultRow& r) { return r.name == name; });
    const auto known = names_for(protocol);
    if (row == std::end(rows)) {
        const auto guess = closest(name, known);
        return Fault{Reason::unknown_name,
                     fmt::format("fault \"{}\" is not known{}; known: {}", name,
                                 guess.empty() ? "" : fmt::format("; \"{}\"?", guess), fmt::join(known, ", "))};
    }
    if ((row->protocols & static_cast<std::uint8_t>(protocol)) == 0)
        return Fault{Reason::refused, fmt::format("fault \"{}\" means nothing over {}; there: {}", name,
                                                  protocol_name(protocol), fmt::join(known, ", "))};
    ScheduledFault fault{row->kind, row->usual, Instant{start.ms - 1}, for_ever}; // the start itself is in it
    if (equals != std::string_view::npos) {
        const auto amount = amount_of(what.substr(equals + 1), *row);
        if (!amount) return amount.error();
        fault.amount = *amount;
    }
    if (at_sign != std::string_view::npos) {
        const auto when = text.substr(at_sign + 1);
        const auto dots = when.find("..");
        if (dots == std::string_view::npos)
            return malformed(fmt::format("\"{}\": a fault holds FROM..UNTIL, and \"{}\" has no \"..\"", text, when));
        if (const auto from = when.substr(0, dots); !from.empty()) {
            const auto at = time_of(from, start);
            if (!at) return at.error();
            fault.from = *at;
        }
        if (const auto until = when.substr(dots + 2); !until.empty()) {
            const auto at = time_of(until, start);
            if (!at) return at.error();
            fault.until = *at;
        }
    }
    if (!(fault.from < fault.until)) return malformed(fmt::format("\"{}\" ends before it begins", text));
    faults_.push_back(fault);
    return {};
}

const ScheduledFault* Schedule::at(FaultKind kind, Instant when) const
{
    const ScheduledFault* out = nullptr;
    for (const auto& fault : faults_)
        if (fault.kind == kind && fault.holds(when)) out = &fault;
    return out;
}

} // namespace aqi::sim
