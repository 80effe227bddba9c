// The fields a template may name: all of them, of every letter, in the language of the text they stand beside.
#include "daemon/notify/letter.hpp"
#include "tests/notify/desk.hpp"

#include <catch2/catch.hpp>

namespace aqi::notify::tests {

TEST_CASE("the fields of a letter are in the language of its text", "[letter]")
{
    const Letter letter = warning_letter();
    const Fields zh = fields_of(letter, Language::zh), en = fields_of(letter, Language::en);
    const auto is = [&](const char* field, const std::string& chinese, const std::string& english) {
        INFO(field);
        CHECK(zh.at(field) == chinese);
        CHECK(en.at(field) == english);
    };
    is("language", "zh-CN", "en");
    is("kind", "warning", "warning"); // what programs read is the same in both
    is("kind_name", "预警", "warning");
    is("level", "red", "red");
    is("level_name", "红色", "red");
    is("level_zh", "红色", "红色");
    is("previous_level_name", "橙色", "orange");
    is("transition", "upgrade", "upgrade");
    is("transition_name", "升级", "upgrade");
    is("area", "410600", "410600");
    is("area_name", "鹤壁市", "410600"); // as the text says
    is("senders", "鹤壁市环境保护局、鹤壁市气象局", "鹤壁市环境保护局, 鹤壁市气象局");
    is("headline", letter.warning->headline_zh, letter.warning->headline_en);
    is("text", letter.warning->text_zh, letter.warning->text_en);
    is("short", letter.warning->short_zh, letter.warning->short_en);
    is("advice", letter.warning->advice_zh, letter.warning->advice_en);
    is("bulletin", letter.warning->bulletin_zh, letter.warning->bulletin_en);
    is("broadcast", letter.warning->broadcast_zh, letter.warning->broadcast_zh); // there is Chinese only
    is("issued_at", "2016-12-29T15:00:00+08:00", "2016-12-29T15:00:00+08:00");
    is("effective_at", "2016-12-30T00:00:00+08:00", "2016-12-30T00:00:00+08:00");
    is("ends_at", "", "");
    is("revision", "2", "2");
    CHECK(fields_of(lift_letter(), Language::zh).at("transition_name") == "解除");
    const Fields canary = fields_of(canary_letter(Mode::drill), Language::en);
    CHECK(canary.at("kind_name") == "channel test");
    CHECK(canary.at("text") == "【演练】Channel test, please ignore.");
    CHECK(canary.at("short") == canary.at("text"));
    CHECK(canary.at("bulletin") == canary.at("text"));
    CHECK(canary.at("broadcast") == "【演练】通道自检，请忽略。");
    CHECK(canary.at("mode") == "drill");
    CHECK(canary.at("level_name").empty());
}

TEST_CASE("every letter has every field that is known and no other", "[letter]")
{
    for (const auto& letter : {warning_letter(), lift_letter(), canary_letter()})
        for (const auto language : {Language::zh, Language::en}) {
            const Fields fields = fields_of(letter, language);
            CHECK(fields.size() == letter_fields().size());
            for (const auto& field : letter_fields()) CHECK(fields.contains(field));
        }
    for (const auto* broken : {"", "[]", "{", "{\"schema\": \"aqid/warning/1\", \"area\": 3, \"senders\": {}}"})
        CHECK(fields_in(broken, Language::zh).size() == letter_fields().size());
    // A byte that is no UTF-8 in somebody's words costs that byte, not the warning.
    CHECK(fields_in("{\"schema\": \"aqid/warning/1\", \"weather\": \"\xFF\", \"level\": \"red\"}", Language::zh)
              .at("level_name") == "红色");
}

} // namespace aqi::notify::tests
