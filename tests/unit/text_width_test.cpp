#include "libaqi/text_width.hpp"

#include <catch2/catch.hpp>

using namespace aqi;

TEST_CASE("Chinese takes two columns of a terminal, combining marks none")
{
    CHECK(text_width("") == 0);
    CHECK(text_width("PM2.5") == 5);
    CHECK(text_width("优良天") == 6);
    CHECK(text_width("（３）：") == 8);
    CHECK(text_width("㎍") == 2);
    CHECK(text_width("µg/m³") == 5);
    CHECK(text_width("–") == 1);
    CHECK(text_width("e\u0301") == 1);
    CHECK(text_width("\u200b") == 0);
    CHECK(text_width("𠮷") == 2);
    CHECK(text_width("ｱ") == 1);
    CHECK(text_width("한글") == 4);
    CHECK(text_width("\xe4\xbc") == 2); // cut off in the middle: two bytes, each alone
    CHECK(text_width("\xff-\x80") == 3);
}
