#include "libaqi/report_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {

Cell amount(const std::optional<Concentration>& value, Pollutant p, std::int64_t step_ng)
{
    if (!value) return {};
    int decimals = 0;
    for (std::int64_t unit = display_unit_ng(p); unit > step_ng; unit /= 10) ++decimals;
    return Cell::decimal(value->ng_per_m3() / step_ng, decimals);
}

Cell day_cell(const std::optional<LocalDay>& day) { return day ? Cell{format_day(*day)} : Cell{}; }

std::string labels_of(PollutantSet set)
{
    std::string out;
    for (const auto p : all_pollutants)
        if (set.contains(p)) out += fmt::format("{}{}", out.empty() ? "" : "、", pollutant_label(p));
    return out;
}

Words upper_bound_mark(PollutantSet never_measured)
{
    if (never_measured.empty()) return {};
    const std::string names = labels_of(never_measured);
    return {fmt::format("上限；未测 {}", names), fmt::format("upper bound; not measured: {}", names)};
}

Column place_column() { return {"place", {"区域", "place"}, {}, false}; }
Column number_column(std::string key, Words title, Words unit)
{
    return {std::move(key), std::move(title), std::move(unit), true};
}
Column text_column(std::string key, Words title) { return {std::move(key), std::move(title), {}, false}; }

Cell place_cell(PlaceIndex place, const Rules& rules)
{
    const std::string& id = rules.network.place_id(place);
    const std::string& name = rules.network.place_name(place);
    // Scripts read the English words: the id.
    return Cell{Words{name.empty() || name == id ? id : fmt::format("{} {}", name, id), id}};
}

Column dust_column() { return text_column("dust", {"沙尘", "dust"}); }
Cell dust_cell(DustForm form) { return Words{dust_form_zh(form), dust_form_name(form)}; }

namespace {

constexpr std::array<DustForm, 2> forms = {DustForm::as_measured, DustForm::dust_deducted};

Cell verdict_cell(DayVerdict verdict)
{
    switch (verdict) {
    case DayVerdict::good: return Words{"优良", "good"};
    case DayVerdict::lost: return Words{"超标", "lost"};
    case DayVerdict::undetermined: return Words{"未定", "undetermined"};
    }
    return {};
}

/// A pollutant's value in an index report: the number, "NA" where it is missing, "/" where it is not in the plan.
Cell reported(const std::optional<Concentration>& value, Pollutant p, const IndexResult& index, const RulePack* pack)
{
    if (index.exempt.contains(p)) return Cell{"/"};
    if (!value || pack == nullptr) return Cell{"NA"};
    return amount(round_for_index(Mean::of(*value), p, *pack), p, pack->step_ng[p]);
}

void add_index_columns(Table& table)
{
    table.columns.push_back(number_column("aqi", "AQI"));
    table.columns.push_back(text_column("level", {"级别", "level"}));
    table.columns.push_back(text_column("primary", {"首要污染物", "primary"}));
    for (const auto p : all_pollutants)
        table.columns.push_back(number_column(std::string{pollutant_name(p)}, pollutant_label(p), display_unit(p)));
}

template <class Figure>
void add_index_cells(std::vector<Cell>& row, const Figure& f, const RulePack* pack)
{
    const IndexResult& index = f.index;
    row.push_back(index.aqi ? Cell::whole(*index.aqi) : Cell{"NA"});
    if (index.aqi && pack != nullptr) {
        const auto level = static_cast<std::size_t>(index.level - 1);
        row.push_back(Words{pack->level_table.zh[level], pack->level_table.en[level]});
    } else
        row.emplace_back();
    row.push_back(Words{primary_zh(index.primary), primary_text(index.primary)});
    for (const auto p : all_pollutants) row.push_back(reported(f.value[p], p, index, pack));
}

PeriodStatistics of_period(const State& state, PlaceIndex place, const When& when, DustForm form, const Rules& rules)
{
    return statistics(state, place, when.first, when.last, form, rules);
}

/// The same dates a year before, as far as this year has come.
PeriodStatistics year_earlier(const State& state, PlaceIndex place, const PeriodStatistics& now, const Rules& rules)
{
    return statistics(state, place, year_before(now.first), year_before(now.through), now.form, rules);
}

Cell tenths(const std::optional<std::int64_t>& value) { return Cell::decimal(value, 1); }

} // namespace

