// drivers/hj212/network: which addresses may speak.
//
// Knows: networks of IPv4 and IPv6 as text, and that an IPv4 peer of an IPv6 socket is an IPv4 peer.
// Does not know: sockets.
#pragma once

#include "libaqi/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aqi::drivers::hj212 {

/// "10.0.0.0/8", "fd00::/8", or one address.
class Subnet {
public:
    static Result<Subnet> parse(std::string_view text);
    bool holds(std::string_view address) const;

private:
    std::array<std::uint8_t, 16> bytes_{};
    bool is_v4_ = false;
    unsigned prefix_ = 0;
};

/// An empty list holds every address.
bool any_holds(const std::vector<Subnet>& networks, std::string_view address);

/// "10.0.0.7" of "10.0.0.7:40112", "fd00::7" of "[fd00::7]:40112".
std::string_view address_of(std::string_view origin);

/// "host:port" with the port split off. Faults: malformed.
struct Endpoint {
    std::string address;
    std::uint16_t port = 0;
};
Result<Endpoint> parse_endpoint(std::string_view text);

} // namespace aqi::drivers::hj212
