#include "libaqi/settings.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace aqi;
using namespace aqi::tests;

namespace {

/// The message with which a text is refused, or "taken". `base`: a pack it may extend.
std::string refusal(const std::string& text, const std::string& base = "")
{
    try {
        std::vector<RuleText> texts{{"pack.toml", text}};
        if (!base.empty()) texts.push_back({"base.toml", base});
        load_rules(texts);
        return "taken";
    } catch (const SettingError& error) {
        return error.what();
    }
}

std::string changed(const std::string& from, const std::string& to, const std::string& file = "cn-2012.toml")
{
    std::string text = text_of(source_file("schemas/rules/" + file));
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
    CHECK(book.pack_on(day(2030, 12, 31))->id == "cn-2026");
    CHECK(book.pack_on(day(2031, 1, 1))->id == "cn-2026-final");
    CHECK(book.pack_on(day(2012, 12, 31)) == nullptr);
    CHECK(!book.pack_named("cn-2012-statutory")->from); // never by day
    CHECK(!book.pack_named("us-epa-2024")->from);
}

TEST_CASE("what no text settles is said by the pack, and by no other")
{
    CHECK(pack("cn-2026-final").provisional.find("no text settles that") != std::string::npos);
    CHECK(pack("cn-2026").provisional.empty());
    CHECK(pack("cn-2026-final").tables[index_of(Item::pm2_5_24h)]->bands ==
          pack("cn-2026").tables[index_of(Item::pm2_5_24h)]->bands);
}

TEST_CASE("limits, percentiles and the composite index of the editions")
{
    const RulePack& old = pack("cn-2012");
    REQUIRE(old.limit("2", Pollutant::pm2_5, Limit::Period::year) != nullptr);
    CHECK(old.limit("2", Pollutant::pm2_5, Limit::Period::year)->value == ug(35));
    CHECK(old.limit("2", Pollutant::co, Limit::Period::day)->value == Concentration::from_mg_per_m3(4));
    CHECK(old.limit("3", Pollutant::pm2_5, Limit::Period::year) == nullptr);
    CHECK(old.percentile[Pollutant::o3] == 90);
    CHECK(old.percentile[Pollutant::no2] == 98);
    const auto& o3 = old.composite.terms[Pollutant::o3];
    REQUIRE(o3);
    CHECK(o3->limit == ug(160));
    CHECK(o3->by_percentile);
    CHECK(o3->weight == 1);
    CHECK(!old.composite.terms[Pollutant::pm10]->by_percentile);
    CHECK(pack("cn-2026").composite.terms[Pollutant::pm10]->limit == ug(60));
    CHECK(pack("cn-2026-final").composite.terms[Pollutant::so2]->limit == ug(20));
    CHECK(pack("cn-2026-final").percentile[Pollutant::o3] == 90); // as in the pack it extends
    CHECK(pack("cn-2012-statutory").limits.size() == old.limits.size());

    CHECK(!old.plan_exempts);
    CHECK(pack("cn-2026").plan_exempts);
    CHECK(pack("cn-2026-final").plan_clause == "HJ 633-2026 5.3.2");
    CHECK(old.validity.hour_minutes == 45);
    CHECK(old.validity.quarter_percent == 0);

    const RulePack& epa = pack("us-epa-2024");
    CHECK(epa.limit("primary", Pollutant::pm2_5, Limit::Period::year)->value == ug(9));
    CHECK(epa.tables[index_of(Item::pm2_5_24h)]->bands[0].high_ng == 9'000);
    CHECK(epa.tables[index_of(Item::pm2_5_24h)]->bands[1].low_ng == 9'100);
    CHECK(!epa.composite.terms[Pollutant::pm10]);
    CHECK(epa.percentile[Pollutant::pm10] == 0);
    CHECK(epa.validity.quarter_percent == 75);

    REQUIRE(shipped_rules().guidelines.size() == 1);
    const GuidelinePack& who = shipped_rules().guidelines.front();
    CHECK(who.id == "who-2021");
    CHECK(who.limits[7].grade == "IT3"); // of a day
    CHECK(who.limits[7].value.ng_per_m3() == 37'500);
    CHECK(who.limits[7].percentile == 99);
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
              .find("pack.toml:6:1: \"indx\" is not known, did you mean \"index\"?; known: index, guideline, warning, "
                    "targets, instruments") == 0);
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
    CHECK(refusal(changed("[limits]", "[limit]")).find("\"limits\" is missing") != std::string::npos);
    CHECK(refusal(changed("[composite]", "[composites]")).find("\"composites\" is not known") != std::string::npos);
    CHECK(refusal(changed("good_at_most = 100", "good_at_most = \"100\""))
              .find("must be a whole number, not a text in quotes") != std::string::npos);
    CHECK(refusal(changed("until = 2026-02-28", "until = 2012-02-28")).find("ends before it begins") !=
          std::string::npos);
    CHECK(refusal(changed("title_zh", "colour = \"red\"\ntitle_zh")).find("\"colour\" is not known") !=
          std::string::npos);
}

TEST_CASE("bands that cannot be meant are refused where they stand")
{
    const auto place_of = [](const std::string& text, const std::string& part) {
        const auto at = text.find(part);
        REQUIRE(at != std::string::npos);
        const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
        const auto begin = text.rfind('\n', at) + 1;
        return "pack.toml:" + std::to_string(line) + ":" + std::to_string(at - begin + 1) + ": ";
    };
    // In us-epa-2024 and in cn-2012, `from` becomes `to`, and the message begins where `at` stands.
    const auto said = [&](const char* file, const std::string& from, const std::string& to, const std::string& at,
                          const std::string& why) {
        const std::string text = changed(from, to, file);
        INFO(from << " -> " << to);
        CHECK(refusal(text) == place_of(text, at) + why);
    };
    const char* const epa = "us-epa-2024.toml";
    said(epa, "\"35.5\", \"55.5\"", "\"35.4\", \"55.5\"", "low = [0, \"9.1\"", "bands 2 and 3 overlap, or do not rise");
    said(epa, "\"35.5\", \"55.5\"", "\"5.5\", \"55.5\"", "low = [0, \"9.1\"", "bands 2 and 3 overlap, or do not rise");
    said(epa, "high = [54, 154", "high = [54, 55", "high = [54, 55", "band 2 ends at or below its beginning");
    said(epa, "low = [0, 55, 155", "low = [0, 55, 156", "low = [0, 55, 156",
         "pm10_24h: a value can fall between 154 and 156; [decimals] leaves steps of 1");
    said(epa, "low = [0, 55, 155, 255, 355, 425]", "low = [0, 55, 155, 255, 355]", "high = [54",
         "\"high\" ends 6 bands, \"low\" begins 5");
    said(epa, "low = [0, \"9.1\"", "low = [1, \"9.1\"", "low = [1", "the first band must begin at 0");
    said(epa, "low = [0, \"9.1\"", "low = [0, \"9.1x\"", "low = [0, \"9.1x\"",
         "\"9.1x\" is no concentration such as 35 or \"9.1\"");
    said(epa, "low = [0, \"9.1\"", "low = [0, \"9.1001\"", "low = [0, \"9.1001\"",
         "\"9.1001\" is no concentration such as 35 or \"9.1\"");
    said(epa, "low = [0, \"9.1\"", "low = [0, 9.1", "9.1",
         "\"low\" must list whole numbers or decimals in quotes, not a decimal number");
    said(epa, "low = [0, 51, 101, 151, 201, 301]", "low = [0, 50, 101, 151, 201, 301]", "low = [0, 50",
         "bands 1 and 2 overlap, or do not rise");
    said(epa, "low = [0, 51, 101, 151, 201, 301]\nhigh = [50, 100, 150, 200, 300, 500]", "levels = [0, 50, 100]",
         "low = [0, \"9.1\"", "6 bands, where [index] has 2");
    said(epa, "pm2_5 = 1", "pm2_5 = 2", "low = [0, \"9.1\"",
         "pm2_5_24h: a value can fall between 9 and 9.1; [decimals] leaves steps of 0.01");

    const char* const cn = "cn-2012.toml";
    said(cn, "levels = [0, 50, 100, 150", "levels = [0, 50, 150, 100", "levels", "\"levels\" must rise from 0");
    said(cn, "upto = [50, 100, 150", "upto = [50, 100, 100", "upto", "\"upto\" must rise");
    said(cn, "above = \"so2_24h\"", "above = 150", "above = 150", "\"above\" is 150; it must lie between 200 and 500");
    said(cn, "above = \"so2_24h\"", "above = \"no2_24h\"", "above = \"no2_24h\"",
         "\"no2_24h\" must be another table of the same pollutant");
    said(cn, "above = \"so2_24h\"", "above = \"so2_1h\"", "above = \"so2_1h\"",
         "\"so2_1h\" must be another table of the same pollutant");
}

TEST_CASE("limits, reports and terms that cannot be meant are refused where they stand")
{
    const auto said = [](const std::string& from, const std::string& to, const std::string& why) {
        const std::string message = refusal(changed(from, to));
        INFO(message);
        CHECK(message.starts_with("pack.toml:"));
        CHECK(message.find(why) != std::string::npos);
    };
    const std::string row = "{ grade = \"1\", pollutant = \"so2\", period = \"year\", value = 20 }";
    said(row, row + ",\n    " + row, "this limit is there twice");
    said(row, "{ grade = \"3\", pollutant = \"so2\", period = \"year\", value = 20 }",
         "\"3\" is not known, did you mean \"1\"?; known: 1, 2, primary");
    said(row, "{ grade = \"1\", pollutant = \"so2\", period = \"year\", value = 20.5 }",
         "\"value\" must be a whole number or a decimal in quotes, not a decimal number");
    said(row, "{ grade = \"1\", pollutant = \"so2\", period = \"year\", value = -20 }", "\"-20\" is no concentration");
    said(row, "{ grade = \"1\", pollutant = \"so2\", period = \"decade\", value = 20 }",
         "\"decade\" is not known; known: hour, day, year, day_max_8h");
    said(row, "{ grade = \"1\", pollutant = \"so2\", period = \"day_max_8h\", value = 20 }", "only o3 has");
    said(row, "{ grade = \"1\", pollutant = \"so3\", period = \"year\", value = 20 }", "did you mean \"so2\"");
    said("\"so2_1h:so2_1h\", ", "\"so2_1h:no2_1h\", ", "value and table are of two pollutants");
    said("\"so2_1h:so2_1h\", ", "\"so2_1h:so2_1h\", \"so2_1h:so2_24h\", ", "so2_1h is there twice");
    said("\"pm2_5_24h:pm2_5_24h\"]", "\"pm2_5_nowcast:pm2_5_24h\"]", "a day has no pm2_5_nowcast");
    said("sliding_day_hours = 20", "quarter_percent = 75", "an hour's so2_24h needs \"sliding_day_hours\"");
    said("so2 = 60, no2 = 40", "so2 = 0, no2 = 40", "it must not be 0");
    said("by_percentile = [\"co\", \"o3\"]", "by_percentile = [\"co\", \"pm1\"]", "did you mean \"pm10\"");
    said("o3 = 90\n", "", "[percentiles] names none for o3");
    said("rule = \"maximum_of_present\"", "rule = \"maximum_of_present\"\nplan_exempts = true",
         "\"plan_clause\" is missing");

    // What a pack leaves out of the one it extends is missed where it is named.
    const std::string base = text_of(source_file("schemas/rules/cn-2012.toml"));
    const std::string head = "kind = \"index\"\nid = \"x\"\nextends = \"cn-2012\"\ntitle_zh = \"\"\ntitle_en = \"\"\n";
    CHECK(refusal(head, base) == "taken");
    CHECK(refusal(head + "[index]\nlevels = [0, 50]\nclause = \"\"\n", base) ==
          "pack.toml:6:2: a report needs the table so2_1h");
    CHECK(refusal(head + "[percentiles]\nclause = \"\"\n", base).find("names none for co") != std::string::npos);
}

TEST_CASE("a guideline is limits and nothing else")
{
    const std::string text = text_of(source_file("schemas/rules/who-2021.toml"));
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string out = text;
        return refusal(out.replace(out.find(from), from.size(), to));
    };
    CHECK(refusal(text) == "taken");
    CHECK(with("\"IT4\"", "\"IT5\"").find("\"IT5\" is not known, did you mean \"IT1\"?; known: IT1, IT2") !=
          std::string::npos);
    CHECK(with("percentile = 99", "percentile = 100").find("must lie between 1 and 99") != std::string::npos);
    CHECK(with("[limits]", "[levels]\nupto = [1]\n[limits]").find("\"levels\" is not known") != std::string::npos);
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
