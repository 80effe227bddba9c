#include "daemon/turns.hpp"

#include "daemon/coverage.hpp"
#include "daemon/ingest.hpp"
#include "daemon/routing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace aqi::daemon {
namespace {

constexpr std::size_t parked_bytes = 4096;
/// Hours closed in one turn when many are due: keeps a turn, and its memory, small.
constexpr int hours_a_turn = 48;
/// Longer than any run of hours the marks look back over but the history of days.
constexpr int hours_marked_again = 12;
/// A station so many hours behind, so many hours in a row, is suspected of a wrong clock.
constexpr int clock_behind_least = 2;
constexpr int clock_behind_times = 3;

} // namespace

Turns::Turns(const Config& config, Store& store, const Clock& clock)
    : config_(config), store_(store), clock_(clock), state_(config.rules.network), minutes_(store)
{
    for (const auto& link : config.links) links_[link.name] = &link;
}

Outcome<void> Turns::fold_into(State& state, const std::function<void(Figures&)>& take)
{
    const auto folded = store_.fold([&](const Event& event) {
        absorb(state, event, config_.rules);
        const auto* closed = std::get_if<HourClosed>(&event);
        if (closed == nullptr || closed->hour.hour_of_day() != 24) return;
        // Day by day, so that what waits to be settled stays small.
        if (!take) return settle(state, config_.rules, nullptr);
        Figures figures;
        figures.days_only = true;
        settle(state, config_.rules, &figures);
        take(figures);
    });
    Figures rest;
    rest.days_only = true;
    settle(state, config_.rules, take ? &rest : nullptr);
    if (take) take(rest);
    return folded;
}

Outcome<void> Turns::recover()
{
    State fresh{config_.rules.network};
    if (const auto folded = fold_into(fresh, {}); !folded) return folded.error();
    auto heard = store_.heard();
    if (!heard) return heard.error();
    heard_ = std::move(*heard);
    minutes_.clear();
    state_ = std::move(fresh);
    stale_ = false;
    return {};
}

Outcome<Figures> Turns::all_figures()
{
    State fresh{config_.rules.network};
    std::map<std::pair<LocalDay, PlaceIndex>, DayFigure> days;
    std::set<std::pair<PlaceIndex, int>> years;
    const auto folded = fold_into(fresh, [&](Figures& figures) {
        for (auto& figure : figures.days) {
            years.emplace(figure.place, figure.day.year());
            days[{figure.day, figure.place}] = std::move(figure);
        }
    });
    if (!folded) return folded.error();
    Figures out;
    for (auto& [key, figure] : days) out.days.push_back(std::move(figure));
    for (const auto& [place, year] : years) year_figures(fresh, place, year, config_.rules, out);
    return out;
}

namespace {

/// A figure that changed twice in one turn changed once; one that came back did not change. In order of the first change.
std::vector<Change> merged(std::vector<Change> changes)
{
    std::map<std::tuple<std::string, Change::What, LocalDay, std::optional<Pollutant>>, std::size_t> known;
    std::vector<Change> out;
    for (auto& change : changes) {
        const auto [at, is_new] =
            known.try_emplace({change.place, change.what, change.day, change.pollutant}, out.size());
        if (is_new)
            out.push_back(std::move(change));
        else
            out[at->second].after = std::move(change.after);
    }
    std::erase_if(out, [](const Change& change) { return change.before == change.after; });
    return out;
}

} // namespace

/// Published figures that changed become a numbered notice, in the same transaction as the figures.
void Turns::give_notice(Turn& turn, const NoticeContext& context)
{
    auto changes = merged(std::exchange(turn.figures.changes, {}));
    const Instant now = clock_.now();
    auto noticed = notice_of(state_, changes, context.cause, context.who, context.why, now, config_.rules);
    if (!noticed) return;
    absorb(state_, Event{*noticed}, config_.rules);
    turn.events.push_back({std::move(*noticed), now, {}});
    ++turn.counts["notices"];
}

