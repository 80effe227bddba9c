// daemon/notify/channel: the whole contract of a way to the outside.
//
// The story. Dispatch takes a row from the outbox, writes down that it is about to be sent, and calls send(). The channel
// makes exactly one attempt and answers exactly once, on the loop, with what it knows: taken, refused, worth another try,
// or in doubt, when the request left and no answer came. Retrying, order, expiry and the record are dispatch's.
//
// A channel is one file and one row in registry.cpp; it owns its settings, their parsing and its sample stanza.
//
// Drills. A channel is opened for one mode and carries it; dispatch never hands a message of one mode to a channel of the
// other (broken promise). Under a simulated clock only channels that say drill = true are opened, and a channel's own
// settings see to it that a drill does not leave the machine.
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
struct Message {
    std::string key;      ///< the same for every attempt of this row: "410600-2016-003/2/duty-room"
    std::string document; ///< JSON
    Mode mode = Mode::real;
};

class Channel {
public:
    virtual ~Channel() = default;
    /// One attempt. `done` is called once, later, on the loop.
    virtual void send(const Message& message, std::function<void(Receipt)> done) = 0;
    /// Whether the other side drops repeats of one key: only then may a row in doubt be tried again by itself.
    virtual bool drops_repeats() const { return false; }
};

struct ChannelContext {
    std::string name;
    boost::asio::any_io_executor executor;
    Mode mode = Mode::real;
};

struct ChannelInfo {
    std::string_view kind;    ///< as written in the configuration: kind = "webhook"
    std::string_view summary; ///< one line for `aqictl channels`
    std::string_view sample;  ///< a [[channel]] stanza with every key, its default and its consequence
    /// Reads and checks the channel's keys of a [[channel]] table for the given mode; throws SettingError.
    std::any (*settings)(const Settings&, Mode mode);
    std::unique_ptr<Channel> (*open)(const std::any& settings, ChannelContext);
};

/// Every channel, in the order they are listed to people.
std::span<const ChannelInfo> all_channels();
const ChannelInfo* channel_of_kind(std::string_view kind);

} // namespace aqi::notify
