// The one table of channels. To add one: write daemon/notify/x.cpp, declare its row here, add it below.
#include "daemon/notify/channel.hpp"

#include <algorithm>
#include <vector>

namespace aqi::notify {

extern const ChannelInfo broadcast_channel;
extern const ChannelInfo cap_channel;
extern const ChannelInfo command_channel;
extern const ChannelInfo email_channel;
extern const ChannelInfo journal_channel;
extern const ChannelInfo mqtt_channel;
extern const ChannelInfo sms_gammu_channel;
extern const ChannelInfo sms_http_channel;
extern const ChannelInfo webhook_channel;

std::span<const ChannelInfo> all_channels()
{
    static const std::vector<ChannelInfo> table = {broadcast_channel, cap_channel,      command_channel,
                                                   email_channel,     journal_channel,  mqtt_channel,
                                                   sms_gammu_channel, sms_http_channel, webhook_channel};
    return table;
}

Instant system_now()
{
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

Result<Content> compose_document(const std::any&, const Letter& letter, Language)
{
    return Content{document_of(letter)};
}

const ChannelInfo* channel_of_kind(std::string_view kind)
{
    const auto table = all_channels();
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const ChannelInfo& row) { return row.kind == kind; });
    return found == table.end() ? nullptr : &*found;
}

} // namespace aqi::notify
