#include "drivers/forecast_text.hpp"

#include "drivers/csv.hpp"
#include "drivers/json_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace aqi::drivers {
namespace {

constexpr std::size_t days_most = 60;
constexpr std::size_t hours_most = 31 * 24;

struct ValueKey {
    std::string_view key;
    Pollutant pollutant;
};
constexpr ValueKey value_keys[] = {{"so2_ug_m3", Pollutant::so2},   {"no2_ug_m3", Pollutant::no2},
                                   {"pm10_ug_m3", Pollutant::pm10}, {"co_mg_m3", Pollutant::co},
                                   {"o3_8h_ug_m3", Pollutant::o3},  {"pm2_5_ug_m3", Pollutant::pm2_5}};
constexpr std::string_view known_values = "so2_ug_m3 no2_ug_m3 pm10_ug_m3 co_mg_m3 o3_8h_ug_m3 pm2_5_ug_m3";

const ValueKey* value_key(std::string_view key)
{
    const auto* found =
        std::find_if(std::begin(value_keys), std::end(value_keys), [&](const ValueKey& k) { return k.key == key; });
    return found == std::end(value_keys) ? nullptr : found;
}

Fault malformed(std::string words) { return {Reason::malformed, std::move(words)}; }

/// A whole number within 0..9999; what is no AQI is refused by who admits it, with the range in the words.
std::optional<int> whole(std::string_view text)
{
    int out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size() || out < 0 || out > 9'999) return std::nullopt;
    return out;
}

Result<Concentration> concentration(std::string_view text, Pollutant p)
{
    auto value = parse_concentration(text, display_unit_ng(p));
    if (value && value->ng_per_m3() < 0)
        return Fault{Reason::impossible_value, fmt::format("{}: {} is negative", pollutant_label(p), text)};
    return value;
}

/// Reads the members of an object and refuses those nobody has promised.
class Members {
public:
    Members(const JsonNode& object, std::string_view what) : object_(object), what_(what) {}

