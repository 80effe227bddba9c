#include "drivers/modbus/transport.hpp"

#include <fmt/format.h>

#include <charconv>

namespace aqi::drivers::modbus {
namespace {

constexpr std::uint8_t exception_bit = 0x80;

} // namespace

Result<Way> parse_way(std::string_view text)
{
    Way out;
    out.target = text;
    constexpr std::string_view serial = "rtu:", tcp = "tcp://", rtu_tcp = "rtu+tcp://";
    if (text.starts_with(serial)) {
        out.kind = Way::Kind::rtu;
        out.host = text.substr(serial.size());
        if (!out.host.starts_with('/'))
            return Fault{Reason::malformed, fmt::format("\"{}\" must name a device: rtu:/dev/ttyUSB0", text)};
        return out;
    }
    if (!text.starts_with(tcp) && !text.starts_with(rtu_tcp))
        return Fault{
            Reason::malformed,
            fmt::format("\"{}\" is no line; known: tcp://host:502, rtu:/dev/ttyUSB0, rtu+tcp://host:port", text)};
    out.kind = text.starts_with(tcp) ? Way::Kind::tcp : Way::Kind::rtu_over_tcp;
    std::string_view rest = text.substr(text.find("//") + 2);
    const auto colon = rest.rfind(':');
    const bool bracketed = rest.starts_with('['); // an IPv6 address
    out.host = rest.substr(0, colon);
    if (bracketed && out.host.ends_with(']')) out.host = out.host.substr(1, out.host.size() - 2);
    out.port = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
    int port = 0;
    const auto [end, error] = std::from_chars(out.port.data(), out.port.data() + out.port.size(), port);
    if (out.host.empty() || error != std::errc{} || end != out.port.data() + out.port.size() || port < 1 ||
        port > 65'535)
        return Fault{Reason::malformed,
                     fmt::format("\"{}\" must end in a host and a port, such as 10.0.0.5:502", text)};
    return out;
}

std::unique_ptr<Transport> make_transport(const Way& way, int wake)
{
    return way.kind == Way::Kind::rtu ? make_serial_transport(way) : make_socket_transport(way, wake);
}

std::uint16_t crc16(std::span<const std::uint8_t> bytes)
{
    std::uint16_t crc = 0xFFFF;
    for (const auto byte : bytes) {
        crc = static_cast<std::uint16_t>(crc ^ byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = static_cast<std::uint16_t>((crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1);
    }
    return crc;
}

std::vector<std::uint8_t> read_pdu(const ReadRequest& request)
{
    return {request.function, static_cast<std::uint8_t>(request.start >> 8), static_cast<std::uint8_t>(request.start),
            static_cast<std::uint8_t>(request.count >> 8), static_cast<std::uint8_t>(request.count)};
}

Result<Block> judge_answer(const ReadRequest& request, std::span<const std::uint8_t> pdu)
{
    const auto fault = [](std::string why) { return Fault{Reason::malformed, std::move(why)}; };
    if (pdu.size() < 2) return fault("the answer is shorter than any answer");
    Block out;
    out.request = request;
    if (pdu[0] == (request.function | exception_bit)) {
        out.failed = true;
        out.exception = pdu[1];
        return out;
    }
    if (pdu[0] != request.function)
        return fault(fmt::format("function {} was asked, {} answers", request.function, pdu[0]));
    const bool bits = reads_bits(request.function);
    const std::size_t wanted = bits ? (request.count + 7U) / 8 : 2U * request.count;
    if (pdu[1] != wanted || pdu.size() != wanted + 2)
        return fault(fmt::format("{} bytes of data were asked, {} came", wanted, pdu.size() - 2));
    for (std::size_t i = 0; i < request.count; ++i)
        out.words.push_back(bits ? static_cast<std::uint16_t>(pdu[2 + i / 8] >> i % 8 & 1)
                                 : static_cast<std::uint16_t>(pdu[2 + 2 * i] << 8 | pdu[3 + 2 * i]));
    return out;
}

std::string exception_words(int exception)
{
    switch (exception) {
    case 0: return "no answer";
    case 1: return "it does not know the function (1)";
    case 2: return "it has no such address (2)";
    case 3: return "it does not take the count or value (3)";
    case 4: return "it failed (4)";
    case 5: return "it needs longer (5)";
    case 6: return "it is busy (6)";
    case 8: return "its memory failed its parity check (8)";
    case 10: return "the gateway has no way to it (10)";
    case 11: return "the gateway got no answer from it (11)";
    default: return fmt::format("exception {}", exception);
    }
}

} // namespace aqi::drivers::modbus
