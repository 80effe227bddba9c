// daemon/web/live: the status in parts, to everybody who listens, as soon as it is another (server-sent events).
//
// Each part is composed once and its text shared by all listeners. A listener that comes back says what it got last, and gets
// exactly what has changed since. Knows: parts, messages, epochs. Does not know: what a part says (api), or who may listen (page).
#pragma once

#include "daemon/web/server.hpp"
#include "libaqi/time.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::daemon::web {

/// A piece of the status: a key of it, or "areas/<id>", "stations/<id>"; its JSON text.
struct Part {
    std::string name;
    std::string text;
};

class Live {
public:
    static constexpr std::size_t listeners_most = 1536; ///< so that connections are left for those who must act
    static constexpr auto pause_least = std::chrono::milliseconds{100};
    static constexpr auto tick_every = std::chrono::seconds{5};

    struct Ports {
        /// Every part, in order. Throws StoreError when the database cannot be read: nothing is sent then, and it is tried again.
        std::function<std::vector<Part>()> compose;
        std::function<Instant()> now;
        UtcOffset offset;
        /// Whether a session has not ended. It must not prolong it.
        std::function<bool(std::string_view session)> is_open;
    };

    Live(boost::asio::any_io_executor executor, Ports ports);
    ~Live(); ///< ends every stream

    /// Something was committed. Any number of calls become one look, soon.
    void changed();
    /// Some session has ended: its listeners hear "signed-out" and are let go. Also looked at each second.
    void sessions_changed();
    /// Who listens. `last`: Last-Event-ID; `session`: empty for somebody who is not signed in; `packed`: it reads gzip.
    struct Who {
        std::string last; // its own: the request is gone when the stream is open
        std::string session;
        bool packed = false;
    };
    /// Answers with the stream.
    void listen(const Responder& responder, Who who);

    std::size_t listeners() const;
    const std::string& epoch() const; ///< of this run; no other has the same

private:
    class Hub;
    std::shared_ptr<Hub> hub_;
};

} // namespace aqi::daemon::web
