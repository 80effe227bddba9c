#include "libaqi/message.hpp"

#include "libaqi/iaqi.hpp"
#include "libaqi/spoken.hpp"

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

std::string range_text(const ExpectedPollutant& e, std::string_view dash)
{
    const auto unit = display_unit_ng(e.pollutant);
    if (e.range.low == e.range.high) return format_concentration(e.range.high, unit);
    return format_concentration(e.range.low, unit) + std::string{dash} + format_concentration(e.range.high, unit);
}

std::string unit_zh(Pollutant p) { return p == Pollutant::co ? "毫克/立方米" : "微克/立方米"; }

/// The sentence that stands in every form: what is expected, of what, why.
struct Parts {
    std::string days_zh, bad_zh, pollutants_zh, weather_zh, end_zh;
    std::string bad_en, pollutants_en, weather_en, end_en;
};

Parts parts_of(const Announcement& a, const Judgement& spell)
{
    Parts p;
    p.days_zh = spell.first == spell.last ? day_zh(spell.first)
                                          : fmt::format("{}至{}", day_zh(spell.first), day_zh(spell.last));
    const std::string severe_zh = spell.severe_days > 0 ? fmt::format("，其中严重污染{}天", spell.severe_days) : "";
    const std::string severe_en = spell.severe_days > 0 ? fmt::format(", {} of them severe", spell.severe_days) : "";
    // Since 2024-6 a spell may have no heavy-pollution day at all; an order may come before any forecast of one.
    if (spell.heavy_days > 0) {
        p.bad_zh = fmt::format("出现重污染天气{}天{}，日均AQI最高{}", spell.heavy_days, severe_zh, spell.highest_aqi);
        p.bad_en = fmt::format("{} heavy-pollution day(s){}, daily AQI up to {}", spell.heavy_days, severe_en,
                               spell.highest_aqi);
    } else if (spell.highest_aqi > 0) {
        p.bad_zh = fmt::format("持续出现中度污染，日均AQI最高{}", spell.highest_aqi);
        p.bad_en = fmt::format("moderate pollution (above 150), daily AQI up to {}", spell.highest_aqi);
    }
    for (const auto& e : a.expected) {
        p.pollutants_zh += fmt::format("{}{}{}{}", p.pollutants_zh.empty() ? "" : "，", pollutant_label(e.pollutant),
                                       range_text(e, "-"), unit_zh(e.pollutant));
        p.pollutants_en += fmt::format("{}{} {} {}", p.pollutants_en.empty() ? "" : ", ", pollutant_label(e.pollutant),
                                       range_text(e, "-"), display_unit(e.pollutant));
    }
    if (!a.primary.empty()) {
        p.pollutants_zh =
            fmt::format("首要污染物{}{}{}", a.primary, p.pollutants_zh.empty() ? "" : "，日均浓度", p.pollutants_zh);
        p.pollutants_en = fmt::format("primary pollutant {}{}{}", a.primary,
                                      p.pollutants_en.empty() ? "" : "; daily means ", p.pollutants_en);
    } else if (!p.pollutants_zh.empty()) {
        p.pollutants_zh = "日均浓度" + p.pollutants_zh;
        p.pollutants_en = "daily means " + p.pollutants_en;
    }
    p.weather_zh = a.weather;
    p.weather_en = a.weather;
    p.end_zh = a.until ? fmt::format("{}解除", moment_zh(*a.until)) : "解除时间另行通知";
    p.end_en = a.until ? fmt::format("It ends {}.", moment_en(*a.until)) : "Lifting will be announced.";
    return p;
}

std::string verb_zh(const Announcement& a)
{
    const auto level = warning_level_zh(a.level);
    switch (a.kind) {
    case RevisionKind::upgrade:
        return fmt::format("将重污染天气{}预警升级为{}预警", warning_level_zh(a.previous), level);
    case RevisionKind::downgrade:
        return fmt::format("将重污染天气{}预警降级为{}预警", warning_level_zh(a.previous), level);
    case RevisionKind::lift: return fmt::format("解除重污染天气{}预警", warning_level_zh(a.previous));
    case RevisionKind::cancel: return fmt::format("取消重污染天气{}预警", warning_level_zh(a.previous));
    case RevisionKind::raise: break;
    }
    return fmt::format("发布重污染天气{}预警", level);
}

