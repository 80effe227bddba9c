#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

#include <ctime>

using namespace aqi;
using namespace aqi::tests;

TEST_CASE("01:00 covers the hour that ends there, and 00:00 is hour 24 of the day before")
{
    const LocalDay d = day(2016, 1, 5);
    CHECK(hour(d, 1).hour_of_day() == 1);
    CHECK(hour(d, 1).day() == d);
    CHECK(hour(d, 24).hour_of_day() == 24);
    CHECK(hour(d, 24).day() == d);
    CHECK(hour(d, 24).plus(1) == hour(d.plus(1), 1));
    const auto midnight = parse_instant("2016-01-06T00:00:00+08:00");
    REQUIRE(midnight.has_value());
    CHECK(*hour_ending_at(*midnight, UtcOffset{}) == hour(d, 24));
    CHECK(day_at(*midnight, UtcOffset{}) == d);
    CHECK(format_hour(hour(d, 24)) == "2016-01-05 24:00");
}

TEST_CASE("the calendar has leap days, and years know their length")
{
    CHECK(day(2016, 3, 1) - day(2016, 2, 28) == 2);
    CHECK(day(2100, 3, 1) - day(2100, 2, 28) == 1);
    CHECK(days_in_year(2016) == 366);
    CHECK(days_in_year(2015) == 365);
    CHECK(day(2016, 12, 31) - day(2016, 1, 1) == 365);
    CHECK(day(1970, 1, 1).since_epoch == 0);
    for (LocalDay d = day(1999, 12, 25); d < day(2001, 3, 5); d = d.plus(1))
        CHECK(LocalDay::from_ymd(d.year(), d.month(), d.day_of_month()) == d);
}

TEST_CASE("times need a zone, and an hourly value ends an hour")
{
    CHECK(parse_instant("2016-01-05T13:00:00").error().reason == Reason::time_without_zone);
    CHECK(parse_instant("2016-01-05 13:00").error().reason == Reason::time_without_zone);
    for (const auto* text : {"", "13:00", "2016-13-01T00:00:00Z", "2016-02-30T00:00:00Z", "2016-01-05T25:00:00Z",
                             "2016-01-05T13:00:00+8", "2016-01-05T13:00:60Z", "2016-01-05T24:30:00Z",
                             "2016-01-05T13:00:00Zx", "2016-01-05T13:00:00.Z", "2016-1-5T13:00:00Z"}) {
        INFO(text);
        REQUIRE(parse_instant(text).has_error());
        CHECK(parse_instant(text).error().reason == Reason::malformed);
    }
    CHECK(*parse_instant("2016-01-05T13:00:00+08:00") == *parse_instant("2016-01-05T05:00:00Z"));
    CHECK(*parse_instant("2016-01-05T24:00:00+08:00") == *parse_instant("2016-01-06T00:00:00+08:00"));
    CHECK(*parse_instant("2016-01-05T05:00Z") == *parse_instant("2016-01-05T05:00:00.000Z"));
    CHECK(parse_instant("2016-01-05T05:00:00.250Z")->ms % 1000 == 250);
    CHECK(hour_ending_at(*parse_instant("2016-01-05T13:07:00+08:00"), UtcOffset{}).error().reason ==
          Reason::not_on_the_hour);
}

TEST_CASE("the time zone of the process does not matter")
{
    const auto told = [] { return format_instant(*parse_instant("2016-01-05T13:00:00+08:00"), UtcOffset{}); };
    for (const auto* zone : {"UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Europe/Berlin"}) {
        ::setenv("TZ", zone, 1);
        ::tzset();
        INFO(zone);
        CHECK(told() == "2016-01-05T13:00:00+08:00");
    }
    ::unsetenv("TZ");
    ::tzset();
}

TEST_CASE("what is written can be read again")
{
    for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{1'451'952'000'000}, std::int64_t{-86'400'000},
                                  std::int64_t{4'102'444'799'000}}) {
        const Instant instant{ms};
        CHECK(*parse_instant(format_instant(instant, UtcOffset{})) == instant);
        CHECK(*parse_instant(format_instant(instant, UtcOffset{-210})) == instant);
    }
    CHECK(parse_offset("+08:00")->minutes == 480);
    CHECK(parse_offset("-03:30")->minutes == -210);
    CHECK(parse_offset("8").has_error());
    CHECK(parse_offset("+08:60").has_error());
}
