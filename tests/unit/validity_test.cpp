#include "libaqi/targets.hpp"
#include "libaqi/validity.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace aqi;
using namespace aqi::tests;

namespace {

const LocalDay monday = day(2016, 12, 12);

struct Town {
    explicit Town(int stations = 1) : rules(small_town(stations)), state(rules.network) {}

    void hours(LocalDay d, int from, int until, std::int64_t value, Pollutant p = Pollutant::pm2_5,
               Flag flag = Flag::normal, std::uint32_t station = 0)
    {
        for (int h = from; h <= until; ++h)
            absorb(state, Observed{StationIndex{station}, hour(d, h), p, flag, ug(value)}, rules);
    }
    void stated(std::uint32_t station, LocalDay d, std::int64_t value, Pollutant p = Pollutant::pm2_5)
    {
        absorb(state, ObservedDay{StationIndex{station}, d, p, Flag::normal, ug(value)}, rules);
    }
    void close(LocalDay d)
    {
        absorb(state, HourClosed{hour(d, 24), closing(hour(d, 24)), false}, rules);
        settle(state, rules, nullptr);
    }
    /// Days from..until, with PM2.5 of 30 where `has` says so.
    void days(LocalDay from, LocalDay until, const std::function<bool(LocalDay)>& has)
    {
        for (LocalDay d = from; d <= until; d = d.plus(1)) {
            if (has(d)) stated(0, d, 30);
            close(d);
        }
    }
    DayCoverage on(LocalDay d, Pollutant p = Pollutant::pm2_5) const
    {
        return day_coverage(state, StationIndex{0}, d, p, rules);
    }
    YearCoverage year(int y, Pollutant p = Pollutant::pm2_5) const
    {
        const auto out = year_coverage(state, city(), y, p, rules);
        REQUIRE(out);
        return *out;
    }
    PlaceIndex city() const { return rules.network.place(AreaIndex{0}); }

    Rules rules;
    State state;
};

bool every_day(LocalDay) { return true; }

/// A year in which the last days of each month are absent: `gaps` of them, 31-day months 4, 30-day months 3, February 4,
/// so that 27 days of a month are left and 25 of February 2016.
bool least_of_each_month(LocalDay d) { return d.day_of_month() <= (d.month() == 2 ? 25U : 27U); }

std::size_t at(Flag flag) { return static_cast<std::size_t>(flag); }

} // namespace

// --- the day ---------------------------------------------------------------------------------------------------------

TEST_CASE("twenty hours of a day, and why the others do not count")
{
    Town town;
    town.hours(monday, 1, 20, 40);
    town.hours(monday, 21, 22, 900, Pollutant::pm2_5, Flag::calibration);
    absorb(town.state, Observed{StationIndex{0}, hour(monday, 23), Pollutant::pm2_5, Flag::fault, std::nullopt},
           town.rules);
    town.close(monday);
    const auto c = town.on(monday);
    CHECK(c.valid == 20);
    CHECK(c.needed == 20);
    CHECK(c.not_received == 1);
    CHECK(c.by_flag[at(Flag::calibration)] == 2);
    CHECK(c.by_flag[at(Flag::fault)] == 1);
    CHECK(c.by_flag[at(Flag::normal)] == 0);
    CHECK(c.corrected == 0);
    CHECK(c.has_value);
    CHECK(!c.of_archive);
    CHECK(!c.past_record);
    CHECK(coverage_text(c, Pollutant::pm2_5) == "20 of 24 hours; 1 not received (未收到), 1 D (故障), 2 C (校准)");
}

TEST_CASE("nineteen hours are no day, and an hour under a flag is a gap like any other")
{
    Town town;
    town.hours(monday, 1, 24, 40);
    town.hours(monday, 1, 5, 40, Pollutant::pm2_5, Flag::maintenance);
    town.close(monday);
    const auto c = town.on(monday);
    CHECK(c.valid == 19);
    CHECK(c.not_received == 0);
    CHECK(!c.has_value);
    CHECK(coverage_text(c, Pollutant::pm2_5) == "19 of 24 hours; 5 M (维护)");
    // Every hour is one of: valid, not received, under a flag.
    int all = c.valid + c.not_received;
    for (const int n : c.by_flag) all += n;
    CHECK(all == 24);
}

