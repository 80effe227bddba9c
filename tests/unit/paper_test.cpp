// One small paper, written down by hand in each of its four forms.
#include "libaqi/paper.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <limits>

using namespace aqi;
namespace json = boost::json;

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

/// January to May: a value, nothing measured, nothing in the air, below zero, at the limit.
Series five_months()
{
    Series out;
    out.title = {"月均值", "Monthly means"};
    out.unit = "µg/m³";
    out.decimals = 1;
    out.bars = {{"1", 730}, {"2", {}}, {"3", 0}, {"4", -55}, {"5", 350}};
    out.limit = 350;
    out.limit_title = {"限值", "Limit"};
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

/// Every tag closed in its order, no "<" or "&" that is not markup: what an XML parser would hold it to.
bool well_formed(std::string_view html)
{
    std::vector<std::string_view> open;
    for (std::size_t i = 0; i < html.size(); ++i) {
        if (html[i] == '&') {
            const auto name = html.substr(i + 1, html.find(';', i) - i - 1);
            if (name != "amp" && name != "lt" && name != "gt" && name != "quot" && name != "#39") return false;
        }
        if (html[i] != '<') continue;
        const auto end = html.find('>', i);
        if (end == html.npos) return false;
        const auto tag = html.substr(i + 1, end - i - 1);
        if (tag.find('<') != tag.npos) return false;
        i = end;
        if (tag.starts_with('!') || tag.ends_with('/')) continue;
        if (!tag.starts_with('/')) {
            open.push_back(tag.substr(0, tag.find(' ')));
            continue;
        }
        if (open.empty() || open.back() != tag.substr(1)) return false;
        open.pop_back();
    }
    return open.empty();
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

TEST_CASE("a script gets stable keys and exact numbers")
{
    Paper paper = small_paper();
    paper.tables[0].chart = five_months();
    const std::string text = paper_json(paper);
    const std::string_view rows = R"json(
        {"place": "Town", "pm2_5": 73.0, "pm2_5_mark": "upper bound", "days": 201, "verdict": "not proven"},
        {"place": "A-1", "pm2_5": 128.5, "days": 366, "verdict": "met"},
        {"place": "=sum(A1)", "pm2_5": null, "days": 0, "verdict": null}
      ],)json";
    CHECK(count(text, rows) == 1);
    const json::value read = json::parse(text);
    CHECK(read.at("schema") == "aqid/paper/1");
    CHECK(read.at("kind") == "annual");
    CHECK(read.at("title").at("zh") == "城关县2016年");
    CHECK(read.at("subtitle").is_null());
    CHECK(read.at("facts") == json::value{{"data_through", "2016-09-30"}, {"standard", "cn-2012"}});
    const auto& means = read.at("tables").at("means");
    CHECK(means.at("columns").as_array().size() == 4);
    CHECK(means.at("columns").at(2).at("unit").at("en") == "d");
    CHECK(means.at("columns").at(3).at("unit").is_null());
    CHECK(means.at("rows").as_array().size() == 3);
    CHECK(means.at("rows").at(1).as_object().if_contains("pm2_5_mark") == nullptr);
    CHECK(means.at("notes").at(0).at("zh") == "上限：缺测按最不利计。");
    CHECK(means.at("chart").at("bars").as_array().size() == 5);
    CHECK(means.at("chart").at("bars").at(1).at("value").is_null());
    CHECK(count(text, R"({"label": {"zh": "4", "en": "4"}, "value": -5.5})") == 1);
    CHECK(read.at("notes").at(0).at("en") == "Not reviewed.");
    CHECK(count(text, "\n}\n") == 1);

    const auto nasty = paper_of("\"\\\n<\x01>");
    CHECK(json::parse(paper_json(nasty)).at("tables").at("t").at("rows").at(0).at("x") == "\"\\\n<\x01>");
    CHECK(json::parse(paper_json(Paper{})).at("tables").as_object().empty());
}

TEST_CASE("a page stands by itself, is well-formed and says its language")
{
    Paper paper = small_paper();
    paper.tables[0].chart = five_months();
    const auto zh = paper_html(paper, Language::zh);
    CHECK(zh.starts_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">"));
    CHECK(paper_html(paper, Language::en).find("<html lang=\"en\">") != zh.npos);
    CHECK(well_formed(zh));
    for (const auto* foreign : {"http", "<script", "<link", "<img", "url(", "@import", " on"}) {
        INFO(foreign);
        CHECK(count(zh, foreign) == 0);
    }
    CHECK(count(zh, "<caption>年均值</caption>") == 1);
    CHECK(count(zh, "<div><dt>标准</dt><dd>cn-2012</dd></div>") == 1);
    CHECK(count(zh, "<th scope=\"col\" class=\"n\">有效天数<small>天</small></th>") == 1);
    CHECK(count(zh,
                "<tr><th scope=\"row\">城关</th><td class=\"n marked\">73.0</td><td class=\"mark\"><small>上限</small>"
                "</td><td class=\"n\">201</td><td>未证实</td></tr>") == 1);
    CHECK(count(zh, "<tr><th scope=\"row\">=sum(A1)</th><td class=\"n marked\">–</td><td class=\"mark\"></td>") == 1);
    CHECK(count(zh, "<li>注：未审核。</li>") == 1);
    CHECK(count(zh, "@page") == 2);
    CHECK(count(zh, "table-header-group") == 1);
}

