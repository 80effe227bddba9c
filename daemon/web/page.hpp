// daemon/web/page: which path is answered by whom, to whom, and by which method. The only list of them.
//
// Knows: rights of reading, languages of refusals, rates, ETags, compression. Does not know: how an answer is made (read*, acts,
// sign_in, live, public_page), or sockets.
#pragma once

#include "daemon/commands.hpp"
#include "daemon/frame_book.hpp"
#include "daemon/health.hpp"
#include "daemon/store/store.hpp"
#include "daemon/web/live.hpp"
#include "daemon/web/server.hpp"
#include "daemon/web/sign_in.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::daemon::web {

class Page {
public:
    struct Parts {
        const Config* config = nullptr;
        Turns* turns = nullptr;
        const Health* health = nullptr;
        Outgoing* outgoing = nullptr;
        SqliteStore* store = nullptr;
        const Clock* clock = nullptr;
        const Clock* real_time = nullptr; ///< of sessions and rates, also in a drill
        Live* live = nullptr;
        SignIn* sign_in = nullptr;
        const FrameBook* frames = nullptr;
        std::function<CommandContext()> commands;
        std::function<std::string()> status;
        /// Runs a look into the database; what went wrong, or empty (see App::read_safely).
        std::function<std::string(const std::function<void()>&)> read_safely;
    };

    explicit Page(Parts parts);
    ~Page();
    Page(const Page&) = delete;
    Page& operator=(const Page&) = delete;

    /// Answers, at once or later. Throws nothing.
    void operator()(const Request& request, Responder responder);

    /// Who may ask for a path.
    enum class Who : std::uint8_t {
        anybody,   ///< what is meant for the public, and what one needs to sign in
        reader,    ///< anybody where reading is open, else who is signed in
        signed_in, ///< whatever the configuration says
    };
    /// The table, for those who write it down: `path` ends with "*" where it stands for all that begin so.
    struct Row {
        std::string_view method, path;
        Who who = Who::anybody;
    };
    static std::vector<Row> rows();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace aqi::daemon::web
