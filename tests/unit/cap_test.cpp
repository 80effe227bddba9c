// CAP 1.2: the standard's own examples read and written, every rule broken once, and what an alert of the province means here.
#include "drivers/cap.hpp"
#include "drivers/cap_order.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

namespace aqi::tests {
namespace {

constexpr const char* province = R"(<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>henan-hp-2017-019</identifier>
  <sender>hp@province.example.invalid</sender>
  <sent>2017-02-10T18:00:00+08:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <language>zh-CN</language>
    <category>Env</category>
    <event>重污染天气</event>
    <responseType>Execute</responseType>
    <urgency>Future</urgency>
    <severity>Extreme</severity>
    <certainty>Likely</certainty>
    <eventCode><valueName>OET:v1.2</valueName><value>OET-004</value></eventCode>
    <onset>2017-02-12T00:00:00+08:00</onset>
    <expires>2017-02-14T12:00:00+08:00</expires>
    <senderName>河南省环境污染防治攻坚战领导小组办公室</senderName>
    <headline>启动重污染天气红色预警</headline>
    <description>预计2月12日至14日。</description>
    <parameter><valueName>level</valueName><value>RED</value></parameter>
    <area>
      <areaDesc>鹤壁市</areaDesc>
      <polygon>35.5,114.0 35.9,114.0 35.9,114.5 35.5,114.0</polygon>
      <geocode><valueName>CPEAS Geographic Code</valueName><value>410600000000</value></geocode>
    </area>
  </info>
</alert>
)";

std::string with(std::string text, std::string_view from, std::string_view to)
{
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

Network hebi()
{
    Network out;
    out.areas.push_back({"410600", "鹤壁市", AreaKind::city, {}});
    out.areas.push_back({"xun", "浚县", AreaKind::county, {}, {}, {}, "410621"});
    out.areas.push_back({"north", "北部", AreaKind::county, {}}); // of a town, without a code
    return out;
}

/// All faults in one text, or why it cannot be read at all.
std::string wrong_with(const std::string& xml)
{
    const auto read = cap::read(xml);
    if (!read) return read.error().detail;
    std::string out;
    for (const auto& fault : read->faults) out += fault + "\n";
    return out;
}

std::string why_not(const std::string& xml, const drivers::CapWords& said = {})
{
    const auto order = drivers::order_of_cap(xml, said, hebi());
    return order ? "taken" : order.error().detail;
}

} // namespace

TEST_CASE("the four examples of the standard are read without a fault, and written as they were meant")
{
    for (const auto* name :
         {"cap/appendix-a1.xml", "cap/appendix-a2.xml", "cap/appendix-a3.xml", "cap/appendix-a4.xml"}) {
        const auto file = shared_file(name);
        if (!file) return;
        INFO(name);
        const auto read = cap::read(text_of(*file));
        REQUIRE(read.has_value());
        CHECK(read->faults.empty());
        const auto again = cap::read(cap::write(read->alert));
        REQUIRE(again.has_value());
        CHECK(again->faults.empty());
        CHECK(again->alert == read->alert);
    }
    // A look inside: A.1 by eye.
    const auto a1 = cap::read(text_of(*shared_file("cap/appendix-a1.xml")));
    CHECK(a1->alert.identifier == "43b080713727");
    CHECK(a1->alert.infos.at(0).severity == "Severe");
    CHECK(a1->alert.infos.at(0).parameters.at(0) == cap::Pair{"HSAS", "ORANGE"});
    CHECK(a1->alert.infos.at(0).areas.at(0).description == "U.S. nationwide and interests worldwide");
}

TEST_CASE("every rule of the schema and of the standard's text has its own words")
{
    CHECK(wrong_with(province).empty());
    const auto broken = [](std::string_view from, std::string_view to, std::string_view words) {
        const std::string said = wrong_with(with(province, from, to));
        INFO(from << " -> " << to << ": " << said);
        CHECK(said.find(words) != std::string::npos);
    };
    broken("2017-02-10T18:00:00+08:00", "2017-02-10T10:00:00Z", "sent: \"2017-02-10T10:00:00Z\" must read");
    broken("2017-02-10T18:00:00+08:00", "2017-02-10T18:00:00.5+08:00", "must read");
    broken("2017-02-10T18:00:00+08:00", "2017-02-30T18:00:00+08:00", "identifier, a sender and the time");
    broken("2017-02-10T18:00:00+08:00", "2017-02-10 18:00:00+08:00", "must read"); // domestic notices: read, and said
    broken("<identifier>henan-hp-2017-019", "<identifier>henan hp", "no blank");
    broken("<sender>hp@", "<sender>hp,", "no blank, comma");
    broken("<status>Actual", "<status>Real", "none of Actual, Exercise");
    broken("<scope>Public</scope>", "", "scope: is missing");
    broken("<scope>Public</scope>", "<scope>Restricted</scope>", "restriction: is missing");
    broken("<scope>Public</scope>", "<scope>Private</scope>", "addresses: is missing");
    broken("<scope>Public</scope>", "<scope>Public</scope><restriction>x</restriction>", "Restricted only");
    broken("<msgType>Alert", "<msgType>Update", "references: Update names");
    broken("<msgType>Alert</msgType>\n  <scope>Public</scope>",
           "<msgType>Update</msgType>\n  <scope>Public</scope><references>a,b</references>",
           "must read sender,identifier,sent");
    broken("<msgType>Alert</msgType>\n  <scope>Public</scope>",
           "<msgType>Update</msgType>\n  <scope>Public</scope><references>a,b,2017-02-11T00:00:00+08:00</references>",
           "b was sent later");
    broken("<msgType>Alert</msgType>\n  <scope>Public</scope>", "<scope>Public</scope>\n  <msgType>Alert</msgType>",
           "msgType: must stand before scope");
    broken("<event>重污染天气</event>", "<event>重污染天气</event><event>x</event>", "event: may stand here once");
    broken("<category>Env</category>", "", "info 1 / category: is missing");
    broken("<category>Env</category>", "<category>Air</category>", "none of Geo");
    broken("<urgency>Future", "<urgency> Future", "none of Immediate");
    broken("<language>zh-CN", "<language>zh_CN", "is no language");
    broken("<areaDesc>鹤壁市</areaDesc>", "", "area 1 / areaDesc: is missing");
    broken(" 35.5,114.0</polygon>", " 35.6,114.0</polygon>", "ends where it begins");
    broken(" 35.9,114.5", "", "at least four points");
    broken("35.9,114.5", "95.9,114.5", "is no latitude,longitude");
    broken("<value>410600000000</value>", "", "geocode 1 / value: is missing");
    broken("<expires>2017-02-14", "<expires>2017-02-11", "lies before its onset");
    broken("<headline>", "<web>a b</web><headline>", "is no address");
    broken("<headline>", "<colour>red</colour><headline>", "knows no such element");
    broken("<headline>启动", "<headline><b>x</b>启动", "an element where words belong");
    broken("cap:1.2", "cap:1.1", "only CAP 1.2 is read");
    broken("cap:1.2", "other", "stands in the namespace");
    broken("<alert ", "<alarm ", "no XML");
    // Nothing is fetched and nothing expands.
    const std::string bomb = wrong_with("<!DOCTYPE a [<!ENTITY x \"xxxxxxxx\"><!ENTITY y \"&x;&x;\">]>" +
                                        with(province, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", ""));
    CHECK(bomb.empty());
    CHECK(wrong_with(std::string(300 * 1024, ' ')).find("at most") != std::string::npos);
    CHECK(wrong_with("").find("no XML") != std::string::npos);
    CHECK(wrong_with("\xC4\xE3<alert>").find("not UTF-8") != std::string::npos); // GBK, as a file from an old desk
}

TEST_CASE("what cannot stand in XML does not leave in one")
{
    auto alert = cap::read(province)->alert;
    alert.infos[0].headline = "a\x01\x1F<b> & \"c\"";
    alert.infos[0].description = "𠮷 是生僻字"; // beyond the BMP
    const auto again = cap::read(cap::write(alert));
    REQUIRE(again.has_value());
    CHECK(again->alert.infos[0].headline == "a<b> & \"c\"");
    CHECK(again->alert.infos[0].description == alert.infos[0].description);
    // A character reference that is no character does not become half of one.
    const auto half = cap::read(with(province, "启动", "&#xD800;"));
    REQUIRE(half.has_value());
    CHECK(half->alert.infos[0].headline.find("\xED\xA0\x80") == std::string::npos);
}

TEST_CASE("an alert of the province is an order: its level, its areas by their division, its hours")
{
    const auto order = drivers::order_of_cap(province, {}, hebi());
    REQUIRE(order.has_value());
    CHECK(order->order.level == WarningLevel::red);
    CHECK(order->order.areas == std::vector<std::string>{"410600", "xun"}); // the city, and the county within it
    CHECK(order->order.authority == "河南省环境污染防治攻坚战领导小组办公室");
    CHECK(order->order.document == "henan-hp-2017-019");
    CHECK(order->order.message == "hp@province.example.invalid,henan-hp-2017-019,2017-02-10T18:00:00+08:00");
    const UtcOffset beijing;
    CHECK(format_instant(order->order.effective.instant(beijing), beijing) == "2017-02-12T00:00:00+08:00");
    CHECK(format_instant(order->order.until->instant(beijing), beijing) == "2017-02-14T12:00:00+08:00");
    CHECK(order->notes.empty());

    const auto areas = [&](std::string_view code) {
        const auto read = drivers::order_of_cap(
            with(with(province, "410600000000", code), "<areaDesc>鹤壁市", "<areaDesc>x"), {}, hebi());
        return read ? read->order.areas : std::vector<std::string>{};
    };
    CHECK(areas("410000") == std::vector<std::string>{"410600", "xun"}); // the whole province
    CHECK(areas("410621000000") == std::vector<std::string>{"xun"});
    CHECK(areas("410500").empty()); // the neighbour
    CHECK(areas("41062").empty());  // no division code
    CHECK(areas("000000").empty());
    const auto named = drivers::order_of_cap(with(province, "410600000000", "x"), {}, hebi());
    CHECK(named->order.areas == std::vector<std::string>{"410600"}); // by its name
    // A minute past the hour: from the next full hour on.
    const auto odd = drivers::order_of_cap(with(province, "2017-02-12T00:00:00", "2017-02-12T00:01:00"), {}, hebi());
    CHECK(format_instant(odd->order.effective.instant(beijing), beijing) == "2017-02-12T01:00:00+08:00");
    // No time of its own: from when it was sent.
    const auto now = drivers::order_of_cap(with(province, "<onset>2017-02-12T00:00:00+08:00</onset>", ""), {}, hebi());
    CHECK(format_instant(now->order.effective.instant(beijing), beijing) == "2017-02-10T18:00:00+08:00");
}

TEST_CASE("the level is what the alert says, and nobody guesses where it says two things")
{
    const auto level = [&](const std::string& xml) {
        const auto order = drivers::order_of_cap(xml, {}, hebi());
        return order ? std::string{warning_level_name(order->order.level)} : order.error().detail;
    };
    const std::string no_parameter =
        with(province, "<parameter><valueName>level</valueName><value>RED</value></parameter>", "");
    CHECK(level(no_parameter) == "red"); // the headline
    CHECK(level(with(no_parameter, "红色", "橙色")) == "orange");
    const std::string no_colour = with(no_parameter, "红色", "");
    CHECK(level(no_colour) == "red"); // the severity
    CHECK(level(with(no_colour, "Extreme", "Moderate")) == "yellow");
    CHECK(level(with(no_colour, "Extreme", "Unknown")).find("name the level") != std::string::npos);
    CHECK(level(with(no_colour, "Extreme", "ORANGE")) == "orange"); // as domestic notices write it; said as a fault
    CHECK(level(with(province, "<value>RED", "<value>II级/严重")).find("headline says red") != std::string::npos);
    CHECK(level(with(with(province, "<value>RED", "<value>II级/严重"), "红色", "")) == "orange");
    CHECK(level(with(with(province, "<value>RED", "<value>Ⅲ级"), "红色", "黄色")) == "yellow");
    CHECK(level(with(with(no_parameter, "红色预警", "红色预警降为橙色预警"), "Extreme", "Unknown"))
              .find("name the level") != std::string::npos);
    CHECK(level(with(with(no_parameter, "启动重污染天气红色", "黄河流域"), "Extreme", "Minor")) ==
          "blue"); // 黄河 is no colour
    CHECK(level(with(province, "Extreme", "Severe")) == "red");
    const auto noted = drivers::order_of_cap(with(province, "Extreme", "Severe"), {}, hebi());
    CHECK(noted->notes.at(0).find("severity is Severe") != std::string::npos);
    // Who has read the notice knows better.
    const auto said =
        drivers::order_of_cap(with(province, "<value>RED", "<value>II级"), {WarningLevel::red, {"north"}}, hebi());
    REQUIRE(said.has_value());
    CHECK(said->order.level == WarningLevel::red);
    CHECK(said->order.areas == std::vector<std::string>{"north"});
}

TEST_CASE("what is no order is refused with what a person can do")
{
    CHECK(why_not(province) == "taken");
    CHECK(why_not(with(province, "<status>Actual", "<status>Exercise")).find("only an Actual message") !=
          std::string::npos);
    CHECK(why_not(with(province, "<msgType>Alert", "<msgType>Ack")).find("that is no order") != std::string::npos);
    const std::string rain = with(with(province, "<event>重污染天气", "<event>暴雨"), "OET-004", "11B03");
    CHECK(why_not(rain).find("about \"暴雨\"") != std::string::npos);
    CHECK(why_not(with(rain, "11B03", "11B29")) == "taken"); // by its code
    CHECK(why_not(with(with(province, "410600000000", "120000"), "<areaDesc>鹤壁市", "<areaDesc>天津市"))
              .find("天津市 120000: none of the areas here") != std::string::npos);
    std::string two = province;
    const auto begin = two.find("<info>"), end = two.find("</info>") + 7;
    const std::string info = two.substr(begin, end - begin);
    CHECK(why_not(two.insert(end, info)) == "taken");
    CHECK(why_not(with(two, "<value>RED", "<value>BLUE")).find("headline says red") != std::string::npos);
    std::string levels = province;
    levels.insert(end, with(with(info, "RED", "BLUE"), "红色", "蓝色"));
    CHECK(why_not(levels).find("several levels") != std::string::npos);
    // Another language beside it is passed over.
    std::string english = province;
    english.insert(end, with(with(with(info, "zh-CN", "en-US"), "RED", "BLUE"), "红色", "blue"));
    CHECK(why_not(english) == "taken");
    std::string bare = province;
    bare.erase(begin, end - begin);
    CHECK(why_not(bare).find("no <info>") != std::string::npos);
}

TEST_CASE("an alert that continues or ends another takes its number, in the order they were sent")
{
    const auto read = [&](const std::string& xml) { return *drivers::order_of_cap(xml, {}, hebi()); };
    const auto words = [](const Result<void>& outcome) { return outcome ? std::string{} : outcome.error().detail; };
    auto first = read(province);
    CHECK(words(drivers::follow(first, {})).empty());
    first.order.id = "order-2017-001";
    std::vector<OrderFromAbove> standing{first.order};
    auto repeated = read(province);
    CHECK(words(drivers::follow(repeated, standing)).find("already, as order-2017-001") != std::string::npos);

    const std::string update =
        with(with(with(with(province, "<msgType>Alert", "<msgType>Update"), "2017-019", "2017-020"), "2017-02-10T18",
                  "2017-02-11T18"),
             "<scope>Public</scope>",
             "<scope>Public</"
             "scope><references>hp@province.example.invalid,henan-hp-2017-019,2017-02-10T18:00:00+08:00</references>");
    auto second = read(with(with(update, "RED", "ORANGE"), "红色", "橙色"));
    CHECK(words(drivers::follow(second, standing)).empty());
    CHECK(second.order.document == "henan-hp-2017-019");
    CHECK(second.order.level == WarningLevel::orange);
    second.order.id = "order-2017-002";
    standing = {second.order};

    // The end names the second message only; the order it ends is the first's.
    const std::string lift = with(with(with(with(update, "2017-020", "2017-021"), "2017-02-11T18", "2017-02-13T18"),
                                       "henan-hp-2017-019,2017-02-10T18", "henan-hp-2017-020,2017-02-11T18"),
                                  "启动重污染天气红色预警", "解除重污染天气预警");
    auto third = read(lift);
    CHECK(third.order.level == WarningLevel::none);
    CHECK(words(drivers::follow(third, standing)).empty());
    CHECK(third.order.document == "henan-hp-2017-019");
    CHECK(third.order.authority == second.order.authority);
    auto cancelled = read(with(with(lift, "<msgType>Update", "<msgType>Cancel"), "解除", ""));
    CHECK(cancelled.order.level == WarningLevel::none);
    CHECK(words(drivers::follow(cancelled, {})).find("not among the orders here") != std::string::npos);

    // One that was overtaken on its way.
    auto late = read(with(with(update, "2017-020", "2017-018"), "2017-02-11T18", "2017-02-11T17"));
    CHECK(words(drivers::follow(late, standing)).find("older than what stands") != std::string::npos);
    auto unknown = read(with(update, "henan-hp-2017-019,", "henan-hp-2017-007,"));
    CHECK(words(drivers::follow(unknown, {})).empty());
    CHECK(unknown.notes.at(0).find("continues a message") != std::string::npos);
}

} // namespace aqi::tests
