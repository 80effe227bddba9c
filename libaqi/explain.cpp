#include "libaqi/explain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

using Lines = std::vector<std::string>;

std::string text_of(Concentration value, Pollutant p) { return format_concentration(value, display_unit_ng(p)); }
std::string text_of(const std::optional<Concentration>& value, Pollutant p) { return value ? text_of(*value, p) : "-"; }
/// To the nearest nanogram, with a mark when that is not all of it.
std::string text_of(const Mean& mean, Pollutant p)
{
    const Concentration ng = mean.rounded(1);
    return fmt::format("{}{}", Mean::of(ng) == mean ? "" : "≈", text_of(ng, p));
}

constexpr std::array<Item, pollutant_count> day_items = {Item::so2_24h, Item::no2_24h, Item::pm10_24h,
                                                         Item::co_24h,  Item::o3_8h,   Item::pm2_5_24h};

/// The hours of a pollutant, eight a line: a value, a flag, or nothing received.
void explain_hours(Lines& out, const DayHours& hours, Pollutant p)
{
    for (int first = 1; first <= 24; first += 8) {
        std::string line = fmt::format("    {:02}:00-{:02}:00 ", first, first + 7);
        for (int hour = first; hour < first + 8; ++hour) {
            const auto value = hours.value(p, hour);
            const std::string cell = value                     ? text_of(*value, p)
                                     : hours.received(p, hour) ? fmt::format("[{}]", flag_letter(hours.flag(p, hour)))
                                                               : ".";
            line += fmt::format("{:>8}", cell);
        }
        out.push_back(std::move(line));
    }
}

std::string excluded(const DayHours& hours, Pollutant p)
{
    int missing = 0;
    std::string flags;
    for (int hour = 1; hour <= 24; ++hour) {
        if (hours.value(p, hour)) continue;
        if (!hours.received(p, hour))
            ++missing;
        else
            flags += fmt::format("{}{:02}:00 {} ({})", flags.empty() ? "" : ", ", hour,
                                 flag_letter(hours.flag(p, hour)), flag_zh(hours.flag(p, hour)));
    }
    std::string out;
    if (missing > 0) out += fmt::format("{} not received (未收到)", missing);
    if (!flags.empty()) out += fmt::format("{}flagged: {}", out.empty() ? "" : "; ", flags);
    return out;
}

void explain_station_pollutant(Lines& out, const DayHours& hours, const DayMeans& means, Pollutant p, const Validity& v)
{
    out.push_back(fmt::format("  {} ({}): {} of 24 hours valid", pollutant_label(p), display_unit(p), means.valid[p]));
    explain_hours(out, hours, p);
    if (const auto why = excluded(hours, p); !why.empty()) out.push_back(fmt::format("    excluded: {}", why));
    if (p == Pollutant::o3 && v.window_hours == 0) {
        out.emplace_back("    this edition has no 8-hour means");
        return;
    }
    if (p == Pollutant::o3) {
        out.push_back(fmt::format("    {} of {} sliding {}-hour means ending {:02}:00-24:00 are valid (each needs {} "
                                  "hours); {} needed, or a maximum above {} [{}]",
                                  means.windows, 24 - v.window_first_end + 1, v.window_hours, v.window_first_end,
                                  v.window_hours_valid, v.windows_valid, text_of(v.window_limit, p), v.clause));
        out.push_back(means.mean[p] ? fmt::format("    daily maximum 8-hour mean (日最大8小时平均) {}",
                                                  text_of(*means.mean[p], p))
                                    : "    no daily maximum: too few valid windows");
        return;
    }
    if (means.mean[p] && means.valid[p] >= v.day_hours)
        out.push_back(fmt::format("    {} >= {} hours [{}]; mean (日平均) {}", means.valid[p], v.day_hours, v.clause,
                                  text_of(*means.mean[p], p)));
    else if (means.mean[p])
        out.push_back(fmt::format("    daily value as the archive states it: {}", text_of(*means.mean[p], p)));
    else
        out.push_back(
            fmt::format("    {} < {} hours [{}]: no daily mean (日平均无效)", means.valid[p], v.day_hours, v.clause));
}

