#include "tools/sim/station_modbus.hpp"

#include "drivers/modbus/transport.hpp"
#include "tools/sim/station_registers.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <stdexcept>

namespace aqi::sim {
namespace {

using namespace drivers::modbus;

constexpr int look_every_ms = 20;
constexpr int clients_most = 64;
/// An RTU request whose bytes stop coming is none.
constexpr auto frame_within = std::chrono::milliseconds{100};
constexpr int write_coil = 5, write_register = 6, write_coils = 15, write_registers = 16;

struct FreeContext {
    void operator()(modbus_t* context) const { modbus_free(context); }
};
using Context = std::unique_ptr<modbus_t, FreeContext>;

struct FreeMapping {
    void operator()(modbus_mapping_t* mapping) const { modbus_mapping_free(mapping); }
};
using Mapping = std::unique_ptr<modbus_mapping_t, FreeMapping>;

[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error(fmt::format("{}: {}", what, modbus_strerror(errno)));
}

Mapping mapping_of(const Registers& registers)
{
    const auto first = [&](int function) { return static_cast<unsigned>(registers.of(function).first); };
    const auto count = [&](int function) { return static_cast<unsigned>(registers.of(function).words.size()); };
    Mapping out{modbus_mapping_new_start_address(
        first(coil_function), count(coil_function), first(discrete_function), count(discrete_function),
        first(holding_function), count(holding_function), first(input_function), count(input_function))};
    if (!out) fail("registers");
    const auto bits = [&](int function, std::uint8_t* to) {
        for (const auto word : registers.of(function).words) *to++ = word != 0 ? 1 : 0;
    };
    const auto words = [&](int function, std::uint16_t* to) {
        const auto& from = registers.of(function).words;
        std::copy(from.begin(), from.end(), to);
    };
    bits(coil_function, out->tab_bits);
    bits(discrete_function, out->tab_input_bits);
    words(holding_function, out->tab_registers);
    words(input_function, out->tab_input_registers);
    return out;
}

/// What every line does with a whole request.
class Answerer {
public:
    Answerer(const ModbusRun& run, StationClock& clock) : run_(run), clock_(clock) {}

    bool silent() const { return run_.units.front().records.faults().holds(FaultKind::silence, clock_.now()); }

    /// `request` as libmodbus has it, with its frame.
    void answer(modbus_t* context, const std::uint8_t* request, int length)
    {
        const int header = modbus_get_header_length(context);
        const int asked = request[header - 1];
        const auto known =
            std::find_if(run_.units.begin(), run_.units.end(), [&](const ModbusUnit& u) { return u.unit == asked; });
        const Instant now = clock_.now();
        if (known == run_.units.end() || is_dead(*known, now)) {
            ++left_silent_;
            return;
        }
        modbus_set_slave(context, asked);
        if (const auto* refusal = known->records.faults().at(FaultKind::exception, now)) {
            modbus_reply_exception(context, request, static_cast<unsigned>(refusal->amount));
            ++refused_;
            return;
        }
        const auto mapping = mapping_of(registers_at(run_.map, known->records, now, known->stored_depth));
        const int sent = modbus_reply(context, request, length, mapping.get());
        const int function = request[header];
        // An exception is the header, function, code, and the check sum of RTU.
        const int exception_length = header + 2 + (header == 1 ? 2 : 0);
        if (sent == exception_length)
            ++refused_;
        else if (sent > 0)
            ++answered_;
        if (function == write_coil || function == write_register || function == write_coils ||
            function == write_registers)
            ++written_;
    }

    void tell()
    {
        const std::int64_t minute = clock_.now().ms / 60'000;
        if (!run_.verbose || minute == told_minute_) return;
        told_minute_ = minute;
        fmt::print("{} {}\n", format_instant(clock_.now(), station_offset), words());
        std::fflush(stdout);
    }
    std::string words() const
    {
        return fmt::format("{} requests answered, {} refused, {} left without an answer, {} writes", answered_,
                           refused_, left_silent_, written_);
    }
    void left_without_answer() { ++left_silent_; }

private:
    static bool is_dead(const ModbusUnit& unit, Instant now)
    {
        const auto* dead = unit.records.faults().at(FaultKind::dead_unit, now);
        return dead != nullptr && (dead->amount == 0 || dead->amount == unit.unit);
    }

    const ModbusRun& run_;
    StationClock& clock_;
    long answered_ = 0, refused_ = 0, left_silent_ = 0, written_ = 0;
    std::int64_t told_minute_ = -1;
};

class TcpLine {
public:
    TcpLine(const ModbusRun& run, Answerer& answerer) : address_(run.address), port_(run.port), answerer_(answerer)
    {
        listen();
        fmt::print("tcp://{}:{}\n", address_, port_);
        std::fflush(stdout);
    }
    ~TcpLine() { close_all(); }
    TcpLine(const TcpLine&) = delete;
    TcpLine& operator=(const TcpLine&) = delete;

