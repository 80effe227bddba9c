#include "libaqi/annual.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace aqi;
using namespace aqi::tests;

namespace {

PlaceDay of(std::int64_t pm2_5, DayVerdict verdict = DayVerdict::good)
{
    PlaceDay d;
    d.closed = true;
    d.mean[Pollutant::pm2_5] = Mean::of(ug(pm2_5));
    d.verdict = verdict;
    return d;
}

PlaceDay empty_day()
{
    PlaceDay d;
    d.closed = true;
    return d;
}

const AnnualFigure* figure(const std::vector<AnnualFigure>& all, Window window)
{
    for (const auto& f : all)
        if (f.pollutant == Pollutant::pm2_5 && f.window == window) return &f;
    return nullptr;
}

std::vector<AnnualFigure> annual(const PlaceLedger& ledger, int year, const Target* target = nullptr)
{
    std::vector<AnnualFigure> out;
    ledger.annual(PlaceIndex{0}, year, pack("cn-2012"), target, out);
    return out;
}

} // namespace

TEST_CASE("the two annual means are two numbers")
{
    PlaceLedger ledger;
    for (LocalDay d = day(2015, 1, 1); d <= day(2016, 1, 10); d = d.plus(1))
        ledger.put(d, of(d.year() == 2015 ? 100 : 20));
    const auto all = annual(ledger, 2016);
    CHECK(figure(all, Window::year_to_date)->mean == ug(20));
    CHECK(figure(all, Window::year_to_date)->valid_days == 10);
    // 355 days of 100 and 10 of 20 over the last 365.
    CHECK(figure(all, Window::trailing_365_days)->valid_days == 365);
    CHECK(figure(all, Window::trailing_365_days)->mean->ng_per_m3() == 97'808); // (355*100 + 10*20)/365 = 97.80821...
}

TEST_CASE("a target met on an invalid year is not proven")
{
    Target target{"*", 2016, std::nullopt, ug(67), std::nullopt};
    PlaceLedger whole, thin, gap_in_june;
    for (LocalDay d = day(2016, 1, 1); d <= day(2016, 12, 31); d = d.plus(1)) {
        whole.put(d, of(67));
        thin.put(d, d - day(2016, 1, 1) < 43 ? empty_day() : of(67));                       // 323 days
        gap_in_june.put(d, d.month() == 6 && d.day_of_month() <= 4 ? empty_day() : of(67)); // 362 days, June has 26
    }
    const auto met = [&](const PlaceLedger& ledger) {
        return figure(annual(ledger, 2016, &target), Window::year_to_date)->met;
    };
    CHECK(met(whole) == std::optional{true}); // 67 is not above 67
    CHECK(met(thin) == std::nullopt);
    CHECK(met(gap_in_june) == std::nullopt);
    CHECK(figure(annual(whole, 2016), Window::year_to_date)->met == std::nullopt); // no target
}

TEST_CASE("targets are held against the published figure")
{
    Target target{"*", 2016, std::nullopt, ug(67), std::nullopt};
    for (const auto& [ng, met] : {std::pair{67'499, true}, std::pair{67'500, false}, std::pair{67'501, false}}) {
        PlaceLedger ledger;
        PlaceDay d = of(0);
        d.mean[Pollutant::pm2_5] = Mean::of(Concentration::from_ng_per_m3(ng));
        for (LocalDay l = day(2016, 1, 1); l <= day(2016, 12, 31); l = l.plus(1)) ledger.put(l, d);
        INFO(ng);
        CHECK(figure(annual(ledger, 2016, &target), Window::year_to_date)->met ==
              std::optional{met}); // 67.5 rounds to 68
    }
}

TEST_CASE("the day a target was lost on is the first after which zeros would not help")
{
    // 200 a day: after n days the sum is 200n; lost when round(200n/366) > 67, i.e. 200n > 67.5*366 = 24705: n = 124.
    Target target{"*", 2016, std::nullopt, ug(67), std::nullopt};
    PlaceLedger ledger;
    for (LocalDay d = day(2016, 1, 1); d <= day(2016, 6, 30); d = d.plus(1)) ledger.put(d, of(200));
    CHECK(figure(annual(ledger, 2016, &target), Window::year_to_date)->lost_on == day(2016, 1, 1).plus(123));
    // A correction of an early day moves it: 200 less, one day later.
    ledger.put(day(2016, 1, 3), of(0));
    CHECK(figure(annual(ledger, 2016, &target), Window::year_to_date)->lost_on == day(2016, 1, 1).plus(124));
}

TEST_CASE("good days count days, and are lost when the remaining ones do not suffice")
{
    Target target{"*", 2016, std::nullopt, std::nullopt, 190};
    PlaceLedger ledger;
    const auto figure_now = [&] { return ledger.good_days(PlaceIndex{0}, 2016, pack("cn-2012"), &target); };
    // 366 days: 176 lost ones leave exactly 190.
    for (int n = 0; n < 176; ++n) ledger.put(day(2016, 1, 1).plus(n), of(100, DayVerdict::lost));
    CHECK(!figure_now().lost_on);
    CHECK(!figure_now().met);
    ledger.put(day(2016, 1, 1).plus(176), of(100, DayVerdict::undetermined));
    CHECK(figure_now().lost_on == day(2016, 1, 1).plus(176)); // an undetermined day is no good day
    CHECK(!figure_now().met);                                 // but nothing proves that it was a bad one
    CHECK(figure_now().undetermined == 1);
    ledger.put(day(2016, 1, 1).plus(176), of(100, DayVerdict::lost));
    CHECK(figure_now().lost_on == day(2016, 1, 1).plus(176));
    CHECK(figure_now().met == std::optional{false});
    ledger.put(day(2016, 1, 1).plus(176), of(50, DayVerdict::good)); // determined after all
    CHECK(!figure_now().lost_on);
    for (int n = 177; n < 366; ++n) ledger.put(day(2016, 1, 1).plus(n), of(50, DayVerdict::good));
    CHECK(figure_now().good == 190);
    CHECK(figure_now().met == std::optional{true});
    CHECK(figure_now().good + figure_now().lost + figure_now().undetermined == 366);
}

TEST_CASE("days in any order, twice or corrected, make the same ledger")
{
    PlaceLedger forward, backward;
    for (int n = 0; n < 500; ++n) forward.put(day(2015, 6, 1).plus(n), of(n % 97));
    for (int n = 499; n >= 0; --n) {
        backward.put(day(2015, 6, 1).plus(n), of(5));
        backward.put(day(2015, 6, 1).plus(n), of(n % 97));
        backward.put(day(2015, 6, 1).plus(n), of(n % 97));
    }
    CHECK(forward == backward);
}

TEST_CASE("an edition may ask for quarters and for nothing else, a year without a day is valid under none")
{
    const RulePack& epa = pack("us-epa-2024");
    Target target{"*", 2016, ug(100), ug(67), std::nullopt};
    // 75 % of the 91 days of the first quarter of 2016 are 68.25: 69 will do.
    for (const int first_quarter : {68, 69}) {
        PlaceLedger ledger;
        for (LocalDay d = day(2016, 1, 1); d <= day(2016, 12, 31); d = d.plus(1))
            ledger.put(d, d - day(2016, 1, 1) < first_quarter || d.month() > 3 ? of(10) : empty_day());
        std::vector<AnnualFigure> all;
        ledger.annual(PlaceIndex{0}, 2016, epa, &target, all);
        CHECK(figure(all, Window::year_to_date)->year_valid == (first_quarter == 69));
        const auto pm10 =
            std::find_if(all.begin(), all.end(), [](const auto& f) { return f.pollutant == Pollutant::pm10; });
        REQUIRE(pm10 != all.end());
        CHECK(!pm10->year_valid);
        CHECK(!pm10->met);
    }
}

TEST_CASE("days that are kept no more do not make an old year void")
{
    PlaceLedger ledger;
    for (LocalDay d = day(2015, 1, 1); d <= day(2017, 6, 1); d = d.plus(1)) ledger.put(d, of(50));
    REQUIRE(ledger.day(day(2015, 1, 1)) == nullptr);
    const auto all = annual(ledger, 2015);
    CHECK(figure(all, Window::year_to_date)->year_valid);
    CHECK(figure(all, Window::year_to_date)->may_lose >= 0);
    CHECK(figure(all, Window::year_to_date)->void_on == std::nullopt);
}

TEST_CASE("the days of a loss are the same however often anybody looked")
{
    Target target{"*", 2016, std::nullopt, ug(67), 300};
    PlaceLedger asked_daily, asked_once;
    for (LocalDay d = day(2016, 1, 1); d <= day(2016, 12, 31); d = d.plus(1)) {
        const int n = d - day(2016, 1, 1);
        const PlaceDay value =
            n % 9 == 0 ? empty_day() : of(40 + n % 80, n % 3 == 0 ? DayVerdict::lost : DayVerdict::good);
        asked_daily.put(d, value);
        asked_once.put(d, value);
        annual(asked_daily, 2016, &target);
    }
    const auto daily = annual(asked_daily, 2016, &target), once = annual(asked_once, 2016, &target);
    const auto& a = *figure(daily, Window::year_to_date);
    const auto& b = *figure(once, Window::year_to_date);
    CHECK(a.lost_on.has_value());
    CHECK(a.lost_on == b.lost_on);
    CHECK(a.void_on.has_value());
    CHECK(a.void_on == b.void_on);
    const auto good = [&](const PlaceLedger& l) { return l.good_days(PlaceIndex{0}, 2016, pack("cn-2012"), &target); };
    CHECK(good(asked_daily).lost_on.has_value());
    CHECK(good(asked_daily).lost_on == good(asked_once).lost_on);
}