void write_end(Announcement& a, const std::string& wording)
{
    const auto level = warning_level_zh(a.previous);
    const bool cancel = a.kind == RevisionKind::cancel;
    const std::string_view done = cancel ? "cancelled" : "lifted";
    a.headline_zh = fmt::format("{}{}", a.area_name, verb_zh(a));
    a.headline_en = fmt::format("{}: {} heavy-pollution warning {}", a.area, warning_level_name(a.previous), done);
    a.text_zh = fmt::format("自{}起，{}{}，终止{}级应急响应。{}", moment_zh(a.effective), a.area_name, verb_zh(a),
                            response(a.previous), wording);
    a.text_en = fmt::format("From {} the {} heavy-pollution warning for {} is {}.", moment_en(a.effective),
                            warning_level_name(a.previous), a.area, done);
    a.short_zh = fmt::format("{}起{}{}重污染天气{}预警，终止{}级应急响应。", moment_zh(a.effective), a.area_name,
                             cancel ? "取消" : "解除", level, response(a.previous));
    a.short_en = fmt::format("{}: {} heavy-pollution warning {} from {}.", a.area, warning_level_name(a.previous), done,
                             moment_en(a.effective));
}

/// The advice in the words that fit one part of an SMS: by what the air is, not by the colour of the warning.
struct ShortAdvice {
    std::string_view whole, least;
};
ShortAdvice short_advice(int highest_aqi)
{
    if (highest_aqi > 300) return {"儿童老人病人应留在室内，一般人群避免户外活动", "儿童老人病人应留在室内"};
    if (highest_aqi > 200) return {"儿童老人病人应停留在室内，一般人群减少户外运动", "儿童老人病人应停留在室内"};
    return {"儿童老人病人避免长时间、高强度户外锻炼", "儿童老人病人减少户外锻炼"};
}

void write_level(Announcement& a, const Judgement& spell, const std::string& wording)
{
    const Parts p = parts_of(a, spell);
    a.headline_zh = fmt::format("{}{}，启动{}级应急响应", a.area_name, verb_zh(a), response(a.level));
    const std::string_view done = a.kind == RevisionKind::upgrade     ? "upgraded"
                                  : a.kind == RevisionKind::downgrade ? "downgraded"
                                                                      : "raised";
    a.headline_en = fmt::format("{}: heavy-pollution warning {} to {}", a.area, done, warning_level_name(a.level));
    const auto sentence = [](const std::string& s) { return s.empty() ? s : s + "。"; };
    a.text_zh =
        fmt::format("{}{}，自{}起启动{}级应急响应。{}{}{}{}{}。", a.area_name, verb_zh(a), moment_zh(a.effective),
                    response(a.level), p.bad_zh.empty() ? "" : sentence("预计" + p.days_zh + p.bad_zh),
                    sentence(p.pollutants_zh), sentence(p.weather_zh), wording, p.end_zh);
    const auto sentence_en = [](const std::string& s) { return s.empty() ? s : s + ". "; };
    a.text_en = fmt::format(
        "{} warning for {} from {}: {}{}{}{}", warning_level_name(a.level), a.area, moment_en(a.effective),
        p.bad_en.empty()
            ? ""
            : sentence_en(fmt::format("{} from {} to {}", p.bad_en, format_day(spell.first), format_day(spell.last))),
        sentence_en(p.pollutants_en), sentence_en(p.weather_en), p.end_en);
    // One part of an SMS, the mark of a drill and a signature in it: what does not fit is left away from the end.
    const std::string head = fmt::format("{}{}起启动重污染天气{}预警{}级响应", a.area_name, moment_zh(a.effective),
                                         warning_level_zh(a.level), response(a.level));
    const std::string end = a.until ? fmt::format("，{}解除", moment_zh(*a.until)) : "，解除另行通知";
    const std::size_t room = 70 - signature_units - (a.mode == Mode::drill ? utf16_units(drill_mark) : 0);
    const ShortAdvice advice = short_advice(spell.highest_aqi);
    a.short_zh = fmt::format("{}，{}{}。", head, advice.whole, end);
    if (utf16_units(a.short_zh) > room) a.short_zh = fmt::format("{}，{}{}。", head, advice.least, end);
    if (utf16_units(a.short_zh) > room) a.short_zh = fmt::format("{}{}。", head, end);
    a.short_en = fmt::format(
        "{}: {} heavy-pollution warning from {}{}. {}", a.area, warning_level_name(a.level), moment_en(a.effective),
        spell.highest_aqi > 0 ? fmt::format(", daily AQI up to {}", spell.highest_aqi) : "", p.end_en);
}

