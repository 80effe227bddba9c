#include "daemon/store/raw.hpp"

#include "daemon/minute_book.hpp"

namespace aqi::daemon {
namespace {

constexpr int minutes_an_hour = 60;

std::int64_t first_minute_of(HourEnding hour) { return (std::int64_t{hour.since_epoch} - 1) * minutes_an_hour + 1; }

HourEnding hour_of_column(const Statement& row, int column)
{
    return HourEnding{static_cast<std::int32_t>(row.integer(column))};
}

} // namespace

Statement& RawTables::prepared(std::optional<Statement>& statement, const char* sql)
{
    if (!statement) statement.emplace(database_, sql);
    return *statement;
}

void RawTables::reset()
{
    for (auto* statement :
         {&write_minute_, &write_weather_, &write_heard_, &read_minutes_, &read_weather_, &last_link_})
        if (*statement) (*statement)->reset();
}

void RawTables::write(const ChangedHour& changed)
{
    const std::int64_t first = first_minute_of(changed.hour);
    const std::int64_t station = places_.id(changed.station);
    for (const auto& [p, at] : changed.minutes) {
        const Minute& m = changed.values->minutes[p][static_cast<std::size_t>(at)];
        prepared(write_minute_, "REPLACE INTO minute VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(first + at)
            .bind(station)
            .bind(static_cast<int>(p))
            .bind(m.sum_ng)
            .bind(m.count)
            .bind(m.newest_ms)
            .bind(m.is_record ? 1 : 0)
            .bind(static_cast<int>(m.flag))
            .run();
    }
    for (const auto item : changed.weather) {
        const auto& w = changed.values->weather[item];
        prepared(write_weather_, "REPLACE INTO weather VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(changed.hour.since_epoch)
            .bind(station)
            .bind(static_cast<int>(item))
            .bind(w.stated)
            .bind(w.sum.sum)
            .bind(w.sum.sum2)
            .bind(w.sum.count)
            .bind(w.newest_ms)
            .run();
    }
}

void RawTables::write(StationIndex station, const Heard& heard)
{
    prepared(write_heard_, "REPLACE INTO heard VALUES (?, ?, ?, ?)")
        .bind(places_.id(station))
        .bind(heard.received_at.ms)
        .bind(heard.data_until.ms)
        .bind(heard.link)
        .run();
}

StationHour RawTables::hour_of(StationIndex station, HourEnding hour)
{
    StationHour out;
    const std::int64_t first = first_minute_of(hour);
    auto& minutes = prepared(read_minutes_, "SELECT minute, pollutant, sum_ng, count, newest_ms, is_record, flag "
                                            "FROM minute WHERE minute BETWEEN ? AND ? AND station = ?");
    minutes.bind(first).bind(first + minutes_an_hour - 1).bind(places_.id(station));
    while (minutes.step()) {
        Minute m;
        m.received = true;
        m.sum_ng = minutes.integer(2);
        m.count = static_cast<std::int32_t>(minutes.integer(3));
        m.newest_ms = minutes.integer(4);
        m.is_record = minutes.integer(5) != 0;
        m.flag = static_cast<Flag>(minutes.integer(6));
        out.minutes[static_cast<Pollutant>(minutes.integer(1))][static_cast<std::size_t>(minutes.integer(0) - first)] =
            m;
    }
    auto& weather = prepared(read_weather_, "SELECT item, stated, sum, sum2, count, newest_ms FROM weather "
                                            "WHERE hour = ? AND station = ?");
    weather.bind(hour.since_epoch).bind(places_.id(station));
    while (weather.step()) {
        auto& w = out.weather[static_cast<WeatherItem>(weather.integer(0))];
        if (!weather.is_null(1)) w.stated = weather.integer(1);
        w.sum = {weather.integer(2), weather.integer(3), static_cast<std::int32_t>(weather.integer(4))};
        w.newest_ms = weather.integer(5);
    }
    return out;
}

bool RawTables::made_of_minutes(StationIndex station, HourEnding hour, Pollutant pollutant)
{
    auto& row = prepared(last_link_, "SELECT link FROM observation WHERE hour = ? AND station = ? AND pollutant = ? "
                                     "AND period_hours = 1 ORDER BY seq DESC LIMIT 1");
    row.bind(hour.since_epoch).bind(places_.id(station)).bind(static_cast<int>(pollutant));
    const bool made = row.step() && row.text(0) == made_here;
    row.reset();
    return made;
}

std::vector<StationIndex> RawTables::with_minutes(HourEnding hour)
{
    std::vector<StationIndex> out;
    Statement rows{database_, "SELECT DISTINCT station FROM minute WHERE minute BETWEEN ? AND ?"};
    rows.bind(first_minute_of(hour)).bind(first_minute_of(hour) + minutes_an_hour - 1);
    while (rows.step())
        if (const auto station = places_.station(rows.integer(0))) out.push_back(*station);
    return out;
}

std::map<StationIndex, Heard> RawTables::heard()
{
    std::map<StationIndex, Heard> out;
    Statement rows{database_, "SELECT station, received_ms, data_ms, link FROM heard"};
    while (rows.step())
        if (const auto station = places_.station(rows.integer(0)))
            out[*station] = {Instant{rows.integer(1)}, Instant{rows.integer(2)}, rows.text(3)};
    return out;
}

void RawTables::forget_minutes_before(HourEnding hour)
{
    Statement{database_, "DELETE FROM minute WHERE minute < ?"}.bind(first_minute_of(hour)).run();
}

void RawTables::forget_links_before(Instant at)
{
    // The last word before says how each link was at that time.
    Statement{database_,
              "DELETE FROM link_state WHERE at_ms < ?1 AND id NOT IN (SELECT max(id) FROM link_state WHERE at_ms < "
              "?1 GROUP BY link)"}
        .bind(at.ms)
        .run();
}

void RawTables::note_link(const LinkChange& change)
{
    Statement{database_, "INSERT INTO link_state (at_ms, link, state, detail) VALUES (?, ?, ?, ?)"}
        .bind(change.at.ms)
        .bind(change.link)
        .bind(change.state)
        .bind(change.detail)
        .run();
}

std::optional<Instant> RawTables::last_written()
{
    Statement row{database_,
                  "SELECT max(at) FROM (SELECT * FROM (SELECT at_ms AS at FROM journal ORDER BY seq DESC LIMIT 1) "
                  "UNION ALL SELECT * FROM (SELECT received_ms FROM observation ORDER BY seq DESC LIMIT 1) "
                  "UNION ALL SELECT max(received_ms) FROM heard)"};
    if (!row.step() || row.is_null(0)) return std::nullopt;
    return Instant{row.integer(0)};
}

std::vector<LinkChange> RawTables::link_changes(const std::string& link, Instant from)
{
    std::vector<LinkChange> out;
    Statement rows{database_,
                   "SELECT at_ms, state, detail FROM link_state WHERE link = ?1 AND id >= coalesce((SELECT max(id) "
                   "FROM link_state WHERE link = ?1 AND at_ms < ?2), 0) ORDER BY id"};
    rows.bind(link).bind(from.ms);
    while (rows.step()) out.push_back({Instant{rows.integer(0)}, link, rows.text(1), rows.text(2)});
    return out;
}

std::vector<AsideHour> RawTables::aside_hours(const std::string& station, HourEnding first, HourEnding last)
{
    std::vector<AsideHour> out;
    Statement rows{database_, "SELECT hour, reason, detail FROM parked WHERE station = ? AND hour BETWEEN ? AND ? "
                              "ORDER BY id DESC"};
    rows.bind(station).bind(first.since_epoch).bind(last.since_epoch);
    while (rows.step()) out.push_back({hour_of_column(rows, 0), rows.text(1), rows.text(2)});
    return out;
}

// Hour by hour: the indexes begin with the hour, and a range of hours would walk every station's rows.
std::map<HourEnding, Instant> RawTables::first_received(StationIndex station, HourEnding first, HourEnding last)
{
    std::map<HourEnding, Instant> out;
    Statement row{database_,
                  "SELECT min(received_ms) FROM observation WHERE hour = ? AND station = ? AND period_hours = 1"};
    const std::int64_t id = places_.id(station);
    for (HourEnding hour = first; hour <= last; hour = hour.plus(1)) {
        row.bind(hour.since_epoch).bind(id);
        if (row.step() && !row.is_null(0)) out[hour] = Instant{row.integer(0)};
        row.reset();
    }
    return out;
}

std::map<HourEnding, WeatherValues> RawTables::weather(StationIndex station, HourEnding first, HourEnding last)
{
    std::map<HourEnding, WeatherValues> out;
    Statement rows{database_, "SELECT item, stated, sum, sum2, count FROM weather WHERE hour = ? AND station = ?"};
    const std::int64_t id = places_.id(station);
    for (HourEnding hour = first; hour <= last; hour = hour.plus(1)) {
        rows.bind(hour.since_epoch).bind(id);
        while (rows.step()) {
            const auto item = static_cast<WeatherItem>(rows.integer(0));
            const WeatherSum sum{rows.integer(2), rows.integer(3), static_cast<std::int32_t>(rows.integer(4))};
            auto& value = out[hour][item];
            value = rows.is_null(1) ? sum.hour(item) : std::optional<Milli>{rows.integer(1)};
        }
        rows.reset();
    }
    return out;
}

} // namespace aqi::daemon
