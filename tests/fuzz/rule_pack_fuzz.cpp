// A rule pack from anywhere is taken or refused in words.
#include "libaqi/rule_pack.hpp"
#include "libaqi/settings.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        aqi::load_rules({{"fuzz.toml", std::string{reinterpret_cast<const char*>(data), size}}});
    } catch (const aqi::SettingError&) {}
    return 0;
}
