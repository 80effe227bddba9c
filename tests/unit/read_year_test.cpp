// The year of a place, what it would take, and the gaps, forecasts and episodes that belong to it, as they are read over HTTP.
#include "daemon/web/read_episodes.hpp"
#include "daemon/web/read_forecasts.hpp"
#include "daemon/web/read_gaps.hpp"
#include "daemon/web/read_year.hpp"
#include "tests/support/figure_desk.hpp"

#include <catch2/catch.hpp>

using namespace aqi;
using namespace aqi::daemon::web;
using namespace aqi::tests;
namespace json = boost::json;

namespace {

/// 2016-01-01..03 at 60, 80 and 100, a target of 62 and of 200 good days.
struct YearDesk : FigureDesk {
    YearDesk()
    {
        config.rules.book.targets = {{"*", 2016, std::nullopt, ug(62), 200}};
        stated(day(2016, 1, 1), 60);
        stated(day(2016, 1, 2), 80);
        stated(day(2016, 1, 3), 100);
        begin();
    }
};

ForecastIssued forecast(LocalDay of, int low, int high, const char* organisation, Instant received)
{
    Forecast f;
    f.area = "city";
    f.organisation = organisation;
    f.person = "env";
    f.issued_at = received;
    f.days.push_back({of, low, high, "PM2.5"});
    return {f, received};
}

} // namespace

TEST_CASE("read year: the mean so far and what the rest may average, day by day")
{
    YearDesk desk;
    const auto answer = desk.read_json(read_year, "place=city");
    CHECK(said(answer, "year") == "2016");
    CHECK(said(answer, "days") == "366");
    CHECK(said(answer, "through") == "\"2016-01-03\"");
    CHECK(said(answer, "elapsed") == "3");
    CHECK(said(answer, "edition") == "\"cn-2012\"");
    REQUIRE(list_of(answer, "pollutants").size() == 1);
    const auto pm = at(answer, "pollutants.0");
    CHECK(said(pm, "pollutant") == "\"pm2_5\"");
    CHECK(said(pm, "by_day") == R"(["60","70","80"])");
    // (62*366 - 60)/365 = 62.005, (22692 - 140)/364 = 61.956, (22692 - 240)/363 = 61.851: cut, never rounded up.
    CHECK(said(pm, "allowance_by_day") == R"(["62","61.9","61.8"])");
    CHECK(said(pm, "mean") == "\"80\"");
    CHECK(said(pm, "target") == "\"62\"");
    CHECK(said(pm, "allowance") == "\"61.851\"");
    CHECK(said(pm, "valid_days") == "3");
    CHECK(said(pm, "remaining_days") == "363");
    CHECK(said(pm, "standing") == "\"open\"");
    CHECK(said(pm, "coverage.needed") == "324");
    CHECK(said(pm, "coverage.may_lose") == "3"); // April asks for 27 of 30
    CHECK(said(pm, "coverage.months.0.valid") == "3");
    // 60 is index 82 but nothing else was measured: undetermined. 80 and 100 are above 75: lost.
    const auto good = at(answer, "good_days");
    CHECK(said(good, "good") == "0");
    CHECK(said(good, "lost") == "2");
    CHECK(said(good, "undetermined") == "1");
    CHECK(said(good, "by_day") == "[0,0,0]");
    CHECK(said(good, "at_most_by_day") == "[1,1,1]");
    CHECK(said(good, "target") == "200");
    CHECK(said(good, "lost_by_primary") == R"({"pm2_5":2})");
    CHECK(said(good, "lost_days.0.margin") == "\"5\"");
    CHECK(said(good, "last_year.days") == "365");
    CHECK(said(good, "last_year.by_day.364") == "null");
    CHECK(desk.csv(read_year, "place=city&format=csv") ==
          "place,date,good_days,good_days_at_most,edition,quality,mean_pm2_5_ug_per_m3,allowance_pm2_5_ug_per_m3\r\n"
          "city,2016-01-01,0,1,cn-2012,preliminary,60,62\r\n"
          "city,2016-01-02,0,1,cn-2012,preliminary,70,61.9\r\n"
          "city,2016-01-03,0,1,cn-2012,preliminary,80,61.8\r\n");
}

