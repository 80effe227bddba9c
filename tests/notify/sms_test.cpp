// What both SMS channels share: how a text is counted and cut, what is said, and whose number it is.
#include "daemon/notify/sms.hpp"

#include "libaqi/spoken.hpp"
#include "libaqi/utf8.hpp"
#include "tests/notify/desk.hpp"
#include "tests/notify/messages.hpp"

#include <catch2/catch.hpp>

namespace aqi::notify::tests {
namespace {

constexpr std::string_view rare = "𠮷"; // beyond the BMP: two units

const std::string gammu = "outbox = \"/o\"\nsent = \"/s\"\nerror = \"/e\"\n";

std::string refusal_of(const std::string& stanza)
{
    try {
        const Desk desk{"sms-gammu", gammu + stanza};
    } catch (const SettingError& error) {
        return error.what();
    }
    return {};
}

} // namespace

TEST_CASE("short messages are counted in UTF-16 units, and no character is cut in two", "[sms]")
{
    const auto parts = [](const std::string& text) { return sms_size(text, false).parts; };
    const auto units = [](const std::string& text) { return sms_size(text, false).units; };
    CHECK(parts("") == 1);
    for (const auto& [length, expected] : {std::pair{57, 1}, std::pair{70, 1}, std::pair{71, 2}, std::pair{134, 2},
                                           std::pair{135, 3}, std::pair{201, 3}}) {
        INFO(length);
        CHECK(units(repeated("短", length)) == length);
        CHECK(parts(repeated("短", length)) == expected);
    }
    CHECK(units(std::string{rare}) == 2);
    CHECK(units("😷") == 2);
    CHECK(parts(repeated(rare, 35)) == 1);
    CHECK(parts(repeated(rare, 36)) == 2);
    // 134 units, but the pair would begin at the 67th: it goes over whole, and one more part is needed for the last.
    CHECK(parts(repeated("短", 66) + std::string{rare} + repeated("短", 66)) == 3);
    CHECK(parts(repeated("短", 65) + std::string{rare} + repeated("短", 67)) == 2);
}

TEST_CASE("a text of only GSM-7 characters is counted in septets, where it leaves so", "[sms]")
{
    const auto size = [](const std::string& text) { return sms_size(text, true); };
    CHECK(size(repeated("a", 160)).parts == 1);
    CHECK(size(repeated("a", 161)).parts == 2);
    CHECK(size(repeated("a", 306)).parts == 2);
    CHECK(size(repeated("a", 307)).parts == 3);
    CHECK(size("[~€]").units == 8);
    CHECK(size(repeated("€", 80)).parts == 1);
    CHECK(size(repeated("€", 81)).parts == 2);
    // The 153rd septet would be an escape without its character.
    CHECK(size(repeated("a", 152) + "€" + repeated("a", 152)).parts == 3);
    CHECK(size("pm`").gsm7 == false);
    CHECK(size(repeated("a", 70) + "中").parts == 2);
    CHECK(sms_size(repeated("a", 71), false).parts == 2);
}

TEST_CASE("a blank keeps a pair whole where a gateway cuts at 67 units", "[sms]")
{
    const std::string cut = repeated("短", 66) + std::string{rare} + repeated("短", 10);
    const std::string safe = keep_pairs_whole(cut);
    CHECK(safe == repeated("短", 66) + " " + std::string{rare} + repeated("短", 10));
    CHECK(keep_pairs_whole(repeated("短", 65) + std::string{rare} + "短短短短") ==
          repeated("短", 65) + std::string{rare} + "短短短短");
    const std::string one_part = repeated("短", 66) + std::string{rare};
    CHECK(keep_pairs_whole(one_part) == one_part); // 68 units: nobody cuts
    const std::u16string units = utf16_of(keep_pairs_whole(repeated("短", 66) + repeated(rare, 100)));
    for (std::size_t at = 67; at < units.size(); at += 67) CHECK_FALSE((units[at] >= 0xDC00 && units[at] < 0xE000));
}

TEST_CASE("UTF-16 becomes UTF-8 again", "[sms]")
{
    for (const std::string text : {"", "1", "é", "短信", "𠮷😷", "a中𠮷"}) CHECK(utf8_of(utf16_of(text)) == text);
    CHECK(utf8_of(std::u16string{0xD842}) == "\xEF\xBF\xBD");
    CHECK(utf8_of(std::u16string{0xDFB7, u'a'}) == "\xEF\xBF\xBD"
                                                   "a");
    CHECK(utf8_of_utf16_bytes(std::string_view{"\xFF\xFE\x31\x00", 4}) == "1");
    CHECK(utf8_of_utf16_bytes(std::string_view{"\xFE\xFF\x00\x31", 4}) == "1");
    CHECK(utf8_of_utf16_bytes(std::string_view{"\x63\xD0\x00", 3}) == "提");
}

TEST_CASE("a short message says that it is a drill, who speaks, and what", "[sms]")
{
    const Desk desk{"sms-gammu", gammu + "signature = \"鹤壁环保\"\ncost_per_part = \"0.045\"\n"};
    const Content content = desk.compose(warning_letter());
    CHECK(content.text == "【鹤壁环保】" + warning_letter().short_text(Language::zh));
    CHECK(content.units == static_cast<int>(utf16_units(content.text)));
    CHECK(content.parts == 1);
    CHECK(content.cost_thousandth == 45);
    const Desk drill{"sms-gammu", gammu + "signature = \"鹤壁环保\"\ndummy = true\n", Mode::drill};
    const std::string text = drill.compose(warning_letter(Mode::drill)).text;
    CHECK(text == "【演练】【鹤壁环保】" + warning_letter().short_text(Language::zh));
    const Desk plain{"sms-gammu", gammu};
    const Content english = plain.compose(warning_letter(), Language::en);
    CHECK(english.text == warning_letter().short_text(Language::en));
    CHECK(english.parts == 1);
    CHECK(sms_size(english.text, true).gsm7);
    CHECK(plain.compose(canary_letter()).cost_thousandth == 0);
    // Signed already, and said with other fields.
    const Desk signed_twice{"sms-gammu", gammu + "signature = \"环保\"\ntext = \"【环保】{headline}\"\n"};
    CHECK(signed_twice.compose(warning_letter()).text == "【环保】" + warning_letter().headline(Language::zh));
}

TEST_CASE("a text over the limit is refused before anything leaves, in words for the operator", "[sms]")
{
    const Desk desk{"sms-gammu", gammu + "signature = \"鹤壁环保\"\nparts_at_most = 2\ncost_per_part = \"0.1\"\n"};
    const Content two = desk.compose(saying(repeated("短", 134 - 6)));
    CHECK(two.units == 134);
    CHECK(two.parts == 2);
    CHECK(two.cost_thousandth == 200);
    const auto three = desk.try_compose(saying(repeated("短", 135 - 6)));
    REQUIRE_FALSE(three.has_value());
    CHECK(three.error().reason == Reason::too_large);
    CHECK(three.error().detail ==
          "the short message takes 3 parts of 67 characters, and parts_at_most is 2: it has 135 "
          "characters with its signature, and may have 134");
    CHECK_FALSE(desk.try_compose(saying("")).has_value());
}

TEST_CASE("a number is checked before it is sent to", "[sms]")
{
    const Desk desk{"sms-gammu", gammu};
    const auto why = [&](std::string_view number) { return desk.info().check_address(number); };
    for (const auto* good :
         {"13800000000", "+8613800000000", "8613800000000", "12369", "10690000123", "+85291234567"}) {
        INFO(good);
        CHECK(why(good).empty());
    }
    CHECK(why("1380000000O").find("\"O\" is not a digit") != std::string::npos);
    CHECK(why("138 0000 0000").find("\" \" is not a digit") != std::string::npos);
    CHECK(why("１３８").find("\"１\" is not a digit") != std::string::npos);
    CHECK(why("1234") == "\"1234\" has 4 digits; a number has 5 to 15");
    CHECK(why("").find("has 0 digits") != std::string::npos);
    CHECK(why("+").find("has 0 digits") != std::string::npos);
    CHECK(why("1380000000") == "\"1380000000\": a Chinese mobile number has 11 digits, this one 10");
    CHECK(why("138000000000").find("this one 12") != std::string::npos);
    CHECK(why("+86138000000001").find("this one 12") != std::string::npos);
    CHECK(why("13800000000+").find("\"+\" is not a digit") != std::string::npos);
}

TEST_CASE("a carrier serves the numbers that begin as told", "[sms]")
{
    const ChannelInfo& info = *channel_of_kind("sms-gammu");
    REQUIRE(info.serves != nullptr);
    const auto serves = [&](const std::string& stanza, std::string_view number) {
        const auto table = Settings::parse("[[channel]]\n" + gammu + stanza, "test.toml").tables("channel").at(0);
        return info.serves(info.settings(table, Mode::real), number);
    };
    CHECK(serves("", "18900000000"));
    const std::string mobile = "prefixes = [\"134\", \"135\"]\n";
    for (const auto* number : {"13400000000", "+8613500000000", "8613500000000"}) CHECK(serves(mobile, number));
    // The last is a number of the Virgin Islands.
    for (const auto* number : {"18900000000", "+8618900000000", "+13400000000"}) CHECK_FALSE(serves(mobile, number));
}

TEST_CASE("the sample stanzas of short messages are read as they stand", "[sms]")
{
    for (const auto* kind : {"sms-gammu", "sms-http"}) {
        INFO(kind);
        const ChannelInfo& info = *channel_of_kind(kind);
        const auto table = Settings::parse(info.sample, "sample").tables("channel").at(0);
        CHECK_NOTHROW(info.settings(table, Mode::real));
        CHECK(info.address == "sms");
    }
}

TEST_CASE("what is wrong with the settings of short messages is said with its place", "[sms]")
{
    CHECK(refusal_of("signature = \"【环保】\"\n").find("without its 【】") != std::string::npos);
    CHECK(refusal_of("cost_per_part = \"0.0451\"\n").find("at most 3 decimals") != std::string::npos);
    CHECK(refusal_of("cost_per_part = \"-1\"\n").find("must be a price") != std::string::npos);
    CHECK(refusal_of("prefixes = [\"+86\"]\n").find("without +86") != std::string::npos);
    CHECK(refusal_of("text = \"{shrot}\"\n").find("no field {shrot}") != std::string::npos);
    CHECK(refusal_of("parts_at_most = 0\n").find("test.toml:") == 0);
    CHECK(refusal_of("").empty());
}

} // namespace aqi::notify::tests
