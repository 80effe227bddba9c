// libaqi/paper: a printed paper: a report as data, and its four renderings.
//
// Knows: words in two languages, exact numbers, tables and bars, and how they look in a terminal, in Excel, to a script
// and on A4. A rendering is a pure function: the same paper gives the same bytes.
// Does not know: what is reported (whoever builds the paper), the time, files.
//
// Texts are UTF-8, as the readers of configuration, packs and payloads hold them to; markup, quotes, formulas and
// control characters in them do no harm. A paper that breaks a rule said here ("once", "as many as") is our own mistake
// and ends in AQI_CHECK.
#pragma once

#include "libaqi/words.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace aqi {

/// scaled / 10^decimals; decimals 0 to 18.
struct Number {
    std::int64_t scaled = 0;
    int decimals = 0;

    bool operator==(const Number&) const = default;
};
/// Exactly, trailing zeros kept: 730 with one decimal is "73.0".
std::string number_text(Number number);

/// One place in a table: nothing, a text or a number, and perhaps a short mark beside it ("上限", "not proven").
/// Nothing is "–" in text and HTML, empty in CSV, null in JSON; it may bear a mark that says why.
struct Cell {
    std::variant<std::monostate, Words, Number> content;
    Words mark;

    Cell() = default;
    Cell(Words text) : content(std::move(text)) {}
    template <Text T>
    Cell(const T& text) : content(Words{text})
    {}
    /// An absent number is nothing.
    static Cell whole(std::optional<std::int64_t> number) { return decimal(number, 0); }
    static Cell decimal(std::optional<std::int64_t> scaled, int decimals);
    /// The same cell with a mark: Cell::decimal(730, 1).marked({"上限", "upper bound"}).
    Cell marked(Words with) const;

    bool operator==(const Cell&) const = default;
};

struct Column {
    std::string key; ///< in JSON, once a table; "<key>_mark" is taken where a cell bears a mark
    Words title;
    Words unit = {};     ///< empty: none
    bool number = false; ///< right-aligned
};

/// A row of bars with a limit, drawn in HTML and given in JSON; a terminal and Excel have the table.
struct Series {
    struct Bar {
        Words label;
        std::optional<std::int64_t> scaled; ///< absent: a gap, never a bar of nothing
    };
    Words title;
    Words unit;
    std::vector<Bar> bars; ///< a dozen to a year of days; labels are thinned out to those that have room
    int decimals = 0;      ///< 0 to 9, of bars and limit; these are below 10^15
    std::optional<std::int64_t> limit;
    Words limit_title; ///< short: it stands at the end of the line
};

struct Table {
    std::string key; ///< in JSON, once a paper
    Words title;
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows; ///< each with as many cells as there are columns
    std::vector<Words> notes;
    std::optional<Series> chart;
};

/// One line of the head: 数据截至 2016-09-30.
struct Fact {
    std::string key; ///< in JSON, once a paper
    Words title;
    Words value;
};

struct Paper {
    std::string kind; ///< for scripts, e.g. "annual"
    Words title;
    Words subtitle; ///< empty: none
    std::vector<Fact> facts;
    std::vector<Table> tables;
    std::vector<Words> notes;
};

/// For a terminal: columns aligned with Chinese two wide (text_width), lines as long as they must be, nothing cut.
std::string paper_text(const Paper& paper, Language language);

/// For Excel as it is set up in China: UTF-8 with BOM, CRLF, quotes as in RFC 4180. Title and facts first, then one table
/// after another, each under its title and after an empty line, its notes below it after another. Marks have a column of
/// their own so that numbers stay numbers. A text that Excel would take for a formula gets an apostrophe in front.
std::string paper_csv(const Paper& paper, Language language);

/// For scripts, in no language: {"schema": "aqid/paper/1", "kind", "title": {"zh", "en"}, "subtitle", "facts": {key:
/// value}, "tables": {key: {"title", "columns", "rows": [{column: value}], "notes", "chart"}}, "notes"}. Decimals are
/// JSON numbers with exactly their digits (73.0). Facts, texts and marks in rows are the English ones, so that a script
/// can compare them; a mark of column x is "x_mark" beside "x", there only where the cell has one. What people read
/// (titles, units, notes, labels) is {"zh", "en"}. One row is one line.
std::string paper_json(const Paper& paper);

/// For a browser and its printer: one page by itself, without script or anything to load. A4 upright, a table too wide
/// for that across; heads of tables repeat, rows are not broken. Inline style: a server's policy must allow it.
std::string paper_html(const Paper& paper, Language language);

/// The same for a server whose policy allows no style in the page: it is the sheet of this address, whose text is paper_style().
std::string paper_page(const Paper& paper, Language language, std::string_view stylesheet);
std::string_view paper_style();

/// One of these by its name: text, csv, json, html; nothing for another name.
std::optional<std::string> paper_as(const Paper& paper, std::string_view format, Language language);

} // namespace aqi
