// daemon/store/raw: minutes, weather, and when stations and links were heard of.
//
// Knows: the tables of migration 3. Does not know: how an hour is made of them (libaqi/minutes).
#pragma once

#include "daemon/ports.hpp"
#include "daemon/store/places.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aqi::daemon {

/// A change of a link's state.
struct LinkChange {
    Instant at;
    std::string link;
    std::string state; ///< drivers::link_state_name
    std::string detail;
};

/// Why values of an hour were put aside, newest first.
struct AsideHour {
    HourEnding hour;
    std::string reason;
    std::string detail;
};

class RawTables {
public:
    RawTables(Database& database, const Places& places) : database_(database), places_(places) {}

    void write(const ChangedHour& changed);
    void write(StationIndex station, const Heard& heard);
    /// After a failure no statement may keep half of its values.
    void reset();

    StationHour hour_of(StationIndex station, HourEnding hour);
    bool made_of_minutes(StationIndex station, HourEnding hour, Pollutant pollutant);
    std::vector<StationIndex> with_minutes(HourEnding hour);
    std::map<StationIndex, Heard> heard();

    /// Minutes before `hour` are no longer needed.
    void forget_minutes_before(HourEnding hour);
    /// All but the last word of every link before that.
    void forget_links_before(Instant at);
    void note_link(const LinkChange& change);
    /// When something was last written: the daemon was alive then.
    std::optional<Instant> last_written();
    /// The changes of a link's state from `from` on, and the last one before it, in order.
    std::vector<LinkChange> link_changes(const std::string& link, Instant from);
    std::vector<AsideHour> aside_hours(const std::string& station, HourEnding first, HourEnding last);
    /// When the first value of each hour came.
    std::map<HourEnding, Instant> first_received(StationIndex station, HourEnding first, HourEnding last);
    /// The weather of a station's hours, as it stands.
    std::map<HourEnding, WeatherValues> weather(StationIndex station, HourEnding first, HourEnding last);

private:
    Statement& prepared(std::optional<Statement>& statement, const char* sql);

    Database& database_;
    const Places& places_;
    std::optional<Statement> write_minute_;
    std::optional<Statement> write_weather_;
    std::optional<Statement> write_heard_;
    std::optional<Statement> read_minutes_;
    std::optional<Statement> read_weather_;
    std::optional<Statement> last_link_;
};

} // namespace aqi::daemon
