#include "daemon/store/page_reads.hpp"

#include "daemon/store/store.hpp"
#include "libaqi/iaqi.hpp"

namespace aqi::daemon {
namespace {

int number(const Statement& row, int column) { return static_cast<int>(row.integer(column)); }

std::optional<int> number_or_none(const Statement& row, int column)
{
    return row.is_null(column) ? std::nullopt : std::optional{number(row, column)};
}

PerPollutant<std::optional<Concentration>> values(const Statement& row, int column)
{
    PerPollutant<std::optional<Concentration>> out;
    for (const auto p : all_pollutants) {
        const int at = column + static_cast<int>(index_of(p));
        if (!row.is_null(at)) out[p] = Concentration::from_ng_per_m3(row.integer(at));
    }
    return out;
}

/// aqi, of_present, level, primary_items, note: as SqliteStore writes them.
IndexResult index(const Statement& row, int column)
{
    IndexResult out;
    out.aqi = number_or_none(row, column);
    out.of_present = number_or_none(row, column + 1);
    out.level = number_or_none(row, column + 2).value_or(0);
    out.primary = ItemSet::from_bits(static_cast<std::uint16_t>(row.integer(column + 3)));
    const std::string note = row.text(column + 4);
    for (const auto n : {IndexNote::none, IndexNote::no_valid_pollutant, IndexNote::incomplete, IndexNote::above_table})
        if (index_note_name(n) == note) out.note = n;
    return out;
}

PollutantSet set_of(std::int64_t bits) { return PollutantSet::from_bits(static_cast<std::uint8_t>(bits)); }

template <class Read>
auto reading(const Read& read, std::optional<Statement>* kept = nullptr)
{
    try {
        return read();
    } catch (const SqliteError& error) {
        if (kept != nullptr) kept->reset(); // it may stand in the middle of a row
        throw StoreError(error.what());
    }
}

} // namespace

std::vector<DayFigure> PageReads::days(PlaceIndex place, LocalDay first, LocalDay last)
{
    const auto read = [&] {
        if (!day_)
            day_.emplace(database_, "SELECT so2_ng, no2_ng, pm10_ng, co_ng, o3_8h_ng, pm2_5_ng, so2_valid, no2_valid, "
                                    "pm10_valid, co_valid, o3_valid, pm2_5_valid, sites, aqi, of_present, level, "
                                    "primary_items, note, absent, exempt, verdict, edition FROM daily "
                                    "WHERE day = ? AND place = ?");
        std::vector<DayFigure> out;
        for (LocalDay day = first; day <= last; day = day.plus(1)) {
            Statement& row = *day_;
            row.bind(day.since_epoch).bind(places_.id(place));
            if (!row.step()) continue;
            DayFigure& f = out.emplace_back();
            f.place = place;
            f.day = day;
            f.value = values(row, 0);
            for (const auto p : all_pollutants)
                f.valid[p] = static_cast<std::uint8_t>(row.integer(6 + static_cast<int>(index_of(p))));
            f.sites = static_cast<std::uint8_t>(row.integer(12));
            f.index = index(row, 13);
            f.index.absent = set_of(row.integer(18));
            f.index.exempt = set_of(row.integer(19));
            f.index.complete = f.index.absent.empty();
            const std::string verdict = row.text(20);
            for (const auto v : {DayVerdict::undetermined, DayVerdict::good, DayVerdict::lost})
                if (verdict_name(v) == verdict) f.verdict = v;
            f.pack = row.text(21);
            row.reset();
        }
        return out;
    };
    return reading(read, &day_);
}

std::vector<HourFigure> PageReads::hours(PlaceIndex place, HourEnding first, HourEnding last)
{
    const auto read = [&] {
        if (!hour_)
            hour_.emplace(database_, "SELECT so2_ng, no2_ng, pm10_ng, co_ng, o3_ng, pm2_5_ng, aqi, of_present, level, "
                                     "primary_items, note FROM hourly WHERE hour = ? AND place = ?");
        std::vector<HourFigure> out;
        for (HourEnding hour = first; hour <= last; hour = hour.plus(1)) {
            Statement& row = *hour_;
            row.bind(hour.since_epoch).bind(places_.id(place));
            if (!row.step()) continue;
            out.push_back({place, hour, values(row, 0), index(row, 6)});
            row.reset();
        }
        return out;
    };
    return reading(read, &hour_);
}

std::vector<PageReads::Mark> PageReads::marks(StationIndex station, HourEnding first, HourEnding last)
{
    return reading([&] {
        Statement rows{database_, "SELECT hour, pollutant, mark FROM mark WHERE hour BETWEEN ? AND ? AND station = ? "
                                  "ORDER BY hour, pollutant, mark"};
        rows.bind(first.since_epoch).bind(last.since_epoch).bind(places_.id(station));
        std::vector<Mark> out;
        while (rows.step())
            if (const auto mark = qc_mark_named(rows.text(2)))
                out.push_back({HourEnding{number(rows, 0)}, static_cast<Pollutant>(rows.integer(1)), *mark});
        return out;
    });
}

} // namespace aqi::daemon
