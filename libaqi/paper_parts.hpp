// libaqi/paper_parts: what the renderings of a paper share; for them alone.
#pragma once

#include "libaqi/paper.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace aqi {

/// Holds a paper to the rules of paper.hpp.
void check(const Paper& paper);

/// What a cell shows beside its mark: "–" for nothing.
std::string shown(const Cell& cell, Language language);
/// Whether some cell of a column bears a mark.
bool bears_marks(const Table& table, std::size_t column);

/// The text with control characters (a line's end among them) as blanks: nothing in it moves a cursor.
std::string one_line(std::string_view text);
/// The same, escaped for HTML text and attributes.
std::string html_text(std::string_view text);

/// Between a note's word and the note.
std::string_view note_word(Language language);

/// The bars of a series as a <figure> with inline SVG.
std::string chart_html(const Series& series, Language language);

} // namespace aqi
