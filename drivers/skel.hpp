// drivers/skel: the skeleton's row, for its test. A real driver declares its row in registry.cpp only.
#pragma once

#include "drivers/driver.hpp"

namespace aqi::drivers {

extern const DriverInfo skel_driver;

} // namespace aqi::drivers
