// drivers/embedded: the register maps and payload maps a program carries with it.
//
// Knows: names and bytes of drivers/maps/*.toml and drivers/payloads/*.toml as they were when the program was built.
// Does not know: what they mean (register_map, payload_map).
#pragma once

#include <string_view>
#include <vector>

namespace aqi::drivers {

struct File {
    std::string_view name; ///< "thermo-5030i.toml"
    std::string_view text;
};

std::vector<File> register_maps(); ///< drivers/maps/*.toml, by name
std::vector<File> payload_maps();  ///< drivers/payloads/*.toml, by name

} // namespace aqi::drivers
