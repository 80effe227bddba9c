#include "tools/sim/stage.hpp"

#include "drivers/reading_json.hpp"
#include "tools/client/daemon_client.hpp"
#include "tools/command_error.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <thread>

#include <sys/wait.h>

namespace aqi::sim {
namespace {

namespace json = boost::json;

std::string quoted(const std::string& word)
{
    std::string out = "'";
    for (const char c : word) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out + "'";
}

std::string password_beside(const std::string& config)
{
    std::ifstream in{config.substr(0, config.rfind('/')) + "/stations.password"};
    std::string line;
    std::getline(in, line);
    return line;
}

} // namespace

Stage::Stage(const World& world, const StoryOptions& options)
    : world_(world),
      options_(options),
      publisher_(options.broker, "aqi-sim-stations", "stations", password_beside(options.config)),
      played_(world.begins.plus(-1)),
      now_(world.begins.plus(-1).instant(offset_))
{
    frames_expected_ = count("frames");
}

std::string Stage::topic(std::string_view station) { return fmt::format("aqid/v1/{}/hourly", station); }

std::string Stage::payload_of(const Reading& reading) const { return drivers::encode_reading_json(reading, offset_); }

void Stage::set_clock(Instant to)
{
    now_ = to;
    tools::ask_daemon(options_.socket, {{"command", "clock"}, {"now", format_instant(to, offset_)}});
}

void Stage::clock_to(LocalDay day, int hour, int minute)
{
    set_clock(Instant{HourEnding{HourEnding::of(day, 0).since_epoch + hour}.instant(offset_).ms + minute * 60'000});
}

std::int64_t Stage::count(const char* name)
{
    const json::value counts = ask("counts");
    const auto* found = counts.as_object().if_contains(name);
    return found == nullptr ? 0 : found->as_int64();
}

void Stage::publish(const std::vector<Publisher::Message>& messages)
{
    publisher_.publish(messages);
    frames_expected_ += static_cast<std::int64_t>(messages.size());
    // The broker has them; wait until it has passed them on and the daemon has taken them in.
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (count("frames") < frames_expected_) {
        if (std::chrono::steady_clock::now() > limit)
            throw tools::CommandError(
                fmt::format("the daemon took in {} of {} messages", count("frames"), frames_expected_));
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
}

void Stage::play_until(HourEnding to, int hours_a_step)
{
    while (played_ < to) {
        const HourEnding until = std::min(played_.plus(hours_a_step), to);
        std::vector<Publisher::Message> messages;
        for (std::uint32_t s = 0; s < world_.stations.size(); ++s) {
            std::string batch;
            for (HourEnding hour = played_.plus(1); hour <= until; hour = hour.plus(1)) {
                if (std::find(held_back_.begin(), held_back_.end(), std::pair{StationIndex{s}, hour}) !=
                    held_back_.end())
                    continue;
                const auto reading = world_.measured(StationIndex{s}, hour);
                if (!reading) continue;
                for (const auto p : all_pollutants) values_sent_ += reading->values[p].named ? 1 : 0;
                batch += (batch.empty() ? "" : ",") + payload_of(*reading);
            }
            if (!batch.empty()) messages.push_back({topic(world_.stations[s].id), "[" + batch + "]"});
        }
        // Hour by hour a station reports at five past and the hour is closed at twenty past. A day at a time it reports
        // before the clock gets there: hours that were closed meanwhile would all be late.
        if (hours_a_step == 1) set_clock(Instant{until.instant(offset_).ms + 5 * 60'000});
        publish(messages);
        played_ = until;
        set_clock(Instant{until.instant(offset_).ms + 20 * 60'000});
        if (options_.pace_ms > 0 && until >= world_.shown_from)
            std::this_thread::sleep_for(std::chrono::milliseconds{options_.pace_ms});
    }
}

Stage::Told Stage::aqictl(const std::vector<std::string>& arguments)
{
    std::string command = quoted(options_.aqictl);
    for (const auto& a : arguments) command += " " + quoted(a);
    if (arguments.front() != "explain") command += " --socket " + quoted(options_.socket);
    command += " 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw tools::CommandError("cannot start " + options_.aqictl);
    Told told;
    std::array<char, 4096> buffer;
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
        told.output.append(buffer.data(), got);
    const int status = ::pclose(pipe);
    told.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return told;
}

json::value Stage::ask(std::string_view command) { return tools::ask_daemon(options_.socket, {{"command", command}}); }

void Stage::say(const std::string& line)
{
    fmt::print("{}  {}\n", format_instant(now_, offset_).substr(0, 16), line);
    std::fflush(stdout);
}

void Stage::step(const std::string& name, bool seen, const std::string& detail)
{
    steps_.push_back({name, seen, detail});
    if (!seen) fmt::print("  NOT SEEN: {}{}{}\n", name, detail.empty() ? "" : ": ", detail);
}

bool Stage::summary() const
{
    fmt::print("\nWhat was seen:\n");
    std::size_t seen = 0;
    for (const auto& s : steps_) {
        fmt::print("  {} {}{}{}\n", s.seen ? "[x]" : "[ ]", s.name, s.detail.empty() ? "" : ": ", s.detail);
        seen += s.seen ? 1 : 0;
    }
    fmt::print("{} of {} steps of the story were seen.\n", seen, steps_.size());
    return seen == steps_.size();
}

} // namespace aqi::sim
