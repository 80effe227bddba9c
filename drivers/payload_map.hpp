// drivers/payload_map: where in a foreign JSON document the station, the time, the values, their units and flags stand.
//
// A payload dialect is a file (payloads/*.toml; its README tells every key), so that a new vendor costs no code. Names are
// matched whole: pm1, pm01 and pm10 are three things, and a name the map does not list is none of them.
//
// Knows: paths, batches, alias tables, units per name, flag tables; which of two names of one pollutant counts.
// Does not know: how a document travelled (mqtt_map), or whether the station exists (daemon/ingest).
#pragma once

#include "drivers/driver.hpp"
#include "drivers/payload_time.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aqi::drivers {

/// A place in a document, written like a file's: "values/pm25" from the reading on, "/data/time" from the top; "" or "."
/// the reading itself. A number picks from a list; ~1 is a slash in a name, ~0 a tilde (RFC 6901). Where readings stand,
/// * is every member of an object or a list.
struct PayloadPath {
    bool from_top = false;
    std::vector<std::string> steps;
};

/// What a value is, and in which unit it is written.
struct PayloadQuantity {
    std::optional<Pollutant> pollutant; ///< either this
    WeatherItem weather{};              ///< or this
    std::string unit;
};

struct PayloadItem {
    PayloadQuantity quantity;
    std::vector<std::string> names; ///< in the order of preference
    std::optional<PayloadPath> flag;
};

struct PayloadMap {
    enum class Form : std::uint8_t {
        members, ///< the values are members of an object, by name
        pairs,   ///< a list of objects, each with a name and a value
        one,     ///< one value a document; the topic says what it is
    };
    struct Flags {
        std::vector<PayloadPath> at; ///< of a whole reading
        std::map<std::string, Flag, std::less<>> words;
        std::string least; ///< a number below it means `below`; empty: numbers are words
        Flag below = Flag::fault;
    };

    std::vector<PayloadPath> readings; ///< the first that finds something
    std::vector<PayloadPath> station;
    int station_key = 0; ///< the name of the member at this * of `readings`, from 1; 0: none
    std::vector<PayloadPath> time_at;
    PayloadTime time;
    Form form = Form::members;
    PayloadPath values;
    PayloadPath name;                 ///< pairs: in each of them
    std::optional<PayloadPath> value; ///< pairs, one; of members: inside a member that is an object
    std::vector<PayloadPath> unit;    ///< inside the pair or member
    std::optional<PayloadPath> flag;  ///< inside the pair or member
    Flags flags;
    std::map<std::string, std::string, std::less<>> units; ///< the vendor's word -> ours
    std::vector<std::string> missing;                      ///< written where there is no value: "-999"
    bool unknown_is_fault = false;

    std::vector<PayloadItem> items;
    struct Known {
        std::size_t item = 0;
        std::size_t preference = 0;
    };
    std::map<std::string, Known, std::less<>> names;         ///< of items
    std::map<std::string, std::string, std::less<>> written; ///< a name without case and signs -> the name
    std::vector<std::string> ignored;                        ///< known to be no value of ours

    /// Whether a document says whose it is.
    bool names_station() const { return station_key > 0 || !station.empty(); }
};

/// One topic of a source whose documents hold a bare value.
struct PayloadStream {
    std::string topic;
    std::string station;
    PayloadQuantity quantity;
};

/// What one link says beside its map.
struct PayloadLink {
    int station_level = -1;                      ///< level of the topic that names the station; -1: none
    std::map<std::string, std::string> stations; ///< device -> station; empty: devices are named as stations are
    std::vector<PayloadStream> streams;
};

/// Reads a whole map; throws SettingError with the place.
PayloadMap read_payload_map(const Settings& table);
/// Reads [link.stations], [[link.stream]], [link.time] and unknown of a [[link]] table, the latter two into the map.
PayloadLink read_payload_link(const Settings& table, PayloadMap& map);

/// Counted: payload_unknown_names, payload_second_names (another name of a pollutant that was taken already).
Decoded decode_payload(const PayloadMap& map, const PayloadLink& link, const Frame& frame, UtcOffset offset);

/// Lower case, letters and digits only: "PM25" is likely "pm2.5" by a slip of the pen. A sign before a zero stays.
std::string without_signs(std::string_view name);

} // namespace aqi::drivers
