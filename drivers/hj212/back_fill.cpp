#include "drivers/hj212/back_fill.hpp"

#include "drivers/hj212/decode.hpp"

#include <algorithm>

namespace aqi::drivers::hj212 {
namespace {

constexpr std::chrono::seconds pause_most = std::chrono::hours{24};

} // namespace

void BackFill::owed(const std::vector<Owed>& stretches, HourEnding oldest)
{
    std::map<HourEnding, Hour, std::greater<>> now_owed;
    for (const auto& stretch : stretches)
        for (HourEnding hour = std::max(stretch.first, oldest); !(stretch.last < hour); hour = hour.plus(1)) {
            const auto known = hours_.find(hour);
            now_owed.emplace(hour, known == hours_.end() ? Hour{} : known->second);
        }
    hours_ = std::move(now_owed);
    std::erase_if(days_, [&](LocalDay day) { return day < oldest.day(); });
}

bool BackFill::ready(const Hour& hour, SteadyTime now) const
{
    return hour.tries < settings_.back_fill_tries && now >= hour.not_before;
}

/// Ten times as long with every try.
std::chrono::seconds BackFill::pause_after(int tries) const
{
    auto out = settings_.back_fill_pause;
    for (int i = 0; i < tries && out < pause_most; ++i) out *= 10;
    return std::min(out, pause_most);
}

std::optional<Request> BackFill::next(SteadyTime now)
{
    if (now < pause_until_) return std::nullopt;
    auto at = std::find_if(hours_.begin(), hours_.end(), [&](const auto& row) { return ready(row.second, now); });
    if (at == hours_.end()) return next_day();
    const HourEnding last = at->first;
    const bool by_minutes = at->second.by_minutes;
    const int most = by_minutes ? minute_hours_per_request : hours_per_request;
    HourEnding first = last;
    for (int count = 0; count < most && at != hours_.end(); ++count, ++at) {
        auto& [hour, state] = *at;
        if (hour != last.plus(-count) || state.by_minutes != by_minutes || !ready(state, now)) break;
        first = hour;
        ++state.tries;
        state.not_before = now + pause_after(state.tries);
    }
    return history_request(station_, first, last, by_minutes);
}

/// A whole day of which something is missing although every hour was asked for as often as it may be: the daily values of what
/// no hour came of are better than none. Once each.
std::optional<Request> BackFill::next_day()
{
    std::map<LocalDay, int> given_up;
    for (const auto& [hour, state] : hours_)
        if (state.tries >= settings_.back_fill_tries) ++given_up[hour.day()];
    for (auto day = given_up.rbegin(); day != given_up.rend(); ++day)
        if (day->second == 24 && days_.insert(day->first).second) return day_request(station_, day->first);
    return std::nullopt;
}

void BackFill::finished(const Finished& finished, SteadyTime now)
{
    if (finished.request.data_cn.empty()) return;
    pause_until_ = now + settings_.back_fill_pause;
    for (const auto hour : finished.request.hours) {
        const auto known = hours_.find(hour);
        if (known == hours_.end()) continue;
        Hour& state = known->second;
        if (!finished.sent) {
            state.tries = std::max(0, state.tries - 1); // it was never asked; a logger that hangs up when asked was
            state.not_before = pause_until_;
        } else if (finished.outcome == Finished::Outcome::silent && !finished.answered) {
            state.by_minutes = !state.by_minutes; // a logger that knows one of the two commands ignores the other
        } else if (finished.answered && !finished.received.contains(hour) && finished.request.cn == cn_hour &&
                   !state.by_minutes) {
            // It has no such hour and may have its minutes: asked for right after the pause.
            state.by_minutes = true;
            state.not_before = pause_until_;
        }
    }
}

} // namespace aqi::drivers::hj212
