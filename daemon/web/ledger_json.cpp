#include "daemon/web/ledger_json.hpp"

#include <boost/json.hpp>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

std::string name_of(const std::string& organisation, const Network& network)
{
    if (organisation == persistence) return "持续性基线";
    if (organisation == climatology) return "气候态基线";
    const Organisation* known = network.organisation_named(organisation);
    return known != nullptr && !known->name.empty() ? known->name : organisation;
}

} // namespace

json::array responses_json(const State& state, const Rules& rules, std::size_t most)
{
    const UtcOffset offset = rules.network.offset;
    json::array out;
    const auto& all = state.responses();
    for (auto e = all.rbegin(); e != all.rend() && out.size() < most; ++e) {
        json::array steps;
        for (const auto& step : e->steps)
            steps.push_back(json::object{{"stage", response_stage_name(step.stage)},
                                         {"person", step.act.person},
                                         {"at", format_instant(step.act.at, offset)},
                                         {"note", step.note}});
        const Warning* warning = state.warning(e->warning);
        json::object o{{"warning", e->warning},
                       {"area", warning != nullptr ? warning->area : ""},
                       {"revision", e->revision},
                       {"measure", e->measure},
                       {"unit", e->unit},
                       {"unit_name", name_of(e->unit, rules.network)},
                       {"text", e->text_zh},
                       {"level", warning_level_name(e->level)},
                       {"cutback", e->cutback},
                       {"share_percent", e->share_percent},
                       {"called_at", format_instant(e->called_at, offset)},
                       {"stage", response_stage_name(e->stage())},
                       {"stage_zh", response_stage_zh(e->stage())},
                       {"steps", std::move(steps)}};
        o["no_longer_asked"] = e->no_longer_asked ? json::value(*e->no_longer_asked) : json::value(nullptr);
        out.push_back(std::move(o));
    }
    return out;
}

json::object verification_json(const Verification& v, const Network& network)
{
    json::array scores, gained;
    for (const auto& s : v.scores) {
        json::object bias;
        for (const auto p : all_pollutants)
            if (const auto mean = s.bias[p].mean())
                bias[pollutant_name(p)] = json::object{{"days", s.bias[p].days},
                                                       {"mean", format_concentration(*mean, display_unit_ng(p))},
                                                       {"unit", display_unit(p)}};
        scores.push_back(json::object{{"organisation", s.organisation},
                                      {"name", name_of(s.organisation, network)},
                                      {"lead_days", s.lead_days},
                                      {"days", s.days},
                                      {"in_range", s.in_range},
                                      {"level_hits", s.level_hits},
                                      {"over", s.over},
                                      {"under", s.under},
                                      {"half_points", s.half_points},
                                      {"heavy", s.heavy},
                                      {"heavy_hits", s.heavy_hits},
                                      {"false_alarms", s.false_alarms},
                                      {"bias", std::move(bias)}});
    }
    for (const auto& g : v.gained)
        gained.push_back(json::object{{"organisation", g.organisation},
                                      {"name", name_of(g.organisation, network)},
                                      {"spells", g.spells},
                                      {"called", g.called},
                                      {"days_ahead", g.days_ahead}});
    return {{"first", format_day(v.first)},
            {"last", format_day(v.last)},
            {"scores", std::move(scores)},
            {"lead_gained", std::move(gained)}};
}

} // namespace aqi::daemon::web
