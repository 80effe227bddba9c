// The tables of the year: targets, good days, validity, sites, months. The other half of report_tables.hpp.
#include "libaqi/report_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

/// The forms a year's ledgers are shown in: dust deducted only where there was dust.
std::vector<DustForm> forms_of_year(const State& state, PlaceIndex place, int year, const Rules& rules)
{
    std::vector<DustForm> out{DustForm::as_measured};
    if (any_dust(state, place, LocalDay::from_ymd(year, 1, 1), LocalDay::from_ymd(year, 12, 31), rules))
        out.push_back(DustForm::dust_deducted);
    return out;
}

Cell standing_cell(Standing standing, const Words& why)
{
    Cell cell{Words{standing_zh(standing), standing_name(standing)}};
    return why.empty() ? cell : cell.marked(why);
}

std::int64_t step_of(Pollutant p, LocalDay day, const Rules& rules)
{
    const RulePack* pack = rules.pack(day);
    return pack != nullptr ? pack->step_ng[p] : 1;
}

constexpr std::array<Pollutant, 2> target_pollutants = {Pollutant::pm10, Pollutant::pm2_5};

std::vector<Cell> target_row(const TargetLedger& ledger, const Rules& rules)
{
    const Pollutant p = ledger.pollutant;
    const std::int64_t step = step_of(p, ledger.through, rules);
    const std::int64_t unit = display_unit_ng(p), tenth = unit / 10;
    std::string earlier;
    for (const auto& e : ledger.earlier)
        earlier += fmt::format("{}{}: {}", earlier.empty() ? "" : "; ", e.year,
                               format_concentration(Mean::of(*e.mean).rounded(tenth), unit));
    std::string moved;
    if (ledger.moved_most_on)
        moved = fmt::format("{} ({}, {}{})", format_day(*ledger.moved_most_on),
                            format_concentration(Mean::of(*ledger.moved_most_value).rounded(tenth), unit),
                            ledger.moved_most_ng >= 0 ? "+" : "-",
                            format_concentration(Concentration::from_ng_per_m3(std::abs(ledger.moved_most_ng)), unit));
    return {place_cell(ledger.place, rules),
            dust_cell(ledger.form),
            Cell{pollutant_label(p)},
            Cell::whole(ledger.valid_days),
            amount(ledger.published, p, step),
            amount(ledger.target, p, step),
            ledger.target ? standing_cell(ledger.standing, ledger.why) : Cell{Words{"无目标", "no target"}},
            Cell::whole(ledger.remaining_days),
            amount(ledger.allowance_published, p, step),
            ledger.allowance ? Cell::decimal(round_down(ledger.allowance->ng_per_m3(), tenth), 1) : Cell{},
            earlier.empty() ? Cell{} : Cell{earlier},
            day_cell(ledger.below_lowest_on),
            day_cell(ledger.lost_on),
            moved.empty() ? Cell{} : Cell{moved}};
}

std::vector<Cell> good_days_row(const GoodDayLedger& ledger, const Rules& rules)
{
    const auto range = [](auto low, auto high, const auto& text) {
        return low == high ? text(*low) : fmt::format("{}~{}", text(*low), text(*high));
    };
    const GoodDaysFigure& f = ledger.figure;
    const Words bound = upper_bound_mark(f.never_measured);
    Cell good = Cell::whole(f.good), most = Cell::whole(f.at_most());
    if (f.upper_bound()) {
        good = good.marked(bound);
        most = most.marked(bound);
    }
    return {place_cell(f.place, rules), dust_cell(ledger.form), std::move(good), Cell::whole(f.undetermined),
            std::move(most), Cell::whole(f.lost), Cell::whole(f.remaining), f.target ? Cell::whole(*f.target) : Cell{},
            f.target ? standing_cell(ledger.standing, ledger.why) : Cell{Words{"无目标", "no target"}},
            ledger.may_lose_least
                ? Cell{range(ledger.may_lose_least, ledger.may_lose_most, [](int n) { return fmt::format("{}", n); })}
                : Cell{},
            ledger.needed_rate_tenths
                ? Cell{range(ledger.needed_rate_least_tenths, ledger.needed_rate_tenths,
                             [](std::int64_t n) { return fmt::format("{}.{}%", n / 10, n % 10); })}
                : Cell{},
            ledger.good_year_before ? Cell::whole(*ledger.good_year_before) : Cell{},
            // Where undetermined days could still make it, nothing is lost for certain.
            day_cell(ledger.standing == Standing::not_proven ? std::nullopt : f.lost_on)};
}

} // namespace

