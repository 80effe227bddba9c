#include "drivers/csv.hpp"

#include <fmt/format.h>

namespace aqi::drivers {
namespace {

class Parser {
public:
    explicit Parser(std::string_view text) : rest_(text)
    {
        if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    }

    /// The next row that is not an empty line; no cells at the end of the text.
    Result<CsvRow> next()
    {
        while (!rest_.empty()) {
            CsvRow row;
            row.line = line_;
            bool row_ends = false;
            while (!row_ends) {
                std::string cell;
                if (!rest_.empty() && rest_.front() == '"') {
                    if (!quoted(cell))
                        return Fault{Reason::malformed,
                                     fmt::format("line {}: a quote is opened and never closed", row.line)};
                } else {
                    plain(cell);
                }
                row.cells.push_back(std::move(cell));
                row_ends = separator();
            }
            if (row.cells.size() > 1 || !row.cells.front().empty()) return row;
        }
        return CsvRow{};
    }

private:
    bool quoted(std::string& cell)
    {
        rest_.remove_prefix(1);
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '\n') ++line_;
            if (c != '"') {
                cell += c;
            } else if (!rest_.empty() && rest_.front() == '"') {
                cell += '"';
                rest_.remove_prefix(1);
            } else {
                plain(cell); // whatever stands between the closing quote and the separator belongs to the cell
                return true;
            }
        }
        return false;
    }

    void plain(std::string& cell)
    {
        const auto end = rest_.find_first_of(",\r\n");
        cell += rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
    }

    /// Takes the separator; true at the end of a row.
    bool separator()
    {
        if (rest_.empty()) return true;
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == ',') return false;
        if (c == '\r' && !rest_.empty() && rest_.front() == '\n') rest_.remove_prefix(1);
        ++line_;
        return true;
    }

    std::string_view rest_;
    std::size_t line_ = 1;
};

} // namespace

Result<CsvFile> parse_csv(std::string_view text)
{
    Parser parser{text};
    CsvFile file;
    auto header = parser.next();
    if (!header) return header.error();
    file.header = std::move(header->cells);
    file.header_line = header->line;
    if (file.header.empty()) return Fault{Reason::malformed, "line 1: there is no header"};
    while (true) {
        auto row = parser.next();
        if (!row) return row.error();
        if (row->cells.empty()) return file;
        file.rows.push_back(std::move(*row));
    }
}

std::string csv_cell(std::string_view text)
{
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

} // namespace aqi::drivers
