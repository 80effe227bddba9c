// One small paper, written down by hand in each of its four forms.
#include "libaqi/paper.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace aqi;

namespace {

Paper small_paper()
{
    Paper out;
    out.kind = "annual";
    out.title = {"城关县2016年", "Chengguan 2016"};
    out.facts = {{"data_through", {"数据截至", "Data through"}, "2016-09-30"},
                 {"standard", {"标准", "Standard"}, "cn-2012"}};
    Table means;
    means.key = "means";
    means.title = {"年均值", "Annual means"};
    means.columns = {{"place", {"点位", "Site"}},
                     {"pm2_5", "PM2.5", "µg/m³", true},
                     {"days", {"有效天数", "Valid days"}, {"天", "d"}, true},
                     {"verdict", {"结论", "Verdict"}}};
    means.rows = {
        {Words{"城关", "Town"}, Cell::decimal(730, 1).marked({"上限", "upper bound"}), Cell::whole(201),
         Words{"未证实", "not proven"}},
        {"A-1", Cell::decimal(1'285, 1), Cell::whole(366), Words{"达标", "met"}},
        {"=sum(A1)", {}, Cell::whole(0), {}},
    };
    means.notes = {{"上限：缺测按最不利计。", "Upper bound: what is missing counts at its worst."}};
    out.tables = {means};
    out.notes = {{"未审核。", "Not reviewed."}};
    return out;
}

Paper paper_of(Cell cell)
{
    Paper out;
    out.tables.push_back({"t", "t", {{"x", "x"}}, {{std::move(cell)}}, {}, {}});
    return out;
}

std::size_t count(std::string_view text, std::string_view word)
{
    std::size_t out = 0;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + word.size())) ++out;
    return out;
}

} // namespace

TEST_CASE("a number is printed exactly, with the zeros it came with")
{
    CHECK(number_text({730, 1}) == "73.0");
    CHECK(number_text({7, 3}) == "0.007");
    CHECK(number_text({-5, 1}) == "-0.5");
    CHECK(number_text({0, 2}) == "0.00");
    CHECK(number_text({-12, 0}) == "-12");
    CHECK(number_text({std::numeric_limits<std::int64_t>::min(), 18}) == "-9.223372036854775808");
    CHECK(Cell::decimal(std::nullopt, 1) == Cell{});
}

TEST_CASE("a terminal gets aligned columns, marks beside their numbers")
{
    CHECK(paper_text(small_paper(), Language::zh) == R"(城关县2016年

数据截至  2016-09-30
标准      cn-2012

年均值
点位      PM2.5       有效天数  结论
          µg/m³             天
--------  ----------  --------  ------
城关       73.0 上限       201  未证实
A-1       128.5            366  达标
=sum(A1)      –              0  –
注：上限：缺测按最不利计。

注：未审核。
)");
    CHECK(paper_text(small_paper(), Language::en) == R"(Chengguan 2016

Data through  2016-09-30
Standard      cn-2012

Annual means
Site      PM2.5              Valid days  Verdict
          µg/m³                       d
--------  -----------------  ----------  ----------
Town       73.0 upper bound         201  not proven
A-1       128.5                     366  met
=sum(A1)      –                       0  –
Note: Upper bound: what is missing counts at its worst.

Note: Not reviewed.
)");
}

TEST_CASE("nothing in a text moves the cursor of a terminal")
{
    const auto text = paper_text(paper_of("a\x1b[2J\r\n\x7f\u009bb"), Language::en);
    CHECK(text.find("a [2J    b\n") != text.npos);
}

TEST_CASE("Excel gets a BOM, CRLF, quotes, numbers as numbers, marks beside them and no formula")
{
    Paper paper = small_paper();
    paper.subtitle = {"“一”,二", "one, \"two\""};
    CHECK(paper_csv(paper, Language::zh) == "\xef\xbb\xbf"
                                            "城关县2016年\r\n"
                                            "\"“一”,二\"\r\n"
                                            "数据截至,2016-09-30\r\n"
                                            "标准,cn-2012\r\n"
                                            "\r\n"
                                            "年均值\r\n"
                                            "点位,PM2.5 (µg/m³),PM2.5 标注,有效天数 (天),结论\r\n"
                                            "城关,73.0,上限,201,未证实\r\n"
                                            "A-1,128.5,,366,达标\r\n"
                                            "'=sum(A1),,,0,\r\n"
                                            "\r\n"
                                            "注：上限：缺测按最不利计。\r\n"
                                            "\r\n"
                                            "注：未审核。\r\n");
    CHECK(count(paper_csv(paper, Language::en), "\r\n\"one, \"\"two\"\"\"\r\n") == 1);
}

TEST_CASE("only a text is kept from being a formula")
{
    const auto field = [](Cell cell) {
        const auto csv = paper_csv(paper_of(std::move(cell)), Language::zh);
        const auto from = csv.find("x\r\n") + 3;
        return csv.substr(from, csv.size() - from - 2);
    };
    for (const std::string text : {"=1+1", "+1", "-1", "@A1", "＝1", "\t=1"}) CHECK(field(text) == "'" + text);
    CHECK(field("\n=1,2") == "\"'\n=1,2\"");
    CHECK(field(Cell::decimal(-5, 1)) == "-0.5");
    CHECK(field("a=1") == "a=1");
    CHECK(field("–") == "–");
    CHECK(field("") == "");
}
