#include "libaqi/network.hpp"

#include <algorithm>

namespace aqi {
namespace {

template <class Index, class T>
std::optional<Index> position(const std::vector<T>& rows, std::string_view id)
{
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const T& row) { return row.id == id; });
    if (found == rows.end()) return std::nullopt;
    return Index{static_cast<std::uint32_t>(found - rows.begin())};
}

template <class T>
const T* row_named(const std::vector<T>& rows, std::string_view id)
{
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const T& row) { return row.id == id; });
    return found == rows.end() ? nullptr : &*found;
}

/// The same date so many years before; 29 February becomes 28.
LocalDay years_before(LocalDay day, int years)
{
    const int year = day.year() - years;
    return LocalDay::from_ymd(year, day.month(), std::min(day.day_of_month(), days_in_month(year, day.month())));
}

constexpr int history_years = 3; // HJ 633-2026 5.3.2

} // namespace

std::string_view site_role_name(SiteRole role)
{
    switch (role) {
    case SiteRole::evaluation: return "evaluation";
    case SiteRole::background: return "background";
    case SiteRole::traffic: return "traffic";
    case SiteRole::other: return "other";
    }
    return "";
}

std::string_view site_role_zh(SiteRole role)
{
    switch (role) {
    case SiteRole::evaluation: return "评价点";
    case SiteRole::background: return "对照点";
    case SiteRole::traffic: return "交通点";
    case SiteRole::other: return "其他点";
    }
    return "";
}

bool MonitoringPlan::history_suffices(LocalDay day) const
{
    return never_primary_since && *never_primary_since <= years_before(day, history_years);
}

std::vector<StationIndex> Area::sites(LocalDay day) const
{
    std::vector<StationIndex> out;
    out.reserve(members.size());
    for (const auto& m : members)
        if (m.role == SiteRole::evaluation && m.covers(day)) out.push_back(m.station);
    return out;
}

std::vector<StationIndex> Area::sites_ever() const
{
    std::vector<StationIndex> out;
    for (const auto& m : members)
        if (m.role == SiteRole::evaluation && std::find(out.begin(), out.end(), m.station) == out.end())
            out.push_back(m.station);
    return out;
}

std::optional<SpecialPeriod::Span> SpecialPeriod::span(int year) const
{
    if (once) {
        if (once->first.year() != year) return std::nullopt;
        return once;
    }
    const auto at = [](int y, MonthDay d) {
        return LocalDay::from_ymd(y, d.month, std::min(d.day, days_in_month(y, d.month)));
    };
    const bool crosses = yearly->second < yearly->first;
    return Span{at(year, yearly->first), at(crosses ? year + 1 : year, yearly->second)};
}

const MonitoringPlan* Network::plan(PlaceIndex place, LocalDay day) const
{
    const auto area = area_of(place);
    for (const auto& plan : area ? areas[area->value].plans : stations[place.value].plans)
        if (plan.covers(day)) return &plan;
    return nullptr;
}

PollutantSet Network::exempt(PlaceIndex place, LocalDay day) const
{
    const MonitoringPlan* found = plan(place, day);
    return found != nullptr && found->history_suffices(day) ? found->without : PollutantSet{};
}

const std::string& Station::name_on(LocalDay day) const
{
    for (const auto& former : former_names)
        if (day <= former.until) return former.name;
    return name;
}

const Instrument* Station::instrument(Pollutant pollutant, LocalDay day) const
{
    for (const auto& i : instruments)
        if (i.measures.contains(pollutant) && i.covers(day)) return &i;
    return nullptr;
}

std::optional<AreaIndex> Network::area_of(PlaceIndex place) const
{
    if (place.value < stations.size()) return std::nullopt;
    return AreaIndex{place.value - static_cast<std::uint32_t>(stations.size())};
}

const std::string& Network::place_id(PlaceIndex place) const
{
    const auto area = area_of(place);
    return area ? areas[area->value].id : stations[place.value].id;
}

const std::string& Network::place_name(PlaceIndex place) const
{
    const auto area = area_of(place);
    return area ? areas[area->value].name : stations[place.value].name;
}

std::optional<StationIndex> Network::station_named(std::string_view id) const
{
    return position<StationIndex>(stations, id);
}
std::optional<AreaIndex> Network::area_named(std::string_view id) const { return position<AreaIndex>(areas, id); }

std::optional<PlaceIndex> Network::place_named(std::string_view id) const
{
    if (const auto area = area_named(id)) return place(*area);
    if (const auto station = station_named(id)) return place(*station);
    return std::nullopt;
}

bool Organisation::speaks_for(std::string_view area) const
{
    return areas.empty() || std::find(areas.begin(), areas.end(), area) != areas.end();
}

bool Person::has_role_of(const std::vector<std::string>& wanted) const
{
    return std::any_of(roles.begin(), roles.end(), [&](const std::string& role) {
        return std::find(wanted.begin(), wanted.end(), role) != wanted.end();
    });
}

bool is_division_code(std::string_view text)
{
    return (text.size() == 6 || text.size() == 9 || text.size() == 12) &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view Area::division() const
{
    if (!code.empty()) return code;
    return is_division_code(id) ? std::string_view{id} : std::string_view{};
}

const Person* Network::person_named(std::string_view id) const { return row_named(persons, id); }
const Organisation* Network::organisation_named(std::string_view id) const { return row_named(organisations, id); }

const RulePack* Rules::pack(LocalDay day) const
{
    return edition.empty() ? book.pack_on(day) : book.pack_named(edition);
}

const WarningRules* Rules::warning(const Area& area, LocalDay day) const
{
    const std::string& id = area.warning_rules.empty() ? warning_rules : area.warning_rules;
    if (id == dated) return book.warning_on(day);
    const WarningRules* rules = book.warning_named(id);
    AQI_CHECK(rules != nullptr); // the configuration check refuses anything else
    return rules;
}

const ApprovalRule& Rules::approval(WarningLevel level) const
{
    static const ApprovalRule by_rank;
    const auto found = approvals.find(level);
    return found == approvals.end() ? by_rank : found->second;
}

} // namespace aqi
