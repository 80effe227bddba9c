#include "daemon/web/console.hpp"

#include "schemas/embedded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

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

constexpr std::string_view page = "index.html";
constexpr std::string_view clockwork = "main.js"; ///< what the page loads
constexpr std::string_view home = "wall.js";      ///< and the screen it opens with
constexpr std::string_view styles = "console.css";

/// What stands between `before` and the next double quote, of every line that begins with `line`.
std::vector<std::string_view> quoted(std::string_view text, std::string_view line, std::string_view before)
{
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto row = text.substr(at, end - at);
        at = end + 1;
        const auto begin = row.starts_with(line) ? row.find(before) : row.npos;
        if (begin == row.npos) continue;
        const auto name = row.substr(begin + before.size());
        out.push_back(name.substr(0, name.find('"')));
    }
    return out;
}

} // namespace

ConsoleFiles with_one_wave(ConsoleFiles files)
{
    const auto text_of = [&](std::string_view name) -> const std::string& {
        if (const auto found = files.find(name); found != files.end()) return found->second;
        throw std::logic_error(fmt::format("the console has no {}", name));
    };
    std::string html = text_of(page);

    std::string css;
    const auto sheets = quoted(text_of(page), "<link rel=\"stylesheet\"", "href=\"");
    for (const auto sheet : sheets) {
        css += text_of(sheet);
        const auto link = fmt::format("<link rel=\"stylesheet\" href=\"{}\">\n", sheet);
        const auto at = html.find(link);
        if (at == html.npos) throw std::logic_error(fmt::format("the link of {} is not a line of its own", sheet));
        html.replace(at, link.size(),
                     sheet == sheets.back() ? fmt::format("<link rel=\"stylesheet\" href=\"{}\">\n", styles) : "");
    }

    // Every module that will be wanted, found by following the imports.
    std::vector<std::string_view> modules{clockwork, home};
    for (std::size_t i = 0; i < modules.size(); ++i)
        for (const auto name : quoted(text_of(modules[i]), "import ", "from \"./"))
            if (std::find(modules.begin(), modules.end(), name) == modules.end()) modules.push_back(name);
    std::string links;
    for (const auto name : modules) links += fmt::format("<link rel=\"modulepreload\" href=\"{}\">\n", name);
    const auto script = html.rfind("<script");
    if (script == html.npos) throw std::logic_error("the page has no script");
    html.insert(script, links);

    for (const auto& sheet : std::vector<std::string>(sheets.begin(), sheets.end())) files.erase(sheet);
    files.insert_or_assign(std::string{page}, std::move(html));
    files.insert_or_assign(std::string{styles}, std::move(css));
    return files;
}

Pack console_pack()
{
    ConsoleFiles files;
    for (const auto& file : schemas::console_files()) files.emplace(file.name, file.text);
    Pack out;
    for (const auto& [name, text] : with_one_wave(std::move(files)))
        for (const auto& type : types)
            if (name.ends_with(type.ending)) out.add(name, std::string{type.type}, text);
    return out;
}

std::optional<std::string_view> console_name(const Pack& pack, std::string_view path)
{
    if (path == "/") return page;
    path.remove_prefix(1);
    return pack.has(path) ? std::optional{path} : std::nullopt;
}

} // namespace aqi::daemon::web
