#include "daemon/web/proxies.hpp"

#include <boost/asio/ip/address_v4.hpp>

namespace aqi::daemon::web {

namespace ip = boost::asio::ip;

Proxies::Proxies(const HttpConfig& config) : behind_tls_(config.behind_tls)
{
    for (const auto& proxy : config.proxies) proxies_.insert(plain(ip::make_address(proxy)));
}

ip::address Proxies::plain(const Address& address)
{
    if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

bool Proxies::trust(const Address& address) const { return address.is_loopback() || proxies_.contains(address); }

std::string Proxies::peer_of(const Address& end, std::string_view forwarded) const
{
    auto nearest = end;
    while (vouch_for(nearest) && !forwarded.empty()) {
        const auto comma = forwarded.rfind(',');
        auto name = comma == std::string_view::npos ? forwarded : forwarded.substr(comma + 1);
        forwarded = forwarded.substr(0, comma == std::string_view::npos ? 0 : comma);
        while (name.starts_with(' ')) name.remove_prefix(1);
        while (name.ends_with(' ')) name.remove_suffix(1);
        boost::system::error_code ec;
        const auto address = ip::make_address(std::string{name}, ec);
        if (ec) break;
        nearest = plain(address);
    }
    return nearest.to_string();
}

} // namespace aqi::daemon::web
