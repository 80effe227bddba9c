#include "libaqi/settings.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::tests;

namespace {

/// The message with which a text is refused, or "taken".
std::string refusal(const std::string& text)
{
    try {
        load_rules({{"pack.toml", text}});
        return "taken";
    } catch (const SettingError& error) {
        return error.what();
    }
}

std::string changed(const std::string& from, const std::string& to)
{
    std::string text = text_of(source_file("schemas/rules/cn-2012.toml"));
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("no such text: " + from);
    return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("a pack is chosen by the day observed")
{
    const RuleBook& book = shipped_rules();
    CHECK(book.pack_on(day(2016, 12, 31))->id == "cn-2012");
    CHECK(book.pack_on(day(2026, 2, 28))->id == "cn-2012");
    CHECK(book.pack_on(day(2026, 3, 1))->id == "cn-2026");
    CHECK(book.pack_on(day(2040, 1, 1))->id == "cn-2026");
    CHECK(book.pack_on(day(2012, 12, 31)) == nullptr);
    CHECK(!book.pack_named("cn-2012-statutory")->from); // never by day
}

TEST_CASE("2016's targets bind every area of that year and no other")
{
    const Target* target = shipped_rules().target("410621", 2016);
    REQUIRE(target != nullptr);
    CHECK(target->pm10 == ug(100));
    CHECK(target->pm2_5 == ug(67));
    CHECK(target->good_days == 190);
    CHECK(shipped_rules().target("410621", 2017) == nullptr);
}

TEST_CASE("a broken pack is refused with its place and the known choices")
{
    CHECK(refusal(changed("kind = \"index\"", "kind = \"indx\""))
              .find("pack.toml:6:1: \"indx\" is not known, did you mean \"index\"?; known: index, warning, targets, "
                    "instruments") == 0);
    CHECK(refusal(changed("day_hours = 20", "day_hour = 20")).find("\"day_hours\" is missing") != std::string::npos);
    CHECK(refusal(changed("day_hours = 20", "day_hours = 25"))
              .find("\"day_hours\" is 25; it must lie between 0 and 24") != std::string::npos);
    CHECK(refusal(changed("points = [0, 50, 150, 475", "points = [0, 50, 50, 475")).find("\"points\" must rise") !=
          std::string::npos);
    CHECK(refusal(changed("name = \"so2_24h\"", "name = \"so2_25h\"")).find("did you mean \"so2_24h\"") !=
          std::string::npos);
    CHECK(refusal(changed("\"so2_1h:so2_1h\", ", "\"so2_1h\", ")).find("must read value:table") != std::string::npos);
    CHECK(refusal(changed("upto = [50, 100, 150, 200, 300]", "upto = [50, 100, 150, 200]")).find("five indices") !=
          std::string::npos);
    CHECK(refusal(changed("[decimals]", "[decimals")).find("pack.toml:") == 0);
    CHECK(refusal(changed("[annual_limit]", "[annual_limits]")).find("\"annual_limit\" is missing") !=
          std::string::npos);
    CHECK(refusal(changed("good_at_most = 100", "good_at_most = \"100\""))
              .find("must be a whole number, not a text in quotes") != std::string::npos);
    CHECK(refusal(changed("until = 2026-02-28", "until = 2012-02-28")).find("ends before it begins") !=
          std::string::npos);
    CHECK(refusal(changed("title_zh", "colour = \"red\"\ntitle_zh")).find("\"colour\" is not known") !=
          std::string::npos);
}

TEST_CASE("two packs may not be in force on one day")
{
    const std::string one = text_of(source_file("schemas/rules/cn-2012.toml"));
    std::string two = text_of(source_file("schemas/rules/cn-2026.toml"));
    two.replace(two.find("from = 2026-03-01"), 17, "from = 2026-02-28");
    CHECK_THROWS_WITH(load_rules({{"a", one}, {"b", two}}),
                      Catch::Contains("in force on days on which \"cn-2012\" is in force too"));
}

TEST_CASE("the digest names every byte of the texts")
{
    const std::string text = text_of(source_file("schemas/rules/cn-2012.toml"));
    CHECK(load_rules({{"a", text}}).digest == load_rules({{"b", text}}).digest);
    CHECK(load_rules({{"a", text}}).digest != load_rules({{"a", text + "\n"}}).digest);
}

TEST_CASE("text that leads the TOML library astray is refused like any other")
{
    // Found by the fuzzer: toml++ 3.3 asserts, or assumes, on these.
    CHECK(refusal(std::string{"kind = \"index\"\n[\0\0\x08~\x04", 20}).find("pack.toml:2:") == 0);
    CHECK(refusal("kind = \"index\"\nid、 = 1\n").find("pack.toml:2:") == 0);
    CHECK(refusal("键 = 1\n").find("pack.toml:1:") == 0);
    CHECK(refusal("kind = \"index\" \xC2\xB7\n").find("pack.toml:1:") == 0);
}
