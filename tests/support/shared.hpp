// tests/support/shared: real measurements that lie beside the project, and files of the project itself.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace aqi::tests {

/// A file of the folder named by AQID_SHARED, or of ../shared beside the project. Absent: prints why, so that the test
/// is counted as skipped, and returns nothing.
std::optional<std::filesystem::path> shared_file(const std::string& name);

/// A file of the project.
std::filesystem::path source_file(const std::string& name);
std::string text_of(const std::filesystem::path& file);

/// One row of a table of expectations: cells separated by blanks up to " # why".
struct TableRow {
    int line = 0;
    std::vector<std::string> cells;
    std::string why;
};
/// The rows of a text table; lines that begin with # and empty ones are no rows.
std::vector<TableRow> table_rows(const std::filesystem::path& file);

} // namespace aqi::tests
