#include "daemon/notify/letter.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::notify {
namespace {

const std::string nothing;

constexpr std::array<std::pair<LetterKind, std::string_view>, 5> kinds{{{LetterKind::warning, "warning"},
                                                                        {LetterKind::alarm, "alarm"},
                                                                        {LetterKind::digest, "digest"},
                                                                        {LetterKind::canary, "canary"},
                                                                        {LetterKind::all_clear, "all_clear"}}};

constexpr std::string_view fields[] = {
    "kind",   "mode",      "id",           "revision", "transition", "level",   "level_zh",  "previous_level",
    "area",   "area_name", "area_code",    "headline", "text",       "short",   "broadcast", "bulletin",
    "advice", "issued_at", "effective_at", "ends_at",  "primary",    "weather", "senders",   "rules",
};

} // namespace

std::string_view language_name(Language language) { return language == Language::zh ? "zh-CN" : "en"; }

std::optional<Language> language_named(std::string_view name)
{
    const std::string_view tag = name.substr(0, name.find('-'));
    if (tag == "zh") return Language::zh;
    if (tag == "en") return Language::en;
    return std::nullopt;
}

std::string_view letter_kind_name(LetterKind kind)
{
    for (const auto& [value, name] : kinds)
        if (value == kind) return name;
    return "";
}

std::optional<LetterKind> letter_kind_named(std::string_view name)
{
    for (const auto& [value, known] : kinds)
        if (known == name) return value;
    return std::nullopt;
}

const std::string& Letter::headline(Language language) const
{
    if (warning) return language == Language::zh ? warning->headline_zh : warning->headline_en;
    return language == Language::zh ? own_headline_zh : own_headline_en;
}
const std::string& Letter::text(Language language) const
{
    if (warning) return language == Language::zh ? warning->text_zh : warning->text_en;
    return language == Language::zh ? own_text_zh : own_text_en;
}
const std::string& Letter::short_text(Language language) const
{
    if (warning) return language == Language::zh ? warning->short_zh : warning->short_en;
    return text(language);
}
const std::string& Letter::broadcast() const { return warning ? warning->broadcast_zh : own_text_zh; }
const std::string& Letter::bulletin(Language language) const
{
    if (warning) return language == Language::zh ? warning->bulletin_zh : warning->bulletin_en;
    return text(language);
}

std::span<const std::string_view> letter_fields() { return fields; }

std::map<std::string, std::string, std::less<>> fields_of(const Letter& letter, Language language)
{
    std::map<std::string, std::string, std::less<>> out;
    for (const auto& name : fields) out[std::string{name}];
    out["kind"] = letter_kind_name(letter.kind);
    out["mode"] = letter.mode == Mode::drill ? "drill" : "real";
    out["id"] = letter.id;
    out["revision"] = std::to_string(letter.revision);
    out["headline"] = letter.headline(language);
    out["text"] = letter.text(language);
    out["short"] = letter.short_text(language);
    out["broadcast"] = letter.broadcast();
    out["bulletin"] = letter.bulletin(language);
    out["issued_at"] = format_instant(letter.at, letter.offset);
    if (!letter.warning) return out;
    const Announcement& a = *letter.warning;
    out["transition"] = revision_kind_name(a.kind);
    out["level"] = warning_level_name(a.level);
    out["level_zh"] = warning_level_zh(a.level);
    out["previous_level"] = warning_level_name(a.previous);
    out["area"] = a.area;
    out["area_name"] = a.area_name;
    out["area_code"] = a.area_code;
    out["advice"] = language == Language::zh ? a.advice_zh : a.advice_en;
    out["effective_at"] = format_instant(a.effective.instant(letter.offset), letter.offset);
    if (a.until) out["ends_at"] = format_instant(a.until->instant(letter.offset), letter.offset);
    out["primary"] = a.primary;
    out["weather"] = a.weather;
    out["senders"] = fmt::format("{}", fmt::join(a.senders, language == Language::zh ? "、" : ", "));
    out["rules"] = a.rules;
    return out;
}

std::string document_of(const Letter& letter)
{
    if (letter.warning) return document_of(*letter.warning, letter.offset);
    namespace json = boost::json;
    return json::serialize(json::object{
        {"schema", "aqid/letter/1"},
        {"mode", letter.mode == Mode::drill ? "drill" : "real"},
        {"kind", letter_kind_name(letter.kind)},
        {"id", letter.id},
        {"number", letter.revision},
        {"at", format_instant(letter.at, letter.offset)},
        {"zh", json::object{{"headline", letter.own_headline_zh}, {"text", letter.own_text_zh}}},
        {"en", json::object{{"headline", letter.own_headline_en}, {"text", letter.own_text_en}}},
    });
}

} // namespace aqi::notify
