#include "libaqi/targets.hpp"

#include "libaqi/rounding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

constexpr int trailing_year = 365;

struct StandingRow {
    std::string_view name;
    std::string_view zh;
};
constexpr std::array<StandingRow, 5> standings = {
    {{"open", "进行中"}, {"met", "达标"}, {"missed", "未达标"}, {"lost", "已无法达标"}, {"not_proven", "无法证明"}}};

const Target* target_of(PlaceIndex place, int year, const Rules& rules)
{
    const auto area = rules.network.area_of(place);
    return area ? rules.book.target(rules.network.areas[area->value].id, year) : nullptr;
}

std::optional<Concentration> limit_of(const Target* target, Pollutant p)
{
    if (target == nullptr) return std::nullopt;
    if (p == Pollutant::pm10) return target->pm10;
    if (p == Pollutant::pm2_5) return target->pm2_5;
    return std::nullopt;
}

const Mean* mean_on(const PlaceLedger& ledger, LocalDay day, Pollutant p)
{
    const PlaceDay* closed = ledger.day(day);
    return closed != nullptr && closed->mean[p] ? &*closed->mean[p] : nullptr;
}

/// Sums over any stretch of a place's days, each day's mean to the nearest nanogram.
class Record {
public:
    Record(const PlaceLedger& ledger, Pollutant p)
    {
        const auto first = ledger.first_kept();
        if (!first) return;
        first_ = *first;
        sum_.push_back(0);
        count_.push_back(0);
        for (LocalDay day = first_; day <= *ledger.last_closed(); day = day.plus(1)) {
            const Mean* mean = mean_on(ledger, day, p);
            sum_.push_back(sum_.back() + (mean != nullptr ? mean->rounded(1).ng_per_m3() : 0));
            count_.push_back(count_.back() + (mean != nullptr ? 1 : 0));
        }
    }

    /// The lowest mean of `length` days running, nine tenths of them valid, that ended before `before`.
    std::optional<Concentration> lowest_mean(int length, LocalDay before) const
    {
        const int days = std::min(static_cast<int>(sum_.size()) - 1, before - first_);
        std::optional<std::int64_t> lowest;
        for (int end = length; end <= days; ++end) {
            const auto b = static_cast<std::size_t>(end), a = static_cast<std::size_t>(end - length);
            const int valid = count_[b] - count_[a];
            if (valid * 10 < length * 9) continue;
            const std::int64_t mean = round_half_even(sum_[b] - sum_[a], valid);
            if (!lowest || mean < *lowest) lowest = mean;
        }
        if (!lowest) return std::nullopt;
        return Concentration::from_ng_per_m3(*lowest);
    }

private:
    LocalDay first_;
    std::vector<std::int64_t> sum_;
    std::vector<int> count_;
};

/// Where (value - mean of the others) / n is largest, in size.
void find_moved_most(const PlaceLedger& ledger, const YearLedger& days, TargetLedger& out)
{
    if (out.valid_days < 2) return;
    const Pollutant p = out.pollutant;
    for (LocalDay day = days.first_day(); day <= out.through; day = day.plus(1)) {
        const Mean* value = mean_on(ledger, day, p);
        if (value == nullptr) continue;
        MeanSum others = days.sum(p);
        others.remove(*value);
        const std::int64_t moved =
            round_half_even(value->rounded(1).ng_per_m3() - others.rounded(1).ng_per_m3(), out.valid_days);
        if (out.moved_most_on && std::abs(moved) <= std::abs(out.moved_most_ng)) continue;
        out.moved_most_on = day;
        out.moved_most_ng = moved;
        out.moved_most_value = value->rounded(1);
    }
}

