// Corrections in two levels, sign-offs and dust days.
#include "libaqi/engine.hpp"
#include "libaqi/format_figures.hpp"
#include "libaqi/review.hpp"
#include "libaqi/validity.hpp"
#include "tests/support/review_desk.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

// --- corrections -----------------------------------------------------------------------------------------------------

TEST_CASE("a correction changes nothing until another person ratifies it")
{
    Desk desk;
    desk.full(monday, 40);
    desk.hour_is(monday, 5, ug(500));
    desk.close(monday);
    CHECK(desk.mean() == 59'167); // (23*40 + 500)/24 = 59.1667
    const State before = desk.state;

    const std::string id = desk.made(desk.correction(CorrectionKind::invalidate, 5, 5));
    CHECK(id == "R2016-0001");
    REQUIRE(desk.state.correction(id) != nullptr);
    CHECK(desk.state.correction(id)->state == CorrectionState::validated);
    CHECK(desk.state.correction(id)->validated == Act{"env", evening});
    CHECK(desk.same_figures(before));
    CHECK(desk.mean() == 59'167);

    const auto changed = desk.decided(id);
    CHECK(desk.state.correction(id)->state == CorrectionState::ratified);
    CHECK(desk.state.correction(id)->decided == Act{"met", evening});
    CHECK(desk.mean() == 40'000); // 23 hours
    CHECK(desk.state.ledger(desk.city()).year(2016)->sum(Pollutant::pm2_5).rounded(1) == ug(40));
    CHECK(texts(find(changed, "A", Change::What::day_value, Pollutant::pm2_5)) == Was{"59", "40"});
    CHECK(texts(find(changed, "city", Change::What::day_aqi)) == Was{"80", "57"}); // 79.99.. and 56.25
    // What was received is still there, as it was received.
    REQUIRE(desk.held(5));
    CHECK(desk.held(5)->value == ug(500));
    CHECK(desk.held(5)->flag == Flag::normal);
}

TEST_CASE("a correction that is refused changes nothing, and neither does one nobody knows")
{
    Desk desk;
    desk.full(monday, 40);
    desk.close(monday);
    const State before = desk.state;
    const std::string id = desk.made(desk.correction(CorrectionKind::invalidate, 1, 24));
    const auto changed = desk.decided(id, false, "the logbook says otherwise");
    CHECK(changed.empty());
    CHECK(changed.changes.empty());
    CHECK(desk.same_figures(before));
    CHECK(desk.state.correction(id)->state == CorrectionState::refused);
    CHECK(desk.state.correction(id)->decided_why == "the logbook says otherwise");
    desk.happen(CorrectionDecided{"R2016-0009", true, {"met", evening}, ""});
    CHECK(desk.same_figures(before));
}

TEST_CASE("a value that comes again does not undo a correction")
{
    for (const auto kind : {CorrectionKind::invalidate, CorrectionKind::replace}) {
        INFO(correction_kind_name(kind));
        Desk desk;
        desk.full(monday, 40);
        desk.hour_is(monday, 5, ug(500));
        desk.close(monday);
        const bool replaced = kind == CorrectionKind::replace;
        desk.ratified(desk.correction(kind, 5, 5, replaced ? std::optional<Concentration>{ug(64)} : std::nullopt));
        const std::int64_t corrected = replaced ? 41'000 : 40'000; // (23*40 + 64)/24 = 41
        CHECK(desk.mean() == corrected);
        const auto again = desk.hour_is(monday, 5, ug(600));
        CHECK(again.changes.empty());
        CHECK(desk.mean() == corrected);
        CHECK(desk.held(5)->value == ug(600)); // the newest, for whoever looks
        desk.hour_is(monday, 5, std::nullopt, Flag::fault);
        CHECK(desk.mean() == corrected);
        CHECK(desk.held(5)->flag == Flag::fault);
        CHECK(!desk.held(5)->value);
        desk.hour_is(monday, 5, ug(520));
        desk.ratified(desk.correction(CorrectionKind::restore, 5, 5));
        CHECK(desk.mean() == 60'000); // (23*40 + 520)/24
    }
}

TEST_CASE("restore brings back exactly what was")
{
    struct Row {
        const char* what;
        std::optional<Concentration> value; ///< of hour 5, as received; absent with Flag::normal: nothing was received
        Flag flag;
        CorrectionKind kind;
    };
    const Row rows[] = {
        {"a normal value, invalidated", ug(500), Flag::normal, CorrectionKind::invalidate},
        {"a normal value, replaced", ug(500), Flag::normal, CorrectionKind::replace},
        {"a flagged value, accepted", ug(500), Flag::calibration, CorrectionKind::accept},
        {"a flagged value, replaced", ug(500), Flag::manual, CorrectionKind::replace},
        {"a flag without a value, replaced", std::nullopt, Flag::fault, CorrectionKind::replace},
        {"nothing, replaced", std::nullopt, Flag::normal, CorrectionKind::replace},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        Desk desk;
        desk.full(monday, 40, 1, 4);
        desk.full(monday, 40, 6, 24);
        if (row.value || row.flag != Flag::normal) desk.hour_is(monday, 5, row.value, row.flag);
        desk.close(monday);
        const State before = desk.state;
        const auto coverage = day_coverage(before, StationIndex{0}, monday, Pollutant::pm2_5, desk.rules);
        const bool replaces = row.kind == CorrectionKind::replace;
        desk.ratified(desk.correction(row.kind, 5, 5, replaces ? std::optional{ug(88)} : std::nullopt));
        CHECK(!desk.same_figures(before));
        CHECK(desk.state.held(StationIndex{0}, hour(monday, 5), Pollutant::pm2_5) ==
              before.held(StationIndex{0}, hour(monday, 5), Pollutant::pm2_5));
        desk.ratified(desk.correction(CorrectionKind::restore, 5, 5));
        CHECK(desk.same_figures(before));
        CHECK(desk.state.station(StationIndex{0}) == before.station(StationIndex{0}));
        const auto after = day_coverage(desk.state, StationIndex{0}, monday, Pollutant::pm2_5, desk.rules);
        CHECK(coverage_text(after, Pollutant::pm2_5) == coverage_text(coverage, Pollutant::pm2_5));
        CHECK(desk.state.corrections().size() == 2); // that it happened is not forgotten
    }
}

TEST_CASE("a flagged value is accepted: it counts, and its flag is still known")
{
    Desk desk;
    desk.full(monday, 40);
    desk.hour_is(monday, 5, ug(88), Flag::calibration);
    desk.close(monday);
    CHECK(desk.mean() == 40'000);
    desk.ratified(desk.correction(CorrectionKind::accept, 5, 5));
    CHECK(desk.mean() == 42'000); // (23*40 + 88)/24
    CHECK(desk.held(5)->flag == Flag::calibration);
    CHECK(desk.held(5)->value == ug(88));
    desk.hour_is(monday, 5, ug(90), Flag::calibration); // sent again: what was accepted stays
    CHECK(desk.mean() == 42'000);
}

TEST_CASE("a missing hour is replaced, and makes the day")
{
    Desk desk;
    desk.full(monday, 40, 1, 19);
    desk.close(monday);
    CHECK(desk.mean() == -1);
    const auto changed = desk.ratified(desk.correction(CorrectionKind::replace, 20, 20, ug(60)));
    CHECK(desk.mean() == 41'000); // (19*40 + 60)/20
    CHECK(texts(find(changed, "A", Change::What::day_value, Pollutant::pm2_5)) == Was{"NA", "41"});
    CHECK(!desk.held(20)); // nothing was received
    desk.hour_is(monday, 20, ug(100));
    CHECK(desk.mean() == 41'000);
    CHECK(desk.held(20)->value == ug(100));
    desk.ratified(desk.correction(CorrectionKind::restore, 20, 20));
    CHECK(desk.mean() == 43'000); // (19*40 + 100)/20
}

TEST_CASE("a correction covers its hours from the first to the last, and the newest of two counts")
{
    Desk desk;
    desk.full(monday, 40);
    desk.close(monday);
    desk.ratified(desk.correction(CorrectionKind::invalidate, 20, 24)); // 19 hours are left
    CHECK(desk.mean() == -1);
    CHECK(desk.state.ledger(desk.city()).year(2016)->valid_days(Pollutant::pm2_5) == 0);
    CHECK(desk.state.ledger(desk.city()).day(monday)->verdict == DayVerdict::undetermined);
    desk.ratified(desk.correction(CorrectionKind::replace, 22, 23, ug(61)));
    CHECK(desk.mean() == 42'000); // (19*40 + 2*61)/21
    CHECK(desk.held(22)->value == ug(40));
    desk.ratified(desk.correction(CorrectionKind::restore, 20, 24));
    CHECK(desk.mean() == 40'000);
    const auto& all = desk.state.corrections();
    REQUIRE(all.size() == 3);
    CHECK(all[0].id == "R2016-0001");
    CHECK(all[1].id == "R2016-0002");
    CHECK(all[2].id == "R2016-0003");
    // Other pollutants were never touched.
    CHECK(day_figure(desk.state, PlaceIndex{0}, monday, desk.rules).value[Pollutant::pm10] == ug(40));
}

TEST_CASE("a correction of an hour that is not closed yet stays over the value that comes")
{
    Desk desk;
    desk.full(monday, 40, 1, 23);
    desk.ratified(desk.correction(CorrectionKind::replace, 24, 24, ug(64)));
    desk.hour_is(monday, 24, ug(500));
    desk.close(monday);
    CHECK(desk.mean() == 41'000); // (23*40 + 64)/24
    CHECK(desk.held(24)->value == ug(500));
}

TEST_CASE("corrections are numbered by the year they were made in")
{
    Desk desk;
    desk.full(monday, 40);
    desk.close(monday);
    desk.made(desk.correction(CorrectionKind::invalidate, 1, 1));
    const LocalDay new_year = day(2017, 1, 1);
    const Instant in_2017 = closing(hour(new_year, 9));
    const auto next =
        admit_correction(desk.state, desk.correction(CorrectionKind::invalidate, 2, 2), "env", in_2017, desk.rules);
    REQUIRE(next.has_value());
    CHECK(next->correction.id == "R2017-0001");
    CHECK(next->correction.validated == Act{"env", in_2017});
    // The person's word is taken for nothing but the correction itself.
    Correction forged = desk.correction(CorrectionKind::invalidate, 3, 3);
    forged.id = "R1999-0001";
    forged.state = CorrectionState::ratified;
    forged.decided = Act{"mayor", evening};
    const auto admitted = admit_correction(desk.state, forged, "env", evening, desk.rules);
    REQUIRE(admitted.has_value());
    CHECK(admitted->correction.id == "R2016-0002");
    CHECK(admitted->correction.state == CorrectionState::validated);
    CHECK(!admitted->correction.decided);
}

TEST_CASE("corrections that make no sense are refused in words")
{
    Desk desk;
    desk.full(monday, 40, 1, 20);
    desk.hour_is(monday, 21, std::nullopt, Flag::fault);
    desk.hour_is(monday, 22, Concentration::from_ng_per_m3(-2'000), Flag::negative);
    desk.hour_is(monday, 23, ug(88), Flag::calibration);
    desk.close(monday); // hour 24 was never received
    const auto invalid = desk.correction(CorrectionKind::invalidate, 5, 5);
    const auto ask = [&](const Correction& c, const char* person = "env") {
        return why(admit_correction(desk.state, c, person, evening, desk.rules));
    };
    const auto with = [&](const std::function<void(Correction&)>& change) {
        Correction c = invalid;
        change(c);
        return ask(c);
    };
    CHECK(ask(invalid).empty());
    CHECK(says(ask(invalid, "nobody"), "no person nobody in the configuration"));
    CHECK(says(ask(invalid, "met"), "met (met) has no right to validate"));
    CHECK(says(with([](Correction& c) { c.station = "Z"; }), "there is no station Z"));
    CHECK(says(with([](Correction& c) { c.station = "city"; }), "there is no station city"));
    CHECK(says(with([](Correction& c) { c.last = c.first.plus(-1); }), "the last hour lies before the first"));
    CHECK(says(with([](Correction& c) { c.last = hour(monday.plus(1), 1); }), "2016-12-13 01:00 is not over"));
    CHECK(says(with([](Correction& c) { c.why.clear(); }), "a correction needs a reason"));
    CHECK(says(with([](Correction& c) { c.value = ug(5); }), "a value belongs to \"replace\", and to nothing else"));
    CHECK(says(ask(desk.correction(CorrectionKind::replace, 5, 5)), "a value belongs to \"replace\""));
    CHECK(says(ask(desk.correction(CorrectionKind::replace, 5, 5, Concentration::from_ng_per_m3(-1))),
               "outside what an instrument can mean"));
    CHECK(says(ask(desk.correction(CorrectionKind::replace, 5, 5, ug(10'001))), "outside what an instrument can mean"));
    CHECK(ask(desk.correction(CorrectionKind::replace, 5, 5, ug(10'000))).empty());
    CHECK(ask(desk.correction(CorrectionKind::replace, 5, 5, ug(0))).empty());
    CHECK(says(ask(desk.correction(CorrectionKind::restore, 5, 5)), "2016-12-12 05:00 is not corrected"));
    CHECK(says(ask(desk.correction(CorrectionKind::accept, 21, 21)), "no value was received that could be accepted"));
    CHECK(says(ask(desk.correction(CorrectionKind::accept, 22, 22)), "no value was received that could be accepted"));
    CHECK(ask(desk.correction(CorrectionKind::accept, 23, 23)).empty());
    CHECK(says(ask(desk.correction(CorrectionKind::accept, 22, 23)), "2016-12-12 22:00: no value"));
    CHECK(says(ask(desk.correction(CorrectionKind::accept, 24, 24)), "2016-12-12 24:00: no value"));
    CHECK(says(ask(desk.correction(CorrectionKind::invalidate, 20, 24)), "2016-12-12 24:00: nothing was received"));
    CHECK(ask(desk.correction(CorrectionKind::invalidate, 20, 23)).empty());

    // 31 days of hours at most.
    Correction long_one = desk.correction(CorrectionKind::replace, 24, 24, ug(5));
    long_one.first = long_one.last.plus(1 - 31 * 24);
    CHECK(ask(long_one).empty());
    long_one.first = long_one.first.plus(-1);
    CHECK(says(ask(long_one), "one correction covers at most 744 hours"));
    for (const auto kind : {CorrectionKind::invalidate, CorrectionKind::replace})
        CHECK(!correction_kind_zh(kind).empty());
}

TEST_CASE("decisions on corrections that make no sense are refused in words")
{
    Desk desk;
    desk.full(monday, 40);
    desk.close(monday);
    const auto ask = [&](const char* id, bool ratify, const char* person, const char* reason) {
        return why(admit_decision(desk.state, id, ratify, person, reason, evening, desk.rules));
    };
    CHECK(says(ask("R2016-0001", true, "met", ""), "there is no correction R2016-0001"));
    desk.made(desk.correction(CorrectionKind::invalidate, 5, 5), "deputy");
    CHECK(says(ask("R2016-0001", true, "nobody", ""), "no person nobody"));
    CHECK(says(ask("R2016-0001", true, "env", ""), "env (env) has no right to ratify"));
    CHECK(says(ask("R2016-0001", true, "deputy", ""), "deputy made this correction; another person ratifies it"));
    CHECK(says(ask("R2016-0001", false, "deputy", "no"), "another person"));
    CHECK(says(ask("R2016-0001", false, "met", ""), "a refusal needs a reason"));
    CHECK(ask("R2016-0001", false, "met", "the logbook").empty());
    CHECK(ask("R2016-0001", true, "met", "").empty());
    desk.decided("R2016-0001");
    CHECK(says(ask("R2016-0001", true, "met", ""), "R2016-0001 is already ratified"));
    desk.made(desk.correction(CorrectionKind::invalidate, 6, 6));
    desk.decided("R2016-0002", false, "the logbook");
    CHECK(says(ask("R2016-0002", true, "deputy", ""), "R2016-0002 is already refused"));
}

TEST_CASE("what is no longer open can be neither corrected nor ratified")
{
    Desk desk;
    desk.rules.open_days = 40;
    desk.full(monday, 40);
    desk.close(monday);
    desk.made(desk.correction(CorrectionKind::invalidate, 5, 5));
    desk.close(monday.plus(39)); // the last day on which monday is open
    const Instant later = closing(hour(monday.plus(40), 24));
    CHECK(why(admit_correction(desk.state, desk.correction(CorrectionKind::invalidate, 6, 6), "env", later, desk.rules))
              .empty());
    desk.close(monday.plus(40));
    CHECK(says(
        why(admit_correction(desk.state, desk.correction(CorrectionKind::invalidate, 6, 6), "env", later, desk.rules)),
        "2016-12-12 06:00 is more than 40 days before the last closed hour"));
    CHECK(says(why(admit_decision(desk.state, "R2016-0001", true, "met", "", later, desk.rules)),
               "2016-12-12 05:00 is more than 40 days before the last closed hour"));
}

TEST_CASE("an acceptance is not ratified once the value it spoke of is gone")
{
    struct Row {
        const char* what;
        std::optional<Concentration> value;
        Flag flag;
    };
    // Between the two levels the station sends the hour again: with no value, or with one below zero, as an instrument near
    // its zero point reads. There is nothing left that could count; and DayHours::set() stops the daemon on a negative one.
    for (const auto& row : {Row{"no value", std::nullopt, Flag::fault},
                            Row{"a negative value", Concentration::from_ng_per_m3(-2'000), Flag::negative}}) {
        INFO(row.what);
        Desk desk;
        desk.full(monday, 40);
        desk.hour_is(monday, 5, ug(88), Flag::calibration);
        desk.close(monday);
        desk.made(desk.correction(CorrectionKind::accept, 5, 5));
        desk.hour_is(monday, 5, row.value, row.flag);
        CHECK(!admit_decision(desk.state, "R2016-0001", true, "met", "", evening, desk.rules).has_value());
    }
}

// --- sign-offs and dust ----------------------------------------------------------------------------------------------

TEST_CASE("days are signed off in two levels by two people")
{
    Desk desk{2};
    desk.full(monday, 40);
    desk.close(monday.plus(2));
    const auto sign = [&](const char* place, int from, int until, ReviewLevel level, const char* person) {
        return admit_sign_off(desk.state, place, {monday.plus(from), monday.plus(until), level, {}, ""}, person,
                              evening, desk.rules);
    };
    const auto level = [&](PlaceIndex place, int n) { return desk.state.reviewed(place, monday.plus(n), desk.rules); };
    const auto validated = ReviewLevel::validated, ratified = ReviewLevel::ratified;

    CHECK(says(why(sign("A", 0, 1, validated, "nobody")), "no person nobody"));
    CHECK(says(why(sign("A", 0, 1, validated, "met")), "has no right to validate"));
    CHECK(says(why(sign("A", 0, 1, ratified, "env")), "has no right to ratify"));
    CHECK(says(why(sign("Z", 0, 1, validated, "env")), "there is no area or station Z"));
    CHECK(says(why(sign("A", 0, 1, ReviewLevel::preliminary, "env")), "signed off as validated or ratified"));
    CHECK(says(why(sign("A", 1, 0, validated, "env")), "the last day lies before the first"));
    CHECK(says(why(sign("A", 0, 3, validated, "env")), "2016-12-15 is not closed yet"));
    CHECK(says(why(sign("A", 0, 1, ratified, "met")), "2016-12-12 was not validated yet"));

    CHECK(level(PlaceIndex{0}, 0) == ReviewLevel::preliminary);
    auto signed_off = sign("A", 0, 1, validated, "deputy");
    REQUIRE(signed_off.has_value());
    CHECK(signed_off->sign_off.act == Act{"deputy", evening});
    desk.happen(*signed_off);
    CHECK(level(PlaceIndex{0}, 0) == validated);
    CHECK(level(PlaceIndex{0}, 1) == validated);
    CHECK(level(PlaceIndex{0}, 2) == ReviewLevel::preliminary);
    CHECK(says(why(sign("A", 0, 2, ratified, "met")), "2016-12-14 was not validated yet"));
    CHECK(says(why(sign("A", 0, 1, ratified, "deputy")), "deputy validated 2016-12-12; another person ratifies it"));
    desk.happen(*sign("A", 0, 0, ratified, "met"));
    CHECK(level(PlaceIndex{0}, 0) == ratified);
    CHECK(level(PlaceIndex{0}, 1) == validated);

    // An area is as far as its own sign-off or the least of its sites'.
    CHECK(level(desk.city(), 0) == ReviewLevel::preliminary); // B was not looked at
    desk.happen(*sign("B", 0, 1, validated, "env"));
    CHECK(level(desk.city(), 0) == validated);
    CHECK(level(desk.city(), 1) == validated);
    desk.happen(*sign("B", 0, 0, ratified, "met"));
    CHECK(level(desk.city(), 0) == ratified);
    CHECK(level(desk.city(), 2) == ReviewLevel::preliminary);
    desk.happen(*sign("city", 2, 2, validated, "env"));
    CHECK(level(desk.city(), 2) == validated);
    CHECK(level(PlaceIndex{1}, 2) == ReviewLevel::preliminary); // of a site nothing was said
}

TEST_CASE("who validated an area's sites is not the one who ratifies the area")
{
    Desk desk;
    desk.full(monday, 40);
    desk.close(monday);
    const auto sign = [&](const char* place, ReviewLevel level, const char* person) {
        return admit_sign_off(desk.state, place, {monday, monday, level, {}, ""}, person, evening, desk.rules);
    };
    desk.happen(*sign("A", ReviewLevel::validated, "deputy"));
    REQUIRE(desk.state.reviewed(desk.city(), monday, desk.rules) == ReviewLevel::validated); // by the site's sign-off
    CHECK(sign("city", ReviewLevel::ratified, "met").has_value());
    CHECK(!sign("city", ReviewLevel::ratified, "deputy").has_value());
}

TEST_CASE("dust days are flagged with a document, and taken back")
{
    Desk desk;
    const auto ask = [&](const char* area, LocalDay d, bool is_dust, const char* document, const char* person) {
        return admit_dust(desk.state, {area, d, is_dust, {document, "", {}}}, person, evening, desk.rules);
    };
    // It is 00:20 of the 13th when monday's last hour is closed.
    CHECK(says(why(ask("city", monday, true, "CNEMC 1", "nobody")), "no person nobody"));
    CHECK(says(why(ask("city", monday, true, "CNEMC 1", "env")), "env (env) has no right to declare dust days"));
    CHECK(says(why(ask("A", monday, true, "CNEMC 1", "office")), "there is no area A"));
    CHECK(says(why(ask("city", monday, true, "", "office")), "a dust day needs the document that says so"));
    CHECK(says(why(ask("city", monday.plus(2), true, "CNEMC 1", "office")), "2016-12-14 lies ahead"));
    CHECK(says(why(ask("city", monday, false, "CNEMC 1", "office")), "2016-12-12 is not flagged as a dust day"));
    const auto flagged = ask("city", monday, true, "CNEMC 1", "office");
    REQUIRE(flagged.has_value());
    CHECK(flagged->dust.act == Act{"office", evening});
    const auto figures = desk.happen(*flagged);
    CHECK(figures.changes.empty()); // both forms are published; neither becomes the other
    CHECK(desk.state.dust_days(AreaIndex{0}).at(monday).document == "CNEMC 1");
    CHECK(says(why(ask("city", monday, true, "CNEMC 1", "office")), "2016-12-12 is already flagged as a dust day"));
    desk.happen(*ask("city", monday, false, "CNEMC 1, withdrawn", "office"));
    CHECK(desk.state.dust_days(AreaIndex{0}).empty());
}
