// Texts, rules, explanations and reports over HTTP: the same words libaqi says, asked for and refused properly.
#include "daemon/web/read_commands.hpp"
#include "daemon/web/read_explain.hpp"
#include "daemon/web/read_reports.hpp"
#include "daemon/web/read_rules.hpp"
#include "daemon/web/read_texts.hpp"
#include "libaqi/paper.hpp"
#include "schemas/embedded.hpp"
#include "tests/support/read_desk.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace aqi;
using namespace aqi::tests;
using namespace aqi::daemon::web;

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// The differences at a path, as "a -> b".
std::string difference(const boost::json::value& answer, std::string_view path)
{
    for (const auto& d : at(answer, "differences").as_array()) {
        std::string joined;
        for (const auto& step : d.at("path").as_array())
            joined += (joined.empty() ? "" : ".") + boost::json::value_to<std::string>(step);
        if (joined == path) return boost::json::serialize(d.at("a")) + " -> " + boost::json::serialize(d.at("b"));
    }
    return "no difference";
}

/// Two heavy days, and a proposal of yellow on the table.
struct Town : ReadDesk {
    Town()
    {
        two_days_and_a_proposal();
        begin();
    }
};

} // namespace

TEST_CASE("the words of a revision on the table are those that would leave now")
{
    Town town;
    const auto said = town.read_json(read_texts, "warning=city-2016-001");
    CHECK(at(said, "revision") == 1);
    CHECK(at(said, "state") == "proposed");
    CHECK(at(said, "level") == "yellow");
    CHECK(at(said, "preview") == true);
    CHECK(at(said, "changed").as_array().empty());
    CHECK(at(said, "issued_at") == "2016-12-21T00:20:00+08:00");
    CHECK(at(said, "effective") == "2016-12-21T00:00:00+08:00");
    CHECK(at(said, "lead_minutes") == -20);
    CHECK(at(said, "until").is_null());
    CHECK(has(at(said, "zh.headline").as_string(), "黄色预警"));
    CHECK(at(said, "zh.short.parts") == 1);
    CHECK(at(said, "zh.short.signed_parts") == 1); // that is what the short form is for
    CHECK(at(said, "en.broadcast").is_null());
    CHECK(town.turns->state().warning("city-2016-001")->revisions.front().issue.has_value() == false);
}

TEST_CASE("words that are tried are counted and stand nowhere")
{
    Town town;
    // A hundred characters more than the text without them: one part of 70 is not enough any more.
    std::string wording;
    for (int i = 0; i < 100; ++i) wording += "%E5%AD%97"; // 字
    const auto plain = town.read_json(read_texts, "warning=city-2016-001&revision=1");
    const auto tried = town.read_json(
        read_texts, "warning=city-2016-001&revision=1&level=orange&until=2016-12-23T08:00&wording=" + wording);
    CHECK(at(tried, "changed") == boost::json::array{"wording", "level", "until"});
    CHECK(at(tried, "level") == "orange");
    CHECK(at(tried, "until") == "2016-12-23T08:00:00+08:00");
    CHECK(has(at(tried, "zh.full.text").as_string(), "橙色"));
    // The words and the full stop that ends them, and a date in place of 另行通知: more than a hundred units.
    CHECK(at(tried, "zh.full.units").as_int64() > at(plain, "zh.full.units").as_int64() + 100);
    CHECK(at(town.read_json(read_texts, "warning=city-2016-001"), "zh.full.text") == at(plain, "zh.full.text"));

    CHECK(town.refused(read_texts, "warning=none") == 404);
    CHECK(town.refused(read_texts, "warning=city-2016-001&revision=7") == 404);
    CHECK(town.refused(read_texts, "warning=city-2016-001&level=purple") == 400);
    CHECK(town.refused(read_texts, "warning=city-2016-001&until=tomorrow") == 400);
    CHECK(town.refused(read_texts, "warning=city-2016-001&person=x") == 400);
}

