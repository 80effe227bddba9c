// Hours, days, the calendar and the ranking as they are read over HTTP.
#include "daemon/web/read_calendar.hpp"
#include "daemon/web/read_figures.hpp"
#include "daemon/web/read_network.hpp"
#include "tests/support/figure_desk.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::daemon::web;
using namespace aqi::tests;
namespace json = boost::json;

namespace {

const LocalDay monday = tuesday.plus(-1);

/// Monday at 40 (index 5/40*50+50 = 56.25 -> 57), Tuesday at 200 (50/100*100+200 = 250).
struct Desk : FigureDesk {
    Desk()
    {
        hours_of(monday, 40);
        hours_of(tuesday, 200);
    }
};

std::size_t rows_of(const json::value& answer, std::string_view list) { return list_of(answer, list).size(); }

} // namespace

TEST_CASE("read hours: each with what it rests on")
{
    Desk desk;
    desk.begin();
    const auto of_area = desk.read_json(read_hours, "place=city&first=2016-12-20T01:00&last=2016-12-20T02:00");
    CHECK(said(of_area, "name") == "\"" + hostile + "\"");
    CHECK(said(of_area, "kind") == "\"city\"");
    CHECK(said(of_area, "window") == "\"1h\"");
    CHECK(said(of_area, "as_of") == "\"2016-12-21T00:00:00+08:00\"");
    CHECK(said(of_area, "units.co") == "\"mg/m3\"");
    REQUIRE(rows_of(of_area, "hours") == 2);
    CHECK(said(of_area, "hours.0.hour") == "\"2016-12-20 01:00\"");
    CHECK(said(of_area, "hours.0.aqi") == "250");
    CHECK(said(of_area, "hours.0.level") == "5");
    CHECK(said(of_area, "hours.0.primary") == "\"PM2.5\"");
    CHECK(said(of_area, "hours.0.values.pm2_5") == "\"200\"");
    CHECK(said(of_area, "hours.0.values.co") == "\"1\"");
    CHECK(said(of_area, "hours.0.coverage") == R"({"present":2,"of":2,"what":"sites"})");
    CHECK(said(of_area, "hours.0.edition") == "\"cn-2012\"");
    CHECK(said(of_area, "hours.0.quality") == "\"preliminary\"");
    const auto of_station = desk.read_json(read_hours, "place=A");
    CHECK(rows_of(of_station, "hours") == 72); // of which two days were received
    CHECK(said(of_station, "hours.0.aqi") == "null");
    CHECK(said(of_station, "hours.71.coverage") == R"({"present":6,"of":6,"what":"pollutants"})");
}

TEST_CASE("read hours: what was received and does not count stands beside what does")
{
    Desk desk;
    desk.config.rules.network.persons[0].may_validate = true;
    desk.config.rules.network.persons[1].may_ratify = true;
    desk.happen(Observed{StationIndex{0}, hour(tuesday, 5), Pollutant::pm2_5, Flag::calibration, ug(900)});
    desk.begin();
    Correction c;
    c.station = "A";
    c.first = c.last = hour(tuesday, 6);
    c.kind = CorrectionKind::replace;
    c.value = ug(33);
    c.why = "zero drift";
    const auto made = admit_correction(desk.turns->state(), c, "env", desk.clock.now(), desk.config.rules);
    REQUIRE(made.has_value());
    desk.happen(*made);
    desk.begin();
    const auto decided =
        admit_decision(desk.turns->state(), made->correction.id, true, "met", "", desk.clock.now(), desk.config.rules);
    REQUIRE(decided.has_value());
    desk.happen(*decided);
    daemon::Turn marks;
    marks.marked_hours.insert({hour(tuesday, 6), StationIndex{0}});
    marks.marks.push_back({StationIndex{0}, hour(tuesday, 6), Pollutant::pm2_5, QcMark::spike, "far above"});
    REQUIRE(desk.store->commit(marks).has_value());
    desk.begin();

    const auto answer = desk.read_json(read_hours, "place=A&first=2016-12-20T05:00&last=2016-12-20T06:00");
    CHECK(said(answer, "hours.0.values.pm2_5") == "null");
    CHECK(said(answer, "hours.0.received") == R"({"pm2_5":"900"})");
    CHECK(said(answer, "hours.0.flags") == R"({"pm2_5":{"flag":"C","zh":"校准"}})");
    CHECK(said(answer, "hours.0.coverage") == R"({"present":5,"of":6,"what":"pollutants"})");
    CHECK(said(answer, "hours.1.values.pm2_5") == "\"33\"");
    CHECK(said(answer, "hours.1.received") == R"({"pm2_5":"200"})");
    CHECK(said(answer, "hours.1.marks") == R"({"pm2_5":["spike","corrected"]})");
    const auto csv = desk.csv(read_hours, "place=A&first=2016-12-20T06:00&last=2016-12-20T06:00&format=csv");
    CHECK(csv == "place,hour,aqi,level,primary,note,coverage,coverage_of,edition,quality,so2_ug_per_m3,no2_ug_per_m3,"
                 "pm10_ug_per_m3,co_mg_per_m3,o3_ug_per_m3,pm2_5_ug_per_m3,flags_and_marks\r\n"
                 "A,2016-12-20 06:00,48,1,,,6,6,cn-2012,preliminary,20,20,20,1,20,33,pm2_5:spike corrected\r\n");
}

