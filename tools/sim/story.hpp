// tools/sim/story: the demo: stations publish, bureaus forecast, people sign, and every step is checked against what the
// daemon says and what the catcher caught.
#pragma once

#include "tools/sim/world.hpp"

#include <string>

namespace aqi::sim {

struct StoryOptions {
    std::string broker = "tcp://127.0.0.1:1883";
    std::string socket; ///< control socket of the daemon
    std::string config; ///< its configuration, for aqictl explain
    std::string aqictl; ///< the program people act through
    std::string page;   ///< http://127.0.0.1:port
    std::string caught; ///< the file the catchers write
    int pace_ms = 0;    ///< real milliseconds an hour takes once it is shown
};

/// Plays the world through the daemon. Returns 0 only if every step of the story was seen.
int play_story(const World& world, const StoryOptions& options);

/// The configuration of a daemon for this world; see tools/demo.
std::string demo_config(const World& world, const std::string& folder, const std::string& broker, int http_port,
                        int catcher_port, int mail_port, const std::string& account);

} // namespace aqi::sim