TEST_CASE("read year: without its first days in memory there is no course, but the sums stand")
{
    FigureDesk desk;
    desk.config.rules.ledger_days = 2;
    desk.config.rules.book.targets.clear();
    desk.stated(day(2016, 1, 1), 60);
    desk.stated(day(2016, 1, 2), 80);
    desk.stated(day(2016, 1, 3), 100);
    desk.begin();
    const auto answer = desk.read_json(read_year, "place=city");
    CHECK(said(answer, "pollutants.0.by_day") == "[]"); // 90 would be a wrong mean
    CHECK(said(answer, "pollutants.0.mean") == "\"80\"");
    CHECK(said(answer, "good_days.at_most_by_day") == "[1,1,1]"); // verdicts stand in the record
}

TEST_CASE("read year: last year's staircase, and both forms of a year with dust")
{
    FigureDesk desk;
    desk.hours_of(day(2015, 12, 30), 40);
    desk.hours_of(day(2015, 12, 31), 40);
    desk.hours_of(day(2016, 1, 1), 40);
    desk.hours_of(day(2016, 1, 2), 200);
    desk.happen(DustDeclared{"city", day(2016, 1, 2), true, {"CNEMC 2016-1", "", {"env", {}}}});
    desk.begin();
    const auto answer = desk.read_json(read_year, "place=city");
    CHECK(said(answer, "has_dust") == "true");
    CHECK(said(answer, "good_days.by_day") == "[1,1]");
    CHECK(said(answer, "good_days.last_year.by_day.362") == "null");
    CHECK(said(answer, "good_days.last_year.by_day.363") == "1");
    CHECK(said(answer, "good_days.last_year.by_day.364") == "2");
    const auto deducted = desk.read_json(read_year, "place=city&form=dust_deducted");
    for (const auto& p : list_of(deducted, "pollutants"))
        if (said(p, "pollutant") == "\"pm2_5\"") CHECK(said(p, "by_day") == R"(["40","40"])");
}

TEST_CASE("read year: what cannot be asked")
{
    YearDesk desk;
    for (const auto& [query, status] : {std::pair{"", 400},
                                        {"place=city&year=x", 400},
                                        {"place=city&year=2016.5", 400},
                                        {"place=city&form=wet", 400},
                                        {"place=no%22body", 404},
                                        {"place=city&year=2017", 422},
                                        {"place=city&year=2014", 422}}) {
        INFO(query);
        CHECK(desk.refused(read_year, query) == status);
    }
}

TEST_CASE("read what-if: assumptions in, the year's end out, with exact digits")
{
    YearDesk desk;
    // Months without an assumption go on as the year to date, 80; a December of 80 changes nothing.
    const auto reply = desk.read(read_what_if, "area=city&year=2016&assume=12=80&need=12&lang=en");
    const auto answer = json::parse(reply.body);
    CHECK(said(answer, "ok") == "true");
    CHECK(said(answer, "unit") == "\"ug/m3\"");
    CHECK(said(answer, "paper.tables.year_end.rows.0.assumed") == "\"12=80\"");
    CHECK(said(answer, "paper.tables.year_end.rows.0.meets") == "\"no\"");
    CHECK(reply.body.find(R"("mean": 80.0)") != std::string::npos); // as printed: no binary number in between
    CHECK(said(answer, "paper.tables.needed.rows.0.month") == "\"2016-12\"");
    CHECK(json::value_to<std::string>(at(answer, "text")).find("what would it take") != std::string::npos);
    for (const auto& [query, status] : {std::pair{"area=city", 400},
                                        {"area=A&year=2016", 404},
                                        {"area=city&year=2016&assume=13=80", 400},
                                        {"area=city&year=2016&assume=12=-5", 400},
                                        {"area=city&year=2016&assume=12", 400},
                                        {"area=city&year=2016&need=0", 400},
                                        {"area=city&year=2016&need=12x", 400},
                                        {"area=city&year=2016&good_rate=101", 400},
                                        {"area=city&year=2016&draws=100000", 400},
                                        {"area=city&year=2016&pollutant=pm1", 400},
                                        {"area=city&year=2016&lang=fr", 400},
                                        {"area=city&year=2013", 422}}) {
        INFO(query);
        CHECK(desk.refused(read_what_if, query) == status);
    }
}

