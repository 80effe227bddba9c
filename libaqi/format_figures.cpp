#include "libaqi/format_figures.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

constexpr std::string_view none = "NA";

std::string index_text(const PlaceDay& day) { return day.aqi < 0 ? std::string{none} : std::to_string(day.aqi); }

std::string good_days_text(const GoodDaysFigure& f) { return fmt::format("{}/{}/{}", f.good, f.lost, f.undetermined); }

/// The same length of decimals for every value of a pollutant: 73.0 with steps of a tenth.
int decimals_of(Pollutant p, std::int64_t step_ng)
{
    int places = 0;
    for (std::int64_t unit = display_unit_ng(p); unit > step_ng; unit /= 10) ++places;
    return places;
}

} // namespace

std::string published_text(const std::optional<Concentration>& value, Pollutant p, std::int64_t step_ng)
{
    if (!value) return std::string{none};
    std::string text = format_concentration(*value, display_unit_ng(p));
    const int wanted = decimals_of(p, step_ng);
    const auto point = text.find('.');
    int have = point == std::string::npos ? 0 : static_cast<int>(text.size() - point) - 1;
    if (have < wanted && point == std::string::npos) text += '.';
    for (; have < wanted; ++have) text += '0';
    return text;
}

std::string published_text(const std::optional<Mean>& mean, Pollutant p, const RulePack& pack)
{
    if (!mean) return std::string{none};
    return published_text(mean->rounded(pack.step_ng[p]), p, pack.step_ng[p]);
}

void compare_days(PlaceIndex place, LocalDay day, const PlaceDay& before, const PlaceDay& after, const Rules& rules,
                  std::vector<Change>& out)
{
    const RulePack* pack = rules.pack(day);
    if (pack == nullptr || before == after) return;
    const std::string& id = rules.network.place_id(place);
    const auto add = [&](Change::What what, std::optional<Pollutant> p, std::string was, std::string is) {
        if (was != is) out.push_back({id, what, day, p, std::move(was), std::move(is)});
    };
    for (const auto p : all_pollutants)
        add(Change::What::day_value, p, published_text(before.mean[p], p, *pack),
            published_text(after.mean[p], p, *pack));
    add(Change::What::day_aqi, {}, index_text(before), index_text(after));
    add(Change::What::day_verdict, {}, std::string{verdict_name(before.verdict)},
        std::string{verdict_name(after.verdict)});
}

void compare_years(const Figures& before, const Figures& after, const Rules& rules, std::vector<Change>& out)
{
    const auto text = [&](const AnnualFigure& f) {
        const RulePack* pack = rules.pack(f.through);
        return published_text(f.published, f.pollutant, pack != nullptr ? pack->step_ng[f.pollutant] : 1);
    };
    const auto same_figure = [](const AnnualFigure& a, const AnnualFigure& b) {
        return a.place == b.place && a.year == b.year && a.pollutant == b.pollutant && a.window == b.window &&
               a.through == b.through;
    };
    const auto add = [&](const AnnualFigure& f, std::string was, std::string is) {
        if (f.window != Window::year_to_date || was == is) return;
        out.push_back({rules.network.place_id(f.place), Change::What::annual_mean, f.through, f.pollutant,
                       std::move(was), std::move(is)});
    };
    for (const auto& now : after.annual) {
        const auto was = std::find_if(before.annual.begin(), before.annual.end(),
                                      [&](const AnnualFigure& f) { return same_figure(f, now); });
        add(now, was == before.annual.end() ? std::string{none} : text(*was), text(now));
    }
    for (const auto& was : before.annual)
        if (std::none_of(after.annual.begin(), after.annual.end(),
                         [&](const AnnualFigure& f) { return same_figure(f, was); }))
            add(was, text(was), std::string{none});
    for (const auto& now : after.good_days)
        for (const auto& was : before.good_days)
            if (was.place == now.place && was.year == now.year && was.through == now.through &&
                good_days_text(was) != good_days_text(now))
                out.push_back({rules.network.place_id(now.place),
                               Change::What::good_days,
                               now.through,
                               {},
                               good_days_text(was),
                               good_days_text(now)});
}

} // namespace aqi
