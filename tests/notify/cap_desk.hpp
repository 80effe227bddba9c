// tests/notify/cap_desk: what the tests of the CAP channel share.
#pragma once

#include "drivers/cap.hpp"
#include "tests/e2e/harness.hpp"
#include "tests/notify/desk.hpp"

#include <fmt/format.h>

namespace aqi::notify::tests {

inline std::string cap_stanza(const std::filesystem::path& folder, const std::string& more = "")
{
    return fmt::format("folder = \"{}\"\nsender = \"hp-warning@example.invalid\"\n{}", folder.string(), more);
}

inline cap::Alert alert_in(const Content& content) { return cap::read(content.text)->alert; }

inline std::vector<std::string> all_between(const std::string& text, const std::string& begin, const std::string& end)
{
    std::vector<std::string> out;
    for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
        at += begin.size();
        out.push_back(text.substr(at, text.find(end, at) - at));
    }
    return out;
}

/// Every file of a folder under the schema, in one call.
inline void validate(const std::filesystem::path& folder, const std::filesystem::path& schema)
{
    const auto said = e2e::run(
        {"/bin/sh", "-c",
         fmt::format(
             "xmllint --noout --schema '{}' '{}'/*.xml 2>&1 | grep -v ' validates$'; xmllint --version 2>&1 | head -1",
             schema.string(), folder.string())},
        120s);
    CHECK_THAT(said.text, Catch::StartsWith("xmllint: using libxml"));
}

/// The whole life of one warning, revision by revision, a day apart: raised, upgraded twice, downgraded, lifted.
inline std::vector<Letter> life()
{
    std::vector<Letter> out;
    std::vector<Announcement::Earlier> earlier;
    int revision = 0;
    for (const auto& [kind, level] :
         {std::pair{RevisionKind::raise, WarningLevel::yellow}, std::pair{RevisionKind::upgrade, WarningLevel::orange},
          std::pair{RevisionKind::upgrade, WarningLevel::red}, std::pair{RevisionKind::downgrade, WarningLevel::orange},
          std::pair{RevisionKind::lift, WarningLevel::none}}) {
        Letter letter = kind == RevisionKind::lift ? lift_letter() : warning_letter();
        auto& a = *letter.warning;
        letter.revision = a.revision = ++revision;
        a.kind = kind;
        a.level = level;
        // 123 ms: parts of seconds are not written, in the message or in a reference to it.
        letter.at = a.issued_at = Instant{parse_instant("2016-12-28T16:00:07+08:00")->ms + 123 + revision * 86'400'000};
        a.effective = last_hour_over(a.issued_at, UtcOffset{}).plus(9);
        a.headline_zh = fmt::format("第{}号", revision);
        a.earlier = earlier;
        earlier.push_back({revision, a.issued_at});
        out.push_back(std::move(letter));
    }
    return out;
}

} // namespace aqi::notify::tests
