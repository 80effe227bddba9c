// libaqi/bulk: columns of hours folded into the years of every station, without a State.
//
//   columns of a stretch of days  ->  one day of all stations, held in the cache  ->  means, verdict  ->  ledgers
//
// Knows: what absorb() and settle() make of the same hours, and makes exactly that: station_day()'s means, the verdict of
// the day's index, the YearLedger; tests/unit/bulk_test.cpp holds the two against each other.
// Does not know: areas, days an archive stated, corrections in force, late values, targets. Whoever has those asks the
// engine, or brings columns in which they are settled already.
#pragma once

#include "libaqi/annual.hpp"
#include "libaqi/network.hpp"
#include "libaqi/rollup.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace aqi {

/// Hourly values as columns of one length; row i is one value. Nothing is copied, so they must outlive the fold.
///
/// Order: days rise, all rows of a day stand together. Within a day any order; of rows of the same hour, station and
/// pollutant the last one holds, as a revision does. Rows of days outside the stretch that is folded are passed over, and
/// so are stations the network does not have. A broken order, columns of several lengths or a pollutant that is none are
/// our own broken promise.
struct HourColumns {
    std::span<const HourEnding> hour;
    std::span<const StationIndex> station;
    std::span<const Pollutant> pollutant;
    /// ng/m3, 0 to Concentration::max_ng. Negative: received, and no value that counts (a flag says why elsewhere).
    std::span<const std::int32_t> value_ng;

    std::size_t size() const { return hour.size(); }
};

/// One closed day of all stations; a fold makes it again and again in the same memory. Who is handed one reads it at once.
class BulkDay {
public:
    explicit BulkDay(std::size_t stations);

    LocalDay day() const { return day_; }
    int valid_hours(StationIndex station, Pollutant p) const;
    /// As DayMeans: for O3 the daily maximum 8-hour mean; absent where the day is not valid.
    std::optional<Mean> mean(StationIndex station, Pollutant p) const;
    DayVerdict verdict(StationIndex station) const { return verdicts_[station.value]; }

private:
    friend class ColumnFold;

    /// The hours of one pollutant that occurs. Those of an hour stand together, as they arrive, and are added up across.
    struct Hours {
        Pollutant pollutant = Pollutant::so2;
        std::vector<std::int32_t> cells; ///< by hour, then station; negative: no value
        std::vector<std::int64_t> sum;   ///< by station
        std::vector<std::int32_t> valid;
        std::vector<std::optional<Mean>> ozone; ///< of O3 alone
        std::vector<std::optional<Mean>> ozone_1h;
    };
    const Hours* hours(Pollutant p) const;

    LocalDay day_;
    std::vector<Hours> hours_;
    int day_hours_ = 0; ///< so many valid hours make a mean; 0: no edition is in force, nothing does
    std::vector<DayVerdict> verdicts_;
};

/// The ledgers of one calendar year, by StationIndex. Every day of the stretch is closed in them, also one without rows.
struct BulkYear {
    int year = 0;
    std::vector<YearLedger> stations;
};

/// Folds the days `first` to `last`, each closed, under the edition of each day. Years rise. first <= last.
/// `on_day`, where given, sees every day in order, before the next one is read.
///
/// Memory: about 110 bytes a station and pollutant that occurs, and the ledgers; it does not grow with the days.
/// Any thread; it keeps nothing.
std::vector<BulkYear> fold_columns(const HourColumns& columns, LocalDay first, LocalDay last, const Rules& rules,
                                   const std::function<void(const BulkDay&)>& on_day = {});

} // namespace aqi
