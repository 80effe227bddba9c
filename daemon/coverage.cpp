#include "daemon/coverage.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::daemon {
namespace {

namespace json = boost::json;

struct KindRow {
    std::string_view name;
    std::string_view zh;
    char mark;
};
constexpr std::array<KindRow, 9> kind_rows = {{{"not_expected", "不要求", ' '},
                                               {"observed", "有效", '.'},
                                               {"back_filled", "补传", 'b'},
                                               {"corrected", "审核更正", 'c'},
                                               {"flagged", "标识无效", 'f'},
                                               {"maintenance", "维护", 'm'},
                                               {"put_aside", "搁置", 'x'},
                                               {"link_down", "链路中断", 'd'},
                                               {"not_sent", "未上报", '-'}}};

/// A pollutant that did not come in so many days before is no longer expected.
constexpr int seen_days = 30;

const KindRow& row_of(HourKind kind) { return kind_rows[static_cast<std::size_t>(kind)]; }
bool has_value(HourKind kind)
{
    return kind == HourKind::observed || kind == HourKind::back_filled || kind == HourKind::corrected;
}

/// When a link was not up, from its changes.
class LinkDowntime {
public:
    LinkDowntime(std::vector<LinkChange> changes) : changes_(std::move(changes)) {}

    /// Milliseconds of [from, until) in which the link was known not to be up, and the words of the longest such stretch.
    std::pair<std::int64_t, std::string> of(Instant from, Instant until) const
    {
        std::int64_t down = 0, longest = 0;
        std::string words;
        for (std::size_t i = 0; i < changes_.size(); ++i) {
            if (changes_[i].state == "up") continue;
            const std::int64_t begin = std::max(changes_[i].at.ms, from.ms);
            const std::int64_t end = std::min(i + 1 < changes_.size() ? changes_[i + 1].at.ms : until.ms, until.ms);
            if (end <= begin) continue;
            down += end - begin;
            if (end - begin <= longest) continue;
            longest = end - begin;
            words = fmt::format("{} {}", changes_[i].link, changes_[i].detail);
        }
        return {down, words};
    }

private:
    std::vector<LinkChange> changes_;
};

class StationReader {
public:
    StationReader(StationIndex station, HourEnding first, HourEnding last, const Turns& turns, const Config& config,
                  const LinkDowntime& downtime, SqliteStore& store)
        : station_(station),
          turns_(turns),
          config_(config),
          downtime_(downtime),
          received_(store.first_received(station, first, last))
    {
        for (auto& row : store.aside_hours(config.rules.network.stations[station.value].id, first, last))
            aside_.try_emplace(row.hour, std::move(row)); // newest first
    }

    HourCell cell(HourEnding hour)
    {
        HourCell out;
        out.hour = hour;
        if (!expected_day_ || *expected_day_ != hour.day()) {
            expected_day_ = hour.day();
            expected_ = expected_of(station_, hour.day(), turns_.state(), config_.rules.network);
        }
        for (const auto p : all_pollutants) {
            if (!expected_.contains(p)) continue;
            std::string reason;
            const HourKind kind = kind_of(hour, p, reason);
            out.of[p] = kind;
            if (kind <= out.kind && !out.reason.empty()) continue;
            if (kind < out.kind) continue;
            out.kind = kind;
            out.reason = std::move(reason);
        }
        return out;
    }

private:
    HourKind kind_of(HourEnding hour, Pollutant p, std::string& reason) const
    {
        const StationHours& hours = turns_.state().station(station_);
        const DayHours* day = hours.day(hour.day());
        const bool has = day != nullptr && day->value(p, hour.hour_of_day());
        const auto aside = hours.aside.find({hour, p});
        if (aside != hours.aside.end() && !aside->second.correction.empty()) {
            reason = aside->second.correction; // an hour that a person took out is empty
            return has ? HourKind::corrected : HourKind::flagged;
        }
        if (day != nullptr && day->received(p, hour.hour_of_day())) {
            if (!has) {
                const Flag flag = day->flag(p, hour.hour_of_day());
                reason = fmt::format("{} {}", flag_letter(flag), flag_zh(flag));
                return HourKind::flagged;
            }
            const auto at = received_.find(hour);
            const std::int64_t closed =
                hour.instant(config_.rules.network.offset).ms + std::chrono::milliseconds{config_.close_after}.count();
            return at != received_.end() && at->second.ms > closed ? HourKind::back_filled : HourKind::observed;
        }
        return why_empty(hour, reason);
    }

