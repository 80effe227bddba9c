#include "drivers/hj212/network.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace aqi::drivers::hj212 {
namespace {

namespace ip = boost::asio::ip;

template <class Number>
std::optional<Number> whole_number(std::string_view text)
{
    Number out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return out;
}

struct Bytes {
    std::array<std::uint8_t, 16> bytes{};
    bool is_v4 = false;
};

std::optional<Bytes> bytes_of(std::string_view text)
{
    boost::system::error_code ec;
    const auto address = ip::make_address(std::string{text}, ec);
    if (ec) return std::nullopt;
    Bytes out;
    const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    out.is_v4 = address.is_v4() || mapped;
    if (out.is_v4) {
        const auto v4 = mapped ? ip::make_address_v4(ip::v4_mapped, address.to_v6()) : address.to_v4();
        const auto four = v4.to_bytes();
        std::copy(four.begin(), four.end(), out.bytes.begin());
    } else {
        out.bytes = address.to_v6().to_bytes();
    }
    return out;
}

} // namespace

Result<Subnet> Subnet::parse(std::string_view text)
{
    const auto slash = text.find('/');
    const auto address = bytes_of(text.substr(0, slash));
    const auto wrong = [&] {
        return Fault{Reason::malformed,
                     fmt::format("\"{}\" is no network; write 10.0.0.0/8, fd00::/8 or 10.0.0.7", text)};
    };
    if (!address) return wrong();
    Subnet out;
    out.bytes_ = address->bytes;
    out.is_v4_ = address->is_v4;
    out.prefix_ = address->is_v4 ? 32 : 128;
    if (slash == std::string_view::npos) return out;
    const auto prefix = whole_number<unsigned>(text.substr(slash + 1));
    if (!prefix || *prefix > out.prefix_) return wrong();
    out.prefix_ = *prefix;
    return out;
}

bool Subnet::holds(std::string_view address) const
{
    const auto other = bytes_of(address);
    if (!other || other->is_v4 != is_v4_) return false;
    for (unsigned bit = 0; bit < prefix_; ++bit) {
        const unsigned mask = 0x80U >> bit % 8;
        if ((bytes_[bit / 8] & mask) != (other->bytes[bit / 8] & mask)) return false;
    }
    return true;
}

bool any_holds(const std::vector<Subnet>& networks, std::string_view address)
{
    if (networks.empty()) return true;
    for (const auto& network : networks)
        if (network.holds(address)) return true;
    return false;
}

std::string_view address_of(std::string_view origin)
{
    auto out = origin.substr(0, origin.rfind(':'));
    if (out.starts_with('[') && out.ends_with(']')) out = out.substr(1, out.size() - 2);
    return out;
}

Result<Endpoint> parse_endpoint(std::string_view text)
{
    const auto colon = text.rfind(':');
    const auto wrong =
        Fault{Reason::malformed, fmt::format("\"{}\" is no address and port; write 0.0.0.0:9001 or [::]:9001", text)};
    if (colon == std::string_view::npos) return wrong;
    const auto port = whole_number<std::uint16_t>(text.substr(colon + 1));
    const auto address = address_of(text);
    if (!port || !bytes_of(address)) return wrong;
    return Endpoint{std::string{address}, *port};
}

} // namespace aqi::drivers::hj212
