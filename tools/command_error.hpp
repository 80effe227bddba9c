// tools/command_error: what the person at the terminal has to mend.
#pragma once

#include <stdexcept>

namespace aqi::tools {

/// Thrown by any command; main prints it and returns a failure.
class CommandError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace aqi::tools
