// tools/replay/replay_run: an archive through the whole engine, with a clock that is only the archive's own.
//
// Knows: each area of the file is one station and one area; without forecasts in the file, the observed days stand in as
// perfect ones, and three imaginary people agree to every proposal at once.
// Does not know: how the result is printed (replay.cpp).
#pragma once

#include "libaqi/engine.hpp"

#include <functional>
#include <string>
#include <vector>

namespace aqi::tools {

struct ReplayRequest {
    std::string file_name;
    std::string edition; ///< empty or "auto": by the day observed
    std::string warning_rules = "2016-225";
    std::string co_unit; ///< "", "mg" or "ug"
    bool zero_is_missing = false;
    bool keep_going = false;
    int days_most = 100'000; ///< a record that spans more calendar days than this is refused: a date is misread
    /// Told every value that is news, with the position of its area, in the order of the file; for those who play the
    /// archive to somebody else.
    std::function<void(std::size_t area, HourEnding, Pollutant, Concentration)> on_value;
};

/// A row of the file that could not be read, "file:line: why".
using ReplayComplaint = std::string;

/// One area of the archive, through an engine of its own: no area's figures depend on what else is in the file.
struct AreaReplay {
    std::string id;
    LocalDay first_day; ///< of its record
    LocalDay last_day;
    std::vector<DayFigure> days;      ///< every calendar day of its record; `valid` counts hours
    std::vector<AnnualFigure> annual; ///< year to date, as each year stood at its last day
    std::vector<GoodDaysFigure> good_days;
    std::vector<Warning> warnings;
};

struct Replay {
    std::vector<AreaReplay> areas; ///< in the order in which the file names them
    bool hourly = false;
    UtcOffset offset;
    std::vector<ReplayComplaint> complaints;
    std::size_t duplicates = 0; ///< values that say again what an earlier row said
    std::size_t revisions = 0;  ///< values that say something else of the same hour or day; the last one counts
};

/// Throws CommandError on a row that cannot be read, unless keep_going.
Replay replay_archive(const std::string& text, RuleBook book, const ReplayRequest& request);

/// The same archive as one state that can be asked: every area with a station of its own, all on one calendar.
struct ArchiveState {
    Rules rules;
    State state;
    std::vector<ReplayComplaint> complaints;
};
/// Throws CommandError as replay_archive() does.
ArchiveState archive_state(const std::string& text, RuleBook book, const ReplayRequest& request);

} // namespace aqi::tools
