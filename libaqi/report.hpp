// libaqi/report: what a bureau signs and attaches, for a day, month, quarter, year or special period.
//
// Knows: which figures belong into which report, and that each says what it rests on: edition, validity, dust, review,
// bounds. A report of a stretch that is not over is an extract, labelled with the last closed day.
// Does not know: how a paper looks (paper), or where the state came from: a running daemon's journal or an archive.
#pragma once

#include "libaqi/engine.hpp"
#include "libaqi/paper.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace aqi {

/// A stretch of time as people name it.
struct When {
    enum class Kind : std::uint8_t { hour, day, month, quarter, year, period };
    Kind kind = Kind::day;
    LocalDay first;
    LocalDay last;
    HourEnding hour; ///< of Kind::hour
    Words name;      ///< "2016 年 4 季度", "2016 Q4"
};
/// "2016-12-20", "2016-12-20T14:00" (an hour by its end), "2016-12", "2016Q4", "2016", or a special period of the
/// configuration: "heating:2016" for the one that begins in 2016. Fault: malformed, with what is known.
Result<When> parse_when(std::string_view text, const Network& network);

struct ReportRequest {
    When when;
    std::vector<PlaceIndex> places; ///< empty: every area
    std::string beside;             ///< another index pack, or a guideline pack, to be shown beside; may be empty
    std::vector<Notice> notices;    ///< those that belong to it are printed
    std::string made_at;            ///< a moment as text; empty: not printed
};

/// Fault: refused, when there is no closed day in it, or `beside` is not known.
Result<Paper> report(const State& now, const ReportRequest& request, const Rules& rules);

} // namespace aqi
