// libaqi/rule_pack: every number that a standard, a county or we ourselves set, as dated data.
//
// Knows: the form of the packs under schemas/rules, and that a pack is chosen by the day observed, never by today.
// Does not know: where the texts come from (the caller reads or embeds them), or what the numbers do (index, rollup,
// annual, warning_rules).
#pragma once

#include "libaqi/pollutant.hpp"
#include "libaqi/time.hpp"
#include "libaqi/units.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqi {

/// A pollutant over an averaging time: what an index can be made from.
/// In the order of primary pollutants' tokens, the shorter time first.
enum class Item : std::uint8_t {
    so2_1h,
    so2_24h,
    no2_1h,
    no2_24h,
    pm10_1h,
    pm10_24h,
    co_1h,
    co_24h,
    o3_1h,
    o3_8h,
    pm2_5_1h,
    pm2_5_24h,
};
inline constexpr std::size_t item_count = 12;
constexpr std::size_t index_of(Item item) { return static_cast<std::size_t>(item); }

std::string_view item_name(Item item); ///< "o3_8h"
Pollutant pollutant_of(Item item);
std::optional<Item> item_named(std::string_view name);

enum class Report : std::uint8_t { hour, day };

/// What to publish when a pollutant of the report is missing.
enum class MissingRule : std::uint8_t {
    maximum_of_present, ///< the network's practice under the editions of 2012
    above_100_only,     ///< HJ 633-2026 5.3.1: publish only an index above good_at_most, else none
};

/// One column of the breakpoint table.
struct IndexTable {
    enum class Above : std::uint8_t {
        top,        ///< the highest level, "爆表"
        fixed,      ///< a fixed sub-index
        other_item, ///< no sub-index; the pollutant is reported by another averaging time
    };
    std::vector<std::int64_t> points_ng; ///< at levels[i]; may be shorter than levels
    Above above = Above::top;
    int fixed = 0;
    Item other = Item::so2_24h;
};

struct ReportEntry {
    Item item = Item::so2_1h;  ///< the value taken
    Item table = Item::so2_1h; ///< the table it is held against
};

struct ReportRule {
    std::vector<ReportEntry> entries;
    std::string clause;
};

/// HJ 633 table of levels. Level 1..6.
struct LevelTable {
    std::array<int, 5> upto{};
    std::array<std::string, 6> zh;
    std::array<std::string, 6> en;
    std::array<std::string, 6> advice_zh;
    std::array<std::string, 6> advice_en;
    int good_at_most = 0;
    std::string clause;
};

/// GB 3095 table 4 and HJ 663: when a mean may be stated. Counts of hours, windows, days; shares in percent.
struct Validity {
    int day_hours = 0;
    int window_hours = 0;
    int window_hours_valid = 0;
    int window_first_end = 0;
    int windows_valid = 0;
    Concentration window_limit;
    int year_days = 0;
    int month_days = 0;
    int february_days = 0;
    int sites_percent = 0;
    int few_sites_below = 0;
    int few_sites_percent = 0;
    std::string clause;
};

/// One edition of the index and its assessment.
struct RulePack {
    std::string id;
    std::string title_zh;
    std::string title_en;
    std::optional<LocalDay> from;  ///< absent: never chosen by day, only by name
    std::optional<LocalDay> until; ///< last day, absent: still in force

    std::vector<int> levels; ///< the sub-index at each point of a table
    std::array<std::optional<IndexTable>, item_count> tables;
    std::string index_clause;
    ReportRule hour;
    ReportRule day;
    PerPollutant<std::int64_t> step_ng; ///< concentrations are rounded half-even to this before the index
    std::string rounding_clause;
    MissingRule missing = MissingRule::maximum_of_present;
    std::string missing_clause;
    LevelTable level_table;
    Validity validity;
    PerPollutant<std::optional<Concentration>> annual_limit;

    const ReportRule& report(Report which) const { return which == Report::hour ? hour : day; }
};

enum class WarningLevel : std::uint8_t { none = 0, blue = 1, yellow = 2, orange = 3, red = 4 };

/// A run of days above an AQI, perhaps with a run of worse days inside it.
struct WarningClause {
    int above = 0; ///< a day counts when its AQI > above ("at_least = 500" is held as above 499)
    int days = 0;
    int with_above = 0;
    int with_days = 0; ///< 0: nothing is asked of the days inside
};

/// One edition of the warning standards.
struct WarningRules {
    struct LevelRule {
        WarningLevel level = WarningLevel::none;
        std::vector<WarningClause> any;
        std::string clause;
    };
    std::string id;
    std::string title_zh;
    std::string title_en;
    std::vector<LevelRule> levels; ///< ascending
    int heavy_above = 0;
    std::string spell_clause;
    int lift_at_most = 0;
    int lift_more_than_hours = 0;
    std::string lift_clause;
    int red_lead_hours = 0;
    std::string lead_clause;

    /// Whole days running at or below lift_at_most that last longer than lift_more_than_hours.
    int lift_days() const { return lift_more_than_hours / 24 + 1; }
};

/// What an area is held to in a year. Absent: no such target.
struct Target {
    std::string area; ///< an area's id, or "*" for every area
    int year = 0;
    std::optional<Concentration> pm10;
    std::optional<Concentration> pm2_5;
    std::optional<int> good_days;
};

/// All packs that were loaded.
struct RuleBook {
    std::vector<RulePack> packs; ///< dated ones in the order of their days
    std::vector<WarningRules> warnings;
    std::vector<Target> targets;
    PerPollutant<Concentration> instrument_at_most; ///< beyond it no instrument can mean a value
    /// Names the packs and every byte of their texts: two books with one digest decide alike.
    std::string digest;

    const RulePack* pack_named(std::string_view id) const;
    /// The pack in force on a day; before the first, none.
    const RulePack* pack_on(LocalDay day) const;
    const WarningRules* warning_named(std::string_view id) const;
    /// The target of an area and year: one written for the area itself wins over "*".
    const Target* target(std::string_view area, int year) const;
};

struct RuleText {
    std::string name; ///< what messages call it: a file name
    std::string text;
};

/// Parses and cross-checks. Throws SettingError (settings.hpp) with file:line:column.
RuleBook load_rules(const std::vector<RuleText>& texts);
/// [[target]] tables of a text of kind "targets", or of the daemon's configuration.
class Settings;
Target read_target(const Settings& table);

std::string_view warning_level_name(WarningLevel level); ///< "orange"
std::string_view warning_level_zh(WarningLevel level);   ///< "橙色"
std::optional<WarningLevel> warning_level_named(std::string_view name);

} // namespace aqi
