// The first byte picks: a block from the inbox through every kind of field, an answer from the wire, or a register map.
#include "drivers/modbus/decode.hpp"
#include "drivers/modbus/probe.hpp"

#include <cstdint>
#include <vector>

using namespace aqi;
using namespace aqi::drivers::modbus;

namespace {

const Unit& unit()
{
    static const Unit out{1, "A",
                          parse_register_map(R"(
device = "Fuzz"
function = 3
order = "CDAB"
[[field]]
name = "pm2_5"
address = 0
type = "float32"
unit = "ug/m3"
[[field]]
name = "pm10"
address = 2
type = "int32"
scale = "0.001"
offset = "-40"
unit = "mg/m3"
sentinels = [-1]
[[field]]
name = "co"
address = 4
type = "int16"
unit = "ppm"
over_range = [32767]
[[field]]
name = "o3"
address = 5
unit = "ppb"
period = "hour"
changes_at_minute = 0
[[field]]
name = "temperature"
address = 6
type = "int16"
scale = "0.1"
period = "minutes"
length_minutes = 5
[[status]]
name = "bit"
address = 7
bit = 3
flag = "M"
[[status]]
name = "coil"
function = 1
address = 0
flag = "D"
[stored]
step_minutes = 5
depth = 12
[[stored.field]]
name = "pm10"
address = 100
type = "float32"
unit = "ug/m3"
)",
                                             "fuzz.toml"),
                          12};
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view bytes{reinterpret_cast<const char*>(data + 1), size - 1};
    switch (data[0] % 3) {
    case 0: {
        const auto poll = parse_poll(bytes);
        if (!poll) break;
        // What was read is written back to the same bytes, but for the unused bits of a last byte of coils.
        if (parse_poll(encode_poll(*poll)).value() != *poll) __builtin_trap();
        (void)decode_poll(*poll, unit(), UtcOffset{});
        for (const auto& block : poll->blocks)
            if (!block.failed) (void)interpret(block.request, block.words);
        break;
    }
    case 1: {
        if (bytes.size() < 3) break;
        const ReadRequest request{static_cast<std::uint8_t>(1 + data[1] % 4), data[2],
                                  static_cast<std::uint16_t>(1 + data[3] % 125)};
        const auto block = judge_answer(request, std::span{data + 4, size - 4});
        if (block && !block->failed && block->words.size() != request.count) __builtin_trap();
        break;
    }
    default:
        try {
            auto map = parse_register_map(bytes, "fuzz.toml");
            map.set_order(ByteOrder::abcd);
            if (!map.without_order().empty()) __builtin_trap();
            Poll poll{1, Poll::Kind::now, Instant{1'481'500'000'000}, {}};
            for (const auto& field : map.fields) {
                const auto& place = field.place;
                Block block{{static_cast<std::uint8_t>(place.function), static_cast<std::uint16_t>(place.address),
                             static_cast<std::uint16_t>(place.registers())},
                            false,
                            0,
                            std::vector<std::uint16_t>(static_cast<std::size_t>(place.registers()), 0x7FFF)};
                poll.blocks.push_back(std::move(block));
            }
            (void)decode_poll(poll, {1, "A", std::move(map), 0}, UtcOffset{});
        } catch (const SettingError&) {}
    }
    return 0;
}
