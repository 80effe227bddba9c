#include "drivers/modbus/probe.hpp"

#include <fmt/format.h>

#include <array>

namespace aqi::drivers::modbus {
namespace {

constexpr std::array<ByteOrder, 4> orders = {ByteOrder::abcd, ByteOrder::cdab, ByteOrder::badc, ByteOrder::dcba};

std::string float_words(std::uint16_t first, std::uint16_t second, ByteOrder order)
{
    const std::array<std::uint16_t, 2> words{first, second};
    const RawNumber number = number_of(words.data(), WordType::float32, order);
    if (!no_value(number).empty()) return "-"; // as nobody measures it
    return fmt::format("{:.7g}", number.real);
}

std::string bits(const ReadRequest& read, const std::vector<std::uint16_t>& words)
{
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) out += fmt::format("{:>7}  {}\n", read.start + i, words[i]);
    return out;
}

} // namespace

std::string interpret(const ReadRequest& read, const std::vector<std::uint16_t>& words)
{
    if (reads_bits(read.function)) return bits(read, words);
    std::string out = fmt::format("{:>7}  {:>4}  {:>6}  {:>6}", "address", "hex", "uint16", "int16");
    for (const auto order : orders) out += fmt::format("  {:>13}", fmt::format("float {}", byte_order_name(order)));
    for (const auto order : orders) out += fmt::format("  {:>11}", fmt::format("uint32 {}", byte_order_name(order)));
    out += '\n';
    for (std::size_t i = 0; i < words.size(); ++i) {
        out += fmt::format("{:>7}  {:04X}  {:>6}  {:>6}", read.start + i, words[i], words[i],
                           static_cast<std::int16_t>(words[i]));
        if (i + 1 < words.size()) {
            for (const auto order : orders) out += fmt::format("  {:>13}", float_words(words[i], words[i + 1], order));
            for (const auto order : orders) out += fmt::format("  {:>11}", join(words[i], words[i + 1], order));
        }
        out += '\n';
    }
    return out;
}

Result<std::string> probe(const ProbeRequest& request)
{
    const auto transport = make_transport(request.way, -1);
    if (const auto opened = transport->open(); !opened) return opened.error();
    const Reply reply = transport->exchange(request.unit, read_pdu(request.read));
    transport->close();
    if (reply.kind != Reply::Kind::answered)
        return Fault{Reason::refused, fmt::format("unit {} at {}: {}", request.unit, request.way.target, reply.why)};
    const auto block = judge_answer(request.read, reply.pdu);
    if (!block) return block.error();
    if (block->failed)
        return Fault{Reason::refused, fmt::format("unit {} at {} refuses {} from {} (function {}): {}", request.unit,
                                                  request.way.target, request.read.count, request.read.start,
                                                  request.read.function, exception_words(block->exception))};
    return fmt::format("{}, unit {}, function {}\n{}", request.way.target, request.unit, request.read.function,
                       interpret(request.read, block->words));
}

} // namespace aqi::drivers::modbus
