// drivers/tls_trouble: why a TLS connection could not be made, in words.
//
// Paho C++ 1.2.0 hands Paho C a pointer into a copy of its options that is gone when connect() returns; its error handler is called
// through that pointer later, from another thread. So no handler is set, and when a connection has failed we look ourselves.
//
// Knows: TLS handshakes. Does not know: what is spoken over them.
#pragma once

#include <chrono>
#include <string>

namespace aqi::drivers {

struct TlsPeer {
    std::string uri;                            ///< ssl://host:port or mqtts://host:port
    std::string ca_file{};                      ///< PEM; empty: the system's authorities
    std::string certificate_file{}, key_file{}; ///< ours, where the server asks for one
};

/// Connects, shakes hands and hangs up. What is wrong with certificates or protocol; empty: nothing of that kind, so nobody listens
/// there or the trouble is gone. Blocks up to `patience`: not for the loop.
std::string tls_trouble(const TlsPeer& peer, std::chrono::milliseconds patience);

} // namespace aqi::drivers
