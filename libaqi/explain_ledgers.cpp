// Why the figures of hours, periods and ledgers are what they are. The other half of explain.hpp.
#include "libaqi/explain.hpp"

#include "libaqi/report_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

using Lines = std::vector<std::string>;

std::string text_of(Concentration value, Pollutant p) { return format_concentration(value, display_unit_ng(p)); }
std::string text_of(const std::optional<Concentration>& value, Pollutant p) { return value ? text_of(*value, p) : "-"; }
std::string hundredths(std::int64_t n) { return fmt::format("{}.{:02}", n / 100, n % 100); }
std::string tenths(std::int64_t n)
{
    return fmt::format("{}{}.{}", n < 0 ? "-" : "", std::abs(n) / 10, std::abs(n) % 10);
}

std::string head(PlaceIndex place, std::string_view what, const Rules& rules)
{
    return fmt::format("{} {}  {}", rules.network.place_id(place), rules.network.place_name(place), what);
}

void explain_dust(Lines& out, const State& state, PlaceIndex place, LocalDay first, LocalDay last, const Rules& rules)
{
    const auto area = rules.network.area_of(place);
    if (!area) return;
    for (const auto& [day, d] : state.dust_days(*area))
        if (first <= day && day <= last)
            out.push_back(fmt::format("  dust day (沙尘日) {}: {}, entered by {} at {}{}", format_day(day), d.document,
                                      d.act.person, format_instant(d.act.at, rules.network.offset),
                                      d.why.empty() ? "" : fmt::format(" ({})", d.why)));
}

void explain_sites(Lines& out, const State& state, PlaceIndex place, LocalDay first, LocalDay last, Pollutant p,
                   const Rules& rules)
{
    const auto area = rules.network.area_of(place);
    if (!area) return;
    out.emplace_back("Evaluation sites (评价点) and the days each was absent:");
    for (const auto& site : site_coverage(state, *area, first, last, p, rules)) {
        const Station& s = rules.network.stations[site.station.value];
        out.push_back(fmt::format("  {} {}, member {}..{}: absent on {} of {} days{}", s.id, s.name,
                                  site.membership.from ? format_day(*site.membership.from) : "",
                                  site.membership.until ? format_day(*site.membership.until) : "", site.absent.size(),
                                  site.member_days, site.absent.empty() ? "" : ": " + days_text(site.absent)));
    }
}

} // namespace

std::vector<std::string> explain_hour(const State& state, PlaceIndex place, HourEnding hour, const Rules& rules)
{
    Lines out{head(place, format_hour(hour), rules)};
    const RulePack* pack = rules.pack(hour.day());
    if (pack == nullptr) {
        out.emplace_back("No edition is in force on this day: there is no index.");
        return out;
    }
    const HourFigure f = hour_figure(state, place, hour, rules);
    out.push_back(fmt::format("Edition {} ({}); real-time report [{}]", pack->id, pack->title_zh, pack->hour.clause));
    for (const auto p : all_pollutants) {
        out.push_back(fmt::format("  {}: {} {}", pollutant_label(p), f.value[p] ? text_of(*f.value[p], p) : "no value",
                                  display_unit(p)));
        const auto area = rules.network.area_of(place);
        const auto sites = area ? rules.network.areas[area->value].sites(hour.day())
                                : std::vector<StationIndex>{StationIndex{place.value}};
        for (const auto site : sites) {
            const auto held = state.held(site, hour, p);
            const std::string value = !held         ? "not received (未收到)"
                                      : held->value ? text_of(*held->value, p)
                                                    : "no value";
            const std::string flag = held && held->flag != Flag::normal
                                         ? fmt::format(" [{} {}]", flag_letter(held->flag), flag_zh(held->flag))
                                         : "";
            const auto aside = state.station(site).aside.find({hour, p});
            const std::string corrected = aside != state.station(site).aside.end() && !aside->second.correction.empty()
                                              ? fmt::format(", under correction {}", aside->second.correction)
                                              : "";
            if (area || !flag.empty() || !corrected.empty())
                out.push_back(
                    fmt::format("    {}: {}{}{}", rules.network.stations[site.value].id, value, flag, corrected));
        }
    }
    for (std::size_t i = 0; i < item_count; ++i)
        if (f.index.iaqi[i] >= 0)
            out.push_back(
                fmt::format("  {} -> sub-index (分指数) {}", item_name(static_cast<Item>(i)), f.index.iaqi[i]));
    out.push_back(f.index.aqi ? fmt::format("AQI {}, primary (首要污染物): {}", *f.index.aqi,
                                            f.index.primary.empty() ? "none (无)" : primary_zh(f.index.primary))
                              : fmt::format("AQI NA: {} [{}]", index_note_name(f.index.note), pack->missing_clause));
    return out;
}

