#include "daemon/notify/broadcast_text.hpp"

#include "libaqi/spoken.hpp"
#include "libaqi/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include <iconv.h>

namespace aqi::notify {
namespace {

/// One character: its place in the text, and its first code point.
struct Character {
    std::size_t at = 0;
    char32_t code = 0;
};

/// What stands on or joins the character before it: variation selectors, combining marks, joiners.
bool belongs_to_the_one_before(char32_t c)
{
    return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF) || (c >= 0x0300 && c <= 0x036F) ||
           (c >= 0x20D0 && c <= 0x20FF) || c == 0x200D;
}

/// Of well-formed UTF-8.
std::vector<Character> characters_in(std::string_view text)
{
    std::vector<Character> out;
    bool joined = false;
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        char32_t code = bytes == 1 ? lead : lead & (0xFFU >> (bytes + 1));
        for (std::size_t i = 1; i < bytes && at + i < text.size(); ++i)
            code = (code << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
        if (out.empty() || !(joined || belongs_to_the_one_before(code))) out.push_back({at, code});
        joined = code == 0x200D;
        at += bytes;
    }
    return out;
}

/// What a number, an hour or a formula is written with: "12月30日0时", "PM2.5", "二百零一".
bool of_a_number(char32_t c)
{
    static constexpr std::u32string_view more = U".-:%+/—～~零〇一二三四五六七八九十百千万亿两点年月日时分至ⅠⅡⅢⅣ";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           more.find(c) != std::u32string_view::npos;
}

bool is_blank(char32_t c) { return c == ' ' || c == 0x3000; }

/// A sentence ends after it: 。！？；, and a full stop or semicolon with a blank after it.
bool ends_sentence(const std::vector<Character>& text, std::size_t i)
{
    static constexpr std::u32string_view ends = U"。！？；";
    if (ends.find(text[i].code) != std::u32string_view::npos) return true;
    const bool followed = i + 1 == text.size() || is_blank(text[i + 1].code);
    return followed && (text[i].code == '.' || text[i].code == ';' || text[i].code == '!');
}
bool ends_clause(const std::vector<Character>& text, std::size_t i)
{
    return text[i].code == U'，' || (text[i].code == ',' && i + 1 < text.size() && is_blank(text[i + 1].code));
}

/// A prefix of whole characters.
std::string first_of(std::string_view text, const std::vector<Character>& characters, std::size_t number)
{
    return std::string{number < characters.size() ? text.substr(0, characters[number].at) : text};
}

/// The ways to end within so many characters, the best first.
std::vector<std::string> cuts_of(std::string_view text, std::size_t most)
{
    const auto all = characters_in(text);
    if (all.size() <= most) return {std::string{text}};
    std::vector<std::string> out;
    for (std::size_t n = most; n > 0; --n)
        if (ends_sentence(all, n - 1)) {
            out.push_back(first_of(text, all, n));
            break;
        }
    for (std::size_t n = most; n > 0; --n)
        if (ends_clause(all, n - 1)) {
            const bool wide = all[n - 1].code == U'，';
            out.push_back(first_of(text, all, n - 1) + (wide ? "。" : "."));
            break;
        }
    for (std::size_t n = most - 1; n > 0; --n)
        if (!(of_a_number(all[n - 1].code) && of_a_number(all[n].code)) && !is_blank(all[n - 1].code)) {
            out.push_back(first_of(text, all, n) + "…");
            break;
        }
    return out;
}

/// One line: what runs across a screen has no second.
std::string in_one_line(std::string_view text)
{
    std::string out;
    for (const char c : as_utf8(text)) {
        const bool blank = static_cast<unsigned char>(c) <= 0x20 || c == 0x7F;
        if (blank && (out.empty() || out.back() == ' ')) continue;
        out += blank ? ' ' : c;
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

/// As the texts of a warning say it (libaqi/message): 0时 of the day that begins.
std::string hour_said(HourEnding hour, Language language)
{
    const bool midnight = hour.hour_of_day() == 24;
    const LocalDay day = midnight ? hour.day().plus(1) : hour.day();
    const int clock = midnight ? 0 : hour.hour_of_day();
    if (language == Language::en) return fmt::format("{} {:02}:00", format_day(day), clock);
    return fmt::format("{}月{}日{}时", day.month(), day.day_of_month(), clock);
}

/// What no cut may take away; with what it is called.
struct Must {
    std::string_view what;
    std::string words;
};
std::vector<Must> musts_of(const Letter& letter, Language language, BroadcastForm form)
{
    const Announcement& a = *letter.warning;
    const WarningLevel level = letter.stands() ? a.level : a.previous;
    const bool zh = language == Language::zh;
    const auto said = [&](std::string words) {
        return form == BroadcastForm::radio ? read_aloud(words) : in_one_line(words);
    };
    std::vector<Must> out;
    out.push_back({"the area", said(zh ? a.area_name : a.area)});
    // A lift need not say which level it was: there is one warning of an area.
    if (letter.stands())
        out.push_back({"the level", std::string{zh ? warning_level_zh(level) : warning_level_name(level)}});
    else if (zh)
        out.push_back({"that it ends", a.kind == RevisionKind::cancel ? "取消" : "解除"});
    else
        out.push_back({"that it ends", a.kind == RevisionKind::cancel ? "cancel" : "lift"});
    out.push_back({"the hour", said(hour_said(a.effective, language))});
    if (letter.mode == Mode::drill) out.push_back({"that it is a drill", std::string{drill_mark}});
    return out;
}

/// What is not said in it; empty: nothing is missing.
std::string missing_in(std::string_view text, const std::vector<Must>& musts)
{
    std::string out;
    for (const auto& must : musts)
        if (text.find(must.words) == std::string_view::npos)
            out += fmt::format("{}{} (\"{}\")", out.empty() ? "" : ", ", must.what, must.words);
    return out;
}

/// The texts it may be made of, the fullest first.
std::vector<std::string> sources_of(const Letter& letter, Language language, BroadcastForm form)
{
    const Announcement& a = *letter.warning;
    if (form == BroadcastForm::radio) return {letter.broadcast(), read_aloud(letter.short_text(language))};
    const bool zh = language == Language::zh;
    const std::string full = letter.text(language) + (zh ? "" : " ") + (zh ? a.advice_zh : a.advice_en);
    return {full, letter.headline(language) + (zh ? "。" : ". ") + full, letter.short_text(language)};
}

const char* iconv_name(Encoding encoding) { return encoding == Encoding::gbk ? "GBK" : "GB18030"; }

} // namespace

std::size_t characters_of(std::string_view utf8) { return characters_in(utf8).size(); }

std::string cut_at(std::string_view utf8, std::size_t characters)
{
    const auto cuts = cuts_of(utf8, characters);
    return cuts.empty() ? std::string{} : cuts.front();
}

Result<std::string> broadcast_text(const Letter& letter, Language language, BroadcastForm form, std::size_t characters)
{
    if (form == BroadcastForm::radio && language != Language::zh)
        return Fault{Reason::refused, "there is a text to be read aloud in Chinese only"};
    const auto musts = musts_of(letter, language, form);
    std::string fault;
    for (const auto& source : sources_of(letter, language, form)) {
        const std::string line = in_one_line(source);
        if (!missing_in(line, musts).empty()) {
            if (fault.empty()) fault = fmt::format("the text does not say {}", missing_in(line, musts));
            continue;
        }
        for (const auto& cut : cuts_of(line, characters)) {
            const std::string missing = missing_in(cut, musts);
            if (missing.empty()) return cut;
            fault = fmt::format("in {} characters the text does not say {}; its whole has {}", characters, missing,
                                characters_of(line));
        }
    }
    return Fault{Reason::too_large, fault};
}

Result<std::string> encoded(std::string_view utf8, Encoding encoding)
{
    if (encoding == Encoding::utf8) return std::string{utf8};
    const iconv_t converter = ::iconv_open(iconv_name(encoding), "UTF-8");
    if (converter == iconv_t(-1))
        return Fault{Reason::refused, fmt::format("this system cannot write {}: glibc's gconv modules are missing",
                                                  iconv_name(encoding))};
    std::string in{utf8}, out(utf8.size() * 4, '\0');
    char* from = in.data();
    char* to = out.data();
    std::size_t left = in.size(), room = out.size();
    const bool whole = ::iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1);
    ::iconv_close(converter);
    if (!whole) {
        const auto rest = utf8.substr(utf8.size() - left);
        const auto next = characters_in(rest);
        return Fault{Reason::impossible_value,
                     fmt::format("{} has no \"{}\" (U+{:04X})", iconv_name(encoding), first_of(rest, next, 1),
                                 next.empty() ? 0U : static_cast<std::uint32_t>(next.front().code))};
    }
    out.resize(out.size() - room);
    return out;
}

} // namespace aqi::notify
