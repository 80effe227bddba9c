#include "libaqi/qc.hpp"
#include "libaqi/settings.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/shared.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace aqi;
using namespace aqi::tests;

namespace {

const LocalDay today = day(2016, 1, 5);

/// A small town that is told values and asked for marks.
struct Town {
    explicit Town(int stations) : rules(small_town(stations)), state(rules.network) {}

    void tell(int station, HourEnding h, Pollutant p, std::string_view value, Flag flag = Flag::normal)
    {
        const StationIndex index{static_cast<std::uint32_t>(station)};
        absorb(state, Observed{index, h, p, flag, flag == Flag::normal ? std::optional{conc(value, p)} : std::nullopt},
               rules);
    }
    /// Of station A.
    std::vector<QcFinding> found(HourEnding h) const { return qc_hour(state, StationIndex{0}, h, rules); }
    /// "pm10 range, pm2_5 near_zero"
    std::string marks(HourEnding h) const
    {
        std::string out;
        for (const auto& finding : found(h))
            out.append(out.empty() ? "" : ", ")
                .append(pollutant_name(finding.pollutant))
                .append(" ")
                .append(qc_mark_name(finding.mark));
        return out;
    }

    Rules rules;
    State state;
};

/// The message with which a text is refused, or "taken".
std::string refusal(const std::string& from, const std::string& to)
{
    std::string text = text_of(source_file("schemas/rules/qc.toml"));
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("no such text: " + from);
    try {
        load_rules({{"qc.toml", text.replace(at, from.size(), to)}});
        return "taken";
    } catch (const SettingError& error) {
        return error.what();
    }
}

} // namespace

TEST_CASE("marks keep their numbers and have names")
{
    for (std::size_t n = 0; n < qc_mark_count; ++n) {
        const auto mark = static_cast<QcMark>(n);
        CHECK(qc_mark_named(qc_mark_name(mark)) == mark);
        CHECK(!qc_mark_zh(mark).empty());
    }
    CHECK(static_cast<int>(QcMark::near_zero) == 0);
    CHECK(static_cast<int>(QcMark::history) == 7);
    CHECK(qc_mark_zh(QcMark::pm_inversion) == "倒挂");
    CHECK(!qc_mark_named("inversion"));
}

TEST_CASE("near zero, negative and out of range are said by the value itself")
{
    struct Row {
        Pollutant p;
        const char* value;
        std::optional<QcMark> mark;
    };
    for (const auto& row :
         {Row{Pollutant::pm2_5, "0", QcMark::near_zero}, Row{Pollutant::pm2_5, "2", QcMark::near_zero},
          Row{Pollutant::pm2_5, "2.001", {}}, Row{Pollutant::pm2_5, "1000", {}},
          Row{Pollutant::pm2_5, "1000.1", QcMark::range}, Row{Pollutant::pm2_5, "-0.1", QcMark::negative},
          Row{Pollutant::pm2_5, "-999", QcMark::negative}, Row{Pollutant::co, "0.3", QcMark::near_zero},
          Row{Pollutant::co, "0.4", {}}, Row{Pollutant::co, "30.1", QcMark::range}}) {
        INFO(pollutant_name(row.p) << " " << row.value);
        CHECK(qc_mark_of(conc(row.value, row.p), row.p, *shipped_rules().qc) == row.mark);
    }
    Town town{1};
    town.tell(0, hour(today, 9), Pollutant::co, "30.5");
    town.tell(0, hour(today, 9), Pollutant::o3, "1");
    const auto found = town.found(hour(today, 9));
    REQUIRE(found.size() == 2);
    CHECK(found[0] ==
          QcFinding{StationIndex{0}, hour(today, 9), Pollutant::co, QcMark::range, "30.5 mg/m3 is above 30"});
    CHECK(found[1].detail == "1 ug/m3 is not above 2");
}

TEST_CASE("what is suspect can be measured, and what is possible below zero is noise")
{
    const QcRules& rules = *shipped_rules().qc;
    for (const auto p : all_pollutants) {
        INFO(pollutant_name(p));
        CHECK(rules.suspect_above[p] < shipped_rules().instrument_at_most[p]);
        CHECK(-rules.negative_down_to[p].ng_per_m3() < 20 * display_unit_ng(p));
    }
}

