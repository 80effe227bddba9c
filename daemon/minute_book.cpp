#include "daemon/minute_book.hpp"

namespace aqi::daemon {
namespace {

/// Minutes of a moment: the one it lies in; of a record: those it covers.
MinuteRange minutes_of(const Reading& reading, UtcOffset offset)
{
    return minutes_covered(reading.at, reading.period == Period::minutes ? reading.length_minutes : 1, offset);
}

} // namespace

Outcome<MinuteBook::Entry*> MinuteBook::entry(const Key& key)
{
    const auto found = hours_.find(key);
    if (found != hours_.end()) return &found->second;
    auto kept = store_.hour_of(key.second, key.first);
    if (!kept) return kept.error();
    Entry& fresh = hours_[key];
    fresh.values = std::move(*kept);
    return &fresh;
}

Outcome<int> MinuteBook::take(const Reading& reading, StationIndex station, UtcOffset offset)
{
    const Key key{reading.hour, station};
    const auto at = entry(key);
    if (!at) return at.error();
    Entry& e = **at;
    int news = 0;
    if (reading.period == Period::minutes || reading.period == Period::moment) {
        const MinuteRange range = minutes_of(reading, offset);
        for (const auto p : all_pollutants) {
            const auto& value = reading.values[p];
            if (!value.named) continue;
            bool changed = false;
            for (int m = range.first; m <= range.last; ++m) {
                Minute& minute = e.values.minutes[p][static_cast<std::size_t>(m)];
                if (reading.period == Period::moment ? !add_moment(minute, reading.at, value)
                                                     : !set_record(minute, value))
                    continue;
                e.minutes.emplace(p, m);
                changed = true;
            }
            if (!changed) continue;
            ++news;
            touched_.insert(key);
        }
    }
    for (const auto item : all_weather) {
        const auto& value = reading.weather[item];
        if (!value) continue;
        auto& w = e.values.weather[item];
        if (reading.period == Period::hour) {
            if (w.stated == value) continue;
            w.stated = value;
        } else {
            if (reading.at.ms <= w.newest_ms) continue;
            w.newest_ms = reading.at.ms;
            w.sum.add(item, *value);
        }
        e.weather.insert(item);
        ++news;
    }
    if (news > 0) changed_.insert(key);
    return news;
}

std::vector<std::pair<HourEnding, StationIndex>> MinuteBook::touched_until(HourEnding last)
{
    std::vector<Key> out;
    while (!touched_.empty() && touched_.begin()->first <= last) {
        out.push_back(*touched_.begin());
        touched_.erase(touched_.begin());
    }
    return out;
}

Outcome<PerPollutant<std::optional<Reading::Value>>> MinuteBook::hour(StationIndex station, HourEnding hour)
{
    const auto at = entry({hour, station});
    if (!at) return at.error();
    PerPollutant<std::optional<Reading::Value>> out;
    for (const auto p : all_pollutants) out[p] = hour_of((*at)->values.minutes[p]);
    return out;
}

std::vector<ChangedHour> MinuteBook::changes() const
{
    std::vector<ChangedHour> out;
    for (const auto& key : changed_) {
        const Entry& e = hours_.at(key);
        out.push_back({key.second,
                       key.first,
                       {e.minutes.begin(), e.minutes.end()},
                       {e.weather.begin(), e.weather.end()},
                       &e.values});
    }
    return out;
}

void MinuteBook::committed(HourEnding keep_from)
{
    for (const auto& key : changed_) {
        const auto found = hours_.find(key);
        if (found == hours_.end()) continue;
        found->second.minutes.clear();
        found->second.weather.clear();
    }
    changed_.clear();
    hours_.erase(hours_.begin(), hours_.lower_bound({keep_from, StationIndex{}}));
}

void MinuteBook::clear()
{
    hours_.clear();
    changed_.clear();
    touched_.clear();
}

} // namespace aqi::daemon
