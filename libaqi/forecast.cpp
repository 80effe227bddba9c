#include "libaqi/forecast.hpp"

#include <algorithm>

namespace aqi {

void ForecastBook::add(const Forecast& forecast)
{
    for (const auto& day : forecast.days) {
        Said& said = days_[day.day][forecast.organisation];
        if (said.issued_at <= forecast.issued_at) said = Said{day, forecast.issued_at, forecast.person};
    }
}

std::optional<int> ForecastBook::highest(LocalDay day) const
{
    const auto* said = of(day);
    if (said == nullptr) return std::nullopt;
    int highest = 0;
    for (const auto& [organisation, what] : *said) highest = std::max(highest, what.day.aqi_high);
    return highest;
}

std::optional<LocalDay> ForecastBook::last_day() const
{
    if (days_.empty()) return std::nullopt;
    return days_.rbegin()->first;
}

const std::map<std::string, ForecastBook::Said>* ForecastBook::of(LocalDay day) const
{
    const auto found = days_.find(day);
    return found == days_.end() ? nullptr : &found->second;
}

void ForecastBook::forget_before(LocalDay day) { days_.erase(days_.begin(), days_.lower_bound(day)); }

} // namespace aqi