TEST_CASE("read hours: pages follow each other and a cursor belongs to its question")
{
    Desk desk;
    desk.begin();
    const std::string question = "place=A&first=2016-12-20T01:00&last=2016-12-20T05:00&limit=2";
    std::vector<std::string> seen;
    std::string cursor;
    for (int page = 0; page < 3; ++page) {
        const auto answer = desk.read_json(read_hours, question + (cursor.empty() ? "" : "&cursor=" + cursor));
        for (const auto& row : list_of(answer, "hours")) seen.push_back(said(row, "hour"));
        const auto next = at(answer, "next");
        CHECK(next.is_null() == (page == 2));
        if (next.is_string()) cursor = json::value_to<std::string>(next);
    }
    CHECK(seen == std::vector<std::string>{"\"2016-12-20 01:00\"", "\"2016-12-20 02:00\"", "\"2016-12-20 03:00\"",
                                           "\"2016-12-20 04:00\"", "\"2016-12-20 05:00\""});
    for (const char* bad : {"0", "-1", "x", "412000a", "99999999999999999999", "%27%3B--"}) {
        INFO(bad);
        CHECK(desk.refused(read_hours, question + "&cursor=" + bad) == 400);
    }
}

TEST_CASE("read hours: what cannot be read is refused, and what is too much")
{
    Desk desk;
    desk.begin();
    struct Row {
        const char* query;
        int status;
    };
    const Row rows[] = {
        {"", 400},
        {"place=", 400},
        {"place=nobody", 404},
        {"place=A%27%3BDROP%20TABLE%20daily%3B--", 404},
        {"place=%3Cscript%3E", 404},
        {"place=A&first=yesterday", 400},
        {"place=A&first=2016-02-30", 400},
        {"place=A&first=2016-12-20T25:00", 400},
        {"place=A&first=2016-12", 400},
        {"place=A&first=2016-12-20&last=2016-12-19", 400},
        {"place=A&first=0001-01-01", 400},
        {"place=A&limit=0", 400},
        {"place=A&limit=many", 400},
        {"place=A&format=xml", 400},
        {"place=A&places=B", 400},
        {"place=A&first=2016-09-19&last=2016-12-20", 422}, // 93 days
        {"place=A&first=2016-09-20&last=2016-12-20", 0},   // 92
    };
    for (const auto& row : rows) {
        INFO(row.query);
        CHECK(desk.refused(read_hours, row.query) == row.status);
    }
    CHECK(rows_of(desk.read_json(read_days, "place=A"), "days") == 2); // the tables are still there
    FigureDesk empty;
    empty.begin();
    CHECK(empty.refused(read_hours, "place=A") == 422);
    CHECK(empty.refused(read_days, "place=A") == 422);
}

TEST_CASE("read days: as they were published, with what they rest on")
{
    Desk desk;
    desk.begin();
    const auto answer = desk.read_json(read_days, "place=city&first=2016-12-01&last=2016-12-31");
    CHECK(said(answer, "window") == "\"24h\"");
    REQUIRE(rows_of(answer, "days") == 2); // other days are not closed or not on record
    CHECK(said(answer, "days.0.date") == "\"2016-12-19\"");
    CHECK(said(answer, "days.0.aqi") == "57");
    CHECK(said(answer, "days.0.level") == "2");
    CHECK(said(answer, "days.0.verdict") == "\"good\"");
    CHECK(said(answer, "days.0.values.pm2_5") == "\"40\"");
    CHECK(said(answer, "days.0.coverage") == R"({"present":6,"of":6,"what":"pollutants"})");
    CHECK(said(answer, "days.0.valid.pm2_5") == "2"); // sites
    CHECK(said(answer, "days.0.sites") == "2");
    CHECK(said(answer, "days.1.aqi") == "250");
    CHECK(said(answer, "days.1.verdict") == "\"lost\"");
    CHECK(said(answer, "days.1.edition") == "\"cn-2012\"");
    CHECK(said(answer, "days.1.dust") == "false");
    CHECK(said(desk.read_json(read_days, "place=A"), "days.0.valid.pm2_5") == "24"); // hours
}