/// The rest of the year as earlier years had it.
std::vector<EarlierRest> earlier_rests(const PlaceLedger& ledger, int year, LocalDay through, Pollutant p)
{
    std::vector<EarlierRest> out;
    const auto first_kept = ledger.first_kept();
    const LocalDay rest_from = through.plus(1);
    if (!first_kept || rest_from.year() != year) return out; // the year is over: there is no rest
    for (int y = year - 1; y >= first_kept->year(); --y) {
        const LocalDay from = LocalDay::from_ymd(
            y, rest_from.month(), std::min(rest_from.day_of_month(), days_in_month(y, rest_from.month())));
        const LocalDay last = LocalDay::from_ymd(y, 12, 31);
        MeanSum sum;
        for (LocalDay day = from; day <= last; day = day.plus(1))
            if (const Mean* mean = mean_on(ledger, day, p)) sum.add(*mean);
        if (sum.count() * 2 < last - from + 1) continue;
        out.push_back({y, sum.count(), sum.rounded(1)});
    }
    return out;
}

/// The first day at whose end the rest may average less than this place ever had, till then, over as many days.
std::optional<LocalDay> find_below_lowest(const PlaceLedger& ledger, const YearLedger& days, const Record& record,
                                          Pollutant p, Concentration limit)
{
    MeanSum sum;
    for (LocalDay day = days.first_day(); day <= *days.through() && day < days.last_day(); day = day.plus(1)) {
        if (const Mean* mean = mean_on(ledger, day, p)) sum.add(*mean);
        const int rest = days.last_day() - day;
        if (day - *ledger.first_kept() < trailing_year) continue; // a season nobody has seen is no "ever"
        const auto lowest = record.lowest_mean(rest, day.plus(1));
        if (lowest && sum.allowance(limit, sum.count() + rest, rest, 1) < *lowest) return day;
    }
    return std::nullopt;
}

const AnnualFigure* year_to_date(const Figures& figures, Pollutant p)
{
    for (const auto& f : figures.annual)
        if (f.pollutant == p && f.window == Window::year_to_date) return &f;
    return nullptr;
}

} // namespace

std::string_view standing_name(Standing standing) { return standings[static_cast<std::size_t>(standing)].name; }
std::string_view standing_zh(Standing standing) { return standings[static_cast<std::size_t>(standing)].zh; }

std::optional<TargetLedger> target_ledger(const State& state, PlaceIndex place, int year, Pollutant p,
                                          const Rules& rules, DustForm form)
{
    const PlaceLedger ledger = ledger_in_form(state, place, form, rules);
    const YearLedger* days = ledger.year(year);
    const RulePack* pack = days != nullptr && days->through() ? rules.pack(*days->through()) : nullptr;
    if (pack == nullptr) return std::nullopt;
    TargetLedger out;
    out.form = form;
    out.place = place;
    out.year = year;
    out.pollutant = p;
    out.through = *days->through();
    out.valid_days = days->valid_days(p);
    out.remaining_days = days->remaining();
    out.elapsed_days = out.through - days->first_day() + 1;
    const Target* target = target_of(place, year, rules);
    out.target = limit_of(target, p);
    Figures figures;
    ledger.annual(place, year, *pack, target, figures.annual);
    if (const AnnualFigure* f = year_to_date(figures, p)) {
        out.mean = f->mean;
        out.published = f->published;
        out.lost_on = f->lost_on;
        out.allowance = f->allowance;
        if (f->allowance)
            out.allowance_published = days->sum(p).allowance_rounded(*out.target, out.valid_days + out.remaining_days,
                                                                     out.remaining_days, pack->step_ng[p]);
    }
    out.earlier = earlier_rests(ledger, year, out.through, p);
    find_moved_most(ledger, *days, out);
    const Record record{ledger, p};
    if (out.remaining_days > 0) out.lowest_ever = record.lowest_mean(out.remaining_days, out.through.plus(1));
    if (out.target) out.below_lowest_on = find_below_lowest(ledger, *days, record, p, *out.target);

    const auto coverage = year_coverage(state, place, year, p, rules);
    AQI_CHECK(coverage.has_value()); // the same conditions as above
    const bool over = out.remaining_days == 0;
    if (!over && coverage->may_lose >= 0) {
        out.standing = out.lost_on ? Standing::lost : Standing::open;
    } else if (!coverage->is_valid) {
        // Whatever the mean says: a year that is not valid proves nothing.
        out.standing = Standing::not_proven;
        out.why = coverage->why_not;
    } else if (out.target && out.published) {
        out.standing = *out.published <= *out.target ? Standing::met : Standing::missed;
    }
    return out;
}

