// daemon/notify/endpoint: where a channel talks to, and the secret it shows there.
//
// Knows: which hosts are this machine itself, where a drill may go and where nothing needs to be encrypted; that a secret stands in a
// file of its own, never in the configuration, and is read again for every use, so that it can be changed while aqid runs.
#pragma once

#include "libaqi/result.hpp"

#include <string>
#include <string_view>

namespace aqi::notify {

/// The host of a URL, without user and port, a v6 address with its brackets; empty when there is none.
std::string_view host_of(std::string_view url);
/// 127.0.0.1, [::1] or localhost.
bool is_loopback(std::string_view host);

/// The first line of a file, without blanks at its ends. Fault: it cannot be read, or the line is empty; the words name the file,
/// never what is in it.
Result<std::string> read_secret(const std::string& file);

/// No control character, so that it can neither end a header nor begin another.
bool is_one_line(std::string_view text);

} // namespace aqi::notify
