// tests/support/hj212_peer: a listening link of HJ 212, the inbox behind it, and stations that call in over sockets.
#pragma once

#include "drivers/driver.hpp"
#include "drivers/hj212/encode.hpp"
#include "drivers/hj212/frame.hpp"
#include "drivers/hj212/server.hpp"
#include "tests/support/builders.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace aqi::tests {

inline constexpr std::chrono::seconds patience{10};

/// Keeps what links append; can be told to hold them as a full disk would, or to say that the daemon is stopping.
class KeepingInbox : public drivers::Inbox {
public:
    bool append(std::span<const drivers::Frame> frames) override
    {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return !held_ || stopping_; });
        if (stopping_) return false;
        for (const auto& frame : frames)
            frames_.push_back({std::string{frame.origin}, std::string{frame.bytes}, std::string{frame.refused}});
        changed_.notify_all();
        return true;
    }
    bool flowing() const override { return true; }

    void hold(bool held)
    {
        const std::lock_guard lock{mutex_};
        held_ = held;
        changed_.notify_all();
    }
    void stop()
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        changed_.notify_all();
    }
    std::size_t count() const
    {
        const std::lock_guard lock{mutex_};
        return frames_.size();
    }
    bool wait_for(std::size_t count) const
    {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, patience, [&] { return frames_.size() >= count; });
    }
    std::string bytes(std::size_t i) const
    {
        const std::lock_guard lock{mutex_};
        return frames_.at(i).bytes;
    }
    std::string origin(std::size_t i) const
    {
        const std::lock_guard lock{mutex_};
        return frames_.at(i).origin;
    }
    /// Why the link did not take it for the station's; empty: it did.
    std::string refused(std::size_t i) const
    {
        const std::lock_guard lock{mutex_};
        return frames_.at(i).refused;
    }

private:
    struct Kept {
        std::string origin, bytes, refused;
    };
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::vector<Kept> frames_;
    bool held_ = false;
    bool stopping_ = false;
};

/// A link that listens on a free port, and the loop it reports to.
class Listening {
public:
    explicit Listening(const std::string& link_keys = "", const std::string& station = "",
                       const std::string& more_stations = "")
    {
        const auto text =
            fmt::format("[[link]]\nlisten = \"127.0.0.1:0\"\n{}\n[[link.station]]\nid = \"S01\"\nmn = "
                        "\"M1\"\nunit = \"ug/m3\"\n{}\n[[link.station]]\nid = \"S02\"\nmn = \"M2\"\nunit = "
                        "\"ug/m3\"\n{}",
                        link_keys, station, more_stations);
        drivers::LinkContext context;
        context.name = "loggers";
        context.executor = loop.get_executor();
        context.inbox = &inbox;
        context.now = [this] { return Instant{clock_ms}; };
        context.report = [this](const drivers::LinkStatus& reported) { status = reported; };
        link = drivers::hj212::open_hj212_link(
            drivers::hj212::read_hj212_settings(Settings::parse(text, "test").tables("link").at(0)),
            std::move(context));
        link->start();
        run_until(
            [&] { return status.detail.starts_with("listening on") || status.state == drivers::LinkState::down; });
    }
    ~Listening()
    {
        inbox.stop();
        link->stop();
    }

    std::uint16_t port() const
    {
        REQUIRE(status.state == drivers::LinkState::up);
        const auto digits = status.detail.substr(std::string{"listening on 127.0.0.1:"}.size());
        return static_cast<std::uint16_t>(std::stoi(digits));
    }
    template <class Condition>
    bool run_until(Condition condition)
    {
        const auto until = std::chrono::steady_clock::now() + patience;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > until) return false;
            loop.restart();
            loop.run_for(std::chrono::milliseconds{5});
        }
        return true;
    }
    /// The line of the first station holds these words, sooner or later.
    bool line_says(std::string_view words, std::size_t station = 0)
    {
        return run_until([&] { return link->stations().at(station).detail.find(words) != std::string::npos; });
    }

    boost::asio::io_context loop;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy{
        loop.get_executor()}; // run_for() waits
    KeepingInbox inbox;
    std::atomic<std::int64_t> clock_ms{parse_instant("2016-08-01T08:58:57+08:00").value().ms};
    drivers::LinkStatus status;
    std::unique_ptr<drivers::Link> link;
};

/// One station's socket, blocking with a limit.
class Peer {
public:
    explicit Peer(std::uint16_t port, const char* from = "127.0.0.1") : socket_(io_)
    {
        socket_.open(boost::asio::ip::tcp::v4());
        socket_.bind({boost::asio::ip::make_address(from), 0});
        socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    }
    void write(std::string_view bytes)
    {
        boost::system::error_code ignored; // a peer that is closed while it writes is closed
        boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
    }
    /// The next line, or empty when the other end closed or the limit passed.
    std::string line(std::chrono::milliseconds limit = patience)
    {
        const auto until = std::chrono::steady_clock::now() + limit;
        while (got_.find('\n') == std::string::npos && !closed_ && std::chrono::steady_clock::now() < until)
            read(until);
        const auto end = got_.find('\n');
        if (end == std::string::npos) return {};
        std::string out = got_.substr(0, end + 1);
        got_.erase(0, end + 1);
        return out;
    }
    bool is_closed()
    {
        const auto until = std::chrono::steady_clock::now() + patience;
        while (!closed_ && std::chrono::steady_clock::now() < until) read(until);
        return closed_;
    }
    void close() { socket_.close(); }
    std::string origin()
    {
        return fmt::format("{}:{}", socket_.local_endpoint().address().to_string(), socket_.local_endpoint().port());
    }

private:
    void read(std::chrono::steady_clock::time_point until)
    {
        std::array<char, 4096> buffer{};
        bool done = false;
        socket_.async_read_some(boost::asio::buffer(buffer),
                                [&](const boost::system::error_code& ec, std::size_t count) {
                                    done = true;
                                    if (ec && ec != boost::asio::error::operation_aborted) closed_ = true;
                                    got_.append(buffer.data(), count);
                                });
        io_.restart();
        io_.run_until(until);
        if (done) return;
        socket_.cancel();
        io_.restart();
        io_.run();
    }
    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_;
    std::string got_;
    bool closed_ = false;
};

inline std::string frame(std::string_view cn, std::string_view command_part, int flag = 5, const std::string& mn = "M1",
                         const std::string& qn = "20160801085857223")
{
    return drivers::hj212::encode_frame({qn, "22", std::string{cn}, "123456", mn, flag}, command_part);
}

inline const std::string data = "DataTime=20160801085857;a34004-Rtd=35";

inline drivers::hj212::Message read(const std::string& line)
{
    INFO(line);
    const auto message = drivers::hj212::parse_frame(line, drivers::hj212::Checksum::hj212);
    REQUIRE(message.has_value());
    return *message;
}

} // namespace aqi::tests