TEST_CASE("read: hours and days that left the memory are read from the record")
{
    FigureDesk desk;
    desk.config.rules.open_days = 2;
    desk.config.rules.ledger_days = 3;
    for (int back = 9; back >= 0; --back) desk.hours_of(tuesday.plus(-back), back == 9 ? 40 : 200);
    desk.begin();
    REQUIRE(desk.turns->state().station(StationIndex{0}).day(day(2016, 12, 11)) == nullptr);
    REQUIRE(desk.turns->state().ledger(PlaceIndex{0}).day(day(2016, 12, 11)) == nullptr);
    const auto hours = desk.read_json(read_hours, "place=A&first=2016-12-11T10:00&last=2016-12-11T10:00");
    CHECK(said(hours, "hours.0.aqi") == "57");
    CHECK(said(hours, "hours.0.values.pm2_5") == "\"40\"");
    CHECK(said(hours, "hours.0.coverage") == "null"); // nobody knows any more
    CHECK(said(desk.read_json(read_days, "place=A&first=2016-12-11&last=2016-12-11"), "days.0.aqi") == "57");
    const auto calendar = desk.read_json(read_calendar, "year=2016&places=A");
    CHECK(said(calendar, "places.0.aqi.345") == "57"); // 11 December is the 346th day
    CHECK(said(calendar, "places.0.aqi.346") == "250");
    CHECK(said(calendar, "places.0.aqi.354") == "250"); // the last, from memory
    CHECK(said(calendar, "places.0.good") == "1");
    CHECK(said(calendar, "places.0.lost") == "9");
}

