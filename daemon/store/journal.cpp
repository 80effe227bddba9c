#include "daemon/store/journal.hpp"

#include "daemon/store/event_json.hpp"
#include "daemon/store/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace aqi::daemon {

Event observation(const Statement& row, StationIndex station)
{
    const auto pollutant = static_cast<Pollutant>(row.integer(3));
    const auto flag = static_cast<Flag>(row.integer(6));
    std::optional<Concentration> value;
    if (!row.is_null(5)) value = Concentration::from_ng_per_m3(row.integer(5));
    const HourEnding hour{static_cast<std::int32_t>(row.integer(1))};
    if (row.integer(4) == 24) return ObservedDay{station, hour.day(), pollutant, flag, value};
    return Observed{station, hour, pollutant, flag, value};
}

const char* const observation_columns =
    "SELECT seq, hour, station, pollutant, period_hours, value_ng, flag, received_ms, link FROM observation ";

/// Both tables of the journal in the order of their common count.
std::int64_t fold_journal(Database& database, const Places& places, const std::function<void(const Event&)>& absorb,
                          std::int64_t after)
{
    // When and by which link a value came is nothing to a fold; a column not asked for is one less to unpack.
    Statement observations{database, "SELECT seq, hour, station, pollutant, period_hours, value_ng, flag "
                                     "FROM observation WHERE seq > ? ORDER BY seq"};
    Statement others{database, "SELECT seq, kind, body FROM journal WHERE seq > ? ORDER BY seq"};
    observations.bind(after);
    others.bind(after);
    std::int64_t last = after;
    constexpr auto none = std::numeric_limits<std::int64_t>::max();
    const auto step = [](Statement& rows) { return rows.step() ? rows.integer(0) : none; };
    std::int64_t observed = step(observations), other = step(others);
    while (observed != none || other != none) {
        last = std::min(observed, other);
        if (observed < other) {
            if (const auto station = places.station(observations.integer(2)))
                absorb(observation(observations, *station));
            observed = step(observations);
        } else {
            absorb(event_of(others.text(1), others.text(2)));
            other = step(others);
        }
    }
    return last;
}

Figures read_figures(Database& database, const Places& places)
{
    Figures out;
    const auto amount = [](const Statement& row, int column) -> std::optional<Concentration> {
        if (row.is_null(column)) return std::nullopt;
        return Concentration::from_ng_per_m3(row.integer(column));
    };
    const auto number = [](const Statement& row, int column) { return static_cast<int>(row.integer(column)); };
    Statement days{database, "SELECT place, day, so2_ng, no2_ng, pm10_ng, co_ng, o3_8h_ng, pm2_5_ng, aqi, "
                             "verdict, edition FROM daily"};
    while (days.step()) {
        const auto place = places.place(days.integer(0));
        if (!place) continue;
        DayFigure& f = out.days.emplace_back();
        f.place = *place;
        f.day = LocalDay{number(days, 1)};
        for (const auto p : all_pollutants) f.value[p] = amount(days, 2 + static_cast<int>(index_of(p)));
        if (!days.is_null(8)) f.index.aqi = number(days, 8);
        for (const auto v : {DayVerdict::undetermined, DayVerdict::good, DayVerdict::lost})
            if (verdict_name(v) == days.text(9)) f.verdict = v;
        f.pack = days.text(10);
    }
    Statement annual{database, "SELECT place, year, pollutant, through_day, valid_days, mean_ng, "
                               "published_ng FROM annual WHERE period = 'year_to_date'"};
    while (annual.step()) {
        const auto place = places.place(annual.integer(0));
        if (!place) continue;
        AnnualFigure& f = out.annual.emplace_back();
        f.place = *place;
        f.year = number(annual, 1);
        f.pollutant = static_cast<Pollutant>(annual.integer(2));
        f.through = LocalDay{number(annual, 3)};
        f.valid_days = number(annual, 4);
        f.mean = amount(annual, 5);
        f.published = amount(annual, 6);
    }
    Statement good{database, "SELECT place, year, through_day, good, lost, undetermined FROM good_days"};
    while (good.step()) {
        const auto place = places.place(good.integer(0));
        if (!place) continue;
        GoodDaysFigure& f = out.good_days.emplace_back();
        f.place = *place;
        f.year = number(good, 1);
        f.through = LocalDay{number(good, 2)};
        f.good = number(good, 3);
        f.lost = number(good, 4);
        f.undetermined = number(good, 5);
    }
    return out;
}

struct JournalReader::Impl {
    Impl(const std::string& file, const Network& network)
        : database(file, OpenAs::read_only), places(database, network, false)
    {}
    Database database;
    Places places;
};

JournalReader::JournalReader(const std::filesystem::path& file, const Network& network)
{
    try {
        impl_ = std::make_unique<Impl>(file.string(), network);
    } catch (const SqliteError& error) {
        throw StoreError(fmt::format("{}: {}", file.string(), error.what()));
    }
}

JournalReader::~JournalReader() = default;

std::int64_t JournalReader::fold(const std::function<void(const Event&)>& absorb)
{
    try {
        // One snapshot for both tables: a running daemon goes on writing.
        impl_->database.execute("BEGIN");
        const std::int64_t last = fold_journal(impl_->database, impl_->places, absorb);
        impl_->database.execute("COMMIT");
        return last;
    } catch (const SqliteError& error) {
        throw StoreError(error.what());
    }
}

std::vector<JournalReader::Received> JournalReader::of_day(StationIndex station, LocalDay day)
{
    try {
        Statement rows{impl_->database,
                       std::string{observation_columns} +
                           "WHERE hour BETWEEN ? AND ? AND station = ? AND period_hours = 1 ORDER BY seq"};
        rows.bind(HourEnding::of(day, 1).since_epoch)
            .bind(HourEnding::of(day, 24).since_epoch)
            .bind(impl_->places.id(station));
        std::vector<Received> out;
        while (rows.step())
            out.push_back({std::get<Observed>(observation(rows, station)), Instant{rows.integer(7)}, rows.text(8)});
        return out;
    } catch (const SqliteError& error) {
        throw StoreError(error.what());
    }
}

} // namespace aqi::daemon
