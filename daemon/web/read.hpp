// daemon/web/read: what the answers to questions are made from.
//
// Each read_*.hpp says the shape of its answers. A reader gets the decoded query and these, and answers at once, on the loop; what
// is wrong with a question it throws as a Refusal, a database that cannot be read as a StoreError.
#pragma once

#include "daemon/commands.hpp"
#include "daemon/frame_book.hpp"
#include "daemon/store/store.hpp"
#include "daemon/web/head.hpp"

#include <functional>

namespace aqi::daemon::web {

struct ReadSources {
    const Config* config = nullptr;
    const Turns* turns = nullptr;
    SqliteStore* store = nullptr;
    const Clock* clock = nullptr;
    const FrameBook* frames = nullptr;
    std::function<CommandContext()> commands;
};

} // namespace aqi::daemon::web
