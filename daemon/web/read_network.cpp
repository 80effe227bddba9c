#include "daemon/web/read_network.hpp"

#include "daemon/web/read_parts.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

json::array ids_of(const std::vector<StationIndex>& stations, const Network& network)
{
    json::array out;
    for (const auto s : stations) out.push_back(json::value(network.stations[s.value].id));
    return out;
}

std::vector<std::string> areas_of(StationIndex station, LocalDay today, const Network& network)
{
    std::vector<std::string> out;
    for (const auto& area : network.areas) {
        const auto sites = area.sites(today);
        if (std::find(sites.begin(), sites.end(), station) != sites.end()) out.push_back(area.id);
    }
    return out;
}

json::object member_json(const Membership& m, const Network& network)
{
    json::object out{{"station", network.stations[m.station.value].id},
                     {"role", site_role_name(m.role)},
                     {"role_zh", site_role_zh(m.role)}};
    out["from"] = date_or_null(m.from);
    out["until"] = date_or_null(m.until);
    return out;
}

json::object station_json(StationIndex index, LocalDay today, const Network& network)
{
    const Station& s = network.stations[index.value];
    json::array areas, instruments, former;
    for (const auto& id : areas_of(index, today, network)) areas.push_back(json::value(id));
    for (const auto& i : s.instruments) {
        json::object o{{"measures", labels_json(i.measures)}, {"model", i.model}, {"serial", i.serial}};
        o["from"] = date_or_null(i.from);
        o["until"] = date_or_null(i.until);
        instruments.push_back(std::move(o));
    }
    for (const auto& f : s.former_names)
        former.push_back(json::object{{"name", f.name}, {"until", format_day(f.until)}});
    const MonitoringPlan* plan = network.plan(network.place(index), today);
    json::object out{{"id", s.id}, {"name", s.name}, {"position", s.position}};
    out["areas"] = std::move(areas);
    out["instruments"] = std::move(instruments);
    out["without"] = labels_json(plan != nullptr ? plan->without : PollutantSet{});
    out["former_names"] = std::move(former);
    return out;
}

LocalDay today_of(const ReadSources& sources)
{
    return day_at(sources.clock->now(), sources.config->rules.network.offset);
}

} // namespace

Reply read_areas(const Query& query, const ReadSources& sources)
{
    query.only({"format"});
    const Network& network = sources.config->rules.network;
    const LocalDay today = today_of(sources);
    if (wants_csv(query)) {
        Csv csv{{"id", "name", "kind", "code", "station", "role", "from", "until"}};
        for (const auto& area : network.areas)
            for (const auto& m : area.members) {
                csv.text(area.id).text(area.name).text(area.kind == AreaKind::city ? "city" : "county");
                csv.text(area.division()).text(network.stations[m.station.value].id).text(site_role_name(m.role));
                csv.text(m.from ? format_day(*m.from) : "").text(m.until ? format_day(*m.until) : "").end();
            }
        return std::move(csv).reply("areas");
    }
    json::array areas;
    for (const auto& area : network.areas) {
        json::array members;
        for (const auto& m : area.members) members.push_back(member_json(m, network));
        json::object o{{"id", area.id},
                       {"name", area.name},
                       {"kind", area.kind == AreaKind::city ? "city" : "county"},
                       {"code", area.division()}};
        o["stations"] = ids_of(area.sites(today), network);
        o["members"] = std::move(members);
        areas.push_back(std::move(o));
    }
    return json_reply(json::serialize(json::object{{"ok", true}, {"areas", std::move(areas)}}));
}

Reply read_stations(const Query& query, const ReadSources& sources)
{
    query.only({"format"});
    const Network& network = sources.config->rules.network;
    const LocalDay today = today_of(sources);
    if (wants_csv(query)) {
        Csv csv{{"id", "name", "position", "areas"}};
        for (std::uint32_t s = 0; s < network.stations.size(); ++s) {
            const Station& station = network.stations[s];
            csv.text(station.id).text(station.name).text(station.position);
            csv.text(fmt::format("{}", fmt::join(areas_of(StationIndex{s}, today, network), " "))).end();
        }
        return std::move(csv).reply("stations");
    }
    json::array stations;
    for (std::uint32_t s = 0; s < network.stations.size(); ++s)
        stations.push_back(station_json(StationIndex{s}, today, network));
    return json_reply(json::serialize(json::object{{"ok", true}, {"stations", std::move(stations)}}));
}

} // namespace aqi::daemon::web
