#include "daemon/web/public_facts.hpp"

#include "daemon/config.hpp"
#include "daemon/web/read.hpp"
#include "libaqi/format_figures.hpp"
#include "libaqi/message.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr int forecast_days_most = 7;
constexpr std::string_view feed_kind = "cap";

class Writer {
public:
    Writer(const State& state, const Config& config, Instant now)
        : state_(state), config_(config), rules_(config.rules), now_(now)
    {}

    PublicArea area(AreaIndex index) const
    {
        const Area& a = rules_.network.areas[index.value];
        PublicArea out{a.id, a.name, a.kind, {}, {}, {}, {}};
        const PlaceIndex place = rules_.network.place(index);
        if (const auto closed = state_.last_closed()) out.hour = hour(a, place, *closed);
        if (const auto closed = state_.last_closed_day()) out.day = day(place, *closed);
        out.warning = warning(a.id);
        out.forecast = forecast(index);
        return out;
    }

private:
    void add_index(PublicFigure& out, const IndexResult& index, LocalDay day) const
    {
        out.index = index;
        out.pack = rules_.pack(day);
        if (out.pack == nullptr || index.level < 1) return;
        const auto at = static_cast<std::size_t>(index.level - 1);
        const LevelTable& table = out.pack->level_table;
        out.level_zh = table.zh[at];
        out.level_en = table.en[at];
        out.advice_zh = table.advice_zh[at];
        out.advice_en = table.advice_en[at];
    }

    void add_values(PublicFigure& out, const PerPollutant<std::optional<Concentration>>& values) const
    {
        if (out.pack == nullptr) return;
        for (const auto p : all_pollutants)
            if (values[p])
                out.values[p] = published_text(round_for_index(*values[p], p, *out.pack), p, out.pack->step_ng[p]);
    }

    PublicFigure hour(const Area& a, PlaceIndex place, HourEnding closed) const
    {
        const HourFigure figure = hour_figure(state_, place, closed, rules_);
        PublicFigure out;
        out.hourly = true;
        out.as_of = closed.instant(rules_.network.offset);
        out.label = format_hour(closed);
        add_index(out, figure.index, closed.day());
        add_values(out, figure.value);
        for (const auto site : a.sites(closed.day())) {
            ++out.sites;
            const DayHours* hours = state_.station(site).day(closed.day());
            const auto has = [&](Pollutant p) { return hours->value(p, closed.hour_of_day()).has_value(); };
            if (hours != nullptr && std::any_of(all_pollutants.begin(), all_pollutants.end(), has)) ++out.with_value;
        }
        out.quality = state_.reviewed(place, closed.day(), rules_);
        return out;
    }

    PublicFigure day(PlaceIndex place, LocalDay closed) const
    {
        const DayFigure figure = day_figure(state_, place, closed, rules_);
        PublicFigure out;
        out.as_of = HourEnding::of(closed, 24).instant(rules_.network.offset);
        out.label = format_day(closed);
        add_index(out, figure.index, closed);
        add_values(out, figure.value);
        out.sites = figure.sites;
        for (const auto p : all_pollutants) out.with_value = std::max<int>(out.with_value, figure.valid[p]);
        out.quality = state_.reviewed(place, closed, rules_);
        return out;
    }

    std::optional<PublicWarning> warning(const std::string& area) const
    {
        const Warning* open = state_.open_warning(area);
        const Revision* issued = open != nullptr ? open->issued() : nullptr;
        if (issued == nullptr || ends_warning(issued->kind) || issued->level == WarningLevel::none) return std::nullopt;
        // The words everybody was sent, made again by the same code.
        const Announcement a = announce(*open, *issued, rules_, config_.mode);
        const UtcOffset offset = rules_.network.offset;
        PublicWarning out{open->id,    issued->level, a.headline_zh, a.headline_en, a.text_zh,
                          a.text_en,   a.advice_zh,   a.advice_en,   a.issued_at,   a.effective.instant(offset),
                          std::nullopt};
        if (a.until) out.until = a.until->instant(offset);
        return out;
    }

    std::vector<PublicForecast> forecast(AreaIndex index) const
    {
        const ForecastBook& book = state_.forecasts(index);
        const LocalDay today = day_at(now_, rules_.network.offset);
        std::vector<PublicForecast> out;
        for (LocalDay day = today; day < today.plus(forecast_days_most); day = day.plus(1))
            for (const auto& id : book.organisations(day)) {
                const auto* said = book.said(day, id);
                if (said == nullptr) continue;
                const Organisation* organisation = rules_.network.organisation_named(id);
                out.push_back({day, said->day.aqi_low, said->day.aqi_high, said->day.primary, id,
                               organisation != nullptr ? organisation->name : id, said->issued_at});
            }
        return out;
    }

    const State& state_;
    const Config& config_;
    const Rules& rules_;
    const Instant now_;
};

