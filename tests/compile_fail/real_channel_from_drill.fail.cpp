// What opens a drill's channel gives nothing that could speak to the public.
#include "daemon/notify/channel.hpp"
#ifdef AQID_MAY_COMPILE
std::unique_ptr<aqi::notify::RealChannel> of(const aqi::notify::ChannelInfo& kind, const std::any& settings)
{
    return kind.open(settings, {});
}
#else
std::unique_ptr<aqi::notify::RealChannel> of(const aqi::notify::ChannelInfo& kind, const std::any& settings)
{
    return kind.open_drill(settings, {});
}
#endif