Table targets_table(const State& state, const Places& places, int year, const Rules& rules)
{
    Table t{
        "targets", {fmt::format("{} 年目标账", year), fmt::format("target ledger {}", year)}, {place_column()}, {}, {},
        {}};
    t.columns.push_back(dust_column());
    t.columns.push_back(text_column("pollutant", {"项目", "pollutant"}));
    t.columns.push_back(number_column("valid_days", {"有效天数", "valid days"}));
    t.columns.push_back(number_column("mean", {"累计均值", "mean to date"}));
    t.columns.push_back(number_column("target", {"目标", "target"}));
    t.columns.push_back(text_column("standing", {"状态", "standing"}));
    t.columns.push_back(number_column("remaining_days", {"剩余天数", "days left"}));
    t.columns.push_back(number_column("allowance", {"年剩余日控制值", "the rest may average"}));
    t.columns.push_back(number_column("allowance_exact", {"控制值（一位小数）", "the same to a tenth"}));
    t.columns.push_back(text_column("earlier", {"历年同期剩余时段均值", "the rest in earlier years"}));
    t.columns.push_back(text_column("below_lowest_on", {"低于历史最低起始日", "below any earlier stretch since"}));
    t.columns.push_back(text_column("lost_on", {"已无法达标日期", "lost on"}));
    t.columns.push_back(text_column("moved_most", {"影响最大的一天", "day that moved it most"}));
    for (const auto place : places)
        for (const auto form : forms_of_year(state, place, year, rules))
            for (const auto p : target_pollutants) {
                const auto ledger = target_ledger(state, place, year, p, rules, form);
                if (ledger && (ledger->valid_days > 0 || ledger->target)) t.rows.push_back(target_row(*ledger, rules));
            }
    t.notes.emplace_back(
        "年剩余日控制值 =（目标 ×（有效天数 + 剩余天数）− 累计和）/ 剩余天数；冬季通常高于全年，与历年同期对照。",
        "The rest may average (target x (valid + left) - sum) / left; compare with the same weeks of "
        "earlier years: winter is the worst season.");
    return t;
}

Table good_days_table(const State& state, const Places& places, int year, const Rules& rules)
{
    Table t{"good_days",
            {fmt::format("{} 年优良天数账", year), fmt::format("good-day ledger {}", year)},
            {place_column()},
            {},
            {},
            {}};
    t.columns.push_back(dust_column());
    t.columns.push_back(number_column("good", {"已证实优良", "proven good"}));
    t.columns.push_back(number_column("undetermined", {"未定", "undetermined"}));
    t.columns.push_back(number_column("at_most", {"至多", "at most"}));
    t.columns.push_back(number_column("lost", {"超标", "lost"}));
    t.columns.push_back(number_column("remaining", {"剩余天数", "days left"}));
    t.columns.push_back(number_column("target", {"目标", "target"}));
    t.columns.push_back(text_column("standing", {"状态", "standing"}));
    t.columns.push_back(text_column("may_lose", {"还可失去天数", "may still lose"}));
    t.columns.push_back(text_column("needed_rate", {"剩余所需优良率", "rate needed"}));
    t.columns.push_back(number_column("year_before", {"上年同日", "year before, same date"}));
    t.columns.push_back(text_column("lost_on", {"已无法达标日期", "lost on"}));
    for (const auto place : places)
        for (const auto form : forms_of_year(state, place, year, rules))
            if (const auto ledger = good_day_ledger(state, place, year, rules, form))
                t.rows.push_back(good_days_row(*ledger, rules));
    t.notes.emplace_back("“还可失去”为区间：未定天全部不优良 ~ 全部优良。",
                         "\"May still lose\" is a range: undetermined days all not good ~ all good.");
    return t;
}

