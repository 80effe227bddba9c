#include "libaqi/report.hpp"

#include "libaqi/report_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

Fault malformed(std::string_view text, const Network& network)
{
    std::string periods;
    for (const auto& p : network.periods) periods += fmt::format(", {}:{}", p.id, p.once ? p.once->first.year() : 2016);
    return {
        Reason::malformed,
        fmt::format("\"{}\" is no time; known: 2016-12-20, 2016-12-20T14:00, 2016-12, 2016Q4, 2016{}", text, periods)};
}

std::optional<int> number(std::string_view digits)
{
    if (digits.empty() || digits.size() > 4 || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    int out = 0;
    for (const char c : digits) out = out * 10 + (c - '0');
    return out;
}

When months(int year, unsigned first, unsigned last, When::Kind kind, Words name)
{
    return {kind,
            LocalDay::from_ymd(year, first, 1),
            LocalDay::from_ymd(year, last, days_in_month(year, last)),
            {},
            std::move(name)};
}

std::optional<When> parse_hour(std::string_view text)
{
    if (text.size() != 16 || (text[10] != 'T' && text[10] != ' ') || text.substr(13) != ":00") return std::nullopt;
    const auto day = parse_day(text.substr(0, 10));
    const auto hour = number(text.substr(11, 2));
    if (!day || !hour || *hour > 24) return std::nullopt;
    // 00:00 is hour 24 of the day before.
    const HourEnding end = *hour == 0 ? HourEnding::of(day->plus(-1), 24) : HourEnding::of(*day, *hour);
    return When{When::Kind::hour, end.day(), end.day(), end, format_hour(end)};
}

} // namespace

Result<When> parse_when(std::string_view text, const Network& network)
{
    if (const auto colon = text.find(':'); colon != std::string_view::npos && text.size() != 16) {
        const auto year = number(text.substr(colon + 1));
        for (const auto& period : network.periods) {
            if (period.id != text.substr(0, colon) || !year) continue;
            const auto span = period.span(*year);
            if (!span) break;
            return When{When::Kind::period,
                        span->first,
                        span->last,
                        {},
                        fmt::format("{} {}..{}", period.name, format_day(span->first), format_day(span->last))};
        }
        return malformed(text, network);
    }
    if (const auto hour = parse_hour(text)) return *hour;
    const auto year = number(text.substr(0, std::min<std::size_t>(4, text.size())));
    if (!year || *year < 1990 || *year > 2200) return malformed(text, network);
    if (text.size() == 4)
        return months(*year, 1, 12, When::Kind::year, {fmt::format("{} 年", *year), fmt::format("{}", *year)});
    if (text.size() == 6 && (text[4] == 'Q' || text[4] == 'q') && text[5] >= '1' && text[5] <= '4') {
        const auto quarter = static_cast<unsigned>(text[5] - '0');
        return months(*year, quarter * 3 - 2, quarter * 3, When::Kind::quarter,
                      {fmt::format("{} 年 {} 季度", *year, quarter), fmt::format("{} Q{}", *year, quarter)});
    }
    if (text.size() == 7 && text[4] == '-') {
        const auto month = number(text.substr(5));
        if (month && *month >= 1 && *month <= 12)
            return months(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*month), When::Kind::month,
                          {fmt::format("{} 年 {} 月", *year, *month), fmt::format("{}-{:02}", *year, *month)});
    }
    if (const auto day = parse_day(text)) return When{When::Kind::day, *day, *day, {}, format_day(*day)};
    return malformed(text, network);
}

namespace {

Words kind_title(When::Kind kind)
{
    switch (kind) {
    case When::Kind::hour: return {"小时报", "hourly report"};
    case When::Kind::day: return {"日报", "daily report"};
    case When::Kind::month: return {"月报", "monthly report"};
    case When::Kind::quarter: return {"季报", "quarterly report"};
    case When::Kind::year: return {"年报", "annual report"};
    case When::Kind::period: return {"专项时段报告", "report of a special period"};
    }
    return {};
}

std::string_view kind_name(When::Kind kind)
{
    constexpr std::array<std::string_view, 6> names = {"hour", "day", "month", "quarter", "year", "period"};
    return names[static_cast<std::size_t>(kind)];
}

/// The editions of the days, in order, with what is provisional about them.
void add_editions(Paper& paper, LocalDay first, LocalDay last, const Rules& rules)
{
    std::vector<const RulePack*> packs;
    for (LocalDay day = first; day <= last; day = day.plus(1)) {
        const RulePack* pack = rules.pack(day);
        if (pack != nullptr && (packs.empty() || packs.back() != pack)) packs.push_back(pack);
    }
    Words editions;
    for (const auto* pack : packs) {
        const std::string_view comma = editions.empty() ? "" : "; ";
        editions.zh += fmt::format("{}{} ({})", comma, pack->id, pack->title_zh);
        editions.en += fmt::format("{}{} ({})", comma, pack->id, pack->title_en);
        if (!pack->provisional.empty()) paper.notes.emplace_back(fmt::format("{}: {}", pack->id, pack->provisional));
    }
    paper.facts.push_back({"editions", {"评价标准", "editions"}, editions});
    if (packs.size() > 1)
        paper.notes.emplace_back("时段跨越标准版本：逐日按当日版本评价；统计按截止日版本修约。",
                                 "The stretch crosses an edition: each day is judged under the edition of the day; "
                                 "statistics are rounded by the edition of the last one.");
}

ReviewLevel least_reviewed(const State& state, const Places& places, LocalDay first, LocalDay last, const Rules& rules)
{
    ReviewLevel least = ReviewLevel::ratified;
    for (const auto place : places)
        for (LocalDay day = first; day <= last; day = day.plus(1))
            least = std::min(least, state.reviewed(place, day, rules));
    return least;
}

void add_if_rows(Paper& paper, Table table)
{
    if (!table.rows.empty()) paper.tables.push_back(std::move(table));
}

/// A notice belongs to a report when it changes a figure of one of its days.
std::vector<Notice> notices_of(const ReportRequest& request, LocalDay through)
{
    std::vector<Notice> out;
    for (const auto& n : request.notices)
        if (std::any_of(n.changes.begin(), n.changes.end(), [&](const Change& c) {
                return request.when.first <= c.day && c.day <= std::max(through, request.when.first);
            }))
            out.push_back(n);
    return out;
}

} // namespace

