#include "daemon/web/read_forecasts.hpp"

#include "daemon/web/ledger_json.hpp"
#include "daemon/web/read_parts.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr int verified_days = 90;
constexpr int days_shown = 31, days_most = 366;

/// A day's observed figure, as far as it is closed and kept.
struct Observed {
    std::optional<int> aqi;
    int level = 0;
    std::string primary;
    std::optional<DayVerdict> verdict;
};

Observed observed(const State& state, PlaceIndex place, LocalDay day, const RulePack* pack)
{
    Observed out;
    const PlaceDay* closed = state.ledger(place).day(day);
    if (closed == nullptr) return out;
    out.verdict = closed->verdict;
    out.primary = primary_zh(closed->primary);
    if (closed->aqi < 0) return out;
    out.aqi = closed->aqi;
    if (pack != nullptr) out.level = level_of(closed->aqi, pack->level_table);
    return out;
}

/// Every bureau by every lead, of those who had said something by then. A lead whose day has not come yet says nothing: of a day
/// to come the shortest lead is what holds so far.
template <class Take>
void each_forecast(const State& state, AreaIndex area, LocalDay day, Instant now, const Network& network,
                   const Take& take)
{
    const ForecastBook& book = state.forecasts(area);
    for (const auto& organisation : network.organisations)
        for (int lead = 1; lead <= verified_lead_days; ++lead) {
            if (now < HourEnding::of(day.plus(-lead), 0).instant(network.offset)) continue;
            if (const auto* said = said_ahead(book, organisation.id, day, lead, network.offset))
                take(organisation, lead, *said);
        }
}

Reply series_csv(AreaIndex area, const DaySpan& span, const ReadSources& sources)
{
    const Rules& rules = sources.config->rules;
    const Network& network = rules.network;
    const State& state = sources.turns->state();
    const Instant now = sources.clock->now();
    Csv csv{{"area", "date", "observed_aqi", "observed_primary", "edition", "quality", "organisation", "lead_days",
             "low", "high", "primary", "dust", "issued_at", "received_at"}};
    for (LocalDay day = span.first; day <= span.last; day = day.plus(1)) {
        const RulePack* pack = rules.pack(day);
        const PlaceIndex place = network.place(area);
        const Observed seen = observed(state, place, day, pack);
        each_forecast(
            state, area, day, now, network, [&](const Organisation& o, int lead, const ForecastBook::Said& s) {
                csv.text(network.areas[area.value].id).text(format_day(day)).number(seen.aqi).text(seen.primary);
                csv.text(pack != nullptr ? pack->id : "").text(review_level_name(state.reviewed(place, day, rules)));
                csv.text(o.id).number(lead).number(s.day.aqi_low).number(s.day.aqi_high).text(s.day.primary);
                csv.number(s.day.dust ? 1 : 0).text(format_instant(s.issued_at, network.offset));
                csv.text(format_instant(s.received_at, network.offset)).end();
            });
    }
    return std::move(csv).reply(fmt::format("forecasts-{}", format_day(span.first)));
}

json::object day_json(AreaIndex area, LocalDay day, Instant now, const State& state, const Rules& rules)
{
    const Network& network = rules.network;
    const RulePack* pack = rules.pack(day);
    const PlaceIndex place = network.place(area);
    const Observed seen = observed(state, place, day, pack);
    json::array forecasts;
    each_forecast(state, area, day, now, network, [&](const Organisation& o, int lead, const ForecastBook::Said& s) {
        forecasts.push_back(json::object{{"organisation", o.id},
                                         {"lead_days", lead},
                                         {"low", s.day.aqi_low},
                                         {"high", s.day.aqi_high},
                                         {"primary", s.day.primary},
                                         {"dust", s.day.dust},
                                         {"issued_at", format_instant(s.issued_at, network.offset)},
                                         {"received_at", format_instant(s.received_at, network.offset)}});
    });
    json::object out{{"date", format_day(day)},
                     {"level", seen.level},
                     {"primary", seen.primary},
                     {"quality", review_level_name(state.reviewed(place, day, rules))}};
    out["aqi"] = number_or_null(seen.aqi);
    out["verdict"] = seen.verdict ? json::value(verdict_name(*seen.verdict)) : json::value(nullptr);
    out["edition"] = edition_or_null(pack);
    out["forecasts"] = std::move(forecasts);
    return out;
}

} // namespace

Reply read_verification(const Query& query, const ReadSources& sources)
{
    query.only({"area", "first", "last"});
    const Rules& rules = sources.config->rules;
    const AreaIndex area = area_asked(query, "area", rules.network);
    const LocalDay closed = closed_day(sources.turns->state());
    const DaySpan span = days_asked(query, {closed.plus(1 - verified_days), closed}, days_most);
    json::object out{
        {"ok", true}, {"area", rules.network.areas[area.value].id}, {"name", rules.network.areas[area.value].name}};
    for (auto& [key, value] :
         verification_json(verify(sources.turns->state(), area, span.first, span.last, rules), rules.network))
        out[key] = std::move(value);
    return json_reply(json::serialize(out));
}

Reply read_forecast_series(const Query& query, const ReadSources& sources)
{
    query.only({"area", "first", "last", "format"});
    const Rules& rules = sources.config->rules;
    const Network& network = rules.network;
    const State& state = sources.turns->state();
    const bool csv = wants_csv(query);
    const AreaIndex area = area_asked(query, "area", network);
    const LocalDay closed = closed_day(state);
    const DaySpan span = days_asked(query, {closed.plus(1 - days_shown), closed.plus(verified_lead_days)}, days_most);
    if (csv) return series_csv(area, span, sources);
    json::array leads, organisations, days;
    for (int lead = 1; lead <= verified_lead_days; ++lead) leads.emplace_back(lead);
    for (const auto& o : network.organisations)
        if (o.bureau == Bureau::environment || o.bureau == Bureau::meteorology)
            organisations.push_back(
                json::object{{"id", o.id},
                             {"name", o.name},
                             {"bureau", o.bureau == Bureau::environment ? "environment" : "meteorology"}});
    for (LocalDay day = span.first; day <= span.last; day = day.plus(1))
        days.push_back(day_json(area, day, sources.clock->now(), state, rules));
    json::object out{{"ok", true},
                     {"area", network.areas[area.value].id},
                     {"name", network.areas[area.value].name},
                     {"first", format_day(span.first)},
                     {"last", format_day(span.last)}};
    out["leads"] = std::move(leads);
    out["organisations"] = std::move(organisations);
    out["days"] = std::move(days);
    return json_reply(json::serialize(out));
}

} // namespace aqi::daemon::web
