#include "daemon/web/api.hpp"
#include "daemon/web/dispatch_json.hpp"

#include "daemon/freshness.hpp"
#include "daemon/web/ledger_json.hpp"
#include "daemon/web/review_json.hpp"
#include "daemon/web/warning_json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr int strip_hours = 72;
constexpr int days_shown = 31;
constexpr int rows_shown = 30;
constexpr int alarms_shown = 100;
constexpr int verified_days = 90;
constexpr int notices_shown = 5;
constexpr int marks_looked_at = 400;

template <class T>
json::value or_null(const std::optional<T>& value)
{
    if (!value) return nullptr;
    return json::value(*value);
}

json::value day_or_null(const std::optional<LocalDay>& day)
{
    if (!day) return nullptr;
    return json::value(format_day(*day));
}

/// Concentrations go out as text in their display unit: the page shows them, it does not count with them.
json::value text_or_null(const std::optional<Concentration>& value, Pollutant p)
{
    if (!value) return nullptr;
    return json::value(format_concentration(*value, display_unit_ng(p)));
}

/// Rounded to the digits the edition publishes, for people.
std::optional<Concentration> published(const std::optional<Concentration>& value, Pollutant p, const RulePack* pack)
{
    if (!value || pack == nullptr) return value;
    return round_for_index(*value, p, *pack);
}

json::object counts_of(SqliteStore& store)
{
    json::object out;
    for (const auto& c : store.counts()) out[c.name] = c.count;
    return out;
}

class Writer {
public:
    explicit Writer(const Sources& sources)
        : s_(sources),
          config_(*sources.config),
          state_(sources.turns->state()),
          rules_(sources.config->rules),
          network_(rules_.network),
          now_(sources.clock->now())
    {}

    std::vector<Part> parts()
    {
        add("schema", "aqid/status/1");
        add("mode", config_.mode == Mode::drill ? "drill" : "real");
        add("rules", json::object{{"warnings", rules_.warning_rules}, {"digest", rules_.book.digest}});
        const auto closed = state_.last_closed();
        add("closed", closed ? json::value(format_hour(*closed)) : json::value(nullptr));
        if (const RulePack* pack = rules_.pack(closed ? closed->day() : day_at(now_, network_.offset)))
            add("edition", edition(*pack));
        add("storage", storages());
        add("links", links());
        add("durable_after_ms", lag_json(s_.durable_after));
        add("channels", channels());
        for (std::uint32_t a = 0; a < network_.areas.size(); ++a)
            add(fmt::format("areas/{}", network_.areas[a].id), area_json(AreaIndex{a}));
        add_stations();
        add("warnings", warnings_json(state_.warnings(), rules_, rows_shown));
        add("drills", warnings_json(state_.drills(), rules_, rows_shown));
        add("alarms", alarms_json(state_, now_, rules_, alarms_shown));
        add("responses", responses_json(state_, rules_, alarms_shown));
        add("orders", orders_json(state_, now_, rules_));
        add("outbox", outbox_json(s_.store->newest_outbox(rows_shown), network_.offset));
        add("replies", replies_json(s_.store->newest_replies(rows_shown), network_.offset, true));
        add("counts", counts_of(*s_.store));
        add("aside", aside());
        add("recompute", recomputed());
        json::array notices;
        for (const auto& n : s_.store->newest_notices(notices_shown)) notices.push_back(notice_json(n, network_));
        add("notices", std::move(notices));
        return std::move(parts_);
    }

private:
    void add(std::string name, const json::value& value)
    {
        parts_.push_back({std::move(name), json::serialize(value)});
    }

    static json::object edition(const RulePack& pack)
    {
        json::array levels;
        for (const auto& name : pack.level_table.zh) levels.emplace_back(name);
        return {{"id", pack.id},
                {"title_zh", pack.title_zh},
                {"title_en", pack.title_en},
                {"provisional", pack.provisional},
                {"levels_zh", std::move(levels)}};
    }

    json::array storages() const
    {
        json::array out;
        for (const auto& [name, part] : s_.health->storages())
            out.push_back(json::object{{"name", name},
                                       {"good", part.good},
                                       {"detail", part.detail},
                                       {"since", format_instant(part.since, network_.offset)}});
        return out;
    }

