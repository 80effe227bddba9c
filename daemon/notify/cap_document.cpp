#include "daemon/notify/cap_document.hpp"

#include "libaqi/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aqi::notify {
namespace {

using cap::Alert;
using cap::Info;

constexpr std::string_view identifier_fields[] = {"id", "revision", "area_code", "time"};
constexpr UtcOffset china{}; // not the network's: a reference repeats the time of a message sent years ago

std::string time_of(Instant at) { return format_instant(at, china); }
Instant plus_hours(Instant at, std::int64_t hours) { return Instant{at.ms + hours * 3'600'000}; }

/// What XML can hold and a reader gives back as it is: no control or non-characters, no blanks around.
std::string clean(std::string_view text)
{
    std::string out = as_utf8(text);
    std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; });
    for (const std::string_view none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
        for (auto at = out.find(none); at != std::string::npos; at = out.find(none, at)) out.erase(at, none.size());
    const auto begin = out.find_first_not_of(" \t\n"), end = out.find_last_not_of(" \t\n");
    return begin == std::string::npos ? "" : out.substr(begin, end - begin + 1);
}

std::string identifier_of(const CapSettings& settings, const std::string& id, int revision, const std::string& code,
                          Instant issued)
{
    std::string digits = time_of(issued).substr(0, 19);
    std::erase_if(digits, [](char c) { return c == '-' || c == ':' || c == 'T'; });
    return settings.identifier.fill(
        {{"id", id}, {"revision", std::to_string(revision)}, {"area_code", code}, {"time", digits}}, Escape::none);
}

std::string_view urgency_of(Instant onset, Instant sent)
{
    if (onset <= sent) return "Immediate";
    return onset <= plus_hours(sent, 1) ? "Expected" : "Future";
}

std::vector<std::string> responses_of(WarningLevel level)
{
    switch (level) {
    case WarningLevel::none: return {"AllClear"};
    case WarningLevel::blue: return {"Monitor"};
    case WarningLevel::yellow: return {"Prepare", "Avoid"};
    case WarningLevel::orange: return {"Avoid", "Execute"};
    case WarningLevel::red: return {"Avoid", "Execute", "Shelter"}; // sensitive groups stay indoors
    }
    return {};
}