namespace {

/// Which pollutant made a day bad, and by how much: of the items of the daily report, the one with the highest index.
LostDay lost_day(LocalDay date, const PlaceDay& day, const std::optional<Mean>& ozone_1h, const RulePack& pack)
{
    LostDay out;
    out.day = date;
    out.aqi = day.of_present;
    int worst = -1;
    for (const auto& entry : pack.day.entries) {
        const Pollutant p = pollutant_of(entry.item);
        const auto& mean = entry.item == Item::o3_1h ? ozone_1h : day.mean[p];
        const auto& table = pack.tables[index_of(entry.table)];
        if (!mean || !table) continue;
        const Concentration value = round_for_index(*mean, p, pack);
        const int index = sub_index(value, *table, pack.index_rounding).value_or(-1);
        if (index <= worst) continue;
        worst = index;
        out.primary = p;
        out.value = value;
        for (const auto& band : table->bands)
            if (band.high_index <= pack.level_table.good_at_most)
                out.limit = Concentration::from_ng_per_m3(band.high_ng);
    }
    return out;
}

} // namespace

std::optional<GoodDayLedger> good_day_ledger(const State& state, PlaceIndex place, int year, const Rules& rules,
                                             DustForm form)
{
    const PlaceLedger ledger = ledger_in_form(state, place, form, rules);
    const YearLedger* days = ledger.year(year);
    const RulePack* pack = days != nullptr && days->through() ? rules.pack(*days->through()) : nullptr;
    if (pack == nullptr) return std::nullopt;
    GoodDayLedger out;
    out.form = form;
    const Target* target = target_of(place, year, rules);
    out.figure = ledger.good_days(place, year, *pack, target);
    const GoodDaysFigure& f = out.figure;
    out.elapsed = f.through - days->first_day() + 1;
    if (f.target) {
        const int needed = *f.target - f.good;
        out.may_lose_least = f.remaining - needed;
        out.may_lose_most = f.remaining + f.undetermined - needed;
        if (f.remaining > 0) {
            out.needed_rate_tenths = percent_tenths(std::max(needed, 0), f.remaining);
            out.needed_rate_least_tenths = percent_tenths(std::max(needed - f.undetermined, 0), f.remaining);
        }
        if (f.met)
            out.standing = *f.met ? Standing::met : f.remaining > 0 ? Standing::lost : Standing::missed;
        else if (f.remaining == 0 || *out.may_lose_least < 0)
            out.standing = Standing::not_proven;
        if (out.standing == Standing::not_proven)
            out.why = {fmt::format("已证实 {} 天，未定 {} 天{}", f.good, f.undetermined,
                                   f.upper_bound() ? "，有项目从未监测" : ""),
                       fmt::format("{} proven good days, {} undetermined{}", f.good, f.undetermined,
                                   f.upper_bound() ? ": pollutants of the report were never measured" : "")};
    }
    const LocalDay before = year_before(f.through);
    int good = 0, judged = 0;
    for (LocalDay day = LocalDay::from_ymd(year - 1, 1, 1); day <= before; day = day.plus(1))
        if (const PlaceDay* closed = ledger.day(day)) {
            good += closed->verdict == DayVerdict::good ? 1 : 0;
            judged += closed->verdict != DayVerdict::undetermined ? 1 : 0;
        }
    if (judged > 0) {
        out.good_year_before = good;
        out.elapsed_year_before = judged;
    }
    for (LocalDay day = days->first_day(); day <= f.through; day = day.plus(1)) {
        const PlaceDay* closed = ledger.day(day);
        const RulePack* of_day = rules.pack(day);
        if (closed == nullptr || of_day == nullptr || closed->verdict != DayVerdict::lost) continue;
        const bool asks_1h = std::any_of(of_day->day.entries.begin(), of_day->day.entries.end(),
                                         [](const ReportEntry& e) { return e.item == Item::o3_1h; });
        const auto ozone_1h = asks_1h ? day_means(state, place, day, rules).ozone_1h : std::nullopt;
        out.lost_days.push_back(lost_day(day, *closed, ozone_1h, *of_day));
        ++out.lost_by_primary[out.lost_days.back().primary];
    }
    return out;
}

