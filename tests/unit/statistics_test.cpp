#include "libaqi/statistics.hpp"
#include "tests/support/builders.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

using namespace aqi;
using namespace aqi::tests;

namespace {

using Values = PerPollutant<std::optional<Concentration>>;

/// The six daily values of a day in ug/m3, CO in mg/m3; "" for none.
Values six(std::string_view so2, std::string_view no2, std::string_view pm10, std::string_view co, std::string_view o3,
           std::string_view pm2_5)
{
    Values out;
    const std::array<std::string_view, pollutant_count> texts = {so2, no2, pm10, co, o3, pm2_5};
    for (const auto p : all_pollutants)
        if (!texts[index_of(p)].empty()) out[p] = conc(texts[index_of(p)], p);
    return out;
}

/// A small town that is told in daily values, as archives state them, day after day.
struct Town {
    explicit Town(int stations = 1) : rules(small_town(stations)), state(rules.network) {}

    void tell(std::uint32_t station, LocalDay d, const Values& values)
    {
        for (const auto p : all_pollutants)
            if (values[p]) absorb(state, ObservedDay{StationIndex{station}, d, p, Flag::normal, values[p]}, rules);
    }
    void close(LocalDay d)
    {
        absorb(state, HourClosed{hour(d, 24), closing(hour(d, 24)), false}, rules);
        settle(state, rules, nullptr);
    }
    void day_of(LocalDay d, const Values& values)
    {
        tell(0, d, values);
        close(d);
    }
    void dust(LocalDay d) { absorb(state, DustDeclared{"city", d, true, {"CNEMC 2017-5", "", {"env", {}}}}, rules); }
    PlaceIndex city() const { return rules.network.place(AreaIndex{0}); }
    PeriodStatistics of(LocalDay first, LocalDay last, DustForm form = DustForm::as_measured) const
    {
        return statistics(state, city(), first, last, form, rules);
    }

    Rules rules;
    State state;
};

std::vector<Mean> whole_numbers(int n)
{
    std::vector<Mean> out;
    for (int i = n; i >= 1; --i) out.push_back(Mean::of(ug(i))); // in no helpful order
    return out;
}

std::vector<Mean> of_ug(std::initializer_list<std::int64_t> values)
{
    std::vector<Mean> out;
    for (const auto value : values) out.push_back(Mean::of(ug(value)));
    return out;
}

constexpr DustForm measured = DustForm::as_measured;
constexpr DustForm deducted = DustForm::dust_deducted;

/// A day without anything that stands out: AQI 57 from PM2.5 40 ((100-50)/(75-35)*5+50 = 56.25).
const Values plain = six("20", "30", "60", "1.0", "80", "40");

} // namespace

// --- percentiles -----------------------------------------------------------------------------------------------------

