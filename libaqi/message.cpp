#include "libaqi/message.hpp"

#include "libaqi/iaqi.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi {
namespace {

/// Ⅳ Ⅲ Ⅱ Ⅰ: the response that goes with a level.
std::string_view response(WarningLevel level)
{
    switch (level) {
    case WarningLevel::blue: return "Ⅳ";
    case WarningLevel::yellow: return "Ⅲ";
    case WarningLevel::orange: return "Ⅱ";
    case WarningLevel::red: return "Ⅰ";
    case WarningLevel::none: break;
    }
    return "";
}

std::string day_zh(LocalDay day) { return fmt::format("{}月{}日", day.month(), day.day_of_month()); }

/// People say 0时 of the day that begins, not 24时 of the day that ends.
std::string moment_zh(HourEnding hour)
{
    if (hour.hour_of_day() == 24) return day_zh(hour.day().plus(1)) + "0时";
    return fmt::format("{}{}时", day_zh(hour.day()), hour.hour_of_day());
}

std::string moment_en(HourEnding hour)
{
    if (hour.hour_of_day() == 24) return fmt::format("{} 00:00", format_day(hour.day().plus(1)));
    return fmt::format("{} {:02}:00", format_day(hour.day()), hour.hour_of_day());
}

struct Texts {
    std::string headline_zh, headline_en, text_zh, text_en;
};

Texts lift_texts(const Announcement& a)
{
    const auto level = warning_level_zh(a.previous);
    return {fmt::format("{}解除重污染天气{}预警", a.area_name, level),
            fmt::format("{}: {} heavy-pollution warning lifted", a.area, warning_level_name(a.previous)),
            fmt::format("自{}起，{}解除重污染天气{}预警，终止{}级应急响应。", moment_zh(a.effective), a.area_name,
                        level, response(a.previous)),
            fmt::format("From {} the {} heavy-pollution warning for {} is lifted.", moment_en(a.effective),
                        warning_level_name(a.previous), a.area)};
}

Texts level_texts(const Announcement& a, const Judgement& spell)
{
    const auto level = warning_level_zh(a.level);
    const std::string verb = a.kind == RevisionKind::upgrade
                                 ? fmt::format("将重污染天气{}预警升级为{}预警", warning_level_zh(a.previous), level)
                                 : fmt::format("发布重污染天气{}预警", level);
    const std::string days = spell.first == spell.last ? day_zh(spell.first)
                                                       : fmt::format("{}至{}", day_zh(spell.first), day_zh(spell.last));
    const std::string severe_zh = spell.severe_days > 0 ? fmt::format("，其中严重污染{}天", spell.severe_days) : "";
    const std::string severe_en = spell.severe_days > 0 ? fmt::format(", {} of them severe", spell.severe_days) : "";
    Texts t;
    t.headline_zh = fmt::format("{}{}，启动{}级应急响应", a.area_name, verb, response(a.level));
    t.headline_en = fmt::format("{}: heavy-pollution warning {} to {}", a.area,
                                a.kind == RevisionKind::upgrade ? "upgraded" : "raised", warning_level_name(a.level));
    t.text_zh = fmt::format(
        "{}{}，自{}起启动{}级应急响应。预计{}出现重污染天气{}天{}，日均AQI最高{}。解除时间另行通知。", a.area_name,
        verb, moment_zh(a.effective), response(a.level), days, spell.heavy_days, severe_zh, spell.highest_aqi);
    t.text_en = fmt::format("{} warning for {} from {}: {} heavy-pollution day(s) from {} to {}{}, daily AQI up to {}. "
                            "Lifting will be announced.",
                            warning_level_name(a.level), a.area, moment_en(a.effective), spell.heavy_days,
                            format_day(spell.first), format_day(spell.last), severe_en, spell.highest_aqi);
    return t;
}

} // namespace

Announcement announce(const Warning& warning, const Revision& revision, const Rules& rules, Mode mode)
{
    AQI_CHECK(revision.issue.has_value());
    Announcement a;
    a.warning = warning.id;
    a.revision = revision.number;
    a.kind = revision.kind;
    a.level = revision.level;
    a.previous = revision.previous;
    a.area = warning.area;
    a.area_name = warning.area;
    if (const auto area = rules.network.area_named(warning.area)) a.area_name = rules.network.areas[area->value].name;
    a.rules = revision.rules;
    a.issued_at = revision.issue->at;
    a.effective = revision.effective;
    a.lead_minutes = (revision.effective.instant(rules.network.offset).ms - a.issued_at.ms) / 60'000;
    for (const auto& signature : revision.signatures)
        if (const Person* person = rules.network.person_named(signature.act.person))
            if (const Organisation* organisation = rules.network.organisation_named(person->organisation))
                a.senders.push_back(organisation->name);
    a.days = revision.judgement.inputs;
    a.mode = mode;

    const Texts texts = revision.kind == RevisionKind::lift ? lift_texts(a) : level_texts(a, revision.judgement);
    if (revision.kind != RevisionKind::lift) {
        if (const RulePack* pack = rules.pack(revision.judgement.first)) {
            const auto level =
                static_cast<std::size_t>(level_of(revision.judgement.highest_aqi, pack->level_table) - 1);
            a.advice_zh = pack->level_table.advice_zh[level];
            a.advice_en = pack->level_table.advice_en[level];
        }
    }
    const std::string_view mark = mode == Mode::drill ? drill_mark : std::string_view{};
    a.headline_zh = fmt::format("{}{}", mark, texts.headline_zh);
    a.headline_en = fmt::format("{}{}", mode == Mode::drill ? "【演练】[DRILL] " : "", texts.headline_en);
    a.text_zh = fmt::format("{}{}", mark, texts.text_zh);
    a.text_en = fmt::format("{}{}", mode == Mode::drill ? "【演练】[DRILL] " : "", texts.text_en);
    return a;
}

} // namespace aqi
