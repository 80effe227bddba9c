// drivers/hj212/driver: HJ 212 stations that call in, as one row of the driver table.
#include "drivers/hj212/decode.hpp"
#include "drivers/hj212/server.hpp"
#include "drivers/hj212/settings.hpp"

#include <fmt/format.h>

namespace aqi::drivers {
namespace {

std::any read_settings(const Settings& table) { return hj212::read_hj212_settings(table); }

Decoded decode(const Frame& frame, const std::any& settings, UtcOffset offset)
{
    return hj212::decode_hj212(frame, std::any_cast<const hj212::Hj212Settings&>(settings), offset);
}

std::unique_ptr<Link> open(const std::any& settings, LinkContext context)
{
    return hj212::open_hj212_link(std::any_cast<const hj212::Hj212Settings&>(settings), std::move(context));
}

std::vector<std::string> stations(const std::any& settings)
{
    std::vector<std::string> out;
    for (const auto& station : std::any_cast<const hj212::Hj212Settings&>(settings).stations) out.push_back(station.id);
    return out;
}

std::vector<std::string> holds(const std::any& settings)
{
    const auto& listen = std::any_cast<const hj212::Hj212Settings&>(settings).listen;
    if (listen.port == 0) return {}; // any free one
    return {fmt::format("port {}:{}", listen.address, listen.port)};
}

} // namespace

extern const DriverInfo hj212_driver;
const DriverInfo hj212_driver = {
    "hj212",
    "stations and loggers that call in over TCP with HJ/T 212-2005, HJ 212-2017 or HJ 212-2025 frames",
    R"(# Stations and loggers that call in over TCP with HJ 212 frames (2005, 2017, 2025).
[[link]]
name = "loggers"
driver = "hj212"
listen = "0.0.0.0:9001"            # or "[::]:9001" for IPv6 and IPv4
# crc = "hj212"                    # check sum of this port: hj212, hj212-swapped, modbus, modbus-swapped; off: unchecked.
                                   # A refused frame says which one would have matched
# allow = []                       # networks that may connect, ["10.0.0.0/8", "fd00::/8"]; empty: every address
# gateway = false                  # true: one connection may speak for several of the stations
# connections_most = 10000         # in all; later ones are closed at once
# connections_per_address = 256    # many stations may share the address of one mobile network
# connects_per_minute = 240        # of one address
# idle_s = 600                     # a connection without a good frame for so long is closed
# frame_within_s = 30              # from a frame's first byte to its last
# frame_data_bytes = 4096          # longest data segment taken, to 9999; the standard says 1024, the field exceeds it
# bad_frames_most = 20             # so many bad frames in a row close a connection
# answer_within_s = 10             # how long a station may take to answer a request of ours
# resends = 3                      # of a request without an answer
# back_fill = true                 # ask stations for hours that are owed
# back_fill_days = 7               # how far back
# back_fill_pause_s = 60           # between two requests to one station; ten times as long before the same hour again
# back_fill_tries = 3              # how often an hour is asked for
# certificate_file = ""            # PEM; with key_file: this port speaks TLS; default: plain TCP
# key_file = ""
# ca_file = ""                     # PEM; a client must show a certificate of this authority; default: none asked for

[[link.station]]                   # one for every station; an MN that is not here is refused and counted
id = "410621-01"
mn = "010000A8900016F000169DC0"
unit = "ug/m3"                     # of every concentration but CO: ng/m3, ug/m3 or mg/m3. The standard contradicts itself
                                   # here, so look at a frame. A value no instrument can mean is refused as wrong_unit
# password_file = ""               # its first line is the PW expected; default: PW is not checked
# minute_interval = 10             # minutes in a record of CN 2051
# minute_label = "start"           # DataTime of minutes is their start, as the standard says, or their "end"
# hour_label = "start"             # the same for hours: a wrong one moves every hour by one
# edition = "2017"                 # 2005, 2017 or 2025: how our requests to it are written; every edition is read
# st = "22"                        # system code of our requests: 22 is air quality, 39 construction dust
# allow = []                       # networks this station may speak from; empty: wherever the link allows
# set_time_on_connect = false      # true: set its clock whenever it calls in or asks for the time
# [link.station.units]             # where a factor has another unit
# a21005 = "mg/m3"                 # CO; the default whatever "unit" says
# a34004 = "ng/m3"                 # by any name of the factor; gases may be in ppb or ppm (25 degrees C)
# a01006 = "kPa"                   # or hPa
# [[link.station.was]]             # how data of former days are told, by their DataTime, whenever they come; for a logger
# until = 2026-03-31               # that was replaced or set otherwise. The oldest first; complete in itself:
# unit = "mg/m3"                   # and units, minute_interval, minute_label, hour_label as above
)",
    read_settings,
    decode,
    open,
    stations,
    holds,
};

} // namespace aqi::drivers