/// RED: as the parameter of the national feed.
std::string capitals(std::string_view word)
{
    std::string out{word};
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

cap::Area area_of(const CapSettings& settings, const Announcement& a, Language language)
{
    cap::Area out;
    out.description = clean(a.area_name.empty() ? a.area : a.area_name);
    if (language == Language::en && !a.area.empty() && a.area != a.area_name)
        out.description = clean(fmt::format("{} ({})", a.area_name, a.area));
    if (const auto found = settings.polygons.find(a.area); found != settings.polygons.end())
        out.polygons = found->second;
    if (!a.area_code.empty()) {
        std::string code = a.area_code;
        code.append(12 - code.size(), '0');
        out.geocodes.push_back({settings.geocode_name, code});
    }
    return out;
}

Info info_of(const CapSettings& settings, const Letter& letter, Language language)
{
    const Announcement& a = *letter.warning;
    const bool zh = language == Language::zh;
    const std::string mark = letter.mode == Mode::drill ? std::string{drill_mark} : "";
    // Parts of seconds are not written, and must not decide.
    const Instant sent{a.issued_at.ms - ((a.issued_at.ms % 1'000) + 1'000) % 1'000};
    const Instant onset = a.effective.instant(china);
    Info out;
    out.language = language_name(language);
    out.categories = {"Env", "Health"};
    out.event = mark + (zh ? "重污染天气" : "Heavy air pollution");
    out.response_types = responses_of(a.level);
    out.severity = standard_severities()[static_cast<std::size_t>(a.level)];
    if (letter.stands()) {
        out.urgency = urgency_of(onset, sent);
        out.certainty = a.origin == Origin::measured ? "Observed" : "Likely";
    } else {
        out.urgency = "Past";
        out.certainty = "Observed";
    }
    out.event_codes = {settings.event_code};
    out.effective = time_of(sent);
    out.onset = time_of(onset);
    out.expires = !letter.stands() ? time_of(plus_hours(std::max(onset, sent), settings.all_clear_h))
                  : a.until        ? time_of(a.until->instant(china))
                                   : time_of(plus_hours(std::max(onset, sent), settings.expires_h));
    out.sender_name = clean(fmt::format("{}", fmt::join(a.senders, zh ? "、" : ", ")));
    out.headline = clean(letter.headline(language));
    out.description = clean(letter.text(language));
    const std::string advice = clean(zh ? a.advice_zh : a.advice_en);
    if (!advice.empty()) out.instruction = mark + advice;
    if (settings.has_web) out.web = settings.web.fill(fields_of(letter, language), Escape::url);
    out.contact = settings.contact;
    out.parameters.push_back({"level", capitals(warning_level_name(a.level))});
    if (!a.rules.empty()) out.parameters.push_back({"rule", clean(a.rules)});
    out.areas.push_back(area_of(settings, a, language));
    return out;
}

Result<Alert> warning_of(const CapSettings& settings, const Letter& letter)
{
    const Announcement& a = *letter.warning;
    if (a.area_code.size() > 12 ||
        !std::all_of(a.area_code.begin(), a.area_code.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return Fault{Reason::malformed, fmt::format("area code \"{}\" is no division code of digits", a.area_code)};
    if (a.area_code.empty() && settings.identifier.names("area_code"))
        return Fault{Reason::malformed,
                     fmt::format("{} has no division code, and the identifier is made of it", a.area)};
    const auto name = [&](int revision, Instant issued) {
        return identifier_of(settings, a.warning, revision, a.area_code, issued);
    };
    Alert out;
    out.identifier = name(a.revision, a.issued_at);
    out.sender = settings.sender;
    out.sent = time_of(a.issued_at);
    out.status = letter.mode == Mode::drill ? "Exercise" : "Actual";
    out.msg_type = a.kind == RevisionKind::cancel                       ? "Cancel"
                   : a.kind == RevisionKind::lift || !a.earlier.empty() ? "Update"
                                                                        : "Alert";
    out.scope = "Public";
    if (letter.mode == Mode::drill) out.note = clean(fmt::format("{}{} exercise", drill_mark, a.warning));
    for (const auto& earlier : a.earlier) {
        Alert was;
        was.identifier = name(earlier.revision, earlier.issued_at);
        was.sender = settings.sender;
        was.sent = time_of(earlier.issued_at);
        if (was.identifier == out.identifier)
            return Fault{Reason::malformed,
                         fmt::format("\"{}\" names revision {} too: the identifier must tell them apart",
                                     out.identifier, earlier.revision)};
        out.references += (out.references.empty() ? "" : " ") + was.reference();
    }
    out.infos = {info_of(settings, letter, Language::zh), info_of(settings, letter, Language::en)};
    return out;
}

/// A test of the way, that no consumer shows to anybody.
Alert canary_of(const CapSettings& settings, const Letter& letter)
{
    Alert out;
    out.identifier = identifier_of(settings, letter.id, letter.revision, "", letter.at);
    out.sender = settings.sender;
    out.sent = time_of(letter.at);
    out.status = "Test";
    out.msg_type = "Alert";
    out.scope = "Public";
    out.note = clean(letter.headline(Language::zh));
    for (const Language language : {Language::zh, Language::en}) {
        Info info;
        info.language = language_name(language);
        info.categories = {"Env"};
        info.event = language == Language::zh ? "通道自检" : "Channel test";
        info.response_types = {"None"};
        info.urgency = info.severity = info.certainty = "Unknown";
        info.expires = time_of(plus_hours(letter.at, 1));
        info.headline = clean(letter.headline(language));
        info.description = clean(letter.text(language));
        out.infos.push_back(std::move(info));
    }
    return out;
}

/// The words of the national system in place of the standard's. References keep the standard's times: they end at a blank.
void into_profile(const CapSettings& settings, WarningLevel level, Alert& alert)
{
    const auto domestic = [&](std::string& time) {
        if (settings.domestic_times && time.size() > 10) time[10] = ' ';
    };
    domestic(alert.sent);
    for (Info& info : alert.infos) {
        info.severity = settings.severity[static_cast<std::size_t>(level)];
        for (auto* time : {&info.effective, &info.onset, &info.expires}) domestic(*time);
    }
}

/// Written, and read back the way a consumer does.
Result<std::string> written(const Alert& alert, bool standard)
{
    std::string out = cap::write(alert);
    const auto back = cap::read(out);
    if (!back) return back.error();
    if (standard && !back->faults.empty())
        return Fault{Reason::malformed, fmt::format("not CAP 1.2: {}", fmt::join(back->faults, "; "))};
    if (back->alert != alert)
        return Fault{Reason::malformed, fmt::format("{} does not read back as it was written", alert.identifier)};
    return out;
}

} // namespace

std::span<const std::string_view> cap_identifier_fields() { return identifier_fields; }

std::array<std::string, 5> standard_severities() { return {"Minor", "Minor", "Moderate", "Severe", "Extreme"}; }

Result<std::string> cap_document(const CapSettings& settings, const Letter& letter)
{
    const bool canary = letter.kind == LetterKind::canary;
    if (!canary && !letter.warning) return Fault{Reason::refused, "cap carries warnings only"};
    const auto alert = canary ? Result<Alert>{canary_of(settings, letter)} : warning_of(settings, letter);
    if (!alert) return alert.error();
    if (!is_plain_name(alert->identifier))
        return Fault{Reason::malformed, fmt::format("identifier \"{}\" must be letters, digits, '.', '-' and '_': it "
                                                    "names a file",
                                                    alert->identifier)};
    auto standard = written(*alert, true);
    if (!standard || canary) return standard;
    Alert own = *alert;
    into_profile(settings, letter.warning->level, own);
    if (own == *alert) return standard;
    return written(own, false);
}

} // namespace aqi::notify
