// Invented air for Hebi. The places are real; not one number is. Same seed, same air, on every machine: only integers.
#include "tools/sim/world.hpp"

#include <array>

namespace aqi::sim {
namespace {

/// splitmix64: a number for a place and an hour, always the same.
std::uint64_t mixed(std::uint64_t x)
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

/// -n..n
int wobble(std::uint64_t key, int n)
{
    return static_cast<int>(mixed(key) % static_cast<std::uint64_t>(2 * n + 1)) - n;
}

struct StationRow {
    const char* id;
    const char* name;
    int percent; ///< of the city's air
};

// National sites by their code; county and zone sites have no public code, so they carry the area's.
constexpr std::array<StationRow, 10> station_rows = {{{"2385A", "市监测站（山城区）", 102},
                                                      {"2386A", "市交警支队（淇滨区）", 104},
                                                      {"2387A", "迎宾馆（淇滨区）", 96},
                                                      {"410621-01", "浚县 县城", 108},
                                                      {"410622-01", "淇县 县城", 105},
                                                      {"410602-01", "鹤山区 区政府", 99},
                                                      {"kfq-01", "经济技术开发区 管委会", 103},
                                                      {"baoshan-01", "宝山循环经济产业集聚区 管委会", 115},
                                                      {"sfq-01", "城乡一体化示范区 管委会", 95},
                                                      {"410611-02", "淇滨区 大河涧", 88}}};

struct AreaRow {
    const char* id;
    const char* name;
    AreaKind kind;
    std::vector<std::uint32_t> stations;
};

/// PM2.5 of an ordinary day by month, ug/m3: a northern city with a bad winter and a fair summer.
constexpr std::array<int, 13> usual = {0, 125, 105, 85, 66, 56, 46, 42, 40, 48, 60, 95, 105};

/// The fortnight of the story: 2016-12-05 is its first day.
constexpr std::array<int, 14> fortnight = {42, 36, 44, 52, 47, 38, 41, 92, 168, 187, 262, 268, 99, 52};

class Hebi : public World {
public:
    Hebi()
    {
        for (const auto& row : station_rows) stations.push_back({row.id, row.name});
        // A city's figures come from its national sites only; a county's from its own.
        const std::vector<AreaRow> rows = {{"410600", "鹤壁市", AreaKind::city, {0, 1, 2}},
                                           {"410621", "浚县", AreaKind::county, {3}},
                                           {"410622", "淇县", AreaKind::county, {4}},
                                           {"410611", "淇滨区", AreaKind::county, {1, 2, 9}},
                                           {"410603", "山城区", AreaKind::county, {0}},
                                           {"410602", "鹤山区", AreaKind::county, {5}},
                                           {"kfq", "经济技术开发区", AreaKind::county, {6}},
                                           {"baoshan", "宝山循环经济产业集聚区", AreaKind::county, {7}},
                                           {"sfq", "城乡一体化示范区", AreaKind::county, {8}}};
        for (const auto& row : rows) {
            Area area{row.id, row.name, row.kind, {}};
            for (const auto s : row.stations) area.members.push_back(Membership{StationIndex{s}});
            areas.push_back(std::move(area));
        }
        city = "410600";
        story_ = LocalDay::from_ymd(2016, 12, 5);
        begins = HourEnding::of(LocalDay::from_ymd(2016, 1, 1), 1);
        shown_from = HourEnding::of(story_, 1);
        ends = HourEnding::of(story_.plus(static_cast<int>(fortnight.size()) - 1), 24);
        target_year = 2016;
    }

    std::optional<Reading> measured(StationIndex station, HourEnding hour) const override
    {
        const std::uint64_t key = mixed(station.value) ^ static_cast<std::uint64_t>(hour.since_epoch) * 8;
        // A station loses an hour now and then, and one is down for maintenance for a morning.
        const bool in_story = hour >= shown_from;
        if (!in_story && mixed(key) % 97 == 0) return std::nullopt;
        Reading r;
        r.station = stations[station.value].id;
        r.hour = hour;
        const int base = day_level(hour.day()) * station_rows[station.value].percent / 100;
        // Two peaks a day, morning and late evening.
        constexpr std::array<int, 25> shape = {0,  104, 106, 107, 106, 104, 103, 106, 110, 112, 108, 100, 94,
                                               90, 87,  86,  88,  92,  97,  103, 107, 108, 106, 102, 98};
        const int pm2_5 = std::max(
            base * shape[static_cast<std::size_t>(hour.hour_of_day())] / 100 * (100 + wobble(key + 1, 6)) / 100, 3);
        const int pm10 = pm2_5 * 138 / 100 + 22 + wobble(key + 2, 6);
        const int noon = std::max(0, 6 - std::abs(hour.hour_of_day() - 15));
        const int summer = hour.day().month() >= 4 && hour.day().month() <= 9 ? 22 : 7;
        const auto ug = [&](Pollutant p, int value) {
            r.values[p] = {true, Concentration::from_ug_per_m3(std::max(value, 1)), Flag::normal};
        };
        ug(Pollutant::pm2_5, pm2_5);
        ug(Pollutant::pm10, pm10);
        ug(Pollutant::so2, 14 + pm2_5 / 6 + wobble(key + 3, 4));
        ug(Pollutant::no2, 24 + pm2_5 / 7 + wobble(key + 4, 5));
        ug(Pollutant::o3, 14 + noon * summer + wobble(key + 5, 5));
        r.values[Pollutant::co] = {true, Concentration::from_ng_per_m3((8 + pm2_5 / 10 + wobble(key + 6, 2)) * 100'000),
                                   Flag::normal};
        if (in_story && station.value == 5 && hour.day() == story_.plus(2) && hour.hour_of_day() >= 9 &&
            hour.hour_of_day() <= 11)
            for (const auto p : all_pollutants) r.values[p] = {true, std::nullopt, Flag::maintenance};
        return r;
    }

    std::optional<int> foreseen(AreaIndex, LocalDay) const override
    {
        return std::nullopt;
    } // the story says what bureaus expect

private:
    int day_level(LocalDay day) const
    {
        const int offset = day - story_;
        if (offset >= 0 && offset < static_cast<int>(fortnight.size()))
            return fortnight[static_cast<std::size_t>(offset)];
        const int swing = wobble(static_cast<std::uint64_t>(day.since_epoch) * 131, 38);
        return usual[day.month()] * (100 + swing) / 100;
    }

    LocalDay story_;
};

} // namespace

std::unique_ptr<World> invented_hebi() { return std::make_unique<Hebi>(); }

} // namespace aqi::sim
