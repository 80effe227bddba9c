#include "libaqi/paper_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi {
namespace {

using Record = std::vector<std::string>;

/// What Excel takes for a formula, the full-width forms of its Chinese edition and what it skips before one included.
constexpr std::array<std::string_view, 11> formula_starts = {"=",  "+",  "-",  "@",  "＝", "＋",
                                                             "－", "＠", "\t", "\r", "\n"};

std::string safe(std::string_view text)
{
    const bool formula = std::any_of(formula_starts.begin(), formula_starts.end(),
                                     [&](std::string_view start) { return text.starts_with(start); });
    return formula ? "'" + std::string{text} : std::string{text};
}

void add(std::string& out, const Record& record)
{
    for (std::size_t i = 0; i < record.size(); ++i) {
        if (i > 0) out += ',';
        if (record[i].find_first_of(",\"\r\n") == std::string::npos) {
            out += record[i];
            continue;
        }
        out += '"';
        for (const char c : record[i]) out.append(c == '"' ? 2 : 1, c);
        out += '"';
    }
    out += "\r\n";
}

std::string field(const Cell& cell, Language language)
{
    if (const auto* words = std::get_if<Words>(&cell.content)) return safe(words->in(language));
    if (const auto* number = std::get_if<Number>(&cell.content)) return number_text(*number);
    return {};
}

void add_notes(std::string& out, const std::vector<Words>& notes, Language language)
{
    if (!notes.empty()) add(out, {});
    for (const auto& note : notes) add(out, {fmt::format("{}{}", note_word(language), note.in(language))});
}

void add_table(std::string& out, const Table& table, Language language)
{
    add(out, {});
    add(out, {safe(table.title.in(language))});
    Record head;
    std::vector<bool> marks;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const auto& [key, title, unit, number] = table.columns[i];
        const std::string& text = title.in(language);
        head.push_back(safe(unit.empty() ? text : fmt::format("{} ({})", text, unit.in(language))));
        marks.push_back(bears_marks(table, i));
        if (marks.back()) head.push_back(safe(text + (language == Language::zh ? " 标注" : " mark")));
    }
    add(out, head);
    for (const auto& row : table.rows) {
        Record record;
        for (std::size_t i = 0; i < row.size(); ++i) {
            record.push_back(field(row[i], language));
            if (marks[i]) record.push_back(safe(row[i].mark.in(language)));
        }
        add(out, record);
    }
    add_notes(out, table.notes, language);
}

} // namespace

std::string paper_csv(const Paper& paper, Language language)
{
    check(paper);
    std::string out = "\xef\xbb\xbf";
    add(out, {safe(paper.title.in(language))});
    if (!paper.subtitle.empty()) add(out, {safe(paper.subtitle.in(language))});
    for (const auto& fact : paper.facts) add(out, {safe(fact.title.in(language)), safe(fact.value.in(language))});
    for (const auto& table : paper.tables) add_table(out, table, language);
    add_notes(out, paper.notes, language);
    return out;
}

} // namespace aqi