void explain_area_pollutant(Lines& out, const State& state, const Area& area, LocalDay day, const DayMeans& means,
                            Pollutant p, const Rules& rules, const Validity& v)
{
    out.push_back(fmt::format("  {} ({}): {} of {} sites valid", pollutant_label(p), display_unit(p), means.valid[p],
                              means.sites));
    for (const auto station : area.sites(day)) {
        const DayMeans site = day_means(state, rules.network.place(station), day, rules);
        const Station& s = rules.network.stations[station.value];
        out.push_back(fmt::format("    {} {}: {}", s.id, s.name,
                                  site.mean[p] ? text_of(*site.mean[p], p)
                                               : fmt::format("absent ({} valid hours)", site.valid[p])));
    }
    const bool few = static_cast<int>(means.sites) < v.few_sites_below;
    out.push_back(fmt::format("    at least {} % of the sites{} [{}]; {}", few ? v.few_sites_percent : v.sites_percent,
                              few ? fmt::format(" (fewer than {} sites)", v.few_sites_below) : "", v.clause,
                              means.mean[p] ? fmt::format("mean over sites (点位平均) {}", text_of(*means.mean[p], p))
                                            : "too few: no value"));
}

/// Equation (1) with its numbers, or what a value above the table means.
std::string equation(Concentration c, const IndexTable& table, IndexRounding rounding, Pollutant p, int iaqi)
{
    const auto text = [&](std::int64_t ng) { return text_of(Concentration::from_ng_per_m3(ng), p); };
    const auto& bands = table.bands;
    std::size_t i = 0;
    while (i + 1 < bands.size() && c.ng_per_m3() > bands[i].high_ng) ++i;
    const IndexBand& b = bands[i];
    if (c.ng_per_m3() > b.high_ng && table.above != IndexTable::Above::extend)
        return fmt::format("above {} the table says {}", text(b.high_ng), iaqi);
    return fmt::format("({}-{})/({}-{})*({}-{})+{} {} = {}", b.high_index, b.low_index, text(b.high_ng), text(b.low_ng),
                       text_of(c, p), text(b.low_ng), b.low_index,
                       rounding == IndexRounding::up ? "rounded up" : "rounded to the nearest", iaqi);
}

void explain_index(Lines& out, const DayMeans& means, const DayFigure& figure, const RulePack& pack)
{
    out.push_back(fmt::format("Rounding before the index (修约) [{}], sub-indices (分指数) [{}]:", pack.rounding_clause,
                              pack.index_clause));
    for (const auto p : all_pollutants) {
        const Item item = day_items[index_of(p)];
        const int iaqi = figure.index.iaqi[index_of(item)];
        if (!means.mean[p]) {
            out.push_back(fmt::format("  {}: no value, no sub-index", pollutant_label(p)));
            continue;
        }
        const Concentration rounded = round_for_index(*means.mean[p], p, pack);
        const auto& table = pack.tables[index_of(item)];
        out.push_back(fmt::format("  {}: {} -> {} {}; {}", item_name(item), text_of(*means.mean[p], p),
                                  text_of(rounded, p), display_unit(p),
                                  iaqi < 0 || !table ? "no sub-index from this table"
                                                     : equation(rounded, *table, pack.index_rounding, p, iaqi)));
    }
    const IndexResult& index = figure.index;
    if (index.of_present) out.push_back(fmt::format("Maximum of what is there: {}", *index.of_present));
    if (!index.complete)
        out.push_back(fmt::format("Incomplete: a pollutant of the daily report is missing [{}]", pack.missing_clause));
    if (index.aqi)
        out.push_back(fmt::format("AQI {}  {} (level {}) [{}]  primary (首要污染物): {}", *index.aqi,
                                  pack.level_table.zh[static_cast<std::size_t>(index.level - 1)], index.level,
                                  pack.level_table.clause,
                                  index.primary.empty() ? "none (无)" : primary_zh(index.primary)));
    else
        out.push_back(fmt::format("AQI NA: {}", index_note_name(index.note)));
    const auto why =
        figure.verdict == DayVerdict::good
            ? fmt::format("good day (优良天): all pollutants valid and AQI at most {}", pack.level_table.good_at_most)
        : figure.verdict == DayVerdict::lost
            ? fmt::format("lost day (非优良天): AQI above {}; what is missing could only raise it",
                          pack.level_table.good_at_most)
            : std::string{"undetermined (未定): something is missing, and nothing proves the day bad"};
    out.push_back(fmt::format("Verdict: {}", why));
}

} // namespace

