// aqictl explain, report, what-if: questions to the daemon's database, running or not, or to an archive.
#include "tools/aqictl/become.hpp"
#include "tools/aqictl/commands.hpp"
#include "tools/replay/input.hpp"
#include "tools/replay/replay_run.hpp"

#include "libaqi/explain.hpp"
#include "libaqi/report.hpp"
#include "libaqi/what_if.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace aqi::tools {
namespace {

struct Options {
    std::string config = "/etc/aqid/aqid.toml";
    std::string archive;
    std::string edition = "auto";
    std::string rules;
    std::string targets;
    std::string co_unit;
    bool zero_is_missing = false;
    std::vector<std::string> places;
    std::string when;
    std::string what;
    std::string beside;
    std::string format = "text";
    std::string language = "zh";
    std::vector<std::string> assume;
    std::vector<int> need;
    std::string good_rate;
    int draws = 0;
    std::uint64_t seed = 1;
};

template <class T>
T or_complain(Result<T> result)
{
    if (!result) throw CommandError(result.error().detail);
    return std::move(*result);
}

void add_source(CLI::App* command, const std::shared_ptr<Options>& o)
{
    auto* archive = command->add_option("--archive", o->archive,
                                        "ask this archive (CSV, .csv.gz, -) instead of the daemon's database");
    command->add_option("--edition", o->edition, "judge an archive under this pack; auto: by the day")->needs(archive);
    command->add_option("--rules", o->rules, "folder of rule packs for an archive")->needs(archive);
    command->add_option("--targets", o->targets, "targets file for an archive instead of the built-in ones, or none")
        ->needs(archive);
    command->add_option("--co-unit", o->co_unit, "unit of CO in an archive: mg (default) or ug")
        ->needs(archive)
        ->check(CLI::IsMember({"mg", "ug"}));
    command->add_flag("--zero-is-missing", o->zero_is_missing, "the archive writes 0 for a missing value")
        ->needs(archive);
    command->add_option("--config", o->config, "configuration file")->capture_default_str();
}

void add_format(CLI::App* command, const std::shared_ptr<Options>& o)
{
    command->add_option("--format", o->format, "text, csv (opens in Excel), json, html (prints on A4)")
        ->check(CLI::IsMember({"text", "csv", "json", "html"}))
        ->capture_default_str();
    command->add_option("--lang", o->language, "zh or en")->check(CLI::IsMember({"zh", "en"}))->capture_default_str();
}

ArchiveState read_archive(const Options& o)
{
    ReplayRequest request;
    request.file_name = o.archive;
    request.edition = o.edition;
    request.co_unit = o.co_unit;
    request.zero_is_missing = o.zero_is_missing;
    RuleBook book = rules_from(o.rules);
    if (o.targets == "none")
        book.targets.clear();
    else if (!o.targets.empty())
        book.targets = load_rules({{o.targets, read_input(o.targets)}}).targets;
    ArchiveState out = archive_state(read_input(o.archive), std::move(book), request);
    for (const auto& complaint : out.complaints) fmt::print(stderr, "{}\n", complaint);
    return out;
}

PlaceIndex place_named(const std::string& id, const Network& network)
{
    if (const auto place = network.place_named(id)) return *place;
    std::string known;
    for (const auto& area : network.areas) known += " " + area.id;
    throw CommandError(fmt::format("the archive has no area \"{}\"; it has:{}", id, known));
}

int print(const Paper& paper, const Options& o)
{
    const auto text = paper_as(paper, o.format, o.language == "en" ? Language::en : Language::zh);
    AQI_CHECK(text.has_value()); // the command line knows the formats
    std::fwrite(text->data(), 1, text->size(), stdout);
    if (std::fflush(stdout) != 0) throw CommandError("cannot write the output");
    return exit_ok;
}

int explain_archive(const Options& o)
{
    const ArchiveState a = read_archive(o);
    for (const auto& line : or_complain(explain(a.state, o.places.front(), o.when, o.what, a.rules)))
        fmt::print("{}\n", line);
    return exit_ok;
}

int report_archive(const Options& o)
{
    const ArchiveState a = read_archive(o);
    ReportRequest request{or_complain(parse_when(o.when, a.rules.network)), {}, o.beside, {}, {}};
    for (const auto& id : o.places) request.places.push_back(place_named(id, a.rules.network));
    return print(or_complain(report(a.state, request, a.rules)), o);
}

int what_if_archive(const Options& o)
{
    const ArchiveState a = read_archive(o);
    const When when = or_complain(parse_when(o.when, a.rules.network));
    if (when.kind != When::Kind::year) throw CommandError("what-if asks for a year, e.g. 2016");
    const auto p = pollutant_named(o.what);
    if (!p) throw CommandError(fmt::format("pollutant \"{}\" is not known; known: so2 no2 pm10 co o3 pm2_5", o.what));
    WhatIf question = or_complain(read_what_if(place_named(o.places.front(), a.rules.network), when.first.year(), *p,
                                               o.assume, o.need, o.good_rate));
    question.draws = o.draws;
    question.seed = o.seed;
    return print(or_complain(what_if(a.state, question, a.rules)), o);
}

std::vector<std::string> common_arguments(const Options& o)
{
    std::vector<std::string> out{"--config", o.config, "--when", o.when};
    if (!o.what.empty()) out.insert(out.end(), {"--what", o.what});
    return out;
}

} // namespace

