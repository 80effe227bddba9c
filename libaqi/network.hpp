// libaqi/network: which stations and areas there are, and the people who sign for them.
//
// Knows: the registry the configuration was read into; indices into it are types of their own.
// Does not know: the configuration's text (daemon/config) or anybody's account on a machine.
#pragma once

#include "libaqi/rule_pack.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

/// Position in Network::stations.
struct StationIndex {
    std::uint32_t value = 0;
    auto operator<=>(const StationIndex&) const = default;
};

/// Position in Network::areas.
struct AreaIndex {
    std::uint32_t value = 0;
    auto operator<=>(const AreaIndex&) const = default;
};

/// Something that has figures: a station, or an area. Stations come first.
struct PlaceIndex {
    std::uint32_t value = 0;
    auto operator<=>(const PlaceIndex&) const = default;
};

struct Station {
    std::string id; ///< the operator's own code, never a row number
    std::string name;
};

enum class AreaKind : std::uint8_t { county, city };

/// An area's figures are made from its stations' concentrations, index last (HJ 663 table A.2).
struct Area {
    std::string id;
    std::string name;
    AreaKind kind = AreaKind::county;
    std::vector<StationIndex> stations; ///< its evaluation sites
};

enum class Bureau : std::uint8_t { environment, meteorology, government };

struct Organisation {
    std::string id;
    std::string name;
    Bureau bureau = Bureau::environment;
};

struct Person {
    std::string id;
    std::string name;
    std::string organisation; ///< Organisation::id
    bool may_forecast = false;
    bool may_sign = false;
    bool may_issue = false;
    WarningLevel may_approve_up_to = WarningLevel::none;
};

class Network {
public:
    std::vector<Station> stations;
    std::vector<Area> areas;
    std::vector<Organisation> organisations;
    std::vector<Person> persons;
    UtcOffset offset;

    std::size_t places() const { return stations.size() + areas.size(); }
    PlaceIndex place(StationIndex station) const { return PlaceIndex{station.value}; }
    PlaceIndex place(AreaIndex area) const
    {
        return PlaceIndex{static_cast<std::uint32_t>(stations.size()) + area.value};
    }
    std::optional<AreaIndex> area_of(PlaceIndex place) const;
    const std::string& place_id(PlaceIndex place) const;
    const std::string& place_name(PlaceIndex place) const;

    std::optional<StationIndex> station_named(std::string_view id) const;
    std::optional<AreaIndex> area_named(std::string_view id) const;
    std::optional<PlaceIndex> place_named(std::string_view id) const; ///< an area wins over a station of the same id
    const Person* person_named(std::string_view id) const;
    const Organisation* organisation_named(std::string_view id) const;
};

/// Whether what we do is real. A drill is known to every text, row and channel; nothing turns one into the other.
enum class Mode : std::uint8_t { real, drill };

/// Everything the engine is told from outside, fixed for the life of a State.
struct Rules {
    RuleBook book;
    Network network;
    std::string warning_rules = "2016-225"; ///< WarningRules::id in force
    std::string edition;                    ///< empty: by the day observed; else this pack for every day (replay)
    /// Hours stay in memory, open for late and corrected values, for so many days. Older ones are kept aside.
    int open_days = 400;

    /// The pack for a day; null where no pack is in force.
    const RulePack* pack(LocalDay day) const;
    const WarningRules& warning() const;
};

} // namespace aqi
