#include "libaqi/validity.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {

DayCoverage day_coverage(const State& state, StationIndex index, LocalDay day, Pollutant p, const Rules& rules)
{
    DayCoverage out;
    const RulePack* pack = rules.pack(day);
    if (pack == nullptr) return out;
    const Validity& v = pack->validity;
    const StationHours& station = state.station(index);
    const DayHours* hours = station.day(day);
    out.needed = v.day_hours;
    out.past_record = hours == nullptr;
    for (int hour = 1; hour <= 24; ++hour) {
        if (hours != nullptr && hours->value(p, hour))
            ++out.valid;
        else if (hours == nullptr || !hours->received(p, hour))
            ++out.not_received;
        else
            ++out.by_flag[static_cast<std::size_t>(hours->flag(p, hour))];
        const auto aside = station.aside.find({HourEnding::of(day, hour), p});
        if (aside != station.aside.end() && !aside->second.correction.empty()) ++out.corrected;
    }
    if (p == Pollutant::o3) {
        out.windows_needed = v.windows_valid;
        out.windows_possible = 24 - v.window_first_end + 1;
        if (hours != nullptr) out.windows = station_day(*hours, v).windows;
    }
    const DayMeans means = day_means(state, rules.network.place(index), day, rules);
    out.has_value = means.mean[p].has_value();
    out.of_archive = out.has_value && (hours == nullptr || !station_day(*hours, v).mean[p]);
    return out;
}

std::string coverage_text(const DayCoverage& c, Pollutant p)
{
    if (c.of_archive) return "a daily value as the archive states it (日值由档案给出)";
    std::string out = fmt::format("{} of 24 hours", c.valid);
    if (p == Pollutant::o3) out += fmt::format(", {} of {} windows", c.windows, c.windows_possible);
    std::string gaps;
    const auto add = [&](std::string text) { gaps += (gaps.empty() ? "; " : ", ") + text; };
    if (c.not_received > 0) add(fmt::format("{} not received (未收到)", c.not_received));
    for (std::size_t f = 0; f < flag_count; ++f)
        if (c.by_flag[f] > 0)
            add(fmt::format("{} {} ({})", c.by_flag[f], flag_letter(static_cast<Flag>(f)),
                            flag_zh(static_cast<Flag>(f))));
    if (c.corrected > 0) add(fmt::format("{} corrected (经更正)", c.corrected));
    return out + gaps;
}

