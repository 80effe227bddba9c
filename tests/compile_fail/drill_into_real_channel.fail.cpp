// A drill is another type: no real channel takes its message, and none is made from its channel.
#include "daemon/notify/channel.hpp"
#ifdef AQID_MAY_COMPILE
void send(aqi::notify::DrillChannel& channel, const aqi::notify::DrillMessage& drill)
#else
void send(aqi::notify::RealChannel& channel, const aqi::notify::DrillMessage& drill)
#endif
{
    channel.send(drill, [](const aqi::notify::Receipt&) {});
}
