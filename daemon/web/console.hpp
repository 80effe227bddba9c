// daemon/web/console: the files of the page, embedded in the program: no other service, no internet, no CDN.
#pragma once

#include "daemon/web/pack.hpp"

#include <optional>

namespace aqi::daemon::web {

/// Every file of the console, packed.
Pack console_pack();

/// What a path of the console is called ("/" is index.html); nothing: there is no such file.
std::optional<std::string_view> console_name(const Pack& pack, std::string_view path);

} // namespace aqi::daemon::web
