// aqictl whatif: would these warning rules have warned then? Several editions over the same history, by the same engine.
//
// Knows: one replay an edition, and which of their spells speak of the same days. Does not know: how a level follows.
#include "tools/aqictl/commands.hpp"
#include "tools/replay/input.hpp"
#include "tools/replay/replay_run.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace aqi::tools {
namespace {

namespace json = boost::json;

struct Options {
    ReplayRequest request;
    std::vector<std::string> editions;
    std::string rules;
    bool as_json = false;
};

/// What a warning came to: the highest level that was issued, and the days it was for.
struct Spell {
    std::string area;
    LocalDay first;
    LocalDay last;
    std::map<std::string, WarningLevel> level; ///< by edition; absent: none
    std::map<std::string, std::string> clause;
    int highest_aqi = 0;
};

void take(std::vector<Spell>& spells, const std::string& area, const std::string& edition, const Warning& warning)
{
    WarningLevel level = WarningLevel::none;
    const Revision* highest = nullptr;
    const Revision* last = nullptr;
    for (const auto& r : warning.revisions) {
        if (!r.issue || r.kind == RevisionKind::lift) continue;
        last = &r;
        if (r.level <= level) continue;
        level = r.level;
        highest = &r;
    }
    if (highest == nullptr) return;
    const Judgement& days = last->judgement;
    auto same = std::find_if(spells.begin(), spells.end(), [&](const Spell& s) {
        return s.area == area && s.first <= days.last && days.first <= s.last;
    });
    if (same == spells.end()) {
        spells.push_back({area, days.first, days.last, {}, {}, 0});
        same = std::prev(spells.end());
    }
    same->first = std::min(same->first, days.first);
    same->last = std::max(same->last, days.last);
    same->highest_aqi = std::max(same->highest_aqi, days.highest_aqi);
    if (level <= same->level[edition]) return; // two of one edition in what is one spell to another
    same->level[edition] = level;
    same->clause[edition] = highest->judgement.clause;
}

WarningLevel level_of(const Spell& spell, const std::string& edition)
{
    const auto found = spell.level.find(edition);
    return found == spell.level.end() ? WarningLevel::none : found->second;
}

bool differs(const Spell& spell, const std::vector<std::string>& editions)
{
    return std::any_of(editions.begin(), editions.end(), [&](const auto& edition) {
        return level_of(spell, edition) != level_of(spell, editions.front());
    });
}

void print_text(const std::vector<Spell>& spells, const Options& options)
{
    fmt::print("{}, warnings with hindsight under {} sets of rules\n", options.request.file_name,
               options.editions.size());
    fmt::print("{:<12} {:<24} {:>4}", "area", "days", "AQI");
    for (const auto& edition : options.editions) fmt::print(" {:>10}", edition);
    fmt::print("\n");
    int different = 0;
    for (const auto& s : spells) {
        fmt::print("{:<12} {} to {} {:>4}", s.area, format_day(s.first), format_day(s.last), s.highest_aqi);
        for (const auto& edition : options.editions) fmt::print(" {:>10}", warning_level_name(level_of(s, edition)));
        const bool other = differs(s, options.editions);
        different += other ? 1 : 0;
        fmt::print("{}\n", other ? "  *" : "");
        if (!other) continue;
        for (const auto& [edition, clause] : s.clause) fmt::print("    {}: {}\n", edition, clause);
    }
    fmt::print("{} spells, {} judged otherwise by one set than by another (*)\n", spells.size(), different);
}

json::value spells_json(const std::vector<Spell>& spells, const Options& options)
{
    json::array out;
    for (const auto& s : spells) {
        json::object levels, clauses;
        for (const auto& edition : options.editions) levels[edition] = warning_level_name(level_of(s, edition));
        for (const auto& [edition, clause] : s.clause) clauses[edition] = clause;
        out.push_back(json::object{{"area", s.area},
                                   {"first_day", format_day(s.first)},
                                   {"last_day", format_day(s.last)},
                                   {"highest_aqi", s.highest_aqi},
                                   {"levels", std::move(levels)},
                                   {"clauses", std::move(clauses)},
                                   {"differs", differs(s, options.editions)}});
    }
    return json::object{{"basis", "hindsight"}, {"spells", std::move(out)}};
}

int run(Options options)
{
    const std::string text = read_input(options.request.file_name);
    std::vector<Spell> spells;
    for (const auto& edition : options.editions) {
        options.request.warning_rules = edition;
        const Replay replay = replay_archive(text, rules_from(options.rules), options.request);
        for (const auto& area : replay.areas)
            for (const auto& warning : area.warnings) take(spells, area.id, edition, warning);
    }
    std::sort(spells.begin(), spells.end(),
              [](const Spell& a, const Spell& b) { return std::tie(a.area, a.first) < std::tie(b.area, b.first); });
    if (options.as_json)
        fmt::print("{}\n", json::serialize(spells_json(spells, options)));
    else
        print_text(spells, options);
    return exit_ok;
}

} // namespace

void add_whatif(CLI::App& app, int& exit_code)
{
    auto options = std::make_shared<Options>();
    options->request.edition = "auto";
    auto* command = app.add_subcommand("whatif", "the warnings of a history under several warning rules, side by side");
    command->add_option("FILE", options->request.file_name, "CSV with a header, .csv.gz, or - for standard input")
        ->required();
    command->add_option("--warnings", options->editions, "ids of warning rules, or dated; the first is compared with")
        ->required()
        ->expected(1, 20);
    command->add_option("--edition", options->request.edition, "index pack for every day, or auto: by the day observed")
        ->capture_default_str();
    command->add_flag("--json", options->as_json, "JSON instead of text");
    command->add_flag("--zero-is-missing", options->request.zero_is_missing,
                      "the archive writes 0 for a missing value");
    command->add_flag("--keep-going", options->request.keep_going,
                      "leave out rows that cannot be read instead of stopping");
    command->add_option("--rules", options->rules, "folder of rule packs instead of the built-in ones");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace aqi::tools
