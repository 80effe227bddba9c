#include "daemon/web/read_frames.hpp"

#include "daemon/web/read.hpp"
#include "libaqi/pollutant.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace aqi::daemon::web {
namespace {

namespace json = boost::json;

constexpr std::size_t hex_bytes = 512;
constexpr std::size_t values_shown = 60;
constexpr int aside_looked_at = 500;
constexpr int aside_shown = 50;

const LinkConfig* link_named(const Config& config, std::string_view name)
{
    const auto found = std::find_if(config.links.begin(), config.links.end(),
                                    [&](const LinkConfig& link) { return link.name == name; });
    return found == config.links.end() ? nullptr : &*found;
}

/// One line a pollutant the reading speaks of.
void add_values(json::array& out, const Reading& reading, UtcOffset offset)
{
    const bool is_hourly = reading.period == Period::hour || reading.period == Period::day;
    for (const auto p : all_pollutants) {
        const auto& said = reading.values[p];
        if (!said.named || out.size() >= values_shown) continue;
        json::object o{{"station", shown_text(reading.station)},
                       {"pollutant", pollutant_name(p)},
                       {"label", pollutant_label(p)},
                       {"period", period_name(reading.period)},
                       {"at", format_instant(is_hourly ? reading.hour.instant(offset) : reading.at, offset)},
                       {"unit", display_unit(p)},
                       {"flag", std::string(1, flag_letter(said.flag))},
                       {"flag_zh", flag_zh(said.flag)}};
        o["value"] =
            said.value ? json::value(format_concentration(*said.value, display_unit_ng(p))) : json::value(nullptr);
        out.push_back(std::move(o));
    }
}

/// What a driver makes of it, now: what it made of it then, for decoding is a pure function.
struct Meaning {
    drivers::Decoded decoded;
    std::set<std::string> stations;
    std::string outcome;
};

Meaning meaning_of(const KeptFrame& frame, const LinkConfig* link, UtcOffset offset)
{
    Meaning out;
    if (link != nullptr && link->stations.size() == 1) out.stations.insert(link->stations.front());
    if (!frame.refused.empty()) {
        out.outcome = "refused";
        return out;
    }
    if (frame.cut() || link == nullptr) {
        out.outcome = "cut";
        return out;
    }
    out.decoded = link->driver->decode({frame.link, frame.origin, frame.bytes, frame.received_at, frame.retained, {}},
                                       link->settings, offset);
    for (const auto& reading : out.decoded.readings) out.stations.insert(reading.station);
    out.outcome = !out.decoded.readings.empty()    ? "readings"
                  : !out.decoded.forecasts.empty() ? "forecasts"
                  : !out.decoded.faults.empty()    ? "malformed"
                  : !out.decoded.counted.empty()   ? "counted"
                                                   : "nothing";
    return out;
}

json::object frame_object(const KeptFrame& frame, const LinkConfig* link, const Meaning& meaning, UtcOffset offset)
{
    const Masked shown = masked(frame.bytes);
    json::array stations, faults, counted, values;
    for (const auto& station : meaning.stations) stations.emplace_back(station);
    if (!frame.refused.empty()) faults.emplace_back(shown_text(masked(frame.refused).bytes));
    // A driver's complaint may quote the payload.
    for (const auto& fault : meaning.decoded.faults) faults.emplace_back(shown_text(masked(fault.detail).bytes));
    for (const auto& name : meaning.decoded.counted) counted.emplace_back(name);
    for (const auto& reading : meaning.decoded.readings) add_values(values, reading, offset);
    return {{"at", format_instant(frame.received_at, offset)},
            {"at_ms", frame.received_at.ms},
            {"link", frame.link},
            {"driver", link != nullptr ? link->driver->name : std::string_view{}},
            {"origin", shown_text(masked(frame.origin).bytes)},
            {"bytes", frame.size},
            {"cut", frame.cut()},
            {"retained", frame.retained},
            {"masked", shown.any},
            {"text", shown_text(shown.bytes)},
            {"hex", shown_hex(shown.bytes, hex_bytes)},
            {"stations", std::move(stations)},
            {"outcome", meaning.outcome},
            {"readings", meaning.decoded.readings.size()},
            {"forecasts", meaning.decoded.forecasts.size()},
            {"counted", std::move(counted)},
            {"faults", std::move(faults)},
            {"values", std::move(values)}};
}

} // namespace

json::object frame_json(const KeptFrame& frame, const LinkConfig* link, UtcOffset offset)
{
    return frame_object(frame, link, meaning_of(frame, link, offset), offset);
}

Reply read_frames(const Query& query, const ReadSources& sources)
{
    query.only({"link", "station", "most"});
    const Config& config = *sources.config;
    const UtcOffset offset = config.rules.network.offset;
    const std::string_view link = query.text("link"), station = query.text("station");
    const auto most = static_cast<std::size_t>(query.whole_or("most", 50, 1, 200));
    if (!link.empty() && link_named(config, link) == nullptr)
        throw Refusal(404, fmt::format("没有链路“{}”", link), fmt::format("there is no link \"{}\"", link));
    if (!station.empty() && !config.rules.network.station_named(station))
        throw Refusal(404, fmt::format("没有站点“{}”", station), fmt::format("there is no station \"{}\"", station));

    json::array frames, aside;
    for (const KeptFrame* frame : sources.frames->newest(link)) {
        if (frames.size() >= most) break;
        const LinkConfig* from = link_named(config, frame->link);
        const Meaning meaning = meaning_of(*frame, from, offset);
        if (!station.empty() && !meaning.stations.contains(std::string{station})) continue;
        frames.push_back(frame_object(*frame, from, meaning, offset));
    }
    for (const auto& row : sources.store->newest_parked(aside_looked_at)) {
        if (aside.size() >= aside_shown) break;
        if ((!link.empty() && row.link != link) || (!station.empty() && row.station != station)) continue;
        aside.push_back(json::object{{"at", format_instant(Instant{row.received_ms}, offset)},
                                     {"reason", row.reason},
                                     {"detail", shown_text(masked(row.detail).bytes)},
                                     {"link", row.link},
                                     {"origin", shown_text(masked(row.origin).bytes)},
                                     {"station", shown_text(row.station)}});
    }
    return json_reply(json::serialize(json::object{
        {"ok", true}, {"kept", FrameBook::frames_most}, {"frames", std::move(frames)}, {"aside", std::move(aside)}}));
}

} // namespace aqi::daemon::web
