// daemon/web/read_rules: the standards we judge by: what they say, how two editions differ, what another would have said.
//
// Numbers of concentrations are texts in the pollutant's display unit ("115", "1.5"); an edition's days are "2016-01-01" or null.
//
// GET /api/v1/rules
// {"ok": true, "digest": "...", "warning_rules": "2016-225" | "dated", "today": "2016-12-20",
//  "packs": [PACK], "guidelines": [{"id", "title_zh", "title_en", "clause", "limits": [LIMIT]}], "warnings": [EDITION],
//  "areas": [{"id", "name", "kind": "county" | "city", "warning_rules": "2016-225" | null,   // in force today
//             "own": false}],                                                                // it has its own
//  "dominance": {"proved": true, "words": "",                       // of all counties; words: what is not so (English)
//                "pairs": [{"county", "county_name", "city", "city_name", "from": day from which these two hold,
//                           "county_rules": id | null, "city_rules": id,
//                           "result": "same" | "dominates" | "weaker" | "not_comparable",     // it counts hours
//                           "step": {"aqi": [201, 201, 201], "county": "yellow", "city": "orange"} | null,
//                           "words": "..."}]}}
// PACK: {"id", "title_zh", "title_en", "from", "until", "by_name_only": false, "in_force": true, "provisional": "",
//   "index": {"rounding": "up" | "nearest", "concentrations": "half_even" | "truncate", "clause"},
//   "steps": {"pm2_5": "1", ...}, "steps_clause",
//   "missing": "maximum_of_present" | "above_100_only", "missing_clause", "plan_exempts": false, "plan_clause",
//   "levels": [{"level": 1, "from": 0, "upto": 50 | null, "zh", "en", "advice_zh", "advice_en"}], "levels_clause",
//   "good_at_most": 100,
//   "tables": [{"item": "pm2_5_24h", "pollutant", "label", "unit", "bands": [{"low", "high", "low_index", "high_index"}],
//               "above": "top" | "fixed" | "other_item" | "extend", "fixed": 0 | null, "other": item | null}],
//   "reports": [{"report": "hour" | "day", "clause", "entries": [{"item", "table"}]}],
//   "validity": {"hour_minutes", "day_hours", "sliding_day_hours", "window_hours", "window_hours_valid", "window_first_end",
//                "windows_valid", "window_limit", "year_days", "month_days", "february_days", "quarter_percent",
//                "sites_percent", "few_sites_below", "few_sites_percent", "clause"},
//   "limits": [LIMIT], "limits_clause", "percentiles": {"pm2_5": 95}, "percentiles_clause",
//   "composite": {"terms": [{"pollutant", "label", "limit", "unit", "weight", "by_percentile"}], "clause"}}
// LIMIT: {"grade", "pollutant", "label", "period": "hour" | "day" | "year" | "day_max_8h", "value", "unit", "percentile"}
// EDITION: {"id", "title_zh", "title_en", "from", "until", "local": false, "in_force": true, "unit": "day" | "block",
//   "counts_hours": false,
//   "levels": [{"level", "level_zh", "clause", "share_percent",
//               "any": [{"above", "days", "with_above", "with_days", "hours"}]}],
//   "heavy_above", "spell_above", "spell_clause", "window": {"first", "last"} | null,
//   "lift_at_most", "lift_more_than_hours", "lift_clause", "without_dust", "without_ozone", "without_clause",
//   "red_lead_hours", "any_lead_hours", "lead_clause"}
//
// GET /api/v1/rules/diff?a=cn-2012&b=cn-2026              two packs, or two editions of the warning rules
// {"ok": true, "kind": "pack" | "warnings", "a": {"id", "title_zh", "title_en"}, "b": {...}, "same": false,
//  "differences": [{"path": ["tables", "pm2_5_24h", "bands", "2", "high"],     // keys of PACK or EDITION; list members by their name
//                   "a": value | null, "b": value | null}]}                   // null: it has none
//
// GET /api/v1/rules/what-if?edition=2024-6&area=410600&first=2016-12-01&last=2016-12-31
//   `edition`: a pack (at most 366 days, of the hours that are open), or warning rules (at most 366 days; 31 where they count
//   hours). Hindsight: what was observed, not what forecasts said then; only days that are not over stand as they are forecast.
// {"ok": true, "kind": "pack" | "warnings", "edition": {"id", "title_zh", "title_en"}, "area", "area_name", "first", "last",
//  "basis": "hindsight", "changed": 3,                                        // days, or spells, that come out otherwise
//  "days": [{"date", "changed", "held": DAY, "other": DAY}],                  // of a pack; else []
//  "spells": [{"first", "last", "changed", "highest_aqi", "with_forecasts": false,   // true: it reaches into such days
//              "held": {"level", "level_zh", "rules", "clause"} | null, "other": {...} | null}]}   // of warning rules; else []
// DAY: {"aqi": 115 | null, "level": 3, "primary": "PM2.5", "note", "verdict": "good" | "lost" | "undetermined", "edition": id}
//
// Knows: how to ask rule_pack, warning_dominance and the engine. Does not know: any number of a standard.
#pragma once

#include "daemon/web/head.hpp"
#include "libaqi/network.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace aqi::daemon::web {

struct ReadSources;

Reply read_rules(const Query& query, const ReadSources& sources);
/// Throws Refusal: 404 for an edition nobody knows, 422 for two that cannot be compared.
Reply read_rules_diff(const Query& query, const ReadSources& sources);
/// Throws Refusal: 404 for an edition or area nobody knows, 400 for too many days, 422 for days that are not at hand.
Reply read_rules_what_if(const Query& query, const ReadSources& sources);

boost::json::object pack_json(const RulePack& pack, LocalDay today);
boost::json::object edition_json(const WarningRules& edition, const RuleBook& book, LocalDay today);
/// The proof of every county against every city of the network, edition by edition.
boost::json::object dominance_json(const Rules& rules);
/// The members of two values that differ, as said above.
boost::json::array differences_json(const boost::json::value& a, const boost::json::value& b);

} // namespace aqi::daemon::web
