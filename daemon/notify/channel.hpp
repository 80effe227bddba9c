// daemon/notify/channel: the whole contract of a way to the outside.
//
// The story. When a revision is issued, its channels compose what they will say, once per language, before anything leaves; that
// text is kept in the outbox and never changes. Dispatch then takes one delivery, a row and one of its recipients, writes down that
// it is about to be sent, and calls send(). The channel makes exactly one attempt and answers exactly once, on the loop, with what
// it knows: taken, refused, worth another try, or in doubt, when the request left and no answer came. What a provider says later
// (a receipt, a reply by SMS) the channel passes to Inbound. Retrying, order, expiry, rates and the record are dispatch's.
//
// A channel is one file and one row in registry.cpp; it owns its settings, their parsing and its sample stanza.
//
// Drills are another type. RealMessage and DrillMessage, RealChannel and DrillChannel have nothing in common that could turn one
// into the other; what goes to the public cannot be handed a drill, and a drill's channel no warning. A channel's own settings see
// to it that a drill does not leave the machine.
#pragma once

#include "daemon/notify/letter.hpp"
#include "daemon/ports.hpp"
#include "libaqi/settings.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <any>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aqi::notify {

struct Receipt {
    /// accepted (the provider has it), delivered (the recipient has it), failed (will never work), retry (certainly not sent, may
    /// work later) or in_doubt (may or may not have been sent).
    daemon::SendState state = daemon::SendState::in_doubt;
    std::string detail;        ///< one line, for people
    std::string provider_id{}; ///< what the provider calls it; later reports refer to it
};

/// What a channel says, made once per row and language. `text` and `subject` leave as they stand.
using daemon::Content;
/// Who one delivery is for. A channel without recipients has one, with an empty address.
using daemon::Recipient;

/// One message on its way to one recipient.
template <Mode mode>
struct MessageOf {
    std::string
        key; ///< plain ASCII, the same for every attempt: "410600-2016-003/2/duty-room", and "/7" for recipient 7
    LetterKind kind = LetterKind::warning;
    std::string document; ///< JSON, document_of()
    Content content{};
    Language language = Language::zh; ///< of the content, and of every field of the document said beside it
    Recipient to{};
};
using RealMessage = MessageOf<Mode::real>;
using DrillMessage = MessageOf<Mode::drill>;

/// What comes back later. Called on the loop.
struct Inbound {
    struct Report {
        std::string provider_id; ///< as in the Receipt; or
        std::string key;         ///< the message's own
        /// accepted, delivered or failed; a row that is further already stays as it is.
        daemon::SendState state = daemon::SendState::delivered;
        std::string detail;
    };
    struct Reply {
        std::string from; ///< an address of the channel's kind, as the provider writes it
        std::string text;
        std::string provider_id{}; ///< of the reply itself: a repetition changes nothing
    };
    std::function<void(Report)> report = [](const Report&) {};
    std::function<void(Reply)> reply = [](const Reply&) {};
};

/// What is answered to a request for /channels/<name>/<path>.
struct WebAnswer {
    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
};

template <Mode mode>
class ChannelOf {
public:
    virtual ~ChannelOf() = default;
    /// One attempt. `done` is called once, later, on the loop. Several may be on their way at once (`parallel` of the stanza).
    virtual void send(const MessageOf<mode>& message, std::function<void(Receipt)> done) = 0;
    /// Whether the other side drops repeats of one key: only then may a delivery in doubt be tried again by itself.
    virtual bool drops_repeats() const { return false; }
    /// Called once, before the first send(): from here on receipts and replies may come.
    virtual void listen(Inbound) {}
    /// Asks the provider what became of a message in doubt; `done` as of send(), in_doubt if it does not know either.
    virtual bool can_ask() const { return false; }
    virtual void ask(const std::string& /*key*/, const std::string& /*provider_id*/, std::function<void(Receipt)> done)
    {
        done({daemon::SendState::in_doubt, "this channel cannot ask"});
    }
    /// A GET of /channels/<name>/<path>?<query>: a provider's call back, a feed. Nothing: 404.
    virtual std::optional<WebAnswer> get(std::string_view /*path*/, std::string_view /*query*/) { return std::nullopt; }
};
using RealChannel = ChannelOf<Mode::real>;
using DrillChannel = ChannelOf<Mode::drill>;

/// What the machine's clock shows.
Instant system_now();

struct ChannelContext {
    std::string name;
    boost::asio::any_io_executor executor;
    std::filesystem::path folder{}; ///< its own below the data folder, made when first written to
    /// The daemon's clock, which is not the system's where a year is replayed: for what a letter's age decides. Thread-safe, as
    /// long as the channel lives. How long another program takes, and what a provider checks, the system's clock says.
    std::function<Instant()> now = system_now;
};

struct ChannelInfo {
    std::string_view kind;    ///< as written in the configuration: kind = "webhook"
    std::string_view summary; ///< one line for `aqictl channels`
    /// The column of an audience it sends to ("sms", "email"); empty: it has no recipients, the channel itself is the address.
    std::string_view address;
    std::string_view sample; ///< a [[channel]] stanza with every key, its default and its consequence
    /// Reads and checks the channel's keys of a [[channel]] table for the given mode; throws SettingError. What was read for one
    /// mode opens a channel of that mode only.
    std::any (*settings)(const Settings&, Mode mode);
    std::unique_ptr<RealChannel> (*open)(const std::any& settings, ChannelContext);
    std::unique_ptr<DrillChannel> (*open_drill)(const std::any& settings, ChannelContext);
    /// The letter in the channel's own form. A fault: it cannot be said there (too long), in words for the operator.
    Result<Content> (*compose)(const std::any& settings, const Letter& letter, Language language);
    /// What is wrong with an address; empty: nothing. Null: any will do.
    std::string (*check_address)(std::string_view address) = nullptr;
    /// Whether this provider carries messages to an address (a carrier and its numbers). Null: to any.
    bool (*serves)(const std::any& settings, std::string_view address) = nullptr;
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
/// The channel's own settings out of either.
template <class Own>
const Own& own_settings(const std::any& settings)
{
    if (const auto* drill = std::any_cast<SettingsFor<Mode::drill, Own>>(&settings)) return drill->own;
    return std::any_cast<const SettingsFor<Mode::real, Own>&>(settings).own;
}
/// compose() of a channel that passes the JSON document on.
Result<Content> compose_document(const std::any& settings, const Letter& letter, Language language);

/// Every channel, in the order they are listed to people.
std::span<const ChannelInfo> all_channels();
const ChannelInfo* channel_of_kind(std::string_view kind);

} // namespace aqi::notify
