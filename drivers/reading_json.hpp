// drivers/reading_json: our own JSON payload (schemas/reading.schema.json) as readings.
//
// Knows: the keys, and that a number's text must not pass through a double.
// Does not know: sockets, or whether the station exists.
#pragma once

#include "drivers/driver.hpp"

#include <string_view>

namespace aqi::drivers {

/// One object, an array of objects, or {"readings": [...]}. A key nobody promised is a fault, not a shrug: a misspelt
/// pollutant would be a silent gap. Faults name the reading by its place in the batch.
Decoded decode_reading_json(std::string_view text, UtcOffset offset);

/// The payload of one reading: what aqi-sim publishes; decode(encode(r)) gives r back.
std::string encode_reading_json(const Reading& reading, UtcOffset offset);

} // namespace aqi::drivers
