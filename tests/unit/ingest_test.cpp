// Hop 3: what becomes of a value that is odd, and of one under a flag.
#include "daemon/ingest.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::daemon;
using namespace aqi::tests;

namespace {

Concentration ng(std::int64_t value) { return Concentration::from_ng_per_m3(value); }

const HourEnding the_hour = hour(day(2016, 12, 5), 10);

Judged judge(std::optional<Concentration> value, Flag flag, std::optional<int> minutes = {})
{
    const Rules rules = small_town(1);
    const State state{rules.network};
    Reading reading;
    reading.station = "A";
    reading.hour = the_hour;
    reading.values[Pollutant::pm2_5] = {true, value, flag, minutes};
    return judge_reading(reading, false, state, rules, closing(the_hour), std::chrono::minutes{10});
}

Observed accepted(const Judged& judged)
{
    REQUIRE(judged.faults.empty());
    REQUIRE(judged.events.size() == 1);
    return std::get<Observed>(judged.events.front());
}

} // namespace

TEST_CASE("a value is taken, marked by a flag of ours, or put aside with its reason")
{
    CHECK(accepted(judge(ug(35), Flag::normal)).flag == Flag::normal);
    // A little below zero: kept as received, and it does not count. Far below: no instrument means that.
    const Observed negative = accepted(judge(ng(-3'000), Flag::normal));
    CHECK(negative.flag == Flag::negative);
    CHECK(negative.value == ng(-3'000));
    const Judged impossible = judge(ng(-999'000), Flag::normal);
    CHECK(impossible.events.empty());
    REQUIRE(impossible.faults.size() == 1);
    CHECK(impossible.faults.front().reason == Reason::impossible_value);
    // GB 3095 table 4: 45 minutes make an hour.
    CHECK(accepted(judge(ug(35), Flag::normal, 45)).flag == Flag::normal);
    const Observed short_hour = accepted(judge(ug(35), Flag::normal, 44));
    CHECK(short_hour.flag == Flag::too_few_minutes);
    CHECK(short_hour.value == ug(35));
}

TEST_CASE("a station's own flag is believed, with a value that may be reviewed or without one")
{
    const Observed calibration = accepted(judge(ug(500), Flag::calibration));
    CHECK(calibration.flag == Flag::calibration);
    CHECK(calibration.value == ug(500));
    // The sentinel of a broken instrument is no value; that it is broken is what we want to know.
    const Observed fault = accepted(judge(ng(-999'000), Flag::fault));
    CHECK(fault.flag == Flag::fault);
    CHECK(!fault.value);
}
