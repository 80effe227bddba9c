// drivers/hj212/encode: frames written, for our requests and answers, the simulator and the tests.
//
// Knows: the order of the header and the framing. Does not know: what is worth asking (session.hpp).
#pragma once

#include "drivers/hj212/frame.hpp"
#include "libaqi/time.hpp"

#include <string>
#include <string_view>

namespace aqi::drivers::hj212 {

/// With line end. `command_part` is what stands between the fences. Empty QN, ST and PW are left out, as is an absent Flag.
std::string encode_frame(const Header& header, std::string_view command_part, Checksum checksum = Checksum::hj212);

/// "20160801085857223" and "20160801085857", in local time.
std::string write_qn(Instant at, UtcOffset offset);
std::string write_time(Instant at, UtcOffset offset);

} // namespace aqi::drivers::hj212
