#include "daemon/control.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <stdexcept>

#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aqi::daemon {
namespace {

namespace asio = boost::asio;
using Local = asio::local::stream_protocol;

Peer peer_of(Local::socket& socket)
{
    ucred credentials{};
    socklen_t size = sizeof credentials;
    Peer peer;
    peer.uid = static_cast<unsigned>(-1);
    peer.account = "nobody we can name";
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return peer;
    peer.uid = credentials.uid;
    const passwd* entry = ::getpwuid(credentials.uid);
    peer.account = entry != nullptr ? entry->pw_name : fmt::format("uid {}", credentials.uid);
    return peer;
}

/// Whether somebody listens on the path.
bool is_alive(const std::filesystem::path& path)
{
    asio::io_context io;
    Local::socket probe{io};
    boost::system::error_code ec;
    probe.connect(Local::endpoint{path.string()}, ec);
    return !ec;
}

} // namespace

class Control::Server : public std::enable_shared_from_this<Server> {
public:
    Server(asio::any_io_executor executor, std::filesystem::path path, Handler handler)
        : path_(std::move(path)), handler_(std::move(handler)), acceptor_(executor)
    {
        if (std::filesystem::exists(std::filesystem::symlink_status(path_))) {
            if (!std::filesystem::is_socket(path_))
                throw std::runtime_error(
                    fmt::format("{}: is in the way and no socket; aqid leaves it alone", path_.string()));
            if (is_alive(path_))
                throw std::runtime_error(fmt::format("{}: another aqid is listening there", path_.string()));
            ::unlink(path_.c_str());
        }
        boost::system::error_code ec;
        acceptor_.open(Local{}, ec);
        // The folder decides who comes near; the configuration decides who may do what.
        const mode_t before = ::umask(0117);
        if (!ec) acceptor_.bind(Local::endpoint{path_.string()}, ec);
        ::umask(before);
        if (!ec) acceptor_.listen(16, ec);
        if (ec) throw std::runtime_error(fmt::format("{}: cannot listen: {}", path_.string(), ec.message()));
    }

    void accept()
    {
        acceptor_.async_accept([weak = weak_from_this()](boost::system::error_code ec, Local::socket socket) {
            auto self = weak.lock();
            if (!self || ec == asio::error::operation_aborted) return;
            if (!ec && self->open_ < connections_most) std::make_shared<Session>(self, std::move(socket))->read();
            self->accept();
        });
    }

    void close()
    {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        ::unlink(path_.c_str());
    }

private:
    class Session : public std::enable_shared_from_this<Session> {
    public:
        Session(std::shared_ptr<Server> server, Local::socket socket)
            : server_(std::move(server)), socket_(std::move(socket)), peer_(peer_of(socket_)), input_(line_most)
        {
            ++server_->open_;
        }
        ~Session() { --server_->open_; }

        void read()
        {
            asio::async_read_until(
                socket_, input_, '\n', [self = shared_from_this()](boost::system::error_code ec, std::size_t size) {
                    if (ec) return; // gone, or a line beyond the limit: the connection ends with the last owner
                    const auto data = self->input_.data();
                    const std::string line{asio::buffers_begin(data),
                                           asio::buffers_begin(data) + static_cast<std::ptrdiff_t>(size) - 1};
                    self->input_.consume(size);
                    self->server_->handler_(line, self->peer_, [self](std::string answer) {
                        self->answer_ = std::move(answer) + "\n";
                        self->write();
                    });
                });
        }

    private:
        void write()
        {
            asio::async_write(socket_, asio::buffer(answer_),
                              [self = shared_from_this()](boost::system::error_code ec, std::size_t) {
                                  if (!ec) self->read();
                              });
        }

        std::shared_ptr<Server> server_;
        Local::socket socket_;
        const Peer peer_;
        asio::streambuf input_;
        std::string answer_;
    };

    const std::filesystem::path path_;
    const Handler handler_;
    Local::acceptor acceptor_;
    std::size_t open_ = 0;
};

Control::Control(boost::asio::any_io_executor executor, const std::filesystem::path& socket, Handler handler)
    : server_(std::make_shared<Server>(std::move(executor), socket, std::move(handler)))
{
    server_->accept();
}

Control::~Control() { server_->close(); }

} // namespace aqi::daemon
