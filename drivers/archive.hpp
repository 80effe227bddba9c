// drivers/archive: the columns of published archives: hourly or daily concentrations of cities and stations.
//
// Knows: the usual spellings of columns, how archives write a missing value, and their labels: an hour is named by its
// end, 0 is 24:00 of the day before (pinned on official data; see tests/golden).
// Does not know: files, standards, or what is done with the values.
#pragma once

#include "drivers/csv.hpp"
#include "libaqi/reading.hpp"
#include "libaqi/rule_pack.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::drivers {

/// Whether rows are hours: there is a column for the hour, or the times are not all midnight.
bool archive_is_hourly(const CsvFile& file);

struct ArchiveOptions {
    Report of =
        Report::day; ///< what a bare column means: "O3" is the 1-hour value of an hour, the 8-hour maximum of a day
    bool zero_is_missing = false; ///< daily archives that write 0 for nothing
    /// The unit of CO. Absent: mg/m3, but ug/m3 in the layout of the UCI Beijing archive (No, year, month, day, hour, ... WSPM).
    std::optional<std::int64_t> co_unit_ng;
    UtcOffset offset; ///< for times that carry a zone; archives mostly write local time without one
};

/// Where in a row each thing stands.
class ArchiveColumns {
public:
    /// Faults: malformed, when two columns claim the same item or none is a concentration.
    static Result<ArchiveColumns> find(const std::vector<std::string>& header, const ArchiveOptions& options);

    /// The concentrations of a row. Fault: malformed or impossible_value, naming the column.
    Result<std::array<std::optional<Concentration>, item_count>> values(const CsvRow& row) const;

    bool has(Item item) const { return items_[index_of(item)].has_value(); }
    bool has_time() const { return date_.has_value() || split_.has_value(); }
    /// Whose row this is: the station if there is such a column, else the city or area; empty without either.
    std::string place(const CsvRow& row) const;
    /// The period the row is about: the hour's end, or hour 24 of a day.
    Result<HourEnding> period(const CsvRow& row) const;

private:
    struct Split {
        std::size_t year, month, day;
    };
    std::array<std::optional<std::size_t>, item_count> items_;
    std::array<std::string, item_count> item_headers_;
    std::array<std::int64_t, item_count> units_ng_{};
    std::optional<std::size_t> place_;
    std::optional<std::size_t> date_;
    std::optional<std::size_t> hour_;
    std::optional<Split> split_;
    ArchiveOptions options_;
    std::size_t width_ = 0;
};

/// "", NA, NaN, null, _, — and - say that there is no value.
bool says_missing(std::string_view cell);

/// "2016-01-05", "2016/1/5" or "20160105".
Result<LocalDay> parse_archive_day(std::string_view text);

} // namespace aqi::drivers
