#include "libaqi/rollup.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

namespace {

DayHours filled(Pollutant p, int first, int last, std::int64_t value)
{
    DayHours hours;
    for (int h = first; h <= last; ++h) hours.set(p, h, ug(value), Flag::normal);
    return hours;
}

const Validity& rules() { return pack("cn-2012").validity; }

} // namespace

TEST_CASE("a cell tells a value from a flag from nothing")
{
    DayHours hours;
    CHECK(!hours.received(Pollutant::pm10, 1));
    hours.set(Pollutant::pm10, 1, ug(0), Flag::normal);
    CHECK(hours.value(Pollutant::pm10, 1) == ug(0));
    hours.set(Pollutant::pm10, 2, ug(50), Flag::calibration);
    CHECK(hours.received(Pollutant::pm10, 2));
    CHECK(!hours.value(Pollutant::pm10, 2));
    CHECK(hours.flag(Pollutant::pm10, 2) == Flag::calibration);
    hours.set(Pollutant::pm10, 3, std::nullopt, Flag::normal);
    CHECK(hours.received(Pollutant::pm10, 3));
    CHECK(!hours.value(Pollutant::pm10, 3));
    CHECK(!hours.value(Pollutant::pm2_5, 1));
}

TEST_CASE("twenty hours make a day, nineteen do not")
{
    CHECK(station_day(filled(Pollutant::pm2_5, 1, 20, 70), rules()).mean[Pollutant::pm2_5]);
    const auto day = station_day(filled(Pollutant::pm2_5, 1, 19, 70), rules());
    CHECK(!day.mean[Pollutant::pm2_5]);
    CHECK(day.valid[Pollutant::pm2_5] == 19);
}

TEST_CASE("hour 24 counts in the day it ends")
{
    DayHours hours = filled(Pollutant::pm2_5, 1, 23, 10);
    hours.set(Pollutant::pm2_5, 24, ug(250), Flag::normal);
    CHECK(station_day(hours, rules()).mean[Pollutant::pm2_5]->rounded(1'000) == ug(20)); // (230+250)/24
}

TEST_CASE("flagged hours take no part in the mean")
{
    DayHours hours = filled(Pollutant::pm2_5, 1, 24, 100);
    for (int h = 1; h <= 4; ++h) hours.set(Pollutant::pm2_5, h, ug(900), Flag::calibration);
    const auto day = station_day(hours, rules());
    CHECK(day.valid[Pollutant::pm2_5] == 20);
    CHECK(day.mean[Pollutant::pm2_5]->rounded(1'000) == ug(100));
}

TEST_CASE("ozone's day is the highest of its sliding 8-hour means inside the natural day")
{
    // 8 hours of 200 ending at 18:00, 40 elsewhere.
    DayHours hours = filled(Pollutant::o3, 1, 24, 40);
    for (int h = 11; h <= 18; ++h) hours.set(Pollutant::o3, h, ug(200), Flag::normal);
    const auto day = station_day(hours, rules());
    CHECK(day.windows == 17);
    CHECK(day.mean[Pollutant::o3]->rounded(1'000) == ug(200));
    CHECK(day.ozone_1h->rounded(1'000) == ug(200));
    // The first window ends at 08:00: hours 1 to 7 alone make none.
    CHECK(station_day(filled(Pollutant::o3, 1, 7, 100), rules()).windows ==
          2); // ending 08:00 with 7 hours and 09:00 with 6
    CHECK(station_day(filled(Pollutant::o3, 1, 5, 100), rules()).windows == 0);
}

TEST_CASE("ozone needs fourteen windows, or fewer when the maximum already exceeds the limit")
{
    // Hours 1..19 give windows ending 08..21 with at least 6 hours: 14 of them.
    const auto enough = station_day(filled(Pollutant::o3, 1, 19, 100), rules());
    CHECK(enough.windows == 14);
    CHECK(enough.mean[Pollutant::o3]);
    const auto too_few = station_day(filled(Pollutant::o3, 1, 18, 160), rules());
    CHECK(too_few.windows == 13);
    CHECK(!too_few.mean[Pollutant::o3]); // exactly at the limit does not exceed it
    CHECK(station_day(filled(Pollutant::o3, 1, 18, 161), rules()).mean[Pollutant::o3]);
}

TEST_CASE("an area needs three quarters of its sites, half where it has fewer than four")
{
    CHECK(enough_sites(2, 3, rules()));
    CHECK(!enough_sites(1, 3, rules()));
    CHECK(enough_sites(1, 2, rules()));
    CHECK(enough_sites(1, 1, rules()));
    CHECK(!enough_sites(0, 1, rules()));
    CHECK(enough_sites(3, 4, rules()));
    CHECK(!enough_sites(2, 4, rules()));
    CHECK(enough_sites(6, 8, rules()));
    CHECK(!enough_sites(5, 8, rules()));
}

TEST_CASE("an area's value is the mean of its sites' concentrations, pollutant by pollutant")
{
    DayHours a = filled(Pollutant::pm2_5, 1, 24, 100);
    DayHours b = filled(Pollutant::pm2_5, 1, 24, 40);
    for (int h = 1; h <= 24; ++h) b.set(Pollutant::pm10, h, ug(80), Flag::normal);
    const auto first = station_day(a, rules()), second = station_day(b, rules());
    const DayMeans* sites[] = {&first, &second};
    const auto area = area_day(sites, rules());
    CHECK(area.mean[Pollutant::pm2_5]->rounded(1'000) == ug(70));
    CHECK(area.valid[Pollutant::pm2_5] == 2);
    CHECK(area.mean[Pollutant::pm10]->rounded(1'000) == ug(80)); // one of two sites is half
    CHECK(!area.mean[Pollutant::so2]);
}

TEST_CASE("what an archive states fills what hours could not prove, but nothing that was held back")
{
    DayHours hours = filled(Pollutant::pm2_5, 1, 24, 100);
    for (int h = 1; h <= 19; ++h) {
        hours.set(Pollutant::no2, h, ug(80), Flag::normal); // one too few for a mean, and the others never came
        hours.set(Pollutant::co, h, ug(800), Flag::normal);
    }
    hours.set(Pollutant::co, 20, std::nullopt, Flag::calibration);
    hours.set(Pollutant::so2, 12, std::nullopt, Flag::rejected); // taken out by a person
    auto day = station_day(hours, rules());
    PerPollutant<std::optional<Concentration>> stated;
    for (const auto p : {Pollutant::pm2_5, Pollutant::no2, Pollutant::so2, Pollutant::co}) stated[p] = ug(7);
    stated[Pollutant::pm10] = ug(90);
    fill_from_archive(day, stated, hours);
    CHECK(day.mean[Pollutant::no2]->rounded(1'000) == ug(7));
    CHECK(!day.mean[Pollutant::so2]);
    CHECK(!day.mean[Pollutant::co]);
    CHECK(day.mean[Pollutant::pm2_5]->rounded(1'000) == ug(100));
    CHECK(day.mean[Pollutant::pm10]->rounded(1'000) == ug(90));
}
