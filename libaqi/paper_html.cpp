#include "libaqi/paper_parts.hpp"
#include "libaqi/text_width.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

/// A table with three rules, as papers in China have it. Sizes are in rem, so that the printer's smaller type is one line.
constexpr std::string_view style = R"(
* { box-sizing: border-box; }
html { font-size: 16px; }
body { margin: 0; background: #fff; color: #111; line-height: 1.5; font-variant-numeric: tabular-nums;
  font-family: "Noto Sans CJK SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif; }
main { max-width: 48rem; margin: 0 auto; padding: 2rem 1.25rem; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.3; text-align: center; text-wrap: balance; }
.subtitle { margin: .25rem 0 0; text-align: center; color: #444; text-wrap: balance; }
small, .notes { font-size: .8125rem; color: #444; font-weight: normal; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: .125rem 2rem; margin: 1.25rem 0 0;
  font-size: .875rem; }
.facts div { display: flex; gap: .75rem; }
.facts dt { color: #444; white-space: nowrap; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
section { margin-top: 1.75rem; }
.roll { overflow-x: auto; }
.wide { position: relative; left: 50%; width: max(100%, min(68rem, 100vw - 2.5rem)); transform: translateX(-50%); }
table { border-collapse: collapse; width: 100%; font-size: .875rem; border-bottom: 1.5px solid #111; }
caption, figcaption { padding-bottom: .375rem; font-size: 1rem; font-weight: bold; text-align: left; }
thead { border-top: 1.5px solid #111; border-bottom: 1px solid #111; }
th, td { padding: .25rem .5rem; text-align: left; vertical-align: baseline; font-weight: normal; }
thead th { vertical-align: bottom; font-weight: bold; line-height: 1.3; }
thead small { display: block; }
tbody tr + tr { border-top: 1px solid #ddd; }
th, td { min-width: 5.5rem; }
.n, .mark { min-width: 0; white-space: nowrap; }
.n { text-align: right; }
th.n { min-width: 3.5rem; white-space: normal; }
.mark { padding-left: 0; }
.n + :not(.n):not(.mark), .mark + :not(.n) { padding-left: 1.5rem; }
.marked { padding-right: .25rem; }
.notes { margin: .5rem 0 0; padding: 0; list-style: none; }
figure { margin: 0 0 1.25rem; }
figcaption small { margin-left: .5rem; }
.key i { display: inline-block; width: 1.25rem; margin-right: .375rem; vertical-align: middle; border-top: 3px solid #999; }
.key .dash { border-top: 2px dashed #a11; }
.narrow { display: none; }
@media screen and (max-width: 36rem) { .narrow { display: inline; } }
svg { display: block; width: 100%; min-width: 33rem; max-width: 46rem; height: auto; overflow: visible; font-size: 12px; }
svg .bar { fill: #4a6a85; }
svg .gap { fill: #999; }
svg .grid { stroke: #ddd; }
svg .zero { stroke: #111; }
svg .limit { stroke: #a11; stroke-width: 1.5; stroke-dasharray: 6 3; }
svg .end { fill: #a11; }
svg .tick { text-anchor: end; }
svg .label, svg .value { text-anchor: middle; }
svg .value { paint-order: stroke; stroke: #fff; stroke-width: 3px; }
@page { size: A4; margin: 20mm 18mm; @bottom-center { content: counter(page) " / " counter(pages); font: 9pt sans-serif; } }
@page wide { size: A4 landscape; }
@media print {
  html { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  .wide { page: wide; position: static; width: auto; transform: none; }
  .roll { overflow: visible; }
  thead { display: table-header-group; }
  tr, figure, .facts { break-inside: avoid; }
  h1, caption, figcaption, thead, tbody tr:nth-child(-n+3) { break-after: avoid; }
  tbody, tbody tr:nth-last-child(-n+2) { break-before: avoid; }
  .notes { break-before: avoid; }
  svg { min-width: 0; }
  svg .bar, svg .gap, .key i { print-color-adjust: exact; }
}
)";

/// Whether a table would not stand in the width of an upright A4 page; an estimate in columns of text.
bool is_wide(const Table& table, Language language)
{
    int width = 0;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        int widest = text_width(table.columns[i].unit.in(language));
        int mark = 0;
        for (const auto& row : table.rows) {
            widest = std::max(widest, text_width(shown(row[i], language)));
            mark = std::max(mark, text_width(row[i].mark.in(language)));
        }
        width += std::max(widest + mark, 4) + 2;
    }
    return width > 100;
}

std::string element(std::string_view name, std::string_view kind, std::string_view html)
{
    return kind.empty() ? fmt::format("<{0}>{1}</{0}>\n", name, html)
                        : fmt::format("<{0} class=\"{1}\">{2}</{0}>\n", name, kind, html);
}

void add_notes(std::string& out, std::string_view kind, const std::vector<Words>& notes, Language language)
{
    if (notes.empty()) return;
    std::string items;
    for (const auto& note : notes)
        items += element("li", "", fmt::format("{}{}", note_word(language), html_text(note.in(language))));
    out += element("ul", kind, "\n" + items);
}

void add_head(std::string& out, const Table& table, Language language)
{
    out += "<thead><tr>\n";
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const Column& column = table.columns[i];
        const std::string& unit = column.unit.in(language);
        const bool marked = column.number && bears_marks(table, i);
        out += fmt::format("<th scope=\"col\"{}>{}{}</th>{}\n",
                           marked          ? " class=\"n marked\""
                           : column.number ? " class=\"n\""
                                           : "",
                           html_text(column.title.in(language)),
                           unit.empty() ? "" : fmt::format("<small>{}</small>", html_text(unit)),
                           marked ? "<td class=\"mark\"></td>" : "");
    }
    out += "</tr></thead>\n";
}

/// Marks beside numbers have a cell of their own, so that the digits stay under each other.
void add_rows(std::string& out, const Table& table, Language language)
{
    std::vector<bool> marked;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        marked.push_back(table.columns[i].number && bears_marks(table, i));
    out += "<tbody>\n";
    for (const auto& row : table.rows) {
        out += "<tr>";
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string text = html_text(shown(row[i], language));
            const std::string mark =
                row[i].mark.empty() ? "" : fmt::format("<small>{}</small>", html_text(row[i].mark.in(language)));
            if (marked[i])
                out += fmt::format("<td class=\"n marked\">{}</td><td class=\"mark\">{}</td>", text, mark);
            else if (table.columns[i].number)
                out += fmt::format("<td class=\"n\">{}</td>", text);
            else
                out += fmt::format("<{0}>{1}{2}{3}</{4}>", i == 0 ? "th scope=\"row\"" : "td", text,
                                   mark.empty() ? "" : " ", mark, i == 0 ? "th" : "td");
        }
        out += "</tr>\n";
    }
    if (table.rows.empty())
        out += fmt::format("<tr><td colspan=\"{}\">{}</td></tr>\n", table.columns.size(),
                           language == Language::zh ? "无" : "none");
    out += "</tbody>\n";
}

void add_table(std::string& out, const Table& table, Language language)
{
    out += is_wide(table, language) ? "<section class=\"wide\">\n" : "<section>\n";
    if (table.chart) out += chart_html(*table.chart, language);
    out += "<div class=\"roll\">\n<table>\n";
    out += element("caption", "", html_text(table.title.in(language)));
    add_head(out, table, language);
    add_rows(out, table, language);
    out += "</table>\n</div>\n";
    add_notes(out, "notes", table.notes, language);
    out += "</section>\n";
}

} // namespace

namespace {

std::string page(const Paper& paper, Language language, const std::string& look)
{
    check(paper);
    const std::string title = html_text(paper.title.in(language));
    std::string out = fmt::format("<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                                  "<meta name=\"viewport\" content=\"width=device-width, "
                                  "initial-scale=1\"/>\n<title>{}</title>\n{}\n</head>\n<body>\n<main>\n",
                                  language == Language::zh ? "zh-CN" : "en", title, look);
    out += element("h1", "", title);
    if (!paper.subtitle.empty()) out += element("p", "subtitle", html_text(paper.subtitle.in(language)));
    if (!paper.facts.empty()) {
        std::string facts;
        for (const auto& fact : paper.facts)
            facts += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", html_text(fact.title.in(language)),
                                 html_text(fact.value.in(language)));
        out += element("dl", "facts", "\n" + facts);
    }
    for (const auto& table : paper.tables) add_table(out, table, language);
    // On the sheet of the last table, whichever way that lies.
    const bool across = !paper.tables.empty() && is_wide(paper.tables.back(), language);
    add_notes(out, across ? "notes wide" : "notes", paper.notes, language);
    out += "</main>\n</body>\n</html>\n";
    return out;
}

} // namespace

std::string paper_html(const Paper& paper, Language language)
{
    return page(paper, language, fmt::format("<style>{}</style>", style));
}

std::string paper_page(const Paper& paper, Language language, std::string_view stylesheet)
{
    return page(paper, language, fmt::format("<link rel=\"stylesheet\" href=\"{}\"/>", html_text(stylesheet)));
}

std::string_view paper_style() { return style; }

} // namespace aqi
