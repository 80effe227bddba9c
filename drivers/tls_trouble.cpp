#include "drivers/tls_trouble.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <optional>
#include <string_view>

namespace aqi::drivers {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

/// A server that wants a certificate says so only after the handshake, as the client sees it (TLS 1.3).
constexpr auto second_thoughts = std::chrono::milliseconds{300};

struct HostPort {
    std::string host, port;
};

std::optional<HostPort> host_port(std::string_view uri)
{
    const auto begin = uri.find("://");
    if (begin == std::string_view::npos) return std::nullopt;
    uri.remove_prefix(begin + 3);
    uri = uri.substr(0, uri.find('/'));
    const auto colon = uri.rfind(':');
    if (colon == std::string_view::npos) return HostPort{std::string{uri}, "8883"};
    std::string_view host = uri.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return HostPort{std::string{host}, std::string{uri.substr(colon + 1)}};
}

class Probe {
public:
    Probe(const TlsPeer& peer, HostPort to) : peer_(peer), to_(std::move(to)) {}

    std::string look(std::chrono::milliseconds patience)
    {
        boost::system::error_code ec;
        context_.set_verify_mode(asio::ssl::verify_peer, ec);
        if (peer_.ca_file.empty())
            context_.set_default_verify_paths(ec);
        else
            context_.load_verify_file(peer_.ca_file, ec);
        if (ec) return fmt::format("{}: {}", peer_.ca_file, ec.message());
        if (!peer_.certificate_file.empty()) context_.use_certificate_chain_file(peer_.certificate_file, ec);
        if (ec) return fmt::format("{}: {}", peer_.certificate_file, ec.message());
        if (!peer_.key_file.empty()) context_.use_private_key_file(peer_.key_file, asio::ssl::context::pem, ec);
        if (ec) return fmt::format("{}: {}", peer_.key_file, ec.message());
        stream_.emplace(io_, context_);
        expect_host();
        resolver_.async_resolve(to_.host, to_.port, [this](boost::system::error_code failed, const auto& found) {
            if (!failed) connect(found);
        });
        io_.run_for(patience);
        return words_;
    }

private:
    void expect_host()
    {
        auto* parameters = SSL_get0_param(stream_->native_handle());
        if (X509_VERIFY_PARAM_set1_ip_asc(parameters, to_.host.c_str()) == 1) return;
        X509_VERIFY_PARAM_set1_host(parameters, to_.host.c_str(), to_.host.size());
        SSL_set_tlsext_host_name(stream_->native_handle(), to_.host.c_str());
    }

    void connect(const Tcp::resolver::results_type& found)
    {
        asio::async_connect(stream_->next_layer(), found, [this](boost::system::error_code failed, const auto&) {
            if (!failed) shake_hands();
        });
    }

    void shake_hands()
    {
        stream_->async_handshake(asio::ssl::stream_base::client, [this](boost::system::error_code failed) {
            if (failed) return say(failed);
            stream_->async_read_some(asio::buffer(byte_), [this](boost::system::error_code refused, std::size_t) {
                if (refused && refused.category() == asio::error::get_ssl_category()) say(refused);
                io_.stop();
            });
            timer_.expires_after(second_thoughts);
            timer_.async_wait([this](boost::system::error_code) { io_.stop(); });
        });
    }

    void say(boost::system::error_code failed)
    {
        words_ = failed.message();
        const long verdict = SSL_get_verify_result(stream_->native_handle());
        if (verdict != X509_V_OK) words_ = fmt::format("certificate: {}", X509_verify_cert_error_string(verdict));
    }

    const TlsPeer& peer_;
    const HostPort to_;
    asio::io_context io_{1};
    asio::ssl::context context_{asio::ssl::context::tls_client};
    Tcp::resolver resolver_{io_};
    asio::steady_timer timer_{io_};
    std::optional<asio::ssl::stream<Tcp::socket>> stream_;
    char byte_[1]{};
    std::string words_;
};

} // namespace

std::string tls_trouble(const TlsPeer& peer, std::chrono::milliseconds patience)
{
    const auto to = host_port(peer.uri);
    return to ? Probe{peer, *to}.look(patience) : std::string{};
}

} // namespace aqi::drivers