    HourKind why_empty(HourEnding hour, std::string& reason) const
    {
        if (const auto* note = turns_.state().station_note(station_, StationNote::Kind::maintenance, hour)) {
            reason = note->why;
            return HourKind::maintenance;
        }
        if (const auto aside = aside_.find(hour); aside != aside_.end()) {
            reason = fmt::format("{}: {}", aside->second.reason, aside->second.detail);
            return HourKind::put_aside;
        }
        const UtcOffset offset = config_.rules.network.offset;
        const Instant begin = hour.plus(-1).instant(offset), end = hour.instant(offset);
        const auto [down, words] = downtime_.of(begin, end);
        if (down * 2 > end.ms - begin.ms) {
            reason = words;
            return HourKind::link_down;
        }
        return HourKind::not_sent;
    }

    StationIndex station_;
    const Turns& turns_;
    const Config& config_;
    const LinkDowntime& downtime_;
    std::map<HourEnding, Instant> received_;
    std::map<HourEnding, AsideHour> aside_;
    std::optional<LocalDay> expected_day_;
    PollutantSet expected_;
};

} // namespace

std::string_view hour_kind_name(HourKind kind) { return row_of(kind).name; }
std::string_view hour_kind_zh(HourKind kind) { return row_of(kind).zh; }
char hour_kind_mark(HourKind kind) { return row_of(kind).mark; }

PollutantSet expected_of(StationIndex station, LocalDay day, const State& state, const Network& network)
{
    PollutantSet out;
    const Station& s = network.stations[station.value];
    for (const auto p : all_pollutants)
        if (s.instrument(p, day) != nullptr) out.insert(p);
    // Where the instruments are known, a day before the first and after the last of them asks for nothing.
    if (!s.instruments.empty()) return out;
    if (const MonitoringPlan* plan = network.plan(network.place(station), day)) {
        for (const auto p : all_pollutants)
            if (!plan->without.contains(p)) out.insert(p);
        return out;
    }
    const StationHours& hours = state.station(station);
    for (LocalDay d = day.plus(-seen_days); d <= day; d = d.plus(1)) {
        const DayHours* of_day = hours.day(d);
        if (of_day == nullptr) continue;
        for (const auto p : all_pollutants)
            for (int hour = 1; hour <= 24 && !out.contains(p); ++hour)
                if (of_day->received(p, hour)) out.insert(p);
    }
    if (!out.empty()) return out;
    for (const auto p : all_pollutants) out.insert(p);
    return out;
}

namespace {

/// The link a station speaks over, or last spoke over; empty if it never did.
std::string link_of(StationIndex station, const Turns& turns, const Config& config)
{
    const std::string& id = config.rules.network.stations[station.value].id;
    for (const auto& link : config.links)
        if (std::find(link.stations.begin(), link.stations.end(), id) != link.stations.end()) return link.name;
    const auto heard = turns.heard().find(station);
    return heard == turns.heard().end() ? std::string{} : heard->second.link;
}

} // namespace