Table validity_table(const State& state, const Places& places, int year, const Rules& rules)
{
    Table t{"validity",
            {fmt::format("{} 年有效性账", year), fmt::format("validity ledger {}", year)},
            {place_column()},
            {},
            {},
            {}};
    t.columns.push_back(text_column("pollutant", {"项目", "pollutant"}));
    for (unsigned month = 1; month <= 12; ++month)
        t.columns.push_back(
            text_column(fmt::format("m{:02}", month), {fmt::format("{} 月", month), fmt::format("{:02}", month)}));
    t.columns.push_back(text_column("year", {"全年", "year"}));
    t.columns.push_back(number_column("may_lose", {"还可缺天数", "may still miss"}));
    t.columns.push_back(text_column("void_on", {"失效日期", "void on"}));
    t.columns.push_back(text_column("standing", {"年统计", "annual figure"}));
    for (const auto place : places)
        for (const auto p : all_pollutants) {
            const auto c = year_coverage(state, place, year, p, rules);
            if (!c || c->valid == 0) continue;
            std::vector<Cell> row{place_cell(place, rules), Cell{pollutant_label(p)}};
            for (const auto& m : c->months) {
                if (m.elapsed == 0) {
                    row.emplace_back();
                    continue;
                }
                Cell cell{fmt::format("{}/{}", m.valid, m.elapsed)};
                row.push_back(m.may_lose < 0 ? cell.marked({"不足", "too few"}) : cell);
            }
            row.push_back(Cell{fmt::format("{}/{}", c->valid, c->elapsed)});
            row.push_back(c->over ? Cell{} : Cell::whole(c->may_lose));
            row.push_back(day_cell(c->void_on));
            row.push_back(c->is_valid       ? Cell{Words{"有效", "valid"}}
                          : c->may_lose < 0 ? Cell{Words{"无法证明", "not proven"}}.marked(c->why_not)
                                            : Cell{Words{"年未结束", "the year is not over"}});
            t.rows.push_back(std::move(row));
        }
    const RulePack* pack = rules.pack(LocalDay::from_ymd(year, 12, 31));
    if (pack != nullptr)
        t.notes.emplace_back(fmt::format("有效天/已过天；全年至少 {} 天，每月 {} 天（2 月 {} 天）[{}]",
                                         pack->validity.year_days, pack->validity.month_days,
                                         pack->validity.february_days, pack->validity.clause),
                             fmt::format("valid/elapsed days; a year needs {} days, a month {} (February {}) [{}]",
                                         pack->validity.year_days, pack->validity.month_days,
                                         pack->validity.february_days, pack->validity.clause));
    return t;
}

Table sites_table(const State& state, const Places& places, const When& when, const Rules& rules)
{
    Table t{"sites", {"参与统计的点位", "sites behind the figures"}, {place_column()}, {}, {}, {}};
    t.columns.push_back(text_column("station", {"点位", "station"}));
    t.columns.push_back(text_column("role", {"类型", "role"}));
    t.columns.push_back(text_column("member", {"参评时间", "member"}));
    t.columns.push_back(text_column("pollutant", {"项目", "pollutant"}));
    t.columns.push_back(number_column("days", {"应有天数", "days expected"}));
    t.columns.push_back(number_column("absent", {"缺天数", "days absent"}));
    t.columns.push_back(text_column("absent_on", {"缺测日期", "absent on"}));
    for (const auto place : places) {
        const auto area = rules.network.area_of(place);
        const auto closed = state.ledger(place).last_closed();
        if (!area || !closed || *closed < when.first) continue;
        const LocalDay through = std::min(*closed, when.last);
        for (const auto p : target_pollutants)
            for (const auto& site : site_coverage(state, *area, when.first, through, p, rules)) {
                const Station& s = rules.network.stations[site.station.value];
                const auto& m = site.membership;
                t.rows.push_back({place_cell(place, rules), Cell{Words{fmt::format("{} {}", s.name, s.id), s.id}},
                                  Cell{Words{site_role_zh(m.role), site_role_name(m.role)}},
                                  Cell{fmt::format("{}..{}", m.from ? format_day(*m.from) : "",
                                                   m.until ? format_day(*m.until) : "")},
                                  Cell{pollutant_label(p)}, Cell::whole(site.member_days),
                                  Cell::whole(static_cast<std::int64_t>(site.absent.size())),
                                  site.absent.empty() ? Cell{} : Cell{days_text(site.absent)}});
            }
    }
    return t;
}

Table lost_days_table(const State& state, const Places& places, const When& when, const Rules& rules)
{
    Table t{"lost_days", {"超标日", "days lost"}, {place_column()}, {}, {}, {}};
    t.columns.push_back(text_column("date", {"日期", "date"}));
    t.columns.push_back(number_column("aqi", "AQI"));
    t.columns.push_back(text_column("primary", {"首要污染物", "primary"}));
    t.columns.push_back(number_column("value", {"浓度", "value"}));
    t.columns.push_back(number_column("limit", {"限值", "limit"}));
    t.columns.push_back(number_column("margin", {"超出", "lost by"}));
    for (const auto place : places)
        for (int year = when.first.year(); year <= when.last.year(); ++year) {
            const auto ledger = good_day_ledger(state, place, year, rules);
            if (!ledger) continue;
            for (const auto& d : ledger->lost_days) {
                if (d.day < when.first || when.last < d.day) continue;
                const std::int64_t step = step_of(d.primary, d.day, rules);
                t.rows.push_back({place_cell(place, rules), Cell{format_day(d.day)}, Cell::whole(d.aqi),
                                  Cell{pollutant_label(d.primary)}, amount(d.value, d.primary, step),
                                  amount(d.limit, d.primary, step),
                                  amount(Concentration::from_ng_per_m3(d.margin_ng()), d.primary, step)});
            }
        }
    return t;
}

