#include "libaqi/paper_parts.hpp"
#include "libaqi/text_width.hpp"

#include <algorithm>

namespace aqi {
namespace {

/// A column as a terminal needs it: numbers end under numbers, their marks begin under marks.
struct Strip {
    std::string title, unit;
    std::vector<std::string> cells;
    int width = 0;
    bool right = false;
};

std::string blanks(int count) { return std::string(static_cast<std::size_t>(std::max(count, 0)), ' '); }

std::string padded(const std::string& text, int width, bool right)
{
    const std::string space = blanks(width - text_width(text));
    return right ? space + text : text + space;
}

Strip strip_of(const Table& table, std::size_t index, Language language)
{
    const Column& column = table.columns[index];
    Strip out{one_line(column.title.in(language)), one_line(column.unit.in(language)), {}, 0, column.number};
    int marks = 0;
    for (const auto& row : table.rows) marks = std::max(marks, text_width(one_line(row[index].mark.in(language))));
    const auto behind = [&](const std::string& mark) {
        return marks == 0 || !column.number ? "" : blanks(mark.empty() ? marks + 1 : marks - text_width(mark));
    };
    out.title += behind("");
    out.unit += out.unit.empty() ? "" : behind("");
    for (const auto& row : table.rows) {
        const std::string mark = one_line(row[index].mark.in(language));
        out.cells.push_back(one_line(shown(row[index], language)) + (mark.empty() ? "" : " " + mark) + behind(mark));
    }
    out.width = std::max(text_width(out.title), text_width(out.unit));
    for (const auto& cell : out.cells) out.width = std::max(out.width, text_width(cell));
    return out;
}

/// One line over all strips, without blanks at its end.
template <class TextOf>
void add_line(std::string& out, const std::vector<Strip>& strips, TextOf text_of)
{
    std::string line;
    for (const auto& strip : strips)
        line += (line.empty() ? "" : "  ") + padded(text_of(strip), strip.width, strip.right);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
}

void add_notes(std::string& out, const std::vector<Words>& notes, Language language)
{
    for (const auto& note : notes) out.append(note_word(language)).append(one_line(note.in(language))) += '\n';
}

void add_table(std::string& out, const Table& table, Language language)
{
    out += '\n' + one_line(table.title.in(language)) + '\n';
    std::vector<Strip> strips;
    for (std::size_t i = 0; i < table.columns.size(); ++i) strips.push_back(strip_of(table, i, language));
    add_line(out, strips, [](const Strip& s) { return s.title; });
    if (std::any_of(strips.begin(), strips.end(), [](const Strip& s) { return !s.unit.empty(); }))
        add_line(out, strips, [](const Strip& s) { return s.unit; });
    add_line(out, strips, [](const Strip& s) { return std::string(static_cast<std::size_t>(s.width), '-'); });
    for (std::size_t row = 0; row < table.rows.size(); ++row)
        add_line(out, strips, [&](const Strip& s) { return s.cells[row]; });
    if (table.rows.empty()) out += language == Language::zh ? "（无）\n" : "(none)\n";
    add_notes(out, table.notes, language);
}

} // namespace

std::string paper_text(const Paper& paper, Language language)
{
    check(paper);
    std::string out = one_line(paper.title.in(language)) + '\n';
    if (!paper.subtitle.empty()) out += one_line(paper.subtitle.in(language)) + '\n';
    if (!paper.facts.empty()) out += '\n';
    int width = 0;
    for (const auto& fact : paper.facts) width = std::max(width, text_width(one_line(fact.title.in(language))));
    for (const auto& fact : paper.facts)
        out +=
            padded(one_line(fact.title.in(language)), width, false) + "  " + one_line(fact.value.in(language)) + '\n';
    for (const auto& table : paper.tables) add_table(out, table, language);
    if (!paper.notes.empty()) out += '\n';
    add_notes(out, paper.notes, language);
    return out;
}

std::optional<std::string> paper_as(const Paper& paper, std::string_view format, Language language)
{
    if (format == "text") return paper_text(paper, language);
    if (format == "csv") return paper_csv(paper, language);
    if (format == "json") return paper_json(paper);
    if (format == "html") return paper_html(paper, language);
    return std::nullopt;
}

} // namespace aqi
