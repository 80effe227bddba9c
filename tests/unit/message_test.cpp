#include "libaqi/message.hpp"
#include "libaqi/spoken.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

namespace {

const LocalDay thursday = day(2016, 12, 29);

/// Red from 30 December 0:00: four days above 200, two of them above 300, signed and issued the afternoon before.
struct Issued {
    Rules rules = small_town(1);
    Warning warning{"410600-2016-003", "city", {}};

    Issued()
    {
        rules.network.areas[0].name = "鹤壁市";
        Revision& r = warning.revisions.emplace_back();
        r.number = 2;
        r.kind = RevisionKind::upgrade;
        r.level = WarningLevel::red;
        r.previous = WarningLevel::yellow;
        r.effective = hour(thursday, 24);
        r.rules = "2016-225";
        r.judgement.level = WarningLevel::red;
        r.judgement.first = thursday.plus(1);
        r.judgement.last = thursday.plus(4);
        r.judgement.heavy_days = 4;
        r.judgement.severe_days = 2;
        r.judgement.highest_aqi = 330;
        r.judgement.clause = "一条";
        const Instant at = closing(hour(thursday, 15));
        r.signatures = {{Bureau::environment, {"env", at}}, {Bureau::meteorology, {"met", at}}};
        r.issue = Act{"office", at};
        r.state = RevisionState::issued;
        ForecastDay first{thursday.plus(1), 210, 230, "PM2.5", "静稳高湿", {}, false};
        first.values[Pollutant::pm2_5] = ConcentrationRange{ug(160), ug(200)};
        ForecastDay second{thursday.plus(2), 305, 330, "PM2.5", "静稳高湿", {}, false};
        second.values[Pollutant::pm2_5] = ConcentrationRange{ug(255), ug(280)};
        r.record.views = {{"hbj", WarningLevel::red, {{first, at, at, "env"}, {second, at, at, "env"}}}};
    }
    Announcement told(Mode mode = Mode::real) const { return announce(warning, warning.revisions.back(), rules, mode); }
};

} // namespace