Table hours_table(const State& state, const Places& places, HourEnding hour, const Rules& rules)
{
    Table t{"hours", {"实时（1 小时）", "hour"}, {place_column()}, {}, {}, {}};
    add_index_columns(t);
    const RulePack* pack = rules.pack(hour.day());
    for (const auto place : places) {
        std::vector<Cell> row{place_cell(place, rules)};
        add_index_cells(row, hour_figure(state, place, hour, rules), pack);
        t.rows.push_back(std::move(row));
    }
    t.notes.emplace_back("小时值仅供当日参考。", "Hourly figures are for the same day's reference only.");
    return t;
}

Table days_table(const State& state, const Places& places, LocalDay day, const Rules& rules)
{
    Table t{"days", {"日均", "day"}, {place_column()}, {}, {}, {}};
    add_index_columns(t);
    t.columns.push_back(text_column("verdict", {"判定", "verdict"}));
    t.columns.push_back(text_column("basis", {"依据", "rests on"}));
    t.columns.push_back(text_column("review", {"审核", "review"}));
    const RulePack* pack = rules.pack(day);
    for (const auto place : places) {
        const DayFigure f = day_figure(state, place, day, rules);
        std::vector<Cell> row{place_cell(place, rules)};
        add_index_cells(row, f, pack);
        Cell verdict = verdict_cell(f.verdict);
        if (f.verdict == DayVerdict::good && !f.index.exempt.empty())
            verdict = verdict.marked(upper_bound_mark(f.index.exempt));
        row.push_back(std::move(verdict));
        const auto [least, most] =
            std::minmax_element(all_pollutants.begin(), all_pollutants.end(),
                                [&](Pollutant a, Pollutant b) { return f.valid[a] < f.valid[b]; });
        const bool area = rules.network.area_of(place).has_value();
        const std::string range = f.valid[*least] == f.valid[*most]
                                      ? fmt::format("{}", f.valid[*most])
                                      : fmt::format("{}~{}", f.valid[*least], f.valid[*most]);
        row.push_back(
            area ? Words{fmt::format("{}/{} 个点位", range, f.sites), fmt::format("{} of {} sites", range, f.sites)}
                 : Words{fmt::format("{}/24 小时", range), fmt::format("{} of 24 hours", range)});
        const ReviewLevel level = state.reviewed(place, day, rules);
        row.push_back(Words{review_level_zh(level), review_level_name(level)});
        t.rows.push_back(std::move(row));
    }
    t.notes.emplace_back("NA：缺测或无效；/：不在监测方案内。",
                         "NA: missing or not valid; /: outside the monitoring plan.");
    return t;
}

Table pollutants_table(const State& state, const Places& places, const When& when, const Rules& rules)
{
    Table t{"pollutants", {"污染物浓度", "pollutants"}, {place_column()}, {}, {}, {}};
    t.columns.push_back(dust_column());
    t.columns.push_back(text_column("pollutant", {"项目", "pollutant"}));
    t.columns.push_back(text_column("unit", {"单位", "unit"}));
    t.columns.push_back(number_column("valid_days", {"有效天数", "valid days"}));
    t.columns.push_back(number_column("mean", {"均值", "mean"}));
    t.columns.push_back(number_column("percent", {"百分位", "percentile"}, "%"));
    t.columns.push_back(number_column("percentile", {"百分位浓度", "value at it"}));
    t.columns.push_back(number_column("exceeding_days", {"超标天数", "days above limit"}));
    t.columns.push_back(number_column("multiple", {"超标倍数", "exceedance multiple"}));
    t.columns.push_back(number_column("highest", {"日最大", "highest day"}));
    t.columns.push_back(text_column("highest_on", {"出现日期", "on"}));
    t.columns.push_back(number_column("year_before", {"上年同期", "year before"}));
    t.columns.push_back(number_column("change", {"同比", "change"}, "%"));
    for (const auto place : places)
        for (const auto form : forms) {
            if (form == DustForm::dust_deducted && !any_dust(state, place, when.first, when.last, rules)) continue;
            const PeriodStatistics now = of_period(state, place, when, form, rules);
            if (now.pack == nullptr) continue;
            const PeriodStatistics then = year_earlier(state, place, now, rules);
            for (const auto p : all_pollutants) {
                const auto& s = now.of[p];
                const std::int64_t step = now.pack->step_ng[p];
                std::vector<Cell> row{place_cell(place, rules), dust_cell(form), Cell{pollutant_label(p)},
                                      Cell{display_unit(p)}, Cell::whole(s.valid_days)};
                row.push_back(amount(s.published, p, step));
                row.push_back(s.percent > 0 ? Cell::whole(s.percent) : Cell{});
                row.push_back(amount(s.percentile, p, step));
                row.push_back(Cell::whole(s.exceeding_days));
                row.push_back(Cell::decimal(s.multiple_hundredths, 2));
                row.push_back(amount(s.highest, p, step));
                row.push_back(day_cell(s.highest_day));
                row.push_back(amount(then.of[p].published, p, step));
                row.push_back(s.published && then.of[p].published
                                  ? tenths(change_tenths(*s.published, *then.of[p].published))
                                  : Cell{});
                t.rows.push_back(std::move(row));
            }
        }
    t.notes.emplace_back("均值为有效日均值的算术平均；臭氧为日最大 8 小时平均。",
                         "Means are arithmetic means of valid daily values; ozone is the daily maximum 8-hour mean.");
    return t;
}