    const JsonNode* find(std::string_view key)
    {
        asked_.push_back(key);
        const JsonNode* node = object_.member(key);
        return node != nullptr && node->kind == JsonNode::Kind::null ? nullptr : node;
    }
    Result<std::string> text(std::string_view key)
    {
        const JsonNode* node = find(key);
        if (node == nullptr) return malformed(fmt::format("{} needs \"{}\"", what_, key));
        if (node->kind != JsonNode::Kind::text)
            return malformed(fmt::format("\"{}\" of {} must be a text", key, what_));
        return node->text;
    }
    Result<std::string> text_or_none(std::string_view key)
    {
        return find(key) == nullptr ? Result<std::string>{std::string{}} : text(key);
    }
    Result<std::optional<int>> number(std::string_view key)
    {
        const JsonNode* node = find(key);
        if (node == nullptr) return std::optional<int>{};
        const auto value = node->kind == JsonNode::Kind::number ? whole(node->text) : std::nullopt;
        if (!value) return malformed(fmt::format("\"{}\" of {} must be a whole number", key, what_));
        return value;
    }
    Result<void> done(const std::vector<std::string_view>& also = {}) const
    {
        for (const auto& member : object_.items)
            if (std::find(asked_.begin(), asked_.end(), member.key) == asked_.end() &&
                std::find(also.begin(), also.end(), member.key) == also.end()) {
                std::string known;
                for (const auto key : asked_) known += (known.empty() ? "" : " ") + std::string{key};
                return Fault{Reason::unknown_name,
                             fmt::format("\"{}\" of {} is not known; known: {}", member.key, what_, known)};
            }
        return {};
    }

private:
    const JsonNode& object_;
    std::string_view what_;
    std::vector<std::string_view> asked_;
};

struct Range {
    int low = 0;
    int high = 0;
};

Result<Range> aqi_range(Members& members, std::string_view what)
{
    const auto one = members.number("aqi"), low = members.number("low"), high = members.number("high");
    if (!one) return one.error();
    if (!low) return low.error();
    if (!high) return high.error();
    if (*one && (*low || *high)) return malformed(fmt::format("{} has both \"aqi\" and a range", what));
    if (*one) return Range{**one, **one};
    if (!*high) return malformed(fmt::format("{} needs \"aqi\", or \"low\" and \"high\"", what));
    return Range{(*low).value_or(**high), **high};
}

Result<ConcentrationRange> value_range(const JsonNode& node, Pollutant p)
{
    const auto one = [&](const JsonNode& n) -> Result<Concentration> {
        if (n.kind != JsonNode::Kind::number)
            return malformed(fmt::format("{} must be a number, or [low, high]", pollutant_label(p)));
        return concentration(n.text, p);
    };
    if (node.kind != JsonNode::Kind::list) {
        const auto value = one(node);
        if (!value) return value.error();
        return ConcentrationRange{*value, *value};
    }
    if (node.items.size() != 2)
        return malformed(fmt::format("{} must be a number, or [low, high]", pollutant_label(p)));
    const auto low = one(node.items[0]), high = one(node.items[1]);
    if (!low) return low.error();
    if (!high) return high.error();
    return ConcentrationRange{*low, *high};
}

Result<ForecastDay> day_of(const JsonNode& node)
{
    if (node.kind != JsonNode::Kind::object) return malformed("each of \"days\" must be an object");
    Members members{node, "a day"};
    const auto date = members.text("date");
    if (!date) return date.error();
    const auto day = parse_day(*date);
    if (!day) return day.error();
    const auto range = aqi_range(members, "a day");
    if (!range) return range.error();
    const auto primary = members.text_or_none("primary"), weather = members.text_or_none("weather");
    if (!primary) return primary.error();
    if (!weather) return weather.error();
    ForecastDay out{*day, range->low, range->high, *primary, *weather, {}, false};
    if (const JsonNode* dust = members.find("dust")) {
        if (dust->kind != JsonNode::Kind::boolean) return malformed("\"dust\" must be true or false");
        out.dust = dust->text == "true";
    }
    if (const JsonNode* values = members.find("values")) {
        if (values->kind != JsonNode::Kind::object) return malformed("\"values\" must be an object");
        for (const auto& value : values->items) {
            const ValueKey* key = value_key(value.key);
            if (key == nullptr)
                return Fault{Reason::unknown_name,
                             fmt::format("\"{}\" is no value; known: {}", value.key, known_values)};
            const auto of_value = value_range(value, key->pollutant);
            if (!of_value) return of_value.error();
            out.values[key->pollutant] = *of_value;
        }
    }
    if (const auto all_known = members.done(); !all_known) return all_known.error();
    return out;
}

Result<ForecastHour> hour_of(const JsonNode& node, UtcOffset offset)
{
    if (node.kind != JsonNode::Kind::object) return malformed("each of \"hours\" must be an object");
    Members members{node, "an hour"};
    const auto written = members.text("hour");
    if (!written) return written.error();
    const auto instant = parse_instant(*written);
    if (!instant) return instant.error();
    const auto hour = hour_ending_at(*instant, offset);
    if (!hour) return hour.error();
    const auto range = aqi_range(members, "an hour");
    if (!range) return range.error();
    if (const auto all_known = members.done(); !all_known) return all_known.error();
    return ForecastHour{*hour, range->low, range->high};
}

} // namespace

Result<Forecast> parse_forecast_json(std::string_view text, Instant otherwise, UtcOffset offset,
                                     const std::vector<std::string_view>& also)
{
    const auto root = parse_json(text);
    if (!root) return root.error();
    if (root->kind != JsonNode::Kind::object) return malformed("a forecast is one JSON object");
    Members members{*root, "a forecast"};
    Forecast out;
    const auto area = members.text("area");
    if (!area) return area.error();
    out.area = *area;
    out.issued_at = otherwise;
    if (members.find("issued_at") != nullptr) {
        const auto written = members.text("issued_at");
        if (!written) return written.error();
        const auto at = parse_instant(*written);
        if (!at) return at.error();
        out.issued_at = *at;
    }
    const JsonNode* days = members.find("days");
    if (days == nullptr || days->kind != JsonNode::Kind::list) return malformed("a forecast needs \"days\", a list");
    if (days->items.size() > days_most)
        return malformed(fmt::format("{} days; at most {}", days->items.size(), days_most));
    for (const auto& node : days->items) {
        auto day = day_of(node);
        if (!day) return day.error();
        out.days.push_back(std::move(*day));
    }
    if (const JsonNode* hours = members.find("hours")) {
        if (hours->kind != JsonNode::Kind::list || hours->items.size() > hours_most)
            return malformed(fmt::format("\"hours\" must be a list of at most {}", hours_most));
        for (const auto& node : hours->items) {
            const auto hour = hour_of(node, offset);
            if (!hour) return hour.error();
            out.hours.push_back(*hour);
        }
    }
    if (const auto all_known = members.done(also); !all_known) return all_known.error();
    return out;
}

