// A stream of HJ 212: cut into frames by reads of any size, read and decoded. The reads must not matter, and nothing may
// crash. The first byte gives the sizes of the reads and the check sum; half of the inputs get a right sum, so that
// the parser is reached behind it.
#include "drivers/hj212/decode.hpp"
#include "drivers/hj212/framer.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>

using namespace aqi;
using namespace aqi::drivers;
using namespace aqi::drivers::hj212;

namespace {

std::vector<Piece> pieces_of(std::string_view stream, std::size_t chunk)
{
    std::vector<Piece> out;
    Framer framer{1'024};
    for (std::size_t at = 0; at < stream.size(); at += chunk) {
        framer.feed(stream.substr(at, chunk));
        while (auto piece = framer.take()) out.push_back(std::move(*piece));
    }
    while (auto piece = framer.rest()) out.push_back(std::move(*piece));
    return out;
}

Hj212Settings station_with(std::string_view crc)
{
    const auto text = fmt::format("[[link]]\nlisten = \"127.0.0.1:0\"\ncrc = \"{}\"\n[[link.station]]\nid = \"A\"\n"
                                  "mn = \"M1\"\nunit = \"ug/m3\"\n[link.station.units]\nO3 = \"ppb\"\nCO = \"ppm\"\n",
                                  crc);
    return read_hj212_settings(Settings::parse(text, "fuzz").tables("link").at(0));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Hj212Settings strict = station_with("hj212"), lax = station_with("off");
    if (size == 0) return 0;
    std::string stream{reinterpret_cast<const char*>(data + 1), size - 1};
    if ((data[0] & 1) != 0 && stream.size() < frame_data_usual)
        stream = fmt::format("##{:04}{}{:04X}", stream.size(), stream, hj212_sum(stream));
    const std::size_t chunk = 1 + static_cast<std::size_t>(data[0] >> 2);
    const auto whole = pieces_of(stream, stream.size() + 1);
    if (whole != pieces_of(stream, 1) || whole != pieces_of(stream, chunk)) std::abort();
    Frame frame;
    frame.link = "fuzz";
    frame.origin = "10.0.0.7:40112";
    frame.bytes = stream;
    decode_hj212(frame, (data[0] & 2) != 0 ? lax : strict, UtcOffset{});
    return 0;
}
