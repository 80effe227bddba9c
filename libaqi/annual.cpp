#include "libaqi/annual.hpp"

#include <algorithm>

namespace aqi {
namespace {

constexpr int trailing_days = 365;

/// A pollutant nobody measures and nobody is held to has no annual figure.
bool has_figure(const YearLedger& year, Pollutant p, const std::optional<Concentration>& limit)
{
    return year.valid_days(p) > 0 || limit.has_value();
}

} // namespace

std::string_view verdict_name(DayVerdict verdict)
{
    switch (verdict) {
    case DayVerdict::undetermined: return "undetermined";
    case DayVerdict::good: return "good";
    case DayVerdict::lost: return "lost";
    }
    return "";
}

std::string_view window_name(Window window)
{
    return window == Window::year_to_date ? "year_to_date" : "trailing_365_days";
}

void YearLedger::count(const PlaceDay& day, unsigned month, int by)
{
    for (const auto p : all_pollutants) {
        if (!day.mean[p]) continue;
        if (by > 0)
            sums_[p].add(*day.mean[p]);
        else
            sums_[p].remove(*day.mean[p]);
        month_days_[p][month - 1] = static_cast<std::uint8_t>(month_days_[p][month - 1] + by);
    }
    (day.verdict == DayVerdict::good ? good_ : day.verdict == DayVerdict::lost ? lost_ : undetermined_) += by;
    if (day.verdict == DayVerdict::lost || day.of_present < 0) return;
    not_lost_ += by;
    for (const auto p : all_pollutants)
        if (day.absent.contains(p)) without_[p] += by;
}

void YearLedger::replace(LocalDay day, const PlaceDay& before, const PlaceDay& after)
{
    AQI_CHECK(day.year() == year_ && after.closed);
    const unsigned month = day.month();
    if (before.closed) count(before, month, -1);
    count(after, month, 1);
    if (!through_ || *through_ < day) through_ = day;
}

void YearLedger::take_back(const PlaceDay& last, LocalDay before)
{
    AQI_CHECK(through_ && before < *through_ && last.closed);
    count(last, through_->month(), -1);
    through_ = before;
}

bool YearLedger::valid(Pollutant p, const Validity& validity) const
{
    if (valid_days(p) < std::max(validity.year_days, 1)) return false;
    for (std::size_t month = 0; month < 12; ++month)
        if (month_days_[p][month] < (month == 1 ? validity.february_days : validity.month_days)) return false;
    for (unsigned quarter = 0; quarter < 4; ++quarter) {
        int valid = 0, days = 0;
        for (unsigned month = 3 * quarter; month < 3 * quarter + 3; ++month) {
            valid += month_days_[p][month];
            days += static_cast<int>(days_in_month(year_, month + 1));
        }
        if (valid * 100 < days * validity.quarter_percent) return false;
    }
    return true;
}

int YearLedger::may_lose(Pollutant p, const Validity& validity) const
{
    int least = valid_days(p) + remaining() - validity.year_days;
    for (unsigned month = 1; month <= 12; ++month) {
        const int days = static_cast<int>(days_in_month(year_, month));
        int ahead = days; // days of the month not closed yet
        if (through_ && through_->month() > month)
            ahead = 0;
        else if (through_ && through_->month() == month)
            ahead = days - static_cast<int>(through_->day_of_month());
        const int needed = month == 2 ? validity.february_days : validity.month_days;
        const int slack = month_days(p, month) + ahead - needed;
        // A month that is over limits nothing to come, unless it has failed already.
        if (ahead > 0 || slack < 0) least = std::min(least, slack);
    }
    for (unsigned first = 1; validity.quarter_percent > 0 && first <= 12; first += 3) {
        int days = 0, valid = 0, ahead = 0;
        for (unsigned month = first; month < first + 3; ++month) {
            days += static_cast<int>(days_in_month(year_, month));
            valid += month_days(p, month);
        }
        const LocalDay end = LocalDay::from_ymd(year_, first, 1).plus(days - 1);
        ahead = through_ ? std::clamp(end - *through_, 0, days) : days;
        const int needed = (days * validity.quarter_percent + 99) / 100;
        if (ahead > 0 || valid < needed) least = std::min(least, valid + ahead - needed);
    }
    return least;
}

PollutantSet YearLedger::never_measured() const
{
    PollutantSet out;
    for (const auto p : all_pollutants)
        if (not_lost_ > 0 && without_[p] == not_lost_) out.insert(p);
    return out;
}

int YearLedger::remaining() const { return through_ ? last_day() - *through_ : days_in_year(year_); }

bool YearLedger::mean_is_lost(Pollutant p, Concentration limit, std::int64_t step_ng) const
{
    const int days = valid_days(p) + remaining();
    return valid_days(p) > 0 && limit < sums_[p].rounded_over(days, step_ng);
}

PlaceLedger::Year& PlaceLedger::year_of(int year)
{
    for (auto& y : years_)
        if (y.ledger.year() == year) return y;
    years_.push_back(Year{YearLedger{year}, {}});
    return years_.back();
}

const PlaceLedger::Year* PlaceLedger::find(int year) const
{
    for (const auto& y : years_)
        if (y.ledger.year() == year) return &y;
    return nullptr;
}

const YearLedger* PlaceLedger::year(int year) const
{
    const Year* found = find(year);
    return found == nullptr ? nullptr : &found->ledger;
}

const PlaceDay* PlaceLedger::day(LocalDay day) const
{
    const int offset = day - first_;
    if (offset < 0 || offset >= static_cast<int>(days_.size())) return nullptr;
    const PlaceDay& found = days_[static_cast<std::size_t>(offset)];
    return found.closed ? &found : nullptr;
}

PlaceDay& PlaceLedger::slot(LocalDay day)
{
    if (days_.empty()) first_ = day;
    for (; day < first_; first_ = first_.plus(-1)) days_.emplace_front();
    while (day - first_ >= static_cast<int>(days_.size())) days_.emplace_back();
    return days_[static_cast<std::size_t>(day - first_)];
}

void PlaceLedger::move_trailing(LocalDay last)
{
    // Days enter and leave one at a time; a day that was never closed is in neither sum.
    LocalDay newest = last_closed_ ? *last_closed_ : last.plus(-1);
    for (; newest < last; newest = newest.plus(1)) {
        if (const PlaceDay* enters = day(newest.plus(1)))
            for (const auto p : all_pollutants)
                if (enters->mean[p]) trailing_[p].add(*enters->mean[p]);
        if (const PlaceDay* leaves = day(newest.plus(1 - trailing_days)))
            for (const auto p : all_pollutants)
                if (leaves->mean[p]) trailing_[p].remove(*leaves->mean[p]);
    }
    last_closed_ = last;
}

bool PlaceLedger::put(LocalDay day, const PlaceDay& value, int days_kept)
{
    AQI_CHECK(value.closed);
    if (last_closed_ && *last_closed_ - day >= days_kept) return false;
    PlaceDay& kept = slot(day);
    const PlaceDay before = kept;
    if (before == value) return true;
    kept = value;
    Year& year = year_of(day.year());
    year.ledger.replace(day, before, value);
    if (year.lost.through && day <= *year.lost.through) year.lost.through.reset();

    if (!last_closed_ || *last_closed_ < day) {
        move_trailing(day);
    } else if (*last_closed_ - day < trailing_days) {
        for (const auto p : all_pollutants) {
            if (before.closed && before.mean[p]) trailing_[p].remove(*before.mean[p]);
            if (value.mean[p]) trailing_[p].add(*value.mean[p]);
        }
    }
    while (*last_closed_ - first_ >= days_kept) {
        days_.pop_front();
        first_ = first_.plus(1);
    }
    return true;
}

template <class IsLost>
std::optional<LocalDay> PlaceLedger::lost_since(const YearLedger& year, const IsLost& is_lost) const
{
    // What cannot be made up for stays lost, whatever the days after it brought: sums only grow, days only run out. So the
    // ledger as it stands tells what is lost, nearly always nothing, and for the rest days are taken back from the end
    // until it no longer is. Days that are kept no more need not be known for it.
    std::optional<LocalDay> since;
    if (!is_lost(year)) return since;
    YearLedger so_far = year;
    const PlaceDay* last = nullptr;
    for (LocalDay d = *year.through(); first_ <= d && year.first_day() <= d; d = d.plus(-1)) {
        const PlaceDay* closed = day(d);
        if (closed == nullptr) continue;
        if (last != nullptr) so_far.take_back(*last, d);
        if (!is_lost(so_far)) break;
        since = d;
        last = closed;
    }
    return since;
}

const PlaceLedger::Lost& PlaceLedger::lost_on(const Year& year, const RulePack& pack, const Target* target) const
{
    const YearLedger& ledger = year.ledger;
    Lost wanted;
    wanted.through = ledger.through();
    if (target != nullptr) {
        wanted.limit[Pollutant::pm10] = target->pm10;
        wanted.limit[Pollutant::pm2_5] = target->pm2_5;
        wanted.good_days_target = target->good_days;
    }
    Lost& lost = year.lost;
    if (lost.through == wanted.through && lost.limit == wanted.limit &&
        lost.good_days_target == wanted.good_days_target)
        return lost;
    lost = wanted;
    if (!lost.through) return lost;
    for (const auto p : all_pollutants) {
        if (const auto& limit = lost.limit[p])
            lost.mean_on[p] =
                lost_since(ledger, [&](const YearLedger& y) { return y.mean_is_lost(p, *limit, pack.step_ng[p]); });
        if (!has_figure(ledger, p, lost.limit[p])) continue;
        lost.year_valid[p] = ledger.valid(p, pack.validity);
        lost.may_lose[p] = ledger.may_lose(p, pack.validity);
        lost.void_on[p] = lost_since(ledger, [&](const YearLedger& y) { return y.may_lose(p, pack.validity) < 0; });
    }
    if (const auto days = lost.good_days_target)
        lost.good_days_on = lost_since(ledger, [&](const YearLedger& y) { return y.good_days_are_lost(*days); });
    return lost;
}

void PlaceLedger::annual(PlaceIndex place, int year_number, const RulePack& pack, const Target* target,
                         std::vector<AnnualFigure>& out) const
{
    const Year* year = find(year_number);
    if (year == nullptr) return;
    const YearLedger& ledger = year->ledger;
    const Lost& lost = lost_on(*year, pack, target);
    const bool over = ledger.remaining() == 0;
    for (const auto p : all_pollutants) {
        const auto& limit = lost.limit[p];
        if (!has_figure(ledger, p, limit)) continue;
        AnnualFigure& f = out.emplace_back();
        f.place = place;
        f.year = year_number;
        f.pollutant = p;
        f.through = *ledger.through();
        f.valid_days = ledger.valid_days(p);
        f.year_over = over;
        f.year_valid = lost.year_valid[p];
        f.target = limit;
        f.lost_on = lost.mean_on[p];
        f.may_lose = lost.may_lose[p];
        f.void_on = lost.void_on[p];
        if (f.valid_days > 0) {
            f.mean = ledger.sum(p).rounded(1);
            f.published = ledger.sum(p).rounded(pack.step_ng[p]);
        }
        if (limit && !over)
            f.allowance = ledger.sum(p).allowance(*limit, f.valid_days + ledger.remaining(), ledger.remaining(), 1);
        if (limit && over && f.year_valid) f.met = *f.published <= *limit;

        if (!last_closed_ || last_closed_->year() != year_number || trailing_[p].count() == 0) continue;
        AnnualFigure& t = out.emplace_back();
        t.place = place;
        t.year = year_number;
        t.pollutant = p;
        t.window = Window::trailing_365_days;
        t.through = *last_closed_;
        t.valid_days = trailing_[p].count();
        t.mean = trailing_[p].rounded(1);
        t.published = trailing_[p].rounded(pack.step_ng[p]);
    }
}

GoodDaysFigure PlaceLedger::good_days(PlaceIndex place, int year_number, const RulePack& pack,
                                      const Target* target) const
{
    const Year* year = find(year_number);
    AQI_CHECK(year != nullptr); // asked only of years with a closed day
    const YearLedger& ledger = year->ledger;
    GoodDaysFigure f;
    f.place = place;
    f.year = year_number;
    f.through = *ledger.through();
    f.good = ledger.good();
    f.lost = ledger.lost();
    f.undetermined = ledger.undetermined();
    f.remaining = ledger.remaining();
    f.never_measured = ledger.never_measured();
    const Lost& lost = lost_on(*year, pack, target);
    f.target = lost.good_days_target;
    f.lost_on = lost.good_days_on;
    if (f.target && f.good >= *f.target)
        f.met = true;
    else if (f.target && ledger.good_days_are_missed(*f.target))
        f.met = false;
    return f;
}

bool PlaceLedger::operator==(const PlaceLedger& other) const
{
    const auto same_years = [](const PlaceLedger& a, const PlaceLedger& b) {
        return std::all_of(a.years_.begin(), a.years_.end(), [&](const Year& y) {
            const YearLedger* there = b.year(y.ledger.year());
            return there != nullptr && *there == y.ledger;
        });
    };
    return last_closed_ == other.last_closed_ && trailing_ == other.trailing_ && first_ == other.first_ &&
           days_ == other.days_ && same_years(*this, other) && same_years(other, *this);
}

} // namespace aqi
