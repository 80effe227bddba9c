#include "drivers/hj212/server.hpp"

#include "drivers/hj212/desk.hpp"
#include "drivers/hj212/hub.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include <netinet/tcp.h>

namespace aqi::drivers::hj212 {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

/// Time-outs are of seconds; looking is cheap.
constexpr auto look_every = std::chrono::milliseconds{250};
constexpr auto listen_again = std::chrono::seconds{5};
/// Out of file descriptors: accepting again at once would spin.
constexpr auto accept_again = std::chrono::milliseconds{200};
constexpr auto stop_patience = std::chrono::seconds{3};
/// How often a growing number of refused connections is worth a line.
constexpr auto tell_refused_every = std::chrono::minutes{10};

/// Everything of the server's thread; kept alive by the thread itself.
class Server : public std::enable_shared_from_this<Server> {
public:
    Server(Hj212Settings settings, LinkContext context)
        : settings_(std::move(settings)),
          context_(std::move(context)),
          desk_(settings_.stations),
          hub_(settings_,
               Hub::Surroundings{context_.name, context_.inbox, context_.now, context_.offset,
                                 [this](std::function<void()> function) { asio::post(io_, std::move(function)); }},
               desk_),
          acceptor_(io_),
          listen_timer_(io_),
          look_timer_(io_)
    {}

    void start()
    {
        ended_ = ended_promise_.get_future();
        thread_ = std::thread{[self = shared_from_this()] {
            self->listen();
            self->look();
            self->io_.run();
            self->ended_promise_.set_value();
        }};
    }

    /// On the loop. False: the thread is held in append().
    bool stop()
    {
        silent_ = true;
        if (!thread_.joinable()) return true;
        asio::post(io_, [this] {
            boost::system::error_code ignored;
            acceptor_.close(ignored);
            hub_.close_all("the daemon is stopping");
            io_.stop();
        });
        if (ended_.wait_for(stop_patience) == std::future_status::ready) {
            thread_.join();
            return true;
        }
        thread_.detach();
        return false;
    }

    template <class Function>
    void post(Function function)
    {
        asio::post(io_, std::move(function));
    }

    const Hj212Settings& settings() const { return settings_; }
    const LinkContext& context() const { return context_; }
    const Desk& desk() const { return desk_; }
    Hub& hub() { return hub_; } ///< on the server's thread

private:
    void report(LinkState state, std::string detail)
    {
        asio::post(context_.executor, [weak = weak_from_this(), status = LinkStatus{state, std::move(detail)}] {
            if (const auto self = weak.lock(); self && !self->silent_) self->context_.report(status);
        });
    }

    /// Absent: plain TCP. Throws what OpenSSL has to say.
    void load_tls()
    {
        if (settings_.certificate_file.empty()) return;
        auto tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
        tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                         asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
        tls->use_certificate_chain_file(settings_.certificate_file);
        tls->use_private_key_file(settings_.key_file, asio::ssl::context::pem);
        if (!settings_.ca_file.empty()) {
            tls->load_verify_file(settings_.ca_file);
            tls->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
        }
        tls_ = std::move(tls);
    }

    void listen()
    {
        try {
            load_tls();
            const Tcp::endpoint at{asio::ip::make_address(settings_.listen.address), settings_.listen.port};
            boost::system::error_code ignored;
            acceptor_.close(ignored);
            acceptor_.open(at.protocol());
            acceptor_.set_option(Tcp::acceptor::reuse_address{true});
            if (at.address().is_v6()) acceptor_.set_option(asio::ip::v6_only{false});
            acceptor_.bind(at);
            acceptor_.listen();
            listening_ =
                fmt::format("listening on {}{}", origin_of(acceptor_.local_endpoint()), tls_ ? " with TLS" : "");
            report(LinkState::up, listening_);
            accept();
        } catch (const boost::system::system_error& error) {
            report(LinkState::down, fmt::format("cannot listen on {}:{}: {}", settings_.listen.address,
                                                settings_.listen.port, error.what()));
            listen_timer_.expires_after(listen_again);
            listen_timer_.async_wait([this](const boost::system::error_code& ec) {
                if (!ec) listen();
            });
        }
    }

    static asio::ip::address plain_address(const asio::ip::address& address)
    {
        // An IPv4 peer of an IPv6 socket is an IPv4 peer.
        if (address.is_v6() && address.to_v6().is_v4_mapped())
            return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
        return address;
    }
    static std::string origin_of(const Tcp::endpoint& peer)
    {
        const auto address = plain_address(peer.address());
        const std::string text = address.to_string();
        return address.is_v6() ? fmt::format("[{}]:{}", text, peer.port()) : fmt::format("{}:{}", text, peer.port());
    }

    void accept()
    {
        acceptor_.async_accept([this](const boost::system::error_code& ec, Tcp::socket socket) {
            if (!acceptor_.is_open()) return;
            if (ec) {
                listen_timer_.expires_after(accept_again);
                return listen_timer_.async_wait([this](const boost::system::error_code& cancelled) {
                    if (!cancelled) accept();
                });
            }
            take(std::move(socket));
            accept();
        });
    }

