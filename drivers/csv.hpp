// drivers/csv: comma-separated text as rows with their line numbers (RFC 4180, with the liberties archives take).
//
// Knows: quotes, doubled quotes, line breaks inside quotes, CRLF, a byte-order mark.
// Does not know: what a column means (archive).
#pragma once

#include "libaqi/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::drivers {

struct CsvRow {
    std::size_t line = 0; ///< of its first character, counted from 1
    std::vector<std::string> cells;
};

struct CsvFile {
    std::vector<std::string> header;
    std::size_t header_line = 0;
    std::vector<CsvRow> rows; ///< empty lines are no rows
};

/// Faults: malformed, with the line in the words. A row may have too many or too few cells: that is the caller's to judge.
Result<CsvFile> parse_csv(std::string_view text);

/// One cell as it must be written: quoted only where it has to be.
std::string csv_cell(std::string_view text);

} // namespace aqi::drivers
