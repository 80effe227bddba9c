#include "daemon/notify/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace aqi::notify {

std::string_view host_of(std::string_view url)
{
    const auto begin = url.find("://");
    if (begin == std::string_view::npos) return {};
    std::string_view rest = url.substr(begin + 3);
    rest = rest.substr(0, rest.find_first_of("/?#"));
    if (const auto at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
    if (rest.starts_with('[')) return rest.substr(0, rest.find(']') + 1);
    return rest.substr(0, rest.find(':'));
}

bool is_loopback(std::string_view host) { return host == "127.0.0.1" || host == "[::1]" || host == "localhost"; }

Result<std::string> read_secret(const std::string& file)
{
    std::ifstream in{file};
    std::string line;
    if (!std::getline(in, line))
        return Fault{Reason::refused, fmt::format("{}: no secret can be read from it{}", file,
                                                  in.is_open() ? "" : fmt::format(" ({})", std::strerror(errno)))};
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos) return Fault{Reason::refused, fmt::format("{}: its first line is empty", file)};
    return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

bool is_one_line(std::string_view text)
{
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

} // namespace aqi::notify
