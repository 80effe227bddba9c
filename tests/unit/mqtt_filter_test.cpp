// Which topics a link's filters hold, and which payloads the broker may keep while we are away.
#include "drivers/mqtt_link.hpp"

#include <catch2/catch.hpp>

using namespace aqi::drivers;

TEST_CASE("a filter holds what the standard says it holds")
{
    CHECK(filter_holds("a/b", "a/b"));
    CHECK(!filter_holds("a/b", "a/bc"));
    CHECK(!filter_holds("a/b", "a"));
    CHECK(!filter_holds("a", "a/b"));
    CHECK(filter_holds("aqid/v1/+/hourly", "aqid/v1/S01/hourly"));
    CHECK(!filter_holds("aqid/v1/+/hourly", "aqid/v1/S01/x/hourly"));
    CHECK(!filter_holds("aqid/v1/+/hourly", "aqid/v1/S01"));
    CHECK(filter_holds("+/+", "/x")); // an empty level is a level
    CHECK(filter_holds("sport/tennis/#", "sport/tennis"));
    CHECK(filter_holds("sport/tennis/#", "sport/tennis/player1/ranking"));
    CHECK(!filter_holds("sport/tennis/#", "sport/tennis2"));
    CHECK(filter_holds("#", "a/b/c"));
    CHECK(!filter_holds("#", "$SYS/uptime"));
    CHECK(!filter_holds("+/uptime", "$SYS/uptime"));
    CHECK(filter_holds("$SYS/#", "$SYS/uptime"));
    CHECK(filter_holds("$share/bureau/a/+", "a/b"));
    CHECK(!filter_holds("$share/bureau", "a"));
    CHECK(filter_holds("$queue/a/+", "a/b"));
}