Table months_table(const State& state, const Places& places, int year, const Rules& rules)
{
    Table t{"months", {fmt::format("{} 年各月", year), fmt::format("months of {}", year)}, {place_column()}, {}, {},
            {}};
    t.columns.push_back(text_column("month", {"月份", "month"}));
    for (const auto p : all_pollutants)
        t.columns.push_back(number_column(std::string{pollutant_name(p)}, pollutant_label(p), display_unit(p)));
    t.columns.push_back(number_column("good", {"优良", "good"}));
    t.columns.push_back(number_column("lost", {"超标", "lost"}));
    t.columns.push_back(number_column("undetermined", {"未定", "undetermined"}));
    Series chart;
    chart.title = {"PM2.5 月均值", "PM2.5, monthly means"};
    chart.unit = "ug/m3";
    for (const auto place : places)
        for (unsigned month = 1; month <= 12; ++month) {
            const auto s =
                statistics(state, place, LocalDay::from_ymd(year, month, 1),
                           LocalDay::from_ymd(year, month, days_in_month(year, month)), DustForm::as_measured, rules);
            if (place == places.front()) {
                std::optional<std::int64_t> bar;
                if (s.of[Pollutant::pm2_5].published) bar = s.of[Pollutant::pm2_5].published->ng_per_m3() / 1'000;
                chart.bars.push_back({fmt::format("{:02}", month), bar});
            }
            if (s.pack == nullptr) continue;
            std::vector<Cell> row{place_cell(place, rules), Cell{fmt::format("{}-{:02}", year, month)}};
            for (const auto p : all_pollutants) row.push_back(amount(s.of[p].published, p, s.pack->step_ng[p]));
            row.push_back(Cell::whole(s.good));
            row.push_back(Cell::whole(s.lost));
            row.push_back(Cell::whole(s.undetermined));
            t.rows.push_back(std::move(row));
        }
    const auto area = rules.network.area_of(places.front());
    const Target* target = area ? rules.book.target(rules.network.areas[area->value].id, year) : nullptr;
    if (target != nullptr && target->pm2_5) {
        chart.limit = target->pm2_5->ng_per_m3() / 1'000;
        chart.limit_title = {"年目标", "target"};
    }
    chart.title.zh += "　" + rules.network.place_name(places.front());
    chart.title.en += "  " + rules.network.place_name(places.front());
    t.chart = std::move(chart);
    return t;
}

Table periods_table(const State& state, const Places& places, int year, const Rules& rules)
{
    Table t{"periods", {"专项时段", "special periods"}, {place_column()}, {}, {}, {}};
    t.columns.push_back(text_column("period", {"时段", "period"}));
    t.columns.push_back(text_column("from", {"起", "from"}));
    t.columns.push_back(text_column("until", {"止", "until"}));
    t.columns.push_back(number_column("days", {"已过天数", "days so far"}));
    for (const auto p : target_pollutants)
        t.columns.push_back(number_column(std::string{pollutant_name(p)}, pollutant_label(p), display_unit(p)));
    t.columns.push_back(number_column("good", {"优良", "good"}));
    t.columns.push_back(number_column("lost", {"超标", "lost"}));
    t.columns.push_back(number_column("undetermined", {"未定", "undetermined"}));
    const LocalDay first = LocalDay::from_ymd(year, 1, 1), last = LocalDay::from_ymd(year, 12, 31);
    for (const auto place : places)
        for (const auto& period : rules.network.periods)
            for (const int begins : {year - 1, year}) {
                const auto span = period.span(begins);
                if (!span || span->last < first || last < span->first) continue;
                const auto s = statistics(state, place, span->first, span->last, DustForm::as_measured, rules);
                if (s.pack == nullptr) continue;
                std::vector<Cell> row{place_cell(place, rules), Cell{Words{period.name, period.id}},
                                      Cell{format_day(span->first)}, Cell{format_day(span->last)}, Cell::whole(s.days)};
                for (const auto p : target_pollutants) row.push_back(amount(s.of[p].published, p, s.pack->step_ng[p]));
                row.push_back(Cell::whole(s.good));
                row.push_back(Cell::whole(s.lost));
                row.push_back(Cell::whole(s.undetermined));
                t.rows.push_back(std::move(row));
            }
    return t;
}

} // namespace aqi