/// Quality control of every hour whose figures were made: marks beside the values, which stay as they are.
void Turns::mark_hours(Turn& turn)
{
    if (!config_.rules.book.qc) return;
    for (const auto& f : turn.figures.hours) {
        if (config_.rules.network.area_of(f.place)) continue;
        const StationIndex station{f.place.value};
        // A late value can change what is said of the hours right after it.
        for (int after = 0; after <= hours_marked_again; ++after) {
            const HourEnding hour = f.hour.plus(after);
            if (!state_.last_closed() || *state_.last_closed() < hour) break;
            if (!turn.marked_hours.emplace(hour, station).second) continue;
            for (auto& finding : qc_hour(state_, station, hour, config_.rules))
                turn.marks.push_back(std::move(finding));
        }
    }
}

Outcome<void> Turns::run(const std::function<void(Turn&)>& fill, const NoticeContext& context)
{
    if (stale_) {
        // A full disk is asked with something small before the whole journal is folded.
        Turn probe;
        probe.counts["recoveries"] = 1;
        if (const auto writable = store_.commit(probe); !writable) return writable.error();
        if (const auto recovered = recover(); !recovered) return recovered.error();
    }
    Turn turn;
    trouble_.reset();
    stated_.clear();
    fill(turn);
    if (trouble_) {
        stale_ = true;
        return *trouble_;
    }
    turn.hours = minutes_.changes();
    settle(state_, config_.rules, &turn.figures);
    give_notice(turn, context);
    mark_hours(turn);
    if (turn.empty()) return {};
    const bool announced = !turn.outbox.empty();
    if (const auto committed = store_.commit(turn); !committed) {
        stale_ = true;
        return committed.error();
    }
    // The hour that is open and the one that is about to be closed stay in memory.
    if (const auto closed = state_.last_closed()) minutes_.committed(closed->plus(1));
    if (announced && outbox_filled_) outbox_filled_();
    return {};
}

void Turns::happen(Event event, Instant received_at, std::string_view link, Turn& turn)
{
    absorb(state_, event, config_.rules);
    announce_if_issued(event, turn);
    const bool may_decide = std::holds_alternative<HourClosed>(event) ||
                            std::holds_alternative<ForecastIssued>(event) || std::holds_alternative<Ordered>(event) ||
                            std::holds_alternative<PersonActed>(event);
    turn.events.push_back({std::move(event), received_at, std::string{link}});
    if (!may_decide) return;
    settle(state_, config_.rules, &turn.figures);
    for (auto& follows : decide(state_, turn.events.back().event, config_.rules)) {
        absorb(state_, follows, config_.rules);
        turn.events.push_back({std::move(follows), received_at, {}});
    }
}

void Turns::announce_if_issued(const Event& event, Turn& turn)
{
    const auto* acted = std::get_if<PersonActed>(&event);
    if (acted == nullptr || acted->to != RevisionState::issued) return;
    const Warning* warning = state_.warning(acted->warning);
    AQI_CHECK(warning != nullptr);
    const auto revision = std::find_if(warning->revisions.begin(), warning->revisions.end(),
                                       [&](const Revision& r) { return r.number == acted->revision; });
    AQI_CHECK(revision != warning->revisions.end());
    const Mode mode = state_.is_drill(warning->id) ? Mode::drill : config_.mode;
    notify::Letter letter;
    letter.mode = mode;
    letter.id = warning->id;
    letter.revision = revision->number;
    letter.at = acted->at;
    letter.offset = config_.rules.network.offset;
    letter.warning = announce(*warning, *revision, config_.rules, mode);
    prepare(letter, acted->at, turn);
}