namespace {

/// "120-160" or "140".
template <class T, class Parse>
Result<std::pair<T, T>> range_of(const std::string& cell, const Parse& parse)
{
    const auto dash = cell.find('-', 1);
    const Result<T> low = parse(cell.substr(0, dash));
    if (!low) return low.error();
    if (dash == std::string::npos) return std::pair{*low, *low};
    const Result<T> high = parse(cell.substr(dash + 1));
    if (!high) return high.error();
    return std::pair{*low, *high};
}

Result<ForecastDay> day_of_row(const std::map<std::string, std::string>& cells)
{
    const auto cell = [&](const char* name) -> std::string {
        const auto found = cells.find(name);
        return found == cells.end() ? std::string{} : found->second;
    };
    const auto day = parse_day(cell("date"));
    if (!day) return day.error();
    const auto range = range_of<int>(cell("aqi"), [](const std::string& text) -> Result<int> {
        const auto value = whole(text);
        if (!value) return malformed(fmt::format("\"{}\" is no AQI; a range reads 180-220", text));
        return *value;
    });
    if (!range) return range.error();
    ForecastDay out{*day, range->first, range->second, cell("primary"), cell("weather"), {}, false};
    const std::string dust = cell("dust");
    if (dust == "1" || dust == "true" || dust == "是")
        out.dust = true;
    else if (!dust.empty() && dust != "0" && dust != "false" && dust != "否")
        return malformed(fmt::format("dust \"{}\" must be 1 or 0", dust));
    for (const auto& key : value_keys) {
        const std::string text = cell(std::string{key.key}.c_str());
        if (text.empty()) continue;
        const auto value =
            range_of<Concentration>(text, [&](const std::string& one) { return concentration(one, key.pollutant); });
        if (!value) return value.error();
        out.values[key.pollutant] = ConcentrationRange{value->first, value->second};
    }
    return out;
}

} // namespace

Result<std::vector<Forecast>> parse_forecast_csv(std::string_view text, Instant otherwise)
{
    const auto file = parse_csv(text);
    if (!file) return file.error();
    for (const auto& name : file->header) {
        const bool known = name == "area" || name == "issued_at" || name == "date" || name == "aqi" ||
                           name == "primary" || name == "weather" || name == "dust" || value_key(name) != nullptr;
        if (!known)
            return Fault{Reason::unknown_name,
                         fmt::format("line {}: column \"{}\" is not known; known: area issued_at date aqi primary "
                                     "weather dust {}",
                                     file->header_line, name, known_values)};
    }
    for (const auto* needed : {"area", "date", "aqi"})
        if (std::find(file->header.begin(), file->header.end(), needed) == file->header.end())
            return malformed(fmt::format("line {}: column \"{}\" is missing", file->header_line, needed));
    std::vector<Forecast> out;
    for (const auto& row : file->rows) {
        if (row.cells.size() != file->header.size())
            return malformed(
                fmt::format("line {}: {} cells under {} columns", row.line, row.cells.size(), file->header.size()));
        std::map<std::string, std::string> cells;
        for (std::size_t i = 0; i < row.cells.size(); ++i) cells[file->header[i]] = row.cells[i];
        Instant issued = otherwise;
        if (const auto& written = cells["issued_at"]; !written.empty()) {
            const auto at = parse_instant(written);
            if (!at) return Fault{at.error().reason, fmt::format("line {}: {}", row.line, at.error().detail)};
            issued = *at;
        }
        auto day = day_of_row(cells);
        if (!day) return Fault{day.error().reason, fmt::format("line {}: {}", row.line, day.error().detail)};
        auto same = std::find_if(out.begin(), out.end(),
                                 [&](const Forecast& f) { return f.area == cells["area"] && f.issued_at == issued; });
        if (same == out.end()) {
            out.push_back({cells["area"], {}, {}, issued, {}, {}});
            same = std::prev(out.end());
        }
        same->days.push_back(std::move(*day));
        if (same->days.size() > days_most)
            return malformed(fmt::format("line {}: more than {} days", row.line, days_most));
    }
    if (out.empty()) return malformed("no rows");
    return out;
}

} // namespace aqi::drivers
