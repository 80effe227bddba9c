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

} // namespace

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

const Person* Network::person_named(std::string_view id) const { return row_named(persons, id); }
const Organisation* Network::organisation_named(std::string_view id) const { return row_named(organisations, id); }

const RulePack* Rules::pack(LocalDay day) const
{
    return edition.empty() ? book.pack_on(day) : book.pack_named(edition);
}

const WarningRules& Rules::warning() const
{
    const WarningRules* rules = book.warning_named(warning_rules);
    AQI_CHECK(rules != nullptr); // the configuration check refuses anything else
    return *rules;
}

} // namespace aqi
