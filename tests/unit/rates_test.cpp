#include "daemon/web/rates.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::daemon::web;
using std::chrono::milliseconds;

TEST_CASE("a bucket holds its burst, fills at its pace, and each key has its own")
{
    Rates rates{2, 3};
    const Instant now{1'000'000};
    for (int i = 0; i < 3; ++i) CHECK(rates.allow("a", now));
    CHECK_FALSE(rates.allow("a", now));
    CHECK(rates.allow("b", now));
    CHECK_FALSE(rates.allow("a", Instant{now.ms + 499}));
    CHECK(rates.allow("a", Instant{now.ms + 500}));
    CHECK_FALSE(rates.allow("a", Instant{now.ms - 3'600'000})); // a clock that goes back fills nothing
    for (int i = 0; i < 3; ++i) CHECK(rates.allow("a", Instant{now.ms + 60'000}));
    CHECK_FALSE(rates.allow("a", Instant{now.ms + 60'000}));
}

TEST_CASE("a flood of keys takes no memory without end, and full buckets are the ones forgotten")
{
    Rates rates{1, 1};
    for (std::size_t i = 0; i < Rates::keys_most; ++i) REQUIRE(rates.allow(std::to_string(i), Instant{0}));
    CHECK_FALSE(rates.allow("one more", Instant{0}));
    CHECK(rates.allow("one more", Instant{1'000}));
}

TEST_CASE("five tries are free, and each further failure doubles the wait up to a quarter of an hour")
{
    Backoff backoff;
    Instant now{1'000'000'000};
    for (int i = 0; i < 4; ++i) {
        backoff.begin("zhang", now);
        CHECK(backoff.wait("zhang", now) == milliseconds{0});
    }
    for (const int seconds : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900}) {
        backoff.begin("zhang", now);
        CHECK(backoff.wait("zhang", now) == milliseconds{seconds * 1'000});
        CHECK(backoff.wait("li", now) == milliseconds{0});
        CHECK(backoff.wait("zhang", Instant{now.ms - 5'000}) == milliseconds{seconds * 1'000});
        now = Instant{now.ms + seconds * 1'000};
        CHECK(backoff.wait("zhang", now) == milliseconds{0});
    }
    backoff.succeeded("zhang");
    backoff.begin("zhang", now);
    CHECK(backoff.wait("zhang", now) == milliseconds{0});
}

TEST_CASE("an hour of quiet forgets failures, and a try that was none is taken back alone")
{
    Backoff backoff;
    const Instant now{1'000'000'000};
    for (int i = 0; i < 5; ++i) backoff.begin("10.0.0.7", now);
    backoff.forgive("10.0.0.7");
    CHECK(backoff.wait("10.0.0.7", now) == milliseconds{0});
    backoff.begin("10.0.0.7", now);
    CHECK(backoff.wait("10.0.0.7", now) == milliseconds{1'000});
    const Instant later{now.ms + Backoff::forgotten_after.count()};
    backoff.begin("10.0.0.7", later);
    CHECK(backoff.wait("10.0.0.7", later) == milliseconds{0});
}
