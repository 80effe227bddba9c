// daemon/store/page_reads: figures of days and hours that are no longer in memory, for whoever asks on the page.
//
// Knows: the tables daily, hourly and mark. Does not know: what is shown of a row. Used on the loop; every look throws StoreError
// when the database cannot be read.
#pragma once

#include "daemon/store/places.hpp"
#include "daemon/store/sqlite.hpp"
#include "libaqi/figures.hpp"
#include "libaqi/qc.hpp"

#include <optional>
#include <vector>

namespace aqi::daemon {

class PageReads {
public:
    PageReads(Database& database, const Places& places) : database_(database), places_(places) {}

    /// The closed days of a stretch that have a row, in order. Sub-indices are not kept.
    std::vector<DayFigure> days(PlaceIndex place, LocalDay first, LocalDay last);
    /// The closed hours of a stretch that have a row, in order.
    std::vector<HourFigure> hours(PlaceIndex place, HourEnding first, HourEnding last);

    struct Mark {
        HourEnding hour;
        Pollutant pollutant = Pollutant::so2;
        QcMark mark = QcMark::near_zero;
    };
    /// Of quality control, in order.
    std::vector<Mark> marks(StationIndex station, HourEnding first, HourEnding last);

private:
    Database& database_;
    const Places& places_;
    std::optional<Statement> day_; ///< a row by its whole key: a stretch of one place would be a walk past all others
    std::optional<Statement> hour_;
};

} // namespace aqi::daemon