TEST_CASE("corrections are counted, whichever way they went")
{
    Town town;
    town.rules.network.persons[0].may_validate = true;
    town.rules.network.persons[1].may_ratify = true;
    town.hours(monday, 1, 23, 40);
    town.close(monday);
    const auto correct = [&](int h, CorrectionKind kind, std::optional<Concentration> value) {
        Correction c;
        c.station = "A";
        c.first = c.last = hour(monday, h);
        c.kind = kind;
        c.value = value;
        c.why = "zero check";
        const auto made = admit_correction(town.state, c, "env", closing(hour(monday, 24)), town.rules);
        REQUIRE(made.has_value());
        absorb(town.state, *made, town.rules);
        const auto decided =
            admit_decision(town.state, made->correction.id, true, "met", "", closing(hour(monday, 24)), town.rules);
        REQUIRE(decided.has_value());
        absorb(town.state, *decided, town.rules);
        settle(town.state, town.rules, nullptr);
    };
    correct(3, CorrectionKind::invalidate, std::nullopt);
    correct(24, CorrectionKind::replace, ug(50)); // an hour that was never received
    const auto c = town.on(monday);
    CHECK(c.valid == 23);
    CHECK(c.by_flag[at(Flag::rejected)] == 1);
    CHECK(c.not_received == 0);
    CHECK(c.corrected == 2);
    CHECK(coverage_text(c, Pollutant::pm2_5) == "23 of 24 hours; 1 R (审核无效), 2 corrected (经更正)");
}

TEST_CASE("ozone's day is counted in windows")
{
    struct Row {
        int hours; // 1..hours
        std::int64_t value;
        int windows;
        bool has_value;
        const char* text;
    };
    const Row rows[] = {
        {24, 100, 17, true, "24 of 24 hours, 17 of 17 windows"},
        // The windows that end at 08..21 hold at least six of the first nineteen hours (21: 14..19).
        {19, 100, 14, true, "19 of 24 hours, 14 of 17 windows; 5 not received (未收到)"},
        {18, 160, 13, false, "18 of 24 hours, 13 of 17 windows; 6 not received (未收到)"},
        {18, 161, 13, true, "18 of 24 hours, 13 of 17 windows; 6 not received (未收到)"}, // above the limit already
        {5, 400, 0, false, "5 of 24 hours, 0 of 17 windows; 19 not received (未收到)"},
    };
    for (const auto& row : rows) {
        INFO(row.hours << " hours of " << row.value);
        Town town;
        town.hours(monday, 1, row.hours, row.value, Pollutant::o3);
        town.close(monday);
        const auto c = town.on(monday, Pollutant::o3);
        CHECK(c.windows == row.windows);
        CHECK(c.windows_needed == 14);
        CHECK(c.windows_possible == 17);
        CHECK(c.has_value == row.has_value);
        CHECK(coverage_text(c, Pollutant::o3) == row.text);
    }
    // Gaps in the middle: without hours 9..11 the windows that end at 11..16 hold five; eleven are left.
    Town town;
    town.hours(monday, 1, 8, 100, Pollutant::o3);
    town.hours(monday, 12, 24, 100, Pollutant::o3);
    town.close(monday);
    CHECK(town.on(monday, Pollutant::o3).windows == 11);
    CHECK(!town.on(monday, Pollutant::o3).has_value);
    CHECK(town.on(monday).windows_possible == 0); // of PM nobody asks
}

TEST_CASE("ozone's day that stands by exceeding alone is a lost day, never a good one")
{
    // 13 windows with a maximum of 160.3: either it exceeds the limit, then the day is lost; or it does not (published, it is
    // 160, index 100), then too few windows make no day. An incomplete day that is good would be unknown taken for good.
    Town town;
    for (const auto p : all_pollutants)
        for (int h = 1; h <= (p == Pollutant::o3 ? 18 : 24); ++h)
            absorb(town.state,
                   Observed{StationIndex{0}, hour(monday, h), p, Flag::normal,
                            p == Pollutant::o3 ? conc("160.3") : ug(30)},
                   town.rules);
    town.close(monday);
    REQUIRE(town.on(monday, Pollutant::o3).windows == 13);
    CHECK(day_figure(town.state, town.city(), monday, town.rules).verdict != DayVerdict::good);
}

