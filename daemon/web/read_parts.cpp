#include "daemon/web/read_parts.hpp"

#include "libaqi/report.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace aqi::daemon::web {

namespace json = boost::json;

namespace {

constexpr int first_year = 1990, last_year = 2200; // as parse_when()

[[noreturn]] void refuse_absent(std::string_view name)
{
    throw Refusal(400, fmt::format("缺少参数 {}", name), fmt::format("the parameter \"{}\" is missing", name));
}

[[noreturn]] void refuse_unreadable(std::string_view name, std::string_view text, std::string_view example)
{
    throw Refusal(400, fmt::format("{} 的“{}”无法识别；应如 {}", name, text, example),
                  fmt::format("{}: \"{}\" cannot be read; write it like {}", name, text, example));
}

[[noreturn]] void refuse_order(std::string_view first, std::string_view last)
{
    throw Refusal(400, fmt::format("first（{}）晚于 last（{}）", first, last),
                  fmt::format("first ({}) is after last ({})", first, last));
}

LocalDay day_in(std::string_view name, std::string_view text)
{
    const auto day = parse_day(text);
    if (!day || day->year() < first_year || day->year() > last_year) refuse_unreadable(name, text, "2016-12-20");
    return *day;
}

/// An hour by its end, or a day, which is the hour `of_day` of it.
HourEnding hour_in(std::string_view name, std::string_view text, int of_day, const Network& network)
{
    if (text.size() == 10) return HourEnding::of(day_in(name, text), of_day);
    std::string hour{text};
    if (hour.size() == 16 && hour[10] == ' ') hour[10] = 'T'; // as we write hours ourselves
    const auto when = parse_when(hour, network);
    if (!when || when->kind != When::Kind::hour) refuse_unreadable(name, text, "2016-12-20T14:00");
    return when->hour;
}

std::string quoted(std::string_view text)
{
    // What a spreadsheet would take for a formula is a text of a stranger's making.
    std::string out;
    if (!text.empty() && std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos) out += '\'';
    out += text;
    if (out.find_first_of(",\"\r\n") == std::string::npos) return out;
    std::string in_quotes = "\"";
    for (const char c : out) {
        if (c == '"') in_quotes += '"';
        in_quotes += c;
    }
    return in_quotes + '"';
}

} // namespace

PlaceIndex place_of(std::string_view id, const Network& network)
{
    if (const auto place = network.place_named(id)) return *place;
    throw Refusal(404, fmt::format("没有区域或站点“{}”", id), fmt::format("there is no area or station \"{}\"", id));
}

PlaceIndex place_asked(const Query& query, std::string_view name, const Network& network)
{
    if (query.text(name).empty()) refuse_absent(name);
    return place_of(query.text(name), network);
}

AreaIndex area_asked(const Query& query, std::string_view name, const Network& network)
{
    const std::string_view id = query.text(name);
    if (id.empty()) refuse_absent(name);
    if (const auto area = network.area_named(id)) return *area;
    throw Refusal(404, fmt::format("没有区域“{}”", id), fmt::format("there is no area \"{}\"", id));
}

StationIndex station_of(std::string_view id, const Network& network)
{
    if (const auto station = network.station_named(id)) return *station;
    throw Refusal(404, fmt::format("没有站点“{}”", id), fmt::format("there is no station \"{}\"", id));
}

std::vector<std::string> ids_asked(const Query& query, std::string_view name)
{
    std::vector<std::string> out;
    std::string_view rest = query.text(name);
    while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        std::string id{rest.substr(0, comma)};
        if (id.empty() || comma + 1 == rest.size()) refuse_unreadable(name, query.text(name), "410600,1005A");
        if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(std::move(id));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return out;
}

std::string_view kind_of(PlaceIndex place, const Network& network)
{
    const auto area = network.area_of(place);
    if (!area) return "station";
    return network.areas[area->value].kind == AreaKind::city ? "city" : "county";
}

DaySpan days_asked(const Query& query, DaySpan otherwise, int most)
{
    DaySpan out = otherwise;
    const bool has_first = query.has("first"), has_last = query.has("last");
    if (has_first) out.first = day_in("first", query.text("first"));
    if (has_last) out.last = day_in("last", query.text("last"));
    if (has_first && !has_last) out.last = std::max(out.first, out.last);
    if (has_last && !has_first) out.first = out.last.plus(1 - otherwise.days());
    if (out.last < out.first) refuse_order(format_day(out.first), format_day(out.last));
    if (out.days() > most) refuse_size("天", "days", out.days(), most);
    return out;
}

HourSpan hours_asked(const Query& query, HourSpan otherwise, int most, const Network& network)
{
    HourSpan out = otherwise;
    const bool has_first = query.has("first"), has_last = query.has("last");
    if (has_first) out.first = hour_in("first", query.text("first"), 1, network);
    if (has_last) out.last = hour_in("last", query.text("last"), 24, network);
    if (has_first && !has_last) out.last = std::max(out.first, out.last);
    if (has_last && !has_first) out.first = out.last.plus(1 - otherwise.hours());
    if (out.last < out.first) refuse_order(format_hour(out.first), format_hour(out.last));
    if (out.hours() > most) refuse_size("小时", "hours", out.hours(), most);
    return out;
}