void add_questions(CLI::App& app, int& exit_code)
{
    auto e = std::make_shared<Options>();
    auto* explain_command = app.add_subcommand(
        "explain", "why a figure is what it is: inputs, exclusions, clauses, every rounding, revisions, people");
    e->places.resize(1);
    explain_command->add_option("PLACE", e->places.front(), "area or station id")->required();
    explain_command
        ->add_option("WHEN", e->when,
                     "hour (2016-12-20T14:00), day, month (2016-12), quarter (2016Q4), year, period:2016")
        ->required();
    explain_command->add_option("WHAT", e->what,
                                "of a year: so2 no2 pm10 co o3 pm2_5 (its mean, validity and target), good-days, "
                                "statistics; default pm2_5");
    add_source(explain_command, e);
    explain_command->callback([e, &exit_code] {
        if (!e->archive.empty()) {
            exit_code = explain_archive(*e);
            return;
        }
        auto arguments = common_arguments(*e);
        arguments.insert(arguments.end(), {"--explain", e->places.front()});
        become_aqid(arguments);
    });

    auto r = std::make_shared<Options>();
    auto* report_command =
        app.add_subcommand("report", "report of an hour, day, month, quarter, year or special period");
    report_command->add_option("WHEN", r->when, "as of explain; a stretch that is not over gives an extract to date")
        ->required();
    report_command->add_option("--place", r->places, "areas or stations; default: every area");
    report_command->add_option("--beside", r->beside, "the same days under another pack, e.g. cn-2026 or who-2021");
    add_format(report_command, r);
    add_source(report_command, r);
    report_command->callback([r, &exit_code] {
        if (!r->archive.empty()) {
            exit_code = report_archive(*r);
            return;
        }
        auto arguments = common_arguments(*r);
        arguments.insert(arguments.end(), {"--report", "--format", r->format, "--lang", r->language});
        if (!r->beside.empty()) arguments.insert(arguments.end(), {"--beside", r->beside});
        for (const auto& place : r->places) arguments.insert(arguments.end(), {"--place", place});
        become_aqid(arguments);
    });

    auto w = std::make_shared<Options>();
    auto* what_if_command = app.add_subcommand("what-if", "what the rest of a year would take; never a forecast");
    w->places.resize(1);
    what_if_command->add_option("PLACE", w->places.front(), "area id")->required();
    what_if_command->add_option("YEAR", w->when, "e.g. 2016")->required();
    what_if_command->add_option("POLLUTANT", w->what, "pm10 or pm2_5")->required();
    what_if_command->add_option("--assume", w->assume, "MONTH=MEAN, e.g. 12=70; one or more");
    what_if_command->add_option("--need", w->need, "the month whose mean would have to make up for the rest");
    what_if_command->add_option("--good-rate", w->good_rate, "percent of good days of the rest");
    what_if_command->add_option("--draws", w->draws, "draw the rest so often from the same dates of earlier years")
        ->check(CLI::Range(0, 1'000'000));
    what_if_command->add_option("--seed", w->seed, "of the draws")->capture_default_str();
    add_format(what_if_command, w);
    add_source(what_if_command, w);
    what_if_command->callback([w, &exit_code] {
        if (!w->archive.empty()) {
            exit_code = what_if_archive(*w);
            return;
        }
        auto arguments = common_arguments(*w);
        arguments.insert(arguments.end(),
                         {"--what-if", "--place", w->places.front(), "--format", w->format, "--lang", w->language,
                          "--draws", std::to_string(w->draws), "--seed", std::to_string(w->seed)});
        for (const auto& words : w->assume) arguments.insert(arguments.end(), {"--assume", words});
        for (const int month : w->need) arguments.insert(arguments.end(), {"--need", std::to_string(month)});
        if (!w->good_rate.empty()) arguments.insert(arguments.end(), {"--good-rate", w->good_rate});
        become_aqid(arguments);
    });
}

} // namespace aqi::tools
