// tests/support/builders: short ways to the things tests are about.
#pragma once

#include "libaqi/engine.hpp"
#include "libaqi/warning_acts.hpp"

#include <string>

namespace aqi::tests {

/// The packs as they are shipped.
const RuleBook& shipped_rules();
const RulePack& pack(std::string_view id);

/// One area "city" of the stations A, B, ... and people: env, met (forecast, sign), deputy (orange), mayor (red), office (issue, order,
/// emergency).
Rules small_town(int stations);

inline LocalDay day(int year, unsigned month, unsigned d) { return LocalDay::from_ymd(year, month, d); }
inline HourEnding hour(LocalDay d, int h) { return HourEnding::of(d, h); }
inline Concentration ug(std::int64_t value) { return Concentration::from_ug_per_m3(value); }
/// "35.2" in the pollutant's display unit.
Concentration conc(std::string_view text, Pollutant p = Pollutant::pm2_5);
/// The moment twenty minutes after the hour is over: when it is closed.
Instant closing(HourEnding h);

} // namespace aqi::tests
