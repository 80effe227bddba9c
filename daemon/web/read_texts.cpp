#include "daemon/web/read_texts.hpp"

#include "daemon/notify/sms.hpp"
#include "daemon/web/read.hpp"
#include "libaqi/message.hpp"
#include "libaqi/report.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

/// A word of which nobody makes a text: no carrier takes one so long.
constexpr std::size_t wording_most = 4'096;

HourEnding hour_named(std::string_view text, std::string_view name, const Network& network)
{
    const auto when = parse_when(text, network);
    if (when && when->kind == When::Kind::hour) return when->hour;
    throw Refusal(400, fmt::format("{} 应为小时，例如 2016-12-20T14:00（指该小时结束时刻）", name),
                  fmt::format("{} must be an hour by its end, like 2016-12-20T14:00", name));
}

/// Puts in place what the query tries; says what.
json::array try_words(Revision& revision, const Query& query, const Network& network)
{
    json::array changed;
    if (query.has("wording")) {
        if (query.text("wording").size() > wording_most)
            throw Refusal(400, "措辞过长", fmt::format("a wording takes at most {} bytes", wording_most));
        revision.wording = query.text("wording");
        changed.emplace_back("wording");
    }
    if (query.has("level")) {
        const auto level = warning_level_named(query.text("level"));
        if (!level || *level == WarningLevel::none || ends_warning(revision.kind))
            throw Refusal(400, "level 应为 blue、yellow、orange、red，且该版次不是解除或取消",
                          "level must be blue, yellow, orange or red, and the revision must not end the warning");
        revision.level = *level;
        changed.emplace_back("level");
    }
    if (query.has("effective")) {
        revision.effective = hour_named(query.text("effective"), "effective", network);
        changed.emplace_back("effective");
    }
    if (query.has("until")) {
        revision.until.reset();
        if (query.text("until") != "open") revision.until = hour_named(query.text("until"), "until", network);
        changed.emplace_back("until");
    }
    return changed;
}

json::object sms_json(const std::string& text)
{
    const auto size = notify::sms_size(text, true);
    // A carrier's signature is Chinese: with it nothing leaves as GSM-7.
    std::string signed_text = text;
    for (std::size_t i = 0; i < signature_units; ++i) signed_text = "署" + signed_text;
    return {{"text", text},
            {"units", size.units},
            {"parts", size.parts},
            {"signed_parts", notify::sms_size(signed_text, true).parts},
            {"gsm7", size.gsm7}};
}

const Revision& revision_of(const Warning& warning, const Query& query)
{
    const auto number = query.whole("revision");
    for (const auto& revision : warning.revisions)
        if (!number || revision.number == *number)
            if (number || &revision == &warning.revisions.back()) return revision;
    throw Refusal(404, fmt::format("预警 {} 没有该版次", warning.id),
                  fmt::format("warning {} has no such revision", warning.id));
}

} // namespace

Reply read_texts(const Query& query, const ReadSources& sources)
{
    query.only({"warning", "revision", "wording", "level", "effective", "until"});
    const Rules& rules = sources.config->rules;
    const State& state = sources.turns->state();
    const Warning* warning = state.warning(query.text("warning"));
    if (warning == nullptr || warning->revisions.empty())
        throw Refusal(404, fmt::format("没有预警“{}”", query.text("warning")),
                      fmt::format("there is no warning \"{}\"", query.text("warning")));
    Revision revision = revision_of(*warning, query);
    const bool preview = !revision.issue;
    json::array changed = try_words(revision, query, rules.network);
    if (!revision.issue) revision.issue = Act{"", sources.clock->now()};
    const bool is_drill = state.is_drill(warning->id);
    const Mode mode = is_drill ? Mode::drill : sources.config->mode;
    const Announcement a = announce(*warning, revision, rules, mode);
    const UtcOffset offset = rules.network.offset;

    json::object out{{"ok", true},
                     {"warning", warning->id},
                     {"revision", revision.number},
                     {"version", revision.version},
                     {"kind", revision_kind_name(revision.kind)},
                     {"state", revision_state_name(revision.state)},
                     {"level", warning_level_name(revision.level)},
                     {"level_zh", warning_level_zh(revision.level)},
                     {"mode", mode == Mode::drill ? "drill" : "real"},
                     {"drill", is_drill},
                     {"preview", preview || !changed.empty()},
                     {"changed", std::move(changed)},
                     {"issued_at", format_instant(a.issued_at, offset)},
                     {"effective", format_instant(a.effective.instant(offset), offset)},
                     {"lead_minutes", a.lead_minutes},
                     {"signature_units", signature_units}};
    out["until"] = a.until ? json::value(format_instant(a.until->instant(offset), offset)) : json::value(nullptr);
    out["zh"] =
        json::object{{"headline", a.headline_zh},   {"short", sms_json(a.short_zh)}, {"full", sms_json(a.text_zh)},
                     {"broadcast", a.broadcast_zh}, {"bulletin", a.bulletin_zh},     {"advice", a.advice_zh}};
    out["en"] =
        json::object{{"headline", a.headline_en}, {"short", sms_json(a.short_en)}, {"full", sms_json(a.text_en)},
                     {"broadcast", nullptr},      {"bulletin", a.bulletin_en},     {"advice", a.advice_en}};
    return json_reply(json::serialize(out));
}

} // namespace aqi::daemon::web
