#include "drivers/modbus/block.hpp"

#include <fmt/format.h>

namespace aqi::drivers::modbus {
namespace {

constexpr std::uint8_t form_version = 1;
constexpr std::uint8_t failed_bit = 0x80;
constexpr int addresses = 65'536;
constexpr std::size_t blocks_most = 256; ///< a map has a dozen fields; more is another's bytes
constexpr std::int64_t year_9999_ms = 253'402'300'799'999;

void put(std::string& out, std::uint64_t value, int bytes)
{
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

/// Takes numbers from the front of the bytes; `short_of` is set once they end too early.
struct Taker {
    std::string_view bytes;
    std::size_t at = 0;
    bool short_of = false;

    std::uint64_t take(std::size_t count)
    {
        if (bytes.size() - at < count) {
            short_of = true;
            return 0;
        }
        std::uint64_t out = 0;
        for (std::size_t i = 0; i < count; ++i) out = out << 8 | static_cast<std::uint8_t>(bytes[at + i]);
        at += count;
        return out;
    }
    Fault fault(std::string_view what) const
    {
        return {Reason::malformed, fmt::format("not a block of a poll: byte {}: {}", at, what)};
    }
};

std::size_t data_bytes(const ReadRequest& request)
{
    return reads_bits(request.function) ? (request.count + 7U) / 8 : 2U * request.count;
}

} // namespace

const Block* Poll::around(int function, int address, int count) const
{
    for (const auto& block : blocks)
        if (block.request.function == function && block.request.start <= address &&
            address + count <= block.request.end())
            return &block;
    return nullptr;
}

std::string encode_poll(const Poll& poll)
{
    std::string out;
    put(out, form_version, 1);
    put(out, static_cast<std::uint64_t>(poll.unit), 1);
    put(out, static_cast<std::uint64_t>(poll.kind), 1);
    put(out, static_cast<std::uint64_t>(poll.at.ms), 8);
    for (const auto& block : poll.blocks) {
        put(out, static_cast<std::uint64_t>(block.request.function | (block.failed ? failed_bit : 0)), 1);
        put(out, block.request.start, 2);
        put(out, block.request.count, 2);
        if (block.failed) {
            put(out, static_cast<std::uint64_t>(block.exception), 1);
        } else if (reads_bits(block.request.function)) {
            std::string bits(data_bytes(block.request), '\0');
            for (std::size_t i = 0; i < block.words.size(); ++i)
                if (block.words[i] != 0) bits[i / 8] = static_cast<char>(bits[i / 8] | 1 << i % 8);
            out += bits;
        } else {
            for (const auto word : block.words) put(out, word, 2);
        }
    }
    return out;
}

Result<Poll> parse_poll(std::string_view bytes)
{
    Taker taker{bytes};
    Poll out;
    if (taker.take(1) != form_version) return taker.fault("its version is not known");
    out.unit = static_cast<int>(taker.take(1));
    const auto kind = taker.take(1);
    out.at.ms = static_cast<std::int64_t>(taker.take(8));
    if (taker.short_of) return taker.fault("it ends in its head");
    if (out.unit < unit_least || out.unit > unit_most)
        return taker.fault(fmt::format("unit {} is none of 1 to 247", out.unit));
    if (kind > 1) return taker.fault(fmt::format("kind {} is not known", kind));
    if (out.at.ms < 0 || out.at.ms > year_9999_ms) return taker.fault("its time is none of this calendar");
    out.kind = static_cast<Poll::Kind>(kind);
    while (taker.at < bytes.size()) {
        if (out.blocks.size() == blocks_most) return taker.fault("more requests than a poll has");
        Block block;
        const auto function = static_cast<std::uint8_t>(taker.take(1));
        block.failed = (function & failed_bit) != 0;
        block.request.function = static_cast<std::uint8_t>(function & ~failed_bit);
        block.request.start = static_cast<std::uint16_t>(taker.take(2));
        block.request.count = static_cast<std::uint16_t>(taker.take(2));
        if (taker.short_of) return taker.fault("it ends in a request");
        if (block.request.function < coil_function || block.request.function > input_function)
            return taker.fault(fmt::format("function {} reads nothing", block.request.function));
        if (block.request.count == 0 || block.request.count > count_most(block.request.function) ||
            block.request.end() > addresses)
            return taker.fault(
                fmt::format("{} from {} is more than a request can ask for", block.request.count, block.request.start));
        if (block.failed) {
            block.exception = static_cast<int>(taker.take(1));
        } else if (bytes.size() - taker.at < data_bytes(block.request)) {
            taker.short_of = true;
        } else if (reads_bits(block.request.function)) {
            for (std::size_t i = 0; i < block.request.count; ++i)
                block.words.push_back(static_cast<std::uint8_t>(bytes[taker.at + i / 8]) >> i % 8 & 1);
            taker.at += data_bytes(block.request);
        } else {
            for (int i = 0; i < block.request.count; ++i)
                block.words.push_back(static_cast<std::uint16_t>(taker.take(2)));
        }
        if (taker.short_of) return taker.fault("it ends in the data of a request");
        out.blocks.push_back(std::move(block));
    }
    if (out.blocks.empty()) return taker.fault("it read nothing");
    return out;
}

} // namespace aqi::drivers::modbus
