#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

TEST_CASE("decimal text becomes whole nanograms without a double")
{
    CHECK(conc("35.2").ng_per_m3() == 35'200);
    CHECK(conc("0").ng_per_m3() == 0);
    CHECK(conc("0.001").ng_per_m3() == 1);
    CHECK(conc("1.571", Pollutant::co).ng_per_m3() == 1'571'000);
    CHECK(conc("1e2").ng_per_m3() == 100'000);
    CHECK(conc("1.5E-1").ng_per_m3() == 150);
    CHECK(conc("-3").ng_per_m3() == -3'000);
    CHECK(conc("000182.0").ng_per_m3() == 182'000);
}

TEST_CASE("digits finer than a nanogram never make a tie that was not there")
{
    // 60.5 is a tie; 60.5000001 is above it and must round up wherever it is rounded.
    CHECK(conc("60.5").ng_per_m3() == 60'500);
    CHECK(conc("60.5000001").ng_per_m3() == 60'501);
    CHECK(conc("60.4999999").ng_per_m3() == 60'499);
    CHECK(conc("35.29999923706055").ng_per_m3() == 35'299);
    CHECK(conc("35.20000076293945").ng_per_m3() == 35'201);
    CHECK(conc("72.919945355191256830601092896").ng_per_m3() == 72'919);
}

TEST_CASE("text that is no number is refused with the text in the words")
{
    for (const auto* text : {"", " ", "-", "abc", "1.2.3", "1,5", "0x10", "1e", "1e9999", "--1", "NaN", "inf", "1 "}) {
        INFO("'" << text << "'");
        const auto value = parse_concentration(text, 1'000);
        REQUIRE(value.has_error());
        CHECK(value.error().reason == Reason::malformed);
    }
    CHECK(parse_concentration("99999999999", 1'000).error().reason == Reason::impossible_value);
    CHECK(parse_concentration("1e300", 1'000).error().reason == Reason::impossible_value);
    CHECK(parse_concentration("1234567890123456789012", 1'000).error().reason == Reason::impossible_value);
}

TEST_CASE("a concentration is written as short as it can be")
{
    CHECK(format_concentration(conc("35.2"), 1'000) == "35.2");
    CHECK(format_concentration(conc("35"), 1'000) == "35");
    CHECK(format_concentration(conc("0.001"), 1'000) == "0.001");
    CHECK(format_concentration(conc("-0.5"), 1'000) == "-0.5");
    CHECK(format_concentration(conc("1.571", Pollutant::co), 1'000'000) == "1.571");
}
