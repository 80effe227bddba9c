// daemon/minute_book: minutes, moments and weather on their way to hours.
//
// Where a station sends hours of its own, they win; what it sends in between is kept beside them. Where it sends none, an
// hour is made here, when it is closed, and again when minutes of it come late. A value made here is journaled like any
// other, under the link name `made_here`, so that a fold of the journal needs no minutes.
//
// Knows: which minutes of which hours are in memory, and that they are read again from the store when they are not.
// Does not know: the arithmetic of an hour (libaqi/minutes), the journal. Used on the loop only.
#pragma once

#include "daemon/ports.hpp"
#include "libaqi/network.hpp"

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace aqi::daemon {

/// The link an hour made of minutes is journaled under.
inline constexpr std::string_view made_here = "minutes";

class MinuteBook {
public:
    explicit MinuteBook(Store& store) : store_(store) {}

    /// Takes a reading of minutes or of a moment, or the weather of any. Returns how many values were news.
    Outcome<int> take(const Reading& reading, StationIndex station, UtcOffset offset);

    /// Hours that got minutes since the last call, up to and including `last`.
    std::vector<std::pair<HourEnding, StationIndex>> touched_until(HourEnding last);
    /// The hour of each pollutant as its minutes make it.
    Outcome<PerPollutant<std::optional<Reading::Value>>> hour(StationIndex station, HourEnding hour);

    /// What this turn must write. The pointers in it hold until forget() or clear().
    std::vector<ChangedHour> changes() const;
    /// The turn is on disk: nothing is left to be written. Hours before `keep_from` leave memory.
    void committed(HourEnding keep_from);
    /// The turn is not on disk: memory follows disk.
    void clear();

private:
    using Key = std::pair<HourEnding, StationIndex>;
    struct Entry {
        StationHour values;
        std::set<std::pair<Pollutant, int>> minutes; ///< changed in this turn
        std::set<WeatherItem> weather;
    };
    Outcome<Entry*> entry(const Key& key);

    Store& store_;
    std::map<Key, Entry> hours_;
    std::set<Key> changed_; ///< in this turn
    std::set<Key> touched_; ///< whose hour is to be made
};

} // namespace aqi::daemon
