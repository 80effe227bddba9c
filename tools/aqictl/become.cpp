#include "tools/aqictl/become.hpp"

#include "tools/command_error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <unistd.h>

namespace aqi::tools {
namespace {

/// The aqid that belongs to this aqictl: beside it, or in sbin beside its bin.
std::filesystem::path aqid_program()
{
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    for (const auto& candidate : {here / "aqid", here.parent_path() / "sbin" / "aqid"})
        if (std::filesystem::exists(candidate)) return candidate;
    throw CommandError(fmt::format("no aqid beside {} or in ../sbin", here.string()));
}

} // namespace

void become_aqid(std::vector<std::string> arguments)
{
    const auto program = aqid_program();
    std::vector<char*> argv;
    std::string name = program.string();
    argv.push_back(name.data());
    for (auto& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    std::fflush(nullptr);
    ::execv(program.c_str(), argv.data());
    throw CommandError(fmt::format("{}: {}", program.string(), std::strerror(errno)));
}

} // namespace aqi::tools