TEST_CASE("eight hours of one value are stuck, seven are not, and a gap is no evidence")
{
    // The hours up to 03:00, the newest last, across midnight: n a gap, C a calibration.
    struct Row {
        std::string_view hours;
        std::string_view marks;
    };
    const std::string_view value_of[] = {"0", "37", "37.1", "2"};
    for (const auto& row : {Row{"2111111", ""}, Row{"2 1111111", ""}, Row{"11111111", "pm10 stuck"},
                            Row{"21111111", ""}, Row{"11112111", ""}, Row{"1111n1111", ""}, Row{"1111C1111", ""},
                            Row{"1111n11111111", "pm10 stuck"}, Row{"11111111n", ""}, Row{"11111111C", ""},
                            Row{"000000000000", "pm10 near_zero"}, Row{"333333333333", "pm10 near_zero"}}) {
        Town town{1};
        int at = 3 - static_cast<int>(row.hours.size());
        for (const char c : row.hours) {
            ++at;
            if (c >= '0' && c <= '3')
                town.tell(0, hour(today, 0).plus(at), Pollutant::pm10, value_of[c - '0']);
            else if (c == 'C')
                town.tell(0, hour(today, 0).plus(at), Pollutant::pm10, "37", Flag::calibration);
        }
        INFO(row.hours);
        CHECK(town.marks(hour(today, 3)) == row.marks);
    }
}

TEST_CASE("a stuck value says for how long, up to a week")
{
    Town town{1};
    for (int h = 1; h <= 300; ++h) town.tell(0, hour(today, h), Pollutant::pm10, "37");
    CHECK(town.found(hour(today, 7)).empty());
    CHECK(town.found(hour(today, 30)).at(0).detail == "37 ug/m3 in each of the last 30 hours");
    CHECK(town.found(hour(today, 300)).at(0).detail == "37 ug/m3 in each of the last 168 hours");
}

TEST_CASE("a spike is three times the hours before it and high enough above them")
{
    struct Row {
        std::array<const char*, 3> before; ///< 23:00, 24:00, 01:00
        const char* value;                 ///< 02:00
        const char* marks;
    };
    for (const auto& row :
         {Row{{"20", "20", "20"}, "119", ""}, Row{{"20", "20", "20"}, "120", "pm2_5 spike"},
          Row{{"60", "60", "60"}, "179", ""}, Row{{"60", "60", "60"}, "180", "pm2_5 spike"},
          Row{{"60", "", "60"}, "180", "pm2_5 spike"}, Row{{"", "", "60"}, "180", ""}, Row{{"", "", ""}, "900", ""},
          Row{{"40", "80", "61"}, "180", ""}, Row{{"180", "170", "160"}, "20", ""}}) {
        Town town{1};
        HourEnding at = hour(today.plus(-1), 23);
        for (const char* before : row.before) {
            if (*before != '\0') town.tell(0, at, Pollutant::pm2_5, before);
            at = at.plus(1);
        }
        town.tell(0, hour(today, 2), Pollutant::pm2_5, row.value);
        INFO(row.before[0] << " " << row.before[1] << " " << row.before[2] << " " << row.value);
        CHECK(town.marks(hour(today, 2)) == row.marks);
    }
    Town town{1};
    town.tell(0, hour(today, 1), Pollutant::co, "0.5");
    town.tell(0, hour(today, 2), Pollutant::co, "0.8");
    town.tell(0, hour(today, 3), Pollutant::co, "4.1");
    CHECK(town.found(hour(today, 3)).at(0).detail == "4.1 mg/m3; the mean of the 3 hours before is 0.6 (2 values)");
}