TEST_CASE("read calendar: a year in lists, and what an undetermined day lacks")
{
    FigureDesk desk;
    desk.hours_of(monday, 40);
    for (int h = 1; h <= 24; ++h) {
        for (std::uint32_t s = 0; s < 2; ++s)
            for (const auto p : all_pollutants)
                if (p != Pollutant::no2 || h > 5) // 19 hours
                    desk.happen(Observed{StationIndex{s}, hour(tuesday, h), p, Flag::normal,
                                         ug(p == Pollutant::co ? 1'000 : 20)});
        desk.happen(HourClosed{hour(tuesday, h), closing(hour(tuesday, h)), false});
    }
    desk.happen(DustDeclared{"city", monday, true, {"CNEMC 2016-5", "", {"env", {}}}});
    desk.begin();
    const auto answer = desk.read_json(read_calendar, "year=2016");
    CHECK(said(answer, "days") == "366");
    CHECK(said(answer, "through") == "354");
    CHECK(said(answer, "editions.0") == R"({"from":0,"id":"cn-2012"})");
    REQUIRE(rows_of(answer, "places") == 1);
    for (const char* list : {"aqi", "level", "primary", "verdict"}) CHECK(rows_of(at(answer, "places.0"), list) == 366);
    CHECK(said(answer, "places.0.aqi.353") == "57");
    CHECK(said(answer, "places.0.level.353") == "2");
    CHECK(said(answer, "places.0.primary.353") == "\"PM2.5\"");
    CHECK(said(answer, "places.0.verdict.353") == "\"good\"");
    CHECK(said(answer, "places.0.verdict.354") == "\"undetermined\"");
    CHECK(said(answer, "places.0.verdict.355") == "null");
    CHECK(said(answer, "places.0.aqi.0") == "null");
    CHECK(said(answer, "places.0.why") == R"({"354":"NO2"})");
    CHECK(said(answer, "places.0.dust") == "[353]");
    CHECK(rows_of(desk.read_json(read_calendar, "year=2016&kind=station"), "places") == 2);
    CHECK(said(desk.read_json(read_calendar, "year=2014&places=A,B"), "places.1.verdict.3") == "null");
    CHECK(said(desk.read_json(read_calendar, "year=2017&places=A"), "through") == "-1");
    for (const auto& [query, status] : {std::pair{"year=twenty", 400},
                                        {"year=99999", 400},
                                        {"year=2016&places=A,,B", 400},
                                        {"year=2016&places=A,", 400},
                                        {"year=2016&places=A&kind=area", 400},
                                        {"year=2016&kind=town", 400},
                                        {"year=2016&places=nobody", 404}}) {
        INFO(query);
        CHECK(desk.refused(read_calendar, query) == status);
    }
}

TEST_CASE("read ranking: the smaller is the better, equal ones share a rank, nothing has none")
{
    FigureDesk desk;
    auto& areas = desk.config.rules.network.areas;
    const auto county = [&](const char* id, std::optional<std::uint32_t> station) {
        Area area{id, id, AreaKind::county, {}};
        if (station) area.members.push_back(Membership{StationIndex{*station}});
        areas.push_back(area);
    };
    county("worse", 1);
    county("empty", std::nullopt);
    county("east", 0);
    county("west", 0);
    // The store and turns were made for the network as it was.
    desk.turns.reset();
    desk.store.emplace(desk.folder.path() / "counties.db", daemon::Durability::process, desk.config.rules.network);
    desk.turns.emplace(desk.config, *desk.store, desk.clock);
    for (int h = 1; h <= 24; ++h) {
        for (std::uint32_t s = 0; s < 2; ++s)
            for (const auto p : all_pollutants)
                desk.happen(Observed{StationIndex{s}, hour(tuesday, h), p, Flag::normal,
                                     ug(p == Pollutant::co      ? 1'000
                                        : p == Pollutant::pm2_5 ? (s == 0 ? 40 : 200)
                                                                : 20)});
        desk.happen(HourClosed{hour(tuesday, h), closing(hour(tuesday, h)), false});
    }
    desk.begin();
    const auto answer = desk.read_json(read_ranking, "");
    CHECK(said(answer, "date") == "\"2016-12-20\"");
    CHECK(said(answer, "by") == "\"aqi\"");
    std::string order;
    for (const auto& row : list_of(answer, "areas"))
        order += said(row, "rank") + " " + said(row, "id") + " " + said(row, "aqi") + "; ";
    CHECK(order == R"(1 "east" 57; 1 "west" 57; 3 "worse" 250; null "empty" null; )");
    // Of a month by the composite index: 20/60 + 20/40 + 20/70 + 1/4 + 20/160 + 40/35, each to hundredths:
    // 0.33 + 0.50 + 0.29 + 0.25 + 0.12 + 1.14 (20/160 = 0.125: to the even digit).
    const auto month = desk.read_json(read_ranking, "period=month");
    CHECK(said(month, "first") == "\"2016-12-01\"");
    CHECK(said(month, "areas.0.composite") == "\"2.63\"");
    CHECK(said(month, "areas.0.valid_days.pm2_5") == "1");
    CHECK(said(month, "areas.2.id") == "\"worse\"");
    CHECK(desk.refused(read_ranking, "date=2016-12-21") == 422);
    CHECK(desk.refused(read_ranking, "period=week") == 400);
}

TEST_CASE("read: names are texts, in JSON and in tables")
{
    FigureDesk desk;
    auto& network = desk.config.rules.network;
    network.stations[0].name = "=1+1,\"x\"";
    network.stations[1].name = "'; DROP TABLE place; --\nnext";
    network.areas[0].name = hostile;
    const auto stations = desk.read_json(read_stations, "");
    CHECK(json::value_to<std::string>(at(stations, "stations.0.name")) == "=1+1,\"x\"");
    CHECK(said(stations, "stations.0.areas") == "[\"city\"]");
    CHECK(desk.csv(read_stations, "format=csv") == "id,name,position,areas\r\n"
                                                   "A,\"'=1+1,\"\"x\"\"\",,city\r\n"
                                                   "B,\"'; DROP TABLE place; --\nnext\",,city\r\n");
    const auto areas = desk.read_json(read_areas, "");
    CHECK(json::value_to<std::string>(at(areas, "areas.0.name")) == hostile);
    CHECK(said(areas, "areas.0.stations") == R"(["A","B"])");
    CHECK(said(areas, "areas.0.members.1.role") == "\"evaluation\"");
    CHECK(desk.csv(read_areas, "format=csv") == "id,name,kind,code,station,role,from,until\r\n"
                                                "city,<script>alert(1)</script>,city,,A,evaluation,,\r\n"
                                                "city,<script>alert(1)</script>,city,,B,evaluation,,\r\n");
    CHECK(desk.refused(read_areas, "name=x") == 400);
}
