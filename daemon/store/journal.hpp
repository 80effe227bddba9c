// daemon/store/journal: rows of the journal as events, and rows of figures as figures. The read side, for store and tools.
#pragma once

#include "daemon/store/places.hpp"
#include "daemon/store/sqlite.hpp"
#include "libaqi/event.hpp"
#include "libaqi/figures.hpp"

#include <cstdint>
#include <functional>

namespace aqi::daemon {

/// seq, hour, station, pollutant, period_hours, value_ng, flag, received_ms, link.
extern const char* const observation_columns;
Event observation(const Statement& row, StationIndex station);

/// Both tables of the journal in the order of their common count, after `after`. Returns the last count. Throws SqliteError.
std::int64_t fold_journal(Database& database, const Places& places, const std::function<void(const Event&)>& absorb,
                          std::int64_t after = 0);

/// The daily, annual and good-day rows of places the network knows, as far as they are published. Throws SqliteError.
Figures read_figures(Database& database, const Places& places);

} // namespace aqi::daemon
