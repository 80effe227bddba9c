// drivers/modbus/register_map: an instrument's registers as data: a TOML file that reads like the manual.
//
// Knows: the keys of a map (drivers/maps/README.md lists them), the ways manuals count addresses, and what cannot be: two
// fields in one register, half a float, an address past 65535.
// Does not know: sockets, serial ports, or who owns the instrument (driver, line).
#pragma once

#include "drivers/modbus/block.hpp"
#include "drivers/modbus/words.hpp"
#include "libaqi/reading.hpp"
#include "libaqi/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aqi::drivers::modbus {

enum class Parity : char { none = 'N', even = 'E', odd = 'O' };

/// Where a number stands and how its bytes lie. Addresses are those of the wire, counted from 0.
struct Place {
    int function = holding_function;
    int address = 0;
    WordType type = WordType::uint16;
    std::optional<ByteOrder> order; ///< absent: the map does not know it; of no meaning to one register
    int registers() const { return registers_of(type); }
};

/// One value of the instrument.
struct Field {
    std::variant<Pollutant, WeatherItem> item;
    Place place;
    Decimal scale{1, 0}; ///< value = register x scale + offset, in the unit
    Decimal offset{};
    std::int64_t counts = 1'000;             ///< of the unit: ng/m3 of a pollutant, thousandths of weather
    std::vector<Decimal> sentinels;          ///< register values that say "no value"
    std::vector<Decimal> over_range;         ///< register values that say "more than I can measure"
    std::optional<std::int64_t> least, most; ///< in counts; outside, the value is not believed
    Period period = Period::moment;
    int length_minutes = 0;    ///< of minutes
    int changes_at_minute = 0; ///< of an hour: the minute after the hour at which the register takes the new value

    std::string_view name() const;
};

/// A coil, a bit or a register that says how far the values can be trusted.
struct Status {
    std::string name; ///< what it says, for people: "general alarm"
    Place place;
    enum class Test : std::uint8_t { bit, values, good } test = Test::values;
    int bit = 0;                      ///< of bit: 0 is the lowest
    std::vector<std::int64_t> values; ///< of bit: the one that raises the flag; of good: every other one does
    Flag flag = Flag::fault;
    std::vector<std::string> fields; ///< whom it concerns; empty: all

    bool concerns(std::string_view field) const;
    bool raised(const RawNumber& number) const;
};

/// A register whose value is known beforehand within limits (air pressure, an identity): it tells whether address, order
/// and line are right, before anybody believes a concentration.
struct Reference {
    std::string name;
    Place place;
    Decimal scale{1, 0};
    std::int64_t least = 0, most = 0; ///< thousandths
    std::string unit;
};

/// Values the device keeps: the newest, then step by step older ones.
struct Stored {
    int step_minutes = 1;
    int depth = 0; ///< how many are kept; 0: the map does not know
    int newest_minutes_ago = 0;
    struct Series {
        Field field;    ///< its place is the newest one's
        int stride = 1; ///< registers from one to the next
    };
    std::vector<Series> series;
};

/// The device's clock, for setting it: one letter a register. Y year, y year of the century, M D h m s.
struct Clock {
    int address = 0;
    std::string form;
};

struct RegisterMap {
    std::string device;
    int baud = 9'600;
    Parity parity = Parity::none;
    int stop_bits = 1;
    int read_gap = 0; ///< registers nobody asked for that one request may run over
    std::vector<Field> fields;
    std::vector<Status> statuses; ///< the first that is raised gives the flag
    std::vector<Reference> references;
    std::optional<Stored> stored;
    std::optional<Clock> clock;

    /// The fields whose order nobody knows yet: "pm2_5, pm10". Empty: all is known.
    std::string without_order() const;
    /// The order the user of the map found out; takes the place of the map's own.
    void set_order(ByteOrder order);
};

/// Reads and checks; throws SettingError with the place.
RegisterMap read_register_map(const Settings& table);
RegisterMap parse_register_map(std::string_view text, std::string_view name);

/// What a reference register says against the map: "air pressure is 12 hPa, ...". Empty: it agrees.
std::string disagreement(const Reference& reference, const std::vector<std::uint16_t>& words);

} // namespace aqi::drivers::modbus