std::vector<StationCoverage> coverage_of(const std::vector<StationIndex>& stations, HourEnding first, HourEnding last,
                                         const Turns& turns, const Config& config, SqliteStore& store)
{
    std::vector<StationCoverage> out;
    const auto closed = turns.state().last_closed();
    if (!closed) return out;
    last = std::min(last, *closed);
    std::map<std::string, LinkDowntime> downtimes;
    for (const auto station : stations) {
        const std::string link = link_of(station, turns, config);
        auto downtime = downtimes.find(link);
        if (downtime == downtimes.end()) {
            const Instant from = first.plus(-1).instant(config.rules.network.offset);
            downtime = downtimes.emplace(link, LinkDowntime{store.link_changes(link, from)}).first;
        }
        StationReader reader{station, first, last, turns, config, downtime->second, store};
        StationCoverage& c = out.emplace_back();
        c.station = station;
        for (HourEnding hour = first; hour <= last; hour = hour.plus(1)) {
            c.hours.push_back(reader.cell(hour));
            for (const auto p : all_pollutants) {
                const auto& kind = c.hours.back().of[p];
                if (!kind) continue;
                ++c.expected;
                if (!has_value(*kind)) continue;
                ++c.observed;
                if (*kind == HourKind::back_filled) ++c.back_filled;
            }
        }
    }
    return out;
}

std::string coverage_json(const std::vector<StationCoverage>& coverage, HourEnding first, HourEnding last,
                          const Config& config)
{
    const Network& network = config.rules.network;
    json::array stations;
    for (const auto& c : coverage) {
        std::string marks;
        json::array gaps;
        for (std::size_t i = 0; i < c.hours.size(); ++i) {
            const HourCell& cell = c.hours[i];
            marks += hour_kind_mark(cell.kind);
            if (has_value(cell.kind) || cell.kind == HourKind::not_expected) continue;
            const bool goes_on =
                i > 0 && c.hours[i - 1].kind == cell.kind && c.hours[i - 1].reason == cell.reason && !gaps.empty();
            if (goes_on) {
                gaps.back().as_object()["last"] = format_hour(cell.hour);
                continue;
            }
            json::array of;
            for (const auto p : all_pollutants)
                if (cell.of[p] && !has_value(*cell.of[p])) of.emplace_back(pollutant_name(p));
            gaps.push_back(json::object{{"first", format_hour(cell.hour)},
                                        {"last", format_hour(cell.hour)},
                                        {"kind", hour_kind_name(cell.kind)},
                                        {"kind_zh", hour_kind_zh(cell.kind)},
                                        {"reason", cell.reason},
                                        {"pollutants", std::move(of)}});
        }
        const Station& station = network.stations[c.station.value];
        stations.push_back(json::object{{"id", station.id},
                                        {"name", station.name},
                                        {"expected", c.expected},
                                        {"observed", c.observed},
                                        {"back_filled", c.back_filled},
                                        {"hours", marks},
                                        {"gaps", std::move(gaps)}});
    }
    json::object marks;
    for (const auto& row : kind_rows)
        marks[std::string(1, row.mark)] = json::object{{"kind", row.name}, {"zh", row.zh}};
    return json::serialize(json::object{{"schema", "aqid/coverage/1"},
                                        {"first", format_hour(first)},
                                        {"last", format_hour(last)},
                                        {"marks", std::move(marks)},
                                        {"stations", std::move(stations)}});
}

std::string weather_json(const std::vector<StationIndex>& stations, HourEnding first, HourEnding last,
                         const Config& config, SqliteStore& store)
{
    json::array rows;
    for (const auto station : stations) {
        json::array hours;
        for (const auto& [hour, values] : store.weather(station, first, last)) {
            json::object row{{"hour", format_hour(hour)}};
            for (const auto item : all_weather)
                row[weather_name(item)] =
                    values[item] ? json::value(format_milli(*values[item])) : json::value(nullptr);
            hours.push_back(std::move(row));
        }
        const Station& s = config.rules.network.stations[station.value];
        rows.push_back(json::object{{"id", s.id}, {"name", s.name}, {"hours", std::move(hours)}});
    }
    json::object units;
    for (const auto item : all_weather) units[weather_name(item)] = weather_unit(item);
    return json::serialize(
        json::object{{"schema", "aqid/weather/1"}, {"units", std::move(units)}, {"stations", std::move(rows)}});
}

} // namespace aqi::daemon