Table verdicts_table(const State& state, const Places& places, const When& when, const Rules& rules)
{
    Table t{"verdicts", {"优良天数", "good days"}, {place_column()}, {}, {}, {}};
    t.columns.push_back(dust_column());
    t.columns.push_back(number_column("days", {"日历天数", "calendar days"}));
    t.columns.push_back(number_column("good", {"优良", "good"}));
    t.columns.push_back(number_column("good_at_most", {"至多优良", "good at most"}));
    t.columns.push_back(number_column("lost", {"超标", "lost"}));
    t.columns.push_back(number_column("undetermined", {"未定", "undetermined"}));
    t.columns.push_back(number_column("rate", {"达标率", "compliance rate"}, "%"));
    for (int level = 1; level <= 6; ++level)
        t.columns.push_back(number_column(fmt::format("level_{}", level),
                                          {fmt::format("{} 级", level), fmt::format("level {}", level)}));
    t.columns.push_back(number_column("good_year_before", {"上年同期优良", "good, year before"}));
    for (const auto place : places)
        for (const auto form : forms) {
            if (form == DustForm::dust_deducted && !any_dust(state, place, when.first, when.last, rules)) continue;
            const PeriodStatistics now = of_period(state, place, when, form, rules);
            if (now.pack == nullptr) continue;
            const PeriodStatistics then = year_earlier(state, place, now, rules);
            const Words bound = upper_bound_mark(now.never_measured);
            Cell good = Cell::whole(now.good), most = Cell::whole(now.good + now.undetermined);
            if (now.upper_bound()) {
                good = good.marked(bound);
                most = most.marked(bound);
            }
            std::vector<Cell> row{place_cell(place, rules),
                                  dust_cell(form),
                                  Cell::whole(now.days),
                                  std::move(good),
                                  std::move(most),
                                  Cell::whole(now.lost),
                                  Cell::whole(now.undetermined),
                                  tenths(now.compliance_tenths)};
            for (std::size_t level = 1; level <= 6; ++level) row.push_back(Cell::whole(now.level_days[level]));
            row.push_back(then.good + then.lost > 0 ? Cell::whole(then.good) : Cell{});
            t.rows.push_back(std::move(row));
        }
    t.notes.emplace_back("达标率 = 优良 /（优良 + 超标），按有效天数计；未定天不计入。",
                         "Rate = good / (good + lost), over days with a verdict; undetermined days do not count.");
    return t;
}

