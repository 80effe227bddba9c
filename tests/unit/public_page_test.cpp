// What the public is told, and that a page says it in both languages, to any reader, and nothing that is not meant for it.
#include "daemon/web/public_page.hpp"
#include "tests/support/read_desk.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <algorithm>

using namespace aqi;
using namespace aqi::tests;
using namespace aqi::daemon::web;

namespace {

std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t out = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++out;
    return out;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// PM2.5 of 165 all Tuesday, and three hours of Wednesday at 20.
struct Town : ReadDesk {
    Town()
    {
        hours_of(tuesday, 165);
        hours_of(tuesday.plus(1), 20, 3);
        clock.set(closing(hour(tuesday.plus(1), 3)));
        begin();
    }
    PublicFacts facts(std::string_view area = {}) { return public_facts(turns->state(), config, clock.now(), area); }
    /// A yellow warning; issued, or on the table still.
    void warn(bool issued)
    {
        Revision r;
        r.number = 1;
        r.level = WarningLevel::yellow;
        r.effective = hour(tuesday.plus(1), 2);
        r.rules = "2016-225";
        r.judgement.level = WarningLevel::yellow;
        r.judgement.first = r.judgement.last = tuesday.plus(1);
        r.judgement.heavy_days = 2;
        r.judgement.highest_aqi = 230;
        r.proposed_at = closing(hour(tuesday, 10));
        happen(Proposed{"city-2016-001", "city", r});
        if (issued)
            happen(PersonActed{"city-2016-001", 1, Verb::issue, "office", Bureau::government, RevisionState::issued,
                               closing(hour(tuesday, 11))});
        begin();
    }
    Reply page(std::string_view path, std::string_view query = {}, std::string_view language = {})
    {
        Request request;
        request.path = path;
        request.query = query;
        request.accept_language = language;
        return public_page(request, sources());
    }
};

} // namespace

TEST_CASE("an hour and a day are told with window, coverage, edition and review")
{
    Town town;
    const auto facts = boost::json::parse(public_json(town.facts()));
    // HJ 633-2012: 165 lies between 150 (index 200) and 250 (index 300): 200 + 15 = 215, heavily polluted.
    CHECK(at(facts, "areas.0.day.aqi") == 215);
    CHECK(at(facts, "areas.0.day.level") == 5);
    CHECK(at(facts, "areas.0.day.level_zh") == "重度污染");
    CHECK(at(facts, "areas.0.day.primary") == "PM2.5");
    CHECK(at(facts, "areas.0.day.window") == "24h");
    CHECK(at(facts, "areas.0.day.as_of") == "2016-12-21T00:00:00+08:00");
    CHECK(at(facts, "areas.0.day.values.pm2_5.value") == "165");
    CHECK(at(facts, "areas.0.day.edition.id") == "cn-2012");
    // 20 of everything: PM2.5 29 (20 x 50 / 35 = 28.57, up), no primary pollutant up to 50.
    CHECK(at(facts, "areas.0.hour.aqi") == 29);
    CHECK(at(facts, "areas.0.hour.primary") == "");
    CHECK(at(facts, "areas.0.hour.as_of") == "2016-12-21T03:00:00+08:00");
    CHECK(at(facts, "areas.0.hour.coverage.sites") == 2);
    CHECK(at(facts, "areas.0.hour.coverage.with_value") == 2);
    CHECK(at(facts, "areas.0.hour.quality") == "preliminary");
    CHECK(at(facts, "areas.0.warning").is_null());
}

TEST_CASE("a name is text, whatever it looks like")
{
    Town town;
    for (const auto* path : {"/public", "/public/city"}) {
        const std::string page = town.page(path).body;
        CHECK_FALSE(has(page, "<script"));
        CHECK(has(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    }
}

TEST_CASE("the page needs no script and no style of its own, and every tag it opens it closes")
{
    Town town;
    town.warn(true);
    for (const auto* path : {"/public", "/public/city"})
        for (const auto* query : {"", "lang=en"}) {
            const Reply reply = town.page(path, query);
            CHECK(reply.status == 200);
            CHECK(reply.type == "text/html; charset=utf-8");
            for (const auto* never : {"<script", "<style", "style=", "onclick", "http-equiv"})
                CHECK_FALSE(has(reply.body, never));
            for (const std::string tag :
                 {"html",  "head", "body", "header", "main", "footer", "section", "table", "tbody",
                  "thead", "tr",   "dl",   "dt",     "dd",   "p",      "ul",      "li",    "a",
                  "h1",    "h2",   "div",  "span",   "time", "th",     "td",      "b"}) {
                INFO(path << " " << query << " " << tag);
                CHECK(count(reply.body, "<" + tag + ">") + count(reply.body, "<" + tag + " ") ==
                      count(reply.body, "</" + tag + ">"));
            }
            CHECK(count(reply.body, "<h1>") == 1);
            CHECK(count(reply.body, "<title>") == 1);
        }
}

TEST_CASE("the page speaks Chinese unless English is asked for")
{
    Town town;
    CHECK(has(town.page("/public").body, "<html lang=\"zh-CN\">"));
    CHECK(has(town.page("/public", {}, "en-GB,en;q=0.9").body, "<html lang=\"en\">"));
    CHECK(has(town.page("/public", "lang=zh", "en").body, "<html lang=\"zh-CN\">"));
    const std::string english = town.page("/public/city", "lang=en").body;
    CHECK(has(english, "AQI of the day"));
    CHECK_FALSE(has(english, "重度污染"));
    CHECK(has(english, "href=\"/public/city?lang=zh\""));
    CHECK(has(town.page("/public/city").body, "href=\"/public/city?lang=en\""));
}

TEST_CASE("the public is told of a warning when it is issued, not when it is discussed")
{
    Town discussed;
    discussed.warn(false);
    CHECK_FALSE(discussed.facts().areas.front().warning);
    CHECK(has(discussed.page("/public").body, "目前没有重污染天气预警"));

    Town issued;
    issued.warn(true);
    const auto warning = issued.facts().areas.front().warning;
    REQUIRE(warning);
    CHECK(warning->level == WarningLevel::yellow);
    CHECK(warning->effective == hour(tuesday.plus(1), 2).instant(UtcOffset{}));
    const std::string page = issued.page("/public").body;
    CHECK(has(page, "黄色预警"));
    CHECK(has(page, "已生效"));
    CHECK_FALSE(has(page, "目前没有重污染天气预警"));
}

TEST_CASE("an area nobody knows is a page with 404, in JSON a refusal")
{
    Town town;
    const Reply reply = town.page("/public/elsewhere");
    CHECK(reply.status == 404);
    CHECK(has(reply.body, "没有该区域"));
    CHECK(town.refused(read_public, "area=elsewhere") == 404);
    CHECK(town.refused(read_public, "areas=city") == 400);
}

TEST_CASE("a place without any data says so")
{
    ReadDesk desk;
    desk.begin();
    const PublicFacts facts = public_facts(desk.turns->state(), desk.config, desk.clock.now());
    CHECK(has(public_html(facts, {}, true), "还没有数据"));
    CHECK(has(public_html(facts, "city", false), "There are no data yet"));
}