TEST_CASE("a day that an archive states, a day past the record, a day before any edition")
{
    Town town;
    town.stated(0, monday, 70);
    town.hours(monday, 1, 12, 40);
    town.close(monday);
    const auto c = town.on(monday);
    CHECK(c.has_value);
    CHECK(c.of_archive);
    CHECK(c.valid == 12);
    CHECK(coverage_text(c, Pollutant::pm2_5) == "a daily value as the archive states it (日值由档案给出)");
    CHECK(town.on(monday.plus(-1)).past_record);
    CHECK(town.on(monday.plus(-1)).not_received == 24);
    CHECK(!town.on(monday.plus(-1)).has_value);
    const auto before_any = town.on(day(2012, 12, 31));
    CHECK(before_any.needed == 0);
    CHECK(!before_any.has_value);
}

// --- the year --------------------------------------------------------------------------------------------------------

TEST_CASE("a year has coverage from its first closed day on")
{
    Town town;
    CHECK(!year_coverage(town.state, town.city(), 2016, Pollutant::pm2_5, town.rules));
    town.days(day(2016, 1, 1), day(2016, 1, 1), every_day);
    const auto c = town.year(2016);
    CHECK(c.elapsed == 1);
    CHECK(c.days == 366);
    CHECK(c.valid == 1);
    CHECK(c.needed == 324);
    CHECK(!c.over);
    CHECK(!c.is_valid);
    CHECK(!c.void_on);
    CHECK(c.why_not.en == "the year is not over");
    CHECK(c.may_lose_year == 42); // 1 + 365 - 324
    CHECK(c.may_lose == 3);       // a month of 30 days needs 27
    CHECK(!year_coverage(town.state, town.city(), 2015, Pollutant::pm2_5, town.rules));
}

TEST_CASE("27 days of a month, 25 of February")
{
    struct Row {
        int year;
        unsigned month;
        unsigned valid; // days from the first on
        int needed;
        int may_lose;
    };
    const Row rows[] = {
        {2016, 2, 25, 25, 0}, {2016, 2, 24, 25, -1}, {2016, 2, 29, 25, 4}, {2015, 2, 28, 25, 3}, {2015, 2, 24, 25, -1},
        {2016, 1, 27, 27, 0}, {2016, 1, 26, 27, -1}, {2016, 4, 27, 27, 0}, {2016, 4, 30, 27, 3}, {2016, 4, 0, 27, -27},
    };
    for (const auto& row : rows) {
        INFO(row.year << "-" << row.month << ": " << row.valid << " days");
        Town town;
        const LocalDay last = day(row.year, row.month, days_in_month(row.year, row.month));
        town.days(day(row.year, 1, 1), last,
                  [&](LocalDay d) { return d.month() != row.month || d.day_of_month() <= row.valid; });
        const auto c = town.year(row.year);
        const auto& m = c.months[row.month - 1];
        CHECK(m.month == row.month);
        CHECK(m.needed == row.needed);
        CHECK(m.valid == static_cast<int>(row.valid));
        CHECK(m.elapsed == m.days);
        CHECK(m.may_lose == row.may_lose);
        CHECK(static_cast<int>(m.missing.size()) == m.days - m.valid);
        CHECK((c.may_lose < 0) == (row.may_lose < 0));
        if (row.may_lose < 0) CHECK(c.tightest_month == row.month);
    }
}

