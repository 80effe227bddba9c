// drivers/replay_text: recorded traffic as text, one frame a line, and rows of an archive as frames.
//
//     offset_ms <TAB> origin <TAB> bytes
//
// The offset counts from the recording's beginning; origin and bytes are escaped (\t \n \r \\ \x1f); lines that begin with
// # and empty ones are no frames.
//
// Knows: this form, and that an archive's row means nothing without its header.
// Does not know: when a frame is played (replay) or what it says (the driver that decodes it).
#pragma once

#include "libaqi/result.hpp"
#include "libaqi/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::drivers {

struct PlayedFrame {
    std::int64_t offset_ms = 0;
    std::string origin;
    std::string bytes;
};

/// What a file holds. One bad line does not take the others with it.
struct Recorded {
    std::vector<PlayedFrame> frames;
    std::vector<Fault> faults; ///< each names its line; the first hundred
    std::size_t left_out = 0;  ///< lines that are no frames, in all
};

/// A line that read_frames() reads back, without its line end.
std::string frame_line(const PlayedFrame& frame);
/// Offsets must not go back: a line that does is left out.
Recorded read_frames(std::string_view text);

/// A published archive as frames: the header's line and a row's, played an hour's length after the hour before. Origins are
/// "name:line". Fault: no table at all.
Result<Recorded> read_rows(std::string_view text, std::string_view name, UtcOffset offset);

} // namespace aqi::drivers
