#include "daemon/store/places.hpp"

namespace aqi::daemon {

Places::Places(Database& database, const Network& network, bool enter)
{
    Statement find{database, "SELECT id FROM place WHERE kind = ? AND code = ?"};
    const auto id_of = [&](const char* kind, const std::string& code) -> std::int64_t {
        find.bind(kind).bind(code);
        if (find.step()) {
            const std::int64_t id = find.integer(0);
            find.reset();
            return id;
        }
        if (!enter) return -1; // not in this database yet: no row refers to it
        Statement{database, "INSERT INTO place (kind, code) VALUES (?, ?)"}.bind(kind).bind(code).run();
        return database.number("SELECT last_insert_rowid()");
    };
    for (const auto& station : network.stations) ids_.push_back(id_of("station", station.id));
    for (const auto& area : network.areas) ids_.push_back(id_of("area", area.id));
    for (std::uint32_t p = 0; p < ids_.size(); ++p) places_[ids_[p]] = PlaceIndex{p};
    for (std::uint32_t s = 0; s < network.stations.size(); ++s) {
        if (ids_[s] < 0) continue;
        const auto id = static_cast<std::size_t>(ids_[s]);
        if (stations_.size() <= id) stations_.resize(id + 1);
        stations_[id] = StationIndex{s};
    }
}

std::optional<PlaceIndex> Places::place(std::int64_t id) const
{
    const auto found = places_.find(id);
    if (found == places_.end()) return std::nullopt;
    return found->second;
}

std::optional<StationIndex> Places::station(std::int64_t id) const
{
    if (id < 0 || static_cast<std::uint64_t>(id) >= stations_.size()) return std::nullopt;
    return stations_[static_cast<std::size_t>(id)];
}

} // namespace aqi::daemon
