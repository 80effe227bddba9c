// drivers/hj212/back_fill: which owed hours are asked for next, and which no more.
//
// Knows: newest first, in stretches; hours before minutes, minutes where the station has none of the hour, daily values
// where even those leave a whole day with something missing; every hour so many times, with growing pauses.
// Does not know: connections; it is told the time. Lives on the server's thread.
#pragma once

#include "drivers/hj212/requests.hpp"

#include <functional>
#include <map>
#include <set>

namespace aqi::drivers::hj212 {

class BackFill {
public:
    BackFill(const StationSettings& station, const Hj212Settings& settings) : station_(station), settings_(settings) {}

    /// Everything owed now; hours that are owed no more are forgotten. Hours before `oldest` are not asked for.
    void owed(const std::vector<Owed>& stretches, HourEnding oldest);
    std::optional<Request> next(SteadyTime now);
    void finished(const Finished& finished, SteadyTime now);

private:
    struct Hour {
        int tries = 0;
        bool by_minutes = false;
        SteadyTime not_before{};
    };
    bool ready(const Hour& hour, SteadyTime now) const;
    std::chrono::seconds pause_after(int tries) const;
    std::optional<Request> next_day();

    const StationSettings& station_;
    const Hj212Settings& settings_;
    std::map<HourEnding, Hour, std::greater<>> hours_; ///< newest first
    std::set<LocalDay> days_;                          ///< asked for as days
    SteadyTime pause_until_{};
};

} // namespace aqi::drivers::hj212