/// Rows of the outbox for a letter, in the turn that decided it.
void Turns::prepare(const notify::Letter& letter, Instant now, Turn& turn)
{
    auto routed = route(letter, config_, store_, now);
    if (!routed) {
        trouble_ = routed.error();
        return;
    }
    std::move(routed->rows.begin(), routed->rows.end(), std::back_inserter(turn.outbox));
    std::move(routed->superseded.begin(), routed->superseded.end(), std::back_inserter(turn.superseded));
}

Outcome<void> Turns::post(std::vector<PreparedRow> rows, std::vector<OutboxEntry> settled)
{
    return run([&](Turn& turn) {
        std::move(rows.begin(), rows.end(), std::back_inserter(turn.outbox));
        std::move(settled.begin(), settled.end(), std::back_inserter(turn.superseded));
    });
}

void Turns::take_frame(const InboxEntry& entry, Turn& turn)
{
    ++turn.counts["frames"];
    const auto park = [&](Fault fault, std::string station) {
        ++turn.counts[fmt::format("aside_{}", reason_name(fault.reason))];
        turn.parked.push_back({entry.received_at, std::move(fault), entry.link, entry.origin, std::move(station),
                               entry.bytes.substr(0, parked_bytes)});
    };
    if (entry.cut) return park({Reason::too_large, fmt::format("longer than {} bytes", drivers::frame_max)}, {});
    if (!entry.refused.empty()) return park({Reason::refused, entry.refused}, {});
    const auto link = links_.find(entry.link);
    if (link == links_.end())
        return park({Reason::unknown_name, fmt::format("link \"{}\" is no longer in the configuration", entry.link)},
                    {});
    drivers::Frame frame{entry.link, entry.origin, entry.bytes, entry.received_at, entry.retained};
    auto decoded = link->second->driver->decode(frame, link->second->settings, config_.rules.network.offset);
    for (auto& fault : decoded.faults) park(std::move(fault), {});
    for (const auto& name : decoded.counted) ++turn.counts[name];
    for (auto& reading : decoded.readings) take_reading(std::move(reading), entry, turn);
    for (auto& forecast : decoded.forecasts) take_forecast(std::move(forecast), entry, turn);
}

void Turns::take_forecast(Forecast forecast, const InboxEntry& entry, Turn& turn)
{
    const Network& network = config_.rules.network;
    if (const Person* person = network.person_named(forecast.person)) forecast.organisation = person->organisation;
    const auto area = network.area_named(forecast.area);
    if (area && !forecast.days.empty() && state_.forecasts(*area).knows(forecast)) {
        ++turn.counts["forecast_repeats"];
        return;
    }
    // It was said when it arrived here: a frame that waited in the inbox is not younger for it.
    auto issued = admit_forecast(forecast, entry.received_at, config_.rules);
    if (issued) {
        ++turn.counts["forecasts"];
        issued->at = clock_.now();
        return happen(std::move(*issued), entry.received_at, entry.link, turn);
    }
    ++turn.counts["aside_refused"];
    turn.parked.push_back(
        {entry.received_at, issued.error(), entry.link, entry.origin, {}, entry.bytes.substr(0, parked_bytes)});
}

void Turns::take_reading(Reading reading, const InboxEntry& entry, Turn& turn)
{
    ++turn.counts["readings"];
    if (!entry.retained) watch_clock(reading, entry.received_at);
    const auto park = [&](Fault fault) {
        ++turn.counts[fmt::format("aside_{}", reason_name(fault.reason))];
        turn.parked.push_back({entry.received_at, std::move(fault), entry.link, entry.origin, reading.station,
                               entry.bytes.substr(0, parked_bytes), reading.hour});
    };
    const bool part = reading.period == Period::minutes || reading.period == Period::moment;
    if (!part) {
        auto judged =
            judge_reading(reading, entry.retained, state_, config_.rules, clock_.now(), config_.ahead_at_most);
        for (auto& fault : judged.faults) park(std::move(fault));
        take_judged(std::move(judged), entry.link, entry.received_at, turn);
    }
    const bool weather = std::any_of(all_weather.begin(), all_weather.end(),
                                     [&](WeatherItem item) { return reading.weather[item].has_value(); });
    const auto station = config_.rules.network.station_named(reading.station);
    if (station && !entry.retained) heard_of(*station, reading, entry, turn);
    if (!part && !weather) return;
    auto judged = judge_part(reading, entry.retained, state_, config_.rules, clock_.now(), config_.ahead_at_most,
                             config_.minutes_kept_days);
    if (!judged.station) {
        if (part) // an hour's fault was parked above
            for (auto& fault : judged.faults) park(std::move(fault));
        return;
    }
    for (auto& fault : judged.faults) park(std::move(fault));
    const auto news = minutes_.take(judged.reading, *judged.station, config_.rules.network.offset);
    if (!news) {
        trouble_ = news.error();
        return;
    }
    if (*news > 0)
        turn.counts[part ? "minute_values" : "weather_values"] += *news;
    else
        ++turn.counts["duplicates"];
}