std::vector<std::string> explain_day(const State& state, PlaceIndex place, LocalDay day, const Rules& rules)
{
    Lines out;
    const RulePack* pack = rules.pack(day);
    out.push_back(
        fmt::format("{} {}  {}", rules.network.place_id(place), rules.network.place_name(place), format_day(day)));
    if (pack == nullptr) {
        out.emplace_back("No edition is in force on this day: there is no index.");
        return out;
    }
    out.push_back(fmt::format("Edition {} ({}), chosen by the day observed; hours 01:00-24:00 of {}", pack->id,
                              pack->title_zh, format_offset(rules.network.offset)));
    if (!pack->provisional.empty()) out.push_back(fmt::format("Provisional (暂定): {}", pack->provisional));
    const DayMeans means = day_means(state, place, day, rules);
    const auto area = rules.network.area_of(place);
    for (const auto p : all_pollutants) {
        if (area) {
            explain_area_pollutant(out, state, rules.network.areas[area->value], day, means, p, rules, pack->validity);
            continue;
        }
        static const DayHours nothing;
        const DayHours* hours = state.station(StationIndex{place.value}).day(day);
        explain_station_pollutant(out, hours != nullptr ? *hours : nothing, means, p, pack->validity);
    }
    explain_index(out, means, day_figure(state, place, day, rules), *pack);
    return out;
}

std::vector<std::string> explain_year(const State& state, PlaceIndex place, int year, Pollutant p, const Rules& rules)
{
    Lines out;
    out.push_back(fmt::format("{} {}  {} {}", rules.network.place_id(place), rules.network.place_name(place), year,
                              pollutant_label(p)));
    const PlaceLedger& ledger = state.ledger(place);
    const YearLedger* days = ledger.year(year);
    const RulePack* pack = days != nullptr ? rules.pack(*days->through()) : nullptr;
    if (pack == nullptr) {
        out.emplace_back("No closed day of this year is known.");
        return out;
    }
    out.push_back(fmt::format("Mean of valid daily means (年平均 = 有效日平均的算术平均), {} to {}, edition {}",
                              format_day(days->first_day()), format_day(*days->through()), pack->id));
    for (unsigned month = 1; month <= days->through()->month(); ++month) {
        MeanSum sum;
        std::string invalid;
        for (unsigned d = 1; d <= days_in_month(year, month); ++d) {
            const LocalDay day = LocalDay::from_ymd(year, month, d);
            if (day > *days->through()) break;
            const PlaceDay* closed = ledger.day(day);
            if (closed != nullptr && closed->mean[p])
                sum.add(*closed->mean[p]);
            else
                invalid += fmt::format(" {:02}", d);
        }
        const int needed = month == 2 ? pack->validity.february_days : pack->validity.month_days;
        out.push_back(fmt::format("  {}-{:02}: {:>2} valid days (a whole month needs {}){}{}", year, month, sum.count(),
                                  needed, sum.count() > 0 ? fmt::format(", mean {}", text_of(sum.rounded(1), p)) : "",
                                  invalid.empty() ? "" : "; without value:" + invalid));
    }
    Figures figures;
    year_figures(state, place, year, rules, figures);
    for (const auto& f : figures.annual) {
        if (f.pollutant != p || f.window != Window::year_to_date) continue;
        out.push_back(fmt::format("{} valid days; mean {} {}; rounded half to even to {}: published {} [{}]",
                                  f.valid_days, text_of(f.mean, p), display_unit(p),
                                  text_of(Concentration::from_ng_per_m3(pack->step_ng[p]), p), text_of(f.published, p),
                                  pack->rounding_clause));
        const Validity& v = pack->validity;
        out.push_back(fmt::format(
            "Year {}, {} (needs {} days, {} in each month, February {}{}) [{}]", f.year_over ? "over" : "not over",
            f.year_valid ? "valid" : "not valid", v.year_days, v.month_days, v.february_days,
            v.quarter_percent > 0 ? fmt::format(", {} % of each quarter", v.quarter_percent) : "", v.clause));
        if (!f.target) continue;
        out.push_back(fmt::format("Target at most {}: {}", text_of(f.target, p),
                                  !f.met   ? "not proven"
                                  : *f.met ? "met"
                                           : "NOT met"));
        if (f.allowance)
            out.push_back(fmt::format("The remaining {} days may average {} (年剩余日控制值)", days->remaining(),
                                      text_of(f.allowance, p)));
        if (f.lost_on)
            out.push_back(fmt::format("Lost on {}: from that day on not even zeros to the end of the year could bring "
                                      "the published mean to the target",
                                      format_day(*f.lost_on)));
    }
    return out;
}

} // namespace aqi