TEST_CASE("the rules are told with their numbers, in the units people read")
{
    Town town;
    const auto said = town.read_json(read_rules, "");
    const auto& packs = at(said, "packs").as_array();
    const auto cn_2012 =
        std::find_if(packs.begin(), packs.end(), [](const auto& p) { return p.at("id") == "cn-2012"; });
    REQUIRE(cn_2012 != packs.end());
    CHECK(at(*cn_2012, "from") == "2013-01-01");
    CHECK(at(*cn_2012, "in_force") == true);
    CHECK(at(*cn_2012, "good_at_most") == 100);
    CHECK(at(*cn_2012, "levels.4.zh") == "重度污染");
    CHECK(at(*cn_2012, "levels.4.from") == 201);
    CHECK(at(*cn_2012, "levels.4.upto") == 300);
    CHECK(at(*cn_2012, "levels.5.upto").is_null());
    for (const auto& table : at(*cn_2012, "tables").as_array())
        if (table.at("item") == "pm2_5_24h") {
            CHECK(at(table, "bands.3.low") == "115"); // HJ 633-2012 table 1
            CHECK(at(table, "bands.3.high") == "150");
            CHECK(at(table, "bands.3.high_index") == 200);
        }
    const auto& editions = at(said, "warnings").as_array();
    const auto e2016 =
        std::find_if(editions.begin(), editions.end(), [](const auto& e) { return e.at("id") == "2016-225"; });
    REQUIRE(e2016 != editions.end());
    CHECK(at(*e2016, "from") == "2016-02-05");
    CHECK(at(*e2016, "until") == "2017-08-31"); // the day before 2017-86
    CHECK(at(said, "areas.0.warning_rules") == "2016-225");
    CHECK(at(said, "areas.0.name") == boost::json::value(hostile));
    CHECK(at(said, "dominance.proved") == true);
}

TEST_CASE("a county that is warned less than its city is told with the step that shows it")
{
    Rules rules = small_town(1);
    rules.network.areas.push_back({"county", "县", AreaKind::county, {Membership{StationIndex{0}}}});
    rules.warning_rules = "weak-free";
    const auto edition = [](const char* id, int above) {
        WarningRules e;
        e.id = id;
        e.from = day(2016, 1, 1);
        e.local = std::string_view{id} == "strong" || std::string_view{id} == "weak";
        e.spell_above = e.heavy_above = above;
        e.levels = {{WarningLevel::yellow, {{above, 2, 0, 0, 0}}, "x", 0}};
        return e;
    };
    // Two days above 200 in the city, above 250 in the county: 201, 201 is the lowest run that tells them apart.
    rules.book.warnings = {edition("weak-free", 200), edition("weak", 250)};
    rules.network.areas[1].warning_rules = "weak";
    const boost::json::value said = dominance_json(rules);
    CHECK(at(said, "proved") == false);
    REQUIRE(at(said, "pairs").as_array().size() == 1);
    CHECK(at(said, "pairs.0.result") == "weaker");
    CHECK(at(said, "pairs.0.county_rules") == "weak");
    CHECK(at(said, "pairs.0.step.aqi") == boost::json::array{201, 201});
    CHECK(at(said, "pairs.0.step.county") == "none");
    CHECK(at(said, "pairs.0.step.city") == "yellow");
    rules.network.areas[1].warning_rules.clear();
    const boost::json::value same = dominance_json(rules);
    CHECK(at(same, "proved") == true);
    CHECK(at(same, "pairs.0.result") == "same");
}

TEST_CASE("two editions are compared by what they say, member by member")
{
    Town town;
    const auto said = town.read_json(read_rules_diff, "a=cn-2012&b=cn-2026");
    CHECK(at(said, "kind") == "pack");
    CHECK(at(said, "same") == false);
    // HJ 633-2026 moves the upper end of "good" from 75 to 60.
    CHECK(difference(said, "tables.pm2_5_24h.bands.2.high") == R"("75" -> "60")");
    CHECK(difference(said, "tables.pm2_5_24h.bands.3.low") == R"("75" -> "60")");
    CHECK(difference(said, "tables.pm2_5_24h.bands.4.high") == "no difference");
    CHECK(difference(said, "from") == R"("2013-01-01" -> "2026-03-01")");
    CHECK(at(town.read_json(read_rules_diff, "a=2016-225&b=2016-225"), "same") == true);
    CHECK(at(town.read_json(read_rules_diff, "a=2016-225&b=2024-6"), "kind") == "warnings");
    CHECK(town.refused(read_rules_diff, "a=cn-2012&b=2016-225") == 422);
    CHECK(town.refused(read_rules_diff, "a=cn-2012") == 404);
}