/// The formal notice: one fact a line, empty facts left out.
void write_bulletin(Announcement& a, const Revision& revision, const Rules& rules)
{
    const UtcOffset offset = rules.network.offset;
    std::string zh, en;
    const auto line = [](std::string& to, std::string_view name, const std::string& value, std::string_view colon) {
        if (!value.empty()) to += fmt::format("{}{}{}\n", name, colon, value);
    };
    const auto zh_line = [&](std::string_view name, const std::string& value) { line(zh, name, value, "："); };
    const auto en_line = [&](std::string_view name, const std::string& value) { line(en, name, value, ": "); };
    std::string senders;
    for (const auto& sender : a.senders) senders += (senders.empty() ? "" : "、") + sender;
    const Parts p = ends_warning(a.kind) ? Parts{} : parts_of(a, revision.judgement);
    zh = a.headline_zh + "\n";
    en = a.headline_en + "\n";
    zh_line("编号", fmt::format("{} 第{}号", a.warning, a.revision));
    en_line("Number", fmt::format("{} revision {}", a.warning, a.revision));
    zh_line("发布时间", format_instant(a.issued_at, offset));
    en_line("Issued", format_instant(a.issued_at, offset));
    zh_line("联合会商", senders);
    en_line("Consulted and signed by", senders);
    zh_line("范围", a.area_name);
    en_line("Area", a.area);
    if (a.level != WarningLevel::none) {
        zh_line("级别", fmt::format("{}预警（{}级响应）", warning_level_zh(a.level), response(a.level)));
        en_line("Level", std::string{warning_level_name(a.level)});
    }
    if (a.previous != WarningLevel::none) {
        zh_line("此前级别", fmt::format("{}预警", warning_level_zh(a.previous)));
        en_line("Before", std::string{warning_level_name(a.previous)});
    }
    zh_line("生效时间", moment_zh(a.effective));
    en_line("Effective", moment_en(a.effective));
    if (!ends_warning(a.kind)) {
        zh_line("解除时间", a.until ? moment_zh(*a.until) : "另行通知");
        en_line("Ends", a.until ? moment_en(*a.until) : "will be announced");
        zh_line("预报", p.bad_zh.empty() ? "" : p.days_zh + p.bad_zh);
        en_line("Forecast", p.bad_en.empty() ? ""
                                             : fmt::format("{} to {}: {}", format_day(revision.judgement.first),
                                                           format_day(revision.judgement.last), p.bad_en));
        zh_line("污染物", p.pollutants_zh);
        en_line("Pollutants", p.pollutants_en);
        zh_line("气象条件", a.weather);
        en_line("Weather", a.weather);
    }
    zh_line("依据", fmt::format("{} {}", a.rules, revision.judgement.clause));
    en_line("By", a.rules);
    zh_line("上级文件", a.order);
    en_line("Order from above", a.order);
    zh_line("说明", revision.wording);
    en_line("Wording", revision.wording);
    zh_line("健康提示", a.advice_zh);
    en_line("Health advice", a.advice_en);
    if (a.emergency) {
        zh_line("发布方式", "紧急发布，事后复核");
        en_line("Issued as", "an emergency, to be reviewed");
    }
    a.bulletin_zh = std::move(zh);
    a.bulletin_en = std::move(en);
}