std::vector<std::string> explain_target(const State& state, PlaceIndex place, int year, Pollutant p, const Rules& rules)
{
    Lines out;
    const auto coverage = year_coverage(state, place, year, p, rules);
    if (!coverage) return out;
    out.push_back(fmt::format(
        "Validity (有效性): {} of {} days so far; the year needs {}; {}", coverage->valid, coverage->elapsed,
        coverage->needed,
        coverage->may_lose < 0
            ? fmt::format("void since {}: {}", coverage->void_on ? format_day(*coverage->void_on) : "-",
                          coverage->why_not.en)
        : coverage->over ? std::string{"it is valid"}
                         : fmt::format("{} more may stay without a value before it is void", coverage->may_lose)));
    explain_sites(out, state, place, LocalDay::from_ymd(year, 1, 1), coverage->through, p, rules);
    const auto ledger = target_ledger(state, place, year, p, rules);
    if (!ledger || ledger->valid_days == 0) return out;
    if (ledger->moved_most_on)
        out.push_back(fmt::format("Day that moved it most: {} with {}, by {}{} {}", format_day(*ledger->moved_most_on),
                                  text_of(*ledger->moved_most_value, p), ledger->moved_most_ng >= 0 ? "+" : "-",
                                  text_of(Concentration::from_ng_per_m3(std::abs(ledger->moved_most_ng)), p),
                                  display_unit(p)));
    for (const auto& e : ledger->earlier)
        out.push_back(fmt::format("The same rest of {} averaged {} over {} valid days", e.year, text_of(e.mean, p),
                                  e.valid_days));
    const auto deducted = any_dust(state, place, LocalDay::from_ymd(year, 1, 1), ledger->through, rules)
                              ? target_ledger(state, place, year, p, rules, DustForm::dust_deducted)
                              : std::nullopt;
    if (deducted)
        out.push_back(fmt::format("Dust deducted (扣除沙尘): {} valid days, mean {}, printed {}{}",
                                  deducted->valid_days, text_of(deducted->mean, p), text_of(deducted->published, p),
                                  deducted->target ? fmt::format("; {} {}", standing_zh(deducted->standing),
                                                                 standing_name(deducted->standing))
                                                   : ""));
    if (!ledger->target) return out;
    if (ledger->allowance) {
        out.push_back(fmt::format("年剩余日控制值 = ({} x ({} + {}) - sum) / {} = {}, printed {}",
                                  text_of(*ledger->target, p), ledger->valid_days, ledger->remaining_days,
                                  ledger->remaining_days, text_of(*ledger->allowance, p),
                                  text_of(*ledger->allowance_published, p)));
        if (ledger->lowest_ever)
            out.push_back(fmt::format("The lowest mean of {} days running before this year was {}",
                                      ledger->remaining_days, text_of(*ledger->lowest_ever, p)));
    }
    if (ledger->below_lowest_on)
        out.push_back(fmt::format("Below anything ever reached here since {}", format_day(*ledger->below_lowest_on)));
    out.push_back(fmt::format("Standing (状态): {} {}{}", standing_zh(ledger->standing),
                              standing_name(ledger->standing), ledger->why.empty() ? "" : ": " + ledger->why.en));
    return out;
}