void Turns::take_judged(Judged judged, std::string_view link, Instant received_at, Turn& turn)
{
    const auto count = [&](const char* name, std::int64_t n) {
        if (n > 0) turn.counts[name] += n;
    };
    count("values", static_cast<std::int64_t>(judged.events.size()));
    count("duplicates", judged.duplicates);
    count("revisions", judged.revisions);
    count("late_values", judged.late);
    // An hour we made of minutes, and the station now says the same: from here on it is the station's.
    if (link != made_here)
        for (auto& event : judged.repeated) {
            const auto* e = std::get_if<Observed>(&event);
            if (e == nullptr || trouble_) continue;
            const auto ours = store_.made_of_minutes(e->station, e->hour, e->pollutant);
            if (!ours)
                trouble_ = ours.error();
            else if (*ours)
                judged.events.push_back(std::move(event));
        }
    for (auto& event : judged.events) {
        if (const auto* e = std::get_if<Observed>(&event); e != nullptr && link != made_here)
            stated_.emplace(e->hour, e->station, e->pollutant);
        happen(std::move(event), received_at, link, turn);
    }
}

void Turns::heard_of(StationIndex station, const Reading& reading, const InboxEntry& entry, Turn& turn)
{
    const UtcOffset offset = config_.rules.network.offset;
    const bool part = reading.period == Period::minutes || reading.period == Period::moment;
    const Instant data = part ? reading.at : reading.hour.instant(offset);
    if (data.ms > clock_.now().ms + std::chrono::milliseconds{config_.ahead_at_most}.count()) return;
    Heard& heard = heard_[station];
    heard.received_at = std::max(heard.received_at, entry.received_at);
    heard.data_until = std::max(heard.data_until, data);
    heard.link = entry.link;
    turn.heard[station] = heard;
}

/// The hour of a station that sent minutes: where no hour of its own is known, or the one that is known was made here.
void Turns::make_hour(StationIndex station, HourEnding hour, Instant at, Turn& turn)
{
    const auto made = minutes_.hour(station, hour);
    if (!made) {
        trouble_ = made.error();
        return;
    }
    Reading reading;
    reading.station = config_.rules.network.stations[station.value].id;
    reading.hour = hour;
    bool any = false;
    for (const auto p : all_pollutants) {
        if (!(*made)[p]) continue;
        if (stated_.contains({hour, station, p})) continue;
        if (state_.held(station, hour, p)) {
            const auto ours = store_.made_of_minutes(station, hour, p);
            if (!ours) {
                trouble_ = ours.error();
                return;
            }
            if (!*ours) continue;
        }
        reading.values[p] = *(*made)[p];
        any = true;
    }
    if (!any) return;
    auto judged = judge_reading(reading, false, state_, config_.rules, clock_.now(), config_.ahead_at_most);
    for (auto& fault : judged.faults) {
        ++turn.counts[fmt::format("aside_{}", reason_name(fault.reason))];
        turn.parked.push_back({at, std::move(fault), std::string{made_here}, {}, reading.station, {}, hour});
    }
    take_judged(std::move(judged), made_here, at, turn);
}

