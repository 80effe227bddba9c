// libaqi/rule_pack: every number that a standard, a county or we ourselves set, as dated data.
//
// Knows: the form of the packs under schemas/rules, and that a pack is chosen by the day observed, never by today.
// Does not know: where the texts come from (the caller reads or embeds them), or what the numbers do (index, rollup,
// annual, warning_rules).
#pragma once

#include "libaqi/pollutant.hpp"
#include "libaqi/qc_rules.hpp"
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
    // Stored as bits of a set: new items stand at the end.
    pm10_nowcast,
    pm2_5_nowcast,
};
inline constexpr std::size_t item_count = 14;
constexpr std::size_t index_of(Item item) { return static_cast<std::size_t>(item); }

std::string_view item_name(Item item); ///< "o3_8h"
Pollutant pollutant_of(Item item);
std::optional<Item> item_named(std::string_view name);

/// What an item is a mean of.
enum class Averaging : std::uint8_t { hour, eight_hours, day, nowcast };
constexpr Averaging averaging_of(Item item)
{
    switch (item) {
    case Item::so2_24h:
    case Item::no2_24h:
    case Item::pm10_24h:
    case Item::co_24h:
    case Item::pm2_5_24h: return Averaging::day;
    case Item::o3_8h: return Averaging::eight_hours;
    case Item::pm10_nowcast:
    case Item::pm2_5_nowcast: return Averaging::nowcast;
    default: return Averaging::hour;
    }
}

enum class Report : std::uint8_t { hour, day };

/// What to publish when a pollutant of the report is missing.
enum class MissingRule : std::uint8_t {
    maximum_of_present, ///< the network's practice under the editions of 2012
    above_100_only,     ///< HJ 633-2026 5.3.1: publish only an index above good_at_most, else none
};

/// A stretch of a breakpoint table: concentrations low..high are indices low..high, on a straight line between.
struct IndexBand {
    std::int64_t low_ng = 0;
    std::int64_t high_ng = 0;
    int low_index = 0;
    int high_index = 0;
    bool operator==(const IndexBand&) const = default;
};

/// One column of the breakpoint table.
struct IndexTable {
    enum class Above : std::uint8_t {
        top,        ///< the highest level, "爆表"
        fixed,      ///< a fixed sub-index
        other_item, ///< no sub-index; the pollutant is reported by another averaging time
        extend,     ///< the last band's line goes on
    };
    std::vector<IndexBand> bands; ///< rising; China's bands touch, EPA's leave the gap that truncation never falls into
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

/// How a concentration loses the digits its index does not see.
enum class ConcentrationRounding : std::uint8_t {
    half_even, ///< GB/T 8170
    truncate,  ///< US EPA TAD
};

/// How an index becomes a whole number.
enum class IndexRounding : std::uint8_t {
    up,      ///< HJ 633: 全部进位取整数
    nearest, ///< US EPA TAD; a tie goes up
};

/// A limit or guideline value of one pollutant.
struct Limit {
    enum class Period : std::uint8_t { hour, day, year, day_max_8h };
    std::string grade; ///< "1", "2" (GB 3095 一级 二级), "AQG", "IT1"
    Pollutant pollutant = Pollutant::pm2_5;
    Period period = Period::year;
    Concentration value;
    int percentile = 0; ///< the percentile of the daily values that is held against it; 0: each value, or the mean
};
std::string_view limit_period_name(Limit::Period period); ///< "hour", "day", "year", "day_max_8h"

/// 环境空气质量综合指数: sum over the pollutants of weight x statistic / limit, each term rounded half-even to 2 decimals.
/// The statistic is the pack's percentile for pollutants with `by_percentile`, else the mean of daily values.
struct CompositeIndex {
    struct Term {
        Concentration limit;
        int weight = 1;
        bool by_percentile = false;
    };
    PerPollutant<std::optional<Term>> terms;
    std::string clause;
};

/// GB 3095 table 4 and HJ 663: when a mean may be stated. Counts of hours, windows, days; shares in percent.
struct Validity {
    int hour_minutes = 0; ///< minutes of measurement in an hour; 0: nothing is asked
    int day_hours = 0;
    int sliding_day_hours = 0; ///< of the 24 hours behind a sliding 24-hour mean; 0: the edition has no such mean
    int window_hours = 0;      ///< ozone's sliding mean; 0: the edition has no such mean
    int window_hours_valid = 0;
    int window_first_end = 0;
    int windows_valid = 0;
    Concentration window_limit;
    int year_days = 0;
    int month_days = 0;
    int february_days = 0;
    int quarter_percent = 0; ///< 0: nothing is asked of quarters
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
    std::string provisional;       ///< what in this pack no text settles yet; shown wherever the pack is named

