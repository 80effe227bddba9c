#include "daemon/notify/letter.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace aqi::notify {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<LetterKind, std::string_view>, 5> kinds{{{LetterKind::warning, "warning"},
                                                                        {LetterKind::alarm, "alarm"},
                                                                        {LetterKind::digest, "digest"},
                                                                        {LetterKind::canary, "canary"},
                                                                        {LetterKind::all_clear, "all_clear"}}};

constexpr std::string_view fields[] = {
    "language",
    "kind",
    "kind_name",
    "mode",
    "id",
    "revision",
    "transition",
    "transition_name",
    "level",
    "level_name",
    "level_zh",
    "previous_level",
    "previous_level_name",
    "area",
    "area_name",
    "area_code",
    "headline",
    "text",
    "short",
    "broadcast",
    "bulletin",
    "advice",
    "issued_at",
    "effective_at",
    "ends_at",
    "primary",
    "weather",
    "senders",
    "rules",
};

std::string_view kind_words(LetterKind kind, Language language)
{
    const bool zh = language == Language::zh;
    switch (kind) {
    case LetterKind::warning: return zh ? "预警" : "warning";
    case LetterKind::alarm: return zh ? "告警" : "alarm";
    case LetterKind::digest: return zh ? "告警汇总" : "digest of alarms";
    case LetterKind::canary: return zh ? "通道自检" : "channel test";
    case LetterKind::all_clear: return zh ? "日报" : "daily report";
    }
    return "";
}

/// What stands at "zh.headline" of a document as text; empty: nothing.
std::string text_at(const json::object& document, std::string_view path)
{
    const auto point = path.find('.');
    const json::value* found = document.if_contains(path.substr(0, point));
    if (found == nullptr) return {};
    if (point != std::string_view::npos)
        return found->is_object() ? text_at(found->as_object(), path.substr(point + 1)) : std::string{};
    if (found->is_string()) return {found->as_string().data(), found->as_string().size()};
    return found->is_null() || found->is_structured() ? std::string{} : json::serialize(*found);
}

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

Fields fields_in(std::string_view text, Language language)
{
    Fields out;
    for (const auto& name : fields) out[std::string{name}];
    json::error_code error;
    json::parse_options lenient;
    lenient.allow_invalid_utf8 = true; // a wrong character in somebody's words is no reason to send none
    const json::value value = json::parse(json::string_view{text.data(), text.size()}, error, {}, lenient);
    if (error || !value.is_object()) return out;
    const json::object& document = value.as_object();
    const auto take = [&](const char* field, std::string_view path) { out[field] = text_at(document, path); };
    const bool zh = language == Language::zh;
    const std::string own = zh ? "zh." : "en.";
    const bool warning = text_at(document, "schema").starts_with("aqid/warning/");
    const auto kind = warning ? LetterKind::warning : letter_kind_named(text_at(document, "kind"));
    out["language"] = language_name(language);
    if (kind) {
        out["kind"] = letter_kind_name(*kind);
        out["kind_name"] = kind_words(*kind, language);
    }
    take("mode", "mode");
    take("id", warning ? "warning" : "id");
    take("revision", warning ? "revision" : "number");
    take("issued_at", warning ? "issued_at" : "at");
    take("headline", own + "headline");
    take("text", own + "text");
    take("short", own + (warning ? "short" : "text"));
    take("broadcast", warning ? "zh.broadcast" : "zh.text"); // to be read aloud, there is Chinese only
    take("bulletin", own + (warning ? "bulletin" : "text"));
    if (!warning) return out;
    take("transition", "kind");
    for (const auto step : {RevisionKind::raise, RevisionKind::upgrade, RevisionKind::downgrade, RevisionKind::lift,
                            RevisionKind::cancel})
        if (revision_kind_name(step) == out["transition"])
            out["transition_name"] = zh ? revision_kind_zh(step) : revision_kind_name(step);
    for (const char* field : {"level", "previous_level", "effective_at", "ends_at", "primary", "weather", "rules"})
        take(field, field);
    for (const auto& [of, name] :
         {std::pair{"level", "level_name"}, std::pair{"previous_level", "previous_level_name"}})
        if (const auto level = warning_level_named(out[of]))
            out[name] = zh ? warning_level_zh(*level) : warning_level_name(*level);
    if (const auto level = warning_level_named(out["level"])) out["level_zh"] = warning_level_zh(*level);
    take("area", "area.id");
    take("area_name", zh ? "area.name" : "area.id"); // as the English texts call it
    take("area_code", "area.code");
    take("advice", own + "advice");
    if (const auto* senders = document.if_contains("senders"); senders != nullptr && senders->is_array())
        for (const auto& sender : senders->as_array())
            if (sender.is_string())
                out["senders"] += fmt::format("{}{}",
                                              out["senders"].empty() ? ""
                                              : zh                   ? "、"
                                                                     : ", ",
                                              std::string_view{sender.as_string().data(), sender.as_string().size()});
    return out;
}

Fields fields_of(const Letter& letter, Language language) { return fields_in(document_of(letter), language); }

std::string document_of(const Letter& letter)
{
    if (letter.warning) return document_of(*letter.warning, letter.offset);
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
