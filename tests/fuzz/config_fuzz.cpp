// A configuration from anywhere is taken or refused in words.
#include "daemon/config.hpp"
#include "libaqi/settings.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (text.find("folder") != std::string_view::npos) return 0; // would read the machine's own folders
    for (const auto mode : {aqi::Mode::real, aqi::Mode::drill}) {
        try {
            aqi::daemon::parse_config(text, "fuzz.toml", mode);
        } catch (const aqi::SettingError&) {}
    }
    return 0;
}
