// daemon/notify/reply_parts: a long reply that a gateway passes on part by part and says so: kept until all of it is there.
//
// What was taken from a gateway is not sent again by it, so a part stands in a file before it is answered for. What does not
// become whole in time is passed on with its gaps marked: a reply whose beginning is missing never begins with what came after.
//
// Knows: numbers of parts, also as kannel has them (the user data header). Does not know: which gateway it is. Used on the loop only.
#pragma once

#include "daemon/notify/channel.hpp"

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace aqi::notify {

struct ReplyPart {
    std::string from;
    std::string reference;   ///< the same in all parts of one reply
    int part = 0, parts = 0; ///< 1.., of so many
    std::string text;        ///< as it came
    std::string charset;     ///< of the text: "UTF-16BE"; anything else is UTF-8
    std::string provider_id; ///< of this part
};

/// Reads reference, part and parts of a user data header (3GPP TS 23.040 9.2.3.24.1 and .8) into `out`; false: it names none.
bool read_user_data_header(std::string_view header, ReplyPart& out);

class ReplyParts {
public:
    static constexpr int parts_most = 255;
    /// `folder`: made when first written to. `whole` is called on the loop.
    ReplyParts(std::filesystem::path folder, boost::asio::any_io_executor loop, std::chrono::seconds wait,
               std::function<void(Inbound::Reply)> whole);
    /// Takes up what a former process left. Once, before add().
    void load();
    /// One of several parts. Why it could not be written down, in words; then it is kept in memory only, and may be sent again.
    std::string add(ReplyPart part);

private:
    struct Open {
        std::map<int, ReplyPart> parts;
        Instant since; ///< of the oldest part, by the system's clock
    };
    void look(const std::string& name);
    void pass_on(const std::string& name);
    void schedule();
    void late();
    std::int64_t wait_ms() const { return std::chrono::milliseconds{wait_}.count(); }

    const std::filesystem::path folder_;
    const std::chrono::seconds wait_;
    const std::function<void(Inbound::Reply)> whole_;
    boost::asio::steady_timer timer_;
    std::map<std::string, Open> open_;    ///< by what their files' names begin with
    std::map<std::string, Instant> said_; ///< parts of replies passed on: gateways repeat themselves
    const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// The text of one reply by its parts in order; Chinese characters may be cut in two between them.
std::string text_of_parts(const std::map<int, ReplyPart>& parts, int number);

} // namespace aqi::notify
