// libaqi/message: an issued revision in words, zh-CN first, English second.
//
// Knows: what a notice must contain (area, level, when, how bad, how long, advice: warnings study A5, A6), and that a
// drill says so before anything else.
// Does not know: channels, lengths of a channel, or formats (daemon/notify).
#pragma once

#include "libaqi/network.hpp"
#include "libaqi/warning.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace aqi {

inline constexpr std::string_view drill_mark = "【演练】";

/// What the public is told, once: every channel of a revision carries this.
struct Announcement {
    std::string warning;
    int revision = 0;
    RevisionKind kind = RevisionKind::raise;
    WarningLevel level = WarningLevel::none; ///< none: lifted
    WarningLevel previous = WarningLevel::none;
    std::string area;
    std::string area_name;
    std::string rules;
    Instant issued_at;
    HourEnding effective;
    std::int64_t lead_minutes = 0;    ///< from issue to effect; the standards ask for red ones 24 h ahead
    std::vector<std::string> senders; ///< names of the organisations that signed
    std::string headline_zh;
    std::string headline_en;
    std::string text_zh;
    std::string text_en;
    std::string advice_zh;
    std::string advice_en;
    std::vector<JudgedDay> days;
    Mode mode = Mode::real;
};

/// The announcement of an issued revision. Every text of a drill begins with drill_mark.
Announcement announce(const Warning& warning, const Revision& revision, const Rules& rules, Mode mode);

} // namespace aqi
