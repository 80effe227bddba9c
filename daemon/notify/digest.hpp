// daemon/notify/digest: what providers want a request or a message to be signed and written with.
//
// Knows: SHA-256, HMAC-SHA256 (RFC 2104) and base64 (RFC 4648). OpenSSL stops in the .cpp. Does not know: who wants which.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aqi::notify {

std::string sha256(std::string_view text);                            ///< 32 bytes
std::string hmac_sha256(std::string_view key, std::string_view text); ///< 32 bytes
std::string hex(std::string_view bytes);                              ///< lower case
std::string base64(std::string_view bytes);                           ///< padded, no line ends

} // namespace aqi::notify
