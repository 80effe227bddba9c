#include "tools/sim/station_hj212.hpp"

#include "drivers/hj212/framer.hpp"
#include "tools/sim/station_delivery.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <optional>

namespace aqi::sim {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using drivers::hj212::Framer;
using drivers::hj212::Piece;

constexpr auto tick = std::chrono::milliseconds{10};
constexpr auto connect_again = std::chrono::milliseconds{500};
constexpr auto first_connection_within = std::chrono::seconds{30};
constexpr auto stragglers_within = std::chrono::seconds{2};
/// After the end, for what is still on its way.
constexpr auto last_words_within = std::chrono::seconds{10};
constexpr auto leave_within = std::chrono::seconds{1};
constexpr int waiting_writes_most = 100'000; ///< a host that does not read stops us before our memory does

/// One logger and its connection. Lives as long as the run.
class Caller {
public:
    Caller(asio::io_context& io, const Hj212Run& run, Logger logger, StationClock& clock)
        : run_(run),
          clock_(clock),
          logger_(std::move(logger)),
          delivery_(run.answer_within, run.resends),
          io_(io),
          socket_(io)
    {}

    /// A tick. Opens, closes, sends what is due.
    void look(SteadyTime now)
    {
        const Instant at = clock_.now();
        const auto* silence = logger_.records().faults().at(FaultKind::silence, at);
        const bool silent = silence != nullptr;
        if (silent && state_ == State::open && !said_before(*silence, now)) return;
        if (silent && state_ != State::closed) close("silence");
        if (!silent) silent_since_.reset();
        if (!silent && state_ == State::closed && now >= again_at_ && !ended_) connect();
        const auto records = logger_.due(at);
        if (state_ != State::open) {
            delivery_.counts.not_sent += static_cast<long>(records.size());
            return;
        }
        for (const auto& frame : records) delivery_.push(frame);
        pump(now);
    }

    bool connected_once() const { return connected_once_; }
    bool wants_no_connection() const
    {
        return logger_.records().faults().holds(FaultKind::silence, Instant{clock_.start().ms + 1});
    }
    bool idle() const { return state_ != State::open || (delivery_.idle() && writes_.empty() && !writing_); }
    const DeliveryCounts& counts() const { return delivery_.counts; }
    /// Says that nothing more will come, and still reads: a socket that is closed with something unread in it takes back
    /// what it sent last.
    void end()
    {
        ended_ = true;
        boost::system::error_code ignored;
        if (state_ == State::open)
            socket_.shutdown(Tcp::socket::shutdown_send, ignored);
        else
            close("the run is over");
    }
    bool closed() const { return state_ == State::closed; }
    void close(const std::string& why)
    {
        if (run_.verbose && state_ == State::open)
            fmt::print("{} {}: connection ended: {}\n", format_instant(clock_.now(), station_offset),
                       logger_.settings().frame.mn, why);
        ++attempt_;
        state_ = State::closed;
        again_at_ = std::chrono::steady_clock::now() + connect_again;
        boost::system::error_code ignored;
        socket_.close(ignored);
        delivery_.disconnected();
        writes_.clear();
        writing_ = false;
    }

private:
    enum class State { closed, connecting, open };

    /// What ended before a silence is still sent: looks come at intervals, and the silence may have begun between two.
    bool said_before(const ScheduledFault& silence, SteadyTime now)
    {
        if (!silent_since_) silent_since_ = now;
        for (const auto& frame : logger_.due(silence.from)) delivery_.push(frame);
        pump(now);
        return (delivery_.idle() && writes_.empty() && !writing_) || now - *silent_since_ > last_words_within;
    }

    void connect()
    {
        state_ = State::connecting;
        const int attempt = ++attempt_;
        boost::system::error_code ec;
        const auto where = Tcp::resolver{io_}.resolve(run_.host, run_.port, ec);
        if (ec) return close(ec.message());
        socket_ = Tcp::socket{io_};
        asio::async_connect(socket_, where,
                            [this, attempt](const boost::system::error_code& failed, const Tcp::endpoint&) {
                                if (attempt != attempt_) return;
                                if (failed) return close(failed.message());
                                boost::system::error_code ignored;
                                socket_.set_option(Tcp::no_delay{true}, ignored);
                                state_ = State::open;
                                connected_once_ = true;
                                framer_ = Framer{};
                                read(attempt);
                                pump(std::chrono::steady_clock::now());
                            });
    }

    void read(int attempt)
    {
        socket_.async_read_some(asio::buffer(buffer_),
                                [this, attempt](const boost::system::error_code& ec, std::size_t n) {
                                    if (attempt != attempt_) return;
                                    if (ec) return close(ec.message());
                                    if (ended_) return read(attempt);
                                    framer_.feed({buffer_.data(), n});
                                    while (const auto piece = framer_.take()) hear(*piece);
                                    if (attempt != attempt_) return;
                                    pump(std::chrono::steady_clock::now());
                                    read(attempt);
                                });
    }

    void hear(const Piece& piece)
    {
        if (piece.kind != Piece::Kind::frame) return;
        const auto message = drivers::hj212::parse_frame(piece.bytes, logger_.settings().frame.checksum);
        if (!message) return; // a wrong sum is dropped in silence, as the standard says
        auto heard = logger_.heard(*message, clock_.now());
        if (!heard.acknowledged.empty()) delivery_.acknowledged(heard.acknowledged);
        if (heard.request) ++delivery_.counts.answered;
        for (const auto& answer : heard.answers) write(answer.frame);
    }

