// The one table of drivers. To add one: write drivers/x.cpp (start from skel.cpp), declare its row here, add it below.
#include "drivers/driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::drivers {

extern const DriverInfo mqtt_json_driver;
extern const DriverInfo mqtt_map_driver;
extern const DriverInfo mqtt_hj212_driver;
extern const DriverInfo hj212_driver;
extern const DriverInfo modbus_driver;
extern const DriverInfo replay_driver;
extern const DriverInfo mqtt_forecast_driver;
extern const DriverInfo forecast_folder_driver;

namespace {

const std::array<const DriverInfo*, 8> rows = {&mqtt_json_driver,     &mqtt_map_driver,       &mqtt_hj212_driver,
                                               &hj212_driver,         &modbus_driver,         &replay_driver,
                                               &mqtt_forecast_driver, &forecast_folder_driver};

} // namespace

std::span<const DriverInfo> all_drivers()
{
    // Rows are copied once so that callers see one contiguous table.
    static const std::vector<DriverInfo> table = [] {
        std::vector<DriverInfo> out;
        for (const DriverInfo* row : rows) out.push_back(*row);
        return out;
    }();
    return table;
}

const DriverInfo* driver_named(std::string_view name)
{
    const auto table = all_drivers();
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const DriverInfo& row) { return row.name == name; });
    return found == table.end() ? nullptr : &*found;
}

Result<std::string> Link::order(std::string_view station, const Order&)
{
    return Fault{Reason::refused, fmt::format("the link of station {} takes no orders: its driver has none", station)};
}

std::string_view link_state_name(LinkState state)
{
    switch (state) {
    case LinkState::connecting: return "connecting";
    case LinkState::up: return "up";
    case LinkState::down: return "down";
    }
    return "";
}

} // namespace aqi::drivers
