// daemon/notify/letter: what is to be said, before a channel puts it into its own form.
//
// A letter is an announced revision of a warning, or a few words of the duty room's own: an alarm that leaves the machine, a
// digest of alarms, a canary that proves a way, the daily all-clear. Channels compose from it (channel.hpp), templates name its
// fields.
//
// Knows: the texts in both languages, and the names of the fields a template may use. Does not know: channels.
#pragma once

#include "daemon/notify/document.hpp"
#include "libaqi/message.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aqi::notify {

enum class Language : std::uint8_t { zh, en };
std::string_view language_name(Language language); ///< "zh-CN", "en"
/// "zh", "zh-CN", "en", "en-US", ...; nothing for any other.
std::optional<Language> language_named(std::string_view name);

enum class LetterKind : std::uint8_t { warning, alarm, digest, canary, all_clear };
std::string_view letter_kind_name(LetterKind kind); ///< "all_clear"
std::optional<LetterKind> letter_kind_named(std::string_view name);

struct Letter {
    LetterKind kind = LetterKind::warning;
    Mode mode = Mode::real;
    std::string id;   ///< of the warning or alarm: "410600-2016-003"
    int revision = 1; ///< of the warning; counts the letters of an alarm
    Instant at;       ///< issued, raised
    UtcOffset offset;
    /// Of a warning: everything announced; warning->headline_zh and so on are its texts. Of all else absent.
    std::optional<Announcement> warning{};
    /// Of all else. A drill's texts begin with drill_mark here too.
    std::string own_headline_zh{}, own_headline_en{};
    std::string own_text_zh{}, own_text_en{};

    const std::string& headline(Language language) const;
    const std::string& text(Language language) const;       ///< the full form
    const std::string& short_text(Language language) const; ///< fit for one SMS part where it can be
    /// To be read aloud; Chinese only.
    const std::string& broadcast() const;
    const std::string& bulletin(Language language) const;
    /// Whether the warning goes on after it: false for a lift, a cancellation, and what is no warning.
    bool stands() const { return warning && warning->level != WarningLevel::none; }
};

/// Every field a template may name, in the order they are documented.
std::span<const std::string_view> letter_fields();
using Fields = std::map<std::string, std::string, std::less<>>;
/// All of letter_fields() with their values, texts and names in this language: {level} is "red" in both, {level_name} 红色 or red,
/// {area_name} what the texts call the area. A field that does not apply is empty.
Fields fields_of(const Letter& letter, Language language);
/// The same out of the letter's document, which is what a channel has when it sends.
Fields fields_in(std::string_view document, Language language);

/// The JSON document every channel may pass on (schemas/warning.schema.json; of all else schemas/letter.schema.json).
std::string document_of(const Letter& letter);

} // namespace aqi::notify