    static json::object lag_json(const LagHistogram& lag)
    {
        return {{"count", lag.count()},
                {"median", lag.permille_ms(500)},
                {"p99", lag.permille_ms(990)},
                {"most", lag.most_ms()}};
    }

    json::array links() const
    {
        json::array out;
        for (const auto& link : config_.links) {
            const auto found = s_.health->links().find(link.name);
            const bool known = found != s_.health->links().end();
            json::object o{{"name", link.name},
                           {"driver", std::string{link.driver->name}},
                           {"state", known ? drivers::link_state_name(found->second.state) : "connecting"},
                           {"detail", known ? found->second.detail : ""}};
            if (const auto lag = s_.health->lags().find(link.name); lag != s_.health->lags().end())
                o["stored_after_ms"] = lag_json(lag->second);
            out.push_back(std::move(o));
        }
        return out;
    }

    json::array channels() const
    {
        json::array out;
        for (const auto& c : s_.dispatch->health()) {
            json::object o{{"name", c.name},
                           {"kind", c.kind},
                           {"mode", c.mode == Mode::drill ? "drill" : "real"},
                           {"waiting", c.waiting},
                           {"last_state", c.last_state},
                           {"last_detail", without_numbers(c.last_detail)}};
            o["last_accepted"] =
                c.last_accepted ? json::value(format_instant(*c.last_accepted, network_.offset)) : json::value(nullptr);
            o["oldest"] = c.oldest ? json::value(format_instant(*c.oldest, network_.offset)) : json::value(nullptr);
            out.push_back(std::move(o));
        }
        return out;
    }

    json::object hour_json(const HourFigure& f) const
    {
        const RulePack* pack = rules_.pack(f.hour.day());
        json::object values;
        for (const auto p : all_pollutants) values[pollutant_name(p)] = text_or_null(published(f.value[p], p, pack), p);
        json::object out{{"hour", format_hour(f.hour)},
                         {"level", f.index.level},
                         {"primary", primary_zh(f.index.primary)},
                         {"note", index_note_name(f.index.note)}};
        out["aqi"] = or_null(f.index.aqi);
        out["values"] = std::move(values);
        return out;
    }

    json::object area_json(AreaIndex index) const
    {
        const Area& area = network_.areas[index.value];
        const PlaceIndex place = network_.place(index);
        json::object out{
            {"id", area.id}, {"name", area.name}, {"kind", area.kind == AreaKind::city ? "city" : "county"}};
        json::array stations;
        for (const auto station : area.sites(day_at(now_, network_.offset)))
            stations.emplace_back(network_.stations[station.value].id);
        out["stations"] = std::move(stations);
        out["hour"] = nullptr;
        json::array strip, days;
        if (const auto closed = state_.last_closed()) {
            out["hour"] = hour_json(hour_figure(state_, place, *closed, rules_));
            for (int back = strip_hours - 1; back >= 0; --back) {
                const HourEnding hour = closed->plus(-back);
                const HourFigure f = hour_figure(state_, place, hour, rules_);
                strip.push_back(json::array{format_hour(hour), or_null(f.index.aqi),
                                            text_or_null(f.value[Pollutant::pm2_5], Pollutant::pm2_5),
                                            text_or_null(f.value[Pollutant::pm10], Pollutant::pm10)});
            }
        }
        if (const auto closed = state_.last_closed_day())
            for (int back = days_shown - 1; back >= 0; --back) {
                const LocalDay day = closed->plus(-back);
                if (state_.ledger(place).day(day) == nullptr) continue;
                days.push_back(day_json(day_figure(state_, place, day, rules_)));
            }
        out["strip"] = std::move(strip);
        out["days"] = std::move(days);
        year_json(place, out);
        const Warning* open = state_.open_warning(area.id);
        out["warning"] = open != nullptr ? json::value(open->id) : json::value(nullptr);
        out["level"] = warning_level_name(open != nullptr ? open->level() : WarningLevel::none);
        out["forecasts"] = forecasts_json(state_, index, now_, rules_);
        // What the consultation that is on should know of its forecasts.
        out["verification"] = nullptr;
        const bool consulting = open != nullptr && open->pending() != nullptr;
        if (const auto last = state_.last_closed_day(); last && consulting)
            out["verification"] =
                verification_json(verify(state_, index, last->plus(1 - verified_days), *last, rules_), network_);
        return out;
    }