/// What the bureaus had said of the spell's days when they signed.
void take_expectations(Announcement& a, const Revision& revision)
{
    PerPollutant<std::optional<ConcentrationRange>> ranges;
    const auto add = [](std::string& to, const std::string& words) {
        if (!words.empty() && to.find(words) == std::string::npos) to += (to.empty() ? "" : "；") + words;
    };
    for (const auto& view : revision.record.views)
        for (const auto& said : view.days) {
            if (said.day.day < revision.judgement.first || revision.judgement.last < said.day.day) continue;
            add(a.primary, said.day.primary);
            add(a.weather, said.day.weather);
            for (const auto p : all_pollutants) {
                if (!said.day.values[p]) continue;
                auto& range = ranges[p];
                if (!range) {
                    range = said.day.values[p];
                } else {
                    range->low = std::min(range->low, said.day.values[p]->low);
                    range->high = std::max(range->high, said.day.values[p]->high);
                }
            }
        }
    for (const auto p : all_pollutants)
        if (ranges[p]) a.expected.push_back({p, *ranges[p]});
}

} // namespace

Announcement announce(const Warning& warning, const Revision& revision, const Rules& rules, Mode mode)
{
    AQI_CHECK(revision.issue.has_value());
    Announcement a;
    a.warning = warning.id;
    a.revision = revision.number;
    a.kind = revision.kind;
    a.origin = revision.origin;
    a.level = revision.level;
    a.previous = revision.previous;
    a.area = warning.area;
    a.area_name = warning.area;
    if (const auto area = rules.network.area_named(warning.area)) {
        a.area_name = rules.network.areas[area->value].name;
        a.area_code = rules.network.areas[area->value].division();
    }
    for (const auto& r : warning.revisions)
        if (r.issue && r.number < revision.number) a.earlier.push_back({r.number, r.issue->at});
    a.rules = revision.rules;
    if (revision.origin == Origin::order) a.order = revision.judgement.clause;
    a.issued_at = revision.issue->at;
    a.effective = revision.effective;
    a.until = revision.until;
    a.lead_minutes = (revision.effective.instant(rules.network.offset).ms - a.issued_at.ms) / 60'000;
    a.late_why = revision.late_why;
    a.emergency = revision.emergency;
    const auto add_sender = [&](const std::string& person_id) {
        const Person* person = rules.network.person_named(person_id);
        const Organisation* organisation =
            person != nullptr ? rules.network.organisation_named(person->organisation) : nullptr;
        if (organisation != nullptr &&
            std::find(a.senders.begin(), a.senders.end(), organisation->name) == a.senders.end())
            a.senders.push_back(organisation->name);
    };
    for (const auto& signature : revision.signatures) add_sender(signature.act.person);
    if (a.emergency) add_sender(revision.issue->person);
    a.days = revision.judgement.inputs;
    a.mode = mode;
    if (!ends_warning(a.kind)) {
        take_expectations(a, revision);
        const RulePack* pack = rules.pack(revision.judgement.first);
        if (pack != nullptr && revision.judgement.highest_aqi > 0) {
            const auto level =
                static_cast<std::size_t>(level_of(revision.judgement.highest_aqi, pack->level_table) - 1);
            a.advice_zh = pack->level_table.advice_zh[level];
            a.advice_en = pack->level_table.advice_en[level];
        }
    }
    const std::string wording =
        revision.wording.empty() || revision.wording.ends_with("。") ? revision.wording : revision.wording + "。";
    if (ends_warning(a.kind))
        write_end(a, wording);
    else
        write_level(a, revision.judgement, wording);
    a.broadcast_zh = read_aloud(a.text_zh + a.advice_zh);
    write_bulletin(a, revision, rules);
    if (mode == Mode::drill) {
        for (auto* text : {&a.headline_zh, &a.text_zh, &a.short_zh, &a.broadcast_zh, &a.bulletin_zh})
            *text = std::string{drill_mark} + *text;
        for (auto* text : {&a.headline_en, &a.text_en, &a.short_en, &a.bulletin_en}) *text = "【演练】[DRILL] " + *text;
    }
    return a;
}

} // namespace aqi
