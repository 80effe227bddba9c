#include "daemon/web/console.hpp"

#include "schemas/embedded.hpp"

namespace aqi::daemon::web {
namespace {

struct Type {
    std::string_view ending;
    std::string_view type;
};

constexpr Type types[] = {{".html", "text/html; charset=utf-8"},
                          {".css", "text/css; charset=utf-8"},
                          {".js", "text/javascript; charset=utf-8"},
                          {".webmanifest", "application/manifest+json"},
                          {".svg", "image/svg+xml"}};

} // namespace

Pack console_pack()
{
    Pack out;
    for (const auto& file : schemas::console_files())
        for (const auto& type : types)
            if (file.name.ends_with(type.ending)) out.add(std::string{file.name}, std::string{type.type}, file.text);
    return out;
}

std::optional<std::string_view> console_name(const Pack& pack, std::string_view path)
{
    if (path == "/") return "index.html";
    path.remove_prefix(1);
    return pack.has(path) ? std::optional{path} : std::nullopt;
}

} // namespace aqi::daemon::web
