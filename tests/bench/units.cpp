// bench_units FIRST_PORT PORTS: so many Modbus/TCP gateways, any unit behind each, any block of registers: 35.5 and 71.0 in
// turn, as floats, low word first. Ended by SIGTERM, it prints "answered N".
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

constexpr std::array<std::uint16_t, 4> registers = {0x0000, 0x420E, 0x0000, 0x428E};
constexpr std::size_t request_size = 12;
long answered = 0;

class Gateway : public std::enable_shared_from_this<Gateway> {
public:
    explicit Gateway(Tcp::socket socket) : socket_(std::move(socket)) {}
    void read()
    {
        asio::async_read(socket_, asio::buffer(in_), [self = shared_from_this()](auto ec, std::size_t) {
            if (!ec) self->answer();
        });
    }

private:
    void answer()
    {
        const unsigned first = in_[8] * 256u + in_[9], count = std::min(in_[10] * 256u + in_[11], 125u);
        out_.assign(in_.begin(), in_.begin() + 8);
        out_[4] = 0;
        out_[5] = static_cast<std::uint8_t>(3 + 2 * count);
        out_.push_back(static_cast<std::uint8_t>(2 * count));
        for (unsigned i = 0; i < count; ++i) {
            const std::uint16_t word = registers[(first + i) % registers.size()];
            out_.push_back(static_cast<std::uint8_t>(word >> 8));
            out_.push_back(static_cast<std::uint8_t>(word & 0xff));
        }
        ++answered;
        asio::async_write(socket_, asio::buffer(out_), [self = shared_from_this()](auto ec, std::size_t) {
            if (!ec) self->read();
        });
    }

    Tcp::socket socket_;
    std::array<std::uint8_t, request_size> in_{};
    std::vector<std::uint8_t> out_;
};

void accept(Tcp::acceptor& acceptor)
{
    acceptor.async_accept([&acceptor](boost::system::error_code ec, Tcp::socket socket) {
        if (ec) return;
        socket.set_option(Tcp::no_delay{true});
        std::make_shared<Gateway>(std::move(socket))->read();
        accept(acceptor);
    });
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3) return 2;
    asio::io_context io{1};
    std::vector<std::unique_ptr<Tcp::acceptor>> acceptors;
    for (int n = 0; n < std::atoi(argv[2]); ++n) {
        const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]) + n);
        acceptors.push_back(std::make_unique<Tcp::acceptor>(io, Tcp::endpoint{asio::ip::address_v4::loopback(), port}));
        accept(*acceptors.back());
    }
    asio::signal_set signals{io, SIGTERM, SIGINT};
    signals.async_wait([&](auto, int) { io.stop(); });
    io.run();
    fmt::print("answered {}\n", answered);
    return 0;
}