    IndexRounding index_rounding = IndexRounding::up;
    ConcentrationRounding concentration_rounding = ConcentrationRounding::half_even;
    std::array<std::optional<IndexTable>, item_count> tables;
    std::string index_clause;
    ReportRule hour;
    ReportRule day;
    PerPollutant<std::int64_t> step_ng; ///< concentrations lose the digits below this before the index
    std::string rounding_clause;
    MissingRule missing = MissingRule::maximum_of_present;
    std::string missing_clause;
    /// HJ 633-2026 5.3.2: a pollutant outside the monitoring plan does not stand in the way of an index.
    bool plan_exempts = false;
    std::string plan_clause;
    LevelTable level_table;
    Validity validity;
    std::vector<Limit> limits;
    std::string limits_clause;
    PerPollutant<int> percentile; ///< HJ 663: of the daily values of a year; 0: none
    std::string percentile_clause;
    CompositeIndex composite;

    /// The limit of a grade, or null.
    const Limit* limit(std::string_view grade, Pollutant pollutant, Limit::Period period) const;

    const ReportRule& report(Report which) const { return which == Report::hour ? hour : day; }
};

enum class WarningLevel : std::uint8_t { none = 0, blue = 1, yellow = 2, orange = 3, red = 4 };

/// A run of days above an AQI, perhaps with a run of worse days inside it. Where the edition counts in hours, a day is a block
/// of 24 hours on end.
struct WarningClause {
    int above = 0; ///< a day counts when its AQI > above ("at_least = 500" is held as above 499)
    int days = 0;
    int with_above = 0;
    int with_days = 0; ///< 0: nothing is asked of the days inside
    int hours = 0;     ///< not 0: not days, but so many hours on end with a real-time AQI > above; `days` is 0
};

/// One edition of the warning standards.
struct WarningRules {
    struct LevelRule {
        WarningLevel level = WarningLevel::none;
        std::vector<WarningClause> any;
        std::string clause;
        int share_percent = 0; ///< the cut of the whole area's emissions; 0: the edition has none
    };
    /// What a run is counted in: calendar days, or blocks of 24 hours that may begin at any hour.
    enum class Unit : std::uint8_t { day, block };

    std::string id;
    LocalDay from;      ///< in force from this day on, until the next edition
    bool local = false; ///< of some place: in force where it is named, never by its day alone
    std::string title_zh;
    std::string title_en;
    Unit unit = Unit::day;
    std::vector<LevelRule> levels; ///< ascending
    int heavy_above = 0;           ///< a heavy-pollution day
    int spell_above = 0;           ///< a day of a spell; the lowest a clause asks for
    /// A day's AQI is the mean of the real-time AQI of these hours (Harbin: those that end 07:00 to 20:00); absent: the daily AQI.
    struct Window {
        int first = 1; ///< 1..24
        int last = 24;
        bool operator==(const Window&) const = default;
    };
    std::optional<Window> window;
    std::string spell_clause;
    int lift_at_most = 0;
    int lift_more_than_hours = 0;
    std::string lift_clause;
    bool without_dust = false;  ///< sand-dust days are no case for a warning
    bool without_ozone = false; ///< nor are days that are heavy by ozone alone
    std::string without_clause;
    int red_lead_hours = 0;
    int any_lead_hours = 0; ///< of the levels below red
    std::string lead_clause;

    /// The public is told so many hours before a level takes effect.
    int lead_hours(WarningLevel level) const { return level == WarningLevel::red ? red_lead_hours : any_lead_hours; }

    /// Whole days running at or below lift_at_most that last longer than lift_more_than_hours.
    /// Whether hours decide: then days alone prove nothing of the edition.
    bool counts_hours() const;
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

/// Guideline values without an index of their own, e.g. WHO 2021.
struct GuidelinePack {
    std::string id;
    std::string title_zh;
    std::string title_en;
    std::string clause;
    std::vector<Limit> limits;
};

/// All packs that were loaded.
struct RuleBook {
    std::vector<RulePack> packs; ///< dated ones in the order of their days
    std::vector<GuidelinePack> guidelines;
    std::vector<WarningRules> warnings; ///< in the order of their days
    std::vector<Target> targets;
    PerPollutant<Concentration> instrument_at_most; ///< beyond it no instrument can mean a value
    std::optional<QcRules> qc;                      ///< absent: nothing is ever marked
    /// Names the packs and every byte of their texts: two books with one digest decide alike.
    std::string digest;

    const RulePack* pack_named(std::string_view id) const;
    /// The pack in force on a day; before the first, none.
    const RulePack* pack_on(LocalDay day) const;
    const WarningRules* warning_named(std::string_view id) const;
    /// The edition of the whole country in force on a day; before the first, none.
    const WarningRules* warning_on(LocalDay day) const;
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