Table composite_table(const State& state, const Places& places, const When& when, const Rules& rules)
{
    Table t{"composite", {"综合指数与排名", "composite index and rank"}, {}, {}, {}, {}};
    t.columns = {number_column("rank", {"名次", "rank"}), place_column(),
                 number_column("index", {"综合指数", "index"})};
    for (const auto p : all_pollutants)
        t.columns.push_back(number_column(std::string{pollutant_name(p)}, pollutant_label(p)));
    const bool dust = std::any_of(places.begin(), places.end(), [&](PlaceIndex place) {
        return any_dust(state, place, when.first, when.last, rules);
    });
    const DustForm form = dust ? DustForm::dust_deducted : DustForm::as_measured;
    std::vector<PeriodStatistics> all;
    std::vector<std::optional<std::int64_t>> values;
    for (const auto place : places) {
        all.push_back(of_period(state, place, when, form, rules));
        // A city is no rival of its own counties.
        const auto area = rules.network.area_of(place);
        const bool ranked = !area || rules.network.areas[area->value].kind == AreaKind::county;
        values.push_back(ranked ? all.back().composite_hundredths : std::nullopt);
    }
    const auto rank = ranks(values);
    std::vector<std::size_t> order(all.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return rank[a].value_or(1'000'000) < rank[b].value_or(1'000'000);
    });
    std::string clause;
    for (const auto i : order) {
        const auto& s = all[i];
        const bool any = std::any_of(all_pollutants.begin(), all_pollutants.end(),
                                     [&](Pollutant p) { return s.composite_terms[p].has_value(); });
        if (!any) continue;
        clause = s.pack->composite.clause;
        std::vector<Cell> row{rank[i] ? Cell::whole(*rank[i]) : Cell{}, place_cell(s.place, rules),
                              Cell::decimal(s.composite_hundredths, 2)};
        if (!s.composite_hundredths) row.back() = row.back().marked({"缺项，不计算", "a pollutant is missing"});
        for (const auto p : all_pollutants) row.push_back(Cell::decimal(s.composite_terms[p], 2));
        t.rows.push_back(std::move(row));
    }
    t.notes.emplace_back(
        fmt::format("{}；各项修约到两位小数后相加；越小越好，相同并列；{}。", clause, dust_form_zh(form)),
        fmt::format("{}; terms are rounded half to even to 2 decimals, then added; smaller is better, "
                    "equals share a rank; {}.",
                    clause, dust_form_name(form)));
    return t;
}

Table dust_table(const State& state, const Places& places, const When& when, const Rules& rules)
{
    Table t{"dust", {"沙尘日", "dust days"}, {place_column()}, {}, {}, {}};
    t.columns.push_back(text_column("date", {"日期", "date"}));
    t.columns.push_back(text_column("document", {"依据文件", "document"}));
    t.columns.push_back(text_column("why", {"说明", "remark"}));
    t.columns.push_back(text_column("who", {"登记人", "entered by"}));
    for (const auto place : places) {
        const auto area = rules.network.area_of(place);
        if (!area) continue;
        for (const auto& [day, dust] : state.dust_days(*area))
            if (when.first <= day && day <= when.last)
                t.rows.push_back({place_cell(place, rules), Cell{format_day(day)}, Cell{dust.document}, Cell{dust.why},
                                  Cell{dust.act.person}});
    }
    return t;
}

Table notices_table(const std::vector<Notice>& notices, const Rules& rules)
{
    Table t{"notices", {"更正公告", "correction notices"}, {}, {}, {}, {}};
    t.columns = {text_column("number", {"编号", "number"}), text_column("at", {"时间", "at"}),
                 text_column("cause", {"原因", "cause"}),   text_column("why", {"说明", "why"}),
                 text_column("who", {"人员", "who"}),       place_column(),
                 text_column("figure", {"数字", "figure"}), text_column("date", {"日期", "date"}),
                 text_column("before", {"原", "before"}),   text_column("after", {"现", "after"})};
    for (const auto& n : notices) {
        for (const auto& c : n.changes)
            t.rows.push_back(
                {Cell{n.number}, Cell{format_instant(n.at, rules.network.offset)},
                 Words{notice_cause_zh(n.cause), notice_cause_name(n.cause)}, Cell{n.why}, Cell{n.who}, Cell{c.place},
                 Words{fmt::format("{} {}", c.pollutant ? pollutant_label(*c.pollutant) : "", change_zh(c.what)),
                       fmt::format("{} {}", c.pollutant ? pollutant_label(*c.pollutant) : "", change_name(c.what))},
                 Cell{format_day(c.day)}, Cell{c.before}, Cell{c.after}});
        if (n.further > 0)
            t.notes.emplace_back(fmt::format("{}：另有 {} 项。", n.number, n.further),
                                 fmt::format("{}: {} further changes.", n.number, n.further));
    }
    return t;
}

