#include "daemon/explain.hpp"

#include "daemon/store/store.hpp"
#include "libaqi/explain.hpp"

#include <fmt/format.h>

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

} // namespace

void explain(Config config, const Question& question)
{
    config.rules.open_days = 40'000; // no hour is too old for a question
    const Network& network = config.rules.network;
    const auto place = network.place_named(question.place);
    if (!place) throw std::runtime_error(fmt::format("no area or station \"{}\" in the configuration", question.place));
    JournalReader journal{config.data_folder / "aqid.db", network};
    State state{network};
    journal.fold([&](const Event& event) {
        absorb(state, event, config.rules);
        if (const auto* closed = std::get_if<HourClosed>(&event); closed != nullptr && closed->hour.hour_of_day() == 24)
            settle(state, config.rules, nullptr);
    });
    settle(state, config.rules, nullptr);
    if (!question.day.empty()) {
        const auto day = parse_day(question.day);
        if (!day) throw std::runtime_error(day.error().detail);
        for (const auto& line : explain_day(state, *place, *day, config.rules)) fmt::print("{}\n", line);
        print_revisions(journal, network, *place, *day);
        return;
    }
    const auto pollutant = pollutant_named(question.pollutant);
    if (!pollutant)
        throw std::runtime_error(
            fmt::format("pollutant \"{}\" is not known; known: so2 no2 pm10 co o3 pm2_5", question.pollutant));
    for (const auto& line : explain_year(state, *place, question.year, *pollutant, config.rules))
        fmt::print("{}\n", line);
}

} // namespace aqi::daemon