TEST_CASE("PM2.5 above PM10 is marked at PM2.5, and both values stay")
{
    struct Row {
        const char* fine;
        const char* coarse;
        const char* marks;
    };
    // The first five were published on 2022-01-04 13:00, each with its index.
    for (const auto& row : {Row{"43", "6", "pm2_5 pm_inversion"}, Row{"51", "40", "pm2_5 pm_inversion"},
                            Row{"79", "67", "pm2_5 pm_inversion"}, Row{"44", "38", "pm2_5 pm_inversion"},
                            Row{"42", "35", "pm2_5 pm_inversion"}, Row{"40", "35", ""}, Row{"110", "100", ""},
                            Row{"110.1", "100", "pm2_5 pm_inversion"}, Row{"35", "43", ""}, Row{"43", "", ""}}) {
        Town town{1};
        town.tell(0, hour(today, 13), Pollutant::pm2_5, row.fine);
        if (*row.coarse != '\0') town.tell(0, hour(today, 13), Pollutant::pm10, row.coarse);
        INFO(row.fine << " / " << row.coarse);
        CHECK(town.marks(hour(today, 13)) == row.marks);
    }
    Town town{1};
    town.tell(0, hour(today, 13), Pollutant::pm2_5, "43");
    town.tell(0, hour(today, 13), Pollutant::pm10, "6");
    CHECK(town.found(hour(today, 13)).at(0).detail == "43 ug/m3; PM10 is 6");
    const auto figure = hour_figure(town.state, PlaceIndex{0}, hour(today, 13), town.rules);
    CHECK(figure.value[Pollutant::pm2_5] == ug(43));
    CHECK(figure.value[Pollutant::pm10] == ug(6));
    CHECK(figure.index.of_present == 60); // 43 on 35..75
}

TEST_CASE("a site is held against the median of the other sites of its areas, up and down")
{
    struct Row {
        const char* own;
        std::vector<const char*> others;
        const char* marks;
    };
    for (const auto& row :
         {Row{"121", {"60", "60"}, "pm2_5 neighbours"}, Row{"120", {"60", "60"}, ""}, Row{"50", {"0", "0"}, ""},
          Row{"51", {"0", "0"}, "pm2_5 neighbours"}, Row{"60", {"121", "121"}, "pm2_5 neighbours"},
          Row{"141", {"60", "70", "900"}, "pm2_5 neighbours"}, Row{"140", {"60", "70", "900"}, ""},
          Row{"131", {"60", "70", "10", "900"}, "pm2_5 neighbours"}, // the median is 65
          Row{"130", {"60", "70", "10", "900"}, ""}, Row{"900", {"60", ""}, ""}, Row{"900", {"", ""}, ""},
          Row{"900", {}, ""}, Row{"900", {"60"}, ""}}) {
        Town town{1 + static_cast<int>(row.others.size())};
        town.tell(0, hour(today, 24), Pollutant::pm2_5, row.own);
        for (std::size_t n = 0; n < row.others.size(); ++n)
            if (*row.others[n] != '\0')
                town.tell(1 + static_cast<int>(n), hour(today, 24), Pollutant::pm2_5, row.others[n]);
        INFO(row.own << " among " << row.others.size());
        CHECK(town.marks(hour(today, 24)) == row.marks);
    }
}

TEST_CASE("a neighbour in two areas counts once, one in another area not at all")
{
    Rules rules = small_town(4);
    auto& areas = rules.network.areas;
    areas[0].members = {Membership{StationIndex{0}}, Membership{StationIndex{1}}};
    areas.push_back(Area{"county", "县", AreaKind::county, areas[0].members});
    areas.push_back(Area{"far", "远", AreaKind::county, {Membership{StationIndex{2}}, Membership{StationIndex{3}}}});
    Town town{4};
    town.rules = rules;
    town.tell(0, hour(today, 8), Pollutant::pm2_5, "300");
    for (int s = 1; s < 4; ++s) town.tell(s, hour(today, 8), Pollutant::pm2_5, "60");
    CHECK(town.marks(hour(today, 8)).empty());
    town.rules.network.areas[1].members.push_back(Membership{StationIndex{3}}); // now it is a neighbour
    REQUIRE(town.marks(hour(today, 8)) == "pm2_5 neighbours");
    CHECK(town.found(hour(today, 8))[0].detail == "300 ug/m3; the median of the other sites is 60 (2 values)");
    town.rules.network.areas.clear(); // a station of no area has no neighbours
    CHECK(town.marks(hour(today, 8)).empty());
}

