#include "libaqi/what_if.hpp"

#include "libaqi/report_tables.hpp"

#include <fmt/format.h>

namespace aqi {

Result<void> add_assumption(std::string_view text, Pollutant p, Assumption& into)
{
    const auto equals = text.find('=');
    const std::string_view month = text.substr(0, equals);
    const bool number = equals != std::string_view::npos && !month.empty() && month.size() <= 2 &&
                        month.find_first_not_of("0123456789") == std::string_view::npos;
    int m = 0;
    for (const char c : number ? month : std::string_view{}) m = m * 10 + (c - '0');
    if (m < 1 || m > 12) return Fault{Reason::malformed, fmt::format("\"{}\" must read MONTH=MEAN, e.g. 12=70", text)};
    const auto mean = parse_concentration(text.substr(equals + 1), display_unit_ng(p));
    if (!mean) return mean.error();
    if (mean->ng_per_m3() < 0) return Fault{Reason::malformed, fmt::format("\"{}\": a mean is not negative", text)};
    into.month_mean[static_cast<std::size_t>(m - 1)] = *mean;
    return {};
}

Result<WhatIf> read_what_if(PlaceIndex place, int year, Pollutant p, const std::vector<std::string>& assume,
                            const std::vector<int>& need, const std::string& good_rate)
{
    WhatIf out;
    out.place = place;
    out.year = year;
    out.pollutant = p;
    for (const auto& words : assume)
        if (const auto added = add_assumption(words, p, out.assumed); !added) return added.error();
    for (const int month : need) {
        if (month < 1 || month > 12) return Fault{Reason::malformed, fmt::format("{} is no month", month)};
        out.needed_months.push_back(static_cast<unsigned>(month));
    }
    if (good_rate.empty()) return out;
    // Percent to a tenth, by the reader of decimals that never passes through a double.
    const auto rate = parse_concentration(good_rate, 1'000);
    if (!rate || rate->ng_per_m3() < 0 || rate->ng_per_m3() > 100'000)
        return Fault{Reason::malformed, fmt::format("\"{}\" is no rate in percent", good_rate)};
    out.assumed.good_rate_tenths = round_half_even(rate->ng_per_m3(), 100);
    return out;
}

Result<Paper> what_if(const State& state, const WhatIf& q, const Rules& rules)
{
    const auto ledger = target_ledger(state, q.place, q.year, q.pollutant, rules);
    if (!ledger) return Fault{Reason::refused, fmt::format("no day of {} is closed", q.year)};
    const Pollutant p = q.pollutant;
    const std::int64_t tenth = display_unit_ng(p) / 10;
    const auto to_tenth = [&](const std::optional<Concentration>& c) {
        return c ? Cell::decimal(round_half_even(c->ng_per_m3(), tenth), 1) : Cell{};
    };
    const auto yes_no = [](const std::optional<bool>& b) {
        return !b ? Cell{} : *b ? Cell{Words{"能", "yes"}} : Cell{Words{"不能", "no"}};
    };
    Paper paper;
    paper.kind = "what_if";
    paper.title = {
        fmt::format("{} {} 年 {}：如果……", rules.network.place_name(q.place), q.year, pollutant_label(p)),
        fmt::format("{} {} {}: what would it take", rules.network.place_id(q.place), q.year, pollutant_label(p))};
    paper.facts.push_back({"through", {"数据截至", "data through"}, format_day(ledger->through)});
    paper.facts.push_back({"remaining", {"剩余天数", "days left"}, fmt::format("{}", ledger->remaining_days)});

    Table t{"year_end", {"按假设到年底", "the year's end under the assumptions"}, {}, {}, {}, {}};
    t.columns = {{"assumed", {"假设", "assumed"}, {}, false},
                 {"mean", {"年均值", "annual mean"}, display_unit(p), true},
                 {"target", {"目标", "target"}, display_unit(p), true},
                 {"meets", {"能否达标", "meets it"}, {}, false},
                 {"good_days", {"优良天数", "good days"}, {}, true},
                 {"meets_good_days", {"天数达标", "meets the days"}, {}, false}};
    std::string assumed;
    for (unsigned m = 1; m <= 12; ++m)
        if (const auto& mean = q.assumed.month_mean[m - 1])
            assumed += fmt::format("{}{:02}={}", assumed.empty() ? "" : ", ", m,
                                   format_concentration(*mean, display_unit_ng(p)));
    if (q.assumed.good_rate_tenths)
        assumed += fmt::format("{}good rate {}.{} %", assumed.empty() ? "" : ", ", *q.assumed.good_rate_tenths / 10,
                               *q.assumed.good_rate_tenths % 10);
    const Projection end = project(state, q.place, q.year, p, q.assumed, rules);
    t.rows.push_back(
        {assumed.empty() ? Cell{Words{"余下各日等于累计均值", "the rest as the year to date"}} : Cell{assumed},
         to_tenth(end.year_end), to_tenth(ledger->target), yes_no(end.meets),
         end.good_days ? Cell::whole(*end.good_days) : Cell{}, yes_no(end.meets_good_days)});
    t.notes.emplace_back("没有假设的月份按累计均值计。", "Months without an assumption go on as the year to date.");
    paper.tables.push_back(std::move(t));

    if (!q.needed_months.empty()) {
        Table n{"needed", {"某月须达到", "a month must average"}, {}, {}, {}, {}};
        n.columns = {{"month", {"月份", "month"}, {}, false}, {"at_most", {"至多", "at most"}, display_unit(p), true}};
        for (const auto month : q.needed_months) {
            const auto needed = needed_in_month(state, q.place, q.year, p, month, q.assumed, rules);
            Cell cell = needed ? Cell::decimal(round_down(needed->ng_per_m3(), tenth), 1) : Cell{};
            if (needed && needed->ng_per_m3() < 0) cell = cell.marked({"为零也不够", "not even zero would do"});
            n.rows.push_back({Cell{fmt::format("{}-{:02}", q.year, month)}, std::move(cell)});
        }
        paper.tables.push_back(std::move(n));
    }
    if (q.draws > 0) {
        Table r{"resampling", {"用往年同期重抽样（不是预报）", "earlier years drawn again (not a forecast)"},
                {},           {},
                {},           {}};
        r.columns = {{"p5", "P5", display_unit(p), true},
                     {"median", {"中位数", "median"}, display_unit(p), true},
                     {"p95", "P95", display_unit(p), true},
                     {"meeting", {"达标抽样比例", "share of draws that meet the target"}, "%", true}};
        const auto drawn = resample(state, q.place, q.year, p, q.draws, q.seed, rules);
        if (drawn) {
            r.rows.push_back({to_tenth(drawn->p5), to_tenth(drawn->median), to_tenth(drawn->p95),
                              Cell::decimal(drawn->meeting_tenths, 1)});
            std::string years;
            for (const auto y : drawn->years) years += fmt::format(" {}", y);
            r.notes.emplace_back(
                fmt::format("{} 次，种子 {}，取自{}；逐月从往年任取一年的同期日值。", drawn->draws, drawn->seed, years),
                fmt::format("{} draws, seed {}, from{}; each month takes the same dates of one earlier "
                            "year at random.",
                            drawn->draws, drawn->seed, years));
        } else {
            r.notes.emplace_back("没有往年同期数据。", "No earlier year is known.");
        }
        paper.tables.push_back(std::move(r));
    }
    return paper;
}

} // namespace aqi
