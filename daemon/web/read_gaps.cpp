#include "daemon/web/read_gaps.hpp"

#include "daemon/coverage.hpp"
#include "daemon/web/read_parts.hpp"
#include "libaqi/statistics.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr int hours_shown = 72;
constexpr int days_shown = 31, days_most = 366;
constexpr std::int64_t station_days_most = 4'000;
constexpr std::int64_t station_hours_most = 4'000;
constexpr int weather_hours_most = 31 * 24;
constexpr std::int64_t weather_rows_most = 15'000;

std::vector<StationIndex> all_stations(const Network& network)
{
    std::vector<StationIndex> out;
    for (std::uint32_t s = 0; s < network.stations.size(); ++s) out.push_back(StationIndex{s});
    return out;
}

/// One station's day: hours with a value of what should be measured, and how many there should be.
struct DayCount {
    int valid = 0;
    int expected = 0;
};

/// Absent: its hours are no longer, or not yet, at hand.
std::optional<DayCount> count_of(StationIndex station, LocalDay day, const State& state, const Rules& rules)
{
    const auto closed = state.last_closed_day();
    if (!closed || *closed < day || !still_open(state, day, rules)) return std::nullopt;
    const PollutantSet expected = expected_of(station, day, state, rules.network);
    const DayHours* hours = state.station(station).day(day);
    DayCount out;
    for (const auto p : all_pollutants) {
        if (!expected.contains(p)) continue;
        out.expected += 24;
        for (int hour = 1; hour <= 24 && hours != nullptr; ++hour) out.valid += hours->value(p, hour) ? 1 : 0;
    }
    return out;
}

} // namespace

Reply read_completeness(const Query& query, const ReadSources& sources)
{
    query.only({"first", "last", "stations", "format"});
    const Rules& rules = sources.config->rules;
    const Network& network = rules.network;
    const State& state = sources.turns->state();
    const bool csv = wants_csv(query);
    std::vector<StationIndex> stations;
    for (const auto& id : ids_asked(query, "stations")) stations.push_back(station_of(id, network));
    if (!query.has("stations")) stations = all_stations(network);
    const LocalDay closed = closed_day(state);
    // A question without days gets as many as there is room for.
    const auto room = station_days_most / std::max<std::int64_t>(1, static_cast<std::int64_t>(stations.size()));
    const int shown = static_cast<int>(std::clamp<std::int64_t>(room, 1, days_shown));
    const DaySpan span = days_asked(query, {closed.plus(1 - shown), closed}, days_most);
    const std::int64_t cells = std::int64_t{span.days()} * static_cast<std::int64_t>(stations.size());
    if (cells > station_days_most && span.days() > 1) refuse_size("站日", "station-days", cells, station_days_most);

    Csv table{{"station", "name", "date", "valid_hours", "expected_hours", "percent"}};
    json::array dates, rows;
    for (LocalDay day = span.first; day <= span.last; day = day.plus(1)) dates.push_back(json::value(format_day(day)));
    for (const auto s : stations) {
        const Station& station = network.stations[s.value];
        json::array valid, expected, tenths;
        for (LocalDay day = span.first; day <= span.last; day = day.plus(1)) {
            const auto count = count_of(s, day, state, rules);
            std::optional<std::int64_t> share;
            if (count && count->expected > 0) share = percent_tenths(count->valid, count->expected);
            if (csv) {
                table.text(station.id).text(station.name).text(format_day(day));
                table.number(count ? std::optional{count->valid} : std::nullopt);
                table.number(count ? std::optional{count->expected} : std::nullopt);
                table.number(std::string_view{share ? tenths_text(*share) : ""}).end();
                continue;
            }
            valid.emplace_back(count ? count->valid : 0);
            expected.emplace_back(count ? count->expected : 0);
            tenths.push_back(number_or_null(share));
        }
        if (csv) continue;
        json::object o{{"id", station.id}, {"name", station.name}};
        o["valid"] = std::move(valid);
        o["expected"] = std::move(expected);
        o["tenths"] = std::move(tenths);
        rows.push_back(std::move(o));
    }
    if (csv) return std::move(table).reply(fmt::format("completeness-{}", format_day(span.first)));
    json::object out{{"ok", true},
                     {"first", format_day(span.first)},
                     {"last", format_day(span.last)},
                     {"as_of", format_instant(HourEnding::of(closed, 24).instant(network.offset), network.offset)},
                     {"window", "24h"}};
    out["dates"] = std::move(dates);
    out["stations"] = std::move(rows);
    return json_reply(json::serialize(out));
}

Reply read_coverage(const Query& query, const ReadSources& sources)
{
    query.only({"station", "first", "last"});
    const Network& network = sources.config->rules.network;
    const auto stations =
        query.has("station") ? std::vector{station_of(query.text("station"), network)} : all_stations(network);
    const HourEnding closed = closed_hour(sources.turns->state());
    const auto number = std::max<std::int64_t>(1, static_cast<std::int64_t>(stations.size()));
    const std::int64_t most = std::max<std::int64_t>(1, station_hours_most / number);
    const int shown = static_cast<int>(std::min<std::int64_t>(hours_shown, most));
    HourSpan span = hours_asked(query, {closed.plus(1 - shown), closed}, static_cast<int>(most), network);
    span.last = std::max(span.first, std::min(span.last, closed));
    const auto coverage = coverage_of(stations, span.first, span.last, *sources.turns, *sources.config, *sources.store);
    return json_reply(coverage_json(coverage, span.first, span.last, *sources.config));
}

Reply read_weather(const Query& query, const ReadSources& sources)
{
    query.only({"area", "station", "first", "last", "format"});
    const Network& network = sources.config->rules.network;
    const bool csv = wants_csv(query);
    if (query.has("area") == query.has("station"))
        throw Refusal(400, "请给 area 或 station 之一", "give an area or a station");
    const HourEnding closed = closed_hour(sources.turns->state());
    const HourSpan span = hours_asked(query, {closed.plus(1 - hours_shown), closed}, weather_hours_most, network);
    std::vector<StationIndex> stations;
    if (query.has("station"))
        stations.push_back(station_of(query.text("station"), network));
    else
        stations = network.areas[area_asked(query, "area", network).value].sites(span.last.day());
    const std::int64_t rows = std::int64_t{span.hours()} * static_cast<std::int64_t>(stations.size());
    if (rows > weather_rows_most) refuse_size("站时", "station-hours", rows, weather_rows_most);
    if (!csv) return json_reply(weather_json(stations, span.first, span.last, *sources.config, *sources.store));

    std::vector<std::string> header{"station", "name", "hour"};
    for (const auto item : all_weather)
        header.push_back(fmt::format("{} ({})", weather_name(item), weather_unit(item)));
    Csv table{header};
    for (const auto s : stations)
        for (const auto& [hour, values] : sources.store->weather(s, span.first, span.last)) {
            table.text(network.stations[s.value].id).text(network.stations[s.value].name).text(format_hour(hour));
            for (const auto item : all_weather)
                table.number(std::string_view{values[item] ? format_milli(*values[item]) : ""});
            table.end();
        }
    return std::move(table).reply(fmt::format("weather-{}", format_day(span.first.day())));
}

} // namespace aqi::daemon::web
