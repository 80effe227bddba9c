// tools/sim/stage: what a story needs to happen: publishing and the clock, people's commands, questions, and the list of
// steps that were seen.
#pragma once

#include "tools/sim/publisher.hpp"
#include "tools/sim/story.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace aqi::sim {

class Stage {
public:
    Stage(const World& world, const StoryOptions& options);

    /// Publishes everything measured up to `to`, `hours_a_step` at a time, and moves the clock to twenty minutes past
    /// each step, when the hour is closed.
    void play_until(HourEnding to, int hours_a_step);
    HourEnding played() const { return played_; }
    /// Moves the clock within the hour, for people's acts.
    void clock_to(LocalDay day, int hour, int minute);
    Instant now() const { return now_; }

    /// Returns when the daemon has taken them in.
    void publish(const std::vector<Publisher::Message>& messages);
    static std::string topic(std::string_view station);
    /// Leaves an hour of a station out, to be sent late.
    void hold_back(StationIndex station, HourEnding hour) { held_back_.emplace_back(station, hour); }
    std::string payload_of(const Reading& reading) const;

    struct Told {
        int exit_code = -1;
        std::string output;
    };
    Told aqictl(const std::vector<std::string>& arguments);
    boost::json::value ask(std::string_view command);
    boost::json::value status() { return ask("status"); }

    void say(const std::string& line);
    void step(const std::string& name, bool seen, const std::string& detail = {});
    /// Prints the summary; true if every step was seen.
    bool summary() const;

    std::int64_t values_sent() const { return values_sent_; }
    const World& world() const { return world_; }
    const StoryOptions& options() const { return options_; }
    UtcOffset offset() const { return offset_; }

private:
    void set_clock(Instant to);
    std::int64_t count(const char* name);

    const World& world_;
    const StoryOptions& options_;
    const UtcOffset offset_{};
    Publisher publisher_;
    HourEnding played_;
    Instant now_;
    std::int64_t values_sent_ = 0;
    std::int64_t frames_expected_ = 0;
    std::vector<std::pair<StationIndex, HourEnding>> held_back_;
    struct Step {
        std::string name;
        bool seen;
        std::string detail;
    };
    std::vector<Step> steps_;
};

} // namespace aqi::sim