TEST_CASE("how many days may still be lost, and the day on which it was one too many")
{
    Town town;
    // To 15 June 2016, without 5, 6 and 9 June: 12 valid, 15 ahead, 27 needed.
    const auto has = [](LocalDay d) {
        return d.month() != 6 || (d.day_of_month() != 5 && d.day_of_month() != 6 && d.day_of_month() != 9);
    };
    town.days(day(2016, 1, 1), day(2016, 6, 15), has);
    auto c = town.year(2016);
    CHECK(c.elapsed == 167); // 152 to the end of May, and 15
    CHECK(c.valid == 164);
    CHECK(c.may_lose_year == 39); // 164 + 199 - 324
    CHECK(c.may_lose == 0);
    CHECK(c.tightest_month == 6);
    CHECK(!c.void_on);
    CHECK(c.months[5].elapsed == 15);
    CHECK(c.months[5].valid == 12);
    CHECK(c.months[5].may_lose == 0);
    CHECK(days_text(c.months[5].missing) == "2016-06-05..06, 2016-06-09");
    CHECK(c.months[6].elapsed == 0);
    CHECK(c.months[6].may_lose == 4);
    CHECK(c.months[6].missing.empty());

    town.close(day(2016, 6, 16)); // with nothing
    c = town.year(2016);
    CHECK(c.may_lose == -1);
    CHECK(c.void_on == day(2016, 6, 16));
    CHECK(c.why_not.en.find("2016-06 has 12 valid days of the 27 it needs") == 0);
    CHECK(c.why_not.en.find(pack("cn-2012").validity.clause) != std::string::npos);
    town.days(day(2016, 6, 17), day(2016, 6, 30), every_day);
    CHECK(town.year(2016).void_on == day(2016, 6, 16)); // it stays the day it was
    CHECK(town.year(2016).why_not.en.find("2016-06 has 26 valid days of the 27 it needs") == 0);
    // A late value for one of the four brings the year back.
    town.stated(0, day(2016, 6, 9), 30);
    settle(town.state, town.rules, nullptr);
    CHECK(town.year(2016).may_lose >= 0);
    CHECK(!town.year(2016).void_on);
}

TEST_CASE("324 days of a year, beside what its months need")
{
    // 2016 with the least of each month has 11*27 + 25 = 322 days: every month will do, the year will not. 42 days may be
    // lost; lost are 4 of January (4), February (8), March (12), 3 of April (15), May 19, June 22, July 26, August 30,
    // September 33, October 37, November 40, and 28, 29 December make 42. The 43rd is 30 December.
    Town thin;
    thin.days(day(2016, 1, 1), day(2016, 12, 31), least_of_each_month);
    const auto c = thin.year(2016);
    CHECK(c.over);
    CHECK(!c.is_valid);
    CHECK(c.valid == 322);
    CHECK(c.may_lose_year == -2);
    CHECK(c.may_lose == -2);
    CHECK(c.tightest_month == 0);
    CHECK(c.void_on == day(2016, 12, 30));
    CHECK(c.why_not.en.find("322 valid days of the 324 the year needs") == 0);

    Town enough; // with 30 and 31 December: 324
    enough.days(day(2016, 1, 1), day(2016, 12, 31),
                [](LocalDay d) { return least_of_each_month(d) || d >= day(2016, 12, 30); });
    const auto valid = enough.year(2016);
    CHECK(valid.valid == 324);
    CHECK(valid.is_valid);
    CHECK(valid.why_not.empty());
    CHECK(!valid.void_on);
}

TEST_CASE("a year with one month absent is not proven, whatever its mean")
{
    for (const std::int64_t value : {5, 500}) {
        INFO("PM2.5 " << value);
        Town town;
        for (LocalDay d = day(2016, 1, 1); d <= day(2016, 12, 31); d = d.plus(1)) {
            if (d.month() != 7) town.stated(0, d, value);
            town.close(d);
        }
        const auto c = town.year(2016);
        CHECK(c.valid == 335); // more than the 324 of the year
        CHECK(c.over);
        CHECK(!c.is_valid);
        CHECK(c.tightest_month == 7);
        CHECK(c.may_lose == -27);
        CHECK(c.void_on == day(2016, 7, 5)); // 26 days were left then
        CHECK(c.why_not.en.find("2016-07 has 0 valid days of the 27 it needs") == 0);
        CHECK(days_text(c.months[6].missing) == "2016-07-01..31");
        const auto ledger = target_ledger(town.state, town.city(), 2016, Pollutant::pm2_5, town.rules);
        REQUIRE(ledger);
        CHECK(ledger->published == ug(value));
        CHECK(ledger->standing == Standing::not_proven);
        CHECK(ledger->why == c.why_not);
    }
}

TEST_CASE("a month that is over can lose no more days")
{
    // January ends with exactly its 27 days. That is enough; what may still be lost lies ahead.
    Town town;
    town.days(day(2016, 1, 1), day(2016, 1, 31), [](LocalDay d) { return d.day_of_month() <= 27; });
    CHECK(town.year(2016).may_lose == 3); // three of April, June, September or November
    // Lose one of February's: the year is none the worse for it, it can still be proven.
    town.days(day(2016, 2, 1), day(2016, 12, 31), [](LocalDay d) { return d != day(2016, 2, 10); });
    CHECK(town.year(2016).valid == 361);
    CHECK(town.year(2016).is_valid);
}