TEST_CASE("history is the same hour of the thirty days before, and needs half of them")
{
    struct Row {
        int from, to; ///< days before, with 160 and on the last of them 60 at 24:00
        const char* value;
        const char* marks;
    };
    for (const auto& row : {Row{1, 15, "321", "no2 history"}, Row{1, 15, "320", ""}, Row{1, 14, "321", ""},
                            Row{16, 30, "321", "no2 history"}, Row{17, 31, "321", ""}, Row{1, 15, "100", ""},
                            Row{1, 15, "9.9", "no2 history"}, Row{1, 15, "10", ""}, Row{1, 15, "29", ""}}) {
        Town town{1};
        for (int d = row.from; d <= row.to; ++d) {
            town.tell(0, hour(today.plus(-d), 24), Pollutant::no2, d == row.to ? "60" : "160");
            town.tell(0, hour(today.plus(-d), 23), Pollutant::no2, "400"); // another hour of the day
            town.tell(0, hour(today.plus(-d), 24), Pollutant::o3, "400");  // another pollutant
        }
        town.tell(0, hour(today, 24), Pollutant::no2, row.value);
        INFO(row.from << " to " << row.to << ": " << row.value);
        CHECK(town.marks(hour(today, 24)) == row.marks);
    }
    Town town{1};
    for (int d = 1; d <= 20; ++d)
        town.tell(0, hour(today.plus(-d), 1), Pollutant::no2, d % 2 == 0 ? "12.5" : "30",
                  d == 9 ? Flag::fault : Flag::normal);
    town.tell(0, hour(today, 1), Pollutant::no2, "90");
    CHECK(town.found(hour(today, 1)).at(0).detail ==
          "90 ug/m3; at this hour of the 30 days before 12.5 to 30 (19 values)");
}

TEST_CASE("an hour without a value, before all values or of a silent station has no marks")
{
    Town town{2};
    town.tell(0, hour(today, 5), Pollutant::pm2_5, "1500");
    town.tell(0, hour(today, 6), Pollutant::pm2_5, "1500", Flag::fault);
    CHECK(town.marks(hour(today, 5)) == "pm2_5 range");
    for (const auto h :
         {hour(today, 4), hour(today, 6), hour(today, 7), hour(today.plus(-40), 1), hour(today.plus(9), 1)})
        CHECK(town.marks(h).empty());
    CHECK(qc_hour(town.state, StationIndex{1}, hour(today, 5), town.rules).empty());
}

