// daemon/log: one line per change of state, to standard error with the level the journal reads.
//
// error: an operator acts now. warning: an operator acts today. notice: a state changed. debug is not here: a counter
// says it better. Never one line per reading, never a secret.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace aqi::daemon {

enum class Severity : int { error = 3, warning = 4, notice = 5 };

template <class... Args>
void log(Severity severity, fmt::format_string<Args...> text, Args&&... args)
{
    std::string line =
        fmt::format("<{}>{}", static_cast<int>(severity), fmt::format(text, std::forward<Args>(args)...));
    // What came from outside may hold line ends; a log line of its own making it must not get.
    for (char& c : line)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    line += '\n';
    // One write, so that lines of several threads do not mix.
    std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace aqi::daemon
