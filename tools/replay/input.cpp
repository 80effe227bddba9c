#include "tools/replay/input.hpp"

#include "schemas/embedded.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include <unistd.h>

namespace aqi::tools {

std::string read_input(const std::string& name)
{
    // gzread gives plain files as they are, so packed and plain archives take one path.
    struct Close {
        void operator()(gzFile file) const { gzclose(file); }
    };
    const std::unique_ptr<gzFile_s, Close> file{name == "-" ? gzdopen(dup(STDIN_FILENO), "rb")
                                                            : gzopen(name.c_str(), "rb")};
    if (!file) throw CommandError(fmt::format("{}: {}", name, std::strerror(errno)));
    std::string text;
    std::array<char, 65536> buffer;
    while (true) {
        const int got = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
        if (got == 0) return text;
        if (got < 0) {
            int code = 0;
            const char* why = gzerror(file.get(), &code);
            throw CommandError(fmt::format("{}: {}", name, code == Z_ERRNO ? std::strerror(errno) : why));
        }
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

RuleBook rules_from(const std::string& folder)
{
    std::vector<RuleText> texts;
    if (folder.empty()) {
        for (const auto& file : schemas::rule_packs())
            texts.push_back({std::string{file.name}, std::string{file.text}});
    } else {
        std::vector<std::string> names;
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator{folder, error})
            if (entry.path().extension() == ".toml") names.push_back(entry.path().string());
        if (error) throw CommandError(fmt::format("{}: {}", folder, error.message()));
        std::sort(names.begin(), names.end());
        for (const auto& name : names) texts.push_back({name, read_input(name)});
    }
    return load_rules(texts);
}

} // namespace aqi::tools