TEST_CASE("an extreme episode is suspect, and its means, index and warning are what they would be")
{
    // Rises to 1 155 ug/m3 and stays above 1 000 for eight hours.
    const int course[] = {80,   75,   90,   110,  150,  200,  260,  340,  480, 620, 760, 900,
                          1010, 1080, 1155, 1150, 1120, 1100, 1050, 1015, 940, 800, 700, 620};
    Town town{1};
    Town unmarked{1};
    unmarked.rules.book.qc.reset();
    for (int h = 1; h <= 24; ++h)
        for (Town* t : {&town, &unmarked}) t->tell(0, hour(today, h), Pollutant::pm2_5, std::to_string(course[h - 1]));
    for (int h = 1; h <= 24; ++h) {
        INFO(h);
        CHECK(town.marks(hour(today, h)) == (course[h - 1] > 1000 ? "pm2_5 range" : ""));
        CHECK(unmarked.found(hour(today, h)).empty());
        absorb(town.state, HourClosed{hour(today, h), closing(hour(today, h)), false}, town.rules);
        absorb(unmarked.state, HourClosed{hour(today, h), closing(hour(today, h)), false}, unmarked.rules);
    }
    settle(town.state, town.rules, nullptr);
    settle(unmarked.state, unmarked.rules, nullptr);
    CHECK(town.state == unmarked.state);
    const auto figure = day_figure(town.state, PlaceIndex{0}, today, town.rules);
    CHECK(figure.value[Pollutant::pm2_5] == Concentration::from_ng_per_m3(658'542)); // 15 805 / 24
    CHECK(figure.valid[Pollutant::pm2_5] == 24);
    CHECK(figure.index.of_present == 500);
    CHECK(town.state.ledger(PlaceIndex{1}).day(today)->aqi == 500); // what warnings are judged on
}

TEST_CASE("marks do not depend on the order in which values came")
{
    for (std::uint32_t seed = 0; seed < 10; ++seed) {
        std::mt19937 engine{seed};
        const auto one_of = [&](std::uint32_t n) { return static_cast<int>(engine() % n); };
        const Rules rules = small_town(4);
        std::vector<Event> events;
        for (int d = 0; d < 40; ++d)
            for (int h = 1; h <= 24; ++h)
                for (std::uint32_t s = 0; s < 4; ++s)
                    for (const auto p : {Pollutant::pm10, Pollutant::pm2_5, Pollutant::co}) {
                        if (one_of(10) == 0) continue;
                        Observed e{StationIndex{s}, hour(today.plus(d), h), p, Flag::normal, std::nullopt};
                        const int level =
                            one_of(200) == 0 ? 1'200 : 40 + d / 10; // now and then stuck, now and then wild
                        if (one_of(30) == 0)
                            e.flag = Flag::fault;
                        else
                            e.value =
                                Concentration::from_ng_per_m3(level * display_unit_ng(p) / 10 * (1 + one_of(2) * 9));
                        events.push_back(e);
                    }
        const auto all_marks = [&] {
            State state{rules.network};
            for (std::size_t n = 0; n < events.size(); ++n) {
                absorb(state, events[n], rules);
                if (n == events.size() / 2)
                    absorb(state, HourClosed{hour(today.plus(39), 24), closing(hour(today.plus(39), 24)), false},
                           rules);
            }
            std::vector<QcFinding> out;
            for (int h = 1; h <= 40 * 24; ++h)
                for (std::uint32_t s = 0; s < 4; ++s)
                    for (auto& finding : qc_hour(state, StationIndex{s}, hour(today, 0).plus(h), rules))
                        out.push_back(std::move(finding));
            return out;
        };
        const auto in_order = all_marks();
        std::shuffle(events.begin(), events.end(), engine);
        INFO("seed " << seed);
        REQUIRE(in_order.size() > 100);
        REQUIRE(all_marks() == in_order);
        for (const auto mark :
             {QcMark::range, QcMark::spike, QcMark::pm_inversion, QcMark::neighbours, QcMark::history})
            CHECK(std::any_of(in_order.begin(), in_order.end(), [&](const auto& f) { return f.mark == mark; }));
    }
}

TEST_CASE("a broken pack of marks is refused with its place")
{
    CHECK(refusal("percent = 300", "percent = 300") == "taken");
    CHECK(refusal("co = \"0.3\"", "co = 1") == "taken");
    CHECK(refusal("no2 = 2, pm10 = 2", "no2 = 2").find("qc.toml:15:1: \"pm10\" is missing") == 0);
    CHECK(refusal("co = \"0.3\"", "co = 0.3").find("qc.toml:15:43: \"co\" must be a whole number") == 0);
    CHECK(refusal("co = \"0.3\"", "co = \"0,3\"").find("\"co\": ") != std::string::npos);
    CHECK(refusal("co = \"0.3\"", "co = \"-0.3\"").find("\"co\" is -0.3; it must lie between 0 and 2147") !=
          std::string::npos);
    CHECK(refusal("so2 = -10", "so2 = 10").find("\"so2\" is 10; it must lie between -2147483 and 0") !=
          std::string::npos);
    CHECK(refusal("so2 = 800", "so2 = 3").find("\"suspect_above\" must lie above \"near_zero\"") != std::string::npos);
    CHECK(refusal("so2 = 12", "so2 = 1").find("\"so2\" is 1; it must lie between 2 and 168") != std::string::npos);
    CHECK(refusal("hours_at_least = 2", "hours_at_least = 4")
              .find("\"hours_at_least\" is 4; it must lie between 1 and 3") != std::string::npos);
    CHECK(refusal("percent = 300", "percent = 99").find("\"percent\" is 99") != std::string::npos);
    CHECK(refusal("ug_m3 = 5", "ug = 5").find("\"ug_m3\" is missing") != std::string::npos);
    CHECK(refusal("sites_at_least = 2", "sites_at_least = 0").find("\"sites_at_least\" is 0") != std::string::npos);
    CHECK(refusal("values_at_least = 15", "values_at_least = 31").find("it must lie between 1 and 30") !=
          std::string::npos);
    CHECK(refusal("[pm_inversion]", "[inversion]").find("\"pm_inversion\" is missing") != std::string::npos);
    CHECK(refusal("[history]", "colour = \"red\"\n[history]").find("\"colour\" is not known; known: ") !=
          std::string::npos);
    CHECK(refusal("rise = { so2 = 50", "rise = { nox = 5, so2 = 50").find("\"nox\" is not known") != std::string::npos);
    const std::string text = text_of(source_file("schemas/rules/qc.toml"));
    CHECK_THROWS_WITH(load_rules({{"a", text}, {"b", text}}), Catch::Contains("b:") && Catch::Contains("already"));
    CHECK(!load_rules({{"a", text_of(source_file("schemas/rules/cn-2012.toml"))}}).qc);
}
