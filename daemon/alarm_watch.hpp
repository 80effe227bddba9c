// daemon/alarm_watch: what the daemon sees of stations, links and channels, as conditions an alarm can stand for.
//
// A link that is down must have been so for a while; one that is connecting says nothing yet, and what is unknown neither raises nor
// clears. A station that was never heard is no alarm: it is not there yet.
//
// Knows: when what is seen is trouble. Does not know: the life of an alarm (libaqi/alarm). Used on the loop only.
#pragma once

#include "daemon/dispatch.hpp"
#include "daemon/health.hpp"
#include "daemon/turns.hpp"

#include <map>
#include <string>
#include <vector>

namespace aqi::daemon {

class AlarmWatch {
public:
    explicit AlarmWatch(const Config& config) : config_(config) {}

    std::vector<Turns::Condition> look(const Turns& turns, const Health& health, const Dispatch& dispatch, Instant now);

private:
    const Config& config_;
    std::map<std::string, Instant> down_since_; ///< links
};

} // namespace aqi::daemon
