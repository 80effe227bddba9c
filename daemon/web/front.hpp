// daemon/web/front: everything behind the HTTP port in one piece: sign-in, live, page. It ends before what it looks at.
//
// Knows: how these hang together. Does not know: sockets (server), or what any of them answers.
#pragma once

#include "daemon/web/api.hpp"
#include "daemon/web/live.hpp"
#include "daemon/web/page.hpp"
#include "daemon/web/sign_in.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <string>

namespace aqi::daemon::web {

class Front {
public:
    struct Parts {
        const Config* config = nullptr;
        Turns* turns = nullptr;
        const Health* health = nullptr;
        Outgoing* outgoing = nullptr;
        SqliteStore* store = nullptr;
        const Clock* clock = nullptr;     ///< of warnings and journal; simulated in a drill
        const Clock* real_time = nullptr; ///< of sessions
        const FrameBook* frames = nullptr;
        std::function<CommandContext()> commands;
        std::function<Sources()> sources;
        /// Runs a look into the database; what went wrong, or empty.
        std::function<std::string(const std::function<void()>&)> read_safely;
    };

    /// Throws StoreError.
    Front(boost::asio::any_io_executor executor, Parts parts);
    ~Front();
    Front(const Front&) = delete;
    Front& operator=(const Front&) = delete;

    void operator()(const Request& request, Responder responder) { page_(request, std::move(responder)); }
    SignIn& sign_in() { return sign_in_; }

private:
    const Parts parts_;
    SignIn sign_in_;
    Live live_;
    Page page_;
};

} // namespace aqi::daemon::web
