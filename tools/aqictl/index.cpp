// aqictl index: concentrations in, AQI out, row by row. The form is a contract that others script against.
#include "tools/aqictl/commands.hpp"
#include "tools/replay/input.hpp"

#include "drivers/archive.hpp"
#include "libaqi/iaqi.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace aqi::tools {
namespace {

constexpr std::array<std::string_view, 4> added = {"aqi", "level", "primary", "reason"};

struct IndexOptions {
    std::string file;
    std::string edition;
    std::string of;
    std::string rules;
    std::string co_unit;
    bool zero_is_missing = false;
    bool strict = false;
    bool keep_going = false;
};

std::string joined(const std::vector<std::string>& cells)
{
    std::string line;
    for (const auto& cell : cells) {
        if (!line.empty() || &cell != &cells.front()) line += ',';
        line += drivers::csv_cell(cell);
    }
    return line + '\n';
}

/// Input columns keep their names, unless one of ours would clash.
std::vector<std::string> output_header(const std::vector<std::string>& input)
{
    std::vector<std::string> out;
    for (const auto& name : input)
        out.push_back(std::find(added.begin(), added.end(), name) != added.end() ? "input_" + name : name);
    out.insert(out.end(), added.begin(), added.end());
    return out;
}

/// A row has no hours behind it: sliding means and NowCast must stand in columns of their own.
void check_columns(const IndexOptions& options, const RulePack& pack, const drivers::ArchiveColumns& columns)
{
    std::vector<std::string_view> lacking;
    bool any = false;
    for (const auto& entry : pack.hour.entries) {
        any = any || columns.has(entry.item);
        if (averaging_of(entry.item) != Averaging::hour && !columns.has(entry.item))
            lacking.push_back(item_name(entry.item));
    }
    if (lacking.empty()) return;
    const std::string what =
        fmt::format("{}: an hour under {} takes {} from columns of these names (a row has no hours behind it)",
                    options.file, pack.id, fmt::join(lacking, ", "));
    if (!any) throw CommandError(what + "; none is there");
    fmt::print(stderr, "{}; they are counted as missing\n", what);
}

int run(const IndexOptions& options)
{
    const RuleBook book = rules_from(options.rules);
    const RulePack* pack = book.pack_named(options.edition);
    if (pack == nullptr) {
        std::vector<std::string> known;
        for (const auto& p : book.packs) known.push_back(p.id);
        throw CommandError(
            fmt::format("--edition {} is not known; known: {}", options.edition, fmt::join(known, ", ")));
    }
    drivers::ArchiveOptions archive;
    archive.of = options.of == "hour" ? Report::hour : Report::day;
    archive.zero_is_missing = options.zero_is_missing;
    if (!options.co_unit.empty()) archive.co_unit_ng = options.co_unit == "ug" ? 1'000 : 1'000'000;
    const MissingRule missing = options.strict ? MissingRule::above_100_only : MissingRule::maximum_of_present;

    const std::string text = read_input(options.file);
    const auto file = drivers::parse_csv(text);
    if (!file) throw CommandError(fmt::format("{}: {}", options.file, file.error().detail));
    const auto columns = drivers::ArchiveColumns::find(file->header, archive);
    if (!columns) throw CommandError(fmt::format("{}:{}: {}", options.file, file->header_line, columns.error().detail));

    if (archive.of == Report::hour) check_columns(options, *pack, *columns);
    if (!pack->provisional.empty()) fmt::print(stderr, "{} is provisional: {}\n", pack->id, pack->provisional);

    std::string out = joined(output_header(file->header));
    std::size_t unreadable = 0;
    for (const auto& row : file->rows) {
        std::vector<std::string> cells = row.cells;
        const auto values = columns->values(row);
        if (!values) {
            const std::string message = fmt::format("{}:{}: {}", options.file, row.line, values.error().detail);
            if (!options.keep_going) {
                std::fwrite(out.data(), 1, out.size(), stdout);
                throw CommandError(message);
            }
            fmt::print(stderr, "{}\n", message);
            ++unreadable;
            cells.resize(file->header.size()); // a row of another width still has our columns in their place
            cells.insert(cells.end(), {"", "", "", fmt::format("unreadable: {}", values.error().detail)});
        } else {
            IndexInputs inputs;
            for (std::size_t i = 0; i < item_count; ++i) inputs[static_cast<Item>(i)] = (*values)[i];
            const IndexResult index = make_index(inputs, *pack, archive.of, missing);
            cells.push_back(index.aqi ? std::to_string(*index.aqi) : "");
            cells.push_back(index.aqi ? std::to_string(index.level) : "");
            cells.push_back(primary_text(index.primary));
            cells.emplace_back(index_note_name(index.note));
        }
        out += joined(cells);
        if (out.size() > 1 << 16) {
            std::fwrite(out.data(), 1, out.size(), stdout);
            out.clear();
        }
    }
    std::fwrite(out.data(), 1, out.size(), stdout);
    if (std::fflush(stdout) != 0) throw CommandError("cannot write the output");
    if (unreadable > 0)
        fmt::print(stderr, "{}: {} of {} rows could not be read\n", options.file, unreadable, file->rows.size());
    return exit_ok;
}

} // namespace

void add_index(CLI::App& app, int& exit_code)
{
    auto options = std::make_shared<IndexOptions>();
    auto* command = app.add_subcommand("index", "AQI, level and primary pollutants of every row of a CSV file");
    command->add_option("FILE", options->file, "CSV with a header, .csv.gz, or - for standard input")->required();
    command
        ->add_option("--edition", options->edition, "rule pack, e.g. cn-2012, cn-2012-statutory, cn-2026, us-epa-2024")
        ->required();
    command
        ->add_option("--of", options->of,
                     "what a row is: hour or day; an hour's sliding means and NowCast, where the edition "
                     "asks for them, are taken from columns ..._24h, O3_8h, ..._nowcast")
        ->required()
        ->check(CLI::IsMember({"hour", "day"}));
    command->add_flag("--zero-is-missing", options->zero_is_missing, "the archive writes 0 for a missing value");
    command->add_flag("--strict", options->strict, "with a pollutant missing, publish an index only above 100");
    command->add_flag("--keep-going", options->keep_going, "mark rows that cannot be read instead of stopping");
    command->add_option("--co-unit", options->co_unit, "unit of CO: mg (default) or ug")
        ->check(CLI::IsMember({"mg", "ug"}));
    command->add_option("--rules", options->rules, "folder of rule packs instead of the built-in ones");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace aqi::tools
