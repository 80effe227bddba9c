// bench_loggers PORT CONNECTIONS EVERY_S WINDOW_S SECONDS: so many loggers of HJ 212, each of which sends a minute record
// every EVERY_S seconds and waits for its answer (9014, which the daemon gives once the frame is durable). Within each
// period all of them send in its first WINDOW_S seconds: loggers have clocks, and those are right to a second or two.
// MN and station are S0000 and so on. Prints one line: "sent N answered N median_ms M p99_ms P most_ms X".
#include "drivers/hj212/encode.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <istream>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace hj212 = aqi::drivers::hj212;
using Tcp = asio::ip::tcp;
using Steady = std::chrono::steady_clock;

constexpr aqi::UtcOffset beijing{8 * 60};
constexpr std::int64_t minute_ms = 60'000;

struct Plan {
    std::chrono::milliseconds every;
    std::chrono::milliseconds window;
    int records = 0;
    Steady::time_point begin;
    std::int64_t first_minute_ms = 0; ///< the minutes told are over, one after the other up to now
};

struct Result {
    long sent = 0;
    std::vector<double> lags_ms;
};

class Logger {
public:
    Logger(asio::io_context& io, const Plan& plan, Result& result, int number, int of)
        : socket_(io), timer_(io), plan_(plan), result_(result), number_(number), phase_(plan.window * number / of)
    {}

    void connect(std::uint16_t port)
    {
        socket_.connect({asio::ip::address_v4::loopback(), port});
        socket_.set_option(Tcp::no_delay{true});
        sleep();
        read();
    }

private:
    void sleep()
    {
        if (record_ >= plan_.records) return;
        timer_.expires_at(plan_.begin + plan_.every * record_ + phase_);
        timer_.async_wait([this](boost::system::error_code ec) {
            if (!ec) send();
        });
    }

    void send()
    {
        const std::string mn = fmt::format("S{:04}", number_);
        const aqi::Instant at{plan_.first_minute_ms + record_ * minute_ms};
        hj212::Header header;
        header.qn = hj212::write_qn(at, beijing);
        header.st = "22";
        header.cn = "2051";
        header.pw = "123456";
        header.mn = mn;
        header.flag = 5;
        std::string part = fmt::format("DataTime={}", hj212::write_time(at, beijing));
        const char* factors[] = {"a34002", "a34004", "a21026", "a21004", "a05024", "a21005"};
        for (int f = 0; f < 6; ++f)
            part += fmt::format(";{}-Avg={}.{},{}-Flag=N", factors[f], f == 5 ? 1 : 20 + (number_ + f) % 90,
                                record_ % 10, factors[f]);
        frame_ = hj212::encode_frame(header, part);
        sent_at_ = Steady::now();
        ++result_.sent;
        asio::async_write(socket_, asio::buffer(frame_), [](boost::system::error_code ec, std::size_t) {
            if (ec) std::fprintf(stderr, "bench_loggers: %s\n", ec.message().c_str());
        });
        ++record_;
        sleep();
    }

    void read()
    {
        asio::async_read_until(socket_, in_, "\r\n", [this](boost::system::error_code ec, std::size_t) {
            if (ec) return;
            std::string line;
            std::istream stream{&in_};
            std::getline(stream, line);
            if (line.find("CN=9014") != std::string::npos)
                result_.lags_ms.push_back(std::chrono::duration<double, std::milli>(Steady::now() - sent_at_).count());
            read();
        });
    }

    Tcp::socket socket_;
    asio::steady_timer timer_;
    asio::streambuf in_;
    const Plan& plan_;
    Result& result_;
    const int number_;
    const std::chrono::milliseconds phase_;
    int record_ = 0;
    std::string frame_;
    Steady::time_point sent_at_;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc != 6) return 2;
    const int connections = std::atoi(argv[2]);
    const auto milliseconds_of = [](const char* seconds) {
        return std::chrono::milliseconds{static_cast<long>(std::atof(seconds) * 1000)};
    };
    Plan plan;
    plan.every = milliseconds_of(argv[3]);
    plan.window = milliseconds_of(argv[4]);
    plan.records = static_cast<int>(milliseconds_of(argv[5]) / plan.every);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    plan.first_minute_ms = (now_ms / minute_ms - plan.records) * minute_ms;

    asio::io_context io{1};
    Result result;
    std::vector<std::unique_ptr<Logger>> loggers;
    plan.begin = Steady::now() + std::chrono::seconds{1};
    for (int n = 0; n < connections; ++n) {
        loggers.push_back(std::make_unique<Logger>(io, plan, result, n, connections));
        loggers.back()->connect(static_cast<std::uint16_t>(std::atoi(argv[1])));
    }
    io.run_until(plan.begin + plan.every * plan.records + std::chrono::seconds{2});

    auto& lags = result.lags_ms;
    std::sort(lags.begin(), lags.end());
    const auto at = [&](double part) {
        return lags.empty() ? 0.0 : lags[static_cast<std::size_t>(part * static_cast<double>(lags.size() - 1))];
    };
    fmt::print("sent {} answered {} median_ms {:.1f} p99_ms {:.1f} most_ms {:.1f}\n", result.sent, lags.size(), at(0.5),
               at(0.99), at(1));
    std::fflush(stdout);
    std::_Exit(0);
}