std::vector<std::string> explain_good_days(const State& state, PlaceIndex place, int year, const Rules& rules)
{
    Lines out{head(place, fmt::format("{} good days (优良天数)", year), rules)};
    const auto ledger = good_day_ledger(state, place, year, rules);
    if (!ledger) {
        out.emplace_back("No closed day of this year is known.");
        return out;
    }
    const GoodDaysFigure& f = ledger->figure;
    out.push_back(fmt::format("{} to {}: {} good + {} lost + {} undetermined = {} days; {} to come",
                              format_day(LocalDay::from_ymd(year, 1, 1)), format_day(f.through), f.good, f.lost,
                              f.undetermined, f.good + f.lost + f.undetermined, f.remaining));
    if (f.good + f.lost + f.undetermined != ledger->elapsed)
        out.push_back(fmt::format("{} days before the record began have no verdict",
                                  ledger->elapsed - f.good - f.lost - f.undetermined));
    if (f.upper_bound())
        out.push_back(
            fmt::format("Upper bound (上限): at most {}; never measured: {}. A day cannot be called good without them; "
                        "one above 100 is lost all the same",
                        f.at_most(), labels_of(f.never_measured)));
    for (const auto p : all_pollutants)
        if (ledger->lost_by_primary[p] > 0)
            out.push_back(fmt::format("  lost by {}: {} days", pollutant_label(p), ledger->lost_by_primary[p]));
    for (const auto& d : ledger->lost_days)
        out.push_back(fmt::format("  {}  AQI {:>3}  {} {}, limit {}: lost by {} {}", format_day(d.day), d.aqi,
                                  pollutant_label(d.primary), text_of(d.value, d.primary), text_of(d.limit, d.primary),
                                  text_of(Concentration::from_ng_per_m3(d.margin_ng()), d.primary),
                                  display_unit(d.primary)));
    if (f.target) {
        out.push_back(fmt::format("Target at least {}: {} {}{}", *f.target, standing_zh(ledger->standing),
                                  standing_name(ledger->standing), ledger->why.empty() ? "" : ": " + ledger->why.en));
        out.push_back(fmt::format("Days that may still be lost: {} (undetermined days not good) to {} (all good)",
                                  *ledger->may_lose_least, *ledger->may_lose_most));
        if (ledger->needed_rate_tenths)
            out.push_back(fmt::format("Rate needed of the rest: {} % to {} %",
                                      tenths(*ledger->needed_rate_least_tenths), tenths(*ledger->needed_rate_tenths)));
        if (f.lost_on)
            out.push_back(
                fmt::format("After {} not even good days to the end could bring the proven count to the target",
                            format_day(*f.lost_on)));
    }
    if (any_dust(state, place, LocalDay::from_ymd(year, 1, 1), f.through, rules))
        if (const auto deducted = good_day_ledger(state, place, year, rules, DustForm::dust_deducted))
            out.push_back(fmt::format(
                "Dust deducted (扣除沙尘): {} good, {} lost, {} undetermined{}", deducted->figure.good,
                deducted->figure.lost, deducted->figure.undetermined,
                f.target ? fmt::format("; {} {}", standing_zh(deducted->standing), standing_name(deducted->standing))
                         : ""));
    if (ledger->good_year_before)
        out.push_back(fmt::format("The year before, by the same date: {} good of {} days with a verdict",
                                  *ledger->good_year_before, *ledger->elapsed_year_before));
    return out;
}