json::value figure_json(const std::optional<PublicFigure>& f, UtcOffset offset)
{
    if (!f) return nullptr;
    json::object values;
    for (const auto p : all_pollutants) {
        json::object o{{"unit", display_unit(p)}};
        o["value"] = f->values[p] ? json::value(*f->values[p]) : json::value(nullptr);
        values[pollutant_name(p)] = std::move(o);
    }
    json::object out{{"window", f->hourly ? "1h" : "24h"},
                     {"as_of", format_instant(f->as_of, offset)},
                     {"label", f->label},
                     {"level", f->index.level},
                     {"level_zh", f->level_zh},
                     {"level_en", f->level_en},
                     {"primary", primary_zh(f->index.primary)},
                     {"note", index_note_name(f->index.note)},
                     {"coverage", json::object{{"sites", f->sites}, {"with_value", f->with_value}}},
                     {"quality", review_level_name(f->quality)},
                     {"advice_zh", f->advice_zh},
                     {"advice_en", f->advice_en},
                     {"values", std::move(values)}};
    out["aqi"] = f->index.aqi ? json::value(*f->index.aqi) : json::value(nullptr);
    out["edition"] = nullptr;
    if (f->pack != nullptr)
        out["edition"] = json::object{{"id", f->pack->id},
                                      {"title_zh", f->pack->title_zh},
                                      {"title_en", f->pack->title_en},
                                      {"provisional", f->pack->provisional}};
    return out;
}

json::value warning_json(const std::optional<PublicWarning>& w, Instant now, UtcOffset offset)
{
    if (!w) return nullptr;
    json::object out{{"id", w->id},
                     {"level", warning_level_name(w->level)},
                     {"level_zh", warning_level_zh(w->level)},
                     {"headline_zh", w->headline_zh},
                     {"headline_en", w->headline_en},
                     {"text_zh", w->text_zh},
                     {"text_en", w->text_en},
                     {"advice_zh", w->advice_zh},
                     {"advice_en", w->advice_en},
                     {"issued_at", format_instant(w->issued_at, offset)},
                     {"effective", format_instant(w->effective, offset)},
                     {"in_effect", w->effective <= now}};
    out["until"] = w->until ? json::value(format_instant(*w->until, offset)) : json::value(nullptr);
    return out;
}

} // namespace

PublicFacts public_facts(const State& state, const Config& config, Instant now, std::string_view area)
{
    PublicFacts out;
    out.now = now;
    out.offset = config.rules.network.offset;
    out.drill = config.mode == Mode::drill;
    for (const auto& channel : config.channels)
        if (channel.kind != nullptr && channel.kind->kind == feed_kind && channel.mode == config.mode)
            out.feeds.push_back(channel.name);
    const Writer writer{state, config, now};
    const auto& areas = config.rules.network.areas;
    for (std::uint32_t i = 0; i < areas.size(); ++i)
        if (area.empty() || areas[i].id == area) out.areas.push_back(writer.area(AreaIndex{i}));
    return out;
}

std::string public_json(const PublicFacts& facts)
{
    json::array feeds, areas;
    for (const auto& name : facts.feeds)
        feeds.push_back(json::object{{"name", name}, {"path", fmt::format("/channels/{}/feed.xml", name)}});
    for (const auto& a : facts.areas) {
        json::array forecast;
        for (const auto& f : a.forecast)
            forecast.push_back(json::object{{"date", format_day(f.day)},
                                            {"low", f.low},
                                            {"high", f.high},
                                            {"primary", f.primary},
                                            {"organisation", f.organisation},
                                            {"organisation_name", f.organisation_name},
                                            {"issued_at", format_instant(f.issued_at, facts.offset)}});
        json::object o{{"id", a.id}, {"name", a.name}, {"kind", a.kind == AreaKind::city ? "city" : "county"}};
        o["hour"] = figure_json(a.hour, facts.offset);
        o["day"] = figure_json(a.day, facts.offset);
        o["warning"] = warning_json(a.warning, facts.now, facts.offset);
        o["forecast"] = std::move(forecast);
        areas.push_back(std::move(o));
    }
    return json::serialize(json::object{{"schema", "aqid/public/1"},
                                        {"now", format_instant(facts.now, facts.offset)},
                                        {"drill", facts.drill},
                                        {"feeds", std::move(feeds)},
                                        {"areas", std::move(areas)}});
}

Reply read_public(const Query& query, const ReadSources& sources)
{
    query.only({"area"});
    const std::string_view area = query.text("area");
    const PublicFacts facts = public_facts(sources.turns->state(), *sources.config, sources.clock->now(), area);
    if (facts.areas.empty() && !area.empty())
        throw Refusal(404, fmt::format("没有区域“{}”", area), fmt::format("there is no area \"{}\"", area));
    return json_reply(public_json(facts));
}

} // namespace aqi::daemon::web
