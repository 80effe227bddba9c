// libaqi/report_tables: the tables a report is put together from. See report.hpp.
#pragma once

#include "libaqi/report.hpp"
#include "libaqi/statistics.hpp"
#include "libaqi/targets.hpp"

namespace aqi {

using Places = std::vector<PlaceIndex>;

Column place_column();
Column number_column(std::string key, Words title, Words unit = {});
Column text_column(std::string key, Words title);
/// Which of the two forms a row is in.
Column dust_column();
Cell dust_cell(DustForm form);
/// "浚县 410621"; scripts read the id.
Cell place_cell(PlaceIndex place, const Rules& rules);
/// A concentration as the edition publishes it; without a pack, to the nanogram.
Cell amount(const std::optional<Concentration>& value, Pollutant p, std::int64_t step_ng);
/// "2016-12-20".
Cell day_cell(const std::optional<LocalDay>& day);
/// "SO2、NO2" or empty.
std::string labels_of(PollutantSet set);
/// What a report says of an upper bound; empty words where the count is proven.
Words upper_bound_mark(PollutantSet never_measured);

Table hours_table(const State& state, const Places& places, HourEnding hour, const Rules& rules);
Table days_table(const State& state, const Places& places, LocalDay day, const Rules& rules);
Table pollutants_table(const State& state, const Places& places, const When& when, const Rules& rules);
Table verdicts_table(const State& state, const Places& places, const When& when, const Rules& rules);
Table composite_table(const State& state, const Places& places, const When& when, const Rules& rules);
Table targets_table(const State& state, const Places& places, int year, const Rules& rules);
Table good_days_table(const State& state, const Places& places, int year, const Rules& rules);
Table validity_table(const State& state, const Places& places, int year, const Rules& rules);
Table sites_table(const State& state, const Places& places, const When& when, const Rules& rules);
Table lost_days_table(const State& state, const Places& places, const When& when, const Rules& rules);
Table months_table(const State& state, const Places& places, int year, const Rules& rules);
Table periods_table(const State& state, const Places& places, int year, const Rules& rules);
Table dust_table(const State& state, const Places& places, const When& when, const Rules& rules);
Table notices_table(const std::vector<Notice>& notices, const Rules& rules);
/// The same days judged under another edition.
Table editions_table(const State& state, const Places& places, const When& when, const RulePack& other,
                     const Rules& rules);
Table guideline_table(const State& state, const Places& places, const When& when, const GuidelinePack& guideline,
                      const Rules& rules);

} // namespace aqi
