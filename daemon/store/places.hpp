// daemon/store/places: the small numbers under which stations and areas stand in the tables.
#pragma once

#include "daemon/store/sqlite.hpp"
#include "libaqi/network.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace aqi::daemon {

class Places {
public:
    /// Reads the table; with `enter`, adds what the network has and the table has not.
    Places(Database& database, const Network& network, bool enter);

    std::int64_t id(PlaceIndex place) const { return ids_[place.value]; }
    std::int64_t id(StationIndex station) const { return ids_[station.value]; }
    /// The station of a row, or none when it is no longer in the configuration.
    std::optional<StationIndex> station(std::int64_t id) const;
    /// The same for stations and areas.
    std::optional<PlaceIndex> place(std::int64_t id) const;

private:
    std::vector<std::int64_t> ids_;                     ///< by PlaceIndex
    std::vector<std::optional<StationIndex>> stations_; ///< by id, which is small; asked for every row of a fold
    std::map<std::int64_t, PlaceIndex> places_;
};

} // namespace aqi::daemon
