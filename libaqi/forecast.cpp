#include "libaqi/forecast.hpp"

#include <algorithm>

namespace aqi {
namespace {

/// Of what a bureau said of a day in the order in which it came, the one issued last; of two at one moment the later arrival.
const ForecastBook::Said& holding(const std::vector<ForecastBook::Said>& said)
{
    const auto* out = &said.front();
    for (const auto& s : said)
        if (out->issued_at <= s.issued_at) out = &s;
    return *out;
}

} // namespace

bool ForecastDay::only_ozone() const
{
    return primary == "O3" || primary == "o3" || primary == "O3_8h" || primary == "o3_8h" || primary == "O₃" ||
           primary == "臭氧";
}

void ForecastBook::add(const Forecast& forecast, Instant received_at)
{
    for (const auto& day : forecast.days)
        days_[day.day][forecast.organisation].push_back({day, forecast.issued_at, received_at, forecast.person});
    for (const auto& hour : forecast.hours) {
        SaidOfHour& said = hours_[hour.hour][forecast.organisation];
        if (said.issued_at <= forecast.issued_at) said = {hour, forecast.issued_at};
    }
}

bool ForecastBook::knows(const Forecast& forecast) const
{
    const auto known_day = [&](const ForecastDay& day) {
        const auto& said = revisions(day.day, forecast.organisation);
        return std::any_of(said.begin(), said.end(),
                           [&](const Said& s) { return s.issued_at == forecast.issued_at && s.day == day; });
    };
    const auto known_hour = [&](const ForecastHour& hour) {
        const auto of_hour = hours_.find(hour.hour);
        if (of_hour == hours_.end()) return false;
        const auto said = of_hour->second.find(forecast.organisation);
        return said != of_hour->second.end() && forecast.issued_at <= said->second.issued_at;
    };
    return std::all_of(forecast.days.begin(), forecast.days.end(), known_day) &&
           std::all_of(forecast.hours.begin(), forecast.hours.end(), known_hour);
}

std::optional<int> ForecastBook::highest(LocalDay day) const
{
    const auto found = days_.find(day);
    if (found == days_.end()) return std::nullopt;
    int highest = 0;
    for (const auto& [organisation, said] : found->second) highest = std::max(highest, holding(said).day.aqi_high);
    return highest;
}

std::optional<int> ForecastBook::highest(HourEnding hour) const
{
    const auto found = hours_.find(hour);
    if (found == hours_.end()) return std::nullopt;
    int highest = 0;
    for (const auto& [organisation, said] : found->second) highest = std::max(highest, said.hour.aqi_high);
    return highest;
}

std::optional<LocalDay> ForecastBook::last_day() const
{
    if (days_.empty()) return std::nullopt;
    return days_.rbegin()->first;
}

const ForecastBook::Said* ForecastBook::said(LocalDay day, std::string_view organisation) const
{
    const auto& all = revisions(day, organisation);
    return all.empty() ? nullptr : &holding(all);
}

const std::vector<ForecastBook::Said>& ForecastBook::revisions(LocalDay day, std::string_view organisation) const
{
    static const std::vector<Said> none;
    const auto of_day = days_.find(day);
    if (of_day == days_.end()) return none;
    const auto found = of_day->second.find(organisation);
    return found == of_day->second.end() ? none : found->second;
}

std::vector<std::string> ForecastBook::organisations(LocalDay day) const
{
    std::vector<std::string> out;
    const auto found = days_.find(day);
    if (found == days_.end()) return out;
    for (const auto& [organisation, said] : found->second) out.push_back(organisation);
    return out;
}

void ForecastBook::forget_before(LocalDay day)
{
    days_.erase(days_.begin(), days_.lower_bound(day));
    hours_.erase(hours_.begin(), hours_.lower_bound(HourEnding::of(day, 1)));
}

} // namespace aqi
