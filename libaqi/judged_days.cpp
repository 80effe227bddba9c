// The days and blocks of an area as the level engine sees them; the story is in engine.hpp.
#include "libaqi/engine.hpp"

#include "libaqi/iaqi.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace aqi {
namespace {

/// How far back days are handed to the level engine: longer than any spell on record, shorter than a season.
constexpr int judged_days_back = 30;

constexpr std::array<Item, pollutant_count> day_items = {Item::so2_24h, Item::no2_24h, Item::pm10_24h,
                                                         Item::co_24h,  Item::o3_8h,   Item::pm2_5_24h};

bool is_particulate(Pollutant p) { return p == Pollutant::pm10 || p == Pollutant::pm2_5; }
bool counts(Pollutant p, SetApart apart)
{
    return apart == SetApart::dust ? !is_particulate(p) : apart != SetApart::ozone || p != Pollutant::o3;
}

/// The index of what is left when a day is set apart; -1: nothing is known of the rest.
template <class ValueOf>
int index_of_rest(SetApart apart, const ValueOf& value_of, const RulePack& pack)
{
    IndexInputs inputs;
    for (const auto p : all_pollutants)
        if (counts(p, apart)) inputs[day_items[index_of(p)]] = value_of(p);
    return make_index(inputs, pack, Report::day, MissingRule::maximum_of_present).of_present.value_or(-1);
}

JudgedDay observed_day(const PlaceDay& closed, LocalDay day, bool is_dust, const WarningRules& edition,
                       const Rules& rules)
{
    JudgedDay out{day, closed.aqi, DayBasis::observed, SetApart::no};
    const RulePack* pack = rules.pack(day);
    if (pack == nullptr || closed.aqi <= edition.spell_above) return out;
    const auto rest = [&](SetApart apart) {
        const auto value_of = [&](Pollutant p) -> std::optional<Concentration> {
            if (!closed.mean[p]) return std::nullopt;
            return round_for_index(*closed.mean[p], p, *pack);
        };
        return index_of_rest(apart, value_of, *pack);
    };
    if (is_dust && edition.without_dust)
        out.apart = SetApart::dust;
    else if (edition.without_ozone && rest(SetApart::ozone) < closed.aqi)
        out.apart = SetApart::ozone;
    if (out.apart == SetApart::no) return out;
    out.aqi = rest(out.apart);
    if (out.aqi < 0) out.basis = DayBasis::unknown;
    return out;
}

/// Hours ahead of us as their AQI is forecast, and those behind as it was.
class HourlyAqi {
public:
    HourlyAqi(const State& state, AreaIndex area, const Rules& rules) : state_(state), area_(area), rules_(rules) {}

    std::optional<int> at(HourEnding hour)
    {
        const auto [found, is_new] = known_.try_emplace(hour);
        if (!is_new) return found->second;
        const auto closed = state_.last_closed();
        if (closed && hour <= *closed)
            found->second = hour_figure(state_, rules_.network.place(area_), hour, rules_).index.aqi;
        else
            found->second = state_.forecasts(area_).highest(hour);
        return found->second;
    }

    /// The mean of 24 hours, as near as hourly indices come to a daily one; absent when an hour is missing.
    BlockKnown block(HourEnding last)
    {
        int sum = 0;
        for (int back = 0; back < 24; ++back) {
            const auto aqi = at(last.plus(-back));
            if (!aqi) return {};
            sum += *aqi;
        }
        return {(sum + 23) / 24, DayBasis::forecast};
    }

private:
    const State& state_;
    AreaIndex area_;
    const Rules& rules_;
    std::map<HourEnding, std::optional<int>> known_;
};

/// The mean over the edition's window, rounded up like an index; absent when an hour of it is missing.
std::optional<int> window_aqi(HourlyAqi& hourly, LocalDay day, const WarningRules::Window& window)
{
    int sum = 0;
    for (int hour = window.first; hour <= window.last; ++hour) {
        const auto aqi = hourly.at(HourEnding::of(day, hour));
        if (!aqi) return std::nullopt;
        sum += *aqi;
    }
    const int hours = window.last - window.first + 1;
    return (sum + hours - 1) / hours;
}

/// What an edition that counts hours sees of these days beside their AQI. Where the hours of its window are not all known or
/// forecast, the daily AQI stands for their mean.
void look_at_hours(std::vector<JudgedDay>& days, HourlyAqi& hourly, const WarningRules& edition)
{
    std::vector<int> aboves;
    for (const auto& level : edition.levels)
        for (const auto& clause : level.any)
            if (clause.hours > 0) aboves.push_back(clause.above);
    std::map<int, int> run; // hours on end above, up to the hour looked at
    for (auto& day : days) {
        if (edition.window && day.apart == SetApart::no)
            if (const auto aqi = window_aqi(hourly, day.day, *edition.window)) {
                day.aqi = *aqi;
                if (day.basis == DayBasis::unknown) day.basis = DayBasis::forecast;
            }
        for (const int above : aboves) {
            int longest = 0;
            for (int hour = 1; hour <= 24; ++hour) {
                const auto aqi = hourly.at(HourEnding::of(day.day, hour));
                run[above] = aqi && *aqi > above ? run[above] + 1 : 0;
                longest = std::max(longest, run[above]);
            }
            day.hours_above.emplace_back(above, longest);
        }
    }
}

} // namespace

