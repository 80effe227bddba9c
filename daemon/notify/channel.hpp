// daemon/notify/channel: the whole contract of a way to the outside.
//
// The story. Dispatch takes a row from the outbox, writes down that it is about to be sent, and calls send(). The channel
// makes exactly one attempt and answers exactly once, on the loop, with what it knows: taken, refused, worth another try,
// or in doubt, when the request left and no answer came. Retrying, order, expiry and the record are dispatch's.
//
// A channel is one file and one row in registry.cpp; it owns its settings, their parsing and its sample stanza.
//
// Drills are another type. RealMessage and DrillMessage, RealChannel and DrillChannel have nothing in common that could turn one
// into the other; what goes to the public cannot be handed a drill, and a drill's channel no warning. A channel's own settings see
// to it that a drill does not leave the machine.
#pragma once

#include "daemon/ports.hpp"
#include "libaqi/settings.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <any>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace aqi::notify {

struct Receipt {
    /// accepted, delivered, refused, retry or in_doubt.
    daemon::SendState state = daemon::SendState::in_doubt;
    std::string detail; ///< one line, for people
};

/// One message on its way.
template <Mode mode>
struct MessageOf {
    std::string key;      ///< the same for every attempt of this row: "410600-2016-003/2/duty-room"
    std::string document; ///< JSON
};
using RealMessage = MessageOf<Mode::real>;
using DrillMessage = MessageOf<Mode::drill>;

template <Mode mode>
class ChannelOf {
public:
    virtual ~ChannelOf() = default;
    /// One attempt. `done` is called once, later, on the loop.
    virtual void send(const MessageOf<mode>& message, std::function<void(Receipt)> done) = 0;
    /// Whether the other side drops repeats of one key: only then may a row in doubt be tried again by itself.
    virtual bool drops_repeats() const { return false; }
};
using RealChannel = ChannelOf<Mode::real>;
using DrillChannel = ChannelOf<Mode::drill>;

struct ChannelContext {
    std::string name;
    boost::asio::any_io_executor executor;
};

struct ChannelInfo {
    std::string_view kind;    ///< as written in the configuration: kind = "webhook"
    std::string_view summary; ///< one line for `aqictl channels`
    std::string_view sample;  ///< a [[channel]] stanza with every key, its default and its consequence
    /// Reads and checks the channel's keys of a [[channel]] table for the given mode; throws SettingError. What was read for one
    /// mode opens a channel of that mode only.
    std::any (*settings)(const Settings&, Mode mode);
    std::unique_ptr<RealChannel> (*open)(const std::any& settings, ChannelContext);
    std::unique_ptr<DrillChannel> (*open_drill)(const std::any& settings, ChannelContext);
};

/// Settings that know for which mode they were read.
template <Mode mode, class Own>
struct SettingsFor {
    Own own;
};

/// The two openers of a channel that is a template over its mode: `Channel<mode>(Own, ChannelContext)`.
template <template <Mode> class Channel, class Own, Mode mode>
std::unique_ptr<ChannelOf<mode>> open_channel(const std::any& settings, ChannelContext context)
{
    return std::make_unique<Channel<mode>>(std::any_cast<const SettingsFor<mode, Own>&>(settings).own,
                                           std::move(context));
}
template <class Own>
std::any settings_for(Mode mode, Own own)
{
    if (mode == Mode::drill) return SettingsFor<Mode::drill, Own>{std::move(own)};
    return SettingsFor<Mode::real, Own>{std::move(own)};
}

/// Every channel, in the order they are listed to people.
std::span<const ChannelInfo> all_channels();
const ChannelInfo* channel_of_kind(std::string_view kind);

} // namespace aqi::notify