    void look()
    {
        if (answerer_.silent()) {
            close_all();
            poll(nullptr, 0, look_every_ms);
            return;
        }
        if (listener_ < 0) listen();
        std::vector<pollfd> waiting{{listener_, POLLIN, 0}};
        for (const int client : clients_) waiting.push_back({client, POLLIN, 0});
        if (poll(waiting.data(), waiting.size(), look_every_ms) <= 0) return;
        for (std::size_t i = 1; i < waiting.size(); ++i)
            if (waiting[i].revents != 0) serve(waiting[i].fd);
        if (waiting.front().revents != 0) accept_one();
    }

private:
    void listen()
    {
        context_.reset(modbus_new_tcp(address_.c_str(), port_));
        if (!context_) fail(address_);
        listener_ = modbus_tcp_listen(context_.get(), clients_most);
        if (listener_ < 0) fail(fmt::format("cannot listen on {}:{}", address_, port_));
        sockaddr_in bound{};
        socklen_t size = sizeof bound;
        if (getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &size) == 0) port_ = ntohs(bound.sin_port);
    }

    void accept_one()
    {
        const int client = accept(listener_, nullptr, nullptr);
        if (client < 0) return;
        if (clients_.size() >= clients_most)
            ::close(client);
        else
            clients_.push_back(client);
    }

    void serve(int client)
    {
        std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> request{};
        modbus_set_socket(context_.get(), client);
        const int length = modbus_receive(context_.get(), request.data());
        if (length > 0) return answerer_.answer(context_.get(), request.data(), length);
        if (length == 0) return;
        ::close(client); // gone, or it speaks something else
        std::erase(clients_, client);
    }

    void close_all()
    {
        for (const int client : clients_) ::close(client);
        clients_.clear();
        if (listener_ >= 0) ::close(listener_);
        listener_ = -1;
    }

    const std::string address_;
    int port_;
    Answerer& answerer_;
    Context context_;
    int listener_ = -1;
    std::vector<int> clients_;
};

/// libmodbus answers for one unit a line and skips what follows a request to another; so requests are cut out here, and
/// only the answers are its.
class PtyLine {
public:
    explicit PtyLine(Answerer& answerer) : answerer_(answerer)
    {
        std::array<char, 256> path{};
        termios raw{};
        cfmakeraw(&raw);
        // The other end stays open here, so that a master that leaves does not end the line.
        if (openpty(&line_, &other_end_, path.data(), &raw, nullptr) != 0) fail("no pseudo-terminal");
        context_.reset(modbus_new_rtu(path.data(), 9'600, 'N', 8, 1));
        if (!context_) fail(path.data());
        modbus_set_socket(context_.get(), line_);
        fmt::print("rtu:{}\n", path.data());
        std::fflush(stdout);
    }
    ~PtyLine()
    {
        ::close(line_);
        ::close(other_end_);
    }
    PtyLine(const PtyLine&) = delete;
    PtyLine& operator=(const PtyLine&) = delete;

    void look()
    {
        pollfd waiting{line_, POLLIN, 0};
        const auto now = std::chrono::steady_clock::now();
        if (poll(&waiting, 1, look_every_ms) <= 0) {
            if (!begun_.empty() && now - last_byte_ > frame_within) begun_.clear();
            return;
        }
        if (now - last_byte_ > frame_within) begun_.clear();
        last_byte_ = now;
        std::array<std::uint8_t, 256> bytes{};
        const auto count = read(line_, bytes.data(), bytes.size());
        if (count <= 0) return;
        begun_.insert(begun_.end(), bytes.begin(), bytes.begin() + count);
        while (take_one()) {}
    }

private:
    bool take_one()
    {
        const auto length = rtu_request_length(begun_);
        if (length == 0 || begun_.size() < length) return false;
        if (length > MODBUS_RTU_MAX_ADU_LENGTH) {
            begun_.clear();
            return false;
        }
        const auto sum = crc16({begun_.data(), length - 2});
        const bool right = begun_[length - 2] == (sum & 0xFF) && begun_[length - 1] == sum >> 8;
        if (!right) { // noise: nobody knows where the next request begins before the line is quiet
            begun_.clear();
            return false;
        }
        if (answerer_.silent())
            answerer_.left_without_answer();
        else
            answerer_.answer(context_.get(), begun_.data(), static_cast<int>(length));
        begun_.erase(begun_.begin(), begun_.begin() + static_cast<std::ptrdiff_t>(length));
        return true;
    }

    Answerer& answerer_;
    int line_ = -1, other_end_ = -1;
    Context context_;
    std::vector<std::uint8_t> begun_;
    std::chrono::steady_clock::time_point last_byte_{};
};

template <class Line>
void serve_until_over(Line& line, Answerer& answerer, StationClock& clock)
{
    while (!clock.over()) {
        line.look();
        answerer.tell();
    }
}

} // namespace

std::size_t rtu_request_length(const std::vector<std::uint8_t>& begun)
{
    constexpr std::size_t plain = 8, before_data = 7, sum = 2;
    if (begun.size() < 2) return 0;
    if (begun[1] != write_coils && begun[1] != write_registers) return plain;
    if (begun.size() < before_data) return 0;
    return before_data + begun[6] + sum;
}

int run_modbus(const ModbusRun& run, StationClock& clock)
{
    Answerer answerer{run, clock};
    clock.begin();
    if (run.address.empty()) {
        PtyLine line{answerer};
        serve_until_over(line, answerer, clock);
    } else {
        TcpLine line{run, answerer};
        serve_until_over(line, answerer, clock);
    }
    fmt::print("aqi-sim modbus: {}\n", answerer.words());
    return 0;
}

} // namespace aqi::sim
