#include "daemon/web/console.hpp"

#include "schemas/embedded.hpp"

#include <algorithm>

namespace aqi::daemon::web {
namespace {

struct Type {
    std::string_view ending;
    std::string_view type;
};

constexpr Type types[] = {{".html", "text/html; charset=utf-8"},
                          {".css", "text/css; charset=utf-8"},
                          {".js", "text/javascript; charset=utf-8"},
                          {".svg", "image/svg+xml"}};

} // namespace

Reply console_file(std::string_view path)
{
    static const auto files = schemas::console_files();
    const std::string_view name = path == "/" ? "index.html" : path.substr(std::min<std::size_t>(path.size(), 1));
    for (const auto& file : files) {
        if (file.name != name) continue;
        for (const auto& type : types)
            if (name.ends_with(type.ending)) return {200, std::string{type.type}, std::string{file.text}};
    }
    return {404, "text/plain; charset=utf-8", "there is no such page\n"};
}

} // namespace aqi::daemon::web