    void pump(SteadyTime now)
    {
        while (state_ == State::open && writes_.size() < waiting_writes_most) {
            const auto frame = delivery_.next(now);
            if (!frame) break;
            write(*frame);
        }
        if (delivery_.take_given_up()) close(fmt::format("no answer, sent {} times", run_.resends + 1));
    }

    void write(const std::string& frame)
    {
        for (auto& text : writes_of(frame, logger_.records().faults(), clock_.now()))
            writes_.push_back(std::move(text));
        write_next(attempt_);
    }

    void write_next(int attempt)
    {
        if (writing_ || writes_.empty() || state_ != State::open) return;
        writing_ = true;
        // The text moves out: close() may empty the queue while the system still reads from it.
        auto text = std::make_shared<std::string>(std::move(writes_.front()));
        writes_.pop_front();
        asio::async_write(socket_, asio::buffer(*text),
                          [this, attempt, text](const boost::system::error_code& ec, std::size_t) {
                              if (attempt != attempt_) return;
                              writing_ = false;
                              if (ec) return close(ec.message());
                              write_next(attempt);
                          });
    }

    const Hj212Run& run_;
    StationClock& clock_;
    Logger logger_;
    Delivery delivery_;
    asio::io_context& io_;
    Tcp::socket socket_;
    State state_ = State::closed;
    int attempt_ = 0; ///< handlers of an earlier connection find another number here
    SteadyTime again_at_{};
    std::optional<SteadyTime> silent_since_;
    bool connected_once_ = false;
    bool ended_ = false;
    Framer framer_;
    std::array<char, 4096> buffer_{};
    std::deque<std::string> writes_;
    bool writing_ = false;
};

class Run {
public:
    Run(Hj212Run run, StationClock& clock) : run_(std::move(run)), clock_(clock), timer_(io_)
    {
        for (auto& logger : run_.loggers)
            callers_.push_back(std::make_unique<Caller>(io_, run_, std::move(logger), clock_));
    }

    int play()
    {
        look();
        io_.run();
        fmt::print("aqi-sim hj212: {}\n", words_of(total()));
        if (reached() || clock_.begun()) return 0;
        fmt::print(stderr, "aqi-sim: {}:{} never took a connection\n", run_.host, run_.port);
        return 1;
    }

private:
    DeliveryCounts total() const
    {
        DeliveryCounts out;
        for (const auto& caller : callers_) out += caller->counts();
        return out;
    }

    bool reached() const
    {
        return std::any_of(callers_.begin(), callers_.end(), [](const auto& c) { return c->connected_once(); });
    }

    /// Simulated time begins when everybody is there, so that nobody misses its first records.
    void begin_when_ready(SteadyTime now)
    {
        if (clock_.begun()) return;
        if (reached() && !reached_at_) reached_at_ = now;
        const bool ready = std::all_of(callers_.begin(), callers_.end(),
                                       [](const auto& c) { return c->connected_once() || c->wants_no_connection(); });
        if (ready || (reached_at_ && now - *reached_at_ > stragglers_within)) clock_.begin();
    }

    void look()
    {
        const auto now = std::chrono::steady_clock::now();
        begin_when_ready(now);
        const bool nobody = !clock_.begun() && now - begun_looking_ > first_connection_within;
        const bool over = clock_.over() || nobody;
        for (const auto& caller : callers_) caller->look(now);
        tell();
        if (over && !over_since_) over_since_ = now;
        const bool idle = std::all_of(callers_.begin(), callers_.end(), [](const auto& c) { return c->idle(); });
        const bool said_all = over && idle && now - *over_since_ >= run_.linger;
        if (said_all || nobody || stop_wanted() || (over && now - *over_since_ > run_.linger + last_words_within)) {
            for (const auto& caller : callers_) caller->end();
            return leave(now);
        }
        timer_.expires_after(tick);
        timer_.async_wait([this](const boost::system::error_code& ec) {
            if (!ec) look();
        });
    }

    void leave(SteadyTime since)
    {
        const bool all_left = std::all_of(callers_.begin(), callers_.end(), [](const auto& c) { return c->closed(); });
        if (all_left || std::chrono::steady_clock::now() - since > leave_within) {
            for (const auto& caller : callers_) caller->close("the run is over");
            return;
        }
        timer_.expires_after(tick);
        timer_.async_wait([this, since](const boost::system::error_code& ec) {
            if (!ec) leave(since);
        });
    }

    void tell()
    {
        const std::int64_t minute = clock_.now().ms / 60'000;
        if (!run_.verbose || minute == told_minute_) return;
        told_minute_ = minute;
        fmt::print("{} {}\n", format_instant(clock_.now(), station_offset), words_of(total()));
        std::fflush(stdout);
    }

    Hj212Run run_;
    StationClock& clock_;
    asio::io_context io_{1};
    asio::steady_timer timer_;
    std::vector<std::unique_ptr<Caller>> callers_;
    const SteadyTime begun_looking_ = std::chrono::steady_clock::now();
    std::optional<SteadyTime> reached_at_;
    std::optional<SteadyTime> over_since_;
    std::int64_t told_minute_ = -1;
};

} // namespace

int run_hj212(Hj212Run run, StationClock& clock) { return Run{std::move(run), clock}.play(); }

} // namespace aqi::sim
