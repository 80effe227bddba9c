// Published figures that change, and what is said of it.
#include "libaqi/engine.hpp"
#include "libaqi/format_figures.hpp"
#include "libaqi/review.hpp"
#include "tests/support/review_desk.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

TEST_CASE("a late value changes what was published, and says from what to what")
{
    Desk desk;
    desk.full(monday, 40);
    const auto in_time = desk.close(monday);
    CHECK(in_time.changes.empty()); // a day that is closed for the first time corrects nothing
    const auto late = desk.hour_is(monday, 5, ug(500));
    // PM2.5 40 -> 59.17: index 56.25 -> 57 and 50/40*24+50 = 80.
    for (const char* place : {"A", "city"}) {
        INFO(place);
        CHECK(texts(find(late, place, Change::What::day_value, Pollutant::pm2_5)) == Was{"40", "59"});
        CHECK(texts(find(late, place, Change::What::day_aqi)) == Was{"57", "80"});
        CHECK(find(late, place, Change::What::day_verdict) == nullptr); // good before and after
        CHECK(texts(find(late, place, Change::What::annual_mean, Pollutant::pm2_5)) == Was{"40", "59"});
        CHECK(find(late, place, Change::What::good_days) == nullptr);
    }
    CHECK(late.changes.size() == 6);
    for (const auto& change : late.changes) CHECK(change.day == monday);

    const auto notice =
        notice_of(desk.state, late.changes, Notice::Cause::late_value, "mqtt", "resent", evening, desk.rules);
    REQUIRE(notice);
    CHECK(notice->notice.number == "2016-0001");
    CHECK(notice->notice.changes == late.changes);
    CHECK(notice->notice.further == 0);
    CHECK(notice->notice.who == "mqtt");
    CHECK(notice->notice.at == evening);
    desk.happen(*notice);
    CHECK(desk.state.notices(2016) == 1);
    const auto more = desk.hour_is(monday, 6, ug(500)); // (22*40 + 1000)/24 = 78.33: lost
    CHECK(texts(find(more, "city", Change::What::day_verdict)) == Was{"good", "lost"});
    CHECK(texts(find(more, "city", Change::What::good_days)) == Was{"1/0/0", "0/1/0"});
    CHECK(texts(find(more, "city", Change::What::day_aqi)) == Was{"80", "104"}); // 50/40*3+100 = 103.75
    const auto second =
        notice_of(desk.state, more.changes, Notice::Cause::late_value, "mqtt", "resent", evening, desk.rules);
    REQUIRE(second);
    CHECK(second->notice.number == "2016-0002");
    desk.happen(*second);
    CHECK(desk.state.notices(2016) == 2);
    CHECK(desk.state.notices(2017) == 0);
}

TEST_CASE("notices are numbered by the local year, 24:00 of the last day still belongs to it")
{
    Desk desk;
    const std::vector<Change> changes = {{"city", Change::What::day_aqi, monday, {}, "57", "80"}};
    const auto number = [&](Instant at) {
        return notice_of(desk.state, changes, Notice::Cause::rules, "", "", at, desk.rules)->notice.number;
    };
    const HourEnding midnight = hour(day(2016, 12, 31), 24);
    CHECK(number(midnight.instant(desk.rules.network.offset)) == "2016-0001");
    desk.happen(*notice_of(desk.state, changes, Notice::Cause::rules, "", "",
                           midnight.instant(desk.rules.network.offset), desk.rules));
    CHECK(number(midnight.instant(desk.rules.network.offset)) == "2016-0002");
    CHECK(number(closing(midnight)) == "2017-0001"); // 00:20 of the new year
    CHECK(!notice_of(desk.state, {}, Notice::Cause::rules, "", "", evening, desk.rules));
}

TEST_CASE("a notice lists two hundred changes and counts the rest")
{
    Desk desk;
    std::vector<Change> changes;
    for (int n = 0; n < 205; ++n)
        changes.push_back({"city", Change::What::day_aqi, monday.plus(-n), {}, "57", std::to_string(n)});
    const auto notice = notice_of(desk.state, changes, Notice::Cause::rules, "", "", evening, desk.rules);
    REQUIRE(notice);
    REQUIRE(notice->notice.changes.size() == 200);
    CHECK(notice->notice.changes.back() == changes[199]);
    CHECK(notice->notice.further == 5);
    changes.resize(200);
    CHECK(notice_of(desk.state, changes, Notice::Cause::rules, "", "", evening, desk.rules)->notice.further == 0);
}