void Turns::make_hours_of(HourEnding hour, Instant at, Turn& turn)
{
    auto stations = store_.with_minutes(hour);
    if (!stations) {
        trouble_ = stations.error();
        return;
    }
    for (const auto station : *stations) make_hour(station, hour, at, turn);
}

std::vector<drivers::Owed> Turns::owed(const LinkConfig& link) const
{
    std::vector<drivers::Owed> out;
    const auto closed = state_.last_closed();
    if (!closed) return out;
    const HourEnding from = closed->plus(-24 * config_.back_fill_days);
    for (const auto& id : link.stations) {
        const auto station = config_.rules.network.station_named(id);
        if (!station) continue;
        const PollutantSet expected = expected_of(*station, closed->day(), state_, config_.rules.network);
        std::optional<drivers::Owed> run;
        for (HourEnding hour = *closed; hour > from; hour = hour.plus(-1)) {
            const DayHours* day = state_.station(*station).day(hour.day());
            const auto whole = [&](Pollutant p) {
                const int of_day = hour.hour_of_day();
                return !expected.contains(p) ||
                       (day != nullptr && day->received(p, of_day) &&
                        (day->value(p, of_day) || day->flag(p, of_day) != Flag::too_few_minutes));
            };
            const bool received = std::all_of(all_pollutants.begin(), all_pollutants.end(), whole);
            if (received) {
                if (run) out.push_back(*run);
                run.reset();
            } else if (run) {
                run->first = hour;
            } else {
                run = drivers::Owed{id, hour, hour};
            }
        }
        if (run) out.push_back(*run);
    }
    std::sort(out.begin(), out.end(), [](const drivers::Owed& a, const drivers::Owed& b) { return b.last < a.last; });
    return out;
}

