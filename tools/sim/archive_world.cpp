#include "tools/sim/world.hpp"

#include "tools/command_error.hpp"
#include "tools/replay/input.hpp"
#include "tools/replay/replay_run.hpp"

#include <algorithm>

namespace aqi::sim {
namespace {

constexpr int days_shown = 14;

class ArchiveWorld : public World {
public:
    ArchiveWorld(const std::string& file, bool zero_is_missing)
    {
        tools::ReplayRequest request;
        request.file_name = file;
        request.edition = "auto";
        request.zero_is_missing = zero_is_missing;
        request.keep_going = true;
        request.on_value = [this](std::size_t area, HourEnding hour, Pollutant p, Concentration value) {
            readings_[{hour, StationIndex{static_cast<std::uint32_t>(area)}}].values[p] = {true, value, Flag::normal};
        };
        const RuleBook book = tools::rules_from({});
        const tools::Replay replay = tools::replay_archive(tools::read_input(file), book, request);
        daily = !replay.hourly;
        for (std::uint32_t a = 0; a < replay.areas.size(); ++a) {
            const std::string& id = replay.areas[a].id;
            stations.push_back({id, id, {}});
            areas.push_back({id, id, AreaKind::city, {Membership{StationIndex{a}}}});
            for (const auto& day : replay.areas[a].days)
                if (day.index.aqi) aqi_[{day.day, a}] = *day.index.aqi;
        }
        city = areas.front().id;
        for (auto& [key, reading] : readings_) {
            reading.station = stations[key.second.value].id;
            reading.hour = key.first;
            reading.period = daily ? Period::day : Period::hour;
        }
        if (readings_.empty()) throw tools::CommandError(file + ": there is no value in it");
        const LocalDay first = readings_.begin()->first.first.day();
        const LocalDay last = readings_.rbegin()->first.first.day();
        begins = HourEnding::of(first, 1);
        ends = HourEnding::of(last, 24);
        shown_from = HourEnding::of(std::max(first, last.plus(1 - days_shown)), 1);
        for (int year = first.year(); year <= last.year(); ++year)
            if (book.target(city, year) != nullptr) target_year = year;
    }

    std::optional<Reading> measured(StationIndex station, HourEnding hour) const override
    {
        const auto found = readings_.find({hour, station});
        if (found == readings_.end()) return std::nullopt;
        return found->second;
    }

    std::optional<int> foreseen(AreaIndex area, LocalDay day) const override
    {
        const auto found = aqi_.find({day, area.value});
        if (found == aqi_.end()) return std::nullopt;
        return found->second;
    }

private:
    std::map<std::pair<HourEnding, StationIndex>, Reading> readings_;
    std::map<std::pair<LocalDay, std::uint32_t>, int> aqi_;
};

} // namespace

std::unique_ptr<World> archive_world(const std::string& file, bool zero_is_missing)
{
    return std::make_unique<ArchiveWorld>(file, zero_is_missing);
}

} // namespace aqi::sim
