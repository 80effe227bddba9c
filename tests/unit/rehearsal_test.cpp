// A warning that is made up: as the edition in force would have it, in all its steps, and refused in words where it cannot be.
#include "daemon/rehearsal.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::tests;

namespace {

const Instant now = *parse_instant("2026-12-05T10:05:00+08:00");

Rules town_of(const std::string& edition)
{
    Rules rules = small_town(1);
    rules.warning_rules = edition;
    return rules;
}

Result<Rehearsal> made(const Rules& rules, WarningLevel level, RevisionKind kind = RevisionKind::raise,
                       Mode mode = Mode::real, const char* area = "city")
{
    return rehearse(area, level, kind, mode, rules, now);
}

std::string why(const Result<Rehearsal>& of) { return of.has_value() ? "made" : of.error().detail; }

} // namespace

TEST_CASE("a made-up warning has days for which its edition calls for the level, of every edition and level")
{
    int known = 0;
    for (const auto& edition : shipped_rules().warnings) {
        const Rules rules = town_of(edition.id);
        for (const auto& rule : edition.levels) {
            INFO(edition.id << " " << warning_level_name(rule.level));
            const auto out = made(rules, rule.level);
            REQUIRE(out.has_value());
            REQUIRE(out->letter.warning.has_value());
            const Announcement& a = *out->letter.warning;
            CHECK(a.level == rule.level);
            CHECK(a.rules == edition.id);
            CHECK(a.days.size() > 0);
            const auto judged = judge(a.days, a.days.front().day, edition);
            REQUIRE(judged.has_value());
            CHECK(judged->level == rule.level);
            for (const auto& day : a.days) CHECK((day.aqi > 0 && day.aqi <= 500));
            CHECK(a.lead_minutes > 0);
            CHECK(a.senders == std::vector<std::string>{"环保局", "气象局"});
            CHECK(a.text_zh.find(std::string{warning_level_zh(rule.level)} + "预警") != std::string::npos);
            CHECK(a.text_zh.find("PM2.5") != std::string::npos); // as long as a real one
            CHECK(a.short_zh.size() > 0);
            ++known;
        }
    }
    CHECK(known > 15);
}

TEST_CASE("the steps of a made-up warning follow one another as real ones do")
{
    const Rules rules = town_of("2016-225");
    const auto up = made(rules, WarningLevel::red, RevisionKind::upgrade);
    REQUIRE(up.has_value());
    CHECK(up->letter.id == "city-2026-000"); // numbers are given from 001 on
    CHECK(up->letter.revision == 2);
    CHECK(up->letter.at == now);
    CHECK(up->letter.warning->previous == WarningLevel::orange);
    CHECK(up->letter.warning->earlier.size() == 1);
    CHECK(up->letter.warning->text_zh.find("橙色预警升级为红色预警") != std::string::npos);
    CHECK_FALSE(up->ends.has_value());
    const auto down = made(rules, WarningLevel::yellow, RevisionKind::downgrade);
    REQUIRE(down.has_value());
    CHECK(down->letter.warning->previous == WarningLevel::orange);
    CHECK(down->letter.warning->text_zh.find("降级为黄色预警") != std::string::npos);
    for (const auto& [kind, word] : {std::pair{RevisionKind::lift, "解除"}, std::pair{RevisionKind::cancel, "取消"}}) {
        const auto end = made(rules, WarningLevel::orange, kind);
        REQUIRE(end.has_value());
        CHECK(end->letter.warning->level == WarningLevel::none);
        CHECK(end->letter.warning->previous == WarningLevel::orange);
        CHECK(end->letter.warning->short_zh.find(word) != std::string::npos);
        CHECK_FALSE(end->letter.stands());
        REQUIRE(end->ends.has_value());
        CHECK(end->ends->warning->level == WarningLevel::orange);
        CHECK(end->ends->id == end->letter.id);
    }
    const auto drill = made(rules, WarningLevel::red, RevisionKind::raise, Mode::drill);
    CHECK(drill->letter.mode == Mode::drill);
    CHECK(drill->letter.short_text(notify::Language::zh).starts_with(drill_mark));
    const auto real = made(rules, WarningLevel::red);
    CHECK(real->letter.short_text(notify::Language::zh).find(drill_mark) == std::string::npos);
    // At midnight sharp, too, it takes effect later.
    const auto midnight = rehearse("city", WarningLevel::red, RevisionKind::raise, Mode::real, rules,
                                   *parse_instant("2026-12-05T00:00:00+08:00"));
    CHECK(midnight->letter.warning->lead_minutes > 0);
}

TEST_CASE("what cannot be made up is refused with what there is")
{
    const Rules rules = town_of("2024-6");
    CHECK(why(made(rules, WarningLevel::blue)) == "2024-6 has no level blue; it has yellow, orange, red");
    CHECK(why(made(rules, WarningLevel::red, RevisionKind::raise, Mode::real, "ctiy")) ==
          "there is no area ctiy; there are city");
    CHECK(why(made(rules, WarningLevel::yellow, RevisionKind::upgrade)) ==
          "2024-6 has no level below yellow: nothing is upgraded to it");
    CHECK(why(made(rules, WarningLevel::red, RevisionKind::downgrade)) ==
          "2024-6 has no level above red: nothing is downgraded to it");
    CHECK(why(rehearse("city", WarningLevel::red, RevisionKind::raise, Mode::real, town_of("dated"),
                       *parse_instant("2001-01-01T00:00:00+08:00"))) ==
          "no warning standards are in force on this day");
    // Nobody who may sign: it still can be shown.
    Rules nobody = rules;
    nobody.network.persons.clear();
    CHECK(made(nobody, WarningLevel::red)->letter.warning->senders.empty());
}