std::optional<YearCoverage> year_coverage(const State& state, PlaceIndex place, int year, Pollutant p,
                                          const Rules& rules)
{
    const PlaceLedger& ledger = state.ledger(place);
    const YearLedger* days = ledger.year(year);
    if (days == nullptr || !days->through()) return std::nullopt;
    const RulePack* pack = rules.pack(*days->through());
    if (pack == nullptr) return std::nullopt;
    const Validity& v = pack->validity;
    YearCoverage out;
    out.year = year;
    out.through = *days->through();
    out.days = days_in_year(year);
    out.elapsed = out.through - days->first_day() + 1;
    out.valid = days->valid_days(p);
    out.needed = v.year_days;
    out.over = days->remaining() == 0;
    out.may_lose_year = out.valid + days->remaining() - v.year_days;
    out.may_lose = out.may_lose_year;
    for (unsigned month = 1; month <= 12; ++month) {
        MonthCoverage& m = out.months[month - 1];
        m.month = month;
        m.days = static_cast<int>(days_in_month(year, month));
        m.needed = month == 2 ? v.february_days : v.month_days;
        m.valid = days->month_days(p, month);
        const LocalDay first = LocalDay::from_ymd(year, month, 1);
        m.elapsed = std::clamp(out.through - first + 1, 0, m.days);
        m.may_lose = m.valid + (m.days - m.elapsed) - m.needed;
        for (int d = 0; d < m.elapsed; ++d) {
            const PlaceDay* day = ledger.day(first.plus(d));
            if (first.plus(d) < *ledger.first_kept() && m.valid > 0) continue; // no longer kept
            if (day == nullptr || !day->mean[p]) m.missing.push_back(first.plus(d));
        }
        const bool limits = m.elapsed < m.days || m.may_lose < 0; // a month that is over and good limits nothing
        if (limits && m.may_lose < out.may_lose) {
            out.may_lose = m.may_lose;
            out.tightest_month = month;
        }
    }
    out.may_lose = std::min(out.may_lose, days->may_lose(p, v)); // quarters, where the edition asks for them
    YearLedger so_far{year};
    // Days that are no longer kept would look like missing ones.
    const bool all_kept = *ledger.first_kept() <= days->first_day() ||
                          *ledger.last_closed() - *ledger.first_kept() + 1 < rules.ledger_days;
    for (LocalDay day = days->first_day(); all_kept && out.may_lose < 0 && !out.void_on && day <= out.through;
         day = day.plus(1)) {
        PlaceDay nothing;
        nothing.closed = true;
        const PlaceDay* closed = ledger.day(day);
        so_far.replace(day, PlaceDay{}, closed != nullptr ? *closed : nothing);
        if (closed != nullptr && so_far.may_lose(p, v) < 0) out.void_on = day;
    }
    out.is_valid = out.over && days->valid(p, v);
    if (out.is_valid) return out;
    if (out.may_lose < 0 && out.tightest_month != 0) {
        const MonthCoverage& m = out.months[out.tightest_month - 1];
        out.why_not = {
            fmt::format("{} 年 {} 月有效 {} 天，不足 {} 天 [{}]", year, m.month, m.valid, m.needed, v.clause),
            fmt::format("{}-{:02} has {} valid days of the {} it needs [{}]", year, m.month, m.valid, m.needed,
                        v.clause)};
    } else if (out.may_lose < 0 && out.may_lose_year >= 0)
        out.why_not = {fmt::format("有季度有效天数不足 {} % [{}]", v.quarter_percent, v.clause),
                       fmt::format("a quarter has fewer than {} % of its days [{}]", v.quarter_percent, v.clause)};
    else if (out.may_lose < 0)
        out.why_not = {fmt::format("全年有效 {} 天，不足 {} 天 [{}]", out.valid, out.needed, v.clause),
                       fmt::format("{} valid days of the {} the year needs [{}]", out.valid, out.needed, v.clause)};
    else
        out.why_not = {"年未结束", "the year is not over"};
    return out;
}

std::vector<SiteCoverage> site_coverage(const State& state, AreaIndex area, LocalDay first, LocalDay last, Pollutant p,
                                        const Rules& rules)
{
    std::vector<SiteCoverage> out;
    for (const auto& m : rules.network.areas[area.value].members) {
        if (m.role != SiteRole::evaluation) continue;
        SiteCoverage site{m.station, m, 0, {}};
        const PlaceLedger& ledger = state.ledger(rules.network.place(m.station));
        for (LocalDay day = first; day <= last; day = day.plus(1)) {
            if (!m.covers(day)) continue;
            ++site.member_days;
            const PlaceDay* closed = ledger.day(day);
            if (closed == nullptr || !closed->mean[p]) site.absent.push_back(day);
        }
        out.push_back(std::move(site));
    }
    return out;
}

std::string days_text(const std::vector<LocalDay>& days, std::size_t most)
{
    std::string out;
    std::size_t stretches = 0, i = 0;
    while (i < days.size()) {
        std::size_t end = i;
        while (end + 1 < days.size() && days[end + 1] == days[end].plus(1)) ++end;
        if (stretches++ == most) return out + fmt::format(" and {} more days", days.size() - i);
        if (!out.empty()) out += ", ";
        out += format_day(days[i]);
        if (end > i)
            out += days[i].month() == days[end].month() && days[i].year() == days[end].year()
                       ? fmt::format("..{:02}", days[end].day_of_month())
                       : ".." + format_day(days[end]);
        i = end + 1;
    }
    return out;
}

} // namespace aqi
