// Lists of people: what is read, and what is wrong with a line in the operator's words.
#include "daemon/audience.hpp"

#include <catch2/catch.hpp>

namespace aqi::daemon {
namespace {

std::string wrong_with(std::string_view csv)
{
    const auto read = parse_audience(csv, "officials", "officials.csv");
    return read ? "good" : read.error().detail;
}

} // namespace

TEST_CASE("an audience is read with its lines as numbers, and its version is that of its content")
{
    const auto read =
        parse_audience("\xEF\xBB\xBFsms,name,language,email\n13900000001, 张三 ,,\n\n,Li Si,en,li@example.invalid\n",
                       "officials", "x");
    REQUIRE(read.has_value());
    REQUIRE(read->members.size() == 2);
    CHECK(read->id == "officials");
    CHECK(read->members[0] == Audience::Member{2, "张三", "zh-CN", "13900000001", "", {}});
    CHECK(read->members[1] == Audience::Member{4, "Li Si", "en", "", "li@example.invalid", {}});
    const auto same = parse_audience("name,sms,email,language\n张三,13900000001,,\n\nLi Si,,li@example.invalid,en-GB\n",
                                     "officials", "x");
    CHECK(same->version == read->version);
    const auto other = parse_audience("name,sms\n张三,13900000002\n", "officials", "x");
    CHECK(other->version != read->version);
    CHECK(read->version.size() == 16);
}

TEST_CASE("what is wrong with a list names the file, the line and the person")
{
    CHECK(wrong_with("name,sms\n张三,13900000001\n") == "good");
    CHECK(wrong_with("") == "officials.csv: line 1: there is no header");
    CHECK(wrong_with("sms\n13900000001\n") == "officials.csv:1: there is no column \"name\"");
    CHECK(wrong_with("name,phone\n张三,1\n")
              .find("officials.csv:1: column \"phone\" is not known; known: name, language, sms, email, hours") == 0);
    CHECK(wrong_with("name,sms,sms\n").find("column \"sms\" is there twice") != std::string::npos);
    CHECK(wrong_with("name,sms\n") == "officials.csv:1: nobody is in it");
    CHECK(wrong_with("name,sms\n张三\n") == "officials.csv:2: 1 cells; the header has 2");
    CHECK(wrong_with("name,sms\n,13900000001\n") == "officials.csv:2: the name is empty");
    CHECK(wrong_with("name,sms\n张三,\n") == "officials.csv:2: 张三 has no address");
    CHECK(wrong_with("name,sms,language\n张三,13900000001,fr\n").find("officials.csv:2: language \"fr\"") == 0);
    CHECK(wrong_with("name,sms\n张三,13900000001\n李四,13900000001\n") ==
          "officials.csv:3: 李四: \"13900000001\" stands in line 2 already");
    CHECK(wrong_with("name,sms\n\xD5\xC5,13900000001\n").find("not UTF-8") != std::string::npos);
    CHECK(wrong_with("name,sms\n\"张三,13900000001\n").find("officials.csv") == 0);
}

TEST_CASE("hours of duty may run over midnight, and the end is not one of them")
{
    const auto read = parse_audience(
        "name,sms,hours\nday,13900000001,08:00-18:00\nnight,13900000002,20:00-08:00\nalways,13900000003,\n", "duty",
        "x");
    REQUIRE(read.has_value());
    const auto on = [&](std::size_t who, const char* at) {
        return is_on_duty(read->members[who], *parse_instant(at), UtcOffset{});
    };
    CHECK(on(0, "2016-12-05T08:00:00+08:00"));
    CHECK_FALSE(on(0, "2016-12-05T18:00:00+08:00"));
    CHECK(on(1, "2016-12-05T23:59:00+08:00"));
    CHECK(on(1, "2016-12-05T07:59:00+08:00"));
    CHECK_FALSE(on(1, "2016-12-05T08:00:00+08:00"));
    CHECK(on(2, "2016-12-05T03:00:00+08:00"));
    for (const auto* wrong : {"8:00-18:00", "08:00", "08:00-25:00", "08:00-08:00", "aa:bb-cc:dd"})
        CHECK(
            wrong_with(std::string{"name,sms,hours\n张三,13900000001,"} + wrong + "\n").find("must read 08:00-18:00") !=
            std::string::npos);
}

} // namespace aqi::daemon