TEST_CASE("read completeness: hours with a value of those that should be there")
{
    FigureDesk desk;
    for (int h = 1; h <= 24; ++h) {
        for (std::uint32_t s = 0; s < 2; ++s)
            for (const auto p : all_pollutants)
                if (s == 0 || p != Pollutant::o3 || h > 3)
                    desk.happen(Observed{StationIndex{s}, hour(tuesday, h), p, Flag::normal, ug(20)});
        desk.happen(HourClosed{hour(tuesday, h), closing(hour(tuesday, h)), false});
    }
    desk.begin();
    const auto answer = desk.read_json(read_completeness, "first=2016-12-20&last=2016-12-21");
    CHECK(said(answer, "dates") == R"(["2016-12-20","2016-12-21"])");
    CHECK(said(answer, "stations.0.valid") == "[144,0]");
    CHECK(said(answer, "stations.0.expected") == "[144,0]");
    CHECK(said(answer, "stations.0.tenths") == "[1000,null]"); // the second day is not over
    CHECK(said(answer, "stations.1.tenths") == "[979,null]");  // 141/144 = 97.92 %
    CHECK(desk.csv(read_completeness, "first=2016-12-20&last=2016-12-20&stations=B&format=csv") ==
          "station,name,date,valid_hours,expected_hours,percent\r\n"
          "B,<script>alert(1)</script>,2016-12-20,141,144,97.9\r\n");
    CHECK(desk.refused(read_completeness, "stations=city") == 404);
    CHECK(desk.refused(read_completeness, "first=2015-12-20&last=2016-12-20") == 422); // 367 days
}

TEST_CASE("read coverage and weather: the ledgers that aqictl prints")
{
    FigureDesk desk;
    desk.hours_of(tuesday, 40);
    desk.begin();
    const auto coverage = desk.read_json(read_coverage, "station=A&first=2016-12-20&last=2016-12-20");
    CHECK(said(coverage, "schema") == "\"aqid/coverage/1\"");
    REQUIRE(list_of(coverage, "stations").size() == 1);
    CHECK(said(coverage, "stations.0.expected") == "144");
    CHECK(json::value_to<std::string>(at(coverage, "stations.0.hours")).size() == 24);
    CHECK(list_of(desk.read_json(read_coverage, ""), "stations").size() == 2);
    CHECK(desk.refused(read_coverage, "station=city") == 404);
    CHECK(desk.refused(read_coverage, "first=2010-01-01&last=2016-12-20") == 422);
    const auto weather = desk.read_json(read_weather, "area=city");
    CHECK(said(weather, "schema") == "\"aqid/weather/1\"");
    CHECK(said(weather, "units.wind_speed") == "\"m/s\"");
    CHECK(list_of(weather, "stations").size() == 2);
    CHECK(desk.refused(read_weather, "") == 400);
    CHECK(desk.refused(read_weather, "area=city&station=A") == 400);
    CHECK(desk.refused(read_weather, "area=city&first=2016-10-01&last=2016-12-20") == 422);
}

