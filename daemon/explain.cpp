#include "daemon/explain.hpp"

#include "daemon/clock.hpp"
#include "daemon/store/store.hpp"
#include "libaqi/explain.hpp"
#include "libaqi/what_if.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

namespace aqi::daemon {
namespace {

std::string value_text(const Observed& o)
{
    if (o.value) return format_concentration(*o.value, display_unit_ng(o.pollutant));
    return fmt::format("[{}]", flag_letter(o.flag));
}

/// Values that were said again with another meaning: which came first, which counts.
void print_revisions(JournalReader& journal, const Network& network, PlaceIndex place, LocalDay day)
{
    std::vector<StationIndex> stations;
    if (const auto area = network.area_of(place))
        stations = network.areas[area->value].sites(day);
    else
        stations.push_back(StationIndex{place.value});
    bool any = false;
    for (const auto station : stations) {
        std::map<std::pair<HourEnding, Pollutant>, std::vector<JournalReader::Received>> by_hour;
        for (auto& received : journal.of_day(station, day))
            by_hour[{received.observed.hour, received.observed.pollutant}].push_back(std::move(received));
        for (const auto& [key, values] : by_hour) {
            if (values.size() < 2) continue;
            if (!any) fmt::print("Revisions (修订), the last one counts:\n");
            any = true;
            std::string line = fmt::format("  {} {} {}:", network.stations[station.value].id, format_hour(key.first),
                                           pollutant_label(key.second));
            for (const auto& v : values)
                line += fmt::format("  {} (received {} over {})", value_text(v.observed),
                                    format_instant(v.received_at, network.offset), v.link);
            fmt::print("{}\n", line);
        }
    }
    if (!any) fmt::print("No hour of this day was revised.\n");
}

/// The whole journal folded; no hour and no day is too old for a question.
struct Answers {
    explicit Answers(Config from)
        : config(std::move(from)),
          journal(config.data_folder / "aqid.db", config.rules.network),
          state(config.rules.network)
    {
        config.rules.open_days = config.rules.ledger_days = 40'000;
        journal.fold([&](const Event& event) {
            absorb(state, event, config.rules);
            if (const auto* noticed = std::get_if<Noticed>(&event)) notices.push_back(noticed->notice);
            if (const auto* closed = std::get_if<HourClosed>(&event);
                closed != nullptr && closed->hour.hour_of_day() == 24)
                settle(state, config.rules, nullptr);
        });
        settle(state, config.rules, nullptr);
    }

    Config config;
    JournalReader journal;
    State state;
    std::vector<Notice> notices;
};

/// What people did to the hours of a day, and the notices that followed.
void print_reviews(const Answers& a, PlaceIndex place, LocalDay day)
{
    const Network& network = a.config.rules.network;
    std::vector<std::string> stations;
    if (const auto area = network.area_of(place))
        for (const auto site : network.areas[area->value].sites(day))
            stations.push_back(network.stations[site.value].id);
    else
        stations.push_back(network.place_id(place));
    for (const auto& c : a.state.corrections()) {
        if (c.last.day() < day || day < c.first.day() ||
            std::find(stations.begin(), stations.end(), c.station) == stations.end())
            continue;
        fmt::print("Correction (更正) {}: {} {} {} to {}, {}{}: {}; validated by {} at {}{}\n", c.id, c.station,
                   pollutant_label(c.pollutant), format_hour(c.first), format_hour(c.last), correction_kind_zh(c.kind),
                   c.value ? " " + format_concentration(*c.value, display_unit_ng(c.pollutant)) : "", c.why,
                   c.validated.person, format_instant(c.validated.at, network.offset),
                   c.decided ? fmt::format(", {} by {} at {}", correction_state_name(c.state), c.decided->person,
                                           format_instant(c.decided->at, network.offset))
                             : ", not decided yet");
    }
    for (const auto& n : a.notices)
        for (const auto& c : n.changes)
            if (c.place == network.place_id(place) && c.day == day)
                fmt::print("Notice (更正公告) {}: {} {} {} -> {}, {} ({})\n", n.number,
                           c.pollutant ? pollutant_label(*c.pollutant) : "", change_zh(c.what), c.before, c.after,
                           n.why, n.who);
    const ReviewLevel level = a.state.reviewed(place, day, a.config.rules);
    fmt::print("Review (审核): {} {}\n", review_level_zh(level), review_level_name(level));
}

void print_paper(const Paper& paper, const Question& q)
{
    if (q.language != "zh" && q.language != "en")
        throw std::runtime_error(fmt::format("language \"{}\" is not known; known: zh, en", q.language));
    const auto text = paper_as(paper, q.format, q.language == "en" ? Language::en : Language::zh);
    if (!text)
        throw std::runtime_error(fmt::format("format \"{}\" is not known; known: text, csv, json, html", q.format));
    std::fwrite(text->data(), 1, text->size(), stdout);
}

PlaceIndex place_named(const std::string& id, const Network& network)
{
    if (const auto place = network.place_named(id)) return *place;
    throw std::runtime_error(fmt::format("no area or station \"{}\" in the configuration", id));
}

} // namespace

void explain(Config config, const Question& q)
{
    Answers a{std::move(config)};
    const Rules& rules = a.config.rules;
    const auto lines = aqi::explain(a.state, q.places.front(), q.when, q.what, rules);
    if (!lines) throw std::runtime_error(lines.error().detail);
    for (const auto& line : *lines) fmt::print("{}\n", line);
    const auto when = parse_when(q.when, rules.network);
    if (when->kind != When::Kind::day) return;
    const PlaceIndex place = place_named(q.places.front(), rules.network);
    print_revisions(a.journal, rules.network, place, when->first);
    print_reviews(a, place, when->first);
}

void print_report(Config config, const Question& q)
{
    Answers a{std::move(config)};
    const auto when = parse_when(q.when, a.config.rules.network);
    if (!when) throw std::runtime_error(when.error().detail);
    ReportRequest request{
        *when, {}, q.beside, a.notices, format_instant(SystemClock{}.now(), a.config.rules.network.offset)};
    for (const auto& id : q.places) request.places.push_back(place_named(id, a.config.rules.network));
    const auto paper = report(a.state, request, a.config.rules);
    if (!paper) throw std::runtime_error(paper.error().detail);
    print_paper(*paper, q);
}

void print_what_if(Config config, const Question& q)
{
    Answers a{std::move(config)};
    const auto when = parse_when(q.when, a.config.rules.network);
    if (!when || when->kind != When::Kind::year) throw std::runtime_error("what-if asks for a year, e.g. 2016");
    const auto p = pollutant_named(q.what);
    if (!p)
        throw std::runtime_error(fmt::format("pollutant \"{}\" is not known; known: so2 no2 pm10 co o3 pm2_5", q.what));
    auto question = read_what_if(place_named(q.places.front(), a.config.rules.network), when->first.year(), *p,
                                 q.assume, q.need, q.good_rate);
    if (!question) throw std::runtime_error(question.error().detail);
    question->draws = q.draws;
    question->seed = q.seed;
    const auto paper = what_if(a.state, *question, a.config.rules);
    if (!paper) throw std::runtime_error(paper.error().detail);
    print_paper(*paper, q);
}

} // namespace aqi::daemon
