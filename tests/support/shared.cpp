#include "tests/support/shared.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace aqi::tests {

std::optional<std::filesystem::path> shared_file(const std::string& name)
{
    const char* named = std::getenv("AQID_SHARED");
    const std::filesystem::path folder = named != nullptr ? std::filesystem::path{named} : source_file("../shared");
    if (std::filesystem::exists(folder / name)) return folder / name;
    fmt::print("SKIPPED: {} is not in {}\n", name, folder.string());
    return std::nullopt;
}

std::filesystem::path source_file(const std::string& name) { return std::filesystem::path{AQID_SOURCE_DIR} / name; }

std::string text_of(const std::filesystem::path& file)
{
    std::ifstream in{file, std::ios::binary};
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) throw std::runtime_error("cannot read " + file.string());
    return text.str();
}

std::vector<TableRow> table_rows(const std::filesystem::path& file)
{
    std::vector<TableRow> out;
    std::istringstream text{text_of(file)};
    int number = 0;
    for (std::string line; std::getline(text, line);) {
        ++number;
        const auto hash = line.find('#');
        TableRow row{number, {}, hash == std::string::npos ? "" : line.substr(hash + 1)};
        std::istringstream cells{line.substr(0, hash)};
        for (std::string cell; cells >> cell;) row.cells.push_back(cell);
        if (!row.cells.empty()) out.push_back(std::move(row));
    }
    return out;
}

} // namespace aqi::tests