std::vector<std::string> explain_period(const State& state, PlaceIndex place, const When& when, const Rules& rules)
{
    Lines out{head(place, when.name.en, rules)};
    for (const auto form : {DustForm::as_measured, DustForm::dust_deducted}) {
        const auto s = statistics(state, place, when.first, when.last, form, rules);
        if (s.pack == nullptr) {
            out.emplace_back("No day of it is closed, or no edition is in force.");
            return out;
        }
        if (form == DustForm::dust_deducted && s.dust_days == 0) break;
        out.push_back(fmt::format("{} ({}), {} to {}, {} calendar days, {} dust days; rounded by {}",
                                  dust_form_zh(form), dust_form_name(form), format_day(s.first), format_day(s.through),
                                  s.days, s.dust_days, s.pack->id));
        if (s.several_editions)
            out.emplace_back("  the days were judged under more than one edition, each under its own");
        if (form == DustForm::dust_deducted) explain_dust(out, state, place, when.first, when.last, rules);
        for (const auto p : all_pollutants) {
            const auto& v = s.of[p];
            if (v.valid_days == 0) {
                out.push_back(fmt::format("  {}: no valid day", pollutant_label(p)));
                continue;
            }
            out.push_back(fmt::format("  {}: {} valid days, mean {} -> {} {} [{}]", pollutant_label(p), v.valid_days,
                                      text_of(v.mean, p), text_of(v.published, p), display_unit(p),
                                      s.pack->rounding_clause));
            if (v.percentile)
                out.push_back(fmt::format("    P{}: k = 1 + ({} - 1) x {} % -> {} [{}]", v.percent, v.valid_days,
                                          v.percent, text_of(v.percentile, p), s.pack->percentile_clause));
            out.push_back(fmt::format("    {} days above the daily limit; highest {} on {}{}", v.exceeding_days,
                                      text_of(v.highest, p), format_day(*v.highest_day),
                                      v.multiple_hundredths ? fmt::format("; exceedance multiple (超标倍数) {}",
                                                                          hundredths(*v.multiple_hundredths))
                                                            : ""));
        }
        out.push_back(fmt::format(
            "  {} good, {} lost, {} undetermined{}{}", s.good, s.lost, s.undetermined,
            s.compliance_tenths
                ? fmt::format("; rate {} / ({} + {}) = {} %", s.good, s.good, s.lost, tenths(*s.compliance_tenths))
                : "",
            s.upper_bound() ? fmt::format("; upper bound, not measured: {}", labels_of(s.never_measured)) : ""));
        std::string terms;
        for (const auto p : all_pollutants) {
            const auto& term = s.pack->composite.terms[p];
            if (!term || !s.composite_terms[p]) continue;
            terms += fmt::format("{}{} {}/{}{} = {}", terms.empty() ? "" : " + ", pollutant_label(p),
                                 text_of(term->by_percentile ? s.of[p].percentile : s.of[p].published, p),
                                 text_of(term->limit, p), term->weight != 1 ? fmt::format(" x {}", term->weight) : "",
                                 hundredths(*s.composite_terms[p]));
        }
        if (!terms.empty())
            out.push_back(fmt::format("  composite index (综合指数): {} -> {} [{}]", terms,
                                      s.composite_hundredths ? hundredths(*s.composite_hundredths)
                                                             : std::string{"none: a pollutant is missing"},
                                      s.pack->composite.clause));
    }
    return out;
}

Result<std::vector<std::string>> explain(const State& state, std::string_view place_id, std::string_view when_text,
                                         std::string_view what, const Rules& rules)
{
    const auto place = rules.network.place_named(place_id);
    if (!place) return Fault{Reason::refused, fmt::format("no area or station \"{}\" in the configuration", place_id)};
    const auto when = parse_when(when_text, rules.network);
    if (!when) return when.error();
    if (when->kind == When::Kind::hour) return explain_hour(state, *place, when->hour, rules);
    if (when->kind == When::Kind::day) return explain_day(state, *place, when->first, rules);
    if (what == "statistics" || (what.empty() && when->kind != When::Kind::year))
        return explain_period(state, *place, *when, rules);
    const auto refused = [&] {
        return Fault{Reason::refused, fmt::format("\"{}\" is not known; known: so2 no2 pm10 co o3 pm2_5 good-days "
                                                  "statistics; the first seven belong to a year",
                                                  what)};
    };
    if (when->kind != When::Kind::year) return refused();
    const int year = when->first.year();
    if (what == "good-days") return explain_good_days(state, *place, year, rules);
    const auto p = pollutant_named(what.empty() ? "pm2_5" : what);
    if (!p) return refused();
    Lines out = explain_year(state, *place, year, *p, rules);
    for (auto& line : explain_target(state, *place, year, *p, rules)) out.push_back(std::move(line));
    return out;
}

} // namespace aqi