TEST_CASE("percentile: k = 1 + (n-1) p, and the line between two values")
{
    struct Row {
        int n;
        int percent;
        std::int64_t step_ng;
        std::int64_t expected_ng;
    };
    const Row rows[] = {
        {365, 90, 10, 328'600},    // k = 1 + 364*0.90 = 328.6
        {365, 95, 10, 346'800},    // k = 1 + 364*0.95 = 346.8
        {365, 98, 10, 357'720},    // k = 1 + 364*0.98 = 357.72
        {366, 95, 10, 347'750},    // k = 1 + 365*0.95 = 347.75
        {365, 90, 1'000, 329'000}, // 328.6
        {366, 95, 1'000, 348'000}, // 347.75
        {365, 98, 1'000, 358'000}, // 357.72
        {365, 98, 100, 357'700},   // 357.72
        {1, 95, 10, 1'000},        // n = 1: k = 1
        {1, 0, 10, 1'000},         //
        {1, 100, 10, 1'000},       //
        {31, 0, 10, 1'000},        // the lowest
        {31, 100, 10, 31'000},     // the highest: there is nothing above it to go to
        {31, 90, 10, 28'000},      // k = 1 + 27 exactly
        {31, 95, 10, 29'500},      // k = 1 + 28.5
        {31, 95, 1'000, 30'000},   // 29.5: a tie, to the even 30
        {2, 50, 1'000, 2'000},     // 1.5: a tie, to the even 2
        {4, 50, 1'000, 2'000},     // 2.5: a tie, to the even 2
    };
    for (const auto& row : rows) {
        INFO("1.." << row.n << " P" << row.percent << " step " << row.step_ng);
        CHECK(percentile_of(whole_numbers(row.n), row.percent, row.step_ng).ng_per_m3() == row.expected_ng);
    }
}

TEST_CASE("percentile: equal values are each a value")
{
    CHECK(percentile_of(of_ug({5, 9, 5, 5}), 50, 10) == ug(5));                   // k = 2.5 between 5 and 5
    CHECK(percentile_of(of_ug({5, 9, 5, 5}), 90, 10).ng_per_m3() == 7'800);       // k = 3.7: 5 + 4*0.7
    CHECK(percentile_of(of_ug({7, 7, 7, 7, 7}), 98, 10) == ug(7));                //
    CHECK(percentile_of(of_ug({0, 0, 0, 0, 100}), 90, 10).ng_per_m3() == 60'000); // k = 4.6: 0 + 100*0.6
}

TEST_CASE("percentile: fractions of hours and of sites meet exactly")
{
    const std::array<Mean, 3> low = {Mean::of(ug(10)), Mean::of(ug(10)), Mean::of(ug(11))};  // 31/3
    const std::array<Mean, 3> high = {Mean::of(ug(10)), Mean::of(ug(11)), Mean::of(ug(11))}; // 32/3
    // (31/3 + 32/3) / 2 = 10.5: a tie, though neither value is a finite decimal. To the even 10.
    CHECK(percentile_of({Mean::of_sites(high), Mean::of_sites(low)}, 50, 1'000) == ug(10));
    // 11.5 in another place: three sites against one station's 7 hours that sum to 84 ug (12): (11 + 12) / 2.
    const std::array<Mean, 3> eleven = {Mean::of(ug(11)), Mean::of(ug(10)), Mean::of(ug(12))};
    CHECK(percentile_of({Mean::of_hours(84'000, 7), Mean::of_sites(eleven)}, 50, 1'000) == ug(12));
    // 32/3 and 80/7: (224 + 240) / 42 = 11.047619...
    CHECK(percentile_of({Mean::of_sites(high), Mean::of_hours(80'000, 7)}, 50, 1).ng_per_m3() == 11'048);
    // 32/3 is the smaller of the two whatever its denominator; P0 is 10.666..., P100 is 11.428571...
    CHECK(percentile_of({Mean::of_hours(80'000, 7), Mean::of_sites(high)}, 0, 1).ng_per_m3() == 10'667);
    CHECK(percentile_of({Mean::of_hours(80'000, 7), Mean::of_sites(high)}, 100, 1).ng_per_m3() == 11'429);
}

// --- small arithmetic ------------------------------------------------------------------------------------------------

TEST_CASE("percent and changes are rounded half to even, once")
{
    CHECK(percent_tenths(196, 366) == 536); // Henan 2016 as published: 53.6 % (53.55)
    CHECK(percent_tenths(1, 3) == 333);
    CHECK(percent_tenths(2, 3) == 667);
    CHECK(percent_tenths(1, 16) == 62);  // 6.25: a tie, to the even 6.2
    CHECK(percent_tenths(3, 16) == 188); // 18.75: a tie, to the even 18.8
    CHECK(percent_tenths(0, 7) == 0);
    CHECK(percent_tenths(7, 7) == 1'000);

    CHECK(change_tenths(ug(67), ug(73)) == -82); // -6/73 = -8.219 %
    CHECK(change_tenths(ug(58), ug(40)) == 450); // 18/40 = 45 %
    CHECK(change_tenths(ug(17), ug(16)) == 62);  // 6.25: a tie, to the even 6.2
    CHECK(change_tenths(ug(15), ug(16)) == -62); // -6.25: to the even -6.2
    CHECK(change_tenths(ug(19), ug(16)) == 188); // 18.75: to the even 18.8
    CHECK(change_tenths(ug(40), ug(40)) == 0);
    CHECK(change_tenths(ug(0), ug(40)) == -1'000);
    CHECK(!change_tenths(ug(5), ug(0)));
}

TEST_CASE("the same date of the year before, 29 February becomes 28")
{
    CHECK(year_before(day(2016, 2, 29)) == day(2015, 2, 28));
    CHECK(year_before(day(2016, 2, 28)) == day(2015, 2, 28));
    CHECK(year_before(day(2017, 2, 28)) == day(2016, 2, 28)); // not 29: the same date
    CHECK(year_before(day(2016, 3, 1)) == day(2015, 3, 1));
    CHECK(year_before(day(2000, 2, 29)) == day(1999, 2, 28));
    CHECK(year_before(day(2016, 12, 31)) == day(2015, 12, 31));
}

TEST_CASE("ranks: equal values share one and the next is skipped, who has no value has no rank")
{
    using Value = std::optional<std::int64_t>;
    using Rank = std::optional<int>;
    const std::array<Value, 5> composite = {314, 173, 173, std::nullopt, 200};
    CHECK(ranks(composite) == std::vector<Rank>{4, 1, 1, std::nullopt, 3});
    CHECK(ranks(composite, true) == std::vector<Rank>{1, 3, 3, std::nullopt, 2});
    const std::array<Value, 4> middle = {1, 2, 2, 4};
    CHECK(ranks(middle) == std::vector<Rank>{1, 2, 2, 4});
    const std::array<Value, 2> nobody = {std::nullopt, std::nullopt};
    CHECK(ranks(nobody) == std::vector<Rank>{std::nullopt, std::nullopt});
    CHECK(ranks({}).empty());
    const std::array<Value, 3> signs = {-82, 0, -82}; // changes fall below zero, and more so is better
    CHECK(ranks(signs) == std::vector<Rank>{1, 3, 1});
}

// --- composite index -------------------------------------------------------------------------------------------------

TEST_CASE("composite index: each term to two decimals, half to even, then the sum")
{
    struct Row {
        const char* place;
        std::array<const char*, 6> values; // SO2 NO2 PM10 CO O3 PM2.5
        std::array<std::int64_t, 6> terms; // hundredths, in the same order
        std::int64_t sum;                  // as published
    };
    // limits: 60, 40, 70, 4, 160, 35
    const Row rows[] = {
        // 3/60 = .05, 13/40 = .325 (even .32), 16/70 = .2286, 0.9/4 = .225 (even .22), 87/160 = .54375, 13/35 = .3714
        {"Heyuan 2022-02", {"3", "13", "16", "0.9", "87", "13"}, {5, 32, 23, 22, 54, 37}, 173},
        // 9/60 = .15, 14/40 = .35, 77/70 = 1.1, 1.1/4 = .275 (even .28), 96/160 = .6, 23/35 = .6571
        {"Naiman Q1", {"9", "14", "77", "1.1", "96", "23"}, {15, 35, 110, 28, 60, 66}, 314},
    };
    const RulePack& rules = pack("cn-2012");
    for (const auto& row : rows) {
        INFO(row.place);
        std::int64_t sum = 0;
        for (const auto p : all_pollutants) {
            const auto& term = rules.composite.terms[p];
            REQUIRE(term);
            const auto hundredths = ratio_hundredths(conc(row.values[index_of(p)], p), term->limit);
            CHECK(hundredths == row.terms[index_of(p)]);
            sum += hundredths;
        }
        CHECK(sum == row.sum);
    }
}

TEST_CASE("composite index of a month: means, but percentiles of CO and ozone")
{
    Town town;
    // February 2022 of Heyuan, 28 days. CO: P95 has k = 1 + 27*0.95 = 26.65: 0.7 + 0.65*(1.0-0.7) = 0.895 -> 0.9.
    // O3: P90 has k = 1 + 27*0.9 = 25.3: 84 + 0.3*(94-84) = 87. Their means are others: CO (25*0.5+0.7+1.0+2.0)/28 =
    // 0.579, O3 (24*40+84+94+100+110)/28 = 48.1. SO2, NO2, PM10 and PM2.5 swing around their means.
    for (int d = 0; d < 28; ++d) {
        const bool odd = d % 2 != 0;
        const char* co = d < 25 ? "0.5" : d == 25 ? "0.7" : d == 26 ? "1.0" : "2.0";
        const char* o3 = d < 24 ? "40" : d == 24 ? "84" : d == 25 ? "94" : d == 26 ? "100" : "110";
        town.day_of(day(2022, 2, 1).plus(d),
                    odd ? six("2", "10", "6", co, o3, "3") : six("4", "16", "26", co, o3, "23"));
    }
    const auto s = town.of(day(2022, 2, 1), day(2022, 2, 28));
    REQUIRE(s.pack != nullptr);
    CHECK(s.pack->id == "cn-2012");
    CHECK(s.of[Pollutant::co].percent == 95);
    CHECK(s.of[Pollutant::co].percentile == conc("0.9", Pollutant::co));
    CHECK(s.of[Pollutant::co].published == conc("0.6", Pollutant::co));
    CHECK(s.of[Pollutant::o3].percentile == ug(87));
    CHECK(s.of[Pollutant::o3].mean->ng_per_m3() == 48'143); // 1348/28 = 48.142857
    CHECK(s.of[Pollutant::so2].published == ug(3));
    CHECK(s.composite_terms[Pollutant::co] == 22);
    CHECK(s.composite_terms[Pollutant::o3] == 54);
    CHECK(s.composite_terms[Pollutant::no2] == 32);
    CHECK(s.composite_hundredths == 173);
}

TEST_CASE("composite index of a quarter: Naiman, first quarter")
{
    Town town;
    for (LocalDay d = day(2022, 1, 1); d <= day(2022, 3, 31); d = d.plus(1))
        town.day_of(d, six("9", "14", "77", "1.1", "96", "23"));
    const auto s = town.of(day(2022, 1, 1), day(2022, 3, 31));
    CHECK(s.days == 90);
    CHECK(s.composite_hundredths == 314);
}

TEST_CASE("composite index: none while a pollutant has no value, and the limits are those of the edition")
{
    Town town;
    town.day_of(day(2022, 2, 1), six("3", "13", "16", "0.9", "", "13"));
    const auto without = town.of(day(2022, 2, 1), day(2022, 2, 1));
    CHECK(!without.composite_hundredths);
    CHECK(!without.composite_terms[Pollutant::o3]);
    CHECK(without.composite_terms[Pollutant::pm2_5] == 37);

    Town later;
    later.day_of(day(2026, 4, 1), six("3", "13", "16", "0.9", "87", "13"));
    const auto s = later.of(day(2026, 4, 1), day(2026, 4, 1));
    CHECK(s.composite_terms[Pollutant::pm10] == 27);  // 16/60 = .2667
    CHECK(s.composite_terms[Pollutant::pm2_5] == 43); // 13/30 = .4333
    CHECK(s.composite_hundredths == 183);             // 5 + 32 + 27 + 22 + 54 + 43
}

// --- rates, means, multiples -----------------------------------------------------------------------------------------

TEST_CASE("compliance is counted over days with a verdict, not over the calendar")
{
    Town town;
    const LocalDay first = day(2016, 4, 1);
    town.day_of(first, plain);
    town.day_of(first.plus(1), plain);
    town.day_of(first.plus(2), plain);
    town.day_of(first.plus(3), six("20", "30", "60", "1.0", "80", "100")); // lost
    town.day_of(first.plus(4), six("", "", "60", "", "", "40"));           // undetermined
    town.day_of(first.plus(5), {});                                        // nothing at all
    const auto s = town.of(first, first.plus(29));
    CHECK(s.through == first.plus(5));
    CHECK(s.last == first.plus(29));
    CHECK(s.days == 6);
    CHECK(s.good == 3);
    CHECK(s.lost == 1);
    CHECK(s.undetermined == 2);
    CHECK(s.compliance_tenths == 750); // 3 of 4, not of 6 or 30
    CHECK(!s.upper_bound());
    // AQI 57, 57, 57, 132 ((150-100)/(115-75)*25+100 = 131.25), 57, none
    CHECK(s.level_days == std::array<int, 7>{1, 0, 4, 1, 0, 0, 0});
    CHECK(s.primary_days[Pollutant::pm2_5] == 5);
    CHECK(s.primary_days[Pollutant::pm10] == 0);
    CHECK(s.of[Pollutant::so2].valid_days == 4);
    CHECK(s.of[Pollutant::pm2_5].valid_days == 5);
    CHECK(s.of[Pollutant::pm2_5].exceeding_days == 1);
    CHECK(s.of[Pollutant::pm2_5].mean == ug(52)); // (4*40+100)/5
    CHECK(s.of[Pollutant::pm2_5].highest == ug(100));
    CHECK(s.of[Pollutant::pm2_5].highest_day == first.plus(3));

    const auto nothing = town.of(first.plus(4), first.plus(5));
    CHECK(!nothing.compliance_tenths);
}

TEST_CASE("a stretch before the record and one after it")
{
    Town town;
    const LocalDay first = day(2016, 4, 10);
    town.day_of(first, plain);
    const auto early = town.of(day(2016, 4, 1), day(2016, 4, 30));
    CHECK(early.days == 10);
    CHECK(early.undetermined == 9); // days of the calendar that nobody measured
    CHECK(early.good == 1);
    CHECK(early.level_days[0] == 9);
    CHECK(early.compliance_tenths == 1'000);
    const auto ahead = town.of(day(2016, 5, 1), day(2016, 5, 31));
    CHECK(ahead.days == 0);
    CHECK(ahead.through == day(2016, 4, 30));
    CHECK(!ahead.compliance_tenths);
    CHECK(!ahead.of[Pollutant::pm2_5].mean);
}

TEST_CASE("a day exceeds by its published value")
{
    struct Row {
        const char* pm2_5;
        int exceeding;
    };
    for (const auto& row : {Row{"75", 0}, Row{"75.4", 0}, Row{"75.5", 1}, Row{"74.5", 0}, Row{"76", 1}}) {
        INFO(row.pm2_5); // 75.5 is a tie to the even 76, 74.5 to the even 74
        Town town;
        town.day_of(day(2016, 4, 1), six("20", "30", "60", "1.0", "80", row.pm2_5));
        const auto s = town.of(day(2016, 4, 1), day(2016, 4, 1));
        CHECK(s.of[Pollutant::pm2_5].exceeding_days == row.exceeding);
        CHECK(s.lost == row.exceeding);
    }
}

TEST_CASE("exceedance multiple: how far the published mean lies above the annual limit of class 2")
{
    Town town;
    town.day_of(day(2016, 4, 1), six("60", "41", "130", "1.0", "200", "73"));
    const auto s = town.of(day(2016, 4, 1), day(2016, 4, 1));
    CHECK(s.of[Pollutant::pm2_5].multiple_hundredths == 109); // (73-35)/35 = 1.0857
    CHECK(s.of[Pollutant::pm10].multiple_hundredths == 86);   // (130-70)/70 = 0.857
    CHECK(s.of[Pollutant::no2].multiple_hundredths == 2);     // (41-40)/40 = 0.025: a tie, to the even 0.02
    CHECK(!s.of[Pollutant::so2].multiple_hundredths);         // 60 is not above 60
    CHECK(!s.of[Pollutant::o3].multiple_hundredths);          // no annual limit
    CHECK(!s.of[Pollutant::co].multiple_hundredths);

    Town close_by;
    close_by.day_of(day(2016, 4, 1), six("20", "30", "60", "1.0", "80", "35.4")); // published as 35
    CHECK(!close_by.of(day(2016, 4, 1), day(2016, 4, 1)).of[Pollutant::pm2_5].multiple_hundredths);
}

TEST_CASE("an area's statistics are made of its days, and a station's of its own")
{
    Town town{2};
    town.tell(0, day(2016, 4, 1), six("20", "30", "60", "1.0", "80", "20"));
    town.tell(1, day(2016, 4, 1), six("20", "30", "60", "1.0", "80", "41"));
    town.close(day(2016, 4, 1));
    const auto city = town.of(day(2016, 4, 1), day(2016, 4, 1));
    CHECK(city.of[Pollutant::pm2_5].mean->ng_per_m3() == 30'500);
    CHECK(city.of[Pollutant::pm2_5].published == ug(30)); // 30.5: a tie, to the even 30
    const auto b = statistics(town.state, PlaceIndex{1}, day(2016, 4, 1), day(2016, 4, 1), measured, town.rules);
    CHECK(b.of[Pollutant::pm2_5].published == ug(41));
}

// --- dust ------------------------------------------------------------------------------------------------------------

TEST_CASE("a dust day in both forms: PM is dropped, gases stay, the index is made again only if the day exceeded")
{
    struct Row {
        const char* what;
        Values values;
        int aqi;             // as measured
        const char* primary; //
        DayVerdict verdict;  //
        int aqi_deducted;    // -1: none
        const char* primary_deducted;
        DayVerdict verdict_deducted;
    };
    const Row rows[] = {
        // PM10 300: (200-150)/(350-250)*50+150 = 175. Gases: O3 120: (100-50)/(160-100)*20+50 = 66.7 -> 67.
        {"PM made it exceed", six("30", "30", "300", "1.0", "120", "90"), 175, "PM10", DayVerdict::lost, 67, "O3_8h",
         DayVerdict::good},
        // PM10 140: (100-50)/(150-50)*90+50 = 95: not above 100, so the published index stands (46 rows of Guangdong).
        {"PM did not exceed", six("30", "30", "140", "1.0", "120", "40"), 95, "PM10", DayVerdict::good, 95, "PM10",
         DayVerdict::good},
        // O3 200: (150-100)/(215-160)*40+100 = 136.4 -> 137. PM10 180: 115. Without PM the day is lost all the same.
        {"ozone exceeded too", six("30", "30", "180", "1.0", "200", "40"), 137, "O3_8h", DayVerdict::lost, 137, "O3_8h",
         DayVerdict::lost},
        // Gases that lie in the best level name no primary pollutant: NO2 30: 50/40*30 = 37.5 -> 38.
        {"clean gases", six("30", "30", "300", "1.0", "30", "90"), 175, "PM10", DayVerdict::lost, 38, "",
         DayVerdict::good},
        // The edition of 2012 publishes the maximum of what is there; but without NO2 nothing is proven.
        {"a gas is missing", six("30", "", "300", "1.0", "120", "90"), 175, "PM10", DayVerdict::lost, 67, "O3_8h",
         DayVerdict::undetermined},
        {"no gas at all", six("", "", "300", "", "", "90"), 175, "PM10", DayVerdict::lost, -1, "",
         DayVerdict::undetermined},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        Town town;
        const LocalDay d = day(2017, 5, 4);
        town.day_of(d, row.values);
        town.dust(d);
        const auto as_measured = day_in_form(town.state, town.city(), d, measured, town.rules);
        REQUIRE(as_measured);
        CHECK(as_measured->aqi == row.aqi);
        CHECK(primary_text(as_measured->primary) == row.primary);
        CHECK(as_measured->verdict == row.verdict);
        CHECK(as_measured->mean[Pollutant::pm10]);
        const auto without = day_in_form(town.state, town.city(), d, deducted, town.rules);
        REQUIRE(without);
        CHECK(without->aqi == row.aqi_deducted);
        CHECK(primary_text(without->primary) == row.primary_deducted);
        CHECK(without->verdict == row.verdict_deducted);
        CHECK(!without->mean[Pollutant::pm10]);
        CHECK(!without->mean[Pollutant::pm2_5]);
        CHECK(without->mean[Pollutant::o3] == as_measured->mean[Pollutant::o3]);
        CHECK(!day_in_form(town.state, town.city(), d.plus(1), deducted, town.rules)); // not closed
    }
}

TEST_CASE("a month with dust days, side by side")
{
    Town town;
    const LocalDay first = day(2017, 5, 1);
    const Values storm = six("20", "30", "600", "1.0", "80", "100");
    for (int d = 0; d < 10; ++d) town.day_of(first.plus(d), d == 3 || d == 4 ? storm : plain);
    town.day_of(first.plus(10), six("20", "30", "140", "1.0", "80", "40")); // AQI 95
    town.dust(first.plus(3));
    town.dust(first.plus(4));
    town.dust(first.plus(10)); // a dust day that did not exceed
    const auto with = town.of(first, first.plus(10), measured), without = town.of(first, first.plus(10), deducted);
    CHECK(with.form == measured);
    CHECK(without.form == deducted);
    CHECK(with.dust_days == 3);
    CHECK(without.dust_days == 3);
    CHECK(with.of[Pollutant::pm10].valid_days == 11);
    CHECK(without.of[Pollutant::pm10].valid_days == 8);
    CHECK(without.of[Pollutant::so2].valid_days == 11);
    CHECK(with.of[Pollutant::pm10].mean->ng_per_m3() == 165'455); // (8*60+2*600+140)/11 = 165.4545
    CHECK(without.of[Pollutant::pm10].mean == ug(60));
    CHECK(with.of[Pollutant::pm10].exceeding_days == 2);
    CHECK(without.of[Pollutant::pm10].exceeding_days == 0);
    CHECK(with.good == 9);
    CHECK(with.lost == 2);
    CHECK(without.good == 11);
    CHECK(without.lost == 0);
    CHECK(with.compliance_tenths == 818); // 9/11 = 81.82 %
    CHECK(without.compliance_tenths == 1'000);
    // 600 is the top of PM10's table, index 500: level 6. The gases of those days: O3 80: 40, NO2 30: 38 -> level 1.
    CHECK(with.level_days == std::array<int, 7>{0, 0, 9, 0, 0, 0, 2});
    CHECK(without.level_days == std::array<int, 7>{0, 2, 9, 0, 0, 0, 0});
    CHECK(!without.upper_bound()); // PM was measured
    // Of stations there are no dust days.
    const auto station = statistics(town.state, PlaceIndex{0}, first, first.plus(10), deducted, town.rules);
    CHECK(station.dust_days == 0);
    CHECK(station.lost == 2);
    // A flag that is taken back leaves nothing behind.
    absorb(town.state, DustDeclared{"city", first.plus(3), false, {"CNEMC 2017-5", "", {"env", {}}}}, town.rules);
    CHECK(town.of(first, first.plus(10), deducted).lost == 1);
}

TEST_CASE("a dust day under the edition of 2026: nothing is published of gases that are incomplete and not above 100")
{
    Town town;
    const LocalDay d = day(2026, 4, 1);
    town.day_of(d, six("30", "", "300", "1.0", "120", "90"));
    town.day_of(d.plus(1), six("30", "30", "300", "1.0", "120", "90"));
    town.dust(d);
    town.dust(d.plus(1));
    const auto incomplete = day_in_form(town.state, town.city(), d, deducted, town.rules);
    CHECK(incomplete->aqi == -1);
    CHECK(incomplete->of_present == 67);
    CHECK(incomplete->verdict == DayVerdict::undetermined);
    const auto whole = day_in_form(town.state, town.city(), d.plus(1), deducted, town.rules);
    CHECK(whole->aqi == 67);
    CHECK(whole->verdict == DayVerdict::good);
}

TEST_CASE("a dust day that ozone's one-hour value made exceed stays lost, where the edition asks for that value")
{
    Town town;
    town.rules.edition = "cn-2012-statutory"; // HJ 633-2012 5.1.2 by its letter: the daily maximum 1-hour ozone counts
    const LocalDay d = day(2017, 5, 4);
    // Ozone 300 in one hour and 40 in the others: (300-200)/(300-200)*50+100 = 150 by the hour, and the highest of the
    // 8-hour means is (300+7*40)/8 = 72.5. PM10 200: 125.
    for (int h = 1; h <= 24; ++h)
        for (const auto p : all_pollutants) {
            const Concentration value = p == Pollutant::co   ? conc("1.0", p)
                                        : p == Pollutant::o3 ? ug(h == 15 ? 300 : 40)
                                                             : ug(p == Pollutant::pm10 ? 200 : 30);
            absorb(town.state, Observed{StationIndex{0}, hour(d, h), p, Flag::normal, value}, town.rules);
        }
    town.close(d);
    town.dust(d);
    REQUIRE(day_in_form(town.state, town.city(), d, measured, town.rules)->aqi == 150);
    const auto without = day_in_form(town.state, town.city(), d, deducted, town.rules);
    CHECK(without->aqi == 150);
    CHECK(without->verdict == DayVerdict::lost);
}

// --- editions and gaps of measurement --------------------------------------------------------------------------------

TEST_CASE("a stretch that crosses the change of edition is judged day by day")
{
    Town town;
    const LocalDay last_old = day(2026, 2, 28);
    const Values values = six("20", "30", "55", "1.0", "80", "70");
    town.day_of(last_old.plus(-1), values);
    town.day_of(last_old, values);
    town.day_of(last_old.plus(1), values);
    const auto s = town.of(last_old.plus(-1), last_old.plus(1));
    CHECK(s.several_editions);
    CHECK(s.good == 2); // 70 <= 75
    CHECK(s.lost == 1); // 70 > 60: (150-100)/(115-60)*10+100 = 109.1
    CHECK(s.of[Pollutant::pm2_5].exceeding_days == 1);
    CHECK(s.level_days == std::array<int, 7>{0, 0, 2, 1, 0, 0, 0}); // 94, 94, 110
    REQUIRE(s.pack != nullptr);
    CHECK(s.pack->id == "cn-2026");                           // of the last day: its annual limits
    CHECK(s.of[Pollutant::pm2_5].multiple_hundredths == 133); // (70-30)/30
    const auto old_days = town.of(last_old.plus(-1), last_old);
    CHECK(!old_days.several_editions);
    CHECK(old_days.pack->id == "cn-2012");
    CHECK(old_days.of[Pollutant::pm2_5].multiple_hundredths == 100); // (70-35)/35
}

TEST_CASE("what was never measured makes the count of good days an upper bound")
{
    Town town;
    town.day_of(day(2016, 4, 1), six("", "", "60", "", "", "40"));
    town.day_of(day(2016, 4, 2), six("", "", "60", "", "", "90")); // lost, proven by PM2.5 alone
    town.day_of(day(2016, 4, 3), {});                              // says nothing of what is measured here
    const auto s = town.of(day(2016, 4, 1), day(2016, 4, 3));
    CHECK(s.upper_bound());
    CHECK(s.never_measured.contains(Pollutant::so2));
    CHECK(s.never_measured.contains(Pollutant::no2));
    CHECK(s.never_measured.contains(Pollutant::co));
    CHECK(s.never_measured.contains(Pollutant::o3));
    CHECK(!s.never_measured.contains(Pollutant::pm10));
    CHECK(!s.never_measured.contains(Pollutant::pm2_5));
    CHECK(s.good == 0);
    CHECK(s.lost == 1);
    CHECK(!s.compliance_tenths); // of days that nobody could call good there is no rate
    CHECK(!s.composite_hundredths);
    // One day with sulphur dioxide, and it was measured here.
    town.day_of(day(2016, 4, 4), six("20", "", "60", "", "", "40"));
    CHECK(!town.of(day(2016, 4, 1), day(2016, 4, 4)).never_measured.contains(Pollutant::so2));
}