TEST_CASE("differences name members that one side alone has")
{
    const auto said = differences_json(boost::json::parse(R"({"a": 1, "l": [{"item": "x", "v": 1}], "o": {"k": 1}})"),
                                       boost::json::parse(R"({"a": 1, "l": [{"item": "y", "v": 1}], "o": null})"));
    CHECK(boost::json::serialize(said) ==
          R"([{"path":["l","x","item"],"a":"x","b":null},{"path":["l","x","v"],"a":1,"b":null},)"
          R"({"path":["l","y","item"],"a":null,"b":"y"},{"path":["l","y","v"],"a":null,"b":1},)"
          R"({"path":["o","k"],"a":1,"b":null}])");
}

TEST_CASE("days are judged again under another edition")
{
    Town town;
    const auto said = town.read_json(read_rules_what_if, "edition=cn-2026&area=city&first=2016-12-19&last=2016-12-20");
    REQUIRE(at(said, "days").as_array().size() == 2);
    // PM2.5 of 65: 50 + (65-35) x 50/40 = 87.5, up to 88, good; under 2026 100 + (65-60) x 50/55 = 104.5, up to 105: lost.
    CHECK(at(said, "days.0.held.aqi") == 88);
    CHECK(at(said, "days.0.held.verdict") == "good");
    CHECK(at(said, "days.0.other.aqi") == 105);
    CHECK(at(said, "days.0.other.verdict") == "lost");
    CHECK(at(said, "days.0.other.edition") == "cn-2026");
    CHECK(at(said, "days.0.changed") == true);
    CHECK(at(said, "days.1.held.aqi") == 215); // both tables are the same there
    CHECK(at(said, "days.1.changed") == false);
    CHECK(at(said, "changed") == 1);
    CHECK(town.refused(read_rules_what_if, "edition=cn-1999&area=city&first=2016-12-19&last=2016-12-20") == 404);
    CHECK(town.refused(read_rules_what_if, "edition=cn-2026&area=none&first=2016-12-19&last=2016-12-20") == 404);
    CHECK(town.refused(read_rules_what_if, "edition=cn-2026&area=city&first=2016-12-20&last=2016-12-19") == 400);
    CHECK(town.refused(read_rules_what_if, "edition=cn-2026&area=city&first=2016-12-20&last=2016-12-22") == 422);
}

TEST_CASE("a spell is called for or not, by the edition")
{
    Town town;
    // One heavy day, 215, after one of 88: by 2016-225 that is blue.
    const auto said = town.read_json(read_rules_what_if, "edition=2013-111&area=city&first=2016-12-20&last=2016-12-20");
    REQUIRE(at(said, "spells").as_array().size() == 1);
    CHECK(at(said, "spells.0.first") == "2016-12-20");
    CHECK(at(said, "spells.0.highest_aqi") == 215);
    CHECK(at(said, "spells.0.held.level") == "blue");
    CHECK(at(said, "spells.0.held.rules") == "2016-225");
}

TEST_CASE("an explanation says every line that aqictl says, and who corrected what")
{
    Town town;
    const auto said = town.read_json(read_explain, "of=city&when=2016-12-20");
    CHECK(at(said, "name") == boost::json::value(hostile));
    CHECK(at(said, "lines").as_array().size() > 10);
    CHECK(at(said, "review") == "preliminary");
    CHECK(at(said, "revisions").as_array().empty());
    const std::string plain = town.read(read_explain, "of=city&when=2016-12-20&format=text").body;
    CHECK(has(plain, "cn-2012"));
    CHECK(static_cast<std::size_t>(std::count(plain.begin(), plain.end(), '\n')) ==
          at(said, "lines").as_array().size());
    CHECK(town.refused(read_explain, "of=none&when=2016-12-20") == 404);
    CHECK(town.refused(read_explain, "of=city&when=never") == 400);
    CHECK(town.refused(read_explain, "of=city&when=2014-01-01") == 422); // not at hand: never half of it
}

