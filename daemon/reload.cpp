#include "daemon/reload.hpp"

#include "daemon/turns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon {
namespace {

template <class Rows, class NameOf>
void compare(std::string& out, std::string_view what, const Rows& before, const Rows& after, const NameOf& name_of)
{
    const auto has = [&](const Rows& rows, const auto& row) {
        return std::any_of(rows.begin(), rows.end(), [&](const auto& r) { return name_of(r) == name_of(row); });
    };
    std::string changes;
    for (const auto& row : after)
        if (!has(before, row)) changes += fmt::format(" +{}", name_of(row));
    for (const auto& row : before)
        if (!has(after, row)) changes += fmt::format(" -{}", name_of(row));
    if (!changes.empty()) out += fmt::format("{}{}{}", out.empty() ? "" : "; ", what, changes);
}

} // namespace

std::string differences_of(const Config& before, const Config& after)
{
    std::string out;
    const auto id = [](const auto& row) -> const std::string& { return row.id; };
    const auto name = [](const auto& row) -> const std::string& { return row.name; };
    compare(out, "stations", before.rules.network.stations, after.rules.network.stations, id);
    compare(out, "areas", before.rules.network.areas, after.rules.network.areas, id);
    compare(out, "people", before.rules.network.persons, after.rules.network.persons, id);
    compare(out, "links", before.links, after.links, name);
    compare(out, "channels", before.channels, after.channels, name);
    if (Turns::figures_digest(before.rules) != Turns::figures_digest(after.rules))
        out += fmt::format("{}rules, memberships, plans or targets changed", out.empty() ? "" : "; ");
    return out.empty() ? "no station, area, person, link, channel, rule or target was added or removed" : out;
}

std::string cannot_be_reloaded(const Config& before, const Config& after)
{
    if (before.data_folder != after.data_folder)
        return "data_folder is another; stop the daemon, move the data, and start it again";
    if (before.rules.network.offset != after.rules.network.offset)
        return "utc_offset is another; hours in the database are named by it";
    return {};
}

} // namespace aqi::daemon
