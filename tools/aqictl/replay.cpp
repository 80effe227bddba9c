// aqictl replay: what the engine makes of an archive, for people or as JSON. The JSON's form is a contract.
#include "tools/aqictl/commands.hpp"
#include "tools/replay/input.hpp"
#include "tools/replay/replay_run.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace aqi::tools {
namespace {

namespace json = boost::json;

/// A concentration as a JSON number in its display unit. Through text, so that 72.920 ug/m3 is written 72.92.
json::value number(const std::optional<Concentration>& value, Pollutant p)
{
    if (!value) return nullptr;
    return std::stod(format_concentration(*value, display_unit_ng(p)));
}

json::value day_or_null(const std::optional<LocalDay>& day)
{
    if (!day) return nullptr;
    return json::value(format_day(*day));
}

template <class T>
json::value or_null(const std::optional<T>& value)
{
    if (!value) return nullptr;
    return json::value(*value);
}

/// The key of a pollutant's daily value: ozone's is the daily maximum 8-hour mean, and says so.
std::string day_key(Pollutant p) { return p == Pollutant::o3 ? "o3_8h" : std::string{pollutant_name(p)}; }

json::object day_json(const DayFigure& f, bool hourly)
{
    json::object out;
    out["date"] = format_day(f.day);
    out["aqi"] = or_null(f.index.aqi);
    out["level"] = f.index.aqi ? json::value(f.index.level) : json::value(nullptr);
    out["primary"] = primary_text(f.index.primary);
    out["valid"] = f.verdict != DayVerdict::undetermined;
    out["verdict"] = verdict_name(f.verdict);
    for (const auto p : all_pollutants) out[day_key(p)] = number(f.value[p], p);
    if (hourly) {
        json::object hours;
        for (const auto p : all_pollutants) hours[pollutant_name(p)] = f.valid[p];
        out["valid_hours"] = std::move(hours);
    }
    out["edition"] = std::string{f.pack};
    out["reason"] = index_note_name(f.index.note);
    return out;
}

json::object annual_json(const AnnualFigure& f)
{
    json::object out;
    out["year"] = f.year;
    out["pollutant"] = pollutant_name(f.pollutant);
    out["window"] = window_name(f.window);
    out["mean"] = number(f.mean, f.pollutant);
    out["published"] = number(f.published, f.pollutant);
    out["valid_days"] = f.valid_days;
    out["year_over"] = f.year_over;
    out["year_valid"] = f.year_valid;
    out["target"] = number(f.target, f.pollutant);
    out["allowance"] = number(f.allowance, f.pollutant);
    out["met"] = or_null(f.met);
    out["lost_on"] = day_or_null(f.lost_on);
    out["may_lose"] = f.may_lose;
    out["void_on"] = day_or_null(f.void_on);
    return out;
}

json::object good_days_json(const GoodDaysFigure& f)
{
    json::object out;
    out["year"] = f.year;
    out["good"] = f.good;
    out["lost"] = f.lost;
    out["undetermined"] = f.undetermined;
    out["remaining"] = f.remaining;
    out["upper_bound"] = f.upper_bound();
    out["at_most"] = f.at_most();
    json::array never;
    for (const auto p : all_pollutants)
        if (f.never_measured.contains(p)) never.emplace_back(pollutant_name(p));
    out["never_measured"] = std::move(never);
    out["target"] = or_null(f.target);
    out["met"] = or_null(f.met);
    out["lost_on"] = day_or_null(f.lost_on);
    return out;
}

json::object revision_json(const Revision& r, UtcOffset offset)
{
    json::object out;
    out["number"] = r.number;
    out["kind"] = revision_kind_name(r.kind);
    out["level"] = warning_level_name(r.level);
    out["state"] = revision_state_name(r.state);
    out["proposed_at"] = format_instant(r.proposed_at, offset);
    out["effective"] = format_instant(r.effective.instant(offset), offset);
    out["clause"] = r.judgement.clause;
    json::array inputs;
    for (const auto& day : r.judgement.inputs) {
        json::object in;
        in["date"] = format_day(day.day);
        in["aqi"] = day.aqi >= 0 ? json::value(day.aqi) : json::value(nullptr);
        in["basis"] = day_basis_name(day.basis);
        inputs.push_back(std::move(in));
    }
    out["inputs"] = std::move(inputs);
    return out;
}

/// A warning as one spell: its highest level, its first and last heavy day as last judged, and every revision.
json::object warning_json(const Warning& w, UtcOffset offset)
{
    json::object out;
    out["id"] = w.id;
    WarningLevel highest = WarningLevel::none;
    const Revision* spell = nullptr;
    json::array revisions;
    for (const auto& r : w.revisions) {
        if (r.issue && r.kind != RevisionKind::lift) {
            highest = std::max(highest, r.level);
            spell = &r;
        }
        if (r.issue && r.kind == RevisionKind::lift)
            out["lifted"] = format_instant(r.effective.instant(offset), offset);
        revisions.push_back(revision_json(r, offset));
    }
    out["level"] = warning_level_name(highest);
    if (spell != nullptr) {
        out["rules"] = spell->rules;
        out["effective"] = format_instant(w.revisions.front().effective.instant(offset), offset);
        out["first_day"] = format_day(spell->judgement.first);
        out["last_day"] = format_day(spell->judgement.last);
        out["heavy_days"] = spell->judgement.heavy_days;
        out["severe_days"] = spell->judgement.severe_days;
        out["highest_aqi"] = spell->judgement.highest_aqi;
    }
    out.emplace("lifted", nullptr); // kept when it was lifted
    out["revisions"] = std::move(revisions);
    out["basis"] = "hindsight";
    return out;
}

json::object replay_json(const Replay& replay)
{
    json::array areas;
    for (const auto& a : replay.areas) {
        json::array days, annual, good, warnings;
        for (const auto& f : a.days) days.push_back(day_json(f, replay.hourly));
        for (const auto& f : a.annual) annual.push_back(annual_json(f));
        for (const auto& f : a.good_days) good.push_back(good_days_json(f));
        for (const auto& w : a.warnings) warnings.push_back(warning_json(w, replay.offset));
        json::object area;
        area["id"] = a.id;
        area["days"] = std::move(days);
        area["annual"] = std::move(annual);
        area["good_days"] = std::move(good);
        area["warnings"] = std::move(warnings);
        areas.push_back(std::move(area));
    }
    json::object out;
    out["areas"] = std::move(areas);
    json::array complaints;
    for (const auto& c : replay.complaints) complaints.emplace_back(c);
    out["unreadable"] = std::move(complaints);
    out["duplicates"] = replay.duplicates;
    out["revisions"] = replay.revisions;
    return out;
}

std::string text_of(const std::optional<Concentration>& value, Pollutant p)
{
    return value ? format_concentration(*value, display_unit_ng(p)) : "-";
}

std::string labels(PollutantSet set)
{
    std::string out;
    for (const auto p : all_pollutants)
        if (set.contains(p)) out += fmt::format(" {}", pollutant_label(p));
    return out;
}

std::string_view met_text(const std::optional<bool>& met, bool has_target)
{
    if (!has_target) return "no target";
    if (!met) return "not proven";
    return *met ? "met" : "NOT MET";
}

void print_years(const AreaReplay& area)
{
    for (const auto& f : area.annual)
        fmt::print("  {} {:<6} mean {:>8} {:<5}  published {:>5}  {} valid days{}  {}{}\n", f.year,
                   pollutant_label(f.pollutant), text_of(f.mean, f.pollutant), display_unit(f.pollutant),
                   text_of(f.published, f.pollutant), f.valid_days,
                   f.target ? fmt::format("  target {}", text_of(f.target, f.pollutant)) : "",
                   met_text(f.met, f.target.has_value()),
                   f.lost_on ? fmt::format(", lost on {}", format_day(*f.lost_on)) : "");
    for (const auto& f : area.good_days)
        fmt::print("  {} good days {}{}, lost {}, undetermined {}{}  {}{}\n", f.year, f.good,
                   f.upper_bound() ? fmt::format(" (at most {}: an upper bound, not measured:{})", f.at_most(),
                                                 labels(f.never_measured))
                                   : "",
                   f.lost, f.undetermined, f.target ? fmt::format("  target {}", *f.target) : "",
                   met_text(f.met, f.target.has_value()),
                   !f.lost_on ? ""
                   : f.met || f.good + f.lost + f.undetermined == 0
                       ? fmt::format(", lost on {}", format_day(*f.lost_on))
                       : fmt::format(", out of reach of the proven ones since {}", format_day(*f.lost_on)));
}

void print_text(const Replay& replay, const ReplayRequest& request)
{
    fmt::print("{}: {} values, edition {}, warnings by {} with hindsight\n", request.file_name,
               replay.hourly ? "hourly" : "daily", request.edition, request.warning_rules);
    for (const auto& area : replay.areas) {
        fmt::print("\n{}  {} to {}\n", area.id, format_day(area.first_day), format_day(area.last_day));
        std::string missing;
        int count = 0;
        for (const auto& f : area.days) {
            if (f.index.of_present) continue;
            missing += " " + format_day(f.day);
            ++count;
        }
        if (count > 0) fmt::print("  {} days without a valid value:{}\n", count, missing);
        print_years(area);
        for (const auto& w : area.warnings) {
            const auto j = warning_json(w, replay.offset);
            fmt::print("  warning {}: {}, {} to {}, {} heavy days, {} severe, AQI up to {} (hindsight)\n", w.id,
                       j.at("level").as_string().c_str(), j.at("first_day").as_string().c_str(),
                       j.at("last_day").as_string().c_str(), j.at("heavy_days").as_int64(),
                       j.at("severe_days").as_int64(), j.at("highest_aqi").as_int64());
        }
    }
    if (replay.duplicates + replay.revisions > 0)
        fmt::print("\n{} values were repeated, {} were said again with another value (the last counts)\n",
                   replay.duplicates, replay.revisions);
}

struct ReplayOptions {
    ReplayRequest request;
    std::string rules;
    std::string targets;
    bool as_json = false;
};

int run(const ReplayOptions& options)
{
    RuleBook book = rules_from(options.rules);
    if (options.targets == "none")
        book.targets.clear();
    else if (!options.targets.empty())
        book.targets = load_rules({{options.targets, read_input(options.targets)}}).targets;
    const Replay replay = replay_archive(read_input(options.request.file_name), std::move(book), options.request);
    for (const auto& complaint : replay.complaints) fmt::print(stderr, "{}\n", complaint);
    if (options.as_json)
        fmt::print("{}\n", json::serialize(replay_json(replay)));
    else
        print_text(replay, options.request);
    return exit_ok;
}

} // namespace

void add_replay(CLI::App& app, int& exit_code)
{
    auto options = std::make_shared<ReplayOptions>();
    options->request.edition = "auto";
    auto* command = app.add_subcommand("replay", "an archive of hours or days through the whole engine");
    command->add_option("FILE", options->request.file_name, "CSV with a header, .csv.gz, or - for standard input")
        ->required();
    command->add_option("--edition", options->request.edition, "rule pack for every day, or auto: by the day observed")
        ->capture_default_str();
    command->add_option("--warnings", options->request.warning_rules, "warning rules")->capture_default_str();
    command->add_flag("--json", options->as_json, "JSON instead of text");
    command->add_flag("--zero-is-missing", options->request.zero_is_missing,
                      "the archive writes 0 for a missing value");
    command->add_flag("--keep-going", options->request.keep_going,
                      "leave out rows that cannot be read instead of stopping");
    command->add_option("--co-unit", options->request.co_unit, "unit of CO: mg or ug")
        ->check(CLI::IsMember({"mg", "ug"}));
    command->add_option("--targets", options->targets, "targets file instead of the built-in ones, or none");
    command->add_option("--rules", options->rules, "folder of rule packs instead of the built-in ones");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace aqi::tools