TEST_CASE("late in a year its own rule may be the tightest")
{
    // The least of each month to the end of November loses 40 days; 2 of 42 are left, December alone could lose 4.
    Town town;
    town.days(day(2016, 1, 1), day(2016, 11, 30), least_of_each_month);
    const auto c = town.year(2016);
    CHECK(c.may_lose_year == 2);
    CHECK(c.months[11].may_lose == 4);
    CHECK(c.may_lose == 2);
    CHECK(c.tightest_month == 0);
}

TEST_CASE("a pollutant that never had a value is void from the day it became so")
{
    Town town;
    town.days(day(2016, 1, 1), day(2016, 2, 10), every_day); // PM2.5 alone
    const auto c = town.year(2016, Pollutant::so2);
    CHECK(c.valid == 0);
    CHECK(c.may_lose < 0);
    CHECK(c.void_on == day(2016, 1, 5)); // 26 days of January were left
    CHECK(c.why_not.en.find("2016-01 has 0 valid days of the 27 it needs") == 0);
}

TEST_CASE("a year that is over and not valid says why, by whatever rule of the edition")
{
    Town town;
    town.rules.edition = "us-epa-2024"; // three quarters of the days of each quarter; nothing of months or the year
    // 68 of the 91 days of the first quarter are 74.7 %.
    town.days(day(2016, 1, 1), day(2016, 12, 31), [](LocalDay d) { return d.month() > 3 || d - day(2016, 1, 1) < 68; });
    const auto c = town.year(2016);
    CHECK(c.over);
    CHECK(!c.is_valid);
    INFO(c.why_not.en);
    CHECK(c.why_not.en.find("not over") == std::string::npos);
    CHECK(!c.why_not.empty());
}

// --- the area --------------------------------------------------------------------------------------------------------

TEST_CASE("an area of three sites has a value from two, and none from one")
{
    Town town{3};
    const auto figure = [&](LocalDay d) { return day_figure(town.state, town.city(), d, town.rules); };
    for (std::uint32_t s = 0; s < 3; ++s) town.stated(s, monday, 30 + s * 15); // 30, 45, 60
    town.stated(0, monday.plus(1), 30);
    town.stated(2, monday.plus(1), 60);
    town.stated(1, monday.plus(2), 45);
    town.close(monday.plus(2));
    CHECK(figure(monday).value[Pollutant::pm2_5] == ug(45));
    CHECK(figure(monday).sites == 3);
    CHECK(figure(monday).valid[Pollutant::pm2_5] == 3);
    CHECK(figure(monday.plus(1)).value[Pollutant::pm2_5] == ug(45)); // (30+60)/2
    CHECK(figure(monday.plus(1)).valid[Pollutant::pm2_5] == 2);
    CHECK(!figure(monday.plus(2)).value[Pollutant::pm2_5]);
    CHECK(figure(monday.plus(2)).valid[Pollutant::pm2_5] == 1);
    CHECK(town.year(2016).valid == 2);
    const auto sites = site_coverage(town.state, AreaIndex{0}, monday, monday.plus(2), Pollutant::pm2_5, town.rules);
    REQUIRE(sites.size() == 3);
    CHECK(sites[0].station == StationIndex{0});
    CHECK(days_text(sites[0].absent) == "2016-12-14");
    CHECK(days_text(sites[1].absent) == "2016-12-13");
    CHECK(days_text(sites[2].absent) == "2016-12-14");
    for (const auto& site : sites) CHECK(site.member_days == 3);
}

