// tools/sim/station_frames: a record as the frames of HJ 212, and a frame as the bytes a faulty logger writes.
//
// Knows: codes and suffixes, units, which end of a period is written, splitting; wrong sums, repeats, junk, single bytes.
// Does not know: when a record is sent or who asks for it (station_logger).
#pragma once

#include "drivers/hj212/encode.hpp"
#include "libaqi/reading.hpp"
#include "tools/sim/station_faults.hpp"
#include "tools/sim/station_series.hpp"

#include <string>
#include <vector>

namespace aqi::sim {

struct FrameSettings {
    std::string mn;
    std::string password = "123456"; ///< the standard's own
    std::string system = "22";       ///< ST of data: ambient air
    int edition = 1;                 ///< 0, 1, 2 for 2005, 2017, 2025
    bool label_is_end = false;       ///< DataTime of a period is its end; the standard says the start
    std::string unit = "ug/m3";      ///< of everything but CO, which is in mg/m3
    drivers::hj212::Checksum checksum = drivers::hj212::Checksum::hj212;
};

/// "a34004-Avg=35.2,a34004-Flag=N", one a factor: what the record holds.
std::vector<std::string> factor_texts(const Reading& record, const FrameSettings& settings);

/// The command part's DataTime of a record, the station's clock being wrong by so much.
std::string data_time(const Reading& record, const FrameSettings& settings, std::int64_t clock_error_ms);

/// 2011, 2051, 2061, 2031.
std::string_view command_of(Period period);

/// The command parts of a record: one, or with `factors_a_part` above 0 several, each with its DataTime.
std::vector<std::string> command_parts(const Reading& record, const FrameSettings& settings,
                                       std::int64_t clock_error_ms, int factors_a_part);

/// What is written for one frame at a time: each text is a write of its own.
std::vector<std::string> writes_of(const std::string& frame, const Schedule& faults, Instant now);

/// The same frame under a sum that no known kind of check sum gives.
std::string with_wrong_sum(std::string frame);

} // namespace aqi::sim
