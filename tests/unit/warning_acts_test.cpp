// What is refused to people, in words they can act on; what is permitted is told by tests/scenarios.
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace aqi;
using namespace aqi::tests;

namespace {

const LocalDay monday = day(2016, 12, 12);
const Instant now = closing(hour(monday, 10));

Forecast good() { return {"city", "hbj", "env", now, {{monday.plus(1), 205, 225}}}; }

std::string why_not(const std::function<void(Forecast&)>& change)
{
    const Rules rules = small_town(1);
    Forecast f = good();
    change(f);
    const auto admitted = admit_forecast(f, now, rules);
    return admitted ? "admitted" : admitted.error().detail;
}

} // namespace

TEST_CASE("a forecast that cannot be meant is refused with what is wrong about it")
{
    CHECK(why_not([](Forecast&) {}) == "admitted");
    CHECK(why_not([](Forecast& f) { f.area = "ctiy"; }).find("there is no area ctiy") != std::string::npos);
    CHECK(why_not([](Forecast& f) { f.days[0].aqi_low = 230; }).find("no range") != std::string::npos);
    CHECK(why_not([](Forecast& f) { f.days[0].aqi_high = 501; }).find("no range") != std::string::npos);
    CHECK(why_not([](Forecast& f) { f.days.clear(); }).find("at least one day") != std::string::npos);
    CHECK(why_not([](Forecast& f) { f.days.push_back(f.days[0]); }).find("twice") != std::string::npos);
    CHECK(why_not([](Forecast& f) { f.days[0].day = monday.plus(-1); }).find("looks ahead") != std::string::npos);
    CHECK(why_not([](Forecast& f) { f.days[0].day = monday.plus(40); }).find("days ahead") != std::string::npos);
    CHECK(why_not([](Forecast& f) { f.issued_at.ms += 3'600'000; }).find("ahead of our clock") != std::string::npos);
    CHECK(why_not([](Forecast& f) { f.person = "nobody"; }).find("no person nobody") != std::string::npos);
    CHECK(why_not([](Forecast& f) {
              f.person = "mayor";
              f.organisation = "zf";
          }).find("no right to forecast") != std::string::npos);
    CHECK(why_not([](Forecast& f) { f.organisation = "qxj"; }).find("does not belong") != std::string::npos);
    CHECK(why_not([](Forecast& f) {
              f.days[0].values[Pollutant::pm2_5] = ConcentrationRange{ug(160), ug(120)};
          }).find("upside down") != std::string::npos);
    CHECK(why_not([](Forecast& f) { f.hours = {{hour(monday, 12), 300, 200}}; }).find("no range") != std::string::npos);
    CHECK(why_not([](Forecast& f) { f.days[0].weather = std::string(3'000, 'x'); }).find("at most") !=
          std::string::npos);
}

TEST_CASE("an organisation that speaks for one county neither forecasts nor signs for another area")
{
    Rules rules = small_town(1);
    Area county = rules.network.areas[0];
    county.id = "county";
    rules.network.areas.push_back(county);
    rules.network.organisations[0].areas = {"county"};
    CHECK(admit_forecast(good(), now, rules).error().detail.find("does not speak for city") != std::string::npos);
    Forecast f = good();
    f.area = "county";
    CHECK(admit_forecast(f, now, rules).has_value());
    const State state{rules.network};
    CHECK(admit_proposal(state, {"city", "env", WarningLevel::yellow, false, {}, {}, "", "因为"}, now, rules)
              .error()
              .detail.find("does not speak for city") != std::string::npos);
}

TEST_CASE("an order names who gave it, its document, areas and levels that are known, and ends after it begins")
{
    const Rules rules = small_town(1);
    const State state{rules.network};
    const OrderFromAbove good_order{"", "省攻坚办", "豫环〔2016〕1号", {"city"}, WarningLevel::red, {}, {}, "", {}};
    const auto why = [&](const std::function<void(OrderFromAbove&)>& change) {
        OrderFromAbove order = good_order;
        change(order);
        const auto admitted = admit_order(state, order, "office", now, rules);
        return admitted ? "admitted" : admitted.error().detail;
    };
    CHECK(why([](OrderFromAbove&) {}) == "admitted");
    CHECK(why([](OrderFromAbove& o) { o.document.clear(); }).find("number of its document") != std::string::npos);
    CHECK(why([](OrderFromAbove& o) { o.areas = {"nowhere"}; }).find("no area nowhere") != std::string::npos);
    CHECK(why([](OrderFromAbove& o) { o.areas.clear(); }).find("at least one area") != std::string::npos);
    CHECK(why([](OrderFromAbove& o) { o.level = WarningLevel::none; }).find("that could end") != std::string::npos);
    CHECK(why([](OrderFromAbove& o) { o.until = hour(monday, 1); }).find("end before") != std::string::npos);
}

TEST_CASE("what came late is kept and does not hold, and a repetition is known")
{
    ForecastBook book;
    Forecast first = good();
    Forecast later = good();
    later.issued_at.ms += 3'600'000;
    later.days[0].aqi_high = 260;
    book.add(later, Instant{later.issued_at.ms});
    CHECK(!book.knows(first));
    book.add(first, Instant{later.issued_at.ms + 1});
    CHECK(book.knows(first));
    CHECK(book.highest(monday.plus(1)) == 260);
    CHECK(book.revisions(monday.plus(1), "hbj").size() == 2);
    CHECK(book.said(monday.plus(1), "hbj")->day.aqi_high == 260);
}