TEST_CASE("a site counts from the day it became a member to its last")
{
    Town town{3};
    auto& members = town.rules.network.areas[0].members;
    members[1].from = day(2016, 7, 1);
    members[2].until = day(2016, 6, 30);
    const LocalDay first = day(2016, 6, 29);
    for (int n = 0; n < 4; ++n) { // 29, 30 June, 1, 2 July
        town.stated(0, first.plus(n), 30);
        if (n != 3) town.stated(1, first.plus(n), 90); // B is silent on 2 July
        if (n != 1) town.stated(2, first.plus(n), 60); // C is silent on 30 June
        town.close(first.plus(n));
    }
    const auto value = [&](int n) {
        return day_figure(town.state, town.city(), first.plus(n), town.rules).value[Pollutant::pm2_5];
    };
    CHECK(value(0) == ug(45)); // A and C
    CHECK(value(1) == ug(30)); // one of the two sites A and C is half of them
    CHECK(value(2) == ug(60)); // A and B
    CHECK(value(3) == ug(30)); // one of the two sites A and B
    const auto sites = site_coverage(town.state, AreaIndex{0}, first, first.plus(3), Pollutant::pm2_5, town.rules);
    REQUIRE(sites.size() == 3);
    CHECK(sites[0].member_days == 4);
    CHECK(sites[0].absent.empty());
    CHECK(sites[1].member_days == 2);
    CHECK(days_text(sites[1].absent) == "2016-07-02"); // not in June: it was no member
    CHECK(sites[1].membership.from == day(2016, 7, 1));
    CHECK(sites[2].member_days == 2);
    CHECK(days_text(sites[2].absent) == "2016-06-30"); // not in July: it was none any more
}

TEST_CASE("only evaluation sites make an area")
{
    Town town{4};
    auto& members = town.rules.network.areas[0].members;
    members[1].role = SiteRole::background;
    members[2].role = SiteRole::traffic;
    members[3].role = SiteRole::other;
    town.stated(0, monday, 30);
    for (std::uint32_t s = 1; s < 4; ++s) town.stated(s, monday, 500);
    for (std::uint32_t s = 1; s < 4; ++s) town.stated(s, monday.plus(1), 500); // and A is silent
    town.close(monday.plus(1));
    const auto figure = day_figure(town.state, town.city(), monday, town.rules);
    CHECK(figure.sites == 1);
    CHECK(figure.value[Pollutant::pm2_5] == ug(30));
    CHECK(!day_figure(town.state, town.city(), monday.plus(1), town.rules).value[Pollutant::pm2_5]);
    CHECK(day_figure(town.state, PlaceIndex{2}, monday, town.rules).value[Pollutant::pm2_5] == ug(500)); // its own
    const auto sites = site_coverage(town.state, AreaIndex{0}, monday, monday.plus(1), Pollutant::pm2_5, town.rules);
    REQUIRE(sites.size() == 1);
    CHECK(sites[0].station == StationIndex{0});
    // A late value of a site that does not count touches no figure of the area.
    Figures f;
    town.stated(2, monday, 400);
    settle(town.state, town.rules, &f);
    REQUIRE(f.days.size() == 1);
    CHECK(f.days[0].place == PlaceIndex{2});
}

// --- words -----------------------------------------------------------------------------------------------------------

TEST_CASE("days as people read them")
{
    const auto run = [](LocalDay from, int n) {
        std::vector<LocalDay> out;
        for (int i = 0; i < n; ++i) out.push_back(from.plus(i));
        return out;
    };
    CHECK(days_text({}).empty());
    CHECK(days_text({day(2016, 4, 7)}) == "2016-04-07");
    CHECK(days_text(run(day(2016, 3, 1), 3)) == "2016-03-01..03");
    CHECK(days_text(run(day(2016, 3, 30), 4)) == "2016-03-30..2016-04-02");
    CHECK(days_text(run(day(2015, 12, 31), 2)) == "2015-12-31..2016-01-01");
    CHECK(days_text({day(2016, 4, 7), day(2016, 4, 9)}) == "2016-04-07, 2016-04-09");
    CHECK(days_text({day(2015, 3, 1), day(2016, 3, 1)}) == "2015-03-01, 2016-03-01");
    auto many = run(day(2016, 3, 1), 3);
    many.push_back(day(2016, 4, 7));
    many.push_back(day(2016, 5, 1));
    many.push_back(day(2016, 5, 2));
    CHECK(days_text(many) == "2016-03-01..03, 2016-04-07, 2016-05-01..02");
    CHECK(days_text(many, 3) == "2016-03-01..03, 2016-04-07, 2016-05-01..02");
    CHECK(days_text(many, 2).find("2016-03-01..03, 2016-04-07 and 2 more") == 0);
}
