// daemon/web/console: the files of the page, embedded in the program: no other service, no internet, no CDN.
//
// They are written one matter a file, and nobody has to build them. So that a browser need not read one to learn of the next,
// the page that is served names all of them at once.
#pragma once

#include "daemon/web/pack.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace aqi::daemon::web {

/// By their names.
using ConsoleFiles = std::map<std::string, std::string, std::less<>>;

/// The page asks for all that it and its first screen need in one wave: its style sheets become one file, and every module they
/// import is named in its head. Throws std::logic_error where a file names one that is not there: a fault of ours.
ConsoleFiles with_one_wave(ConsoleFiles files);

/// Every file of the console, packed.
Pack console_pack();

/// What a path of the console is called ("/" is index.html); nothing: there is no such file.
std::optional<std::string_view> console_name(const Pack& pack, std::string_view path);

} // namespace aqi::daemon::web
