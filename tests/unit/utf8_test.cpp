// Text from outside: what is UTF-8, what is made of what is not, and what short messages count.
#include "libaqi/utf8.hpp"

#include <catch2/catch.hpp>

namespace aqi {

TEST_CASE("well-formed UTF-8 is that of RFC 3629")
{
    for (const auto* good : {"", "a", "污染", "𠮷", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\xEE\x80\x80"})
        CHECK(is_utf8(good));
    for (const auto* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE6\xB1", "\xFF", "a\xB1"})
        CHECK_FALSE(is_utf8(bad));
}

TEST_CASE("bytes that belong to no character become U+FFFD, one each, and the rest stays")
{
    CHECK(as_utf8("污\xFF染") == "污\xEF\xBF\xBD染");
    CHECK(as_utf8("\xE6\xB1") == "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(as_utf8("plain") == "plain");
}

TEST_CASE("a text is cut between characters")
{
    CHECK(cut_utf8("污染", 6) == "污染");
    CHECK(cut_utf8("重污染", 8) == "重…");
    CHECK(cut_utf8("abcdef", 5) == "ab…");
    CHECK(cut_utf8("重污染", 2) == "…");
}

TEST_CASE("UTF-16 has two units for what lies beyond the BMP")
{
    CHECK(utf16_of("a污") == u"a污");
    CHECK(utf16_of("𠮷") == u"\xD842\xDFB7"); // U+20BB7
    CHECK(utf16_of("\xFFx") == u"\xFFFDx");
}

} // namespace aqi
