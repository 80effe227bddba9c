#include "daemon/web/public_page.hpp"

#include "daemon/config.hpp"
#include "daemon/web/read.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::daemon::web {
namespace {

constexpr std::string_view root = "/public";

std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
        }
    }
    return out;
}

/// A segment of a path: an area's id may be anything.
std::string in_path(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                           c == '_' || c == '.';
        if (plain)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

class Writer {
public:
    Writer(const PublicFacts& facts, std::string_view area, bool chinese) : facts_(facts), area_(area), zh_(chinese) {}

    std::string page() const
    {
        const bool one = !area_.empty() && !facts_.areas.empty();
        const std::string title = one ? escaped(facts_.areas.front().name) + (zh_ ? "空气质量" : ": air quality")
                                      : std::string{say("空气质量", "Air quality")};
        std::string out = head(title);
        if (facts_.drill)
            out += fmt::format("<p class=\"drill\"><strong>{}</strong></p>\n",
                               say("【演练】本页数据不是实况。", "[DRILL] Nothing on this page is real."));
        out += fmt::format("<p class=\"updated\">{} {} <a href=\"{}\">{}</a></p>\n", say("更新于", "Updated"),
                           time(facts_.now), address(area_, zh_), say("刷新", "Reload"));
        if (one) {
            out += fmt::format("<p><a href=\"{}\">{}</a></p>\n", address({}, zh_), say("所有区域", "All areas"));
            out += area_in_full(facts_.areas.front());
        } else {
            out += warnings_in_force();
            for (const auto& a : facts_.areas) out += area_in_short(a);
        }
        return out + foot();
    }

    std::string not_found() const
    {
        return head(std::string{say("没有该区域", "No such area")}) +
               fmt::format("<p><a href=\"{}\">{}</a></p>\n", address({}, zh_), say("所有区域", "All areas")) + foot();
    }

private:
    std::string_view say(std::string_view zh, std::string_view en) const { return zh_ ? zh : en; }
    const std::string& pick(const std::string& zh, const std::string& en) const { return zh_ ? zh : en; }

    static std::string address(std::string_view area, bool chinese)
    {
        // Said in every link: a reader who chose one keeps it, whatever the browser prefers.
        return fmt::format("{}{}{}?lang={}", root, area.empty() ? "" : "/", in_path(area), chinese ? "zh" : "en");
    }

    std::string time(Instant at) const
    {
        const std::string text = format_instant(at, facts_.offset);
        // People read the minute; machines the zone, too.
        return fmt::format("<time datetime=\"{}\">{} {}</time>", text, text.substr(0, 10), text.substr(11, 5));
    }

    /// No refresh by itself: what a screen reader is in the middle of must not begin again.
    std::string head(const std::string& title) const
    {
        return fmt::format(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n"
            "<link rel=\"stylesheet\" href=\"/public.css\">\n{}</head>\n<body>\n<header>\n<h1>{}</h1>\n"
            "<p class=\"language\"><a href=\"{}\" lang=\"{}\" hreflang=\"{}\">{}</a></p>\n</header>\n<main>\n",
            say("zh-CN", "en"), title, feed_links(), title, address(area_, !zh_), say("en", "zh-CN"),
            say("en", "zh-CN"), say("English", "中文"));
    }

    std::string feed_links() const
    {
        std::string out;
        for (const auto& name : facts_.feeds)
            out += fmt::format(
                "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"CAP\" href=\"/channels/{}/feed.xml\">\n",
                in_path(name));
        return out;
    }

    std::string foot() const
    {
        std::string out = "</main>\n<footer>\n<ul>\n";
        for (const auto& name : facts_.feeds)
            out += fmt::format("<li><a href=\"/channels/{}/feed.xml\">{}</a></li>\n", in_path(name),
                               say("预警订阅（CAP 1.2，Atom）", "Warnings as a feed (CAP 1.2, Atom)"));
        out += fmt::format(
            "<li><a href=\"/api/v1/public\">{}</a></li>\n<li><a href=\"/api/v1/openapi.json\">{}</a></li>\n",
            say("本页数据（JSON）", "The data of this page (JSON)"),
            say("开放接口说明（OpenAPI）", "Open interface (OpenAPI)"));
        out += fmt::format("</ul>\n<p>{}</p>\n</footer>\n</body>\n</html>\n",
                           say("实时数据未经审核，以最终发布为准。缺测不补：没有数据就写“无数据”。",
                               "Real-time data have not been reviewed. What was not measured is not filled in."));
        return out;
    }

    /// Colour, and the number and name that say the same.
    std::string badge(const PublicFigure& f) const
    {
        if (!f.index.aqi) return fmt::format("<span class=\"aqi aqi-0\">{}</span>", say("无数据", "no data"));
        return fmt::format("<span class=\"aqi aqi-{}\"><b>{}</b> {}</span>", f.index.level, *f.index.aqi,
                           escaped(pick(f.level_zh, f.level_en)));
    }

    std::string_view note(IndexNote why) const
    {
        switch (why) {
        case IndexNote::no_valid_pollutant: return say("没有有效数据", "no valid data");
        case IndexNote::incomplete:
            return say("污染物不全，按标准不发布指数", "a pollutant is missing: by the standard no index is published");
        case IndexNote::above_table:
            return say("浓度超出小时表，需看日均值", "above the hourly table; see the daily mean");
        case IndexNote::none: break;
        }
        return {};
    }

    std::string figure(const PublicFigure& f) const
    {
        std::string out =
            fmt::format("<p class=\"figure\"><span class=\"what\">{}</span> {}</p>\n",
                        f.hourly ? say("实时 AQI", "AQI of the hour") : say("日 AQI", "AQI of the day"), badge(f));
        const std::string primary = primary_zh(f.index.primary);
        std::string facts;
        const auto fact = [&](std::string_view name, const std::string& value) {
            if (!value.empty()) facts += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value);
        };
        fact(say("首要污染物", "Primary pollutant"), escaped(primary));
        fact(say("说明", "Note"), std::string{note(f.index.note)});
        fact(say("时段", "Window"), f.hourly ? fmt::format("{} {}", say("1 小时，截至", "1 hour, until"), time(f.as_of))
                                             : fmt::format("{} {}", say("24 小时，", "24 hours,"), f.label));
        fact(say("有数据站点", "Sites with data"), fmt::format("{} / {}", f.with_value, f.sites));
        if (f.pack != nullptr)
            fact(say("标准", "Standard"),
                 escaped(f.pack->id + " " + pick(f.pack->title_zh, f.pack->title_en)) +
                     (f.pack->provisional.empty() ? "" : std::string{say("（暂定）", " (provisional)")}));
        fact(say("审核", "Review"), std::string{zh_ ? review_level_zh(f.quality) : review_level_name(f.quality)});
        return out + "<dl>\n" + facts + "</dl>\n";
    }

    std::string advice(const PublicArea& a) const
    {
        const PublicFigure* f = a.hour && a.hour->index.aqi ? &*a.hour : a.day && a.day->index.aqi ? &*a.day : nullptr;
        if (f == nullptr || f->advice_zh.empty()) return {};
        return fmt::format("<p class=\"advice\"><b>{}</b> {}</p>\n", say("健康提示", "Health advice"),
                           escaped(pick(f->advice_zh, f->advice_en)));
    }

    std::string values(const PublicFigure& f) const
    {
        std::string rows;
        for (const auto p : all_pollutants)
            rows += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>\n", pollutant_label(p),
                                f.values[p] ? escaped(*f.values[p]) : std::string{say("无数据", "no data")},
                                display_unit(p));
        return fmt::format(
            "<table>\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>"
            "<th scope=\"col\">{}</th></tr></thead>\n<tbody>\n{}</tbody>\n</table>\n",
            f.hourly
                ? fmt::format("{} {}", say("小时均值，截至", "Hourly means, until"), f.label)
                : fmt::format("{} {}", say("日均值（O3 为日最大 8 小时平均）", "Daily means (O3: maximum 8-hour mean)"),
                              f.label),
            say("污染物", "Pollutant"), say("浓度", "Value"), say("单位", "Unit"), rows);
    }

    std::string warning(const PublicWarning& w) const
    {
        const bool in_effect = w.effective <= facts_.now;
        std::string out = fmt::format(
            "<div class=\"warning warning-{}\">\n<p class=\"headline\"><strong>{}</strong></p>\n<p>{}</p>\n",
            warning_level_name(w.level), escaped(pick(w.headline_zh, w.headline_en)),
            escaped(pick(w.text_zh, w.text_en)));
        if (!w.advice_zh.empty()) out += fmt::format("<p>{}</p>\n", escaped(pick(w.advice_zh, w.advice_en)));
        return out +
               fmt::format("<p class=\"small\">{}{} {} {}; {} {}; {} {}</p>\n</div>\n",
                           zh_ ? std::string{warning_level_zh(w.level)} : std::string{warning_level_name(w.level)},
                           say("预警", " warning,"),
                           in_effect ? say("已生效，自", "in effect since") : say("将生效于", "takes effect"),
                           time(w.effective), say("发布于", "issued"), time(w.issued_at), say("编号", "number"),
                           escaped(w.id));
    }

    std::string warnings_in_force() const
    {
        const auto has = [](const PublicArea& a) { return a.warning.has_value(); };
        if (std::any_of(facts_.areas.begin(), facts_.areas.end(), has)) return {}; // each stands with its area
        return fmt::format("<p class=\"none\">{}</p>\n",
                           say("目前没有重污染天气预警。", "No heavy-pollution warning is in force."));
    }

    std::string forecast(const PublicArea& a) const
    {
        if (a.forecast.empty()) return {};
        std::string rows;
        for (const auto& f : a.forecast)
            rows +=
                fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n", format_day(f.day),
                            f.low == f.high ? std::to_string(f.low) : fmt::format("{}–{}", f.low, f.high),
                            escaped(f.primary), escaped(f.organisation_name));
        return fmt::format(
            "<table>\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">AQI</th>"
            "<th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>\n{}</tbody>\n</table>\n",
            say("空气质量预报", "Forecast"), say("日期", "Day"), say("首要污染物", "Primary"), say("单位", "By"), rows);
    }

    std::string area_in_short(const PublicArea& a) const
    {
        std::string out =
            fmt::format("<section>\n<h2><a href=\"{}\">{}</a></h2>\n", address(a.id, zh_), escaped(a.name));
        if (a.warning) out += warning(*a.warning);
        if (a.hour) out += figure(*a.hour);
        if (a.day) out += figure(*a.day);
        if (!a.hour && !a.day) out += nothing_yet();
        return out + advice(a) + "</section>\n";
    }

    std::string area_in_full(const PublicArea& a) const
    {
        std::string out;
        if (a.warning)
            out += fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", say("预警", "Warning"), warning(*a.warning));
        else
            out += fmt::format("<p class=\"none\">{}</p>\n",
                               say("目前没有重污染天气预警。", "No heavy-pollution warning is in force."));
        if (a.hour)
            out += fmt::format("<section>\n<h2>{}</h2>\n{}{}{}</section>\n", say("实时", "Now"), figure(*a.hour),
                               advice(a), values(*a.hour));
        if (a.day)
            out += fmt::format("<section>\n<h2>{}</h2>\n{}{}</section>\n", say("昨日", "Last whole day"),
                               figure(*a.day), values(*a.day));
        if (!a.hour && !a.day) out += nothing_yet();
        const std::string ahead = forecast(a);
        if (!ahead.empty())
            out += fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", say("预报", "Forecast"), ahead);
        return out;
    }

    std::string nothing_yet() const
    {
        return fmt::format("<p>{}</p>\n", say("还没有数据。", "There are no data yet."));
    }

    const PublicFacts& facts_;
    const std::string_view area_;
    const bool zh_;
};

} // namespace

std::string public_html(const PublicFacts& facts, std::string_view area, bool chinese)
{
    return Writer{facts, area, chinese}.page();
}

Reply public_page(const Request& request, const ReadSources& sources)
{
    const Query query = parse_query(request.query);
    const std::string_view language = query.text("lang");
    const bool chinese = language.empty() ? request.chinese() : language != "en";
    std::string_view area = request.path.substr(root.size());
    if (area.starts_with('/')) area.remove_prefix(1);
    const PublicFacts facts = public_facts(sources.turns->state(), *sources.config, sources.clock->now(), area);
    Reply out;
    out.type = "text/html; charset=utf-8";
    out.headers = {
        {"Content-Language", chinese ? "zh-CN" : "en"}, {"Vary", "Accept-Language"}, {"Cache-Control", "no-cache"}};
    const bool unknown = !area.empty() && facts.areas.empty();
    if (unknown) out.status = 404;
    out.body = unknown ? Writer{facts, {}, chinese}.not_found() : public_html(facts, area, chinese);
    return out;
}

} // namespace aqi::daemon::web