TEST_CASE("a late value that changes nothing published is no notice")
{
    Desk desk;
    desk.full(monday, 40);
    desk.close(monday);
    const auto late = desk.hour_is(monday, 5, ug(51)); // (23*40 + 51)/24 = 40.458: published as 40
    CHECK(!late.days.empty());                         // the row is made again, to the nanogram
    CHECK(late.changes.empty());
    CHECK(desk.hour_is(monday, 5, ug(51)).changes.empty());          // and again the same
    CHECK(desk.hour_is(monday.plus(1), 3, ug(500)).changes.empty()); // into a day that is not closed
}

TEST_CASE("what became nothing, and what came of nothing, is NA, decimals are those of the edition")
{
    Desk desk;
    desk.full(monday, 40, 1, 20);
    desk.close(monday);
    const auto gone = desk.hour_is(monday, 20, std::nullopt, Flag::fault); // 19 hours
    CHECK(texts(find(gone, "city", Change::What::day_value, Pollutant::pm2_5)) == Was{"40", "NA"});
    // PM2.5 gave the index: what is left is NO2 40, 50; the day is no longer proven.
    CHECK(texts(find(gone, "city", Change::What::day_aqi)) == Was{"57", "50"});
    CHECK(texts(find(gone, "city", Change::What::day_verdict)) == Was{"good", "undetermined"});
    CHECK(texts(find(gone, "city", Change::What::annual_mean, Pollutant::pm2_5)) == Was{"40", "NA"});
    CHECK(texts(find(gone, "A", Change::What::annual_mean, Pollutant::pm2_5)) == Was{"40", "NA"});
    CHECK(texts(find(gone, "city", Change::What::good_days)) == Was{"1/0/0", "0/0/1"});
    const auto back = desk.hour_is(monday, 20, ug(40));
    CHECK(texts(find(back, "city", Change::What::day_value, Pollutant::pm2_5)) == Was{"NA", "40"});
    CHECK(texts(find(back, "city", Change::What::day_verdict)) == Was{"undetermined", "good"});
    CHECK(texts(find(back, "city", Change::What::good_days)) == Was{"0/0/1", "1/0/0"});
    CHECK(texts(find(back, "A", Change::What::annual_mean, Pollutant::pm2_5)) == Was{"NA", "40"});
    // CO 1.0 mg: (19*1 + 3)/20 = 1.1.
    const auto co = desk.hour_is(monday, 20, conc("3", Pollutant::co), Flag::normal, Pollutant::co);
    CHECK(texts(find(co, "city", Change::What::day_value, Pollutant::co)) == Was{"1.0", "1.1"});
}

TEST_CASE("a late value of an earlier day changes the year, as of the last closed day")
{
    Desk desk;
    desk.full(monday, 40);
    desk.full(monday.plus(1), 40);
    desk.close(monday);
    desk.close(monday.plus(1));
    const auto late = desk.hour_is(monday, 5, ug(136)); // monday 44: the year 42
    const Change* year = find(late, "city", Change::What::annual_mean, Pollutant::pm2_5);
    REQUIRE(year != nullptr);
    CHECK(texts(year) == Was{"40", "42"});
    CHECK(year->day == monday.plus(1));
    CHECK(find(late, "city", Change::What::day_value, Pollutant::pm2_5)->day == monday);
}

