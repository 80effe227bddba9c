#include "daemon/web/read_reports.hpp"

#include "daemon/web/read.hpp"
#include "libaqi/report.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr int notices_looked_at = 1'000;
constexpr std::size_t places_most = 400;
constexpr std::string_view stylesheet = "/paper.css";

struct Form {
    std::string_view name, type, ending;
};
constexpr std::array<Form, 4> forms = {{{"json", json_type, ""},
                                        {"csv", "text/csv; charset=utf-8", "csv"},
                                        {"html", "text/html; charset=utf-8", ""},
                                        {"text", "text/plain; charset=utf-8", "txt"}}};

LocalDay first_at_hand(LocalDay closed, const Rules& rules) { return closed.plus(1 - rules.ledger_days); }

/// What can be asked for, for a form.
Reply choices(const ReadSources& sources)
{
    const Rules& rules = sources.config->rules;
    const Network& network = rules.network;
    json::object out{{"ok", true}, {"last_day", nullptr}, {"first_day", nullptr}};
    json::array kinds, periods, beside, places, formats;
    const LocalDay closed =
        sources.turns->state().last_closed_day().value_or(day_at(sources.clock->now(), network.offset).plus(-1));
    if (sources.turns->state().last_closed_day()) {
        out["last_day"] = format_day(closed);
        out["first_day"] = format_day(first_at_hand(closed, rules));
    }
    const int year = closed.year();
    const auto kind = [&](std::string_view name, const std::string& example) {
        kinds.push_back(json::object{{"kind", name}, {"example", example}});
    };
    kind("hour", format_day(closed) + "T14:00");
    kind("day", format_day(closed));
    kind("month", format_day(closed).substr(0, 7));
    kind("quarter", fmt::format("{}Q{}", year, (closed.month() + 2) / 3));
    kind("year", std::to_string(year));
    for (const auto& period : network.periods) {
        json::array whens;
        const int from = period.once ? period.once->first.year() : year - 1;
        for (int y = from; y <= (period.once ? from : year); ++y)
            if (period.span(y)) whens.push_back(json::value(fmt::format("{}:{}", period.id, y)));
        if (&period == &network.periods.front() && !whens.empty())
            kind("period", json::value_to<std::string>(whens.back()));
        periods.push_back(json::object{{"id", period.id}, {"name", period.name}, {"whens", std::move(whens)}});
    }
    const auto add_beside = [&](const auto& pack) {
        beside.push_back(json::object{{"id", pack.id}, {"title_zh", pack.title_zh}, {"title_en", pack.title_en}});
    };
    for (const auto& pack : rules.book.packs) add_beside(pack);
    for (const auto& guideline : rules.book.guidelines) add_beside(guideline);
    for (const auto& area : network.areas)
        places.push_back(json::object{
            {"id", area.id}, {"name", area.name}, {"kind", area.kind == AreaKind::city ? "city" : "county"}});
    for (const auto& station : network.stations)
        places.push_back(json::object{{"id", station.id}, {"name", station.name}, {"kind", "station"}});
    for (const auto& form : forms) formats.emplace_back(form.name);
    out["kinds"] = std::move(kinds);
    out["periods"] = std::move(periods);
    out["beside"] = std::move(beside);
    out["places"] = std::move(places);
    out["formats"] = std::move(formats);
    return json_reply(json::serialize(out));
}

std::vector<PlaceIndex> places_of(std::string_view list, const Network& network)
{
    std::vector<PlaceIndex> out;
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        const std::string_view id = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        const auto place = network.place_named(id);
        if (!place)
            throw Refusal(404, fmt::format("没有区域或站点“{}”", id),
                          fmt::format("there is no area or station \"{}\"", id));
        if (std::find(out.begin(), out.end(), *place) == out.end()) out.push_back(*place);
        if (out.size() > places_most) throw Refusal(400, "places 过多", fmt::format("at most {} places", places_most));
    }
    return out;
}

const Form& form_of(std::string_view name)
{
    for (const auto& form : forms)
        if (form.name == (name.empty() ? forms.front().name : name)) return form;
    throw Refusal(400, "format 应为 json、csv、html 或 text", "format must be json, csv, html or text");
}

Language language_of(std::string_view name)
{
    if (name.empty() || name == "zh") return Language::zh;
    if (name == "en") return Language::en;
    throw Refusal(400, "lang 应为 zh 或 en", "lang must be zh or en");
}

/// "aqid-2016-12.csv"; a period's colon is no part of a file's name.
std::string file_name(std::string when, std::string_view ending)
{
    std::replace(when.begin(), when.end(), ':', '-');
    return fmt::format("aqid-{}.{}", when, ending);
}

} // namespace

Reply read_reports(const Query& query, const ReadSources& sources)
{
    query.only({"when", "places", "beside", "format", "lang"});
    if (!query.has("when")) {
        query.only({}); // of what can be reported: what else is said would be about a report nobody named
        return choices(sources);
    }
    const Rules& rules = sources.config->rules;
    const State& state = sources.turns->state();
    const Form& form = form_of(query.text("format"));
    const Language language = language_of(query.text("lang"));
    const std::string when_text{query.text("when")};
    const auto when = parse_when(when_text, rules.network);
    if (!when) throw Refusal(400, "when 无法识别：" + when.error().detail, when.error().detail);
    const auto closed = state.last_closed_day();
    if (closed && when->first < first_at_hand(*closed, rules) && when->kind != When::Kind::hour)
        throw Refusal(422,
                      fmt::format("{} 之前的数据不在内存中；请在服务器上运行 aqictl report",
                                  format_day(first_at_hand(*closed, rules))),
                      fmt::format("days before {} are not at hand; run aqictl report on the server",
                                  format_day(first_at_hand(*closed, rules))));
    if (closed && when->kind == When::Kind::hour && when->first < closed->plus(1 - rules.open_days))
        throw Refusal(422, "该小时的数据不在内存中；请在服务器上运行 aqictl report",
                      "that hour is not at hand; run aqictl report on the server");

    const ReportRequest request{*when, places_of(query.text("places"), rules.network),
                                std::string{query.text("beside")}, sources.store->newest_notices(notices_looked_at),
                                format_instant(sources.clock->now(), rules.network.offset)};
    const auto paper = report(state, request, rules);
    if (!paper) throw Refusal(422, "无法生成报告：" + paper.error().detail, paper.error().detail);

    Reply out;
    out.type = form.type;
    out.body = form.name == "html" ? paper_page(*paper, language, stylesheet) : *paper_as(*paper, form.name, language);
    if (!form.ending.empty())
        out.headers.emplace_back("Content-Disposition",
                                 fmt::format("attachment; filename=\"{}\"", file_name(when_text, form.ending)));
    return out;
}

} // namespace aqi::daemon::web
