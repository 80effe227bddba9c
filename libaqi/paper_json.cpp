// Written here and not by Boost.JSON, whose numbers are integers and doubles: 73.0 would become 7.3E1. Only its escaping
// of strings is used.
#include "libaqi/paper_parts.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace aqi {
namespace {

std::string quoted(std::string_view text) { return boost::json::serialize(boost::json::string_view{text}); }

std::string both(const Words& words)
{
    return fmt::format(R"({{"zh": {}, "en": {}}})", quoted(words.zh), quoted(words.en));
}

std::string value(const Cell& cell)
{
    if (const auto* words = std::get_if<Words>(&cell.content)) return quoted(words->en);
    if (const auto* number = std::get_if<Number>(&cell.content)) return number_text(*number);
    return "null";
}

std::string value(std::optional<std::int64_t> scaled, int decimals) { return value(Cell::decimal(scaled, decimals)); }

/// The items between two brackets, one a line.
template <class Items, class TextOf>
std::string list(char open, const Items& items, char close, int indent, TextOf text_of)
{
    std::string out{open};
    for (const auto& item : items)
        out += fmt::format("{}\n{:{}}{}", out.size() > 1 ? "," : "", "", indent + 2, text_of(item));
    return items.empty() ? out + close : fmt::format("{}\n{:{}}{}", out, "", indent, close);
}

std::string row_text(const std::vector<Column>& columns, const std::vector<Cell>& row)
{
    std::string out;
    for (std::size_t i = 0; i < row.size(); ++i) {
        out += fmt::format("{}{}: {}", i > 0 ? ", " : "", quoted(columns[i].key), value(row[i]));
        if (!row[i].mark.empty())
            out += fmt::format(", {}: {}", quoted(columns[i].key + "_mark"), quoted(row[i].mark.en));
    }
    return '{' + out + '}';
}

std::string chart_text(const Series& s)
{
    return fmt::format(
        R"({{"title": {}, "unit": {}, "limit": {}, "limit_title": {}, "bars": {}}})", both(s.title), both(s.unit),
        value(s.limit, s.decimals), both(s.limit_title), list('[', s.bars, ']', 6, [&](const Series::Bar& bar) {
            return fmt::format(R"({{"label": {}, "value": {}}})", both(bar.label), value(bar.scaled, s.decimals));
        }));
}

std::string table_text(const Table& table)
{
    const auto column_text = [](const Column& c) {
        return fmt::format(R"({{"key": {}, "title": {}, "unit": {}, "number": {}}})", quoted(c.key), both(c.title),
                           c.unit.empty() ? "null" : both(c.unit), c.number);
    };
    std::string out =
        fmt::format("{}: {{\n      \"title\": {},\n      \"columns\": {},\n      \"rows\": {},\n      \"notes\": {},\n "
                    "     \"chart\": {}\n    }}",
                    quoted(table.key), both(table.title), list('[', table.columns, ']', 6, column_text),
                    list('[', table.rows, ']', 6, [&](const auto& row) { return row_text(table.columns, row); }),
                    list('[', table.notes, ']', 6, both), table.chart ? chart_text(*table.chart) : "null");
    return out;
}

} // namespace

std::string paper_json(const Paper& paper)
{
    check(paper);
    const auto fact_text = [](const Fact& fact) {
        return fmt::format("{}: {}", quoted(fact.key), quoted(fact.value.en));
    };
    return fmt::format("{{\n  \"schema\": \"aqid/paper/1\",\n  \"kind\": {},\n  \"title\": {},\n  \"subtitle\": {},\n"
                       "  \"facts\": {},\n  \"tables\": {},\n  \"notes\": {}\n}}\n",
                       quoted(paper.kind), both(paper.title), paper.subtitle.empty() ? "null" : both(paper.subtitle),
                       list('{', paper.facts, '}', 2, fact_text), list('{', paper.tables, '}', 2, table_text),
                       list('[', paper.notes, ']', 2, both));
}

} // namespace aqi