    static json::array labels(PollutantSet set)
    {
        json::array out;
        for (const auto p : all_pollutants)
            if (set.contains(p)) out.emplace_back(pollutant_label(p));
        return out;
    }

    json::value recomputed() const
    {
        const auto& r = s_.health->recomputed();
        if (!r) return nullptr;
        return json::object{{"at", format_instant(r->at, network_.offset)},
                            {"took_ms", r->took.count()},
                            {"events", r->events},
                            {"figures", r->figures},
                            {"differences", r->differences},
                            {"trouble", s_.health->recompute_trouble()}};
    }

    json::object day_json(const DayFigure& f) const
    {
        const RulePack* pack = rules_.pack(f.day);
        json::object values;
        for (const auto p : all_pollutants) values[pollutant_name(p)] = text_or_null(published(f.value[p], p, pack), p);
        json::object out{{"date", format_day(f.day)},
                         {"level", f.index.level},
                         {"primary", primary_zh(f.index.primary)},
                         {"verdict", verdict_name(f.verdict)},
                         {"note", index_note_name(f.index.note)},
                         {"absent", labels(f.index.absent)},
                         {"exempt", labels(f.index.exempt)},
                         {"review", review_level_name(state_.reviewed(f.place, f.day, rules_))}};
        out["aqi"] = or_null(f.index.aqi);
        out["values"] = std::move(values);
        return out;
    }

    void year_json(PlaceIndex place, json::object& out) const
    {
        json::array annual;
        out["good_days"] = nullptr;
        if (const auto closed = state_.last_closed_day()) {
            Figures figures;
            year_figures(state_, place, closed->year(), rules_, figures);
            for (const auto& f : figures.annual) {
                json::object o{{"pollutant", pollutant_name(f.pollutant)},
                               {"label", pollutant_label(f.pollutant)},
                               {"unit", display_unit(f.pollutant)},
                               {"window", window_name(f.window)},
                               {"year", f.year},
                               {"valid_days", f.valid_days},
                               {"year_over", f.year_over},
                               {"year_valid", f.year_valid}};
                o["mean"] = text_or_null(f.mean, f.pollutant);
                o["published"] = text_or_null(f.published, f.pollutant);
                o["target"] = text_or_null(f.target, f.pollutant);
                o["allowance"] = text_or_null(f.allowance, f.pollutant);
                o["met"] = or_null(f.met);
                o["lost_on"] = day_or_null(f.lost_on);
                o["may_lose"] = f.may_lose;
                o["void_on"] = day_or_null(f.void_on);
                annual.push_back(std::move(o));
            }
            for (const auto& f : figures.good_days) {
                json::object o{{"year", f.year},           {"good", f.good},
                               {"lost", f.lost},           {"undetermined", f.undetermined},
                               {"remaining", f.remaining}, {"upper_bound", f.upper_bound()},
                               {"at_most", f.at_most()},   {"never_measured", labels(f.never_measured)}};
                o["target"] = or_null(f.target);
                o["met"] = or_null(f.met);
                o["lost_on"] = day_or_null(f.lost_on);
                out["good_days"] = std::move(o);
            }
        }
        out["annual"] = std::move(annual);
    }

