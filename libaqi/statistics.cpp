#include "libaqi/statistics.hpp"

#include "libaqi/rounding.hpp"

#include <algorithm>

namespace aqi {
namespace {

constexpr std::array<Item, pollutant_count> day_items = {Item::so2_24h, Item::no2_24h, Item::pm10_24h,
                                                         Item::co_24h,  Item::o3_8h,   Item::pm2_5_24h};
constexpr std::string_view class_2 = "2";

bool is_pm(Pollutant p) { return p == Pollutant::pm10 || p == Pollutant::pm2_5; }

const Limit* daily_limit(const RulePack& pack, Pollutant p)
{
    return pack.limit(class_2, p, p == Pollutant::o3 ? Limit::Period::day_max_8h : Limit::Period::day);
}

/// The day's index without PM: of the gases alone.
void judge_without_pm(PlaceDay& day, const std::optional<Mean>& ozone_1h, const RulePack& pack)
{
    IndexInputs inputs;
    if (ozone_1h) inputs[Item::o3_1h] = round_for_index(*ozone_1h, Pollutant::o3, pack);
    for (const auto p : all_pollutants)
        if (!is_pm(p) && day.mean[p]) inputs[day_items[index_of(p)]] = round_for_index(*day.mean[p], p, pack);
    PollutantSet set_aside = day.exempt;
    set_aside.insert(Pollutant::pm10);
    set_aside.insert(Pollutant::pm2_5);
    RulePack gases = pack;
    gases.plan_exempts = true; // the deduction is what exempts PM here
    const IndexResult index = make_index(inputs, gases, Report::day, pack.missing, set_aside);
    day.aqi = static_cast<std::int16_t>(index.aqi.value_or(-1));
    day.of_present = static_cast<std::int16_t>(index.of_present.value_or(-1));
    day.primary = index.primary;
    day.verdict = index.of_present && *index.of_present > pack.level_table.good_at_most ? DayVerdict::lost
                  : index.complete && index.aqi                                         ? DayVerdict::good
                                                                                        : DayVerdict::undetermined;
}

/// What statistics() gathers before it rounds.
struct Gathered {
    PerPollutant<MeanSum> sum;
    PerPollutant<std::vector<Mean>> values;
    PerPollutant<std::optional<std::pair<Mean, LocalDay>>> highest;
    int not_lost = 0;
    PerPollutant<int> without{};
};

void gather(const PlaceDay& day, LocalDay date, const RulePack& pack, Gathered& g, PeriodStatistics& out)
{
    for (const auto p : all_pollutants) {
        if (!day.mean[p]) continue;
        g.sum[p].add(*day.mean[p]);
        g.values[p].push_back(*day.mean[p]);
        if (!g.highest[p] || g.highest[p]->first < *day.mean[p]) g.highest[p] = {*day.mean[p], date};
        const Limit* limit = daily_limit(pack, p);
        if (limit != nullptr && limit->value < day.mean[p]->rounded(pack.step_ng[p])) ++out.of[p].exceeding_days;
    }
    ++(day.verdict == DayVerdict::good ? out.good : day.verdict == DayVerdict::lost ? out.lost : out.undetermined);
    ++out.level_days[day.aqi < 0 ? 0 : static_cast<std::size_t>(level_of(day.aqi, pack.level_table))];
    PerPollutant<bool> primary{};
    for (std::size_t i = 0; i < item_count; ++i)
        if (day.primary.contains(static_cast<Item>(i))) primary[pollutant_of(static_cast<Item>(i))] = true;
    for (const auto p : all_pollutants) out.primary_days[p] += primary[p] ? 1 : 0;
    if (day.verdict == DayVerdict::lost || day.of_present < 0) return;
    ++g.not_lost;
    for (const auto p : all_pollutants)
        if (day.absent.contains(p)) ++g.without[p];
}

void round_off(const Gathered& g, const RulePack& pack, PeriodStatistics& out)
{
    for (const auto p : all_pollutants) {
        auto& s = out.of[p];
        s.valid_days = g.sum[p].count();
        s.percent = pack.percentile[p];
        if (s.valid_days == 0) continue;
        s.mean = g.sum[p].rounded(1);
        s.published = g.sum[p].rounded(pack.step_ng[p]);
        if (s.percent > 0) s.percentile = percentile_of(g.values[p], s.percent, pack.step_ng[p]);
        s.highest = g.highest[p]->first.rounded(pack.step_ng[p]);
        s.highest_day = g.highest[p]->second;
        const Limit* limit = pack.limit(class_2, p, Limit::Period::year);
        if (limit != nullptr && limit->value < *s.published)
            s.multiple_hundredths = round_half_even(Wide{100} * (s.published->ng_per_m3() - limit->value.ng_per_m3()),
                                                    limit->value.ng_per_m3());
    }
    std::int64_t composite = 0;
    bool whole = true, any = false;
    for (const auto p : all_pollutants) {
        const auto& term = pack.composite.terms[p];
        if (!term) continue;
        any = true;
        const auto& value = term->by_percentile ? out.of[p].percentile : out.of[p].published;
        if (!value) {
            whole = false;
            continue;
        }
        out.composite_terms[p] = ratio_hundredths(*value, term->limit) * term->weight;
        composite += *out.composite_terms[p];
    }
    if (any && whole) out.composite_hundredths = composite;
    for (const auto p : all_pollutants)
        if (g.not_lost > 0 && g.without[p] == g.not_lost) out.never_measured.insert(p);
    // Where no day could be called good, a rate over the lost ones alone would be no rate.
    if (out.good + out.lost > 0 && (out.good > 0 || !out.upper_bound()))
        out.compliance_tenths = percent_tenths(out.good, out.good + out.lost);
}

} // namespace

std::string_view dust_form_name(DustForm form)
{
    return form == DustForm::as_measured ? "as_measured" : "dust_deducted";
}
std::string_view dust_form_zh(DustForm form) { return form == DustForm::as_measured ? "不扣沙尘" : "扣除沙尘"; }

Concentration percentile_of(std::vector<Mean> values, int percent, std::int64_t step_ng)
{
    AQI_CHECK(!values.empty() && percent >= 0 && percent <= 100);
    std::sort(values.begin(), values.end());
    // With k = 1 + (n-1) p / 100 everything is a whole number of hundredths.
    const auto way = static_cast<std::int64_t>(values.size() - 1) * percent;
    const auto lower = static_cast<std::size_t>(way / 100);
    const std::int64_t rest = way % 100;
    const Mean& low = values[lower];
    const Mean& high = values[std::min(lower + 1, values.size() - 1)];
    const Wide numerator = low.scaled() * high.parts() * (100 - rest) + high.scaled() * low.parts() * rest;
    const Wide denominator = Wide{Mean::hours_lcm} * low.parts() * high.parts() * 100 * step_ng;
    return Concentration::from_ng_per_m3(round_half_even(numerator, denominator) * step_ng);
}

std::int64_t ratio_hundredths(Concentration value, Concentration limit)
{
    return round_half_even(Wide{100} * value.ng_per_m3(), limit.ng_per_m3());
}

std::int64_t percent_tenths(std::int64_t part, std::int64_t whole) { return round_half_even(Wide{1000} * part, whole); }

std::optional<std::int64_t> change_tenths(Concentration now, Concentration before)
{
    if (before.ng_per_m3() <= 0) return std::nullopt;
    return round_half_even(Wide{1000} * (now.ng_per_m3() - before.ng_per_m3()), before.ng_per_m3());
}

std::optional<PlaceDay> day_in_form(const State& state, PlaceIndex place, LocalDay day, DustForm form,
                                    const Rules& rules)
{
    const PlaceDay* closed = state.ledger(place).day(day);
    if (closed == nullptr) return std::nullopt;
    PlaceDay out = *closed;
    const auto area = rules.network.area_of(place);
    if (form == DustForm::as_measured || !area || !state.dust_days(*area).contains(day)) return out;
    const RulePack* pack = rules.pack(day);
    if (pack == nullptr) return out;
    const bool pm_exceeds = out.verdict == DayVerdict::lost;
    for (const auto p : {Pollutant::pm10, Pollutant::pm2_5}) out.mean[p].reset();
    // Ozone's highest hour is not kept with the day; it is asked for where the day's hours are still known.
    if (pm_exceeds) judge_without_pm(out, day_means(state, place, day, rules).ozone_1h, *pack);
    return out;
}

PlaceLedger ledger_in_form(const State& state, PlaceIndex place, DustForm form, const Rules& rules)
{
    PlaceLedger out = state.ledger(place);
    const auto area = rules.network.area_of(place);
    if (form == DustForm::as_measured || !area) return out;
    for (const auto& [day, dust] : state.dust_days(*area))
        if (const auto deducted = day_in_form(state, place, day, form, rules))
            out.put(day, *deducted, rules.ledger_days);
    return out;
}

bool any_dust(const State& state, PlaceIndex place, LocalDay first, LocalDay last, const Rules& rules)
{
    const auto area = rules.network.area_of(place);
    if (!area) return false;
    const auto& days = state.dust_days(*area);
    const auto next = days.lower_bound(first);
    return next != days.end() && next->first <= last;
}

PeriodStatistics statistics(const State& state, PlaceIndex place, LocalDay first, LocalDay last, DustForm form,
                            const Rules& rules)
{
    PeriodStatistics out;
    out.place = place;
    out.first = first;
    out.last = last;
    out.form = form;
    out.through = first.plus(-1);
    const auto closed = state.ledger(place).last_closed();
    if (!closed || *closed < first) return out;
    out.through = std::min(*closed, last);
    out.days = out.through - first + 1;
    out.pack = rules.pack(out.through);
    if (out.pack == nullptr) return out;
    const auto area = rules.network.area_of(place);
    Gathered g;
    const RulePack* before = nullptr;
    for (LocalDay day = first; day <= out.through; day = day.plus(1)) {
        const RulePack* pack = rules.pack(day);
        const auto found = pack != nullptr ? day_in_form(state, place, day, form, rules) : std::nullopt;
        if (!found) {
            // A day nobody closed: before the record began. It is a day of the calendar all the same.
            ++out.undetermined;
            ++out.level_days[0];
            continue;
        }
        out.several_editions = out.several_editions || (before != nullptr && before != pack);
        before = pack;
        if (area && state.dust_days(*area).contains(day)) ++out.dust_days;
        gather(*found, day, *pack, g, out);
    }
    round_off(g, *out.pack, out);
    return out;
}

std::vector<std::optional<int>> ranks(std::span<const std::optional<std::int64_t>> values, bool larger_is_better)
{
    std::vector<std::optional<int>> out;
    for (const auto& value : values) {
        if (!value) {
            out.emplace_back();
            continue;
        }
        const auto better = std::count_if(values.begin(), values.end(), [&](const std::optional<std::int64_t>& other) {
            return other && (larger_is_better ? *other > *value : *other < *value);
        });
        out.emplace_back(static_cast<int>(better) + 1);
    }
    return out;
}

LocalDay year_before(LocalDay day)
{
    const int year = day.year() - 1;
    return LocalDay::from_ymd(year, day.month(), std::min(day.day_of_month(), days_in_month(year, day.month())));
}

} // namespace aqi
