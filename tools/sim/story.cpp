#include "tools/sim/story.hpp"

#include "tools/client/daemon_client.hpp"
#include "tools/sim/stage.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <chrono>

#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

namespace aqi::sim {
namespace {

namespace json = boost::json;

std::string text(const json::value& v)
{
    return v.is_string() ? std::string{v.as_string()} : v.is_null() ? "-" : json::serialize(v);
}

const json::object* by_id(const json::value& rows, std::string_view id)
{
    for (const auto& row : rows.as_array())
        if (text(row.at("id")) == id) return &row.as_object();
    return nullptr;
}

const json::object* annual_of(const json::object& area, std::string_view pollutant)
{
    for (const auto& row : area.at("annual").as_array())
        if (text(row.at("pollutant")) == pollutant && text(row.at("window")) == "year_to_date") return &row.as_object();
    return nullptr;
}

/// What the catchers wrote down: "via key kind level", one a message.
struct Caught {
    std::vector<std::string> lines;
    std::vector<std::string> headlines;
    bool all_marked = true;
    bool each_key_once = true;
};

Caught read_caught(const std::string& file)
{
    Caught out;
    std::set<std::string> keys;
    std::ifstream in{file};
    for (std::string line; std::getline(in, line);) {
        const json::value v = json::parse(line);
        const auto& d = v.at("document").as_object();
        out.lines.push_back(fmt::format("{} {} {}", text(v.at("via")), text(d.at("kind")), text(d.at("level"))));
        out.headlines.push_back(fmt::format("caught by {}: {}", text(v.at("via")), text(d.at("zh").at("headline"))));
        if (!keys.insert(text(v.at("key"))).second) out.each_key_once = false;
        for (const auto* language : {"zh", "en"})
            for (const auto* part : {"headline", "text"})
                if (!text(d.at(language).at(part)).starts_with("【演练】")) out.all_marked = false;
    }
    return out;
}

/// Waits until the catchers have `count` messages; dispatch is not synchronous with the clock.
bool wait_for_caught(Stage& stage, std::size_t count)
{
    static std::size_t printed = 0;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (true) {
        const Caught caught = read_caught(stage.options().caught);
        for (; printed < caught.headlines.size(); ++printed) stage.say(caught.headlines[printed]);
        if (caught.lines.size() >= count) return true;
        if (std::chrono::steady_clock::now() > limit) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

/// The people of a duty room, through aqictl.
class People {
public:
    explicit People(Stage& stage) : stage_(stage) {}

    bool forecast(const std::string& area, const std::vector<std::string>& days_of_environment,
                  const std::vector<std::string>& days_of_meteorology)
    {
        return said("hbj-zhang", area, days_of_environment) && said("qxj-li", area, days_of_meteorology);
    }
    Stage::Told act(const std::string& verb, const std::string& person, const std::string& warning)
    {
        return stage_.aqictl({verb, warning, "--as", person});
    }

    /// Both signatures, the approval, the publication.
    bool publish(const std::string& warning, const std::string& approver, bool lift)
    {
        const bool done = good(act("sign", "hbj-zhang", warning)) && good(act("sign", "qxj-li", warning)) &&
                          good(act("approve", approver, warning)) &&
                          good(act(lift ? "lift" : "issue", "zhb-chen", warning));
        return done;
    }

private:
    bool said(const std::string& person, const std::string& area, const std::vector<std::string>& days)
    {
        std::vector<std::string> arguments{"forecast", area};
        arguments.insert(arguments.end(), days.begin(), days.end());
        arguments.insert(arguments.end(), {"--as", person});
        return good(stage_.aqictl(arguments));
    }
    static bool good(const Stage::Told& told)
    {
        if (told.exit_code != 0) fmt::print("  {}", told.output);
        return told.exit_code == 0;
    }
    Stage& stage_;
};

/// The open warning of the city with a pending revision of this kind and level, as the daemon reports it.
std::string pending_warning(Stage& stage, std::string_view kind, std::string_view level)
{
    const json::value status = stage.status();
    for (const auto& w : status.at("warnings").as_array()) {
        if (text(w.at("area")) != stage.world().city || w.at("pending").is_null()) continue;
        const auto& r = w.at("revisions").as_array().back().as_object();
        if (text(r.at("kind")) == kind && text(r.at("level")) == level) return text(w.at("id"));
    }
    return {};
}

bool revision_is(Stage& stage, const std::string& warning, std::size_t revision, std::string_view state)
{
    const json::value status = stage.status();
    const auto* w = by_id(status.at("warnings"), warning);
    if (w == nullptr || w->at("revisions").as_array().size() < revision) return false;
    return text(w->at("revisions").as_array()[revision - 1].at("state")) == state;
}

void send_bad_input(Stage& stage, LocalDay day)
{
    stage.say("a bad morning: a malformed payload, an unknown station, an impossible value and seven more");
    const StationIndex station{3};
    const std::string id = stage.world().stations[station.value].id;
    const HourEnding hour = HourEnding::of(day, 8);
    const auto with = [&](auto&& change) {
        Reading r = *stage.world().measured(station, hour);
        change(r);
        return stage.payload_of(r);
    };
    const std::string good = with([](Reading&) {});
    std::string no_zone = good;
    no_zone.replace(no_zone.find("+08:00"), 6, "");
    std::string not_the_hour = good;
    not_the_hour.replace(not_the_hour.find(":00:00+"), 7, ":07:00+");
    const std::string topic = Stage::topic(id);
    stage.publish({
        {topic, "{\"station\": \"" + id + "\", 这不是", false},
        {Stage::topic("9999X"), with([](Reading& r) { r.station = "9999X"; }), false},
        {topic, with([](Reading& r) { r.values[Pollutant::pm10].value = Concentration::from_ug_per_m3(123'456); }),
         false},
        {topic, with([&](Reading& r) { r.hour = r.hour.plus(60); }), false},
        {topic, no_zone, false},
        {topic, not_the_hour, false},
        {Stage::topic("2385A"), good, false},
        {topic, good, false},
        {topic, with([](Reading& r) {
             r.values[Pollutant::pm2_5].value =
                 Concentration::from_ng_per_m3(r.values[Pollutant::pm2_5].value->ng_per_m3() + 1'000);
         }),
         false},
    });
    const json::value counts = stage.ask("counts");
    const auto count = [&](const char* name) {
        return counts.as_object().contains(name) ? counts.at(name).as_int64() : 0;
    };
    const auto seen_once = [&](const char* what, const char* name) {
        stage.step(what, count(name) >= 1, fmt::format("{} {}", name, count(name)));
    };
    seen_once("a malformed payload is kept with its reason", "aside_malformed");
    seen_once("an unknown station is kept aside and shown", "aside_unknown_station");
    seen_once("a value no instrument can mean is kept aside", "aside_impossible_value");
    seen_once("a time in the future is kept aside", "aside_time_in_future");
    seen_once("a time without zone is kept aside", "aside_time_without_zone");
    seen_once("a time that ends no hour is kept aside", "aside_not_on_the_hour");
    seen_once("a payload about another station than its topic is kept aside", "aside_wrong_station");
    stage.step("a duplicate is a no-op", count("duplicates") >= 6, fmt::format("duplicates {}", count("duplicates")));
    stage.step("a different value for a known hour is a revision", count("revisions") == 1,
               fmt::format("revisions {}", count("revisions")));
}

/// An hour that was left out and comes three hours late.
void send_late_hour(Stage& stage, StationIndex station, HourEnding hour)
{
    stage.publish({{Stage::topic(stage.world().stations[station.value].id),
                    stage.payload_of(*stage.world().measured(station, hour)), false}});
    const json::value counts = stage.ask("counts");
    const auto* late = counts.as_object().if_contains("late_values");
    stage.step("a late hour is taken into the statistics", late != nullptr && late->as_int64() == 6,
               late != nullptr ? fmt::format("late_values {}", late->as_int64()) : "");
}

void check_figures(Stage& stage, LocalDay last)
{
    const json::value status = stage.status();
    const auto* city = by_id(status.at("areas"), stage.world().city);
    const auto& days = city->at("days").as_array();
    std::size_t fortnight = 0;
    for (const auto& day : days)
        if (text(day.at("date")) > format_day(last.plus(-14)) && !day.at("aqi").is_null()) ++fortnight;
    stage.step("fourteen days of the city have an AQI", fortnight == 14, fmt::format("{} days", fortnight));
    const auto* pm10 = annual_of(*city, "pm10");
    const auto* pm2_5 = annual_of(*city, "pm2_5");
    const bool means =
        pm10 != nullptr && pm2_5 != nullptr && text(pm10->at("target")) == "100" && text(pm2_5->at("target")) == "67";
    stage.step("running annual means stand against 100 and 67", means,
               means ? fmt::format("PM10 {} (remaining days may average {}), PM2.5 {} ({})",
                                   text(pm10->at("published")), text(pm10->at("allowance")),
                                   text(pm2_5->at("published")), text(pm2_5->at("allowance")))
                     : "");
    const auto& good = city->at("good_days").as_object();
    stage.step("good days stand against 190", text(good.at("target")) == "190" && good.at("good").as_int64() > 0,
               fmt::format("{} good, {} lost, {} undetermined", text(good.at("good")), text(good.at("lost")),
                           text(good.at("undetermined"))));
    stage.step("every county and district has a year",
               std::all_of(status.at("areas").as_array().begin(), status.at("areas").as_array().end(),
                           [](const auto& a) { return annual_of(a.as_object(), "pm2_5") != nullptr; }),
               fmt::format("{} areas", status.at("areas").as_array().size()));
}

/// Every way to the outside has the message, as far as its provider says.
void check_ways(Stage& stage, const std::string& warning, int revision)
{
    const auto ways = [&] {
        std::vector<std::pair<std::string, std::string>> out; // (channel, state)
        const auto status = stage.status();
        for (const auto& row : status.at("outbox").as_array())
            if (text(row.at("warning")) == warning && row.at("revision").as_int64() == revision)
                out.emplace_back(text(row.at("channel")), text(row.at("state")));
        return out;
    };
    const auto good = [](const auto& way) { return way.second == "accepted" || way.second == "delivered"; };
    const std::size_t channels = stage.status().at("channels").as_array().size();
    auto seen = ways();
    for (int n = 0; n < 200 && (seen.size() < channels || !std::all_of(seen.begin(), seen.end(), good)); ++n) {
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        seen = ways();
    }
    std::string names;
    for (const auto& [channel, state] : seen)
        names += fmt::format("{}{} {}", names.empty() ? "" : ", ", channel, state);
    stage.step("the lift has reached every channel",
               seen.size() == channels && std::all_of(seen.begin(), seen.end(), good), names);
}

/// The whole life of a warning in the invented fortnight.
void play_warning(Stage& stage, LocalDay story)
{
    People people{stage};
    const std::string city = stage.world().city;
    const auto on = [&](int day, const std::string& what) { return format_day(story.plus(day)) + "=" + what; };
    const LocalDay monday = story.plus(7);

    stage.play_until(HourEnding::of(monday, 10), 1);
    stage.say("both bureaus forecast two heavy days");
    bool done = people.forecast(city, {on(8, "205-225:PM2.5"), on(9, "210-230:PM2.5"), on(10, "150-195:PM2.5")},
                                {on(8, "200-215:PM2.5"), on(9, "205-240:PM2.5"), on(10, "140-180:PM2.5")});
    const std::string warning = pending_warning(stage, "raise", "yellow");
    stage.step("two forecasts make a proposal", done && !warning.empty(),
               warning.empty() ? "" : warning + " yellow, by 2016-225");

    stage.say("consultation: two signatures, and what is not allowed");
    stage.step("the meteorology bureau cannot issue before anybody signed",
               people.act("issue", "zhb-chen", warning).exit_code == 1);
    done = people.act("sign", "hbj-zhang", warning).exit_code == 0;
    stage.step("a bureau cannot sign twice", done && people.act("sign", "hbj-zhang", warning).exit_code == 1);
    stage.step("one signature is not enough to approve", people.act("approve", "zf-wang", warning).exit_code == 1);
    done = people.act("sign", "qxj-li", warning).exit_code == 0;
    stage.step("who signed cannot approve", done && people.act("approve", "qxj-li", warning).exit_code == 1);
    done = people.act("approve", "zf-wang", warning).exit_code == 0 &&
           people.act("issue", "zhb-chen", warning).exit_code == 0;
    stage.step("signed by two bureaus, approved and issued: yellow", done && revision_is(stage, warning, 1, "issued"));
    stage.step("both catchers caught it", wait_for_caught(stage, 2));

    stage.play_until(HourEnding::of(story.plus(7), 24), 1);
    stage.step("yellow takes effect at its hour", revision_is(stage, warning, 1, "effective"));

    stage.play_until(HourEnding::of(story.plus(8), 16), 1);
    stage.say("the forecasts grow worse: four heavy days, two of them severe");
    done = people.forecast(
        city, {on(9, "230-250:PM2.5"), on(10, "305-330:PM2.5"), on(11, "310-325:PM2.5"), on(12, "110-140:PM2.5")},
        {on(9, "225-245:PM2.5"), on(10, "300-320:PM2.5"), on(11, "300-330:PM2.5"), on(12, "100-145:PM2.5")});
    stage.step("worse forecasts propose an upgrade to red",
               done && pending_warning(stage, "upgrade", "red") == warning);
    done =
        people.act("sign", "hbj-zhang", warning).exit_code == 0 && people.act("sign", "qxj-li", warning).exit_code == 0;
    stage.step("a deputy mayor cannot approve red", done && people.act("approve", "zf-wang", warning).exit_code == 1);
    done = people.act("approve", "zf-zhao", warning).exit_code == 0 &&
           people.act("issue", "zhb-chen", warning).exit_code == 0;
    stage.step("the mayor approves, red is issued", done && revision_is(stage, warning, 2, "issued"));
    stage.step("both catchers caught the upgrade", wait_for_caught(stage, 4));

    stage.play_until(HourEnding::of(story.plus(11), 16), 1);
    stage.say("relief is in sight");
    done = people.forecast(city, {on(12, "110-140:PM2.5"), on(13, "60-90"), on(14, "60-80")},
                           {on(12, "100-145:PM2.5"), on(13, "55-85"), on(14, "50-75")});
    stage.play_until(HourEnding::of(story.plus(12), 8), 1);
    stage.step("two days of relief propose the lift", done && pending_warning(stage, "lift", "none") == warning);
    done = people.publish(warning, "zf-zhao", true);
    stage.step("the lift is signed, approved and published", done && revision_is(stage, warning, 3, "issued"));
    stage.step("both catchers caught the lift", wait_for_caught(stage, 6));
    check_ways(stage, warning, 3);
    stage.play_until(stage.world().ends, 1);
    stage.step("the lift takes effect and the warning is closed", revision_is(stage, warning, 3, "effective"));
}

void check_caught(Stage& stage, std::size_t warnings_sent)
{
    const Caught caught = read_caught(stage.options().caught);
    stage.step("every message was caught exactly once on each channel",
               caught.each_key_once && caught.lines.size() == 2 * warnings_sent,
               fmt::format("{} messages", caught.lines.size()));
    stage.step("every text says that it is a drill", caught.all_marked && !caught.lines.empty());
}

void check_explain(Stage& stage, const std::string& place, LocalDay day)
{
    const auto told = stage.aqictl({"explain", place, format_day(day), "--config", stage.options().config});
    const bool whole = told.exit_code == 0 && told.output.find("rounded up =") != std::string::npos &&
                       told.output.find("Verdict:") != std::string::npos;
    stage.step("a day can be explained down to its hours and clauses", whole,
               fmt::format("aqictl explain {} {}", place, format_day(day)));
    const auto year =
        stage.aqictl({"explain", place, std::to_string(day.year()), "pm2_5", "--config", stage.options().config});
    stage.step("a year's mean can be explained",
               year.exit_code == 0 && year.output.find("valid days") != std::string::npos,
               fmt::format("aqictl explain {} {}", place, day.year()));
}

void play_invented(Stage& stage)
{
    const World& world = stage.world();
    const LocalDay story = world.shown_from.day();
    stage.say("the stations bring the year up to now, a day at a time");
    stage.play_until(world.shown_from.plus(-1), 24);
    stage.say("from here on hour by hour: a clean week");
    const StationIndex late_station{5};
    const HourEnding late_hour = HourEnding::of(story.plus(3), 6);
    stage.hold_back(late_station, late_hour);
    stage.play_until(HourEnding::of(story.plus(2), 9), 1);
    send_bad_input(stage, story.plus(2));
    stage.play_until(HourEnding::of(story.plus(3), 9), 1);
    send_late_hour(stage, late_station, late_hour);
    stage.play_until(HourEnding::of(story.plus(6), 24), 1);
    stage.say("the heavy week begins");
    play_warning(stage, story);
    check_figures(stage, world.ends.day());
    check_caught(stage, 3);
    check_explain(stage, world.city, story.plus(10));
}

/// An archive: bureaus that are always right, people who agree at once. Nothing is invented but them.
class ArchiveStory {
public:
    explicit ArchiveStory(Stage& stage) : stage_(stage), people_(stage) {}

    void play()
    {
        const World& world = stage_.world();
        for (LocalDay day = world.begins.day(); day <= world.ends.day(); day = day.plus(1)) {
            const bool shown = HourEnding::of(day, 1) >= world.shown_from;
            const int step = world.daily ? 24 : shown ? 1 : 16;
            if (day.day_of_month() == 1 || shown) stage_.say(format_day(day));
            if (!world.daily) stage_.play_until(HourEnding::of(day, 16), step);
            forecast_from(day);
            stage_.play_until(HourEnding::of(day, 24), step);
            agree();
        }
        const json::value counts = stage_.ask("counts");
        const std::int64_t values = counts.as_object().contains("values") ? counts.at("values").as_int64() : 0;
        stage_.step("every measured value was taken in once", values == stage_.values_sent(),
                    fmt::format("{} of {}", values, stage_.values_sent()));
        stage_.step("every published warning was caught", wait_for_caught(stage_, 2 * published_),
                    fmt::format("{} revisions", published_));
        if (published_ > 0) check_caught(stage_, published_);
        check_years();
    }

private:
    void forecast_from(LocalDay day)
    {
        const World& world = stage_.world();
        if (world.daily) stage_.clock_to(day, 16, 0);
        for (std::uint32_t a = 0; a < world.areas.size(); ++a) {
            json::array days;
            for (int ahead = 1; ahead <= 7; ++ahead)
                if (const auto aqi = world.foreseen(AreaIndex{a}, day.plus(ahead)))
                    days.push_back(json::object{
                        {"date", format_day(day.plus(ahead))}, {"low", *aqi}, {"high", *aqi}, {"primary", ""}});
            if (days.empty()) continue;
            for (const auto* person : {"hbj-zhang", "qxj-li"})
                tools::ask_daemon(
                    stage_.options().socket,
                    {{"command", "forecast"}, {"person", person}, {"area", world.areas[a].id}, {"days", days}});
            agree();
        }
    }

    void agree()
    {
        const json::value status = stage_.status();
        for (const auto& w : status.at("warnings").as_array()) {
            if (w.at("pending").is_null()) continue;
            const auto& r = w.at("revisions").as_array().back().as_object();
            const bool lift = text(r.at("kind")) == "lift";
            stage_.say(fmt::format("{} {} {}", text(w.at("id")), text(r.at("kind")), text(r.at("level"))));
            if (people_.publish(text(w.at("id")), "zf-zhao", lift))
                wait_for_caught(stage_, 2 * ++published_);
            else
                stage_.step("a proposal could be published", false, text(w.at("id")));
        }
    }

    void check_years()
    {
        const json::value status = stage_.status();
        for (const auto& area : status.at("areas").as_array()) {
            const auto* pm2_5 = annual_of(area.as_object(), "pm2_5");
            const bool good = area.at("good_days").is_object();
            stage_.step(fmt::format("{} has an annual mean and good days", text(area.at("id"))),
                        pm2_5 != nullptr && good,
                        pm2_5 != nullptr && good
                            ? fmt::format("PM2.5 {} over {} days, {} good days", text(pm2_5->at("published")),
                                          text(pm2_5->at("valid_days")), text(area.at("good_days").at("good")))
                            : "");
        }
    }

    Stage& stage_;
    People people_;
    std::size_t published_ = 0;
};

} // namespace

int play_story(const World& world, const StoryOptions& options)
{
    Stage stage{world, options};
    const json::value status = stage.status();
    bool up = !status.at("links").as_array().empty();
    for (const auto& link : status.at("links").as_array()) up = up && text(link.at("state")) == "up";
    stage.step("the daemon is subscribed at the broker", up,
               up ? text(status.at("links").as_array().front().at("detail")) : "");
    stage.step("it is a drill with a clock of its own", text(status.at("mode")) == "drill");
    const bool invented = !world.foreseen(AreaIndex{0}, world.begins.day()).has_value() && world.target_year == 2016 &&
                          !world.daily && world.areas.size() > 1;
    if (invented)
        play_invented(stage);
    else
        ArchiveStory{stage}.play();
    return stage.summary() ? 0 : 1;
}

} // namespace aqi::sim