JudgedDay forecast_day_to_judge(const ForecastDay& day, const WarningRules& edition, const Rules& rules)
{
    JudgedDay out{day.day, day.aqi_high, DayBasis::forecast, SetApart::no};
    if (day.aqi_high <= edition.spell_above) return out;
    if (day.dust && edition.without_dust) out.apart = SetApart::dust;
    if (day.only_ozone() && edition.without_ozone) out.apart = SetApart::ozone;
    if (out.apart == SetApart::no) return out;
    const RulePack* pack = rules.pack(day.day);
    const auto upper = [&](Pollutant p) -> std::optional<Concentration> {
        if (!day.values[p]) return std::nullopt;
        return round_for_index(Mean::of(day.values[p]->high), p, *pack);
    };
    out.aqi = pack != nullptr ? index_of_rest(out.apart, upper, *pack) : -1;
    if (out.aqi < 0) out.basis = DayBasis::unknown;
    return out;
}

std::vector<JudgedDay> days_to_judge(const State& state, AreaIndex area, LocalDay today, const WarningRules& edition,
                                     const Rules& rules)
{
    const PlaceLedger& ledger = state.ledger(rules.network.place(area));
    const ForecastBook& forecasts = state.forecasts(area);
    const auto& dust = state.dust_days(area);
    const LocalDay last = std::max(forecasts.last_day().value_or(today), today);
    std::vector<JudgedDay> out;
    for (LocalDay day = today.plus(-judged_days_back); day <= last; day = day.plus(1)) {
        JudgedDay judged{day, -1, DayBasis::unknown, SetApart::no};
        if (const PlaceDay* closed = ledger.day(day)) {
            if (closed->aqi >= 0) judged = observed_day(*closed, day, dust.contains(day), edition, rules);
        } else {
            // The strictest of the bureaus; one that knows nothing of the rest of a day set apart says nothing.
            for (const auto& organisation : forecasts.organisations(day)) {
                const auto said = forecast_day_to_judge(forecasts.said(day, organisation)->day, edition, rules);
                if (judged.basis == DayBasis::unknown || judged.aqi < said.aqi) judged = said;
            }
        }
        out.push_back(judged);
    }
    if (edition.counts_hours()) {
        HourlyAqi hourly{state, area, rules};
        look_at_hours(out, hourly, edition);
    }
    return out;
}

std::optional<Judgement> called_for(const State& state, AreaIndex area, LocalDay today, const WarningRules& edition,
                                    const Rules& rules)
{
    const auto days = days_to_judge(state, area, today, edition, rules);
    if (edition.unit == WarningRules::Unit::day) return judge(days, today, edition);
    std::map<LocalDay, BlockKnown> known;
    for (const auto& day : days) known[day.day] = {day.aqi, day.basis};
    const auto closed = state.last_closed();
    HourlyAqi hourly{state, area, rules};
    const bool has_hours = state.forecasts(area).has_hours();
    const auto aqi = [&](HourEnding last) {
        if (last.hour_of_day() == 24) {
            const auto day = known.find(last.day());
            return day == known.end() ? BlockKnown{} : day->second;
        }
        // A block that crosses a midnight ahead of us is known where hours are forecast; of days nothing is known of its halves.
        if (!closed || *closed < last) return has_hours ? hourly.block(last) : BlockKnown{};
        const auto index = block_index(state, rules.network.place(area), last, rules);
        return index.aqi ? BlockKnown{*index.aqi, DayBasis::observed} : BlockKnown{};
    };
    return judge_blocks(HourEnding::of(days.front().day, 1), HourEnding::of(days.back().day, 24), aqi, today, edition);
}

} // namespace aqi