TEST_CASE("foreign text is no markup, wherever it stands")
{
    const Words evil = "</td><script>alert('&')</script>\"\x01";
    Series chart = five_months();
    chart.title = chart.unit = chart.limit_title = chart.bars[0].label = evil;
    Paper paper = paper_of(Cell{evil}.marked(evil));
    paper.title = paper.subtitle = evil;
    paper.facts = {{"f", evil, evil}};
    paper.notes = {evil};
    paper.tables[0].title = paper.tables[0].columns[0].title = paper.tables[0].columns[0].unit = evil;
    paper.tables[0].notes = {evil};
    paper.tables[0].chart = chart;
    const auto html = paper_html(paper, Language::zh);
    CHECK(well_formed(html));
    CHECK(count(html, "<script") == 0);
    CHECK(count(html, "\x01") == 0);
    CHECK(count(html, "&lt;/td&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;&quot; ") >= 14);
}

TEST_CASE("a gap is a gap, nothing is a line, and the limit stands beside its line")
{
    Paper paper = small_paper();
    paper.tables[0].chart = five_months();
    const auto html = paper_html(paper, Language::zh);
    // The axis goes from -20 to 80 in steps of 20: 1.46 pixels a unit, zero at 132.8.
    CHECK(count(html, "<rect class=\"bar\"") == 4);
    CHECK(count(html, "<rect class=\"gap\"") == 1);
    CHECK(count(html, "<title>2: –</title>") == 1);
    CHECK(count(html, "<text class=\"tick\"") == 6);
    CHECK(count(html, ">80</text>") == 1);
    CHECK(count(html, "y1=\"132.8\" y2=\"132.8\"") == 1);
    CHECK(count(html, "y=\"26.2\" width=\"68.7\" height=\"106.6\"><title>1: 73.0</title>") == 1);
    CHECK(count(html, "y=\"131.8\" width=\"68.7\" height=\"1.0\"><title>3: 0.0</title>") == 1);
    CHECK(count(html, "y=\"132.8\" width=\"68.8\" height=\"8.0\"><title>4: -5.5</title>") == 1);
    CHECK(count(html, "y1=\"81.7\" y2=\"81.7\"") == 1);
    CHECK(count(html, ">限值</text>") == 1);
    CHECK(count(html, ">35.0</text>") == 2); // May and the limit
    CHECK(count(html, "无有效值") == 1);

    paper.tables[0].chart->bars = {};
    CHECK(count(paper_html(paper, Language::zh), "<svg") == 0);
    paper.tables[0].chart->bars = {{"1", {}}};
    paper.tables[0].chart->limit = {};
    CHECK(well_formed(paper_html(paper, Language::zh)));
}

TEST_CASE("a year of days has no figures at its bars and labels only where they have room")
{
    Paper paper = small_paper();
    Series days = five_months();
    days.bars.clear();
    for (int i = 0; i < 366; ++i) days.bars.push_back({"2016-01-01", i});
    paper.tables[0].chart = days;
    const auto html = paper_html(paper, Language::zh);
    CHECK(count(html, "<rect class=\"bar\"") == 366);
    CHECK(count(html, "<text class=\"value\"") == 0);
    const auto labels = count(html, "<text class=\"label\"");
    CHECK(labels >= 6);
    CHECK(labels <= 9); // 66 pixels each, on a little more than 500
}

TEST_CASE("a table too wide for an upright page lies across")
{
    Paper paper = small_paper();
    CHECK(count(paper_html(paper, Language::zh), "<section class=\"wide\">") == 0);
    Table& table = paper.tables[0];
    for (int i = 0; i < 12; ++i) {
        table.columns.push_back({"m" + std::to_string(i), "月", "µg/m³", true});
        for (auto& row : table.rows) row.push_back(Cell::decimal(1'234, 1));
    }
    const auto html = paper_html(paper, Language::zh);
    CHECK(count(html, "<section class=\"wide\">") == 1);
    CHECK(count(html, "<ul class=\"notes wide\">") == 1);
}

TEST_CASE("a table without rows says so")
{
    Paper paper = small_paper();
    paper.tables[0].rows.clear();
    CHECK(count(paper_text(paper, Language::zh), "（无）\n") == 1);
    CHECK(count(paper_html(paper, Language::en), "<td colspan=\"4\">none</td>") == 1);
    CHECK(count(paper_json(paper), "\"rows\": [],") == 1);
}