namespace {

/// The remaining days of each month of the year.
std::array<int, 12> remaining_by_month(const YearLedger& days)
{
    std::array<int, 12> out{};
    for (LocalDay day = days.through()->plus(1); day <= days.last_day(); day = day.plus(1)) ++out[day.month() - 1];
    return out;
}

/// An exact fraction of ng/m3: what is assumed of a month, times its days.
struct Assumed {
    Wide sum_ng = 0; ///< of months with an assumption
    int days = 0;
    int unassumed = 0; ///< remaining days that go on as the year to date
};

Assumed assumed_sum(const std::array<int, 12>& rest, const Assumption& assumed, unsigned except)
{
    Assumed out;
    for (unsigned m = 1; m <= 12; ++m) {
        if (m == except) continue;
        const auto& mean = assumed.month_mean[m - 1];
        if (mean) {
            out.sum_ng += Wide{mean->ng_per_m3()} * rest[m - 1];
            out.days += rest[m - 1];
        } else {
            out.unassumed += rest[m - 1];
        }
    }
    return out;
}

} // namespace

Projection project(const State& state, PlaceIndex place, int year, Pollutant p, const Assumption& assumed,
                   const Rules& rules)
{
    Projection out;
    const YearLedger* days = state.ledger(place).year(year);
    const RulePack* pack = days != nullptr && days->through() ? rules.pack(*days->through()) : nullptr;
    if (pack == nullptr) return out;
    const Target* target = target_of(place, year, rules);
    if (days->valid_days(p) > 0) {
        const auto rest = remaining_by_month(*days);
        const Assumed a = assumed_sum(rest, assumed, 0);
        // Days without an assumption have the mean so far: (sum/n x (n + u) + assumed) / (n + u + d), rounded once.
        const int n = days->valid_days(p);
        const auto end = [&](std::int64_t step) {
            return days->sum(p).rounded_linear(n + a.unassumed, a.sum_ng * n,
                                               std::int64_t{n} * (n + a.unassumed + a.days), step);
        };
        out.year_end = end(1);
        out.published = end(pack->step_ng[p]);
        if (const auto limit = limit_of(target, p)) out.meets = *out.published <= *limit;
    }
    if (assumed.good_rate_tenths) {
        const auto more = static_cast<int>(*assumed.good_rate_tenths * days->remaining() / 1000);
        out.good_days = days->good() + more;
        if (target != nullptr && target->good_days) out.meets_good_days = *out.good_days >= *target->good_days;
    }
    return out;
}

std::optional<Concentration> needed_in_month(const State& state, PlaceIndex place, int year, Pollutant p,
                                             unsigned month, const Assumption& assumed, const Rules& rules)
{
    const YearLedger* days = state.ledger(place).year(year);
    const auto limit = limit_of(target_of(place, year, rules), p);
    if (days == nullptr || !days->through() || !limit || days->valid_days(p) == 0) return std::nullopt;
    const auto rest = remaining_by_month(*days);
    const int own = rest[month - 1];
    if (own == 0) return std::nullopt;
    const Assumed a = assumed_sum(rest, assumed, month);
    const int n = days->valid_days(p);
    // (limit x all days - sum/n x (n + u) - assumed) / own, rounded once.
    const Wide budget = Wide{limit->ng_per_m3()} * (n + a.unassumed + a.days + own) - a.sum_ng;
    return days->sum(p).rounded_linear(-(n + a.unassumed), budget * n, std::int64_t{own} * n, 1);
}

