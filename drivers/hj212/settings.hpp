// drivers/hj212/settings: the keys of a [[link]] that listens for HJ 212.
//
// Knows: names, ranges and defaults. Does not know: what is done with them.
#pragma once

#include "drivers/hj212/checksum.hpp"
#include "drivers/hj212/framer.hpp"
#include "drivers/hj212/network.hpp"
#include "libaqi/pollutant.hpp"
#include "libaqi/reading.hpp"
#include "libaqi/settings.hpp"
#include "libaqi/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aqi::drivers::hj212 {

/// Which end of a period its DataTime names. The standard says the start.
enum class Label : std::uint8_t { start, end };
/// As the bits of Flag say it.
enum class Edition : std::uint8_t { y2005 = 0, y2017 = 1, y2025 = 2 };

struct Unit {
    std::string text;    ///< "ug/m3"
    std::int64_t ng = 0; ///< of one of it, of the pollutant it stands for
};

/// How a station tells its data; it changes when a logger is replaced or set otherwise.
struct DataForm {
    PerPollutant<Unit> units;
    bool pressure_in_kpa = true;
    int minute_interval = 10;
    Label minute_label = Label::start;
    Label hour_label = Label::start;
};

struct StationSettings : DataForm {
    /// Data of days up to `until`, by their DataTime, are told so, whenever they come.
    struct Former {
        LocalDay until;
        DataForm form;
    };
    std::string id;
    std::string mn;
    std::optional<std::string> password; ///< absent: not checked
    std::vector<Former> former;          ///< by `until`, the oldest first
    Edition edition = Edition::y2017;    ///< in which requests are written; frames of any edition are read
    std::string st = "22";               ///< of requests
    std::vector<Subnet> allow;
    bool set_time_on_connect = false;

    /// How data of this DataTime are told.
    const DataForm& form_of(Period period, Instant data_time, UtcOffset offset) const;
};

struct Hj212Settings {
    Endpoint listen;
    Checksum checksum = Checksum::hj212;
    std::vector<Subnet> allow; ///< empty: all
    bool gateway = false;      ///< one connection may speak for several stations
    int connections_most = 10'000;
    int connections_per_address = 256;
    int connects_per_minute = 240; ///< of one address
    std::chrono::seconds idle{600};
    std::chrono::seconds frame_within{30}; ///< from a frame's first byte to its last
    std::size_t frame_data_bytes = frame_data_usual;
    int bad_frames_most = 20; ///< in a row
    std::chrono::seconds answer_within{10};
    int resends = 3;
    bool back_fill = true;
    int back_fill_days = 7;
    std::chrono::seconds back_fill_pause{60};
    int back_fill_tries = 3;
    std::string certificate_file; ///< empty: no TLS
    std::string key_file;
    std::string ca_file; ///< set: a client must have a certificate of this authority
    std::vector<StationSettings> stations;

    const StationSettings* station_of(std::string_view mn) const;
};

/// Reads the keys that say how frames are read and whose they are: crc, frame_data_bytes, [[link.station]]. Also for frames
/// that come another way than over a connection (mqtt_hj212).
void read_hj212_frames(const Settings& table, Hj212Settings& out);
/// Reads every key of the table and its stations; throws SettingError.
Hj212Settings read_hj212_settings(const Settings& table);

} // namespace aqi::drivers::hj212