    void take(Tcp::socket socket)
    {
        boost::system::error_code ec;
        const auto peer = socket.remote_endpoint(ec);
        if (ec) return; // gone already
        const std::string address = plain_address(peer.address()).to_string();
        if (const auto admitted = hub_.admit(address, std::chrono::steady_clock::now()); !admitted) {
            last_refusal_ = admitted.error().detail;
            return;
        }
        // A modem that lost its network says nothing: its connection is dead after two minutes, not after two hours.
        socket.set_option(asio::socket_base::keep_alive{true}, ec);
        using Seconds = int;
        for (const auto& [option, value] :
             {std::pair{TCP_KEEPIDLE, Seconds{60}}, {TCP_KEEPINTVL, 15}, {TCP_KEEPCNT, 4}})
            (void)::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
        socket.set_option(Tcp::no_delay{true}, ec);
        hub_.opened(
            tls_ ? tls_connection(std::move(socket), *tls_, origin_of(peer), address, settings_.frame_data_bytes, hub_)
                 : plain_connection(std::move(socket), origin_of(peer), address, settings_.frame_data_bytes, hub_));
    }

    void look()
    {
        look_timer_.expires_after(look_every);
        look_timer_.async_wait([this](const boost::system::error_code& ec) {
            if (ec) return;
            const auto now = std::chrono::steady_clock::now();
            hub_.look(now);
            tell_refused(now);
            look();
        });
    }

    void tell_refused(SteadyTime now)
    {
        if (hub_.refused_connections() == told_refused_ || now - told_at_ < tell_refused_every) return;
        told_refused_ = hub_.refused_connections();
        told_at_ = now;
        report(LinkState::up,
               fmt::format("{}; {} connections refused, the last: {}", listening_, told_refused_, last_refusal_));
    }

    const Hj212Settings settings_;
    const LinkContext context_;
    Desk desk_;
    std::promise<void> ended_promise_;
    std::future<void> ended_;
    std::thread thread_;
    bool silent_ = false; ///< on the loop

    // On the server's thread. The context goes last: connections and timers are its.
    asio::io_context io_{1};
    std::unique_ptr<asio::ssl::context> tls_;
    Hub hub_;
    Tcp::acceptor acceptor_;
    asio::steady_timer listen_timer_;
    asio::steady_timer look_timer_;
    std::string listening_;
    std::string last_refusal_;
    std::size_t told_refused_ = 0;
    SteadyTime told_at_ = std::chrono::steady_clock::now() - tell_refused_every;
};

class Hj212Link : public Link {
public:
    Hj212Link(const Hj212Settings& settings, LinkContext context)
        : server_(std::make_shared<Server>(settings, std::move(context)))
    {}
    ~Hj212Link() override { stop(); }

    void start() override { server_->start(); }

    bool stop() override
    {
        if (stopped_) return held_ == nullptr;
        stopped_ = true;
        if (server_->stop()) return true;
        // Its thread will come back from append() one day, or never: what it uses must stay where it is.
        held_ = new std::shared_ptr<Server>(server_);
        return false;
    }

    void back_fill(const std::vector<Owed>& owed) override
    {
        if (!server_->settings().back_fill) return;
        server_->post([server = server_.get(), owed] { server->hub().back_fill(owed); });
    }

    Result<std::string> order(std::string_view station, const Order& order) override
    {
        const auto& stations = server_->settings().stations;
        const auto known =
            std::find_if(stations.begin(), stations.end(), [&](const StationSettings& s) { return s.id == station; });
        if (known == stations.end())
            return Fault{Reason::unknown_station, fmt::format("the link has no station {}", station)};
        auto requests = requests_of(order, *known);
        if (!requests) return requests.error();
        const auto index = static_cast<std::size_t>(known - stations.begin());
        if (!server_->desk().connected(index))
            return Fault{Reason::refused, fmt::format("station {} is not connected", station)};
        std::string words = fmt::format("sent to {}: {}", station, requests->front().what);
        if (requests->size() > 1) words += fmt::format(" and {} more requests", requests->size() - 1);
        server_->post([server = server_.get(), index, asked = std::move(*requests)]() mutable {
            server->hub().ask(index, std::move(asked));
        });
        return words + "; its answer will stand at the station";
    }

    std::vector<StationLine> stations() const override
    {
        return server_->desk().lines(server_->context().now(), server_->settings().idle);
    }

private:
    std::shared_ptr<Server> server_;
    bool stopped_ = false;
    std::shared_ptr<Server>* held_ = nullptr;
};

} // namespace

std::unique_ptr<Link> open_hj212_link(const Hj212Settings& settings, LinkContext context)
{
    return std::make_unique<Hj212Link>(settings, std::move(context));
}

} // namespace aqi::drivers::hj212