Result<Paper> report(const State& now, const ReportRequest& request, const Rules& rules)
{
    // The ledgers of a stretch that is over stand as they stood at its end.
    const auto last_closed = now.last_closed_day();
    const bool later = request.when.kind != When::Kind::hour && last_closed && request.when.last < *last_closed;
    const std::optional<State> then = later ? std::optional{now.as_of(request.when.last, rules)} : std::nullopt;
    const State& state = then ? *then : now;
    const When& when = request.when;
    Places places = request.places;
    if (places.empty())
        for (std::uint32_t a = 0; a < rules.network.areas.size(); ++a)
            places.push_back(rules.network.place(AreaIndex{a}));
    const auto closed = state.last_closed_day();
    const bool of_hour = when.kind == When::Kind::hour;
    if (of_hour ? !state.last_closed() || *state.last_closed() < when.hour : !closed || *closed < when.first)
        return Fault{Reason::refused, fmt::format("nothing is closed of {} yet", when.name.en)};
    const LocalDay through = of_hour ? when.last : std::min(*closed, when.last);
    const bool over = through == when.last;

    Paper paper;
    paper.kind = kind_name(when.kind);
    const Words kind = kind_title(when.kind);
    paper.title = {fmt::format("环境空气质量{}　{}{}", kind.zh, when.name.zh, over ? "" : "（累计）"),
                   fmt::format("Air quality, {}: {}{}", kind.en, when.name.en, over ? "" : " (extract to date)")};
    paper.facts.push_back({"through",
                           {"数据截至", "data through"},
                           of_hour ? Words{format_hour(when.hour)} : Words{format_day(through)}});
    add_editions(paper, when.first, through, rules);
    const ReviewLevel level = least_reviewed(state, places, when.first, through, rules);
    paper.facts.push_back(
        {"review", {"审核", "review"}, {std::string{review_level_zh(level)}, std::string{review_level_name(level)}}});
    if (!request.made_at.empty()) paper.facts.push_back({"made_at", {"生成时间", "made at"}, request.made_at});

    if (of_hour) {
        paper.tables.push_back(hours_table(state, places, when.hour, rules));
        return paper;
    }
    if (when.kind == When::Kind::day) {
        paper.tables.push_back(days_table(state, places, when.first, rules));
    } else {
        const int year = when.last.year();
        paper.tables.push_back(pollutants_table(state, places, when, rules));
        paper.tables.push_back(verdicts_table(state, places, when, rules));
        add_if_rows(paper, composite_table(state, places, when, rules));
        if (when.kind != When::Kind::period) {
            add_if_rows(paper, targets_table(state, places, year, rules));
            add_if_rows(paper, good_days_table(state, places, year, rules));
        }
        if (when.kind == When::Kind::year) {
            add_if_rows(paper, months_table(state, places, year, rules));
            add_if_rows(paper, periods_table(state, places, year, rules));
        }
        add_if_rows(paper, validity_table(state, places, through.year(), rules));
        add_if_rows(paper, sites_table(state, places, when, rules));
        add_if_rows(paper, lost_days_table(state, places, when, rules));
        add_if_rows(paper, dust_table(state, places, when, rules));
    }
    if (!request.beside.empty()) {
        const RulePack* other = rules.book.pack_named(request.beside);
        const auto guideline = std::find_if(rules.book.guidelines.begin(), rules.book.guidelines.end(),
                                            [&](const GuidelinePack& g) { return g.id == request.beside; });
        if (other != nullptr)
            paper.tables.push_back(editions_table(state, places, when, *other, rules));
        else if (guideline != rules.book.guidelines.end())
            paper.tables.push_back(guideline_table(state, places, when, *guideline, rules));
        else {
            std::string known;
            for (const auto& p : rules.book.packs) known += " " + p.id;
            for (const auto& g : rules.book.guidelines) known += " " + g.id;
            return Fault{Reason::refused,
                         fmt::format("no pack \"{}\" to show beside; known:{}", request.beside, known)};
        }
    }
    add_if_rows(paper, notices_table(notices_of(request, through), rules));
    return paper;
}

} // namespace aqi
