// An alert from outside, read; what was read, written; what was written, read again as the same.
#include "drivers/cap_order.hpp"

#include <cstdint>

using namespace aqi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Network network = [] {
        Network out;
        out.areas.push_back({"410600", "鹤壁市", AreaKind::city, {}});
        out.areas.push_back({"xun", "浚县", AreaKind::county, {}, {}, {}, "410621"});
        return out;
    }();
    const std::string_view xml{reinterpret_cast<const char*>(data), size};
    auto order = drivers::order_of_cap(xml, {}, network);
    if (order) (void)drivers::follow(*order, {});
    const auto read = cap::read(xml);
    if (!read) return 0;
    const auto again = cap::read(cap::write(read->alert));
    if (!again) {
        // Only what is not UTF-8, or too long once it is escaped, may be lost.
        return 0;
    }
    if (!(cap::read(cap::write(again->alert))->alert == again->alert)) __builtin_trap();
    return 0;
}
