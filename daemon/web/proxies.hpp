// daemon/web/proxies: who is at the other end of a connection, when a proxy stands between.
//
// Knows: whom the configuration trusts to say so. Does not know: sockets.
#pragma once

#include "daemon/config.hpp"

#include <boost/asio/ip/address.hpp>

#include <set>
#include <string>
#include <string_view>

namespace aqi::daemon::web {

class Proxies {
public:
    using Address = boost::asio::ip::address;

    explicit Proxies(const HttpConfig& config);
    /// IPv4 written as IPv6 is IPv4.
    static Address plain(const Address& address);
    /// This machine, and the proxies of the configuration: many people may come from one such address.
    bool trust(const Address& address) const;
    /// Whether what this end says of people behind it (X-Forwarded-*) is believed.
    bool vouch_for(const Address& end) const { return behind_tls_ && trust(end); }
    /// Of "X-Forwarded-For: client, proxy" the nearest that is no proxy of ours: what stands before it anybody may have written.
    std::string peer_of(const Address& end, std::string_view forwarded) const;

private:
    const bool behind_tls_;
    std::set<Address> proxies_;
};

} // namespace aqi::daemon::web