    void add_stations()
    {
        std::map<std::string_view, const drivers::StationLine*> lines;
        for (const auto& line : s_.lines) lines[line.station] = &line;
        const auto marks = s_.store->newest_marks(marks_looked_at);
        for (std::uint32_t s = 0; s < network_.stations.size(); ++s) {
            const auto& newest = state_.station(StationIndex{s}).newest;
            json::object o{{"id", network_.stations[s].id}, {"name", network_.stations[s].name}};
            o["newest"] = newest ? json::value(format_hour(*newest)) : json::value(nullptr);
            const StationFreshness fresh = freshness_of(StationIndex{s}, *s_.turns, config_, marks, now_);
            o["state"] = station_state_name(fresh.state);
            o["state_zh"] = station_state_zh(fresh.state);
            o["detail_zh"] = fresh.detail.zh;
            o["detail_en"] = fresh.detail.en;
            // Silence is a state: the age of the newest value, not of the last packet.
            o["silent"] = fresh.state == StationState::silent || fresh.state == StationState::never;
            Instant until = fresh.heard ? fresh.heard->data_until : Instant{};
            if (newest) until = std::max(until, newest->instant(network_.offset));
            o["minutes_ago"] = newest || fresh.heard
                                   ? json::value(std::max<std::int64_t>((now_.ms - until.ms) / 60'000, 0))
                                   : json::value(nullptr);
            o["note"] = note_json(StationIndex{s});
            json::array late;
            for (const auto p : fresh.late_pollutants) late.emplace_back(pollutant_label(p));
            o["late_pollutants"] = std::move(late);
            const auto behind = s_.turns->clock_behind(StationIndex{s});
            o["clock_behind_hours"] = behind ? json::value(*behind) : json::value(nullptr);
            if (const auto line = lines.find(network_.stations[s].id); line != lines.end())
                o["link"] = json::object{{"good", line->second->good}, {"detail", line->second->detail}};
            o["hour"] = nullptr;
            if (const auto closed = state_.last_closed())
                o["hour"] = hour_json(hour_figure(state_, network_.place(StationIndex{s}), *closed, rules_));
            add(fmt::format("stations/{}", network_.stations[s].id), std::move(o));
        }
    }

    /// What people said of the station for the hour that runs: maintenance before quarantine, as its state does.
    json::value note_json(StationIndex station) const
    {
        for (const auto kind : {StationNote::Kind::maintenance, StationNote::Kind::quarantine})
            if (const auto* note = state_.station_note(station, kind, hour_around(now_, network_.offset)))
                return json::object{{"kind", station_note_name(kind)},
                                    {"first", format_hour(note->first)},
                                    {"last", note->last ? json::value(format_hour(*note->last)) : json::value(nullptr)},
                                    {"why", note->why},
                                    {"person", note->act.person}};
        return nullptr;
    }

    json::array aside() const
    {
        json::array out;
        for (const auto& row : s_.store->newest_parked(rows_shown))
            out.push_back(json::object{{"at", format_instant(Instant{row.received_ms}, network_.offset)},
                                       {"reason", row.reason},
                                       {"detail", row.detail},
                                       {"link", row.link},
                                       {"origin", row.origin},
                                       {"station", row.station}});
        return out;
    }

    const Sources& s_;
    const Config& config_;
    const State& state_;
    const Rules& rules_;
    const Network& network_;
    const Instant now_;
    std::vector<Part> parts_;
};

} // namespace

std::vector<Part> status_parts(const Sources& sources) { return Writer{sources}.parts(); }

std::string status_of(const std::vector<Part>& parts, Instant now, UtcOffset offset)
{
    std::string out = fmt::format(R"({{"now":"{}","now_ms":{})", format_instant(now, offset), now.ms);
    std::string_view list; // the array that is open
    std::set<std::string_view> absent{"areas", "stations"};
    for (const auto& part : parts) {
        const std::string_view name{part.name};
        const auto slash = name.find('/');
        const auto of = slash == std::string_view::npos ? std::string_view{} : name.substr(0, slash);
        if (!list.empty() && list != of) out += ']';
        out += ',';
        if (of.empty())
            out += fmt::format("{}:", json::serialize(json::value(name)));
        else if (list != of)
            out += fmt::format("\"{}\":[", of);
        list = of;
        absent.erase(of);
        out += part.text;
    }
    if (!list.empty()) out += ']';
    for (const auto name : absent) out += fmt::format(",\"{}\":[]", name);
    return out += '}';
}

std::string status_json(const Sources& sources)
{
    return status_of(status_parts(sources), sources.clock->now(), sources.config->rules.network.offset);
}

std::string counts_json(SqliteStore& store) { return json::serialize(counts_of(store)); }

} // namespace aqi::daemon::web
