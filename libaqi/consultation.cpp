#include "libaqi/consultation.hpp"

#include "libaqi/engine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

constexpr int days_shown_back = 3;

/// The days as one bureau alone sees them: what was observed, and its own forecasts.
std::vector<JudgedDay> days_of(const State& state, AreaIndex area, LocalDay today, std::string_view organisation,
                               const WarningRules& edition, const Rules& rules)
{
    auto days = days_to_judge(state, area, today, edition, rules);
    for (auto& day : days) {
        if (day.basis != DayBasis::forecast) continue;
        const auto* said = state.forecasts(area).said(day.day, organisation);
        if (said == nullptr)
            day = {day.day, -1, DayBasis::unknown, SetApart::no};
        else
            day = forecast_day_to_judge(said->day, edition, rules);
    }
    return days;
}

std::string level_words(WarningLevel level)
{
    return level == WarningLevel::none ? "不启动预警" : fmt::format("{}预警", warning_level_zh(level));
}

/// What the bureaus say otherwise than one another: the level, and days on which their ranges do not touch.
std::string differences(const std::vector<ConsultationRecord::View>& views, const Rules& rules)
{
    std::string out;
    const auto name = [&](const ConsultationRecord::View& view) {
        const Organisation* organisation = rules.network.organisation_named(view.organisation);
        return organisation != nullptr ? organisation->name : view.organisation;
    };
    for (std::size_t a = 0; a < views.size(); ++a)
        for (std::size_t b = a + 1; b < views.size(); ++b) {
            if (views[a].level != views[b].level)
                out += fmt::format("{}：{}；{}：{}。", name(views[a]), level_words(views[a].level), name(views[b]),
                                   level_words(views[b].level));
            for (const auto& one : views[a].days)
                for (const auto& other : views[b].days)
                    if (one.day.day == other.day.day &&
                        (one.day.aqi_high < other.day.aqi_low || other.day.aqi_high < one.day.aqi_low))
                        out += fmt::format("{} AQI：{} {}-{}，{} {}-{}。", format_day(one.day.day), name(views[a]),
                                           one.day.aqi_low, one.day.aqi_high, name(views[b]), other.day.aqi_low,
                                           other.day.aqi_high);
        }
    return out;
}

} // namespace

ConsultationRecord consultation_record(const State& state, AreaIndex area, Instant now, const Rules& rules)
{
    ConsultationRecord out;
    out.at = now;
    const LocalDay today = day_at(now, rules.network.offset);
    const Area& of = rules.network.areas[area.value];
    const ForecastBook& book = state.forecasts(area);
    const WarningRules* edition = rules.warning(of, today);
    for (LocalDay day = today; book.last_day() && day <= *book.last_day(); day = day.plus(1))
        for (const auto& organisation : book.organisations(day)) {
            auto view = std::find_if(out.views.begin(), out.views.end(),
                                     [&](const auto& v) { return v.organisation == organisation; });
            if (view == out.views.end()) {
                out.views.push_back({organisation, WarningLevel::none, {}});
                view = std::prev(out.views.end());
            }
            view->days.push_back(*book.said(day, organisation));
        }
    if (edition != nullptr)
        for (auto& view : out.views)
            if (const auto judged =
                    judge(days_of(state, area, today, view.organisation, *edition, rules), today, *edition))
                view.level = judged->level;
    for (LocalDay day = today.plus(-days_shown_back); day < today; day = day.plus(1)) {
        const PlaceDay* closed = state.ledger(rules.network.place(area)).day(day);
        if (closed == nullptr) continue;
        out.observed.push_back(
            {day, closed->aqi, closed->aqi >= 0 ? DayBasis::observed : DayBasis::unknown, SetApart::no});
    }
    out.hour = state.last_closed();
    if (out.hour) {
        const auto figure = hour_figure(state, rules.network.place(area), *out.hour, rules);
        out.hour_aqi = figure.index.aqi.value_or(-1);
    }
    out.disagreement = differences(out.views, rules);
    return out;
}

} // namespace aqi