int year_asked(const Query& query, std::optional<int> otherwise)
{
    if (!query.has("year")) {
        if (otherwise) return *otherwise;
        refuse_absent("year");
    }
    return query.whole_or("year", 0, first_year, last_year);
}

LocalDay day_asked(const Query& query, std::string_view name, LocalDay otherwise)
{
    return query.has(name) ? day_in(name, query.text(name)) : otherwise;
}

HourEnding closed_hour(const State& state)
{
    if (const auto hour = state.last_closed()) return *hour;
    throw Refusal(422, "尚无已结算的小时", "no hour is closed yet");
}

LocalDay closed_day(const State& state)
{
    if (const auto day = state.last_closed_day()) return *day;
    throw Refusal(422, "尚无已结算的日子", "no day is closed yet");
}

void refuse_size(std::string_view what_zh, std::string_view what_en, std::int64_t asked, std::int64_t most)
{
    throw Refusal(422, fmt::format("一次最多 {} {}，所问为 {} {}；请分段查询", most, what_zh, asked, what_zh),
                  fmt::format("one answer holds {} {} at most, {} were asked for; ask in parts", most, what_en, asked));
}

bool wants_csv(const Query& query)
{
    const std::string_view format = query.text("format");
    if (format == "csv") return true;
    if (format.empty() || format == "json") return false;
    throw Refusal(400, "format 应为 json 或 csv", "format must be json or csv");
}

PageOfList page_asked(const Query& query, std::int64_t first, std::int64_t last, int most)
{
    PageOfList out{first, last, nullptr};
    if (query.has("cursor")) {
        // A cursor is ours: nobody else's numbers are taken.
        const std::string_view text = query.text("cursor");
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.first);
        if (error != std::errc{} || end != text.data() + text.size() || out.first < first || last < out.first)
            throw Refusal(400, "cursor 不属于此查询；请用上一页的 next",
                          "the cursor does not belong to this question; use \"next\" of the page before");
    }
    const int limit = query.whole_or("limit", most, 1, most);
    if (out.last - out.first < limit) return out;
    out.last = out.first + limit - 1;
    out.next = json::value(std::to_string(out.last + 1));
    return out;
}

Csv::Csv(const std::vector<std::string>& header)
{
    for (const auto& name : header) number(std::string_view{name});
    end();
}

void Csv::separate()
{
    if (begun_) out_ += ',';
    begun_ = true;
}

Csv& Csv::text(std::string_view value)
{
    separate();
    out_ += quoted(value);
    return *this;
}

Csv& Csv::number(std::string_view value)
{
    separate();
    out_ += value;
    return *this;
}

Csv& Csv::number(std::int64_t value) { return number(std::string_view{std::to_string(value)}); }

Csv& Csv::number(const std::optional<int>& value) { return value ? number(std::int64_t{*value}) : nothing(); }

Csv& Csv::nothing() { return number(std::string_view{}); }

void Csv::end()
{
    out_ += "\r\n";
    begun_ = false;
}

Reply Csv::reply(std::string_view file_name) &&
{
    Reply out;
    out.type = "text/csv; charset=utf-8";
    out.body = std::move(out_);
    out.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"{}.csv\"", file_name));
    return out;
}

json::value amount(const std::optional<Concentration>& value, Pollutant p)
{
    return value ? json::value(format_concentration(*value, display_unit_ng(p))) : json::value(nullptr);
}

void amount(Csv& csv, const std::optional<Concentration>& value, Pollutant p)
{
    if (value)
        csv.number(std::string_view{format_concentration(*value, display_unit_ng(p))});
    else
        csv.nothing();
}

std::optional<Concentration> as_published(const std::optional<Concentration>& value, Pollutant p, const RulePack* pack)
{
    if (!value || pack == nullptr) return value;
    return round_for_index(*value, p, *pack);
}

json::object values_json(const PerPollutant<std::optional<Concentration>>& values, const RulePack* pack)
{
    json::object out;
    out.reserve(pollutant_count);
    for (const auto p : all_pollutants) out[pollutant_name(p)] = amount(as_published(values[p], p, pack), p);
    return out;
}

json::object units_json()
{
    json::object out;
    for (const auto p : all_pollutants) out[pollutant_name(p)] = display_unit(p);
    return out;
}

json::array labels_json(PollutantSet set)
{
    json::array out;
    for (const auto p : all_pollutants)
        if (set.contains(p)) out.emplace_back(pollutant_label(p));
    return out;
}

std::string unit_column(Pollutant p)
{
    return fmt::format("{}_{}", pollutant_name(p), p == Pollutant::co ? "mg_per_m3" : "ug_per_m3");
}

json::value date_or_null(const std::optional<LocalDay>& day)
{
    return day ? json::value(format_day(*day)) : json::value(nullptr);
}

json::value moment_or_null(const std::optional<Instant>& at, UtcOffset offset)
{
    return at ? json::value(format_instant(*at, offset)) : json::value(nullptr);
}

json::value edition_or_null(const RulePack* pack)
{
    return pack != nullptr ? json::value(pack->id) : json::value(nullptr);
}

std::string tenths_text(std::int64_t tenths)
{
    return fmt::format("{}{}.{}", tenths < 0 ? "-" : "", std::abs(tenths) / 10, std::abs(tenths) % 10);
}

} // namespace aqi::daemon::web