Table editions_table(const State& state, const Places& places, const When& when, const RulePack& other,
                     const Rules& rules)
{
    Table t{"editions",
            {fmt::format("同一批日子，另按 {} 评价", other.id), fmt::format("the same days under {}", other.id)},
            {place_column()},
            {},
            {},
            {}};
    t.columns.push_back(text_column("edition", {"标准", "edition"}));
    t.columns.push_back(number_column("good", {"优良", "good"}));
    t.columns.push_back(number_column("lost", {"超标", "lost"}));
    t.columns.push_back(number_column("undetermined", {"未定", "undetermined"}));
    t.columns.push_back(number_column("rate", {"达标率", "compliance rate"}, "%"));
    t.columns.push_back(number_column("highest_aqi", {"最高 AQI", "highest AQI"}));
    Rules under = rules;
    under.edition = other.id;
    for (const auto place : places)
        for (const bool of_day : {true, false}) {
            const Rules& judged_by = of_day ? rules : under;
            int good = 0, lost = 0, undetermined = 0, highest = -1;
            const auto closed = state.ledger(place).last_closed();
            for (LocalDay day = when.first; closed && day <= std::min(when.last, *closed); day = day.plus(1)) {
                const DayFigure f = day_figure(state, place, day, judged_by);
                ++(f.verdict == DayVerdict::good ? good : f.verdict == DayVerdict::lost ? lost : undetermined);
                highest = std::max(highest, f.index.aqi.value_or(-1));
            }
            t.rows.push_back({place_cell(place, rules),
                              of_day ? Cell{Words{"当日有效版本", "of the day"}} : Cell{other.id}, Cell::whole(good),
                              Cell::whole(lost), Cell::whole(undetermined),
                              good + lost > 0 ? tenths(percent_tenths(good, good + lost)) : Cell{},
                              highest >= 0 ? Cell::whole(highest) : Cell{}});
        }
    if (!other.provisional.empty()) t.notes.emplace_back(other.provisional);
    return t;
}

Table guideline_table(const State& state, const Places& places, const When& when, const GuidelinePack& guideline,
                      const Rules& rules)
{
    Table t{"guideline", {guideline.title_zh, guideline.title_en}, {place_column()}, {}, {}, {}};
    t.columns.push_back(text_column("pollutant", {"项目", "pollutant"}));
    t.columns.push_back(text_column("statistic", {"统计量", "statistic"}));
    t.columns.push_back(number_column("value", {"数值", "value"}));
    t.columns.push_back(text_column("grade", {"档次", "grade"}));
    t.columns.push_back(number_column("limit", {"限值", "limit"}));
    t.columns.push_back(text_column("within", {"是否达到", "within"}));
    for (const auto place : places) {
        const PeriodStatistics s = of_period(state, place, when, DustForm::as_measured, rules);
        if (s.pack == nullptr) continue;
        PerPollutant<std::vector<Mean>> values;
        for (LocalDay day = s.first; day <= s.through; day = day.plus(1))
            if (const PlaceDay* closed = state.ledger(place).day(day))
                for (const auto p : all_pollutants)
                    if (closed->mean[p]) values[p].push_back(*closed->mean[p]);
        for (const auto& limit : guideline.limits) {
            const Pollutant p = limit.pollutant;
            if (values[p].empty() || limit.period == Limit::Period::hour) continue;
            const std::int64_t step = display_unit_ng(p) / 10;
            std::optional<Concentration> value;
            if (limit.period == Limit::Period::year)
                value = Mean::of(*s.of[p].mean).rounded(step);
            else
                value = percentile_of(values[p], limit.percentile > 0 ? limit.percentile : 100, step);
            const std::string statistic = limit.period == Limit::Period::year
                                              ? "mean"
                                              : fmt::format("P{} of {}", limit.percentile > 0 ? limit.percentile : 100,
                                                            limit_period_name(limit.period));
            t.rows.push_back({place_cell(place, rules), Cell{pollutant_label(p)}, Cell{statistic},
                              amount(value, p, step), Cell{limit.grade}, amount(limit.value, p, step),
                              *value <= limit.value ? Cell{Words{"是", "yes"}} : Cell{Words{"否", "no"}}});
        }
    }
    t.notes.emplace_back(guideline.clause);
    return t;
}

} // namespace aqi
