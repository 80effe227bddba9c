// tools/sim/catcher: the other side of the channels: a web service that takes warnings, and a program that does.
#pragma once

#include <cstdint>
#include <string>

namespace aqi::sim {

/// Serves POSTs on 127.0.0.1 until killed. Appends every body, with its Idempotency-Key, as a line to `file`.
/// Writes the port it took to `port_file`.
int catch_http(std::uint16_t port, const std::string& port_file, const std::string& file);

/// Reads one document from standard input, appends it to `file`, answers like a command channel's program.
int catch_command(const std::string& file);

} // namespace aqi::sim
