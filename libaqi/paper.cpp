#include "libaqi/paper.hpp"

#include "libaqi/paper_parts.hpp"
#include "libaqi/result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace aqi {

std::string number_text(Number number)
{
    AQI_CHECK(number.decimals >= 0 && number.decimals <= 18);
    const bool negative = number.scaled < 0;
    const auto bits = static_cast<std::uint64_t>(number.scaled);
    const auto width = static_cast<std::size_t>(number.decimals) + 1;
    std::string digits = fmt::format("{:0{}}", negative ? 0 - bits : bits, width);
    if (number.decimals > 0) digits.insert(digits.size() - static_cast<std::size_t>(number.decimals), ".");
    return negative ? "-" + digits : digits;
}

Cell Cell::decimal(std::optional<std::int64_t> scaled, int decimals)
{
    Cell out;
    if (scaled) out.content = Number{*scaled, decimals};
    return out;
}

Cell Cell::marked(Words with) const
{
    Cell out = *this;
    out.mark = std::move(with);
    return out;
}

void check(const Paper& paper)
{
    std::set<std::string> facts, tables;
    for (const auto& fact : paper.facts) AQI_CHECK(facts.insert(fact.key).second);
    for (const auto& table : paper.tables) {
        AQI_CHECK(tables.insert(table.key).second);
        for (const auto& row : table.rows) AQI_CHECK(row.size() == table.columns.size());
        std::set<std::string> columns;
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            AQI_CHECK(columns.insert(table.columns[i].key).second);
            if (bears_marks(table, i)) AQI_CHECK(columns.insert(table.columns[i].key + "_mark").second);
        }
    }
}

std::string shown(const Cell& cell, Language language)
{
    if (const auto* words = std::get_if<Words>(&cell.content)) return words->in(language);
    if (const auto* number = std::get_if<Number>(&cell.content)) return number_text(*number);
    return "–";
}

bool bears_marks(const Table& table, std::size_t column)
{
    return std::any_of(table.rows.begin(), table.rows.end(),
                       [&](const auto& row) { return !row[column].mark.empty(); });
}

std::string one_line(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
        const bool c1 = byte(i) == 0xc2 && i + 1 < text.size() && byte(i + 1) >= 0x80 && byte(i + 1) < 0xa0;
        if (c1) ++i; // two bytes, one blank
        out += c1 || byte(i) < 0x20 || byte(i) == 0x7f ? ' ' : text[i];
    }
    return out;
}

std::string html_text(std::string_view text)
{
    std::string out;
    for (const char c : one_line(text)) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    }
    return out;
}

std::string_view note_word(Language language) { return language == Language::zh ? "注：" : "Note: "; }

} // namespace aqi
