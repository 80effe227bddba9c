#include "drivers/archive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

namespace aqi::drivers {
namespace {

std::string_view trimmed(std::string_view text)
{
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

std::string lower(std::string_view text)
{
    std::string out{trimmed(text)};
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
    return out;
}

struct Spelling {
    std::string_view text;
    Pollutant pollutant;
};

/// Whole names only: "pm1" or "pm100" is none of these.
constexpr Spelling spellings[] = {
    {"so2", Pollutant::so2},      {"二氧化硫", Pollutant::so2},  {"no2", Pollutant::no2},
    {"二氧化氮", Pollutant::no2}, {"pm10", Pollutant::pm10},     {"可吸入颗粒物", Pollutant::pm10},
    {"co", Pollutant::co},        {"一氧化碳", Pollutant::co},   {"o3", Pollutant::o3},
    {"臭氧", Pollutant::o3},      {"pm2.5", Pollutant::pm2_5},   {"pm25", Pollutant::pm2_5},
    {"pm2_5", Pollutant::pm2_5},  {"细颗粒物", Pollutant::pm2_5}};

enum class Suffix { none, one_hour, eight_hours, day, nowcast };

std::optional<Item> item_of(Pollutant pollutant, Suffix suffix, Report of)
{
    if (suffix == Suffix::nowcast)
        return pollutant == Pollutant::pm10    ? std::optional{Item::pm10_nowcast}
               : pollutant == Pollutant::pm2_5 ? std::optional{Item::pm2_5_nowcast}
                                               : std::nullopt;
    const auto pick = [&](Item hour, Item day) { return of == Report::hour ? hour : day; };
    if (pollutant == Pollutant::o3) {
        if (suffix == Suffix::one_hour) return Item::o3_1h;
        if (suffix == Suffix::eight_hours) return Item::o3_8h;
        if (suffix == Suffix::day) return std::nullopt; // a 24-hour mean of ozone is in no table
        return pick(Item::o3_1h, Item::o3_8h);
    }
    if (suffix == Suffix::eight_hours) return std::nullopt;
    const bool hour = suffix == Suffix::one_hour || (suffix == Suffix::none && of == Report::hour);
    switch (pollutant) {
    case Pollutant::so2: return hour ? Item::so2_1h : Item::so2_24h;
    case Pollutant::no2: return hour ? Item::no2_1h : Item::no2_24h;
    case Pollutant::pm10: return hour ? Item::pm10_1h : Item::pm10_24h;
    case Pollutant::co: return hour ? Item::co_1h : Item::co_24h;
    case Pollutant::pm2_5: return hour ? Item::pm2_5_1h : Item::pm2_5_24h;
    case Pollutant::o3: break;
    }
    return std::nullopt;
}

struct Concentrations {
    Item item;
    std::int64_t unit_ng;
};

/// "PM2.5", "O3_8h", "co_mg_m3": a spelling, perhaps an averaging time, perhaps a unit.
std::optional<Concentrations> concentration_column(std::string_view header, Report of, std::int64_t co_unit_ng)
{
    const std::string lowered = lower(header);
    std::string_view name = lowered;
    std::optional<std::int64_t> unit;
    constexpr std::pair<std::string_view, std::int64_t> units[] = {
        {"_ug_m3", 1'000},  {"_mg_m3", 1'000'000}, {"(ug/m3)", 1'000}, {"(mg/m3)", 1'000'000}, {"(μg/m3)", 1'000},
        {"(µg/m3)", 1'000}, {"(μg/m³)", 1'000},    {"(µg/m³)", 1'000}, {"(mg/m³)", 1'000'000}};
    for (const auto& [ending, ng] : units) {
        if (!name.ends_with(ending)) continue;
        unit = ng;
        name = trimmed(name.substr(0, name.size() - ending.size()));
        break;
    }
    Suffix suffix = Suffix::none;
    constexpr std::pair<std::string_view, Suffix> suffixes[] = {
        {"_1h", Suffix::one_hour}, {"_8h", Suffix::eight_hours}, {"_24h", Suffix::day}, {"_nowcast", Suffix::nowcast}};
    for (const auto& [ending, meaning] : suffixes) {
        if (!name.ends_with(ending)) continue;
        suffix = meaning;
        name.remove_suffix(ending.size());
        break;
    }
    for (const auto& spelling : spellings) {
        if (spelling.text != name) continue;
        const auto item = item_of(spelling.pollutant, suffix, of);
        if (!item) return std::nullopt;
        const std::int64_t usual = spelling.pollutant == Pollutant::co ? co_unit_ng : 1'000;
        return Concentrations{*item, unit.value_or(usual)};
    }
    return std::nullopt;
}

std::optional<std::size_t> column(const std::vector<std::string>& lowered, std::span<const std::string_view> names)
{
    for (const auto name : names)
        for (std::size_t i = 0; i < lowered.size(); ++i)
            if (lowered[i] == name) return i;
    return std::nullopt;
}

Result<int> whole_number(std::string_view text, std::string_view what)
{
    text = trimmed(text);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return Fault{Reason::malformed, fmt::format("{} '{}' is not a whole number", what, text.substr(0, 40))};
    return value;
}

constexpr std::string_view date_names[] = {"date", "time_point", "time", "datetime",
                                           "day",  "timestamp",  "日期", "时间"};
constexpr std::string_view hour_names[] = {"hour", "小时", "时"};
constexpr std::string_view place_names[] = {
    "watchpoint", "station", "station_id", "site",     "positionname", "position_name", "站点", "点位", "监测点",
    "city",       "area",    "area_id",    "district", "county",       "城市",          "区县", "地区"};

std::vector<std::string> lowered_names(const std::vector<std::string>& header)
{
    std::vector<std::string> out;
    for (const auto& name : header) out.push_back(lower(name));
    return out;
}

/// "13:00" or "13:00:00" of a local time, or the hour alone.
Result<int> hour_of_clock(std::string_view clock)
{
    const auto colon = std::min(clock.find(':'), clock.size());
    for (const char c : clock.substr(colon))
        if (c != ':' && c != '0' && c != '.')
            return Fault{Reason::not_on_the_hour, fmt::format("'{}' is not a full hour", clock.substr(0, 40))};
    return whole_number(clock.substr(0, colon), "hour");
}

/// The label of an hour by its end: 0 is hour 24 of the day before, 24 is hour 24 of the day itself.
Result<HourEnding> labelled(LocalDay day, int label)
{
    if (label < 0 || label > 24) return Fault{Reason::malformed, fmt::format("hour {} is not between 0 and 24", label)};
    return HourEnding{HourEnding::of(day, 0).since_epoch + label};
}

} // namespace

bool says_missing(std::string_view cell)
{
    const std::string text = lower(cell);
    constexpr std::string_view ways[] = {"", "na", "nan", "null", "none", "_", "—", "-", "--"};
    return std::find(std::begin(ways), std::end(ways), text) != std::end(ways);
}

Result<LocalDay> parse_archive_day(std::string_view text)
{
    const auto bad = [&] {
        return Fault{Reason::malformed,
                     fmt::format("'{}' is not a day such as 2016-01-05 or 20160105", text.substr(0, 40))};
    };
    text = trimmed(text);
    int year = 0, month = 0, day = 0;
    const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits && text.size() == 8) {
        year = *whole_number(text.substr(0, 4), "year");
        month = *whole_number(text.substr(4, 2), "month");
        day = *whole_number(text.substr(6, 2), "day");
    } else {
        const char separator = text.find('/') != std::string_view::npos ? '/' : '-';
        const auto first = text.find(separator);
        const auto second = first == std::string_view::npos ? first : text.find(separator, first + 1);
        if (second == std::string_view::npos) return bad();
        const auto y = whole_number(text.substr(0, first), "year");
        const auto m = whole_number(text.substr(first + 1, second - first - 1), "month");
        const auto d = whole_number(text.substr(second + 1), "day");
        if (!y || !m || !d) return bad();
        year = *y;
        month = *m;
        day = *d;
    }
    if (year < 1900 || year > 2200 || month < 1 || month > 12 || day < 1 ||
        static_cast<unsigned>(day) > days_in_month(year, static_cast<unsigned>(month)))
        return bad();
    return LocalDay::from_ymd(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
}

bool archive_is_hourly(const CsvFile& file)
{
    const auto lowered = lowered_names(file.header);
    if (column(lowered, hour_names)) return true;
    const auto date = column(lowered, date_names);
    if (!date) return false;
    return std::any_of(file.rows.begin(), file.rows.end(), [&](const CsvRow& row) {
        if (*date >= row.cells.size()) return false;
        const std::string_view text = trimmed(row.cells[*date]);
        const auto gap = text.find_first_of("T ");
        if (gap == std::string_view::npos) return false;
        const auto hour = hour_of_clock(text.substr(gap + 1, 5));
        return !hour || *hour != 0;
    });
}

Result<ArchiveColumns> ArchiveColumns::find(const std::vector<std::string>& header, const ArchiveOptions& options)
{
    ArchiveColumns out;
    out.width_ = header.size();
    out.options_ = options;
    const auto lowered = lowered_names(header);

    const auto named = [&](std::string_view name) { return column(lowered, std::span{&name, 1}); };
    const auto year = named("year");
    const auto month = named("month");
    const auto day = named("day");
    const bool uci = year && month && day && named("wspm");
    const std::int64_t co_unit = options.co_unit_ng.value_or(uci ? 1'000 : 1'000'000);

    if (year && month && day)
        out.split_ = Split{*year, *month, *day};
    else
        out.date_ = column(lowered, date_names);
    out.hour_ = column(lowered, hour_names);
    out.place_ = column(lowered, place_names);
    bool any = false;
    for (std::size_t i = 0; i < header.size(); ++i) {
        const auto found = concentration_column(header[i], options.of, co_unit);
        if (!found) continue;
        const std::size_t item = index_of(found->item);
        if (out.items_[item])
            return Fault{Reason::malformed, fmt::format("columns \"{}\" and \"{}\" are both {}",
                                                        out.item_headers_[item], header[i], item_name(found->item))};
        out.items_[item] = i;
        out.item_headers_[item] = header[i];
        out.units_ng_[item] = found->unit_ng;
        any = true;
    }
    if (!any)
        return Fault{Reason::malformed, fmt::format("no column is a concentration; known: PM2.5, pm25, pm2_5, PM10, "
                                                    "SO2, NO2, CO, O3, O3_1h, O3_8h, ..._24h, ..._nowcast")};
    return out;
}

Result<std::array<std::optional<Concentration>, item_count>> ArchiveColumns::values(const CsvRow& row) const
{
    std::array<std::optional<Concentration>, item_count> out;
    if (row.cells.size() != width_)
        return Fault{Reason::malformed, fmt::format("{} cells where the header has {}", row.cells.size(), width_)};
    for (std::size_t i = 0; i < item_count; ++i) {
        if (!items_[i]) continue;
        const std::string_view cell = trimmed(row.cells[*items_[i]]);
        if (says_missing(cell)) continue;
        const auto value = parse_concentration(cell, units_ng_[i]);
        if (!value) return Fault{value.error().reason, fmt::format("{}: {}", item_headers_[i], value.error().detail)};
        if (value->ng_per_m3() < 0)
            return Fault{Reason::impossible_value, fmt::format("{}: '{}' is below zero", item_headers_[i], cell)};
        if (options_.zero_is_missing && value->ng_per_m3() == 0) continue;
        out[i] = *value;
    }
    return out;
}

std::string ArchiveColumns::place(const CsvRow& row) const
{
    return place_ && *place_ < row.cells.size() ? std::string{trimmed(row.cells[*place_])} : std::string{};
}

Result<HourEnding> ArchiveColumns::period(const CsvRow& row) const
{
    if (row.cells.size() != width_)
        return Fault{Reason::malformed, fmt::format("{} cells where the header has {}", row.cells.size(), width_)};
    LocalDay day;
    std::optional<int> label;
    if (split_) {
        const auto parsed = parse_archive_day(
            fmt::format("{}-{}-{}", row.cells[split_->year], row.cells[split_->month], row.cells[split_->day]));
        if (!parsed) return parsed.error();
        day = *parsed;
    } else if (date_) {
        const std::string_view text = trimmed(row.cells[*date_]);
        if (const auto instant = parse_instant(text); instant && !hour_ && options_.of == Report::hour)
            return hour_ending_at(*instant, options_.offset);
        const auto gap = text.find_first_of("T ");
        const auto parsed = parse_archive_day(text.substr(0, gap));
        if (!parsed) return parsed.error();
        day = *parsed;
        if (gap != std::string_view::npos && !hour_ && options_.of == Report::hour) {
            const auto hour = hour_of_clock(trimmed(text.substr(gap + 1)));
            if (!hour) return hour.error();
            label = *hour;
        }
    } else {
        return Fault{Reason::malformed, "there is no column with a date"};
    }
    if (hour_ && options_.of == Report::hour) {
        const auto hour = whole_number(row.cells[*hour_], "hour");
        if (!hour) return hour.error();
        label = *hour;
    }
    if (label) return labelled(day, *label);
    return HourEnding::of(day, 24);
}

} // namespace aqi::drivers
