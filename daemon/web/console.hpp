// daemon/web/console: the files of the page, embedded in the program: no other service, no internet, no CDN.
#pragma once

#include "daemon/web/server.hpp"

namespace aqi::daemon::web {

/// The file of a path ("/" is index.html), or 404.
Reply console_file(std::string_view path);

} // namespace aqi::daemon::web