namespace {

/// SplitMix64, Sebastiano Vigna's public-domain generator: small, and the same on every machine.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : state_(seed) {}
    /// 0 .. n-1, without the slant of a plain remainder.
    std::size_t below(std::size_t n)
    {
        const std::uint64_t limit = ~std::uint64_t{0} - ~std::uint64_t{0} % n;
        std::uint64_t value = next();
        while (value >= limit) value = next();
        return static_cast<std::size_t>(value % n);
    }

private:
    std::uint64_t next()
    {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    std::uint64_t state_;
};

/// The remaining days of one month as one earlier year had them.
struct MonthOfYear {
    std::int64_t sum_ng = 0;
    int days = 0;
};

} // namespace

std::optional<Resampling> resample(const State& state, PlaceIndex place, int year, Pollutant p, int draws,
                                   std::uint64_t seed, const Rules& rules)
{
    const PlaceLedger& ledger = state.ledger(place);
    const YearLedger* days = ledger.year(year);
    if (days == nullptr || !days->through() || days->valid_days(p) == 0 || draws < 1) return std::nullopt;
    const auto rests = earlier_rests(ledger, year, *days->through(), p);
    if (rests.empty()) return std::nullopt;
    Resampling out;
    out.draws = draws;
    out.seed = seed;
    for (const auto& r : rests) out.years.push_back(r.year);

    const LocalDay from = days->through()->plus(1);
    // For each month, what each year had of its remaining days; a year without any is not drawn for that month.
    std::vector<std::vector<MonthOfYear>> months;
    for (unsigned m = from.month(); days->remaining() > 0 && m <= 12; ++m) {
        std::vector<MonthOfYear> choices;
        for (const int y : out.years) {
            MonthOfYear choice;
            const unsigned first = m == from.month() ? from.day_of_month() : 1;
            for (unsigned d = first; d <= days_in_month(y, m); ++d)
                if (const Mean* mean = mean_on(ledger, LocalDay::from_ymd(y, m, d), p)) {
                    choice.sum_ng += mean->rounded(1).ng_per_m3();
                    ++choice.days;
                }
            if (choice.days > 0) choices.push_back(choice);
        }
        if (!choices.empty()) months.push_back(std::move(choices));
    }
    const auto limit = limit_of(target_of(place, year, rules), p);
    const RulePack* pack = rules.pack(*days->through());
    AQI_CHECK(pack != nullptr); // a closed day has one
    Draw draw{seed};
    std::vector<std::int64_t> ends;
    ends.reserve(static_cast<std::size_t>(draws));
    int meeting = 0;
    for (int i = 0; i < draws; ++i) {
        Wide more = 0;
        int n = days->valid_days(p);
        for (const auto& choices : months) {
            const MonthOfYear& choice = choices[draw.below(choices.size())];
            more += choice.sum_ng;
            n += choice.days;
        }
        ends.push_back(days->sum(p).rounded_linear(1, more, n, 1).ng_per_m3());
        if (limit && days->sum(p).rounded_linear(1, more, n, pack->step_ng[p]) <= *limit) ++meeting;
    }
    std::sort(ends.begin(), ends.end());
    const auto at = [&](std::size_t percent) {
        return Concentration::from_ng_per_m3(ends[(ends.size() - 1) * percent / 100]);
    };
    out.p5 = at(5);
    out.median = at(50);
    out.p95 = at(95);
    if (limit) out.meeting_tenths = percent_tenths(meeting, draws);
    return out;
}

} // namespace aqi