TEST_CASE("a value that was said twice is told with both")
{
    Town town;
    town.happen(Observed{StationIndex{0}, hour(tuesday, 3), Pollutant::pm2_5, Flag::normal, ug(170)});
    town.begin();
    const auto said = town.read_json(read_explain, "of=A&when=2016-12-20");
    REQUIRE(at(said, "revisions").as_array().size() == 1);
    CHECK(at(said, "revisions.0.hour") == "2016-12-20 03:00");
    CHECK(at(said, "revisions.0.said.0.value") == "165");
    CHECK(at(said, "revisions.0.said.1.value") == "170");
}

TEST_CASE("a report comes as data, for Excel, as text and for the printer")
{
    Town town;
    const auto paper = town.read_json(read_reports, "when=2016-12-20");
    CHECK(at(paper, "schema") == "aqid/paper/1");
    CHECK(at(paper, "kind") == "day");
    const Reply html = town.read(read_reports, "when=2016-12-20&format=html&lang=en");
    CHECK(html.type == "text/html; charset=utf-8");
    for (const auto* never : {"<style", "style=", "<script"}) CHECK_FALSE(has(html.body, never));
    CHECK(has(html.body, "<link rel=\"stylesheet\" href=\"/paper.css\"/>"));
    CHECK(has(town.read(read_reports, "when=2016-12-20&format=html").body, "&lt;script&gt;")); // English shows the id
    const Reply csv = town.read(read_reports, "when=2016-12-20&format=csv");
    CHECK(csv.body.starts_with("\xEF\xBB\xBF"));
    REQUIRE(csv.headers.size() == 1);
    CHECK(csv.headers.front().second == "attachment; filename=\"aqid-2016-12-20.csv\"");
    CHECK(has(town.read(read_reports, "when=2016-12-20&format=text&places=A").body, "215"));
    CHECK(town.refused(read_reports, "when=2016-12-20&format=pdf") == 400);
    CHECK(town.refused(read_reports, "when=2016-12-20&lang=de") == 400);
    CHECK(town.refused(read_reports, "when=2016-12-20&places=A,none") == 404);
    CHECK(town.refused(read_reports, "when=2017-12-20") == 422);
    CHECK(town.refused(read_reports, "when=2016-12-20&beside=none") == 422);
}

TEST_CASE("what can be reported is told before it is asked for")
{
    Town town;
    const auto said = town.read_json(read_reports, "");
    CHECK(at(said, "last_day") == "2016-12-20");
    CHECK(at(said, "kinds.0.example") == "2016-12-20T14:00");
    CHECK(at(said, "kinds.3.example") == "2016Q4");
    CHECK(at(said, "places.0.id") == "city");
    for (const auto& kind : at(said, "kinds").as_array())
        CHECK(town.refused(read_reports, "when=" + boost::json::value_to<std::string>(kind.at("example"))) == 0);
}

TEST_CASE("the sheet of a printed page is the one a paper carries in itself")
{
    for (const auto& file : schemas::console_files())
        if (file.name == "paper.css") {
            std::string_view style = paper_style();
            while (style.starts_with('\n')) style.remove_prefix(1);
            CHECK(file.text == style);
            return;
        }
    FAIL("the console has no paper.css");
}

TEST_CASE("questions of the control socket are passed on, commands are not")
{
    Town town;
    CHECK(town.read(read_counts, "").body == R"({"values":7})");
    CHECK(at(town.read_json(read_measures, ""), "ok") == true);
    CHECK(town.refused(read_measures, "command=act") == 400);
    CHECK(town.refused(read_deliveries, "row=x") == 400);
    CHECK(town.refused(read_deliveries, "row=1") == 422); // nothing is sent here
}