TEST_CASE("no second proposal follows from a late value or from a correction")
{
    Desk desk;
    desk.full(monday, 40);
    const auto decided = [&](const Event& event) {
        desk.happen(event);
        auto follows = decide(desk.state, event, desk.rules);
        for (const auto& e : follows) desk.happen(e);
        return follows;
    };
    const Instant at = closing(hour(monday, 16));
    Forecast forecast{"city", "hbj", "env", at, {{monday.plus(1), 230, 230, ""}, {monday.plus(2), 240, 240, ""}}};
    REQUIRE(decided(*admit_forecast(forecast, at, desk.rules)).size() == 1);
    for (const auto& e : decided(HourClosed{hour(monday, 24), evening, false}))
        CHECK(std::holds_alternative<AlarmChanged>(e)); // a target that a short year has lost
    REQUIRE(desk.state.warnings().size() == 1);
    const auto warnings = desk.state.warnings();
    // Monday was a day of AQI 57. Late values make it one of PM2.5 300 and more: AQI above 300, which with two days of
    // forecast would be orange, had anybody known in time.
    for (int h = 1; h <= 24; ++h)
        CHECK(decided(Observed{StationIndex{0}, hour(monday, h), Pollutant::pm2_5, Flag::normal, ug(320)}).empty());
    CHECK(desk.state.ledger(desk.city()).day(monday)->aqi > 300);
    CHECK(desk.state.warnings() == warnings);
    const auto made = admit_correction(desk.state, desk.correction(CorrectionKind::replace, 1, 24, ug(400)), "env",
                                       evening, desk.rules);
    REQUIRE(made.has_value());
    CHECK(decided(*made).empty());
    const auto ratified = admit_decision(desk.state, made->correction.id, true, "met", "", evening, desk.rules);
    REQUIRE(ratified.has_value());
    CHECK(decided(*ratified).empty());
    CHECK(decided(HourClosed{hour(monday.plus(1), 1), closing(hour(monday.plus(1), 1)), false}).empty());
    CHECK(desk.state.warnings() == warnings);
}

TEST_CASE("a fold of what was journaled is the same state: corrections, sign-offs, dust and notices too")
{
    Desk desk{2};
    desk.full(monday, 40);
    desk.full(monday, 70, 1, 24, 1);
    desk.hour_is(monday, 5, ug(88), Flag::calibration);
    desk.close(monday);
    desk.ratified(desk.correction(CorrectionKind::accept, 5, 5));
    desk.ratified(desk.correction(CorrectionKind::invalidate, 7, 9));
    desk.decided(desk.made(desk.correction(CorrectionKind::invalidate, 1, 24)), false, "no");
    desk.hour_is(monday, 8, ug(90)); // under a correction
    desk.ratified(desk.correction(CorrectionKind::restore, 9, 9));
    desk.made(desk.correction(CorrectionKind::replace, 12, 12, ug(3))); // still on the table
    const auto late = desk.hour_is(monday, 10, ug(400), Flag::normal, Pollutant::pm2_5, 1);
    desk.happen(*notice_of(desk.state, late.changes, Notice::Cause::late_value, "mqtt", "", evening, desk.rules));
    desk.happen(
        *admit_sign_off(desk.state, "A", {monday, monday, ReviewLevel::validated, {}, ""}, "env", evening, desk.rules));
    desk.happen(*admit_dust(desk.state, {"city", monday, true, {"CNEMC 1", "", {}}}, "office", evening, desk.rules));
    desk.full(monday.plus(1), 50);
    desk.close(monday.plus(1));
    // A day of 23 hours of 40 and one of 88, without hours 7 and 8: hour 9 is back. (21*40 + 88)/22
    CHECK(desk.mean() == 42'182);

    State at_once{desk.rules.network}, step_by_step{desk.rules.network};
    for (const auto& event : desk.journal) {
        absorb(at_once, event, desk.rules);
        absorb(step_by_step, event, desk.rules);
        settle(step_by_step, desk.rules, nullptr);
    }
    settle(at_once, desk.rules, nullptr);
    CHECK(at_once == desk.state);
    CHECK(step_by_step == desk.state);
    CHECK(at_once.notices(2016) == 1);
    CHECK(at_once.corrections() == desk.state.corrections());
    // The registry of people is not asked again: what was ratified stays so.
    Rules later = desk.rules;
    later.network.persons.clear();
    State without_people{later.network};
    for (const auto& event : desk.journal) absorb(without_people, event, later);
    settle(without_people, later, nullptr);
    CHECK(without_people == desk.state);
}