void Turns::watch_clock(const Reading& reading, Instant received_at)
{
    const auto station = config_.rules.network.station_named(reading.station);
    if (!station || reading.period == Period::day) return;
    if (reading.period != Period::hour) {
        const std::int64_t ahead = reading.at.ms - received_at.ms;
        if (ahead > std::chrono::milliseconds{config_.ahead_at_most}.count())
            ahead_[*station] = {static_cast<int>(ahead / 60'000), received_at};
        else
            ahead_.erase(*station);
        return;
    }
    const std::int64_t ahead_ms = reading.hour.instant(config_.rules.network.offset).ms - received_at.ms;
    if (ahead_ms > std::chrono::milliseconds{config_.ahead_at_most}.count()) {
        ahead_[*station] = {static_cast<int>(ahead_ms / 60'000), received_at};
        return;
    }
    ahead_.erase(*station);
    Lag& lag = lags_[*station];
    // Only what is newer than anything before says something of now; the rest is back-fill.
    if (lag.times > 0 && reading.hour <= lag.newest) return;
    const int hours = last_hour_over(received_at, config_.rules.network.offset).since_epoch - reading.hour.since_epoch;
    lag = Lag{reading.hour, hours, hours == lag.hours && lag.times > 0 ? lag.times + 1 : 1};
}

std::optional<int> Turns::clock_ahead(StationIndex station) const
{
    const auto found = ahead_.find(station);
    if (found == ahead_.end()) return std::nullopt;
    // A station that has said nothing since is silent, whatever its clock was.
    const std::int64_t age_ms = clock_.now().ms - found->second.received_at.ms;
    if (age_ms > std::chrono::milliseconds{config_.silent_after}.count()) return std::nullopt;
    return found->second.minutes;
}

std::optional<int> Turns::clock_behind(StationIndex station) const
{
    const auto found = lags_.find(station);
    if (found == lags_.end()) return std::nullopt;
    const Lag& lag = found->second;
    if (lag.hours < clock_behind_least || lag.times < clock_behind_times) return std::nullopt;
    return lag.hours;
}

Outcome<void> Turns::take(const InboxBatch& batch)
{
    NoticeContext context{Notice::Cause::late_value, {}, "values arrived after their day was closed (日结后补传)"};
    std::set<std::string> links;
    for (const auto& entry : batch.entries) links.insert(entry.link);
    for (const auto& link : links) context.who += (context.who.empty() ? "" : ", ") + link;
    return run(
        [&](Turn& turn) {
            for (const auto& entry : batch.entries) {
                take_frame(entry, turn);
                if (trouble_) return;
                turn.consumed = entry.end;
            }
            // Minutes of hours that are closed already: back-filled, or late.
            if (const auto closed = state_.last_closed())
                for (const auto& [hour, station] : minutes_.touched_until(*closed)) {
                    make_hour(station, hour, clock_.now(), turn);
                    if (trouble_) return;
                }
            if (!batch.damaged_until) return;
            ++turn.counts["inbox_damage"];
            Parked& damage = turn.parked.emplace_back();
            damage.received_at = clock_.now();
            damage.fault = {Reason::malformed, batch.damage};
            damage.link = "inbox";
            turn.consumed = *batch.damaged_until;
        },
        context);
}

Outcome<void> Turns::close_hours()
{
    while (true) {
        const Instant now = clock_.now();
        const Instant settled{now.ms - std::chrono::milliseconds{config_.close_after}.count()};
        const HourEnding due = last_hour_over(settled, config_.rules.network.offset);
        const HourEnding next = !stale_ && state_.last_closed() ? state_.last_closed()->plus(1) : due;
        if (!stale_ && next > due) return {};
        const auto done = run([&](Turn& turn) {
            HourEnding hour = state_.last_closed() ? state_.last_closed()->plus(1) : due;
            for (int n = 0; n < hours_a_turn && hour <= due; ++n, hour = hour.plus(1)) {
                make_hours_of(hour, now, turn);
                if (trouble_) return;
                happen(HourClosed{hour, now, hour < due}, now, {}, turn);
            }
            minutes_.touched_until(due);
        });
        if (!done) return done.error();
    }
}

Turn Turns::notice_of_rules(std::vector<Change> changes, std::string why)
{
    Turn turn;
    turn.figures.changes = std::move(changes);
    give_notice(turn, {Notice::Cause::rules, "configuration", std::move(why)});
    return turn;
}

std::string Turns::figures_digest(const Rules& rules)
{
    // Everything that a figure depends on and the journal does not hold.
    std::string out = fmt::format("1 {} {} {}", rules.book.digest, rules.edition, rules.network.offset.minutes);
    for (const auto& area : rules.network.areas) {
        out += fmt::format("|{}:", area.id);
        for (const auto& m : area.members)
            out += fmt::format("{} {} {}..{},", rules.network.stations[m.station.value].id, site_role_name(m.role),
                               m.from ? format_day(*m.from) : "", m.until ? format_day(*m.until) : "");
    }
    const auto ng = [](const std::optional<Concentration>& c) { return c ? c->ng_per_m3() : -1; };
    const auto plans = [&](const std::string& id, const std::vector<MonitoringPlan>& of_place) {
        for (const auto& p : of_place)
            out += fmt::format("|plan {} {} {} {} {}", id, p.without.bits(), p.from ? p.from->since_epoch : 0,
                               p.until ? p.until->since_epoch : 0,
                               p.never_primary_since ? p.never_primary_since->since_epoch : 0);
    };
    for (const auto& station : rules.network.stations) plans(station.id, station.plans);
    for (const auto& area : rules.network.areas) plans(area.id, area.plans);
    for (const auto& t : rules.book.targets)
        out += fmt::format("|{} {} {} {} {}", t.area, t.year, ng(t.pm10), ng(t.pm2_5), t.good_days.value_or(-1));
    return out;
}

} // namespace aqi::daemon
