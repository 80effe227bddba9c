#include "drivers/hj212/encode.hpp"

#include <fmt/format.h>

namespace aqi::drivers::hj212 {

std::string encode_frame(const Header& header, std::string_view command_part, Checksum checksum)
{
    std::string data;
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) data += fmt::format("{}={};", name, value);
    };
    add("QN", header.qn);
    add("ST", header.st);
    add("CN", header.cn);
    add("PW", header.pw);
    add("MN", header.mn);
    if (header.flag) data += fmt::format("Flag={};", *header.flag);
    if (header.part_count) data += fmt::format("PNUM={};", *header.part_count);
    if (header.part) data += fmt::format("PNO={};", *header.part);
    data += fmt::format("CP=&&{}&&", command_part);
    return fmt::format("##{:04}{}{:04X}\r\n", data.size(), data, checksum_of(data, checksum));
}

std::string write_qn(Instant at, UtcOffset offset)
{
    return fmt::format("{}{:03}", write_time(at, offset), ((at.ms % 1'000) + 1'000) % 1'000);
}

std::string write_time(Instant at, UtcOffset offset)
{
    std::string out;
    for (const char c : format_instant(Instant{at.ms - ((at.ms % 1'000) + 1'000) % 1'000}, offset).substr(0, 19))
        if (c >= '0' && c <= '9') out += c;
    return out;
}

} // namespace aqi::drivers::hj212