TEST_CASE("numbers are said as people say them")
{
    CHECK(number_zh(0) == "零");
    CHECK(number_zh(2) == "二");
    CHECK(number_zh(10) == "十");
    CHECK(number_zh(15) == "十五");
    CHECK(number_zh(20) == "二十");
    CHECK(number_zh(105) == "一百零五");
    CHECK(number_zh(110) == "一百一十");
    CHECK(number_zh(201) == "二百零一");
    CHECK(number_zh(1005) == "一千零五");
    CHECK(number_zh(1050) == "一千零五十");
    CHECK(number_zh(10'000) == "一万");
    CHECK(number_zh(10'010) == "一万零一十");
    CHECK(number_zh(12'345) == "一万二千三百四十五");
    CHECK(number_zh(100'000) == "十万");
}

TEST_CASE("a text for a loudspeaker has no digits, formulas or Roman numerals left")
{
    CHECK(read_aloud("12月30日0时，AQI 201-300") == "十二月三十日零时，空气质量指数二百零一至三百");
    CHECK(read_aloud("2016年，PM2.5和PM10，Ⅰ级") == "二零一六年，细颗粒物和可吸入颗粒物，一级");
    CHECK(read_aloud("削减30%，均值35.2微克") == "削减百分之三十，均值三十五点二微克");
    CHECK(read_aloud("O3、NO2、SO2、CO") == "臭氧、二氧化氮、二氧化硫、一氧化碳");
    CHECK(read_aloud("") == "");
}

TEST_CASE("SMS are counted in units of UTF-16")
{
    // The study's example, counted there as 57 units.
    CHECK(utf16_units("【鹤壁环保】12月30日0时起启动重污染天气红色预警Ⅰ级响应,儿童老人病人请留在室内,停止户外活动,"
                      "解除另行通知。") == 57);
    CHECK(utf16_units("a\xF0\x9F\x98\x80") == 3); // beyond the BMP: two
    CHECK(sms_parts(70) == 1);
    CHECK(sms_parts(71) == 2);
    CHECK(sms_parts(134) == 2);
    CHECK(sms_parts(135) == 3);
}

TEST_CASE("an upgrade says what was, what is, when, how bad, of what, and what to do")
{
    const auto a = Issued{}.told();
    CHECK(a.headline_zh == "鹤壁市将重污染天气黄色预警升级为红色预警，启动Ⅰ级应急响应");
    CHECK(a.text_zh == "鹤壁市将重污染天气黄色预警升级为红色预警，自12月30日0时起启动Ⅰ级应急响应。预计12月30日至1月2日"
                       "出现重污染天气4天，"
                       "其中严重污染2天，日均AQI最高330。首要污染物PM2.5，日均浓度PM2.5160-280微克/"
                       "立方米。静稳高湿。解除时间另行通知。");
    CHECK(
        a.text_en ==
        "red warning for city from 2016-12-30 00:00: 4 heavy-pollution day(s), 2 of them severe, daily AQI up to 330 "
        "from "
        "2016-12-30 to 2017-01-02. primary pollutant PM2.5; daily means PM2.5 160-280 ug/m3. 静稳高湿. Lifting will be "
        "announced.");
    // HJ 633 table 1, class 6: not the colour of the warning.
    CHECK(a.advice_zh.find("应当留在室内，避免体力消耗") != std::string::npos);
    CHECK(a.lead_minutes == 8 * 60 + 40);
    CHECK(a.bulletin_zh.find("气象条件：静稳高湿\n") != std::string::npos);
    CHECK(a.bulletin_zh.find("联合会商：环保局、气象局\n") != std::string::npos);
    CHECK(a.broadcast_zh.find_first_of("0123456789") == std::string::npos);
    CHECK(a.broadcast_zh.find("自十二月三十日零时起启动一级应急响应") != std::string::npos);
}

TEST_CASE("the short form fits one part of an SMS, a signature and the mark of a drill included")
{
    Issued issued;
    CHECK(issued.told().short_zh == "鹤壁市12月30日0时起启动重污染天气红色预警Ⅰ级响应，儿童老人病人应留在室内，一般人群"
                                    "避免户外活动，解除另行通知。");
    CHECK(utf16_units(issued.told().short_zh) + signature_units <= 70);
    CHECK(utf16_units(issued.told(Mode::drill).short_zh) + signature_units <= 70);
    // A long name costs what can be left away, never the level or the hour.
    issued.rules.network.areas[0].name = "城乡一体化示范区及国家经济技术开发区";
    const auto a = issued.told(Mode::drill);
    CHECK(a.short_zh.find("12月30日0时起启动重污染天气红色预警Ⅰ级响应") != std::string::npos);
}

TEST_CASE("an end that is announced is in every form, and a lift and a cancellation are told apart")
{
    Issued issued;
    Revision& r = issued.warning.revisions.back();
    r.until = hour(thursday.plus(5), 12);
    CHECK(issued.told().text_zh.find("1月3日12时解除。") != std::string::npos);
    CHECK(issued.told().short_zh.find("，1月3日12时解除。") != std::string::npos);
    CHECK(issued.told().bulletin_zh.find("解除时间：1月3日12时\n") != std::string::npos);
    r.until.reset();
    r.kind = RevisionKind::lift;
    r.level = WarningLevel::none;
    r.previous = WarningLevel::red;
    CHECK(issued.told().text_zh == "自12月30日0时起，鹤壁市解除重污染天气红色预警，终止Ⅰ级应急响应。");
    CHECK(issued.told().advice_zh.empty());
    r.kind = RevisionKind::cancel;
    CHECK(issued.told().headline_zh == "鹤壁市取消重污染天气红色预警");
}

TEST_CASE("every text of a drill says so before anything else")
{
    const auto a = Issued{}.told(Mode::drill);
    for (const auto* text : {&a.headline_zh, &a.text_zh, &a.short_zh, &a.broadcast_zh, &a.bulletin_zh, &a.headline_en,
                             &a.text_en, &a.short_en, &a.bulletin_en})
        CHECK(text->starts_with(drill_mark));
}

TEST_CASE("the bureaus' own words stand in the text as they agreed on them")
{
    Issued issued;
    issued.warning.revisions.back().wording = "请减少机动车出行";
    CHECK(issued.told().text_zh.find("请减少机动车出行。解除时间另行通知。") != std::string::npos);
}