TEST_CASE("read forecast series: what had been said by when, beside what came")
{
    FigureDesk desk;
    desk.hours_of(tuesday.plus(-1), 40);
    desk.happen(forecast(tuesday, 150, 170, "qxj", hour(day(2016, 12, 18), 10).instant({})));
    desk.happen(forecast(tuesday, 180, 220, "hbj", hour(day(2016, 12, 19), 10).instant({})));
    desk.happen(forecast(tuesday, 240, 260, "hbj", hour(tuesday, 10).instant({}))); // of the day itself: no forecast
    desk.hours_of(tuesday, 200);
    desk.begin();
    const auto answer = desk.read_json(read_forecast_series, "area=city&first=2016-12-20&last=2016-12-20");
    CHECK(said(answer, "leads") == "[1,2,3,4,5,6,7]");
    CHECK(said(answer, "organisations.1") == R"({"id":"qxj","name":"气象局","bureau":"meteorology"})");
    CHECK(said(answer, "days.0.aqi") == "250");
    std::string told;
    for (const auto& f : list_of(answer, "days.0.forecasts"))
        told += said(f, "organisation") + said(f, "lead_days") + ":" + said(f, "low") + "-" + said(f, "high") + " ";
    CHECK(told == R"("hbj"1:180-220 "qxj"1:150-170 "qxj"2:150-170 )");
    const auto scores = desk.read_json(read_verification, "area=city&first=2016-12-20&last=2016-12-20");
    CHECK(said(scores, "scores.0.organisation") == "\"hbj\"");
    CHECK(said(scores, "scores.0.in_range") == "0");
    CHECK(said(scores, "scores.0.under") == "0"); // 220 is of the class of 250
    CHECK(said(scores, "scores.0.heavy_hits") == "1");
    CHECK(desk.refused(read_verification, "area=city&first=2015-01-01&last=2016-12-20") == 422);
    CHECK(desk.refused(read_forecast_series, "area=A") == 404);
}

TEST_CASE("read forecast series: of a day to come only leads whose day has come")
{
    FigureDesk desk;
    desk.hours_of(tuesday, 40);
    // It is Wednesday, 00:20. Of Friday the leads 2 and up have come; what was said on Tuesday is of lead 3, and holds still.
    desk.happen(forecast(day(2016, 12, 23), 90, 110, "hbj", hour(tuesday, 10).instant({})));
    desk.begin();
    const auto answer = desk.read_json(read_forecast_series, "area=city&first=2016-12-23&last=2016-12-23");
    CHECK(said(answer, "days.0.aqi") == "null");
    std::string leads;
    for (const auto& f : list_of(answer, "days.0.forecasts")) leads += said(f, "lead_days") + " ";
    CHECK(leads == "2 3 ");
}

TEST_CASE("read episodes: runs of heavy days with their peak, and the warnings that went with them")
{
    FigureDesk desk;
    desk.hours_of(day(2016, 12, 17), 200);
    desk.hours_of(day(2016, 12, 18), 40);
    desk.hours_of(day(2016, 12, 19), 200);
    desk.hours_of(tuesday, 210); // 60/100*100 + 200
    Revision r;
    r.number = 1;
    r.level = WarningLevel::orange;
    r.effective = hour(day(2016, 12, 19), 8);
    r.proposed_at = r.moved_at = hour(day(2016, 12, 18), 20).instant({});
    r.rules = "2016-225";
    desk.happen(Proposed{"city-2016-001", "city", r});
    desk.begin();
    const auto answer = desk.read_json(read_episodes, "area=city");
    CHECK(said(answer, "heavy_above") == "200");
    REQUIRE(list_of(answer, "spells").size() == 2);
    CHECK(said(answer, "spells.0.first") == "\"2016-12-17\"");
    CHECK(said(answer, "spells.0.days") == "1");
    CHECK(said(answer, "spells.0.ongoing") == "false");
    CHECK(said(answer, "spells.0.warnings") == "[]"); // proposed the day after
    CHECK(said(answer, "spells.1.peak") == R"({"date":"2016-12-20","aqi":260,"level":5,"primary":"PM2.5"})");
    CHECK(said(answer, "spells.1.mean_pm2_5") == "\"205\"");
    CHECK(said(answer, "spells.1.ongoing") == "true");
    CHECK(said(answer, "spells.1.warnings") == R"(["city-2016-001"])");
    CHECK(said(answer, "warnings.0.highest") == "\"none\""); // nothing was issued
    CHECK(said(answer, "warnings.0.revisions.0.effective") == "\"2016-12-19T08:00:00+08:00\"");
    CHECK(said(answer, "warnings.0.revisions.0.issued_at") == "null");
    CHECK(list_of(desk.read_json(read_episodes, "area=city&year=2015"), "spells").empty());
    CHECK(desk.refused(read_episodes, "area=%00") == 400);
    CHECK(desk.refused(read_episodes, "area=A") == 404);
}
